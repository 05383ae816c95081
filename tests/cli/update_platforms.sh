#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler update: platforms that a release does not have, and what the other commands make of their lock.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
. "$(dirname "$0")/lib_update.sh"

begin 'a platform that the release does not have'
start
sed -i /arm64/d sums
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use 'sums': no line for 'tiny-1.1.0-linux-arm64.tar.gz'
	hint: if releases may lack linux/arm64, make it optional in the recipe
END
untouched

begin 'a name that stands there as a part of others only'
start
for other in x-NAME NAME.sig dist-NAME NAME/x 'NAME '; do
	sums 1.1.0 | sed "s|tiny-1.1.0-linux-arm64.tar.gz|${other/NAME/tiny-1.1.0-linux-arm64.tar.gz}|" >sums
	update --sums sums 1.1.0 tiny.yaml
	status 3
	stderr <<-END
		bundler: cannot use 'sums': no line for 'tiny-1.1.0-linux-arm64.tar.gz'
		hint: it has '${other/NAME/tiny-1.1.0-linux-arm64.tar.gz}'; 'asset' and 'target' of the recipe make the names
	END
done
untouched

begin 'all that are missing are named'
start
sums 1.1.0 | sed 's|-linux-amd64|.linux.x86_64|; /arm64/d' >sums
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use 'sums': no line for 'tiny-1.1.0-linux-amd64.tar.gz', 'tiny-1.1.0-linux-arm64.tar.gz'
	hint: it has 'tiny-1.1.0.linux.x86_64.tar.gz'; 'asset' and 'target' of the recipe make the names
END
untouched

begin 'an optional platform that the release does not have'
start
sed -i 's|linux/arm64,|{platform: linux/arm64, optional: true},|' tiny.yaml
sed -i /arm64/d sums
update --json --sums sums 1.1.0 tiny.yaml
stdout_stated=1
stderr <<<'note: linux/arm64 is left out: the release does not have it'
check test "$(python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
print([p["platform"] for p in r["platforms"]], r["left_out"])' "$scratch/stdout")" = \
	"['linux/amd64', 'linux/arm/v7'] ['linux/arm64']"
check test "$(grep -c arm64 tiny.lock.json)" = 0
sed -i /linux-amd64/d sums
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use 'sums': no line for 'tiny-1.1.0-linux-amd64.tar.gz'
	hint: if releases may lack linux/amd64, make it optional in the recipe
END

begin 'nothing but optional platforms, and the release has none of them'
start
sed -i 's|^platforms: .*|platforms: [{platform: linux/386, optional: true}]|' tiny.yaml
cp tiny.yaml before
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<<"bundler: cannot use 'sums': no line for any platform of 'tiny.yaml'"
untouched

begin 'commands work on the platforms that the lock has'
product
offline=(--cache cache --mirror "file://$PWD/mirror" --offline)
run bundler image -o oci:more "${offline[@]}" tiny.yaml
stdout_stated=1
run bundler image -p linux/arm64 -o oci:other "${offline[@]}" tiny.yaml
stdout_stated=1
sed -i 's|linux/arm64,|{platform: linux/arm64, optional: true},|' tiny.yaml
sed -i /arm64/d mirror/SHA256SUMS
run bundler lock --sums mirror/SHA256SUMS tiny.yaml
stdout_stated=1
stderr <<<'note: linux/arm64 is left out: the release does not have it'
run bundler fetch "${offline[@]}" tiny.yaml
stderr <<<'note: linux/arm64 is left out: the release does not have it'
filter 's/[0-9a-f]{64}/DIGEST/g'
stdout <<-'END'
	DIGEST  cache/sha256/DIGEST
	DIGEST  cache/sha256/DIGEST
END
run bundler rootfs -o trees "${offline[@]}" tiny.yaml
stderr <<<'note: linux/arm64 is left out: the release does not have it'
stdout <<-'END'
	DIGEST  trees/linux-amd64.mtree
	DIGEST  trees/linux-arm-v7.mtree
END
run bundler image -o oci:layout "${offline[@]}" tiny.yaml
stderr <<<'note: linux/arm64 is left out: the release does not have it'
stdout <<-'END'
	sha256:DIGEST  linux/amd64
	sha256:DIGEST  linux/arm/v7
END
run bundler rootfs --json -o trees "${offline[@]}" tiny.yaml
stdout_stated=1
stderr <<<'note: linux/arm64 is left out: the release does not have it'
check test "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["left_out"])' "$scratch/stdout")" = \
	"['linux/arm64']"
run bundler rootfs -p linux/amd64 --json -o trees "${offline[@]}" tiny.yaml
stdout_stated=1
check test "$(grep -c left_out "$scratch/stdout")" -eq 0
run bundler audit "${offline[@]}" oci:layout tiny.yaml
stdout <<<'verdict: identical (linux/amd64, linux/arm/v7)'
run bundler audit "${offline[@]}" oci:more tiny.yaml
status 1
stdout <<-'END'
	platform linux/arm64: expected nothing, found an image
	verdict: different (linux/amd64, linux/arm/v7; 1 difference)
END
run bundler audit "${offline[@]}" oci:other tiny.yaml
status 1
stdout <<-'END'
	platform linux/arm64: expected nothing, found an image
	verdict: different (1 difference)
END
for command in 'rootfs -o none' 'image -o oci:none' fetch; do
	# shellcheck disable=SC2086
	run bundler $command -p linux/arm64 "${offline[@]}" tiny.yaml
	status 3
	stderr <<-'END'
		bundler: cannot use lock 'tiny.lock.json': nothing is locked for platform 'linux/arm64'
		hint: it is optional, and release 1.0 had no archive for it
	END
done
check test ! -e none

begin 'none of the platforms is locked'
product
sed -i 's|^platforms: .*|platforms: [{platform: linux/386, optional: true}]|' tiny.yaml
sed -i 's|linux/amd64|linux/386|; s/amd64/386/g' tiny.lock.json
sed -i 's|linux/386, |linux/s390x, |' tiny.yaml
run bundler rootfs --offline tiny.yaml
status 3
stderr <<<"bundler: cannot use lock 'tiny.lock.json': nothing is locked for any platform of 'tiny.yaml'"

finish
