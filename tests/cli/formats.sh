#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The formats of a release's asset, made with the tools that projects make theirs with: each is
# taken when it is whole, and refused when it is not.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
need gzip xz zstd bzip2 zip

# recipe FORMAT SOURCE: of "bare" for a platform, whose asset is bare.FORMAT.
recipe() {
	cat <<-END
	name: bare
	version: "1.0"
	release:
	  asset: "bare.{format}"
	  url: "https://bare.example/{asset}"
	  sums: ""
	  format: {linux: $1}
	platforms: [linux/amd64]
	root:
	  - {path: /bare, $2, mode: "0755", program: true}
	image:
	  entrypoint: [/bare]
	END
}

# compress FORMAT: standard input to standard output.
compress() {
	case $1 in
	*gz) gzip -9n ;;
	*xz) xz -9 ;;
	*zst) zstd -q -19 --long=27 ;;
	*bz2 | tbz) bzip2 ;;
	*) cat ;;
	esac
}

# build FORMAT: locks what is in mirror, and makes the tree.
build() {
	case $1 in
	t* | zip) recipe "$1" 'member: d/bare' ;;
	*) recipe "$1" 'asset: true' ;;
	esac >bare.yaml
	rm -rf rootfs cache bare.lock.json
	(cd mirror && sha256sum "bare.$1") >sums
	"$BUNDLER" lock --sums sums bare.yaml >/dev/null || fail "cannot lock $1"
	run bundler rootfs --cache cache --mirror "file://$PWD/mirror" bare.yaml
}

# refused FORMAT STATUS REASON [HINT]
refused() {
	build "$1"
	status "$2"
	stderr < <(echo "bundler: cannot unpack 'bare.$1': $3"; [ $# -lt 4 ] || echo "hint: $4")
	check test ! -e rootfs
}

mkdir "$scratch/made" "$scratch/made/d" || exit
make_elf 62 64 300000 >"$scratch/made/d/bare"
tar -C "$scratch/made" --owner=0 --group=0 -cf "$scratch/made/tar" d
archives='tar.gz tgz tar.xz txz tar.zst tar.bz2 tbz tar'
programs='gz xz zst bz2 program'
for format in $archives; do
	compress "$format" <"$scratch/made/tar" >"$scratch/made/bare.$format"
done
for format in $programs; do
	compress "$format" <"$scratch/made/d/bare" >"$scratch/made/bare.$format"
done
(cd "$scratch/made" && zip -qr bare.zip d)

begin 'every format gives the same tree'
mkdir mirror
cp "$scratch"/made/bare.* mirror
for format in $archives zip $programs; do
	build "$format"
	filter 's/^[0-9a-f]{64}/DIGEST/'
	stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
	check cmp rootfs/linux-amd64/bare "$scratch/made/d/bare"
done

begin 'the same program in a format by platform'
mkdir mirror
cp "$scratch/made/bare.zst" mirror/bare-amd64.zst
make_elf 183 64 4000 | bzip2 >mirror/bare-arm64.bz2
recipe '{linux: bz2, linux/amd64: zst}' 'asset: true' |
	sed 's/linux: {\(.*\)}}/\1}/; s/bare\./bare-{arch}./; s|amd64\]|amd64, linux/arm64]|' >bare.yaml
(cd mirror && sha256sum ./*) >sums
run bundler lock --sums sums bare.yaml
filter 's/.*/locked/'
stdout < <(printf 'locked\nlocked\n')
filter ''
run bundler rootfs --cache cache --mirror "file://$PWD/mirror" bare.yaml
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout < <(printf 'DIGEST  rootfs/linux-%s.mtree\n' amd64 arm64)
check cmp rootfs/linux-amd64/bare "$scratch/made/d/bare"

begin 'what stands one behind the other is one asset, where the tools see it so'
mkdir mirror
for format in tar.gz tar.xz tar.zst tar.bz2; do
	{
		head -c 100000 "$scratch/made/tar" | compress "$format"
		[ "$format" != tar.xz ] || head -c 8 /dev/zero
		tail -c +100001 "$scratch/made/tar" | compress "$format"
	} >"mirror/bare.$format"
	build "$format"
	filter 's/^[0-9a-f]{64}/DIGEST/'
	stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
	check cmp rootfs/linux-amd64/bare "$scratch/made/d/bare"
done

begin 'a cut asset is truncated, wherever it is cut'
mkdir mirror
for format in tar.gz tar.xz tar.zst tar.bz2 gz xz zst bz2; do
	size=$(stat -c %s "$scratch/made/bare.$format")
	for length in 1 $((size / 2)) $((size - 1)); do
		head -c "$length" "$scratch/made/bare.$format" >"mirror/bare.$format"
		refused "$format" 8 truncated
	done
done
head -c 200000 "$scratch/made/tar" >mirror/bare.tar
refused tar 8 'Truncated tar archive'

begin 'a byte that follows is refused, though the tools would ignore it'
mkdir mirror
while read -r format reason; do
	cp "$scratch/made/bare.$format" mirror
	printf 'a page that a proxy appended' >>"mirror/bare.$format"
	refused "$format" 8 "$reason"
done <<END
tar.gz not in gzip format
tar.xz invalid data, or something that is not in xz format follows
tar.zst something that is not in zstd format follows
tar.bz2 something that is not in bzip2 format follows
tar something follows its end
gz not in gzip format
xz invalid data, or something that is not in xz format follows
zst something that is not in zstd format follows
bz2 something that is not in bzip2 format follows
END

begin 'a flipped bit is noticed, wherever it is'
mkdir mirror
for format in tar.gz tar.xz tar.zst tar.bz2 gz xz zst bz2; do
	for eighth in 3 7; do
		python3 - "$scratch/made/bare.$format" "mirror/bare.$format" "$eighth" <<-'END'
			import sys
			data = bytearray(open(sys.argv[1], "rb").read())
			data[len(data) * int(sys.argv[3]) // 8] ^= 4
			open(sys.argv[2], "wb").write(data)
		END
		build "$format"
		status 8
		filter "s/^(bundler: cannot unpack 'bare\.[a-z0-9.]+':) .+/\1 REASON/"
		stderr <<<"bundler: cannot unpack 'bare.$format': REASON"
		filter ''
		check test ! -e rootfs
	done
done

begin 'too much'
mkdir mirror
head -c 20000000 /dev/zero >zeros
mkdir d
echo text >d/bare
tar -cf zeros.tar zeros d
for format in tar.gz tar.xz tar.zst tar.bz2 gz xz zst bz2; do
	case $format in
	tar*) cat zeros.tar ;;
	*) cat zeros ;;
	esac | compress "$format" >"mirror/bare.$format"
	refused "$format" 10 'it unpacks to more than 200 times its size'
done

begin 'xz -9 fits, and a larger dictionary does not'
mkdir mirror
xz --check=sha256 --x86 --lzma2=preset=9e,dict=64MiB <"$scratch/made/d/bare" >mirror/bare.xz
build xz
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
check cmp rootfs/linux-amd64/bare "$scratch/made/d/bare"
filter ''
for size in 96MiB 512MiB; do
	xz --lzma2=preset=0,dict="$size" <<<text >mirror/bare.xz
	refused xz 10 'its dictionary is larger than 64 MiB'
done

begin 'a window of zstd'
mkdir mirror
printf '\050\265\057\375\0\211\1\0\0' >mirror/bare.zst
refused zst 10 'its window is larger than 128 MiB'

begin 'there are no others'
recipe rar 'member: d/bare' >bare.yaml
run bundler lock --sums sums bare.yaml
status 3
stderr <<-'END'
	bundler: cannot read 'bare.yaml': line 7, column 19: 'rar' is refused: there is no such format
	hint: formats are tar.gz, tgz, tar.xz, txz, tar.zst, tar.bz2, tbz, tar, zip, program, gz, xz, zst, bz2
	END

begin 'what is in another format is named'
mkdir mirror
while read -r format real reason; do
	cp "$scratch/made/bare.$real" "mirror/bare.$format"
	case $real in
	tar | zip | program) hint="it begins like the format '$real'" ;;
	*) hint="it begins like the formats 'tar.${real#tar.}' and '${real#tar.}'" ;;
	esac
	refused "$format" 8 "$reason" "$hint"
done <<END
tar.gz tar.xz not in gzip format
gz zst not in gzip format
tar.xz tar.bz2 not in xz format
xz gz not in xz format
tar.zst tar not in zstd format
zst program not in zstd format
tar.bz2 zip not in bzip2 format
bz2 xz not in bzip2 format
tar tar.gz Unrecognized archive format
zip tar.gz it is truncated or not a ZIP archive
END

finish
