#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Makefile and the scripts in bundler/make: what they build, and whose status and message is
# reported when something fails.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
private_network

export BUNDLER SSL_CERT_FILE=$top/configs/ca-certificates.crt
unset MAKEFLAGS MFLAGS MAKELEVEL RECIPE RELEASE PLATFORM
make_product "$scratch/product"
cat >>"$scratch/product/tiny.yaml" <<-'END'
library:
  name: little
  maintainers: ["A (@a)"]
  repository: https://tiny.example/little.git
  branch: main
  directory: "{version}"
  tags: ["{version}"]
  platforms: [linux/amd64]
  variants: [{scratch: dockerfile}]
END

# start: a copy of the tree with the program under test as the one that was built, and tiny.yaml.
start() {
	mkdir build
	cp -R "$top/Makefile" "$top/Dockerfile.scratch" "$top/bundler" "$top/configs" "$scratch/product/." .
	rm -r cache
	ln -s "$BUNDLER" build/bundler
}
make() { run env make -s -o build/bundler RECIPE=tiny.yaml "$@"; }
make_rootfs() { make "MIRROR=file://$PWD/mirror" rootfs "$@"; }

# sums TREE...: states that these manifests were printed.
sums() {
	sha256sum "${@/%/.mtree}" >expected
	sort -k 2 "$scratch/stdout" >actual
	check diff expected actual
	stdout_stated=1
}

# unreachable: states that bundler reports an unreachable host, and what standard input adds.
unreachable() {
	filter '/; trying again$/d; s/(product.mk):[0-9]+/\1:N/'
	stderr < <(
		echo "bundler: cannot fetch 'https://tiny.example/1.0/tiny-1.0-linux-amd64.tar.gz': the host name cannot be resolved"
		cat
	)
}

begin 'a folder that is not a room is an error'
start
mkdir bundler/porch
make help
status 2
filter 's/^Makefile:[0-9]+/Makefile:N/'
stderr <<<'Makefile:N: *** bundler/porch/ is not a room: ROOMS does not list it.  Stop.'

begin 'make help lists every target and every setting'
start
# Not for people: prepare, which the other test targets need, and the flags of the compiler.
sed -n 's/^\.PHONY: //p' Makefile bundler/make/*.mk | tr ' ' '\n' | grep -vx 'FORCE\|prepare' >targets
sed -n 's/^\([A-Z_]*\) ?=.*/\1/p' Makefile bundler/make/*.mk | grep -vx CFLAGS >settings
make help
sed '/^Settings/,$d; s/^Targets://; s/([^)]*)//g' "$scratch/stdout" | grep -o '[a-z-]*' | sort >listed
sort -o targets targets
check diff targets listed
while read -r setting; do
	check grep -q "\b$setting=" "$scratch/stdout"
done <settings
stdout_stated=1

begin 'make rootfs builds the trees, and does nothing the second time'
start
make_rootfs PLATFORM='linux/amd64 linux/arm/v7'
sums rootfs/linux-amd64 rootfs/linux-arm-v7
check test "$(cat build/rootfs.release)" = official
find . -exec touch -h -d '1 hour ago' {} +
touch -d '1 minute ago' mark
make_rootfs PLATFORM='linux/amd64 linux/arm/v7'
sums rootfs/linux-amd64 rootfs/linux-arm-v7
check test -z "$(find rootfs build -newer mark)"

for damage in 'rm rootfs/linux-amd64.tar' 'rm -r rootfs/linux-amd64' 'sed -i s/size=11/size=12/ rootfs/linux-amd64.mtree'; do
	begin "make rootfs builds again after: $damage"
	start
	make_rootfs PLATFORM=linux/amd64
	cp -a rootfs before
	sums rootfs/linux-amd64
	$damage
	make_rootfs PLATFORM=linux/amd64
	sums rootfs/linux-amd64
	check diff -r before rootfs
done

begin 'make rootfs builds again with another setting, and after a change of a file of the recipe'
start
make_rootfs PLATFORM=linux/amd64
sums rootfs/linux-amd64
make_rootfs PLATFORM=all
sums rootfs/linux-amd64 rootfs/linux-arm-v7 rootfs/linux-arm64
echo 'port: 4223' >tiny.conf
make_rootfs PLATFORM=all
sums rootfs/linux-amd64 rootfs/linux-arm-v7 rootfs/linux-arm64
check grep -q 4223 rootfs/linux-arm64/etc/tiny.conf

# can_rebuild VERSION: configs/source has the release, too; what is rebuilt is what is in mirror/.
can_rebuild() {
	mkdir configs/source/tiny
	sed "s/\"version\": \"1.0\"/\"version\": \"$1\"/" tiny.lock.json >tiny.source.lock.json
	cat >configs/source/build.sh <<-'END'
	#!/bin/sh
	echo "rebuilding $*"
	cp -R mirror build/source
	END
}

for rebuild in true 'can_rebuild 0.9'; do
	begin "an unreachable host, and no such release to rebuild ($rebuild): bundler's message and status"
	start
	$rebuild
	make rootfs PLATFORM=linux/amd64
	status 2
	unreachable <<<'make: *** [bundler/make/product.mk:N: build/rootfs.sums] Error 4'
	run bundler/make/rootfs.sh -p linux/amd64 auto tiny.yaml
	status 4
	unreachable </dev/null
done

begin 'an unreachable host: the release is rebuilt'
start
can_rebuild 1.0
make rootfs PLATFORM='linux/amd64 linux/arm64'
sums rootfs/linux-amd64 rootfs/linux-arm64
unreachable <<-'END'
rootfs: rebuilding the release from its source instead (RELEASE=source)
rebuilding -p linux/amd64 -p linux/arm64 tiny build/source
END
check test "$(cat build/rootfs.release)" = source
make print-LOCKED
stdout <<<"--cache build/cache --offline --lock tiny.source.lock.json --mirror file://$PWD/build/source"

begin 'RELEASE=official and RELEASE=source leave no choice'
start
can_rebuild 1.0
run bundler/make/rootfs.sh -p linux/amd64 official tiny.yaml
status 4
unreachable </dev/null
make rootfs RELEASE=source PLATFORM=linux/amd64
sums rootfs/linux-amd64
stderr <<<'rebuilding -p linux/amd64 tiny build/source'
run bundler/make/rootfs.sh upstream tiny.yaml
status 2
stderr <<<"rootfs: unknown release 'upstream': it is official, source or auto"

begin 'a wrong digest is no reason to rebuild'
start
can_rebuild 1.0
truncate -s -1 mirror/tiny-1.0-linux-amd64.tar.gz
run bundler/make/rootfs.sh -p linux/amd64 auto tiny.yaml --mirror "file://$PWD/mirror" --offline
status 7
stderr <<-END
bundler: cannot use 'file://$PWD/mirror/tiny-1.0-linux-amd64.tar.gz': it has 151400 bytes, the lock says 151401
END

begin 'make audit: each tree is compared with what recipe and lock make'
start
make_rootfs PLATFORM='linux/amd64 linux/arm/v7'
sums rootfs/linux-amd64 rootfs/linux-arm-v7
run bundler/make/audit.sh tiny.yaml --mirror "file://$PWD/mirror" --cache cache
stdout <<-'END'
verdict: identical (linux/amd64)
verdict: identical (linux/arm/v7)
END
rm rootfs/linux-amd64/etc/alias.conf
run bundler/make/audit.sh tiny.yaml --mirror "file://$PWD/mirror" --cache cache
status 1
filter 's/ found 20.*/ found another/'
stdout <<-'END'
note: time /etc: expected 2009-02-13T23:31:30Z, found another
path /etc/alias.conf: expected symbolic link, found nothing
verdict: different (linux/amd64; 1 difference; 1 note)
END

begin 'make image-docker: IMAGE for this machine, IMAGE-linux-ARCH for others'
start
# Its answer for this machine would be that the others are foreign, wherever the test runs.
mkdir bin
printf '#!/bin/sh\necho docker "$@"\n' >bin/docker
printf '#!/bin/sh\necho amd64\n' >bin/dpkg
chmod +x bin/*
PATH=$PWD/bin:$PATH make_rootfs image-docker PLATFORM='linux/amd64 linux/arm/v7'
stdout < <(
	sha256sum rootfs/*.mtree
	cat <<-'END'
	docker build -f build/Dockerfile.scratch -t little:1.0-scratch --build-arg TARGETARCH=amd64 --build-arg RELEASE=official .
	docker build -f build/Dockerfile.scratch -t little:1.0-scratch-linux-arm-v7 --platform linux/arm/v7 --build-arg RELEASE=official .
	END
)
sed '/^# Of the recipe,/,/^# Not of the recipe:/{/^#/!d}' Dockerfile.scratch >expected
sed -i '/^# Of the recipe,/r /dev/stdin' expected <<-'END'

	ENV TINY="1"
	LABEL org.opencontainers.image.title="tiny" \
	 org.opencontainers.image.version="1.0"

	STOPSIGNAL SIGINT
	EXPOSE 4222 53/udp
	ENTRYPOINT ["/tiny"]
	CMD ["-c", "/etc/tiny.conf"]

END
check diff -b expected build/Dockerfile.scratch

begin 'make update: Dockerfile.scratch is that of the default recipe'
start
cp tiny.* configs
ln -snf tiny.yaml configs/default
sed 's/1\.0/1.1/' mirror/SHA256SUMS >sums
make RECIPE=configs/tiny.yaml update VERSION=1.1 UPDATE='--sums sums'
stdout_stated=1 stderr_stated=1
check test -e build/library/1.1/scratch/Dockerfile
run bundler/make/dockerfile.sh configs/tiny.yaml
stdout <Dockerfile.scratch
check grep -q 'image.version="1.1"' Dockerfile.scratch

finish
