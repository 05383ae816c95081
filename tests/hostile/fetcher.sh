#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The processes that fetch for others: what they fetch, how they fail, and how both end.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates

# An archive that is none, and a tree to audit: what is fetched decides nothing here.
given() {
	release 50000
	mkdir tree
}
audit() { run bundler audit -p linux/amd64 --cache cache "$@" dir:tree demo.yaml; }
running() { pgrep -g "$1" >/dev/null; }

begin 'it fetches what the cache has not, once'
given
serve "$GITHUB=file $archive"
audit
status 8
stderr <<<"bundler: cannot unpack '$asset': not in gzip format"
cache_has_it
audit
status 8
stderr <<<"bundler: cannot unpack '$asset': not in gzip format"
requests <<<"203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset"

begin 'its failure is that of the command'
given
serve "$GITHUB=status 404"
audit
status 6
stderr <<<"bundler: cannot fetch '$origin/$asset': HTTP status 404 (Not Found)"
audit --offline
status 4
stderr <<-END
	bundler: cannot fetch '$asset': it is not in the cache
	hint: run once without --offline
END

begin 'a place that is not there is reported before anything is fetched'
given
rmdir tree
serve "$GITHUB=file $archive"
run bundler audit --cache cache oci:tree demo.yaml
status 9
stderr <<<"bundler: cannot read 'tree': No such file or directory"
requests </dev/null

# under_way: an audit whose download has begun and does not end; its process group in $!.
under_way() {
	given
	serve "$GITHUB=drip $archive 20000"
	background bundler audit -p linux/amd64 --cache cache dir:tree demo.yaml
	wait_for test -s requests
}

begin 'a signal to the command alone ends both'
under_way
kill -TERM $!
wait $!
check test $? -eq 143
check test -z "$(pgrep -g $!)"

begin 'both end when the command is killed'
under_way
kill -KILL $!
wait $! 2>/dev/null
wait_for eval '! running $!'
check test -z "$(pgrep -g $!)"

begin 'when it is killed, the command says so'
under_way
kill -KILL "$(pgrep -g $! -P $!)"
wait $!
check test $? -eq 9
check grep -qx 'bundler: cannot fetch: the process for it has ended' background.log

# ---- registries ----

# asked COMMAND [WORD]...: one process of it waits for a registry that does not answer; its process group in $!.
asked() {
	given
	: >requests
	background python3 "$top/tests/registry.py" --log requests '203.0.113.10:5000/plain=* stall 200'
	wait_for listening 203.0.113.10 5000
	background bundler "$1" --cache cache --plain-http 203.0.113.10 docker://203.0.113.10:5000/a:1 "${@:2}"
	wait_for test -s requests
}

begin 'of a registry: a signal to the command alone ends both'
asked validate
kill -TERM $!
wait $!
check test $? -eq 143
check test -z "$(pgrep -g $!)"

begin 'of a registry: all end when the command is killed'
asked audit -p linux/amd64 demo.yaml
# It, one for programs that keep logins, one for archives, one for the registry.
check test "$(pgrep -g $! | wc -l)" -eq 4
kill -KILL $!
wait $! 2>/dev/null
wait_for eval '! running $!'
check test -z "$(pgrep -g $!)"

begin 'of a registry: when it is killed, the command says so'
asked validate
kill -KILL "$(pgrep -n -g $! -P $!)"
wait $!
check test $? -eq 9
check grep -qx 'bundler: cannot fetch: the process for it has ended' background.log

finish
