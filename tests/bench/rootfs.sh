#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `bundler rootfs` with a warm cache against the shell pipeline that the Alpine stage of the
# original image was, and against each format's own tool alone; memory; both processors at work.
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

gunzip_alone() { gzip -dc "$archive"; }

# The same release in another format, with a recipe of its own: against the format's own tool.
other_rootfs() {
	"$bundler" rootfs --offline --cache "$work/cache" -o "$work/other" "$work/$format.yaml"
}

other_alone() { "${tool[@]}" "$work/release/server.tar.$format"; }

compare_format() { # FORMAT COMMAND...: what packs, and unpacks with -dc
	local recipe=$work/$1.yaml
	format=$1 tool=("$2" -dc)
	mkdir -p "$work/release"
	gzip -dc "$archive" | "$2" -c >"$work/release/server.tar.$format"
	cat >"$recipe" <<-END
		name: server
		version: 1.0.0
		release:
		  asset: server.tar.$format
		  url: file://$work/release/{asset}
		  sums: ""
		  directory: "$stem"
		  format: {linux: tar.$format}
		platforms: [linux/amd64]
		root:
		  - {path: /server, member: nats-streaming-server, mode: "0755", program: true}
		image: {entrypoint: [/server]}
	END
	(cd "$work/release" && sha256sum "server.tar.$format") >"$work/sums"
	"$bundler" lock --sums "$work/sums" "$recipe" >/dev/null
	"$bundler" fetch --cache "$work/cache" "$recipe" >/dev/null
	compare "rootfs of tar.$format / $2 -dc, wall" 1.1 other_rootfs other_alone
}

compare 'rootfs / gzip -dc of the archive, wall' 0.9 ours gunzip_alone
compare 'rootfs / shell pipeline, wall' 0.50 ours pipeline
runs=${RUNS:-5}
compare_format xz xz
compare_format zst zstd
compare_format bz2 bzip2
runs=${RUNS:-15}
compare 'six platforms, all processors / one, wall' 0.55 six six_on_one

figure 'peak memory, one platform' "$(peak "$bundler" rootfs -p linux/amd64 --offline --lock "$lock" \
	--cache "$work/cache" -o "$work/rootfs" "$recipe")" KiB 'at most 65536'
