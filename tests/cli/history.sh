#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=600 seconds=13
# Every release whose digests were ever pinned (tests/data): update to it, over https from sums made
# of them, then library, in which lint finds nothing. Each digest is found where it belongs, and no
# other.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
need nginx
network "$@"
certificates

commit=0123456789abcdef0123456789abcdef01234567
export SOURCE_DATE_EPOCH=1234567890

# serve_releases NAME: recipe, lock and files of NAME in configs, its releases on github.com.
serve_releases() {
	mkdir configs
	cp -r "$top/configs/$1".* "$top/configs/root" "$top/configs/ca-certificates.crt" configs
	python3 "$top/tests/cli/history_releases.py" "$1" "$top/tests/data/$1.tsv" www
	chmod 755 "$scratch" .
	cat >nginx.conf <<-END
	daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
	events {}
	http {
		access_log off;
		ssl_certificate $pki/good.all; ssl_certificate_key $pki/good.all;
		client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp;
		uwsgi_temp_path tmp; scgi_temp_path tmp;
		server { listen 203.0.113.10:443 ssl; server_name github.com; root www; }
	}
	END
	mkdir tmp
	background nginx -p "$PWD" -c nginx.conf -e error.log
	wait_for listening 203.0.113.10 443
}

# versions NAME: those that were final, in their order.
versions() { cut -f 1 "$top/tests/data/$1.tsv" | sed '1d; /-/d' | uniq; }

digests() { grep -oEh '\b[0-9a-f]{64}\b' "$@" | sort -u; }

# take NAME VERSION [OPTION]...: everything is made for that release; its digests go to ./pinned.
take() {
	local name=$1 version=$2 recipe=configs/$1.yaml
	rm -rf before tree
	cp -r configs before
	run bundler update --ca-file "$pki/ca.pem" --cache cache "${@:3}" "$version" "$recipe"
	# What it printed is the change that it made.
	cp "$scratch/stdout" change
	stdout <change
	sed -n 's/.*platform: \([^,]*\), optional: true.*/\1/p' "$recipe" | while read -r platform; do
		grep -q "\"$platform\"" "configs/$name.lock.json" ||
			echo "note: $platform is left out: the release does not have it"
	done >notes
	stderr <notes
	check git -C before apply -p2 "$PWD/change"
	check diff -r before configs
	run bundler library -o tree --commit $commit "$recipe"
	stdout <"$scratch/stdout"
	run bundler lint --branch main --lock "configs/$name.lock.json" \
		--sums "www/nats-io/$name/releases/download/v$version/SHA256SUMS" tree
	digests <(sed '/"certificates"/,/}/d' "configs/$name.lock.json") >locked
	digests tree/*/*/Dockerfile >written
	check diff locked written
	sed "s/^/$version	/" locked >>pinned
}

# all_found NAME: what tests/data has of final versions.
all_found() {
	cut -f 1,5 "$top/tests/data/$1.tsv" | sed '1d; /^[^	]*-/d' | sort -u >facts
	check diff facts <(sort -u pinned)
}

begin 'NATS Streaming, 23 releases'
serve_releases nats-streaming-server
older=--allow-downgrade
for version in $(versions nats-streaming-server); do
	take nats-streaming-server "$version" $older
	older=
done
sed -i 's/before: 0\.22\.0/before: 0.22.1/' configs/nats-streaming-server.yaml
take nats-streaming-server 0.22.0 --allow-downgrade
all_found nats-streaming-server

begin 'the NATS server, 125 releases'
serve_releases nats-server
older=--allow-downgrade
for version in $(versions nats-server); do
	take nats-server "$version" $older
	older=
done
sed -i 's/before: 2\.2\.6/before: 2.2.7/' configs/nats-server.yaml
take nats-server 2.2.6 --allow-downgrade
all_found nats-server

finish
