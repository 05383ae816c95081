#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What docker save writes has no finding: of bundler's image, of one with several layers, of both.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../product.sh"

need_engine
make_product "$scratch/product"

begin "bundler's image, loaded and saved"
bundler image -p linux/amd64 --cache "$scratch/product/cache" --offline \
	-o "docker-archive:tiny.tar:$mark" "$scratch/product/tiny.yaml" >log || fail "$(cat log)"
check engine load -i tiny.tar
check engine tag "tiny:$mark" "$mark:tiny"
check engine rmi "tiny:$mark"
check engine save -o saved.tar "$mark:tiny"
run bundler validate docker-archive:saved.tar

begin 'several layers in two images that share them'
cp "$scratch/product/tiny.conf" .
make_elf 62 64 5000 >tiny
chmod 755 tiny
tar -cf rootfs.tar --owner=0 --group=0 tiny tiny.conf
cat >Dockerfile <<-'END'
	FROM scratch
	ADD rootfs.tar /
	ENV A=b
	COPY tiny.conf /etc/
	RUN ["/tiny"]
	COPY tiny /usr/bin/tiny
	ENTRYPOINT ["tiny"]
END
export DOCKER_BUILDKIT=0
check engine build -q --label "$mark" -t "$mark:layers" .
printf 'FROM %s:layers\nCOPY tiny.conf /etc/more.conf\n' "$mark" >Dockerfile
check engine build -q --label "$mark" -t "$mark:more" .
check engine save -o saved.tar "$mark:layers" "$mark:more"
run bundler validate docker-archive:saved.tar
run bundler validate docker-archive:saved.tar:more
run bundler validate docker-archive:saved.tar:none
status 1
stdout <<<"manifest.json: docker-archive: no image has the tag 'none'"
check test "$(tar -xOf saved.tar manifest.json | grep -o layer.tar | wc -l)" -ge 6

finish
