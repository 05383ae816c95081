# SPDX-License-Identifier: Apache-2.0
"""What a thousand packages of the aqua registry (tests/data/aqua.tsv) ask of a recipe.

    aqua.py recipes DIRECTORY   a recipe and checksum file of each package that the language can
                                    say; prints the package, where its digests come from or why it
                                    cannot be said, and the assets that a lock must name
    aqua.py sample SEED COUNT   so many packages, drawn at random
    aqua.py hosts               where the releases are
    aqua.py make DIRECTORY PACKAGE...   their releases, as DIRECTORY/HOST/PATH for a web server

All fields of a row are separated by tabs. A package is one that has a program for linux/amd64, and
is asked for all of its platforms among those in the table.
"""

import collections
import hashlib
import json
import os
import random
import re
import sys

import gallery

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "aqua.tsv")
SCHEMA = os.path.join(os.path.dirname(DATA), "../../configs/recipe.schema.json")
FORMATS = {"raw": "program", "tgz": "tar.gz", "tbz2": "tar.bz2", "txz": "tar.xz"}
with open(SCHEMA, encoding="utf-8") as f:
    KNOWN = json.load(f)["definitions"]["format"]["enum"]
OF_ONE_FILE = {"program", "gz", "bz2", "xz", "zst"}

Asset = collections.namedtuple("Asset", "platform tag url format programs sums algorithm")


class Unsaid(Exception):
    """Why the language cannot say it."""


# ---- facts ----

def repository(package):
    """Of packages without URLs, which are on GitHub: OWNER/REPOSITORY, or with more behind it."""
    return "/".join(package.split("/")[:2])


def read():
    packages, above = {}, None
    with open(DATA, encoding="utf-8") as rows:
        next(rows)
        for row in rows:
            fields = row.rstrip("\n").split("\t")
            above = [a if f == "=" else f for f, a in zip(fields, above or fields)]
            name, platform, tag, asset, form, programs, sums, algorithm = above
            windows = platform.startswith("windows/")
            if windows and form == "raw" and not asset.endswith((".exe", ".cmd", ".bat", ".sh", ".py", ".jar", ".pyz")):
                asset += ".exe"     # as the registry's own reader does
            base = f"https://github.com/{repository(name)}/releases/download/{tag}/"
            packages.setdefault(name, []).append(Asset(
                platform, tag, asset if "://" in asset else base + asset,
                FORMATS.get(form, form), programs.split(),
                sums if "://" in sums or not sums else base + sums, algorithm))
    return {name: assets for name, assets in packages.items() if assets[0].platform == "linux/amd64"}


def version_of(tag):
    """What a tag has behind its prefix: 1.2.3 of v1.2.3, cli/v1.2.3 and jq-1.2.3."""
    found = re.search(r"(?<![0-9.])\d+(\.\d+)+.*$", tag) or re.search(r"\d.*$", tag)
    return found.group(0) if found else tag


# ---- recipes ----

def template(texts, known):
    """One text for all, with {version} and {target} where they differ; known are the words."""
    for name, words in known.items():
        texts = [re.sub(rf"(?<![\w]){re.escape(word)}(?![0-9A-Za-z])" if name == "version"
                        else re.escape(word), "{" + name + "}", text) if word else text
                 for text, word in zip(texts, words)]
    return texts[0] if len(set(texts)) == 1 else None


def words_of(names):
    """The part in which names differ, whole words of it: {target} for each."""
    first = os.path.commonprefix(names)
    rest = [name[len(first):] for name in names]
    last = os.path.commonprefix([r[::-1] for r in rest])[::-1]
    while first and first[-1] not in "-_./}":
        first = first[:-1]
    while last and last[0] not in "-_./{":
        last = last[1:]
    return first, last, [name[len(first):len(name) - len(last)] for name in names]


def systems(assets):
    """For a template: the words {os} and {arch} of the language."""
    return {"os": [a.platform.split("/")[0] for a in assets],
            "arch": [a.platform.split("/")[1] for a in assets]}


def located(assets, version):
    """{target} of each platform, and templates of asset and url."""
    names = [a.url.rpartition("/")[2].replace(version, "{version}") for a in assets]
    bare = [n.removesuffix(".exe") for n in names]
    if len(set(names)) > 1 and len(set(bare)) == 1:
        names = [n + "{exe}" for n in bare]
    places = [a.url.rpartition("/")[0] for a in assets]
    if len(set(names)) == 1:
        asset, words = names[0], None
        plain = template(places, {"version": [version] * len(assets)})
        if plain is None and len(assets) > 1:
            _, _, words = words_of(places)
    elif all(re.fullmatch(r"[A-Za-z0-9._+-]*", re.sub(r"{\w+}", "", n)) for n in names):
        first, last, words = words_of(names)
        asset = first + "{target}" + last
    else:
        raise Unsaid("an asset's name has other characters")
    known = {"version": [version] * len(assets)}
    spelled = [w.replace("{version}", version) for w in words] if words else None
    url = template(places, known) or (spelled and template(places, {"target": spelled, **known})) \
        or template(places, {**systems(assets), **known})
    if url is None:
        raise Unsaid("the URL has words of its own")
    return words, asset, url + "/{asset}"


def digests(assets, version, words):
    """Where they come from: "file" or "GitHub", and the template of sums."""
    names = [a.url.rpartition("/")[2] for a in assets]
    known = {"asset": names, "target": [w.replace("{version}", version) for w in words or [""] * len(names)],
             "version": [version] * len(names)}
    if all(a.sums and a.algorithm.split()[0] in ("sha256", "sha512") for a in assets):
        sums = [a.sums for a in assets]
        plain = template(sums, {"version": known["version"]}) or template(sums, known)
        if plain:
            return "file", plain
    if not all(a.url.startswith("https://github.com/") for a in assets):
        raise Unsaid("no SHA-256 or SHA-512 is published" if not assets[0].sums
                     else "the checksum files have words of their own")
    owner = re.match(r"https://github.com/([^/]+/[^/]+)/", assets[0].url).group(1)
    tag = assets[0].tag.replace(version, "{version}")
    return "GitHub", f"https://api.github.com/repos/{owner}/releases/tags/{tag}"


def default_program(package, asset):
    """The place of the program in the archive that the registry does not state: the package's name."""
    return asset.programs or [package.rpartition("/")[2]]


def member(package, assets, version, words):
    """The template of the program's place in the archives."""
    places = []
    for asset in assets:
        place = default_program(package, asset)[0]
        windows = asset.platform.startswith("windows/")
        places.append(place + (".exe" if windows and not place.endswith(".exe") else ""))
    bare = [p.removesuffix(".exe") for p in places]
    known = {"version": [version] * len(places),
             "target": [w.replace("{version}", version) for w in words or [""] * len(places)]}
    stems = [re.sub(r"\.(tar\.\w+|tgz|zip|tbz2?|txz)$", "", w) for w in known["target"]]
    found = template(bare, {"version": known["version"]}) or template(bare, known) \
        or template(bare, {"target": stems, "version": known["version"]}) \
        or template(bare, {**systems(assets), "version": known["version"]})
    if found is None:
        raise Unsaid("the program's place in the archive has words of its own")
    return found + ("{exe}" if bare != places else "")


def recipe(package, assets):
    """The recipe, and where its digests come from."""
    version = version_of(assets[0].tag)
    if not re.fullmatch(r"[A-Za-z0-9._+-]+", version):
        raise Unsaid("the version has other characters")
    formats = {}
    for asset in assets:
        if asset.format not in KNOWN:
            raise Unsaid(f"the format {asset.format}")
        if formats.setdefault(asset.platform.split("/")[0], asset.format) != asset.format:
            raise Unsaid("platforms of one system have different formats")
    words, asset, url = located(assets, version)
    source, sums = digests(assets, version, words)
    files = [json.dumps({"path": "/program{exe}", "mode": "0755", "os": system,
                         **({"asset": True} if form in OF_ONE_FILE else {"member": member(
                             package, [a for a in assets if a.platform.startswith(system + "/")], version,
                             words and [w for w, a in zip(words, assets)
                                        if a.platform.startswith(system + "/")])})})
             for system, form in sorted(formats.items())]
    shared = "  shared: true\n" if len({a.url for a in assets}) < len(assets) else ""
    target = json.dumps(dict(zip((a.platform for a in assets), words))) if words else '"{os}-{arch}"'
    return source, f"""\
name: {json.dumps(re.sub(r"[^A-Za-z0-9._+-]", "-", package.rpartition("/")[2]) or "program")}
version: {json.dumps(version)}
release:
  target: {target}
  asset: {json.dumps(asset)}
  url: {json.dumps(url)}
  sums: {json.dumps(sums)}
  format: {json.dumps(formats)}
{shared}platforms: {json.dumps([a.platform for a in assets])}
root:
{"".join(f"  - {f}" + chr(10) for f in files)}image:
  entrypoint: ["/program{{exe}}"]
"""


def recipes(directory):
    for package, assets in read().items():
        name = package.replace("/", "+")
        try:
            source, text = recipe(package, assets)
            with open(os.path.join(directory, name + ".yaml"), "w", encoding="utf-8") as f:
                f.write(text)
            with open(os.path.join(directory, name + ".sums"), "w", encoding="ascii") as f:
                for asset in {a.url.rpartition("/")[2]: a for a in assets}.values():
                    digest = hashlib.sha256(asset.url.encode()).hexdigest()
                    f.write(f"{digest}  {asset.url.rpartition('/')[2]}\n")
        except Unsaid as why:
            source = f"no: {why}"
        print(package, source, *(a.url for a in assets), sep="\t")


# ---- releases ----

ALGORITHMS = ("sha256", "sha512", "sha1", "md5")


def places(package, asset):
    """Where the package's programs are in the asset."""
    windows = asset.platform.startswith("windows/")
    return [p + ".exe" if windows and not p.endswith((".exe", ".cmd", ".bat")) else p
            for p in default_program(package, asset)]


def program(asset, place, everywhere):
    """The program at a place; what is the same for all platforms is a script."""
    return b"#!/bin/sh\n" if everywhere else gallery.program(asset.platform, f"{asset.url} {place}")


def content(asset, wanted, everywhere):
    """The asset: programs in their places, with licence and README beside them, in the asset's format."""
    members = {p: (program(asset, p, everywhere), 0o755) for p in wanted}
    first = wanted[0]
    if asset.format in OF_ONE_FILE:
        return gallery.packed(asset.format, {first: members[first]})
    top = first.partition("/")[0] + "/" if "/" in first else ""
    for name in "LICENSE", "README.md":
        members[top + name] = f"This is {name}.\n".encode(), 0o644
    return gallery.packed("." + asset.format, members)


def companions(package, names):
    """What a release has beside: builds for macOS, and, as its package's name decides, signatures,
    packages of distributions or the like."""
    more = [n.replace("linux", "darwin").replace("Linux", "Darwin")
               .replace("unknown-darwin-musl", "apple-darwin").replace("unknown-darwin-gnu", "apple-darwin")
            for n in names if "linux" in n.lower()]
    kind = sum(package.encode()) % 4
    if kind == 1:
        more += [n + ".sig" for n in names]
    elif kind == 2:
        more += [n + ".sbom.json" for n in names]
    elif kind == 3:
        stem = package.rpartition("/")[2]
        more += [f"{stem}_amd64.deb", f"{stem}.x86_64.rpm"]
    return [n for n in more if n not in names]


def sum_line(asset, body):
    algorithm, _, form = asset.algorithm.partition(" ")
    digest = hashlib.new(algorithm, body).hexdigest()
    return digest + "\n" if form == "raw" else f"{digest}  {asset.url.rpartition('/')[2]}\n"


def make_release(name, packages, top):
    """Everything that OWNER/REPOSITORY, or a package elsewhere, has below one tag."""
    files, sums, wanted = {}, {}, collections.defaultdict(list)
    shared = {a.url for assets in packages.values() for a in assets
              if len(assets) > 1 and len({b.url for b in assets}) == 1}
    for package, assets in packages.items():
        for asset in assets:
            wanted[asset.url] += [p for p in places(package, asset) if p not in wanted[asset.url]]
    for assets in packages.values():
        for asset in assets:
            files[asset.url] = content(asset, wanted[asset.url], asset.url in shared)
            if asset.sums and asset.algorithm.split()[0] in ALGORITHMS:
                lines = sums.setdefault(asset.sums, [])
                text = sum_line(asset, files[asset.url])
                if text not in lines:
                    lines.append(text)
    first = next(iter(packages.values()))[0]
    place = first.url.rpartition("/")[0]
    for other in companions(name, [u.rpartition("/")[2] for u in files]):
        files[f"{place}/{other}"] = f"{other}\n".encode()
    files.update((url, "".join(lines).encode()) for url, lines in sums.items())
    for url, body in files.items():
        gallery.write(top, url, body)
    if place.startswith("https://github.com/"):
        api = f"https://api.github.com/repos/{name}/releases/"
        text = gallery.document(f"{name}@{first.tag}",
                                {u.rpartition("/")[2]: b for u, b in sorted(files.items())})
        for listed in f"tags/{first.tag}", "latest":
            gallery.write(top, api + listed, text)


def make(top, *wanted):
    """Prints of each package the digests of its programs for linux/amd64, with | between them, and the
    arguments of `bundler init` that name it: OWNER/REPOSITORY, with the package's name if it is another one, or the
    URL of its first checksum file."""
    everything = read()
    for package in wanted:
        assets = everything[package]
        first = assets[0]
        everywhere = len(assets) > 1 and len({a.url for a in assets}) == 1
        digests_of = [hashlib.sha256(program(first, place, everywhere)).hexdigest()
                      for place in places(package, first)]
        arguments = [first.sums or first.url]
        name = package
        if first.url.startswith("https://github.com/"):
            name = repository(package)
            arguments = [f"{name}@{first.tag}"] + (
                ["--name", package.rpartition("/")[2]] if package != name else [])
        make_release(name, {other: a for other, a in everything.items() if a[0].tag == first.tag
                            and (repository(other) == name or other == package)}, top)
        print(package, "|".join(digests_of), *arguments)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "recipes":
        recipes(*arguments)
    elif command == "sample":
        print("\n".join(random.Random(int(arguments[0])).sample(sorted(read()), int(arguments[1]))))
    elif command == "hosts":
        print("\n".join(sorted({a.url.split("/")[2] for assets in read().values() for a in assets}
                               | {a.sums.split("/")[2] for assets in read().values() for a in assets
                                  if a.sums})))
    else:
        make(*arguments)
