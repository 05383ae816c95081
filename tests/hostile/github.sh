#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# GitHub's API: who is sent the user's token and who must not be, and what its refusals say.
# tests/run: seconds=15
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network api.github.com=203.0.113.60 api.github.com.example=203.0.113.61 evil.example=203.0.113.62 "$@"
certificates
certificate api ca 'DNS:api.github.com,DNS:api.github.com.example,DNS:evil.example,DNS:github.com'

API=203.0.113.60:443 OTHER=203.0.113.61:443 EVIL=203.0.113.62:443
url=https://api.github.com/repos/demo/demo/releases/tags/v1.0
token=ghp_0123456789abcdefSECRET

# A recipe whose sums are at $1, and its release document.
start() {
	release 100
	sed -i "s,sums: .*,sums: \"${1:-$url}\"," demo.yaml
	rm demo.lock.json
	echo '{"assets": [{"name": "'$asset'", "digest": "sha256:'"${entry#*/}"'"}]}' >document
}

serve_rules() { # LISTENER=RULES...
	local listener listeners=()
	for listener; do
		listeners+=("${listener%%=*}/$pki/api.all=${listener#*=}")
	done
	: >requests
	background python3 "$top/tests/registry.py" --log requests "${listeners[@]}"
	wait_for test -e listening
}

lock() { GITHUB_TOKEN=${given-$token} run bundler lock --cache cache --ca-file "$pki/ca.pem" "$@" demo.yaml; }

locked() { stdout <<<"${entry#*/}  $origin/$asset"; }

secret() { check test -z "$(grep -ls SECRET "$scratch/stdout" "$scratch/stderr" demo.yaml demo.lock.json)"; }

# ---- the token ----

begin 'the API has the token'
start
serve_rules "$API=/repos/* say 200 @document"
lock
locked
secret
requests <<-END
$API GET /repos/demo/demo/releases/tags/v1.0 Authorization: Bearer $token
END

begin 'update and init send it, too, and show it nowhere'
start
cp "$pki/ca.pem" .
serve_rules "$API=/repos/* say 200 @document"
GITHUB_TOKEN=$token run bundler update --json --cache cache --ca-file ca.pem 1.0 demo.yaml
stdout_stated=1
secret
GITHUB_TOKEN=$token run bundler init --json --cache cache --ca-file ca.pem demo/other@v1.0
status 3
stdout_stated=1 stderr_stated=1
secret
requests <<-END
$API GET /repos/demo/demo/releases/tags/v1.0 Authorization: Bearer $token
$API GET /repos/demo/other/releases/tags/v1.0 Authorization: Bearer $token
END

begin 'without one, no field'
start
serve_rules "$API=/repos/* say 200 @document"
given='' lock
locked
requests <<-END
$API GET /repos/demo/demo/releases/tags/v1.0
END

begin 'a repository that was renamed: the API leads to itself'
start
serve_rules "$API=/repos/* say 301 'Location: /repositories/7/releases' ;; /repositories/* say 200 @document"
lock
locked
requests <<-END
$API GET /repos/demo/demo/releases/tags/v1.0 Authorization: Bearer $token
$API GET /repositories/7/releases Authorization: Bearer $token
END

begin 'a redirect to another host does not, not even when it leads back'
start
serve_rules "$API=/repos/* say 302 'Location: https://evil.example/x' ;; /back say 200 @document" \
	"$EVIL=/x say 302 'Location: https://api.github.com/back'"
lock
locked
requests <<-END
$API GET /repos/demo/demo/releases/tags/v1.0 Authorization: Bearer $token
$EVIL GET /x
$API GET /back
END

begin 'nor does another port of the same host'
start https://api.github.com:8443/sums
serve_rules "203.0.113.60:8443=/sums say 200 @document"
lock
locked
requests <<-END
203.0.113.60:8443 GET /sums
END

begin 'nor a host whose name begins so, nor github.com'
for host in api.github.com.example github.com; do
	start "https://$host/sums"
	serve_rules "$OTHER=/sums say 200 @document" "203.0.113.10:443=/sums say 200 @document"
	lock
	locked
	check test "$(grep -c Authorization requests)" -eq 0
	check test "$(grep -c 'GET /sums$' requests)" -eq 1
	rm -f listening
	end_processes
done

begin 'archives are asked for without it, even from the API'
start
sed -i 's,url: .*,url: "https://api.github.com/asset",' demo.yaml
serve_rules "$API=/repos/* say 200 @document ;; /asset say 200 @$archive"
lock --download --mirror https://api.github.com/m
stdout <<<"${entry#*/}  https://api.github.com/asset"
stderr_stated=1
requests <<-END
$API GET /repos/demo/demo/releases/tags/v1.0 Authorization: Bearer $token
$API GET /m/$asset
$API GET /asset
END

begin 'a proxy is asked for a tunnel, and does not see it'
start
serve "203.0.113.40:3128/plain=proxy" "$API/api=file $PWD/document"
https_proxy=http://proxy.example:3128 lock
locked
requests <<-END
203.0.113.40:3128 CONNECT api.github.com:443
$API GET /repos/demo/demo/releases/tags/v1.0 authorization: Bearer $token
END

begin 'a token that is none is refused, and not shown'
start
for bad in $'SECRET\n' 'SECRET b' $'SECRET\r\nHost: evil.example' $'SECRET\x7f' 'SECRETä'; do
	given=$bad lock
	status 2
	stderr <<-'END'
	bundler: cannot use GITHUB_TOKEN: it has a blank, a control character or one that is not ASCII
	END
done

begin 'one that GitHub does not know'
start
serve_rules "$API=/repos/* say 401"
lock
status 6
stderr <<-END
bundler: cannot fetch '$url': HTTP status 401 (Unauthorized)
hint: GitHub does not accept the token in GITHUB_TOKEN
END
secret

# ---- the limit ----

limit="'X-RateLimit-Remaining: 0' 'X-RateLimit-Reset: 1800000000'"

for code in 403 429; do
	begin "the limit is reached ($code): until when, and what to do; it is not asked again"
	start
	serve_rules "$API=/repos/* say $code $limit"
	given='' lock
	status 6
	stderr <<-END
	bundler: cannot fetch '$url': GitHub's limit of requests is reached until 2027-01-15 08:00:00 UTC
	hint: a token in GITHUB_TOKEN has a higher limit
	END
	check test "$(wc -l <requests)" -eq 1
done

begin 'with a token'
start
serve_rules "$API=/repos/* say 403 $limit"
lock
status 6
stderr <<-END
bundler: cannot fetch '$url': GitHub's limit of requests is reached until 2027-01-15 08:00:00 UTC
hint: wait, or pass a copy of it with --sums
END
secret

begin 'a time that is none is not shown'
for reset in x 99999999999999999 -1 253402300800 '1800000000 '$'\033'; do
	start
	serve_rules "$API=/repos/* say 403 'X-RateLimit-Remaining: 0' 'X-RateLimit-Reset: $reset'"
	given='' lock
	status 6
	stderr <<-END
	bundler: cannot fetch '$url': GitHub's limit of requests is reached until a time that is not said
	hint: a token in GITHUB_TOKEN has a higher limit
	END
	rm -f listening
	end_processes
done

begin 'too many requests in a short time: after the pause that is asked for it goes on'
start
serve_rules "$API=1*/repos/* say 403 'Retry-After: 1' ;; /repos/* say 200 @document"
lock
locked
check test "$(wc -l <requests)" -eq 2

begin 'a pause that is too long'
start
serve_rules "$API=/repos/* say 429 'Retry-After: 3000'"
lock
status 6
filter 's/until 2.*/until TIME/'
stderr <<-END
bundler: cannot fetch '$url': GitHub's limit of requests is reached until TIME
hint: wait, or pass a copy of it with --sums
END
check test "$(wc -l <requests)" -eq 1

begin 'another refusal is no limit'
start
serve_rules "$API=/repos/* say 403 'X-RateLimit-Remaining: 59'"
given='' lock
status 6
stderr <<-END
bundler: cannot fetch '$url': HTTP status 403 (Forbidden)
END

begin 'the limit of another host is not GitHub'\''s'
start https://evil.example/sums
serve_rules "$EVIL=/sums say 403 $limit"
lock
status 6
stderr <<-END
bundler: cannot fetch 'https://evil.example/sums': HTTP status 403 (Forbidden)
END

finish
