#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=300
# bundler library with one of its system calls failing: the tree is the old one or the new one.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"

command -v strace >/dev/null || skip_all 'no strace'
strace -qq -o /dev/null true 2>/dev/null || skip_all 'cannot trace processes'

# The new one has other files, fewer, and some of the same; a directory goes, another one comes.
cp -r "$top/configs" "$scratch/configs"
recipe=$scratch/configs/nats-streaming-server.yaml
command=("$BUNDLER" library -o out --commit 0123456789abcdef0123456789abcdef01234567 "$recipe")
for tree in old new; do
	mkdir "$scratch/$tree"
	[ $tree = old ] || sed -i 's/alpine: "3.22"/alpine: "3.21"/; /ltsc2022/d; s/8222/8223/' "$recipe"
	(cd "$scratch/$tree" && "${command[@]}" >/dev/null) || echo "Bail out! cannot make the $tree tree"
done

is() { diff -r "$scratch/$1/out" out; } # old|new, with nothing left beside it

# The call, its error, and how often at least that must end the run.
while read -r call error times; do
	begin "$call fails: $error"
	failed=0
	for ((n = 1; n < 1000; n++)); do
		rm -rf out
		cp -r "$scratch/old/out" .
		strace -f -qq -o "$scratch/trace" -e "trace=$call" -e "inject=$call:error=$error:when=$n" \
			"${command[@]}" >"$scratch/out" 2>"$scratch/err"
		status=$?
		grep -q INJECTED "$scratch/trace" || break
		case $status in
		0)
			check is new
			# What was not flushed was not done.
			check test "$call" != syncfs
			;;
		9)
			failed=$((failed + 1))
			check is old
			# A report of several lines may have begun.
			[ "$call" = writev ] || check test ! -s "$scratch/out"
			check test "$(grep -c '^bundler: cannot ' "$scratch/err")" -eq 1
			;;
		*) fail "status $status: $(cat "$scratch/err")" ;;
		esac
		[ -z "$test_failed" ] || { fail "at call $n: $(grep INJECTED "$scratch/trace")"; break; }
	done
	check test "$status" -eq 0
	check test $failed -ge "$times"
done <<'END'
mkdirat ENOSPC 3
write ENOSPC 6
writev ENOSPC 1
fchmod EPERM 6
syncfs EIO 2
newfstatat EIO 10
renameat EIO 4
renameat2 EIO 5
END

finish
