#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A recipe of several releases: a server in an archive, an init that is a program, and a probe in
# an archive of its own.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

machines='amd64:62:64 armv7:40:32'

# make_server VERSION: its archives, and their checksum file.
make_server() {
	local word arch machine bits
	for word in $machines; do
		IFS=: read -r arch machine bits <<<"$word"
		mkdir -p "server-$1/pages"
		make_elf "$machine" "$bits" 5000 >"server-$1/server"
		echo "$1" >"server-$1/pages/index.html"
		tar -czf "mirror/server-$1-linux-$arch.tar.gz" "server-$1"
		rm -r "server-$1"
	done
	(cd mirror && sha256sum "server-$1"-* >"server-$1.sums")
}

make_others() {
	local word arch machine bits
	for word in $machines; do
		IFS=: read -r arch machine bits <<<"$word"
		make_elf "$machine" "$bits" 3000 >"mirror/tini-$arch"
		mkdir "probe-0.4"
		make_elf "$machine" "$bits" 4000 >"probe-0.4/probe"
		tar -czf "mirror/probe_0.4_linux_$arch.tar.gz" probe-0.4
		rm -r probe-0.4
	done
	(cd mirror && sha256sum tini-* >tini.sums && sha256sum probe_* >probe.sums)
}

# make_recipe: of all three.
make_recipe() {
	cat >server.yaml <<-END
		name: server
		version: "2.0"
		release:
		  asset: "server-{version}-{target}.{format}"
		  url: "https://server.example/{asset}"
		  sums: "file://$PWD/mirror/server-{version}.sums"
		  directory: "{name}-{version}"
		  format: {linux: tar.gz}
		releases:
		  tini:
		    version: "0.19.0"
		    asset: "{name}-{arch}"
		    url: "https://tini.example/v{version}/{asset}"
		    sums: "file://$PWD/mirror/tini.sums"
		    format: {linux: program}
		  probe:
		    version: "0.4"
		    target: "{os}_{arch}"
		    asset: "{name}_{version}_{target}.{format}"
		    url: "https://probe.example/{asset}"
		    sums: "file://$PWD/mirror/probe.sums"
		    directory: "{name}-{version}"
		    format: {linux: tar.gz}
		platforms: [linux/amd64, linux/arm/v7]
		root:
		  - {path: /server, member: server, mode: "0755", program: true}
		  - {path: /pages, members: pages/}
		  - {path: /tini, asset: true, release: tini, mode: "0755", program: true}
		  - {path: "/bin/probe-of-{name}-{version}", member: "{name}", release: probe, mode: "0755"}
		image:
		  entrypoint: [/tini, --, /server]
	END
}

make_all() {
	mkdir mirror
	make_server 2.0
	make_others
	make_recipe
}

digest() { sha256sum "mirror/$1" | cut -d' ' -f1; }
# lock: quietly, and says where the archives are.
lock() {
	sources=(--cache cache --mirror "file://$PWD/mirror")
	SOURCE_DATE_EPOCH=1234567890 "$BUNDLER" lock server.yaml >/dev/null || fail 'cannot lock'
}

begin 'lock, fetch, build, image and audit'
make_all
sources=(--cache cache --mirror "file://$PWD/mirror")
SOURCE_DATE_EPOCH=1234567890 run bundler lock server.yaml
stdout <<-END
	$(digest server-2.0-linux-amd64.tar.gz)  https://server.example/server-2.0-linux-amd64.tar.gz
	$(digest server-2.0-linux-armv7.tar.gz)  https://server.example/server-2.0-linux-armv7.tar.gz
	$(digest probe_0.4_linux_amd64.tar.gz)  https://probe.example/probe_0.4_linux_amd64.tar.gz
	$(digest probe_0.4_linux_armv7.tar.gz)  https://probe.example/probe_0.4_linux_armv7.tar.gz
	$(digest tini-amd64)  https://tini.example/v0.19.0/tini-amd64
	$(digest tini-armv7)  https://tini.example/v0.19.0/tini-armv7
END
run sed -n '/"releases"/,$p' server.lock.json
stdout <<-END
	  "releases": [
	    {
	      "name": "probe",
	      "version": "0.4",
	      "platforms": [
	        {
	          "platform": "linux/amd64",
	          "url": "https://probe.example/probe_0.4_linux_amd64.tar.gz",
	          "sha256": "$(digest probe_0.4_linux_amd64.tar.gz)"
	        },
	        {
	          "platform": "linux/arm/v7",
	          "url": "https://probe.example/probe_0.4_linux_armv7.tar.gz",
	          "sha256": "$(digest probe_0.4_linux_armv7.tar.gz)"
	        }
	      ]
	    },
	    {
	      "name": "tini",
	      "version": "0.19.0",
	      "platforms": [
	        {
	          "platform": "linux/amd64",
	          "url": "https://tini.example/v0.19.0/tini-amd64",
	          "sha256": "$(digest tini-amd64)"
	        },
	        {
	          "platform": "linux/arm/v7",
	          "url": "https://tini.example/v0.19.0/tini-armv7",
	          "sha256": "$(digest tini-armv7)"
	        }
	      ]
	    }
	  ]
	}
END
run bundler fetch -p linux/arm/v7 "${sources[@]}" server.yaml
stdout <<-END
	$(for name in server-2.0-linux-armv7.tar.gz probe_0.4_linux_armv7.tar.gz tini-armv7; do
		printf '%s  cache/sha256/%s\n' "$(digest "$name")" "$(digest "$name")"
	done)
END
run bundler rootfs --offline --cache cache -p linux/arm/v7 server.yaml
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-arm-v7.mtree'
filter ''
check cmp rootfs/linux-arm-v7/tini mirror/tini-armv7
run bash -c "find rootfs/linux-arm-v7 -type f -printf '%P %s\n' | sort"
stdout <<-'END'
	bin/probe-of-server-2.0 4000
	pages/index.html 4
	server 5000
	tini 3000
END
run bundler image "${sources[@]}" -o oci:layout server.yaml
filter 's/^sha256:[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	DIGEST  linux/amd64
	DIGEST  linux/arm/v7
END
filter ''
run bundler audit --offline --cache cache oci:layout server.yaml
stdout <<<'verdict: identical (linux/amd64, linux/arm/v7)'
run bundler lock --record --download "${sources[@]}" server.yaml
filter 's/.*/line/'
stdout < <(yes line | head -n 6)
filter ''
run grep -c '"size"' server.lock.json
stdout <<<6
run bundler audit --pinned oci:layout server.yaml
stdout <<<'verdict: identical (linux/amd64, linux/arm/v7)'
begin 'events of fetch name the other releases'
make_all
lock
run bundler fetch --json -p linux/amd64 "${sources[@]}" server.yaml
filter '/"archive"/!d; s/"(digest|path)":"[^"]*",?//g; s/,}/}/'
stdout <<-END
	{"event":"archive","platform":"linux/amd64","asset":"server-2.0-linux-amd64.tar.gz","size":$(stat -c %s mirror/server-2.0-linux-amd64.tar.gz)}
	{"event":"archive","platform":"linux/amd64","release":"probe","asset":"probe_0.4_linux_amd64.tar.gz","size":$(stat -c %s mirror/probe_0.4_linux_amd64.tar.gz)}
	{"event":"archive","platform":"linux/amd64","release":"tini","asset":"tini-amd64","size":3000}
END

begin 'update moves the own release alone'
make_all
lock
make_server 2.1
rm mirror/server-2.0*
run bundler update --json 2.1 server.yaml
filter '/^      "(asset|digest|sums|algorithm)"/d'
stdout < <(sed "s|DIR|$PWD|" <<-'END'
	{
	  "name": "server",
	  "from": "2.0",
	  "version": "2.1",
	  "changed": [
	    "server.yaml",
	    "server.lock.json"
	  ],
	  "written": true,
	  "platforms": [
	    {
	      "platform": "linux/amd64",
	      "url": "https://server.example/server-2.1-linux-amd64.tar.gz",
	    },
	    {
	      "platform": "linux/arm/v7",
	      "url": "https://server.example/server-2.1-linux-armv7.tar.gz",
	    },
	    {
	      "platform": "linux/amd64",
	      "release": "probe",
	      "url": "https://probe.example/probe_0.4_linux_amd64.tar.gz",
	    },
	    {
	      "platform": "linux/arm/v7",
	      "release": "probe",
	      "url": "https://probe.example/probe_0.4_linux_armv7.tar.gz",
	    },
	    {
	      "platform": "linux/amd64",
	      "release": "tini",
	      "url": "https://tini.example/v0.19.0/tini-amd64",
	    },
	    {
	      "platform": "linux/arm/v7",
	      "release": "tini",
	      "url": "https://tini.example/v0.19.0/tini-armv7",
	    }
	  ],
	  "left_out": []
	}
END
)
filter ''
run bundler rootfs "${sources[@]}" server.yaml
filter 's/^[0-9a-f]{64}  //'
stdout <<-'END'
	rootfs/linux-amd64.mtree
	rootfs/linux-arm-v7.mtree
END
filter ''
# A release that is changed by itself needs a new lock.
sed -i 's/0\.19\.0/0.20.0/' server.yaml
run bundler rootfs "${sources[@]}" server.yaml
status 3
stderr <<-'END'
	bundler: cannot use lock 'server.lock.json' with recipe 'server.yaml': the version of a release is '0.19.0' in the lock, '0.20.0' in the recipe
	hint: 'bundler lock' writes a new lock
END
run bundler lock server.yaml
filter '/v0\.20\.0/!d; s/.*v0/v0/'
stdout <<-'END'
	v0.20.0/tini-amd64
	v0.20.0/tini-armv7
END
filter ''
printf '%064d  tini-amd64\n' 1 >mirror/tini.sums
printf '%064d  tini-armv7\n' 2 >>mirror/tini.sums
run bundler lock server.yaml
status 7
stderr <<-'END'
	bundler: cannot lock 'tini-amd64': its SHA-256 has changed since version 0.20.0 was locked
	hint: a release must not change; to accept the change, remove 'server.lock.json'
END

begin 'a release without a version has the own one'
make_all
sed -i '/"0\.19\.0"/d' server.yaml
lock
run grep -o '"version": .*\|tini\.example.*' server.lock.json
stdout <<-'END'
	"version": "2.0",
	"version": "0.4",
	"version": "2.0",
	tini.example/v2.0/tini-amd64",
	tini.example/v2.0/tini-armv7",
END
make_server 2.1
run bundler update --json 2.1 server.yaml
filter '/"url".*example/!d; s/.*example//'
stdout <<-'END'
	/server-2.1-linux-amd64.tar.gz",
	/server-2.1-linux-armv7.tar.gz",
	/probe_0.4_linux_amd64.tar.gz",
	/probe_0.4_linux_armv7.tar.gz",
	/v2.1/tini-amd64",
	/v2.1/tini-armv7",
END
filter ''
run bundler rootfs "${sources[@]}" server.yaml
filter 's/^[0-9a-f]{64}  //'
stdout <<-'END'
	rootfs/linux-amd64.mtree
	rootfs/linux-arm-v7.mtree
END
filter ''

begin 'all or nothing'
make_all
lock
digest=$(digest tini-armv7)
echo wrong >>mirror/tini-armv7
run bundler rootfs "${sources[@]}" server.yaml
status 7
fault="cannot use 'file://$PWD/mirror/tini-armv7': its SHA-256 is $(digest tini-armv7), the lock says $digest"
stderr <<-END
	note: $fault
	note: cannot check certificates: no bundle of root certificates is set
	bundler: $fault
	hint: all 2 sources failed; this is the most serious failure
END
check test ! -e rootfs
check test -z "$(ls -A cache/partial)"
run bundler rootfs --offline --cache cache -p linux/amd64 server.yaml
filter 's/^[0-9a-f]{64}  //'
stdout <<<rootfs/linux-amd64.mtree
filter ''
rm "cache/sha256/$(digest probe_0.4_linux_amd64.tar.gz)"
run bundler rootfs --offline --cache cache -p linux/amd64 -o other server.yaml
status 4
stderr <<-'END'
	bundler: cannot fetch 'probe_0.4_linux_amd64.tar.gz': it is not in the cache
	hint: run once without --offline
END
check test ! -e other

begin 'platforms that a release lacks'
make_all
sed -i '/armv7/d' mirror/tini.sums
run bundler lock server.yaml
status 3
stderr <<-END
	bundler: cannot use 'file://$PWD/mirror/tini.sums': no line for 'tini-armv7'
	hint: release 'tini' must have every platform that 'server 2.0' has
END
check test ! -e server.lock.json
sed -i 's|linux/arm/v7|{platform: linux/arm/v7, optional: true}|' server.yaml
run bundler lock server.yaml
status 3
stderr <<-END
	bundler: cannot use 'file://$PWD/mirror/tini.sums': no line for 'tini-armv7'
	hint: release 'tini' must have every platform that 'server 2.0' has
END
sed -i '/armv7/d' mirror/server-2.0.sums
run bundler lock server.yaml
filter 's/.*example//'
stdout <<-'END'
	/server-2.0-linux-amd64.tar.gz
	/probe_0.4_linux_amd64.tar.gz
	/v0.19.0/tini-amd64
END
stderr <<<'note: linux/arm/v7 is left out: the release does not have it'
filter ''

begin 'a release for one operating system, and sums from files'
make_all
mkdir -p server-2.0/pages
echo 'no program' | tee server-2.0/server >server-2.0/pages/index.html
tar -czf mirror/server-2.0-windows-amd64.tar.gz server-2.0
(cd mirror && sha256sum server-2.0-windows* >>server-2.0.sums)
sed -i 's|platforms: .*|platforms: [linux/amd64, windows/amd64]|; s|^  format: {linux: tar.gz}|  format: {linux: tar.gz, windows: tar.gz}|' \
	server.yaml
sed -i '/entrypoint/s|/tini, --, /server|/server|' server.yaml
sed -i 's|, program: true||; /release:/s|mode: "0755"}$|mode: "0755", os: linux}|' server.yaml
run bundler lock --sums mirror/server-2.0.sums --sums mirror/tini.sums --sums mirror/probe.sums server.yaml
filter 's/.*example//'
stdout <<-'END'
	/server-2.0-linux-amd64.tar.gz
	/server-2.0-windows-amd64.tar.gz
	/probe_0.4_linux_amd64.tar.gz
	/v0.19.0/tini-amd64
END
filter ''
sources=(--cache cache --mirror "file://$PWD/mirror")
run bundler rootfs -p windows/amd64 "${sources[@]}" server.yaml
filter 's/^[0-9a-f]{64}  //'
stdout <<<rootfs/windows-amd64.mtree
filter ''
check test -e rootfs/windows-amd64/server
check test ! -e rootfs/windows-amd64/tini
sed -i '/release: probe/s/, os: linux//' server.yaml
run bundler rootfs server.yaml
status 3
stderr <<<"bundler: cannot read 'server.yaml': line 29, column 5: release 'probe' has no format for 'windows': limit the entry with 'os'"

begin 'a Dockerfile with a base image is of one release'
make_all
lock
cat >>server.yaml <<-'END'
	library:
	  name: server
	  maintainers: ["A (@a)"]
	  repository: https://server.example/git
	  branch: main
	  directory: "{version}"
	  tags: ["{version}"]
	  platforms: [linux/amd64]
	  variants: [{alpine: "3.22"}]
END
sed -i '/members: pages/d' server.yaml
run bundler library --commit "$(printf '%040d' 1)" -o contexts server.yaml
status 3
stderr <<-'END'
	bundler: cannot write the Dockerfile of alpine: an entry is of another release
	hint: leave the variant out; scratch has a tar of its own
END
check test ! -e contexts
sed -i 's/{alpine: "3.22"}/{scratch: dockerfile}/' server.yaml
run bundler library --commit "$(printf '%040d' 1)" -o contexts server.yaml
stdout <<-'END'
	create  2.0/scratch/Dockerfile
	create  library/server
	create  server.sums
END

finish
