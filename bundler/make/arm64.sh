#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Build the program for arm64, on a machine of any kind.
#
#	arm64.sh DIRECTORY
#
# DIRECTORY becomes a tree whose build/ has the program, its libraries and THIRD-PARTY; everything else in
# it is a link to what is here. The flags are those of this machine's program.
set -eu
unset MAKEFLAGS MFLAGS MAKELEVEL	# of the make that runs this: the one here has its own
cd "$(dirname "$0")/../.."
top=$(pwd)

bundler/make/toolchain.sh build arm64
mkdir -p "$1/build/toolchain"
cd "$1"
exec 9>build.lock
flock 9
for name in LICENSE Makefile bundler docs build/src build/toolchain/build; do
	[ -e "$name" ] || ln -sn "$top/$name" "$name"
done
"$top/bundler/make/sysroot.sh" build/sysroot arm64
make -s all GCC=aarch64-linux-gnu-gcc CC_MUSL="$top/build/musl-arm64/musl-gcc" \
	MUSL="$top/build/musl-arm64/usr/lib/aarch64-linux-musl"
