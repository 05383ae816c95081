#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once
# bundler update killed at each of its system calls that change something, or with one of them failing:
# recipe and lock are of one version, or the next command says that they are not, and the next update
# makes it good.
. "$(dirname "$0")/../inject.sh"

make_product "$scratch/old"
sed 's/tiny-1\.0-/tiny-1.1.0-/' "$scratch/old/mirror/SHA256SUMS" >"$scratch/sums"
export SOURCE_DATE_EPOCH=1300000000
command=("$BUNDLER" update --sums "$scratch/sums" 1.1.0 tiny.yaml)
mkdir "$scratch/new"
cp "$scratch/old/"tiny.{yaml,lock.json,conf} "$scratch/new"
(cd "$scratch/new" && "${command[@]}" >/dev/null) || bail_out 'cannot update'

restore() {
	rm -rf .bundler-* ./*
	cp "$scratch/old/"tiny.{yaml,lock.json,conf} .
}

files_are() { # RECIPE LOCK: each old or new
	cmp "$scratch/$1/tiny.yaml" tiny.yaml && cmp "$scratch/$2/tiny.lock.json" tiny.lock.json
}

# is old|new: both files, with nothing left beside them.
is() { files_are "$1" "$1" && test "$(ls -A | wc -l)" -eq 3; }

reported() { # another command says what it is
	local status
	"$BUNDLER" rootfs --offline tiny.yaml >"$scratch/out" 2>"$scratch/err"
	status=$?
	[ $status -eq 3 ] && [ "$(cat "$scratch/err")" = "bundler: cannot use lock 'tiny.lock.json' with recipe 'tiny.yaml': version is '1.0' in the lock, '1.1.0' in the recipe
hint: 'bundler lock' writes a new lock" ]
}

made_good() {
	kills=$((kills + 1))
	# The recipe goes first: only then the lock can be behind.
	if files_are new old >/dev/null 2>&1; then
		halves=$((halves + 1))
		check reported
	elif ! files_are old old >/dev/null 2>&1; then
		check files_are new new
	fi
	check "${command[@]}"
	check is new
}

begin 'killed at each call that changes something'
kills=0 halves=0
for call in openat mkdirat write fchmod fsync flock renameat renameat2 unlinkat; do
	at_each signal=KILL $call made_good
done
check test $kills -gt 20
check test $halves -ge 1

# A file system that knows no exchange has a moment without a file: see staging.h.
each_fails <<'END'
mkdirat ENOSPC 1
write ENOSPC 2
writev ENOSPC 1
fchmod EPERM 2
fsync EIO 3
renameat2 EIO 2
END

finish
