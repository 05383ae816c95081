#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Redirects: followed as GitHub sends them, refused where they lead somewhere else.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network dual.example=fd00::20 dual.example=203.0.113.20 "$@"
certificates

signed='/github-production-release-asset/172/a%2Fb?sp=r&sv=2018-11-09&sig=J%2Bx%3D%3d&se=2024-01-01T00%3A00%3A00Z&x=a+b&rscd=attachment%3B+filename%3Ddemo&_=|~;:@!$()*,/?'

begin 'as GitHub does: to another host, the query byte for byte, no credentials'
release 50000
serve "$GITHUB=redirect https://release-assets.githubusercontent.com$signed" "$ASSETS=file $archive"
fetch
fetched
cache_has_it
requests <<-END
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
203.0.113.20:443 GET $signed
END

begin 'relative ones are resolved'
release 5000
serve "$GITHUB=redirect ../x/./y?a/../b ;; redirect ?c=/d ;; redirect //mirror.example:443/m;p#part ;; redirect z ;; file $archive" \
	"$MIRROR=redirect https://github.com"
fetch
fetched
requests <<-END
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
203.0.113.10:443 GET /demo/demo/releases/download/x/y?a/../b
203.0.113.10:443 GET /demo/demo/releases/download/x/y?c=/d
203.0.113.30:443 GET /m;p
203.0.113.10:443 GET /
203.0.113.10:443 GET /z
END

begin 'five are followed'
release 5000
serve "$GITHUB=redirect /1 ;; redirect /2 ;; redirect /3 ;; redirect /4 ;; redirect /5 ;; file $archive"
fetch
fetched
requests <<-END
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
203.0.113.10:443 GET /1
203.0.113.10:443 GET /2
203.0.113.10:443 GET /3
203.0.113.10:443 GET /4
203.0.113.10:443 GET /5
END

begin 'a loop is left after five'
release 5000
serve "$GITHUB=redirect https://github.com/again"
fetch
status 6
stderr <<-'END'
bundler: cannot fetch 'https://github.com/again': redirected more than 5 times
END
cache_is_empty
check test "$(wc -l <requests)" -eq 6

# refused NAME LOCATION MESSAGE: no request but the first is made.
refused() {
	begin "refused: a redirect to $1"
	release 5000
	serve "$GITHUB=redirect $2" "$ASSETS=file $archive" "203.0.113.20:80/plain=file $archive" \
		"10.1.2.3:443/good=file $archive" "169.254.169.254:443/good=file $archive" \
		"127.0.0.1:443/good=file $archive"
	fetch
	status 6
	stderr <<-END
	bundler: cannot fetch '$origin/$asset': redirected to $3
	END
	cache_is_empty
	requests <<-END
	203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
	END
}

refused http http://release-assets.githubusercontent.com/x?secret=1 \
	"'http://release-assets.githubusercontent.com/x': a redirect must lead to https"
refused 'a file' file:///etc/passwd "'file:///etc/passwd': a redirect must lead to https"
refused 'an IPv4 address' https://203.0.113.20/x "'https://203.0.113.20/x': a redirect must lead to a DNS name"
refused 'an IPv6 address' 'https://[2001:db8::1]/x' "'https://[2001:db8::1]/x': a redirect must lead to a DNS name"
refused 'an address in disguise' https://0x7f.1/x "'https://0x7f.1/x': a redirect must lead to a DNS name"
refused 'a decimal address' https://2130706433/x "'https://2130706433/x': a redirect must lead to a DNS name"
refused 'another scheme' ftp://github.com/x 'a URL that is refused: neither https, http nor file'
refused 'a URL with a password' https://me:secret@github.com/x \
	'a URL that is refused: a user name or password does not belong in a URL'
refused 'a URL with a backslash' 'https://github.com\@mirror.example/' \
	'a URL that is refused: a URL has only visible ASCII characters, and no backslash'
refused 'a port that is none' https://github.com:99999/ 'a URL that is refused: port out of range'

# guarded NAME HOST: the name resolves to an address that the server must not lead us to.
guarded() {
	begin "refused: a redirect to $1"
	release 5000
	serve "$GITHUB=redirect https://$2/x" "10.1.2.3:443/good=file $archive" \
		"169.254.169.254:443/good=file $archive" "127.0.0.1:443/good=file $archive"
	fetch
	status 6
	stderr <<-END
	bundler: cannot fetch 'https://$2/x': an answer from a public address must not lead to a more private one
	END
	cache_is_empty
	check test "$(wc -l <requests)" -eq 1
}

guarded 'a private host' intranet.example
guarded 'a metadata service' metadata.example
guarded 'this machine' here.example

begin 'of two addresses the one that is not private is taken'
release 5000
certificate dual ca DNS:dual.example
serve "$GITHUB=redirect https://dual.example/x" "[fd00::20]:443/dual=file $archive" \
	"203.0.113.20:443/dual=file $archive"
fetch
fetched
check grep -qx '203.0.113.20:443 GET /x' requests

begin 'inside, a redirect may lead inside, and out'
release 5000
serve "10.1.2.3:443/good=redirect https://intranet.example/y ;; redirect https://mirror.example/z" "$MIRROR=file $archive"
fetch --mirror https://intranet.example
fetched
cache_has_it

begin 'but from inside to outside and in again it may not'
release 5000
serve "10.1.2.3:443/good=redirect https://mirror.example/z" "$MIRROR=redirect https://intranet.example/a" "$GITHUB=status 404"
fetch --mirror https://intranet.example
status 6
stderr <<-END
note: cannot fetch 'https://intranet.example/a': an answer from a public address must not lead to a more private one
note: cannot fetch '$origin/$asset': HTTP status 404 (Not Found)
bundler: cannot fetch 'https://intranet.example/a': an answer from a public address must not lead to a more private one
hint: all 2 sources failed; this is the most serious failure
END
cache_is_empty

# A sanitized program is not confined, nor is one on an old kernel.
if [ "${BUNDLER_CONFINE-}" = require ]; then
	begin 'only ports that recipe, mirrors and proxy name, and 443, are connected to'
	release 5000
	serve "$GITHUB=redirect https://mirror.example:8443/x" "203.0.113.30:8443/good=file $archive"
	fetch
	status 4
	stderr <<-END
	bundler: cannot fetch 'https://mirror.example:8443/x': port 8443 must not be connected to
	hint: allowed are 443 and the ports of the recipe's URLs, registries, mirrors and the proxy; 'BUNDLER_CONFINE=off' allows all
	END
	cache_is_empty
	run env BUNDLER_CONFINE=off bundler fetch --cache cache demo.yaml
	fetched
	cache_has_it
	rm -rf cache
	fetch --mirror https://mirror.example:8443
	fetched
	cache_has_it
fi

begin 'a redirect without a Location is refused'
release 5000
serve "$GITHUB=status 302"
fetch
status 6
stderr <<-END
bundler: cannot fetch '$origin/$asset': a redirect without a Location (RFC 9110 section 15.4)
END
cache_is_empty

finish
