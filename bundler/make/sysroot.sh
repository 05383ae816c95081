#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Build the libraries that bundler links, as static libraries, from Debian source packages.
#
#	sysroot.sh PREFIX FLAVOUR
#
# FLAVOUR is musl (what is shipped), arm64 (the same for that machine, built on any other) or san
# (glibc, AddressSanitizer, for the tests). Leaves PREFIX/include, PREFIX/lib and PREFIX/versions, one
# "name version" per line, written last.
# arm64 has its own C library, and the compiler musl-gcc that takes it, in build/musl-arm64.
# Sources are fetched once into build/src (sysroot/sources.sh); what is compiled, and how, is in
# sysroot/libraries.mk and the configuration headers beside it. All in one row of jobs.
set -eu
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL	# of the make that runs this: the one here has its own

packages='bearssl bzip2 curl jansson libarchive libdeflate libyaml libzstd nettle xz-utils zlib'
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
src=$top/build/src

version_of() { # the version of a source package, as its distribution counts
	sed -n 's/^Version: //p' "$src/dsc/${1}"_*.dsc | head -n 1
}

upstream_of() { # 1:1.2.13.dfsg-1 -> 1.2.13
	version_of "$1" | sed 's/^[0-9]*://; s/-[^-]*$//; s/[.+]dfsg.*//'
}

fetch_sources() {
	[ "$(cat "$src/complete" 2>/dev/null)" != "$packages" ] || return 0
	# shellcheck disable=SC2086 # a list of names
	"$here/sysroot/sources.sh" fetch "$src" $packages
	if [ ! -e "$src/curl/lib/vtls/bearssl.c" ]; then
		echo "sysroot: cannot build curl $(version_of curl): it has no support for BearSSL;" \
			"Debian 12, Debian 13 and Ubuntu 24.04 have a curl that does" >&2
		return 1
	fi
	echo "$packages" >"$src/complete"
}

compile() {
	make -s -r -j "$(nproc)" -f "$here/sysroot/libraries.mk" SRC="$src" CONFIG="$here/sysroot" \
		CC="$CC" AR="$AR" CFLAGS="$CFLAGS" SMALL="$small" YAML_VERSION="$(upstream_of libyaml)"
}

# The C library of another machine, and a compiler that takes it from there: Debian's musl-gcc and
# its specs, with other paths.
fetch_musl() {
	[ -e "$musl/version" ] || "$here/sysroot/sources.sh" foreign "$musl" "$flavour" musl-dev
	sed "s,/usr/,$musl/usr/,g" "$musl"/usr/lib/*/musl-gcc.specs >"$musl/specs"
	printf '#!/bin/sh\nexec aarch64-linux-gnu-gcc "$@" -specs "%s"\n' "$musl/specs" >"$musl/musl-gcc"
	chmod +x "$musl/musl-gcc"
}

install_headers() {
	mkdir -p "$prefix/include/curl" "$prefix/include/nettle"
	cp -R "$src/xz-utils/src/liblzma/api/lzma.h" "$src/xz-utils/src/liblzma/api/lzma" \
		"$src/bzip2/bzlib.h" "$prefix/include"
	cp "$src"/bearssl/inc/*.h "$src/libarchive/libarchive/archive.h" \
		"$src/libarchive/libarchive/archive_entry.h" "$src/libdeflate/libdeflate.h" \
		jansson_config.h "$src/jansson/src/jansson.h" "$src/libyaml/include/yaml.h" \
		"$src/libzstd/lib/zstd.h" "$src/libzstd/lib/zstd_errors.h" \
		"$src/zlib/zlib.h" "$prefix/include"
	# Whoever includes it has these headers, as configure would find.
	sed 's/^#ifdef HAVE_\(UNISTD\|STDARG\)_H.*/#if 1/' "$src/zlib/zconf.h" >"$prefix/include/zconf.h"
	cp "$src"/curl/include/curl/*.h "$prefix/include/curl"
	cp "$src/nettle/sha2.h" "$src/nettle/nettle-types.h" "$prefix/include/nettle"
	chmod -R u=rwX,go=rX "$prefix/include"
}

mkdir -p "$1" "$top/build"
final=$(cd "$1" && pwd)
prefix=$final.new	# the libraries that exist stay until all of the new ones are built
case $top$prefix in *[[:space:]]*)
	echo "sysroot: cannot build in '$top': make does not bear blanks in a path" >&2
	exit 1 ;;
esac
work=$prefix/work
flavour=$2
musl=$top/build/musl-$flavour
AR='ar'
small=	# for what takes no time
case $flavour in
musl | arm64)
	CC="musl-gcc"
	CFLAGS="-O2 -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong"
	CFLAGS="$CFLAGS -fstack-clash-protection -fno-asynchronous-unwind-tables"
	small=-Os
	[ "$flavour" = musl ] || CC=$musl/musl-gcc AR=aarch64-linux-gnu-ar ;;
san)
	CC=gcc
	CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=address" ;;
*)
	echo "sysroot: unknown flavour '$flavour'" >&2
	exit 2 ;;
esac
# The bytes must not depend on the directory.
CFLAGS="$CFLAGS -ffile-prefix-map=$work=. -ffile-prefix-map=$src=."

exec 8>"$final.lock" 9>"$top/build/src.lock"
flock 8
if [ -e "$final/versions" ] &&
	[ -z "$(find "$here/sysroot.sh" "$here/sysroot" -newer "$final/versions")" ]; then
	exit	# nothing has changed, or another run has built it while this one waited
fi
flock 9
fetch_sources
[ "$flavour" != arm64 ] || fetch_musl
exec 9>&-

start=$(date +%s)
rm -rf "$prefix"
mkdir -p "$prefix/lib" "$work"
cd "$work"
compile >"$prefix/log" 2>&1 || {
	tail -n 40 "$prefix/log" >&2
	echo "sysroot: cannot build the libraries for $flavour, see $prefix/log" >&2
	exit 1
}
install_headers
cp ./*.a "$prefix/lib"
{
	for p in $packages; do echo "$p $(version_of "$p")"; done
	case $flavour in
	musl) dpkg-query -f 'musl ${Version}\n' -W musl-dev ;;
	arm64) echo "musl $(cat "$musl/version")" ;;
	esac
	echo "gcc $($CC -dumpfullversion)"
} >"$prefix/versions"
cd "$top"
rm -rf "$work" "$prefix/log" "$final"
mv "$prefix" "$final"
echo "sysroot: libraries for $flavour built in $(($(date +%s) - start)) s"
