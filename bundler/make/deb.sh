#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Make a Debian package of a program that is built, and print its name.
#
#	deb.sh TREE DIRECTORY
#
# TREE has the Makefile and what it has built; its `make install` says what is packed. The package is
# DIRECTORY/scratch-bundler_VERSION_ARCHITECTURE.deb. SOURCE_DATE_EPOCH is the time of everything in it,
# MAINTAINER who answers for it. The name is not bundler, because that is Debian's name of Ruby's.
set -eu
export LC_ALL=C
umask 022
unset MAKEFLAGS MFLAGS MAKELEVEL	# of the make that runs this: what it says is not meant for others

tree=$1 directory=$2
package=scratch-bundler
version=$(make -s -C "$tree" print-BUNDLER_VERSION)
date=$(date -u -R -d "@$SOURCE_DATE_EPOCH")
year=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y)

case $(readelf -h "$tree/build/bundler" | sed -n 's/^ *Machine: *//p') in
*X86-64) architecture=amd64 ;;
AArch64) architecture=arm64 ;;
*)
	echo "deb: cannot pack '$tree/build/bundler': it is neither for amd64 nor for arm64" >&2
	exit 1 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
doc=$root/usr/share/doc/$package
chmod 755 "$work"
make -s -C "$tree" install DESTDIR="$root" PREFIX=/usr
mv "$root/usr/share/doc/bundler" "$doc"
rm "$doc/LICENSE"	# Debian has it in common-licenses

cat >"$doc/copyright" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: bundler
Comment: What is linked into the program has licences of its own. They are
 in THIRD-PARTY, beside this file.

Files: *
Copyright: $year the authors of bundler
License: Apache-2.0
 On Debian systems the text of the Apache License, Version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
END

gzip -9n >"$doc/changelog.gz" <<END
$package ($version) unstable; urgency=medium

  * bundler $version; /usr/share/doc/$package/NEWS.gz has its changes.

 -- $MAINTAINER  $date
END
gzip -9nc "$tree/docs/changelog.md" >"$doc/NEWS.gz"
# Debian's zsh looks there for what packages bring.
mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
gzip -9n "$doc/THIRD-PARTY" "$root"/usr/share/man/man?/*

mkdir -p "$root/usr/share/lintian/overrides"
cat >"$root/usr/share/lintian/overrides/$package" <<END
# The program is static, because it runs in images without a C library and must
# have the same bytes wherever it is built. These are Debian's own sources of the
# libraries; Built-Using has all of them, with their versions.
$package: embedded-library curl *
$package: embedded-library libyaml *
$package: embedded-library zlib *
# It is no library: a static program that can be loaded at any address looks like
# one.
$package: shared-library-lacks-prerequisites *
END

# Which sources are in the program, as Debian counts them.
sed -n '/^gcc /!s/\(.*\) \(.*\)/\1 (= \2)/p' "$tree/build/sysroot/versions" >"$work/sources"
using=$(sort "$work/sources" | sed ':all; N; $!b all; s/\n/, /g')

# In KiB, each file rounded up and each directory one: du would count blocks of this file system.
installed_size() {
	find "$root" -mindepth 1 -path "$root/DEBIAN" -prune -o -type f -printf '%s\n' -o -printf '1\n' |
		awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }'
}

mkdir "$root/DEBIAN"
(cd "$root" && find usr -type f -print | sort | xargs md5sum) >"$work/md5sums"
mv "$work/md5sums" "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<END
Package: $package
Version: $version
Architecture: $architecture
Maintainer: $MAINTAINER
Installed-Size: $(installed_size)
Conflicts: ruby-bundler
Built-Using: $using
Section: admin
Priority: optional
Description: root file systems of scratch images, from upstream releases
 bundler makes the complete contents of a container image without a
 distribution from a recipe, a lock and an upstream release. It downloads the
 release, checks its SHA-256, and lays out a minimal root file system. The same
 inputs give the same bytes on every machine.
 .
 It also makes the image itself, sends it to a registry, and reports whether a
 published image is what recipe, lock and release make.
END

find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
deb=$directory/${package}_${version}_$architecture.deb
mkdir -p "$directory"
export SOURCE_DATE_EPOCH
dpkg-deb -Zxz -z9 --threads-max=1 --root-owner-group --build "$root" "$work/deb" >"$work/log" ||
	{ cat "$work/log" >&2; exit 1; }
mv "$work/deb" "$deb"
echo "$deb"
