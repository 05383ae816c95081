#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Audit each tree that `make rootfs` has built.
#
#	audit.sh RECIPE [OPTION]...
#
# OPTION is one of `bundler audit`.
set -eu
cd "$(dirname "$0")/../.."

recipe=$1
shift
# Nobody but root can give files to other owners.
[ "$(id -u)" -eq 0 ] || set -- "$@" --ignore owner
for tree in $(sed 's,.*/,,; s/\.mtree$//' build/rootfs.sums); do
	"${BUNDLER:-build/bundler}" audit "$@" -p "$(echo "$tree" | tr - /)" "dir:rootfs/$tree" "$recipe"
done
