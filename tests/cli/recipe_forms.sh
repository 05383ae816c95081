#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What recipes can say of other projects' releases: names of platforms, checksum files for each
# asset, programs without an archive, members behind "./".
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

# release KEY...: a recipe of "bare" for two platforms with these lines in its release.
release() {
	{
		printf 'name: bare\nversion: "2.0"\nrelease:\n'
		printf '  %s\n' "$@"
		cat
	} >bare.yaml <<-'END'
		platforms: [linux/amd64, linux/arm/v7]
		image:
		  entrypoint: [/bare]
	END
}
root() { printf 'root:\n  - {path: /bare, %s, mode: "0755", program: true}\n' "$1" >>bare.yaml; }

# build: locks, and makes both trees.
build() {
	run bundler lock "$@" --cache cache --mirror "file://$PWD/mirror" --download bare.yaml
	filter 's/.*/locked/'
	stdout < <(printf 'locked\nlocked\n')
	filter ''
	run bundler rootfs --offline --cache cache bare.yaml
	filter 's/^[0-9a-f]{64}  //'
	stdout <<-'END'
		rootfs/linux-amd64.mtree
		rootfs/linux-arm-v7.mtree
	END
}

begin 'the asset is the program, and each has a file of nothing but its digest'
mkdir mirror
make_elf 62 64 5000 >mirror/bare-Linux-x86_64
make_elf 40 32 4000 >mirror/bare-Linux-armhf
for file in bare-Linux-x86_64 bare-Linux-armhf; do
	sha256sum "mirror/$file" | cut -d' ' -f1 | tr -d '\n' >"mirror/$file.sha256"
done
release 'target: {linux/amd64: Linux-x86_64, linux/arm/v7: Linux-armhf}' 'asset: "bare-{target}"' \
	'url: "https://bare.example/{version}/{asset}"' \
	"sums: \"file://$PWD/mirror/{asset}.sha256\"" 'format: {linux: program}'
root 'asset: true'
build
check cmp rootfs/linux-amd64/bare mirror/bare-Linux-x86_64
check cmp rootfs/linux-arm-v7/bare mirror/bare-Linux-armhf
run bundler image --offline --cache cache -o oci:layout bare.yaml
filter 's/^sha256:[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	DIGEST  linux/amd64
	DIGEST  linux/arm/v7
END
run bundler audit --offline --cache cache oci:layout bare.yaml
filter ''
stdout <<<'verdict: identical (linux/amd64, linux/arm/v7)'

begin 'the program is checked, as a member would be'
mkdir mirror
echo 'echo no program' | tee mirror/bare-linux-amd64 >mirror/bare-linux-armv7
(cd mirror && sha256sum ./* >../sums)
release 'asset: "bare-{target}"' 'url: "https://bare.example/{asset}"' 'sums: ""' \
	'format: {linux: program}'
root 'asset: true'
run bundler lock --sums sums bare.yaml
status 0
filter 's/.*/locked/'
stdout < <(printf 'locked\nlocked\n')
filter ''
run bundler rootfs -p linux/amd64 --cache cache --mirror "file://$PWD/mirror" bare.yaml
status 8
stderr <<<"bundler: cannot use program 'bare-linux-amd64' for 'linux/amd64': it is not a program"

begin 'several files of sums, one for each platform'
mkdir mirror
make_elf 62 64 5000 >mirror/bare_linux_amd64
make_elf 40 32 4000 >mirror/bare_linux_armv7
for file in bare_linux_amd64 bare_linux_armv7; do
	printf 'SHA256 (%s) = %s\r\n' "$file" "$(sha256sum "mirror/$file" | cut -d' ' -f1)" >"$file.txt"
done
release 'target: "{os}_{arch}"' 'asset: "bare_{target}"' 'url: "https://bare.example/{asset}"' \
	'sums: ""' 'format: {linux: program}'
root 'asset: true'
build --sums bare_linux_amd64.txt --sums bare_linux_armv7.txt
printf 'SHA256 (bare_linux_amd64) = %064d\n' 1 >other.txt
run bundler lock --sums bare_linux_amd64.txt --sums bare_linux_armv7.txt --sums other.txt bare.yaml
status 3
stderr <<<"bundler: cannot use 'other.txt': 'bare_linux_amd64' has another digest in a file before it"

begin 'a file of sums for each asset, and one is not there'
make_elf 62 64 5000 >bare-linux-amd64
sha256sum bare-linux-amd64 >bare-linux-amd64.sha256
release 'asset: "bare-{target}"' 'url: "https://bare.example/{asset}"' \
	"sums: \"file://$PWD/{asset}.sha256\"" 'format: {linux: program}'
root 'asset: true'
run bundler lock bare.yaml
status 9
stderr <<<"bundler: cannot read '$PWD/bare-linux-armv7.sha256': No such file or directory"
sed -i 's|linux/arm/v7\]|{platform: linux/arm/v7, optional: true}]|' bare.yaml
run bundler lock bare.yaml
filter 's/.*/locked/'
stdout <<<locked
filter ''
stderr <<<'note: linux/arm/v7 is left out: the release does not have it'

begin "GitHub's document of a release"
mkdir mirror
make_elf 62 64 5000 >mirror/bare-amd64
make_elf 40 32 4000 >mirror/bare-armv7
python3 - <<-'END'
	import hashlib, json
	assets = [{"name": name, "size": 1, "digest": "sha256:" + hashlib.sha256(
	    open("mirror/" + name, "rb").read()).hexdigest()} for name in ("bare-amd64", "bare-armv7")]
	json.dump({"tag_name": "v2.0", "assets": assets, "body": "text"}, open("release.json", "w"))
	assets[1]["digest"] = None
	json.dump({"assets": assets}, open("old.json", "w"))
	json.dump({"message": "API rate limit exceeded"}, open("limit.json", "w"))
END
release 'asset: "bare-{arch}"' 'url: "https://bare.example/{asset}"' \
	"sums: \"file://$PWD/release.json\"" 'format: {linux: program}'
root 'asset: true'
build
run bundler lock --sums old.json bare.yaml
status 3
stderr <<-'END'
	bundler: cannot use 'old.json' for 'bare-armv7': it has no digest of the asset
	hint: GitHub has digests of what was uploaded since June 2025; pass a checksum file of your own with --sums
END
run bundler lock --sums limit.json bare.yaml
status 3
stderr <<<"bundler: cannot use 'limit.json' for 'bare-amd64': it is JSON, but not of a release: it has no 'assets'"

begin "members behind './', and one that is elsewhere"
mkdir mirror wrapped
for word in amd64:62:64 armv7:40:32; do
	IFS=: read -r arch machine bits <<<"$word"
	make_elf "$machine" "$bits" 5000 >wrapped/bare
	tar -C wrapped -czf "mirror/bare-linux-$arch.tar.gz" ./bare
done
(cd mirror && sha256sum ./* >../sums)
release 'asset: "bare-{target}.{format}"' 'url: "https://bare.example/{asset}"' 'sums: ""' \
	'format: {linux: tar.gz}'
cp bare.yaml head.yaml
root 'member: bare'
build --sums sums
cp head.yaml bare.yaml
root 'member: bin/bare'
run bundler rootfs -p linux/amd64 --offline --cache cache bare.yaml
status 8
stderr <<-'END'
	bundler: cannot unpack 'bare-linux-amd64.tar.gz': no member 'bin/bare'
	hint: it has 'bare'
END

begin 'all files below a directory of the archive'
mkdir -p mirror tree/bare-2.0/consoles/lib
for word in amd64:62:64 armv7:40:32; do
	IFS=: read -r arch machine bits <<<"$word"
	make_elf "$machine" "$bits" 5000 >tree/bare-2.0/bare
	chmod 755 tree/bare-2.0/bare
	echo index >tree/bare-2.0/consoles/index.html
	echo menu >tree/bare-2.0/consoles/lib/menu.lib
	ln -sf ../bare tree/bare-2.0/consoles/program
	tar -C tree -czf "mirror/bare-linux-$arch.tar.gz" ./bare-2.0
done
(cd mirror && sha256sum ./* >../sums)
release 'asset: "bare-{target}.{format}"' 'url: "https://bare.example/{asset}"' 'sums: ""' \
	'directory: "{name}-{version}"' 'format: {linux: tar.gz}'
root 'member: bare'
cat >>bare.yaml <<-'END'
	  - {path: /usr/share/bare/consoles, members: consoles/, mode: "0640", owner: "7:8", follow: true}
	  - {path: /usr/share/bare, directory: true, mode: "0750"}
END
build --sums sums
check cmp rootfs/linux-arm-v7/usr/share/bare/consoles/program rootfs/linux-arm-v7/bare
run grep '^\./usr' rootfs/linux-amd64.mtree
filter 's/ time=[0-9.]*//; s/ sha256=.*//'
stdout <<-'END'
	./usr type=dir mode=0755 uid=0 gid=0
	./usr/share type=dir mode=0755 uid=0 gid=0
	./usr/share/bare type=dir mode=0750 uid=0 gid=0
	./usr/share/bare/consoles type=dir mode=0755 uid=0 gid=0
	./usr/share/bare/consoles/index.html type=file mode=0640 uid=7 gid=8 size=6
	./usr/share/bare/consoles/lib type=dir mode=0755 uid=0 gid=0
	./usr/share/bare/consoles/lib/menu.lib type=file mode=0640 uid=7 gid=8 size=5
	./usr/share/bare/consoles/program type=file mode=0640 uid=7 gid=8 size=5000
END
filter ''
run bundler image --offline --cache cache -p linux/amd64 -o oci:layout bare.yaml
filter 's/^sha256:[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  linux/amd64'
run bundler audit --offline --cache cache -p linux/amd64 oci:layout bare.yaml
filter ''
stdout <<<'verdict: identical (linux/amd64)'
echo '  - {path: /usr/share/bare/consoles/lib/menu.lib, text: other}' >>bare.yaml
run bundler rootfs --offline --cache cache -p linux/amd64 -o other bare.yaml
status 3
stderr <<<"bundler: cannot add member 'bare-2.0/consoles/lib/menu.lib' of 'bare-linux-amd64.tar.gz' as '/usr/share/bare/consoles/lib/menu.lib': it exists already"
sed -i '$d; s/, follow: true//' bare.yaml
run bundler rootfs --offline --cache cache -p linux/amd64 -o other bare.yaml
status 8
stderr <<-'END'
	bundler: cannot unpack 'bare-linux-amd64.tar.gz': member 'bare-2.0/consoles/program' is a symbolic link to '../bare'
	hint: with 'follow: true' the recipe takes the file that it leads to
END
sed -i 's/consoles\//console\//' bare.yaml
run bundler rootfs --offline --cache cache -p linux/amd64 -o other bare.yaml
status 8
stderr <<-'END'
	bundler: cannot unpack 'bare-linux-amd64.tar.gz': no file is below 'bare-2.0/console/'
	hint: it has 'bare-2.0/consoles/'
END
check test ! -e other

begin 'members and programs do not go together'
release 'asset: "bare-{target}"' 'url: "https://bare.example/{asset}"' 'sums: ""' \
	'format: {linux: program}'
root 'member: bare'
run bundler lock --sums none bare.yaml
status 3
stderr <<<"bundler: cannot read 'bare.yaml': line 12, column 5: a 'member' needs an archive, and the format for 'linux/amd64' is 'program': write 'asset: true'"
sed -i 's/program}$/tar.gz}/; s/member: bare/asset: true/' bare.yaml
run bundler lock --sums none bare.yaml
status 3
stderr <<<"bundler: cannot read 'bare.yaml': line 12, column 5: the 'asset' itself needs a format that is no archive, and that for 'linux/amd64' is 'tar.gz'"

begin 'the tag of a version with build metadata'
use_product
sed -i 's/^version: .*/version: "1.0+build"/; s/{version}/1.0/g' "$scratch/product/tiny.yaml"
SOURCE_DATE_EPOCH=1234567890 "$BUNDLER" lock --sums "$scratch/product/mirror/SHA256SUMS" "${product[@]}" >/dev/null
make image -p linux/amd64 -o docker-archive:image.tar
run bundler validate docker-archive:image.tar
run bundler audit docker-archive:image.tar:1.0-build "${product[@]}"
stdout <<<'verdict: identical (linux/amd64)'

begin 'the name of the image in archives'
use_product
sed -i 's/^name: tiny/name: Tiny/; s/"tiny-/"tiny-/' "$scratch/product/tiny.yaml"
rm "$scratch/product/tiny.lock.json"
"$BUNDLER" lock --sums "$scratch/product/mirror/SHA256SUMS" "${product[@]}" >/dev/null
run bundler image -p linux/amd64 -o docker-archive:image.tar "${product[@]}"
status 3
stderr <<-'END'
	bundler: cannot name the image 'Tiny:1.0': its name is malformed
	hint: a name is lower-case words; 'image.name' of the recipe sets it, and a tag behind the output sets the tag
END
for name in tiny ghcr.io/me/tiny me/tiny-1.0; do
	sed -i '/^  name: /d; s,^image:,&\n  name: '"$name"',' "$scratch/product/tiny.yaml"
	make image -p linux/amd64 -o docker-archive:image.tar
	run bundler validate docker-archive:image.tar
	check grep -aqF "\"RepoTags\":[\"$name:1.0\"]" image.tar
	run bundler audit docker-archive:image.tar "${product[@]}"
	stdout <<<'verdict: identical (linux/amd64)'
done
check grep -aqF '"io.containerd.image.name":"docker.io/me/tiny-1.0:1.0"' image.tar
sed -i 's/^  name: .*/  name: "{target}"/' "$scratch/product/tiny.yaml"
run bundler image -o docker-archive:image.tar "${product[@]}"
status 3
filter 's/.*line/line/'
stderr <<<"line 19, column 9: cannot expand '{target}': no placeholder '{target}'"

finish
