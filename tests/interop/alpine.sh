#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the Dockerfiles for Alpine do as they build, in a root of busybox alone: Alpine's base image
# is nowhere here. Their RUN lines, as BuildKit's parser hands them to a shell, download from the host
# that they name, which is a server of ours; only apk is a stand-in.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"

need_go dockerfile
need nginx busybox
network "$@"
certificates

# of NAME: the recipe that the test is about; apk's word for each architecture, and the release's.
of() {
	name=$1 recipe=$top/configs/$1.yaml downloads=/nats-io/$1/releases/download
	version=$(sed -n 's/^version: *//p' "$recipe")
	packages=$(sed -n 's/^  packages: \[\(.*\)\].*/\1/p' "$recipe" | tr -d ,)
	architectures='x86_64=linux-amd64 x86=linux-386 aarch64=linux-arm64 armv7=linux-arm7 armhf=linux-arm6'
	[ "$name" != nats-server ] || architectures="$architectures s390x=linux-s390x ppc64le=linux-ppc64le
		loongarch64=linux-loong64"
}

# releases: in ./www an archive for each target, whose program says what it was made for, and the
# sums of all.
releases() {
	local pair stem
	mkdir -p "www/v$version"
	for pair in $architectures _=windows-amd64; do
		stem=$name-v$version-${pair#*=}
		mkdir "$stem"
		printf '#!/bin/sh\necho %s "$@"\n' "${pair#*=}" >"$stem/$name"
		echo "licence of ${pair#*=}" >"$stem/LICENSE"
		chmod 700 "$stem/$name"
		case $pair in
		*windows*) echo "$stem" >"www/v$version/$stem.zip" ;;	# nobody asks for it
		*) tar -czf "www/v$version/$stem.tar.gz" "$stem" ;;
		esac
		rm -r "$stem"
	done
	(cd "www/v$version" && sha256sum -- *) >SHA256SUMS
}

# context: in ./alpine what bundler library makes for Alpine, with the digests of these releases.
context() {
	cp -r "$top"/configs/*.conf "$top"/configs/*.crt "$top/configs/root" .
	grep -v '^epoch:' "$recipe" >recipe.yaml
	SOURCE_DATE_EPOCH=1 bundler lock --sums SHA256SUMS recipe.yaml >log 2>&1 &&
		bundler library -o out --commit "$(printf '%040d' 0)" recipe.yaml >>log 2>&1 ||
		fail "$(cat log)"
	mv out/*/alpine* alpine
	check sh -c '"$1" alpine/Dockerfile >instructions' - "$dockerfile"
	sed -n 's/^RUN //p' instructions >steps
}

# make_root: in ./root busybox under all its names, and apk.
make_root() {
	mkdir -p root/bin root/sbin root/etc root/tmp root/dev root/usr/local/bin
	cp "$(command -v busybox)" root/bin/busybox
	chroot root /bin/busybox --install -s /bin
	cp /etc/hosts root/etc
	: >root/dev/null
	head -c 256 /dev/urandom >root/dev/urandom	# TLS reads from its beginning
	cat >root/sbin/apk <<-'END'
		#!/bin/sh
		echo "apk $*" >>/apk.log
		case $1 in --print-arch) cat /arch ;; esac
	END
	chmod 755 root/sbin/apk
}

# mirror: the host of the releases.
mirror() {
	chmod 755 "$scratch" .
	cat >nginx.conf <<-END
	daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
	events {}
	http {
		log_format test escape=none '\$host \$request_uri \$status';
		access_log access.log test;
		ssl_certificate $pki/good.all; ssl_certificate_key $pki/good.all;
		ssl_ciphers DEFAULT@SECLEVEL=0;	# wget offers no signatures by name, which means SHA-1
		client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp;
		uwsgi_temp_path tmp; scgi_temp_path tmp;
		server {
			listen 203.0.113.10:443 ssl; server_name github.com;
			location $downloads/ { alias $PWD/www/; }
		}
	}
	END
	mkdir -p tmp
	background nginx -p "$PWD" -c nginx.conf -e error.log
	wait_for listening 203.0.113.10 443
}

# in_root COMMAND...: with the environment that a builder gives.
in_root() {
	run env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot root "$@"
}

# built ARCH: runs the steps until one fails, as builders do.
built() {
	local step
	echo "$1" >root/arch
	while read -r step; do
		in_root /bin/sh -c "$step"
		ran="building for $1"
		[ "$ran_status" -eq 0 ] || return
		stdout_stated=1 stderr_stated=1
	done <steps
}

# nothing_of_it: neither the program nor any file out of an archive is there.
nothing_of_it() { check test -z "$(find root -name "*$name*" -o -name 'LICENSE')"; }

for recipe in nats-server nats-streaming-server; do
	begin "$recipe: every architecture gets its own release, verified"
	of $recipe
	releases
	context
	sed -n "s/^\t*\([a-z0-9_]*\)) target=.*/\1/p" alpine/Dockerfile | sort >named
	check diff <(printf '%s\n' $architectures | sed 's/=.*//' | sort) named
	for pair in $architectures; do
		rm -rf root
		make_root
		[ -e nginx.conf ] || mirror
		built "${pair%=*}"
		status 0
		in_root /usr/local/bin/$name
		stdout <<<"${pair#*=}"
		run cat root/usr/share/licenses/$name/LICENSE
		stdout <<<"licence of ${pair#*=}"
		check test "$(stat -c %a root/usr/local/bin/$name)" = 755
		check test ! -e root/release
		check test "$(head -n 1 root/apk.log)" = "apk add --no-cache $packages"
		echo "github.com $downloads/v$version/$name-v$version-${pair#*=}.tar.gz 200" >>expected
	done
	check diff expected access.log
done

# From here on with the one that comes last above.

begin 'another digest than that of the lock: nothing is unpacked'
releases
context
make_root
mirror
printf x >>"www/v$version/$name-v$version-linux-amd64.tar.gz"
built x86_64
status 1
stdout <<<'release.tar.gz: FAILED'
check grep -q 'computed checksums\? did NOT match' "$scratch/stderr"
stderr_stated=1
nothing_of_it

begin 'the release of another architecture under this one'\''s name: the same'
releases
context
make_root
mirror
cp "www/v$version/$name-v$version-linux-arm7.tar.gz" "www/v$version/$name-v$version-linux-arm6.tar.gz"
built armhf
status 1
stdout <<<'release.tar.gz: FAILED'
stderr_stated=1
nothing_of_it

begin 'a release that is not there: the build ends at once'
releases
context
make_root
mirror
rm "www/v$version/$name-v$version-linux-386.tar.gz"
built x86
status 1
check grep -q 'HTTP/1.1 404 Not Found' "$scratch/stderr"
stderr_stated=1
nothing_of_it

begin 'an architecture without a release is named'
releases
context
make_root
built riscv64
status 1
filter '/^\+/d'
stderr <<<'error: no release for riscv64'
check test ! -e root/release

begin 'entry point: flags are for the program, anything else is a command'
releases
context
make_root
mirror
built x86_64
status 0
cp alpine/docker-entrypoint.sh root/usr/local/bin
check grep -qx 'ENTRYPOINT \["docker-entrypoint.sh"\]' instructions
for arguments in '' '-m 8222' '--help' '- x'; do
	in_root docker-entrypoint.sh $arguments
	stdout <<<"linux-amd64${arguments:+ $arguments}"
done
in_root docker-entrypoint.sh -c 'a b' '*'
stdout <<<'linux-amd64 -c a b *'
in_root docker-entrypoint.sh echo -m 8222
stdout <<<'-m 8222'
in_root docker-entrypoint.sh sh -c 'exit 7'
status 7
in_root docker-entrypoint.sh nonesuch
status 127
check grep -q 'nonesuch: not found' "$scratch/stderr"
stderr_stated=1

begin 'the image'\''s own command starts the program with its configuration'
releases
context
make_root
mirror
built x86_64
status 0
cp alpine/docker-entrypoint.sh root/usr/local/bin
mapfile -t command < <(sed -n 's/^\(ENTRYPOINT\|CMD\) //p' instructions |
	python3 -c 'import json, sys; [print(w) for line in sys.stdin for w in json.loads(line)]')
in_root "${command[@]}"
stdout <<<"linux-amd64 -c /$name.conf"
check grep -qx "COPY $name.conf /$name.conf" instructions

finish
