#!/bin/bash
# bundler lint: each rule on a tree that breaks it, and trees that break none.
. "$(dirname "$0")/../lib.sh"

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

# ---- nothing wrong ----

begin 'a clean tree'
make_tree
run bundler lint tree
run bundler lint --json tree
stdout <<'END'
{
  "findings": [],
  "left_out": 0
}
END

begin 'a clean tree of minor versions, with previews and what else such a repository has'
mkdir tree
cd tree || exit
for variant in alpine3.18 scratch windowsservercore-1809 nanoserver-1809; do
	make_variant 0.25.6 $variant
	make_variant 0.24.0-RC.1 $variant
done
mv 0.25.6 0.25.x
write 0.25.x/scratch/Dockerfile.preview <<'END'
ARG BASE_IMAGE=thing:0.25.6-alpine3.18
FROM $BASE_IMAGE AS base

FROM scratch
COPY --from=base /usr/local/bin/thing-server /thing-server
EXPOSE 8222/tcp
EXPOSE 4222
ENTRYPOINT ["/thing-server"]
CMD ["-m", "8222"]
END
write 0.25.x/tests/build-images.sh <<'END'
#!/bin/sh
END
write tests/run-images.sh <<'END'
#!/bin/sh
END
ln -s nowhere README.md
mkfifo update.fifo
cd ..
run bundler lint tree
status 1
stdout <<'END'
0.25.x/scratch/Dockerfile.preview:7: expose: the EXPOSE is '8222 4222', others of the version have '4222 8222'
END
sed -i '/8222.tcp/d; s/^EXPOSE 4222/EXPOSE 8222\/tcp 4222/' tree/0.25.x/scratch/Dockerfile.preview
run bundler lint tree

begin 'a stage that builds, other tools, and other ways to learn the architecture'
make_tree
write tree/0.25.6/alpine3.18/Dockerfile <<'END'
# syntax=docker/dockerfile:1
# escape=`
FROM golang:1.21.3-alpine3.18 AS build
ENV TINI_VERSION v0.19.0
FROM alpine:3.18@sha256:5555555555555555555555555555555555555555555555555555555555555555 AS base
FROM base
ARG TARGETARCH
ENV TINI_VERSION=0.19.0 `
	THING="0.25.6"
RUN <<EOT
	case ${TARGETARCH} in
	amd64 | arm64)
		echo "$TARGETARCH" ;;
	arm) ;;
	esac
	case `uname -m` in i?86|x86_64|armv8l) ;; esac
	case "$(dpkg --print-architecture)" in
		amd64) sha256=4444444444444444444444444444444444444444444444444444444444444444 target=linux-amd64;;
		(arm64) sha256=1111111111111111111111111111111111111111111111111111111111111111
			target=linux-arm64;;
		armhf) sha256=3333333333333333333333333333333333333333333333333333333333333333; target=linux-arm7;;
		armel) sha256=2222222222222222222222222222222222222222222222222222222222222222 target="linux-arm6";;
		*) exit 1
	esac
	url="https://example.com/$THING/thing-v$THING-$target.tar.gz"
	curl -O "$url"
	echo "$sha256  thing-v$THING-$target.tar.gz" | sha256sum --check
EOT
COPY --from=build /lib /lib
COPY docker-entrypoint.sh /
EXPOSE 4222 8222
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD ["thing-server", "-m", "8222"]
END
run bundler lint tree

begin 'what bundler library writes'
for recipe in nats-streaming-server nats-server; do
	rm -rf tree
	check bundler library -o tree --commit 0123456789abcdef0123456789abcdef01234567 "$top/configs/$recipe.yaml"
	run bundler lint --branch main --lock "$top/configs/$recipe.lock.json" tree
done
sed -i 's/^FROM alpine.*/FROM alpine:3.21/' tree/*/alpine3.22/Dockerfile
run bundler lint tree
status 1
stdout <<END
$(cd tree && echo */alpine3.22/Dockerfile):2: base: the base is 'alpine:3.21', and 'alpine3.22' is built on 'alpine:3.22'
END

begin 'what bundler library writes, with the variants of 2023'
sed -e 's/alpine: "3.22"/alpine: "3.18"/' -e 's/ltsc2025/"1809"/' -e '/ltsc2022/d' \
	-e '/dist: true/d' "$top/configs/nats-streaming-server.yaml" >recipe.yaml
cp -r "$top/configs"/*.conf "$top/configs/root" "$top/configs"/*.crt .
check bundler library -o tree --commit 0123456789abcdef0123456789abcdef01234567 \
	--lock "$top/configs/nats-streaming-server.lock.json" recipe.yaml
run bundler lint --branch main --lock "$top/configs/nats-streaming-server.lock.json" tree

# ---- the history of the original repositories ----

broken 'arm64 where apk prints aarch64 (official-images#8010)'
change $alpine 's/aarch64\)/arm64)/'
finds <<END
$alpine:8: architecture: apk --print-arch is never 'arm64', but 'aarch64'
library/thing:7: coverage: 'arm64v8' is published, and '$alpine' has nothing for it
END

broken 'loong64 where apk prints loongarch64'
change $alpine "s/^(.*)aarch64.*/&\n\1loong64) thingArch='loong64'; sha256='$(hash 6)' ;; \\\\/"
finds <<END
$alpine:9: architecture: apk --print-arch is never 'loong64', but 'loongarch64'
END

broken 'scratch copies from an Alpine variant that is no more (144f306, f301362)'
change $scratchfile 's/alpine3.18/alpine3.17/'
finds <<END
$scratchfile:2: from: 'thing:0.25.6-alpine3.17' is copied from, and there is no directory '0.25.6/alpine3.17'
library/thing:11: order: 'thing:0.25.6-alpine3.17' is copied from, and no entry has that tag
END

broken 'the same in the directory of a minor version (1e61999)'
mv tree/0.25.6 tree/0.25.x
rm -r tree/library
mv tree/0.25.x/alpine3.18 tree/0.25.x/alpine3.17
change 0.25.x/alpine3.17/Dockerfile 's/alpine:3.18/alpine:3.17/'
finds <<'END'
0.25.x/scratch/Dockerfile:2: from: 'thing:0.25.6-alpine3.18' is copied from, and there is no directory '0.25.x/alpine3.18'
END

broken 'nanoserver and scratch left at the old version (0b9e327)'
change $scratchfile 's/0.25.6/0.25.5/'
change $nano 's/thing:0.25.6/thing:0.25.5/'
finds --ignore order <<END
$nano:3: from: 'thing:0.25.5-windowsservercore-1809' is copied from, and the version is 0.25.6
$scratchfile:2: from: 'thing:0.25.5-alpine3.18' is copied from, and the version is 0.25.6
END

broken 'servercore and scratch of a minor version left at the old one'
mv tree/0.25.6 tree/0.25.x
rm -r tree/library
change 0.25.x/scratch/Dockerfile 's/0.25.6/0.25.5/'
change 0.25.x/windowsservercore-1809/Dockerfile 's/SERVER 0.25.6/SERVER 0.25.5/'
finds <<'END'
0.25.x/scratch/Dockerfile:2: from: 'thing:0.25.5-alpine3.18' is copied from, and the version is 0.25.6
0.25.x/windowsservercore-1809/Dockerfile:3: version: the version is 0.25.5, that of the directory 0.25.6
0.25.x/windowsservercore-1809/Dockerfile:4: version: 'thing-v0.25.5-windows-amd64.zip' is of version 0.25.5, that of the directory is 0.25.6
END

broken 'the old base in a directory that was renamed (eb78e3b, b411564)'
change $alpine 's/alpine:3.18/alpine:3.17/'
finds <<END
$alpine:1: base: the base is 'alpine:3.17', and 'alpine3.18' is built on 'alpine:3.18'
END

broken 'servercore1809 instead of windowsservercore-1809, as a directory'
mv tree/0.25.6/windowsservercore-1809 tree/0.25.6/servercore1809
change library/thing 's,0.25.6/windowsservercore-1809,0.25.6/servercore1809,'
finds --ignore from <<'END'
0.25.6/servercore1809: variant: no variant is called 'servercore1809'; 'windowsservercore-1809' is meant perhaps
END

broken 'servercore1809 instead of windowsservercore-1809, as a tag'
change library/thing 's/^(Tags: 0.25.6-)windowsservercore-1809/\1servercore1809/'
finds <<'END'
library/thing:16: naming: '0.25.6-servercore1809' is not made of 'windowsservercore-1809', as its directory is
library/thing:16: naming: the first tag is '0.25.6-servercore1809', and not '0.25.6-windowsservercore-1809'
library/thing:22: order: 'thing:0.25.6-windowsservercore-1809' is copied from, and no entry has that tag
END

# ---- Dockerfiles ----

broken 'version: another than the directory has'
change $alpine 's/SERVER 0.25.6/SERVER 0.25.5/'
finds <<END
$alpine:3: version: the version is 0.25.5, that of the directory 0.25.6
$alpine:15: version: 'thing-v0.25.5-linux-amd64.tar.gz' is of version 0.25.5, that of the directory is 0.25.6
$alpine:15: version: 'thing-v0.25.5-linux-arm6.tar.gz' is of version 0.25.5, that of the directory is 0.25.6
$alpine:15: version: 'thing-v0.25.5-linux-arm64.tar.gz' is of version 0.25.5, that of the directory is 0.25.6
$alpine:15: version: 'thing-v0.25.5-linux-arm7.tar.gz' is of version 0.25.5, that of the directory is 0.25.6
END

broken 'version: nothing has one of the minor version'
mv tree/0.25.6 tree/0.26.x
finds --ignore directory,from,order <<'END'
0.26.x/alpine3.18/Dockerfile:3: version: the version is 0.25.6, the directory is for 0.26.x
0.26.x/windowsservercore-1809/Dockerfile:3: version: the version is 0.25.6, the directory is for 0.26.x
END

broken 'from: the wrong variant, itself, and no version'
change $nano 's/windowsservercore-1809/alpine3.18/'
change $scratchfile 's/-alpine3.18/-scratch/'
change $alpine 's/^COPY/COPY --from=thing:alpine \/a \/a\n&/'
finds --ignore order,coverage <<END
$alpine:19: from: 'thing:alpine' is copied from, which does not name version and variant
$nano:3: from: 'thing:0.25.6-alpine3.18' is copied from, and not 'windowsservercore-1809'
$scratchfile:2: from: 'thing:0.25.6-scratch' is copied from itself
END

broken 'accepted: as time goes by, and never'
export SOURCE_DATE_EPOCH=1767225600
finds <<END
$alpine:1: accepted: 'alpine:3.18' was accepted until 2025-05-09
$nano:1: accepted: 'mcr.microsoft.com/windows/nanoserver:1809' was accepted until 2025-06-30
$core:1: accepted: 'mcr.microsoft.com/windows/servercore:1809' was accepted until 2025-06-30
END
run bundler lint --ignore accepted tree
export SOURCE_DATE_EPOCH=1700000000
change $core 's/servercore:1809/servercore:latest/'
change library/thing '/linux$/{n;n;s/amd64,/amd64, windows-amd64,/}'
finds --ignore base,coverage <<END
$core:1: accepted: 'mcr.microsoft.com/windows/servercore:latest' is not accepted
library/thing:13: accepted: 'windows-amd64' is for windows, and 'scratch' for linux
END

broken 'asset: an arm that downloads what another needs'
change $alpine "s/(armv7.*)arm7/\1arm6/; s/(armhf.*)arm6/\1armv6/"
change $core 's/windows-amd64/linux-amd64/'
finds --ignore coverage <<END
$alpine:9: asset: 'thing-v0.25.6-linux-armv6.tar.gz' is for 'linux-armv6', which is no target of releases
$alpine:10: asset: 'armv7' downloads 'thing-v0.25.6-linux-arm6.tar.gz'
$core:4: asset: 'thing-v0.25.6-linux-amd64.zip' is for linux, 'windowsservercore-1809' for windows
END

broken 'hash: none, a short one, zeros, and one that nothing checks'
change $alpine "s/(armv7.*) sha256=[^ ]*/\1/; s/(aarch64.*)1'/\1'/; s/^(.*armhf.*)'[0-9]{64}'/\1'$(hash 0)'/"
change $core 's/Get-FileHash/Get-Nothing/; s/^ENV THING_SHASUM.*/ENV THING_SHASUM none/'
finds <<END
$alpine:8: hash: '$(hash 1 | cut -c2-)' is no SHA-256 of 64 hexadecimal digits
$alpine:9: hash: '$(hash 0)' is no SHA-256 of 64 hexadecimal digits
$alpine:10: hash: 'thing-v0.25.6-linux-arm7.tar.gz' has no SHA-256
$core:4: hash: nothing checks the SHA-256 of what is downloaded
$core:5: hash: 'none' is no SHA-256 of 64 hexadecimal digits
END

broken 'hash: in a variable of PowerShell'
change $core "/^ENV THING_SHASUM/d; s/-ne .env:THING_SHASUM/-ne \$sha256/; s/^RUN /&\\\$sha256 = '$(hash a)'; \\\\\n\t/"
run bundler lint tree
status 0
change $core "s/^(RUN .*sha256 = )'a/\1'/"
finds <<END
$core:5: hash: '$(hash a | cut -c2-)' is no SHA-256 of 64 hexadecimal digits
END

broken 'copies: the same archive with two digests'
mkdir tree/0.25.6/windowsservercore-ltsc2022
sed 's/servercore:1809/servercore:ltsc2022/; s/a{8}/b{8}/; s/aaaaaaaa/bbbbbbbb/' tree/$core >tree/0.25.6/windowsservercore-ltsc2022/Dockerfile
finds <<END
0.25.6/windowsservercore-ltsc2022/Dockerfile:5: copies: the SHA-256 of 'thing-v0.25.6-windows-amd64.zip' is another one in '$core' line 5
END

broken 'expose and entrypoint: what the others do not have'
change $nano 's/4222 8222/4222 6222 8222/; s/"-m", "8222"/"-p", "4222"/'
change $scratchfile '/^EXPOSE/d; s,/thing-server"\],/other"],'
finds <<END
$nano:4: expose: the EXPOSE is '4222 6222 8222', others of the version have '4222 8222'
$nano:5: entrypoint: the program is 'thing-server -p 4222', others of the version have 'thing-server -m 8222'
$scratchfile: expose: there is no EXPOSE, others of the version have '4222 8222'
$scratchfile:3: entrypoint: the program is 'other -m 8222', others of the version have 'thing-server -m 8222'
END

broken 'entrypoint: a script that is not there, or cannot be run'
chmod -x tree/0.25.6/alpine3.18/docker-entrypoint.sh
finds <<END
$alpine:21: entrypoint: 'docker-entrypoint.sh' is not executable
END
rm tree/0.25.6/alpine3.18/docker-entrypoint.sh
finds <<END
$alpine:21: entrypoint: 'docker-entrypoint.sh' is not in the directory
END

broken 'syntax'
echo 'EXPOZE 1' >>tree/$alpine
printf 'FROM scratch\0\n' >tree/$scratchfile
: >tree/$nano
printf 'RUN <<A\n' >>tree/$core
finds --ignore expose,entrypoint,from <<END
$alpine:23: syntax: it is no instruction
$nano:1: syntax: there is no instruction
$scratchfile:1: syntax: it has a NUL byte
$core:14: syntax: a here-document does not end
END

broken 'file: links are not followed, and Dockerfiles are there'
mv tree/0.25.6/scratch outside
ln -s ../../outside tree/0.25.6/scratch
rm tree/$nano
ln -s "../../../outside/Dockerfile" tree/$nano
mkdir tree/0.25.6/alpine3.17
ln -s 0.25.6 tree/0.25.7
ln -s thing tree/library/other
finds <<END
0.25.6/alpine3.17: file: it has no Dockerfile
$nano: file: it is a symbolic link, which is not followed
0.25.6/scratch: file: it is a symbolic link, which is not followed
0.25.7: file: it is a symbolic link, which is not followed
library/other: file: it is a symbolic link, which is not followed
library/thing:14: directory: there is no directory '0.25.6/scratch' of a version and variant
library/thing:25: directory: '0.25.6/nanoserver-1809' has no 'Dockerfile'
END

# ---- digests from elsewhere ----

sums() {
	for asset in linux-arm64.tar.gz:1 linux-arm6.tar.gz:2 linux-arm7.tar.gz:3 linux-amd64.tar.gz:4 windows-amd64.zip:a; do
		echo "$(hash "${asset#*:}")  thing-v0.25.6-${asset%:*}"
	done
}

begin 'sums that agree'
make_tree
sums >SUMS
run bundler lint --sums SUMS tree
cp SUMS tree/0.25.6/SHA256SUMS
run bundler lint tree

broken 'sums: another digest, and no line'
sums | sed "/windows/d; s/^1{64}/$(hash 7)/; s/^$(hash 1)/$(hash 7)/" >SUMS
finds --sums SUMS <<END
$alpine:8: sums: the SHA-256 of 'thing-v0.25.6-linux-arm64.tar.gz' is $(hash 7) in 'SUMS'
$core:4: sums: 'thing-v0.25.6-windows-amd64.zip' does not stand in 'SUMS'
END
cp SUMS tree/SHA256SUMS
finds <<END
$alpine:8: sums: the SHA-256 of 'thing-v0.25.6-linux-arm64.tar.gz' is $(hash 7) in 'SHA256SUMS'
$core:4: sums: 'thing-v0.25.6-windows-amd64.zip' does not stand in 'SHA256SUMS'
END

broken 'sums: those of a lock, for its version'
(cd tree && make_variant 0.25.5 windowsservercore-1809)
change library/thing 's/^GitRepo/GitRepo/;$a\ '
cat >thing.lock.json <<END
{
  "schema": 1, "compat": 1, "name": "thing", "version": "0.25.6", "release": "official", "epoch": 1,
  "platforms": [
    {
      "platform": "linux/amd64",
      "url": "https://example.com/thing-v0.25.6-linux-amd64.tar.gz",
      "sha256": "$(hash 9)"
    }
  ]
}
END
finds --lock thing.lock.json <<END
$alpine:11: sums: the SHA-256 of 'thing-v0.25.6-linux-amd64.tar.gz' is $(hash 9) in 'thing.lock.json'
$alpine:15: sums: 'thing-v0.25.6-linux-arm6.tar.gz' does not stand in 'thing.lock.json'
$alpine:15: sums: 'thing-v0.25.6-linux-arm64.tar.gz' does not stand in 'thing.lock.json'
$alpine:15: sums: 'thing-v0.25.6-linux-arm7.tar.gz' does not stand in 'thing.lock.json'
$core:4: sums: 'thing-v0.25.6-windows-amd64.zip' does not stand in 'thing.lock.json'
END

# Its name with the end of the text is all that the block has in which it stands.
begin 'an image that is copied from with a tag and without one'
make_tree
rm -r tree/library
name=registry.example.org/abcdefghij
change $scratchfile "s|^EXPOSE.*|COPY --from=$name /a /a\nCOPY --from=$name:latest /b /b\n&|"
run bundler lint tree

begin 'a few lines that say much by their variables'
repeat() { local i; for ((i = 0; i < $1; i++)); do printf '%s' "$2"; done; }
mkdir -p tree/1.2.3/scratch
for text in "$(repeat 1000 $'EXPOSE $B\n')" "ENV $(repeat 1000 'A=$B ')" \
	"RUN case \"\$(uname -m)\" in x86_64) X=1 ;; aarch64) X=2 ;; esac; $(repeat 1000 'A=$B;')" \
	"ADD $(repeat 1000 'http://$B ') /"; do
	printf 'FROM scratch\nENV B=%s\n%s\n' "$(repeat 8000 b)" "$text" >tree/1.2.3/scratch/Dockerfile
	run bundler lint tree
	status 1
	stdout <<<'1.2.3/scratch/Dockerfile: syntax: it has more downloads than are looked at'
done

# ---- library files ----

begin 'library: the name is the given file'\''s'
make_tree
mv tree/library/thing thing
rmdir tree/library
run bundler lint --library thing tree
run bundler lint --library ./thing tree

broken 'syntax of a library file'
change library/thing 's/^Directory: 0.25.6.scratch/Directory 0.25.6\/scratch/'
finds <<'END'
library/thing:14: syntax: it is not 'Name: value'
END
change library/thing 's/^Directory 0.25.6.scratch/SharedTags: a/'
finds <<'END'
library/thing:14: syntax: this field stands twice in its paragraph
END
echo ' x' >tree/library/thing
finds <<'END'
library/thing:1: syntax: it goes on with no field
END

broken 'field: missing, unknown, empty, misplaced'
change library/thing 's/^Maintainers/amd64-Directory/; s/^GitRepo.*/Tag: x/; s/^(Constraints: w).*/Constraints:/; 14s/^/amd64-File: Dockerfile\n/'
finds --ignore constraints <<'END'
library/thing:1: field: the first paragraph has no 'Maintainers'
library/thing:3: field: no field is called 'Tag'
library/thing:7: field: the entry has no 'GitRepo'
library/thing:11: field: the entry has no 'GitRepo'
library/thing:17: field: the entry has no 'GitRepo'
library/thing:21: field: 'Constraints' has no value
library/thing:23: field: the entry has no 'GitRepo'
END
make_library
change library/thing 's/^GitCommit/Tags: a\nGitCommit/; s/^Tags: 0.25.6-a/amd64-Builder: x\nSharedTags: 0.25.6-a/'
finds --ignore order,naming <<'END'
library/thing:5: field: the first paragraph has 'Tags'
library/thing:8: field: the entry has no 'Tags'
END
echo 'Maintainers: A' >tree/library/thing
finds <<'END'
library/thing: field: it has no entry
END

broken 'tag: form, and -latest'
change library/thing "s/, alpine3.18,/, $(printf '%0129d' 0 | tr 0 x),/; s/, linux$/, scratch-latest, .linux/; s/, windowsservercore$/,\n  windows server/"
finds --ignore naming <<END
library/thing:7: tag: '$(printf '%0129d' 0 | tr 0 x)' is no tag: it has not 1 to 128 characters
library/thing:11: tag: '.linux' is no tag: it does not consist of letters, digits, '_', '.' and '-'
library/thing:11: tag: 'scratch-latest' is no tag: it ends with '-latest'
library/thing:18: tag: 'windows server' is no tag: it does not consist of letters, digits, '_', '.' and '-'
END

broken 'naming and version: order of tags, and of which version they are'
change library/thing 's/0.25.6-alpine, 0.25-alpine/0.25-alpine, 0.25.6-alpine/; s/0.25.6, 0.25, latest$/0.25.5, latest, 0.25/'
finds --ignore order <<'END'
library/thing:7: naming: '0.25.6-alpine' stands behind '0.25-alpine', which has less of the version
library/thing:12: naming: '0.25' stands behind 'latest', which has less of the version
library/thing:12: version: '0.25.5' is not of version 0.25.6
library/thing:23: naming: '0.25' stands behind 'latest', which has less of the version
library/thing:23: version: '0.25.5' is not of version 0.25.6
END

broken 'unique and shared: the same tag twice'
change library/thing 's/, alpine$/, scratch/; s/^(SharedTags: .*windowsservercore)$/\1, latest/; s/^SharedTags: 0.25.6,/SharedTags: 0.25.6, 0.25.6,/'
finds --ignore naming <<'END'
library/thing:11: unique: 'scratch' stands in line 7, too
library/thing:12: unique: '0.25.6' stands in line 12, too
library/thing:23: shared: 'latest' is shared with line 17, which is for the same platform
END

broken 'published: architectures that Official Images do not have'
change library/thing 's/arm64v8$/arm64v8, aarch64, arm32v5/; s/: windows-amd64$/: windows-amd64, amd64/'
finds --ignore coverage,shared <<'END'
library/thing:8: published: 'aarch64' is no architecture of Official Images
library/thing:13: published: 'aarch64' is no architecture of Official Images
library/thing:18: published: 'amd64' is for linux, and 'windowsservercore-1809' for windows
library/thing:24: published: 'amd64' is for linux, and 'nanoserver-1809' for windows
END

broken 'coverage: an architecture without a download'
change library/thing 's/arm64v8$/arm64v8, s390x/'
finds <<END
library/thing:7: coverage: 's390x' is published, and '$alpine' has nothing for it
END
change library/thing '8s/, s390x//'
finds <<END
library/thing:11: coverage: 'thing:0.25.6-alpine3.18' is copied from, which is not published for 's390x'
END

broken 'directory: none, and without its file'
change library/thing 's,0.25.6/scratch,0.25.5/scratch,; s/^(Directory: .*nanoserver.*)/\1\nFile: Dockerfile.other/'
finds <<'END'
library/thing:14: directory: there is no directory '0.25.5/scratch' of a version and variant
library/thing:25: directory: '0.25.6/nanoserver-1809' has no 'Dockerfile.other'
END

begin 'directory: what is imported stands elsewhere'
make_tree
rm -r tree/0.25.6/scratch
change library/thing 's,^Directory: 0.25.6/scratch,Builder: oci-import\nFile: index.json\namd64-GitFetch: refs/heads/dist-amd64\nDirectory: linux-amd64,'
run bundler lint tree

broken 'constraints: incomplete, and needless'
change library/thing 's/^Constraints: nano.*/Constraints: nanoserver-1809/; s/^Constraints: windows.*/Constraints: other/; 14s/$/\nConstraints: nanoserver-1809/'
finds <<'END'
library/thing:15: constraints: 'scratch' does not need the constraint 'nanoserver-1809'
library/thing:21: constraints: 'windowsservercore-1809' needs the constraint 'windowsservercore-1809'
library/thing:27: constraints: 'nanoserver-1809' needs the constraint 'windowsservercore-1809'
END

broken 'order: an entry before the one that it copies from'
awk -v RS= -v ORS='\n\n' '{ part[NR] = $0 } END { print part[1]; print part[3]; print part[2]; print part[4]; print part[5] }' tree/library/thing >moved
mv moved tree/library/thing
finds <<'END'
library/thing:7: order: 'thing:0.25.6-alpine3.18' is copied from, whose entry does not stand before
END

begin 'order: the name of an image may begin with that of another'
make_tree
write tree/library/thing-box <<-'END'
	Maintainers: Some Body <some@example.com> (@some)
	GitRepo: https://example.com/thing-docker.git
	GitCommit: 0123456789abcdef0123456789abcdef01234567

	Tags: 0.25.6-windowsservercore-1809
	Architectures: windows-amd64
	Directory: 0.25.6/windowsservercore-1809
	Constraints: windowsservercore-1809
END
change $scratchfile 's|^EXPOSE|COPY --from=thing-box:0.25.6-windowsservercore-1809 /b /b\n&|'
run bundler lint tree

broken 'commit'
change library/thing 's/^GitCommit: .*/GitCommit: HEAD/; 14s/$/\namd64-GitCommit: 0123456789ABCDEF0123456789ABCDEF01234567/'
finds <<'END'
library/thing:5: commit: 'HEAD' is not 40 or 64 lower-case hexadecimal digits
library/thing:15: commit: '0123456789ABCDEF0123456789ABCDEF01234567' is not 40 or 64 lower-case hexadecimal digits
END

broken 'fetch: not stated, another, and no reference'
run bundler lint --branch master tree
finds --branch main <<'END'
library/thing:1: fetch: the branch is 'main', and GitFetch is not stated, which means 'refs/heads/master'
END
change library/thing 's,^GitCommit,GitFetch: refs/heads/other\n&,'
finds --branch main <<'END'
library/thing:5: fetch: the branch is 'main', and GitFetch 'refs/heads/other'
END
change library/thing 's,^GitFetch: .*,GitFetch: main,'
finds <<'END'
library/thing:5: fetch: 'main' is not 'refs/heads/...' or 'refs/tags/...'
END

# ---- output, options, refusals ----

broken 'findings as JSON'
change $scratchfile '/^EXPOSE/d'
change $nano 's/1809 C/1803 C/'
finds --json --ignore order <<END
{
  "findings": [
    {
      "subject": "$nano",
      "line": 3,
      "rule": "from",
      "text": "'thing:0.25.6-windowsservercore-1803' is copied from, and there is no directory '0.25.6/windowsservercore-1803'"
    },
    {
      "subject": "$scratchfile",
      "rule": "expose",
      "text": "there is no EXPOSE, others of the version have '4222 8222'"
    }
  ],
  "left_out": 0
}
END

broken 'bytes of the tree are escaped'
mkdir "tree/0.25.6/a"$'\e'"b"
printf 'FROM scratch\nFROM \x80\n' >"tree/0.25.6/a"$'\e'"b/Dockerfile"
finds --ignore expose,entrypoint <<'END'
0.25.6/a\x1bb: variant: no variant is called 'a\x1bb'
END

refuses() { # refuses STATUS ARGUMENT...: the message is on standard input
	local wanted=$1
	shift
	run bundler lint "$@"
	status "$wanted"
	stderr
}

begin 'usage'
refuses 2 <<'END'
bundler: cannot check a tree: no directory is given
END
refuses 2 a b <<'END'
bundler: cannot use operand 'b': one directory at a time
END
refuses 2 --ignore tag,other a <<'END'
bundler: cannot ignore 'other': no such rule
hint: 'bundler lint --rules' lists them
END
SOURCE_DATE_EPOCH=x refuses 2 a <<'END'
bundler: cannot use SOURCE_DATE_EPOCH 'x': not a whole number up to 253402300799
END

begin 'trees and files that cannot be read'
refuses 9 tree <<'END'
bundler: cannot read 'tree': No such file or directory
END
mkdir tree
refuses 3 tree <<'END'
bundler: cannot check 'tree': it has no directory that is named after a version
hint: name the top of the repository, which has version/variant/Dockerfile
END
rmdir tree
make_tree
refuses 9 --library none tree <<'END'
bundler: cannot read 'none': No such file or directory
END
echo '<html>' >SUMS
refuses 3 --sums SUMS tree <<'END'
bundler: cannot use 'SUMS': line 1 is not '<SHA-256>  <name>'
END
refuses 9 --sums none tree <<'END'
bundler: cannot read 'none': No such file or directory
END
cp SUMS tree/0.25.6/SHA256SUMS
refuses 3 tree <<'END'
bundler: cannot use '0.25.6/SHA256SUMS': line 1 is not '<SHA-256>  <name>'
END
rm tree/0.25.6/SHA256SUMS
head -c 200000 /dev/zero | tr '\0' '#' >>tree/$alpine
refuses 10 tree <<END
bundler: cannot read '$alpine': larger than 131072 bytes
END

finish
