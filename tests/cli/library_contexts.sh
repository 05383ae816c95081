#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler library: the build contexts of every kind of variant, and what runs of them without Docker.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_library.sh"

tab=$(printf '\t')

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

begin 'what a Dockerfile cannot say is refused'
product
sed -i 's,/share/LICENSE,/share/LI CENSE,' tiny.yaml
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot write '/share/LI CENSE' into a Dockerfile: it has a character with a meaning to shells
END
check test ! -e out
product
sed -i 's,cmd: .*,cmd: ["{target}"],' tiny.yaml
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot write '{target}' into a Dockerfile: it differs between platforms
END
product
sed -i 's,/etc/motd,/etc/Dockerfile,' tiny.yaml
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot generate '1.2.x/alpine3.18/Dockerfile': something else has this path
END

begin 'what differs between platforms by more than the target is refused, wherever it is'
# refused TEMPLATE: what sed has put into the recipe.
refused() {
	run bundler library -o out --commit $commit tiny.yaml
	status 3
	stderr <<-END
		bundler: cannot write the Dockerfile of alpine: '$1' differs between 'linux/arm64' and 'linux/amd64' by more than {target}
		hint: name these words in 'release.target'
	END
	check test ! -e out
}
product
sed -i 's,^  url: .*,  url: "https://tiny.example/{arch}/{asset}",' tiny.yaml
lock
refused 'https://tiny.example/{arch}/{asset}'
product
sed -i 's,directory: "tiny-{target}",directory: "tiny-{arch}",' tiny.yaml
refused 'tiny-{arch}'
product
sed -i 's,member: LICENSE,member: "LICENSE-{arch}",' tiny.yaml
refused 'LICENSE-{arch}'
product
sed -i 's,path: /share/LICENSE,path: "/share/LICENSE-{arch}",' tiny.yaml
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot write '/share/LICENSE-{arch}' into a Dockerfile: it differs between platforms
END
product
sed -i '/alpine/d; s,"tiny {version}","tiny for {arch}",' tiny.yaml
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot write 'tiny for {arch}' into a Dockerfile: it differs between platforms
END
product
sed -i '/alpine/d; /scratch/d; s,member: LICENSE,member: "LICENSE-{arch}",' tiny.yaml
made	# a Dockerfile for Windows is for one platform
check grep -qF "'tiny-windows-amd64/LICENSE-amd64'" out/1.2.x/windowsservercore-1809/Dockerfile

finish
