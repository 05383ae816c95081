# SPDX-License-Identifier: Apache-2.0
"""Lists archives as Python's tarfile reads them: what main.go prints, from the same standard input,
but for attributes and the fractions of seconds."""
import io
import struct
import sys
import tarfile
import zlib

TYPES = {tarfile.REGTYPE: 0, tarfile.AREGTYPE: 0, tarfile.LNKTYPE: 1, tarfile.SYMTYPE: 2,
         tarfile.CHRTYPE: 3, tarfile.BLKTYPE: 4, tarfile.DIRTYPE: 5, tarfile.FIFOTYPE: 6}


def text(value):
    return value.encode("utf-8", "surrogateescape").hex()


def members(archive):
    # "utf-8" alone would refuse names of other bytes.
    with tarfile.open(fileobj=io.BytesIO(archive), encoding="utf-8", errors="surrogateescape") as tar:
        for one in tar:
            kind = TYPES[one.type]
            target = one.linkname if kind in (1, 2) else ""
            device = (one.devmajor, one.devminor) if kind in (3, 4) else (0, 0)
            data = tar.extractfile(one).read() if kind == 0 else b""
            print("%d %s >%s %o %d:%d %d %d:%d %d %08x" % (
                kind, text(one.name), text(target), one.mode & 0o7777, one.uid, one.gid,
                one.mtime // 1, *device, len(data), zlib.adler32(data)))


def main():
    number = 0
    while length := sys.stdin.buffer.read(8):
        print("archive", number)
        number += 1
        try:
            members(sys.stdin.buffer.read(struct.unpack("<Q", length)[0]))
        except (tarfile.TarError, KeyError, ValueError, OverflowError) as error:
            print("refused:", error)


main()
