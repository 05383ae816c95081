#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600
# reprotest's own idea of what may differ between two machines, all of it: environment, path,
# kernel, addresses, processors, time, order of files, domain and host, home, locales, PATH, zone
# and umask.
. "$(dirname "$0")/lib.sh"

need reprotest
need disorderfs
[ -w /dev/fuse ] || skip_all '/dev/fuse cannot be used'
reference

# source: what reprotest copies, and in it the script of a build, from standard input.
source_tree() {
	mkdir source
	cp -R "$product" source/product
	cp "$program" source/bundler
	cat >source/make.sh
}

reprotest() {
	timeout 300 reprotest --no-diffoscope -c 'sh -e make.sh' source out >log 2>&1
}

for program in "$program" "$san"; do
	begin "every variation, $([ "$program" = "$san" ] && echo glibc || echo musl)"
	source_tree <<-'END'
	# libfaketime is not the sanitizer's run-time library, which wants to be the first.
	export ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0"
	bundler() { ./bundler "$@" --offline --cache product/cache product/tiny.yaml; }
	bundler rootfs -o out/rootfs
	bundler image -o oci:out/many:v1
	bundler image -o oci:out/doi -p linux/arm64 --style doi
	bundler image -o oci:out/plain -p linux/arm64 --compress none
	bundler image -o docker-archive:out/many.tar:v1
	END
	reprotest || fail "reprotest: exit status $?" "$(tail -n 20 log)"
	check grep -q '^Reproduction successful$' log
	# What it compared is what we have.
	check grep -q "^$(sha256sum <"$scratch/reference/many.tar" | cut -d' ' -f1)  ./out/many.tar$" log
done

begin 'and it would notice'
source_tree <<-'END'
	mkdir out
	umask >out/umask
END
reprotest && fail 'did not notice the umask'
check grep -qx -- '-0022' log

finish
