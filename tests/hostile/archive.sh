#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Release archives whose digest is the locked one but which something is wrong with. Each is
# refused with status 8 (10 where it is too much), one line, and nothing written.
# tests/run: seconds=10
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

maker=$(dirname "$(realpath "$0")")/make_archive.py
make_product "$scratch/good"

# lock_archive KIND: a product whose archive for amd64 is of that kind, locked as it is.
lock_archive() {
	local format=tar.gz
	case $1 in zip-*) format=zip ;; esac
	mkdir -p mirror
	sed "s/linux: tar.gz/linux: $format/; s/platforms: .*/platforms: [linux\/amd64]/" \
		"$scratch/good/tiny.yaml" >tiny.yaml
	cp "$scratch/good/tiny.conf" .
	python3 "$maker" "$1" "$scratch/good/mirror/tiny-1.0-linux-amd64.tar.gz" \
		"mirror/tiny-1.0-linux-amd64.$format"
	(cd mirror && sha256sum ./* | sed 's|\./||' >../SHA256SUMS)
	SOURCE_DATE_EPOCH=1234567890 "$BUNDLER" lock --sums SHA256SUMS --cache cache tiny.yaml >/dev/null ||
		fail "cannot lock the archive"
}

build() { run bundler rootfs --cache cache --mirror "file://$PWD/mirror" tiny.yaml; }

# refused KIND STATUS MESSAGE: and nothing is left but what was there, and the verified archive.
refused() {
	begin "archive: $1"
	lock_archive "$1"
	build
	status "$2"
	stderr <<<"bundler: $3"
	check test -z "$(ls -A rootfs 2>/dev/null)"
	check test "$(find . -newer SHA256SUMS -type f ! -path './cache/sha256/*' ! -name '*.lock.json')" = ''
	check test -z "$(ls -A cache/partial)"
}

tgz=tiny-1.0-linux-amd64.tar.gz
zip=tiny-1.0-linux-amd64.zip
member=tiny-1.0-linux-amd64/tiny

while read -r kind status message; do
	case $kind in zip-*) archive=$zip ;; *) archive=$tgz ;; esac
	case $message in
	unpack:*) message="cannot unpack '$archive':${message#unpack:}" ;;
	use:*) message="cannot use program '$member' for 'linux/amd64':${message#use:}" ;;
	esac
	refused "$kind" "$status" "$message"
done <<END
twice 8 unpack: member '$member' occurs twice
device 8 unpack: member '$member' is not a plain file
fifo 8 unpack: member '$member' is not a plain file
html 8 unpack: not in gzip format
empty 8 unpack: truncated
zeros 8 unpack: not in gzip format
cut-gzip 8 unpack: truncated
cut-tar 8 unpack: Truncated tar archive
no-end 8 unpack: it is truncated: no end blocks
bad-crc 8 unpack: incorrect data check
bad-length 8 unpack: incorrect length check
trailing 8 unpack: not in gzip format
bad-checksum 8 unpack: Unrecognized archive format
bomb 10 unpack: it unpacks to more than 200 times its size
crowd 10 unpack: more than 65536 members
script 8 use: it is a script
page 8 use: it looks like an HTML page
other-machine 8 use: it is for another machine
other-class 8 use: it is for another machine
other-order 8 use: it is for another machine
object 8 use: it is not an executable
dynamic 8 use: it is dynamically linked
cut-program 8 use: it is truncated
tiny-program 8 use: it is truncated
zip-lying 8 unpack: ZIP uncompressed data is wrong size (read 200000, expected 100000)
zip-cut 8 unpack: it is truncated or not a ZIP archive
zip-html 8 unpack: it is truncated or not a ZIP archive
END
licence=${member%/*}/LICENSE
follow="hint: with 'follow: true' the recipe takes the file that it leads to"
refused missing 8 "cannot unpack '$tgz': no member '$member'
hint: it has '$licence'"
refused zip-missing 8 "cannot unpack '$zip': no member '$member'
hint: it has '$licence'"
refused directory 8 "cannot unpack '$tgz': no member '$member'
hint: it has '$member/'"
refused symlink 8 "cannot unpack '$tgz': member '$member' is a symbolic link to 'LICENSE'
$follow"
refused hardlink 8 "cannot unpack '$tgz': member '$member' is a hard link to '$licence'
$follow"
refused plain-tar 8 "cannot unpack '$tgz': not in gzip format
hint: it begins like the format 'tar'"
refused elsewhere 8 "cannot unpack '$tgz': no member '$member'
hint: it has 'other/tiny'"

begin 'members that nobody asked for are not used, whatever they are called'
lock_archive escaping
build
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
check test ! -e escaped
check test ! -e ../escaped
check test ! -e /escaped
check test -z "$(find "$scratch" -name escaped)"

begin 'zip and tar.gz of the same release give the same tree'
lock_archive zip-sound
build
cp -r "$scratch/good" other
(cd other && "$BUNDLER" rootfs -p linux/amd64 --cache cache --offline tiny.yaml >/dev/null) ||
	fail 'cannot build from the tar.gz'
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
check cmp rootfs/linux-amd64.mtree other/rootfs/linux-amd64.mtree
check cmp rootfs/linux-amd64.tar other/rootfs/linux-amd64.tar

begin 'what a good run left is not touched by a bad one'
cp -r "$scratch/good/." .
run bundler rootfs -p linux/amd64 --cache cache --offline tiny.yaml
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
cp -a rootfs before
rm -r mirror tiny.lock.json
lock_archive script
build
status 8
stderr <<<"bundler: cannot use program '$member' for 'linux/amd64': it is a script"
check diff -r --no-dereference before rootfs

finish
