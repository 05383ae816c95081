#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prove that the programs of a release are what its source compiles to; docs/prove.md explains it.
#
#	prove.sh [-p PLATFORM]... [-c DIR] [-o FILE] RECIPE [OPTION]...
#
# bundler takes the programs out of the locked archives, OPTION is one of `bundler rootfs`. Each is
# rebuilt from its Go module with the Go release that it names and the flags of configs/source/NAME,
# in a new directory and, without -c, with an empty cache. Prints a line of result for each, and below
# it each difference. -o FILE gets the proof, which configs/schemas/proof.schema.json describes. The
# exit status is 0 if all are proved; 1 if one differs; 2 for wrong usage; 3 if one cannot be rebuilt; 4 if
# its modules cannot be fetched; 12 if all are proved, but one only with the vcs stamps that it has itself; or that of bundler.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/configs/source

# shellcheck source=configs/source/compile.sh
. "$here/compile.sh"

say() {
	echo "prove: $*" >&2
}

usage() {
	echo "usage: prove.sh [-p PLATFORM]... [-c DIR] [-o FILE] RECIPE [OPTION]..." >&2
	exit 2
}

of_recipe() { sed -n "s/^$1: *\"\{0,1\}\([^\" ]*\).*/\1/p" "$recipe"; }	# KEY: its value

fact() { sed -n "s/^$1 //p" "$work/facts"; }	# NAME: of the program

platforms_built() { ls -d "$work"/rootfs/*/ | sed 's,/$,,; s,.*/,,'; }

# platform_of DIRECTORY: linux-arm-v7 -> linux/arm/v7
platform_of() { echo "$1" | tr - /; }

# The module whose root is the directory, as it was when its release was made: a working tree of git
# at a commit with this tag. The commit has another name than upstream's; the git that Go finds says
# upstream's instead.
check_out() { # DIRECTORY
	mkdir "$1.git" "$1.bin"
	stamped_git init -q "$1"
	stamped_git -C "$1" add -A -f
	stamped_git -C "$1" commit -q -m "$version"
	case $(fact version) in
	"v$version" | "v$version+dirty") stamped_git -C "$1" tag "v$version" ;;
	esac
	test "$(fact modified)" = false || : >"$1/.modified"
	made=$(stamped_git -C "$1" rev-parse HEAD)
	cat >"$1.bin/git" <<-END
	#!/bin/sh
	for word; do
		shift
		set -- "\$@" "\$(printf '%s\n' "\$word" | sed 's/$(fact revision)/$made/g')"
	done
	"$(command -v git)" "\$@" >"$1.git/\$\$" || exit
	sed 's/$made/$(fact revision)/g' "$1.git/\$\$"
	END
	chmod +x "$1.bin/git"
}

stamped_git() {
	GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=prove GIT_AUTHOR_EMAIL=prove \
		GIT_COMMITTER_NAME=prove GIT_COMMITTER_EMAIL=prove GIT_AUTHOR_DATE=$(fact time) \
		GIT_COMMITTER_DATE=$(fact time) git "$@"
}

# What the release states of the commit, against what the program says.
compare_stamps() {
	test -z "$(fact revision)" -o -z "$commit" || case $(fact revision) in
	"$commit"*) ;;
	*) set -- "difference=vcs stamp|vcs.revision|$(fact revision)|$commit" "$@" ;;
	esac
	when=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
	test -z "$(fact time)" -o "$(fact time)" = "$when" ||
		set -- "difference=vcs stamp|vcs.time|$(fact time)|$when" "$@"
	row "$@"
}

# rebuild PLATFORM PACKAGE: compiles $again from $from the way that the program says of itself. What
# has a sum was made of the module as others use it; what has none, in a working tree of it.
rebuild() {
	SOURCE_GO=$(fact go | sed 's/^go//')
	export SOURCE_GO
	from=$work/build/$(echo "$1" | tr / -).${again##*/}
	mkdir -p "$work/build"
	if [ -n "$(fact sum)" ]; then
		mkdir "$from"
		cp "$here/$name/go.mod" "$here/$name/go.sum" "$from"
		compile "$1" "$from" "$again" "$2"
		return
	fi
	cp -R "$directory" "$from"
	chmod -R u+w "$from"
	package=./${2#"$module_path"}
	if [ -n "$(fact revision)" ]; then
		check_out "$from" &&
			PATH=$from.bin:$PATH GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null \
				compile "$1" "$from" "$again" "$package" -buildvcs=true
	else
		compile "$1" "$from" "$again" "$package"
	fi
}

# Keeps a row of the proof, and prints what it says.
row() {
	count=$((count + 1))
	"$work/compare" row "$work/row.$(printf %04d $count)" "$@" >"$work/said"
	cat "$work/said"
	case $(head -n 1 "$work/said") in
	*': proved') ;;
	*': different') result=1 ;;
	*': not rebuilt') test $result -eq 1 || result=3 ;;
	*) test $result -ne 0 || result=12 ;;
	esac
}

# prove PLATFORM PROGRAM FILE: PROGRAM is NAME=PACKAGE.
prove() {
	again=$work/again/$(echo "$1" | tr / -)/${2%%=*}
	mkdir -p "${again%/*}"
	file=$3
	set -- "$1" "${2#*=}" "platform=$1" "path=${file#"$work/rootfs/$tree"}" "package=${2#*=}" \
		"module=$module_path" "version=$module_version" "sum=$module_sum"
	if ! "$work/compare" facts "$file" >"$work/facts" 2>"$work/log"; then
		shift 2
		row "$@" "reason=$(sed 's/^compare: //' "$work/log")" "$file"
		return
	fi
	set -- "$@" "toolchain=$(fact go)"
	if ! (rebuild "$1" "$2") >"$work/log" 2>&1; then
		shift 2
		cat "$work/log" >&2
		row "$@" "reason=cannot compile it: $(tail -n 1 "$work/log")" "$file"
		return
	fi
	shift 2
	if [ -z "$(fact sum)" ] && [ -n "$(fact revision)" ]; then
		compare_stamps "$@" stamps= "$file" "$again"
	else
		row "$@" "$file" "$again"
	fi
}

# module_of PACKAGE: sets what configs/source/NAME pins of its module.
module_of() {
	(cd "$here/$name" && ../go.sh list -f '{{.Module.Path}} {{.Module.Version}} {{.Module.Dir}}' "$1") >"$work/module"
	read -r module_path module_version directory <"$work/module"
	module_sum=$(sed -n "s,^$module_path $module_version h1,h1,p" "$here/$name/go.sum")
}

chosen=
proof=
cache=
while getopts p:c:o: opt; do
	case $opt in
	p) chosen="$chosen -p $OPTARG" ;;
	c) cache=$(realpath -m "$OPTARG") ;;
	o) proof=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
test $# -ge 1 || usage
recipe=$1
shift
test -f "$recipe" || { say "there is no recipe '$recipe'"; exit 2; }

work=$(mktemp -d "${TMPDIR:-/tmp}/prove.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

name=$(of_recipe name)
test -d "$here/$name" || { say "configs/source has no '$name', so its flags are not known"; exit 3; }
describe
if [ "$version" != "$(of_recipe version)" ]; then
	say "configs/source/$name has version $version, the recipe $(of_recipe version)"
	exit 3
fi
lock=${recipe%.yaml}.lock.json
previous=
for word; do
	test "$previous" != --lock || lock=$word
	previous=$word
done

# shellcheck disable=SC2086 # a list of options
"${BUNDLER:-$top/build/bundler}" rootfs --json $chosen "$@" -o "$work/rootfs" "$recipe" >"$work/report"
(cd "$here/compare" && ../go.sh build -trimpath -o "$work/compare" .)
GOCACHE=${cache:-$work/cache}
export GOCACHE
(cd "$here/$name" && ../go.sh mod download && ../go.sh mod verify >"$work/log") || exit 4

result=0
count=0
for tree in $(platforms_built); do
	platform=$(platform_of "$tree")
	for program in $programs; do
		file=$(find "$work/rootfs/$tree" -type f -name "${program%%=*}$(exe "$platform")" -perm -u+x)
		test -n "$file" || continue
		module_of "${program#*=}"
		prove "$platform" "$program" "$file"
	done
done
if [ $count -eq 0 ]; then
	say "the recipe has none of the programs: $programs"
	exit 3
fi
if [ -n "$proof" ]; then
	"$work/compare" proof "$work/report" "$lock" "$work"/row.* >"$proof.new"
	mv "$proof.new" "$proof"
fi
exit $result
