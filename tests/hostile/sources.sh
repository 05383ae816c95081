#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mirrors, their order, and what is said when none has the archive.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates

begin 'the mirror is asked, the origin is not'
release 5000
serve "$MIRROR=file $archive" "$GITHUB=file $archive"
fetch --mirror https://mirror.example/some/place
fetched
cache_has_it
requests <<-END
203.0.113.30:443 GET /some/place/$asset
END

begin 'the asset has its place in the URL'
release 5000
serve "$MIRROR=file $archive"
fetch --mirror 'https://mirror.example/get?name={asset}&v=1'
fetched
requests <<-END
203.0.113.30:443 GET /get?name=$asset&v=1
END

begin 'BUNDLER_MIRROR, after the options'
release 5000
serve "$MIRROR=status 404 ;; status 403 ;; status 410" "$GITHUB=file $archive"
run env BUNDLER_MIRROR='https://mirror.example/2/ https://mirror.example/3' \
	bundler fetch --cache cache --mirror https://mirror.example/1 demo.yaml
fetched
stderr <<-END
note: cannot fetch 'https://mirror.example/1/$asset': HTTP status 404 (Not Found)
note: cannot fetch 'https://mirror.example/2/$asset': HTTP status 403 (Forbidden)
note: cannot fetch 'https://mirror.example/3/$asset': HTTP status 410 (Gone)
END
requests <<-END
203.0.113.30:443 GET /1/$asset
203.0.113.30:443 GET /2/$asset
203.0.113.30:443 GET /3/$asset
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
END

begin 'http, where the user says so: the digest decides'
release 5000
serve "203.0.113.30:80/plain=file $archive"
fetch --mirror http://mirror.example
fetched
cache_has_it

begin 'over http, too, a redirect leads to https only'
release 5000
serve "203.0.113.30:80/plain=redirect http://mirror.example/2 ;; redirect https://mirror.example/3" \
	"$MIRROR=file $archive" "$GITHUB=status 404"
fetch --mirror http://mirror.example/a --mirror http://mirror.example/b
fetched
stderr <<-END
note: cannot fetch 'http://mirror.example/a/$asset': redirected to 'http://mirror.example/2': a redirect must lead to https
END
cache_has_it

begin 'http to an address, IPv4 and IPv6'
release 5000
ip address add 2001:db8::1/128 dev lo
serve "203.0.113.30:8080/plain=status 404" "[2001:db8::1]:8080/plain=file $archive"
fetch --mirror http://203.0.113.30:8080 --mirror 'http://[2001:db8::1]:8080'
fetched
stderr <<-END
note: cannot fetch 'http://203.0.113.30:8080/$asset': HTTP status 404 (Not Found)
END
cache_has_it

begin 'a wrong digest falls through'
release 5000
cp archive wrong
printf x | dd of=wrong conv=notrunc status=none
serve "$MIRROR=file $PWD/wrong" "$GITHUB=file $archive"
fetch --mirror https://mirror.example
fetched
stderr <<-END
note: cannot use 'https://mirror.example/$asset': its SHA-256 is $(sha256sum <wrong | cut -d' ' -f1), the lock says ${entry#*/}
END
cache_has_it
requests <<-END
203.0.113.30:443 GET /$asset
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
END

begin 'a wrong digest weighs more than an origin that is out of reach'
release 5000
cp archive wrong
printf x | dd of=wrong conv=notrunc status=none
serve "$MIRROR=file $PWD/wrong"
fetch --mirror https://mirror.example
status 7
message="cannot use 'https://mirror.example/$asset': its SHA-256 is $(sha256sum <wrong | cut -d' ' -f1), the lock says ${entry#*/}"
stderr <<-END
note: $message
note: cannot fetch '$origin/$asset': Connection refused; trying again
note: cannot fetch '$origin/$asset': Connection refused
bundler: $message
hint: all 2 sources failed; this is the most serious failure
END
cache_is_empty

begin 'a wrong certificate weighs more than a 404'
release 5000
certificate elsewhere ca DNS:elsewhere.example
serve "203.0.113.30:443/elsewhere=file $archive" "$GITHUB=status 404"
fetch --mirror https://mirror.example
status 5
message="cannot fetch 'https://mirror.example/$asset': certificate of 'mirror.example' refused: certificate 'elsewhere' is for another host (RFC 9525 section 6.3)"
stderr <<-END
note: $message
note: cannot fetch '$origin/$asset': HTTP status 404 (Not Found)
bundler: $message
hint: all 2 sources failed; this is the most serious failure
END

begin 'nobody can be reached: status 4, and only then'
release 5000
fetch --mirror https://mirror.example
status 4
filter '/trying again/d'
stderr <<-END
note: cannot fetch 'https://mirror.example/$asset': Connection refused
note: cannot fetch '$origin/$asset': Connection refused
bundler: cannot fetch 'https://mirror.example/$asset': Connection refused
hint: all 2 sources failed; this is the most serious failure
END
cache_is_empty

begin 'one source goes on where another was cut off'
release 100000
serve "$MIRROR=cut $archive 50000 ;; close" "$GITHUB=file $archive"
fetch --mirror https://mirror.example
fetched
filter '/trying again/d'
stderr <<-END
note: cannot fetch 'https://mirror.example/$asset': the connection was closed early
END
cache_has_it
check grep -qx "203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset range: bytes=50000-" requests

begin 'a directory is a mirror, too'
release 5000
mkdir 'a mirror'
cp archive "a mirror/$asset"
fetch --mirror "file://$PWD/a%20mirror"
fetched
cache_has_it

begin 'a file that is missing, a FIFO, a directory, and at last the right one'
release 5000
mkdir -p fifo "directory/$asset" right
mkfifo "fifo/$asset"
cp archive "right/$asset"
fetch --mirror "file://$PWD/missing" --mirror "file://$PWD/fifo" --mirror "file://$PWD/directory" \
	--mirror "file://$PWD/right"
fetched
stderr <<-END
note: cannot read '$PWD/missing/$asset': No such file or directory
note: cannot read '$PWD/fifo/$asset': not a regular file
note: cannot read '$PWD/directory/$asset': not a regular file
END
cache_has_it

begin 'a file of another size is not even read'
release 6000
cp archive wrong
release 5000
mkdir mirror
cp wrong "mirror/$asset"
fetch --mirror "file://$PWD/mirror" --offline
status 7
stderr <<-END
bundler: cannot use 'file://$PWD/mirror/$asset': it has 6000 bytes, the lock says 5000
END
cache_is_empty

begin 'larger than any archive, when the lock knows no size'
release 5000
sed -i 's/, "size": 5000//' demo.lock.json
mkdir mirror
truncate -s 5G "mirror/$asset"
fetch --mirror "file://$PWD/mirror" --offline
status 10
stderr <<-END
bundler: cannot use 'file://$PWD/mirror/$asset': it has 5368709120 bytes, the limit is 4294967296
END
cache_is_empty

begin 'offline, what is in the cache and in files is enough'
release 5000
mkdir mirror
cp archive "mirror/$asset"
serve "$GITHUB=file $archive"
fetch --offline --mirror "file://$PWD/mirror" --mirror https://mirror.example
fetched
fetch --offline
fetched
requests </dev/null

begin 'offline, and not in the cache'
release 5000
serve "$GITHUB=file $archive"
fetch --offline
status 4
stderr <<-END
bundler: cannot fetch '$asset': it is not in the cache
hint: run once without --offline
END
check test ! -e cache
requests </dev/null

for bad in 'ftp://mirror.example' 'mirror.example' 'https://me:pw@mirror.example' 'https:///x' 'file://host/x'; do
	begin "no mirror: $bad"
	release 5000
	fetch --mirror "$bad"
	status 2
	filter "s/: [a-z][^:']*$/: REASON/"
	stderr <<-END
	bundler: cannot use mirror '$bad': REASON
	hint: a directory is /DIR, or file:///DIR with %20 for a space
	END
	check test ! -e cache
done

begin 'several platforms at once, and the events of one'
release 300000 linux/amd64 linux/arm/v7 linux/arm64
serve "$GITHUB=file $archive"
fetch
stdout <<-END
${entry#*/}  cache/$entry
${entry#*/}  cache/$entry
${entry#*/}  cache/$entry
END
filter "s/^note: demo-v1.0-linux-[a-z0-9]*.tar.gz: waiting for another download of it$/WAITING/;/WAITING/d"
stderr </dev/null
cache_has_it
check test "$(wc -l <requests)" -eq 1
fetch --json -p linux/arm/v7
stdout <<-END
{"event":"cached","asset":"demo-v1.0-linux-armv7.tar.gz","done":300000,"total":300000}
{"event":"archive","platform":"linux/arm/v7","asset":"demo-v1.0-linux-armv7.tar.gz","digest":"sha256:${entry#*/}","size":300000,"path":"cache/$entry"}
END

begin 'events as JSON'
release 5000
serve "$MIRROR=status 404" "$GITHUB=close ;; file $archive"
fetch --json --mirror https://mirror.example
filter 's/("delay":)[5-9][0-9]{2}/\1N/'
stdout <<-END
{"event":"source-failed","asset":"$asset","url":"https://mirror.example/$asset","message":"cannot fetch 'https://mirror.example/$asset': HTTP status 404 (Not Found)","total":5000}
{"event":"retrying","asset":"$asset","url":"$origin/$asset","message":"cannot fetch '$origin/$asset': the connection was closed early","delay":N}
{"event":"started","asset":"$asset","url":"$origin/$asset","total":5000}
{"event":"progress","asset":"$asset","url":"$origin/$asset","done":5000,"total":5000}
{"event":"done","asset":"$asset","done":5000,"total":5000}
{"event":"archive","platform":"linux/amd64","asset":"$asset","digest":"sha256:${entry#*/}","size":5000,"path":"cache/$entry"}
END

begin 'a download that takes long: a line after ten seconds, where there is no terminal'
release 130
serve "$GITHUB=drip $archive 10"
keep_progress=1
fetch
keep_progress=
fetched
filter 's/  [0-9.]+ MB.s  [0-9:]+  /  RATE  /; s/[#-]{24}/BAR/'
stderr <<<"progress: download  [BAR]  0.0 of 0.0 MB  RATE  $asset"
filter ''

# on_terminal TERM: the escape sequences that a fetch writes on such a terminal, and the rest
on_terminal() {
	rm -rf cache
	TERM=$1 run script -qefc "'$BUNDLER' fetch --cache cache --ca-file $pki/ca.pem demo.yaml" /dev/null </dev/null
	stdout_stated=1
	tr -d '\r' <"$scratch/stdout" >shown
}

begin 'a terminal has a line that is erased; one that cannot erase has none'
release 3000000
serve "$GITHUB=file $archive"
on_terminal xterm
check grep -q "$(printf '\033')\[Kdownload  \[[#-]*\]  .* of 3.0 MB .*demo" shown
check test "$(tail -c 65 shown | head -c 3)" != "$(printf '\033[K')"
check grep -q "  cache/sha256/" shown
on_terminal dumb
check test "$(grep -c "$(printf '\033')" shown)" -eq 0
check grep -q "^[0-9a-f]*  cache/sha256/" shown

begin '--verbose: each request and its answer, redirects and the cache'
release 5000
serve "$GITHUB=redirect https://release-assets.githubusercontent.com/$asset?token=SECRET" "$ASSETS=file $archive"
filter 's/ after [0-9.]+ s$/ after T/'
fetch --verbose
fetched
stderr <<-END
trusting the certificates in 'ca.pem', named by the recipe
GET $origin/$asset: 302 after T
GET https://release-assets.githubusercontent.com/$asset: 200 after T
$origin/$asset: 5000 bytes after T
END
fetch -v
fetched
stderr <<<"$asset: in the cache"
filter ''

begin '--verbose: who names the certificates, and what each source took'
release 5000
filter 's/ after [0-9.]+ s$/ after T/'
cp ca.pem other.pem
serve "$MIRROR=status 404" "$GITHUB=file $archive"
SSL_CERT_FILE=$PWD/other.pem fetch -v --mirror https://mirror.example
fetched
stderr <<-END
trusting the certificates in '$PWD/other.pem', named by SSL_CERT_FILE
GET https://mirror.example/$asset: 404 after T
https://mirror.example/$asset: failed with 0 bytes after T
note: cannot fetch 'https://mirror.example/$asset': HTTP status 404 (Not Found)
GET $origin/$asset: 200 after T
$origin/$asset: 5000 bytes after T
END

begin '--verbose: --ca-file goes before'
release 5000
filter 's/ after [0-9.]+ s$/ after T/'
cp ca.pem other.pem
serve "$GITHUB=file $archive"
SSL_CERT_FILE=/none fetch -v --ca-file other.pem
fetched
stderr <<-END
trusting the certificates in 'other.pem', named by --ca-file
GET $origin/$asset: 200 after T
$origin/$asset: 5000 bytes after T
END
filter ''

begin '--quiet: no notes'
release 5000
serve "$GITHUB=status 503 ;; file $archive"
fetch --quiet
fetched
stderr </dev/null

begin '--verbose: through a proxy, without its password'
release 5000
serve "203.0.113.40:3128/plain=proxy" "$GITHUB=file $archive"
https_proxy=http://u:secret@proxy.example:3128 fetch -v
fetched
filter 's/ after [0-9.]+ s$/ after T/'
stderr <<-END
trusting the certificates in 'ca.pem', named by the recipe
GET $origin/$asset through the proxy: 200 after T
$origin/$asset: 5000 bytes after T
END
filter ''

finish
