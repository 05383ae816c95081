#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Confinement: a program whose readers try to break out (confine_probe.c), in every command; and a
# kernel or a container that has less of it.
# tests/run: once
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

case $BUNDLER in
*/san/*) skip_all 'a sanitized program is not confined' ;;
esac
[ "${BUNDLER_CONFINE-}" = require ] || skip_all 'this kernel has not both Landlock and seccomp'
command make -s -C "$top" build/probe/bundler >"$scratch/log" 2>&1 || bail_out 'cannot link the probe' "$scratch/log"
probe=$top/build/probe/bundler

use_product
cd "$scratch/product" || exit
cat >>tiny.yaml <<-'END'
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
"$BUNDLER" image -o oci:layout "${product[@]}" >/dev/null
"$BUNDLER" rootfs -p linux/amd64 -o trees "${product[@]}" >/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out ca.pem -days 2 \
	-subj /CN=test 2>/dev/null
# As if it had been fetched from a registry.
cp layout/blobs/sha256/* cache/sha256/
digest=$(python3 -c 'import json; print(json.load(open("layout/index.json"))["manifests"][0]["digest"])')
mkdir -p tree/1.0/scratch
echo 'FROM scratch' >tree/1.0/scratch/Dockerfile
here=$PWD

# What each reader is in the way of, and a command that uses it.
commands=$(cat <<-END
	files_open	validate oci:layout
	files_open	validate --cache cache --offline docker://r.example/tiny@$digest
	files_open	diff --cache cache --offline docker://r.example/tiny@$digest oci:layout
	files_open	audit docker://r.example/tiny@$digest --cache cache --offline tiny.yaml
	files_open	diff oci:layout oci:layout
	observe_directory	diff dir:trees/linux-amd64 dir:trees/linux-amd64
	files_open	audit oci:layout --cache cache --offline tiny.yaml
	observe_directory	audit dir:trees/linux-amd64 -p linux/amd64 --cache cache --offline tiny.yaml
	stream_open_file	rootfs -o new --cache cache --offline tiny.yaml
	stream_open_file	image -o oci:new --cache cache --offline tiny.yaml
	fetch_size	fetch --json --cache cache --offline tiny.yaml
	inventory_read	cache verify --remove --cache cache
	sums_find	lock --sums mirror/SHA256SUMS tiny.yaml
	stream_open_file	lock --sums mirror/SHA256SUMS --record --cache cache --offline tiny.yaml
	sums_find	update --check --sums mirror/SHA256SUMS 1.0 tiny.yaml
	generated_compare	library --check -o contexts tiny.yaml
	lint_tree_read	lint tree
	pem_next	certs ca.pem
END
)

# attempt READER ATTEMPTS COMMAND...: with a key in the home of whoever runs it.
attempt() {
	local at=$1 attempts=$2
	shift 2
	mkdir -p "$HOME/.ssh"
	echo secret >"$HOME/.ssh/key"
	cp -r "$here/." .
	mkdir -p large
	filter '/^note: |^\{"event"/d'
	# What bash says of a program that a signal ended, is not of the program.
	{ run env TMPDIR="$PWD/large" PROBE_AT="$at" PROBE="$attempts" PROBE_SECRET="$HOME/.ssh/key" "$probe" "$@"; } 2>/dev/null
}

while IFS=$'\t' read -r at command; do
	begin "$command: a reader cannot break out"
	# Calls that are not on the list fail here, so that all are tried.
	export BUNDLER_CONFINE=auto
	attempt "$at" 'read write make socket exec kill abort own ptrace fork code' $command
	status 55
	stderr <<-'END'
		read: Permission denied
		write: Permission denied
		make: Permission denied
		socket: Function not implemented
		exec: Function not implemented
		kill: Function not implemented
		abort: Operation not permitted
		own: Function not implemented
		ptrace: Function not implemented
		fork: Function not implemented
		code: Function not implemented
	END
	check test "$(cat "$HOME/.ssh/key")" = secret
	export BUNDLER_CONFINE=require
	calls='socket exec kill own ptrace fork code'
	# Landlock does not know modes; commands without outputs change none.
	case $command in
	validate* | diff* | audit* | fetch* | lint*) calls="$calls mode" ;;
	esac
	for call in $calls; do
		attempt "$at" $call $command
		status 159
	done
done <<<"$commands"

begin 'the process that asks registries reaches no other file, and starts nothing'
export BUNDLER_CONFINE=auto
attempt registry_client_manifest 'read write make exec kill abort ptrace code' \
	validate --cache cache --offline "docker://r.example/tiny@$digest"
status 9
stderr <<-'END'
	read: Permission denied
	write: Permission denied
	make: Permission denied
	exec: Function not implemented
	kill: Function not implemented
	abort: Operation not permitted
	ptrace: Function not implemented
	code: Function not implemented
	bundler: cannot fetch: the process for it has ended
END
export BUNDLER_CONFINE=require

# init reads in another process, of whose end it speaks.
begin 'init: a reader cannot break out'
lost='bundler: cannot go on: the other process has ended'
init=(init --sums mirror/SHA256SUMS --url https://tiny.example/ -o new.yaml)
export BUNDLER_CONFINE=auto
attempt init_choose 'read write make socket exec kill abort own ptrace fork code mode' "${init[@]}"
status 9
stderr <<-END
	read: Permission denied
	write: Permission denied
	make: Permission denied
	socket: Function not implemented
	exec: Function not implemented
	kill: Function not implemented
	abort: Operation not permitted
	own: Function not implemented
	ptrace: Function not implemented
	mode: Function not implemented
	fork: Function not implemented
	code: Function not implemented
	$lost
END
check test "$(cat "$HOME/.ssh/key")" = secret
export BUNDLER_CONFINE=require
for call in socket exec kill own ptrace fork code mode; do
	attempt init_choose "$call" "${init[@]}"
	status 9
	stderr <<<"$lost"
done

begin 'BUNDLER_CONFINE has three values'
run env BUNDLER_CONFINE=yes bundler validate oci:x
status 2
stderr <<<"bundler: cannot use BUNDLER_CONFINE 'yes': it is not 'auto', 'require' or 'off'"
run env BUNDLER_CONFINE=off bundler --version --verbose
filter '/^confined/!d'
stdout <<<'confined: no'

# ---- less than this kernel has ----

gcc -o "$scratch/launcher" "$top/tests/hostile/confine_launcher.c" 2>"$scratch/log" ||
	bail_out 'cannot build the launcher' "$scratch/log"
landlock=444 seccomp=$(printf '#include <sys/syscall.h>\nSYS_seccomp' | gcc -E - | tail -n 1)
ENOSYS=38 EOPNOTSUPP=95 EINVAL=22 EPERM=1 EMFILE=24
here=$scratch/product

# with NAME CONFINED LAUNCH...: what bundler says there, and a run of it.
with() {
	local name=$1 confined=$2
	shift 2
	begin "$name: $confined"
	export BUNDLER_CONFINE=auto
	run "$@" "$BUNDLER" --version --verbose
	filter '/^confined/!d'
	stdout <<<"confined: $confined"
	filter ''
	run "$@" "$BUNDLER" audit "oci:$here/layout" "${product[@]}"
	stdout <<<'verdict: identical (linux/amd64, linux/arm64, linux/arm/v7)'
	run "$@" "$BUNDLER" rootfs -o "$PWD/new" -p linux/amd64 "${product[@]}"
	filter 's/^[0-9a-f]{64}/DIGEST/'
	stdout <<<"DIGEST  $PWD/new/linux-amd64.mtree"
	export BUNDLER_CONFINE=require
}

# not_with LAUNCH...: what is required is missing; standard input says what.
not_with() {
	run "$@" "$BUNDLER" validate "oci:$here/layout"
	status 9
	stderr
}

begin 'what this kernel has'
run bundler --version --verbose
filter '/^confined/!d; s/[0-9]+/N/'
stdout <<<'confined: landlock N, seccomp'
run bundler audit --json -p linux/amd64 "oci:$here/layout" "${product[@]}"
filter '1,/"confined"/{/"confined"/!d}; /\}/,$d; s/[0-9]+/N/'
stdout <<-'END'
	  "confined": {
	    "landlock": N,
	    "seccomp": true
END

with 'a kernel without Landlock' 'no landlock, seccomp' "$scratch/launcher" $landlock=$ENOSYS
not_with "$scratch/launcher" $landlock=$ENOSYS <<-'END'
	bundler: cannot confine the program with Landlock, as BUNDLER_CONFINE requires: Function not implemented
	hint: 'BUNDLER_CONFINE=auto' runs it without
END
with 'a kernel that does not use its Landlock' 'no landlock, seccomp' "$scratch/launcher" $landlock=$EOPNOTSUPP
with 'a container that forbids Landlock' 'no landlock, seccomp' "$scratch/launcher" $landlock=$EPERM
with 'a Landlock that refuses all' 'no landlock, seccomp' "$scratch/launcher" $landlock=$EINVAL
with 'a Landlock that lacks scopes, whatever version it says' 'landlock 5, seccomp' \
	"$scratch/launcher" $landlock=$EINVAL/24
with 'a Landlock that lacks ports, too' 'landlock 3, seccomp' \
	"$scratch/launcher" $landlock=$EINVAL/24 $landlock=$EINVAL/16
with 'a kernel without filters' 'landlock 7, no seccomp' "$scratch/launcher" "$seccomp=$ENOSYS"
not_with "$scratch/launcher" "$seccomp=$ENOSYS" <<-'END'
	bundler: cannot confine the program with seccomp, as BUNDLER_CONFINE requires: Function not implemented
	hint: 'BUNDLER_CONFINE=auto' runs it without
END
with 'a kernel with neither' 'no' "$scratch/launcher" "$seccomp=$ENOSYS" $landlock=$ENOSYS

begin 'another failure is none that may be ignored'
export BUNDLER_CONFINE=auto
run "$scratch/launcher" $landlock=$EMFILE/24 bundler validate "oci:$here/layout"
status 9
stderr <<<'bundler: cannot confine the program with Landlock: No file descriptors available'
export BUNDLER_CONFINE=require

# other NAME TOOL CONFINED LAUNCH...: the same in another tool's sandbox, which may be absent.
other() {
	local name=$1 tool=$2 confined=$3
	shift 3
	if command -v "$tool" >/dev/null && "$@" "$BUNDLER" --version >/dev/null 2>&1; then
		with "$name" "$confined" "$@"
	else
		begin "$name: $confined"
		skip "no $tool that works here"
	fi
}

other bubblewrap bwrap 'landlock 7, seccomp' bwrap --dev-bind / / --unshare-all
other gVisor runsc 'no landlock, seccomp' runsc --rootless --network=none 'do'
other 'qemu, another machine or not' qemu-x86_64-static 'no' qemu-x86_64-static

finish
