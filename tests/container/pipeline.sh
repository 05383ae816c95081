#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600 seconds=16
# bundler builds the tree inside a stage made from scratch: nothing but Docker.
. "$(dirname "$0")/lib.sh"

need_engine
need_trees linux/amd64

# The context that Dockerfile.pipeline describes, with the program under test.
begin_context() {
	mkdir -p stream/build/source stream/tests/container
	cp "$BUNDLER" stream/build/bundler
	cp -R "$top/configs" stream
	cp "$top"/build/source/nats-streaming-server-*-linux-amd64.tar.gz stream/build/source
	cp "$top/tests/container/Dockerfile.pipeline" stream/tests/container
}

# The classic builder leaves the images of the first stage behind, without a name.
steps=
on_exit 'docker rmi $steps >/dev/null 2>&1'

# pipeline classic|buildkit: builds $mark:pipeline-classic, say, and prints the builder's log.
pipeline() {
	local docker=docker kit=0 options=(--force-rm) result
	if [ "$1" = buildkit ]; then
		docker=$(buildkit_client) kit=1 options=()
	fi
	tar -C stream -c build configs tests | DOCKER_BUILDKIT=$kit timeout -k 5 120 "$docker" build \
		--no-cache --network none "${options[@]}" -f tests/container/Dockerfile.pipeline \
		-t "$mark:pipeline-$1" - >log 2>&1
	result=$?
	steps="$(sed -n 's/^ ---> \([0-9a-f]\{12\}\)$/\1/p' log | tac) $steps"
	cat log
	return $result
}

for builder in classic buildkit; do
	begin "$builder: the image equals the manifest that bundler writes outside"
	if [ $builder = buildkit ] && [ -z "$(buildkit_client)" ]; then
		skip 'no Docker client with BuildKit'
		continue
	fi
	begin_context
	check pipeline $builder
	equals_manifest pipeline-$builder linux-amd64

	begin "$builder: and it runs"
	start $builder "$mark:pipeline-$builder"
	serves $builder
done

begin 'an archive that is not the locked one ends the build'
begin_context
printf x >>"$(echo stream/build/source/*.tar.gz)"
pipeline classic >output && fail 'was built'
# The classic builder colours standard error.
sed -i "s/$(printf '\033')\[[0-9]*m//g" output
check grep -q "^bundler: cannot use 'file:///mirror/.*': .*the lock says" output
check grep -qF 'returned a non-zero code: 7' output

finish
