# SPDX-License-Identifier: Apache-2.0
# For tests of the network, sourced after lib.sh: certificates, a small release with its
# recipe and lock, and a server that does what a test asks for.
#
#	. "$(dirname "$0")/../lib.sh"
#	. "$(dirname "$0")/../network.sh"
#	network "$@"				a network of our own, with the hosts below
#	certificates				in $pki: ca.pem, good.pem and bad ones
#	begin 'a server that resets'
#	release 100000				an archive of so many bytes, demo.yaml, demo.lock.json
#	serve "$GITHUB=reset $archive 5000"	the server (server.py); its requests are in requests
#	fetch					bundler fetch of it, into ./cache
#	cache <<-'END'				what is in the cache then
#
#	web "$@"				instead of all these: a network of our own in which nginx is each
#					of these hosts, until the script ends: $scratch/www/HOST/PATH
#
# Hosts: github.com, release-assets.githubusercontent.com and mirror.example are public,
# intranet.example and metadata.example are not.

GITHUB=203.0.113.10:443/good
ASSETS=203.0.113.20:443/good
MIRROR=203.0.113.30:443/good

origin=https://github.com/demo/demo/releases/download/v1.0
asset=demo-v1.0-linux-amd64.tar.gz
curve=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

network() {
	private_network github.com=203.0.113.10 release-assets.githubusercontent.com=203.0.113.20 \
		mirror.example=203.0.113.30 proxy.example=203.0.113.40 intranet.example=10.1.2.3 \
		metadata.example=169.254.169.254 here.example=127.0.0.1 "$@"
}

authority() { # authority NAME: a root certificate with its key
	openssl req -x509 "${curve[@]}" -keyout "$pki/$1.key" -out "$pki/$1.pem" -days 3650 \
		-subj "/O=bundler tests/CN=$1" -addext 'basicConstraints=critical,CA:TRUE' \
		-addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
}

# certificate NAME AUTHORITY ALTERNATIVE-NAMES [FIRST LAST]: for a server, with its key in one
# file; valid from now on, or from one day to another (YYYYMMDD).
certificate() {
	openssl req "${curve[@]}" -keyout "$pki/$1.key" -out "$pki/$1.csr" -subj "/CN=$1" 2>/dev/null
	: >"$pki/index"
	cat >"$pki/ca.conf" <<-END
	[ca]
	default_ca = this
	[this]
	database = $pki/index
	rand_serial = yes
	new_certs_dir = $pki
	default_md = sha256
	policy = names
	x509_extensions = server
	[names]
	commonName = supplied
	[server]
	subjectAltName = $3
	basicConstraints = CA:FALSE
	keyUsage = digitalSignature
	extendedKeyUsage = serverAuth
	END
	openssl ca -batch -notext -config "$pki/ca.conf" -cert "$pki/$2.pem" -keyfile "$pki/$2.key" \
		-in "$pki/$1.csr" -out "$pki/$1.crt" -startdate "${4:-$(date -ud yesterday +%Y%m%d)}000000Z" \
		-enddate "${5:-$(date -ud '+90 days' +%Y%m%d)}000000Z" 2>"$pki/log" || cat "$pki/log"
	cat "$pki/$1.crt" "$pki/$1.key" >"$pki/$1.all"
}

certificates() {
	pki=$scratch/pki
	mkdir "$pki"
	authority ca
	certificate good ca 'DNS:github.com,DNS:release-assets.githubusercontent.com,DNS:mirror.example,DNS:proxy.example,DNS:intranet.example,DNS:metadata.example,DNS:here.example'
}

# release BYTES [PLATFORM]...: linux/amd64 without more. The content depends on the size alone.
release() {
	local bytes=$1 platform rows= digest name
	shift
	archive=$PWD/archive
	openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c "$bytes" >archive
	digest=$(sha256sum <archive | cut -d' ' -f1)
	entry=sha256/$digest
	for platform in "${@:-linux/amd64}"; do
		name=demo-v1.0-$(echo "${platform}" | sed 's,/,-,;s,/v,v,').tar.gz
		rows="$rows${rows:+,}
		{\"platform\": \"$platform\", \"url\": \"$origin/$name\", \"sha256\": \"$digest\", \"size\": $bytes}"
	done
	cp "$pki/ca.pem" ca.pem
	cat >demo.yaml <<-END
	name: demo
	version: "1.0"
	release:
	  asset: "{name}-v{version}-{target}.{format}"
	  url: "$origin/{asset}"
	  sums: "$origin/SHA256SUMS"
	  directory: "{name}"
	  format: { linux: tar.gz }
	platforms: [$(IFS=,; echo "${*:-linux/amd64}")]
	certificates: { file: ca.pem, origin: tests }
	root:
	  - path: /demo
	    member: demo
	    mode: "0755"
	image: { entrypoint: [/demo] }
	END
	cat >demo.lock.json <<-END
	{"schema": 1, "compat": 1, "name": "demo", "version": "1.0", "release": "official",
	"epoch": 1700000000, "certificates": {"file": "ca.pem", "origin": "tests",
	"sha256": "$(sha256sum <ca.pem | cut -d' ' -f1)", "count": 1}, "platforms": [$rows]}
	END
}

serve() { # serve LISTENER=SCRIPT...: see server.py; the TLS words are names in $pki
	local listener listeners=()
	rm -f listening
	for listener; do
		case $listener in
		*/plain*=*) listeners+=("$listener") ;;
		*) listeners+=("$(sed -E "s,^([^/]*)/([a-z0-9]+),\1/$pki/\2.all," <<<"$listener")") ;;
		esac
	done
	: >requests
	background python3 "$top/tests/server.py" --log requests "${listeners[@]}"
	wait_for test -e listening
}

serve_rules() { # ADDRESS:PORT[/TLS]=RULES...: see registry.py; without a TLS word it is $pki/registry.all
	local listener listeners=()
	rm -f listening
	for listener; do
		case $listener in
		*/plain=* | */alert*) listeners+=("$listener") ;;
		*) listeners+=("${listener%%=*}/$pki/registry.all=${listener#*=}") ;;
		esac
	done
	: >requests
	background python3 "$top/tests/registry.py" --log requests "${listeners[@]}"
	wait_for test -e listening
}

fetch() { run bundler fetch --cache cache "$@" demo.yaml; }

# The digests differ from what a reader can know; here they are what the test calls them.
fetched() { stdout <<<"${entry#*/}  cache/$entry"; }

# All of the cache: type, mode and size; the archive's digest is DIGEST.
cache() {
	(cd cache 2>/dev/null && find . -mindepth 1 -printf '%y %m %p %s\n') |
		sed -E "s,${entry#*/},DIGEST,; s,\./,,; /^d/s, [0-9]*\$,," | sort -k3 >"$scratch/actual"
	cat >"$scratch/expected"
	cmp -s "$scratch/expected" "$scratch/actual" ||
		fail 'cache' "$(diff -u --label expected --label actual "$scratch/expected" "$scratch/actual")"
}

cache_is_empty() {
	cache <<-'END'
	d 700 partial
	d 700 sha256
	END
}

cache_has_it() {
	cache <<-END
	d 700 partial
	d 700 sha256
	f 444 sha256/DIGEST $(stat -c %s archive)
	END
}

# The requests that the server saw, in order.
requests() {
	cat >"$scratch/expected"
	cmp -s "$scratch/expected" requests ||
		fail 'requests' "$(diff -u --label expected --label actual "$scratch/expected" requests)"
}

web() { # web HOST...
	private_network "${@/%/=203.0.113.10}"
	pki=$scratch/pki
	mkdir "$pki" "$scratch/www" "$scratch/tmp"
	authority ca
	certificate web ca "$(printf ',DNS:%s' "$@" | cut -c2-)"
	chmod 755 "$scratch" "$scratch/www"
	cat >"$scratch/nginx.conf" <<-END
	daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
	events {}
	http {
		access_log off;
		ssl_certificate $pki/web.all; ssl_certificate_key $pki/web.all;
		client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp;
		uwsgi_temp_path tmp; scgi_temp_path tmp;
		server { listen 203.0.113.10:443 ssl; root www/\$host; }
	}
	END
	setsid nginx -p "$scratch" -c nginx.conf -e error.log &
	on_exit "kill $!"
	wait_for listening 203.0.113.10 443
}
