#!/bin/bash
# tests/run: timeout=900
# The release is rebuilt to the same bytes whoever does it, wherever, or not at all.
. "$(dirname "$0")/lib.sh"

need_archives linux/amd64
# The caches of Go are in the user's HOME, which a test does not have.
for name in GOMODCACHE GOCACHE; do
	export $name="$(go env $name)"
done
stem=nats-streaming-server-v$(sed -n 's/^version: *//p' "$top/configs/nats-streaming-server.yaml")-linux-amd64

# copy: the scripts in another place, with a space in it.
copy() {
	filter '/^go: downloading /d'
	mkdir -p 'a copy/configs'
	cp -R "$top/configs/source" 'a copy/configs'
}
rebuild() { TEST_TIMEOUT=600 run 'a copy/configs/source/build.sh' -p linux/amd64 "$@"; }

begin 'elsewhere, with another umask, zone and settings of Go: the recorded digests'
copy
# shellcheck disable=SC2016 # the inner shell's
TEST_TIMEOUT=600 run env TZ=Asia/Tokyo GOAMD64=v3 GOFLAGS=-mod=mod CGO_ENABLED=1 SOURCE_DATE_EPOCH=1 \
	sh -c 'umask 077; exec "$@"' sh 'a copy/configs/source/build.sh' -p linux/amd64
stderr <<<'build.sh: building linux/amd64'
files 'a copy/build/source' <<-END
	.lock
	SHA256SUMS
	$stem.tar.gz
	$stem.zip
END
for archive in "$stem.tar.gz" "$stem.zip"; do
	check cmp "a copy/build/source/$archive" "$top/build/source/$archive"
done

begin 'what is there is not built again, what is damaged is'
copy
mkdir out
cp "$top/build/source/$stem".* out
rebuild out
printf x >>"out/$stem.zip"
rebuild out
stderr <<<'build.sh: building linux/amd64'
check cmp "out/$stem.zip" "$top/build/source/$stem.zip"

begin 'an archive with another digest than the recorded one is not published'
copy
sed -i "s/^...\(.*$stem\)/000\1/" 'a copy/configs/source/SHA256SUMS'
rebuild out
status 1
filter "/^go: downloading /d; s,$PWD,HERE,"
stderr <<-END
	build.sh: building linux/amd64
	build.sh: cannot reproduce '$stem.tar.gz': its digest is not that of HERE/a copy/configs/source/SHA256SUMS
END
files out <<<.lock

begin 'a tool chain with another digest than the recorded one is not run'
copy
sed -i 's/ h1:..../ h1:AAAA/' 'a copy/configs/source/toolchain/go.sum'
rebuild out
status 1
check grep -q '^SECURITY ERROR' "$scratch/stderr"
stderr <"$scratch/stderr"
files out <<<.lock

begin 'the lock holds what is recorded'
sed -n 's/.*"sha256": "\(.*\)".*/\1/p' "$top/configs/nats-streaming-server.source.lock.json" |
	sort >locked
cut -d ' ' -f 1 "$top/configs/source/SHA256SUMS" | sort >recorded
# The last of them is of the certificates.
comm -23 locked recorded >unknown
run sha256sum "$top/configs/ca-certificates.crt"
filter 's/ .*//'
stdout <unknown

begin 'an unknown platform is a fault of usage'
run "$top/configs/source/build.sh" -p linux/vax out
status 2
stderr <<-'END'
	build.sh: unknown platform 'linux/vax'; known: linux/amd64 linux/arm64 linux/arm/v7 linux/arm/v6 linux/386 windows/amd64
END

finish
