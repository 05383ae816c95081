#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=300
# bundler image, lock and certs with one of their system calls failing: what they replace is the old
# one or the new one, and nothing is there where nothing was.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

command -v strace >/dev/null || skip_all 'no strace'
strace -qq -o /dev/null true 2>/dev/null || skip_all 'cannot trace processes'

use_product
bundle=$top/configs/ca-certificates.crt

use() { # image|archive|lock|certs: as a command line in $command; each makes something in out/
	case $1 in
	image) command=(image -p linux/amd64 -o oci:out/deep/er "${product[@]}") ;;
	archive) command=(image -p linux/amd64 -o oci-archive:out/deep/er.tar "${product[@]}") ;;
	lock)
		command=(lock --sums "$scratch/product/mirror/SHA256SUMS" --lock out/lock.json
			"$scratch/product/tiny.yaml")
		;;
	certs) command=(certs -o out/bundle.pem "$scratch/bundle.pem") ;;
	esac
	command=("$BUNDLER" "${command[@]}")
}

export SOURCE_DATE_EPOCH
# The old and the new one of each differ by the time, or by a certificate.
sed '1,/END CERTIFICATE/d' "$bundle" >"$scratch/fewer.pem"
for what in image archive lock certs; do
	use $what
	for tree in old new; do
		cp "$([ $tree = old ] && echo "$scratch/fewer.pem" || echo "$bundle")" "$scratch/bundle.pem"
		[ $tree = old ] && SOURCE_DATE_EPOCH=1300000000 || SOURCE_DATE_EPOCH=1700000000
		mkdir -p "$scratch/$tree.$what/out"
		(cd "$scratch/$tree.$what" && "${command[@]}" >/dev/null) || echo "Bail out! cannot make $what"
	done
done
for what in image archive; do
	mkdir "$scratch/none.$what"
done

is() { diff -r "$scratch/$1.$what" .; } # old|new|none, with nothing left beside it

# attempt BEFORE CALL ERROR N: status of a run in which that call fails; not done is 255.
attempt() {
	rm -rf out
	cp -r "$scratch/$1.$what/." .
	strace -f -qq -o "$scratch/trace" -e "trace=$2" -e "inject=$2:error=$3:when=$4" \
		"${command[@]}" >"$scratch/out" 2>"$scratch/err"
	status=$?
	grep -q INJECTED "$scratch/trace"
}

# all_or_nothing BEFORE CALL ERROR: at each place where the call fails; $failed counts what it ended.
all_or_nothing() {
	local n
	for ((n = 1; n < 1000; n++)); do
		attempt "$1" "$2" "$3" $n || break
		case $status in
		0)
			check is new
			# What was not flushed was not done.
			check test "$2" != fsync
			;;
		9)
			failed=$((failed + 1))
			check is "$1"
			# A report of several lines may have begun.
			[ "$2" = writev ] || check test ! -s "$scratch/out"
			check test "$(grep -c '^bundler: cannot ' "$scratch/err")" -eq 1
			;;
		*) fail "status $status: $(cat "$scratch/err")" ;;
		esac
		[ -z "$test_failed" ] || { fail "at $2 number $n: $(grep INJECTED "$scratch/trace")"; return; }
	done
	check test "$status" -eq 0
}

for what in image archive lock certs; do
	use $what
	for before in old none; do
		[ -e "$scratch/$before.$what" ] || continue
		begin "$what, where $before was"
		failed=0
		while read -r call error; do
			all_or_nothing $before $call $error
		done <<-'END'
			mkdirat ENOSPC
			write ENOSPC
			writev ENOSPC
			fchmod EPERM
			fsync EIO
			renameat EIO
			renameat2 EIO
		END
		check test $failed -ge 5
	done
done

finish
