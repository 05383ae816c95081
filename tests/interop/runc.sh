#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# runc runs the tree that `bundler rootfs` writes, with nothing around it.
. "$(dirname "$0")/lib.sh"

need runc mtree
need_root
make_images
make_server

# bundle TREE UID CWD ARGUMENT...: a bundle around a copy of the tree, for runc adds directories.
bundle() {
	mkdir bundle
	cp -a "$1" bundle/tree
	python3 - "${@:2}" <<-'END' >bundle/config.json
	import json, sys
	uid, cwd, *args = sys.argv[1:]
	json.dump({
	    "ociVersion": "1.0.2",
	    "process": {"user": {"uid": int(uid), "gid": int(uid)}, "args": args, "cwd": cwd,
	                "noNewPrivileges": True},
	    "root": {"path": "tree", "readonly": True},
	    "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
	    "linux": {"namespaces": [{"type": t} for t in ("pid", "mount", "network", "ipc", "uts")]},
	}, sys.stdout)
	END
}

container() { run runc --root "$PWD/state" run --bundle bundle "$mark-$test_count"; }

begin 'a tree: root'
bundle "$made/rootfs/linux-amd64" 0 / /tiny
container

begin 'a tree: another user, in a directory that only he may enter'
bundle "$made/rootfs/linux-amd64" 65532 /home/nonroot /tiny
container

begin 'the server: read-only, no capability, no privilege, no network'
bundle "$made/server.rootfs/linux-amd64" 65532 /home/nonroot /nats-streaming-server --version
container
filter 's/, nats-server:.*//'
stdout <<<"nats-streaming-server version $version"

begin 'the server: with its configuration, until it is told to end'
bundle "$made/server.rootfs/linux-amd64" 65532 / /nats-streaming-server -c /nats-streaming-server.conf
background runc --root "$PWD/state" run --bundle bundle "$mark-server"
wait_for grep -q 'Streaming Server is ready' background.log || fail "$(cat background.log)"
check runc --root "$PWD/state" kill "$mark-server" TERM
wait_for grep -q 'Shutting down.' background.log || fail "$(cat background.log)"

finish
