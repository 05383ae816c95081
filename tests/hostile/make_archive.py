#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make one release archive of the tiny product that something is wrong with.

    make_archive.py KIND GOOD.tar.gz OUT

GOOD is a sound archive; its program and licence are used. OUT is tar.gz, or zip where KIND begins
with "zip-". The kinds are the keys of KINDS.
"""
import gzip
import io
import struct
import sys
import tarfile
import zipfile

STEM = "tiny-1.0-linux-amd64/"
kind, good, out = sys.argv[1:]
with tarfile.open(good) as t:
    program = t.extractfile(STEM + "tiny").read()
    licence = t.extractfile(STEM + "LICENSE").read()


def member(name, data=b"", **fields):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o755
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data


def tar(*members):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for info, data in members:
            t.addfile(info, io.BytesIO(data))
    return raw.getvalue()


def round_up(data):
    return -(-len(data) // 512) * 512


def gz(raw):
    return gzip.compress(raw, 6, mtime=0)


SERVER, LICENCE = member(STEM + "tiny", program), member(STEM + "LICENSE", licence)


def with_program(data):
    return gz(tar(member(STEM + "tiny", data), LICENCE))


def patched(offset, data):
    return with_program(program[:offset] + data + program[offset + len(data):])


def sound():
    return gz(tar(SERVER, LICENCE))


def zipped(names=("tiny", "LICENSE"), directory=STEM):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as z:
        for name in names:
            z.writestr(directory + name, program if name == "tiny" else licence)
    return raw.getvalue()


def zip_lying():
    """The central directory says that the program is shorter than it is."""
    raw = bytearray(zipped())
    at = raw.index(b"PK\1\2")
    raw[at + 24:at + 28] = struct.pack("<I", len(program) // 2)
    raw[22:26] = struct.pack("<I", len(program) // 2)
    return bytes(raw)


KINDS = {
    # what must be there is not, or not once, or is something else
    "missing": lambda: gz(tar(LICENCE)),
    "elsewhere": lambda: gz(tar(member("other/tiny", program), LICENCE)),
    "twice": lambda: gz(tar(SERVER, LICENCE, SERVER)),
    "symlink": lambda: gz(tar(member(STEM + "tiny", type=tarfile.SYMTYPE, linkname="LICENSE"), LICENCE)),
    "hardlink": lambda: gz(tar(LICENCE, member(STEM + "tiny", type=tarfile.LNKTYPE,
                                               linkname=STEM + "LICENSE"))),
    "device": lambda: gz(tar(member(STEM + "tiny", type=tarfile.CHRTYPE, devmajor=1, devminor=5), LICENCE)),
    "fifo": lambda: gz(tar(member(STEM + "tiny", type=tarfile.FIFOTYPE), LICENCE)),
    "directory": lambda: gz(tar(member(STEM + "tiny", type=tarfile.DIRTYPE), LICENCE)),
    # names that nobody asked for: harmless, because they are never used
    "escaping": lambda: gz(tar(member("../../escaped", b"x"), member("/escaped", b"x"),
                               member(STEM + "../../escaped", b"x"), SERVER, LICENCE)),
    # not what it says it is
    "html": lambda: b"<!DOCTYPE html><html><body>Not Found</body></html>\n",
    "empty": lambda: b"",
    "zeros": lambda: bytes(100000),
    "plain-tar": lambda: tar(SERVER, LICENCE),
    # damaged
    "cut-gzip": lambda: sound()[:-5000],
    "cut-tar": lambda: gz(tar(SERVER, LICENCE)[:100000]),
    "no-end": lambda: gz(tar(SERVER, LICENCE)[:1024 + round_up(program) + round_up(licence)]),
    "bad-crc": lambda: sound()[:-8] + bytes(4) + sound()[-4:],
    "bad-length": lambda: sound()[:-4] + bytes(4),
    "trailing": lambda: sound() + b"trailing garbage",
    "bad-checksum": lambda: gz(bytes([tar(SERVER)[0] ^ 1]) + tar(SERVER, LICENCE)[1:]),
    # too much
    "bomb": lambda: gz(tar(member("bomb", bytes(300 << 20)), SERVER, LICENCE)),
    "crowd": lambda: gz(tar(*[member(f"{i:06}") for i in range(70000)], SERVER, LICENCE)),
    # programs that must not be published
    "script": lambda: with_program(b"#!/bin/sh\nexit 0\n"),
    "page": lambda: with_program(b"<html>moved</html>"),
    "other-machine": lambda: patched(18, struct.pack("<H", 183)),
    "other-class": lambda: patched(4, b"\1"),
    "other-order": lambda: patched(5, b"\2"),
    "object": lambda: patched(16, struct.pack("<H", 1)),
    "dynamic": lambda: patched(64, struct.pack("<I", 3)),
    "cut-program": lambda: with_program(program[:-1000]),
    "tiny-program": lambda: with_program(program[:40]),
    # zip
    "zip-sound": zipped,
    "zip-missing": lambda: zipped(["LICENSE"]),
    "zip-lying": zip_lying,
    "zip-cut": lambda: zipped()[:-100],
    "zip-html": lambda: b"<html></html>",
}

if __name__ == "__main__":
    with open(out, "wb") as f:
        f.write(KINDS[kind]())
