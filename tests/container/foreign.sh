#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600
# The trees of the other platforms hold a server that starts there. No engine is needed.
. "$(dirname "$0")/lib.sh"

need_trees linux/arm64 linux/arm/v7 linux/arm/v6 linux/386 windows/amd64

version=$(sed -n 's/^version: *//p' "$top/configs/nats-streaming-server.yaml")

# starts TREE EMULATOR [OPTION]...: the tree's server prints its version there.
starts() {
	begin "$1 starts"
	if ! command -v "$2" >/dev/null; then
		skip "no $2"
		return
	fi
	run "${@:2}" "$context/rootfs/$1/nats-streaming-server" --version
	filter 's/, nats-server:.*//'
	stdout <<<"nats-streaming-server version $version"
}

starts linux-arm64 qemu-aarch64-static
starts linux-arm-v7 qemu-arm-static -cpu cortex-a7
# A processor that knows nothing newer than version 6.
starts linux-arm-v6 qemu-arm-static -cpu arm1176
# qemu's i386 does not survive the signals that Go's scheduler sends to its own threads.
starts linux-386 qemu-i386-static -E GODEBUG=asyncpreemptoff=1

begin 'windows-amd64 holds a program for it, and nothing of Linux'
files "$context/rootfs/windows-amd64" <<-'END'
	nats-streaming-server.conf
	nats-streaming-server.exe
	usr
	usr/share
	usr/share/licenses
	usr/share/licenses/nats-streaming-server
	usr/share/licenses/nats-streaming-server/LICENSE
END
# PE format: the signature's offset is at 0x3c; the machine follows it, 0x8664 for x64.
machine='
import struct, sys
program = open(sys.argv[1], "rb").read()
offset = struct.unpack_from("<I", program, 0x3C)[0]
print(program[:2], program[offset:offset + 4], hex(struct.unpack_from("<H", program, offset + 4)[0]))'
run python3 -c "$machine" "$context/rootfs/windows-amd64/nats-streaming-server.exe"
stdout <<<"b'MZ' b'PE\x00\x00' 0x8664"

finish
