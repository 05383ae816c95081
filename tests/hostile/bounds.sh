#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=1800 seconds=60
# The largest memory and processor time that any input can cost, as docs/threat-model.md states them.
# Here with a part of the worst inputs; tests/thorough/bounds takes them whole.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
need python3 bc
private_network "$@"
use_product
factor=8
[ -z "${THOROUGH-}" ] || factor=1

# The table's row of a command: MiB and seconds.
allowed() { sed -nE "s/^\| \`$1\`(, \`[a-z]+\`)* \| ([0-9]+) MiB \| ([0-9]+) s \|.*/\2 \3/p" "$top/docs/threat-model.md"; }

# costs COMMAND STATUS ARGUMENT...: within what the table allows, and with this status
costs() {
	local mib seconds memory user system
	read -r mib seconds < <(allowed "$1") || fail "no row of $1 in docs/threat-model.md"
	TEST_TIMEOUT=600 run /usr/bin/time -q -o cost -f '%M %U %S' bundler "$1" "${@:3}"
	status "$2"
	stdout_stated=1 stderr_stated=1
	[ -z "$left_out" ] || return 0
	read -r memory user system <cost
	echo "# $1: $((memory / 1024)) MiB, $user + $system s"
	check test "$memory" -le $((mib * 1024))
	check test "$(echo "($user + $system) * 100 / 1" | bc)" -le $((seconds * 100))
}

worst() { [ -n "$left_out" ] || python3 "$top/tests/hostile/worst.py" "$@"; }

for kind in new first same directories links whiteouts deep; do
	begin "$kind: 512 layers of files"
	worst image $kind 512 $((1000 / factor)) image
	costs validate "$([ $kind = deep ] && echo 1 || echo 0)" oci:image
	costs diff 0 oci:image "oci:$PWD/image"
	costs audit 1 -q oci:image "${product[@]}"
	costs copy 0 oci:image oci:copy
	rm -rf copy
	rm -rf image
done

begin 'images whose documents are full of values'
worst documents x $((160 / factor)) image
costs validate 0 oci:image
costs copy 0 oci:image oci:copy
costs diff 10 oci:image "oci:$PWD/image"
costs audit 10 -q oci:image "${product[@]}"

begin 'the same in a registry'
worst documents x $((160 / factor)) image
background python3 "$top/tests/registry.py" '127.0.0.1:5000/plain=* layout 200 image'
wait_for test -e listening
there=(--plain-http localhost:5000 --cache cache)
costs validate 0 "${there[@]}" docker://localhost:5000/demo:1
costs copy 0 "${there[@]}" docker://localhost:5000/demo:1 oci:copy
costs diff 10 "${there[@]}" docker://localhost:5000/demo:1 oci:image

begin 'and with layers that are none'
worst documents layers $((160 / factor)) image
background python3 "$top/tests/registry.py" '127.0.0.1:5000/plain=* layout 200 image'
wait_for test -e listening
costs validate 1 "${there[@]}" docker://localhost:5000/demo:1
costs copy 8 "${there[@]}" docker://localhost:5000/demo:1 oci:copy

for kind in instructions words commands assignments expansions cases substitutions continuations here labels; do
	begin "$kind: Dockerfiles"
	worst dockerfiles $kind 400 tree
	costs lint "$([ $kind = expansions ] && echo 0 || echo 10)" tree
	rm -rf tree
done

begin "checksum files: GitHub's document, and lines"
python3 - 8388608 <<-'END'
	import sys
	limit = int(sys.argv[1])
	values = "{" + '"assets":[' + ",".join(["{}"] * 49000) + "]"
	open("values", "w").write(values + "," + '"body":"' + "x" * (limit - len(values) - 12) + '"}')
	line = "%064x  %s\n"
	open("lines", "w").write("".join(line % (i, "n%d" % i) for i in range(limit // 75)))
END
for file in values lines; do
	costs lock 3 --sums $file "$scratch/product/tiny.yaml"
done

begin 'a release that unpacks to all that it may'
cp -r "$scratch/product/." .
python3 - $((4000 / factor)) <<-'END'
	import os, sys, tarfile, zlib
	top = "tiny-1.0-linux-amd64/"
	def header(name, size):
	    info = tarfile.TarInfo(top + name)
	    info.size = size
	    return info.tobuf(tarfile.USTAR_FORMAT)
	# A ratio of some 140.
	block = os.urandom(6000) + bytes((1 << 20) - 6000)
	gzip = zlib.compressobj(6, zlib.DEFLATED, 31)
	with open("mirror/tiny-1.0-linux-amd64.tar.gz", "wb") as f:
	    f.write(gzip.compress(header("other", int(sys.argv[1]) << 20)))
	    for i in range(int(sys.argv[1])):
	        f.write(gzip.compress(block))
	    for name in ("tiny", "LICENSE"):
	        f.write(gzip.compress(header(name, 512) + bytes(512)))
	    f.write(gzip.compress(bytes(1024)) + gzip.flush())
END
sed -i 's/, program: true//' tiny.yaml
(cd mirror && sha256sum ./*.tar.gz >../sums)
"$BUNDLER" lock --sums sums --release other tiny.yaml >/dev/null
costs rootfs 0 -p linux/amd64 --cache cache --mirror "file://$PWD/mirror" tiny.yaml

begin 'a bundle of as many certificates as there may be'
for i in {1..13}; do cat "$top/configs/ca-certificates.crt"; done >bundle
costs certs 0 -o out bundle

finish
