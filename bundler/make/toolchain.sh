#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install the Debian packages that a group of work needs, where they are missing.
#
#	toolchain.sh GROUP...
#
# Groups: build (the program), source (the server's release archives), test (the test suite),
# interop (the tools that its images are tried with), variations (what makes machines differ, for
# tests/reproducible), arm64 (to build and run the program for that machine).
# Needs root, or sudo without a password, only when something is missing; otherwise says what
# to run. Services that packages bring are neither started nor enabled. The names are those of
# Debian 12, Debian 13 and Ubuntu 24.04, which agree.
set -eu

packages=
for group; do
	case $group in
	build)
		packages="$packages gcc libc6-dev make musl-tools dpkg-dev m4" ;;
	source)
		packages="$packages ca-certificates git"
		# Any Go from 1.16 on fetches the pinned tool chain; a newer one than Debian's may stand.
		command -v go >/dev/null || packages="$packages golang-go" ;;
	test)
		packages="$packages clang clang-tidy libclang-rt-dev libcmocka-dev libbearssl-dev shellcheck universal-ctags zsh fish
			mandoc groff-base git python3 python3-jsonschema python3-yaml openssl jq nginx-light curl bind9-dnsutils iproute2 util-linux diffutils
			bubblewrap runsc lintian
			strace time xz-utils zip zstd bzip2 mtree-netbsd libarchive-tools qemu-user-static busybox-static" ;;
	interop)	# the tools of others that read what we write
		packages="$packages skopeo umoci buildah podman runc docker-registry jq openssl
			mtree-netbsd libarchive-tools git python3"
		# Compose is a plug-in of newer engines.
		docker compose version >/dev/null 2>&1 || packages="$packages docker-compose" ;;
	variations)
		packages="$packages clang disorderfs faketime locales qemu-user reprotest util-linux" ;;
	arm64)
		packages="$packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static" ;;
	*)
		echo "toolchain: unknown group '$group'" >&2
		exit 2 ;;
	esac
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	# shellcheck disable=SC2086 # a list of names
	echo "toolchain: cannot install packages: this needs apt-get and dpkg-query of Debian 12," \
		"Debian 13 or Ubuntu 24.04, for instance in a container; wanted are" $packages >&2
	exit 1
fi

missing=
for p in $packages; do
	case $(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) in
	installed) ;;
	*) missing="$missing $p" ;;
	esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	sudo -n true 2>/dev/null && exec sudo -n "$0" "$@"
	echo "toolchain: packages are missing:$missing" >&2
	echo "toolchain: run this as root: $(cd "$(dirname "$0")" && pwd)/toolchain.sh $*" >&2
	exit 1
fi

echo "toolchain: installing$missing"
# Debian starts a service as it is installed; this is the switch that says no.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ ! -e "$policy" ]; then
	trap 'rm -f "$log" "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
# make installs several groups at the same time; apt-get lets only one run, and fails in the other.
exec 9<"$(command -v apt-get)"
flock 9
# shellcheck disable=SC2086 # a list of names
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 40 "$log" >&2
	echo "toolchain: cannot install$missing" >&2
	exit 1
fi
[ -d /run/systemd/system ] || exit 0
for p in $missing; do
	case $p in
	nginx-light) units=nginx.service ;;
	docker-registry) units=docker-registry.service ;;
	podman) units='podman.service podman.socket podman-auto-update.service
		podman-auto-update.timer podman-restart.service' ;;
	*) continue ;;
	esac
	# shellcheck disable=SC2086 # a list of names
	systemctl --quiet disable $units
done
