#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once seconds=6
# `make dist`: the sources of a commit as an archive, always the same bytes.
. "$(dirname "$0")/../lib.sh"

need git
git -C "$top" rev-parse HEAD >"$scratch/log" 2>&1 || skip_all 'the tree is not a git repository'
unset MAKEFLAGS MFLAGS MAKELEVEL
version=$(sed -n 's/^BUNDLER_VERSION = //p' "$top/Makefile")

# The tree as it is, committed.
export GIT_CONFIG_GLOBAL=$scratch/gitconfig GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_DATE='2001-02-03 04:05:06 +0700' GIT_COMMITTER_DATE='2001-02-03 04:05:06 +0700'
git config --global user.name Tester
git config --global user.email tester@example.com
git config --global init.defaultBranch main
git config --global safe.directory '*'
mkdir "$scratch/tree"
(cd "$top" && git ls-files -z --cached --others --exclude-standard | tar --null -T - --ignore-failed-read -c) |
	tar -C "$scratch/tree" -x
(cd "$scratch/tree" && git init -q && git add -A && git commit -qm all) >"$scratch/log" 2>&1 ||
	bail_out 'cannot commit the tree' "$scratch/log"

clone() { check git clone -q "$scratch/tree" "$1"; }
dist() { # CLONE [COMMAND...]: in it, by COMMAND... make
	run "${@:2}" make -C "$1" -s dist
	stdout <<<"build/bundler-$version.tar.gz"
}

begin 'two clones give the same bytes, with other settings of git, umask, zone and locale'
clone one
clone two
dist one
umask 077
git config --global tar.umask user
git config --global core.autocrlf true
git config --global core.attributesFile "$PWD/attributes"
echo '* export-subst' >attributes
echo 'docs export-ignore' >>attributes
dist two env TZ=Asia/Tokyo LC_ALL=C.UTF-8 LANG=de_DE.UTF-8
umask 022
git config --global --unset tar.umask
git config --global --unset core.autocrlf
git config --global --unset core.attributesFile
check cmp {one,two}/build/bundler-$version.tar.gz
# Nothing else was made.
files one/build <<<"bundler-$version.tar.gz"
check test -z "$(git -C one status --porcelain)"

begin 'one directory, with all files of the commit and no others'
clone one
dist one
tar -tzf one/build/*.tar.gz | sed "s,^bundler-$version/,," | grep -v '/$' | grep . | sort >packed
check diff packed <(git -C "$scratch/tree" ls-files | sort)
tar -tvzf one/build/*.tar.gz | awk '{ print substr($1, 1, 1) substr($1, 5), $2, $4, $5 }' | sort -u >entries
check diff entries - <<-'END'
-r--r-- root/root 2001-02-02 21:05
-r-xr-x root/root 2001-02-02 21:05
dr-xr-x root/root 2001-02-02 21:05
lrwxrwx root/root 2001-02-02 21:05
END

begin 'make knows what to do in it'
clone one
dist one
mkdir below
tar -C below -xzf one/build/*.tar.gz
check test "$(ls below)" = "bundler-$version"
cd below/bundler-$version || exit
run make -n
check grep -q 'musl-gcc .* -o build/bundler ' "$scratch/stdout"
stdout_stated=1
run make -n install DESTDIR=/nowhere
status 2
filter 's/mk:[0-9]+/mk:N/'
stderr <<<'bundler/make/package.mk:N: *** nothing is built yet: run make first.  Stop.'

begin 'the commit is packed, and what is not committed is said'
clone one
echo more >>one/README.md
run make -C one -s dist
stdout <<<"build/bundler-$version.tar.gz"
stderr <<<'dist: changes that are not committed are not in the archive'
tar -xzOf one/build/*.tar.gz "bundler-$version/README.md" >README.md
check cmp README.md "$scratch/tree/README.md"

finish
