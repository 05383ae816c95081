#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Downloads that were cut off, killed or interrupted, and several at a time.
# tests/run: seconds=12
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates

path=/demo/demo/releases/download/v1.0/$asset
first="203.0.113.10:443 GET $path"
tag() { sha256sum <archive | cut -c1-16; }	# of server.py

# partial BYTES [VALIDATOR]: as an earlier run has left it
partial() {
	install -d -m 700 cache cache/partial cache/sha256
	head -c "$1" archive >"cache/partial/${entry#*/}"
	[ -z "${2-}" ] || printf '%s\n%s\n' "$origin/$asset" "$2" >"cache/partial/${entry#*/}.from"
	chmod 600 cache/partial/*
}

retried="note: cannot fetch '$origin/$asset': the connection was closed early; trying again"

begin 'what was cut off is gone on with, if the server still has the same'
release 100000
serve "$GITHUB=cut $archive 30000 ;; reset $archive 30000 ;; file $archive"
fetch
fetched
stderr <<-END
$retried
$retried
END
cache_has_it
requests <<-END
$first
$first range: bytes=30000- if-range: "$(tag)"
$first range: bytes=60000- if-range: "$(tag)"
END

begin 'another process goes on with it'
release 100000
partial 40000 "\"$(tag)\""
serve "$GITHUB=file $archive"
fetch
fetched
cache_has_it
requests <<-END
$first range: bytes=40000- if-range: "$(tag)"
END

begin 'the server has another file now: all of it comes anew'
release 100000
partial 40000 '"old"'
serve "$GITHUB=file $archive"
fetch
fetched
cache_has_it
requests <<-END
$first range: bytes=40000- if-range: "old"
END

begin 'without a note the digest decides'
release 100000
partial 40000
serve "$GITHUB=file $archive"
fetch
fetched
cache_has_it
requests <<-END
$first range: bytes=40000-
END

begin 'a note that is cut short, or of another place, is none'
release 100000
partial 40000
printf 'https://github.com/other\n"x"\n' >"cache/partial/${entry#*/}.from"
serve "$GITHUB=cut $archive 20000 ;; file $archive"
fetch
fetched
stderr <<<"$retried"
cache_has_it
requests <<-END
$first range: bytes=40000-
$first range: bytes=60000-
END

begin 'a date is a validator, too'
release 100000
partial 40000 'Wed, 21 Oct 2015 07:28:00 GMT'
serve "$GITHUB=file $archive"
fetch
fetched
requests <<-END
$first range: bytes=40000- if-range: Wed, 21 Oct 2015 07:28:00 GMT
END

begin 'a server without ranges sends all of it'
release 100000
partial 40000
serve "$GITHUB=whole $archive"
fetch
fetched
cache_has_it

begin 'another range than was asked for: all of it is asked for'
release 100000
partial 40000
tail -c +40002 archive >wrong
serve "$GITHUB=range bytes_40001-99999/100000 $PWD/wrong ;; file $archive"
fetch
fetched
cache_has_it
requests <<-END
$first range: bytes=40000-
$first
END

begin 'a range of something larger: all of it is asked for'
release 100000
partial 40000
serve "$GITHUB=range bytes_40000-199999/200000 $archive ;; file $archive"
fetch
fetched
cache_has_it

begin 'a range of which a part comes'
release 100000
partial 40000
tail -c +40001 archive | head -c 10000 >part
serve "$GITHUB=range bytes_40000-49999/100000 $PWD/part ;; file $archive"
fetch
fetched
stderr <<-END
note: cannot fetch '$origin/$asset': the range is incomplete; trying again
END
cache_has_it

begin 'status 416: all of it is asked for'
release 100000
partial 40000
serve "$GITHUB=status 416 Content-Range:bytes_*/7 ;; file $archive"
fetch
fetched
cache_has_it

begin 'the beginning was of something else: once more from zero'
release 100000
partial 40000
printf wrong | dd of="cache/partial/${entry#*/}" conv=notrunc status=none
serve "$GITHUB=file $archive"
fetch
fetched
cache_has_it
requests <<-END
$first range: bytes=40000-
$first
END

begin 'the beginning was wrong, and so is the whole: a mismatch'
release 100000
partial 40000
cp archive wrong
printf wrong | dd of=wrong bs=1 seek=90000 conv=notrunc status=none
serve "$GITHUB=file $PWD/wrong"
fetch
status 7
stderr <<-END
bundler: cannot use '$origin/$asset': its SHA-256 is $(sha256sum <wrong | cut -d' ' -f1), the lock says ${entry#*/}
END
cache_is_empty
check test "$(wc -l <requests)" -eq 2

begin 'longer than the lock says: thrown away'
release 100000
partial 40000
cat archive archive >"cache/partial/${entry#*/}"
serve "$GITHUB=file $archive"
fetch
fetched
cache_has_it
requests <<<"$first"

begin 'complete, and killed before it had its name: nothing is asked for'
release 100000
partial 100000
chmod 444 cache/partial/*
fetch
fetched
cache_has_it

# What stands in the partial's place could have us write elsewhere.
planted() {
	begin "in the partial's place: $1"
	release 100000
	install -d -m 700 cache cache/partial
	echo precious >victim
	eval "$2" || fail "$2"
	serve "$GITHUB=file $archive"
	fetch
	fetched
	cache_has_it
	check test "$(cat victim)" = precious
}

place='cache/partial/${entry#*/}'
planted 'a symbolic link' "ln -s ../../victim \"$place\""
planted 'a hard link' "ln victim \"$place\""
planted 'a FIFO' "mkfifo \"$place\""
planted 'a directory' "mkdir \"$place\""
planted 'a symbolic link for the note' "touch \"$place\"; ln -s ../../victim \"$place.from\""

# has BYTES: the partial has so many
has() { [ "$(stat -c %s "cache/partial/${entry#*/}" 2>/dev/null || echo 0)" -ge "$1" ]; }

for signal in INT TERM KILL; do
	begin "SIG$signal leaves what can be gone on with, and nothing else"
	release 100000
	serve "$GITHUB=stall $archive 65536 ;; file $archive"
	background env --default-signal=INT bundler fetch --cache cache demo.yaml
	pid=$!
	wait_for has 65536
	check kill -s $signal $pid
	started=$EPOCHREALTIME
	wait $pid 2>/dev/null
	check test $? -eq $((128 + $(kill -l $signal)))
	check test $((${EPOCHREALTIME/./} - ${started/./})) -lt 5000000
	cache <<-'END'
	d 700 partial
	f 600 partial/DIGEST 65536
	f 600 partial/DIGEST.from 100
	d 700 sha256
	END
	fetch
	fetched
	cache_has_it
	check grep -q 'range: bytes=65536-' requests
done

begin 'a name server that says nothing does not hold up a signal'
release 5000
background python3 -c 'import socket, time; s = socket.socket(type=socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53)); open("bound", "w"); time.sleep(60)'
wait_for test -e bound
printf 'nameserver 127.0.0.1\noptions timeout:20 attempts:2\n' >"$scratch/resolv.conf"
sed -i 's,https://github.com/,https://unknown.example/,' demo.lock.json demo.yaml
background env --default-signal=INT bundler fetch --cache cache demo.yaml
pid=$!
wait_for test -d cache/sha256
sleep 0.5
check kill -INT $pid
started=$EPOCHREALTIME
wait $pid 2>/dev/null
check test $? -eq 130
check test $((${EPOCHREALTIME/./} - ${started/./})) -lt 1500000
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$scratch/resolv.conf"
cache_is_empty

begin 'two processes, one download: the second waits, and finds it'
release 2000000
serve "$GITHUB=drip $archive 1999990"
background sh -c 'bundler fetch --cache cache demo.yaml >first 2>&1; echo $? >>first'
wait_for has 1900000
fetch
fetched
stderr <<-END
note: $asset: waiting for another download of it
END
wait_for grep -q '^0$' first
check test "$(sort -u first | wc -l)" -eq 2
requests <<<"$first"
cache_has_it

begin 'the second takes over when the first is killed'
release 100000
serve "$GITHUB=stall $archive 65536 ;; file $archive"
background bash -c 'exec bundler fetch --cache cache demo.yaml'
pid=$!
wait_for has 65536
(sleep 1; kill -KILL $pid) &
fetch
fetched
stderr <<-END
note: $asset: waiting for another download of it
END
cache_has_it
requests <<-END
$first
$first range: bytes=65536- if-range: "$(tag)"
END

begin 'killed again and again, it gets there'
release 3000000
serve "$GITHUB=file $archive"
for delay in 0.01 0.02 0.03 0.04 0.05 0.06 0.07 0.08 0.09; do
	{ timeout -s KILL $delay bundler fetch --cache cache demo.yaml; } >/dev/null 2>&1
done
fetch
fetched
cache_has_it

finish
