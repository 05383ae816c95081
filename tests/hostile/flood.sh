#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Peers that send bytes without end, in every phase of a connection: the run ends by itself.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
need gcc
network "$@"
certificates
openssl x509 -in "$pki/good.crt" -outform DER -out "$pki/good.der"
openssl pkey -in "$pki/good.key" -outform DER -out "$pki/good.key.der"
gcc -O1 -o "$scratch/tls_server" "$top/tests/hostile/tls_server.c" -lbearssl 2>"$scratch/log" ||
	bail_out 'the server of records is not built' "$scratch/log"
PLAIN=203.0.113.10:443/plain
PROXY=203.0.113.40:3128/plain
through=HTTPS_PROXY=http://proxy.example:3128
alert='\x15\x03\x03\x00\x02\x01\x5a'
empty='\x03\x03\x00\x00'
ok='HTTP/1.1_200_OK\r\n'
chunked="${ok}Transfer-Encoding:_chunked\\r\\n\\r\\n"
no='HTTP/1.1_407_No\r\n'

refused() { # refused MESSAGE
	status 10
	stderr <<-END
	bundler: cannot fetch '$origin/$asset': $1
	END
	cache_is_empty
}

# flooded NAME SERVER [VARIABLE]...
flooded() {
	begin "$1"
	release 5000
	serve "$2"
	TEST_TIMEOUT=10 run env "${@:3}" bundler fetch --cache cache demo.yaml
	refused 'the server sends too many bytes that are not part of an answer'
}

flooded 'warning alerts in the handshake' "$PLAIN=flood $alert"
flooded 'empty alerts in the handshake' "$PLAIN=flood \\x15$empty"
flooded 'empty records in the handshake' "$PLAIN=flood \\x16$empty"
flooded 'demands for a handshake in the handshake' "$PLAIN=flood \\x16\\x03\\x03\\x00\\x04\\x00\\x00\\x00\\x00"
flooded 'warning alerts behind a proxy' "$PROXY=pour $ok\\r\\n $alert" $through
flooded 'lines of a proxy' "$PROXY=pour $ok X:_y\\r\\n" $through
flooded 'a body of a proxy' "$PROXY=pour ${no}Content-Length:_99999999999\\r\\n\\r\\n xxxx" $through
flooded 'chunks of a proxy' "$PROXY=pour ${no}Transfer-Encoding:_chunked\\r\\n\\r\\n 4\\r\\nxxxx\\r\\n" $through
flooded 'an extension of a chunk' "$GITHUB=pour ${chunked}5; xxxx"

begin 'a line of a header'
release 5000
serve "$GITHUB=pour ${ok}X:_ xxxx"
TEST_TIMEOUT=10 fetch
filter 's/: the server sends too many bytes.*/: the header of the response is too large/'	# or curl is first
refused 'the header of the response is too large'

begin 'trailers'
release 5000
serve "$GITHUB=pour ${chunked}0\\r\\n X:_y\\r\\n"
fetch
refused 'the header of the response is too large'

# poured NAME KIND [FILE]: records that only a server with the keys can make
poured() {
	begin "$1"
	release 5000
	background "$scratch/tls_server" 203.0.113.10 443 "$pki/good.der" "$pki/good.key.der" "$2" \
		${3:+"$archive"}
	wait_for listening 203.0.113.10 443
	TEST_TIMEOUT=10 run bundler fetch --cache cache demo.yaml
}

for kind in 'empty empty records after the request' 'early empty records before the request' \
	'alerts warning alerts after the request' 'hello demands for another handshake'; do
	poured "${kind#* }" "${kind%% *}"
	refused 'the server sends too many bytes that are not part of an answer'
done

for kind in 'file what comes after the answer is not read' 'close nor what comes after the notice of closing'; do
	poured "${kind#* }" "${kind%% *}" archive
	fetched
	cache_has_it
done

finish
