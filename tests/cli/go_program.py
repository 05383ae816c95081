#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A program with Go's build information, on standard output.

    go_program.py elf|pe GO [CHANGE] <TEXT

GO is the version of Go, TEXT what `go version -m` prints below it, without the first tab of each
line. Changes: pointers (the form before Go 1.18), none (no information), length (a string of 2^63
bytes), cut (the file ends in the text).
"""

import struct
import sys

form, go = sys.argv[1:3]
change = sys.argv[3] if len(sys.argv) > 3 else ""
text = sys.stdin.buffer.read()


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def string(data):
    return varint(2**63 if change == "length" else len(data)) + data


flags = 0 if change == "pointers" else 2
info = b"\xff Go buildinf:" + bytes([8, flags]) + bytes(16)
info += string(go.encode()) + string(b"s" * 16 + text + b"e" * 16 if text else b"")
if change == "none":
    info = bytes(len(info))
code = bytes.fromhex("31ff b83c000000 0f05")    # exit(0)
names = b"\0.go.buildinfo\0.shstrtab\0"

if form == "elf":
    at = 0x1000
    table = at + len(info) + -len(info) % 16 + 64
    head = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400100, 64, table, 0, 64, 56, 1, 64, 3, 2)
    head += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, at, at, 0x1000)
    program = (head.ljust(0x100, b"\0") + code).ljust(at, b"\0") + info
    program = program.ljust(table - 64, b"\0") + names.ljust(64, b"\0")
    program += bytes(64)
    program += struct.pack("<IIQQQQIIQQ", 1, 1, 3, 0x600000, at, len(info), 0, 0, 16, 0)
    program += struct.pack("<IIQQQQIIQQ", 15, 3, 0, 0, table - 64, len(names), 0, 0, 1, 0)
else:
    size = len(info) + 512
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x80)
    head = head.ljust(0x80, b"\0") + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 112, 0x22)
    head += struct.pack("<H", 0x20B).ljust(112, b"\0")
    head += struct.pack("<8sIIIIIIHHI", b".data", size, 0x1000, size, 0x400, 0, 0, 0, 0, 0xC0000040)
    program = head.ljust(0x400, b"\0") + bytes(16) + info
    program = program.ljust(0x400 + size, b"\0")
if change == "cut":
    program = program[:program.index(text) + len(text) // 2]
sys.stdout.buffer.write(program)
