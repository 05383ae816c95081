#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600 seconds=10
# bundler's own image: what it makes in a container is what it makes here.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../product.sh"

need_engine

# The release that configs/bundler.yaml takes, of the program under test; arm64 is not run.
version=$(sed -n 's/^BUNDLER_VERSION = //p' "$top/Makefile")
machine=$(dpkg --print-architecture)
name=bundler-$version-linux
mkdir -p "$scratch/release/$name-$machine/"{bin,share/doc/bundler}
cp -R "$top"/configs/{bundler.yaml,ca-certificates.crt,root} "$scratch"
(
	cd "$scratch/release" || exit
	cp "$BUNDLER" "$name-$machine/bin/bundler"
	cp "$top/LICENSE" "$top/build/THIRD-PARTY" "$name-$machine/share/doc/bundler"
	tar -czf "$name-$machine.tar.gz" "$name-$machine"
	printf '%064d  %s\n' 1 "$name-amd64.tar.gz" 2 "$name-arm64.tar.gz" |
		sed "s/^[0-9]*\(  $name-$machine\)/$(sha256sum <"$name-$machine.tar.gz" | cut -d ' ' -f 1)\1/" >sums
	bundler lock --sums sums "$scratch/bundler.yaml" &&
		bundler image --offline --mirror "file://$PWD" --cache "$scratch/cache" -p "linux/$machine" \
			-o "docker-archive:image.tar:$mark" "$scratch/bundler.yaml"
) >"$scratch/log" 2>&1 || bail_out 'cannot make the image' "$scratch/log"
image=bundler:$mark
engine load -i "$scratch/release/image.tar" >"$scratch/log" 2>&1 ||
	bail_out 'cannot load the image' "$scratch/log"
make_product "$scratch/product"

# in_container [OPTION]... -- ARGUMENT...: what the image does with the product.
in_container() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run docker run --rm --label "$mark" --network none -v "$PWD/product:/w" "${options[@]}" "$image" "$@"
}

begin 'without arguments it says what it does'
run docker run --rm --label "$mark" "$image"
stdout < <(bundler --help)

begin 'rootfs: the same tree'
cp -R "$scratch/product" product
in_container -- rootfs -p linux/arm64 --mirror file:///w/mirror tiny.yaml
stdout < <(cd product && sha256sum rootfs/*.mtree)
run bundler rootfs -p linux/arm64 -o here --offline --cache "$scratch/product/cache" product/tiny.yaml
stdout < <(sha256sum here/*.mtree)
check diff -r here product/rootfs

begin 'image: the same image, for any user, who keeps what is his'
cp -R "$scratch/product" product
chmod 777 product
in_container --user 12345:12345 -- image -p linux/amd64 -o oci:image --mirror file:///w/mirror tiny.yaml
stdout_stated=1
check test "$(stat -c %u:%g product/image/index.json)" = 12345:12345
run bundler audit --offline --cache "$scratch/product/cache" oci:product/image product/tiny.yaml
stdout <<<"verdict: identical (linux/amd64)"

begin 'the cache is a volume'
cp -R "$scratch/product" product
volume cache
for mirror in file:///w/mirror file:///w/nothing; do
	in_container -v "$mark-cache:/cache" --user 12345 -- fetch -p linux/amd64 --offline --mirror "$mirror" tiny.yaml
	stdout_stated=1
done

begin 'a stage of a Dockerfile'
cp -R "$scratch/product/." .
printf '%s\n' '*' '!tiny.*' '!mirror' >.dockerignore
cat >Dockerfile <<-END
FROM $image AS rootfs
COPY . /w/
RUN ["/bin/bundler", "rootfs", "-p", "linux/amd64", "--mirror", "file:///w/mirror", "tiny.yaml"]
FROM scratch
COPY --from=rootfs /w/rootfs/linux-amd64/ /
ENTRYPOINT ["/tiny"]
END
check env DOCKER_BUILDKIT=0 docker build -q -t "tiny:$mark" .
if [ "$machine" = amd64 ]; then
	run docker run --rm --label "$mark" --network none "tiny:$mark"
fi
bundler rootfs -p linux/amd64 -o here --offline --cache cache --mirror "file://$PWD/mirror" tiny.yaml >/dev/null
check engine save -o saved.tar "tiny:$mark"
mtree -C -f here/linux-amd64.mtree -k type,uid,gid,mode,size,time,sha256,link | sed 's/ $//' | grep -v '^\. ' |
	sort >expected
check grep -q '^\./tiny ' expected
check diff -u expected <(python3 "$top/tests/container/image_tree.py" saved.tar | sort)

begin 'the certificates are where bundler looks for them'
# Without --ca-file and without a recipe that has any: there is no network, so no more than this is said.
in_container -- copy docker://registry.example/a:1 oci:x
status 4
stdout_stated=1
stderr <<-'END'
	bundler: cannot fetch 'https://registry.example/v2/a/manifests/1': the host name cannot be resolved
END

begin 'it is confined there, too'
in_container -- --version --verbose
check grep -q '^confined: ' "$scratch/stdout"
stdout_stated=1

finish
