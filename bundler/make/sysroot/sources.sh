#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fetch source packages of Debian or Ubuntu, and unpack them.
#
#	sources.sh fetch DIRECTORY PACKAGE...
#	sources.sh foreign DIRECTORY ARCHITECTURE PACKAGE
#	sources.sh entries [ETC]
#
# DIRECTORY gets a folder for each package, dsc with what was fetched, and apt, a private
# configuration with the system's own sources and signatures: its files stay untouched, and no
# privilege is needed. The second form fetches a package that is built for another machine, and
# unpacks it as DIRECTORY, where version has its version; the system does not learn of that
# architecture. The third form prints the entries that are derived from ETC (/etc/apt).
set -eu
export LC_ALL=C

# Print the system's entries as entries of the type $type. Repositories of third parties are left out: an
# entry counts if the archive's keyring signs it, or if its address is that of a mirror: it ends
# in /debian or /debian-security, or it is /ubuntu or /ubuntu-ports on a host. (Deeper down, as in
# .../someone/ppa/ubuntu, everybody may publish.)
type=deb-src
ours='debian-archive-|ubuntu-archive-keyring|/debian(-security)?(/|[.]list)?([ \t]|$)|:[/][/][^/ ]+/ubuntu(-ports)?/?([ \t]|$)'

deb822_entries() {
	awk -v ours="$ours" -v type="$type" 'BEGIN { RS = ""; FS = "\n" }
	{
		text = ""; counts = main = binary = 0; enabled = 1
		for (i = 1; i <= NF; i++) {
			line = tolower($i)
			if (line ~ /^#/)
				continue
			if (line ~ /^types:/) {
				binary = line ~ /[: \t]deb([ \t]|$)/
				$i = "Types: " type
			}
			if (line ~ /^enabled:[ \t]*(no|false|0)/)
				enabled = 0
			if (line ~ /^(signed-by|uris):/ && line ~ ours)
				counts = 1
			if (line ~ /^components:.*[ \t]main([ \t]|$)/)
				main = 1
			text = text $i "\n"
		}
		if (counts && main && binary && enabled)
			print text
	}' "$@"
}

list_entries() {
	sed -n "s/^[ \t]*deb[ \t]\{1,\}/$type /p" "$@" |
		awk -v ours="$ours" '/ main( |$)/ && $0 ~ ours && !seen[$0]++'
}

# Both formats that apt reads, from the directory $1, to files beside each other in $2.
derive_entries() {
	etc=$1 into=$2
	set -- "$etc"/sources.list.d/*.sources
	[ ! -e "$1" ] || deb822_entries "$@" >"$into/system.sources"
	set -- "$etc"/sources.list "$etc"/sources.list.d/*.list
	for f; do
		[ ! -e "$f" ] || list_entries "$f"
	done >"$into/system.list"
}

configure_apt() {
	mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache"
	derive_entries /etc/apt "$apt/sources"
	if [ -z "$(cat "$apt/sources/"*)" ]; then
		echo "sysroot: cannot find Debian's or Ubuntu's main archive in /etc/apt" >&2
		return 1
	fi
	cat >"$apt/apt.conf" <<-END
	Dir::Etc::SourceList "/dev/null";
	Dir::Etc::SourceParts "$apt/sources";
	Dir::State::Lists "$apt/lists";
	Dir::Cache "$apt/cache";
	Acquire::Retries "3";
	Acquire::Languages "none";
	APT::Sandbox::User "root";
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	END
}

# What apt says on success ("please use git clone ...") does not help whoever runs make.
quietly() {
	log=$1
	shift
	"$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; echo "sysroot: '$*' failed, see $log" >&2; return 1; }
}

download() { apt-get -c "$apt/apt.conf" source -q --only-source --download-only "$@"; }

# The versions of the source package $1 that the archive lists, the newest first.
versions_of() {
	apt-cache -c "$apt/apt.conf" showsrc --only-source "$1" |
		awk -v package="$1" '/^Package:/ { name = $2 } /^Version:/ && name == package { print $2 }' |
		sort -Vru
}

# Each package in the newest version that can be had: a mirror can list a version before it has
# the files, or when it has lost them. Any other failure ends it: nobody is moved to an old version
# by a network that breaks.
download_each() {
	for package; do
		for version in $(versions_of "$package") none; do
			if [ "$version" = none ]; then
				echo "sysroot: the archive has no source of $package" >&2
				return 1
			fi
			! download "$package=$version" >one.log 2>&1 || break
			grep -qi 'not found' one.log || { tail -n 40 one.log >&2; return 1; }
			echo "sysroot: the archive lists $package $version and does not have it" >&2
			rm -f "${package}"_*
		done
	done
	rm -f one.log
}

fetch() {
	src=$1
	shift
	if ! command -v apt-get >/dev/null || ! command -v dpkg-source >/dev/null; then
		echo "sysroot: cannot fetch source packages: this needs apt-get and dpkg-source" \
			"of Debian 12, Debian 13 or Ubuntu 24.04, for instance in a container" >&2
		return 1
	fi
	echo "sysroot: fetching the sources of $*"
	rm -rf "$src"
	mkdir -p "$src/dsc"
	src=$(cd "$src" && pwd)
	apt=$src/apt
	configure_apt
	cd "$src/dsc"
	quietly "$apt/update.log" apt-get -c "$apt/apt.conf" update -q
	download "$@" >"$apt/source.log" 2>&1 || {
		rm -f ./*
		download_each "$@"
	}
	# shellcheck disable=SC2016 # the inner shell's
	quietly "$apt/unpack.log" sh -c 'printf "%s\n" "$@" | xargs -n 1 -P "$(nproc)" sh -euc \
		'\''dpkg-source --no-check -x "$1"_*.dsc "../$1"'\'' sh' sh "$@"
}

foreign() {
	directory=$1 architecture=$2 package=$3
	type=deb
	rm -rf "$directory"
	mkdir -p "$directory.apt"
	apt=$(cd "$directory.apt" && pwd)
	configure_apt
	cat >>"$apt/apt.conf" <<-END
	APT::Architecture "$architecture";
	APT::Architectures "$architecture";
	Dir::State::Status "/dev/null";
	END
	quietly "$apt/update.log" apt-get -c "$apt/apt.conf" update -q
	(cd "$apt/cache" && quietly "$apt/download.log" apt-get -c "$apt/apt.conf" download -q "$package")
	dpkg-deb -x "$apt/cache/$package"_*.deb "$apt/unpacked"
	dpkg-deb -f "$apt/cache/$package"_*.deb Version >"$apt/unpacked/version"
	mv "$apt/unpacked" "$directory"
	rm -rf "$apt"
}

case ${1-} in
fetch)
	shift
	fetch "$@" ;;
foreign)
	shift
	foreign "$@" ;;
entries)
	entries=$(mktemp -d)
	trap 'rm -rf "$entries"' EXIT
	derive_entries "${2-/etc/apt}" "$entries"
	cat "$entries"/* ;;
*)
	echo "usage: sources.sh fetch DIRECTORY PACKAGE... | sources.sh foreign DIRECTORY ARCHITECTURE" \
		"PACKAGE | sources.sh entries [ETC]" >&2
	exit 2 ;;
esac
