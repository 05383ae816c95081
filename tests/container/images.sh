#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600 seconds=20
# `make images` and `make run-images`: what they put into the engine, and what they find out.
. "$(dirname "$0")/lib.sh"

need_engine
need_trees linux/amd64
need_client
version=$(sed -n 's/^version: *//p' "$top/configs/$recipe.yaml")
image=nats-streaming:$version-scratch
locked=(--offline --cache "$scratch/cache" --lock "$top/configs/$recipe.source.lock.json"
	--mirror "file://$top/build/source")

# The caches of Go are in the user's HOME, which a test does not have.
for name in GOMODCACHE GOCACHE; do
	export $name="$(go env $name)"
done

# sums: as bundler rootfs has printed them of the trees for these platforms.
sums() {
	local tree
	for tree; do
		printf '%064d  %s\n' 0 "$context/rootfs/$tree.mtree"
	done
}

images() {
	TEST_TIMEOUT=300 run "$top/bundler/make/images.sh" -s "-$mark" "$top/configs/$recipe.yaml" \
		"$image-$mark" sums "${locked[@]}"
}

run_images() { TEST_TIMEOUT=300 IMAGES=list run "$top/tests/container/run-images"; }

begin 'the context for scratch and a layout of each flavour, each of which takes a message'
sums linux-amd64 windows-amd64 >sums
images
stdout <<-END
	$image-$mark linux/amd64
	$image-$mark-root linux/amd64
	$image-$mark-nonroot linux/amd64
END
docker image inspect alpine:3.22 >log 2>&1 || stderr <<-END
	images: nats-streaming:$version-alpine3.22-$mark: left to bundler lint and to tests/interop/alpine.sh, since the base image is not here
END
stderr_stated=1
run docker inspect -f '{{.Config.User}}' "$image-$mark" "$image-$mark-root" "$image-$mark-nonroot"
stdout <<<'

65532:65532'
printf "%s linux/amd64\n" "$image-$mark" "$image-$mark-root" "$image-$mark-nonroot" >list
run_images
stdout <<-END
	ok 1 - $image-$mark (linux/amd64)
	ok 2 - $image-$mark-root (linux/amd64)
	ok 3 - $image-$mark-nonroot (linux/amd64)
	1..3
END

begin 'an image that does not answer is found'
printf 'FROM %s\nENTRYPOINT ["/%s", "-p", "4223"]\nCMD ["-m", "8222"]\n' "$image-$mark-root" "$recipe" >Dockerfile
check env DOCKER_BUILDKIT=0 docker build -q -t "$mark:elsewhere" .
printf 'FROM %s\nCMD ["-m", "8223"]\n' "$image-$mark-root" >Dockerfile
check env DOCKER_BUILDKIT=0 docker build -q -t "$mark:silent" .
printf "$mark:%s linux/amd64\n" elsewhere silent >list
run_images
grep -E '^(not )?ok|^1' "$scratch/stdout" >seen
check diff - seen <<-END
	not ok 1 - $mark:elsewhere (linux/amd64)
	not ok 2 - $mark:silent (linux/amd64)
	1..2
END
stdout_stated=1

finish
