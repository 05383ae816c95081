#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=300
# bundler update killed at each of its system calls that change something, or with one of them
# failing: recipe and lock are of one version, or the next command says that they are not, and
# the next update makes it good.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

command -v strace >/dev/null || skip_all 'no strace'
strace -qq -o /dev/null true 2>/dev/null || skip_all 'cannot trace processes'

make_product "$scratch/old"
sed 's/tiny-1\.0-/tiny-1.1.0-/' "$scratch/old/mirror/SHA256SUMS" >"$scratch/sums"
export SOURCE_DATE_EPOCH=1300000000
command=("$BUNDLER" update --sums "$scratch/sums" 1.1.0 tiny.yaml)
mkdir "$scratch/new"
cp "$scratch/old/"tiny.{yaml,lock.json,conf} "$scratch/new"
(cd "$scratch/new" && "${command[@]}" >/dev/null) || echo 'Bail out! cannot update'

restore() {
	rm -rf .bundler-* ./*
	cp "$scratch/old/"tiny.{yaml,lock.json,conf} .
}

inject() { # HOW N CALL
	strace -f -qq -o "$scratch/trace" -e "trace=$3" -e "inject=$3:$1:when=$2" \
		"${command[@]}" >"$scratch/out" 2>"$scratch/err"
}

is() { # old|new, of both files
	cmp "$scratch/$1/tiny.yaml" tiny.yaml && cmp "$scratch/$1/tiny.lock.json" tiny.lock.json
}

# The recipe goes first: only then the lock can be behind.
between() {
	cmp "$scratch/new/tiny.yaml" tiny.yaml && cmp "$scratch/old/tiny.lock.json" tiny.lock.json
}

told() { # the other commands say what it is
	local status
	"$BUNDLER" rootfs --offline tiny.yaml >"$scratch/out" 2>"$scratch/err"
	status=$?
	[ $status -eq 3 ] && [ "$(cat "$scratch/err")" = "bundler: cannot use lock 'tiny.lock.json' with recipe 'tiny.yaml': version is '1.0' in the lock, '1.1.0' in the recipe
hint: 'bundler lock' writes the lock anew" ]
}

begin 'killed at each call that changes something'
kills=0 halves=0
for call in openat mkdirat write fchmod fsync flock renameat renameat2 unlinkat; do
	for ((n = 1; n < 1000; n++)); do
		restore
		(inject signal=KILL $n $call) 2>/dev/null && break
		kills=$((kills + 1))
		if between >/dev/null 2>&1; then
			halves=$((halves + 1))
			check told
		elif ! is old >/dev/null 2>&1; then
			check is new
		fi
		check "${command[@]}"
		check is new
		check test "$(find . -mindepth 1 | sort | tr '\n' ' ')" = './tiny.conf ./tiny.lock.json ./tiny.yaml '
		[ -z "$test_failed" ] || { fail "at $call number $n"; break; }
	done
done
check test $kills -gt 20
check test $halves -ge 1

# A file system that knows no exchange has a moment without a file: see staging.h.
while read -r call error times; do
	begin "$call fails: $error"
	failed=0
	for ((n = 1; n < 1000; n++)); do
		restore
		inject "error=$error" $n "$call"
		status=$?
		grep -q INJECTED "$scratch/trace" || break
		if [ $status -eq 0 ]; then
			check is new
		else
			failed=$((failed + 1))
			check test $status -eq 9
			check is old
			check test ! -s "$scratch/out"
			check test "$(grep -c '^bundler: cannot ' "$scratch/err")" -eq 1
			check test -z "$(find . -name '.bundler-*')"
		fi
		[ -z "$test_failed" ] || { fail "at call $n: $(grep INJECTED "$scratch/trace")"; break; }
	done
	check test $failed -ge "$times"
done <<'END'
mkdirat ENOSPC 1
write ENOSPC 2
writev ENOSPC 1
fchmod EPERM 2
fsync EIO 3
renameat2 EIO 2
END

finish
