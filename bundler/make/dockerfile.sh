#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Print Dockerfile.scratch for a recipe: the part that depends on the recipe is taken from the
# Dockerfile that `bundler library` generates.
#
#	dockerfile.sh RECIPE
set -eu
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# No commit is known here, and the Dockerfile names none.
"${BUNDLER:-build/bundler}" library --commit "$(printf %040d 0)" -o "$work/library" "$1" >"$work/log"
sed '1,/^ADD /d; /^USER /d; /^WORKDIR /d; $s/$/\n/' "$work"/library/*/scratch/Dockerfile >"$work/part"
sed -e "/^# Of the recipe,/r $work/part" \
	-e '/^# Of the recipe,/,/^# Not of the recipe:/{/^#/!d}' Dockerfile.scratch
