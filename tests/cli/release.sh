#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once seconds=16
# What `make release` packs, of programs that are built; tests/reproducible/thorough has the program
# for arm64 itself.
. "$(dirname "$0")/../lib.sh"

need git
git -C "$top" rev-parse HEAD >"$scratch/log" 2>&1 || skip_all 'the tree is not a git repository'
unset MAKEFLAGS MFLAGS MAKELEVEL
version=$(sed -n 's/^BUNDLER_VERSION = //p' "$top/Makefile")
name=bundler-$version
export SOURCE_DATE_EPOCH=981173106 MAINTAINER='T <t@example.com>'
export GIT_CONFIG_GLOBAL=$scratch/gitconfig GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_DATE="@$SOURCE_DATE_EPOCH +0000" GIT_COMMITTER_DATE="@$SOURCE_DATE_EPOCH +0000"
git config --global user.name Tester
git config --global user.email tester@example.com
git config --global init.defaultBranch main

# start: a commit of what is packed; build/ is this machine's, build/arm64 says that it is arm64's.
start() {
	mkdir -p build/sysroot build/src/dsc
	cp -R "$top/Makefile" "$top/LICENSE" "$top/bundler" "$top/docs" .
	mkdir configs
	cp -R "$top"/configs/{bundler.yaml,ca-certificates.crt,root} configs
	cp "$top/build/sysroot/versions" build/sysroot
	cp "$top/build/THIRD-PARTY" "$BUNDLER" build
	cp "$top"/build/src/dsc/nettle_* build/src/dsc
	mkdir -p build/arm64/build
	cp -R build/sysroot build/THIRD-PARTY build/bundler build/arm64/build
	printf '\267' | dd of=build/arm64/build/bundler bs=1 seek=18 conv=notrunc status=none
	ln -s ../../Makefile ../../LICENSE ../../bundler ../../docs build/arm64
	echo /build/ >.gitignore
	git init -q
	git add -A
	git commit -q -m all
}
release() {
	run "$@" bundler/make/release.sh build/release . build/arm64
	stdout <build/release/SHA256SUMS
}

begin 'everything is there, and the same the second time'
start
release
nettle=$(cd "$top/build/src/dsc" && echo nettle_*)
files build/release < <(
	printf '%s\n' SHA256SUMS $name{,-linux-amd64,-linux-arm64}.tar.gz $name-linux-{amd64,arm64}.spdx.json \
		$name-linux-{amd64,arm64}-image.tar $name-image.lock.json \
		scratch-bundler_${version}_{amd64,arm64}.deb $nettle | sort
)
check env -C build/release sha256sum --check --strict SHA256SUMS
check test "$(wc -l <build/release/SHA256SUMS)" = "$(($(ls build/release | wc -l) - 1))"
# What is installed (install.sh), in one directory.
make -s install DESTDIR="$PWD/build/$name-linux-amd64" PREFIX=
check diff <(tar -tzf build/release/$name-linux-amd64.tar.gz | sed 's,/$,,') <(cd build && find $name-linux-amd64 | sort)
tar -tvzf build/release/$name-linux-amd64.tar.gz | awk '{ print $1, $2, $4, $5 }' | sort -u >build/entries
check diff build/entries - <<-END
-rw-r--r-- 0/0 2001-02-03 04:05
-rwxr-xr-x 0/0 2001-02-03 04:05
drwxr-xr-x 0/0 2001-02-03 04:05
END
tar -C build -xzf build/release/$name-linux-arm64.tar.gz
check cmp build/$name-linux-arm64/bin/bundler build/arm64/build/bundler
mv build/release build/before
umask 077
release env TZ=Asia/Tokyo LC_ALL=C.UTF-8
umask 022
check diff -r build/before build/release

# The contents as SPDX: every library with its version and licence, linked into the program.
for machine in amd64 arm64; do
	check python3 "$top/tests/cli/spdx.py" build/release/$name-linux-$machine.spdx.json \
		build/release/$name-linux-$machine.tar.gz build/sysroot/versions "$(git rev-parse HEAD)"
done
# Its own image, as recipe and lock make it.
for machine in amd64 arm64; do
	run bundler audit --lock build/release/$name-image.lock.json --mirror "file://$PWD/build/release" --offline \
		--cache build/cache "docker-archive:build/release/$name-linux-$machine-image.tar" configs/bundler.yaml
	stdout <<<"verdict: identical (linux/$machine)"
done

begin 'a tree with changes, two programs for one machine, a library without a licence: nothing is made'
start
touch new
run bundler/make/release.sh build/release . build/arm64
status 1
stderr <<<'release: cannot release this tree: it has changes that are not committed'
rm new
run bundler/make/release.sh build/release . .
status 1
stderr <<<"release: two of the programs are for $(dpkg --print-architecture)"
echo 'another 1.0' >>build/sysroot/versions
run bundler/make/release.sh build/release . build/arm64
status 1
stderr <<<'sbom: no licence of another 1.0'
check test ! -e build/release

finish
