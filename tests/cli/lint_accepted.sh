#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler lint: what Docker Official Images accept in other forms than this project's is no
# finding, and what is wrong in these forms is one.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_lint.sh"

sha512() { printf '%0128d' 0 | tr 0 "$1"; }

clean() { # clean [OPTION]...
	run bundler lint "$@" tree
}

# head: the first paragraph of a library file.
head_of() {
	cat <<-'END'
		Maintainers: Some Body <some@example.com> (@some)
		GitRepo: https://example.com/thing-docker.git
		GitCommit: 0123456789abcdef0123456789abcdef01234567
	END
}

# ---- SHA-512

broken 'hash: SHA-512 in a shell, in PowerShell, in ADD and as the output of shasum'
change $alpine "s/sha256/sha512/g; s/'([1-4])[1-4]{63}'/'\1'/"
for i in 1 2 3 4; do change $alpine "s/sha512='$i'/sha512='$(sha512 $i)'/"; done
change $core "s/sha256/SHA512/; s/^ENV THING_SHASUM.*/ENV THING_SHASUM $(sha512 a)/"
clean
change $core "/^ENV THING_SHASUM/d; s/-ne .env:THING_SHASUM/-ne '$(sha512 A)'/"
clean
change $alpine 's/sha512=/checksum=/; s/[{]sha512/{checksum/'
clean
change $alpine 's/sha512sum -c -/shasum -a 512 -c -/'
clean
change $core "/^RUN/,/DestinationPath/d; s,^ENV THING_DOWNLOAD (.*),ADD --checksum=sha512:$(sha512 a) \1 /,"
clean

broken 'hash: SHA-512 with a digit too few, of the other length, and that nothing checks'
change $alpine "s/sha256/sha512/g; s/'([1-4])[1-4]{63}'/'\1'/"
for i in 1 2 3; do change $alpine "s/sha512='$i'/sha512='$(sha512 $i)'/"; done
change $alpine "s/sha512='4'/sha512='$(hash 4)'/; s/(sha512='1)1/\1/"
change $core "s/ -Algorithm sha256//; s/^ENV THING_SHASUM.*/ENV THING_SHASUM $(sha512 a)/"
finds <<END
$alpine:8: hash: '$(sha512 1 | cut -c2-)' is not a SHA-512 of 128 hexadecimal digits
$alpine:11: hash: '$(hash 4)' is not a SHA-512 of 128 hexadecimal digits
$core:5: hash: '$(sha512 a)' is not a SHA-256 of 64 hexadecimal digits
END
change $alpine '/sha512sum/d; s/ sha512=.2[^ ]*//'
finds --ignore asset <<END
$alpine:8: hash: '$(sha512 1 | cut -c2-)' is not a SHA-512 of 128 hexadecimal digits
$alpine:9: hash: 'thing-v0.25.6-linux-arm6.tar.gz' has no SHA-256
$alpine:11: hash: '$(hash 4)' is not a SHA-512 of 128 hexadecimal digits
$alpine:15: hash: nothing checks the SHA-256 of the downloads
$core:5: hash: '$(sha512 a)' is not a SHA-256 of 64 hexadecimal digits
END

broken 'copies: the same archive with two SHA-512, but SHA-256 and SHA-512 do not compare'
change $core "s/sha256/SHA512/; s/^ENV THING_SHASUM.*/ENV THING_SHASUM $(sha512 a)/"
mkdir tree/0.25.6/windowsservercore-{ltsc2022,ltsc2025}
for version in ltsc2022 ltsc2025; do
	sed "s/servercore:1809/servercore:$version/" tree/$core >tree/0.25.6/windowsservercore-$version/Dockerfile
done
change 0.25.6/windowsservercore-ltsc2022/Dockerfile "s/$(sha512 a)/$(sha512 b)/"
change 0.25.6/windowsservercore-ltsc2025/Dockerfile "s/SHA512/SHA256/; s/$(sha512 a)/$(hash c)/"
finds <<END
0.25.6/windowsservercore-ltsc2022/Dockerfile:5: copies: the SHA-512 of 'thing-v0.25.6-windows-amd64.zip' differs from the one in '$core' line 5
END

begin 'hash: written out in a script, or in a variable of any name'
write tree/1.2.3/alpine3.18/Dockerfile <<END
FROM alpine:3.18
ENV THING_VERSION 1.2.3
ENV THING_DOWNLOAD_URL https://example.com/thing-1.2.3.tar.gz
ENV THING_DOWNLOAD_SHA $(hash a)
RUN wget -O thing.tar.gz "\$THING_DOWNLOAD_URL" && echo "\$THING_DOWNLOAD_SHA *thing.tar.gz" | sha256sum -c -
END
clean
write tree/1.2.3/alpine3.18/Dockerfile <<END
FROM alpine:3.18
RUN wget -O thing.tar.gz https://example.com/thing-1.2.3.tar.gz; \\
	echo "$(hash a) *thing.tar.gz" | sha256sum -c -
END
clean
change 1.2.3/alpine3.18/Dockerfile 's/"a/"/'
finds <<'END'
1.2.3/alpine3.18/Dockerfile:2: hash: 'thing-1.2.3.tar.gz' has no SHA-256
END

# ---- architectures and downloads

begin 'asset and coverage: names of other projects, and a variable that is cut'
write tree/1.2/bookworm/Dockerfile <<END
FROM debian:bookworm
ENV THING_VERSION 1.2.3
RUN set -eux; \\
	arch="\$(dpkg --print-architecture)"; arch="\${arch##*-}"; \\
	case "\$arch" in \\
		amd64) url='https://example.com/thing1.2.3.linux-x86_64.tar.gz'; sha256='$(hash 1)' ;; \\
		armhf) url='https://example.com/thing1.2.3.linux-armv6l.tar.gz'; sha256='$(hash 2)' ;; \\
		i386) url='https://example.com/thing1.2.3.linux-i686.tar.gz'; sha256='$(hash 3)' ;; \\
		x32) url='https://example.com/thing1.2.3.linux-x64.tar.gz'; sha256='$(hash 1)' ;; \\
		arm64) url='https://example.com/thing1.2.3.linux-musl.tar.gz'; sha256='$(hash 5)' ;; \\
		*) exit 1 ;; \\
	esac; \\
	wget -O thing.tar.gz "\$url"; echo "\$sha256 *thing.tar.gz" | sha256sum -c -
END
write tree/library/thing <<END
$(head_of)

Tags: 1.2.3-bookworm, 1.2-bookworm
SharedTags: 1.2.3, latest
Architectures: amd64, arm32v7, i386, arm64v8
Directory: 1.2/bookworm
END
clean
change 1.2/bookworm/Dockerfile 's/linux-armv6l/linux-i686/'
change library/thing 's/i386,/i386, s390x,/'
finds <<'END'
1.2/bookworm/Dockerfile:7: asset: 'armhf' downloads 'thing1.2.3.linux-i686.tar.gz'
1.2/bookworm/Dockerfile:8: copies: the SHA-256 of 'thing1.2.3.linux-i686.tar.gz' differs from the one in '1.2/bookworm/Dockerfile' line 7
library/thing:5: coverage: 's390x' is published, but '1.2/bookworm/Dockerfile' has nothing for it
END

begin 'coverage: a case command that adds something on some platforms'
write tree/1.2.3/trixie/Dockerfile <<END
FROM debian:trixie
ENV THING_VERSION 1.2.3
ENV THING_SHA256 $(hash a)
RUN case "\$(dpkg --print-architecture)" in \\
		amd64) extra=https://example.com/extra-2.0.0-linux-amd64.tar.gz; sha256=$(hash b) ;; \\
	esac; \\
	if [ -n "\$extra" ]; then wget -O e.tar.gz "\$extra"; echo "\$sha256 *e.tar.gz" | sha256sum -c -; fi; \\
	wget -O t.tar.gz "https://example.com/thing-1.2.3.tar.gz"; echo "\$THING_SHA256 *t.tar.gz" | sha256sum -c -
END
write tree/library/thing <<END
$(head_of)

Tags: 1.2.3, latest
Architectures: amd64, arm32v5, s390x
Directory: 1.2.3/trixie
END
clean
change 1.2.3/trixie/Dockerfile 's/^\tesac/\t\t*) exit 1 ;; \\\n&/'
finds <<'END'
library/thing:5: coverage: 'arm32v5' is published, but '1.2.3/trixie/Dockerfile' has nothing for it
library/thing:5: coverage: 's390x' is published, but '1.2.3/trixie/Dockerfile' has nothing for it
END

begin 'hash: a variable that the case command changes, files of sums, and options'
write tree/1.2.3/alpine3.18/Dockerfile <<END
FROM alpine:3.18
ARG SKIP_CHECKSUM=false
ENV THING_VERSION 1.2.3
RUN ARCH= && case "\$(apk --print-arch)" in \\
		amd64|x86_64) ARCH=x64 CHECKSUM=$(hash 1) ;; \\
		*) echo 'it is compiled'; exit 0 ;; \\
	esac; \\
	wget "https://example.com/thing-1.2.3-linux-\$ARCH.tar.xz"; \\
	echo "\$CHECKSUM thing-1.2.3-linux-\$ARCH.tar.xz" | sha256sum -c -
END
write tree/library/thing <<END
$(head_of)

Tags: 1.2.3-alpine3.18
Architectures: amd64, s390x
Directory: 1.2.3/alpine3.18
END
clean
change 1.2.3/alpine3.18/Dockerfile 's/ CHECKSUM=.* ;;/ ;;/; s/amd64.x86_64/x86_64|arm64/'
finds <<'END'
1.2.3/alpine3.18/Dockerfile:5: architecture: apk --print-arch is never 'arm64', but 'aarch64'
1.2.3/alpine3.18/Dockerfile:5: hash: 'thing-1.2.3-linux-x64.tar.xz' has no SHA-256
END
cp tree/1.2.3/alpine3.18/Dockerfile listed
change 1.2.3/alpine3.18/Dockerfile "s/.arm64//; s/echo .*CHECKSUM.*-.ARCH/echo \"$(hash 9)  .\/thing-1.2.3-linux-x64/"
clean
mv listed tree/1.2.3/alpine3.18/Dockerfile
change 1.2.3/alpine3.18/Dockerfile 's/.arm64//; s/echo "\$CHECKSUM.*" /grep thing SHASUMS256.txt /'
clean

begin 'version and copies: tools have versions of their own'
for variant in alpine3.18 trixie; do
	write tree/1.2.3/$variant/Dockerfile <<-END
		FROM ${variant/alpine/alpine:}
		ENV TINI_VERSION 0.18.0
		ENV THING_FILE thing-1.2.3.tar.gz
		RUN wget https://example.com/$variant/latest.tar.gz && echo "$(hash ${#variant}) latest.tar.gz" | sha256sum -c -
	END
done
change 1.2.3/trixie/Dockerfile 's/FROM trixie/FROM debian:trixie/; s/4{64}/c/'
change 1.2.3/trixie/Dockerfile "s/$(hash 6)/$(hash d)/"
change 1.2.3/alpine3.18/Dockerfile "s/[0-9]{64,}/$(hash a)/"
clean
change 1.2.3/trixie/Dockerfile 's/thing-1.2.3/thing-1.2.2/'
finds <<'END'
1.2.3/trixie/Dockerfile:2: version: the version is 0.18.0, but the directory's is 1.2.3
END

# ---- directories

begin 'directories of a minor version, of Debian, in a directory of Windows, and at the top'
for place in 1.2/alpine3.18 1.2/slim-trixie 1.2/windows/windowsservercore-ltsc2022 tip/alpine 1.2/alpine3.17/cli; do
	write tree/$place/Dockerfile <<-END
		FROM ruby:3.4-${place##*/}
		ENV THING_VERSION ${place/#1.2*/1.2.3}
		CMD ["$place"]
	END
done
write tree/tip/alpine/Dockerfile.other <<<'FROM scratch'
write tree/library/thing <<END
$(head_of)
arm32v5-GitFetch: refs/heads/dist-arm32v5
arm32v5-GitCommit: 0123456789abcdef0123456789abcdef01234567

Tags: 1.2.3-alpine3.18, 1.2-alpine3.18, alpine3.18
SharedTags: 1.2.3, 1.2, latest
Architectures: amd64, arm32v6
Directory: ./1.2/alpine3.18

Tags: 1.2.3-slim-trixie, slim-trixie
Architectures: arm32v5
Directory: 1.2/slim-trixie

Tags: 1.2.3-windowsservercore-ltsc2022
SharedTags: 1.2.3, 1.2, latest
Architectures: windows-amd64
Directory: 1.2/windows/windowsservercore-ltsc2022
Constraints: windowsservercore-ltsc2022

Tags: tip-alpine
Directory: tip/alpine
File: Dockerfile.other

Tags: 1.2.3-cli
Directory: 1.2/alpine3.17/cli

Tags: other
arm64v8-Directory: dist/arm64v8
arm32v5-Directory: dist/arm32v5
Architectures: arm64v8, arm32v5
END
clean
change library/thing 's/Dockerfile.other/..\/alpine\/Dockerfile/; s/^Directory: 1.2.windows/Directory: 1.2\/..\/1.2\/windows/; s/slim-trixie$/slim-bookworm/'
finds <<'END'
library/thing:14: directory: '1.2/slim-bookworm' is not a directory of a version and variant
library/thing:19: directory: '1.2/../1.2/windows/windowsservercore-ltsc2022' is not a directory of a version and variant
library/thing:23: directory: 'tip/alpine' has no '../alpine/Dockerfile'
END

begin 'a tree without a directory of a version is checked if it has a library file'
write tree/debian/Dockerfile <<<'FROM debian:trixie'
write tree/library/thing <<END
$(head_of)

Tags: 1.2.3
Directory: debian
END
clean
change library/thing 's/debian$/alpine/'
finds <<'END'
library/thing:6: directory: 'alpine' is not a directory of a version and variant
END

begin 'a library file that names too many directories'
mkdir tree
write thing <<END
$(head_of)
Directory: $(printf './%.0s' {1..20000})

Tags: 1

Tags: 2

Tags: 3

Tags: 4
END
run bundler lint --library thing tree
status 10
stderr <<'END'
bundler: cannot check 'tree': its library files name more than 65536 directories
END

begin 'version: the preview of a minor version under the version that it will be'
write tree/1.2/alpine3.18/Dockerfile <<'END'
FROM alpine:3.18
ENV THING_VERSION 1.2.0-preview.1
END
write tree/library/thing <<END
$(head_of)

Tags: 1.2.0-preview.1-alpine3.18, 1.2.0-alpine3.18, 1.2-alpine3.18
SharedTags: 1.2.0-preview.1, 1.2.0, 1.2
Directory: 1.2/alpine3.18
END
clean
mv tree/1.2 tree/1.2.0-preview.1
change library/thing 's,1.2/alpine,1.2.0-preview.1/alpine,'
finds <<'END'
library/thing:5: version: '1.2.0-alpine3.18' is not of version 1.2.0-preview.1
library/thing:6: version: '1.2.0' is not of version 1.2.0-preview.1
END

begin 'from: the image of a minor version, of a variant with any name, and of another project'
write tree/1.2/onbuild/Dockerfile <<<'FROM thing:1.2'
write tree/1.2.3/extra/Dockerfile <<<'FROM thing:1.2.3'
write tree/1.2.3/java17-r/Dockerfile <<<'FROM thing:1.2.3-java17'
write tree/1.2.3/java17/Dockerfile <<'END'
FROM scratch
COPY --from=java:17 /a /a
COPY --from=tool:9.9.9-alpine3.18 /b /b
END
write thing <<END
$(head_of)

Tags: 1.2.3-java17-r
Directory: 1.2.3/java17-r

Tags: 1.2.3-java17
Directory: 1.2.3/java17
END
clean
clean --library thing
write tree/1.2.3/java17-r/Dockerfile <<<'FROM thing:1.2.2-java17'
finds --library thing --ignore order <<'END'
1.2.3/java17-r/Dockerfile:1: from: it copies from 'thing:1.2.2-java17', but the version is 1.2.3
END

begin 'entrypoint: scripts of a base image, of a download, and under another name'
for variant in alpine3.18 trixie; do
	write tree/1.2.3/$variant/Dockerfile <<-END
		FROM thing-base:1-$variant
		COPY ./entrypoint.sh /docker-entrypoint.sh
		ENTRYPOINT ["/docker-entrypoint.sh"]
		CMD ["$variant"]
	END
	write tree/1.2.3/$variant/entrypoint.sh </dev/null
	chmod +x tree/1.2.3/$variant/entrypoint.sh
done
write tree/1.2.3/slim/Dockerfile <<'END'
FROM debian:trixie
COPY extra.conf /etc
EXPOSE 1
CMD ["./start.sh"]
END
clean
chmod -x tree/1.2.3/trixie/entrypoint.sh
rm tree/1.2.3/alpine3.18/entrypoint.sh
finds <<'END'
1.2.3/alpine3.18/Dockerfile:3: entrypoint: 'entrypoint.sh' is not in the directory
1.2.3/trixie/Dockerfile:3: entrypoint: 'entrypoint.sh' is not executable
END

begin 'variant: names that only contain that of a kind'
for variant in 18-alpine3.18 alpine-slim alpine3.18-slim php8-alpine3.18 alpine; do
	write tree/1.2.3/$variant/Dockerfile <<<'FROM scratch'
done
clean
mv tree/1.2.3/alpine-slim tree/1.2.3/alpine-3.18
mv tree/1.2.3/alpine tree/1.2.3/windows-servercore-1809
finds <<'END'
1.2.3/alpine-3.18: variant: no variant is called 'alpine-3.18'; perhaps 'alpine3.18' is meant
1.2.3/windows-servercore-1809: variant: no variant is called 'windows-servercore-1809'; perhaps 'windowsservercore-1809' is meant
END

# ---- tags

windows_entry() { # windows_entry KIND VERSION SHARED [CONSTRAINT,]
	cat <<-END

		Tags: 1.2.3-$1-$2
		SharedTags: $3
		Architectures: windows-amd64
		Directory: 1.2/windows/$1-$2
		Constraints: ${4-}$1-$2
	END
	write "tree/1.2/windows/$1-$2/Dockerfile" <<<"FROM mcr.microsoft.com/windows/$1:$2"
}

begin 'shared: entries for two versions of Windows, by their constraints'
mkdir -p tree/library
{
	head_of
	windows_entry windowsservercore ltsc2025 'core, latest'
	windows_entry windowsservercore ltsc2022 'core, latest'
	windows_entry nanoserver ltsc2025 'nano' 'windowsservercore-ltsc2025, '
	windows_entry nanoserver ltsc2022 'nano' 'windowsservercore-ltsc2022, '
} >tree/library/thing
clean
change library/thing 's/nano$/nano, latest/'
finds <<'END'
library/thing:18: shared: 'latest' is shared with line 6 for the same platform
library/thing:24: shared: 'latest' is shared with line 12 for the same platform
END

broken 'plain: the entries that had the version and latest are removed'
change library/thing '/^SharedTags: 0/d'
finds --ignore order <<'END'
library/thing:7: plain: no entry has '0.25' in Tags or SharedTags, but some have it with a variant
library/thing:7: plain: no entry has '0.25.6' in Tags or SharedTags, but some have it with a variant
library/thing:7: plain: no entry has 'latest' in Tags or SharedTags, but some have it with a variant
END
make_library
change library/thing 's/, latest$//'
finds <<'END'
library/thing:7: plain: no entry has 'latest' in Tags or SharedTags, but some have it with a variant
END

finish
