#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=900 seconds=60
# The recipes in configs/gallery, against releases in exactly the form in which their projects publish
# them (gallery.py), from servers with their names: lock, rootfs, image and audit, unedited
# and for every platform; and what init makes of the releases themselves. The table in
# docs/gallery.md is what comes of it; `UPDATE=1 tests/cli/gallery.sh` writes it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
need nginx
web github.com api.github.com releases.hashicorp.com dl.min.io dl.influxdata.com dl.gitea.com \
	dl.k8s.io binaries.cockroachdb.com

releases() { python3 "$top/tests/gallery.py" "$@"; }

export SOURCE_DATE_EPOCH=1234567890
rows=$scratch/rows
: >"$rows"

# count COLUMN NUMBER: of platforms, in the row of $program.
count() { printf '%s\t%s\t%s\n' "$program" "$1" "$2" >>"$rows"; }
counted() { awk -F'\t' -v p="$program" -v c="$1" '$1 == p && $2 == c { print $3 }' "$rows"; }

# Each platform and the digest of its asset, as the maker printed them and as they are locked.
locked() {
	python3 - "$1" <<-'END'
	import json, sys
	for row in json.load(open(sys.argv[1]))["platforms"]:
	    print(row["platform"], row["sha256"])
	END
}

for program in $(releases list); do
	[ -e "$top/configs/gallery/$program.yaml" ] || continue
	begin "$program, for every platform"
	releases make "$program" "$scratch/www" >made
	cp -r "$top/configs/gallery" .
	recipe=gallery/$program.yaml
	run bundler lock --download --cache cache --ca-file "$pki/ca.pem" "$recipe"
	stdout <"$scratch/stdout"
	check diff <(cut -d' ' -f1,2 made | sort) <(locked "gallery/$program.lock.json" | sort)
	count recipe "$(wc -l <"$scratch/stdout")"
	run bundler rootfs --offline --cache cache "$recipe"
	stdout <"$scratch/stdout"
	while read -r platform _ digest _; do
		check grep -q "sha256=$digest" "rootfs/${platform//\//-}.mtree"
	done <made
	run bundler image --offline --cache cache -o oci:layout "$recipe"
	stdout <"$scratch/stdout"
	run bundler audit --strict --offline --cache cache oci:layout "$recipe"
	filter 's/ \(.*//'
	stdout <<<'verdict: identical'
	filter ''

	begin "$program, from what init writes"
	releases make "$program" "$scratch/www" >made
	run bundler init --ca-file "$pki/ca.pem" --certificates "$pki/ca.pem" -p linux/amd64 --cache cache \
		-o made.yaml "$(releases operand "$program")"
	stdout < <(printf '%s\n' made.yaml made.lock.json ca-certificates.crt)
	stderr <"$scratch/stderr"	# questions
	run bundler rootfs --cache cache --ca-file "$pki/ca.pem" made.yaml
	stdout <"$scratch/stdout"
	count init "$(wc -l <"$scratch/stdout")"
	while read -r platform _ digest _; do
		manifest=rootfs/${platform//\//-}.mtree
		[ ! -e "$manifest" ] || check grep -q "sha256=$digest" "$manifest"
	done <made
done

begin 'what the recipes share with ours is the same'
check diff -r "$top/configs/root" "$top/configs/gallery/root"
check cmp "$top/configs/ca-certificates.crt" "$top/configs/gallery/ca-certificates.crt"

begin 'the table in docs/gallery.md'
document=$top/docs/gallery.md
{
	echo '| program | amd64, 32-bit ARM | archive | checksum file | platforms | init |'
	echo '|---|---|---|---|---|---|'
	releases table | while IFS=$'\t' read -r program words archive sums published linux; do
		recipe=$(counted recipe) init=$(counted init)
		echo "| $program | $words | $archive | $sums | ${recipe:-0}/$published | ${init:-0}/$linux |"
	done
} >table
if [ -n "${UPDATE-}" ]; then
	python3 - "$document" table <<-'END'
	import re, sys
	document, table = sys.argv[1:]
	text = open(document).read()
	text = re.sub(r"^\| program \|.*?(?=\n\n)", lambda _: open(table).read().rstrip("\n"), text,
	              count=1, flags=re.M | re.S)
	open(document, "w").write(text)
	END
fi
check diff <(sed -n '/^| program |/,/^$/p' "$document" | sed '/^$/d') table

finish
