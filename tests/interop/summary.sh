#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600
# Summaries of audits, as others see them: in-toto's own library decodes them, and the scripts of
# configs/fleet sign and check them with openssl and jq.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../product.sh"

need jq openssl
need_go statements
use_product
fleet=$top/configs/fleet
lock=$scratch/product/tiny.lock.json

# summaries: an image of each level, a key, and what is made of them.
summaries() {
	make image -p linux/amd64 -o oci:image:1.0
	make image -p linux/amd64 --compress zstd -o oci:packed:1.0
	make audit --attest reproduced.json oci:image:1.0
	make audit --attest equivalent.json oci:packed:1.0
	make audit --ignore time,history --attest ignored.json oci:image:1.0
	digest=sha256:$(jq -r '.subject[0].digest.sha256' reproduced.json)
	openssl ecparam -name prime256v1 -genkey -noout -out key.pem
	openssl ec -in key.pem -pubout -out key.pub 2>/dev/null
	"$fleet/sign.sh" key.pem reproduced.json >reproduced.dsse.json
}

verify() { run "$fleet/verify.sh" "$@"; }
refused() { # REASON ARG...
	verify "${@:2}"
	status 1
	stderr <<<"verify.sh: $1"
}

begin "in-toto's library decodes them, and knows each member"
summaries
run "$statements" reproduced.json equivalent.json ignored.json
filter 's,audit/v[0-9.]+ ,audit/vN ,'
stdout <<-'END'
	https://slsa.dev/verification_summary/v1 1
	PASSED BUNDLER_REPRODUCED
	https://bundler.example/verifiers/audit/vN tiny.lock.json
	https://slsa.dev/verification_summary/v1 1
	PASSED BUNDLER_EQUIVALENT
	https://bundler.example/verifiers/audit/vN tiny.lock.json
	https://slsa.dev/verification_summary/v1 1
	PASSED BUNDLER_EQUIVALENT BUNDLER_IGNORED_TIME BUNDLER_IGNORED_HISTORY
	https://bundler.example/verifiers/audit/vN tiny.lock.json
END
filter ''
sed 's/"verifier":{/&"version":"1",/' reproduced.json >version.json
run "$statements" version.json
status 1
stdout_stated=1 stderr_stated=1

begin 'signed and checked with openssl and jq'
summaries
for level in BUNDLER_REPRODUCED BUNDLER_EQUIVALENT; do
	verify key.pub reproduced.dsse.json "$digest" $level "$lock"
	stdout < <(jq .predicate reproduced.json)
done
"$fleet/sign.sh" key.pem equivalent.json >equivalent.dsse.json
packed=sha256:$(jq -r '.subject[0].digest.sha256' equivalent.json)
verify key.pub equivalent.dsse.json "$packed" BUNDLER_EQUIVALENT
stdout < <(jq .predicate equivalent.json)
refused 'the statement is not about this image, or is not of this level' \
	key.pub equivalent.dsse.json "$packed" BUNDLER_REPRODUCED

begin 'signed by bundler'
summaries
chmod 600 key.pem
make audit --attest signed.dsse.json --key key.pem oci:image:1.0
verify key.pub signed.dsse.json "$digest" BUNDLER_REPRODUCED "$lock"
stdout < <(jq .predicate reproduced.json)
check test "$(jq -r .payload signed.dsse.json)" = "$(base64 -w 0 reproduced.json)"
make audit --attest again.dsse.json --key key.pem oci:image:1.0
check cmp signed.dsse.json again.dsse.json
printf "oci:%s:1.0 ${product[-1]}\n" image packed >list
check bundler audit "${product[@]:0:${#product[@]}-1}" --attest all --key key.pem --list list
for file in all/*; do
	verify key.pub "$file" "$(basename "$file" .json | tr - :)" BUNDLER_EQUIVALENT
	stdout_stated=1
done
run bundler audit --key key.pem oci:image:1.0 "${product[-1]}"
status 2
stderr <<<'bundler: cannot use --key without --attest: nothing would be signed'

begin 'what is not so is refused'
summaries
openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl ec -pubout -out other.pub 2>/dev/null
refused 'no signature is of this key' other.pub reproduced.dsse.json "$digest" BUNDLER_REPRODUCED
jq -c --arg payload "$(sed 's/PASSED/FAILED/' reproduced.json | base64 -w 0)" '.payload = $payload' \
	reproduced.dsse.json >changed.json
refused 'no signature is of this key' key.pub changed.json "$digest" BUNDLER_REPRODUCED
jq -c '.signatures = []' reproduced.dsse.json >none.json
refused 'no signature is of this key' key.pub none.json "$digest" BUNDLER_REPRODUCED
jq -c '.payloadType = "text/plain"' reproduced.dsse.json >type.json
refused 'the payload is not an in-toto statement' key.pub type.json "$digest" BUNDLER_REPRODUCED
refused 'the statement is not about this image, or is not of this level' \
	key.pub reproduced.dsse.json "sha256:${digest:8:63}0" BUNDLER_REPRODUCED
refused "the audit had another lock than 'key.pub'" \
	key.pub reproduced.dsse.json "$digest" BUNDLER_REPRODUCED key.pub
for change in s/PASSED/FAILED/ 's#summary/v1#summary/v2#' 's#verifiers/audit#verifiers/other#'; do
	sed "$change" reproduced.json >changed.json
	check test -n "$(diff changed.json reproduced.json)"
	"$fleet/sign.sh" key.pem changed.json >changed.dsse.json
	refused 'the statement is not about this image, or is not of this level' \
		key.pub changed.dsse.json "$digest" BUNDLER_REPRODUCED
done

finish
