#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The cache: poisoned entries, its place, its owner, its end of the disk.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates

mirrored() { # a release in a directory, so that no server is needed
	release "${1:-5000}"
	mkdir mirror
	cp archive "mirror/$asset"
	mirror=file://$PWD/mirror
}

# poisoned NAME REASON COMMAND: what stands in the entry's place is found out, online and offline.
poisoned() {
	begin "poisoned: $1"
	mirrored
	install -d -m 700 cache cache/sha256
	eval "$3" || fail "$3"
	reason=$2
	[ ! -f "cache/$entry" ] || reason=${2//DIGEST/$(sha256sum <"cache/$entry" | cut -d' ' -f1)}
	find cache -printf '%y %m %p %s\n' >before
	TEST_TIMEOUT=10 fetch --offline
	status 7
	stderr <<-END
	bundler: cannot use cache entry 'cache/$entry': $reason
	hint: run once without --offline
	END
	find cache -printf '%y %m %p %s\n' | check diff before -
	fetch --mirror "$mirror"
	fetched
	stderr <<-END
	note: cannot use cache entry 'cache/$entry': $reason; fetching it again
	END
	cache_has_it
}

poisoned 'one bit' 'its SHA-256 is DIGEST' \
	'cp archive "cache/$entry"; printf x | dd of="cache/$entry" bs=1 seek=77 conv=notrunc status=none'
poisoned 'cut short' 'its SHA-256 is DIGEST' 'head -c 4000 archive >"cache/$entry"'
poisoned 'longer' 'its SHA-256 is DIGEST' 'cat archive archive >"cache/$entry"'
poisoned 'empty' 'its SHA-256 is DIGEST' ': >"cache/$entry"'
poisoned 'a symbolic link, even to the archive' 'it is a symbolic link' 'ln -s ../../archive "cache/$entry"'
poisoned 'a dangling link' 'it is a symbolic link' 'ln -s nowhere "cache/$entry"'
poisoned 'a FIFO' 'it is a FIFO' 'mkfifo "cache/$entry"'
poisoned 'a directory' 'it is a directory' 'mkdir "cache/$entry"'
poisoned 'a device' 'it is not a regular file' 'mknod "cache/$entry" c 1 5'
poisoned 'writable by others' 'others may have written to it' \
	'cp archive "cache/$entry"; chmod 666 "cache/$entry"'
poisoned 'of another user' 'others may have written to it' \
	'cp archive "cache/$entry"; chown 12345 "cache/$entry"'

begin 'a directory with something in it is for the user to remove'
mirrored
install -d -m 700 cache cache/sha256
mkdir -p "cache/$entry/mine"
fetch --mirror "$mirror"
status 9
stderr <<-END
note: cannot use cache entry 'cache/$entry': it is a directory; fetching it again
bundler: cannot remove bad cache entry 'cache/$entry': Directory not empty
hint: remove it by hand
END
check test -d "cache/$entry/mine"

begin 'an entry of another size than the lock says'
mirrored
fetch --mirror "$mirror"
fetched
sed -i 's/"size": 5000/"size": 5001/' demo.lock.json
fetch --offline
status 7
stderr <<-END
bundler: cannot use '$asset': it has 5000 bytes, the lock says 5001
END
cache_has_it

begin 'a lock without a size'
mirrored
sed -i 's/, "size": 5000//' demo.lock.json
fetch --mirror "$mirror"
fetched
cache_has_it

begin 'without HOME there is no place for it'
mirrored
run env -u HOME bundler fetch --mirror "$mirror" demo.yaml
status 9
stderr <<-END
bundler: cannot choose a cache directory: neither HOME nor XDG_CACHE_HOME is set
hint: name a directory with --cache
END

begin 'its place: --cache, XDG_CACHE_HOME, HOME'
mirrored
run bundler fetch --mirror "$mirror" demo.yaml
stdout <<<"${entry#*/}  $HOME/.cache/bundler/$entry"
check test "$(stat -c %a "$HOME/.cache" "$HOME/.cache/bundler" | sort -u)" = 700
run env XDG_CACHE_HOME="$PWD/xdg/cache" bundler fetch --mirror "$mirror" demo.yaml
stdout <<<"${entry#*/}  $PWD/xdg/cache/bundler/$entry"
run env XDG_CACHE_HOME=relative bundler fetch --offline demo.yaml
stdout <<<"${entry#*/}  $HOME/.cache/bundler/$entry"
check test ! -e relative

begin 'HOME cannot be written to'
mirrored
mkdir home
check mount -t tmpfs -o ro none home
run env HOME="$PWD/home" bundler fetch --mirror "$mirror" demo.yaml
status 9
stderr <<-END
bundler: cannot make cache directory '$PWD/home/.cache': Read-only file system
hint: name another with --cache
END
umount home

begin 'HOME is a file, or missing'
mirrored
touch home
run env HOME="$PWD/home" bundler fetch --mirror "$mirror" demo.yaml
status 9
stderr <<-END
bundler: cannot make cache directory '$PWD/home/.cache': Not a directory
hint: name another with --cache
END
run env HOME="$PWD/missing" bundler fetch --mirror "$mirror" demo.yaml
stdout <<<"${entry#*/}  $PWD/missing/.cache/bundler/$entry"

begin 'a cache that cannot be written to can be read'
mirrored
fetch --mirror "$mirror"
fetched
check mount --bind cache cache
check mount -o remount,bind,ro cache
fetch
fetched
umount cache
cache_has_it

begin 'a cache of another user is not trusted'
mirrored
install -d -m 700 -o 12345 cache
fetch --mirror "$mirror"
status 9
stderr <<-END
bundler: cannot use cache directory 'cache': it belongs to another user
hint: make it yours alone (chmod go-w), or name another with --cache
END
check test -z "$(ls cache)"

begin 'a cache that others may write to is not trusted'
mirrored
install -d -m 777 cache
fetch --mirror "$mirror"
status 9
stderr <<-END
bundler: cannot use cache directory 'cache': others may write to it
hint: make it yours alone (chmod go-w), or name another with --cache
END
check test -z "$(ls cache)"

for part in sha256 partial; do
	begin "a symbolic link in the place of $part/"
	mirrored
	install -d -m 700 cache elsewhere
	ln -s ../elsewhere "cache/$part"
	fetch --mirror "$mirror"
	status 9
	stderr <<-END
	bundler: cannot use cache directory 'cache/$part': Not a directory
	END
	check test -z "$(ls elsewhere)"
done

begin 'the cache itself may be a link to a larger disk'
mirrored
install -d -m 700 elsewhere
ln -s elsewhere cache
fetch --mirror "$mirror"
fetched
check cmp archive "elsewhere/$entry"

begin 'whatever the umask'
mirrored
run sh -c "umask 777; exec bundler fetch --cache cache --mirror '$mirror' demo.yaml"
fetched
run sh -c "umask 0; exec bundler fetch --cache cache2 --mirror '$mirror' demo.yaml"
stdout <<<"${entry#*/}  cache2/$entry"
check test "$(find cache2 -printf '%y%m\n' | sort | tr '\n' ' ')" = 'd700 d700 d700 f444 '

begin 'the entry is whole and flushed before it has its name'
mirrored 300000
if command -v strace >/dev/null; then
	run env ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=fsync,renameat,renameat2,fchmod bundler fetch --cache cache --mirror "$mirror" demo.yaml
	fetched
	sed -E 's/^[0-9]+ +//; s/\(.*//' trace | grep -v '^+++' | tr '\n' ' ' >calls
	check grep -qE '^(fchmod )?fchmod fsync renameat2? fsync fsync $' calls
else
	skip 'no strace'
fi

finish
