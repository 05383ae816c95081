#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600 seconds=11
# The image has what the manifest of its tree says, whichever builder made it.
. "$(dirname "$0")/lib.sh"

platforms='linux/amd64 linux/arm64 linux/arm/v7'
need_engine
need_trees $platforms

buildkit() {
	[ -n "$(buildkit_client)" ] || { skip 'no Docker client with BuildKit'; return 1; }
}

# config TAG TEMPLATE: of the image's configuration what the template says is standard input.
config() {
	run docker inspect -f "$2" "$mark:$1"
	stdout
}

labels_of_recipe() {
	local version
	version=$(sed -n 's/^version: *//p' "$top/configs/nats-streaming-server.yaml")
	sed -n 's/^    \(org\.opencontainers[^:]*\): *"\{0,1\}\([^"]*\)"\{0,1\}$/\1=\2/p' \
		"$top/configs/nats-streaming-server.yaml" | sed "s/{version}/$version/"
	echo "bundler.release=$1"
}

for builder in classic buildkit; do
	begin "$builder: the image equals the manifest"
	if [ $builder = classic ] || buildkit; then
		check build $builder $builder --build-arg RELEASE=source
		equals_manifest $builder linux-amd64
	fi

	begin "$builder: the audit says equivalent, as README.md builds it, and of the other flavour"
	if [ $builder = classic ] || buildkit; then
		for flavour in root nonroot; do
			options=()
			[ $flavour = root ] || options=(--build-arg NONROOT=1)
			check build $builder $builder-plain "${options[@]}"
			[ $flavour = root ] || options=(--flavour nonroot)
			check engine save -o saved.tar "$mark:$builder-plain"
			run bundler audit -q "${options[@]}" docker-archive:saved.tar --offline \
				--cache "$scratch/cache" --mirror "file://$top/build/source" \
				--lock "$top/configs/nats-streaming-server.source.lock.json" \
				"$top/configs/nats-streaming-server.yaml"
			filter 's/; [0-9]+ notes//'
			stdout <<<'verdict: equivalent (linux/amd64)'
		done
	fi

	begin "$builder: the image runs as the recipe says"
	if [ $builder = classic ] || buildkit; then
		config $builder '{{.Os}}/{{.Architecture}} {{.Config.Entrypoint}} {{.Config.Cmd}} {{.Config.ExposedPorts}}' <<-'END'
			linux/amd64 [/nats-streaming-server] [-c /nats-streaming-server.conf] map[4222/tcp:{} 8222/tcp:{}]
		END
		filter 's/^\/$//'
		config $builder '{{.Config.User}}{{.Config.WorkingDir}}' <<<''
		labels_of_recipe source | sort >labels
		run docker inspect -f '{{range $k, $v := .Config.Labels}}{{println $k "=" $v}}{{end}}' "$mark:$builder"
		filter 's/ = /=/; /^$/d'
		stdout <labels
	fi

	begin "$builder: the flavour that is not root"
	if [ $builder = classic ] || buildkit; then
		check build $builder $builder-nonroot --build-arg NONROOT=1
		equals_manifest $builder-nonroot linux-amd64
		config $builder-nonroot '{{.Config.User}} {{.Config.WorkingDir}}' <<-'END'
			65532:65532 /data
		END
	fi
done

begin 'a tree that is missing is an error, not another one'
rm -rf "$scratch/empty"
mkdir -p "$scratch/empty/rootfs"
cp "$context/Dockerfile.scratch" "$context/.dockerignore" "$scratch/empty"
cp "$context/rootfs/linux-arm64.tar" "$scratch/empty/rootfs"
context=$scratch/empty build classic missing >log 2>&1 && fail 'was built'
check grep -q 'linux-amd64.tar' log

for platform in linux/arm64 linux/arm/v7; do
	begin "buildkit: $platform"
	if buildkit; then
		tag=${platform//\//-}
		check build buildkit "$tag" --platform "$platform"
		equals_manifest "$tag" "$tag"
		filter 's/ $//'
		config "$tag" '{{.Os}} {{.Architecture}} {{.Variant}}' <<<"${platform//\// }"
	fi
done

# The reason for ADD: were COPY of the directory as good, this would fail and tell.
for builder in classic buildkit; do
	begin "$builder: COPY of the tree loses owners, so Dockerfile.scratch has ADD"
	if [ $builder = classic ] || buildkit; then
		mkdir -p "$scratch/copied/rootfs"
		cp -a "$context/rootfs/linux-amd64" "$scratch/copied/rootfs"
		# BuildKit's cache ignores owners: this copy must not be taken for another one.
		echo "$mark" >"$scratch/copied/rootfs/linux-amd64/mark"
		printf 'FROM scratch\nCOPY rootfs/linux-amd64/ /\n' >"$scratch/copied/Dockerfile.scratch"
		context=$scratch/copied check build $builder $builder-copied
		check engine save -o saved.tar "$mark:$builder-copied"
		python3 "$top/tests/container/image_tree.py" saved.tar >actual
		check grep -q '^\./home/nonroot type=dir uid=0 gid=0 ' actual
		check grep -q '^\./tmp type=dir uid=0 gid=0 mode=01777 ' actual
	fi
done

finish
