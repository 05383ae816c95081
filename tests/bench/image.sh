#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `bundler image` against the tools that make a layer of the same tree: from the tree of the real
# server's root file system to a gzip-compressed OCI image, verified and flushed by us alone. First
# from what `bundler rootfs` has written, which is what the others have, then from the release.
# Needs what `bundler/make/toolchain.sh test interop` installs.
. "$(dirname "$0")/lib.sh"

lock=$top/configs/nats-streaming-server.source.lock.json
recipe=$top/configs/nats-streaming-server.yaml
common=(--offline --lock "$lock" --cache "$work/cache")

"$bundler" fetch --lock "$lock" --cache "$work/cache" --mirror "file://$top/build/source" "$recipe" >/dev/null
"$bundler" rootfs -p linux/amd64 "${common[@]}" -o "$work/rootfs" "$recipe" >/dev/null
tree=$work/rootfs/linux-amd64

ours() {
	"$bundler" image -p linux/amd64 --from "$work/rootfs" --lock "$lock" -o "oci:$work/layout" "$recipe"
}

from_release() {
	"$bundler" image -p linux/amd64 "${common[@]}" -o "oci:$work/layout" "$recipe"
}

# A layer's two digests and its bytes, by the standard tools.
shell() {
	tar --sort=name --numeric-owner -C "$tree" -c . | tee >(sha256sum >"$work/diffid") |
		gzip -6n | tee "$work/layer.gz" | sha256sum
}

# umoci wants a layout to add to; making an empty one costs it little.
with_umoci() {
	rm -rf "$work/umoci"
	umoci init --layout "$work/umoci"
	umoci new --image "$work/umoci:new"
	umoci insert --image "$work/umoci:new" "$tree" /
}

with_buildah() {
	rm -rf "$work/buildah"
	container=$(buildah from scratch)
	buildah copy --quiet "$container" "$tree" /
	buildah commit --quiet "$container" "oci:$work/buildah"
	buildah rm "$container"
}

# crane takes a layer that is there already.
with_crane() {
	tar --sort=name --numeric-owner -C "$tree" -cf "$work/layer.tar" .
	"$crane" append --oci-empty-base -f "$work/layer.tar" -t bundler/bench:1 -o "$work/crane.tar" 2>/dev/null
}

with_docker() {
	docker build -q -f "$work/Dockerfile" -t bundler-bench "$work/rootfs" 2>/dev/null
	docker save -o "$work/docker.tar" bundler-bench
	docker rmi -f bundler-bench
}

printf 'FROM scratch\nADD linux-amd64.tar /\n' >"$work/Dockerfile"

compare 'image / tar, gzip -6 and sha256sum, wall' 0.20 ours shell
compare '  from the release, wall' 0.20 from_release shell
figure 'layer / layer of gzip -6, bytes' "$(awk -v a="$(stat -c %s "$work"/layout/blobs/sha256/* | sort -n | tail -n 1)" \
	-v b="$(stat -c %s "$work/layer.gz")" 'BEGIN { printf "%.4f", a / b }')" '' 'at most 1.02'
runs=${RUNS:-5}
if command -v umoci >/dev/null; then
	compare 'image / umoci insert, wall' 1 ours with_umoci
	compare '  from the release, wall' 0.80 from_release with_umoci
fi
if command -v buildah >/dev/null; then compare 'image / buildah copy and commit, wall' 1 ours with_buildah; fi
if crane=$("$top/tests/interop/build" crane); then
	compare 'image / tar and crane append, wall' 1 ours with_crane
fi
if docker info >/dev/null 2>&1; then compare 'image / docker build and save, wall' 1 ours with_docker; fi
figure 'peak memory, one platform' "$(peak "$bundler" image -p linux/amd64 "${common[@]}" -o "oci:$work/layout" "$recipe")" \
	KiB 'at most 16384'
