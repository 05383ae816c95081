#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600
# The ways that people run the image, each with a real client.
. "$(dirname "$0")/lib.sh"

need_image
need_client

version=$(sed -n 's/^version: *//p' "$top/configs/nats-streaming-server.yaml")

# messages NAME: the channel of the container holds what `publish` put there.
publish() { run "$client" publish "$(nats "$1")" greetings one two three; }
messages() {
	run "$client" receive "$(nats "$1")" greetings 3
	stdout <<-'END'
		1 one
		2 two
		3 three
	END
}

# store NAME TYPE: what the monitoring endpoint says of the store.
store() {
	run "$client" monitor "$(monitoring "$1")" storez cluster_id type
	stdout <<-END
		cluster_id test-cluster
		type $2
	END
}

begin 'it prints its version'
run docker run --rm --label "$mark" "$image" --version
filter 's/, nats-server:.*//'
stdout <<<"nats-streaming-server version $version"

begin 'without arguments: the configuration in the image'
start plain "$image"
if serves plain; then
	publish plain
	messages plain
	store plain MEMORY
	run "$client" monitor "$(monitoring plain)" serverz cluster_id version state total_msgs
	stdout <<-END
		cluster_id test-cluster
		version $version
		state STANDALONE
		total_msgs 3
	END
fi

begin 'it ends in good order when it is told to'
stop plain
check says plain 'Shutting down.'
run docker inspect -f '{{.State.ExitCode}}' "$mark-plain"
stdout <<<143	# its own word for SIGTERM; 137 would be Docker's SIGKILL

begin 'arguments replace the configuration: -m 8222 -store file -dir datastore'
start arguments "$image" -m 8222 -store file -dir datastore
if serves arguments; then
	publish arguments
	store arguments FILE
	restart arguments
	serves arguments && messages arguments
	docker diff "$mark-arguments" >changes
	check grep -qx 'A /datastore' changes
fi

begin '--read-only'
start readonly --read-only "$image"
if serves readonly; then
	publish readonly
	messages readonly
fi

begin '--user 12345 with a new volume on /data, in one container after another'
volume stan
start user --user 12345 -v "$mark-stan:/data" "$image" -m 8222 -store file -dir /data/store
if serves user; then
	publish user
	store user FILE
	check engine rm -f "$mark-user"
	start again --user 12345 -v "$mark-stan:/data" "$image" -m 8222 -store file -dir /data/store
	serves again && messages again
fi

begin 'the flavour that is not root: a store in its working directory'
check build classic nonroot --build-arg NONROOT=1
start nonroot "$mark:nonroot" -m 8222 -store file -dir datastore
if serves nonroot; then
	publish nonroot
	docker diff "$mark-nonroot" >changes
	check grep -qx 'A /data/datastore' changes
	restart nonroot
	serves nonroot && messages nonroot
fi

begin 'the same as any other user'
start other --user 12345:12345 "$mark:nonroot" -m 8222 -store file -dir datastore
if serves other; then
	publish other
	messages other
fi

begin 'as little as a container can have: no root, capability, privilege or writable file'
start bare --read-only --cap-drop ALL --security-opt no-new-privileges "$mark:nonroot"
if serves bare; then
	publish bare
	messages bare
fi

finish
