#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The context of a scratch variant, as bundler library writes it, in both builders: the image is the
# tree, and runs as the recipe says.
# tests/run: timeout=600
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../product.sh"

need_engine
commit=0123456789abcdef0123456789abcdef01234567

make_product "$scratch/product"
cat >>"$scratch/product/tiny.yaml" <<-'END'
library:
  name: little
  maintainers: ["A (@a)"]
  repository: https://example.org/little.git
  branch: main
  directory: "{version}"
  tags: ["{version}"]
  platforms: [linux/amd64]
  variants: [{scratch: dockerfile}]
END
product=(--offline --cache "$scratch/product/cache" "$scratch/product/tiny.yaml")
bundler library -o "$scratch/out" --commit $commit "$scratch/product/tiny.yaml" >/dev/null &&
	bundler rootfs -p linux/amd64 -o "$scratch/trees" "${product[@]}" >/dev/null ||
	bail_out 'cannot make the context'
gzip -9n <"$scratch/trees/linux-amd64.tar" >"$scratch/out/1.0/scratch/rootfs.tar.gz"

builders=(classic)
[ -z "$(buildkit_client)" ] || builders+=(buildkit)
for builder in "${builders[@]}"; do
	begin "$builder: the image is the tree and runs as the recipe says"
	docker=docker kit=0
	[ $builder = classic ] || docker=$(buildkit_client) kit=1
	check env DOCKER_BUILDKIT=$kit timeout -k 5 120 "$docker" build -q -t "$mark:$builder" \
		"$scratch/out/1.0/scratch"
	run docker inspect -f '{{json .Config.Entrypoint}} {{json .Config.Cmd}} {{json .Config.ExposedPorts}} {{.Config.WorkingDir}} {{.Config.StopSignal}} {{json .Config.Labels}}' "$mark:$builder"
	stdout <<-'END'
	["/tiny"] ["-c","/etc/tiny.conf"] {"4222/tcp":{},"53/udp":{}} / SIGINT {"org.opencontainers.image.title":"tiny","org.opencontainers.image.version":"1.0"}
	END
	check engine save -o saved.tar "$mark:$builder"
	run bundler audit -q "docker-archive:saved.tar" \
		-p linux/amd64 "${product[@]}"
	filter 's/; .*\)/)/'
	stdout <<<'verdict: equivalent (linux/amd64)'
	filter ''
	check sh -c "docker inspect -f '{{json .Config.Env}}' '$mark:$builder' | grep -q '\"TINY=1\"'"
	run docker run --rm --pull never --network none --label "$mark" "$mark:$builder"
done

finish
