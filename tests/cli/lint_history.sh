#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler lint: what went wrong in the history of the original repositories.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_lint.sh"

broken 'arm64 where apk prints aarch64 (official-images#8010)'
change $alpine 's/aarch64\)/arm64)/'
finds <<END
$alpine:8: architecture: apk --print-arch is never 'arm64', but 'aarch64'
library/thing:7: coverage: 'arm64v8' is published, but '$alpine' has nothing for it
END

broken 'loong64 where apk prints loongarch64'
change $alpine "s/^(.*)aarch64.*/&\n\1loong64) thingArch='loong64'; sha256='$(hash 6)' ;; \\\\/"
finds <<END
$alpine:9: architecture: apk --print-arch is never 'loong64', but 'loongarch64'
END

broken 'scratch copies from an Alpine variant that is no more (144f306, f301362)'
change $scratchfile 's/alpine3.18/alpine3.17/'
finds <<END
$scratchfile:2: from: it copies from 'thing:0.25.6-alpine3.17', but has no directory '0.25.6/alpine3.17'
library/thing:11: order: it copies from 'thing:0.25.6-alpine3.17', but no entry has that tag
END

broken 'the same in the directory of a minor version (1e61999)'
mv tree/0.25.6 tree/0.25.x
rm -r tree/library
mv tree/0.25.x/alpine3.18 tree/0.25.x/alpine3.17
change 0.25.x/alpine3.17/Dockerfile 's/alpine:3.18/alpine:3.17/'
finds <<'END'
0.25.x/scratch/Dockerfile:2: from: it copies from 'thing:0.25.6-alpine3.18', but has no directory '0.25.x/alpine3.18'
END

broken 'nanoserver and scratch left at the old version (0b9e327)'
change $scratchfile 's/0.25.6/0.25.5/'
change $nano 's/thing:0.25.6/thing:0.25.5/'
finds --ignore order <<END
$nano:3: from: it copies from 'thing:0.25.5-windowsservercore-1809', but the version is 0.25.6
$scratchfile:2: from: it copies from 'thing:0.25.5-alpine3.18', but the version is 0.25.6
END

broken 'servercore and scratch of a minor version left at the old one'
mv tree/0.25.6 tree/0.25.x
rm -r tree/library
change 0.25.x/scratch/Dockerfile 's/0.25.6/0.25.5/'
change 0.25.x/windowsservercore-1809/Dockerfile 's/SERVER 0.25.6/SERVER 0.25.5/'
finds <<'END'
0.25.x/scratch/Dockerfile:2: from: it copies from 'thing:0.25.5-alpine3.18', but the version is 0.25.6
0.25.x/windowsservercore-1809/Dockerfile:3: version: the version is 0.25.5, but the directory's is 0.25.6
0.25.x/windowsservercore-1809/Dockerfile:4: version: 'thing-v0.25.5-windows-amd64.zip' has version 0.25.5, but the directory's is 0.25.6
END

broken 'the old base in a directory that was renamed (eb78e3b, b411564)'
change $alpine 's/alpine:3.18/alpine:3.17/'
finds <<END
$alpine:1: base: the base is 'alpine:3.17', but 'alpine3.18' is built on 'alpine:3.18'
END

broken 'servercore1809 instead of windowsservercore-1809, as a directory'
mv tree/0.25.6/windowsservercore-1809 tree/0.25.6/servercore1809
change library/thing 's,0.25.6/windowsservercore-1809,0.25.6/servercore1809,'
finds --ignore from <<'END'
0.25.6/servercore1809: variant: no variant is called 'servercore1809'; perhaps 'windowsservercore-1809' is meant
END

broken 'servercore1809 instead of windowsservercore-1809, as a tag'
change library/thing 's/^(Tags: 0.25.6-)windowsservercore-1809/\1servercore1809/'
finds <<'END'
library/thing:16: naming: '0.25.6-servercore1809' does not name 'windowsservercore-1809', the variant of its directory
library/thing:16: naming: the first tag is '0.25.6-servercore1809', not '0.25.6-windowsservercore-1809'
library/thing:22: order: it copies from 'thing:0.25.6-windowsservercore-1809', but no entry has that tag
END

finish
