#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler update: what it refuses leaves recipe and lock as they were, and so does what fails.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
. "$(dirname "$0")/lib_update.sh"

begin 'a digest that changed under the version'
start
sums 1.0 >sums
update --sums sums 1.0 tiny.yaml
status 7
stderr <<-'END'
	bundler: cannot lock 'tiny-1.0-linux-amd64.tar.gz': its SHA-256 has changed since version 1.0 was locked
	hint: a release must not change; to accept the change, remove 'tiny.lock.json'
END
untouched

begin 'sums that cannot be fetched'
start
update --offline 1.1.0 tiny.yaml
status 4
stderr <<-'END'
	bundler: cannot fetch 'https://tiny.example/1.1.0/SHA256SUMS': --offline forbids the network
	hint: --sums reads a copy from elsewhere
END
untouched

begin 'sums that are none'
start
while IFS='|' read -r line text; do
	sums 1.1.0 >sums
	echo "$text" >>sums
	update --sums sums 1.1.0 tiny.yaml
	status 3
	stderr <<<"bundler: cannot use 'sums': $line"
done <<-END
	'tiny-1.1.0-linux-amd64.tar.gz' has two digests|$(digest 7)  tiny-1.1.0-linux-amd64.tar.gz
	line 5 is HTML|<html>
	line 5 has no digest behind the name|SHA256 (x) = $(digest 1)x
	line 5 has a digest of another length than any algorithm's|0$(digest 1)  x
	line 5 is neither '<SHA-256>  <name>' nor 'SHA256 (<name>) = <SHA-256>'|123  x
	line 5 is neither '<SHA-256>  <name>' nor 'SHA256 (<name>) = <SHA-256>'|g$(printf '%063d' 1)  x
END
untouched

begin 'a recipe behind a link'
start
mv tiny.yaml real.yaml
ln -s real.yaml tiny.yaml
update --sums sums 1.1.0 tiny.yaml
status 9
stderr <<<"bundler: cannot replace 'tiny.yaml': it is not a regular file"
check cmp before/tiny.yaml real.yaml
check cmp before/tiny.lock.json tiny.lock.json
no_litter

begin 'a lock that cannot be replaced leaves the recipe as it is'
start
mkdir directory
update --lock directory --sums sums 1.1.0 tiny.yaml
status 9
stderr_stated=1
untouched
update --lock missing/tiny.lock.json --sums sums 1.1.0 tiny.yaml
status 9
stderr <<<"bundler: cannot write 'missing/tiny.lock.json': No such file or directory"
untouched

begin 'a report that cannot be printed takes everything back'
start
run bash -c 'bundler update --sums sums 1.1.0 tiny.yaml >/dev/full'
status 9
stderr <<<"bundler: cannot write 'standard output': No space left on device"
untouched

begin 'what a run leaves that was killed between the two files is refused, and repaired'
start
sed -i 's/^version: "1.0"/version: "1.1.0"/' tiny.yaml
run bundler rootfs --offline tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use lock 'tiny.lock.json' with recipe 'tiny.yaml': version is '1.0' in the lock, '1.1.0' in the recipe
	hint: 'bundler lock' writes a new lock
END
filter "$old"
update --check --sums sums 1.1.0 tiny.yaml
status 1
stdout <<<"$patch_lock"
update --sums sums 1.1.0 tiny.yaml
stdout <<<"$patch_lock"
run bundler update --check --sums sums 1.1.0 tiny.yaml

finish
