#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=1200 seconds=200
# The Compose files of configs/deploy, each with a real publisher and a real subscriber: what was
# acknowledged is there after servers were killed, cut off and replaced. With $LONG set, which
# `make reproducible` does, each of these happens several times, to both servers, with more messages.
. "$(dirname "$0")/lib.sh"

need patch musl-gcc
need_compose
need_engine
for recipe in nats-server nats-streaming-server; do
	need_archives linux/amd64
done
need_client

deploy=$top/configs/deploy
interval=${LONG:+5ms}
passwords=$scratch/passwords.conf

# ---- the images, with a health check ----

# probe: a release of microcheck, whose httpcheck is a program of ours.
probe() {
	musl-gcc -static -Os -s -o httpcheck "$top/tests/container/httpcheck.c" &&
		tar -czf mirror/linux-amd64.tar.gz httpcheck &&
		(cd mirror && sha256sum linux-amd64.tar.gz >checksums.txt)
}

# with_health_check NAME: the recipe with the patch, for this platform, its lock and its image.
with_health_check() {
	local name=$1 archive inputs=(--mirror "file://$PWD/mirror" --cache cache "configs/$1.yaml")
	archive=$(sed -n "s/.*  \($name-v.*-linux-amd64.tar.gz\)$/\1/p" "$top/configs/source/$name/SHA256SUMS")
	cp "$top/build/source/$archive" mirror &&
		(cd mirror && sha256sum "$archive" >SHA256SUMS) &&
		sed -i -e '/^library:/,$d' -e '/^platforms:/,/^$/ { /^  [-#] /{ /linux\/amd64$/!d } }' "configs/$name.yaml" &&
		bundler lock --release source --sums mirror/checksums.txt --sums mirror/SHA256SUMS "${inputs[@]}" &&
		bundler image --offline -o "docker-archive:$name.tar:$mark" "${inputs[@]}" &&
		bundler audit -q --offline "docker-archive:$name.tar" "${inputs[@]}" &&
		engine load -q -i "$name.tar"
}

# images: both, and one of the client.
images() {
	mkdir configs mirror client &&
		cp -R "$top/configs/"{root,nats*.yaml,nats*.conf,ca-certificates.crt} configs &&
		patch -s -p1 -i "$deploy/healthcheck.patch" && probe &&
		with_health_check nats-server && with_health_check nats-streaming-server &&
		cp "$client" client/client &&
		printf 'FROM scratch\nCOPY client /\nENTRYPOINT ["/client"]\n' >client/Dockerfile &&
		DOCKER_BUILDKIT=0 engine build -q -t "$mark:client" client
}
mkdir "$scratch/images"
(cd "$scratch/images" && images) >"$scratch/log" 2>&1 || bail_out 'cannot make the images' "$scratch/log"
export NATS_IMAGE=nats-server:$mark NATS_STREAMING_IMAGE=nats-streaming-server:$mark

# ---- compositions, and clients in them ----

# compose COMMAND...: of the file that $file names.
compose() {
	COMPOSE_PROJECT_NAME=$mark-$file timeout -k 5 240 "${compose[@]}" -f "$deploy/compose/$file.yaml" "$@"
}

# down: what this file and its clients have made is gone.
down() {
	local project=label=com.docker.compose.project=$mark-$file ids
	ids=$(docker ps -aq --filter "label=$mark") && [ -z "$ids" ] || docker rm -f -v $ids
	ids=$(docker ps -aq --filter "$project") && [ -z "$ids" ] || docker rm -f -v $ids
	ids=$(docker volume ls -q --filter "$project") && [ -z "$ids" ] || docker volume rm $ids
	ids=$(docker network ls -q --filter "$project") && [ -z "$ids" ] || docker network rm $ids
} >/dev/null 2>&1
file=none
on_exit down

# up FILE SERVER...: with new passwords, until all are healthy.
up() {
	local server cluster=()
	file=$1
	shift
	servers=("$@")
	[ $# -eq 1 ] || cluster=("$@")
	check sh -c '"$@" >"$0"' "$passwords" "$deploy/compose/passwords.sh" "${cluster[@]}"
	# For the group of the server alone, if the group can be given away.
	! chgrp 65532 "$passwords" 2>/dev/null || check chmod 640 "$passwords"
	urls=$(for server; do
		echo "nats://app:$(sed -n 's/^CLIENTS: "\(.*\)"/\1/p' "$passwords")@$server:4222"
	done | paste -sd,)
	check compose up -d
	all_healthy
}
export PASSWORDS=$passwords PORT=

# container SERVER: its ID.
container() {
	docker ps -aq --filter "label=com.docker.compose.project=$mark-$file" \
		--filter "label=com.docker.compose.service=$1"
}

network() {	# clients|routes
	docker network ls --format '{{.Name}}' --filter "label=com.docker.compose.project=$mark-$file" | grep "_$1$"
}

# within SECONDS COMMAND...: until it succeeds.
within() {
	local end=$((SECONDS + $1)) seconds=$1
	shift
	[ -z "$left_out" ] || return 0
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			fail "did not happen within $seconds s: $*" "$(state)"
			return 1
		fi
		sleep 0.5
	done
}

state() {
	local server
	for server in "${servers[@]}"; do
		echo "$server: $(docker inspect -f '{{json .State}}' "$(container "$server")")"
		docker logs "$(container "$server")" 2>&1 | tail -n 25
	done
}

is() { [ "$(docker inspect -f '{{.State.Health.Status}}' "$(container "$1")")" = "$2" ]; }	# SERVER HEALTH
all_healthy() {
	local server
	for server in "${servers[@]}"; do
		within 120 is "$server" healthy
	done
}

# join NETWORK: "${inside[@]}" VERB... is the client, in a container among those of the servers.
join() { inside=(docker run --label "$mark" --network "$(network "$1")"); }
client() { timeout -k 5 120 "${inside[@]}" --rm "$mark:client" "$@"; }
run_client() { run "${inside[@]}" --rm "$mark:client" "$@"; }
start_client() { check engine "${inside[@]:1}" -d --name "$mark-$1" "$mark:client" "${@:2}"; }	# NAME VERB...

# ---- one server ----

# alone FILE SERVER VERB VERB: its health is seen, and its messages outlive container and volume.
alone() {
	local server=$2 put=$3 get=$4 id
	[ -z "$left_out" ] || return 0
	up "$1" "$2"
	join default
	run_client "$put" "$urls" kept one two
	run_client exchange "nats://$server:4222" kept nothing
	status 1
	stderr <<<"client: cannot connect: nats: Authorization Violation"

	id=$(container "$server")
	check engine kill -s STOP "$id"
	within 120 is "$server" unhealthy
	check engine kill -s CONT "$id"
	within 120 is "$server" healthy

	check compose stop
	run docker inspect -f '{{.State.ExitCode}}' "$id"
	filter 's/^143$/0/'	# NATS Streaming's own word for SIGTERM
	stdout <<<0
	filter ''
	docker cp "$id:/data/." - >backup.tar
	check compose down -v
	check compose up --no-start
	check engine cp - "$(container "$server"):/data" <backup.tar
	check compose start
	within 120 is "$server" healthy
	run_client "$get" "$urls" kept 2
	stdout <<-'END'
		1 one
		2 two
	END
	down
}

begin 'healthcheck.patch: the probe is in both images, and says that nothing listens'
for image in "$NATS_IMAGE" "$NATS_STREAMING_IMAGE"; do
	run docker run --rm --label "$mark" --entrypoint /httpcheck "$image" http://127.0.0.1:8222/healthz
	status 1
done

begin 'nats.yaml: healthy, unhealthy when it hangs, and restored from a backup'
alone nats nats store load

begin 'nats-streaming.yaml: healthy, unhealthy when it hangs, and restored from a backup'
alone nats-streaming stan publish receive

# ---- three ----

leads() { client leader "$urls" numbers "$kind" >leader 2>/dev/null && [ "$(cat leader)" != "${1-}" ]; }

# led [SERVER]: there is a leader, which is another one; $leader.
led() { within 120 leads "$@" && leader=$(cat leader); }

# caught_up SERVER: it has what the others have.
caught_up() {
	case $kind in
	stream) client monitor "http://$1:8222" healthz status ;;
	channel) client monitor "http://$1:8222/streaming" serverz role | grep -E 'Leader|Follower' ;;
	esac
}

# event NAME: begins now.
event() { echo "$(date +%s%3N) $1" >>events; }
last() { docker logs --tail 1 "$mark-pour" 2>/dev/null | sed 's/.* //'; }	# acknowledged message
more() { [ "$(last)" -gt $((counted + 25)) ]; }

# goes_on: messages are acknowledged again.
goes_on() {
	counted=$(last)
	within 120 more
}

killed() {
	event killed
	check engine kill -s KILL "$(container "$leader")"
	led "$leader"
	goes_on
	event restarted
	check compose start
	all_healthy
}

cut_off() {
	local lonely=$leader id name
	id=$(container "$lonely")
	event 'cut off'
	for name in clients routes; do
		check engine network disconnect "$(network $name)" "$id"
	done
	led "$lonely"
	goes_on
	# NATS Streaming's health is that of NATS, without its cluster.
	[ $kind = channel ] || within 120 is "$lonely" unhealthy
	event healed
	for name in clients routes; do
		check engine network connect --alias "$lonely" "$(network $name)" "$id"
	done
	all_healthy
	within 120 caught_up "$lonely"
	goes_on
}

# replaced: one after the other, as for a new version.
replaced() {
	local server id
	for server in "${servers[@]}"; do
		id=$(container "$server")
		event replaced
		check compose up -d --no-deps --force-recreate "$server"
		check test "$id" != "$(container "$server")"
		within 120 is "$server" healthy
		within 120 caught_up "$server"
		goes_on
	done
}

# emptied: a server that does not lead loses its disk, and gets all from the others.
emptied() {
	local server=${servers[0]}
	[ "$server" != "$leader" ] || server=${servers[1]}
	event 'disk lost'
	check engine rm -f "$(container "$server")"
	check engine volume rm "$mark-${file}_$server"
	check compose up -d --no-deps "$server"
	within 120 is "$server" healthy
	within 120 caught_up "$server"
	goes_on
}

# followed: the subscriber has received what was acknowledged.
followed() {
	docker logs "$mark-drain" >followed 2>/dev/null &&
		[ -z "$(comm -23 <(sed 's/.* //' acknowledged | sort) <(sort -u followed))" ]
}

# survives FILE KIND FAULTS SERVER...: each fault in turn while messages are sent.
survives() {
	local fault
	[ -z "$left_out" ] || return 0
	kind=$2
	up "$1" "${@:4}"
	join clients
	start_client pour pour "$urls" numbers "$kind" "${interval:-50ms}"
	goes_on
	start_client drain drain "$urls" numbers "$kind" end
	for fault in $3; do
		led && $fault
	done
	check engine stop -t 20 "$mark-pour"
	docker logs "$mark-pour" >acknowledged 2>/dev/null
	within 120 followed
	client drain "$urls" numbers "$kind" idle >again || fail 'cannot read back'
	check "$top/tests/container/faults.py" events acknowledged followed again
	sed "s/^/# $file: /" "$scratch/check"
	[ -z "$test_failed" ] || fail "$(state)"
	down
}

all='killed cut_off replaced' again=
[ -z "${LONG-}" ] || again="$all $all emptied killed"
begin 'nats-cluster.yaml: every acknowledged message is read back'
survives nats-cluster stream "$all $again" nats-a nats-b nats-c

begin 'nats-streaming-cluster.yaml: every acknowledged message is read back'
survives nats-streaming-cluster channel "killed ${LONG:+cut_off replaced} $again" stan-a stan-b stan-c

finish
