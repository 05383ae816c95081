#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Build the libraries that bundler links, as static libraries, from Debian source packages.
#
#	sysroot.sh PREFIX FLAVOUR
#	sysroot.sh sources [DIRECTORY]
#
# FLAVOUR is musl (what is shipped), san (glibc, AddressSanitizer, for the tests) or arm64 (for
# that machine, glibc, to show that its program writes the same bytes). Leaves
# PREFIX/include, PREFIX/lib and PREFIX/versions, one "name version" per line, written last.
# Sources are fetched once into build/src, by a private apt configuration in build/apt: the
# system's own sources and signatures, its files untouched, no privilege needed. The second form
# prints the entries that it derives, from DIRECTORY instead of /etc/apt if one is given.
set -eu
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL	# of the make that runs this: those here have their own

packages='bearssl curl jansson libarchive libdeflate libyaml libzstd nettle zlib'
top=$(cd "$(dirname "$0")/../.." && pwd)
src=$top/build/src
apt=$top/build/apt
jobs=$(nproc)

# ---- sources ----

# Print the system's Debian entries as deb-src entries. Third-party repositories are left out:
# an entry counts when Debian's keyring signs it or its address ends like a Debian mirror's.
deb822_sources() {
	awk 'BEGIN { RS = ""; FS = "\n"; IGNORECASE = 1 }
	{
		text = ""; debian = main = binary = 0; enabled = 1
		for (i = 1; i <= NF; i++) {
			line = tolower($i)
			if (line ~ /^#/)
				continue
			if (line ~ /^types:/) {
				binary = line ~ /[: \t]deb([ \t]|$)/
				$i = "Types: deb-src"
			}
			if (line ~ /^enabled:[ \t]*(no|false|0)/)
				enabled = 0
			if (line ~ /^signed-by:.*debian-archive-/ ||
			    line ~ /^uris:.*\/debian(-security)?(\/|\.list)?([ \t]|$)/)
				debian = 1
			if (line ~ /^components:.*[ \t]main([ \t]|$)/)
				main = 1
			text = text $i "\n"
		}
		if (debian && main && binary && enabled)
			print text
	}' "$@"
}

list_sources() {
	sed -n 's/^[ \t]*deb[ \t]\{1,\}/deb-src /p' "$@" | awk '
	/ main( |$)/ && (/debian-archive-/ || /\/debian(-security)?(\/|\.list)? /) && !seen[$0]++'
}

# Both formats that apt reads, from the directory $1, to files beside each other in $2.
derive_sources() {
	etc=$1 into=$2
	set -- "$etc"/sources.list.d/*.sources
	[ ! -e "$1" ] || deb822_sources "$@" >"$into/debian.sources"
	set -- "$etc"/sources.list "$etc"/sources.list.d/*.list
	for f; do
		[ ! -e "$f" ] || list_sources "$f"
	done >"$into/debian.list"
}

private_apt() {
	rm -rf "$apt"
	mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache"
	derive_sources /etc/apt "$apt/sources"
	if [ -z "$(cat "$apt/sources/"*)" ]; then
		echo "sysroot: cannot find an entry of Debian's main archive in /etc/apt" >&2
		return 1
	fi
	cat >"$apt/apt.conf" <<-END
	Dir::Etc::SourceList "/dev/null";
	Dir::Etc::SourceParts "$apt/sources";
	Dir::State::Lists "$apt/lists";
	Dir::Cache "$apt/cache";
	Acquire::Retries "3";
	Acquire::Languages "none";
	APT::Sandbox::User "root";
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	END
}

# What apt says on success ("please use git clone ...") is of no use to who types make.
quietly() {
	log=$1
	shift
	"$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; echo "sysroot: '$*' failed, see $log" >&2; return 1; }
}

fetch_sources() {
	[ "$(cat "$src/complete" 2>/dev/null)" != "$packages" ] || return 0
	echo "sysroot: fetching the sources of $packages"
	private_apt
	rm -rf "$src"
	mkdir -p "$src/dsc"
	cd "$src/dsc"
	quietly "$apt/update.log" apt-get -c "$apt/apt.conf" update -q
	# shellcheck disable=SC2086 # a list of names
	quietly "$apt/source.log" apt-get -c "$apt/apt.conf" source -q --only-source --download-only $packages
	for p in $packages; do
		quietly "$apt/unpack.log" dpkg-source --no-check -x "${p}"_*.dsc "$src/$p"
	done
	cd "$top"
	echo "$packages" >"$src/complete"
}

version_of() { # the version of a source package, as Debian counts
	sed -n 's/^Version: //p' "$src/dsc/${1}"_*.dsc | head -n 1
}

upstream_of() { # 1:1.2.13.dfsg-1 -> 1.2.13
	version_of "$1" | sed 's/^[0-9]*://; s/-[^-]*$//; s/[.+]dfsg.*//'
}

# ---- one function per package, run in a directory of its own, $s is the source ----

# For packages whose own build needs tools that we do not: compile the sources as they are.
compile() { # compile libNAME.a FLAGS... -- SOURCES...
	lib=$1 flags=
	shift
	while [ "$1" != -- ]; do flags="$flags $1"; shift; done
	shift
	# shellcheck disable=SC2086 # CC and flags are lists
	printf '%s\n' "$@" | xargs -n 4 -P "$jobs" $CC $CFLAGS $flags -c
	"$AR" crD "$lib" ./*.o
	install -m 644 "$lib" "$prefix/lib"
}

build_bearssl() {
	# gcc's target attributes give it AES-NI, PCLMUL and SSE2 code whatever CFLAGS say.
	case $CFLAGS in *-fsanitize=*) unaligned=-DBR_LE_UNALIGNED=0 ;; *) unaligned= ;; esac
	# SHA-256 is what a warm run mostly waits for: with these flags it is a quarter faster.
	mkdir -p obj
	make -C "$s" "$PWD/obj/sha2small.o" BUILD="$PWD" CC="$CC" \
		CFLAGS="$CFLAGS $unaligned -O3 -fno-tree-loop-vectorize -fno-tree-pre -fno-gcse"
	make -C "$s" -j "$jobs" lib BUILD="$PWD" CC="$CC" CFLAGS="$CFLAGS $unaligned" AR="$AR" ARFLAGS=crD
	install -m 644 libbearssl.a "$prefix/lib"
	install -m 644 "$s"/inc/*.h "$prefix/include"
}

build_zlib() {
	"$s/configure" --static --prefix="$prefix"
	make -j "$jobs" libz.a ARFLAGS=crD
	install -m 644 libz.a "$prefix/lib"
	install -m 644 zconf.h "$s/zlib.h" "$prefix/include"
}

build_libarchive() {
	CFLAGS="$CFLAGS $small"
	"$s/configure" $host --prefix="$prefix" --disable-shared --disable-dependency-tracking \
		--disable-maintainer-mode --disable-bsdtar --disable-bsdcat --disable-bsdcpio \
		--disable-acl --disable-xattr --with-zlib --without-bz2lib --without-libb2 \
		--without-iconv --without-lz4 --without-zstd --without-lzma --without-lzo2 \
		--without-cng --without-mbedtls --without-nettle --without-openssl \
		--without-xml2 --without-expat --disable-posix-regex-lib \
		CPPFLAGS="-I$prefix/include" LDFLAGS="-L$prefix/lib" AR_FLAGS=crD
	make -j "$jobs" libarchive.la
	install -m 644 .libs/libarchive.a "$prefix/lib"
	install -m 644 "$s/libarchive/archive.h" "$s/libarchive/archive_entry.h" "$prefix/include"
}

build_curl() {
	CFLAGS="$CFLAGS $small"
	"$s/configure" $host --prefix="$prefix" --disable-shared --disable-dependency-tracking \
		--with-bearssl="$prefix" --without-ca-bundle --without-ca-path --without-zlib \
		--without-brotli --without-zstd --without-libidn2 --without-libpsl \
		--without-nghttp2 --without-librtmp --without-libgsasl \
		--enable-http --enable-file --enable-proxy --enable-ipv6 --enable-threaded-resolver \
		--disable-ftp --disable-ldap --disable-ldaps --disable-rtsp --disable-dict \
		--disable-telnet --disable-tftp --disable-pop3 --disable-imap --disable-smb \
		--disable-smtp --disable-gopher --disable-mqtt --disable-websockets \
		--disable-manual --disable-libcurl-option --disable-unix-sockets --disable-cookies \
		--disable-crypto-auth --disable-ntlm --disable-tls-srp --disable-netrc --disable-doh \
		--disable-mime --disable-dnsshuffle --disable-get-easy-options --disable-alt-svc \
		--disable-hsts --disable-progress-meter --disable-ares --disable-sspi \
		--disable-versioned-symbols --enable-symbol-hiding --disable-debug \
		PKG_CONFIG=false AR_FLAGS=crD
	make -C lib -j "$jobs" libcurl.la
	install -m 644 lib/.libs/libcurl.a "$prefix/lib"
	mkdir -p "$prefix/include/curl"
	install -m 644 "$s"/include/curl/*.h "$prefix/include/curl"
}

build_libdeflate() {
	case $($CC -dumpmachine) in
	aarch64* | arm*) machine=arm ;;
	*) machine=x86 ;;
	esac
	compile libdeflate.a -I"$s" -- "$s"/lib/*.c "$s/lib/$machine"/*.c
	install -m 644 "$s/libdeflate.h" "$prefix/include"
}

build_jansson() {
	for h in STDINT_H UNISTD_H FCNTL_H SYS_STAT_H SYS_TYPES_H SYS_TIME_H SCHED_H ENDIAN_H \
		OPEN READ CLOSE GETPID GETTIMEOFDAY SCHED_YIELD ATOMIC_BUILTINS; do
		echo "#define HAVE_$h 1"
	done >jansson_private_config.h
	echo '#define USE_URANDOM 1' >>jansson_private_config.h
	# Numbers are written in the C locale only, so localeconv has nothing to add.
	sed 's/@json_inline@/inline/; s/@json_have_localeconv@/0/; s/@[a-z_]*@/1/' \
		"$s/src/jansson_config.h.in" >jansson_config.h
	compile libjansson.a $small -I. -DHAVE_CONFIG_H=1 -- "$s"/src/*.c
	install -m 644 jansson_config.h "$s/src/jansson.h" "$prefix/include"
}

build_libyaml() {
	v=$(upstream_of libyaml)
	rest=${v#*.}
	compile libyaml.a $small -I"$s/include" -DYAML_VERSION_STRING="\"$v\"" \
		-DYAML_VERSION_MAJOR="${v%%.*}" -DYAML_VERSION_MINOR="${rest%%.*}" \
		-DYAML_VERSION_PATCH="${rest#*.}" -- "$s"/src/*.c
	install -m 644 "$s/include/yaml.h" "$prefix/include"
}

# Only what one level of compression needs, and reading: small, but for the loop that finds matches.
# The table in which libzstd looks for the way to do a block would link all nine strategies, in all
# their forms, so each of its entries is made the one that level 3 has for every length.
build_libzstd() {
	how='-DZSTD_STRIP_ERROR_STRINGS -DZSTD_DISABLE_ASM -DDYNAMIC_BMI2=0'
	how="$how -DHUF_FORCE_DECOMPRESS_X1 -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT"
	one=
	for strategy in fast doubleFast greedy lazy lazy2 btlazy2 btopt btultra btultra2; do
		for form in '' _extDict _dictMatchState _dedicatedDictSearch; do
			for row in '' _row; do
				one="$one -DZSTD_compressBlock_$strategy$form$row=ZSTD_compressBlock_doubleFast"
			done
		done
	done
	# shellcheck disable=SC2046,SC2086 # lists; $src has no blanks, as is checked below
	{
		compile libzstd.a $how -- "$s/lib/compress/zstd_double_fast.c"
		compile libzstd.a $how $small -DZSTD_NO_INLINE $one -- "$s/lib/compress/zstd_compress.c"
		compile libzstd.a $how $small -DZSTD_NO_INLINE -- $(find "$s"/lib/common \
			"$s"/lib/compress "$s"/lib/decompress -name '*.c' ! -name zstd_compress.c \
			! -name zstd_double_fast.c ! -name 'zstdmt_*' ! -name pool.c \
			! -name threading.c ! -name debug.c)
	}
	install -m 644 "$s/lib/zstd.h" "$s/lib/zstd_errors.h" "$prefix/include"
}

# Only for the SHA-256 of what bundler writes, which its assembler makes five times as fast.
build_nettle() {
	"$s/configure" $host --disable-shared --disable-public-key --disable-documentation \
		--disable-openssl --enable-fat --disable-dependency-tracking
	make -j "$jobs" libnettle.a
	install -m 644 libnettle.a "$prefix/lib"
	mkdir -p "$prefix/include/nettle"
	install -m 644 "$s/sha2.h" "$s/nettle-types.h" "$prefix/include/nettle"
}

build() { # each in turn; the first failure ends it
	for p; do
		s=$src/$p
		mkdir -p "$work/$p"
		start=$(date +%s)
		# In the background, because -e means nothing to the left of ||.
		(cd "$work/$p" && build_"$p") >"$work/$p.log" 2>&1 &
		wait "$!" || {
			tail -n 40 "$work/$p.log" >&2
			echo "sysroot: cannot build '$p', see $work/$p.log" >&2
			return 1
		}
		echo "sysroot: $p $(version_of "$p") built for $flavour in $(($(date +%s) - start)) s"
	done
}

# ---- main ----

if [ "$1" = sources ]; then
	entries=$(mktemp -d)
	trap 'rm -rf "$entries"' EXIT
	derive_sources "${2-/etc/apt}" "$entries"
	cat "$entries"/*
	exit
fi

mkdir -p "$1" "$top/build"
final=$(cd "$1" && pwd)
prefix=$final.new	# what stands there stays until all is built
case $top$prefix in *[[:space:]]*)
	echo "sysroot: cannot build in '$top': configure scripts do not bear blanks in a path" >&2
	exit 1 ;;
esac
work=$prefix/work
flavour=$2
host=
AR='ar'
small=	# for what takes no time
case $flavour in
musl)
	CC=musl-gcc
	CFLAGS="-O2 -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong"
	CFLAGS="$CFLAGS -fstack-clash-protection -fno-asynchronous-unwind-tables"
	small=-Os ;;
san)
	CC=gcc
	CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=address"
	export ASAN_OPTIONS=detect_leaks=0 ;;
arm64)
	host=--host=aarch64-linux-gnu
	CC=aarch64-linux-gnu-gcc AR=aarch64-linux-gnu-ar
	CFLAGS=-O2 ;;
*)
	echo "sysroot: unknown flavour '$flavour'" >&2
	exit 2 ;;
esac
# The bytes must not depend on where the tree stands.
CFLAGS="$CFLAGS -ffile-prefix-map=$work=. -ffile-prefix-map=$src=."
export CC CFLAGS AR

exec 8>"$final.lock" 9>"$top/build/src.lock"
flock 8
if [ -n "$(find "$final/versions" -newer "$0" 2>/dev/null)" ]; then
	exit	# somebody else built it while we waited
fi
flock 9
fetch_sources
exec 9>&-

rm -rf "$prefix"
mkdir -p "$prefix/include" "$prefix/lib" "$work"
# Two rows, because configure scripts use one processor each.
build bearssl curl &
one=$!
build zlib libarchive libdeflate libzstd jansson libyaml nettle &
status=0
wait "$!" || status=1
wait "$one" || status=1
[ "$status" -eq 0 ]
{
	for p in $packages; do echo "$p $(version_of "$p")"; done
	[ "$flavour" != musl ] || dpkg-query -f 'musl ${Version}\n' -W musl-dev
	echo "gcc $(gcc -dumpfullversion)"
} >"$work/versions"
mv "$work/versions" "$prefix/versions"
rm -rf "$work" "$final"
mv "$prefix" "$final"
