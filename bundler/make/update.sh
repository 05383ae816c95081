#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Take a recipe to another version, with what is made from it: its lock; the build contexts in
# LIBRARY, their repository, if the recipe has any; Dockerfile.scratch, if it is the default recipe.
#
#	update.sh VERSION RECIPE LIBRARY [OPTION]...
#
# OPTION is one of `bundler update`.
set -eu
cd "$(dirname "$0")/../.."

version=$1 recipe=$2 library=$3
shift 3
bundler=${BUNDLER:-build/bundler}

"$bundler" update "$@" "$version" "$recipe"
if grep -q '^library:' "$recipe"; then
	"$bundler" library -o "$library" "$recipe"
fi
if [ "$recipe" -ef configs/default ]; then
	bundler/make/dockerfile.sh "$recipe" >build/Dockerfile.scratch
	cp build/Dockerfile.scratch Dockerfile.scratch
fi
if [ -e "$library/.git" ]; then
	git -C "$library" --no-pager diff
fi
