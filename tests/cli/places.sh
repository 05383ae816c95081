#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Archives from standard input, and archives that are compressed as a whole, for the commands that read
# places.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
need zstd

use_product
made=$scratch/made
mkdir "$made"
(cd "$made" && make image -p linux/amd64 -o docker-archive:image.tar:1.0 && make image -o oci-archive:all.tar &&
	make rootfs -p linux/amd64 -o trees && gzip -k image.tar && zstd -q -k image.tar &&
	gzip -k trees/linux-amd64.tar) || bail_out 'cannot make the images'

# with FILE COMMAND...: a run with this file as standard input, piped, by its bytes.
with() { run bash -c 'cat "$0" | "$@"' "$@"; }
# on FILE COMMAND...: with the file itself.
on() { run bash -c '"$@" <"$0"' "$@"; }

verdict() {
	stdout <<-END
		verdict: $1
	END
}

for kind in oci-archive docker-archive; do
	for file in image.tar image.tar.gz image.tar.zst; do
		begin "$kind, $file: by its name, piped, and as standard input"
		run bundler audit -q "$kind:$made/$file" "${product[@]}"
		verdict 'identical (linux/amd64)'
		for how in with on; do
			$how "$made/$file" bundler audit -q "$kind:-" "${product[@]}"
			verdict 'identical (linux/amd64)'
			$how "$made/$file" bundler diff -q "$kind:-:1.0" "$kind:$made/image.tar"
			verdict identical
			$how "$made/$file" bundler validate "$kind:-"
		done
		run bundler validate "$kind:$made/$file"
		check test -z "$(ls -A)"
	done
done

begin 'tar: piped, compressed or not, as either place'
for file in "$made"/trees/linux-amd64.tar{,.gz}; do
	for how in with on; do
		$how "$file" bundler audit -q -p linux/amd64 tar:- "${product[@]}"
		verdict 'identical (linux/amd64)'
	done
	with "$file" bundler diff -q "dir:$made/trees/linux-amd64" tar:-
	verdict identical
	with "$file" bundler diff -q tar:- "docker-archive:$made/image.tar.gz"
	verdict identical
done

begin 'where the files differ is found in what was piped, too'
cp -a "$made/trees/linux-amd64" tree
printf 'port: 4223\n' >tree/etc/tiny.conf
with "$made/trees/linux-amd64.tar.gz" bundler diff --ignore time,owner dir:tree tar:-
status 1
filter 's/[0-9a-f]{64}/DIGEST/g'
stdout <<-'END'
	content /etc/tiny.conf: first sha256:DIGEST, second sha256:DIGEST, from byte 9 on
	verdict: different (1 difference; ignored: owner, time)
END
with "$made/image.tar.zst" bundler diff --ignore time,owner docker-archive:- dir:tree
status 1
stdout <<-'END'
	content /etc/tiny.conf: first sha256:DIGEST, second sha256:DIGEST, from byte 9 on
	verdict: different (1 difference; ignored: owner, time)
END

begin 'standard input is one place'
run bundler diff docker-archive:- tar:-
status 2
stderr <<-'END'
	bundler: cannot compare 'docker-archive:-' with 'tar:-': standard input is one place
END

begin 'a layout or a directory is not standard input; ./- is a file'
for place in oci:- dir:-; do
	run bundler diff $place tar:x
	status 2
	stderr <<-END
		bundler: cannot use place '$place': only an archive can be standard input or output
		hint: write './-' for a directory of this name
	END
done
cp "$made/image.tar" ./-
run bundler validate oci-archive:./-

begin 'a terminal, a closed one and a directory are no archives'
run script -qec "$(command -v bundler) validate oci-archive:-" /dev/null
status 2
filter 's/\r//'
stdout <<-'END'
	bundler: cannot read '-': standard input is a terminal
	hint: pipe an archive into it, as 'docker save' writes it
END
run bash -c 'bundler validate oci-archive:- <&-'
status 9
stderr <<-'END'
	bundler: cannot read '-': Bad file descriptor
END
run bash -c 'bundler validate oci-archive:- </'
status 9
stderr <<-'END'
	bundler: cannot read '-': Is a directory
END

begin 'damaged streams, and compressions that are not read'
head -c 5000 "$made/image.tar.gz" >cut.gz
head -c 5000 "$made/image.tar.zst" >cut.zst
(cat "$made/image.tar.gz" && echo more) >more.gz
gzip -k -c "$made/image.tar.gz" >twice.gz
bzip2 -c "$made/image.tar" >image.bz2
for case in 'cut.gz truncated' 'cut.zst truncated' 'more.gz not in gzip format'; do
	run bundler validate "docker-archive:${case%% *}"
	status 8
	stderr <<-END
		bundler: cannot read '${case%% *}': ${case#* }
	END
	with "${case%% *}" bundler validate docker-archive:-
	status 8
	stderr <<-END
		bundler: cannot read '-': ${case#* }
	END
done
for file in twice.gz image.bz2; do
	run bundler validate "docker-archive:$file"
	status 8
	stderr <<-END
		bundler: cannot read '$file': it is compressed
		hint: uncompress it first
	END
done
with /dev/null bundler validate docker-archive:-
status 8
stderr <<-'END'
	bundler: cannot read '-': it is truncated
END

begin 'an archive that unpacks to too much is refused, and its copy has no name'
mkdir spool
head -c 1100M /dev/zero | zstd -q -1 >bomb.zst
TMPDIR=$PWD/spool with bomb.zst bundler validate docker-archive:-
status 10
stderr <<-'END'
	bundler: cannot read '-': it has too many bytes
END
check test -z "$(ls -A spool)"

begin 'the copy is in TMPDIR'
TMPDIR=$PWD/missing with "$made/image.tar" bundler validate docker-archive:-
status 9
filter "s|'[^']*/missing'|DIR|"
stderr <<-'END'
	bundler: cannot open DIR: No such file or directory
	hint: large temporary files are kept in TMPDIR
END
TMPDIR=$PWD/missing on "$made/image.tar" bundler validate docker-archive:-
if [ "$(id -u)" -eq 0 ] && mkdir small && mount -t tmpfs -o size=64k none small 2>/dev/null; then
	TMPDIR=$PWD/small with "$made/image.tar.gz" bundler validate docker-archive:-
	status 9
	stderr <<-'END'
		bundler: cannot keep a copy of '-': No space left on device
		hint: large temporary files are kept in TMPDIR
	END
	check test -z "$(ls -A small)"
	umount small
fi

gone() { ! kill -0 "$1"; }
begin 'a signal ends the wait for standard input'
mkfifo pipe
exec {pipe}<>pipe
bundler validate oci-archive:- <&$pipe 2>errors &
sleep 0.5
kill -TERM $!
wait_for gone $!
kill -KILL $! 2>/dev/null
wait $!
check test $? -eq 143
exec {pipe}>&-
check test "$(cat errors)" = 'bundler: interrupted by signal 15'

finish
