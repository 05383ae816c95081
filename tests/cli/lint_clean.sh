#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler lint: trees that break no rule, bundler's own among them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_lint.sh"

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
0.25.x/scratch/Dockerfile.preview:7: expose: the EXPOSE is '8222 4222', but others of the version have '4222 8222'
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
$(cd tree && echo */alpine3.22/Dockerfile):2: base: the base is 'alpine:3.21', but 'alpine3.22' is built on 'alpine:3.22'
END

begin 'what bundler library writes, with the variants of 2023'
sed -e 's/alpine: "3.22"/alpine: "3.18"/' -e 's/ltsc2025/"1809"/' -e '/ltsc2022/d' \
	-e '/dist: true/d' "$top/configs/nats-streaming-server.yaml" >recipe.yaml
cp -r "$top/configs"/*.conf "$top/configs/root" "$top/configs"/*.crt .
check bundler library -o tree --commit 0123456789abcdef0123456789abcdef01234567 \
	--lock "$top/configs/nats-streaming-server.lock.json" recipe.yaml
run bundler lint --branch main --lock "$top/configs/nats-streaming-server.lock.json" tree

finish
