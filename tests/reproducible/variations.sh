#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=900 seconds=70
# The same recipe, lock and release give the same bytes, whatever else differs.
. "$(dirname "$0")/lib.sh"

reference

begin 'the same again'
varied

begin 'over what is there already'
varied
varied

begin 'into a cold cache'
cold
varied
begin 'and from there'
warm
varied

# ---- the process ----

for mask in 000 022 077; do
	begin "umask $mask"
	umask $mask
	varied
	umask 022
done

begin 'an ordinary user'
if [ "$(id -u)" -eq 0 ]; then
	chmod -R go+rX "$product"
	mkdir out
	cp -R "$product/cache" cache
	chown -R 12345:12345 out cache
	inputs=(--offline --cache "$PWD/cache" "$product/tiny.yaml")
	check outputs "$PWD/out" setpriv --reuid 12345 --regid 12345 --clear-groups
	warm
	same_but_owners out
	check test "$(find out -mindepth 1 ! -uid 12345 ! -name printed)" = ''
else
	skip 'not root'
fi

begin 'root of a user namespace that has nobody else'
if unshare --user --map-root-user true 2>/dev/null; then
	mkdir out
	check outputs "$PWD/out" unshare --user --map-root-user
	same_but_owners out
else
	skip 'cannot make a user namespace'
fi

begin 'one processor'
varied taskset -c "$(taskset -pc $$ | sed 's/.*: \([0-9]*\).*/\1/')"

begin 'no descriptor to spare, little stack, no core'
varied prlimit --nofile=64 --stack=1048576 --core=0

begin 'addresses that are not random, another kernel and machine by name'
varied setarch i686 --addr-no-randomize --uname-2.6

# ---- environment ----

begin 'no HOME, nor anything else'
varied env -i

begin 'HOME that is not there'
varied env HOME=/nonexistent XDG_CACHE_HOME=/nonexistent TMPDIR=/nonexistent

for zone in UTC0 Pacific/Kiritimati AAA+12 ':no such zone'; do
	begin "zone $zone"
	varied env TZ="$zone"
done

# make_locale NAME CHARSET: here, for a machine need not have it.
make_locale() {
	localedef -i "$1" -f "$2" "$scratch/locales/$1.$2" 2>"$scratch/log"
	[ -d "$scratch/locales/$1.$2" ]
}

mkdir "$scratch/locales"
for pair in 'tr_TR UTF-8' 'ja_JP EUC-JP' 'ar_SA UTF-8'; do
	name=${pair/ /.}
	begin "locale $name, which musl does not know and glibc does"
	if ! make_locale $pair; then
		skip "localedef has no $name: $(tail -n 1 "$scratch/log")"
		continue
	fi
	# A locale that is not found would change nothing.
	check test "$(env LOCPATH="$scratch/locales" LC_ALL="$name" locale charmap)" = "${pair#* }"
	varied env LOCPATH="$scratch/locales" LC_ALL="$name" LANG="$name"
	program=$san varied env LOCPATH="$scratch/locales" LC_ALL="$name" LANG="$name"
done

begin 'another name of the host, and of its domain'
if unshare --uts true 2>/dev/null; then
	# shellcheck disable=SC2016 # the inner shell's
	varied unshare --uts sh -c 'hostname other.host.example; domainname example; exec "$@"' sh
else
	skip 'cannot make a UTS namespace'
fi

# ---- clock ----

# The wall clock belongs to the machine. libfaketime changes what a program that glibc was linked
# to at run time sees of it: the sanitized build, or the emulator in which the static one runs.
for date in '2000-02-29 23:59:59' '2038-01-19 03:14:08' '2100-03-01 12:00:00'; do
	begin "clock: $date"
	if ! command -v faketime >/dev/null || ! command -v qemu-x86_64 >/dev/null; then
		skip 'no faketime, or no qemu-x86_64'
		continue
	fi
	check test "$(faketime "$date" date +%Y)" = "${date%%-*}"
	varied faketime "$date" qemu-x86_64
	program=$san
	# The sanitizer's run-time library wants to be the first one.
	varied env ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" faketime "$date"
	program=$scratch/bundler
done

begin 'clock: up for a hundred years'
if unshare --time --monotonic 3153600000 --boottime 3153600000 true 2>/dev/null; then
	varied unshare --time --monotonic 3153600000 --boottime 3153600000
else
	skip 'cannot make a time namespace'
fi

# ---- places ----

begin 'paths from where the recipe is'
mkdir out
cp -R "$product" here
(cd here && inputs=(--offline --cache cache tiny.yaml) && outputs ../out) >log 2>&1 || fail "$(cat log)"
same out

begin 'the recipe in the working directory, which is read-only, by its default place'
mkdir out
cp -R "$product" here
chmod a-w here
(cd here && inputs=(--offline --cache "$product/cache" ./tiny.yaml) && outputs "$OLDPWD/out") >log 2>&1 ||
	fail "$(cat log)"
same out

begin 'a path with blanks, a line end and bytes that are no text'
odd=$PWD/$'a b\n\xff\xfe d'
mkdir -p "$odd/out"
cp -R "$product" "$odd/product"
inputs=(--offline --cache "$odd/product/cache" "$odd/product/tiny.yaml")
check outputs "$odd/out"
warm
same "$odd/out"

begin 'a path of 3,000 bytes'
deep=$PWD
while [ ${#deep} -lt 3000 ]; do
	deep=$deep/$(printf '%0200d' 0)
done
mkdir -p "$deep/out"
cp -R "$product" "$deep/product"
inputs=(--offline --cache "$deep/product/cache" "$deep/product/tiny.yaml")
check outputs "$deep/out"
warm
same "$deep/out"

begin 'a cache through symbolic links'
ln -s "$product" link
inputs=(--offline --cache link/cache link/tiny.yaml)
varied
warm

# disordered OPTION...: the product and the results are on a file system that sorts in its way.
disordered() {
	if ! command -v disorderfs >/dev/null; then
		skip 'no disorderfs'
		return
	fi
	mkdir below order
	cp -R "$product" below/product
	mkdir below/out
	disorderfs -q --multi-user=no "$@" below order >log 2>&1 || { skip "$(tail -n 1 log)"; return; }
	check mountpoint -q order
	inputs=(--offline --cache order/product/cache --mirror "file://$PWD/order/product/mirror" order/product/tiny.yaml)
	check outputs "$PWD/order/out"
	check outputs "$PWD/order/out"
	warm
	umount order || fusermount -u order
	same below/out
}

begin 'file system: names in another order each time'
disordered --shuffle-dirents=yes
begin 'file system: names in reverse order, odd sizes'
disordered --sort-dirents=yes --reverse-dirents=yes --pad-blocks=5

# ---- builds ----

begin 'built with glibc, with sanitizers'
program=$san
varied

begin 'and with other bytes in memory that is new'
varied env MALLOC_PERTURB_=165 ASAN_OPTIONS="$ASAN_OPTIONS:max_malloc_fill_size=4096:malloc_fill_byte=165"
program=$scratch/bundler

begin 'built by gcc -O0'
variant gcc-O0 CFLAGS=-O0 HARDEN=-fPIE
check sh -c '! cmp -s "$1" "$2"' sh "$variant" "$program"
program=$variant
varied
program=$scratch/bundler

begin 'built by clang -O2'
variant clang-O2 CC_MUSL=tests/reproducible/musl-clang CFLAGS=-O2 HARDEN=-fPIE
check sh -c '! cmp -s "$1" "$2"' sh "$variant" "$program"
program=$variant
varied
program=$scratch/bundler

finish
