# SPDX-License-Identifier: Apache-2.0
# What the tests of reproducibility share; bash, sourced by each: the harness and the small
# product of the command tests, and
#
#	reference		before the first test: makes the product, and what all is compared with
#	outputs DIRECTORY [COMMAND...]	everything that bundler writes, by `COMMAND... bundler`
#	same DIRECTORY		what is in it differs in no byte, name, mode, owner or time
#	elsewhere NAME		a build in another directory, which has build/NAME, gives the same program
#	variant NAME [SETTING]...	$variant: a program built with other settings of the Makefile
#
# What outputs runs is $program on $product/tiny.yaml, with the options $inputs.

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../product.sh"

# Other C libraries make other calls, and emulators have no confinement; here bytes are compared.
export BUNDLER_CONFINE=off

san=$top/build/san/bundler
program=$scratch/bundler
product=$scratch/product

# outputs DIRECTORY [COMMAND...]: trees, tars, manifests, SBOMs, layouts and archives.
outputs() {
	local out=$1 place options
	shift
	"$@" "$program" rootfs -o "$out/rootfs" "${inputs[@]}" >/dev/null || return
	"$@" "$program" sbom -o "$out/" "${inputs[@]}" >/dev/null || return
	"$@" "$program" sbom --format cyclonedx -o "$out/" "${inputs[@]}" >/dev/null || return
	while read -r place options; do
		# shellcheck disable=SC2086 # a list
		"$@" "$program" image -o "${place%%:*}:$out/${place#*:}" $options "${inputs[@]}" || return
	done >"$out/printed" <<-'END'
	oci:one:v1 -p linux/amd64
	oci:many:v1
	oci:nonroot -p linux/arm/v7 --flavour nonroot
	oci:plain -p linux/arm64 --compress none
	oci:zstd -p linux/arm64 --compress zstd
	oci:doi -p linux/arm64 --style doi
	oci-archive:many.tar:v1
	docker-archive:one.tar -p linux/amd64
	END
}

# Each file with its digest, each entry with what else there is to it. The time of what only
# holds the results, and of the archives and manifests, is that of their making.
fingerprint() {
	(
	cd "$1" || exit
	find . -mindepth 2 ! -path './rootfs/*.mtree' ! -path './rootfs/*.tar' \
		-printf '%p %y %#m %U:%G %T@ %l\n' | LC_ALL=C sort
	find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
	)
}

# Nobody but root can give files away: what an ordinary user wrote is his.
without_owners() { sed -E 's/^(\S+ [a-z] \S+) [0-9]+:[0-9]+ /\1 - /'; }

reference() {
	[ -d "$product" ] || make_product "$product"
	cp "$BUNDLER" "$program"
	chmod 755 "$scratch" "$program"
	warm
	take_reference
}

# take_reference: of what outputs writes now.
take_reference() {
	mkdir "$scratch/reference"
	outputs "$scratch/reference" >"$scratch/log" 2>&1 ||
		bail_out 'no reference' "$scratch/log"
	fingerprint "$scratch/reference" >"$scratch/fingerprint"
	chmod 644 "$scratch/fingerprint"
	find "$scratch/reference" -type f -printf '%s\n' |
		awk '{ n += $1 } END { print "# " n " bytes in " NR " files are compared each time" }'
}

# warm, cold: where the archives come from.
warm() { inputs=(--offline --cache "$product/cache" "$product/tiny.yaml"); }
cold() { inputs=(--offline --cache "$PWD/cold" --mirror "file://$product/mirror" "$product/tiny.yaml"); }

same() { compare_to "$scratch/fingerprint" <(fingerprint "$1"); }

# same_but_owners: the same as an ordinary user wrote it.
same_but_owners() {
	compare_to <(without_owners <"$scratch/fingerprint") <(fingerprint "$1" | without_owners)
}

compare_to() {
	diff "$1" "$2" >"$scratch/differences" ||
		fail "$(grep -c '^[<>]' "$scratch/differences") lines differ" "$(head -n 20 "$scratch/differences")"
}

# varied [COMMAND...]: what `COMMAND... bundler` writes is the same.
varied() {
	mkdir -p out
	check outputs "$PWD/out" "$@"
	same out
}

variant() {
	local directory=$top/build/variations/$1
	variant=$directory/build/bundler
	[ -z "$left_out" ] || return 0
	mkdir -p "$directory/build/toolchain"
	(
		flock 9
		for name in bundler Makefile tests build/sysroot build/toolchain/build; do
			[ -e "$directory/$name" ] || ln -sn "$top/$name" "$directory/$name" || exit
		done
		nice make -C "$directory" build/bundler "${@:2}"
	) 9>"$directory/lock" >"$scratch/log" 2>&1 || fail "cannot build $1" "$(tail -n 5 "$scratch/log")"
}

# elsewhere NAME: with another umask, locale and zone, too.
elsewhere() {
	mkdir -p another-directory/build
	cp -a "$top/Makefile" "$top/bundler" another-directory
	cp -a "$top/build/$1" another-directory/build
	check env -i PATH="$PATH" HOME="$HOME" LC_ALL=C.UTF-8 TZ=Asia/Tokyo sh -c \
		'umask 077; exec nice make -C another-directory build/bundler'
	check cmp "$top/build/bundler" another-directory/build/bundler
}
