#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Change the signatures in a layout, and the digests of what leads to them.

	resign.py LAYOUT signature|payload|type|subject

A byte of each signature, of each payload, or the type of each payload is another one; or each
bundle is that of the next image.
"""

import base64
import hashlib
import json
import pathlib
import sys

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
LISTS = "org.opencontainers.image.ref.name"


def flip(text):
    """The base 64 of other bytes, of which the middle one differs."""
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return base64.b64encode(data).decode()


class Layout:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.blobs = self.path / "blobs" / "sha256"

    def read(self, descriptor):
        return json.loads((self.blobs / descriptor["digest"][7:]).read_bytes())

    def write(self, descriptor, document):
        data = json.dumps(document, separators=(",", ":")).encode()
        descriptor["digest"] = "sha256:" + hashlib.sha256(data).hexdigest()
        descriptor["size"] = len(data)
        (self.blobs / descriptor["digest"][7:]).write_bytes(data)


def change(bundle, what):
    envelope = bundle["dsseEnvelope"]
    if what == "signature":
        envelope["signatures"][0]["sig"] = flip(envelope["signatures"][0]["sig"])
    elif what == "payload":
        envelope["payload"] = flip(envelope["payload"])
    else:
        envelope["payloadType"] = "text/plain"


def main(path, what):
    layout = Layout(path)
    index = json.loads((layout.path / "index.json").read_bytes())
    lists = [entry for entry in index["manifests"] if entry["annotations"][LISTS].startswith("sha256-")]
    entries = [(entry, layout.read(entry)) for entry in lists]
    manifests = [(entry, layout.read(entry)) for _, document in entries for entry in document["manifests"]]
    layers = [manifest["layers"][0] for _, manifest in manifests]
    assert layers and all(layer["mediaType"] == BUNDLE for layer in layers)
    if what == "subject":
        moved = [dict(layer) for layer in layers]
        for layer, other in zip(layers, moved[1:] + moved[:1]):
            layer.update(other)
    else:
        for layer in layers:
            bundle = layout.read(layer)
            change(bundle, what)
            layout.write(layer, bundle)
    for entry, manifest in manifests:
        layout.write(entry, manifest)
    for entry, document in entries:
        layout.write(entry, document)
    (layout.path / "index.json").write_text(json.dumps(index))


main(*sys.argv[1:])
