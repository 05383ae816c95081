#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sending images to registries that misbehave: what is sent where, and when nothing more is.
# tests/run: timeout=600 seconds=60
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network registry.corp.example=203.0.113.50 auth.corp.example=203.0.113.51 store.example=203.0.113.52 \
	auth.evil.example=203.0.113.53 inside.example=10.1.2.3 here.corp.example=127.0.0.1 metadata.example=169.254.169.254 "$@"
certificates
certificate registry ca 'DNS:registry.corp.example,DNS:auth.corp.example,DNS:store.example,DNS:auth.evil.example,DNS:inside.example'
python3 "$top/tests/make_layout.py" "$scratch/made" good || bail_out 'the images could not be made'

# An image of one layer, by what its parts are.
made=$scratch/made/good/image
value() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: value = value[int(key) if key.isdigit() else key]
print(value)' "$@"; }
manifest=$(value "$made/index.json" manifests 0 digest)
config=$(value "$made/blobs/${manifest/://}" config digest)
layer=$(value "$made/blobs/${manifest/://}" layers 0 digest)
type=application/vnd.oci.image.manifest.v1+json
types='application/vnd.oci.image.[a-z]*.v1\+json'
octets=application/octet-stream

image=docker://registry.corp.example/demo:1
A=203.0.113.50:443 B=203.0.113.51:443 C=203.0.113.52:443 E=203.0.113.53:443
realm=https://auth.corp.example/token
scope='scope=repository%3Ademo%3Apull%2Cpush'

# Rules (registry.py): what a good registry does.
post="POST /v2/demo/blobs/uploads/ say 202 'Location: /up?state=x'"
put="PUT /up* say 201"
named="PUT /v2/demo/manifests/1 say 201 'Docker-Content-Digest: $manifest'"
after="1*HEAD /v2/demo/manifests/1 say 404 ;; HEAD /v2/demo/manifests/1 say 200 'Docker-Content-Digest: $manifest'"
good="$post ;; $put ;; $named ;; $after"
token="/token* say 200 '<{\"token\": \"T1\"}'"
denied="401 'WWW-Authenticate: Bearer realm=\"$realm\",service=\"corp\"'"
# Other tokens are refused, for each method.
locked() { # locked TOKEN
	echo "*!Bearer_$1 say $denied ;; HEAD *!Bearer_$1 say $denied ;; POST *!Bearer_$1 say $denied ;; PUT *!Bearer_$1 say $denied"
}

# A file with logins: user u, password secret.
echo '{"auths": {"registry.corp.example": {"auth": "dTpzZWNyZXQ="}}}' >"$scratch/auth.json"
chmod 600 "$scratch/auth.json"
basic='Authorization: Basic dTpzZWNyZXQ='
basic_=Basic_dTpzZWNyZXQ=
bearer='Authorization: Bearer T1'

# On one processor, so that blobs go one after the other.
processor=$(taskset -pc $$ | sed 's/.*: //; s/[,-].*//')
push() { run taskset -c "$processor" bundler copy --cache cache --ca-file "$pki/ca.pem" "$@"; }
pushed() { stdout <<<"$manifest  $image"; }

# What was sent where, in words: A is the registry, B its token service, C a storage, E a stranger's host.
sent() {
	sed -E "s,^$A,A,; s,^$B,B,; s,^$C,C,; s,^$E,E,; s,sha256(:|%3A)${manifest#*:},MANIFEST,; s,sha256(:|%3A)${config#*:},CONFIG,
		s,sha256(:|%3A)${layer#*:},LAYER,; s,/v2/demo/manifests/1,TAG,; s,/v2/demo/blobs/uploads/,UPLOADS,; s,/v2/demo/,,
		s,$octets ,,; s,$types (its|[0-9a-f]{64}$),\1,; s, (${manifest#*:}|${config#*:}|${layer#*:})$, its bytes,
		s, Accept: application/.*,," requests >requests.words
	mv requests.words requests
	requests
}
# secret: nothing of a login or a token is in what was printed.
secret() { check test "$(cat "$scratch/stdout" "$scratch/stderr" | grep -cE 'secret|dTpzZWNyZXQ|T1')" -eq 0; }

# The requests of a whole push; with a login when there are words for it.
whole() {
	cat <<-END
	A HEAD TAG$1
	A HEAD blobs/CONFIG$1
	A POST UPLOADS$1
	A PUT /up?state=x&digest=CONFIG$1 its bytes
	A HEAD blobs/LAYER$1
	A POST UPLOADS$1
	A PUT /up?state=x&digest=LAYER$1 its bytes
	A PUT TAG$1 its bytes
	A HEAD TAG$1
	END
}

# ---- as it should be ----

begin 'an image: its blobs, each whole, then its manifest as the tag'
serve_rules "$A=$good"
push "oci:$made" $image
pushed
sent < <(whole '')

begin 'a blob of another length under the digest is sent'
serve_rules "$A=HEAD /v2/demo/blobs/* say 200 'Content-Length: 99999' ;; $good"
push "oci:$made" $image
pushed
sent < <(whole '')

begin 'a blob that is there is not sent, and neither is a tag that is right'
serve_rules "$A=HEAD /v2/demo/manifests/1 say 200 'Docker-Content-Digest: $manifest' ;; HEAD /v2/demo/blobs/$config say 200 'Content-Length: $(stat -c %s "$made/blobs/${config/://}")' ;; HEAD /v2/demo/blobs/$layer say 200 'Content-Length: $(stat -c %s "$made/blobs/${layer/://}")'"
push --json "oci:$made" $image
filter 's/"bytes_there": [0-9]+/"bytes_there": N/'
stdout <<-END
{
  "digest": "$manifest",
  "mediaType": "$type",
  "from": "oci:$made",
  "to": "$image",
  "pushed": {
    "place": "$image",
    "digest": "$manifest",
    "blobs_sent": 0,
    "bytes_sent": 0,
    "blobs_there": 2,
    "bytes_there": N
  }
}
END
filter ''
sent <<-'END'
A HEAD TAG
A HEAD blobs/CONFIG
A HEAD blobs/LAYER
END

begin 'an index: what is in it by digest, the index last'
python3 "$top/tests/make_images.py" "$made" two two
two=$(value two/index.json manifests 0 digest)
second=$(value "two/blobs/${two/://}" manifests 1 digest)
serve_rules "$A=$post ;; $put ;; PUT /v2/demo/manifests/* say 201 ;; 1*HEAD /v2/demo/manifests/1 say 404 ;; HEAD /v2/demo/manifests/1 say 200 'Docker-Content-Digest: $two'"
push oci:two $image
stdout <<<"$two  $image"
sed -i "s,$second,SECOND,; s, ${second#*:}, its bytes,; s, ${two#*:}, its bytes,;" requests
sent <<-'END'
A HEAD TAG
A HEAD blobs/CONFIG
A POST UPLOADS
A PUT /up?state=x&digest=CONFIG its bytes
A HEAD blobs/LAYER
A POST UPLOADS
A PUT /up?state=x&digest=LAYER its bytes
A PUT manifests/MANIFEST its bytes
A PUT manifests/SECOND its bytes
A PUT TAG its bytes
A HEAD TAG
END

begin 'a token to pull and push, with a login that the token service gets alone'
serve_rules "$A=$(locked T1) ;; $good" "$B=$token"
push --authfile "$scratch/auth.json" "oci:$made" $image
pushed
sent < <(echo 'A HEAD TAG'; echo "B GET /token?account=u&service=corp&$scope $basic"; whole " $bearer")
secret

begin 'a token that expires on the way: another one, and all of the blob again'
serve_rules "$A=1*PUT /up* say $denied ;; $(locked T1) ;; $good" "$B=$token"
push "oci:$made" $image
pushed
sent <<-END
A HEAD TAG
B GET /token?service=corp&$scope
A HEAD TAG $bearer
A HEAD blobs/CONFIG $bearer
A POST UPLOADS $bearer
A PUT /up?state=x&digest=CONFIG $bearer its bytes
B GET /token?service=corp&$scope
A PUT /up?state=x&digest=CONFIG $bearer its bytes
A HEAD blobs/LAYER $bearer
A POST UPLOADS $bearer
A PUT /up?state=x&digest=LAYER $bearer its bytes
A PUT TAG $bearer its bytes
A HEAD TAG $bearer
END

begin 'Basic'
basics="*!$basic_ say 401 'WWW-Authenticate: Basic realm=x'"
serve_rules "$A=$basics ;; HEAD $basics ;; POST $basics ;; PUT $basics ;; $good"
push --authfile "$scratch/auth.json" "oci:$made" $image
pushed
sent < <(echo 'A HEAD TAG'; whole " $basic")
secret

begin 'by digest alone'
serve_rules "$A=$post ;; $put ;; PUT /v2/demo/manifests/$manifest say 201 ;; 1*HEAD /v2/demo/manifests/$manifest say 404 ;; HEAD /v2/demo/manifests/$manifest say 200"
push "oci:$made" "docker://registry.corp.example/demo@$manifest"
status 6
stderr <<-END
bundler: cannot fetch 'https://registry.corp.example/v2/demo/manifests/$manifest': HTTP status 404 (Not Found)
END
check grep -q "PUT /v2/demo/manifests/$manifest" requests

begin 'by digest alone: the cache does not answer for the registry'
mkdir -p cache/sha256
cp "$made/blobs/${manifest/://}" cache/sha256
chmod 700 cache cache/sha256
chmod 444 cache/sha256/*
serve_rules "$A=$post ;; $put ;; PUT /v2/demo/manifests/$manifest say 201 ;; HEAD /v2/demo/manifests/* say 200"
push "oci:$made" "docker://registry.corp.example/demo@$manifest"
status 6
stderr <<-END
bundler: cannot fetch 'https://registry.corp.example/v2/demo/manifests/$manifest': HTTP status 404 (Not Found)
END

begin 'by digest alone: other bytes under it are not the image'
serve_rules "$A=$post ;; $put ;; PUT /v2/demo/manifests/$manifest say 201 ;; HEAD /v2/demo/manifests/* say 200 ;; /v2/demo/manifests/* say 200 'Content-Type: $type' '@$made/blobs/${config/://}'"
push "oci:$made" "docker://registry.corp.example/demo@$manifest"
status 11
stderr <<<"bundler: cannot rely on 'registry.corp.example/demo@$manifest': the registry took the image, and does not show it there"
check grep -q "PUT /v2/demo/manifests/$manifest" requests

begin 'by digest alone, and there'
serve_rules "$A=$post ;; $put ;; PUT /v2/demo/manifests/$manifest say 201 ;; 1*HEAD /v2/demo/manifests/$manifest say 404 ;; HEAD /v2/demo/manifests/$manifest say 200 'Docker-Content-Digest: $manifest'"
push "oci:$made" "docker://registry.corp.example/demo@$manifest"
stdout <<<"$manifest  docker://registry.corp.example/demo@$manifest"

begin 'what HEAD does not state is asked for by GET'
serve_rules "$A=$post ;; $put ;; $named ;; 1*HEAD /v2/demo/manifests/1 say 404 ;; HEAD /v2/demo/manifests/1 say 200 ;; /v2/demo/manifests/1 say 200 'Content-Type: $type' '@$made/blobs/${manifest/://}'"
push "oci:$made" $image
pushed
check grep -q "^$A GET /v2/demo/manifests/1" requests

begin 'a warning is passed on, once'
serve_rules "$A=$post ;; $put ;; $named ;; 1*HEAD /v2/demo/manifests/1 say 404 'Warning: 299 - \"the quota is \\e[31mlow\"' ;; HEAD /v2/demo/manifests/1 say 200 'Docker-Content-Digest: $manifest' 'Warning: 299 - \"the quota is \\e[31mlow\"'"
push "oci:$made" $image
pushed
stderr <<<'note: registry registry.corp.example says: "the quota is \x1b[31mlow"'

# ---- where the bytes go ----

# placed NAME LOCATION TARGET: the place for the bytes is a good one.
placed() {
	begin "$1"
	serve_rules "$A=POST * say 202 'Location: $2' ;; PUT * say 201 'Docker-Content-Digest: $manifest' ;; $after" \
		"$C=PUT * say 201"
	push --authfile "$scratch/auth.json" "oci:$made" $image
	pushed
	run sed -nE "s,^$A PUT,A,; s,^$C PUT,C,; s,sha256%3A.*,DIGEST,p" requests
	stdout <<<"$3"$'\n'"$3"
}

placed 'a place without a query' /up/1 'A /up/1?digest=DIGEST'
placed 'a place with a query' '/up/1?a=b&c' 'A /up/1?a=b&c&digest=DIGEST'
placed 'a relative place' 'x?a=%2F' 'A /v2/demo/blobs/uploads/x?a=%2F&digest=DIGEST'
placed 'an absolute place' https://registry.corp.example/up 'A /up?digest=DIGEST'
placed 'a place at another host' 'https://store.example/up?sig=S' 'C /up?sig=S&digest=DIGEST'

begin 'no login goes to another host'
serve_rules "$A=$basics ;; HEAD $basics ;; POST *!$basic_ say 401 'WWW-Authenticate: Basic realm=x' ;; POST * say 202 'Location: https://store.example/up?sig=S' ;; PUT * say 201 ;; $after" \
	"$C=PUT * say 201"
push --authfile "$scratch/auth.json" "oci:$made" $image
pushed
run grep -c "^$C.*Authorization" requests
status 1
stdout <<<0
run grep -c "^$C PUT" requests
stdout <<<2

begin 'not even when that host asks for one'
serve_rules "$A=$basics ;; HEAD $basics ;; POST *!$basic_ say 401 'WWW-Authenticate: Basic realm=x' ;; POST * say 202 'Location: https://store.example/up?sig=S' ;; $after" \
	"$C=PUT *!$basic_ say 401 'WWW-Authenticate: Basic realm=x' ;; PUT * say 201"
push --authfile "$scratch/auth.json" "oci:$made" $image
status 6
stderr <<<"bundler: cannot send to 'https://store.example/up': HTTP status 401 (Unauthorized)"
run grep -c "^$C" requests
stdout <<<1

# misplaced NAME FIELD REASON [STATUS]: nothing is sent to that place.
misplaced() {
	begin "$1"
	serve_rules "$A=POST * say 202 $2 ;; PUT * say 201 ;; $after" "10.1.2.3:443=PUT * say 201"
	push --authfile "$scratch/auth.json" "oci:$made" $image
	status "${4:-6}"
	stderr <<<"bundler: $3"
	sent <<-'END'
	A HEAD TAG
	A HEAD blobs/CONFIG
	A POST UPLOADS
	END
}

uploads=https://registry.corp.example/v2/demo/blobs/uploads/
misplaced 'no place' "'X: y'" "cannot send to '$uploads': the place for the bytes is refused: there is no Location"
misplaced 'a place by http' "'Location: http://registry.corp.example/up?sig=S'" \
	"cannot send to '$uploads': the place for the bytes, 'http://registry.corp.example/up', is refused: a redirect must lead to https"
misplaced 'a place without a name' "'Location: https://203.0.113.52/up'" \
	"cannot send to '$uploads': the place for the bytes, 'https://203.0.113.52/up', is refused: a redirect must lead to a DNS name"
misplaced 'a place with a password' "'Location: https://u:pass@store.example/up'" \
	"cannot send to '$uploads': the place for the bytes is refused: a user name or password does not belong in a URL"
misplaced 'a place in a file' "'Location: file:///etc/passwd'" \
	"cannot send to '$uploads': the place for the bytes, 'file:///etc/passwd', is refused: a redirect must lead to https"
misplaced 'a place with a control character' "'Location: /up?\\e[0m'" \
	"cannot send to '$uploads': the place for the bytes is refused: a URL has only visible ASCII characters, and no backslash"
misplaced 'a place at a more private address' "'Location: https://inside.example/up'" \
	"cannot send to 'https://inside.example/up': an answer from a public address must not lead to a more private one"

misplaced 'a place at this machine' "'Location: https://here.corp.example/up'" \
	"cannot send to 'https://here.corp.example/up': an answer from a public address must not lead to a more private one"
misplaced 'a place at a link-local address' "'Location: https://metadata.example/up'" \
	"cannot send to 'https://metadata.example/up': an answer from a public address must not lead to a more private one"
misplaced 'a place at another port by http' "'Location: http://registry.corp.example:8080/up'" \
	"cannot send to '$uploads': the place for the bytes, 'http://registry.corp.example:8080/up', is refused: a redirect must lead to https"
misplaced 'a place that is too long' "'Location: /up?$(printf 'x%.0s' {1..9000})'" \
	"cannot send to '$uploads': the place for the bytes is refused: too long"

# ---- answers ----

# answered NAME RULES STATUS STDERR REQUESTS: a part of a good registry has other rules.
answered() {
	begin "$1"
	serve_rules "$A=$2 ;; $good"
	push --stall-timeout 2 "oci:$made" $image
	status "$3"
	stderr <<<"$4"
	sed -i '/HEAD TAG/d' requests
	cut -d' ' -f-3 requests | sed -E "s,^$A ,,; s,\?.*,,; s,/v2/demo/,,; s, blobs/uploads/, UPLOADS,; s,sha256:.*,DIGEST," >"$scratch/words"
	mv "$scratch/words" requests
	requests
}

up=https://registry.corp.example/up tag=https://registry.corp.example/v2/demo/manifests/1
for code in 200 202 204 206 301 307 404; do
	words=
	[ $code != 404 ] || words=' (Not Found)'
	answered "$code for a blob is not a success" "PUT /up* say $code 'Location: $up'" 6 \
		"bundler: cannot send to '$up': HTTP status $code$words" <<-'END'
	HEAD manifests/1
	HEAD blobs/DIGEST
	POST UPLOADS
	PUT /up
	END
done

begin '200 for a manifest is not a success'
serve_rules "$A=PUT /v2/demo/manifests/1 say 200 'Docker-Content-Digest: $manifest' ;; $good"
push "oci:$made" $image
status 6
stderr <<<"bundler: cannot send to '$tag': HTTP status 200"
sent < <(whole '' | sed '$d')

begin '200 for everything is not a success'
serve_rules "$A=* say 200 ;; HEAD * say 200 ;; POST * say 200 ;; PUT * say 200"
push "oci:$made" $image
status 6
stderr <<<"bundler: cannot send to '$uploads': HTTP status 200"

begin 'another digest than ours in the answer'
serve_rules "$A=PUT /v2/demo/manifests/1 say 201 'Docker-Content-Digest: $config' ;; $good"
push "oci:$made" $image
status 7
stderr <<<"bundler: cannot rely on 'registry.corp.example/demo:1': the digest of what was sent is $manifest, the registry says $config"

begin 'another image under the tag afterwards'
serve_rules "$A=HEAD /v2/demo/manifests/1 say 200 'Docker-Content-Digest: $config' ;; $good"
push "oci:$made" $image
status 11
stderr <<<"bundler: cannot rely on 'registry.corp.example/demo:1': the registry took the image, and does not show it there"
sent < <(whole '')

# refused NAME RULES STDERR: the registry's own words.
refused() {
	begin "$1"
	serve_rules "$A=$2 ;; $good"
	push "oci:$made" $image
	status 11
	stderr <<<"$3"
}

words() { echo "'<{\"errors\": [{\"code\": \"$1\", \"message\": \"$2\"}]}'"; }
refused 'a repository that is not there' "POST * say 404 $(words NAME_UNKNOWN 'no such repository')" \
	"bundler: cannot send to '$uploads': the registry says: NAME_UNKNOWN: no such repository
hint: some registries want a repository to be made before the first image is sent"
refused 'no right to write' "POST * say 403 $(words DENIED 'you may not')" \
	"bundler: cannot send to '$uploads': the registry says: DENIED: you may not
hint: it does not exist, or a login is needed that may write to it; --authfile names a file with logins"
refused 'a tag that must not be moved' "PUT /v2/demo/manifests/1 say 400 $(words TAG_INVALID 'the tag is immutable')" \
	"bundler: cannot send to '$tag': the registry says: TAG_INVALID: the tag is immutable
hint: where a tag must not be moved, choose another one"
refused 'the same with another status' "PUT /v2/demo/manifests/1 say 409 $(words CONFLICT 'the tag is immutable')" \
	"bundler: cannot send to '$tag': the registry says: CONFLICT: the tag is immutable
hint: where a tag must not be moved, choose another one"
refused 'and with another' "PUT /v2/demo/manifests/1 say 412 $(words PRECONDITION 'tag exists')" \
	"bundler: cannot send to '$tag': the registry says: PRECONDITION: tag exists
hint: where a tag must not be moved, choose another one"

begin 'a digest that is refused is no tag that must not be moved'
serve_rules "$A=$post ;; $put ;; PUT /v2/demo/manifests/* say 400 $(words MANIFEST_INVALID 'not this')"
push "oci:$made" "docker://registry.corp.example/demo@$manifest"
status 11
stderr <<<"bundler: cannot send to 'https://registry.corp.example/v2/demo/manifests/$manifest': the registry says: MANIFEST_INVALID: not this"

refused 'a manifest that wants a blob' "PUT /v2/demo/manifests/1 say 404 $(words MANIFEST_BLOB_UNKNOWN 'no blob')" \
	"bundler: cannot send to '$tag': the registry says: MANIFEST_BLOB_UNKNOWN: no blob"
refused 'words with escapes' "POST * say 403 $(words DENIED '\u001b[2Jx')" \
	"bundler: cannot send to '$uploads': the registry says: DENIED: \\x1b[2Jx
hint: it does not exist, or a login is needed that may write to it; --authfile names a file with logins"
long=$(printf 'x%.0s' {1..3000})
refused 'words with much behind them' "POST * say 403 '<{\"errors\": [{\"code\": \"DENIED\", \"message\": \"you may not\", \"detail\": \"$(printf 'y%.0s' {1..30000})\"}]}'" \
	"bundler: cannot send to '$uploads': the registry says: DENIED: you may not
hint: it does not exist, or a login is needed that may write to it; --authfile names a file with logins"
refused 'long words' "POST * say 400 $(words UNSUPPORTED "$long")" \
	"bundler: cannot send to '$uploads': the registry says: UNSUPPORTED: ${long:0:184}..."

# ---- faults that pass ----

begin 'a failure that passes: the blob has another place then'
serve_rules "$A=1*PUT /up* say 503 ;; $good"
push "oci:$made" $image
pushed
filter 's/; trying again.*/; trying again/'
stderr <<<"note: cannot send to '$up': HTTP status 503 (Service Unavailable); trying again"
filter ''
sent <<-'END'
A HEAD TAG
A HEAD blobs/CONFIG
A POST UPLOADS
A PUT /up?state=x&digest=CONFIG its bytes
A HEAD blobs/CONFIG
A POST UPLOADS
A PUT /up?state=x&digest=CONFIG its bytes
A HEAD blobs/LAYER
A POST UPLOADS
A PUT /up?state=x&digest=LAYER its bytes
A PUT TAG its bytes
A HEAD TAG
END

begin 'no answer to a blob: it may be there'
serve_rules "$A=1*PUT /up* close 0 ;; 1*HEAD /v2/demo/blobs/$config say 404 ;; HEAD /v2/demo/blobs/$config say 200 'Content-Length: $(stat -c %s "$made/blobs/${config/://}")' ;; $good"
push "oci:$made" $image
pushed
stderr <<<"note: cannot send to '$up': the connection was closed early; trying again"
run grep -c "PUT /up" requests
stdout <<<2

begin 'too many requests: as long as the registry asks, at most a minute'
serve_rules "$A=1*POST * say 429 'Retry-After: 1' ;; $good"
push "oci:$made" $image
pushed
stderr <<<"note: cannot send to '$uploads': HTTP status 429 (Too Many Requests); trying again"

begin 'too many requests, and an hour to wait: not'
serve_rules "$A=POST * say 429 'Retry-After: 3600' ;; $good"
push "oci:$made" $image
status 6
stderr <<<"bundler: cannot send to '$uploads': HTTP status 429 (Too Many Requests)"

begin 'a registry that is silent'
serve_rules "$A=PUT /up* silent 0 ;; $good"
push --stall-timeout 1 "oci:$made" $image
status 4
filter '/^note:/d'
stderr <<<"bundler: cannot send to '$up': stalled: less than 1024 bytes a second for 1 s"
filter ''

begin 'no header ends'
serve_rules "$A=POST * fields 202 'X-More: of it' ;; $good"
push "oci:$made" $image
status 10
stderr <<<"bundler: cannot send to '$uploads': the header of the response is too large"

# A layer that no socket's buffer takes whole.
python3 "$top/tests/make_images.py" "$made" big "$scratch/big"
big=$scratch/big
big_manifest=$(value "$big/index.json" manifests 0 digest)
big_layer=$(value "$big/blobs/${big_manifest/://}" layers 0 digest)
big_named="PUT /v2/demo/manifests/1 say 201 ;; 1*HEAD /v2/demo/manifests/1 say 404 ;; HEAD /v2/demo/manifests/1 say 200 'Docker-Content-Digest: $big_manifest'"
big_put="PUT /up*$big_layer*"
big_put=${big_put//sha256:/}

begin 'a layer of 16 MiB'
serve_rules "$A=$post ;; $put ;; $big_named"
push "oci:$big" $image
stdout <<<"$big_manifest  $image"
check grep -q "${big_layer#*:} .* ${big_layer#*:}$" requests

begin 'a connection that ends in the middle of a blob: all of it again'
serve_rules "$A=1*$big_put drop 0 ;; $post ;; $put ;; $big_named"
push "oci:$big" $image
stdout <<<"$big_manifest  $image"
stderr <<<"note: cannot send to '$up': the connection was closed early; trying again"
run grep -c "PUT /up.*${big_layer#*:}" requests
stdout <<<2

begin 'a registry that does not read'
serve_rules "$A=$big_put deaf 0 ;; $post ;; $put ;; $big_named"
push --stall-timeout 1 "oci:$big" $image
status 4
filter '/^note:/d'
stderr <<<"bundler: cannot send to '$up': stalled: less than 1024 bytes a second for 1 s"
filter ''
run grep -c 'PUT /v2' requests
status 1
stdout <<<0

begin 'an answer before the blob was read: no success'
serve_rules "$A=$big_put early 201 ;; $post ;; $put ;; $big_named"
push --stall-timeout 1 "oci:$big" $image
status 6
stderr <<<"bundler: cannot send to '$up': it was taken before all of it was sent"
run grep -c 'PUT /v2' requests
status 1
stdout <<<0

begin 'too large for the registry, which says so before it has all of it'
serve_rules "$A=$big_put early 413 $(words SIZE_INVALID 'at most 1 MB') ;; $post ;; $put ;; $big_named"
push "oci:$big" $image
status 11
stderr <<<"bundler: cannot send to '$up': the registry says: SIZE_INVALID: at most 1 MB"

# tried NAME RULES REQUEST COUNT STATUS STDERR: what passes or not, and how often it is tried.
tried() {
	begin "$1"
	serve_rules "$A=$2 ;; $good"
	push "oci:$made" $image
	status "$5"
	filter '/^note:/d'
	stderr <<<"$6"
	filter ''
	run grep -c "^$A $3" requests
	stdout <<<"$4"
}

tried 'a failure that does not pass, of a place' 'POST * say 503' 'POST' 4 6 \
	"bundler: cannot send to '$uploads': HTTP status 503 (Service Unavailable)"
tried 'of a tag' 'PUT /v2/* say 500' 'PUT /v2' 4 6 \
	"bundler: cannot send to '$tag': HTTP status 500 (Internal Server Error)"
tried 'of the question whether a blob is there' 'HEAD /v2/demo/blobs/* say 502' 'HEAD /v2/demo/blobs' 4 6 \
	"bundler: cannot fetch 'https://registry.corp.example/v2/demo/blobs/$config': HTTP status 502 (Bad Gateway)"
tried 'of the question what the tag is' 'HEAD /v2/demo/manifests/1 say 500' 'HEAD' 4 6 \
	"bundler: cannot fetch '$tag': HTTP status 500 (Internal Server Error)"

begin 'once, of the tag'
serve_rules "$A=1*PUT /v2/* say 500 ;; $good"
push "oci:$made" $image
pushed
stderr <<<"note: cannot send to '$tag': HTTP status 500 (Internal Server Error); trying again"
run grep -c "^$A PUT /v2" requests
stdout <<<2

for code in 200 201 204 303 307; do
	answered "$code for a place is none" "POST * say $code 'Location: /up?state=x'" 6 \
		"bundler: cannot send to '$uploads': HTTP status $code" <<-'END'
	HEAD manifests/1
	HEAD blobs/DIGEST
	POST UPLOADS
	END
done

answered 'a manifest is not sent elsewhere' "PUT /v2/demo/manifests/1 say 307 'Location: https://store.example/m'" 6 \
	"bundler: cannot send to '$tag': HTTP status 307" <<-'END'
	HEAD manifests/1
	HEAD blobs/DIGEST
	POST UPLOADS
	PUT /up
	HEAD blobs/DIGEST
	POST UPLOADS
	PUT /up
	PUT manifests/1
	END

begin 'a registry without HEAD for blobs gets them'
serve_rules "$A=HEAD /v2/demo/blobs/* say 405 ;; $good"
push "oci:$made" $image
pushed
sent < <(whole '')

begin 'a digest by another algorithm in the answer says nothing'
serve_rules "$A=$post ;; $put ;; PUT /v2/demo/manifests/1 say 201 'Docker-Content-Digest: sha512:$(printf '0%.0s' {1..128})' ;; $after"
push "oci:$made" $image
pushed

begin 'escapes in the digest of an answer'
serve_rules "$A=PUT /v2/demo/manifests/1 say 201 'Docker-Content-Digest: sha256:\e[2J' ;; $good"
push "oci:$made" $image
check test "$ran_status" -ne 0
status_stated=1 stderr_stated=1
run grep -c "$(printf '\033')" "$scratch/stderr"
status 1
stdout <<<0

begin 'a token that is too small: asked for once more, then an end'
small="401 'WWW-Authenticate: Bearer realm=\"$realm\",service=\"corp\",error=\"insufficient_scope\",scope=\"repository:demo:pull,push\"'"
serve_rules "$A=HEAD * say $small ;; POST * say $small" "$B=$token"
push "oci:$made" $image
check test "$ran_status" -ne 0
status_stated=1 stderr_stated=1
run grep -c "^$B" requests
stdout <<<6	# once more for each of HEAD of the tag, HEAD of a blob, and POST

begin 'a Retry-After in the past, or that is no time'
serve_rules "$A=1*POST * say 429 'Retry-After: -5' ;; 1*POST * say 429 'Retry-After: soon' ;; $good"
push "oci:$made" $image
pushed
filter '/^note:/d'
stderr </dev/null
filter ''

# ---- what is not sent ----

begin 'a reference with the digest of another image: nothing is asked'
serve_rules "$A=$good"
push "oci:$made" "$image@$config"
status 7
stderr <<<"bundler: cannot send the image as 'registry.corp.example/demo:1@$config': its digest is $manifest, not $config"
sent </dev/null

begin 'a blob with other bytes than its digest: the last of them stay here, and the tag as it was'
check cp -r "$made" broken
printf X | dd of="broken/blobs/${layer/://}" bs=1 seek=20 conv=notrunc status=none
serve_rules "$A=$good"
push oci:broken $image
status 7
stderr <<<"bundler: cannot send '$layer': the bytes that are there under this digest have another"
run grep -c 'PUT /v2' requests
status 1
stdout <<<0
check grep -q cut requests

begin 'a blob that is missing, and a manifest that is another one: nothing is asked'
check cp -r "$made" missing
check rm "missing/blobs/${layer/://}"
serve_rules "$A=$good"
push oci:missing $image
status 8
stderr <<<"bundler: cannot copy 'missing': 'blobs/${layer/://}' is missing"
check cp -r "$made" other
echo >>"other/blobs/${manifest/://}"
push oci:other $image
status 8
stderr <<<"bundler: cannot copy 'other': 'blobs/${manifest/://}' has not the digest and the size of its descriptor"
sent </dev/null

begin 'without the network'
serve_rules "$A=$good"
push --offline "oci:$made" $image
status 2
stderr <<<"bundler: cannot send to '$image' with --offline"
sent </dev/null

begin 'a token service in another domain gets no login'
serve_rules "$A=HEAD * say 401 'WWW-Authenticate: Bearer realm=\"https://auth.evil.example/token\",service=\"corp\"'" "$E=$token"
push --authfile "$scratch/auth.json" "oci:$made" $image
check test "$ran_status" -ne 0
status_stated=1 stderr_stated=1
run grep -c Basic requests
status 1
stdout <<<0
run sh -c "grep '^$E' requests | sort -u"
stdout <<<"$E GET /token?service=corp&$scope"

begin 'plain http: no login, but to this machine'
serve_rules "203.0.113.50:80/plain=HEAD *!$basic_ say 401 'WWW-Authenticate: Basic realm=x' ;; POST *!$basic_ say 401 'WWW-Authenticate: Basic realm=x'"
push --authfile "$scratch/auth.json" --plain-http registry.corp.example "oci:$made" $image
check test "$ran_status" -ne 0
status_stated=1 stderr_stated=1
run grep -c Authorization requests
status 1
stdout <<<0

begin 'an interrupt ends everything'
serve_rules "$A=PUT /up* silent 0 ;; $good"
(exec bundler copy --cache cache --ca-file "$pki/ca.pem" "oci:$made" $image >out 2>&1) &
push_pid=$!
wait_for grep -q PUT requests
kill -INT $push_pid
wait $push_pid
check test $? -gt 128
run pgrep -f "[b]undler copy --cache cache --ca-file $pki"
status 1

# ---- what refers to an image ----

python3 "$top/tests/make_images.py" "$made" signed "$scratch/signed"
signed=$scratch/signed
note=$(value "$signed/index.json" manifests 1 digest)
note_size=$(value "$signed/index.json" manifests 1 size)
list=sha256-${manifest#*:}
entry="{\"mediaType\":\"$type\",\"digest\":\"$note\",\"size\":$note_size,\"artifactType\":\"application/x-note\",\"annotations\":{\"by\":\"me\"}}"
index_of() { printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' "$1"; }
index_type=application/vnd.oci.image.index.v1+json

# attached NAME RULES REQUESTS: requests about manifests, after those of the image.
attached() {
	begin "$1"
	serve_rules "$A=$2 ;; $post ;; $put ;; $named ;; $after"
	push --referrers "oci:$signed" $image
	pushed
	sed -nE "s,^$A ,,; s, Accept:.*,,; s,/v2/demo/,,; s,$note,NOTE,; s,$manifest,MANIFEST,; s,$list,LIST,; s,$types ([0-9a-f]{64}$),\1,
		/^(GET|PUT) (manifests|referrers)/p" requests >requests.words
	mv requests.words requests
	requests
}

attached 'a registry that lists it' "PUT /v2/demo/manifests/$note say 201 'OCI-Subject: $manifest'" <<-END
PUT manifests/NOTE ${note#*:}
PUT manifests/1 ${manifest#*:}
END

attached 'a registry that does not: a list under a tag' "PUT /v2/demo/manifests/sha256* say 201" <<-END
PUT manifests/NOTE ${note#*:}
GET referrers/MANIFEST
GET manifests/LIST
PUT manifests/LIST $(index_of "$entry" | sha256sum | cut -d' ' -f1)
PUT manifests/1 ${manifest#*:}
END

other="{\"mediaType\":\"$type\",\"digest\":\"$config\",\"size\":3}"
attached 'a list that is there gets it behind the others' \
	"PUT /v2/demo/manifests/sha256* say 201 ;; /v2/demo/manifests/$list say 200 'Content-Type: $index_type' '<$(index_of "$other")'" <<-END
PUT manifests/NOTE ${note#*:}
GET referrers/MANIFEST
GET manifests/LIST
PUT manifests/LIST $(index_of "$other,$entry" | sha256sum | cut -d' ' -f1)
PUT manifests/1 ${manifest#*:}
END

attached 'a list that has it stays' \
	"PUT /v2/demo/manifests/sha256* say 201 ;; /v2/demo/manifests/$list say 200 'Content-Type: $index_type' '<$(index_of "$entry,$other")'" <<-END
PUT manifests/NOTE ${note#*:}
GET referrers/MANIFEST
GET manifests/LIST
PUT manifests/1 ${manifest#*:}
END

begin 'something else under the tag of the list'
serve_rules "$A=PUT /v2/demo/manifests/sha256:* say 201 ;; /v2/demo/manifests/$list say 200 'Content-Type: $type' '@$made/blobs/${manifest/://}' ;; $good"
push --referrers "oci:$signed" $image
status 11
stderr <<-'END'
bundler: cannot list a referrer in 'registry.corp.example/demo:1': the list that is there cannot be used: it is not an index
hint: the image is there, but who looks for what refers to it does not find this
END
run grep -c "PUT /v2/demo/manifests/sha256-" requests
status 1
stdout <<<0

begin 'without --referrers it stays here'
serve_rules "$A=$good"
push "oci:$signed" $image
pushed
sent < <(whole '')

# ---- reading them ----

parts="/v2/demo/manifests/1 say 200 'Content-Type: $type' '@$made/blobs/${manifest/://}' ;; /v2/demo/manifests/$note say 200 'Content-Type: $type' '@$signed/blobs/${note/://}'"
for blob in "$signed"/blobs/sha256/*; do
	parts+=" ;; /v2/demo/blobs/sha256:${blob##*/} say 200 '@$blob'"
done

begin 'pages of a list'
serve_rules "$A=/v2/demo/referrers/$manifest?n=2 say 200 'Content-Type: $index_type' '<$(index_of "$entry")' ;; /v2/demo/referrers/$manifest say 200 'Content-Type: $index_type' 'Link: </v2/demo/referrers/$manifest?n=2>; rel=\"next\"' '<$(index_of '')' ;; $parts"
push --referrers $image oci:out:1
stdout <<<"$manifest  oci:out:1"
list=$(grep -o 'sha256:[0-9a-f]*' out/index.json | sed -n 2p)
run ls out/blobs/sha256
stdout < <({ ls "$signed/blobs/sha256"; echo "${list#*:}"; } | sort)

# listed NAME RULE STATUS STDERR: a list is refused.
listed() {
	begin "$1"
	serve_rules "$A=$2 ;; $parts" "$E=* say 200"
	push --referrers $image oci:out:1
	status "$3"
	stderr <<<"bundler: $4"
	run grep -c "^$E" requests
	status 1
	stdout <<<0
	check test ! -e out
}

referrers=https://registry.corp.example/v2/demo/referrers/$manifest
listed 'pages at another host' "/v2/demo/referrers/* say 200 'Link: <https://auth.evil.example/x>; rel=next' '<$(index_of '')'" 6 \
	"cannot fetch '$referrers': its next page is refused: it is at another host"
listed 'pages without end' "/v2/demo/referrers/* say 200 'Link: </v2/demo/referrers/$manifest>; rel=next' '<$(index_of '')'" 10 \
	"cannot fetch '$referrers': it has more than 64 pages"
listed 'a page that is no index' "/v2/demo/referrers/* say 200 '<[]'" 8 \
	"cannot read '$image': its list of referrers: it is not an index"
listed 'a page that is no JSON' "/v2/demo/referrers/* say 200 '<<html>'" 8 \
	"cannot read '$image': its list of referrers: it is not strict JSON"
listed 'a page without end' "/v2/demo/referrers/* repeat 200 <x" 10 "cannot use '$referrers': more than 4194304 bytes"

begin 'a list of something that does not refer to the image: it is not copied'
serve_rules "$A=/v2/demo/referrers/* say 200 '<$(index_of "{\"mediaType\":\"$type\",\"digest\":\"$manifest\",\"size\":1}")' ;; $parts"
push --referrers $image oci:out:1
stdout <<<"$manifest  oci:out:1"

finish
