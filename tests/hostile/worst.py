# SPDX-License-Identifier: Apache-2.0
"""Inputs that cost a command as much as its limits allow.

    python3 worst.py image KIND LAYERS FILES DIRECTORY	an OCI layout
    python3 worst.py documents MEMBER COUNT DIRECTORY	one of images whose documents have MEMBER full of values
    python3 worst.py dockerfiles KIND COUNT DIRECTORY	a tree for bundler lint

Kinds of images: new (each layer adds files), first (before those of the layers below), same (each
replaces the files below), directories, links (hard links), whiteouts (each second layer removes what
is below), deep (whiteouts of directories in one another). Kinds of Dockerfiles: the keys of
DOCKERFILES.
"""
import gzip
import hashlib
import io
import json
import os
import sys
import tarfile

DOCKERFILES = {
    "instructions": "EXPOSE 1\n" * 1000,
    "words": "RUN " + "a " * 60000,
    "commands": "RUN " + "a;" * 60000,
    "assignments": "RUN " + "a=b;" * 30000,
    "expansions": "ENV A=" + "x" * 1000 + "\nRUN wget " + "$A" * 1000,
    "cases": "RUN " + "case $a in b) c=d;; esac; " * 4500,
    "substitutions": "RUN " + "$(a) " * 25000,
    "continuations": "RUN " + "\\\n" * 60000 + "a",
    "here": "RUN <<E\n" + "a\n" * 60000 + "E",
    "labels": "LABEL " + "a=b " * 30000,
}


def members(kind, layer, files):
    for i in range(files):
        name = f"f{layer:03}-{i:04}"
        if kind == "new":
            yield name, {}
        elif kind == "first":
            yield f"f{999 - layer:03}-{i:04}", {}
        elif kind == "same":
            yield f"f{i:04}", {}
        elif kind == "directories":
            yield name, {"type": tarfile.DIRTYPE}
        elif kind == "links":
            yield name, {"type": tarfile.LNKTYPE, "linkname": f"f{layer:03}-0000"} if i else {}
        elif kind == "whiteouts":
            yield (name if layer % 2 == 0 else f".wh.f{layer - 1:03}-{i:04}"), {}
        elif kind == "deep":
            yield "-/" * (i % 60) + (name if layer % 2 == 0 else ".wh.-" if i < 60 else name), {}


def make_layer(kind, layer, files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, fields in members(kind, layer, files):
            member = tarfile.TarInfo(name)
            for field, value in fields.items():
                setattr(member, field, value)
            tar.addfile(member)
    return stream.getvalue()


def text(document):
    return json.dumps(document, separators=(",", ":")).encode()


class Layout:
    def __init__(self, directory):
        self.directory = directory
        os.makedirs(f"{directory}/blobs/sha256")

    def blob(self, kind, content):
        digest = hashlib.sha256(content).hexdigest()
        with open(f"{self.directory}/blobs/sha256/{digest}", "wb") as f:
            f.write(content)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}",
                "size": len(content)}

    def finish(self, manifests):
        with open(f"{self.directory}/index.json", "wb") as f:
            f.write(text({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                          "manifests": manifests}))
        with open(f"{self.directory}/oci-layout", "w", encoding="ascii") as f:
            f.write('{"imageLayoutVersion": "1.0.0"}')


def make_documents(member, count, directory):
    layout = Layout(directory)
    values = [{}] * 65000
    tar = bytes(1024)
    layer = layout.blob("layer.v1.tar", tar)
    manifests = []
    for i in range(count):
        platform = {"architecture": f"a{i}", "os": "linux"}
        config = layout.blob("config.v1+json", text({
            **platform, "config": {}, "x": values,
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest()]}}))
        manifest = layout.blob("manifest.v1+json", text({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config, "layers": [layer], member: values}))
        manifests.append({**manifest, "platform": platform})
    index = layout.blob("index.v1+json", text({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests}))
    layout.finish([{**index, "annotations": {"org.opencontainers.image.ref.name": "1"}}])


def make_image(kind, layers, files, directory):
    layout = Layout(directory)
    blob = layout.blob
    tars = [make_layer(kind, layer, files) for layer in range(layers)]
    diff_ids = ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars]
    config = blob("config.v1+json", text({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids}}))
    manifest = blob("manifest.v1+json", text({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [blob("layer.v1.tar+gzip", gzip.compress(tar, 9, mtime=0)) for tar in tars]}))
    layout.finish([manifest])


def make_dockerfiles(kind, count, directory):
    for i in range(count):
        os.makedirs(f"{directory}/1.{i}/scratch")
        with open(f"{directory}/1.{i}/scratch/Dockerfile", "w", encoding="ascii") as f:
            f.write(f"FROM scratch\n{DOCKERFILES[kind]}\n"[:131072])


if sys.argv[1] == "image":
    make_image(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
elif sys.argv[1] == "documents":
    make_documents(sys.argv[2], int(sys.argv[3]), sys.argv[4])
else:
    make_dockerfiles(sys.argv[2], int(sys.argv[3]), sys.argv[4])
