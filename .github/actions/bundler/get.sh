#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Put bundler where run.sh finds it, $RUNNER_TEMP/bundler/bin/bundler: release VERSION of REPOSITORY, or
# what the commit of this action makes (VERSION=source).
set -eu

into=$RUNNER_TEMP/bundler
mkdir -p "$into"

if [ "$VERSION" = source ]; then
	make -C "$GITHUB_ACTION_PATH/../../.." all
	make -s -C "$GITHUB_ACTION_PATH/../../.." install DESTDIR="$into" PREFIX=
	exit
fi
if ! [[ $VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
	echo "bundler: '$VERSION' is no version: it is one such as 0.3.0, or source" >&2
	exit 2
fi
case $(uname -m) in
x86_64) machine=amd64 ;;
aarch64) machine=arm64 ;;
*)
	echo "bundler: there is no release for $(uname -m)" >&2
	exit 1 ;;
esac

name=bundler-$VERSION-linux-$machine
url=${GITHUB_SERVER_URL:-https://github.com}/$REPOSITORY/releases/download/v$VERSION
fetch() { curl --silent --show-error --fail --location --proto '=https' --retry 3 -o "$into/$1" "$url/$1"; }

fetch "$name.tar.gz"
if [ -n "$SHA256" ]; then
	echo "$SHA256  $name.tar.gz" >"$into/SHA256SUMS"
else
	fetch SHA256SUMS
fi
# Exactly one line is about the archive.
grep "^[0-9a-f]\{64\}  $name\.tar\.gz\$" "$into/SHA256SUMS" >"$into/sums" || {
	echo "bundler: no SHA-256 of $name.tar.gz" >&2
	exit 1
}
(cd "$into" && sha256sum --check --strict --quiet sums)
tar -C "$into" --strip-components=1 --no-same-owner -xzf "$into/$name.tar.gz"
