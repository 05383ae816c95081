#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The verdict about images that other tools build and copy: equivalent with no option, and different
# as soon as one of them is told to change something.
# tests/run: timeout=600 seconds=60
. "$(dirname "$0")/lib.sh"

need docker-registry skopeo podman buildah umoci
need_go crane
need_root
need_engine
buildkit=$(buildkit_client)
unset DOCKER_CONFIG	# whose file must be there where this is set
make_images

storage=(--root "$scratch/storage" --runroot "$scratch/run" --storage-driver vfs)
podman() { timeout 60 podman "${storage[@]}" --cgroup-manager cgroupfs "$@"; }
buildah() { timeout 60 buildah "${storage[@]}" "$@"; }
skopeo() { timeout 60 skopeo --insecure-policy "$@"; }
crane() { timeout 60 "$crane" "$@"; }
umoci() { timeout 60 umoci "$@"; }
on_exit 'podman rmi --all --force >/dev/null 2>&1'

# The tree and the Dockerfile in "context"; a CHANGE is the same, an entry point, a variable or a mode.
prepare() { # CHANGE
	rm -rf context place
	mkdir context context/root
	tar -C context/root -xpf "$made/rootfs/linux-amd64.tar"
	entrypoint='"/tiny"' more=
	case $1 in
	entrypoint) entrypoint='"/tiny", "-x"' ;;
	variable) more='ENV LD_PRELOAD=/evil.so' ;;
	mode) chmod 700 context/root/etc ;;
	esac
	tar -C context/root --numeric-owner --sort=name -cf context/tree.tar .
	cat >context/Dockerfile <<-END
		FROM scratch
		ADD tree.tar /
		LABEL org.opencontainers.image.title="tiny" org.opencontainers.image.version="1.0"
		ENV TINY=1
		$more
		EXPOSE 4222 53/udp
		STOPSIGNAL SIGINT
		WORKDIR /
		ENTRYPOINT [$entrypoint]
		CMD ["-c", "/etc/tiny.conf"]
	END
}

# The tools. Each makes "place" of "context", and says in "where" what it is.
by_docker_classic() {
	DOCKER_BUILDKIT=0 engine build -q -t "$mark:verdict" context
	engine save -o place "$mark:verdict"
	echo docker-archive:place >where
}

by_docker_buildkit() {
	DOCKER_BUILDKIT=1 timeout 120 "$buildkit" build -q --no-cache -t "$mark:verdict" context
	engine save -o place "$mark:verdict"
	echo docker-archive:place >where
}

by_docker_export() {
	DOCKER_BUILDKIT=0 engine build -q -t "$mark:verdict" context
	engine create --label "$mark" --name "$mark-verdict" "$mark:verdict"
	engine export -o place "$mark-verdict"
	engine rm "$mark-verdict"
	echo tar:place >where
}

by_docker_push() {
	DOCKER_BUILDKIT=0 engine build -q -t "$registry/$mark:verdict" context
	engine push -q "$registry/$mark:verdict"
	engine rmi "$registry/$mark:verdict"
	echo "docker://$registry/$mark:verdict" >where
}

by_buildah() {
	buildah bud -q --isolation chroot -t "$mark:verdict" context
	buildah push -q "$mark:verdict" oci-archive:place
	echo oci-archive:place >where
}

by_buildah_push() {
	buildah bud -q --isolation chroot -t "$mark:verdict" context
	buildah push -q --tls-verify=false "$mark:verdict" "docker://$registry/$mark:verdict"
	echo "docker://$registry/$mark:verdict" >where
}

by_podman() {
	podman build -q --isolation chroot -t "$mark:verdict" context
	podman save -q --format docker-archive -o place "$mark:verdict"
	echo docker-archive:place >where
}

# As kaniko: a layer of the files and a configuration, without an engine; times of its own.
by_crane() {
	gzip -1 <context/tree.tar >layer.tgz
	crane append -f layer.tgz -t "$registry/$mark/crane:verdict"
	set -- crane mutate "$registry/$mark/crane:verdict" --env TINY=1 --workdir / \
		--entrypoint "$(sed 's/"//g; s/, /,/' <<<"$entrypoint")" --cmd -c,/etc/tiny.conf \
		--label org.opencontainers.image.title=tiny --label org.opencontainers.image.version=1.0 \
		--exposed-ports 4222,53/udp --set-platform linux/amd64 -t "$registry/$mark/crane:verdict"
	[ -z "$more" ] || set -- "$@" --env LD_PRELOAD=/evil.so
	"$@"
	crane pull --format oci "$registry/$mark/crane:verdict" place
	# crane has no option for the signal.
	skopeo copy -q oci:place oci:other:x
	umoci config --image other:x --config.stopsignal SIGINT
	rm -r place
	mv other place
	echo oci:place:x >where
}

# verdict WORD: of what is at $place.
verdict() {
	local network=--offline
	case $place in docker:*) network=--plain-http=$registry ;; esac
	run bundler audit -q --cache "$scratch/product/cache" "$network" -p linux/amd64 "$place" \
		"$scratch/product/tiny.yaml"
	[ "$1" = different ] && status 1
	filter 's/^verdict: ([a-z]+).*/\1/'
	stdout <<<"$1"
	filter ''
}

for tool in docker_classic docker_buildkit docker_export docker_push buildah buildah_push podman crane; do
	begin "$tool: what it builds is equivalent, and a change is seen"
	if [ "$tool" = docker_buildkit ] && [ -z "$buildkit" ]; then
		skip 'no client with BuildKit'
		continue
	fi
	[ -z "$left_out" ] || continue
	case $tool in *_push | crane) registry ;; esac
	changes='none entrypoint variable mode'
	[ "$tool" = docker_export ] && changes='none mode'
	for change in $changes; do
		prepare "$change"
		# Not with "||", in which -e has no effect.
		(set -e; "by_$tool") >tool.log 2>&1
		[ $? -eq 0 ] || fail "$tool: $(cat tool.log)"
		place=$(cat where)
		if [ "$change" = none ]; then
			verdict equivalent
		else
			verdict different
		fi
	done
done

begin 'docker load, docker push'
registry
check engine load -q -i "$made/one.tar"
check engine tag "tiny:$mark" "$registry/$mark/loaded:v1"
check engine push -q "$registry/$mark/loaded:v1"
place=docker://$registry/$mark/loaded:v1
verdict equivalent
check skopeo copy -q --all --src-tls-verify=false "$place" oci:copied
place=oci:copied
verdict equivalent
check engine rmi "$registry/$mark/loaded:v1"

begin 'podman load and push'
check podman load -q -i "$made/one.tar"
check podman push -q "tiny:$mark" oci:pushed
place=oci:pushed
verdict equivalent

finish
