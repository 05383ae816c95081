#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Connections that fail: servers that stall, drip, reset, close, or are not there; a full disk.
# tests/run: seconds=20
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates

# broken NAME SCRIPT MESSAGE [LISTENER] [OPTION]...: the beginning stays, to be gone on with.
broken() {
	local name=$1 script=$2 message=$3
	shift 3
	begin "$name"
	release 50000
	serve "$GITHUB=${script//ARCHIVE/$archive}"
	fetch "$@"
	status 4
	filter '/trying again$/d'
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
bundler: cannot fetch '$origin/$asset': timed out
END
check test $((EPOCHSECONDS - before)) -le 5

begin 'a server that is mute in the handshake'
release 5000
serve "203.0.113.10:443/good+mute=close"
fetch --timeout 2
status 4
stderr <<-END
bundler: cannot fetch '$origin/$asset': timed out
END
cache_is_empty

begin 'nobody listens'
release 5000
fetch
status 4
stderr <<-END
note: cannot fetch '$origin/$asset': Connection refused; trying again
bundler: cannot fetch '$origin/$asset': Connection refused
END
cache_is_empty

begin 'a host that has no address'
release 5000
sed -i 's,https://github.com/,https://unknown.example/,' demo.lock.json demo.yaml
fetch
status 4
stderr <<-END
note: cannot fetch 'https://unknown.example/demo/demo/releases/download/v1.0/$asset': the host name cannot be resolved; trying again
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
