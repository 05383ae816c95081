#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `bundler rootfs` with a warm cache against the shell pipeline that the Alpine stage of the
# original image was, memory against the size of the archive, and both processors at work.
# Needs build/bundler and the archives of configs/source/build.sh in build/source.
. "$(dirname "$0")/lib.sh"

configs=$top/configs
lock=$configs/nats-streaming-server.source.lock.json
recipe=$configs/nats-streaming-server.yaml
stem=nats-streaming-server-v0.25.6-linux-amd64
archive=$top/build/source/$stem.tar.gz
digest=$(sha256sum "$archive" | cut -d' ' -f1)

ours() {
	"$bundler" rootfs -p linux/amd64 --offline --lock "$lock" --cache "$work/cache" \
		-o "$work/rootfs" "$recipe"
}

# What the Alpine stage did, step by step, and the same files as ours; no manifest, no archive.
pipeline() {
	rm -rf "$work/shell"
	mkdir -p "$work/shell/unpack" "$work/shell/root"
	(
		cd "$work/shell" || exit
		echo "$digest  $archive" | sha256sum -c -
		tar -xf "$archive" -C unpack
		install -D -m 755 "unpack/$stem/nats-streaming-server" root/nats-streaming-server
		install -D -m 644 "unpack/$stem/LICENSE" root/usr/share/licenses/nats-streaming-server/LICENSE
		install -D -m 644 "$configs/root/ca-certificates.notice" root/usr/share/licenses/ca-certificates/NOTICE
		install -D -m 644 "$configs/ca-certificates.crt" root/etc/ssl/certs/ca-certificates.crt
		install -m 644 "$configs/nats-streaming-server.conf" root/
		install -m 644 "$configs/root/passwd" "$configs/root/group" "$configs/root/nsswitch.conf" root/etc/
		mkdir root/home
		install -d -m 1777 root/tmp root/data
		install -d -m 700 root/root root/home/nonroot
		rm -rf unpack
	)
}

six() {
	"$bundler" rootfs --offline --lock "$lock" --cache "$work/cache" -o "$work/rootfs" "$recipe"
}

six_on_one() {
	taskset -c 0 "$bundler" rootfs --offline --lock "$lock" --cache "$work/cache" -o "$work/rootfs" "$recipe"
}

"$bundler" fetch --lock "$lock" --cache "$work/cache" --mirror "file://$top/build/source" "$recipe" >/dev/null

compare 'rootfs / shell pipeline, wall' 0.60 ours pipeline
compare 'six platforms, all processors / one, wall' "1, fewer is better" six six_on_one

figure 'peak memory, one platform' "$(peak "$bundler" rootfs -p linux/amd64 --offline --lock "$lock" \
	--cache "$work/cache" -o "$work/rootfs" "$recipe")" KiB 'at most 65536'
