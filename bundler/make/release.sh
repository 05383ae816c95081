#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Make everything that a release of bundler consists of, of programs that are built.
#
#	release.sh DIRECTORY TREE...
#
# Each TREE has the Makefile and what it has built for one machine; the first one's program runs here.
# DIRECTORY gets, new:
# - bundler-VERSION.tar.gz, the sources;
# - for each TREE bundler-VERSION-linux-ARCHITECTURE.tar.gz, what `make install` installs, its contents
#   as SPDX (.spdx.json), a Debian package, and bundler's own image (-image.tar);
# - the lock of that image, to audit it;
# - the source package of Nettle, which the licence of a program that is linked with it demands;
# - SHA256SUMS of all of them.
# SOURCE_DATE_EPOCH and MAINTAINER are as for deb.sh. What is released is a commit: a tree with other
# changes is refused.
set -eu
export LC_ALL=C
umask 022
unset MAKEFLAGS MFLAGS MAKELEVEL
cd "$(dirname "$0")/../.."

directory=$1
shift
COMMIT=$(git rev-parse HEAD)
export COMMIT
if [ -n "$(git status --porcelain)" ]; then
	echo "release: cannot release this tree: it has changes that are not committed" >&2
	exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
new=$work/new
mkdir "$new"
bundler/make/dist.sh "$new" >"$work/log"
version=$(make -s print-BUNDLER_VERSION)
bundler=$(realpath "$1/build/bundler")
"$bundler" --license >"$work/licences"

pack() { # TREE
	deb=$(bundler/make/deb.sh "$1" "$new")
	architecture=${deb##*_}
	name=bundler-$version-linux-${architecture%.deb}
	if [ -e "$new/$name.tar.gz" ]; then
		echo "release: two of the programs are for ${architecture%.deb}" >&2
		exit 1
	fi
	make -s -C "$1" install DESTDIR="$work/$name" PREFIX=
	tar -C "$work" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner \
		--mtime="@$SOURCE_DATE_EPOCH" -cf "$work/$name.tar" "$name"
	gzip -9nc "$work/$name.tar" >"$new/$name.tar.gz"
	bundler/make/sbom.sh "$new/$name.tar.gz" "$1/build/sysroot/versions" <"$work/licences" \
		>"$new/$name.spdx.json"
}
for tree; do
	pack "$tree"
done

# The recipe takes the archives as any release of others.
lock=$new/bundler-$version-image.lock.json
(cd "$new" && sha256sum -- *-linux-*.tar.gz) >"$work/sums"
"$bundler" lock --sums "$work/sums" --lock "$lock" configs/bundler.yaml >"$work/log"
for archive in "$new"/*-linux-*.tar.gz; do
	architecture=${archive##*-}
	"$bundler" image --lock "$lock" --offline --cache "$work/cache" --mirror "file://$new" \
		-p "linux/${architecture%.tar.gz}" -o "docker-archive:${archive%.tar.gz}-image.tar" \
		configs/bundler.yaml >"$work/log"
done

# A dsc lists its files with their size: " DIGEST SIZE NAME".
dsc=$(echo "$1"/build/src/dsc/nettle_*.dsc)
cp "$dsc" "$new"
sed -n 's/^ [0-9a-f]\{64\} [0-9]* //p' "$dsc" | while read -r file; do
	cp "$(dirname "$dsc")/$file" "$new"
done
(cd "$new" && sha256sum -- *) >"$work/SHA256SUMS"
mv "$work/SHA256SUMS" "$new"

rm -rf "$directory"
mkdir -p "$(dirname "$directory")"
mv "$new" "$directory"
cat "$directory/SHA256SUMS"
