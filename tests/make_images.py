# SPDX-License-Identifier: Apache-2.0
"""Make other images of one that is there.

    python3 make_images.py FROM KIND TO

FROM is an OCI layout with one image. TO is a copy of it that has, by KIND: two, an index of that image
and of another one; big, the image with a layer of 16 MiB; signed, the image and a note that refers to it.
"""
import hashlib
import json
import shutil
import sys

KIND = "application/vnd.oci.image."


class Layout:
    def __init__(self, source, directory):
        shutil.copytree(source, directory)
        self.directory = directory
        with open(f"{directory}/index.json", encoding="utf-8") as f:
            self.index = json.load(f)
        self.image = self.index["manifests"][0]
        with open(f"{directory}/blobs/{self.image['digest'].replace(':', '/')}", encoding="utf-8") as f:
            self.manifest = json.load(f)

    def blob(self, content, media_type):
        """Adds content, bytes or a document; its descriptor."""
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        digest = hashlib.sha256(content).hexdigest()
        with open(f"{self.directory}/blobs/sha256/{digest}", "wb") as f:
            f.write(content)
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(content)}

    def finish(self, *manifests):
        with open(f"{self.directory}/index.json", "w", encoding="utf-8") as f:
            json.dump({**self.index, "manifests": manifests}, f)


def two(layout):
    other = layout.blob({**layout.manifest, "annotations": {"of": "arm64"}}, KIND + "manifest.v1+json")
    layout.finish(layout.blob({
        "schemaVersion": 2, "mediaType": KIND + "index.v1+json", "manifests": [
            {**image, "platform": {"os": "linux", "architecture": architecture}}
            for image, architecture in ((layout.image, "amd64"), (other, "arm64"))]}, KIND + "index.v1+json"))


def big(layout):
    layer = layout.blob(bytes(range(256)) * (16 << 12), layout.manifest["layers"][0]["mediaType"])
    layout.finish(layout.blob({**layout.manifest, "layers": [layer]}, layout.image["mediaType"]))


def signed(layout):
    layout.finish(layout.image, layout.blob({
        "schemaVersion": 2, "mediaType": KIND + "manifest.v1+json", "artifactType": "application/x-note",
        "config": layout.blob(b"{}", "application/vnd.oci.empty.v1+json"),
        "layers": [layout.blob(b"seen", "text/plain")],
        "subject": {key: layout.image[key] for key in ("mediaType", "digest", "size")},
        "annotations": {"by": "me"}}, KIND + "manifest.v1+json"))


{"two": two, "big": big, "signed": signed}[sys.argv[2]](Layout(sys.argv[1], sys.argv[3]))
