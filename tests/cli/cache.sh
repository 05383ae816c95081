#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler cache: what it lists, verifies and removes, and what it leaves alone.
# tests/run: seconds=10
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

digest_of() { printf %s "$1" | sha256sum | cut -d' ' -f1; }

# An entry with this text, not used for so many days.
entry() {
	local file
	file=cache/sha256/$(digest_of "$1")
	printf %s "$1" >"$file"
	chmod 444 "$file"
	touch -d "$2 days ago" "$file"
}

# An unfinished download and its note, the same.
unfinished() {
	printf %s "$3" >"cache/partial/$1"
	echo note >"cache/partial/$1.from"
	touch -d "$2 days ago" "cache/partial/$1" "cache/partial/$1.from"
}

one=$(digest_of one) two=$(digest_of two2) three=$(digest_of three)
half=$(digest_of half) half512=$(printf half | sha512sum | cut -d' ' -f1)

start() {
	install -d -m 700 cache cache/sha256 cache/partial
	entry one 30
	entry two2 2
	entry three 9
}

# The archive for linux/amd64 of a product is the only entry: $used.
fetched() {
	make_product
	rm cache/sha256/*
	run bundler fetch -p linux/amd64 --cache cache --mirror "file://$PWD/mirror" tiny.yaml
	stdout_stated=1
	used=$(ls cache/sha256)
}

cache() { run bundler cache "$@" --cache cache; }

# ---- list ----

begin 'list: what was not used for longest comes first'
start
unfinished "$half" 4 12345678
cache list
stdout <<-END
	$one  3  30d
	$three  5  9d
	$half  8  4d  unfinished
	$two  4  2d
	entries: 3, bytes: 20
END

begin 'list: the same as JSON'
start
rm "cache/sha256/$three"
unfinished "$half512" 4 12345678
cache list --json
filter 's/("age": )[0-9]+[0-9]{4}$/\1AGE/'
stdout <<-END
	{
	  "items": [
	    {
	      "digest": "sha256:$one",
	      "size": 3,
	      "age": AGE
	    },
	    {
	      "unfinished": "sha512:$half512",
	      "size": 8,
	      "age": AGE
	    },
	    {
	      "digest": "sha256:$two",
	      "size": 4,
	      "age": AGE
	    }
	  ],
	  "size": 15
	}
END

begin 'a cache that is not there is empty, and is not made'
cache list
stdout <<<'entries: 0, bytes: 0'
cache verify --remove
stdout <<<'entries: 0, damaged: 0'
cache prune --older-than 0
stdout <<<'removed: 0, in use: 0, bytes left: 0'
files </dev/null

begin 'its place: --cache, XDG_CACHE_HOME, HOME'
start
mkdir -p xdg "$HOME/.cache"
mv cache xdg/bundler
run env XDG_CACHE_HOME="$PWD/xdg" bundler cache verify
stdout <<<'entries: 3, damaged: 0'
mv xdg/bundler "$HOME/.cache/bundler"
run bundler cache verify
stdout <<<'entries: 3, damaged: 0'
run env -u HOME bundler cache list
status 9
stderr <<-'END'
	bundler: cannot choose a cache directory: neither HOME nor XDG_CACHE_HOME is set
	hint: name a directory with --cache
END

begin 'a cache that others may write to is refused'
start
chmod 777 cache
for verb in list verify prune; do
	cache $verb
	status 9
	stderr <<-'END'
		bundler: cannot use cache directory 'cache': others may write to it
		hint: make it yours alone (chmod go-w), or name another with --cache
	END
done
chmod 700 cache
mv cache/partial elsewhere
ln -s ../elsewhere cache/partial
cache prune --older-than 0
status 9
stderr <<<"bundler: cannot use cache directory 'cache/partial': Not a directory"
check test -e "cache/sha256/$one"

# ---- verify ----

begin 'verify: all are hashed, and none counts as used'
start
touch -r "cache/sha256/$one" before
cache verify
stdout <<<'entries: 3, damaged: 0'
check test ! "cache/sha256/$one" -nt before

begin 'verify: each that is damaged is named, and stays'
start
for file in "$one" "$two"; do
	chmod u+w "cache/sha256/$file"
	printf x >>"cache/sha256/$file"
done
changed=$(digest_of onex) longer=$(digest_of two2x)
damaged=$(sort <<-END
	damaged  $one  its SHA-256 is $changed
	damaged  $two  its SHA-256 is $longer
END
)
cache verify
status 7
sort -o "$scratch/stdout" "$scratch/stdout"
stdout <<-END
	$damaged
	entries: 3, damaged: 2
END
stderr <<-'END'
	bundler: cannot use 2 of 3 entries of cache 'cache': damaged
	hint: 'bundler cache verify --remove' removes them
END
check test -e "cache/sha256/$one"
cache verify --json
status 7
stdout_stated=1
check test "$(python3 -c 'import json, sys; r = json.load(open(sys.argv[1]))
print(r["entries"], sorted((d["digest"].removeprefix("sha256:"), d["reason"], d["removed"]) for d in r["damaged"]))' "$scratch/stdout")" = \
	"3 $(python3 -c 'import sys; a = sys.argv; print(sorted([(a[1], "its SHA-256 is " + a[2], False), (a[3], "its SHA-256 is " + a[4], False)]))' \
		"$one" "$changed" "$two" "$longer")"

begin 'verify --remove: they are removed, and only they'
start
chmod u+w "cache/sha256/$one"
printf x >>"cache/sha256/$one"
cache verify --remove
status 7
stdout <<-END
	damaged  $one  its SHA-256 is $(digest_of onex); removed
	entries: 3, damaged: 1
END
stderr <<<"bundler: cannot use 1 of 3 entries of cache 'cache': damaged"
cache verify
stdout <<<'entries: 2, damaged: 0'
check test -z "$(ls cache/partial)"

begin 'verify --remove: one that is being fetched anew stays'
start
chmod u+w "cache/sha256/$one"
printf x >>"cache/sha256/$one"
background flock "cache/partial/$one" sleep 60
wait_for bash -c '! flock -n "$1" true' - "cache/partial/$one"
cache verify --remove
status 7
stdout <<-END
	damaged  $one  its SHA-256 is $(digest_of onex)
	entries: 3, damaged: 1
END
stderr <<-END
	bundler: cannot use 1 of 3 entries of cache 'cache': damaged
	hint: remove the others by hand
END
check test -e "cache/sha256/$one"

# ---- prune ----

begin 'prune: by age'
start
cache prune --older-than 9
stdout <<-END
	removed  $one  3  30d
	removed  $three  5  9d
	removed: 2, in use: 0, bytes left: 4
END
files cache/sha256 <<<"$two"

begin 'prune: down to a size, the oldest use first'
start
cache prune --max-size 9
stdout <<-END
	removed  $one  3  30d
	removed: 1, in use: 0, bytes left: 9
END
cache prune --max-size 1K --json
stdout <<-'END'
	{
	  "dry_run": false,
	  "removed": [],
	  "in_use": [],
	  "size": 9
	}
END
cache prune --max-size 0
stdout <<-END
	removed  $three  5  9d
	removed  $two  4  2d
	removed: 2, in use: 0, bytes left: 0
END

begin 'prune: by both'
start
cache prune --older-than 20 --max-size 4
stdout <<-END
	removed  $one  3  30d
	removed  $three  5  9d
	removed: 2, in use: 0, bytes left: 4
END

begin 'prune: K, M and G are powers of 1024'
install -d -m 700 cache cache/sha256
head -c 1025 /dev/zero >"cache/sha256/$one"
truncate -s 1048577 "cache/sha256/$two"
truncate -s 1073741825 "cache/sha256/$three"
touch -d '9 days ago' "cache/sha256/$three"
touch -d '8 days ago' "cache/sha256/$two"
cache prune --max-size 1G
stdout <<-END
	removed  $three  1073741825  9d
	removed: 1, in use: 0, bytes left: 1049602
END
cache prune --max-size 1M
stdout <<-END
	removed  $two  1048577  8d
	removed: 1, in use: 0, bytes left: 1025
END
cache prune --max-size 2K
stdout <<<'removed: 0, in use: 0, bytes left: 1025'
cache prune --max-size 1K
stdout <<-END
	removed  $one  1025  0d
	removed: 1, in use: 0, bytes left: 0
END

begin 'prune --dry-run: the same answer, and nothing is removed'
start
unfinished "$half" 8 x
rm "cache/partial/$half.from"
unfinished "$two" 9 x
rm "cache/partial/$two"
find cache -printf '%y %m %p %s %T@\n' | sort >before
cache prune -n --older-than 9
stdout <<-END
	would be removed  $one  3  30d
	would be removed  $three  5  9d
	would be removed  $half  1  8d  unfinished
	removed: 3, in use: 0, bytes left: 4 (dry run)
END
find cache -printf '%y %m %p %s %T@\n' | sort | check diff before -

begin 'prune: what was cut off a week ago is not resumed any more'
start
unfinished "$half" 7 12345678
unfinished "$half512" 6 12345678
unfinished "$two" 8 x
unfinished "$three" 6 x
rm "cache/partial/$two" "cache/partial/$three"
cache prune
stdout <<-END
	removed  $half  8  7d  unfinished
	removed: 1, in use: 0, bytes left: 20
END
files cache/partial < <(printf '%s\n' "$half512" "$half512.from" "$three.from" | sort)
cache prune --older-than 6
stdout_stated=1
files cache/partial <<<"$three.from"

begin 'prune: a download under way stays'
start
unfinished "$half" 30 12345678
background flock "cache/partial/$half" sleep 60
wait_for bash -c '! flock -n "$1" true' - "cache/partial/$half"
cache prune --max-size 0
stdout <<-END
	removed  $one  3  30d
	in use  $half  8  30d  unfinished
	removed  $three  5  9d
	removed  $two  4  2d
	removed: 3, in use: 1, bytes left: 8
END
files cache/partial < <(printf '%s\n' "$half" "$half.from")

# ---- what is used ----

begin 'an entry that a running bundler uses stays'
fetched
entry one 30
# It waits at a pipe that is full.
mkfifo pipe
exec 7<>pipe
head -c 65536 /dev/zero >&7
bundler fetch -p linux/amd64 --json --cache cache --offline tiny.yaml >pipe 2>log &
pid=$!
wait_for bash -c '! flock -n -x "$1" true' - "cache/sha256/$used"
cache prune --older-than 0 --json
filter 's/("(age|size)": )[0-9]+/\1N/'
stdout <<-END
	{
	  "dry_run": false,
	  "removed": [
	    {
	      "digest": "sha256:$one",
	      "size": N,
	      "age": N
	    }
	  ],
	  "in_use": [
	    {
	      "digest": "sha256:$used",
	      "size": N,
	      "age": N
	    }
	  ],
	  "size": N
	}
END
cat <&7 >/dev/null &
reader=$!
check wait $pid
kill $reader
exec 7>&-
cache prune --older-than 0
stdout_stated=1
files cache/sha256 </dev/null

begin 'a use is noted'
fetched
touch -d '30 days ago' "cache/sha256/$used"
run bundler rootfs -p linux/amd64 --cache cache --offline tiny.yaml
stdout_stated=1
cache prune --older-than 1
stdout <<<"removed: 0, in use: 0, bytes left: $(stat -c %s "cache/sha256/$used")"

# ---- what bundler has not written ----

begin 'what is no file of ours is neither followed nor removed'
start
rm cache/sha256/*
mkdir elsewhere
echo mine >elsewhere/file
touch -d '30 days ago' elsewhere/file
ln -s ../../elsewhere/file "cache/sha256/$one"
mkdir "cache/sha256/$two"
echo mine >"cache/sha256/$two/file"
mkfifo "cache/sha256/$three"
printf half >"cache/sha256/$half"
chmod 666 "cache/sha256/$half"
echo mine >cache/sha256/README
echo mine >"cache/sha256/$one.gz"
echo mine >"cache/sha256/${one^^}"
echo mine >cache/README
ln -s ../../elsewhere/file "cache/partial/$one"
ln elsewhere/file "cache/partial/$two"
mkdir "cache/partial/$three"
ln -s ../../elsewhere/file "cache/partial/$half.from"
echo mine >cache/partial/README
find . -depth -exec touch -h -d '30 days ago' {} +
find . -mindepth 2 -printf '%y %m %p %n %s\n' | sort >"$scratch/before"
cache list
stdout <<<'entries: 0, bytes: 0'
stderr <<<"note: 7 other files in 'cache' are left alone"
cache prune --older-than 0 --max-size 0
stdout <<<'removed: 0, in use: 0, bytes left: 0'
stderr <<<"note: 7 other files in 'cache' are left alone"
cache verify --remove
status 7
sort -o "$scratch/stdout" "$scratch/stdout"
stdout < <(sort <<-END
	damaged  $one  it is a symbolic link
	damaged  $two  it is a directory
	damaged  $three  it is a FIFO
	damaged  $half  others may have written to it
	entries: 4, damaged: 4
END
)
stderr <<-'END'
	note: 7 other files in 'cache' are left alone
	bundler: cannot use 4 of 4 entries of cache 'cache': damaged
	hint: remove the others by hand
END
find . -mindepth 2 -printf '%y %m %p %n %s\n' | sort | check diff "$scratch/before" -

# ---- usage ----

begin 'a command and options that are none'
start
run bundler cache
status 2
stderr <<-'END'
	bundler: cannot run 'cache': no such command
	hint: it is followed by 'list', 'verify' or 'prune'
END
cache clear
status 2
stderr <<-'END'
	bundler: cannot run 'cache clear': no such command
	hint: it is followed by 'list', 'verify' or 'prune'
END
cache list verify
status 2
stderr <<<"bundler: cannot use operand 'verify': one command at a time"
for words in 'verify --older-than 1' 'list --max-size 1' 'verify --dry-run' 'prune --remove'; do
	read -r verb option _ <<<"$words"
	cache $words
	status 2
	stderr <<<"bundler: cannot use $option with '$verb'"
done
for days in '' x -1 1d 36501 99999999999999999999; do
	cache prune --older-than "$days"
	status 2
	stderr <<<"bundler: cannot use --older-than '$days': not a whole number of days up to 36500"
done
for bytes in '' x -1 1T 1KK 1k 9007199254740992K 99999999999999999999; do
	cache prune --max-size "$bytes"
	status 2
	stderr <<<"bundler: cannot use --max-size '$bytes': not a number of bytes, or of K, M or G"
done
files cache/sha256 < <(printf '%s\n' "$one" "$two" "$three" | sort)

finish
