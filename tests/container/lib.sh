# SPDX-License-Identifier: Apache-2.0
# What the container tests share; bash, sourced by each: the harness of the command tests, and
#
#	recipe=NAME			before it is sourced: not the one of nats-streaming-server
#	need_trees PLATFORM...		$context gets what Dockerfile.scratch needs
#	need_engine			Docker's engine answers
#	need_compose			and "${compose[@]}" is Docker Compose
#	need_image			and $image is a tag of the image, root flavour, for amd64
#	need_client			$client is built
#	need_nats_server		$nats_server is, for it to connect to
#	equals_manifest TAG TREE	the file system of an image is that of its tree
#	start NAME [OPTION]... IMAGE [ARG]...	runs a container; the verbs further down take its NAME
#
# Everything made in the engine carries the label or the tag $mark and is removed at the end.

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

recipe=${recipe-nats-streaming-server}
mark=bundler-test-$$
context=$scratch/context
client=$scratch/client nats_server=$scratch/nats-server

# Of the settings in HOME, which a test has not, the engine's and Go's are needed.
export DOCKER_CONFIG=${DOCKER_CONFIG:-$HOME/.docker}
go=$top/configs/source/go.sh

engine() { timeout -k 5 "${ENGINE_TIMEOUT:-120}" docker "$@"; }

remove_all() {
	local ids
	ids=$(docker ps -aq --filter "label=$mark") && [ -z "$ids" ] || docker rm -f -v $ids
	ids=$(docker volume ls -q --filter "label=$mark") && [ -z "$ids" ] || docker volume rm $ids
	ids=$(docker network ls -q --filter "label=$mark") && [ -z "$ids" ] || docker network rm $ids
	forget_images
} >/dev/null 2>&1

# forget_images: those with the mark in their names or tags.
forget_images() {
	local images
	images=$(docker images --format '{{.Repository}}:{{.Tag}}' | grep -Fw "$mark") &&
		docker rmi -f $images
} >/dev/null 2>&1

# A client that still has BuildKit built in (before 23) or has buildx. The last can be without
# it while the distribution's own one beside it is not.
buildkit_client() {
	local docker
	for docker in docker /usr/bin/docker; do
		if "$docker" buildx version; then
			break
		fi
		case $("$docker" version -f '{{.Client.Version}}') in
		18.* | 19.* | 20.*) break ;;
		esac
		docker=
	done >/dev/null 2>&1
	echo "$docker"
}

need_engine() {
	timeout 20 docker version >/dev/null 2>&1 || skip_all 'no Docker engine answers'
	on_exit remove_all
}

# The plug-in, or the program of its own that older distributions have.
need_compose() {
	compose=(docker compose)
	"${compose[@]}" version >/dev/null 2>&1 || compose=(docker-compose)
	"${compose[@]}" version >/dev/null 2>&1 || skip_all 'no Docker Compose'
}

# The real server, rebuilt where it has not been already.
need_archives() { # PLATFORM...
	local options=() platform
	for platform; do
		options+=(-p "$platform")
	done
	"$top/configs/source/build.sh" "${options[@]}" "$recipe" >"$scratch/log" 2>&1 ||
		skip_all "cannot rebuild the release: $(tail -n 1 "$scratch/log")"
}

need_trees() { # PLATFORM...
	local options=() platform
	need_archives "$@"
	for platform; do
		options+=(-p "$platform")
	done
	mkdir "$context"
	cp "$top/Dockerfile.scratch" "$top/.dockerignore" "$context"
	bundler rootfs "${options[@]}" --offline --cache "$scratch/cache" -o "$context/rootfs" \
		--lock "$top/configs/$recipe.source.lock.json" \
		--mirror "file://$top/build/source" "$top/configs/$recipe.yaml" \
		>"$scratch/log" 2>&1 || bail_out 'cannot build the trees' "$scratch/log"
}

# starts TREE EMULATOR [OPTION]...: the tree's server prints its version there.
starts() {
	local version
	begin "$1 starts"
	if ! command -v "$2" >/dev/null; then
		skip "no $2"
		return
	fi
	version=$(sed -n 's/^version: *//p' "$top/configs/$recipe.yaml")
	run "${@:2}" "$context/rootfs/$1/nats-streaming-server" --version
	filter 's/, nats-server:.*//'
	stdout <<<"nats-streaming-server version $version"
}

# build classic|buildkit TAG [OPTION]...: $mark:TAG, from Dockerfile.scratch unless -f says else.
build() {
	local builder=$1 tag=$2 docker=docker kit=0 options=()
	shift 2
	if [ "$builder" = buildkit ]; then
		# Its cache does not look at owners, so it could hide that they are lost.
		docker=$(buildkit_client) kit=1 options=(--no-cache)
	fi
	DOCKER_BUILDKIT=$kit timeout -k 5 120 "$docker" build -q "${options[@]}" -f "$context/Dockerfile.scratch" \
		-t "$mark:$tag" "$@" "$context"
}

need_image() {
	need_engine
	need_trees linux/amd64
	image=$mark:root
	build classic root >"$scratch/log" 2>&1 ||
		bail_out 'cannot build the image' "$scratch/log"
}

# equals_manifest TAG TREE: the layers of the image hold what the manifest of the tree says.
equals_manifest() {
	check engine save -o saved.tar "$mark:$1"
	# The root directory is in no layer; engines make it 0755, root's.
	mtree -C -f "$context/rootfs/$2.mtree" -k type,uid,gid,mode,size,time,sha256,link |
		sed 's/ $//' | grep -v '^\. ' | sort >expected
	grep -q "^\./$recipe " expected || fail 'no server in the manifest'
	python3 "$top/tests/container/image_tree.py" saved.tar | sort >actual
	check diff -u expected actual
}

go_build() { # FILE PACKAGE
	(cd "$top/tests/container/client" && "$go" build -trimpath -o "$1" "$2") >"$scratch/log" 2>&1 ||
		skip_all "cannot build $2: $(tail -n 1 "$scratch/log")"
}
need_client() { go_build "$client" .; }
need_nats_server() { go_build "$nats_server" github.com/nats-io/nats-server/v2; }

# ---- containers ----

# start NAME [OPTION]... IMAGE [ARG]...: runs detached; both ports are on loopback.
start() {
	local name=$1
	shift
	check engine run -d --label "$mark" --name "$mark-$name" \
		-p 127.0.0.1::4222 -p 127.0.0.1::8222 "$@"
}

stop() { check engine stop -t 10 "$mark-$1"; }		# NAME
restart() { check engine restart -t 10 "$mark-$1"; }	# NAME
logs() { docker logs "$mark-$1" 2>&1; }			# NAME

# address NAME PORT: where the port of the container is, host:port.
address() { docker port "$mark-$1" "$2/tcp" | head -n 1; }
nats() { echo "nats://$(address "$1" 4222)"; }		# NAME
monitoring() { echo "http://$(address "$1" 8222)/streaming"; }	# NAME

# serves NAME: waits until the server says that it is ready.
serves() {
	wait_for says "$1" 'Streaming Server is ready' || fail "$(logs "$1")"
}
says() { logs "$1" | grep -qF -- "$2"; }		# NAME TEXT

volume() { check engine volume create --label "$mark" "$mark-$1"; }	# NAME

# uncomment HEADING...: settings.conf is the default configuration with the settings below
# these headings, up to the next empty line. The server reads only its beginning if that is all
# that parses, so a heading that is not found is a failure.
uncomment() {
	local heading
	cp "$top/configs/$recipe.conf" settings.conf
	for heading; do
		check grep -q "# $heading" settings.conf
		sed -i "/# $heading/,/^\$/ s/^\(\t*\)#\([^ ]\)/\1\2/" settings.conf
	done
	chmod 644 settings.conf
	check test "$(diff "$top/configs/$recipe.conf" settings.conf | grep -c '^>')" -ge $#
	configured=(-v "$PWD/settings.conf:/$recipe.conf:ro")
}
