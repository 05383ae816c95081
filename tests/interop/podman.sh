#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# podman and buildah read every kind of place, keep the digests, and run the image.
# tests/run: timeout=600 seconds=12
. "$(dirname "$0")/lib.sh"

need podman buildah mtree
need_root
unset DOCKER_CONFIG	# whose file must be there where this is set
make_images
make_server

# Storage of our own. The tests may run where cgroups or limits cannot be changed.
storage=(--root "$scratch/storage" --runroot "$scratch/run" --storage-driver vfs)
podman() { timeout 60 podman "${storage[@]}" --cgroup-manager cgroupfs "$@"; }
buildah() { timeout 60 buildah "${storage[@]}" "$@"; }
limits=(--network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024)

# layout: here, because they make a name of its path, and in names they want lower case.
layout() { cp -R "$made/one" .; }

on_exit 'podman rmi --all --force >/dev/null 2>&1'

for archive in one.tar many.tar; do
	begin "podman load $archive: by its name, with our digests"
	check podman load -q -i "$made/$archive"
	podman inspect "tiny:$mark" >inspected
	check test "$(field inspected 0 RepoTags)" = "[\"docker.io/library/tiny:$mark\"]"
	check test "sha256:$(field inspected 0 Id)" = "$(config_digest "$made/one")"
	check test "$(field inspected 0 RootFS Layers)" = "[\"$(diff_id "$made/one")\"]"
	check grep -q "$(digest "$made/one")" inspected

	begin "podman run: the image of $archive"
	check podman run --rm --pull never "${limits[@]}" "tiny:$mark"
	check podman rmi --force "tiny:$mark"
done

begin 'podman pull: from a layout'
layout
check podman pull -q "oci:one:$mark"
check podman image exists "$(config_digest "$made/one")"

begin 'podman pull and run: a layer by zstd'
check bundler image -p linux/amd64 --compress zstd -o "oci:zstd:$mark" "${product[@]}"
check podman pull -q "oci:zstd:$mark"
podman inspect "$(config_digest zstd)" >inspected
check test "$(field inspected 0 RootFS Layers)" = "[\"$(diff_id "$made/one")\"]"
check podman run --rm --pull never "${limits[@]}" "$(config_digest zstd)"

begin 'podman run: the server prints its version'
check podman load -q -i "$made/server.tar"
podman run --rm --pull never "${limits[@]}" "nats-streaming-server:$mark" --version >actual 2>&1
check grep -qx "nats-streaming-server version $version, .*" actual

begin 'podman save: an archive as Docker writes it'
check podman load -q -i "$made/one.tar"
check podman save -q --format docker-archive -o saved.tar "tiny:$mark"
intact docker-archive:saved.tar linux/amd64

begin 'podman save: a layout, its layer compressed by podman'
check podman load -q -i "$made/one.tar"
check podman save -q --format oci-dir -o saved "tiny:$mark"
run bundler validate oci:saved
check test "$(config_digest saved)" = "$(config_digest "$made/one")"
check cmp <(gzip -dc "$(layer saved)") "$made/rootfs/linux-amd64.tar"

begin 'buildah: the mounted image is the tree'
layout
container=$(buildah from --pull-always "oci:one:$mark" 2>log) || fail "$(cat log)"
cp -a "$(buildah mount "$container")" tree
check buildah rm "$container"
# Without an entry for the root directory its mode is what their storage has as the default.
chmod 755 tree
same_tree tree
intact dir:tree linux/amd64 -p linux/amd64

begin 'buildah push: every blob as it was'
layout
check buildah pull "oci:one:$mark"
check buildah push --format oci "$(config_digest "$made/one")" "oci:$PWD/pushed:$mark"
check test "$(config_digest pushed)" = "$(config_digest "$made/one")"
check test "$(diff_id pushed)" = "$(diff_id "$made/one")"
run bundler validate oci:pushed

begin 'buildah bud: FROM the image'
mkdir context
check podman load -q -i "$made/one.tar"
printf 'FROM docker.io/library/tiny:%s\nLABEL more=yes\n' "$mark" >context/Dockerfile
check buildah bud -q --pull-never --network none -t "tiny:$mark-more" context
podman inspect "tiny:$mark-more" >inspected
check test "$(field inspected 0 RootFS Layers 0)" = "$(diff_id "$made/one")"
check test "$(field inspected 0 Config Entrypoint)" = '["/tiny"]'

finish
