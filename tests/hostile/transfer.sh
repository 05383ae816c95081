#!/bin/bash
# Transfers that go wrong: statuses, sizes, content, servers that stall, drip, reset, close.
# tests/run: timeout=300
. "$(dirname "$0")/../cli/lib.sh"
. "$(dirname "$0")/network.sh"
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
			echo "note: cannot fetch '$origin/$asset': $5; asking again"
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
failing 'who asks to wait too long has failed' 6 'status 503 Retry-After:3600' 1 \
	'HTTP status 503 (Service Unavailable)'
failing 'a part that was not asked for' 6 'range bytes_0-4999/5000 ARCHIVE' 1 \
	'HTTP status 206, but the whole was asked for' '' use
failing 'a web page instead of an archive' 7 html 1 'it has 27 bytes, the lock says 5000' \
	'the server sent a web page (text/html; charset=utf-8), not an archive' use
failing 'too large a header' 10 headers 1 'the answer has too large a header'
failing 'interim answers without end' 10 interim 1 'the answer has too large a header'
failing 'an answer that is not HTTP' 6 'raw SSH-2.0-OpenSSH_9.2\r\n' 1 \
	'not an HTTP/1.1 answer (Unsupported protocol)'

begin 'a passing 503 is waited for, as long as it asks'
release 5000
serve "$GITHUB=status 503 Retry-After:2 ;; status 429 Retry-After:0 ;; status 502 ;; file $archive"
before=$EPOCHSECONDS
fetch
fetched
stderr <<-END
note: cannot fetch '$origin/$asset': HTTP status 503 (Service Unavailable); asking again
note: cannot fetch '$origin/$asset': HTTP status 429 (Too Many Requests); asking again
note: cannot fetch '$origin/$asset': HTTP status 502 (Bad Gateway); asking again
END
check test $((EPOCHSECONDS - before)) -ge 4
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
bundler: cannot use '$origin/$asset': longer than the 5000 bytes that the lock says
END
cache_is_empty

begin 'an archive without end'
release 5000
serve "$GITHUB=endless"
fetch
status 7
stderr <<-END
bundler: cannot use '$origin/$asset': longer than the 5000 bytes that the lock says
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

# broken NAME SCRIPT MESSAGE [LISTENER] [OPTION]...: the beginning stays, to be gone on with.
broken() {
	local name=$1 script=$2 message=$3
	shift 3
	begin "$name"
	release 50000
	serve "$GITHUB=${script//ARCHIVE/$archive}"
	fetch "$@"
	status 4
	filter '/asking again$/d'
	stderr <<-END
	bundler: cannot fetch '$origin/$asset': $message
	END
}

broken 'a server that closes early' 'cut ARCHIVE 20000 ;; cut ARCHIVE 10 ;; cut ARCHIVE 10' \
	'the connection was closed early'
cache <<-'END'
d 700 partial
f 600 partial/DIGEST 20030
f 600 partial/DIGEST.from 100
d 700 sha256
END
broken 'a server that closes at once' close 'the connection was closed early'
cache_is_empty
broken 'a server that resets' 'reset ARCHIVE 20000 ;; close' 'the connection was closed early'
broken 'an end without close_notify is none' 'truncate ARCHIVE 20000 ;; truncate ARCHIVE 20000' \
	'the connection was closed early'
broken 'a server that stalls' 'stall ARCHIVE 20000 ;; stall ARCHIVE 10' 'stalled: less than 1024 bytes a second for 1 s' \
	--stall-timeout 1
cache <<-'END'
d 700 partial
f 600 partial/DIGEST 20030
f 600 partial/DIGEST.from 100
d 700 sha256
END
broken 'a server that never answers' 'stall ARCHIVE 0' 'stalled: less than 1024 bytes a second for 1 s' --stall-timeout 1
broken 'a server that drips' 'drip ARCHIVE 1000' 'stalled: less than 1024 bytes a second for 2 s' \
	--stall-timeout 2

begin 'the total time-out holds for all attempts'
release 50000
serve "$GITHUB=drip $archive 20000"
before=$EPOCHSECONDS
fetch --timeout 3
status 4
stderr <<-END
bundler: cannot fetch '$origin/$asset': not done when its time was up
END
check test $((EPOCHSECONDS - before)) -le 5

begin 'a server that is mute in the handshake'
release 5000
serve "203.0.113.10:443/good+mute=close"
fetch --timeout 2
status 4
stderr <<-END
bundler: cannot fetch '$origin/$asset': not done when its time was up
END
cache_is_empty

begin 'nobody listens'
release 5000
fetch
status 4
stderr <<-END
note: cannot fetch '$origin/$asset': Connection refused; asking again
bundler: cannot fetch '$origin/$asset': Connection refused
END
cache_is_empty

begin 'a host that has no address'
release 5000
sed -i 's,https://github.com/,https://unknown.example/,' demo.lock.json demo.yaml
fetch
status 4
stderr <<-END
note: cannot fetch 'https://unknown.example/demo/demo/releases/download/v1.0/$asset': the host name cannot be resolved; asking again
bundler: cannot fetch 'https://unknown.example/demo/demo/releases/download/v1.0/$asset': the host name cannot be resolved
END
cache_is_empty

begin 'a full disk'
release 3000000
serve "$GITHUB=file $archive"
mkdir cache
check mount -t tmpfs -o size=1M,mode=700 none cache
fetch
status 9
stderr <<-END
bundler: cannot write 'cache/partial/${entry#*/}': No space left on device
END
umount cache

finish
