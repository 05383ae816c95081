#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once seconds=15
# `make deb`: the Debian package of the program.
. "$(dirname "$0")/../lib.sh"

need lintian
unset MAKEFLAGS MFLAGS MAKELEVEL MAINTAINER
version=$(sed -n 's/^BUNDLER_VERSION = //p' "$top/Makefile")
deb=build/scratch-bundler_${version}_$(dpkg --print-architecture).deb

# start DIRECTORY: a copy of the tree, built, without git; the time of the Makefile is the commit's.
start() {
	mkdir -p "$1/build/sysroot"
	cp -R "$top/Makefile" "$top/LICENSE" "$top/bundler" "$top/docs" "$top/configs" "$1"
	cp "$top/build/sysroot/versions" "$1/build/sysroot"
	cp "$top/build/THIRD-PARTY" "$BUNDLER" "$1/build"
	touch -d '2001-02-03 04:05:06 UTC' "$1/Makefile"
}

# pack DIRECTORY [COMMAND...]: by COMMAND... make; what is built counts as up to date.
pack() {
	run env -C "$1" "${@:2}" make -s -o build/bundler -o build/THIRD-PARTY deb
	stdout <<<"$deb"
}

start "$scratch/tree"
(cd "$scratch/tree" && make -s -o build/bundler -o build/THIRD-PARTY deb) >"$scratch/log" 2>&1 ||
	bail_out 'cannot make the package' "$scratch/log"
deb_path=$scratch/tree/$deb

begin 'what is in it'
dpkg-deb -c "$deb_path" | awk '{ print $1, $2, $4, $5, $6 }' >listed
check diff listed - <<-'END'
drwxr-xr-x root/root 2001-02-03 04:05 ./
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/bin/
-rwxr-xr-x root/root 2001-02-03 04:05 ./usr/bin/bundler
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/bash-completion/
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/bash-completion/completions/
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bash-completion/completions/bundler
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/bundler/
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/recipe.schema.json
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/attest.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/audit-list.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/audit.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/cache.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/certs.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/copy.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/diff.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/error.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/fetch.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/image.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/init.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/library.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/lint.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/lock.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/proof.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/rootfs.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/update.schema.json
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/bundler/schemas/validate.schema.json
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/doc/
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/doc/scratch-bundler/
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/doc/scratch-bundler/NEWS.gz
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/doc/scratch-bundler/THIRD-PARTY.gz
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/doc/scratch-bundler/changelog.gz
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/doc/scratch-bundler/copyright
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/fish/
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/fish/vendor_completions.d/
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/fish/vendor_completions.d/bundler.fish
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/lintian/
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/lintian/overrides/
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/lintian/overrides/scratch-bundler
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/man/
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/man/man1/
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/man/man1/bundler.1.gz
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/man/man5/
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/man/man5/bundler-lock.5.gz
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/man/man5/bundler-recipe.5.gz
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/zsh/
drwxr-xr-x root/root 2001-02-03 04:05 ./usr/share/zsh/vendor-completions/
-rw-r--r-- root/root 2001-02-03 04:05 ./usr/share/zsh/vendor-completions/_bundler
END
# Every library, in the version that is linked.
dpkg-deb -f "$deb_path" Built-Using | sed 's/), /)\n/g; s/[(=)]//g' | tr -s ' ' | sed 's/ $//' >using
check diff using <(grep -v '^gcc ' "$top/build/sysroot/versions" | sort)

begin 'lintian finds no error and no warning'
chmod 755 "$scratch" "$scratch/tree" "$scratch/tree/build"
run lintian --allow-root --show-overrides --fail-on none --tag-display-limit 0 "$deb_path"
check test -z "$(grep '^[EW]:' "$scratch/stdout")"
# Each override is one that is needed.
awk '/^O:/ { print $3, $4 }' "$scratch/stdout" | sort >used
stdout_stated=1
sed -n 's/^\$package: \(.*\) \*$/\1/p' "$top/bundler/make/deb.sh" | awk '{ print $1, $2 ? $2 : "[usr/bin/bundler]" }' | sort >stated
check diff stated used

begin 'the same bytes in another place, with another umask, zone, locale and order of files'
start "$PWD/other place"
find 'other place' -type f ! -name Makefile -exec touch -d '2020-01-01' {} +
umask 077
pack 'other place' TZ=Asia/Tokyo LC_ALL=C.UTF-8 taskset -c 0
umask 022
check cmp "$deb_path" "other place/$deb"

begin 'the time is that of the commit, or the one that is asked for'
start tree
git -C tree init -q
GIT_COMMITTER_DATE='1300000000 +0100' git -C tree -c user.name=T -c user.email=t@example.com \
	commit -q --allow-empty -m x
pack tree
dpkg-deb -c "tree/$deb" >listed
check grep -q ' 2011-03-13 ' listed
pack tree SOURCE_DATE_EPOCH=4000000000
dpkg-deb -c "tree/$deb" >listed
check grep -q ' 2096-10-02 ' listed

begin 'it can be installed, starts without a C library, and leaves nothing behind'
mkdir -p root/var/lib/dpkg/{info,updates,triggers}
touch root/var/lib/dpkg/{status,available}
dpkg=(dpkg --root="$PWD/root" --force-not-root --force-bad-path --log="$PWD/dpkg.log")
check "${dpkg[@]}" -i "$deb_path"
check "${dpkg[@]}" --verify scratch-bundler
user=()
[ "$(id -u)" -eq 0 ] || user=(--map-root-user)
run unshare "${user[@]}" --root=root /usr/bin/bundler --version
stdout <<<"bundler $version"
check "${dpkg[@]}" -P scratch-bundler
check test ! -e root/usr

begin 'what the program is made of is not known: nothing is packed'
start tree
rm tree/build/sysroot/versions
run env -C tree make -s -o build/bundler -o build/THIRD-PARTY deb
status 2
filter '/^make: /d; s/sed: //'
stderr <<<"can't read ./build/sysroot/versions: No such file or directory"
files tree/build <<-'END'
THIRD-PARTY
bundler
sysroot
END

begin 'a program for another processor is refused'
start tree
cp tree/build/bundler program
printf '\363' | dd of=tree/build/bundler bs=1 seek=18 conv=notrunc status=none	# RISC-V
run env -C tree make -s -o build/bundler -o build/THIRD-PARTY deb
status 2
filter '/^make: /d'
stderr <<<"deb: cannot pack './build/bundler': it is neither for amd64 nor for arm64"

finish
