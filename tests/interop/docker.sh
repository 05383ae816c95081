#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker loads the archives, has the images by our digests, and runs them.
# tests/run: timeout=600
. "$(dirname "$0")/lib.sh"

need_engine
make_images
bundle image -p linux/amd64 -o "oci-archive:$made/one.oci.tar:$mark-oci" "${product[@]}"
bundle image -p linux/amd64 --compress none -o "docker-archive:$made/plain.tar:$mark-plain" "${product[@]}"
make_server
bundle image -p linux/amd64 --flavour nonroot -o "docker-archive:$made/nonroot.tar:$mark-nonroot" "${server[@]}"

# load ARCHIVE NAME...: the images that it brings.
load() {
	run docker load -q -i "$made/$1"
	stdout < <(printf 'Loaded image: %s\n' "${@:2}")
}

# inspect IMAGE TEMPLATE: compared with standard input.
inspect() {
	run docker inspect -f "$2" "$1"
	stdout
}

for archive in one.tar:$mark one.oci.tar:$mark-oci plain.tar:$mark-plain; do
	begin "load ${archive%%:*}: the config and the layer are ours, and it runs"
	image=tiny:${archive#*:}
	load "${archive%%:*}" "$image"
	inspect "$image" '{{.Id}}{{range .RootFS.Layers}} {{.}}{{end}}' <<<"$(config_digest "$made/one") $(diff_id "$made/one")"
	inspect "$image" '{{.Created}} {{.Os}}/{{.Architecture}} {{.Config.Entrypoint}} {{.Config.Cmd}}' <<-'END'
		2009-02-13T23:31:30Z linux/amd64 [/tiny] [-c /etc/tiny.conf]
	END
	run docker run --rm --pull never --network none --label "$mark" "$image"
done

begin 'load and save: the tree, to the last byte'
load one.tar "tiny:$mark"
check engine save -o saved.tar "tiny:$mark"
tar -xf saved.tar
check cmp "$(field manifest.json 0 Layers 0)" "$made/rootfs/linux-amd64.tar"
check cmp "$(field manifest.json 0 Config)" "$(config "$made/one")"
intact docker-archive:saved.tar linux/amd64

begin 'export: the tree, and what Docker adds to a container'
load one.tar "tiny:$mark"
check engine create --label "$mark" --name "$mark-export" "tiny:$mark"
check engine export -o exported.tar "$mark-export"
intact tar:exported.tar linux/amd64 -p linux/amd64

begin 'load an archive of several platforms: each has a name of its own'
load many.tar "tiny:$mark-amd64" "tiny:$mark-arm64" "tiny:$mark-arm-v7"
inspect "tiny:$mark-amd64" '{{.Id}}' <<<"$(config_digest "$made/one")"
inspect "tiny:$mark-arm64" '{{.Architecture}}{{.Variant}}' <<<arm64v8
inspect "tiny:$mark-arm-v7" '{{.Architecture}}{{.Variant}}' <<<armv7
number=0
index=$(blob "$made/many" "$(digest "$made/many")")
for platform in amd64 arm64 arm-v7; do
	manifest=$(blob "$made/many" "$(field "$index" manifests $number digest)")
	inspect "tiny:$mark-$platform" '{{.Id}}' <<<"$(field "$manifest" config digest)"
	number=$((number + 1))
done

begin 'the server: it serves, and ends in good order'
load server.tar "nats-streaming-server:$mark"
start server --pull never "nats-streaming-server:$mark"
if serves server; then
	stop server
	check says server 'Shutting down.'
fi

begin 'the server, as the flavour that is not root, with as little as a container can have'
load nonroot.tar "nats-streaming-server:$mark-nonroot"
start nonroot --pull never --read-only --cap-drop ALL --security-opt no-new-privileges "nats-streaming-server:$mark-nonroot"
serves nonroot

begin 'load from a pipe, and audit what save pipes, compressed or not'
image=tiny:$mark-piped
run bash -c 'bundler image -p linux/amd64 -o "docker-archive:-:$0" "$@" 2>report | docker load -q' "$mark-piped" "${product[@]}"
stdout <<<"Loaded image: $image"
check grep -q '^sha256:.*  linux/amd64$' report
inspect "$image" '{{.Id}}' <<<"$(config_digest "$made/one")"
for filter in cat gzip zstd; do
	run bash -c 'docker save "$0" | "$1" | bundler audit -q docker-archive:- "${@:2}"' "$image" $filter "${product[@]}"
	stdout_stated=1
	check grep -Eq '^verdict: (identical|equivalent) ' "$scratch/stdout"
	run bash -c 'docker save "$0" | "$1" | bundler validate docker-archive:-' "$image" $filter
done
run bash -c 'id=$(docker create --label "$1" "$0") && docker export "$id" | bundler audit -q -p linux/amd64 tar:- "${@:2}"' "$image" "$mark" "${product[@]}"
stdout_stated=1
check grep -Eq '^verdict: (identical|equivalent) ' "$scratch/stdout"

finish
