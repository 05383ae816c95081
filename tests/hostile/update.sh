#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: seconds=12
# bundler update over https: SHA256SUMS that are not what they ought to be, or do not come.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates

place=https://github.com/demo/demo/releases/download/v
name=demo-v1.1.0-linux-amd64.tar.gz
one=$(printf '%064d' 1)

# The recipe and the lock of 1.0, and in ./sums what the release 1.1.0 is said to have.
start() {
	release 100
	sed -i "s,$origin,${place}{version}," demo.yaml
	mkdir before
	cp demo.yaml demo.lock.json before
	echo "$one  $name" >sums
}

update() { SOURCE_DATE_EPOCH=1800000000 run bundler update --cache cache "${@:-1.1.0}" demo.yaml; }

untouched() {
	check cmp before/demo.yaml demo.yaml
	check cmp before/demo.lock.json demo.lock.json
	check test -z "$(find . -name '.bundler-*')"
}

begin 'the digests of the release'
start
serve "$GITHUB=redirect https://release-assets.githubusercontent.com/sums?a=b%2Fc&d" "$ASSETS=file $PWD/sums"
update --json 1.1.0
stdout <<-END
	{
	  "name": "demo",
	  "from": "1.0",
	  "version": "1.1.0",
	  "changed": [
	    "demo.yaml",
	    "demo.lock.json"
	  ],
	  "written": true,
	  "platforms": [
	    {
	      "platform": "linux/amd64",
	      "asset": "$name",
	      "url": "${place}1.1.0/$name",
	      "digest": "sha256:$one",
	      "sums": "https://github.com/demo/demo/releases/download/v1.1.0/SHA256SUMS",
	      "algorithm": "sha256"
	    }
	  ],
	  "left_out": []
	}
END
check cmp demo.yaml <(sed 's/^version: "1.0"/version: "1.1.0"/' before/demo.yaml)
requests <<-'END'
	203.0.113.10:443 GET /demo/demo/releases/download/v1.1.0/SHA256SUMS
	203.0.113.20:443 GET /sums?a=b%2Fc&d
END

# refuses STATUS MESSAGE: whatever is in ./sums.
refuses() {
	update
	status "$1"
	stderr <<<"bundler: $2"
	untouched
}

form="cannot use '${place}1.1.0/SHA256SUMS': line"
while IFS='|' read -r what text reason; do
	begin "sums: $what"
	start
	printf '%b' "$text" >sums
	serve "$GITHUB=file $PWD/sums"
	refuses 3 "${reason/LINE/$form}"
done <<END
two digests of one name|$one  $name\n${one/000/00a}  $name\n|cannot use '${place}1.1.0/SHA256SUMS': '$name' has two digests
a digest too short|${one%?}  $name\n|LINE 1 has a digest of another length than any algorithm's
a digest too long|0$one  $name\n|LINE 1 has a digest of another length than any algorithm's
not hexadecimal|${one/000/00x}  $name\n|LINE 1 is neither '<SHA-256>  <name>' nor 'SHA256 (<name>) = <SHA-256>'
SHA-384 alone|$one${one:32}  $name\n|cannot use '${place}1.1.0/SHA256SUMS': for '$name' it has only SHA-384, neither SHA-256 nor SHA-512
a digest alone|$one\n|LINE 1 has a digest without a name
a web page|<!DOCTYPE html>\n<html>$one  $name</html>\n|LINE 1 is HTML
a good line, then a web page|$one  $name\n<html>\n|LINE 2 is HTML
cut off in the digest|$one  $name\n0000000|LINE 2 is neither '<SHA-256>  <name>' nor 'SHA256 (<name>) = <SHA-256>'
a byte of zero|$one  $name\0\n|LINE 1 has a control character in it
a terminal's colours|$one  $name\033[31m\n|LINE 1 has a control character in it
UTF-16|\xff\xfe$one  $name\n|cannot use '${place}1.1.0/SHA256SUMS': it is UTF-16, not UTF-8
END

begin 'sums: a SHA-512 that the archive does not have'
start
echo "$one$one  $name" >sums
serve "$GITHUB=file $PWD/sums"
filter 's/is [0-9a-f]{128}/is another/'
refuses 7 "cannot use '${place}1.1.0/$name': its SHA-512 is another, the release's sums say $one$one"
check test -z "$(find cache -type f)"

begin 'sums: nothing in them, or another name'
start
serve "$GITHUB=file $PWD/sums"
for text in '' "$one  $name.asc\n" "$one  x$name\n" "$one   $name\n"; do
	printf '%b' "$text" >sums
	update
	status 3
	hint="if releases may lack linux/amd64, make it optional in the recipe"
	near=$(printf '%b' "$text" | sed 's/^[0-9a-f]*  //')
	[ -z "$near" ] || hint="it has '$near'; 'asset' and 'target' of the recipe make the names"
	stderr <<-END
		bundler: cannot use '${place}1.1.0/SHA256SUMS': no line for '$name'
		hint: $hint
	END
	untouched
done

begin 'sums: without end'
start
serve "$GITHUB=endless"
refuses 10 "cannot use '${place}1.1.0/SHA256SUMS': more than 8388608 bytes"

begin 'a host that is not there'
start
update
status 4
stderr_stated=1
untouched
rm demo.yaml demo.lock.json
cp before/* .
sed -i 's,https://github.com/,https://nowhere.example/,' demo.yaml
cp demo.yaml before
update
status 4
stderr_stated=1
untouched

begin 'a host that says nothing'
start
serve "$GITHUB=stall $PWD/sums 10"
update --stall-timeout 1 1.1.0
status 4
stderr_stated=1
untouched

begin 'a release that is not there'
start
serve "$GITHUB=status 404"
refuses 6 "cannot fetch '${place}1.1.0/SHA256SUMS': HTTP status 404 (Not Found)"

begin "no checksum file for an optional platform's asset"
start
sed -i 's,SHA256SUMS,{asset}.sha256,; s,linux/amd64\],linux/amd64\, {platform: linux/arm64\, optional: true}],' demo.yaml
check grep -q 'optional: true' demo.yaml
cp demo.yaml before
serve "$GITHUB=file $PWD/sums ;; status 404 ;; file $PWD/sums ;; status 403"
update 1.1.0
stdout_stated=1
stderr <<<'note: linux/arm64 is left out: the release does not have it'
check test "$(grep -c '"platform"' demo.lock.json)" = 1
cp before/* .
update 1.1.0
status 6
stderr_stated=1
untouched

begin 'a certificate of somebody else'
start
certificate elsewhere ca DNS:elsewhere.example
serve "203.0.113.10:443/elsewhere=file $PWD/sums"
update
status 5
stderr_stated=1
untouched

begin 'sums over http'
start
sed -i 's,sums: "https:,sums: "http:,' demo.yaml
cp demo.yaml before
serve "203.0.113.10:80/plain=file $PWD/sums"
url=${place}1.1.0/SHA256SUMS
refuses 6 "cannot fetch '${url/https/http}': without a digest, https is required"

begin 'no network wanted'
start
serve "$GITHUB=file $PWD/sums"
update --offline 1.1.0
check test "$ran_status" -ne 0
status_stated=1 stderr_stated=1
untouched
requests </dev/null

begin 'the same version, another digest'
start
sed -i 's/v{version}/v1.0/' demo.yaml
echo "$one  $asset" >sums
cp demo.yaml before
serve "$GITHUB=file $PWD/sums"
update 1.0
status 7
stderr <<-END
	bundler: cannot lock '$asset': its SHA-256 has changed since version 1.0 was locked
	hint: a release must not change; to accept the change, remove 'demo.lock.json'
END
untouched

begin '--download: an archive that does not have its digest'
start
echo other >other
serve "$GITHUB=file $PWD/sums ;; file $PWD/other"
update --download 1.1.0
status 7
stderr_stated=1
untouched

finish
