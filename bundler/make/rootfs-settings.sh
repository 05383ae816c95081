#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Write build/rootfs.settings if `make rootfs` has something to do: the settings have changed, or a
# result that build/rootfs.sums lists is missing or has changed.
#
#	rootfs-settings.sh SETTING...
set -u
cd "$(dirname "$0")/../.." || exit

# intact: the manifests have the digests that bundler printed; beside each are its tree and archive.
intact() {
	sha256sum --check --status build/rootfs.sums 2>/dev/null || return
	for tree in $(sed 's/.* //; s/\.mtree$//' build/rootfs.sums); do
		[ -d "$tree" ] && [ -e "$tree.tar" ] || return
	done
}

if [ "$*" != "$(cat build/rootfs.settings 2>/dev/null)" ] || ! intact; then
	mkdir -p build && echo "$*" >build/rootfs.settings
fi
