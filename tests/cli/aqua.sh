#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=3600 seconds=40
# The packages of the aqua registry (tests/data/aqua.tsv): how many a recipe can say, by making one for
# each and locking it, and how many of a sample `bundler init` builds from the release alone. The tables
# in docs/gallery.md are what comes of it; `UPDATE=1 tests/thorough/aqua` writes them. SEED draws
# other packages.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
need nginx zstd
registry() { python3 "$top/tests/aqua.py" "$@"; }
mapfile -t hosts < <(registry hosts)
web "${hosts[@]}" api.github.com

figures=$scratch/figures
: >"$figures"
document=$top/docs/gallery.md

# share COUNT ALL: in per cent, with one decimal.
share() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f %%", 100 * a / b }'; }

begin 'every package that can be said is locked, with the assets that it publishes'
mkdir recipes
registry recipes recipes >"$scratch/said"
while IFS=$'\t' read -r package source urls; do
	[ "${source%%:*}" != no ] || continue
	name=recipes/${package//\//+}
	"$BUNDLER" lock --sums "$name.sums" "$name.yaml" 2>error || fail "$package: $(head -n 1 error)"
	tr '\t' '\n' <<<"$urls" >>published
done <"$scratch/said" >locked
check diff <(sort published) <(cut -d' ' -f3 locked | sort)
all=$(wc -l <"$scratch/said")
file=$(cut -f2 "$scratch/said" | grep -cx file) github=$(cut -f2 "$scratch/said" | grep -cx GitHub)
{
	echo "| said in one recipe | of $all packages | share |"
	echo '|---|---|---|'
	echo "| with a checksum file of the project | $file | $(share "$file" "$all") |"
	echo "| with GitHub's digests | $github | $(share "$github" "$all") |"
	echo "| together | $((file + github)) | $(share $((file + github)) "$all") |"
	cut -f2 "$scratch/said" | sed -n 's/^no: //p' | sort | uniq -c | sort -k1,1nr -k2 | while read -r count why; do
		echo "| not: $why | $count | $(share "$count" "$all") |"
	done
} >>"$figures"

# Why there is no recipe of `bundler init` that builds, in words that are the same for many.
cause() {
	local why
	why=$(awk -F'\t' -v p="$package" '$1 == p && sub("^no: ", "", $2) { print $2 }' "$scratch/said")
	[ -z "$why" ] || { echo "$why"; return; }
	sed -nE "s/^bundler: //; T; s/'[^']*'/X/g; s/https?:[^ ]*/URL/g; p; q" init.err
}

begin 'bundler init on a sample'
count=${SAMPLE:-10}
built=0
: >causes
mapfile -t packages < <(registry sample "${SEED:-1}" "$count")
registry make "$scratch/www" "${packages[@]}" >made
while read -r package digests arguments; do
	mkdir one
	cd one || exit
	read -ra arguments <<<"$arguments"
	if "$BUNDLER" init "${arguments[@]}" -o init.yaml --cache cache --ca-file "$pki/ca.pem" \
		--certificates "$top/configs/ca-certificates.crt" >init.out 2>init.err &&
		"$BUNDLER" rootfs -o init --cache cache --ca-file "$pki/ca.pem" init.yaml >init.log 2>init.err &&
		{ grep -Eqs "sha256=($digests)" init/linux-amd64.mtree || { echo 'bundler: another program' >init.err; false; }; }
	then
		built=$((built + 1))
	else
		printf '%s\t%s\n' "$package" "$(cause)" >>../causes
	fi
	cd ..
	rm -rf one
done <made
{
	echo
	echo "| by \`bundler init\` alone | of $count packages | share |"
	echo '|---|---|---|'
	echo "| built | $built | $(share "$built" "$count") |"
	cut -f2 causes | sort | uniq -c | sort -k1,1nr -k2 | while read -r n why; do
		echo "| not: $why | $n | $(share "$n" "$count") |"
	done
} >>"$figures"
[ -z "${CAUSES-}" ] || cp causes "$CAUSES"

# The small sample of every day has no share of its own; all of it is built.
[ "$count" -gt 10 ] || [ "$built" -eq 10 ] || fail "$(cat causes)"

begin 'the figures in docs/gallery.md'
[ "$count" -eq 200 ] || sed -i '/^$/,$d' "$figures"
if [ -n "${UPDATE-}" ]; then
	python3 - "$document" "$figures" <<-'END'
	import re, sys
	document, figures = sys.argv[1:]
	text, tables = open(document).read(), open(figures).read().strip().split("\n\n")
	for head, table in zip((r"\| said in one", r"\| by `bundler init`"), tables):
	    text = re.sub(rf"^{head}.*?(?=\n\n|\Z)", lambda _: table, text, count=1, flags=re.M | re.S)
	open(document, "w").write(text.rstrip("\n") + "\n")
	END
fi
# rows HEAD: of a table, to the empty line.
rows() { sed -n "/^| $1/,/^\$/p" "$2" | sed '/^$/d'; }
check diff <(rows 'said in one' "$document") <(rows 'said in one' "$figures")
if [ "$count" -eq 200 ] && [ -z "${SEED-}" ]; then
	check diff <(rows 'by `bundler init`' "$document") <(rows 'by `bundler init`' "$figures")
fi

finish
