#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# umoci unpacks the image to exactly the tree, and runc runs what it has unpacked.
. "$(dirname "$0")/lib.sh"

need umoci runc mtree
need_root
make_images
bundle image -p linux/amd64 --flavour nonroot -o "oci:$made/nonroot:$mark" "${product[@]}"
make_server

begin 'unpack: type, mode, owner, time, size, digest and link of every file'
check umoci unpack --image "$made/one:$mark" bundle
check test "$(stat -c '%a %u:%g' bundle/rootfs/tmp bundle/rootfs/home/nonroot)" = \
	"$(printf '1777 0:0\n700 65532:65532')"
same_tree bundle/rootfs
intact dir:bundle/rootfs linux/amd64 -p linux/amd64

begin 'unpack: the other platforms of an index'
for platform in arm64 arm; do
	index=$(blob "$made/many" "$(digest "$made/many")")
	[ $platform = arm64 ] && number=1 tree=linux-arm64 || number=2 tree=linux-arm-v7
	cp -R "$made/many" $platform
	python3 - $platform "$index" $number <<-'END'
	import json, sys
	layout, index, number = sys.argv[1:]
	one = json.load(open(index))["manifests"][int(number)]
	one["annotations"] = {"org.opencontainers.image.ref.name": "one"}
	json.dump({"schemaVersion": 2, "manifests": [one]}, open(layout + "/index.json", "w"))
	END
	check umoci unpack --image $platform:one bundle.$platform
	same_tree bundle.$platform/rootfs "$made/rootfs/$tree.mtree"
done

begin 'stat: one layer, of the size that it has'
run umoci stat --image "$made/one:$mark" --json
stdout_stated=1
check test "$(field "$scratch/stdout" history 0 layer digest)" = "sha256:$(basename "$(layer "$made/one")")"
check test "$(field "$scratch/stdout" history 0 layer size)" = "$(stat -c %s "$(layer "$made/one")")"
check test "$(field "$scratch/stdout" history 0 created)" = 2009-02-13T23:31:30Z
check test "$(field "$scratch/stdout" history)" = "[$(field "$scratch/stdout" history 0)]"

# runnable BUNDLE [ARGUMENT]...: without a terminal, with limits that any machine grants.
runnable() {
	python3 - "$@" <<-'END'
	import json, sys
	name = sys.argv[1] + "/config.json"
	config = json.load(open(name))
	config["process"].update(terminal=False, rlimits=[])
	config["process"]["args"] += sys.argv[2:]
	json.dump(config, open(name, "w"))
	END
}

# process BUNDLE KEY...: what the bundle runs, as umoci understood the image's configuration.
process() { field "$1/config.json" process "${@:2}"; }

begin 'unpack and run: as the recipe says'
check umoci unpack --image "$made/one:$mark" bundle
check test "$(process bundle args)" = '["/tiny", "-c", "/etc/tiny.conf"]'
check test "$(process bundle cwd)" = /
runnable bundle
run runc --root "$PWD/state" run --bundle bundle "$mark-one"

begin 'unpack and run: the flavour that is not root, in a directory that is its own'
check umoci unpack --image "$made/nonroot:$mark" bundle
check test "$(process bundle user uid):$(process bundle user gid)" = 65532:65532
check test "$(process bundle cwd)" = /home/nonroot
runnable bundle
run runc --root "$PWD/state" run --bundle bundle "$mark-nonroot"

begin 'unpack and run: the server'
check umoci unpack --image "$made/server:$mark" bundle
epoch=$(field "$top/configs/nats-streaming-server.source.lock.json" epoch) \
	same_tree bundle/rootfs "$made/server.rootfs/linux-amd64.mtree"
runnable bundle --version
run runc --root "$PWD/state" run --bundle bundle "$mark-server"
filter 's/, nats-server:.*//'
stdout <<<"nats-streaming-server version $version"

begin 'insert: a layer on top of ours, and ours is the same below it'
cp -R "$made/one" layout
echo more >addition
check umoci insert --image "layout:$mark" addition /etc/more.conf
check test "$(field "$(blob layout "$(field layout/index.json manifests 0 digest)")" layers 0 digest)" = \
	"sha256:$(basename "$(layer "$made/one")")"
check umoci unpack --image "layout:$mark" bundle
check test "$(cat bundle/rootfs/etc/more.conf)" = more

begin 'a layout of several tags: umoci lists and unpacks them, and what it adds stays'
bundle image -p linux/amd64 -o oci:layout:b "${product[@]}"
bundle image -p linux/amd64 --flavour nonroot -o oci:layout:a "${product[@]}"
check umoci tag --image layout:a theirs
check umoci config --image layout:b --tag changed --config.user 7
bundle image -p linux/arm64 -o oci:layout:a "${product[@]}"
bundle image -p linux/amd64 -o oci:layout:c "${product[@]}"
check test "$(umoci list --layout layout | sort | tr '\n' ' ')" = 'a b c changed theirs '
for tag in b c theirs changed; do
	check umoci unpack --image layout:$tag bundle.$tag
	same_tree bundle.$tag/rootfs
done
check test "$(process bundle.theirs user uid)$(process bundle.changed user uid)" = 655327
check umoci gc --layout layout
run bundler validate oci:layout

finish
