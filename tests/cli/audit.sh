#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler audit: which images and trees are compared, and with what: places, platforms, flavours,
# styles, tags. What it finds is the subject of tests/hostile/mutants.sh.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product
audit() { run bundler audit "$@" "${product[@]}"; }

# Only root makes trees with all their owners.
tree_options=()
ignored=
if [ "$(id -u)" -ne 0 ]; then
	tree_options=(--ignore owner)
	ignored='; ignored: owner'
fi

begin 'what bundler makes is what ought to be there'
make image -p linux/amd64 -o oci:layout
make image -p linux/arm64 -o oci-archive:oci.tar
make image -p linux/arm/v7 -o docker-archive:docker.tar
make rootfs -p linux/arm64 -o trees
audit oci:layout
stdout <<<'verdict: identical (linux/amd64)'
audit oci-archive:oci.tar
stdout <<<'verdict: identical (linux/arm64)'
audit docker-archive:docker.tar
stdout <<<'verdict: identical (linux/arm/v7)'
audit "${tree_options[@]}" -p linux/arm64 dir:trees/linux-arm64
stdout <<<"verdict: identical (linux/arm64$ignored)"
audit -p linux/arm64 tar:trees/linux-arm64.tar
stdout <<<'verdict: identical (linux/arm64)'
gzip trees/linux-arm64.tar
audit -p linux/arm64 tar:trees/linux-arm64.tar.gz
stdout <<<'verdict: identical (linux/arm64)'

begin 'an image of several platforms, and some of them'
make image -o oci:layout
make image -p linux/arm/v7 -p linux/amd64 -o docker-archive:docker.tar
audit oci:layout
stdout <<<'verdict: identical (linux/amd64, linux/arm64, linux/arm/v7)'
audit -p linux/arm/v7 -p linux/amd64 oci:layout
stdout <<<'verdict: identical (linux/arm/v7, linux/amd64)'
audit docker-archive:docker.tar
stdout <<<'verdict: identical (linux/arm/v7, linux/amd64)'
audit -p linux/amd64 docker-archive:docker.tar
stdout <<<'verdict: identical (linux/amd64)'

begin 'findings in several images name the platform'
make image -o oci:layout
audit --flavour nonroot --ignore manifest oci:layout
status 1
stdout <<-'END'
	linux/amd64 config /config/User: expected "65532:65532", found nothing
	linux/amd64 config /config/WorkingDir: expected "/home/nonroot", found "/"
	linux/arm/v7 config /config/User: expected "65532:65532", found nothing
	linux/arm/v7 config /config/WorkingDir: expected "/home/nonroot", found "/"
	linux/arm64 config /config/User: expected "65532:65532", found nothing
	linux/arm64 config /config/WorkingDir: expected "/home/nonroot", found "/"
	verdict: different (linux/amd64, linux/arm64, linux/arm/v7; 6 differences; ignored: manifest)
END

begin 'platforms that are asked for and are not there'
make image -p linux/amd64 -o oci:layout
audit -p linux/amd64 -p linux/arm64 oci:layout
status 1
stdout <<-'END'
	platform linux/arm64: expected an image, found nothing
	verdict: different (linux/amd64, linux/arm64; 1 difference)
END
audit -p linux/arm64 oci:layout
status 1
stdout <<-'END'
	platform linux/arm64: expected an image, found nothing
	verdict: different (linux/arm64; 1 difference)
END

begin 'without -p a tree is for this machine'
case $(uname -m) in
x86_64) platform=linux/amd64 ;;
aarch64) platform=linux/arm64 ;;
*) skip "what it is for is not in the recipe" platform= ;;
esac
if [ "$platform" ]; then
	make rootfs -p "$platform" -o trees
	audit tar:"trees/${platform/\//-}.tar"
	stdout <<<"verdict: identical ($platform)"
fi

begin 'a flavour'
make image -p linux/amd64 --flavour nonroot -o oci:layout
audit --flavour nonroot oci:layout
stdout <<<'verdict: identical (linux/amd64)'
audit oci:layout
status 1
filter 's/[0-9a-f]{64}/DIGEST/g'
stdout <<-'END'
	config /config/User: expected nothing, found "65532:65532"
	config /config/WorkingDir: expected "/", found "/home/nonroot"
	note: manifest: expected sha256:DIGEST, found sha256:DIGEST
	verdict: different (linux/amd64; 2 differences; 1 note)
END

begin 'the style of Docker Official Images'
make image -p linux/amd64 --style doi -o oci:layout
audit --style doi oci:layout
stdout <<<'verdict: identical (linux/amd64)'
audit oci:layout
filter 's/[0-9a-f]{64}/DIGEST/g'
stdout <<-'END'
	note: config: expected sha256:DIGEST, found sha256:DIGEST, written differently
	note: manifest: expected sha256:DIGEST, found sha256:DIGEST
	verdict: equivalent (linux/amd64; 2 notes)
END
audit -q --require identical oci:layout
status 1
stdout <<-'END'
	verdict: equivalent (linux/amd64; 2 notes; identical is required)
END

begin 'the tag is a note, unless it is named'
make image -p linux/amd64 -o oci:layout:test
audit oci:layout
stdout <<-'END'
	note: index descriptor/annotations/org.opencontainers.image.ref.name: expected "1.0", found "test"
	verdict: identical (linux/amd64; 1 note)
END
audit oci:layout:test
stdout <<<'verdict: identical (linux/amd64)'
audit oci:layout:other
status 8
stderr <<<"bundler: cannot read 'layout': it has no image with the tag 'other'"

begin 'an image is chosen by its whole name, too'
for form in oci-archive docker-archive; do
	make image -p linux/amd64 -o "$form:$form.tar"
	for name in tiny:1.0 docker.io/library/tiny:1.0; do
		audit "$form:$form.tar:$name"
		stdout <<<'verdict: identical (linux/amd64)'
		run bundler validate "$form:$form.tar:$name"
	done
	audit "$form:$form.tar:other/tiny:1.0"
	status 8
	stderr <<<"bundler: cannot read '$form.tar': it has no image with the name 'other/tiny:1.0'"
done
run bundler validate docker-archive:docker-archive.tar:other:1.0
status 1
stdout <<<"manifest.json: docker-archive: no image has the name 'other:1.0'"

begin 'another time than the lock says'
make image -p linux/amd64 -o oci:layout
SOURCE_DATE_EPOCH=1000000000 run bundler audit -q oci:layout "${product[@]}"
stdout <<<'verdict: equivalent (linux/amd64; 17 notes)'

finish
