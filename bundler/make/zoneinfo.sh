#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Make an archive of time zones for a recipe's 'zoneinfo', of Debian's package tzdata.
#
#	zoneinfo.sh FILE.tar [PACKAGE.deb]
#
# Without a package, apt fetches and verifies the newest one. The same package gives the same bytes on
# every machine: plain files only, links copied, sorted, without times and owners. The last line that
# is printed is for 'origin'.
set -eu
umask 022

out=$1
package=${2-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
if [ -z "$package" ]; then
	# apt gives up root to fetch, and then writes to its current directory.
	chmod 755 "$work"
	mkdir -m 777 "$work/apt"
	(cd "$work/apt" && apt-get -qq download tzdata >&2)
	package=$(echo "$work"/apt/tzdata_*.deb)
fi
mkdir "$work/root" "$work/zones"
dpkg-deb --fsys-tarfile "$package" | tar -C "$work/root" -x
cd "$work/root/usr/share/zoneinfo"
# Links of the package lead to other zones, but for "localtime".
find . -path ./right -prune -o -path ./posix -prune -o -name localtime -o -name posixrules -o \
	! -type d -print | LC_ALL=C sort | while read -r name; do
	[ "$(head -c 4 "$name")" = TZif ] || continue
	mkdir -p "$work/zones/${name%/*}"
	cp -L "$name" "$work/zones/$name"
done
cd "$OLDPWD"
(cd "$work/zones" && find . -type f | sed 's,^\./,,' | LC_ALL=C sort >"$work/names")
tar --format=ustar --owner=0 --group=0 --numeric-owner --mode=644 --mtime=@0 -C "$work/zones" \
	-T "$work/names" -cf "$work/out"
mv "$work/out" "$out"
chmod 644 "$out"
echo "$(wc -l <"$work/names") time zones"
echo "Debian $(dpkg-deb --field "$package" Package Version | sed 's/.*: //' | paste -sd ' ')"
