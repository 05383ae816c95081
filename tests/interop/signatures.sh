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

# tagged REFERENCE: what the signatures under the tag of an image sign; each is checked with openssl.
tagged() {
	python3 - "$registry" "$scratch" "$1" >signed 2>&1 <<-'END' || fail "$(cat signed)"
	import base64, hashlib, json, subprocess, sys, urllib.request
	registry, scratch, name = sys.argv[1:]
	base = f"http://{registry}/v2/tiny/"
	def get(path):
	    accept = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json")
	    request = urllib.request.Request(base + path, headers={"Accept": ", ".join(accept)})
	    return urllib.request.urlopen(request, timeout=30).read()
	digest = "sha256:" + hashlib.sha256(get("manifests/" + name)).hexdigest()
	manifest = json.loads(get("manifests/" + digest.replace(":", "-") + ".sig"))
	for layer in manifest["layers"]:
	    assert layer["mediaType"] == "application/vnd.dev.cosign.simplesigning.v1+json", layer
	    payload = get("blobs/" + layer["digest"])
	    critical = json.loads(payload)["critical"]
	    assert critical["image"]["docker-manifest-digest"] == digest, critical
	    assert critical["identity"]["docker-reference"] == registry + "/tiny", critical
	    open("payload", "wb").write(payload)
	    open("sig", "wb").write(base64.b64decode(layer["annotations"]["dev.cosignproject.cosign/signature"]))
	    for key in "key", "other":
	        if subprocess.run(["openssl", "dgst", "-sha256", "-verify", f"{scratch}/{key}.pub", "-signature", "sig",
	                           "payload"], capture_output=True).returncode == 0:
	            print(key)
	END
}

begin 'the tag that cosign 2 reads: signatures of several keys, each once'
registry
sent --key "$scratch/key" --signature-tag -o "docker://$registry/tiny:1.0"
tagged 1.0
check test "$(cat signed)" = key
sent --key "$scratch/other" --signature-tag -o "docker://$registry/tiny:1.0"
sent --key "$scratch/key" --signature-tag -o "docker://$registry/tiny:1.0"
tagged 1.0
check test "$(xargs <signed)" = 'key other'
audit --verify-key "$scratch/key.pub" "docker://$registry/tiny:1.0"
identical
make image --key "$scratch/key" --signature-tag -o "docker://$registry/tiny:2.0" --plain-http "$registry"
for image in 2.0 $(python3 -c 'import json, sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers={"Accept": "application/vnd.oci.image.index.v1+json"})
print(*(entry["digest"] for entry in json.load(urllib.request.urlopen(request, timeout=30))["manifests"]))' \
	"http://$registry/v2/tiny/manifests/2.0"); do
	tagged "$image"
	check grep -qx key signed
done

begin 'something else under the tag of the signatures is not replaced'
registry
sent --key "$scratch/key" --signature-tag -o "docker://$registry/tiny:1.0"
make image -o oci:index:1.0
digest=$(python3 -c 'import json; print(json.load(open("index/index.json"))["manifests"][0]["digest"])')
run bundler image -q --plain-http "$registry" -o "docker://$registry/tiny:sha256-${digest#*:}.sig" "${product[@]}"
stdout_stated=1
run bundler image -q --plain-http "$registry" --key "$scratch/key" --signature-tag -o "docker://$registry/tiny:3.0" "${product[@]}"
status 11
stderr <<END
bundler: cannot list a signature in '$registry/tiny:3.0': the list that is there cannot be used: it is not a manifest
hint: the image is there, but who looks for what refers to it does not find this
END

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
