#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=900 seconds=45
# The release is rebuilt to the same bytes whoever does it, wherever, or not at all.
. "$(dirname "$0")/lib.sh"

for recipe in nats-server nats-streaming-server; do
	need_archives linux/amd64
done
# The caches of Go are in the user's HOME, which a test does not have.
for name in GOMODCACHE GOCACHE; do
	export $name="$(go env $name)"
done

# stem NAME: of the archives for linux/amd64.
stem() { echo "$1-v$(sed -n 's/^version: *//p' "$top/configs/$1.yaml")-linux-amd64"; }
stem=$(stem nats-streaming-server)

# copy: the scripts in another place, with a space in it.
copy() {
	filter '/^go: downloading /d'
	mkdir -p 'a copy/configs'
	cp -R "$top/configs/source" 'a copy/configs'
}
rebuild() {
	TEST_TIMEOUT=600 run 'a copy/configs/source/build.sh' -p linux/amd64 nats-streaming-server "$@"
}

for name in nats-server nats-streaming-server; do
	begin "$name elsewhere, with another umask, zone and settings of Go: the recorded digests"
	copy
	# shellcheck disable=SC2016 # the inner shell's
	TEST_TIMEOUT=600 run env TZ=Asia/Tokyo GOAMD64=v3 GOFLAGS=-mod=mod CGO_ENABLED=1 \
		SOURCE_DATE_EPOCH=1 sh -c 'umask 077; exec "$@"' sh \
		'a copy/configs/source/build.sh' -p linux/amd64 $name
	stderr <<<'build.sh: building linux/amd64'
	(cd "$top/build/source" && ls .lock SHA256SUMS "$(stem $name)".*) | LC_ALL=C sort >expected
	files 'a copy/build/source' <expected
	while read -r archive; do
		check cmp "a copy/build/source/$archive" "$top/build/source/$archive"
	done < <(grep '^nats' expected)
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
sed -i "s/^...\(.*$stem\)/000\1/" 'a copy/configs/source/nats-streaming-server/SHA256SUMS'
rebuild out
status 1
filter "/^go: downloading /d; s,$PWD,HERE,"
stderr <<-END
	build.sh: building linux/amd64
	build.sh: cannot reproduce '$stem.tar.gz': its digest is not that of HERE/a copy/configs/source/nats-streaming-server/SHA256SUMS
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

begin 'the locks hold what is recorded'
for lock in "$top"/configs/*.source.lock.json "$top"/configs/gallery/*.source.lock.json; do
	name=$(basename "$lock" .source.lock.json)
	sed -n 's/.*"sha256": "\(.*\)".*/\1/p' "$lock" | sort >locked
	cut -d ' ' -f 1 "$top/configs/source/$name/SHA256SUMS" | sort >recorded
	# The last of them is of the certificates.
	comm -23 locked recorded >unknown
	run sha256sum "$top/configs/ca-certificates.crt"
	filter 's/ .*//'
	stdout <unknown
done

begin 'a mirror of both has the digests of both'
copy
mkdir out
cp "$top/build/source/"*-linux-amd64.* out
rebuild out
cat "$top"/configs/source/*/SHA256SUMS >expected
check diff expected out/SHA256SUMS
check sh -c 'cd out && sha256sum --quiet --ignore-missing -c SHA256SUMS'

begin 'an unknown platform or name is a fault of usage'
run "$top/configs/source/build.sh" -p linux/vax nats-streaming-server out
status 2
stderr <<-'END'
	build.sh: unknown platform 'linux/vax'; known: linux/amd64 linux/arm64 linux/arm/v7 linux/arm/v6 linux/386 windows/amd64
END
run "$top/configs/source/build.sh" nonesuch out
status 2
stderr <<<"build.sh: there is no release 'nonesuch' in $top/configs/source"
files . </dev/null

finish
