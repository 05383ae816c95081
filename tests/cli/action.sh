#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once
# The scripts of the action for GitHub: what they run, and what they hand back. tests/check/workflows
# has their inputs.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

action=$top/.github/actions/bundler
make_product "$scratch/product"
unset GITHUB_SERVER_URL

# start: a runner, and the program where get.sh puts it.
start() {
	export RUNNER_TEMP=$PWD/temp GITHUB_OUTPUT=$PWD/output GITHUB_ACTION_PATH=$action
	mkdir -p temp/bundler/bin
	ln -s "$BUNDLER" temp/bundler/bin/bundler
	: >output
	export COMMAND= RECIPE=$scratch/product/tiny.yaml PLATFORM= FLAVOUR= OUTPUT= REFERENCE= \
		CACHE=$scratch/product/cache
}
act() { run env "$@" "$action/run.sh"; }

# handed: what the step hands back is standard input.
handed() { check diff - "$GITHUB_OUTPUT"; }

begin 'rootfs: the trees of two platforms, where they belong'
start
act COMMAND=rootfs PLATFORM='linux/amd64 linux/arm/v7'
stdout < <(sha256sum rootfs/*.mtree)
check test -d rootfs/linux-arm-v7
handed </dev/null
act COMMAND=rootfs PLATFORM=linux/amd64 OUTPUT='other place'
stdout < <(sha256sum 'other place/linux-amd64.mtree')

begin 'image: the digest is handed back if there is one'
start
act COMMAND=image OUTPUT=oci:one PLATFORM=linux/amd64
digest=$(grep -o 'sha256:[0-9a-f]*' one/index.json)
stdout <<<"$digest  linux/amd64"
handed <<<"digest=$digest"
: >output
act COMMAND=image OUTPUT=oci:nonroot PLATFORM=linux/amd64 FLAVOUR=nonroot
check test "$(grep -o 'sha256:[0-9a-f]*' nonroot/index.json)" != "$digest"
stdout_stated=1
: >output
act COMMAND=image OUTPUT=oci:many
check test "$(wc -l <"$scratch/stdout")" -eq 3
stdout_stated=1
handed </dev/null

begin 'audit: the verdict is handed back, and the exit status is that of bundler'
start
act COMMAND=image OUTPUT=oci:one PLATFORM=linux/amd64
stdout_stated=1
: >output
act COMMAND=audit REFERENCE=oci:one
stdout <<<'verdict: identical (linux/amd64)'
handed <<<'verdict=identical'
: >output
act COMMAND=audit REFERENCE=oci:one FLAVOUR=nonroot
status 1
stdout_stated=1
handed <<<'verdict=different'
: >output
act COMMAND=audit REFERENCE=oci:nothing
status 9
stderr <<<"bundler: cannot read 'nothing': No such file or directory"
handed </dev/null

begin 'push: to a registry, with one line more, whose digest is handed back'
start
rm temp/bundler/bin/bundler
cat >temp/bundler/bin/bundler <<-'END'
	#!/bin/sh
	printf '[%s]' "$@" >&2
	printf 'sha256:%064d  linux/amd64\nsha256:%064d  here\n' 1 2
END
chmod +x temp/bundler/bin/bundler
act COMMAND=push REFERENCE=registry.example/tiny:1 CACHE= PLATFORM=linux/amd64
stdout < <(printf 'sha256:%064d  linux/amd64\nsha256:%064d  here\n' 1 2)
stderr < <(printf '[image][--platform][linux/amd64][--output][docker://registry.example/tiny:1][--][%s]' "$RECIPE")
handed < <(printf 'digest=sha256:%064d\n' 2)

begin 'a recipe and a place are never taken for options or commands'
start
act COMMAND=rootfs RECIPE=--help
status 9
stderr <<<"bundler: cannot read '--help': No such file or directory"
# shellcheck disable=SC2016 # it must not be expanded
act COMMAND=image OUTPUT='oci:$(touch hacked)' PLATFORM='linux/amd64 --force'
status 2
stderr <<-'END'
	bundler: cannot use platform '--force': no such platform
	hint: platforms are written as linux/amd64, linux/arm64, linux/arm/v7
END
check test ! -e hacked

# refused MESSAGE INPUT...
refused() {
	act "${@:2}"
	status 2
	stderr <<<"bundler: $1"
}
begin 'inputs that do not fit together'
start
refused "unknown command 'build': it is rootfs, image, audit or push" COMMAND=build
refused 'the command image needs the input output' COMMAND=image
refused 'the command audit needs the input reference' COMMAND=audit
refused 'the command push needs the input reference' COMMAND=push
refused 'the command push has no input output' COMMAND=push REFERENCE=x OUTPUT=y
refused 'the command rootfs has no input reference' COMMAND=rootfs REFERENCE=x
refused 'the command rootfs has no input flavour' COMMAND=rootfs FLAVOUR=x

# release: what the release host has, in host/; curl is asked for it.
release() {
	mkdir -p bin host made/bundler-1.2.3-linux-amd64/bin
	printf '#!/bin/sh\necho 1.2.3\n' >made/bundler-1.2.3-linux-amd64/bin/bundler
	chmod +x made/bundler-1.2.3-linux-amd64/bin/bundler
	tar -C made -czf host/bundler-1.2.3-linux-amd64.tar.gz bundler-1.2.3-linux-amd64
	(cd host && sha256sum -- * >../sums && mv ../sums SHA256SUMS)
	cat >bin/curl <<-'END'
		#!/bin/sh
		for last; do :; done
		echo "$last" >>requests
		while [ "$1" != -o ]; do shift; done
		cp "host/${last##*/}" "$2"
	END
	printf '#!/bin/sh\necho x86_64\n' >bin/uname
	chmod +x bin/*
	export RUNNER_TEMP=$PWD/temp GITHUB_ACTION_PATH=$action VERSION=1.2.3 SHA256= REPOSITORY=someone/bundler
}
get() { run env PATH="$PWD/bin:$PATH" "$@" "$action/get.sh"; }
url=https://github.com/someone/bundler/releases/download/v1.2.3

begin 'a release, compared with its checksum file'
release
get VERSION=1.2.3
run temp/bundler/bin/bundler
stdout <<<1.2.3
check diff requests - <<-END
$url/bundler-1.2.3-linux-amd64.tar.gz
$url/SHA256SUMS
END

begin 'a release, compared with a digest'
release
get SHA256="$(sha256sum <host/bundler-1.2.3-linux-amd64.tar.gz | cut -d ' ' -f 1)"
check test -x temp/bundler/bin/bundler
check diff requests - <<<"$url/bundler-1.2.3-linux-amd64.tar.gz"

begin 'another archive than was promised is not unpacked'
release
echo >>host/bundler-1.2.3-linux-amd64.tar.gz
get VERSION=1.2.3
status 1
stdout <<<'bundler-1.2.3-linux-amd64.tar.gz: FAILED'
stderr <<<'sha256sum: WARNING: 1 computed checksum did NOT match'
check test ! -e temp/bundler/bin
get SHA256="$(printf %064d 0)"
status 1
stdout <<<'bundler-1.2.3-linux-amd64.tar.gz: FAILED'
stderr <<<'sha256sum: WARNING: 1 computed checksum did NOT match'
: >host/SHA256SUMS
get VERSION=1.2.3
status 1
stderr <<<'bundler: no SHA-256 of bundler-1.2.3-linux-amd64.tar.gz'
check test ! -e temp/bundler/bin

begin 'no version, no release for the machine'
release
get VERSION=../../other
status 2
stderr <<<"bundler: '../../other' is no version: it is one such as 0.3.0, or source"
printf '#!/bin/sh\necho riscv64\n' >bin/uname
get VERSION=1.2.3
status 1
stderr <<<'bundler: there is no release for riscv64'
check test ! -e requests

begin 'built from the commit of the action'
release
printf '#!/bin/sh\nprintf "[%%s]" "$@"; echo\n' >bin/make
chmod +x bin/make
get VERSION=source GITHUB_ACTION_PATH=/tree/.github/actions/bundler
stdout <<-END
[-C][/tree/.github/actions/bundler/../../..][all]
[-s][-C][/tree/.github/actions/bundler/../../..][install][DESTDIR=$PWD/temp/bundler][PREFIX=]
END

finish
