# SPDX-License-Identifier: Apache-2.0
"""Makes one change to an image layout or to a tree, as somebody would who knows how: digests and sizes
are right again afterwards, all the way up to index.json.

    mutate.py layout CHANGE DIR     a layout of one image of one layer
    mutate.py tree CHANGE DIR       a directory
    mutate.py --list layout|tree
"""

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile

# ---- layouts ----


def encode(document):
    return json.dumps(document, separators=(",", ":")).encode()


class Layout:
    """A layout whose parts can be changed and written back with right digests."""

    def __init__(self, path):
        self.path = path
        self.index = self.read_json("index.json")
        self.manifest = json.loads(self.blob(self.index["manifests"][0]))
        self.config = json.loads(self.blob(self.manifest["config"]))
        self.layers = [gzip.decompress(self.blob(layer)) for layer in self.manifest["layers"]]

    def file(self, name):
        return os.path.join(self.path, name)

    def read_json(self, name):
        with open(self.file(name), encoding="utf-8") as f:
            return json.load(f)

    def name_of(self, descriptor):
        return "blobs/sha256/" + descriptor["digest"].removeprefix("sha256:")

    def blob(self, descriptor):
        with open(self.file(self.name_of(descriptor)), "rb") as f:
            return f.read()

    def add_blob(self, content):
        digest = hashlib.sha256(content).hexdigest()
        with open(self.file("blobs/sha256/" + digest), "wb") as f:
            f.write(content)
        return {"digest": "sha256:" + digest, "size": len(content)}

    def add_json(self, document):
        return self.add_blob(encode(document))

    def replace(self, descriptor, content):
        """Another blob in the place of the one that a descriptor leads to."""
        os.remove(self.file(self.name_of(descriptor)))
        descriptor.update(self.add_blob(content))

    def write(self):
        """Writes everything anew, from the layers up."""
        for layer in self.manifest["layers"]:
            os.remove(self.file(self.name_of(layer)))
        self.manifest["layers"] = self.manifest["layers"][:len(self.layers)]
        for i, layer in enumerate(self.layers):
            if i == len(self.manifest["layers"]):
                self.manifest["layers"].append({"mediaType": self.manifest["layers"][0]["mediaType"]})
            self.manifest["layers"][i].update(self.add_blob(gzip.compress(layer, mtime=0)))
        self.config["rootfs"]["diff_ids"] = ["sha256:" + hashlib.sha256(layer).hexdigest()
                                             for layer in self.layers]
        self.write_config()

    def write_config(self):
        self.replace(self.manifest["config"], encode(self.config))
        self.write_manifest()

    def write_manifest(self):
        self.replace(self.index["manifests"][0], encode(self.manifest))
        self.write_index()

    def write_index(self):
        with open(self.file("index.json"), "w", encoding="utf-8") as f:
            json.dump(self.index, f, separators=(",", ":"))

    # The members of the layer, to change and put back.

    def members(self):
        with tarfile.open(fileobj=io.BytesIO(self.layers[0])) as tar:
            return [(member, tar.extractfile(member).read() if member.isfile() else None)
                    for member in tar]

    def set_members(self, members, number=0):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for member, content in members:
                member.pax_headers = {key: value for key, value in member.pax_headers.items()
                                      if key.startswith("SCHILY")}
                tar.addfile(member, io.BytesIO(content) if content is not None else None)
        self.layers[number:number + 1] = [out.getvalue()]
        self.write()


def member(name, kind=tarfile.REGTYPE, **attributes):
    made = tarfile.TarInfo(name)
    made.type = kind
    made.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
    made.mtime = 1234567890
    for key, value in attributes.items():
        setattr(made, key, value)
    return made


def changed(path, content=None, **attributes):
    """Changes a member of the layer: its attributes, its content."""
    def change(layout):
        members = layout.members()
        for i, (found, old) in enumerate(members):
            if found.name == path:
                for key, value in attributes.items():
                    setattr(found, key, value)
                if content is not None:
                    found.size, old = len(content), content
                members[i] = (found, old if found.isfile() else None)
        layout.set_members(members)
    return change


def added(*new):
    def change(layout):
        layout.set_members(layout.members() + [(m, c) for m, c in new])
    return change


def removed(*names):
    def change(layout):
        layout.set_members([(m, c) for m, c in layout.members() if m.name not in names])
    return change


def new_layer(*new):
    def change(layout):
        layout.layers.append(b"")
        layout.set_members(new, 1)
    return change


def in_config(key, value):
    """Sets a key below "config"; None removes it."""
    def change(layout):
        place = layout.config["config"] if key[:1].isupper() else layout.config
        if value is None:
            del place[key]
        else:
            place[key] = value
        layout.write()
    return change


def in_manifest(change_manifest):
    def change(layout):
        change_manifest(layout.manifest)
        layout.write_manifest()
    return change


def in_index(change_index):
    def change(layout):
        change_index(layout)
        layout.write_index()
    return change


def file_content(name):
    def content(layout):
        return next(c for m, c in layout.members() if m.name == name)
    return content


def grow(layout):
    content = file_content("tiny")(layout)
    changed("tiny", content + b"\0")(layout)


def flip_last(layout):
    content = bytearray(file_content("tiny")(layout))
    content[-1] ^= 1
    changed("tiny", bytes(content))(layout)


def swap(layout):
    members = layout.members()
    for m, _ in members:
        if m.name in ("etc/tiny.conf", "usr/share/licenses/tiny/LICENSE"):
            m.name = ({"etc/tiny.conf", "usr/share/licenses/tiny/LICENSE"} - {m.name}).pop()
    layout.set_members(members)


def exchange_link(layout):
    """The file becomes a link and the link the file, which looks the same to whoever opens them."""
    members = layout.members()
    for i, (m, c) in enumerate(members):
        if m.name == "etc/tiny.conf":
            members[i] = (member(m.name, tarfile.SYMTYPE, mode=0o777, linkname="alias.conf"), None)
            content = c
    for i, (m, _) in enumerate(members):
        if m.name == "etc/alias.conf":
            members[i] = (member(m.name, size=len(content)), content)
    layout.set_members(members)


def second_manifest(platform):
    def change(layout):
        config = dict(layout.config, **platform)
        manifest = json.loads(json.dumps(layout.manifest))
        manifest["config"].update(layout.add_json(config))
        descriptor = dict(layout.index["manifests"][0], **layout.add_json(manifest))
        descriptor["platform"] = {"os": config["os"], "architecture": config["architecture"]}
        layout.index["manifests"].append(descriptor)
    return in_index(change)


def recompress(layout):
    layout.replace(layout.manifest["layers"][0], gzip.compress(layout.layers[0], 1, mtime=0))
    layout.write_manifest()


def uncompress(layout):
    layer = layout.manifest["layers"][0]
    layout.replace(layer, layout.layers[0])
    layer["mediaType"] = "application/vnd.oci.image.layer.v1.tar"
    layout.write_manifest()


def lie_about_compression(layout):
    layout.manifest["layers"][0]["mediaType"] = "application/vnd.oci.image.layer.v1.tar"
    layout.write_manifest()


def lie_about_diff_id(layout):
    layout.config["rootfs"]["diff_ids"] = ["sha256:" + "0" * 64]
    layout.write_config()


def wrong_size(layout):
    layout.manifest["layers"][0]["size"] += 1
    layout.write_manifest()


def reformat(part):
    def change(layout):
        text = json.dumps(getattr(layout, part), indent=1).encode()
        if part == "config":
            layout.replace(layout.manifest["config"], text)
            layout.write_manifest()
        else:
            layout.replace(layout.index["manifests"][0], text)
            layout.write_index()
    return change


def remove_blob(which):
    def change(layout):
        descriptor = {"manifest": layout.index["manifests"][0], "config": layout.manifest["config"],
                      "layer": layout.manifest["layers"][0]}[which]
        os.remove(layout.file(layout.name_of(descriptor)))
    return change


def blob_is(make):
    def change(layout):
        name = layout.file(layout.name_of(layout.manifest["layers"][0]))
        os.rename(name, layout.file("aside"))
        make(name)
    return change


LAYOUT = {
    # metadata of the tree
    "mode": changed("tmp", mode=0o777),
    "setuid": changed("tiny", mode=0o4755),
    "owner": changed("home/nonroot", uid=0),
    "group": changed("tiny", gid=65532),
    "time": changed("etc/tiny.conf", mtime=1234567891),
    "fraction": changed("etc/tiny.conf", pax_headers={}, mtime=1234567890.5),
    "capability": changed("tiny", pax_headers={"SCHILY.xattr.security.capability": "\x01"}),
    "link": changed("etc/alias.conf", linkname="../etc/tiny.conf"),
    # its structure
    "file-added": added((member("etc/extra", size=1), b"x")),
    "file-removed": removed("usr/share/licenses/tiny/LICENSE"),
    "file-renamed": changed("etc/tiny.conf", name="etc/Tiny.conf"),
    "files-swapped": swap,
    "link-and-file-exchanged": exchange_link,
    "file-grown": grow,
    "last-byte": flip_last,
    "file-to-directory": changed("etc/tiny.conf", type=tarfile.DIRTYPE, size=0),
    "file-to-fifo": changed("etc/tiny.conf", type=tarfile.FIFOTYPE, size=0),
    "file-to-device": changed("etc/tiny.conf", type=tarfile.CHRTYPE, size=0, devmajor=1, devminor=3),
    "hard-link": added((member("etc/again", tarfile.LNKTYPE, linkname="etc/tiny.conf"), None)),
    "file-twice": added((member("etc/tiny.conf", size=2), b"x\n"),
                        (member("etc/tiny.conf", size=11), b"port: 4222\n")),
    "directory-not-stated": removed("home", "etc"),
    "whiteout": added((member("etc/.wh.none"), b"")),
    # layers
    "second-layer": new_layer((member("etc/extra", size=1), b"x")),
    "empty-layer": new_layer(),
    "layer-with-whiteout": new_layer((member("etc/.wh.tiny.conf"), b"")),
    "layer-with-opaque": new_layer((member("etc", tarfile.DIRTYPE), None),
                                   (member("etc/.wh..wh..opq"), b"")),
    "layer-that-replaces": new_layer((member("etc/tiny.conf", size=11), b"port: 4223\n")),
    "layer-recompressed": recompress,
    "layer-uncompressed": uncompress,
    "layer-not-so-compressed": lie_about_compression,
    "diff-id": lie_about_diff_id,
    "size": wrong_size,
    # config, manifest, index
    "entrypoint": in_config("Entrypoint", ["/tiny", "-evil"]),
    "user": in_config("User", "1000"),
    "volume": in_config("Volumes", {"/data": {}}),
    "label": in_config("Labels", None),
    "architecture": in_config("architecture", "arm64"),
    "created": in_config("created", "2020-01-01T00:00:00Z"),
    "annotation": in_manifest(lambda m: m["annotations"].update(extra="x")),
    "artifact-type": in_manifest(lambda m: m.update(artifactType="application/x")),
    "config-reformatted": reformat("config"),
    "manifest-reformatted": reformat("manifest"),
    "second-manifest": second_manifest({}),
    "second-platform": second_manifest({"architecture": "riscv64"}),
    "index-platform": in_index(lambda l: l.index["manifests"][0]["platform"].update(architecture="arm64")),
    "index-annotation": in_index(lambda l: l.index["annotations"].update(extra="x")),
    "no-manifest": in_index(lambda l: l.index.update(manifests=[])),
    "cyclic-index": in_index(lambda l: l.index["manifests"][0].update(
        mediaType="application/vnd.oci.image.index.v1+json")),
    # files
    "extra-blob": lambda l: l.add_blob(b"extra"),
    "extra-file": lambda l: open(l.file("extra"), "w", encoding="utf-8").close(),
    "manifest-missing": remove_blob("manifest"),
    "config-missing": remove_blob("config"),
    "layer-missing": remove_blob("layer"),
    "layer-is-fifo": blob_is(os.mkfifo),
    "layer-is-directory": blob_is(os.mkdir),
    "layer-leads-out": blob_is(lambda name: os.symlink("/etc/passwd", name)),
    "escaping-name": added((member("../evil", size=1), b"x")),
    "escaping-hard-link": added((member("evil", tarfile.LNKTYPE, linkname="../../etc/passwd"), None)),
}

# ---- trees ----


def in_tree(function, *names):
    return lambda path: function(*(os.path.join(path, name) for name in names))


def write(path, content):
    stat = os.stat(path)
    with open(path, "w", encoding="utf-8") as f:
        f.write(content)
    os.utime(path, ns=(stat.st_mtime_ns, stat.st_mtime_ns))


def replace(make):
    def change(path):
        os.remove(path)
        make(path)
    return change


TREE = {
    "mode": in_tree(lambda p: os.chmod(p, 0o777), "tmp"),
    "mode-of-root": in_tree(lambda p: os.chmod(p, 0o750), "."),
    "owner": in_tree(lambda p: os.chown(p, 1, 2), "tiny"),
    "owner-of-link": in_tree(lambda p: os.lchown(p, 1, 2), "etc/alias.conf"),
    "time": in_tree(lambda p: os.utime(p, ns=(1, 1)), "tiny"),
    "time-of-link": in_tree(lambda p: os.utime(p, (1, 1), follow_symlinks=False), "etc/alias.conf"),
    "content": in_tree(lambda p: write(p, "port: 4223\n"), "etc/tiny.conf"),
    "shorter": in_tree(lambda p: write(p, "port"), "etc/tiny.conf"),
    "empty": in_tree(lambda p: write(p, ""), "etc/tiny.conf"),
    "link": in_tree(replace(lambda p: os.symlink("/etc/passwd", p)), "etc/alias.conf"),
    "file-to-fifo": in_tree(replace(os.mkfifo), "etc/tiny.conf"),
    "link-loop": in_tree(lambda p: os.symlink(".", p), "loop"),
    "hard-link": in_tree(os.link, "tiny", "usr/tiny"),
    "file-added": in_tree(lambda p: open(p, "w", encoding="utf-8").close(), "new\n\x1b[2J"),
    "file-removed": in_tree(os.remove, "usr/share/licenses/tiny/LICENSE"),
    "file-renamed": in_tree(os.rename, "tiny", "Tiny"),
}


def main():
    if sys.argv[1] == "--list":
        print("\n".join(LAYOUT if sys.argv[2] == "layout" else TREE))
    elif sys.argv[1] == "layout":
        LAYOUT[sys.argv[2]](Layout(sys.argv[3]))
    else:
        TREE[sys.argv[2]](sys.argv[3])


main()
