#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Answers that are refused: statuses, sizes, content.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates

# A pause between attempts is short in number, but takes its second.
failing() { # failing NAME STATUS SCRIPT REQUESTS MESSAGE [HINT]: nothing is left in the cache
	begin "$1"
	release 5000
	serve "$GITHUB=${3//ARCHIVE/$archive}"
	fetch
	status "$2"
	{
		for ((i = 1; i < $4; i++)); do
			echo "note: cannot fetch '$origin/$asset': $5; trying again"
		done
		echo "bundler: cannot ${7-fetch} '$origin/$asset': $5"
		[ -z "${6-}" ] || echo "hint: $6"
	} >expected
	stderr <expected
	cache_is_empty
	check test "$(wc -l <requests)" -eq "$4"
}

failing 'status 404 is final' 6 'status 404' 1 'HTTP status 404 (Not Found)'
failing 'status 403 is final' 6 'status 403' 1 'HTTP status 403 (Forbidden)'
failing 'status 410 is final' 6 'status 410' 1 'HTTP status 410 (Gone)'
failing 'status 204 is final' 6 'status 204' 1 'HTTP status 204'
failing 'status 304 is final' 6 'status 304' 1 'HTTP status 304'
failing 'status 501 is final' 6 'status 501' 1 'HTTP status 501'
failing 'status 500 is asked four times' 6 'status 500' 4 'HTTP status 500 (Internal Server Error)'
failing 'who asks to wait too long has failed' 6 'status 503 Retry-After:61' 1 \
	'HTTP status 503 (Service Unavailable)'
failing 'a part that was not asked for' 6 'range bytes_0-4999/5000 ARCHIVE' 1 \
	'HTTP status 206 without a range request' '' use
failing 'a web page instead of an archive' 7 html 1 'it has 27 bytes, the lock says 5000' \
	'the server sent a web page (text/html; charset=utf-8), not an archive' use
failing 'too large a header' 10 headers 1 'the header of the response is too large'
failing 'interim answers without end' 10 interim 1 'the header of the response is too large'
failing 'an answer that is not HTTP' 6 'raw SSH-2.0-OpenSSH_9.2\r\n' 1 \
	'not an HTTP/1.1 answer (Unsupported protocol)'

begin 'a passing 503 is waited for, as long as it asks'
release 5000
serve "$GITHUB=status 503 Retry-After:5 ;; status 429 Retry-After:0 ;; status 502 ;; file $archive"
before=$EPOCHSECONDS
fetch
fetched
stderr <<-END
note: cannot fetch '$origin/$asset': HTTP status 503 (Service Unavailable); trying again
note: cannot fetch '$origin/$asset': HTTP status 429 (Too Many Requests); trying again
note: cannot fetch '$origin/$asset': HTTP status 502 (Bad Gateway); trying again
END
check test $((EPOCHSECONDS - before)) -ge 7
cache_has_it

begin 'in chunks, with trailers after them'
release 50000
serve "$GITHUB=chunked $archive"
fetch
fetched
cache_has_it

begin 'an archive that is longer than the lock says: seen in the header'
release 5001
cp archive longer
release 5000
serve "$GITHUB=file $PWD/longer"
fetch
status 7
stderr <<-END
bundler: cannot use '$origin/$asset': it has 5001 bytes, the lock says 5000
END
cache_is_empty

begin 'an archive that is longer than the lock says: seen on the way'
release 100000
cp archive longer
release 5000
serve "$GITHUB=truncate $PWD/longer 100000"
fetch
status 7
stderr <<-END
bundler: cannot use '$origin/$asset': longer than the 5000 bytes in the lock
END
cache_is_empty

begin 'an archive without end'
release 5000
serve "$GITHUB=endless"
fetch
status 7
stderr <<-END
bundler: cannot use '$origin/$asset': longer than the 5000 bytes in the lock
END
cache_is_empty

begin 'an archive that is shorter than the lock says'
release 4999
cp archive shorter
release 5000
serve "$GITHUB=file $PWD/shorter"
fetch
status 7
stderr <<-END
bundler: cannot use '$origin/$asset': it has 4999 bytes, the lock says 5000
END
cache_is_empty

begin 'a digest that is one bit off is asked for once'
release 5000
printf '\x01' | dd of=archive bs=1 seek=4000 conv=notrunc status=none
found=$(sha256sum <archive | cut -d' ' -f1)
serve "$GITHUB=file $archive"
fetch
status 7
stderr <<-END
bundler: cannot use '$origin/$asset': its SHA-256 is $found, the lock says ${entry#*/}
END
cache_is_empty
check test "$(wc -l <requests)" -eq 1

finish
