#!/bin/bash
# bundler library: build contexts and library file, what they hold and whose files they replace.
. "$(dirname "$0")/../lib.sh"

commit=0123456789abcdef0123456789abcdef01234567
other=fedcba9876543210fedcba9876543210fedcba98
configs=$top/configs
tab=$(printf '\t')

# digest N: a SHA-256 to be told from others.
digest() { printf '%064x' "$1"; }

# product: a recipe with everything that a context can have, and its lock, in this directory.
product() {
	cat >tiny.yaml <<-'END'
	name: tiny
	version: 1.2.3
	release:
	  asset: "tiny-{version}-{target}.{format}"
	  url: "https://tiny.example/{version}/{asset}"
	  sums: "https://tiny.example/{version}/SHA256SUMS"
	  directory: "tiny-{target}"
	  format: {linux: tar.gz, windows: zip}
	platforms: [linux/amd64, linux/arm64, linux/arm/v7, linux/mips64le, windows/amd64]
	root:
	  - {path: "/tiny{exe}", member: "bin/tiny{exe}", mode: "0755", program: true}
	  - {path: /etc/tiny.conf, file: tiny.conf}
	  - {path: /etc/motd, text: "hello\n"}
	  - {path: /share/LICENSE, member: LICENSE}
	  - {path: /etc/passwd, text: "root:*:0:0::/:/none\n", os: linux}
	  - {path: /tmp, directory: true, mode: "1777", os: linux}
	image:
	  entrypoint: ["/tiny{exe}", serve]
	  cmd: [-c, /etc/tiny.conf]
	  env: ["TEXT=a \"b\" $c", {set: TINY_LINUX=1, os: linux}, {set: TINY_WINDOWS=1, os: windows}]
	  ports: [4222/tcp, 53/udp]
	  user: "65532:65532"
	  workdir: /data
	  stopsignal: SIGINT
	  labels: {org.example.title: "tiny {version}"}
	library:
	  name: little
	  maintainers: ["A B <a@example.org> (@a)", "C (@c)"]
	  repository: https://example.org/little.git
	  branch: main
	  directory: "{minor}.x"
	  tags: ["{version}", "{minor}", "{major}"]
	  packages: [ca-certificates, tzdata]
	  platforms: [linux/arm64, linux/amd64, linux/mips64le, windows/amd64]
	  variants:
	    - alpine: "3.18"
	    - alpine: "3.17"
	    - scratch: dockerfile
	    - windowsservercore: "1809"
	    - nanoserver: "1809"
	END
	echo 'port: 4222' >tiny.conf
	lock
}

lock() {
	local version target n=0
	version=$(sed -n 's/^version: //p' tiny.yaml)
	for target in linux-amd64.tar.gz linux-arm64.tar.gz linux-arm7.tar.gz linux-mips64le.tar.gz \
		windows-amd64.zip; do
		n=$((n + 1))
		echo "$(digest $n)  tiny-$version-$target"
	done >SHA256SUMS
	rm -f tiny.lock.json
	SOURCE_DATE_EPOCH=1 bundler lock --sums SHA256SUMS tiny.yaml >/dev/null
}

# made OPTION...: the contexts in ./out, quietly.
made() {
	bundler library -o out --commit $commit "$@" tiny.yaml >log 2>&1 || fail "$(cat log)"
}

# holds FILE: its whole content is standard input.
holds() {
	cat >expected
	check diff -u --label expected --label "$1" expected "$1"
}

git_commit() { # everything in out
	git -C out add -A
	git -C out -c user.name=test -c user.email=test@example.com commit -qm all
}

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

begin 'alpine'
product
made
holds out/1.2.x/alpine3.18/Dockerfile <<-END
	# tiny 1.2.3, written by bundler library: change the recipe, not this file.
	FROM alpine:3.18

	ENV TINY=1.2.3
	ENV TEXT="a \\"b\\" \\\$c"
	ENV TINY_LINUX="1"

	RUN apk add --no-cache ca-certificates tzdata

	RUN set -eux; \\
	${tab}arch="\$(apk --print-arch)"; \\
	${tab}case "\$arch" in \\
	${tab}${tab}x86_64) target='linux-amd64'; sha256='$(digest 1)' ;; \\
	${tab}${tab}aarch64) target='linux-arm64'; sha256='$(digest 2)' ;; \\
	${tab}${tab}armv7) target='linux-arm7'; sha256='$(digest 3)' ;; \\
	${tab}${tab}*) echo >&2 "error: no release for \$arch"; exit 1 ;; \\
	${tab}esac; \\
	${tab}mkdir /release; \\
	${tab}cd /release; \\
	${tab}wget -O release.tar.gz "https://tiny.example/1.2.3/tiny-1.2.3-\${target}.tar.gz"; \\
	${tab}echo "\$sha256  release.tar.gz" | sha256sum -c -; \\
	${tab}tar -xzf release.tar.gz; \\
	${tab}mkdir -p /usr/local/bin; \\
	${tab}cp "tiny-\${target}/bin/tiny" /usr/local/bin/tiny; \\
	${tab}chmod 0755 /usr/local/bin/tiny; \\
	${tab}mkdir -p /share; \\
	${tab}cp "tiny-\${target}/LICENSE" /share/LICENSE; \\
	${tab}chmod 0644 /share/LICENSE; \\
	${tab}cd /; \\
	${tab}rm -r /release

	COPY tiny.conf /etc/tiny.conf
	COPY motd /etc/motd
	COPY docker-entrypoint.sh /usr/local/bin/
	STOPSIGNAL SIGINT
	USER 65532:65532
	WORKDIR /data
	EXPOSE 4222 53/udp
	ENTRYPOINT ["docker-entrypoint.sh"]
	CMD ["tiny", "serve", "-c", "/etc/tiny.conf"]
END
check cmp tiny.conf out/1.2.x/alpine3.18/tiny.conf
holds out/1.2.x/alpine3.18/motd <<<hello
check diff <(sed 's/3\.18/3.17/' out/1.2.x/alpine3.18/Dockerfile) out/1.2.x/alpine3.17/Dockerfile

begin 'the entry point makes flags arguments of the program'
product
made
script=out/1.2.x/alpine3.18/docker-entrypoint.sh
check test -x "$script"
mkdir bin
printf '#!/bin/sh\necho tiny "$@"\n' >bin/tiny
chmod +x bin/tiny
for shell in 'busybox sh' dash; do
	run env PATH="$PWD/bin:$PATH" $shell "$script" -v 'a b'
	stdout <<<'tiny serve -v a b'
	run env PATH="$PWD/bin:$PATH" $shell "$script"
	stdout <<<'tiny serve'
	run env PATH="$PWD/bin:$PATH" $shell "$script" echo -n other
	stdout < <(printf other)
	run env PATH="$PWD/bin:$PATH" $shell "$script" tiny -c x
	stdout <<<'tiny -c x'
done
check shellcheck "$script"

# A root with nothing but BusyBox, in which apk says $1 and wget takes from mirror/.
busybox_root() {
	mkdir -p root/bin root/mirror root/usr/bin
	cp "$(command -v busybox)" root/bin/busybox
	for applet in sh mkdir rm tar gzip sha256sum cp basename chmod; do
		ln -sf busybox root/bin/$applet
	done
	printf '#!/bin/sh\n[ "$*" = --print-arch ] && echo %s\n' "$1" >root/bin/apk
	printf '#!/bin/sh\n[ "$1" = -O ] && cp "/mirror/$(basename "$3")" "$2"\n' >root/bin/wget
	chmod 755 root/bin/apk root/bin/wget
}

# download DOCKERFILE: runs its step that downloads, in that root.
download() {
	sed -n '/^RUN set -eux/,/[^\\]$/p' "$1" | sed '1s/^RUN //; s/\\$//' | tr -d '\n' >root/step
	run unshare --map-root-user chroot root /bin/sh -c "$(cat root/step)"
	stderr_stated=1
}

begin 'what Alpine downloads is checked and installed, by BusyBox alone'
unshare --map-root-user true 2>/dev/null || skip 'cannot make a user namespace'
product
busybox_root aarch64
mkdir -p tiny-linux-arm64/bin
echo program >tiny-linux-arm64/bin/tiny
echo licence >tiny-linux-arm64/LICENSE
tar -czf root/mirror/tiny-1.2.3-linux-arm64.tar.gz tiny-linux-arm64
sum=$(sha256sum <root/mirror/tiny-1.2.3-linux-arm64.tar.gz)
sed -i "s/^$(digest 2)/${sum%% *}/" SHA256SUMS
rm tiny.lock.json
check bundler lock --sums SHA256SUMS tiny.yaml
made
download out/1.2.x/alpine3.18/Dockerfile
stdout <<<'release.tar.gz: OK'
check cmp tiny-linux-arm64/bin/tiny root/usr/local/bin/tiny
check test "$(stat -c %a root/usr/local/bin/tiny) $(stat -c %a root/share/LICENSE)" = '755 644'
check test ! -e root/release
rm -rf root/usr/local root/share
printf 'x' | dd of=root/mirror/tiny-1.2.3-linux-arm64.tar.gz bs=1 seek=20 conv=notrunc 2>/dev/null
download out/1.2.x/alpine3.18/Dockerfile
status 1
stdout <<<'release.tar.gz: FAILED'
check test ! -e root/usr/local/bin/tiny
rm -rf root/release
busybox_root arm64
download out/1.2.x/alpine3.18/Dockerfile
status 1
check grep -qx 'error: no release for arm64' "$scratch/stderr"

begin 'scratch'
product
made
holds out/1.2.x/scratch/Dockerfile <<-END
	# tiny 1.2.3, written by bundler library: change the recipe, not this file.
	FROM scratch

	# The tar of bundler rootfs: ADD keeps owner, mode and time of what is in it.
	ADD rootfs.tar.gz /

	ENV TEXT="a \\"b\\" \\\$c"
	ENV TINY_LINUX="1"
	LABEL org.example.title="tiny 1.2.3"

	STOPSIGNAL SIGINT
	USER 65532:65532
	WORKDIR /data
	EXPOSE 4222 53/udp
	ENTRYPOINT ["/tiny", "serve"]
	CMD ["-c", "/etc/tiny.conf"]
END
check test "$(ls out/1.2.x/scratch)" = Dockerfile

begin 'Windows'
product
made
holds out/1.2.x/windowsservercore-1809/Dockerfile <<-END
	# tiny 1.2.3, written by bundler library: change the recipe, not this file.
	FROM mcr.microsoft.com/windows/servercore:1809

	SHELL ["powershell", "-NoProfile", "-Command", "\$ErrorActionPreference = 'Stop'; \$ProgressPreference = 'SilentlyContinue';"]

	ENV TINY=1.2.3
	ENV TEXT="a \\"b\\" \\\$c"
	ENV TINY_WINDOWS="1"

	RUN [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12; \\
	${tab}New-Item -ItemType Directory -Path 'C:\\release' | Out-Null; \\
	${tab}Set-Location -Path 'C:\\release'; \\
	${tab}\$sha256 = '$(digest 5)'; \\
	${tab}Invoke-WebRequest -UseBasicParsing -Uri 'https://tiny.example/1.2.3/tiny-1.2.3-windows-amd64.zip' -OutFile 'release.zip'; \\
	${tab}\$found = (Get-FileHash -Algorithm SHA256 -Path 'release.zip').Hash; \\
	${tab}if (\$found -ne \$sha256) { \\
	${tab}${tab}Write-Host ('the release has SHA-256 {0}, not {1}' -f \$found, \$sha256); \\
	${tab}${tab}exit 1; \\
	${tab}}; \\
	${tab}Expand-Archive -Path 'release.zip' -DestinationPath '.'; \\
	${tab}Copy-Item -Path 'tiny-windows-amd64/bin/tiny.exe' -Destination 'C:\\tiny.exe'; \\
	${tab}New-Item -ItemType Directory -Force -Path 'C:\\share' | Out-Null; \\
	${tab}Copy-Item -Path 'tiny-windows-amd64/LICENSE' -Destination 'C:\\share\\LICENSE'; \\
	${tab}Set-Location -Path 'C:\\'; \\
	${tab}Remove-Item -Recurse -Force -Path 'C:\\release'

	COPY tiny.conf C:\\\\etc\\\\tiny.conf
	COPY motd C:\\\\etc\\\\motd
	EXPOSE 4222 53/udp
	ENTRYPOINT ["C:\\\\tiny.exe", "serve"]
	CMD ["-c", "/etc/tiny.conf"]
END
holds out/1.2.x/nanoserver-1809/Dockerfile <<-END
	# tiny 1.2.3, written by bundler library: change the recipe, not this file.
	FROM mcr.microsoft.com/windows/nanoserver:1809

	ENV TINY=1.2.3
	ENV TEXT="a \\"b\\" \\\$c"
	ENV TINY_WINDOWS="1"

	COPY --from=little:1.2.3-windowsservercore-1809 C:\\\\tiny.exe C:\\\\tiny.exe
	COPY --from=little:1.2.3-windowsservercore-1809 C:\\\\share\\\\LICENSE C:\\\\share\\\\LICENSE
	COPY tiny.conf C:\\\\etc\\\\tiny.conf
	COPY motd C:\\\\etc\\\\motd
	EXPOSE 4222 53/udp
	ENTRYPOINT ["C:\\\\tiny.exe", "serve"]
	CMD ["-c", "/etc/tiny.conf"]
END

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
	note: cannot tell the commit: 'main' has none
	note: library/little is left out until its commits are known (--commit)
END
git_commit
# Contexts have changed, but no library file names a commit without that.
sed -i 's/3\.17/3.19/' tiny.yaml
run bundler library -o out tiny.yaml
stdout_stated=1
stderr <<-'END'
	note: cannot tell the commit of 'dist-arm64v8': there is no such branch
	note: cannot tell the commit of 'dist-amd64': there is no such branch
	note: cannot tell the commit of 'dist-mips64le': there is no such branch
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
	note: linked is on branch 'feature', and GitFetch is 'main' (--branch)
END
check cmp out/library/little linked/library/little

begin 'after a change the library file names a commit that does not have it'
product
git init -q -b main out
made
git_commit
sed -i 's/3\.17/3.19/' tiny.yaml
run bundler library -o out tiny.yaml
stdout <<-'END'
	remove  1.2.x/alpine3.17/Dockerfile
	remove  1.2.x/alpine3.17/docker-entrypoint.sh
	remove  1.2.x/alpine3.17/motd
	remove  1.2.x/alpine3.17/tiny.conf
	create  1.2.x/alpine3.19/Dockerfile
	create  1.2.x/alpine3.19/docker-entrypoint.sh
	create  1.2.x/alpine3.19/motd
	create  1.2.x/alpine3.19/tiny.conf
	replace library/little
	replace little.sums
END
stderr <<-'END'
	note: library/little names a commit without these changes: commit them and run this again
END
check test ! -e out/1.2.x/alpine3.17
git_commit
run bundler library -o out tiny.yaml
stdout <<-'END'
	replace library/little
	replace little.sums
END
run bundler library -o out --check tiny.yaml

begin 'the same bytes again, from elsewhere and under another umask'
product
made
mkdir deep
(cd deep && umask 077 && bundler library -o ../other --commit $commit ../tiny.yaml >/dev/null)
check diff -r out other
run bundler library -o out --commit $commit tiny.yaml

begin '--check tells what differs and changes nothing'
product
run bundler library -o out --check --commit $commit tiny.yaml
status 1
stdout_stated=1
check test ! -e out
made
run bundler library -o out --check tiny.yaml
run bundler library -o out --check --commit $other tiny.yaml
status 1
stdout <<-'END'
	replace library/little
	replace little.sums
END
echo '# mine' >>out/1.2.x/scratch/Dockerfile
chmod -x out/1.2.x/alpine3.17/docker-entrypoint.sh
cp -a out before
run bundler library -o out --check --json tiny.yaml
status 1
stdout <<-'END'
	{
	  "changes": [
	    {
	      "action": "replace",
	      "path": "1.2.x/alpine3.17/docker-entrypoint.sh"
	    },
	    {
	      "action": "replace",
	      "path": "1.2.x/scratch/Dockerfile"
	    }
	  ]
	}
END
check diff -r before out

begin 'what a person wrote or edited stays'
product
mkdir -p out/1.2.x/scratch
echo 'FROM mine' >out/1.2.x/scratch/Dockerfile
run bundler library -o out --commit $commit tiny.yaml
status 9
stderr <<-'END'
	bundler: cannot replace '1.2.x/scratch/Dockerfile': it is not what bundler has written
	hint: move it away, or replace it with --force
END
files out <<-'END'
	1.2.x
	1.2.x/scratch
	1.2.x/scratch/Dockerfile
END
made --force
echo '# mine' >>out/1.2.x/alpine3.17/Dockerfile
sed -i '/3\.17/d' tiny.yaml
echo mine >out/1.2.x/alpine3.17/README
run bundler library -o out --commit $commit tiny.yaml
stdout <<-'END'
	leave   1.2.x/alpine3.17/Dockerfile
	remove  1.2.x/alpine3.17/docker-entrypoint.sh
	remove  1.2.x/alpine3.17/motd
	remove  1.2.x/alpine3.17/tiny.conf
	replace library/little
	replace little.sums
END
check test "$(cd out/1.2.x/alpine3.17 && echo *)" = 'Dockerfile README'

begin 'what a record names is not believed to be text'
product
made
path=$'\e[2J\xff'
echo mine >"out/$path"
echo "$(digest 1)  $path" >>out/little.sums
run bundler library -o out --commit $commit --check tiny.yaml
status 1
stdout <<-'END'
	leave   \x1b[2J\xff
	replace little.sums
END
run bundler library -o out --commit $commit --check --json tiny.yaml
status 1
stdout_stated=1
check grep -qx '      "path": "\\\\x1b\[2J\\\\xff"' "$scratch/stdout"

begin 'a failure leaves everything as it was'
product
made
cp -a out before
sed -i 's/3\.17/3.19/; s/tiny {version}/huge {version}/' tiny.yaml
echo mine >out/1.2.x/alpine3.19
run bundler library -o out --commit $commit tiny.yaml
status 9
stderr <<-'END'
	bundler: cannot use directory '1.2.x/alpine3.19': Not a directory
END
rm out/1.2.x/alpine3.19
check diff -r before out
ln -s /etc out/1.2.x/alpine3.19
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use file '1.2.x/alpine3.19/motd': a component is a symbolic link or no directory
END
rm out/1.2.x/alpine3.19
check diff -r before out

begin 'what a Dockerfile cannot say is refused'
product
sed -i 's,/share/LICENSE,/share/LI CENSE,' tiny.yaml
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot write '/share/LI CENSE' into a Dockerfile: it has a character that shells may understand
END
check test ! -e out
product
sed -i 's,cmd: .*,cmd: ["{target}"],' tiny.yaml
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot write '{target}' into a Dockerfile: it is another for each platform
END
product
sed -i 's,/etc/motd,/etc/Dockerfile,' tiny.yaml
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot generate '1.2.x/alpine3.18/Dockerfile': something else has this path
END

begin 'usage'
product
run bundler library tiny.yaml
status 2
stderr <<<'bundler: cannot write build contexts: no directory is given (--output)'
run bundler library -o out --commit HEAD tiny.yaml
status 2
stderr <<<"bundler: cannot use commit 'HEAD': it is not 40 or 64 hexadecimal digits in lower case"
run bundler library -o out --branch 'a b' tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot use branch 'a b': it has other characters than letters, digits, '.', '_', '/' and '-'
END
sed -i '/^library:/,$d' tiny.yaml
run bundler library -o out tiny.yaml
status 3
stderr <<<"bundler: cannot write build contexts: recipe 'tiny.yaml' has no 'library'"
mkdir out
echo nothing >out/little.sums
product
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<<"bundler: cannot read 'little.sums': line 1 is not '<SHA-256>  <path>'"

finish
