#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cosign's own code takes what the key has signed, and nothing else. Compiling it takes minutes.
# tests/run: timeout=3600
. "$(dirname "$0")/../interop/lib.sh"
. "$(dirname "$0")/../product.sh"

need docker-registry openssl
need_go cosign
need_go regctl
use_product
product=(--cache "$scratch/product/cache" "$scratch/product/tiny.yaml")

for name in key other; do
	(umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$scratch/$name" 2>/dev/null)
	openssl pkey -in "$scratch/$name" -pubout -out "$scratch/$name.pub" 2>/dev/null
done
sign=https://sigstore.dev/cosign/sign/v1
provenance=https://slsa.dev/provenance/v1

bundler_image() { make image --plain-http "$registry" --key "$scratch/key" "$@"; }
# refused KEY IMAGE TEXT: cosign says so.
refused() {
	run "$cosign" bundles "$scratch/$1.pub" "$2"
	status 1
	stderr_stated=1
	grep -q "$3" "$scratch/stderr" || fail "$(cat "$scratch/stderr")"
}

begin 'an index and each of its images, signed and stated'
registry
bundler_image --attest provenance -o "docker://$registry/tiny:1.0"
run "$cosign" bundles "$scratch/key.pub" "$registry/tiny:1.0"
stdout < <(printf '%s\n' $sign $provenance)
for image in $(timeout 60 "$regctl" --host "reg=$registry,tls=disabled" manifest get --format '{{range .Manifests}}{{println .Digest}}{{end}}' "$registry/tiny:1.0"); do
	run "$cosign" bundles "$scratch/key.pub" "$registry/tiny@$image"
	stdout < <(printf '%s\n' $sign $provenance)
done

begin 'another key, another digest, nothing signed'
registry
bundler_image -p linux/amd64 -o "docker://$registry/tiny:1.0"
make image --plain-http "$registry" -p linux/arm64 -o "docker://$registry/tiny:2.0"
refused other "$registry/tiny:1.0" 'accepted signatures do not match threshold'
refused key "$registry/tiny:2.0" 'no valid bundles exist in registry'

begin 'the signatures that cosign 2 reads'
registry
bundler_image --signature-tag -o "docker://$registry/tiny:1.0"
bundler_image --signature-tag -o "docker://$registry/tiny:1.0"
for image in :1.0 $(timeout 60 "$regctl" --host "reg=$registry,tls=disabled" manifest get --format '{{range .Manifests}}@{{println .Digest}}{{end}}' "$registry/tiny:1.0"); do
	run "$cosign" classic "$scratch/key.pub" "$registry/tiny$image"
	stdout <<<1
done
make image --plain-http "$registry" --key "$scratch/other" --signature-tag -o "docker://$registry/tiny:1.0"
for key in key other; do
	run "$cosign" classic "$scratch/$key.pub" "$registry/tiny:1.0"
	stdout <<<1
done

begin 'from a layout, by bundler copy'
registry
make image --key "$scratch/key" --attest provenance -o oci:layout:1.0
run bundler copy --referrers --plain-http "$registry" oci:layout:1.0 "docker://$registry/copied:1.0"
stdout_stated=1
run "$cosign" bundles "$scratch/key.pub" "$registry/copied:1.0"
stdout < <(printf '%s\n' $sign $provenance)

begin 'a flipped byte of a signature, of a statement, another type, a statement of another image'
registry
make image --key "$scratch/key" -o oci:layout:1.0
for what in signature payload type subject; do
	cp -r layout $what
	check "$top/tests/resign.py" $what $what
	run bundler copy --referrers --plain-http "$registry" oci:$what:1.0 "docker://$registry/$what:1.0"
	stdout_stated=1
	[ $what = subject ] && text='provided artifact digest does not match' || text='accepted signatures do not match threshold'
	refused key "$registry/$what:1.0" "$text"
done

finish
