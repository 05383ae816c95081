#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler audit --verify-key: of a registry only what the key has signed is taken.
# tests/run: timeout=600 seconds=20
. "$(dirname "$0")/lib.sh"

need docker-registry openssl python3
use_product
product=(--cache "$scratch/product/cache" "$scratch/product/tiny.yaml")
for name in key other; do
	(umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$scratch/$name" 2>/dev/null)
	openssl pkey -in "$scratch/$name" -pubout -out "$scratch/$name.pub" 2>/dev/null
done

sent() { make image --plain-http "$registry" -p linux/amd64 "$@"; }
audit() { run bundler audit -q --plain-http "$registry" "$@" "${product[@]}"; }
identical() { stdout <<<'verdict: identical (linux/amd64)'; }
# refused STATUS TEXT [HINT]
refused() {
	status "$1"
	{ echo "bundler: cannot read 'docker://$2"; [ -z "${3-}" ] || echo "hint: $3"; } >expected
	stderr <expected
}

begin 'what the key has signed, and nothing else'
registry
sent --key "$scratch/key" -o "docker://$registry/tiny:1.0"
sent -o "docker://$registry/plain:1.0"
audit --verify-key "$scratch/key.pub" "docker://$registry/tiny:1.0"
identical
audit --verify-key "$scratch/other.pub" "docker://$registry/tiny:1.0"
refused 7 "$registry/tiny:1.0': the key in '$scratch/other.pub' has not signed it" \
	'signatures that refer to it: 1; of the last: it is not by this key'
audit --verify-key "$scratch/key.pub" "docker://$registry/plain:1.0"
refused 7 "$registry/plain:1.0': the key in '$scratch/key.pub' has not signed it" \
	'no signature in a Sigstore bundle refers to it'
sent --key "$scratch/other" -o "docker://$registry/tiny:1.0"
for key in key other; do
	audit --verify-key "$scratch/$key.pub" "docker://$registry/tiny:1.0"
	identical
done

begin 'signatures that were changed, moved, or are of something else'
registry
make image --key "$scratch/key" -o oci:layout:1.0
declare -A reasons=([signature]='it is not by this key' [payload]='it is not by this key'
	[type]='it signs no statement' [subject]='it signs another image'
	[predicate]='it signs neither an image nor a provenance')
for what in signature payload type subject predicate; do
	cp -r layout $what
	check "$top/tests/resign.py" $what $what "$scratch/key"
	run bundler copy --referrers --plain-http "$registry" oci:$what:1.0 "docker://$registry/$what:1.0"
	stdout_stated=1
	audit --verify-key "$scratch/key.pub" "docker://$registry/$what:1.0"
	refused 7 "$registry/$what:1.0': the key in '$scratch/key.pub' has not signed it" \
		"signatures that refer to it: 1; of the last: ${reasons[$what]}"
done

begin 'hundreds of other things refer to it'
registry
make image --key "$scratch/key" -p linux/amd64 -o oci:layout:1.0
check "$top/tests/resign.py" layout many
run bundler copy --referrers --plain-http "$registry" oci:layout:1.0 "docker://$registry/many:1.0"
stdout_stated=1
audit --verify-key "$scratch/key.pub" "docker://$registry/many:1.0"
refused 10 "$registry/many:1.0': more than 256 things refer to it, and none of these is a signature by the key"

begin 'keys and places that are refused'
registry=localhost
make image -p linux/amd64 -o oci:layout:1.0
audit --verify-key "$scratch/key.pub" oci:layout
status 2
stderr <<'END'
bundler: cannot use --verify-key for 'layout': it is in no registry
hint: signatures are looked for in registries: docker://IMAGE
END
audit --verify-key "$scratch/key" docker://localhost/x
status 3
stderr <<END
bundler: cannot use the key in '$scratch/key': it is private, and a public one is needed
hint: 'openssl pkey -in FILE -pubout' writes its public key
END

finish
