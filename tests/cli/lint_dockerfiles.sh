#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler lint: each rule for Dockerfiles on a tree that breaks it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_lint.sh"

broken 'version: another than the directory has'
change $alpine 's/SERVER 0.25.6/SERVER 0.25.5/'
finds <<END
$alpine:3: version: the version is 0.25.5, but the directory's is 0.25.6
$alpine:15: version: 'thing-v0.25.5-linux-amd64.tar.gz' has version 0.25.5, but the directory's is 0.25.6
$alpine:15: version: 'thing-v0.25.5-linux-arm6.tar.gz' has version 0.25.5, but the directory's is 0.25.6
$alpine:15: version: 'thing-v0.25.5-linux-arm64.tar.gz' has version 0.25.5, but the directory's is 0.25.6
$alpine:15: version: 'thing-v0.25.5-linux-arm7.tar.gz' has version 0.25.5, but the directory's is 0.25.6
END

broken 'version: nothing has one of the minor version'
mv tree/0.25.6 tree/0.26.x
finds --ignore directory,from,order <<'END'
0.26.x/alpine3.18/Dockerfile:3: version: the version is 0.25.6, but the directory is for 0.26.x
0.26.x/windowsservercore-1809/Dockerfile:3: version: the version is 0.25.6, but the directory is for 0.26.x
END

broken 'from: the wrong variant, itself, and no version'
change $nano 's/windowsservercore-1809/alpine3.18/'
change $scratchfile 's/-alpine3.18/-scratch/'
change $alpine 's/^COPY/COPY --from=thing:alpine \/a \/a\n&/'
finds --ignore order,coverage <<END
$alpine:19: from: it copies from 'thing:alpine': the tag does not name version and variant
$nano:3: from: it copies from 'thing:0.25.6-alpine3.18', not from 'windowsservercore-1809'
$scratchfile:2: from: it copies from itself: 'thing:0.25.6-scratch'
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
library/thing:13: accepted: 'windows-amd64' is for windows, but 'scratch' is for linux
END

broken 'asset: an arm that downloads what another needs'
change $alpine "s/(armv7.*)arm7/\1arm6/; s/(armhf.*)arm6/\1armv6/"
change $core 's/windows-amd64/linux-amd64/'
finds --ignore coverage <<END
$alpine:9: asset: 'thing-v0.25.6-linux-armv6.tar.gz' is for 'linux-armv6', an unknown target
$alpine:10: asset: 'armv7' downloads 'thing-v0.25.6-linux-arm6.tar.gz'
$core:4: asset: 'thing-v0.25.6-linux-amd64.zip' is for linux, but 'windowsservercore-1809' is for windows
END

broken 'hash: none, a short one, zeros, and one that nothing checks'
change $alpine "s/(armv7.*) sha256=[^ ]*/\1/; s/(aarch64.*)1'/\1'/; s/^(.*armhf.*)'[0-9]{64}'/\1'$(hash 0)'/"
change $core 's/Get-FileHash/Get-Nothing/; s/^ENV THING_SHASUM.*/ENV THING_SHASUM none/'
finds <<END
$alpine:8: hash: '$(hash 1 | cut -c2-)' is not a SHA-256 of 64 hexadecimal digits
$alpine:9: hash: '$(hash 0)' is not a SHA-256 of 64 hexadecimal digits
$alpine:10: hash: 'thing-v0.25.6-linux-arm7.tar.gz' has no SHA-256
$core:4: hash: nothing checks the SHA-256 of the downloads
$core:5: hash: 'none' is not a SHA-256 of 64 hexadecimal digits
END

broken 'hash: in a variable of PowerShell'
change $core "/^ENV THING_SHASUM/d; s/-ne .env:THING_SHASUM/-ne \$sha256/; s/^RUN /&\\\$sha256 = '$(hash a)'; \\\\\n\t/"
run bundler lint tree
status 0
change $core "s/^(RUN .*sha256 = )'a/\1'/"
finds <<END
$core:5: hash: '$(hash a | cut -c2-)' is not a SHA-256 of 64 hexadecimal digits
END

broken 'copies: the same archive with two digests'
mkdir tree/0.25.6/windowsservercore-ltsc2022
sed 's/servercore:1809/servercore:ltsc2022/; s/a{8}/b{8}/; s/aaaaaaaa/bbbbbbbb/' tree/$core >tree/0.25.6/windowsservercore-ltsc2022/Dockerfile
finds <<END
0.25.6/windowsservercore-ltsc2022/Dockerfile:5: copies: the SHA-256 of 'thing-v0.25.6-windows-amd64.zip' differs from the one in '$core' line 5
END

broken 'expose and entrypoint: what the others do not have'
change $nano 's/4222 8222/4222 6222 8222/; s/"-m", "8222"/"-p", "4222"/'
change $scratchfile '/^EXPOSE/d; s,/thing-server"\],/other"],'
finds <<END
$nano:4: expose: the EXPOSE is '4222 6222 8222', but others of the version have '4222 8222'
$nano:5: entrypoint: the program is 'thing-server -p 4222', but others of the version have 'thing-server -m 8222'
$scratchfile: expose: it has no EXPOSE, but others of the version have '4222 8222'
$scratchfile:3: entrypoint: the program is 'other -m 8222', but others of the version have 'thing-server -m 8222'
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
$alpine:23: syntax: it is not an instruction
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
$nano: file: it is a symbolic link; links are not followed
0.25.6/scratch: file: it is a symbolic link; links are not followed
0.25.7: file: it is a symbolic link; links are not followed
library/other: file: it is a symbolic link; links are not followed
library/thing:14: directory: '0.25.6/scratch' is not a directory of a version and variant
library/thing:25: directory: '0.25.6/nanoserver-1809' has no 'Dockerfile'
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
	stdout <<<'1.2.3/scratch/Dockerfile: syntax: it has too many downloads: not all are checked'
done

finish
