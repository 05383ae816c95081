#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Places that cannot or must not be written to, runs that are cut off, and what they leave.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

make_product "$scratch/good"
product=(--cache "$scratch/good/cache" --offline "$scratch/good/tiny.yaml")
one=(-p linux/amd64 "${product[@]}")
made='DIGEST  rootfs/linux-amd64.mtree'
move_hint='hint: move it away, or choose another output directory'

build() {
	run bundler rootfs "${one[@]}"
	filter 's/^[0-9a-f]{64}/DIGEST/'
}
refused() {	# STATUS, whole stderr on standard input; the directory is as it was
	find . -not -path './.bundler*' -printf '%p %y %s %l\n' | sort >"$scratch/before"
	build
	status "$1"
	stderr
	find . -printf '%p %y %s %l\n' | sort >"$scratch/after"
	check diff "$scratch/before" "$scratch/after"
}

begin 'an output directory that is a file'
echo mine >rootfs
refused 9 <<<"bundler: cannot use directory 'rootfs': Not a directory"

begin 'a tree that is a file, a link, or nobody knows whose'
mkdir rootfs
echo mine >rootfs/linux-amd64
refused 9 <<<"bundler: cannot replace 'linux-amd64': it is not a directory
$move_hint"
rm rootfs/linux-amd64
mkdir elsewhere
ln -s ../elsewhere rootfs/linux-amd64
refused 9 <<<"bundler: cannot replace 'linux-amd64': it is not a directory
$move_hint"
rm rootfs/linux-amd64
mkdir rootfs/linux-amd64
refused 9 <<<"bundler: cannot replace 'linux-amd64': bundler did not make it
$move_hint"

begin 'a manifest or an archive that bundler did not write'
mkdir rootfs
echo '#mtree' >rootfs/linux-amd64.mtree
refused 9 <<<"bundler: cannot replace 'linux-amd64.mtree': bundler did not make it
$move_hint"
mv rootfs/linux-amd64.mtree rootfs/linux-amd64.tar
refused 9 <<<"bundler: cannot replace 'linux-amd64.tar': bundler did not make it
$move_hint"

begin 'a tree of ours with a file of somebody else in it'
build
stdout <<<"$made"
mkdir rootfs/linux-amd64/etc/mine
echo precious >rootfs/linux-amd64/etc/mine/notes
refused 9 <<<"bundler: cannot replace 'linux-amd64': something in it is not in its manifest
$move_hint"
check test "$(cat rootfs/linux-amd64/etc/mine/notes)" = precious

begin 'a tree of ours is replaced, whatever became of its files'
build
stdout <<<"$made"
cp rootfs/linux-amd64.mtree first
rm rootfs/linux-amd64/etc/tiny.conf rootfs/linux-amd64.tar
echo changed >rootfs/linux-amd64/tiny
build
stdout <<<"$made"
check cmp first rootfs/linux-amd64.mtree
check test "$(cat rootfs/linux-amd64/etc/tiny.conf)" = 'port: 4222'
files rootfs <<-'END'
	linux-amd64
	linux-amd64.mtree
	linux-amd64.tar
	linux-amd64/etc
	linux-amd64/etc/alias.conf
	linux-amd64/etc/tiny.conf
	linux-amd64/home
	linux-amd64/home/nonroot
	linux-amd64/tiny
	linux-amd64/tmp
	linux-amd64/usr
	linux-amd64/usr/share
	linux-amd64/usr/share/licenses
	linux-amd64/usr/share/licenses/tiny
	linux-amd64/usr/share/licenses/tiny/LICENSE
END

begin 'several platforms are published together or not at all'
mkdir -p rootfs/linux-arm64
run bundler rootfs "${product[@]}"
status 9
stderr <<<"bundler: cannot replace 'linux-arm64': bundler did not make it
$move_hint"
check test "$(ls -A rootfs)" = linux-arm64

begin 'standard output that is full, or closed'
run bash -c '"$@" >/dev/full' - bundler rootfs "${one[@]}"
status 9
stderr <<<"bundler: cannot write 'standard output': No space left on device"
run bash -c '"$@" >&-' - bundler rootfs "${one[@]}"
status 9
stderr <<<"bundler: cannot write 'standard output': Bad file descriptor"

begin 'the output does not depend on umask, zone, directory or who runs it'
build
stdout <<<"$made"
for mask in 000 022 077; do
	mkdir "$mask"
	(cd "$mask" && umask "$mask" && TZ=Asia/Kathmandu "$BUNDLER" rootfs "${one[@]}" >/dev/null)
	check cmp rootfs/linux-amd64.mtree "$mask/rootfs/linux-amd64.mtree"
	check cmp rootfs/linux-amd64.tar "$mask/rootfs/linux-amd64.tar"
	check test "$(stat -c %a "$mask/rootfs/linux-amd64/tiny" "$mask/rootfs/linux-amd64/tmp" | tr '\n' ' ')" = '755 1777 '
done

begin 'SOURCE_DATE_EPOCH is the time of every file'
run env SOURCE_DATE_EPOCH=1000000000 bundler rootfs "${one[@]}"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<"$made"
check test "$(find rootfs/linux-amd64 -printf '%T@\n' | sort -u)" = 1000000000.0000000000
check test "$(tar -tvf rootfs/linux-amd64.tar --full-time | awk '{ print $4, $5 }' | sort -u)" = '2001-09-09 01:46:40'
run env SOURCE_DATE_EPOCH=yesterday bundler rootfs "${one[@]}"
status 2
stderr <<-'END'
	bundler: cannot use SOURCE_DATE_EPOCH 'yesterday': not a whole number up to 253402300799
END

if [ "$(id -u)" -eq 0 ]; then
	begin 'an ordinary user gets the same manifest and archive'
	build
	stdout <<<"$made"
	cp -r "$scratch/good" theirs
	chown -R nobody theirs
	chmod 711 "$scratch" .
	cp "$BUNDLER" theirs/bundler
	(cd theirs && setpriv --reuid=nobody --regid=nogroup --clear-groups \
		./bundler rootfs -p linux/amd64 --cache cache --offline tiny.yaml >/dev/null) || fail 'failed as nobody'
	check cmp rootfs/linux-amd64.mtree theirs/rootfs/linux-amd64.mtree
	check cmp rootfs/linux-amd64.tar theirs/rootfs/linux-amd64.tar
	check test "$(stat -c '%U %a' theirs/rootfs/linux-amd64/home/nonroot)" = 'nobody 700'

	begin 'as root the owners are exact'
	build
	stdout <<<"$made"
	check test "$(stat -c '%u:%g %a' rootfs/linux-amd64/home/nonroot)" = '65532:65532 700'
	check mtree -f rootfs/linux-amd64.mtree -p rootfs/linux-amd64

	begin 'a disk that is full, or read-only'
	mkdir rootfs
	check unshare --mount bash -c 'mount -t tmpfs -o size=128k none rootfs && cd . &&
		"$0" rootfs "$@" >out 2>err; echo $? >status; ls -A rootfs >left' "$BUNDLER" "${one[@]}"
	check test "$(cat status)" = 9
	check test -z "$(cat out left)"
	check grep -qx "bundler: cannot .*: No space left on device" err
	check unshare --mount bash -c 'mount -t tmpfs -o ro none rootfs && cd . &&
		"$0" rootfs "$@" >out 2>err; echo $? >status' "$BUNDLER" "${one[@]}"
	check test "$(cat status)" = 9
	check test "$(cat out err)" = "bundler: cannot write in 'rootfs': Read-only file system"

	begin 'a directory that cannot be made, or written in'
	mkdir rootfs
	read_only() {	# ERROR ARGUMENT...
		check unshare --mount bash -c 'mount -t tmpfs -o ro none rootfs && out=$PWD &&
			cd rootfs && "$0" "$@" >"$out/out" 2>"$out/err"; echo $? >"$out/status"' \
			"$BUNDLER" "${@:2}" "${one[@]}"
		check test "$(cat status)" = 9
		check test "$(cat out err)" = "bundler: $1: Read-only file system"
	}
	read_only "cannot use directory 'new'" rootfs -o new
	read_only "cannot use directory 'a/b'" rootfs -o a/b
	read_only "cannot use directory 'new'" image -o oci:new/image
	read_only "cannot write in '.'" image -o oci:image
	read_only "cannot write in '.'" image -o oci-archive:image.tar
fi

# What stands must be wholly what one run made: the old tree or the new one, told apart by time.
whole() {
	local time
	[ ! -e rootfs/linux-amd64 ] && return 0
	time=$(sed -n 's/^\. .* time=\([0-9]*\)\.0.*/\1/p' rootfs/linux-amd64.mtree)
	[ "$(find rootfs/linux-amd64 -printf '%Ts\n' | sort -u | wc -l)" -eq 1 ] &&
		cmp -s rootfs/linux-amd64/tiny "$scratch/tiny" &&
		[ "$(find rootfs/linux-amd64 | wc -l)" -eq 13 ] && [ -n "$time" ]
}

begin 'killed at any moment it leaves the old or the new, and the next run cleans up'
make_elf 62 64 200000 >"$scratch/tiny"
build
stdout <<<"$made"
for ((i = 0; i < 60; i++)); do
	# Steps of 0.4 ms; a run takes some 20. The subshell keeps bash's word of the kill to itself.
	(SOURCE_DATE_EPOCH=$((1000000000 + i)) timeout -s KILL "$(printf '0.%04d' $((i * 4 + 4)))" \
		"$BUNDLER" rootfs "${one[@]}" >/dev/null 2>&1; :) 2>/dev/null
	check whole
done
build
stdout <<<"$made"
check test "$(ls -A rootfs | tr '\n' ' ')" = 'linux-amd64 linux-amd64.mtree linux-amd64.tar '
check test "$(ls -A)" = rootfs

begin 'a signal ends it as a shell expects, and it cleans up itself'
build
stdout <<<"$made"
for signal in INT TERM HUP; do
	for delay in 0.001 0.004 0.008 0.016 0.03; do
		timeout -s "$signal" "$delay" "$BUNDLER" rootfs "${one[@]}" >/dev/null 2>&1
		check whole
		check test "$(ls -A rootfs | tr '\n' ' ')" = 'linux-amd64 linux-amd64.mtree linux-amd64.tar '
	done
done

begin 'a limit on the size of files is an error, a limit on the time a signal'
run bash -c 'ulimit -f 8; exec "$@"' bash bundler rootfs "${one[@]}"
status 9
filter "s/'.*'/FILE/"
stderr <<<'bundler: cannot store a member of FILE: File too large'
check test -z "$(ls -A)"
timeout -s XCPU 0.004 bundler rootfs "${one[@]}" >/dev/null 2>&1
check test "$(find . -name '.bundler*')" = ''

begin 'two runs at a time do not disturb each other'
pids=()
for i in 1 2 3 4; do
	"$BUNDLER" rootfs "${product[@]}" >"out.$i" 2>"err.$i" &
	pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "a run failed: $(cat err.*)"; done
check test "$(cat out.? | sort -u | wc -l)" -eq 3
check test "$(ls -A rootfs | tr '\n' ' ')" = 'linux-amd64 linux-amd64.mtree linux-amd64.tar linux-arm-v7 linux-arm-v7.mtree linux-arm-v7.tar linux-arm64 linux-arm64.mtree linux-arm64.tar '

finish
