#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The confined program in containers: what they forbid, it does not need.
# tests/run: once
recipe=
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../product.sh"

need_engine
[ "${BUNDLER_CONFINE-}" = require ] || skip_all 'this kernel has not both Landlock and seccomp'
make_product "$scratch/product"
cp "$BUNDLER" "$scratch/bundler"
cat >"$scratch/Dockerfile" <<-'END'
	FROM scratch
	COPY bundler /bundler
	COPY product /product
	WORKDIR /product
	ENTRYPOINT ["/bundler"]
END
chmod -R a+rX "$scratch"
chmod 755 "$scratch"
export DOCKER_BUILDKIT=0
engine build -q --label "$mark" -t "$mark:confine" "$scratch" >"$scratch/log" 2>&1 ||
	bail_out 'the image could not be built' "$scratch/log"

# inside CONFINED OPTION...: an image and its audit, in a volume.
inside() {
	local confined=$1
	shift
	mkdir -m 777 out
	mkdir -m 1777 large
	program=(docker run --rm --label "$mark" --network none -v "$PWD/out:/out" -v "$PWD/large:/large" -e TMPDIR=/large
		-e HOME=/out "$@" "$mark:confine")
	run "${program[@]}" --version --verbose
	filter '/^confined/!d; s/[0-9]+/N/'
	stdout <<<"confined: $confined"
	filter 's/sha256:[0-9a-f]{64}/DIGEST/'
	run "${program[@]}" image -o oci:/out/layout -p linux/amd64 --cache cache --offline tiny.yaml
	stdout <<<'DIGEST  linux/amd64'
	filter ''
	run "${program[@]}" audit oci:/out/layout --cache cache --offline tiny.yaml
	stdout <<<'verdict: identical (linux/amd64)'
	run "${program[@]}" validate oci:/out/layout
}

# A cache is used only if it is the user's own or root's.
begin "Docker's default profile"
inside 'landlock N, seccomp' -e BUNDLER_CONFINE=require

begin 'no profile at all'
inside 'landlock N, seccomp' -e BUNDLER_CONFINE=require --security-opt seccomp=unconfined

begin 'no capabilities, a read-only file system, an ordinary user'
inside 'landlock N, seccomp' -e BUNDLER_CONFINE=require --cap-drop ALL --read-only --user 1000:1000 \
	--security-opt no-new-privileges

begin 'a profile without Landlock'
cat >profile.json <<-'END'
	{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["landlock_create_ruleset",
	"landlock_add_rule", "landlock_restrict_self"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}
END
inside 'no landlock, seccomp' --security-opt "seccomp=$PWD/profile.json"

finish
