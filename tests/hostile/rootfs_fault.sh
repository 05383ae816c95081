#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=600 seconds=22
# bundler rootfs killed at each of its system calls that change something, or with one of them failing:
# each output is the old one or the new one, as a whole.
. "$(dirname "$0")/../inject.sh"
need_root	# to compare owners

# Two products whose trees have other paths, so that the manifest of one does not fit the other.
make_product "$scratch/old"
cp -r "$scratch/old" "$scratch/new"
sed -i 's|path: /etc/tiny.conf|path: /etc/other.conf|; s|link: tiny.conf|link: other.conf|
	s|path: /tmp|path: /var/tmp|' "$scratch/new/tiny.yaml"

use() { # old|new: the run that makes that product
	command=("$BUNDLER" rootfs "${names[@]/#linux-/-plinux/}" --cache "$scratch/$1/cache" --offline
		-o out "$scratch/$1/tiny.yaml")
}

# What each product is made of, made once.
names=(linux-amd64 linux-arm64)
for product in old new; do
	use $product
	mkdir "$scratch/made.$product"
	(cd "$scratch/made.$product" && "${command[@]}" >/dev/null) || bail_out "cannot make the $product trees"
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

is() { # PRODUCT: all outputs are that product's, and nothing else is there
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

restore() {
	local name
	rm -rf out
	[ -z "$fresh" ] || return 0
	mkdir out
	for name in "${names[@]}"; do
		cp -a "$scratch/made.old/out/$name"{,.mtree,.tar} out
	done
}

# The next run makes it good and leaves no litter, of whichever product it is.
made_good() {
	calls=$((calls + 1))
	check whole
	next=$([ $next = old ] && echo new || echo old)
	use $next
	check "${command[@]}"
	check is $next
	use new
}

names=(linux-amd64)
use new
for fresh in '' 1; do
	begin "killed at each call that changes something, where $([ -n "$fresh" ] && echo nothing || echo a tree) was"
	calls=0 next=old
	for call in openat mkdirat write copy_file_range linkat symlinkat fchownat fchmod fchmodat \
		utimensat fsync flock renameat renameat2 unlinkat; do
		at_each signal=KILL $call made_good
	done
	# They were counted: each file and directory takes several.
	check test $calls -gt 120
done

fresh=
names=(linux-amd64 linux-arm64)
use new
each_fails <<'END'
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
check is new
restore
inject error=EXDEV 1+ copy_file_range
check is new

begin 'a file system that cannot exchange'
for error in EINVAL ENOSYS; do
	restore
	inject error=$error 1+ renameat2
	check is new
done

finish
