#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# BuildKit's own parser reads the Dockerfiles that bundler writes, finds nothing to warn of, and
# understands the values that the recipe has.
. "$(dirname "$0")/../lib.sh"

need_go dockerfile
commit=$(printf '%040d' 0)

# product: a recipe of values that are hard to quote, and its Dockerfiles in ./out.
product() {
	local target
	cat >tiny.yaml <<-'END'
	name: tiny
	version: 1.2.3
	release:
	  asset: "tiny-{version}-{target}.{format}"
	  url: "https://tiny.example/{version}/{asset}"
	  sums: "https://tiny.example/{version}/SHA256SUMS"
	  directory: "tiny-{target}"
	  format: {linux: tar.gz, windows: zip}
	  target: {linux/arm/v6: linux-arm6, linux/arm/v7: linux-arm7}
	platforms: [linux/amd64, windows/amd64]
	root:
	  - {path: "/tiny{exe}", member: "bin/tiny{exe}", mode: "0755", program: true}
	  - {path: /etc/tiny.conf, text: "a: b\n"}
	image:
	  entrypoint: ["/tiny{exe}", "a b", "say \"c\"", "back\\slash", "$d", "it's"]
	  cmd: [-c, "/etc/tiny.conf"]
	  env: ['TEXT=a "b" $c \d it''s #1', "EMPTY=", {set: 'ONLY=C:\x', os: windows}]
	  ports: [4222/tcp, 53/udp]
	  user: "65532:65532"
	  workdir: /data
	  stopsignal: SIGINT
	  labels: {org.example.title: 'tiny "{version}" $x \y', org.example.sign: "a=b"}
	library:
	  name: little
	  maintainers: ["C (@c)"]
	  repository: https://example.org/little.git
	  branch: main
	  directory: out
	  tags: ["{version}"]
	  platforms: [linux/amd64, windows/amd64]
	  variants: [{alpine: "3.22"}, {scratch: dockerfile}, {windowsservercore: ltsc2025}, {nanoserver: ltsc2025}]
	END
	for target in linux-amd64.tar.gz windows-amd64.zip; do
		printf '%064d  tiny-1.2.3-%s\n' 1 $target
	done >SHA256SUMS
	check env SOURCE_DATE_EPOCH=1 bundler lock --sums SHA256SUMS tiny.yaml
	check bundler library -o . --commit "$commit" tiny.yaml
}

# understood VARIANT: what BuildKit makes of it, but for what its RUN lines run.
understood() {
	run "$dockerfile" "out/$1/Dockerfile"
	filter 's/^RUN .*/RUN/'
	stdout
}

# script VARIANT: the RUN lines, as they are handed to a shell.
script() { "$dockerfile" "$1" | sed -n 's/^RUN //p'; }

begin 'the committed recipes: nothing to warn of'
for recipe in "$top"/configs/*.yaml; do
	grep -q '^library:' "$recipe" || continue
	check bundler library -o . --commit "$commit" "$recipe"
done
find . -name Dockerfile >found
check test "$(wc -l <found)" -ge 6
while read -r file; do
	run "$dockerfile" "$file"
	stdout_stated=1
done <found
run "$dockerfile" "$top/Dockerfile.scratch"
stdout_stated=1

begin 'scratch: every value as it is in the recipe'
product
understood scratch <<-'END'
	FROM scratch
	ADD rootfs.tar.gz /
	ENV TEXT=a "b" $c \d it's #1
	ENV EMPTY=
	LABEL org.example.title=tiny "1.2.3" $x \y
	LABEL org.example.sign=a=b
	STOPSIGNAL SIGINT
	USER 65532:65532
	WORKDIR /data
	EXPOSE 4222 53/udp
	ENTRYPOINT ["/tiny","a b","say \"c\"","back\\slash","$d","it's"]
	CMD ["-c","/etc/tiny.conf"]
END

begin 'alpine'
product
understood alpine3.22 <<-'END'
	FROM alpine:3.22
	ENV TINY=1.2.3
	ENV TEXT=a "b" $c \d it's #1
	ENV EMPTY=
	RUN
	COPY tiny.conf /etc/tiny.conf
	COPY docker-entrypoint.sh /usr/local/bin/
	STOPSIGNAL SIGINT
	USER 65532:65532
	WORKDIR /data
	EXPOSE 4222 53/udp
	ENTRYPOINT ["docker-entrypoint.sh"]
	CMD ["tiny","a b","say \"c\"","back\\slash","$d","it's","-c","/etc/tiny.conf"]
END

begin 'windowsservercore'
product
understood windowsservercore-ltsc2025 <<-'END'
	FROM mcr.microsoft.com/windows/servercore:ltsc2025
	SHELL ["powershell","-NoProfile","-Command","$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue';"]
	ENV TINY=1.2.3
	ENV TEXT=a "b" $c \d it's #1
	ENV EMPTY=
	ENV ONLY=C:\x
	RUN
	COPY tiny.conf C:\etc\tiny.conf
	EXPOSE 4222 53/udp
	ENTRYPOINT ["C:\\tiny.exe","a b","say \"c\"","back\\slash","$d","it's"]
	CMD ["-c","/etc/tiny.conf"]
END

begin 'nanoserver'
product
understood nanoserver-ltsc2025 <<-'END'
	FROM mcr.microsoft.com/windows/nanoserver:ltsc2025
	ENV TINY=1.2.3
	ENV TEXT=a "b" $c \d it's #1
	ENV EMPTY=
	ENV ONLY=C:\x
	COPY --from=little:1.2.3-windowsservercore-ltsc2025 C:\tiny.exe C:\tiny.exe
	COPY tiny.conf C:\etc\tiny.conf
	EXPOSE 4222 53/udp
	ENTRYPOINT ["C:\\tiny.exe","a b","say \"c\"","back\\slash","$d","it's"]
	CMD ["-c","/etc/tiny.conf"]
END

# There is no PowerShell here to ask. Docker for Windows hands it the script within double quotes;
# what is left when its own, single ones are taken away must pair.
begin 'PowerShell: no double quote, every other one and every bracket closed'
product
check bundler library -o . --commit "$commit" "$top/configs/nats-streaming-server.yaml"
pairs='
import re, sys
script = sys.stdin.read()
assert script and "\x22" not in script, "a double quote"
code = re.sub(r"\x27(?:[^\x27]|\x27\x27)*\x27", "0", script)
assert "\x27" not in code, "an open quote"
while code != (code := re.sub(r"\([^][(){}]*\)|\[[^][(){}]*\]|\{[^][(){}]*\}", "0", code)):
    pass
assert not re.search(r"[][(){}]", code), code'
for file in */windowsservercore-*/Dockerfile; do
	script "$file" >steps
	check sh -c 'python3 -c "$1" <steps' - "$pairs"
done

begin 'what BuildKit refuses or warns of, this finds'
printf 'FROM scratch\nCOPY a\n' >refused
run "$dockerfile" refused
status 1
filter 's/^(FROM|dockerfile: cannot use).*/\1/'
stderr <<<'dockerfile: cannot use'
printf 'FROM scratch as one\n' >warned
run "$dockerfile" warned
status 1
stdout <<<FROM
stderr <<-'END'
	warned:1: FromAsCasing: 'as' and 'FROM' keywords' casing do not match
	dockerfile: cannot use
END
printf 'FROM scratch\nWORKDIR $nowhere\n' >unknown
run "$dockerfile" unknown
status 1
stdout <<<FROM
stderr <<<'dockerfile: cannot use'

finish
