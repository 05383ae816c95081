#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler audit --list: one line of JSON for each row, in the order of the list.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product
options=("${product[@]:0:${#product[@]}-1}")
recipe=${product[-1]}

# lines FORMAT KEY...: of each line of the report, values by keys with dots.
lines() { python3 -c 'import json, sys
for line in open(sys.argv[1]):
    document = json.loads(line)
    row = []
    for key in sys.argv[2:]:
        value = document
        for part in key.split("."): value = value.get(part) if isinstance(value, dict) else None
        row.append(str(value))
    print(*row)' "$scratch/stdout" "$@"; }
# audit_list ARG...: with the options of the product.
audit_list() { run bundler audit "${options[@]}" --list "$@"; }
# The report is what keys say of it, in lines.
rows() {
	local keys=("$@")
	stdout_stated=1
	[ -z "$left_out" ] || return 0
	cat >"$scratch/expected"
	lines "${keys[@]}" >"$scratch/actual" 2>&1
	cmp -s "$scratch/expected" "$scratch/actual" ||
		fail "$ran: rows" "$(diff -u --label expected --label actual "$scratch/expected" "$scratch/actual")"
}

# images: identical, equivalent and different ones of the product, in layouts.
images() {
	make image -o oci:same:1.0
	make image --compress zstd -o oci:packed:1.0
	make image --flavour nonroot -o oci:other:1.0
}

begin 'one line for each row, in the order of the list; the status is the highest'
images
cat >list <<-END
	# images of a night
	oci:same:1.0	$recipe

	  oci:packed:1.0   $recipe   # recompressed
	oci:other:1.0 $recipe
	oci:same:1.0 $recipe
END
audit_list list
status 1
stderr <<<'note: 4 images: 2 identical, 1 equivalent, 1 different, 0 failed'
rows image status verdict <<-'END'
	oci:same:1.0 0 identical
	oci:packed:1.0 0 equivalent
	oci:other:1.0 1 different
	oci:same:1.0 0 identical
END
for jobs in 1 3 64; do
	cp "$scratch/stdout" before
	audit_list list -j $jobs
	status 1
	stderr <<<'note: 4 images: 2 identical, 1 equivalent, 1 different, 0 failed'
	stdout <before
done

begin 'a line is the report of an audit of that row alone'
images
echo "oci:other:1.0 $recipe" >list
run bundler audit --json "${options[@]}" oci:other:1.0 "$recipe"
status 1
cp "$scratch/stdout" alone
stdout_stated=1
audit_list list
status 1
stderr <<<'note: 1 images: 0 identical, 0 equivalent, 1 different, 0 failed'
stdout_stated=1
check python3 -c 'import json, sys
line, alone = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
assert [line.pop(k) for k in ("image", "recipe", "status")] == ["oci:other:1.0", sys.argv[3], 1], line
assert list(line.items()) == list(alone.items()), line' "$scratch/stdout" alone "$recipe"

begin 'a row that fails is a line with an error, and the others go on'
images
cat >list <<-END
	oci:missing $recipe
	oci:same:1.0 missing.yaml
	nonsense $recipe
	oci:same:1.0 $recipe
	oci-archive:- $recipe
END
audit_list list -j 2
status 9
stderr <<<'note: 5 images: 1 identical, 0 equivalent, 0 different, 4 failed'
rows image status verdict error.status error.reason <<-'END'
	oci:missing 9 None 9 file
	oci:same:1.0 9 None 9 file
	nonsense 2 None 2 usage
	oci:same:1.0 0 identical None None
	oci-archive:- 8 None 8 archive
END

begin 'options hold for all rows'
images
printf 'oci:%s:1.0 %s\n' same "$recipe" packed "$recipe" >list
audit_list list --require identical -p linux/arm64 -q
status 1
stderr <<<'note: 2 images: 1 identical, 1 equivalent, 0 different, 0 failed'
rows image status platforms verdict required notes <<-'END'
	oci:same:1.0 0 ['linux/arm64'] identical identical None
	oci:packed:1.0 1 ['linux/arm64'] equivalent identical None
END

begin 'a list from standard input, and an empty one'
images
printf 'oci:same:1.0 %s\n' "$recipe" >list
check eval 'bundler audit "${options[@]}" --list - <list >report 2>messages'
check test "$(wc -l <report)" -eq 1
check test "$(cat messages)" = 'note: 1 images: 1 identical, 0 equivalent, 0 different, 0 failed'
: >list
audit_list list
stderr <<<'note: 0 images: 0 identical, 0 equivalent, 0 different, 0 failed'

begin 'what is no list is refused before anything is audited'
printf 'oci:same:1.0 %s\noci:same:1.0\n' "$recipe" >list
audit_list list
status 2
stderr <<-'END'
	bundler: cannot read list 'list': line 2 is not a place and a recipe
	hint: neither may have blanks in it; '#' begins a comment
END
printf '\noci:a b c # three\n' >list
audit_list list
status 2
stderr <<-'END'
	bundler: cannot read list 'list': line 2 is not a place and a recipe
	hint: neither may have blanks in it; '#' begins a comment
END
printf 'oci:a b\0c\n' >list
audit_list list
status 2
stderr <<<"bundler: cannot read list 'list': it has a NUL byte"
audit_list missing
status 9
stderr <<<"bundler: cannot read 'missing': No such file or directory"
audit_list list oci:same:1.0
status 2
stderr <<<"bundler: cannot use operand 'oci:same:1.0': --list has the places and their recipes"
for jobs in 0 65 x -1; do
	run bundler audit --list list -j "$jobs"
	status 2
	stderr_stated=1
done

begin 'rows of one recipe share an empty cache'
make image -o oci:same:1.0
for i in 1 2 3 4 5 6 7 8; do echo "oci:same:1.0 $recipe"; done >list
run bundler audit --cache cache --mirror "file://$scratch/product/mirror" --list list -j 8
stderr <<<'note: 8 images: 8 identical, 0 equivalent, 0 different, 0 failed'
rows status verdict <<-'END'
	0 identical
	0 identical
	0 identical
	0 identical
	0 identical
	0 identical
	0 identical
	0 identical
END
check test "$(find cache -name '*.partial*' | wc -l)" -eq 0
run bundler cache verify --cache cache
stdout_stated=1

begin 'a report that is too long is an error of its row'
make image -o oci:same:1.0
mkdir big
for ((i = 0; i < 6000; i++)); do : >"big/$i-$(printf %0100d 0)"; done
printf 'dir:big %s\noci:same:1.0 %s\n' "$recipe" "$recipe" >list
audit_list list -p linux/amd64
status 10
stderr <<<'note: 2 images: 1 identical, 0 equivalent, 0 different, 1 failed'
rows image status error.reason error.hint <<-'END'
	dir:big 10 limit -q leaves differences and notes out
	oci:same:1.0 0 None None
END
audit_list list -p linux/amd64 -q
status 1
stderr <<<'note: 2 images: 1 identical, 0 equivalent, 1 different, 0 failed'
rows image status verdict <<-'END'
	dir:big 1 different
	oci:same:1.0 0 identical
END

# The rows wait for an archive that somebody else fetches; so do the processes that fetch for them.
begin 'a signal ends all rows, and leaves nothing'
make image -p linux/amd64 -o oci:same:1.0
archive=$(sha256sum <"$scratch/product/mirror/tiny-1.0-linux-amd64.tar.gz" | cut -d ' ' -f 1)
mkdir -p cache/partial tmp
background flock "cache/partial/$archive" sleep 60
wait_for bash -c '! flock -n "$1" true' - "cache/partial/$archive"
for ((i = 0; i < 5; i++)); do echo "oci:same:1.0 $recipe"; done >list
# -f: all of them have the command line of the first.
processes() { pgrep -f -- "--list $PWD/list" | wc -l; }
seven() { test "$(processes)" -eq 7; }
none() { test "$(processes)" -eq 0; }
background env TMPDIR="$PWD/tmp" bash -c 'exec "$@" >report 2>messages' - \
	bundler audit --cache cache --mirror "file://$scratch/product/mirror" -j 3 --list "$PWD/list"
wait_for seven
kill -TERM $!
wait $!
check test $? -eq 143
wait_for none
check test ! -s report
check test "$(cat messages)" = 'bundler: interrupted by signal 15'
check test -z "$(ls tmp)"

finish
