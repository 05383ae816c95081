#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600 seconds=15
# The commented settings of the default configuration work once the "#" is taken away.
. "$(dirname "$0")/lib.sh"

need_image
need_client
need_nats_server
need openssl

begin 'file store: messages survive the container'
uncomment 'File store'
volume file
start file "${configured[@]}" -v "$mark-file:/data" "$image"
if serves file; then
	run "$client" publish "$(nats file)" kept one two
	check engine rm -f "$mark-file"
	start file "${configured[@]}" -v "$mark-file:/data" "$image"
	serves file
	run "$client" monitor "$(monitoring file)" storez type total_msgs
	stdout <<-'END'
		type FILE
		total_msgs 2
	END
	run "$client" receive "$(nats file)" kept 2
	stdout <<-'END'
		1 one
		2 two
	END
	docker diff "$mark-file" >changes
	check test ! -s changes
fi
engine rm -f "$mark-file" >/dev/null

# role NODE: Leader or Follower, as the monitoring endpoint says.
role() { "$client" monitor "$(monitoring "$1")" serverz role | sed 's/.* //'; }

# leader NODE...: sets leader once one of the nodes is.
leader() {
	local node i
	for ((i = 0; i < 100; i++)); do
		for node; do
			if [ "$(role "$node" 2>/dev/null)" = Leader ]; then
				leader=$node
				return 0
			fi
		done
		sleep 0.2
	done
	leader=
	fail 'no leader within 20 s' "$(for node; do logs "$node" | tail -n 20; done)"
	return 1
}

begin 'clustering: three servers elect a leader, and another when it is killed'
uncomment 'File store' 'Clustering: three' 'Clustering: how'
check engine network create --label "$mark" "$mark-cluster"
for node in a b c; do
	start $node "${configured[@]}" --network "$mark-cluster" --network-alias stan-$node \
		-e NODE_ID=$node "$image"
done
if leader a b c; then
	run "$client" publish "$(nats "$leader")" kept one two
	rest=$(tr -d " $leader" <<<'a b c' | sed 's/./& /')
	check engine kill "$mark-$leader"
	if leader $rest; then
		run "$client" publish "$(nats "$leader")" kept three
		run "$client" receive "$(nats "${rest% *}")" kept 3
		stdout <<-'END'
			1 one
			2 two
			3 three
		END
	fi
fi
engine rm -f "$mark"-{a,b,c} >/dev/null

# ---- a NATS server elsewhere, which has a certificate of a test authority ----

prepare() ( # DIRECTORY: the authority, and what the NATS server's image is made of
	set -e
	mkdir "$1"
	cd "$1"
	key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
	openssl req -x509 "${key[@]}" -days 2 -subj '/CN=Test Root' -keyout ca.key -out ca.pem
	openssl req "${key[@]}" -subj '/CN=nats' -keyout nats.key -out nats.csr
	printf 'subjectAltName=DNS:nats.example.com,IP:127.0.0.1\n' >extensions
	openssl x509 -req -in nats.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
		-extfile extensions -out nats.pem
	chmod 644 nats.key
	cp "$nats_server" nats-server
	printf 'FROM scratch\nCOPY nats-server nats.pem nats.key /\nENTRYPOINT ["/nats-server"]\n' >Dockerfile
)

# The NATS server, by the name of the example in a network of its own.
elsewhere() {
	check prepare "$scratch/nats"
	DOCKER_BUILDKIT=0 check engine build -q -t "$mark:nats" "$scratch/nats"
	check engine network create --label "$mark" "$mark-nats"
	check engine run -d --label "$mark" --name "$mark-nats" --network "$mark-nats" \
		--network-alias nats.example.com -p 127.0.0.1::4222 \
		"$mark:nats" --tls --tlscert /nats.pem --tlskey /nats.key
	wait_for says nats 'Server is ready'
}

# serves_there NAME: the server's clients reach it through the NATS server.
serves_there() {
	local there
	there=tls://$(address nats 4222)
	if serves "$1"; then
		SSL_CERT_FILE=$scratch/nats/ca.pem run "$client" publish "$there" kept one
		SSL_CERT_FILE=$scratch/nats/ca.pem run "$client" receive "$there" kept 1
		stdout <<<'1 one'
		run "$client" monitor "$(monitoring "$1")" serverz total_msgs
		stdout <<<'total_msgs 1'
	fi
	check engine rm -f "$mark-$1"
}

begin 'NATS elsewhere: refused, its authority is not in the bundle'
elsewhere
uncomment 'A NATS server elsewhere'
sed -i '/^\ttls {/,/^\t}/d' settings.conf
start unknown "${configured[@]}" --network "$mark-nats" "$image"
check test "$(timeout 20 docker wait "$mark-unknown")" = 1
check says unknown 'x509: certificate signed by unknown authority'

begin 'NATS elsewhere: accepted, its authority is in the bundle'
uncomment 'A NATS server elsewhere'
sed -i '/^\ttls {/,/^\t}/d' settings.conf
mkdir image
cat "$top/configs/ca-certificates.crt" "$scratch/nats/ca.pem" >image/ca-certificates.crt
printf 'FROM %s\nCOPY ca-certificates.crt /etc/ssl/certs/\n' "$image" >image/Dockerfile
DOCKER_BUILDKIT=0 check engine build -q -t "$mark:known" image
start known "${configured[@]}" --network "$mark-nats" "$mark:known"
serves_there known

begin 'NATS elsewhere: accepted, its authority is in the file under client_ca'
uncomment 'A NATS server elsewhere'
start client-ca "${configured[@]}" -v "$scratch/nats/ca.pem:/etc/nats/ca.pem:ro" \
	--network "$mark-nats" "$image"
serves_there client-ca

finish
