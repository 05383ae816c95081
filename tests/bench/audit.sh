#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `bundler audit` of a layout against what anybody would do to its layer with standard tools:
# sha256sum over it and over what gzip -dc makes of it. Ours also rebuilds what is expected.
# `bundler validate` of the same layout beside it, which rebuilds nothing.
. "$(dirname "$0")/lib.sh"

lock=$top/configs/nats-streaming-server.source.lock.json
recipe=$top/configs/nats-streaming-server.yaml
common=(--offline --lock "$lock" --cache "$work/cache")

"$bundler" fetch -p linux/amd64 --lock "$lock" --cache "$work/cache" \
	--mirror "file://$top/build/source" "$recipe" >/dev/null
"$bundler" image -p linux/amd64 "${common[@]}" -o "oci:$work/layout" "$recipe" >/dev/null
layer=$(find "$work/layout/blobs/sha256" -size +1M)

audit() { "$bundler" audit "oci:$work/layout" "${common[@]}" "$recipe"; }
validate() { "$bundler" validate "oci:$work/layout"; }
by_hand() {
	sha256sum "$layer"
	gzip -dc "$layer" | sha256sum
}

compare 'audit / sha256sum and gzip -dc, wall' 1.5 audit by_hand
compare 'validate / sha256sum and gzip -dc, wall' 1.5 validate by_hand
figure 'peak memory of audit' "$(peak "$bundler" audit "oci:$work/layout" "${common[@]}" "$recipe")" KiB 'at most 16384'
