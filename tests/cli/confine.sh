#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A confined program does what one does that is not: for paths of every kind that may be named.
# tests/run: once
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product
bundler image -p linux/amd64 -o "docker-archive:$scratch/image.tar" "${product[@]}" >/dev/null
bundler image -p linux/amd64 -o "oci:$scratch/layout" "${product[@]}" >/dev/null
export BUNDLER_CONFINE

# same COMMAND...: the same status, output and files, confined and not. Each run has its own copy of
# what is in ./given.
same() {
	local mode
	for mode in off "$confined"; do
		rm -rf now
		cp -a given now
		(cd now && BUNDLER_CONFINE=$mode bash -c "$*" >../stdout 2>../stderr; echo $? >>../stdout
			find . -printf '%P %y %m %l\n' | sort >../files)
		mkdir -p "$mode" && mv stdout stderr files "$mode"
	done
	check diff -r off "$confined"
}
confined=${BUNDLER_CONFINE-auto}

begin 'a place, a lock and a recipe behind links'
mkdir -p given/links elsewhere
cp -r "$scratch/layout" "$scratch/image.tar" elsewhere
ln -s ../../elsewhere/layout given/links/layout
ln -s "$PWD/elsewhere/image.tar" given/links/image.tar
cp -r "$scratch/product/." given
mv given/tiny.lock.json elsewhere
ln -s ../../elsewhere/tiny.lock.json given/links/lock
same bundler validate oci:links/layout
same bundler validate docker-archive:links/image.tar
same bundler diff oci:links/layout docker-archive:links/image.tar
same bundler audit oci:links/layout --lock links/lock --cache cache --offline tiny.yaml
same bundler audit -p linux/amd64 docker-archive:links/image.tar --lock links/lock --cache cache --offline tiny.yaml

begin 'cache, large files and outputs in one directory, and in one another'
cp -r "$scratch/product" given
same TMPDIR=. bundler rootfs -o . --cache . --mirror 'file://$PWD/mirror' tiny.yaml
same TMPDIR=cache bundler rootfs -o cache/sha256/new --cache cache --offline tiny.yaml
same TMPDIR=. bundler audit -q 'oci:.' --cache . --mirror 'file://$PWD/mirror' tiny.yaml
same TMPDIR=new bundler diff dir:. dir:mirror

begin 'outputs whose directories are not there'
cp -r "$scratch/product" given
same bundler rootfs -o a/b/c --cache d/e --mirror 'file://$PWD/mirror' tiny.yaml
same bundler image -p linux/amd64 -o oci:a/layout --cache cache --offline tiny.yaml
same bundler image -p linux/amd64 -o docker-archive:a/image.tar --cache cache --offline tiny.yaml
same bundler sbom -o a/b --cache d/e --mirror 'file://$PWD/mirror' tiny.yaml
same bundler sbom -p linux/amd64 -o one.json --cache cache --offline tiny.yaml
same bundler certs -o a/b/bundle.pem missing.pem
same bundler cache verify --remove --cache a/b
same "echo x >\$(ls -d cache/sha256/* | head -n 1); ln -s cache here; bundler cache verify --remove --cache here"
same bundler cache prune --older-than 0 --cache cache
# And after a failure they are not there again.
echo other >given/tiny.conf
rm -r given/cache given/mirror/tiny-1.0-linux-amd64.tar.gz
same bundler rootfs -p linux/amd64 -o a/b/c --cache d/e --mirror 'file://$PWD/mirror' --offline tiny.yaml
same bundler image -p linux/amd64 -o oci:a/layout --cache d/e --mirror 'file://$PWD/mirror' --offline tiny.yaml

begin 'descriptors with names'
cp -r "$scratch/product" given
cp "$scratch/image.tar" given
same bundler lock --sums /dev/stdin tiny.yaml '<mirror/SHA256SUMS'
same 'cat mirror/SHA256SUMS | bundler lock --sums /dev/stdin tiny.yaml'
same bundler lock --sums '<(cat mirror/SHA256SUMS) tiny.yaml'
same bundler validate docker-archive:/dev/stdin '<image.tar'
same bundler validate docker-archive:/proc/self/fd/7 '7<image.tar'
same 'cat image.tar | bundler validate docker-archive:/dev/stdin'
same bundler image -p linux/amd64 -o docker-archive:/dev/stdout --cache cache --offline tiny.yaml '| wc -c'
same bundler certs -o /dev/stdout tiny.conf
same 'cat image.tar | bundler validate docker-archive:-'
same bundler diff docker-archive:- docker-archive:image.tar '<image.tar'
same 'gzip -c image.tar | bundler audit -p linux/amd64 docker-archive:- --cache cache --offline tiny.yaml'
same 'gzip image.tar && TMPDIR=new bundler validate docker-archive:image.tar.gz'
same bundler image -p linux/amd64 -o docker-archive:- --cache cache --offline tiny.yaml '| sha256sum'
same 'bundler image -p linux/amd64 -o oci:l:a --cache cache --offline tiny.yaml && bundler image -p linux/arm64 -o oci:l:b --cache cache --offline tiny.yaml && stat -c "%h %n" l/blobs/sha256/*'
same bundler validate oci:/dev/null
same bundler rootfs -o /dev/full --cache cache --offline tiny.yaml
same bundler validate '--json oci:missing >/dev/full'
same bundler lint '. <&- >&-'

begin 'a repository that has its .git elsewhere'
cp -r "$scratch/product" given
cat >>given/tiny.yaml <<-'END'
	library:
	  name: tiny
	  maintainers: ["A <a@example.org> (@a)"]
	  repository: https://tiny.example/tiny
	  branch: main
	  directory: "{version}"
	  tags: ["{version}"]
	  packages: [tzdata]
	  platforms: [linux/amd64]
	  variants: [{scratch: dockerfile}]
END
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a \
	GIT_COMMITTER_EMAIL=a@example.org
git init -q main
git -C main commit -q --allow-empty -m first
git -C main worktree add -q "$PWD/given/tree" 2>"$scratch/log"
same bundler library -o tree tiny.yaml
same bundler library --check -o tree tiny.yaml
same bundler library -o tree/below tiny.yaml

finish
