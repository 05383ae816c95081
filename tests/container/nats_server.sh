#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600
# The second recipe: its image, with a real client.
recipe=nats-server
. "$(dirname "$0")/lib.sh"

need_engine
need_trees linux/amd64
need_client

version=$(sed -n 's/^version: *//p' "$top/configs/nats-server.yaml")
image=nats-server:$mark
on_exit 'docker rmi "$image" >/dev/null 2>&1'
bundler image -p linux/amd64 -o "docker-archive:$scratch/image.tar:$mark" --offline \
	--cache "$scratch/cache" --lock "$top/configs/nats-server.source.lock.json" \
	--mirror "file://$top/build/source" "$top/configs/nats-server.yaml" >"$scratch/log" 2>&1 &&
	docker load -q -i "$scratch/image.tar" >"$scratch/log" 2>&1 ||
	bail_out 'cannot make the image' "$scratch/log"

monitoring() { echo "http://$(address "$1" 8222)"; }	# NAME

# serves NAME: waits until it answers, with a leader where there is a cluster.
serves() {
	wait_for "$client" monitor "$(monitoring "$1")" healthz status || fail "$(logs "$1")"
}

keep() { run "$client" store "$(nats "$1")" kept one two three; }	# NAME
kept() {	# NAME
	run "$client" load "$(nats "$1")" kept 3
	stdout <<-'END'
		1 one
		2 two
		3 three
	END
}

begin 'it prints its version'
run docker run --rm --label "$mark" "$image" --version
stdout <<<"nats-server: v$version"

begin 'without arguments: the configuration in the image, with neither JetStream nor cluster'
start plain "$image"
if serves plain; then
	run "$client" monitor "$(monitoring plain)" healthz status
	stdout <<<'status ok'
	run "$client" monitor "$(monitoring plain)" varz version port cluster auth_required
	stdout <<-END
		version $version
		port 4222
		cluster map[]
		auth_required <nil>
	END
	run "$client" monitor "$(monitoring plain)" jsz disabled
	stdout <<<'disabled true'
fi

begin 'Dockerfile.scratch, for this recipe: the same configuration and tree'
"$top/bundler/make/dockerfile.sh" configs/nats-server.yaml >"$context/Dockerfile.scratch" ||
	fail 'cannot generate it'
check build classic root --build-arg RELEASE=source
equals_manifest root linux-amd64
config='{{json .Config.Entrypoint}} {{json .Config.Cmd}} {{json .Config.ExposedPorts}} {{json .Config.Labels}} {{json .Config.Env}} {{json .Config.WorkingDir}}'
docker inspect -f "$config" "$image" >expected
run docker inspect -f "$config" "$mark:root"
stdout <expected

begin 'it ends in good order when it is told to'
stop plain
run docker inspect -f '{{.State.ExitCode}}' "$mark-plain"
stdout <<<0
check says plain 'Server Exiting'

begin 'JetStream: --user 12345, a new volume on /data, in one container after another'
uncomment 'JetStream'
volume stream
start one --user 12345 --read-only "${configured[@]}" -v "$mark-stream:/data" "$image"
if serves one; then
	keep one
	restart one
	serves one && kept one
	check engine rm -f "$mark-one"
	start two --user 12345 --read-only "${configured[@]}" -v "$mark-stream:/data" "$image"
	serves two && kept two
fi

begin 'arguments replace the configuration: -js -sd /data -m 8222'
volume arguments
start arguments -v "$mark-arguments:/data" "$image" -js -sd /data -m 8222
if serves arguments; then
	keep arguments
	restart arguments
	serves arguments && kept arguments
fi

begin 'clustering: three servers, each of which has what another was given'
uncomment 'JetStream' 'Clustering: three'
check engine network create --label "$mark" "$mark-cluster"
for node in a b c; do
	start $node "${configured[@]}" --network "$mark-cluster" --network-alias nats-$node \
		-e NAME=$node "$image"
done
if serves a && serves b && serves c; then
	keep a
	kept b
	kept c
fi

finish
