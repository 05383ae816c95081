#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real web server as origin, as GitHub is one: a redirect to another host with a signed query,
# then the asset, with ranges and entity tags; SHA256SUMS beside it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
need nginx
network "$@"
certificates

query='response-content-disposition=attachment%3B%20filename%3Dx&sig=a%2Fb%2Bc%3D&sp=r&sv=2018-11-09'

# origin: serves ./www below the names of GitHub, and notes in access.log what was asked for
origin() {
	chmod 755 "$scratch" .
	cat >nginx.conf <<-END
	daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
	events {}
	http {
		log_format test escape=none '\$host \$request_uri \$status range=\$http_range if-range=\$http_if_range';
		access_log access.log test;
		ssl_certificate $pki/good.all; ssl_certificate_key $pki/good.all;
		client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp;
		uwsgi_temp_path tmp; scgi_temp_path tmp;
		server {
			listen 203.0.113.10:443 ssl; server_name github.com;
			location ~ ^/demo/demo/releases/download/v1.0/(.*)\$ {
				return 302 https://release-assets.githubusercontent.com/\$1?$query;
			}
		}
		server {
			listen 203.0.113.20:443 ssl; server_name release-assets.githubusercontent.com;
			root www;
		}
	}
	END
	mkdir -p tmp
	background nginx -p "$PWD" -c nginx.conf -e error.log
	wait_for listening 203.0.113.20 443
}

answered() { [ "$(wc -l <access.log)" -ge "$1" ]; }
asked() { # what the server has answered; the connections of wait_for ask for nothing
	cat >"$scratch/expected"
	wait_for answered "$(wc -l <"$scratch/expected")"
	cmp -s "$scratch/expected" access.log ||
		fail 'access.log' "$(diff -u --label expected --label actual "$scratch/expected" access.log)"
}

begin 'fetched through the redirect'
release 3000000
mkdir www
cp archive "www/$asset"
origin
fetch
fetched
cache_has_it
asked <<-END
github.com /demo/demo/releases/download/v1.0/$asset 302 range= if-range=
release-assets.githubusercontent.com /$asset?$query 200 range= if-range=
END

begin 'gone on with, by its entity tag'
release 3000000
mkdir www
cp archive "www/$asset"
origin
read -r seconds bytes < <(stat -c '%Y %s' "www/$asset")
tag=$(printf '"%x-%x"' "$seconds" "$bytes")	# as nginx makes it
install -d -m 700 cache cache/partial
head -c 1000000 archive >"cache/partial/${entry#*/}"
printf '%s\n%s\n' "$origin/$asset" "$tag" >"cache/partial/${entry#*/}.from"
fetch
fetched
cache_has_it
asked <<-END
github.com /demo/demo/releases/download/v1.0/$asset 302 range=bytes=1000000- if-range=$tag
release-assets.githubusercontent.com /$asset?$query 206 range=bytes=1000000- if-range=$tag
END

begin 'by a tag that is no longer the file'\''s, the whole'
release 3000000
mkdir www
cp archive "www/$asset"
origin
install -d -m 700 cache cache/partial
head -c 1000000 archive >"cache/partial/${entry#*/}"
printf '%s\n"1-2"\n' "$origin/$asset" >"cache/partial/${entry#*/}.from"
fetch
fetched
cache_has_it
asked <<-END
github.com /demo/demo/releases/download/v1.0/$asset 302 range=bytes=1000000- if-range="1-2"
release-assets.githubusercontent.com /$asset?$query 200 range=bytes=1000000- if-range="1-2"
END

begin 'not on the server'
release 5000
mkdir www
origin
fetch
status 6
stderr <<-END
bundler: cannot fetch 'https://release-assets.githubusercontent.com/$asset': HTTP status 404 (Not Found)
END
cache_is_empty

begin 'a lock is made from SHA256SUMS over https, and fetched by'
release 5000
mkdir www
cp archive "www/$asset"
(cd www && sha256sum "$asset" >SHA256SUMS)
origin
rm demo.lock.json
run bundler lock --cache cache demo.yaml
filter 's/.*//;/^$/d'
stdout </dev/null
fetch
filter ''
fetched
cache_has_it

begin 'SHA256SUMS is not taken over http, nor when it is too large'
release 5000
mkdir www
head -c 9000000 /dev/zero >www/SHA256SUMS
origin
rm demo.lock.json
run bundler lock --cache cache demo.yaml
status 10
stderr <<-END
bundler: cannot use '$origin/SHA256SUMS': more than 8388608 bytes
END
sed -i 's,sums: "https:,sums: "http:,' demo.yaml
run bundler lock --cache cache demo.yaml
status 6
stderr <<-END
bundler: cannot fetch '${origin/https/http}/SHA256SUMS': without a digest, https is required
END
check test ! -e demo.lock.json

begin 'several platforms at once, large ones'
release 20000000 linux/amd64 linux/arm/v7 linux/arm64
mkdir www
cp archive "www/$asset"
cp archive www/demo-v1.0-linux-armv7.tar.gz
head -c 30000000 /dev/zero >www/demo-v1.0-linux-arm64.tar.gz
arm64=$(sha256sum <www/demo-v1.0-linux-arm64.tar.gz | cut -d' ' -f1)
python3 - "$arm64" <<'END'
import json, sys
lock = json.load(open("demo.lock.json"))
lock["platforms"][2].update(sha256=sys.argv[1], size=30000000)
json.dump(lock, open("demo.lock.json", "w"))
END
origin
fetch
stdout <<-END
${entry#*/}  cache/$entry
${entry#*/}  cache/$entry
$arm64  cache/sha256/$arm64
END
filter '/waiting for another download/d'
stderr </dev/null
check sh -c "cd cache/sha256 && for f in *; do echo \"\$f  \$f\"; done | sha256sum --check --quiet"

begin 'a bar, on a terminal'
release 30000000
mkdir www
cp archive "www/$asset"
origin
TERM=xterm run script -qec 'bundler fetch --cache cache demo.yaml' typed
stdout_stated=1
tr '\r' '\n' <"$scratch/stdout" | sed -E 's/\x1b\[K/<erase>/; s/[#-]{24}/BAR/; s/[0-9]+\.[0-9]/N/g; s,  [0-9]+:[0-9]{2}  ,  TIME  ,' |
	grep -v '^$' | uniq >seen
check grep -qx '<erase>download  \[BAR\]  N of N MB  N MB/s\(  TIME\)\?  demo-.*' seen
check test "$(tail -n 1 seen)" = "<erase>${entry#*/}  cache/$entry"

finish
