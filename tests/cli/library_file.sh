#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler library: the library file, its tags, architectures, branches and commits.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_library.sh"

configs=$top/configs

begin 'the library file of the last release, with the variants that it had'
sed -e 's/alpine: "3.22"/alpine: "3.18"/' -e 's/ltsc2025/"1809"/' -e '/ltsc2022/d' \
	-e '/dist: true/d' "$configs/nats-streaming-server.yaml" >recipe.yaml
cp -r "$configs"/*.conf "$configs/root" "$configs"/*.crt .
run bundler library -o out --commit $commit \
	--lock "$configs/nats-streaming-server.lock.json" recipe.yaml
stdout <<-'END'
	create  0.25.6/alpine3.18/Dockerfile
	create  0.25.6/alpine3.18/docker-entrypoint.sh
	create  0.25.6/alpine3.18/nats-streaming-server.conf
	create  0.25.6/nanoserver-1809/Dockerfile
	create  0.25.6/nanoserver-1809/nats-streaming-server.conf
	create  0.25.6/scratch/Dockerfile
	create  0.25.6/windowsservercore-1809/Dockerfile
	create  0.25.6/windowsservercore-1809/nats-streaming-server.conf
	create  library/nats-streaming
	create  nats-streaming.sums
END
holds out/library/nats-streaming <<-END
	Maintainers: Ivan Kozlovic <ivan@synadia.com> (@kozlovic)
	GitRepo: https://github.com/nats-io/nats-streaming-docker.git
	GitFetch: refs/heads/main
	GitCommit: $commit

	Tags: 0.25.6-alpine3.18, 0.25-alpine3.18, alpine3.18, 0.25.6-alpine, 0.25-alpine, alpine
	Architectures: amd64, arm32v6, arm32v7, arm64v8
	Directory: 0.25.6/alpine3.18

	Tags: 0.25.6-scratch, 0.25-scratch, scratch, 0.25.6-linux, 0.25-linux, linux
	SharedTags: 0.25.6, 0.25, latest
	Architectures: amd64, arm32v6, arm32v7, arm64v8
	Directory: 0.25.6/scratch

	Tags: 0.25.6-windowsservercore-1809, 0.25-windowsservercore-1809, windowsservercore-1809
	SharedTags: 0.25.6-windowsservercore, 0.25-windowsservercore, windowsservercore
	Architectures: windows-amd64
	Directory: 0.25.6/windowsservercore-1809
	Constraints: windowsservercore-1809

	Tags: 0.25.6-nanoserver-1809, 0.25-nanoserver-1809, nanoserver-1809
	SharedTags: 0.25.6-nanoserver, 0.25-nanoserver, nanoserver, 0.25.6, 0.25, latest
	Architectures: windows-amd64
	Directory: 0.25.6/nanoserver-1809
	Constraints: nanoserver-1809, windowsservercore-1809
END

begin 'the committed recipe: every digest of the lock, and every architecture'
check bundler library -o out --commit $commit "$configs/nats-streaming-server.yaml"
python3 - "$configs/nats-streaming-server.lock.json" >wanted <<-'END'
	import json, sys
	print("\n".join(sorted(p["sha256"] for p in json.load(open(sys.argv[1]))["platforms"])))
END
check diff wanted <(grep -ohE "'[0-9a-f]{64}'" out/0.25.6/*/Dockerfile | tr -d "'" | sort -u)
check grep -q "^amd64-GitFetch: refs/heads/dist-amd64$" out/library/nats-streaming
check grep -q '^ENV NATS_DOCKERIZED="1"$' out/0.25.6/windowsservercore-ltsc2025/Dockerfile
check grep -q '^ENV NATS_DOCKERIZED="1"$' out/0.25.6/nanoserver-ltsc2022/Dockerfile
check test -z "$(grep -l DOCKERIZED out/0.25.6/{alpine,scratch}*/Dockerfile)"
check sh -c 'cd out && sha256sum --check --quiet nats-streaming.sums'

begin 'the library file: aliases for the first of a kind, amd64 alone, another branch'
product
made --branch feature/x
holds out/library/little <<-END
	Maintainers: A B <a@example.org> (@a), C (@c)
	GitRepo: https://example.org/little.git
	GitFetch: refs/heads/feature/x
	GitCommit: $commit

	Tags: 1.2.3-alpine3.18, 1.2-alpine3.18, 1-alpine3.18, alpine3.18, 1.2.3-alpine, 1.2-alpine, 1-alpine, alpine
	Architectures: amd64, arm64v8
	Directory: 1.2.x/alpine3.18

	Tags: 1.2.3-alpine3.17, 1.2-alpine3.17, 1-alpine3.17, alpine3.17
	Architectures: amd64, arm64v8
	Directory: 1.2.x/alpine3.17

	Tags: 1.2.3-scratch, 1.2-scratch, 1-scratch, scratch, 1.2.3-linux, 1.2-linux, 1-linux, linux
	SharedTags: 1.2.3, 1.2, 1, latest
	Architectures: amd64, arm64v8, mips64le
	Directory: 1.2.x/scratch

	Tags: 1.2.3-windowsservercore-1809, 1.2-windowsservercore-1809, 1-windowsservercore-1809, windowsservercore-1809
	SharedTags: 1.2.3-windowsservercore, 1.2-windowsservercore, 1-windowsservercore, windowsservercore
	Architectures: windows-amd64
	Directory: 1.2.x/windowsservercore-1809
	Constraints: windowsservercore-1809

	Tags: 1.2.3-nanoserver-1809, 1.2-nanoserver-1809, 1-nanoserver-1809, nanoserver-1809
	SharedTags: 1.2.3-nanoserver, 1.2-nanoserver, 1-nanoserver, nanoserver, 1.2.3, 1.2, 1, latest
	Architectures: windows-amd64
	Directory: 1.2.x/nanoserver-1809
	Constraints: nanoserver-1809, windowsservercore-1809
END
sed -i 's/platforms: \[linux\/arm64, linux\/amd64.*/platforms: [linux\/amd64]/; /1809/d' tiny.yaml
made --branch master
check test "$(grep -c '^Architectures' out/library/little)" = 0
check test "$(grep -c '^GitFetch' out/library/little)" = 0

begin 'a pre-release has its own version and no other tag'
product
sed -i 's/^version: .*/version: 1.3.0-RC.1/; s/^library:/&/' tiny.yaml
lock
made
check diff - <(grep -E '^(Shared)?Tags' out/library/little) <<-'END'
	Tags: 1.3.0-RC.1-alpine3.18, 1.3.0-RC.1-alpine
	Tags: 1.3.0-RC.1-alpine3.17
	Tags: 1.3.0-RC.1-scratch, 1.3.0-RC.1-linux
	SharedTags: 1.3.0-RC.1
	Tags: 1.3.0-RC.1-windowsservercore-1809
	SharedTags: 1.3.0-RC.1-windowsservercore
	Tags: 1.3.0-RC.1-nanoserver-1809
	SharedTags: 1.3.0-RC.1-nanoserver, 1.3.0-RC.1
END

begin 'an optional platform that the release lacks is left out everywhere'
product
for platform in linux/mips64le windows/amd64; do
	sed -i "/^platforms:/s,$platform,{platform: $platform\, optional: true}," tiny.yaml
done
sed -i '/mips64le/d; /windows/d' SHA256SUMS
rm tiny.lock.json
check bundler lock --sums SHA256SUMS tiny.yaml
made
check diff - <(grep ^Arch out/library/little) <<-'END'
	Architectures: amd64, arm64v8
	Architectures: amd64, arm64v8
	Architectures: amd64, arm64v8
END
check test "$(cd out/1.2.x && echo *)" = 'alpine3.17 alpine3.18 scratch'
run bundler library -o out --check tiny.yaml

begin 'layouts on branches of their own'
product
sed -i 's/scratch: dockerfile/scratch: oci-import/; s/  branch: main/&\n  dist: true/' tiny.yaml
made --commit amd64=$other
check test ! -e out/1.2.x/scratch
check diff - <(sed -n '/^Tags: 1.2.3-scratch/,/^$/p' out/library/little) <<-END
	Tags: 1.2.3-scratch, 1.2-scratch, 1-scratch, scratch, 1.2.3-linux, 1.2-linux, 1-linux, linux
	SharedTags: 1.2.3, 1.2, 1, latest
	Architectures: amd64, arm64v8, mips64le
	Directory: 1.2.x/scratch
	File: index.json
	Builder: oci-import
	amd64-GitCommit: $other
	amd64-GitFetch: refs/heads/dist-amd64
	arm64v8-GitFetch: refs/heads/dist-arm64v8
	mips64le-GitFetch: refs/heads/dist-mips64le

END
run bundler library -o out --check tiny.yaml
run bundler library -o out --commit arm32v7=$other tiny.yaml
status 2
stderr <<-END
	bundler: cannot use commit 'arm32v7=$other': recipe 'tiny.yaml' has no branch for this architecture
END

begin 'commits of the repository, and of its branches'
product
sed -i 's/  branch: main/&\n  dist: true/' tiny.yaml
git init -q -b main out
run bundler library -o out tiny.yaml
stdout_stated=1
stderr <<-'END'
	note: cannot find the commit: 'main' has none
	note: library/little is left out until its commits are known (--commit)
END
git_commit
# Contexts have changed, but no library file names a commit without that.
sed -i 's/3\.17/3.19/' tiny.yaml
run bundler library -o out tiny.yaml
stdout_stated=1
stderr <<-'END'
	note: cannot find the commit of 'dist-arm64v8': no such branch
	note: cannot find the commit of 'dist-amd64': no such branch
	note: cannot find the commit of 'dist-mips64le': no such branch
	note: library/little is left out until its commits are known (--commit)
END
git_commit
for arch in amd64 arm64v8 mips64le; do
	git -C out checkout -q -b dist-$arch
	git -C out -c user.name=t -c user.email=t@t commit -qm $arch --allow-empty
done
git -C out checkout -q main
run bundler library -o out tiny.yaml
stdout <<-'END'
	create  library/little
	replace little.sums
END
check test "$(sed -n 's/^GitCommit: //p' out/library/little)" = "$(git -C out rev-parse HEAD)"
for arch in amd64 arm64v8 mips64le; do
	check test "$(sed -n "s/^$arch-GitCommit: //p" out/library/little)" = \
		"$(git -C out rev-parse dist-$arch)"
done
git -C out pack-refs --all
run bundler library -o out tiny.yaml
git clone -q out clone 2>/dev/null
run bundler library -o clone --check tiny.yaml
status 1
stdout <<-'END'
	create  library/little
	replace little.sums
END
git -C out worktree add -q -b feature ../linked
run bundler library -o linked tiny.yaml
stdout_stated=1
stderr <<-'END'
	note: linked is on branch 'feature', but GitFetch is 'main' (--branch)
END
check cmp out/library/little linked/library/little

finish
