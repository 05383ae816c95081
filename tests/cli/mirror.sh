#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mirrors that are directories: how they are named, and that nothing outside of them is read.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

make_product "$scratch/given"
archive=tiny-1.0-linux-amd64.tar.gz
digest=$(sha256sum <"$scratch/given/mirror/$archive" | cut -d' ' -f1)

start() {
	cp -r "$scratch/given/." .
	rm -r cache
}

fetch() { run bundler fetch -p linux/amd64 --cache cache --offline "$@" tiny.yaml; }
fetched() { stdout <<<"$digest  cache/sha256/$digest"; }

begin 'a directory: its path, a file URL, and the place of the name'
start
mkdir -p 'a mirror%2F{x}/v1.0'
cp "mirror/$archive" 'a mirror%2F{x}/v1.0'
cp "mirror/$archive" 'a mirror%2F{x}/v1.0.archive'
there=$PWD/'a mirror%2F{x}'
for mirror in "$PWD/mirror" "$PWD/mirror/" "$PWD/mirror/{asset}" "file://$PWD/mirror" "$PWD/././../${PWD##*/}/mirror" \
	"$there/v1.0" "file://${PWD}/a%20mirror%252F%7Bx%7D/v1.0"; do
	fetch --mirror "$mirror"
	fetched
	rm -rf cache
done
mkdir "$there/$archive"
cp "mirror/$archive" "$there/$archive/file"
fetch --mirror "$there/{asset}/file"
fetched

begin 'BUNDLER_MIRROR, too'
start
BUNDLER_MIRROR="/nowhere $PWD/mirror" fetch
fetched
stderr <<<"note: cannot read '/nowhere/$archive': No such file or directory"

begin 'without the file, the next source is asked'
start
mkdir empty
fetch --mirror "$PWD/empty" --mirror "$PWD/missing" --mirror "$PWD/tiny.yaml" --mirror "$PWD/mirror"
fetched
stderr <<-END
	note: cannot read '$PWD/empty/$archive': No such file or directory
	note: cannot read '$PWD/missing/$archive': No such file or directory
	note: cannot read '$PWD/tiny.yaml/$archive': Not a directory
END
rm -r cache
fetch --mirror "$PWD/empty"
status 9
stderr <<<"bundler: cannot read '$PWD/empty/$archive': No such file or directory"

begin 'the digest decides'
start
mkdir bad
head -c "$(stat -c %s "mirror/$archive")" /dev/zero >"bad/$archive"
fetch --mirror "$PWD/bad" --mirror "$PWD/mirror"
fetched
stderr <<-END
	note: cannot use 'file://$PWD/bad/$archive': its SHA-256 is $(sha256sum <"bad/$archive" | cut -d' ' -f1), the lock says $digest
END
rm -r cache
fetch --mirror "$PWD/bad"
status 7
stderr_stated=1
files cache <<-'END'
	partial
	sha256
END

# Confined or not: the kernel would not let the program out of the directory anyway.
confined=${BUNDLER_CONFINE-}
for mode in off $confined; do
	begin "a link that leads out is not followed ($mode)"
	export BUNDLER_CONFINE=$mode
	start
	mkdir -p out/sub outer
	ln -s "$PWD/mirror/$archive" "out/$archive"
	ln -s "../../mirror/$archive" "out/sub/$archive"
	ln -s ../mirror outer/in
	ln -s . out/here
	fetch --mirror "$PWD/out" --mirror "$PWD/out/sub" --mirror "$PWD/out/here/{asset}/../$archive"
	status 9
	stderr <<-END
		note: cannot read '$PWD/out/$archive': a link leads out of mirror '$PWD/out/'
		note: cannot read '$PWD/out/sub/$archive': a link leads out of mirror '$PWD/out/sub/'
		note: cannot read '$PWD/out/here/$archive/../$archive': a link leads out of mirror '$PWD/out/here/'
		bundler: cannot read '$PWD/out/$archive': a link leads out of mirror '$PWD/out/'
		hint: all 3 sources failed; this is the most serious failure
	END
	fetch --mirror "$PWD/out" --mirror "$PWD/mirror"
	fetched
	stderr_stated=1

	begin "one that stays within is, and so is the path that the user names ($mode)"
	export BUNDLER_CONFINE=$mode
	start
	mv "mirror/$archive" mirror/pool
	mkdir mirror/links
	ln -s pool "mirror/$archive"
	ln -s mirror here
	fetch --mirror "$PWD/here"
	fetched
	rm -r cache "mirror/$archive"
	ln -s links/../loop "mirror/$archive"
	ln -s "$archive" mirror/loop
	fetch --mirror "$PWD/mirror"
	status 9
	filter 's/Symbolic link loop|Too many levels of symbolic links/LOOP/'
	stderr <<<"bundler: cannot read '$PWD/mirror/$archive': LOOP"
done
export BUNDLER_CONFINE=$confined

begin 'no regular file'
start
mkdir -p "directory/$archive" fifo
mkfifo "fifo/$archive"
TEST_TIMEOUT=10 fetch --mirror "$PWD/directory" --mirror "$PWD/fifo"
status 9
stderr <<-END
	note: cannot read '$PWD/directory/$archive': not a regular file
	note: cannot read '$PWD/fifo/$archive': not a regular file
	bundler: cannot read '$PWD/directory/$archive': not a regular file
	hint: all 2 sources failed; this is the most serious failure
END

begin 'a relative path is refused'
start
fetch --mirror mirror
status 2
stderr <<-'END'
	bundler: cannot use mirror 'mirror': not an absolute URL
	hint: a directory is /DIR, or file:///DIR with %20 for a space
END

begin 'lock and rootfs take it, too'
start
run bundler rootfs -p linux/amd64 --cache cache --mirror "$PWD/mirror" tiny.yaml
stdout_stated=1
rm -r cache
run bundler lock --download --cache cache --sums mirror/SHA256SUMS --mirror "$PWD/mirror" tiny.yaml
stdout_stated=1

finish
