#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=900 seconds=60
# Each command with one of its system calls failing, or killed or interrupted there: faults.c judges what
# it leaves. FAULTS=N takes N cases of each command at random (90), the same ones for the same
# FAULTS_SEED (1); FAULTS=all takes all; FAULTS=0.openat.12:EIO takes that one and says what it left:
#
#	FAULTS=0.openat.12:EIO tests/run -v -k 'image, to oci:' tests/hostile/faults.sh
#
# In memory, where flushing costs nothing.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
. "$(dirname "$0")/../network.sh"
need_root	# to compare owners
network "$@"

[ "$(uname -m)" = x86_64 ] || skip_all 'the driver knows only the registers of x86-64'
gcc -O2 -Wall -Wextra -o "$scratch/faults" "$top/tests/hostile/"faults{,_run}.c 2>"$scratch/log" ||
	bail_out 'cannot build the driver' "$scratch/log"
use_product
export SOURCE_DATE_EPOCH=1300000000
cp -r "$top/configs" "$scratch/configs"

case ${FAULTS-} in
all) cases=() ;;
*:*) cases=(-k "$FAULTS") ;;
*) cases=(-n "${FAULTS:-90}" -s "${FAULTS_SEED:-1}") ;;
esac

# A product whose trees have other paths, so that the manifest of one does not fit those of the other.
make_other() {
	cp -r "$scratch/product" "$1"
	sed -i 's|path: /etc/tiny.conf|path: /etc/other.conf|; s|link: tiny.conf|link: other.conf|
		s|path: /tmp|path: /var/tmp|' "$1/tiny.yaml"
}

cp_recipe() {
	mkdir -p "$1"
	cp "$scratch/product/"tiny.{yaml,lock.json,conf} "$1"
}

# faults [OPTION]... COMMAND...: in a test, with the starting state in before/
faults() {
	[ -z "$left_out" ] || return 0
	mkdir -p before
	"$scratch/faults" "${cases[@]}" "$@" >log 2>&1 || fail "$(cat log)"
	tail -n 1 log | sed 's/^/# /'
}

tree=(rootfs -p linux/amd64 -o out)
trees=(rootfs -p linux/amd64 -p linux/arm64 -o out)

certificates

begin 'rootfs, where nothing was'
faults -d 2 bundler "${tree[@]}" "${product[@]}"

make_other "$scratch/other"
other=(--cache "$scratch/other/cache" --offline "$scratch/other/tiny.yaml")

begin 'rootfs of two platforms, where older ones are'
mkdir before
(cd before && bundler "${trees[@]}" "${other[@]}" >/dev/null)
faults -d 2 bundler "${trees[@]}" "${product[@]}"

# A file system that knows no links of unnamed files, or no exchanges.
for all in linkat:EOPNOTSUPP renameat2:EINVAL renameat2:ENOSYS; do
	begin "rootfs, where each $all"
	mkdir before
	(cd before && bundler "${trees[@]}" "${other[@]}" >/dev/null)
	faults -a $all -d 2 bundler "${trees[@]}" "${product[@]}"
done

begin 'rootfs, on a disk of any size: all of it fits, or nothing is left'
full=0 fits=0
for ((size = 4; size <= 1500; size += 44)); do
	mkdir -p disk
	# The listing has sizes, so that what is left of a file would show.
	(
		unshare --mount bash -c 'mount -t tmpfs -o size="$0"k none disk && cd disk &&
			{ "$@" >../result 2>../message; echo $? >../status; find . -mindepth 1 >../left; }' \
			$size bundler "${trees[@]}" "${product[@]}"
	) || fail 'cannot mount'
	case $(cat status) in
	0)
		fits=$((fits + 1))
		check test "$(wc -l <result)" -eq 2
		;;
	9)
		full=$((full + 1))
		check test "$(cat result left)" = ''
		check grep -qx "bundler: cannot .*: No space left on device" message
		check test "$(wc -l <message)" -eq 1
		;;
	*)
		fail "status $(cat status): $(cat message)"
		;;
	esac
	[ -z "$test_failed" ] || { fail "of $size KiB"; break; }
done
check test $full -gt 10
check test $fits -gt 2

for form in oci:out/image oci-archive:out/image.tar docker-archive:out/image.tar; do
	begin "image, to ${form%%:*} where nothing was"
	faults -d 2 bundler image -p linux/amd64 -o "$form" "${product[@]}"

	begin "image, to ${form%%:*} where an older one is"
	mkdir before
	(cd before && SOURCE_DATE_EPOCH=1200000000 make image -p linux/amd64 -o "$form")
	faults -d 2 bundler image -p linux/amd64 -o "$form" "${product[@]}"
done

begin 'image, to another tag of a layout'
mkdir before
(cd before && SOURCE_DATE_EPOCH=1200000000 make image -p linux/arm64 -o oci:image:a &&
	SOURCE_DATE_EPOCH=1200000000 make image -p linux/amd64 -o oci:image:b)
faults bundler image -p linux/amd64 -o oci:image:b "${product[@]}"

begin 'image, as a stream'
faults -o bundler image -p linux/amd64 -o docker-archive:- "${product[@]}"

begin 'attest, of an image in a layout'
mkdir before
(cd before && make image -p linux/amd64 -o oci:image:a)
(umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$scratch/key" 2>/dev/null)
faults bundler attest --attest sbom,provenance,summary --key "$scratch/key" "${product[@]::${#product[@]}-1}" oci:image:a \
	"${product[-1]}"

begin 'attest, of what a key elsewhere is to sign'
mkdir before
(cd before && make image -p linux/amd64 -o oci:image:a)
faults -d 2 bundler attest --attest provenance --payload sign "${product[@]::${#product[@]}-1}" oci:image:a "${product[-1]}"

begin 'fetch, from a mirror of files'
cp_recipe before
faults -p -d 9 -x 4 -x 5 bundler fetch --cache cache --mirror "file://$scratch/product/mirror" tiny.yaml

begin 'fetch, from a server'
release 20000
mkdir before
mv demo.* ca.pem before
serve "$GITHUB=file $archive"
faults -p -d 9 -x 4 -x 5 -x 6 bundler fetch --cache cache --ca-file ca.pem demo.yaml

begin 'cache, of which an entry goes'
install -d -m 700 before before/cache before/cache/sha256
echo other >"before/cache/sha256/$(echo one | sha256sum | cut -d' ' -f1)"
faults -p bundler cache prune --max-size 0 --cache cache

begin 'lock'
cp_recipe before
rm before/tiny.lock.json
faults bundler lock --sums "$scratch/product/mirror/SHA256SUMS" tiny.yaml

begin 'lock --record'
cp_recipe before
faults bundler lock --record --sums "$scratch/product/mirror/SHA256SUMS" --cache "$scratch/product/cache" --offline tiny.yaml

begin update
cp_recipe before
sed 's/tiny-1\.0-/tiny-1.1.0-/' "$scratch/product/mirror/SHA256SUMS" >sums
faults bundler update --sums ../sums 1.1.0 tiny.yaml

begin library
recipe=$scratch/configs/nats-streaming-server.yaml
library=(bundler library -o out --commit 0123456789abcdef0123456789abcdef01234567 "$recipe")
mkdir before
(cd before && "${library[@]}" >/dev/null)
cp "$recipe" "$scratch/recipe"
sed -i 's/alpine: "3.22"/alpine: "3.21"/; /ltsc2022/d; s/8222/8223/' "$recipe"
faults -d 9 "${library[@]}"
cp "$scratch/recipe" "$recipe"

begin 'sbom of two platforms, where older ones are'
mkdir before
(cd before && bundler sbom -o out -p linux/amd64,linux/arm64 "${other[@]}" >/dev/null)
faults -d 2 bundler sbom -o out -p linux/amd64,linux/arm64 "${product[@]}"

begin certs
mkdir before
sed '1,/END CERTIFICATE/d' "$top/configs/ca-certificates.crt" | sed '/END CERTIFICATE/q' >before/bundle.pem
sed '/END CERTIFICATE/q' "$top/configs/ca-certificates.crt" >one.pem
faults bundler certs -o bundle.pem ../one.pem

# Those that only read: images in each form, a tree that is right, and things that are not.
mkdir "$scratch/images"
cd "$scratch/images" || exit
make rootfs -p linux/amd64 -o rootfs
for form in oci:image oci-archive:image.tar docker-archive:docker.tar; do
	make image -p linux/amd64 -o "$form"
done
SOURCE_DATE_EPOCH=1200000000 make image -p linux/amd64 -o oci:older
bundler image -p linux/amd64 -o oci:other "${other[@]}" >/dev/null
"${library[@]}" >/dev/null
rm out/*.sums

for place in oci:image oci-archive:image.tar docker-archive:docker.tar dir:rootfs/linux-amd64 \
	tar:rootfs/linux-amd64.tar oci:other; do
	begin "audit of $place"
	cp -a "$scratch/images" before
	faults bundler audit -p linux/amd64 "$place" "${product[@]}"
done

begin 'audit, with a summary'
cp -a "$scratch/images" before
faults bundler audit -p linux/amd64 --attest summary.json --key "$scratch/key" oci:image "${product[@]}"

for place in oci:image oci-archive:image.tar oci:older oci:other; do
	begin "diff with $place"
	cp -a "$scratch/images" before
	faults bundler diff docker-archive:docker.tar "$place"
done

for place in oci:image oci-archive:image.tar docker-archive:docker.tar; do
	begin "validate of $place"
	cp -a "$scratch/images" before
	faults bundler validate "$place"
done

# The old images in the new places go, or stay whole.
for form in oci:image oci-archive:image.tar docker-archive:docker.tar:tiny:1.0; do
	begin "copy of a layout to $form"
	cp -a "$scratch/images" before
	faults bundler copy oci:older "$form"
done

begin 'copy of an archive to a stream'
cp -a "$scratch/images" before
faults -o bundler copy docker-archive:docker.tar oci-archive:-

begin 'lint of a tree'
cp -a "$scratch/images" before
faults bundler lint out

begin 'lint of a tree with findings'
cp -a "$scratch/images" before
sed -i 's/8222/8333/' before/out/*/scratch/Dockerfile
faults bundler lint out

finish
