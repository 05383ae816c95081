# SPDX-License-Identifier: Apache-2.0
"""The file system of a saved image, in the words of `mtree -C`.

    docker save -o FILE IMAGE; python3 image_tree.py FILE

The layers are what counts: `docker export` would show the runtime's own files as well. The root
directory itself is in no layer.
"""

import hashlib
import json
import posixpath
import sys
import tarfile

TYPES = {tarfile.DIRTYPE: "dir", tarfile.REGTYPE: "file", tarfile.SYMTYPE: "link"}


def describe(entry, layer):
    # Engines differ in whether the mode in a layer carries the bits of the type.
    words = [f"type={TYPES[entry.type]}", f"uid={entry.uid}", f"gid={entry.gid}",
             f"mode=0{entry.mode & 0o7777:o}"]
    if entry.isfile():
        words.append(f"size={entry.size}")
    if entry.issym():
        words.append(f"link={entry.linkname}")
    words.append(f"time={int(entry.mtime)}.0")
    if entry.isfile():
        words.append("sha256=" + hashlib.sha256(layer.extractfile(entry).read()).hexdigest())
    return " ".join(words)


def main():
    tree = {}
    with tarfile.open(sys.argv[1]) as saved:
        (image,) = json.load(saved.extractfile("manifest.json"))
        for name in image["Layers"]:
            with tarfile.open(fileobj=saved.extractfile(name)) as layer:
                for entry in layer:
                    path = posixpath.normpath("/" + entry.name)
                    if posixpath.basename(path).startswith(".wh."):
                        sys.exit(f"a layer deletes '{path}'")
                    tree[path] = describe(entry, layer)
    tree.pop("/", None)
    for path in sorted(tree):
        print(f".{path} {tree[path]}")


main()
