# SPDX-License-Identifier: Apache-2.0
"""Layers as umoci, podman and bundler unpack them.

    layers.py corpus STREAM GO_TESTDATA LIBARCHIVE_TESTS   writes layers, as forms.py writes mutants
    layers.py compare STREAM STEP                          unpacks each; podman every STEP-th
"""
import binascii
import glob
import gzip
import hashlib
import io
import itertools
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import zlib

import forms
from forms import D, archive, long, member, pax

OCI = "application/vnd.oci.image."
IGNORED = re.compile(r"verdict:|note:|.* nothing but what is in it|.*hard link to '"
                     r"|(mode|owner) /: |index|config|manifest")


def uudecode(path):
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")[1:]
    lines = itertools.takewhile(lambda line: line != b"end", lines)
    return b"".join(binascii.a2b_uu(line[:1 + ((line[0] - 32 & 63) + 2) // 3 * 4]) for line in lines if line)


def tests_of_others(testdata, libarchive):
    for path in sorted(glob.glob(testdata + "/*.tar")):
        with open(path, "rb") as file:
            yield file.read(1 << 20)
    for path in sorted(glob.glob(libarchive + "/*.uu")):
        if not re.search(r"tar|tgz", os.path.basename(path)):
            continue
        try:
            data = uudecode(path)
            yield gzip.decompress(data)[:1 << 20] if data[:2] == b"\x1f\x8b" else data[:1 << 20]
        except (binascii.Error, OSError, EOFError, zlib.error):
            pass


BASE = (member("bin", "2", target="usr/bin") + member("d/", "5", mode=0o750) + member("d/x", data=b"1")
        + member("d/y/z", data=b"2") + member("usr/bin/sh", data=b"3", mode=0o755)
        + member("f", data=b"4") + member("s", "2", target="f"))
NAMES = ["d", "d/", "d/x", "d/y", "d/y/z", "d/n", "f", "f/", "s", "s/", "n", "n/", "n/m", "usr/", "usr/bin/new"]
HIDDEN = [".wh.d", ".wh.f", ".wh.s", ".wh.n", ".wh.bin", "d/.wh.x", "d/.wh.y", "d/.wh.none", "n/.wh.x",
          "d/.wh..wh..opq", "n/.wh..wh..opq", ".wh..wh..opq", "usr/.wh.bin", ".wh.", ".wh..", "d/.wh..wh.x",
          "bin/.wh.sh", "bin/new", "f/new", "s/new", "d/.wh.y/q"]


def named(name, mode=0o644):
    return member(name, "5" if name.endswith("/") else "0", b"" if name.endswith("/") else b"new", mode=mode)


def uppers():
    """Layers over BASE, one for each name, and one for pairs of what is named and what is hidden."""
    yield from ([named(n, 0o755)] for n in NAMES)
    yield from ([member(n)] for n in HIDDEN)
    yield from ([member(h), named(n)] for h, n in itertools.product(HIDDEN[:12], NAMES[::2]))
    yield from ([named(n), member(h)] for h, n in itertools.product(HIDDEN[:6], NAMES[1::3]))
    for target in ("f", "/f", "./f", "d/x", "usr/bin/sh", "bin/sh", "s", "none", "../f", "h2", "d"):
        yield [member("h", "1", target=target), named("h2")]
    yield [named("a"), member("h", "1", target="a"), named("a")]
    yield [member("d", "2", target="usr"), named("d/new")]
    yield [named("n"), named("n/m")]
    yield [named("n/m"), named("n")]
    yield [named("d/x"), named("d/x")]


def made():
    """What other writers of tar make of names of all lengths, links and times."""
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        for length in (1, 99, 100, 101, 155, 156, 220, 256, 400):
            out = io.BytesIO()
            try:
                with tarfile.open(fileobj=out, mode="w", format=form) as tar:
                    name = ("n" * 49 + "/") * (length // 50) + "m" * (length % 50 or 1)
                    for kind, target in ((tarfile.REGTYPE, ""), (tarfile.SYMTYPE, name), (tarfile.LNKTYPE, name)):
                        info = tarfile.TarInfo(name + ("" if kind == tarfile.REGTYPE else kind.decode()))
                        info.type, info.linkname, info.mtime = kind, target, 1.5 if form == 2 else 1
                        info.uid = 3 << 21 if form else 3
                        tar.addfile(info)
                yield out.getvalue()
            except ValueError:
                pass
    yield from (archive(parts) for parts in forms.forms())
    yield archive(long(D + "/l") + member("x", data=b"gnu", form="gnu") + pax(("path", D + "/p")) + member("y"))


def corpus(out, testdata, libarchive):
    plain = [*tests_of_others(testdata, libarchive), *made(), *forms.mutants(120, 7)]
    upper = [archive(sum(parts, [])) for parts in uppers()]
    with open(out, "wb") as file:
        for layer in plain:
            file.write(struct.pack("<Q", len(layer)) + layer)
        for layer in upper:
            file.write(struct.pack("<Q", len(layer)) + layer)
    with open(out + ".plain", "w") as file:
        print(len(plain), file=file)
    print(len(plain) + len(upper), "layers")


def write_image(path, layers):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path + "/blobs/sha256")

    def blob(data, kind, **more):
        digest = hashlib.sha256(data).hexdigest()
        with open(path + "/blobs/sha256/" + digest, "wb") as file:
            file.write(data)
        return {"mediaType": OCI + kind, "digest": "sha256:" + digest, "size": len(data), **more}

    stored = [blob(layer, "layer.v1.tar") for layer in layers]
    config = blob(json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {
        "type": "layers", "diff_ids": [layer["digest"] for layer in stored]}}).encode(), "config.v1+json")
    manifest = blob(json.dumps({"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
                                "config": config, "layers": stored}).encode(), "manifest.v1+json",
                    annotations={"org.opencontainers.image.ref.name": "a"})
    with open(path + "/index.json", "w") as file:
        json.dump({"schemaVersion": 2, "manifests": [manifest]}, file)
    with open(path + "/oci-layout", "w") as file:
        file.write('{"imageLayoutVersion": "1.0.0"}')


def call(*command):
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout.decode("utf-8", "backslashreplace") + done.stderr.decode("utf-8", "replace")


STORE = ["--root", os.path.abspath("root"), "--runroot", os.path.abspath("run"), "--storage-driver", "vfs"]


def umoci():
    shutil.rmtree("bundle", ignore_errors=True)
    return "bundle/rootfs" if call("umoci", "unpack", "--image", "image:a", "bundle")[0] == 0 else None


def podman(number):
    name = "localhost/a%d" % number
    to = "containers-storage:[vfs@%s+%s]%s" % (STORE[1], STORE[3], name)
    if call("skopeo", "--insecure-policy", "copy", "-q", "oci:image:a", to)[0] != 0:
        return None
    status, text = call("podman", *STORE, "image", "mount", name)
    return text.strip() if status == 0 else None


def differences(one, other):
    """Lines of what is different but for what is ignored; None when bundler refuses to read it."""
    status, text = call("bundler", "diff", "--ignore", "time,attribute", one, other)
    if status not in (0, 1) or "unreadable: " in text:
        return None
    return [line for line in text.splitlines() if not IGNORED.match(line)]


def judge(number, always):
    """What bundler makes of the image, and what is different, beside what umoci and podman make of it.

    podman takes long, so that it is asked where bundler and umoci differ, or always.
    """
    os.makedirs("empty", exist_ok=True)
    one, other = umoci(), podman(number) if always else None
    found = differences("oci:image:a", "dir:" + (one or "empty"))
    if found is None:
        return "refused", []
    if one and not found and not other:
        return "read alike", []
    other = other or podman(number)
    if one and other and differences("dir:" + one, "dir:" + other) != []:
        return "disputed", []
    if not one and other:
        found = differences("oci:image:a", "dir:" + other)
    return "read by bundler alone" if not one and not other else "read otherwise" if found else "read alike", found


def compare(stream, step):
    with open(stream + ".plain") as file:
        plain = int(file.read())
    counts = dict.fromkeys(("read alike", "refused", "read by bundler alone", "disputed", "read otherwise"), 0)
    with open(stream, "rb") as file:
        for number in itertools.count():
            size = file.read(8)
            if not size:
                break
            layer = file.read(struct.unpack("<Q", size)[0])
            write_image("image", [layer] if number < plain else [archive(BASE), layer])
            result, found = judge(number, number % step == 0)
            counts[result] += 1
            if result in ("read otherwise", "read by bundler alone"):
                shutil.copy("image/blobs/sha256/" + hashlib.sha256(layer).hexdigest(), "%d.tar" % number)
                print("layer %d: %s\n%s" % (number, result, "\n".join(found)))
            shutil.rmtree("root", ignore_errors=True)
    print(", ".join("%d %s" % (count, name) for name, count in counts.items()))
    return counts["read otherwise"] > 0 or counts["read alike"] < 100


if __name__ == "__main__":
    sys.exit(corpus(*sys.argv[2:]) if sys.argv[1] == "corpus" else compare(sys.argv[2], int(sys.argv[3])))
