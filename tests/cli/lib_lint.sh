# SPDX-License-Identifier: Apache-2.0
# What the tests of bundler lint share: a tree of Dockerfiles as the original image repository kept it,
# and how it is broken. Bash, sourced after lib.sh.

# What is accepted only for a time is judged as of this day: 2023-11-14.
export SOURCE_DATE_EPOCH=1700000000

hash() { printf '%064d' 0 | tr 0 "$1"; }

# write PATH: a file from standard input, with its directories.
write() {
	mkdir -p "$(dirname "$1")"
	cat >"$1"
}

# make_variant VERSION VARIANT: a directory as the original image repository kept it.
make_variant() {
	local version=$1 variant=$2 windows=${2#*-} base=mcr.microsoft.com/windows
	case $variant in
	alpine*)
		write "$version/$variant/Dockerfile" <<-END
			FROM alpine:${variant#alpine}

			ENV THING_SERVER $version

			RUN set -eux; \\
				apkArch="\$(apk --print-arch)"; \\
				case "\$apkArch" in \\
					aarch64) thingArch='arm64'; sha256='$(hash 1)' ;; \\
					armhf) thingArch='arm6'; sha256='$(hash 2)' ;; \\
					armv7) thingArch='arm7'; sha256='$(hash 3)' ;; \\
					x86_64) thingArch='amd64'; sha256='$(hash 4)' ;; \\
					*) echo >&2 "error: \$apkArch is not supported!"; exit 1 ;; \\
				esac; \\
				\\
				wget -O thing.tar.gz "https://example.com/download/v\${THING_SERVER}/thing-v\${THING_SERVER}-linux-\${thingArch}.tar.gz"; \\
				echo "\${sha256} *thing.tar.gz" | sha256sum -c -; \\
				tar -xf thing.tar.gz

			COPY docker-entrypoint.sh /usr/local/bin
			EXPOSE 4222 8222
			ENTRYPOINT ["docker-entrypoint.sh"]
			CMD ["thing-server", "-m", "8222"]
		END
		write "$version/$variant/docker-entrypoint.sh" <<-'END'
			#!/bin/sh
			exec "$@"
		END
		chmod +x "$version/$variant/docker-entrypoint.sh"
		;;
	scratch)
		write "$version/scratch/Dockerfile" <<-END
			FROM scratch
			COPY --from=thing:$version-alpine3.18 /usr/local/bin/thing-server /thing-server
			EXPOSE 4222 8222
			ENTRYPOINT ["/thing-server"]
			CMD ["-m", "8222"]
		END
		;;
	windowsservercore-*)
		write "$version/$variant/Dockerfile" <<-END
			FROM $base/servercore:$windows
			SHELL ["powershell", "-Command", "\$ErrorActionPreference = 'Stop';"]
			ENV THING_SERVER $version
			ENV THING_DOWNLOAD https://example.com/download/v\${THING_SERVER}/thing-v\${THING_SERVER}-windows-amd64.zip
			ENV THING_SHASUM $(hash a)
			RUN Invoke-WebRequest -Uri \$env:THING_DOWNLOAD -OutFile thing.zip; \\
				if ((Get-FileHash thing.zip -Algorithm sha256).Hash -ne \$env:THING_SHASUM) { \\
					exit 1; \\
				}; \\
				Expand-Archive -Path thing.zip -DestinationPath .
			EXPOSE 4222 8222
			ENTRYPOINT ["C:\\\\thing-server.exe"]
			CMD ["-m", "8222"]
		END
		;;
	nanoserver-*)
		write "$version/$variant/Dockerfile" <<-END
			FROM $base/nanoserver:$windows
			# A comment before what is copied.
			COPY --from=thing:$version-windowsservercore-$windows C:\\\\thing-server.exe C:\\\\thing-server.exe
			EXPOSE 4222 8222
			ENTRYPOINT ["C:\\\\thing-server.exe"]
			CMD ["-m", "8222"]
		END
		;;
	esac
}

make_library() {
	write tree/library/thing <<-'END'
		Maintainers: Some Body <some@example.com> (@some),
		             Other Body (@other)
		GitRepo: https://example.com/thing-docker.git
		# Where the release stands.
		GitCommit: 0123456789abcdef0123456789abcdef01234567

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
}

make_tree() {
	local variant
	mkdir tree
	cd tree || exit
	for variant in alpine3.18 scratch windowsservercore-1809 nanoserver-1809; do
		make_variant 0.25.6 "$variant"
	done
	cd ..
	make_library
}

# broken NAME: begins a test with a tree, which is broken before `finds`.
broken() {
	begin "$1"
	make_tree
}

# change FILE SED: what is not changed would break nothing.
change() {
	cp "tree/$1" before
	sed -i -E "$2" "tree/$1"
	! cmp -s before "tree/$1" || fail "nothing was changed in $1: $2"
}

finds() { # finds [OPTION]...: exactly the findings on standard input
	run bundler lint "$@" tree
	status 1
	stdout
}

alpine=0.25.6/alpine3.18/Dockerfile
scratchfile=0.25.6/scratch/Dockerfile
core=0.25.6/windowsservercore-1809/Dockerfile
nano=0.25.6/nanoserver-1809/Dockerfile
