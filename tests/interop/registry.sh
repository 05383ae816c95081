#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From the layout through a registry to an engine and back: the digests are the same all the way.
# tests/run: timeout=600 seconds=15
. "$(dirname "$0")/lib.sh"

need docker-registry skopeo
need_go crane
need_engine
# A time of its own, so that no engine has the layers from elsewhere.
epoch=$((epoch + $$))
export SOURCE_DATE_EPOCH=$epoch
make_images
make_server

crane() { timeout 60 "$crane" "$@"; }
skopeo() { timeout 60 skopeo --insecure-policy "$@"; }

# push TOOL LAYOUT: to $registry/$mark/LAYOUT:v1
push() {
	case $1 in
	skopeo) check skopeo copy -q --all --preserve-digests --dest-tls-verify=false \
		"oci:$made/$2:$mark" "docker://$registry/$mark/$2:v1" ;;
	crane) check crane push "$made/$2" "$registry/$mark/$2:v1" ;;
	esac
}

# pull TOOL LAYOUT: from there into the layout "back".
pull() {
	case $1 in
	skopeo) check skopeo copy -q --all --preserve-digests --src-tls-verify=false \
		"docker://$registry/$mark/$2:v1" "oci:back:$mark" ;;
	crane) check crane pull --format oci "$registry/$mark/$2:v1" back ;;
	esac
}

# docker_pulls LAYOUT CONFIG DIFF-ID: Docker has the image by the digest of the layout, config and tar unchanged.
docker_pulls() {
	forget_images
	run docker pull "$registry/$mark/$1:v1"
	filter '/^Digest: /!d'
	stdout <<<"Digest: $(digest "$made/$1")"
	filter ''
	run docker inspect -f '{{.Id}}{{range .RepoDigests}} {{.}}{{end}}{{range .RootFS.Layers}} {{.}}{{end}}' \
		"$registry/$mark/$1:v1"
	stdout <<<"$2 $registry/$mark/$1@$(digest "$made/$1") $3"
	check engine save -o saved.tar "$registry/$mark/$1:v1"
	mkdir saved
	tar -xf saved.tar -C saved
	run sha256sum "saved/$(field saved/manifest.json 0 Config)" "saved/$(field saved/manifest.json 0 Layers 0)"
	filter 's/ .*//; s/^/sha256:/'
	stdout <<<"${2}
${3}"
	filter ''
}

declare -A platforms=([one]=linux/amd64 [many]='linux/amd64, linux/arm64, linux/arm/v7')
for there in skopeo crane; do
	[ $there = skopeo ] && back=crane || back=skopeo
	for layout in one many; do
		begin "$layout: pushed by $there, pulled by $back and by Docker"
		registry
		push $there $layout
		check test "$(crane digest "$registry/$mark/$layout:v1")" = "$(digest "$made/$layout")"
		pull $back $layout
		check test "$(digest back)" = "$(digest "$made/$layout")"
		same_blobs "$made/$layout" back
		intact oci:back "${platforms[$layout]}"
		docker_pulls $layout "$(config_digest "$made/one")" "$(diff_id "$made/one")"
		intact docker-archive:saved.tar linux/amd64
	done
done

begin 'pulled by digest, as one does who wants to be sure'
registry
push skopeo one
check engine pull -q "$registry/$mark/one@$(digest "$made/one")"
run docker inspect -f '{{.Id}}' "$registry/$mark/one@$(digest "$made/one")"
stdout < <(config_digest "$made/one")
check engine rmi -f "$registry/$mark/one@$(digest "$made/one")"

begin 'the server: pulled and run'
registry
push skopeo server
docker_pulls server "$(config_digest "$made/server")" "$(diff_id "$made/server")"
product=("${server[@]}")
intact docker-archive:saved.tar linux/amd64
run docker run --rm --pull never --network none --label "$mark" "$registry/$mark/server:v1" --version
filter 's/, nats-server:.*//'
stdout <<<"nats-streaming-server version $version"

finish
