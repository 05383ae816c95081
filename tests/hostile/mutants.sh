#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Changes to an image or a tree by somebody who knows how: the audit finds each, and says what it is.
# What it prints is in mutants.txt. Single bytes are tests/unit/audit/mutants.c's.
# tests/run: seconds=13
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

here=$top/tests/hostile
use_product
"$BUNDLER" image -p linux/amd64 -o "oci:$scratch/layout" "${product[@]}" >/dev/null
"$BUNDLER" rootfs -p linux/amd64 -o "$scratch/trees" "${product[@]}" >/dev/null

# expected NAME: the block of mutants.txt under that name.
expected() { awk -v name="== $1" '/^== /{on = $0 == name; next} on' "$here/mutants.txt"; }

# Only root makes trees with all their owners.
tree_options=(-p linux/amd64)
[ "$(id -u)" -eq 0 ] || tree_options+=(--ignore owner)

# mutant KIND CHANGE PLACE PREFIX OPTION...: a copy of what is at PLACE, changed; audited as it is and,
# where that is only a note, strictly.
mutant() {
	begin "$1: $2"
	filter 's/[0-9a-f]{64}/DIGEST/g; s/[0-9]+ bytes/N bytes/g; s/; ignored: owner//
		s/found 20[2-9][0-9]-[^ ]*Z/found NOW/'
	[ "$1 $2" != 'layout manifest-missing' ] || filter+='; /^note: file blobs/d'
	expected "$1 $2" >expected
	check test -s expected
	cp -a "$3" place
	check python3 "$here/mutate.py" "$1" "$2" place
	TEST_TIMEOUT=20 run bundler audit "${@:5}" "$4:place" "${product[@]}"
	if grep -q '^bundler: ' expected; then
		status 8
		stderr <expected
	elif grep -q '^verdict: [ei]' expected; then
		status 0
		stdout <expected
		run bundler audit -q --strict "${@:5}" "$4:place" "${product[@]}"
		status 1
		filter 's/[0-9]+/N/g; s/differences?/differences/'
		stdout <<<'verdict: different (linux/amdN; N differences; strict)'
	else
		status 1
		stdout <expected
	fi
}

for change in $(python3 "$here/mutate.py" --list layout); do
	mutant layout "$change" "$scratch/layout" oci
done

for change in $(python3 "$here/mutate.py" --list tree); do
	case $change in
	owner*)
		[ "$(id -u)" -eq 0 ] || continue ;;
	esac
	mutant tree "$change" "$scratch/trees/linux-amd64" dir "${tree_options[@]}"
done

begin 'every block of mutants.txt is of a change'
check test "$(grep -c '^== ' "$here/mutants.txt")" -eq "$({
	python3 "$here/mutate.py" --list layout
	python3 "$here/mutate.py" --list tree
} | wc -l)"

finish
