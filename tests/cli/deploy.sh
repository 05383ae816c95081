#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# configs/deploy/healthcheck.patch, as far as recipes and locks go: tests/container/cluster.sh runs the
# images.
. "$(dirname "$0")/../lib.sh"

need patch

# patched: both recipes, and a checksum file of microcheck as its releases have one.
patched() {
	local name
	cp -R "$top/configs" .
	check patch -s -p1 -i "$top/configs/deploy/healthcheck.patch"
	for name in 386 amd64 arm-v6 arm-v7 arm64-v8 ppc64le s390x; do
		echo "$(printf %s $name | sha256sum | cut -c 1-64)  linux-$name.tar.gz"
	done >checksums.txt
}

# probes RECIPE: what the lock has of microcheck is on standard input.
probes() {
	run bundler lock --release source --cache cache --sums checksums.txt --sums "configs/source/$1/SHA256SUMS" "configs/$1.yaml"
	filter '/microcheck/!d; s/.*download.//'
	stdout
	filter ''
}

begin 'healthcheck.patch: a probe for each Linux platform of NATS Streaming'
patched
probes nats-streaming-server <<-'END'
	v1.4.0/linux-386.tar.gz
	v1.4.0/linux-amd64.tar.gz
	v1.4.0/linux-arm-v6.tar.gz
	v1.4.0/linux-arm-v7.tar.gz
	v1.4.0/linux-arm64-v8.tar.gz
END

begin 'healthcheck.patch: and for each of the NATS server that it leaves'
patched
probes nats-server <<-'END'
	v1.4.0/linux-386.tar.gz
	v1.4.0/linux-amd64.tar.gz
	v1.4.0/linux-arm-v6.tar.gz
	v1.4.0/linux-arm-v7.tar.gz
	v1.4.0/linux-arm64-v8.tar.gz
	v1.4.0/linux-ppc64le.tar.gz
	v1.4.0/linux-s390x.tar.gz
END

begin 'passwords.sh: two passwords, and routes with the second; new ones each time'
run "$top/configs/deploy/compose/passwords.sh" a b
filter 's/^\t//; s/[0-9a-f]{32}/PASSWORD/'
stdout <<-'END'
	CLIENTS: "PASSWORD"
	SERVERS: "PASSWORD"
	ROUTES: [
		"nats://route:PASSWORD@a:6222"
		"nats://route:PASSWORD@b:6222"
	]
END
check test "$(grep -oE '[0-9a-f]{32}' "$scratch/stdout" | sort -u | wc -l)" = 2
"$top/configs/deploy/compose/passwords.sh" >again
check test "$(wc -l <again)" = 1
check sh -c '! grep -qFf again "$1"' sh "$scratch/stdout"

finish
