#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sign a statement with openssl: prints a DSSE envelope. The key is ECDSA on P-256, in PEM; a service that
# keeps keys can sign the same bytes.
#
#	openssl ecparam -name prime256v1 -genkey -noout -out key.pem
#	openssl ec -in key.pem -pubout -out key.pub
#	sign.sh key.pem summary.json >summary.dsse.json
set -eu

type=application/vnd.in-toto+json
signature=$({ printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(wc -c <"$2")" && cat "$2"; } |
	openssl dgst -sha256 -sign "$1" | base64 -w 0)
jq -cn --arg type "$type" --arg payload "$(base64 -w 0 "$2")" --arg signature "$signature" \
	'{payloadType: $type, payload: $payload, signatures: [{sig: $signature}]}'
