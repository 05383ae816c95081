#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the release that standard input describes, for init.sh: a line for each file,

    NAME MACHINE [MEMBER[=KIND]]...

with the members of an archive, or without any for a program. A MEMBER is a text, or of the KIND program,
dynamic, mit or apache. Writes the files, SHA256SUMS of them, and release.json, GitHub's document, to rel/.
The arguments are the tag and, for files without a digest in the document, their names.
"""

import gzip
import hashlib
import io
import json
import os
import struct
import sys
import tarfile
import zipfile

MACHINES = {"amd64": (62, 64), "arm64": (183, 64), "armv7": (40, 32)}
TEXTS = {
    "mit": "MIT License\n\nPermission is hereby granted, free of charge, to any person\nobtaining a copy of "
           "this software and associated documentation\nfiles (the \"Software\")\n",
    "apache": "                                 Apache License\n                           Version 2.0, January "
              "2004\n",
}


def program(machine, interpreter=False):
    """A static ELF executable; with an interpreter a dynamic one."""
    number, bits = MACHINES[machine]
    size, segments = 0x300, 1 + interpreter
    ident = b"\x7fELF" + bytes([bits // 32, 1, 1]) + bytes(9)
    if bits == 64:
        head = struct.pack("<HHIQQQIHHHHHH", 2, number, 1, 0x400200, 64, 0, 0, 64, 56, segments, 64, 0, 0)
        head += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 0x1000)
        if interpreter:
            head += struct.pack("<IIQQQQQQ", 3, 4, 0x200, 0x400200, 0x400200, 8, 8, 1)
    else:
        head = struct.pack("<HHIIIIIHHHHHH", 2, number, 1, 0x400200, 52, 0, 0, 52, 32, 1, 40, 0, 0)
        head += struct.pack("<IIIIIIII", 1, 0, 0x400000, 0x400000, size, size, 5, 0x1000)
    return (ident + head).ljust(0x200, b"\0") + b"/lib/ld\0".ljust(0x100, b"\0")


def content(machine, kind):
    if kind in ("program", "dynamic"):
        return program(machine, kind == "dynamic")
    return TEXTS.get(kind, "a text\n").encode()


def archive(name, machine, members):
    files = [(path, content(machine, kind)) for path, _, kind in (m.partition("=") for m in members)]
    out = io.BytesIO()
    if not files:
        return program(machine)
    if name.endswith(".zip"):
        with zipfile.ZipFile(out, "w") as z:
            for path, data in files:
                z.writestr(path, data)
    else:
        with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed, \
                tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path, data in files:
                member = tarfile.TarInfo(path)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


def main():
    tag, bare = sys.argv[1], sys.argv[2:]
    os.makedirs("rel", exist_ok=True)
    assets, sums = [], []
    for line in sys.stdin:
        name, machine, *members = line.split()
        data = machine.encode() + b"\n" if machine not in MACHINES else archive(name, machine, members)
        digest = hashlib.sha256(data).hexdigest()
        with open(f"rel/{name}", "wb") as f:
            f.write(data)
        sums.append(f"{digest}  {name}\n")
        assets.append({"name": name, "digest": None if name in bare or "*" in bare else f"sha256:{digest}",
                       "browser_download_url":
                       f"https://github.com/example/hello/releases/download/{tag}/{name}"})
    with open("rel/SHA256SUMS", "w", encoding="ascii") as f:
        f.writelines(sums)
    with open("rel/release.json", "w", encoding="ascii") as f:
        json.dump({"tag_name": tag, "assets": assets}, f)


main()
