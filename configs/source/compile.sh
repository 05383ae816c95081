# SPDX-License-Identifier: Apache-2.0
# How the programs of a release are compiled; sh, sourced by build.sh and bundler/make/prove.sh, which
# set $here to the directory of this file, $name to a directory in it, and have say.

# describe: the variables are set that the release has.
describe() {
	test -f "$here/$name/release" || { say "there is no release '$name' in $here"; exit 2; }
	module= programs= commit= epoch= flags= ldflags= platforms= formats= flat=0
	# The first of the requirements is the release.
	version=$(sed -n '/^require [^(]/ { s,.* v\([0-9][^ ]*\) // indirect,\1,p; q; }' "$here/$name/go.mod")
	# shellcheck source=/dev/null # what sets these
	. "$here/$name/release"
	: "${programs:=$name=$module}"		# words of NAME=PACKAGE
}

# sources MODULE: the directory that has them.
sources() {
	(cd "$here/$name" && ../go.sh mod download "$1" && ../go.sh list -m -f '{{.Dir}}' "$1")
}

# exe PLATFORM: how the names of its programs end.
exe() {
	test "${1%%/*}" != windows || echo .exe
}

# compile PLATFORM DIRECTORY PROGRAM PACKAGE [FLAG]...: with the flags of the release, in the module
# that is in the directory.
compile() {
	os=${1%%/*}
	arch=${1#*/}
	from=$2 program=$3 package=$4
	shift 4
	variant=
	test "${arch%/*}" != arm || variant=${arch#*/v}
	# shellcheck disable=SC2086,SC2154 # a list of flags, of the release
	(cd "$from" && GOOS=$os GOARCH=${arch%/*} GOARM=$variant nice "$here/go.sh" build -trimpath \
		"$@" $flags -ldflags "$ldflags" -o "$program" "$package")
}
