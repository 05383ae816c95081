#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make small images, sound ones and ones that something is wrong with.

    make_layout.py OUT KIND...

Each kind (the keys of KINDS) becomes OUT/KIND/image: a layout's directory, or an archive where the
kind says so. Beside it OUT/KIND/roles is a sed script that puts words in the place of digests.
"""
import gzip
import hashlib
import io
import json
import os
import struct
import sys
import tarfile
import zlib

OCI = "application/vnd.oci.image."
INDEX, MANIFEST, CONFIG = (OCI + x + ".v1+json" for x in ("index", "manifest", "config"))
LAYER = OCI + "layer.v1.tar"
FIFO, DIRECTORY = object(), object()


class Link(str):
    """A symbolic link, by its target."""


class Sparse(int):
    """A file of so many bytes that takes no place."""


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def elf(machine=62, bits=64):
    ident = b"\x7fELF" + bytes([bits // 32, 1, 1]) + bytes(9)
    return (ident + struct.pack("<HHI", 2, machine, 1)).ljust(4096, b"\0")


def member(name, data=b"", **fields):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o755
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data


def directory(name):
    return member(name, type=tarfile.DIRTYPE)


def link(name, target, kind=tarfile.SYMTYPE):
    return member(name, type=kind, linkname=target)


def tar(members, form=tarfile.USTAR_FORMAT):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=form) as t:
        for info, data in members:
            t.addfile(info, io.BytesIO(data))
        size = t.offset
    return raw.getvalue()[:size] + bytes(1024)


def gz(data):
    """A gzip stream that is the same with every zlib: stored blocks."""
    out = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    for at in range(0, max(len(data), 1), 65535):
        part = data[at:at + 65535]
        out += struct.pack("<BHH", at + 65535 >= len(data), len(part), len(part) ^ 0xffff) + part
    return out + struct.pack("<II", zlib.crc32(data), len(data))


def zst(data, descriptor=0, tail=b""):
    """A zstd stream that is the same with every libzstd: stored blocks in frames of 1 MiB."""
    out = b""
    for at in range(0, max(len(data), 1), 1 << 20):
        part = data[at:at + (1 << 20)]
        out += struct.pack("<IBI", 0xfd2fb528, 0xa0 | descriptor, len(part))
        for begin in range(0, max(len(part), 1), 1 << 17):
            block = part[begin:begin + (1 << 17)]
            last = begin + (1 << 17) >= len(part)
            out += struct.pack("<I", len(block) << 3 | last)[:3] + block
        out += tail
    return out


def edited(edit, value):
    """What edit returns, or the value itself, which it may have changed."""
    result = edit(value)
    return value if result is None else result


class Image:
    """An image of one layer, whose parts can be changed before they are put together."""

    def __init__(self):
        self.members = [directory("etc/"), member("etc/conf", b"port: 4222\n"),
                        member("tiny", elf())]
        self.layers = None          # (tar, blob, media type), made of members unless set
        self.config = {"created": "2009-02-13T23:31:30Z", "architecture": "amd64", "os": "linux",
                       "config": {"Entrypoint": ["/tiny"], "Env": ["PATH=/usr/bin:/bin"],
                                  "WorkingDir": "/"},
                       "rootfs": {"type": "layers", "diff_ids": []}, "history": []}
        self.platform = {"os": "linux", "architecture": "amd64"}
        self.edit_config = self.edit_manifest = self.edit_descriptor = self.edit_index = \
            self.edit_files = lambda x: None
        self.files, self.roles = {}, {}

    def blob(self, data, role, media):
        digest = sha256(data)
        self.files["blobs/sha256/" + digest] = data
        self.roles[digest] = role
        return {"mediaType": media, "digest": "sha256:" + digest, "size": len(data)}

    def document(self, value, role, media):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.blob(data, role, media)

    def assemble(self):
        layers = self.layers or [(raw := tar(self.members), gz(raw), LAYER + "+gzip")]
        descriptors = [self.blob(blob, f"LAYER{i}", media)
                       for i, (_, blob, media) in enumerate(layers)]
        for raw, _, _ in layers:
            self.config["rootfs"]["diff_ids"].append("sha256:" + sha256(raw))
            self.config["history"].append({"created_by": "test"})
        config = edited(self.edit_config, self.config)
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST,
                    "config": self.document(config, "CONFIG", CONFIG), "layers": descriptors}
        manifest = edited(self.edit_manifest, manifest)
        descriptor = self.document(manifest, "MANIFEST", MANIFEST)
        descriptor["platform"] = self.platform
        descriptor["annotations"] = {"org.opencontainers.image.ref.name": "v1"}
        descriptor = edited(self.edit_descriptor, descriptor)
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor]}
        index = edited(self.edit_index, index)
        self.files["index.json"] = index if isinstance(index, bytes) else json.dumps(index).encode()
        self.files["oci-layout"] = b'{"imageLayoutVersion":"1.0.0"}'
        self.edit_files(self.files)

    def by_role(self, role):
        return next("blobs/sha256/" + d for d, r in self.roles.items() if r == role)

    def write_directory(self, path):
        os.makedirs(path)
        for name, data in self.files.items():
            file = os.path.join(path, name)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            if data is FIFO:
                os.mkfifo(file)
            elif data is DIRECTORY:
                os.mkdir(file)
            elif isinstance(data, Link):
                os.symlink(data, file)
            elif isinstance(data, Sparse):
                with open(file, "wb") as f:
                    f.truncate(data)
            else:
                with open(file, "wb") as f:
                    f.write(data)

    def archive(self):
        return tar([link(n, d) if isinstance(d, Link) else member(n, d) for n, d in self.files.items()])


# ---- kinds: a function that gets an image and changes it, and returns the bytes of an archive ----

KINDS = {}


def kind(function):
    KINDS[function.__name__.replace("_", "-")] = function
    return function


def kinds(name, values, change):
    """A kind for each value: change(image, value)."""
    for suffix, value in values.items():
        KINDS[f"{name}-{suffix}"] = lambda image, value=value: change(image, value)


@kind
def good(image):
    image.assemble()


# The layer.

def with_layer(image, blob, raw=None, media=LAYER + "+gzip"):
    image.layers = [(raw if raw is not None else tar(image.members), blob, media)]
    image.assemble()


def with_members(image, members):
    image.members += members
    image.assemble()


def with_tar(image, change):
    raw = change(tar(image.members))
    with_layer(image, gz(raw), raw)


def patch(data, offset, new):
    return data[:offset] + new + data[offset + len(new):]


def fix(data, offset=0):
    """Renews the checksum of the header at offset."""
    header = patch(data[offset:offset + 512], 148, b" " * 8)
    return patch(data, offset + 148, b"%06o\0 " % sum(header))


def with_blob(image, change):
    raw = tar(image.members)
    blob, media = change(raw)
    with_layer(image, blob, raw, media)


def several_members(raw):
    return b"".join(gz(raw[i:i + 3000]) for i in range(0, len(raw), 3000))


kinds("layer", {
    "plain": lambda raw: (raw, LAYER),
    "gzip-members": lambda raw: (several_members(raw), LAYER + "+gzip"),
    "foreign": lambda raw: (gz(raw), OCI + "layer.nondistributable.v1.tar+gzip"),
    "docker": lambda raw: (gz(raw), "application/vnd.docker.image.rootfs.diff.tar.gzip"),
    "zstd": lambda raw: (zst(raw), LAYER + "+zstd"),
    "zstd-frames": lambda raw: (b"".join(zst(raw[i:i + 3000]) for i in range(0, len(raw), 3000))
                                + b"\x50\x2a\x4d\x18\3\0\0\0end", LAYER + "+zstd"),
    "no-zstd": lambda raw: (raw, LAYER + "+zstd"),
    "is-zstd": lambda raw: (zst(raw), LAYER),
    "zstd-cut": lambda raw: (zst(raw)[:-1], LAYER + "+zstd"),
    "zstd-block": lambda raw: (patch(zst(raw), 9, b"\xff\xff\xff"), LAYER + "+zstd"),
    "zstd-checksum": lambda raw: (zst(raw, 4, b"abcd"), LAYER + "+zstd"),
    "zstd-size": lambda raw: (patch(zst(raw), 5, struct.pack("<I", len(raw) - 1)), LAYER + "+zstd"),
    "zstd-window": lambda raw: (b"\x28\xb5\x2f\xfd\0\xff\1\0\0" + zst(raw), LAYER + "+zstd"),
    "zstd-dictionary": lambda raw: (b"\x28\xb5\x2f\xfd\1\x50\7\1\0\0" + zst(raw), LAYER + "+zstd"),
    "zstd-garbage": lambda raw: (zst(raw) + b"garbage", LAYER + "+zstd"),
    "zstd-empty": lambda raw: (b"", LAYER + "+zstd"),
    "unknown": lambda raw: (b"anything", "application/vnd.example+json"),
    "no-gzip": lambda raw: (raw, LAYER + "+gzip"),
    "is-gzip": lambda raw: (gz(raw), LAYER),
    "gzip-cut": lambda raw: (gz(raw)[:-9], LAYER + "+gzip"),
    "gzip-crc": lambda raw: (patch(gz(raw), len(gz(raw)) - 8, b"abcd"), LAYER + "+gzip"),
    "gzip-length": lambda raw: (patch(gz(raw), len(gz(raw)) - 4, b"abcd"), LAYER + "+gzip"),
    "gzip-garbage": lambda raw: (gz(raw) + b"garbage", LAYER + "+gzip"),
    "gzip-empty": lambda raw: (b"", LAYER + "+gzip"),
}, with_blob)

kinds("tar", {
    "cut": lambda raw: raw[:-1024],
    "half-end": lambda raw: raw[:-512],
    "in-content": lambda raw: raw[:2000],
    "empty": lambda raw: b"",
    "checksum": lambda raw: patch(raw, 0, b"E"),
    "garbage": lambda raw: raw + b"garbage",
    "zeros": lambda raw: raw + bytes(10240 - len(raw) % 10240),
    "too-many-zeros": lambda raw: raw + bytes(2 << 20),
    "sparse": lambda raw: fix(patch(raw, 156, b"S")),
    "unknown-type": lambda raw: fix(patch(raw, 156, b"V")),
    "size-huge": lambda raw: fix(patch(raw, 512 + 124, b"\x80\0\0\0\x80" + bytes(7)), 512),
    "size-link": lambda raw: fix(patch(raw, 512 + 156, b"2"), 512),
}, with_tar)

kinds("members", {
    "absolute": [member("/etc/passwd")],
    "dotdot": [member("../../etc/passwd")],
    "inner-dotdot": [member("etc/../../x")],
    "empty-component": [member("etc//x")],
    "twice": [member("etc/conf", b"other")],
    "twice-dot": [member("./tiny")],
    "through-link": [link("var", "/etc"), member("var/x")],
    "below-file": [member("tiny/x")],
    "whiteout": [member("etc/.wh.gone"), member("etc/.wh..wh..opq")],
    "whiteout-full": [member("etc/.wh.gone", b"x")],
    "whiteout-dotdot": [member("etc/.wh...")],
    "hard-link": [link("etc/alias", "etc/conf", tarfile.LNKTYPE)],
    "hard-link-outside": [link("etc/alias", "../../../etc/shadow", tarfile.LNKTYPE)],
    "hard-link-absolute": [link("etc/alias", "/etc/shadow", tarfile.LNKTYPE)],
    "hard-link-nowhere": [link("etc/alias", "etc/none", tarfile.LNKTYPE)],
    "device": [member("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)],
    "terminal": [member("../\x1b[2J\u00e9")],
}, with_members)


@kind
def long_names(image):
    """A pax and a GNU header; nothing is wrong with them."""
    image.members += [member("etc/" + "n" * 300)]
    raw = tar(image.members, tarfile.PAX_FORMAT)
    gnu = tar([member("etc/" + "m" * 300), link("s", "t" * 200)], tarfile.GNU_FORMAT)
    raw = raw[:-1024] + gnu
    with_layer(image, gz(raw), raw)


@kind
def whiteout_above(image):
    """Sound: a second layer hides what the first one has."""
    low, high = tar(image.members), tar([member("etc/.wh.conf")])
    image.layers = [(low, gz(low), LAYER + "+gzip"), (high, high, LAYER)]
    image.assemble()


def bomb(image, size):
    """A file of zeros of so many bytes, gzipped without ever being there."""
    head = tar([member("zeros")])[:512]
    head = fix(patch(head, 124, b"%011o\0" % size))
    compress, digest, out = zlib.compressobj(9, zlib.DEFLATED, 31), hashlib.sha256(), []
    chunk = bytes(1 << 20)
    for part in (head, *[chunk] * (size >> 20), bytes(1024)):
        digest.update(part)
        out.append(compress.compress(part))
    image.config["config"] = {}
    image.edit_config = lambda c: c["rootfs"].update(diff_ids=["sha256:" + digest.hexdigest()])
    with_layer(image, b"".join(out) + compress.flush(), b"")


@kind
def zstd_bomb(image):
    """The same by zstd, of which a block of 4 bytes holds 128 KiB of zeros."""
    size = 2 << 30
    head = tar([member("zeros")])[:512]
    head = fix(patch(head, 124, b"%011o\0" % size))
    block = struct.pack("<I", 1 << 20 | 2)[:3] + b"\0"
    with_layer(image, zst(head) + b"\x28\xb5\x2f\xfd\0\x38" + block * (size >> 17)
               + struct.pack("<I", 1)[:3] + zst(bytes(1024)), b"", LAYER + "+zstd")


KINDS["bomb"] = lambda image: bomb(image, 2 << 30)
KINDS["zeros"] = lambda image: bomb(image, 64 << 20)


@kind
def many_members(image):
    """More members than are listed, in few bytes."""
    block = io.BytesIO()
    with tarfile.open(fileobj=block, mode="w") as t:
        t.addfile(member("x")[0])
    raw = block.getvalue()[:512] * 524289 + bytes(1024)
    with_layer(image, gzip.compress(raw, 1), raw)


@kind
def many_layers(image):
    """One more than a tree is made of."""
    raw = tar(image.members)
    image.layers = [(raw, gz(raw), LAYER + "+gzip")] * 513
    image.assemble()


@kind
def long_attributes(image):
    """Names of attributes that are 65 MB, of two layers, in few bytes."""
    image.layers = []
    for layer in "ab":
        raw = tar([member(layer + str(i), pax_headers={"SCHILY.xattr." + 1000000 * layer: "1"})
                   for i in range(34)], tarfile.PAX_FORMAT)
        image.layers.append((raw, gzip.compress(raw, 1), LAYER + "+gzip"))
    image.assemble()


# The configuration, and what it says of the layer.

def with_config(image, change):
    image.edit_config = change
    image.assemble()


kinds("config", {
    "diff-id": lambda c: c["rootfs"].update(diff_ids=["sha256:" + "0" * 64]),
    "diff-id-more": lambda c: c["rootfs"]["diff_ids"].append("sha256:" + "0" * 64),
    "diff-id-none": lambda c: c["rootfs"].update(diff_ids=[]),
    "history": lambda c: c["history"].append({"created_by": "more"}),
    "history-empty": lambda c: c["history"].append({"empty_layer": True}),
    "history-none": lambda c: c.pop("history") and None,
    "arch": lambda c: c.update(architecture="arm64"),
    "no-os": lambda c: c.pop("os") and None,
    "times": lambda c: c.update(created="yesterday"),
    "member": lambda c: c.update(more=True),
    "program-none": lambda c: c["config"].update(Entrypoint=["/none"]),
    "program-directory": lambda c: c["config"].update(Entrypoint=["/etc"]),
    "program-text": lambda c: c["config"].update(Entrypoint=["/etc/conf"]),
    "program-cmd": lambda c: c["config"].update(Entrypoint=None, Cmd=["./tiny"]),
    "not-json": lambda c: b"{",
    "is-array": lambda c: b"[]",
}, with_config)


def with_program(image, members, words, machine=62, bits=64):
    image.members = [member("bin/program", elf(machine, bits)), *members]
    image.config["config"]["Entrypoint"] = words
    image.assemble()


@kind
def long_way(image):
    """A PATH of so many directories that the program would be looked for until the end of time."""
    image.members += [member("x/" * 100 + "f")]
    image.config["config"].update(Env=["PATH=" + ("/" + "x/" * 100 + ":") * 10000], Entrypoint=["none"])
    image.assemble()


kinds("program", {
    "loop": ([link("run", "walk"), link("walk", "run/walk")], ["/run"]),
    "path": ([], ["program"]),
    "link": ([link("run", "/bin/program")], ["/run"]),
    "hard-link": ([link("run", "bin/program", tarfile.LNKTYPE)], ["/run"]),
    "script": ([member("run", b"#!/bin/program -x\n")], ["/run"]),
    "interpreter": ([member("run", b"#!/bin/sh\n")], ["/run"]),
    "html": ([member("run", b"<html>")], ["/run"]),
    "machine": ([], ["/bin/program"], 183),
    "class": ([], ["/bin/program"], 3, 32),
}, lambda image, value: with_program(image, *value))


def with_platform(image, platform):
    image.platform = platform
    image.assemble()


def for_platform(image, platform):
    """An image whose documents agree that it is for a platform."""
    image.config = {**image.config, **platform, "config": {}}
    with_platform(image, platform)


kinds("for", {
    "arm": {"os": "linux", "architecture": "arm"},
    "arm-v6": {"os": "linux", "architecture": "arm", "variant": "v6"},
    "arm64": {"os": "linux", "architecture": "arm64"},
    "arm64-v8": {"os": "linux", "architecture": "arm64", "variant": "v8"},
    "windows": {"os": "windows", "architecture": "amd64"},
}, for_platform)

kinds("platform", {
    "other": {"os": "linux", "architecture": "arm64"},
    "variant": {"os": "linux", "architecture": "amd64", "variant": "v1"},
    "variant-other": {"os": "linux", "architecture": "amd64", "variant": "v3"},
    "empty": {},
}, with_platform)


# Manifest and index.

def with_manifest(image, change):
    image.edit_manifest = change
    image.assemble()


def nested(depth):
    return b'{"a":' * depth + b"1" + b"}" * depth


kinds("manifest", {
    "version": lambda m: m.update(schemaVersion=1),
    "media-type": lambda m: m.update(mediaType=INDEX),
    "no-config": lambda m: m.pop("config") and None,
    "no-layers": lambda m: m.pop("layers") and None,
    "member": lambda m: m.update(more=1),
    "twice": lambda m: m["layers"].append(m["layers"][0]),
    "duplicate-key": lambda m: json.dumps(m).encode()[:-1] + b',"layers":[]}',
    "trailing": lambda m: json.dumps(m).encode() + b"{}",
    "deep": lambda m: nested(10000),
    "wide": lambda m: b"[" + b"0," * 200000 + b"0]",
    "not-utf8": lambda m: b'{"\xff":1}',
    "large": lambda m: json.dumps(m).encode() + b" " * (64 << 20),
    "empty": lambda m: b"",
    "layers-empty": lambda m: m.update(layers=[]),
    "config-docker": lambda m: m["config"].update(
        mediaType="application/vnd.docker.container.image.v1+json"),
    "config-other": lambda m: m["config"].update(mediaType="application/vnd.oci.empty.v1+json"),
    "urls": lambda m: m["layers"][0].update(urls=["https://example.com/"]),
    "subject": lambda m: m.update(subject={"mediaType": MANIFEST, "digest": "sha256:" + "1" * 64,
                                           "size": 1}),
}, with_manifest)


def with_descriptor(image, change):
    image.edit_descriptor = change
    image.assemble()


kinds("descriptor", {
    "escape": lambda d: d.update(digest="sha256:../../x"),
    "escape-algorithm": lambda d: d.update(digest="../../x:" + d["digest"][7:]),
    "upper": lambda d: d.update(digest=d["digest"].upper()),
    "sha512": lambda d: d.update(digest="sha512:" + "0" * 128),
    "short": lambda d: d.update(digest=d["digest"][:-1]),
    "long": lambda d: d.update(digest=d["digest"] + "0"),
    "size-more": lambda d: d.update(size=d["size"] + 1),
    "size-less": lambda d: d.update(size=d["size"] - 1),
    "size-negative": lambda d: d.update(size=-1),
    "size-largest": lambda d: d.update(size=2 ** 63 - 1),
    "size-real": lambda d: d.update(size=float(d["size"])),
    "size-text": lambda d: d.update(size=str(d["size"])),
    "media-type": lambda d: d.update(mediaType=INDEX),
    "media-type-unknown": lambda d: d.update(mediaType="text/plain"),
    "missing": lambda d: d.update(digest="sha256:" + "2" * 64),
    "no-platform": lambda d: d.pop("platform") and None,
    "member": lambda d: d.update(more=1),
}, with_descriptor)


def with_index(image, change):
    image.edit_index = change
    image.assemble()


kinds("index", {
    "size-2-63": lambda i: json.dumps(i).encode().replace(b'"size": ', b'"size": 9223372036854775808, "x": '),
    "duplicate-key": lambda i: json.dumps(i).encode()[:-1] + b',"manifests":[]}',
    "trailing": lambda i: json.dumps(i).encode() + b"\n{}",
    "large": lambda i: json.dumps(i).encode() + b" " * (64 << 20),
    "deep": lambda i: nested(10000),
    "array": lambda i: b"[]",
    "no-manifests": lambda i: i.pop("manifests") and None,
    "empty": lambda i: i.update(manifests=[]),
    "no-descriptor": lambda i: i.update(manifests=[7, None, []]),
    "two": lambda i: i["manifests"].append(i["manifests"][0]),
    "unsorted": lambda i: dict(reversed(i.items())),
    "no-media-type": lambda i: i.pop("mediaType") and None,
    "annotations": lambda i: i.update(annotations={"a": 1}),
}, with_index)


def wrap(image, times):
    """The index in an index in an index ..."""
    def edit(index):
        for i in range(times):
            index = {"schemaVersion": 2, "manifests": [image.document(index, f"INDEX{i}", INDEX)]}
        return index
    with_index(image, edit)


KINDS["nested-4"] = lambda image: wrap(image, 4)
KINDS["nested-5"] = lambda image: wrap(image, 5)


@kind
def branching(image):
    """Every index leads to the next one a thousand times: 10^12 ways to the manifest."""
    def edit(index):
        for i in range(4):
            descriptor = image.document(index, f"INDEX{i}", INDEX)
            index = {"schemaVersion": 2, "manifests": [descriptor] * 1000}
        return index
    with_index(image, edit)


@kind
def many_references(image):
    """A document of 4 MiB that many manifests share: it is read for each."""
    config = image.document({"architecture": "amd64", "os": "linux", "rootfs": {
        "type": "layers", "diff_ids": []}, "x": "x" * ((4 << 20) - 200)}, "CONFIG", CONFIG)

    def edit(index):
        index["manifests"] = [image.document({"schemaVersion": 2, "config": config, "layers": [],
                                              "annotations": {"n": str(i)}}, f"M{i}", MANIFEST)
                              for i in range(100)]
    image.members = []
    with_index(image, edit)


# Files of the layout.

def with_files(image, change):
    image.edit_files = lambda files: change(files, image)
    image.assemble()


def flip(files, name, at):
    files[name] = patch(files[name], at, bytes([files[name][at] ^ 1]))


kinds("files", {
    "no-layout": lambda f, i: f.pop("oci-layout"),
    "layout-version": lambda f, i: f.update({"oci-layout": b'{"imageLayoutVersion":"2.0.0"}'}),
    "layout-text": lambda f, i: f.update({"oci-layout": b"1.0.0"}),
    "layout-large": lambda f, i: f.update({"oci-layout": b" " * (5 << 20)}),
    "no-index": lambda f, i: f.pop("index.json"),
    "index-fifo": lambda f, i: f.update({"index.json": FIFO}),
    "index-directory": lambda f, i: f.update({"index.json": DIRECTORY}),
    "index-link": lambda f, i: f.update({"index.json": Link("/etc/passwd")}),
    "nothing": lambda f, i: f.clear(),
    "unreferenced": lambda f, i: f.update({"blobs/sha256/" + "3" * 64: b"x"}),
    "unreferenced-sha512": lambda f, i: f.update({"blobs/sha512/" + "3" * 128: b"x"}),
    "blob-name": lambda f, i: f.update({"blobs/sha256/README": b"x"}),
    "blob-place": lambda f, i: f.update({"blobs/x": b"x"}),
    "blob-below": lambda f, i: f.update({"blobs/sha256/d/x": b"x"}),
    "other": lambda f, i: f.update({"README": b"x", "refs/v1": b"x"}),
    "layer-flipped": lambda f, i: flip(f, i.by_role("LAYER0"), 4),
    "config-flipped": lambda f, i: flip(f, i.by_role("CONFIG"), 16),
    "manifest-flipped": lambda f, i: flip(f, i.by_role("MANIFEST"), 30),
    "layer-missing": lambda f, i: f.pop(i.by_role("LAYER0")),
    "config-missing": lambda f, i: f.pop(i.by_role("CONFIG")),
    "layer-fifo": lambda f, i: f.update({i.by_role("LAYER0"): FIFO}),
    "config-fifo": lambda f, i: f.update({i.by_role("CONFIG"): FIFO}),
    "manifest-directory": lambda f, i: f.update({i.by_role("MANIFEST"): DIRECTORY}),
    "layer-outside": lambda f, i: f.update({i.by_role("LAYER0"): Link("/etc/passwd")}),
    "config-outside": lambda f, i: f.update({i.by_role("CONFIG"): Link("../../../x")}),
    "layer-loop": lambda f, i: f.update({i.by_role("LAYER0"): Link(i.by_role("LAYER0")[13:])}),
    "layer-sparse": lambda f, i: f.update({i.by_role("LAYER0"): Sparse(40 << 30)}),
    "layer-longer": lambda f, i: f.update({i.by_role("LAYER0"): f[i.by_role("LAYER0")] + b"x"}),
    "named": lambda f, i: f.update({"rootfs.tar.gz": f[i.by_role("LAYER0")],
                                    i.by_role("LAYER0"): Link("../../rootfs.tar.gz")}),
}, with_files)


# Docker's archives.

def docker(image, change=lambda table: None, old=False, layout=False, compress=None):
    image.assemble()
    raw = tar(image.members)
    layer = compress(raw) if compress else raw
    config = image.files[image.by_role("CONFIG")]
    name, files = sha256(config), {}
    if not layout:
        image.roles.clear()
    image.roles[name], image.roles[sha256(raw)] = "CONFIG", "LAYER0"
    if old:
        table = [{"Config": name + ".json", "RepoTags": ["tiny:v1"], "Layers": ["b/layer.tar"]}]
        files = {name + ".json": config, "a/VERSION": b"1.0", "a/json": b"{}",
                 "a/layer.tar": Link("../b/layer.tar"), "b/VERSION": b"1.0", "b/json": b"{}",
                 "b/layer.tar": layer, "repositories": b'{"tiny":{"v1":"b"}}'}
    else:
        path = "blobs/sha256/" + sha256(layer)
        table = [{"Config": "blobs/sha256/" + name, "RepoTags": ["tiny:v1"], "Layers": [path],
                  "LayerSources": {"sha256:" + sha256(raw): {"mediaType": LAYER}}}]
        files = {"blobs/sha256/" + name: config, path: layer}
        if layout:
            files = {**image.files, **files}
    table = change(table) or table
    files["manifest.json"] = table if isinstance(table, bytes) else json.dumps(table).encode()
    image.files = files
    return image


def archived(function):
    def make(image, *values):
        return function(image, *values).archive()
    return make


def laid_out(image):
    image.layers = [(raw := tar(image.members), raw, LAYER)]
    return docker(image, layout=True)


def without_table(image):
    docker(image)
    image.files.pop("manifest.json")
    image.files["index.json"] = b"{}"
    return image


kinds("docker", {
    "old": lambda i: docker(i, old=True),
    "new": laid_out,
    "bare": docker,
    "gzip": lambda i: docker(i, compress=gz),
    "zstd": lambda i: docker(i, compress=zst),
    "no-table": without_table,
    "table-text": lambda i: docker(i, lambda t: b"tiny"),
    "table-object": lambda i: docker(i, lambda t: b"{}"),
    "table-empty": lambda i: docker(i, lambda t: b"[]"),
    "table-duplicate": lambda i: docker(i, lambda t: b'[{"Config":"a","Config":"b"}]'),
    "tags": lambda i: docker(i, lambda t: t[0].update(RepoTags=["Tiny:v1", "tiny", "tiny:-", "../x:y"])),
    "no-tags": lambda i: docker(i, lambda t: t[0].update(RepoTags=None)),
    "config-missing": lambda i: docker(i, lambda t: t[0].update(Config="../../etc/passwd")),
    "layer-missing": lambda i: docker(i, lambda t: t[0].update(Layers=["/etc/passwd"])),
    "layer-more": lambda i: docker(i, lambda t: t[0]["Layers"].append(t[0]["Layers"][0])),
    "more-files": lambda i: (docker(i), i.files.update({"more": b"x"}))[0],
    "repositories": lambda i: (docker(i, old=True), i.files.update({"repositories": b"[]"}))[0],
    "flipped": lambda i: (docker(i), flip(i.files, i.by_role("LAYER0"), 0x420))[0],
    "link-outside": lambda i: (docker(i, old=True), i.files.update(
        {"b/layer.tar": Link("../../etc/passwd")}))[0],
}, archived(lambda image, change: change(image)))

kinds("archive", {
    "good": lambda i: i.archive(),
    "dotted": lambda i: tar([member("./" + n, d) for n, d in i.files.items()]),
    "cut": lambda i: i.archive()[:-1024],
    "garbage": lambda i: i.archive() + b"garbage",
    "gzip": lambda i: gz(i.archive()),
    "empty": lambda i: b"",
    "text": lambda i: b"no archive\n",
    "escaping": lambda i: tar([member(n, d) for n, d in i.files.items()] + [member("../x")]),
    "twice": lambda i: tar([member(n, d) for n, d in [*i.files.items(), ("index.json", b"{}")]]),
    "device": lambda i: tar([member(n, d) for n, d in i.files.items()]
                            + [member("blobs/x", type=tarfile.CHRTYPE)]),
    "size-huge": lambda i: fix(patch(i.archive(), 124, b"\x80\0\0\0\x7f" + b"\xff" * 7)),
}, lambda image, change: (image.assemble(), change(image))[1])


def main():
    out, *names = sys.argv[1:]
    for name in names or KINDS:
        image = Image()
        data = KINDS[name](image)
        place = os.path.join(out, name)
        os.makedirs(place)
        if isinstance(data, bytes):
            with open(os.path.join(place, "image"), "wb") as f:
                f.write(data)
        else:
            image.write_directory(os.path.join(place, "image"))
        with open(os.path.join(place, "roles"), "w", encoding="ascii") as f:
            f.writelines(f"s/{digest}/{role}/g\n" for digest, role in image.roles.items())


main()
