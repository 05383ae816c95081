#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Print the licences of what is linked into the program, from Debian's copyright files.
#
#	third-party.sh SOURCES VERSIONS MAP
#
# SOURCES has the unpacked source packages (build/src), VERSIONS their names and versions, and MAP is
# the linker's map, which names each linked member of a library. Of a copyright file everything is
# printed that may apply to a linked member:
# - Of a library built from source: the paragraph of the source file of each member, of every file of
#   the same name, of every header that one of them includes, and of Debian's patches.
# - Of musl, whose source is not here: every paragraph with a pattern that fits the name of a member
#   and does not belong to another processor, and those of headers and start files.
# - Of gcc: the runtime library exception. Its file has no paragraphs.
# A member without a source file, and a library without a package, are failures.
set -eu
export LC_ALL=C

src=$1 versions=$2 map=$3
common=/usr/share/common-licenses
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "third-party: $*" >&2
	exit 1
}

version_of() {
	sed -n "s/^$1 //p" "$versions"
}

# The members that the linker took from the archives of this name, without suffix and the prefix
# that libtool gives some.
members_of() {
	sed '/^Discarded input sections/,$d' "$map" |
		sed -n "s,^[^ ]*/lib$1\.a(\([^)]*\)\.l*o).*,\1,p" | sed 's/^lib[a-z]*_la-//' | sort -u
}

# The files of the package $1 that the paragraphs of its copyright file are looked up for: the
# sources of the members in $work/members, and the headers that these include.
files_of() {
	(cd "$src/$1" && find . -type f \( -name '*.[chsS]' -o -name '*.asm' \)) | sed 's,^\./,,' |
		sort >"$work/all"
	awk -F / '{ stem = $NF; sub(/\.[^.]*$/, "", stem) }
	FILENAME == ARGV[1] { member[$0]; next }
	!/\.h$/ && stem in member { print; seen[stem] }
	END {
		for (m in member)
			if (!(m in seen)) {
				print "third-party: no source file of " m >"/dev/stderr"
				bad = 1
			}
		exit bad
	}' "$work/members" "$work/all" >"$work/found"
	# A header may include another: again until nothing is new.
	while (cd "$src/$1" && xargs sed -n 's/^[ \t]*#[ \t]*include[ \t]*["<]\(.*\)[">].*/\1/p') \
		<"$work/found" | sed 's,.*/,,' | sort -u >"$work/included" &&
		awk -F / 'FILENAME == ARGV[1] { included[$0]; next } $NF in included' \
			"$work/included" "$work/all" | sort -u - "$work/found" >"$work/more" &&
		! cmp -s "$work/found" "$work/more"
	do
		mv "$work/more" "$work/found"
	done
	cat "$work/found"
	echo debian/patches/series
}

# The paragraphs of the copyright file $1 that apply, in its order: to the files in $work/files, or
# if $2 names a processor, to the members in $work/members.
paragraphs() {
	awk -v processor="${2-}" '
	function fits(text, pattern) {
		gsub(/[].^$+(){}|[]/, "\\\\&", pattern)
		gsub(/\*/, ".*", pattern)
		gsub(/\?/, ".", pattern)
		return text ~ "^" pattern "$"
	}
	# Whether a pattern may be that of a linked member of musl.
	function may_fit(pattern,   part, n, m) {
		n = split(pattern, part, "/")
		if (part[1] == "src" && n == 4 && part[3] != processor)
			return 0
		if (part[1] == "arch" && part[2] != "*" && part[2] != processor)
			return 0
		if (pattern == "*" || pattern == "debian/*" || part[1] ~ /^(include|arch|crt)$/)
			return 1
		for (m in member)
			if (fits(m ".c", part[n]) || fits(m ".s", part[n]) || fits(m ".S", part[n]))
				return part[1] == "src"
		return 0
	}
	# The value of a field and its continuation lines.
	function field(name,   lines, n, i, value, inside) {
		n = split($0, lines, "\n")
		value = ""
		for (i = 1; i <= n; i++) {
			if (lines[i] ~ /^[^ \t]/)
				inside = index(lines[i], name ":") == 1
			if (inside)
				value = value (value == "" ? "" : "\n") lines[i]
		}
		sub("^" name ":[ \t]*", "", value)
		return value
	}
	FILENAME == ARGV[1] { RS = "\n"; member[$0]; next }
	FILENAME == ARGV[2] { path[++paths] = $0; next }
	{ paragraph[++count] = $0; files[count] = field("Files"); licence[count] = field("License") }
	END {
		for (p = 1; p <= paths; p++) {
			last = 0
			for (i = 1; i <= count; i++) {
				n = split(files[i], pattern)
				for (k = 1; k <= n; k++)
					if (fits(path[p], pattern[k]))
						last = i
			}
			if (!last) {
				print "third-party: no paragraph for " path[p] >"/dev/stderr"
				exit 1
			}
			chosen[last]
		}
		if (processor != "")
			for (i = 1; i <= count; i++) {
				n = split(files[i], pattern)
				for (k = 1; k <= n; k++)
					if (may_fit(pattern[k]))
						chosen[i]
			}
		names = ""
		for (i = 1; i <= count; i++)
			if (i in chosen) {
				name = licence[i]
				sub(/\n.*/, "", name)
				if (index(names ";", "; " name ";") == 0)
					names = names "; " name
			}
		print "Licences: " substr(names, 3)
		# A licence that several paragraphs name has one of its own.
		gsub(/ (or|and) /, ";", names)
		gsub(/; */, ";", names)
		for (i = 1; i <= count; i++) {
			name = licence[i]
			sub(/\n.*/, "", name)
			if (i in chosen || files[i] == "" && name != "" && index(names ";", ";" name ";"))
				print "\n" paragraph[i]
		}
	}' "$work/members" "$work/files" RS= "$1"
}

section() {
	printf '\n======== %s\n\n' "$1"
}

copyright_of() { # the copyright file that dpkg keeps of an installed package
	file=/usr/share/doc/$1/copyright
	[ -e "$file" ] || fail "cannot find '$file'"
	echo "$file"
}

library() { # library PACKAGE NAME: the package that libNAME.a is built from
	members_of "$2" >"$work/members"
	[ -s "$work/members" ] || fail "nothing of lib$2.a is linked"
	files_of "$1" >"$work/files"
	section "$1 $(version_of "$1")"
	paragraphs "$src/$1/debian/copyright"
}

musl() {
	members_of c >"$work/members"
	: >"$work/files"
	section "musl $(version_of musl)"
	paragraphs "$(copyright_of musl-dev)" "$("${GCC:-gcc}" -dumpmachine | sed 's/-.*//; s/^i.86$/i386/')"
}

gcc_runtime() {
	section "gcc $(version_of gcc)"
	echo "Licences: GPL-3+ with GCC-runtime-library-exception-3.1"
	echo
	echo "Start files and support code of gcc's own library, which the exception lets be part of any"
	echo "program that gcc compiles."
	echo
	sed -n '/^GCC RUNTIME LIBRARY EXCEPTION$/,/requirements of the license of GCC\.$/p' \
		"$(copyright_of "gcc-$(gcc -dumpversion)-base")" >"$work/exception"
	[ -s "$work/exception" ] || fail "the copyright file of gcc has no exception"
	cat "$work/exception"
}

# The library of an archive that the linker loaded, as the packages are called.
package_of() {
	case $1 in
	archive | deflate | yaml | zstd) echo "lib$1" ;;
	bz2) echo bzip2 ;;
	lzma) echo xz-utils ;;
	z) echo zlib ;;
	*) echo "$1" ;;
	esac
}

cat <<END
What is linked into bundler beside its own code, and the licences of it.

Made from the copyright files of Debian's packages, which follow, by
bundler/make/third-party.sh, which says what of them is here. Bundler itself is
licensed under the Apache License, Version 2.0.

Where a licence can be chosen: Nettle is used under the GNU Lesser General
Public License, version 3 or later, and libzstd under the BSD licence of three
clauses.

Nettle is linked statically. Whoever passes the program on gives with it, or
offers in one of the ways of section 6 of the GNU General Public License,
what is needed to link it with a changed Nettle (LGPL, section 4d): the source
of bundler, its Makefile, and the source package of Nettle, of the version
below. \`make\` with another Nettle in build/src/nettle is all that it takes.
This file goes with the program, because it has the notice and the two
licences that section 4 demands.
END
sed -n 's,^LOAD build/sysroot/lib/lib\(.*\)\.a$,\1,p' "$map" | while read -r name; do
	echo "$(package_of "$name") $name"
done | sort >"$work/libraries"
while read -r package name; do
	[ -n "$(version_of "$package")" ] || fail "lib$name.a is of no package in $versions"
	library "$package" "$name"
done <"$work/libraries"
musl
gcc_runtime
for text in LGPL-3 GPL-3; do
	section "The text of $text"
	cat "$common/$text"
done
