#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Registries that misbehave, and what each host around one is sent: who gets a login, and who must not.
# tests/run: timeout=600 seconds=110
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network registry.corp.example=203.0.113.50 auth.corp.example=203.0.113.51 store.example=203.0.113.52 \
	auth.evil.example=203.0.113.53 inside.corp.example=10.1.2.3 meta.corp.example=169.254.169.254 \
	here.corp.example=127.0.0.1 two.corp.example=127.0.0.1 two.corp.example=203.0.113.54 "$@"
certificates
certificate registry ca 'DNS:registry.corp.example,DNS:auth.corp.example,DNS:store.example,DNS:auth.evil.example,DNS:inside.corp.example,DNS:meta.corp.example,DNS:here.corp.example'
python3 "$top/tests/make_layout.py" "$scratch/made" good || bail_out 'the image could not be made'

# An image of one layer, by what its parts are.
blobs=$scratch/made/good/image/blobs/sha256
digest_of() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: value = value[int(key) if key.isdigit() else key]
print(value)' "$@"; }
manifest=$(digest_of "$blobs/../../index.json" manifests 0 digest)
config=$(digest_of "$blobs/${manifest#*:}" config digest)
layer=$(digest_of "$blobs/${manifest#*:}" layers 0 digest)
type=application/vnd.oci.image.manifest.v1+json
size=$(stat -c %s "$blobs/${layer#*:}")

image=registry.corp.example/demo:1
realm=https://auth.corp.example/token
A=203.0.113.50:443 B=203.0.113.51:443 C=203.0.113.52:443 E=203.0.113.53:443
scope='scope=repository%3Ademo%3Apull'

# Rules (registry.py): what a good registry does with each part, and a token service.
by_tag="/v2/demo/manifests/1 say 200 'Content-Type: $type' @$blobs/${manifest#*:}"
by_digest="/v2/demo/manifests/$manifest say 200 'Content-Type: $type' @$blobs/${manifest#*:}"
a_config="/v2/demo/blobs/$config say 200 @$blobs/${config#*:}"
a_layer="/v2/demo/blobs/$layer say 200 @$blobs/${layer#*:}"
good="$by_tag ;; $by_digest ;; $a_config ;; $a_layer"
challenge() { echo "401 'WWW-Authenticate: Bearer realm=\"$1\",service=\"corp\"'"; }
token="/token* say 200 '<{\"token\": \"T1\"}'"
locked="*!Bearer_T1 say $(challenge $realm)"

# A file with logins: user u, password secret.
login() {
	echo "{\"auths\": {\"${1:-registry.corp.example}\": {\"auth\": \"dTpzZWNyZXQ=\"}}}" >auth.json
	chmod 600 auth.json
}
basic='Authorization: Basic dTpzZWNyZXQ='
basic_=Basic_dTpzZWNyZXQ=

pull() { run bundler validate --cache cache --ca-file "$pki/ca.pem" "$@"; }

# What was sent where, in words: A is the registry, B its token service, C a storage, E a stranger's host.
sent() {
	sed -E "s,^203.0.113.50:443,A,; s,^203.0.113.51:443,B,; s,^203.0.113.52:443,C,; s,^203.0.113.53:443,E,
		s,/v2/demo/manifests/$manifest,DIGEST,; s,/v2/demo/blobs/$config,CONFIG,
		s,/v2/demo/blobs/$layer,LAYER,; s,/v2/demo/manifests/1,TAG,; s, GET,,
		s, Accept: application/.*,," requests >requests.words
	mv requests.words requests
	requests
}

# ---- as it should be ----

begin 'an image for anybody: nothing but its parts is asked for, in all four types'
serve_rules "$A=$good"
pull "docker://$image"
check grep -qx "$A GET /v2/demo/manifests/1 Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json" requests
sent <<-'END'
A TAG
A CONFIG
A LAYER
END

begin 'again: what a tag is must be asked, its parts are in the cache'
serve_rules "$A=$good"
pull "docker://$image"
pull "docker://$image"
sent <<-'END'
A TAG
A CONFIG
A LAYER
A TAG
END

begin 'without the network: by digest, not by tag'
serve_rules "$A=$good"
pull "docker://$image"
: >requests
pull --offline "docker://registry.corp.example/demo@$manifest"
pull --offline "docker://$image"
status 4
stderr <<-'END'
bundler: cannot read 'registry.corp.example/demo:1': only the registry knows what its tag is
hint: with --offline, name it by its digest
END
sent </dev/null

begin 'without the network and not in the cache'
pull --offline "docker://registry.corp.example/demo@$manifest"
status 4
stderr <<-END
bundler: cannot fetch '$manifest': it is not in the cache
hint: run once without --offline
END

begin 'a token for anybody, once for all parts'
serve_rules "$A=$locked ;; $good" "$B=$token"
pull "docker://$image"
sent <<-END
A TAG
B /token?service=corp&$scope
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
END

begin 'a token for a login, which only the token service gets'
login
serve_rules "$A=$locked ;; $good" "$B=$token"
pull --authfile auth.json "docker://$image"
sent <<-END
A TAG
B /token?account=u&service=corp&$scope $basic
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
END

begin 'a token service with parameters of its own, and the other name for a token'
serve_rules "$A=*!Bearer_T2 say $(challenge "$realm?a=b%2Fc") ;; $good" "$B=/token* say 200 '<{\"access_token\": \"T2\", \"expires_in\": 60}'"
pull "docker://$image"
sent <<-END
A TAG
B /token?a=b%2Fc&service=corp&$scope
A TAG Authorization: Bearer T2
A CONFIG Authorization: Bearer T2
A LAYER Authorization: Bearer T2
END

begin 'Basic: to the registry alone'
login
serve_rules "$A=*!$basic_ say 401 'WWW-Authenticate: Basic realm=x' ;; $good"
pull --authfile auth.json "docker://$image"
sent <<-END
A TAG
A TAG $basic
A CONFIG $basic
A LAYER $basic
END

begin 'several challenges in several fields: the token wins, other schemes do not matter'
login
serve_rules "$A=*!Bearer_T1 say 401 'WWW-Authenticate: Negotiate YWJj==' 'www-authenticate: Basic realm=\"a, b\"' 'WWW-Authenticate: BEARER Realm=\"$realm\"' ;; $good" "$B=$token"
pull --authfile auth.json "docker://$image"
sent <<-END
A TAG
B /token?account=u&$scope $basic
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
END

begin 'an identity token is posted'
echo '{"auths": {"registry.corp.example": {"auth": "dTo=", "identitytoken": "I&D"}}}' >auth.json
serve_rules "$A=$locked ;; $good" "$B='POST /token' ${token#* }"
pull --authfile auth.json "docker://$image"
sent <<-END
A TAG
B POST /token grant_type=refresh_token&service=corp&$scope&client_id=bundler&refresh_token=I%26D
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
END

begin 'a token that expires between two parts: another one, once'
serve_rules "$A=2*/v2/demo/blobs/*!Bearer_T2 say $(challenge $realm) ;; 1*/v2/demo/manifests/* say $(challenge $realm) ;; $good" \
	"$B=1*$token ;; /token* say 200 '<{\"token\": \"T2\"}'"
pull "docker://$image"
sent <<-END
A TAG
B /token?service=corp&$scope
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
B /token?service=corp&$scope
A CONFIG Authorization: Bearer T2
A LAYER Authorization: Bearer T2
END

more='scope=\"repository:demo:pull repository:base:pull\",error=\"insufficient_scope\"'
begin 'a scope that is not enough: another token with what the registry says'
serve_rules "$A=1*/v2/demo/manifests/1 say $(challenge $realm) ;; *!Bearer_T2 say 401 'WWW-Authenticate: Bearer realm=\"$realm\",${more//\\/}' ;; $good" \
	"$B=1*$token ;; /token* say 200 '<{\"token\": \"T2\"}'"
pull "docker://$image"
sent <<-END
A TAG
B /token?service=corp&$scope
A TAG Authorization: Bearer T1
B /token?$scope%20repository%3Abase%3Apull
A TAG Authorization: Bearer T2
A CONFIG Authorization: Bearer T2
A LAYER Authorization: Bearer T2
END

begin 'never enough: two tokens, and no more'
serve_rules "$A=* say 401 'WWW-Authenticate: Bearer realm=\"$realm\",${more//\\/}' '<{\"errors\": [{\"code\": \"DENIED\", \"message\": \"never\"}]}'" \
	"$B=$token"
pull "docker://$image"
status 11
stderr <<-'END'
bundler: cannot fetch 'https://registry.corp.example/v2/demo/manifests/1': the registry says: DENIED: never
hint: it does not exist, or a login is needed that may read it; --authfile names a file with logins
END
sent <<-END
A TAG
B /token?$scope
A TAG Authorization: Bearer T1
B /token?$scope%20repository%3Abase%3Apull
A TAG Authorization: Bearer T1
END

begin 'a login that is refused: Basic is tried once'
login
serve_rules "$A=* say 401 'WWW-Authenticate: Basic realm=x'"
pull --authfile auth.json "docker://$image"
status 6
stderr <<-'END'
bundler: cannot fetch 'https://registry.corp.example/v2/demo/manifests/1': HTTP status 401 (Unauthorized)
hint: it does not exist, or a login is needed that may read it; --authfile names a file with logins
END
sent <<-END
A TAG
A TAG $basic
END

begin 'a blob that was cut off is continued, with the token'
serve_rules "$A=$locked ;; 1*/v2/demo/blobs/$layer cut 200 'ETag: \"x\"' @$blobs/${layer#*:} ;; $good" "$B=$token"
pull "docker://$image"
stderr <<-END
note: cannot fetch 'https://registry.corp.example/v2/demo/blobs/$layer': the connection was closed early; trying again
END
sent <<-END
A TAG
B /token?service=corp&$scope
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
A LAYER Authorization: Bearer T1 Range: bytes=$((size / 2))-
END

# ---- where a blob is redirected to ----

signed='/blob?sig=J%2Bx%3D%3d&a=b+c'
at_store="/blob* say 200 @$blobs/${layer#*:}"
for way in Bearer Basic; do
	begin "a blob elsewhere: the query byte for byte, no login ($way)"
	login
	if [ $way = Bearer ]; then
		asked=$locked field='Authorization: Bearer T1'
	else
		asked="*!$basic_ say 401 'WWW-Authenticate: Basic realm=x'" field=$basic
	fi
	serve_rules "$A=$asked ;; /v2/demo/blobs/$layer say 307 'Location: https://store.example$signed' ;; $good" "$B=$token" "$C=$at_store"
	pull --authfile auth.json "docker://$image"
	sed -i '/^203.0.113.51/d' requests
	sent <<-END
	A TAG
	A TAG $field
	A CONFIG $field
	A LAYER $field
	C $signed
	END
done

begin 'away and back to the registry: the login does not come back'
serve_rules "$A=/back say 200 @$blobs/${layer#*:} ;; $locked ;; /v2/demo/blobs/$layer say 307 'Location: https://store.example/blob' ;; $good" "$B=$token" \
	"$C=* say 302 'Location: https://registry.corp.example/back'"
pull "docker://$image"
sed -i '/^203.0.113.51/d' requests
sent <<-END
A TAG
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
C /blob
A /back
END

begin 'a storage that refuses: its signature is not shown, its challenge not answered'
login store.example
serve_rules "$A=/v2/demo/blobs/$layer say 307 'Location: https://store.example$signed' ;; $good" "$E=$token" \
	"$C=* say 401 'WWW-Authenticate: Basic realm=x' 'WWW-Authenticate: Bearer realm=\"https://auth.evil.example/token\"' '<{\"errors\": [{\"code\": \"X\"}]}'"
pull --authfile auth.json "docker://$image"
status 6
stderr <<-'END'
bundler: cannot fetch 'https://store.example/blob': HTTP status 401 (Unauthorized)
END
sent <<-END
A TAG
A CONFIG
A LAYER
C $signed
END

# strays NAME LOCATION MESSAGE: a redirect that is not followed.
strays() {
	begin "a blob elsewhere, refused: $1"
	serve_rules "$A=/v2/demo/blobs/$layer say 307 'Location: $2' ;; $good" "203.0.113.52:80/plain=$at_store" \
		"10.1.2.3:443=$at_store" "169.254.169.254:443=$at_store" "127.0.0.1:443=$at_store"
	pull "docker://$image"
	status 6
	stderr <<<"bundler: cannot fetch '$3"
	sent <<-'END'
	A TAG
	A CONFIG
	A LAYER
	END
}

from="https://registry.corp.example/v2/demo/blobs/$layer': redirected to"
strays 'http' http://store.example/blob "$from 'http://store.example/blob': a redirect must lead to https"
strays 'a private address' https://inside.corp.example/blob \
	"https://inside.corp.example/blob': an answer from a public address must not lead to a more private one"
strays 'a link-local address' https://meta.corp.example/blob \
	"https://meta.corp.example/blob': an answer from a public address must not lead to a more private one"
strays 'this machine' https://here.corp.example/blob \
	"https://here.corp.example/blob': an answer from a public address must not lead to a more private one"
strays 'a user name' https://u:p@store.example/blob "$from a URL that is refused: a user name or password does not belong in a URL"

# ---- bytes ----

# differs NAME RULES STATUS STDERR: the registry has something else than it should.
differs() {
	begin "$1"
	serve_rules "$A=$2 ;; $good"
	pull "docker://${5:-$image}"
	status "$3"
	stderr <<<"bundler: $4"
	sent
}

blob_url=https://registry.corp.example/v2/demo/blobs/$layer
tag_url=https://registry.corp.example/v2/demo/manifests/1
digest_url=https://registry.corp.example/v2/demo/manifests/$manifest
head -c "$size" /dev/zero >"$scratch/zeros"
zeros=$(sha256sum "$scratch/zeros" | cut -d' ' -f1)
echo other >"$scratch/other"
other=$(sha256sum "$scratch/other" | cut -d' ' -f1)

differs 'other bytes under a digest' "/v2/demo/blobs/$layer say 200 @$scratch/zeros" 7 \
	"cannot use '$blob_url': its SHA-256 is $zeros, its descriptor says ${layer#*:}" <<-'END'
A TAG
A CONFIG
A LAYER
END
differs 'a blob of another size' "/v2/demo/blobs/$layer say 200 @$scratch/other" 7 \
	"cannot use '$blob_url': it has 6 bytes, its descriptor says $size" <<-'END'
A TAG
A CONFIG
A LAYER
END
differs 'a blob without end' "/v2/demo/blobs/$layer repeat 200 <x" 7 \
	"cannot use '$blob_url': longer than the $size bytes in its descriptor" <<-'END'
A TAG
A CONFIG
A LAYER
END
differs 'another manifest under a digest' "/v2/demo/manifests/$manifest say 200 'Content-Type: $type' @$scratch/other" 7 \
	"cannot use '$digest_url': its SHA-256 is $other, the reference says ${manifest#*:}" \
	"registry.corp.example/demo@$manifest" <<-'END'
A DIGEST
END
differs 'a manifest without end' "/v2/demo/manifests/1 repeat 200 <x" 10 \
	"cannot use '$tag_url': more than 4194304 bytes" <<-'END'
A TAG
END
differs 'a manifest without end under a digest' "/v2/demo/manifests/$manifest repeat 200 <x" 10 \
	"cannot use '$digest_url': longer than the limit of 4194304 bytes" "registry.corp.example/demo@$manifest" <<-'END'
A DIGEST
END
differs 'the wrong Docker-Content-Digest for a tag' "/v2/demo/manifests/1 say 200 'Content-Type: $type' 'Docker-Content-Digest: $layer' @$blobs/${manifest#*:}" 7 \
	"cannot use '$tag_url': its digest is $manifest, the registry says $layer" <<-'END'
A TAG
END
differs 'the wrong Docker-Content-Digest for a digest' "/v2/demo/manifests/$manifest say 200 'Docker-Content-Digest: sha256:0' @$blobs/${manifest#*:}" 7 \
	"cannot use '$digest_url': its digest is $manifest, the registry says sha256:0" "registry.corp.example/demo@$manifest" <<-'END'
A DIGEST
END
differs '3 MiB of headers' "* fields 200 'X-More: of it'" 10 \
	"cannot fetch '$tag_url': the header of the response is too large" <<-'END'
A TAG
END

begin 'Docker-Content-Digest by another algorithm, or none: the bytes decide'
serve_rules "$A=${by_tag/say 200/say 200 \'Docker-Content-Digest: sha512:00\'} ;; $good"
pull "docker://$image"
sent <<-'END'
A TAG
A CONFIG
A LAYER
END

# ---- documents ----

# document NAME CONTENT-TYPE BYTES STATUS STDERR: under the tag; nothing that it names is asked for.
document() {
	printf %s "$3" >"$scratch/document"
	differs "$1" "/v2/demo/manifests/1 say 200 'Content-Type: $2' @$scratch/document" "$4" \
		"cannot read 'docker://$image': $5" <<<'A TAG'
}

document 'a page for everything' text/html '<html>Please log in</html>' 8 \
	"line 1, column 1: '[' or '{' expected near '<'"
document 'nothing for everything' "$type" '' 8 "line 1, column 0: '[' or '{' expected near end of file"
document 'another type than the document says' application/vnd.oci.image.index.v1+json "$(cat "$blobs/${manifest#*:}")" 8 \
	"a manifest was sent as 'application/vnd.oci.image.index.v1+json' and is stated to be '$type'"
document 'a manifest that is an index, too' "$type" \
	"{\"schemaVersion\": 2, \"mediaType\": \"$type\", \"config\": {}, \"layers\": [], \"manifests\": []}" 8 \
	'a manifest is also an index'
document 'a manifest of version 1' application/vnd.docker.distribution.manifest.v1+prettyjws \
	'{"schemaVersion": 1, "name": "demo", "fsLayers": []}' 8 \
	"it is in Docker's image format 1, which has no digest of its configuration
hint: push it again with a version of Docker from 2016 or later"

begin 'a layer of 2^62 bytes: not asked for'
sed -E 's/"size": ?[0-9]+\}\]/"size":4611686018427387904}]/' "$blobs/${manifest#*:}" >huge
serve_rules "$A=/v2/demo/manifests/1 say 200 'Content-Type: $type' @huge ;; $good"
pull "docker://$image"
status 10
stderr <<-END
bundler: cannot read 'docker://$image': its layers are too large together
END
sent <<-'END'
A TAG
A CONFIG
END

begin 'a manifest without a Content-Type: what it says itself'
serve_rules "$A=/v2/demo/manifests/1 say 200 @$blobs/${manifest#*:} ;; $good"
pull "docker://$image"
sent <<-'END'
A TAG
A CONFIG
A LAYER
END

# indexed PLATFORM...: serves an index of the image for linux/amd64, and of a manifest that is not there for
# each of these; "-" states none.
missing=sha256:$(printf %064d 1)
indexed() {
	python3 - "$manifest" "$(stat -c %s "$blobs/${manifest#*:}")" "$missing" "$@" >index <<-'END'
	import json, sys
	def entry(digest, size, platform):
	    value = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": size}
	    if platform != "-":
	        value["platform"] = dict(zip(("os", "architecture"), platform.split("/")))
	    return value
	print(json.dumps({"schemaVersion": 2, "manifests": [entry(sys.argv[1], int(sys.argv[2]), "linux/amd64")]
	                  + [entry(sys.argv[3], 2, platform) for platform in sys.argv[4:]]}))
	END
	serve_rules "$A=/v2/demo/manifests/1 say 200 'Content-Type: ${type/manifest/index}' @index ;; /v2/demo/manifests/$missing say 404 '<{\"errors\": [{\"code\": \"MANIFEST_UNKNOWN\"}]}' ;; $good"
}
same() { # same PLATFORM: compares the registry's image for it with the one that was made
	run bundler diff --cache cache --ca-file "$pki/ca.pem" -p "$1" "docker://$image" "oci:$scratch/made/good/image"
}
not_there="bundler: cannot fetch 'https://registry.corp.example/v2/demo/manifests/$missing': the registry says: MANIFEST_UNKNOWN"

begin 'a manifest that is not there, for a platform that is not wanted'
indexed linux/arm64 unknown/unknown
same linux/amd64
stdout <<END
note: index $missing: first a manifest for no platform, second nothing, not an image
verdict: identical (1 note)
END
sent <<-'END'
A TAG
A DIGEST
A CONFIG
A LAYER
END
same linux/arm64
status 11
stderr <<<"$not_there"

begin 'a manifest that is not there, for a platform that is not stated'
indexed -
same linux/amd64
status 11
stderr <<<"$not_there"

begin 'a manifest that is not there, and all are wanted'
indexed linux/arm64
pull "docker://$image"
status 11
stderr <<<"$not_there"

begin 'a configuration that is a layer for a platform that is not wanted'
python3 - "$manifest" "$(stat -c %s "$blobs/${manifest#*:}")" "$blobs/" <<-'END'
	import hashlib, json, sys
	OCI = "application/vnd.oci.image."
	layer = {"mediaType": OCI + "layer.v1.tar", "digest": f"sha256:{7:064d}", "size": 9}
	def put(name, value):
	    data = value.encode()
	    with open(name, "wb") as f:
	        f.write(data)
	    return {"digest": "sha256:" + hashlib.sha256(data).hexdigest(), "size": len(data)}
	def image(name, config):
	    return put(name, json.dumps({"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": config,
	                                 "layers": [layer]})) | {"mediaType": OCI + "manifest.v1+json"}
	config = put("arm64", '{"os": "linux", "architecture": "arm64"}') | {"mediaType": OCI + "config.v1+json"}
	entries = [image("one", config), image("two", layer | {"mediaType": OCI + "layer.nondistributable.v1.tar"})]
	with open("index", "w") as f:
	    json.dump({"schemaVersion": 2, "manifests": entries + [
	        {"mediaType": OCI + "manifest.v1+json", "digest": sys.argv[1], "size": int(sys.argv[2]),
	         "platform": {"os": "linux", "architecture": "amd64"}}]}, f)
END
there() { echo "/v2/demo/$1/sha256:$(sha256sum "$2" | cut -d' ' -f1) say 200 ${3-} @$2"; }
serve_rules "$A=/v2/demo/manifests/1 say 200 'Content-Type: ${type/manifest/index}' @index ;; $(there blobs arm64) ;; $(there manifests one "'Content-Type: $type'") ;; $(there manifests two "'Content-Type: $type'") ;; $good"
same linux/amd64
status 1
seventh=$(printf %064d 7)
stdout <<-END
file blobs/sha256/$seventh: first sha256:$seventh, 9 bytes, second it was not fetched, in the first place
verdict: different (1 difference)
END

begin 'an index of more manifests than can be opened'
python3 - >index <<-'END'
	import json
	print(json.dumps({"schemaVersion": 2, "manifests": [
	    {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": f"sha256:{i:064d}", "size": 2,
	     "platform": {"os": "linux", "architecture": "arm64"}} for i in range(800)]}))
END
serve_rules "$A=/v2/demo/manifests/1 say 200 'Content-Type: ${type/manifest/index}' @index ;; $good"
same linux/amd64
status 10
stderr <<-END
bundler: cannot read 'docker://$image': it has more than 766 manifests, configurations and layers
END
sent <<<'A TAG'

# ---- refusals ----

differs 'a refusal in its own words' "* say 404 '<{\"errors\": [{\"code\": \"MANIFEST_UNKNOWN\", \"message\": \"no such tag\"}]}'" 11 \
	"cannot fetch '$tag_url': the registry says: MANIFEST_UNKNOWN: no such tag" <<-'END'
A TAG
END
differs 'a refusal with escapes for the terminal' "* say 400 '<{\"errors\": [{\"code\": \"\u001b]0;x\u0007\", \"message\": \"\u001b[2Jline\\nbundler: done\"}]}'" 11 \
	"cannot fetch '$tag_url': the registry says: \\x1b]0;x\\x07: \\x1b[2Jline\\x0abundler: done" <<-'END'
A TAG
END
differs 'a refusal of 3000 characters' "* say 400 '<{\"errors\": [{\"code\": \"$(printf %03000d 7)\"}]}'" 11 \
	"cannot fetch '$tag_url': the registry says: $(printf %0197d 0)..." <<-'END'
A TAG
END
differs 'a refusal without end' "* repeat 404 <x" 6 \
	"cannot fetch '$tag_url': HTTP status 404 (Not Found)" <<-'END'
A TAG
END
differs 'a page for every question' "* say 404 'Content-Type: text/html' '<<html>Not here</html>'" 6 \
	"cannot fetch '$tag_url': HTTP status 404 (Not Found)" <<-'END'
A TAG
END
differs 'too many requests, for an hour' "* say 429 'Retry-After: 3600' '<{\"errors\": [{\"code\": \"TOOMANYREQUESTS\", \"message\": \"You have reached your pull rate limit\"}]}'" 11 \
	"cannot fetch '$tag_url': the registry says: TOOMANYREQUESTS: You have reached your pull rate limit" <<-'END'
A TAG
END

begin 'too many requests, for a second: asked again'
serve_rules "$A=1*/v2/demo/manifests/* say 429 'Retry-After: 1' ;; $good"
pull "docker://$image"
sent <<-'END'
A TAG
A TAG
A CONFIG
A LAYER
END

# ---- challenges ----

# challenged NAME FIELDS MESSAGE: with a login; nothing but the first request is made.
challenged() {
	begin "$1"
	login
	serve_rules "$A=* say 401 $2" "$B=$token" "$E=$token" "203.0.113.51:80/plain=$token" \
		"10.1.2.3:443=$token" "169.254.169.254:443=$token" "127.0.0.1:443=$token"
	pull --authfile auth.json "docker://$image"
	status 6
	stderr <<<"bundler: $3"
	sent <<<'A TAG'
}

unauthorized="cannot fetch '$tag_url': HTTP status 401 (Unauthorized)
hint: it does not exist, or a login is needed that may read it; --authfile names a file with logins"
malformed="cannot fetch '$tag_url': its WWW-Authenticate is refused:"
named="cannot fetch '$tag_url': the registry names a token service that is refused:"
bearer() { echo "'WWW-Authenticate: Bearer realm=\"$1\",service=\"corp\"'"; }

challenged '401 without a challenge' '' "$unauthorized"
challenged '401 with a scheme that is not known' "'WWW-Authenticate: Negotiate'" "$unauthorized"
challenged 'a challenge that does not end' "'WWW-Authenticate: Bearer realm=\"https://auth'" \
	"$malformed the value of a parameter is malformed (RFC 9110 section 11.6.1)"
challenged 'a challenge with two realms' "'WWW-Authenticate: Bearer realm=\"$realm\",realm=\"https://auth.evil.example/token\"'" \
	"$malformed a parameter is there twice (RFC 9110 section 11.6.1)"
challenged 'a challenge that is none' "'WWW-Authenticate: (((((('" \
	"$malformed it is not a list of challenges (RFC 9110 section 11.6.1)"
challenged 'a challenge with a control character' "'WWW-Authenticate: Bearer realm=\"https://auth\\e.example\"'" \
	"$malformed the value of a parameter is malformed (RFC 9110 section 11.6.1)"
challenged 'a token service without a realm' "'WWW-Authenticate: Bearer service=x'" "$named it has no 'realm'"
challenged 'a token service by http' "$(bearer http://auth.corp.example/token)" "$named it is not https"
challenged 'a token service by file' "$(bearer file:///etc/passwd)" "$named it is not https"
challenged 'a token service that is relative' "$(bearer /token)" "$named not an absolute URL"
challenged 'a token service with a user name' "$(bearer https://u:p@auth.corp.example/token)" \
	"$named a user name or password does not belong in a URL"
challenged 'a token service by another scheme' "$(bearer gopher://auth.corp.example/)" "$named neither https, http nor file"
challenged 'a token service at a private address' "$(bearer https://inside.corp.example/token)" \
	"cannot fetch 'https://inside.corp.example/token': an answer from a public address must not lead to a more private one"
challenged 'a token service at a link-local address' "$(bearer https://meta.corp.example/token)" \
	"cannot fetch 'https://meta.corp.example/token': an answer from a public address must not lead to a more private one"
challenged 'a token service on this machine' "$(bearer https://here.corp.example/token)" \
	"cannot fetch 'https://here.corp.example/token': an answer from a public address must not lead to a more private one"

begin 'a token service without a name'
serve_rules "$A=* say 401 $(bearer https://169.254.169.254/token)" "169.254.169.254:443=$token"
pull "docker://$image"
status 5
stderr <<-'END'
bundler: cannot fetch 'https://169.254.169.254/token': '169.254.169.254' is not a DNS name, so its certificate cannot be checked
END
sent <<<'A TAG'

# A sanitized program is not confined, nor is one on an old kernel.
if [ "${BUNDLER_CONFINE-}" = require ]; then
	begin 'a token service at a port that nobody named'
	serve_rules "$A=* say $(challenge https://auth.corp.example:8443/token)" "203.0.113.51:8443=$token"
	pull "docker://$image"
	status 4
	stderr <<-'END'
	bundler: cannot fetch 'https://auth.corp.example:8443/token': port 8443 must not be connected to
	hint: allowed are 443 and the ports of the recipe's URLs, registries, mirrors and the proxy; 'BUNDLER_CONFINE=off' allows all
	END
	sent <<<'A TAG'
fi

begin 'a token service in another domain: no login, and the image is for anybody'
login
serve_rules "$A=*!Bearer_T1 say $(challenge https://auth.evil.example/token) ;; $good" "$E=$token"
pull --authfile auth.json "docker://$image"
sent <<-END
A TAG
E /token?service=corp&$scope
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
END

begin 'a token service in another domain: no login, and the image wants one'
echo '{"auths": {"registry.corp.example": {"auth": "dTpzZWNyZXQ=", "identitytoken": "ID"}}}' >auth.json
serve_rules "$A=*!Bearer_T1 say $(challenge https://auth.evil.example/token)" "$E=* say 403"
pull --authfile auth.json "docker://$image"
status 6
stderr <<-'END'
bundler: cannot fetch 'https://auth.evil.example/token': HTTP status 403 (Forbidden)
hint: the login is not for a token service in another domain than the registry's
END
sent <<-END
A TAG
E /token?service=corp&$scope
END

begin 'the login of another registry is not used'
login auth.evil.example
serve_rules "$A=*!Bearer_T1 say $(challenge https://auth.evil.example/token) ;; $good" "$E=$token"
pull --authfile auth.json "docker://$image"
check test "$(grep -c Basic requests)" -eq 0

# ---- token services ----

# issued NAME RULES STATUS STDERR: the token service has this to say, and is asked once.
issued() {
	begin "$1"
	login
	serve_rules "$A=$locked ;; $good" "$B=$2" "$E=* say 200 '<{\"token\": \"T1\"}'"
	pull --authfile auth.json --stall-timeout 2 "docker://$image"
	status "$3"
	stderr <<<"bundler: $4"
	sent <<-END
	A TAG
	B /token?account=u&service=corp&$scope $basic
	END
}

refused="cannot log in at '$realm': the answer of the token service is refused:"
issued 'a token with a line feed' "* say 200 '<{\"token\": \"T1\\nX-More: y\"}'" 6 \
	"$refused its token has characters that no token has (RFC 6750 section 2.1)"
issued 'no token' "* say 200 '<{}'" 6 "$refused it has no token"
issued 'a page instead of a token' "* say 200 'Content-Type: text/html' '<<html>'" 6 "$refused it is not a JSON object"
issued 'two tokens' "* say 200 '<{\"token\": \"T1\", \"token\": \"T2\"}'" 6 "$refused it is not a JSON object"
issued 'a token without end' "* repeat 200 <x" 10 "cannot log in: the token service's answer has more than 65536 bytes"
issued '3 MiB of headers from a token service' "* fields 200 'X-More: of it'" 10 \
	"cannot fetch '$realm': the header of the response is too large"
issued 'a token service that redirects a login' "* say 307 'Location: https://auth.evil.example/token'" 6 \
	"cannot fetch '$realm': HTTP status 307"
issued 'a token service that refuses the login' "* say 401 'WWW-Authenticate: Basic realm=x' '<{\"details\": \"wrong password\"}'" 11 \
	"cannot log in at '$realm': the token service says: wrong password"

begin 'a token service without POST: GET'
echo '{"auths": {"registry.corp.example": {"auth": "dTpzZWNyZXQ=", "identitytoken": "ID"}}}' >auth.json
serve_rules "$A=$locked ;; $good" "$B=$token"
pull --authfile auth.json "docker://$image"
sed -i 3,\$\!b requests
sent <<-END
A TAG
B POST /token grant_type=refresh_token&service=corp&$scope&client_id=bundler&refresh_token=ID
B /token?account=u&service=corp&$scope $basic
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
END

begin 'a proxy is asked for a tunnel, and gets no login'
login
certificate proxy ca 'DNS:proxy.example'
serve "203.0.113.40:3128/plain=proxy"
mv requests proxied
background python3 "$top/tests/server.py" --log proxied 203.0.113.40:3129/plain=proxy
rm -f listening
serve_rules "$A=*!$basic_ say 401 'WWW-Authenticate: Basic realm=x' ;; $good"
wait_for listening 203.0.113.40 3129
https_proxy=http://203.0.113.40:3129 pull --authfile auth.json "docker://$image"
run sort -u proxied
stdout <<<'203.0.113.40:3129 CONNECT registry.corp.example:443'

# ---- TLS ----

other_way="hint: 'skopeo copy --all docker://IMAGE oci:DIR' can reach it, and the other way round; oci:DIR is a place for bundler"
no_suite="'registry.corp.example' accepts none of TLS 1.2's suites with ECDHE and AES-GCM or ChaCha20-Poly1305, or requires the extended master secret (RFC 7627)"
for alert in 40 70 71; do
	begin "a registry that ends the handshake with alert $alert"
	serve_rules "$A/alert$alert=$good"
	pull "docker://$image"
	status 5
	case $alert in
	70) reason="'registry.corp.example' refuses TLS 1.2, the newest version that bundler speaks" ;;
	*) reason=$no_suite ;;
	esac
	stderr <<-END
	bundler: cannot fetch '$tag_url': $reason
	$other_way
	END
done

# ---- plain http ----

here="*!$basic_ say 401 'WWW-Authenticate: Basic realm=x' ;; $good"

begin 'plain http is not tried by itself'
serve_rules "127.0.0.1:80/plain=$good"
pull docker://here.corp.example/demo:1
status 4
stderr <<-'END'
bundler: cannot fetch 'https://here.corp.example/v2/demo/manifests/1': Connection refused
END
sent </dev/null

begin 'plain http with a login: on this machine'
login here.corp.example:5000
serve_rules "127.0.0.1:5000/plain=$here"
pull --plain-http here.corp.example:5000 --authfile auth.json docker://here.corp.example:5000/demo:1
sent <<-END
127.0.0.1:5000 TAG
127.0.0.1:5000 TAG $basic
127.0.0.1:5000 CONFIG $basic
127.0.0.1:5000 LAYER $basic
END

begin 'plain http with a login: not to another machine'
login
serve_rules "203.0.113.50:5000/plain=$here"
login registry.corp.example:5000
pull --plain-http registry.corp.example --authfile auth.json docker://registry.corp.example:5000/demo:1
status 6
stderr <<-'END'
bundler: cannot fetch 'http://registry.corp.example:5000/v2/demo/manifests/1': HTTP status 401 (Unauthorized)
hint: a login goes over plain http to this machine only
END
sent <<<'203.0.113.50:5000 TAG'

begin 'plain http with a login: not to another machine of the same name'
login two.corp.example:5000
serve_rules "127.0.0.1:5000/plain=* last 401 'WWW-Authenticate: Basic realm=x'" "203.0.113.54:5000/plain=$good"
pull --plain-http two.corp.example --authfile auth.json docker://two.corp.example:5000/demo:1
status 6
stderr <<-'END'
bundler: cannot fetch 'http://two.corp.example:5000/v2/demo/manifests/1': a login goes over plain http to this machine only
END
sent <<<'127.0.0.1:5000 TAG'

begin 'plain http with a token for anybody, from another machine'
serve_rules "203.0.113.50:5000/plain=$token ;; *!Bearer_T1 say $(challenge http://registry.corp.example:5000/token) ;; $good"
pull --plain-http registry.corp.example docker://registry.corp.example:5000/demo:1
sent <<-END
203.0.113.50:5000 TAG
203.0.113.50:5000 /token?service=corp&$scope
203.0.113.50:5000 TAG Authorization: Bearer T1
203.0.113.50:5000 CONFIG Authorization: Bearer T1
203.0.113.50:5000 LAYER Authorization: Bearer T1
END

begin 'plain http for another host than is named'
serve_rules "$A=$good"
pull --plain-http corp.example "docker://$image"
sent <<-'END'
A TAG
A CONFIG
A LAYER
END

begin 'plain http with a token service by http on another host'
serve_rules "127.0.0.1:5000/plain=* say $(challenge http://auth.corp.example/token)" "203.0.113.51:80/plain=$token"
pull --plain-http here.corp.example docker://here.corp.example:5000/demo:1
status 6
stderr <<-'END'
bundler: cannot fetch 'http://here.corp.example:5000/v2/demo/manifests/1': the registry names a token service that is refused: it is not https
END
sent <<<'127.0.0.1:5000 TAG'

# ---- files with logins ----

begin 'a file with logins that others may write to'
login
chmod 622 auth.json
pull --authfile auth.json "docker://$image"
status 9
stderr <<-'END'
bundler: cannot use logins in 'auth.json': others may write to it
hint: make it yours alone: chmod 600
END

begin 'a file with logins that is not there'
pull --authfile auth.json "docker://$image"
status 9
stderr <<-'END'
bundler: cannot read 'auth.json': No such file or directory
END

begin 'nothing of a login is in what is printed'
login
serve_rules "$A=*!Bearer_T9 say $(challenge $realm) '<{\"errors\": [{\"code\": \"UNAUTHORIZED\", \"message\": \"wrong\"}]}'" "$B=$token"
pull --authfile auth.json "docker://$image"
status 11
stderr <<-END
bundler: cannot fetch '$tag_url': the registry says: UNAUTHORIZED: wrong
hint: it does not exist, or a login is needed that may read it; --authfile names a file with logins
END

finish
