#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same sources give the same program: built again, libraries and all, in a directory with
# another name, with another umask, locale and zone.
# tests/run: timeout=1800 seconds=200
. "$(dirname "$0")/../lib.sh"

begin 'a build elsewhere gives the same bytes'
mkdir -p "another-directory/build"
cp -r "$top/Makefile" "$top/bundler" "another-directory"
cp -a "$top/build/src" "another-directory/build"
check env -i PATH="$PATH" HOME="$HOME" LC_ALL=C.UTF-8 TZ=Asia/Tokyo sh -c \
	'umask 077; exec nice make -C "another-directory" build/bundler'
check cmp "$top/build/bundler" "another-directory/build/bundler"
check diff -r "$top/build/sysroot/lib" "another-directory/build/sysroot/lib"
finish
