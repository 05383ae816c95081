#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler audit --pinned, which compares with the results in the lock, and the lock that an image
# names.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product
SOURCE_DATE_EPOCH=1234567890 "$BUNDLER" lock --record --sums "$scratch/product/mirror/SHA256SUMS" \
	"${product[@]}" >/dev/null
pinned() { run bundler audit --pinned "$@" "$scratch/product/tiny.yaml"; }

begin 'without the archive, with the network away'
make image -o oci:layout
make rootfs -p linux/amd64 -o trees
mv "$scratch/product/cache" "$scratch/product/away"
pinned oci:layout
stdout <<<'verdict: identical (linux/amd64, linux/arm64, linux/arm/v7)'
pinned -p linux/amd64 tar:trees/linux-amd64.tar
stdout <<<'verdict: identical (linux/amd64)'
run bundler audit --offline --cache none oci:layout "$scratch/product/tiny.yaml"
status 4
stderr <<-'END'
	bundler: cannot fetch 'tiny-1.0-linux-amd64.tar.gz': it is not in the cache
	hint: --pinned compares with the results in the lock, without the archive
END
mv "$scratch/product/away" "$scratch/product/cache"

begin 'what the manifest says, and what it does not say'
make rootfs -p linux/amd64 -o trees
mkdir root
tar -C root -xf trees/linux-amd64.tar
archive() { tar -C root --numeric-owner -cf root.tar .; }
touch -d @1234567890 root
archive
pinned -p linux/amd64 tar:root.tar
stdout <<<'verdict: identical (linux/amd64)'
touch -d @5 root/etc
archive
pinned -p linux/amd64 tar:root.tar
stdout <<-'END'
	note: time /etc: expected 2009-02-13T23:31:30Z, found 1970-01-01T00:00:05Z
	verdict: equivalent (linux/amd64; 1 note)
END
mkdir -p root/proc root/sys
archive
pinned -q -p linux/amd64 tar:root.tar
status 0
filter 's/[0-9]+ notes/N notes/'
stdout <<<'verdict: equivalent (linux/amd64; N notes)'
ln root/tiny root/home/tiny
archive
pinned -q -p linux/amd64 tar:root.tar
status 1
filter 's/[0-9]+ (notes?|differences?)/N/g'
stdout <<<'verdict: different (linux/amd64; N)'
rm root/home/tiny
python3 - <<-'END'
	import tarfile
	with tarfile.open("root.tar") as old, tarfile.open("attributes.tar", "w", format=tarfile.PAX_FORMAT) as new:
	    for member in old:
	        if member.name == "./home/tiny":
	            continue
	        if member.name == "./tiny":
	            member.pax_headers["SCHILY.xattr.user.a"] = "b"
	        new.addfile(member, old.extractfile(member) if member.isreg() else None)
END
filter '/^note/d; s/; [0-9]+ notes?//'
pinned -p linux/amd64 tar:attributes.tar
status 1
stdout <<-'END'
	attribute /tiny: expected nothing, found user.a=62
	verdict: different (linux/amd64; 1 difference)
END
filter ''
printf x >>root/etc/tiny.conf
archive
filter 's/[0-9a-f]{64}/DIGEST/g; /^note/d; s/; [0-9]+ notes?//'
pinned -p linux/amd64 tar:root.tar
status 1
stdout <<-'END'
	content /: expected sha256:DIGEST, found sha256:DIGEST, of the mtree manifest; without --pinned each path is compared
	verdict: different (linux/amd64; 1 difference)
END

begin 'an archive of layers without compression: the lock does not say how they are compressed'
make image -p linux/amd64 -o oci:layout
digests() { grep -o 'sha256:[0-9a-f]*' "$1" | sed 's|^sha256:|layout/blobs/sha256/|'; }
mapfile -t files < <(digests "$(digests layout/index.json)")
mkdir docker
cp "${files[0]}" docker/config.json
gzip -dc "${files[1]}" >docker/layer.tar
echo '[{"Config":"config.json","RepoTags":["tiny:1.0"],"Layers":["layer.tar"]}]' >docker/manifest.json
tar -C docker -cf docker.tar config.json layer.tar manifest.json
filter 's/[0-9a-f]{64}/DIGEST/g'
pinned docker-archive:docker.tar
stdout <<-'END'
	note: manifest: expected sha256:DIGEST, found nothing
	verdict: equivalent (linux/amd64; 1 note)
END

begin 'another configuration is different, another compressor is not'
make image -p linux/amd64 --flavour nonroot -o oci:layout
filter 's/[0-9a-f]{64}/DIGEST/g'
pinned oci:layout
status 1
stdout <<-'END'
	config /config/User: expected nothing, found "65532:65532"
	config /config/WorkingDir: expected "/", found "/home/nonroot"
	note: manifest: expected sha256:DIGEST, found sha256:DIGEST
	verdict: different (linux/amd64; 2 differences; 1 note)
END
make image -p linux/amd64 --compress zstd -o oci:zstd
pinned -q oci:zstd
filter 's/[0-9]+ notes/N notes/'
stdout <<<'verdict: equivalent (linux/amd64; N notes)'

begin 'what is not pinned'
make image -p linux/amd64 -o oci:layout
SOURCE_DATE_EPOCH=1 pinned oci:layout
status 3
stderr <<-END
	bundler: cannot use what is pinned: lock '$scratch/product/tiny.lock.json' pins no results for 'linux/amd64' and the time in SOURCE_DATE_EPOCH
	hint: 'bundler lock --record' pins them; --lock names another lock
END
pinned --flavour nonroot oci:layout
status 3
stderr <<<"bundler: cannot use what is pinned: lock '$scratch/product/tiny.lock.json' pins only the image that is made without options"

begin 'the lock whose release the label names'
make image -p linux/amd64 -o oci:layout
(
	cd "$scratch/product" || exit
	python3 - <<-'PYTHON'
		import json
		lock = json.load(open("tiny.lock.json"))
		lock["release"] = "source"
		del lock["results"]
		json.dump(lock, open("tiny.source.lock.json", "w"))
	PYTHON
)
run bundler audit "oci:layout" "${product[@]}"
stdout <<<'verdict: identical (linux/amd64)'
make image -p linux/amd64 --lock "$scratch/product/tiny.source.lock.json" -o oci:source
run bundler audit oci:source "${product[@]}"
status 2
stderr <<-END
	bundler: cannot audit 'oci:source': its label says that it is of release 'source', and lock '$scratch/product/tiny.lock.json' is of 'official'
	hint: --lock $scratch/product/tiny.source.lock.json is of that release; --lock $scratch/product/tiny.lock.json compares all the same
END
run bundler audit -q --lock "$scratch/product/tiny.source.lock.json" oci:source "${product[@]}"
stdout <<<'verdict: identical (linux/amd64)'
run bundler audit -q --lock "$scratch/product/tiny.lock.json" oci:source "${product[@]}"
filter 's/[0-9]+ notes/N notes/'
stdout <<<'verdict: equivalent (linux/amd64; N notes)'
rm "$scratch/product/tiny.source.lock.json"

finish
