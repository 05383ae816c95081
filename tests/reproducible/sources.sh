#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same release gives the same bytes whichever way it comes: from where it is published, a
# mirror, a directory; at once, in parts, or after something else.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../network.sh"

network "$@"
certificates

# The origin is a host that the certificates are for.
make_product "$product"
sed -i 's,https://tiny.example/,https://github.com/tiny/,' "$product"/tiny.{yaml,lock.json}

# The servers know one file.
only=linux/amd64
archive=$product/mirror/tiny-1.0-linux-amd64.tar.gz
outputs() {
	local out=$1
	shift
	"$@" "$program" rootfs -p $only -o "$out/rootfs" "${inputs[@]}" >/dev/null &&
		"$@" "$program" image -p $only -o "oci:$out/one:v1" "${inputs[@]}" >"$out/printed"
}
from_network() { inputs=(--cache "$PWD/cache" --ca-file "$pki/ca.pem" "$@" "$product/tiny.yaml"); }
reference

requests() { # requests N: so many there were, for the archive
	check test "$(grep -c ' GET ' requests)" -eq "$1"
}

begin 'from its origin, through a redirect'
serve "$GITHUB=redirect https://release-assets.githubusercontent.com/x?signature=a%2Fb" "$ASSETS=file $archive"
from_network
varied
requests 2

begin 'from a mirror'
serve "$MIRROR=file $archive"
from_network --mirror https://mirror.example/
varied
requests 1

begin 'from the origin, because the mirror has something else'
head -c 100000 /dev/zero >other
serve "$MIRROR=file $PWD/other" "$GITHUB=file $archive"
from_network --mirror https://mirror.example/
varied
check grep -q '203.0.113.30.* GET ' requests
check grep -q '203.0.113.10.* GET ' requests

begin 'in two parts, of which the second is asked for alone'
serve "$GITHUB=cut $archive 50000;;file $archive"
from_network
varied
requests 2
check grep -q 'bytes=50000-' requests

begin 'in two parts, by two runs'
serve "$GITHUB=stall $archive 70000;;file $archive"
from_network
timeout -s INT 2 "$program" rootfs -p $only -o lost "${inputs[@]}" >log 2>&1 && fail 'was downloaded'
check test ! -e lost
check test "$(find cache/partial -type f -size +50k | wc -l)" -eq 1
varied
check grep -q 'bytes=[1-9][0-9]*-' requests

begin 'again, for a cache entry that is damaged'
serve "$GITHUB=file $archive"
from_network
varied
chmod u+w cache/sha256/*
printf '\377\377' | dd of="$(echo cache/sha256/*)" bs=1 seek=5000 conv=notrunc 2>/dev/null
varied
requests 2

begin 'from the cache, with no network at all'
serve "$GITHUB=file $archive"
from_network
varied
end_processes
from_network --offline
varied

finish
