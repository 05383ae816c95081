#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `bundler fetch` from an nginx on loopback over https: TLS, SHA-256, the file written and flushed.
# Beside it, what a shell would do with Debian's curl and sha256sum. Runs in a network namespace
# of its own, where the host name of the recipe is one of loopback's.
# /usr/bin/time, openssl and nginx come with `bundler/make/toolchain.sh test`.
if [ -z "${IN_NAMESPACE-}" ]; then
	[ "$(id -u)" -eq 0 ] || user=--map-root-user
	IN_NAMESPACE=1 exec unshare ${user-} --net --mount -- "$BASH" "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"

host=origin.example
megabytes=500
ip link set lo up
echo "127.0.0.1 $host" >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Bench CA' -keyout "$work/ca.key" \
	-out "$work/ca.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$host" \
	-keyout "$work/key.pem" -out "$work/request.pem" 2>/dev/null
printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\nbasicConstraints=CA:FALSE\n' "$host" >"$work/extensions"
openssl x509 -req -in "$work/request.pem" -CA "$work/ca.pem" -CAkey "$work/ca.key" -days 2 \
	-CAcreateserial -extfile "$work/extensions" -out "$work/cert.pem" 2>/dev/null

mkdir "$work/www" "$work/configs"
head -c "${megabytes}000000" /dev/urandom >"$work/www/blob-linux-amd64.tar.gz"
cat >"$work/nginx.conf" <<END
daemon off; pid $work/nginx.pid; error_log $work/nginx.log; worker_processes 1;
events {}
http {
	access_log off; sendfile on; client_body_temp_path $work; proxy_temp_path $work;
	fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
	server {
		listen 127.0.0.1:443 ssl; server_name $host; root $work/www;
		ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem;
		ssl_protocols TLSv1.2;
	}
}
END
chmod 755 "$work"
nginx -c "$work/nginx.conf" -e "$work/nginx.log" &
nginx=$!
trap 'kill $nginx 2>/dev/null; wait $nginx 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 50); do [ -s "$work/nginx.pid" ] && break; sleep 0.1; done

cat >"$work/configs/blob.yaml" <<END
name: blob
version: "1"
release:
  asset: "blob-{target}.{format}"
  url: "https://$host/{asset}"
  sums: "https://$host/SHA256SUMS"
  directory: blob
  format: {linux: tar.gz}
platforms: [linux/amd64]
root:
  - {path: /blob, member: blob, mode: "0755"}
image: {entrypoint: [/blob]}
END
(cd "$work/www" && sha256sum blob-* >SHA256SUMS)
"$bundler" lock --sums "$work/www/SHA256SUMS" --cache "$work/cache" "$work/configs/blob.yaml" >/dev/null

ours() {
	rm -rf "$work/cache"
	"$bundler" fetch --ca-file "$work/ca.pem" --cache "$work/cache" "$work/configs/blob.yaml"
}

shell() {
	rm -f "$work/blob"
	curl -sS --cacert "$work/ca.pem" "https://$host/blob-linux-amd64.tar.gz" | tee "$work/blob" | sha256sum
	sync "$work/blob"
}

runs=${RUNS:-5}
compare 'fetch / curl | tee | sha256sum, wall' 'the shell checks no digest' ours shell
figure 'download, verified and flushed' "$(median <"$work/a" | awk -v n="$megabytes" '{ printf "%.0f", n / ($1 / 1e9) }')" \
	MB/s 'at least 150'
rm -rf "$work/cache"
/usr/bin/time -f '%U %S' -o "$work/cpu" "$bundler" fetch --ca-file "$work/ca.pem" --cache "$work/cache" \
	"$work/configs/blob.yaml" >/dev/null
figure 'processor time of fetch' "$(tail -n 1 "$work/cpu" | awk -v n="$megabytes" '{ printf "%.2f", ($1 + $2) * 1000 / n }')" \
	'ns/byte' 'user and system'
figure 'peak memory of fetch' "$(rm -rf "$work/cache"; peak "$bundler" fetch --ca-file "$work/ca.pem" \
	--cache "$work/cache" "$work/configs/blob.yaml")" KiB 'at most 8192'
