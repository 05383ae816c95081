#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=600
# A run that is killed at each of its system calls that change something, or in which one of them
# fails. On one processor, so that they come in the same order every time; by strace, which a
# sanitized program does not like; in memory, where flushing costs nothing.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

command -v strace >/dev/null || skip_all 'no strace'
strace -qq -o /dev/null true 2>/dev/null || skip_all 'cannot trace processes'
[ "$(id -u)" -eq 0 ] || skip_all 'needs root, to compare owners'

# Two products whose trees have other paths, so that the manifest of one does not fit the other.
make_product "$scratch/old"
cp -r "$scratch/old" "$scratch/new"
sed -i 's|path: /etc/tiny.conf|path: /etc/other.conf|; s|link: tiny.conf|link: other.conf|
	s|path: /tmp|path: /var/tmp|' "$scratch/new/tiny.yaml"

names=(linux-amd64 linux-arm64)
build() { # old|new: as a command line in $command
	command=("$BUNDLER" rootfs "${names[@]/#linux-/-plinux/}" --cache "$scratch/$1/cache" --offline
		-o out "$scratch/$1/tiny.yaml")
}

# What each product is made of, made once.
for product in old new; do
	build $product
	mkdir "$scratch/made.$product"
	(cd "$scratch/made.$product" && "${command[@]}" >/dev/null) || echo "Bail out! cannot build $product"
done

is_made() { # PRODUCT PATH: whether that output is wholly that product's
	local made=$scratch/made.$1/out
	case $2 in
	*.mtree | *.tar) cmp -s "$made/$2" "out/$2" ;;
	*) mtree -f "$made/$2.mtree" -p "out/$2" >/dev/null 2>&1 ;;
	esac
}

# Each output is the old one or the new one, as a whole, or not there where there was none.
whole() {
	local name path
	for name in "${names[@]}"; do
		for path in "$name" "$name.mtree" "$name.tar"; do
			[ ! -e "out/$path" ] && [ -n "$fresh" ] && continue
			is_made old "$path" || is_made new "$path" || {
				echo "out/$path is neither the old one nor the new one"
				return 1
			}
		done
	done
}

made() { # PRODUCT: all outputs are that product's, and nothing else is there
	local name path
	for name in "${names[@]}"; do
		for path in "$name" "$name.mtree" "$name.tar"; do
			is_made "$1" "$path" || { echo "out/$path is not the $1 one"; return 1; }
		done
	done
	[ "$(find out -mindepth 1 -maxdepth 1 | wc -l)" -eq $((3 * ${#names[@]})) ] || {
		ls -A out
		return 1
	}
}

restore() { # what was there before the run
	local name
	rm -rf out
	[ -z "$fresh" ] || return 0
	mkdir out
	for name in "${names[@]}"; do
		cp -a "$scratch/made.old/out/$name"{,.mtree,.tar} out
	done
}

# inject HOW N CALL: runs the new product with that done to call number N. Its status.
inject() {
	build new
	taskset -c 0 strace -f -qq -o "$scratch/trace" -e "trace=$3" -e "inject=$3:$1:when=$2" \
		"${command[@]}" >"$scratch/out" 2>"$scratch/err"
}

# killed CALL: at each of these calls; $calls counts them.
killed() {
	local n next=old
	for ((n = 1; n < 1000; n++)); do
		restore
		# The subshell keeps bash's word of the kill to itself.
		(inject signal=KILL $n "$1") 2>/dev/null && break
		calls=$((calls + 1))
		check whole
		# The next run makes it good and leaves no litter, whichever it is.
		next=$([ $next = old ] && echo new || echo old)
		build $next
		check "${command[@]}"
		check made $next
		[ -z "$test_failed" ] || { fail "at $1 number $n"; return; }
	done
	check made new
}

names=(linux-amd64)
for fresh in '' 1; do
	begin "killed at each call that changes something, where $([ -n "$fresh" ] && echo nothing || echo a tree) was"
	calls=0
	for call in openat mkdirat write copy_file_range linkat symlinkat fchownat fchmod fchmodat \
		utimensat fsync flock renameat renameat2 unlinkat; do
		killed $call
	done
	# They were counted: each file and directory takes several.
	check test $calls -gt 120
done

# refused_or_made CALL ERROR: at each place where the call fails, all or nothing.
refused_or_made() {
	local n status failed=0
	for ((n = 1; n < 1000; n++)); do
		restore
		inject "error=$2" $n "$1"
		status=$?
		grep -q INJECTED "$scratch/trace" || break
		case $status in
		0)
			check made new
			;;
		9)
			failed=$((failed + 1))
			check made old
			check test ! -s "$scratch/out"
			check test "$(grep -c '^bundler: cannot ' "$scratch/err")" -eq 1
			;;
		*)
			fail "status $status: $(cat "$scratch/err")"
			;;
		esac
		[ -z "$test_failed" ] || { fail "at call $n: $(grep INJECTED "$scratch/trace")"; break; }
	done
	check test $failed -ge "$3"
}

fresh=
names=(linux-amd64 linux-arm64)
# The call, its error, and how often at least that must end the run.
while read -r call error times; do
	begin "$call fails: $error"
	refused_or_made "$call" "$error" "$times"
done <<'END'
mkdirat ENOSPC 8
write ENOSPC 8
symlinkat ENOSPC 2
renameat2 EIO 6
fsync EIO 10
fchmod EPERM 8
fchownat EPERM 8
utimensat EIO 8
END

begin 'a disk of any size: all of it fits, or nothing is left'
build new
full=0 fits=0
for ((size = 4; size <= 1500; size += 44)); do
	mkdir -p disk
	# The listing has sizes, so that what is left of a file would show.
	(
		unshare --mount bash -c 'mount -t tmpfs -o size="$0"k none disk && cd disk &&
			{ "$@" >../result 2>../message; echo $? >../status; find . -mindepth 1 >../left; }' \
			$size "${command[@]}"
	) || fail 'cannot mount'
	case $(cat status) in
	0)
		fits=$((fits + 1))
		check test "$(wc -l <result)" -eq 2
		;;
	9)
		full=$((full + 1))
		check test "$(cat result left)" = ''
		check grep -qx "bundler: cannot .*: No space left on device" message
		check test "$(wc -l <message)" -eq 1
		;;
	*)
		fail "status $(cat status): $(cat message)"
		;;
	esac
	[ -z "$test_failed" ] || { fail "of $size KiB"; break; }
done
check test $full -gt 10
check test $fits -gt 2

begin 'a file system that knows no unnamed files, links or copies'
restore
inject error=EOPNOTSUPP 1+ linkat
check made new
restore
inject error=EXDEV 1+ copy_file_range
check made new

begin 'a file system that cannot exchange'
for error in EINVAL ENOSYS; do
	restore
	inject error=$error 1+ renameat2
	check made new
done

finish
