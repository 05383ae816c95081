# SPDX-License-Identifier: Apache-2.0
"""Tar archives of all forms, made block by block, and mutants of them.

    forms.py mutants COUNT SEED >STREAM    archives for list.c and main.go
    forms.py compare STREAM LISTING GO PYTHON  what the first accepts the others read alike
"""
import random
import re
import struct
import sys

FIELDS = {  # offset and width (POSIX.1-2017, pax, "ustar Interchange Format")
    "name": (0, 100), "mode": (100, 8), "uid": (108, 8), "gid": (116, 8), "size": (124, 12),
    "mtime": (136, 12), "checksum": (148, 8), "type": (156, 1), "target": (157, 100),
    "magic": (257, 8), "user": (265, 32), "group": (297, 32), "major": (329, 8),
    "minor": (337, 8), "prefix": (345, 155), "atime": (345, 12), "ctime": (357, 12),
    "sparse": (386, 24), "realsize": (483, 12), "star_times": (476, 24), "rest": (500, 12),
    "star": (508, 4),
}
MAGIC = {"ustar": b"ustar\x0000", "gnu": b"ustar  \0", "v7": bytes(8)}


def put(block, field, value):
    at, width = FIELDS[field]
    value = value.encode("latin-1") if isinstance(value, str) else value
    block[at:at + width] = value[:width].ljust(width, b"\0")


def seal(block, signed=False):
    """Makes the checksum right."""
    put(block, "checksum", b" " * 8)
    total = sum(b - 256 if signed and b > 127 else b for b in block)
    put(block, "checksum", b"%06o\0 " % (total % (1 << 18)))


def header(name="f", type="0", size=0, form="ustar", mode=0o644, **fields):
    block = bytearray(512)
    put(block, "name", name)
    put(block, "mode", b"%07o" % mode)
    put(block, "uid", b"0000000")
    put(block, "gid", b"0000000")
    put(block, "size", b"%011o" % size)
    put(block, "mtime", b"14524770400")
    put(block, "type", type)
    put(block, "magic", MAGIC[form])
    for field, value in fields.items():
        put(block, field, value)
    seal(block)
    return block


def record(key, value):
    body = b" " + key.encode() + b"=" + (value if isinstance(value, bytes) else value.encode()) + b"\n"
    length = len(body)
    while len(b"%d" % length) + len(body) != length:
        length = len(b"%d" % length) + len(body)
    return b"%d" % length + body


def member(name="f", type="0", data=b"", **fields):
    """A header with its content, as a list: the parts of an archive, which can be mutated."""
    return [header(name, type, fields.pop("size", len(data)), **fields), bytearray(data)]


def pax(*records, type="x"):
    return member("pax", type, b"".join(record(k, v) for k, v in records))


def long(name, type="L"):
    return member("././@LongLink", type, name.encode() + b"\0", form="gnu")


def archive(parts, end=1024):
    out = b""
    for part in parts:
        out += bytes(part) + bytes(-len(part) % 512)
    return out + bytes(end)


D = "d" * 60 + "/" + "e" * 60


def forms():
    """Archives as lists of parts, in all forms that writers make."""
    yield member("a", data=b"hello")
    yield member("d/", "5", mode=0o755) + member("d/f", data=b"x" * 600, mode=0o4755)
    yield member("a", data=b"1") + member("h", "1", target="a") + member("s", "2", target="a/../b")
    yield member("c", "3", major=b"0000001", minor=b"0000003") + member("b", "4", major=b"0000010")
    yield member("p", "6") + member("contiguous", "7", b"c")
    yield member("old", "\0", b"v7", form="v7") + member("old/", "\0", form="v7")
    yield member("a", data=b"gnu", form="gnu") + member("d/", "5", form="gnu")
    yield member("f", data=b"1", prefix=D)
    yield long(D + "/long") + member(D[:100], data=b"l", form="gnu")
    yield long(D + "/target", "K") + member("s", "2", target=D[:100], form="gnu")
    yield long(D + "/n") + long(D + "/t", "K") + member("s", "2", target="x", form="gnu")
    yield pax(("path", D + "/pax")) + member("f", data=b"p")
    yield pax(("linkpath", D + "/pax"), ("mtime", "12.5")) + member("f", "2", target="x")
    yield pax(("size", "3"), ("uid", "7"), ("gid", "8")) + member("f", data=b"abc", size=0)
    yield pax(("SCHILY.xattr.user.a", b"\0\1"), ("SCHILY.xattr.security.capability", "x"),
              ("mtime", "-1.25"), ("atime", "1"), ("ctime", "2.5")) + member("f", data=b"x")
    yield pax(("comment", "c"), type="g") + pax(("path", "g")) + member("f", data=b"x")
    yield pax(("path", "x")) + pax(("comment", "c"), type="g") + member("f", data=b"x")
    yield pax(("path", "x")) + long("l") + member("f", data=b"x")
    yield long("l") + pax(("path", "x")) + member("f", data=b"x")
    yield member("f", size=0, data=b"", uid=b"\x80\0\0\0\0\1\0\0", mtime=b"\xff" * 12)
    yield member("f", data=b"x", mtime=b" 1452477040 ", uid=b"     0 \0", mode=0o100644)
    yield pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "s"),
              ("GNU.sparse.realsize", "512")) + member("f", data=b"0\n".ljust(512, b"\0"))
    yield member("s", "S", b"x" * 512, form="gnu", sparse=b"00000000000\x0000000001000\0",
                 realsize=b"00000001000")
    yield member("f", data=b"x", form="gnu", atime=b"14524770400", ctime=b"14524770400")
    yield member("f", data=b"x", prefix="p", star_times=b"14524770400 14524770400 ", star=b"tar\0")
    yield (member("./", "5", mode=0o755) + member("./etc/", "5", mode=0o755)
           + member("./etc/.wh.passwd") + member("./etc/.wh..wh..opq") + member("./etc/f", data=b"x"))


VALUES = {
    "number": [b"", b" ", b"0", b"7", b"8", b"0000644\0", b"000644 \0", b"  644 \0", b"\0\0644",
               b"644\0junk", b"6 4", b"-1", b"+1", b"0x1", b"77777777777", b"777777777777",
               b"00000000001 ", b"\x80", b"\x80" + bytes(6) + b"\3", b"\x80" + bytes(10) + b"\3",
               b"\x80" + b"\xff" * 11, b"\xff" * 12, b"\xff" * 7, b"\xc0" + b"\xff" * 11,
               b"\x81" + bytes(10) + b"\3", b"\xbf" + bytes(7), b"\xfe" + b"\xff" * 11,
               b"00000001000", b"1\n", b"1\t2", b"\x80" + bytes(3) + b"\x80" + bytes(7)],
    "text": [b"", b"a", b"a/", b"/a", b"./a", b"../a", b"a/../b", b"a//b", b".", b"./", b"/",
             b"x" * 99, b"x" * 100, b"x" * 99 + b"/", b"x" * 155, b"a\0b", b"\xff\xfe", b"a/.",
             "\u00e4".encode(), b".wh.a", b"d/.wh..wh..opq", b"1452477040", b"14524770400\0text"],
    "type": [b"\0", b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"x", b"g", b"L", b"K", b"S",
             b"D", b"V", b"M", b"N", b"A", b"X", b"E", b"I", b"8", b" ", b"\xff"],
    "magic": [*MAGIC.values(), b"ustar\0\0\0", b"ustar  1", b"ustar 00", b"ustarx00", b"USTAR\x0000",
              b"ustar\0  ", b"\0\0\0\0\0\0\x0000", b"ustar   ", b"GNUtar \0", b"tar\0"],
    "star": [b"tar\0", b"tar", b"tarx", b"\0", b"junk"],
}
KIND = {"type": "type", "magic": "magic", "star": "star", "name": "text", "target": "text",
        "prefix": "text", "user": "text", "group": "text", "rest": "text"}
RECORDS = [("path", b"p"), ("path", b""), ("path", b"a/"), ("path", b"a\0b"), ("linkpath", b"t"),
           ("linkpath", b""), ("size", b"3"), ("size", b""), ("size", b"-1"), ("size", b"0x3"),
           ("uid", b"9"), ("uid", b"+9"), ("uid", b"-9"), ("gid", b"1 "), ("gid", b"007"),
           ("mtime", b"1"), ("mtime", b"1."), ("mtime", b".5"), ("mtime", b"-0.5"), ("mtime", b"-"),
           ("mtime", b"1.1234567891"), ("mtime", b"1e3"), ("atime", b"x"), ("ctime", b""),
           ("uname", b"u"), ("uname", b"u\0"), ("SCHILY.xattr.user.a", b""),
           ("SCHILY.xattr.user.a", b"\0="), ("SCHILY.xattr.", b"x"), ("SCHILY.acl.access", b"u::r"),
           ("SCHILY.realsize", b"9"), ("SCHILY.filetype", b"sparse"), ("SCHILY.devmajor", b"1"),
           ("LIBARCHIVE.xattr.user.a", b"eA"), ("GNU.sparse.major", b"1"), ("GNU.sparse.map", b"0,1"),
           ("GNU.sparse.name", b"n"), ("GNU.sparse.size", b"1"), ("hdrcharset", b"BINARY"),
           ("comment", b"c"), ("", b"x"), ("a=b", b"c"), ("a\0b", b"c")]


def mutate_header(rng, block):
    if not block:
        return
    field = rng.choice([f for f in FIELDS if f != "checksum"])
    kind = KIND.get(field, "number")
    at, width = FIELDS[field]
    choice = rng.random()
    if choice < .6:
        put(block, field, rng.choice(VALUES[kind if rng.random() < .9 else "text"]))
    elif choice < .8:
        block[at + rng.randrange(width)] = rng.choice(b"\0 017/.\x80\xff-ax")
    else:
        block[rng.randrange(512)] ^= 1 << rng.randrange(8)
    seal(block, rng.random() < .02)
    if rng.random() < .02:
        put(block, "checksum", rng.choice(VALUES["number"]))


def resize(parts, index):
    """The size in a header becomes that of its content again."""
    put(parts[index], "size", b"%011o" % len(parts[index + 1]))
    seal(parts[index])


def mutate_records(rng, parts):
    at = [i for i in range(0, len(parts), 2) if parts[i] and parts[i][156:157] in (b"x", b"g")]
    if not at:
        return
    body = parts[rng.choice(at) + 1]
    choice = rng.random()
    if choice < .7:
        body[:0 if rng.random() < .5 else len(body)] = record(*rng.choice(RECORDS))
        if choice < .1:
            body += record(*rng.choice(RECORDS))
    elif body and choice < .9:
        body[rng.randrange(len(body))] = rng.choice(b"\0 =\n01239a")
    else:
        body += rng.choice([b"\0", b"\n", b"4 a\n", b"5 a=\n", b"x", b"6 a=b\n", b"+6 a=\n"])
    for i in at:
        resize(parts, i)


def mutate_order(rng, parts):
    extensions = [pax(rng.choice(RECORDS)), pax(rng.choice(RECORDS), type="g"), long("long"),
                  long("long", "K"), long(""), long("", "K"), long("a\0b"), long("l/"), pax(),
                  member("l", "L", b"unterminated", form="gnu"), member("z", data=b"z")]
    at = 2 * rng.randrange(len(parts) // 2 + 1)
    choice = rng.random()
    if choice < .7 or len(parts) < 4:
        parts[at:at] = rng.choice(extensions)
    elif choice < .85:
        other = 2 * rng.randrange(len(parts) // 2)
        one = parts[other:other + 2]
        del parts[other:other + 2]
        parts[at:at] = [bytearray(p) for p in one]
    else:
        del parts[at:at + 2]


def mutants(count, seed):
    rng = random.Random(seed)
    seeds = list(forms())
    for number in range(count):
        parts = [bytearray(part) for part in rng.choice(seeds)]
        for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
            choice = rng.random()
            if choice < .6 and parts:
                mutate_header(rng, parts[2 * rng.randrange(len(parts) // 2)])
            elif choice < .8:
                mutate_records(rng, parts)
            else:
                mutate_order(rng, parts)
        bytes_ = archive(parts, rng.choice([1024] * 20 + [0, 512, 10240, 1000]))
        if rng.random() < .02:
            bytes_ = bytes_[:rng.randrange(len(bytes_) + 1)]
        yield bytes_


def listings(path):
    with open(path) as file:
        return [one.split("\n", 1)[1] for one in file.read().split("archive ")[1:]]


def loosely(listing):
    """Without what list.py does not print: attributes, fractions of seconds, slashes at ends."""
    listing = re.sub(r" [0-9a-f]+=[0-9a-f]*", "", listing)
    return re.sub(r"(?m)^(\d [0-9a-f]*?)(?:2f)* >(\S* \S+ \S+ -?\d+)(?:\.\d+)? ", r"\1 >\2 ", listing)


def compare(stream, ours, go, python):
    """Prints what differs; the number of archives that bundler reads, refuses, and reads otherwise.

    What tarfile refuses as a whole, which it does for the last header alone, is no other reading.
    """
    one, two, three = listings(ours), listings(go), listings(python)
    read = wrong = 0
    if not len(one) == len(two) == len(three):
        sys.exit("the listings have %d, %d and %d archives" % (len(one), len(two), len(three)))
    with open(stream, "rb") as file:
        for number, (a, b, c) in enumerate(zip(one, two, three)):
            archive_ = file.read(struct.unpack("<Q", file.read(8))[0])
            if "\nrefused: " in "\n" + a:
                continue
            read += 1
            if a == b and (loosely(a) == loosely(c) or "end of file header" in c):
                continue
            wrong += 1
            with open("%s.%d.tar" % (stream, number), "wb") as out:
                out.write(archive_)
            print("archive %d:\n%sGo:\n%sPython:\n%s" % (number, a, b, c))
    print("%d read, %d refused, %d differ" % (read, len(one) - read, wrong))
    return wrong > 0 or read < len(one) / 5


if __name__ == "__main__":
    if sys.argv[1] == "mutants":
        for one in mutants(int(sys.argv[2]), int(sys.argv[3])):
            sys.stdout.buffer.write(struct.pack("<Q", len(one)) + one)
    else:
        sys.exit(compare(*sys.argv[2:6]))
