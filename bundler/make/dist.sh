#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pack the sources of the commit that is checked out, and print the name of the archive.
#
#	dist.sh DIRECTORY
#
# The archive is DIRECTORY/bundler-VERSION.tar.gz, with one directory bundler-VERSION. Its bytes depend
# on the commit alone: not on the settings of git, nor on the umask. gzip, and not xz, because its
# output has been the same for many versions.
set -eu
cd "$(dirname "$0")/../.."

directory=$1
version=$(git show HEAD:Makefile | sed -n 's/^BUNDLER_VERSION = //p')
name=bundler-$version
mkdir -p "$directory"
tar=$directory/$name.tar.new
trap 'rm -f "$tar" "$tar.gz"' EXIT

if [ -n "$(git status --porcelain)" ]; then
	echo "dist: changes that are not committed are not in the archive" >&2
fi
git -c tar.umask=0022 -c core.autocrlf=false -c core.eol=lf -c core.attributesFile=/dev/null \
	archive --format=tar --prefix="$name/" -o "$tar" HEAD
gzip -9nc "$tar" >"$tar.gz"
mv "$tar.gz" "$directory/$name.tar.gz"
echo "$directory/$name.tar.gz"
