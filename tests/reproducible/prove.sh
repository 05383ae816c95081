#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=1800 seconds=150
# make prove: a program that another directory and user made at another time is proved, and whatever
# makes another one differ is found by its name. The release is a small Go module in a directory that
# stands for the module proxy; its official archives are made here.
. "$(dirname "$0")/../lib.sh"

need unshare git python3
go=$top/configs/source/go.sh
for name in GOMODCACHE GOCACHE; do
	export $name="$(go env $name)"
done
"$go" version >"$scratch/log" 2>&1 || skip_all "no Go: $(tail -n 1 "$scratch/log")"

compiler=$("$go" env GOROOT)/bin/go

# A cache of modules of its own, with the tool chain of the other one.
toolchain=golang.org/toolchain
mkdir -p "$scratch/mod/cache/download/golang.org" "$scratch/mod/golang.org"
ln -s "$GOMODCACHE/cache/download/$toolchain" "$scratch/mod/cache/download/golang.org"
ln -s "$GOMODCACHE/$toolchain"@* "$scratch/mod/golang.org"
export GOMODCACHE=$scratch/mod GOPROXY=file://$scratch/proxy GONOSUMDB='example.invalid/*'
on_exit 'chmod -R u+w "$scratch"'
gocache=$GOCACHE

# ---- the release ----

# module NAME VERSION PROXY: what is in the directory NAME becomes a version of example.invalid/NAME.
module() {
	mkdir -p "$3/example.invalid/$1/@v"
	python3 - "$1" "$2" "$3/example.invalid/$1/@v/$2" <<-'END'
	import os, sys, zipfile
	name, version, stem = sys.argv[1:]
	with zipfile.ZipFile(stem + ".zip", "w") as out:
	    for file in sorted(os.listdir(name)):
	        out.write(f"{name}/{file}", f"example.invalid/{name}@{version}/{file}")
	with open(stem + ".info", "w") as out:
	    out.write('{"Version": "%s"}' % version)
	END
	cp "$1/go.mod" "$3/example.invalid/$1/@v/$2.mod"
	echo "$2" >>"$3/example.invalid/$1/@v/list"
}

# dep TEXT: the sources of the one dependency.
dep() {
	mkdir -p dep
	printf 'module example.invalid/dep\n\ngo 1.24\n' >dep/go.mod
	cat >dep/dep.go <<-END
	package dep

	func Text(n int) string { return "$1"[:n] }
	END
}

# tiny TEXT: those of the program.
tiny() {
	mkdir -p tiny
	printf 'module example.invalid/tiny\n\ngo 1.24\n\nrequire example.invalid/dep v1.0.0\n' >tiny/go.mod
	cat >tiny/main.go <<-END
	package main

	import (
		"os"

		"example.invalid/dep"
	)

	var commit = "none"

	func main() {
		println("$1", commit, dep.Text(len(os.Args)), weigh(len(os.Args)))
	}
	END
	cat >tiny/weigh.go <<-'END'
	package main

	//go:noinline
	func weigh(n int) int { return n*3 + 1 }
	END
	echo 'Do what you like.' >tiny/LICENSE
	(cd tiny && "$go" mod tidy)
}

# pins DIRECTORY: go.mod and go.sum of a release of tiny.
pins() {
	cat >"$1/go.mod" <<-'END'
	module bundler.invalid/source

	go 1.24

	tool example.invalid/tiny

	require example.invalid/tiny v1.0.0 // indirect

	require (
		example.invalid/dep v1.0.0 // indirect
	)
	END
	(cd "$1" && "$go" mod tidy)
}

make_release() (
	mkdir "$scratch/release" "$scratch/proxy"
	cd "$scratch/release" || exit
	dep 'the second dependency'
	module dep v1.0.1 "$scratch/proxy"
	dep 'a dependency'
	module dep v1.0.0 "$scratch/proxy"
	tiny 'not tiny' && module tiny v1.0.1 "$scratch/proxy"
	tiny 'tiny' && module tiny v1.0.0 "$scratch/proxy"
	mkdir -p "$scratch/tree/configs/source/tiny" "$scratch/tree/bundler"
	cp -R "$top/bundler/make" "$scratch/tree/bundler"
	cp -R "$top/configs/source/"{go.sh,compile.sh,compare,toolchain} "$scratch/tree/configs/source"
	pins "$scratch/tree/configs/source/tiny"
	cat >"$scratch/tree/configs/source/tiny/release" <<-'END'
	module=example.invalid/tiny
	commit=
	epoch=1700000000
	ldflags="-w -X main.commit=0123456"
	platforms='linux/amd64 windows/amd64'
	END
	cat >tiny.yaml <<-'END'
	name: tiny
	version: 1.0.0
	release:
	  asset: "tiny-{version}-{target}.tar"
	  url: "https://tiny.example/{version}/{asset}"
	  sums: "https://tiny.example/{version}/SHA256SUMS"
	  format: {linux: tar, windows: tar}
	platforms: [linux/amd64, windows/amd64]
	root:
	  - {path: "/tiny{exe}", member: "tiny{exe}", mode: "0755", program: true}
	image:
	  entrypoint: ["/tiny{exe}"]
	END
)
make_release >"$scratch/log" 2>&1 || bail_out 'the release cannot be made' "$scratch/log"
prove=$scratch/tree/bundler/make/prove.sh

# ---- stand-ins for its official archives ----

# compiled OUTPUT [SETTING]... -- [FLAG]...: what upstream compiles in the directory that is current,
# as another user.
compiled() {
	local output=$1 settings=()
	shift
	while [ "$1" != -- ]; do
		settings+=("$1")
		shift
	done
	shift
	unshare --user --map-user=4711 --map-group=4711 env HOME="$work" USER=other GOENV=off \
		GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0 GOOS=linux GOARCH=amd64 \
		"${settings[@]}" "$compiler" build -trimpath \
		-ldflags '-w -X main.commit=0123456' "$@" -o "$output" example.invalid/tiny
}

# checkout [git]: the sources in another directory, which becomes the current one, perhaps with git.
checkout() {
	cp -R "$scratch/release/tiny" "the sources"
	cd "the sources" || exit
	touch -d 2001-02-03 -- *
	[ "${1-}" = git ] || return 0
	export GIT_AUTHOR_DATE=@1700000000 GIT_COMMITTER_DATE=@1700000000
	git init -q
	git add .
	git -c user.name=a -c user.email=a commit -q -m "${2-a release}"
	git tag v1.0.0
	unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
}

# others: a module that requires the program, as those who take it from the proxy have one.
others() {
	mkdir others
	cp "$scratch/tree/configs/source/tiny/go."* others
	cd others || exit
}

# release PROGRAM [TARGET]: its archive, and the lock of that.
release() {
	local target=${2-linux-amd64} exe=
	[ "$target" = linux-amd64 ] || exe=.exe
	mkdir -p "$work/mirror" "$work/stem"
	cp "$1" "$work/stem/tiny$exe"
	tar --format=ustar --owner=0 --group=0 -C "$work/stem" -cf "$work/mirror/tiny-1.0.0-$target.tar" "tiny$exe"
	rm -r "$work/stem"
	platform=${target/-//}
	sed "s,^platforms:.*,platforms: [$platform]," "$scratch/release/tiny.yaml" >"$work/tiny.yaml"
	cd "$work" || exit
	(cd mirror && sha256sum -- *) >sums
	SOURCE_DATE_EPOCH=1700000000 "$BUNDLER" lock --sums sums --cache cache --mirror "file://$PWD/mirror" \
		--download tiny.yaml
}

# standin NAME: begins a test of what the following commands make in $work.
standin() {
	begin "$1"
	work=$PWD
}

proving() {
	run "$prove" -c "$gocache" -o proof.json tiny.yaml --cache cache --offline --mirror "file://$PWD/mirror"
	[ ! -e proof.json ] || check python3 "$top/tests/proof.py" proof.json
}

# make_standin COMMAND...: in a shell of its own; what it says is of interest only if it fails.
make_standin() { ("$@") >"$scratch/log" 2>&1 || fail "failed: $*" "$(cat "$scratch/log")"; }

# differs: states that standard input is in what is said, with the place of each difference.
differs() {
	status 1
	[ "$(head -n 1 "$scratch/stdout")" = "${platform-linux/amd64} /tiny${exe-}: different" ] ||
		fail "not different: $(cat "$scratch/stdout")"
	finds
}

# finds: standard input has lines, extended regular expressions, each of which is that of a line.
finds() {
	local line
	while read -r line; do
		grep -Eqx "  $line" "$scratch/stdout" || fail "not found: $line" "$(cat "$scratch/stdout")"
	done
	stdout_stated=1
}

# ---- what is proved ----

standin 'made of the module, in another directory, by another user'
of_module() {
	others && compiled "$work/made" -- && release "$work/made"
}
make_standin of_module
proving
stdout <<<'linux/amd64 /tiny: proved'
check grep -q '"level": "BUNDLER_SOURCE_REPRODUCED",' proof.json
check grep -q "\"sha256\": \"$(sha256sum made | cut -d ' ' -f 1)\"" proof.json

standin 'made in its sources'
of_sources() {
	checkout && compiled "$work/made" -- && release "$work/made"
}
make_standin of_sources
proving
stdout <<<'linux/amd64 /tiny: proved'

standin 'made for Windows'
for_windows() {
	checkout && compiled "$work/made" GOOS=windows -- && release "$work/made" windows-amd64
}
make_standin for_windows
proving
stdout <<<'windows/amd64 /tiny.exe: proved'

standin 'made in a working tree of git: but for its stamps'
of_git() {
	checkout git "${1-a release}" && compiled "$work/made" -- -buildvcs=true && release "$work/made"
}
make_standin of_git
proving
status 12
stdout <<<'linux/amd64 /tiny: proved but for the vcs stamps'
check grep -q '"level": "BUNDLER_SOURCE_REPRODUCED_BUT_VCS",' proof.json
check grep -q '"vcs.modified": "false"' proof.json

standin 'made in a working tree of git that was changed'
of_changed_git() {
	checkout git && : >note && compiled "$work/made" -- -buildvcs=true && release "$work/made"
}
make_standin of_changed_git
proving
status 12
stdout <<<'linux/amd64 /tiny: proved but for the vcs stamps'
check grep -q '"vcs.modified": "true"' proof.json

# ---- what differs ----

# deviation NAME [SETTING]... -- [FLAG]...: the following lines are found.
deviation() {
	standin "another $1"
	shift
	make_deviation() { checkout && compiled "$work/made" "$@" && release "$work/made"; }
	make_standin make_deviation "$@"
	proving
	differs
}
deviation flag -- -tags=one,two <<<'build setting -tags: one,two, rebuilt nothing'
deviation 'flag of the compiler' -- -gcflags=all=-l <<<'build setting -gcflags: all=-l, rebuilt nothing'
deviation GOAMD64 GOAMD64=v3 -- <<<'build setting GOAMD64: v3, rebuilt v1'
deviation strip -- -ldflags '-s -w -X main.commit=0123456' <<<'section \.symtab: nothing, rebuilt [0-9]+ bytes'
deviation 'symbol set by the linker' -- -ldflags '-w -X main.commit=6543210' <<-'END'
	section \.rodata: 0x36 at offset 0x[0-9a-f]+ of the file, the first of [0-9]+ bytes, rebuilt 0x30.*
END
deviation 'directory in it' -- -trimpath=false <<<'build setting -trimpath: nothing, rebuilt true'

standin 'another version'
of_version() {
	others && GOFLAGS=-mod=mod "$go" get example.invalid/tiny@v1.0.1 && compiled "$work/made" -- &&
		release "$work/made"
}
make_standin of_version
proving
differs <<<'module example.invalid/tiny: v1\.0\.1, rebuilt v1\.0\.0'

standin 'another version of one dependency'
of_dependency() {
	others && GOFLAGS=-mod=mod "$go" get example.invalid/dep@v1.0.1 && compiled "$work/made" -- &&
		release "$work/made"
}
make_standin of_dependency
proving
differs <<<'dependency example.invalid/dep: v1\.0\.1, rebuilt v1\.0\.0'

standin 'the same version of a dependency with other contents'
of_contents() {
	dep 'A DEPENDENCY'
	cp -R "$scratch/proxy" proxy
	module dep v1.0.0 "$PWD/proxy"
	mkdir -p mod/golang.org mod/cache/download
	ln -s "$GOMODCACHE/cache/download/golang.org" mod/cache/download
	ln -s "$GOMODCACHE/$toolchain"@* mod/golang.org
	export GOMODCACHE=$PWD/mod GOPROXY=file://$PWD/proxy
	mkdir others
	pins others
	cd others && compiled "$work/made" -- && release "$work/made"
}
make_standin of_contents
proving
differs <<<'dependency sum example.invalid/dep: h1:.*=, rebuilt h1:.*='

standin 'a dependency that is replaced'
of_replaced() {
	checkout
	cp -R "$scratch/release/dep" ../dep
	"$go" mod edit -replace example.invalid/dep=../dep
	compiled "$work/made" -- && release "$work/made"
}
make_standin of_replaced
proving
differs <<<'dependency example.invalid/dep: v1\.0\.0 => \.\./dep \(devel\), rebuilt v1\.0\.0'

standin 'other sources of the program'
of_other_sources() {
	checkout && sed -i 's/n\*3 + 1/n*n*5 + n*3 + 1/' weigh.go && compiled "$work/made" -- && release "$work/made"
}
make_standin of_other_sources
proving
differs <<-'END'
	symbol main\.weigh: [0-9]+ bytes, rebuilt [0-9]+ bytes
END

# patched SED: a program that was changed after it was made.
patched() { checkout && compiled "$work/made" -- && sed -b -i "$1" "$work/made" && release "$work/made"; }

standin 'one other byte in a function'
weigh() { # PROGRAM: its main.weigh adds 2
	python3 - "$1" <<-'END'
	import sys
	with open(sys.argv[1], "r+b") as file:
	    # lea (rax,rax,2), rax; lea 1(rax), rax; ret
	    file.seek(file.read().index(bytes.fromhex("488d0440488d4001c3")) + 7)
	    file.write(b"\2")
	END
}
of_patch() { checkout && compiled "$work/made" -- && weigh "$work/made" && release "$work/made"; }
make_standin of_patch
proving
differs <<-'END'
	section \.text: 0x02 at offset 0x[0-9a-f]+ of the file, the first of 1 bytes, rebuilt 0x01, in main\.weigh\+0x7
END
check test "$(wc -l <"$scratch/stdout")" -eq 2

standin 'one other byte in a function for Windows'
of_windows_patch() {
	checkout && compiled "$work/made" GOOS=windows -- && weigh "$work/made" &&
		release "$work/made" windows-amd64
}
make_standin of_windows_patch
platform=windows/amd64 exe=.exe
proving
differs <<-'END'
	section \.text: 0x02 at offset 0x[0-9a-f]+ of the file, the first of 1 bytes, rebuilt 0x01, in main\.weigh\+0x7
END

standin 'another way to build for Windows'
of_windows_exe() {
	checkout && compiled "$work/made" GOOS=windows -- -buildmode=exe && release "$work/made" windows-amd64
}
make_standin of_windows_exe
proving
differs <<-'END'
	PE header Characteristics: 0x23, rebuilt 0x22
	section \.reloc: nothing, rebuilt [0-9]+ bytes
END
unset platform exe

standin 'bytes behind its end'
of_tail() { checkout && compiled "$work/made" -- && echo >>"$work/made" && release "$work/made"; }
make_standin of_tail
proving
differs <<<'file: [0-9]+ bytes, rebuilt [0-9]+ bytes'

standin 'another commit than the one that is stated'
make_standin of_git 'another release'
sed -i 's/^commit=.*/commit=0123456/; s/^epoch=.*/epoch=1700000001/' "$scratch/tree/configs/source/tiny/release"
proving
differs <<-'END'
	vcs stamp vcs\.revision: [0-9a-f]{40}, rebuilt 0123456
	vcs stamp vcs\.time: 2023-11-14T22:13:20Z, rebuilt 2023-11-14T22:13:21Z
END
sed -i 's/^commit=.*/commit=/; s/^epoch=.*/epoch=1700000000/' "$scratch/tree/configs/source/tiny/release"

# ---- what cannot be rebuilt ----

version=$("$go" env GOVERSION)
other=${version%.*}.$(sed 's/.*\.//; s/[0-9]/9/g' <<<"$version")
standin 'a release of Go that nobody vouches for'
make_standin patched "s/$version/$other/g"
proving
status 3
stderr_stated=1
finds <<<"cannot compile it: go: .*toolchain@v0\.0\.1-$other\..*"

standin 'a program without build information'
make_standin patched 's/ Go buildinf:/ Go puildinf:/'
proving
status 3
stdout <<-'END'
	linux/amd64 /tiny: not rebuilt
	  not a Go executable
END

standin 'an archive with other bytes than those of the lock'
make_standin of_sources
printf 'x' | dd of=mirror/tiny-1.0.0-linux-amd64.tar bs=1 seek=5000 conv=notrunc 2>/dev/null
rm -r cache
proving
status 7
stderr_stated=1
check test ! -e proof.json

standin 'a recipe of another version, and one whose flags are not known'
make_standin of_sources
sed -i 's/^version: .*/version: 1.0.1/' tiny.yaml
proving
status 3
stderr <<<'prove: configs/source/tiny has version 1.0.0, the recipe 1.0.1'
sed -i 's/^name: .*/name: other/' tiny.yaml
proving
status 3
stderr <<<"prove: configs/source has no 'other', so its flags are not known"

finish
