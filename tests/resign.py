#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Change the signatures in a layout, and the digests of what leads to them.

	resign.py LAYOUT signature|payload|type|subject|predicate|many [KEY]

A byte of each signature, of each payload, or the type of each payload is another one; or each
bundle is that of the next image; or the key has signed a predicate of another type; or hundreds of
manifests before it refer to the image, too.
"""

import base64
import hashlib
import json
import pathlib
import subprocess
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


def sign(envelope, key):
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=signed, capture_output=True, check=True)
    envelope["signatures"][0]["sig"] = base64.b64encode(done.stdout).decode()


def change(bundle, what, key=None):
    envelope = bundle["dsseEnvelope"]
    if what == "signature":
        envelope["signatures"][0]["sig"] = flip(envelope["signatures"][0]["sig"])
    elif what == "payload":
        envelope["payload"] = flip(envelope["payload"])
    elif what == "type":
        envelope["payloadType"] = "text/plain"
    else:
        statement = json.loads(base64.b64decode(envelope["payload"]))
        statement["predicateType"] = "https://example.com/other"
        envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
        sign(envelope, key)


def add_many(layout, document):
    """Manifests without a bundle, at the beginning of a list."""
    manifest = layout.read(document["manifests"][0])
    manifest["artifactType"] = "text/plain"
    for number in range(300):
        manifest["annotations"] = {"number": str(number)}
        entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": "text/plain"}
        layout.write(entry, manifest)
        document["manifests"].insert(0, entry)


def main(path, what, key=None):
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
    elif what == "many":
        for _, document in entries:
            add_many(layout, document)
    else:
        for layer in layers:
            bundle = layout.read(layer)
            change(bundle, what, key)
            layout.write(layer, bundle)
    for entry, manifest in manifests:
        layout.write(entry, manifest)
    for entry, document in entries:
        layout.write(entry, document)
    (layout.path / "index.json").write_text(json.dumps(index))


main(*sys.argv[1:])
