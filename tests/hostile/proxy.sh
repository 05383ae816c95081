#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Proxies, as the environment names them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates
PROXY=203.0.113.40:3128/plain

with() { # with VARIABLE=VALUE... [-- OPTION...]
	local variables=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do variables+=("$1"); shift; done
	run env "${variables[@]}" bundler fetch --cache cache "${@:2}" demo.yaml
}

begin 'https goes through CONNECT, each hop of its own'
release 5000
serve "$PROXY=proxy" "$GITHUB=redirect https://release-assets.githubusercontent.com/a?b" "$ASSETS=file $archive"
with HTTPS_PROXY=http://proxy.example:3128
fetched
cache_has_it
requests <<-END
203.0.113.40:3128 CONNECT github.com:443
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
203.0.113.40:3128 CONNECT release-assets.githubusercontent.com:443
203.0.113.20:443 GET /a?b
END

begin 'the user and password are the proxy'\''s, and nobody else'\''s'
release 5000
serve "$PROXY=proxy" "$GITHUB=redirect https://release-assets.githubusercontent.com/a" "$ASSETS=file $archive"
with https_proxy=http://user:s%40fe@proxy.example:3128/
fetched
requests <<-END
203.0.113.40:3128 CONNECT github.com:443 proxy-authorization: Basic $(printf 'user:s@fe' | base64)
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
203.0.113.40:3128 CONNECT release-assets.githubusercontent.com:443 proxy-authorization: Basic $(printf 'user:s@fe' | base64)
203.0.113.20:443 GET /a
END

begin 'lower case before upper case, no scheme, ALL_PROXY last'
release 5000
serve "$PROXY=proxy" "$GITHUB=file $archive"
with HTTPS_PROXY=nobody.example:1 https_proxy=proxy.example:3128 ALL_PROXY=nobody.example:2
fetched
rm -r cache
with ALL_PROXY=proxy.example:3128
fetched
requests <<-END
203.0.113.40:3128 CONNECT github.com:443
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
203.0.113.40:3128 CONNECT github.com:443
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
END

for none in github.com '*' .com 'example.org, GITHUB.COM'; do
	begin "NO_PROXY=$none: straight"
	release 5000
	serve "$GITHUB=file $archive"
	with HTTPS_PROXY=http://proxy.example:3128 "NO_PROXY=$none"
	fetched
	requests <<-END
	203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
	END
done

for none in hub.com www.github.com github.com.example; do
	begin "NO_PROXY=$none is somebody else"
	release 5000
	serve "$PROXY=proxy" "$GITHUB=file $archive"
	with HTTPS_PROXY=http://proxy.example:3128 "NO_PROXY=$none"
	fetched
	check grep -q CONNECT requests
done

begin 'http is asked for by its whole URL; HTTP_PROXY in capitals is a CGI header'
release 5000
serve "203.0.113.40:3128/plain=file $archive" "203.0.113.30:80/plain=status 404" "$GITHUB=status 404"
with http_proxy=http://proxy.example:3128 -- --mirror http://mirror.example
fetched
requests <<-END
203.0.113.40:3128 GET http://mirror.example/$asset
END
rm -r cache
with HTTP_PROXY=http://proxy.example:3128 -- --mirror http://mirror.example
status 6
filter '1,2d'
stderr <<-END
bundler: cannot fetch 'http://mirror.example/$asset': HTTP status 404 (Not Found)
hint: all 2 sources failed; this is the most serious failure
END

begin 'a proxy that refuses'
release 5000
serve "$PROXY=proxy 407"
with HTTPS_PROXY=http://proxy.example:3128
status 6
stderr <<-END
bundler: cannot fetch '$origin/$asset': the proxy answered with status 407
END
cache_is_empty

begin 'a proxy that reaches nobody'
release 5000
serve "$PROXY=proxy 502"
with HTTPS_PROXY=http://proxy.example:3128
status 4
filter '/trying again$/d'
stderr <<-END
bundler: cannot fetch '$origin/$asset': the proxy answered with status 502
END
cache_is_empty

begin 'a proxy that is not there'
release 5000
serve "$GITHUB=file $archive"
with HTTPS_PROXY=http://proxy.example:3128
status 4
filter '/trying again$/d'
stderr <<-END
bundler: cannot fetch '$origin/$asset': Connection refused
END
requests </dev/null

begin 'a proxy sees no more than the name: a wrong certificate behind it is refused'
release 5000
authority other
certificate stranger other DNS:github.com
serve "$PROXY=proxy" "203.0.113.10:443/stranger=file $archive"
with HTTPS_PROXY=http://proxy.example:3128
status 5
stderr <<-END
bundler: cannot fetch '$origin/$asset': certificate of 'github.com' refused: issuer 'other' is neither sent nor in the certificate bundle
END
cache_is_empty

for bad in socks5://proxy.example:1080 https://user:pass@proxy.example:3128 http://proxy.example/path \
	http://user:pass@:80; do
	begin "no proxy: $bad"
	release 5000
	with "HTTPS_PROXY=$bad"
	status 2
	filter "s/: [a-z][^:']*$/: REASON/"
	stderr <<-END
	bundler: cannot use proxy '$(sed 's/.*@//' <<<"$bad")': REASON
	END
done

finish
