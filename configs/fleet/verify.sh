#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Check a signed summary of `bundler audit --attest` with openssl and jq, as docs/verification.md says.
#
#	verify.sh KEY.pem ENVELOPE.json DIGEST LEVEL [LOCK]
#
# KEY.pem is the public key of the auditor, ENVELOPE.json a DSSE envelope, DIGEST the digest of the image
# that is about to run, LEVEL what is demanded: BUNDLER_REPRODUCED or BUNDLER_EQUIVALENT. With LOCK, the
# policy must be that file. Prints the summary, and fails if anything is not so.
set -eu

key=$1 envelope=$2 digest=${3#sha256:} level=$4 lock=${5-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

refuse() {
	echo "verify.sh: $1" >&2
	exit 1
}

# The signature is of type and payload, each with its length before it (DSSE, "PAE").
type=$(jq -er .payloadType "$envelope")
[ "$type" = application/vnd.in-toto+json ] || refuse "the payload is not an in-toto statement"
jq -er .payload "$envelope" | base64 -d >"$work/statement"
printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(wc -c <"$work/statement")" >"$work/signed"
cat "$work/statement" >>"$work/signed"
count=$(jq -er '.signatures | length' "$envelope")
verified=
for i in $(seq 0 $((count - 1))); do
	jq -er ".signatures[$i].sig" "$envelope" | base64 -d >"$work/signature"
	if openssl dgst -sha256 -verify "$key" -signature "$work/signature" "$work/signed" >/dev/null 2>&1; then
		verified=1
	fi
done
[ -n "$verified" ] || refuse "no signature is of this key"

# Only now is the statement read. A stronger level includes the weaker one.
jq -e --arg digest "$digest" --arg level "$level" '
	def has_level: .predicate.verifiedLevels | index($level) != null
		or ($level == "BUNDLER_EQUIVALENT" and index("BUNDLER_REPRODUCED") != null);
	._type == "https://in-toto.io/Statement/v1"
	and .predicateType == "https://slsa.dev/verification_summary/v1"
	and (.predicate.verifier.id | startswith("https://bundler.example/verifiers/audit/v"))
	and ([.subject[].digest.sha256] | index($digest) != null)
	and .predicate.verificationResult == "PASSED"
	and has_level' "$work/statement" >/dev/null ||
	refuse "the statement is not about this image, or is not of this level"
if [ -n "$lock" ]; then
	[ "$(jq -er .predicate.policy.digest.sha256 "$work/statement")" = "$(sha256sum <"$lock" | cut -d ' ' -f 1)" ] ||
		refuse "the audit had another lock than '$lock'"
fi
jq .predicate "$work/statement"
