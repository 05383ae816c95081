#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A backend of rebuilderd for archives of images. rebuilderd downloads an archive, calls this with its path,
# and compares it with the file of the same name in REBUILDERD_OUTDIR. In rebuilderd-worker.conf:
#
#	[backend."bundler"]
#	path = "/usr/libexec/rebuilderd/rebuilder-bundler.sh"
#
# FLEET (/etc/bundler-fleet) has images.txt, with rows such as "oci-archive:nats-2.14.6.tar nats.yaml", and the
# recipes. Reports and summaries go to FLEET_RESULTS, archives of releases to FLEET_CACHE.
set -eu

archive=$(realpath "$1")
name=${archive##*/}
fleet=${FLEET:-/etc/bundler-fleet}
results=${FLEET_RESULTS:-/var/lib/bundler-fleet/results}
cache=${FLEET_CACHE:-/var/lib/bundler-fleet/cache}

recipe=$(awk -v place="oci-archive:$name" '$1 == place { print $2; exit }' "$fleet/images.txt")
if [ -z "$recipe" ]; then
	echo "rebuilder-bundler: no row of $fleet/images.txt is about $name" >&2
	exit 2
fi
mkdir -p "$results" "$cache"
cd "$fleet"

# The digests decide. An archive that another tool has packed can have the same ones, so the file itself is
# handed back when they agree; else the one that bundler makes, for rebuilderd to show the difference.
status=0
bundler audit --json --require identical --attest "$results/$name.summary.json" --cache "$cache" \
	"oci-archive:$archive" "$recipe" >"$results/$name.json" || status=$?
case $status in
0) cp "$archive" "$REBUILDERD_OUTDIR/$name" ;;
1) bundler image --cache "$cache" -o "oci-archive:$REBUILDERD_OUTDIR/$name" "$recipe" ;;
*) exit "$status" ;;
esac
