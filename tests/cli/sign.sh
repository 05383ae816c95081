#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Signatures: bundler image --key, and what openssl and other keys say of them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

need openssl python3
use_product

openssl ecparam -name prime256v1 -genkey -noout -out "$scratch/key" 2>/dev/null
openssl pkey -in "$scratch/key" -pubout -out "$scratch/pub" 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl pkey -pubout -out "$scratch/other"
chmod 600 "$scratch/key"

# bundles LAYOUT: of each bundle the subject's digest, what is signed of it, and the statement.
bundles() {
	python3 - "$1" <<'END'
import base64, json, pathlib, sys
blobs = pathlib.Path(sys.argv[1], "blobs", "sha256")
number = 0
for file in sorted(blobs.iterdir()):
    try:
        manifest = json.loads(file.read_bytes())
    except ValueError:
        continue
    if manifest.get("artifactType") != "application/vnd.dev.sigstore.bundle.v0.3+json":
        continue
    layer, = manifest["layers"]
    assert layer["mediaType"] == manifest["artifactType"]
    bundle = json.loads((blobs / layer["digest"][7:]).read_bytes())
    envelope = bundle["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"])
    statement = json.loads(payload)
    kind = envelope["payloadType"].encode()
    signature, = envelope["signatures"]
    pathlib.Path(f"{number}.pae").write_bytes(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
    pathlib.Path(f"{number}.sig").write_bytes(base64.b64decode(signature["sig"]))
    assert manifest["annotations"] == {"dev.sigstore.bundle.content": "dsse-envelope",
                                       "dev.sigstore.bundle.predicateType": statement["predicateType"]}
    assert "sha256:" + statement["subject"][0]["digest"]["sha256"] == manifest["subject"]["digest"]
    print(number, manifest["subject"]["digest"], statement["predicateType"], bundle["verificationMaterial"]["publicKey"]["hint"])
    number += 1
END
}

# signed LAYOUT: each of its bundles is signed by the key, and not by the other; how many.
signed() {
	local number rest count=0
	bundles "$1" >list || fail 'no bundles'
	while read -r number rest; do
		check openssl dgst -sha256 -verify "$scratch/pub" -signature "$number.sig" "$number.pae" >/dev/null
		! openssl dgst -sha256 -verify "$scratch/other" -signature "$number.sig" "$number.pae" >/dev/null 2>&1 ||
			fail 'signed by another key'
		count=$((count + 1))
	done <list
	check test "$count" = "$2"
}

begin 'an image, its index, and what is stated of them'
make image --key "$scratch/key" -o oci:layout:1.0
make image -o oci:plain:1.0
signed layout 4
check test "$(cut -d' ' -f3 list | sort -u)" = https://sigstore.dev/cosign/sign/v1
hint=$(openssl pkey -pubin -in "$scratch/pub" -outform DER | openssl dgst -sha256 -binary | openssl base64)
check test "$(cut -d' ' -f4 list | sort -u)" = "$hint"
for blob in plain/blobs/sha256/*; do check cmp "$blob" "layout/blobs/sha256/${blob##*/}"; done
make image --key "$scratch/key" --attest provenance -o oci:stated:1.0
signed stated 8
make image -p linux/amd64 --key "$scratch/key" -o oci:one:1.0
signed one 1

begin 'the same bytes every time, whatever form the key has'
make image --key "$scratch/key" --attest provenance -o oci-archive:a.tar:1.0
(umask 077 && openssl pkcs8 -topk8 -nocrypt -in "$scratch/key" -out pkcs8 && openssl ec -in "$scratch/key" -out sec1 2>/dev/null)
(umask 077 && { openssl ecparam -name prime256v1; cat sec1; } >with)
for key in pkcs8 with; do
	make image --key $key --attest provenance -o oci-archive:b.tar:1.0
	check cmp a.tar b.tar
done

# refused STATUS TEXT [HINT]: the key in "key" is not used.
refused() {
	run bundler image --key key -o oci:layout "${product[@]}"
	status "$1"
	{ echo "bundler: $2"; [ -z "${3-}" ] || echo "hint: $3"; } >expected
	stderr <expected
	check test ! -e layout
}
new="'openssl ecparam -name prime256v1 -genkey -noout' makes one that can be used"

begin 'keys that are refused'
umask 077
openssl pkcs8 -topk8 -in "$scratch/key" -passout pass:x -out key
decrypt="'openssl pkey -in FILE' decrypts it; a key that must not be in a file signs with --payload and --signature"
refused 3 "cannot use the key in 'key': it is encrypted" "$decrypt"
openssl ec -in "$scratch/key" -aes128 -passout pass:x -out key 2>/dev/null
refused 3 "cannot use the key in 'key': it is encrypted" "$decrypt"
printf -- '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\neyJrZGYi\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n' >key
refused 3 "cannot use the key in 'key': it is encrypted by cosign" \
	"only cosign can decrypt it; make one with openssl, which 'cosign import-key-pair' takes"
openssl genrsa -out key 2048 2>/dev/null
refused 3 "cannot use the key in 'key': it is of RSA, not on the curve P-256" "$new"
openssl ecparam -name secp384r1 -genkey -out key
refused 3 "cannot use the key in 'key': it is on another curve than P-256" "$new"
cp "$scratch/pub" key
refused 3 "cannot use the key in 'key': it is public, and a private one is needed"
head -c 100 "$scratch/key" >key
refused 3 "cannot use the key in 'key': it is cut off" "$new"
: >key
refused 3 "cannot use the key in 'key': it is not PEM (RFC 7468)" "$new"

begin 'files that are refused'
umask 077
cp "$scratch/key" key
for mode in 0640 0604 0660 0622; do
	chmod $mode key
	refused 9 "cannot use the key in 'key': others may use the file, its mode is $mode" \
		"chmod 600 'key'; if others have read it, make a new key"
done
chmod 400 key
if [ "$(id -u)" -eq 0 ]; then
	chown 12345 key
	refused 9 "cannot use the key in 'key': another user owns the file" \
		'sign with a file of your own, which only you can read'
fi
rm key
refused 9 "cannot read 'key': No such file or directory"
mkdir key
refused 9 "cannot read 'key': not a regular file"
rmdir key
head -c 20000 /dev/zero >key
refused 10 "cannot use the key in 'key': the file is larger than 16384 bytes"

begin 'what cannot be signed'
run bundler image --key "$scratch/key" -o docker-archive:a.tar "${product[@]}"
status 2
stderr <<'END'
bundler: cannot sign the image in 'a.tar': an archive for docker load has images only
hint: use oci-archive:, oci: or docker://
END
run bundler image --key "$scratch/key" --attest provenance --attest-style buildkit -o oci:layout "${product[@]}"
status 2
stderr <<'END'
bundler: cannot use --key with --attest-style buildkit: BuildKit's attestations are not signed
hint: use --attest-style referrer
END
check test ! -e layout

finish
