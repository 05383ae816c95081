#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler image: layouts and archives, their bytes and their places.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product

# made COMMAND...: a run whose output other tests compare.
made() { run "$@"; stdout_stated=1; }

# blob LAYOUT DIGEST: what a layout holds under a digest; field KEY...: one value of a document.
blob() { cat "$1/blobs/sha256/${2#sha256:}"; }
field() { python3 -c 'import json,sys; d=json.load(sys.stdin)
for k in sys.argv[1:]: d=d[int(k) if k.isdigit() else k]
print(d if isinstance(d,str) else json.dumps(d))' "$@"; }

# tags LAYOUT: the names in its index, in order.
tags() { python3 -c 'import json,sys
for m in json.load(sys.stdin)["manifests"]: print(end=m["annotations"]["org.opencontainers.image.ref.name"] + " ")' <"$1/index.json"; }

begin 'one platform is a layout with exactly one manifest'
run bundler image -p linux/arm/v7 -o oci:layout:v1 "${product[@]}"
filter 's/[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	sha256:DIGEST  linux/arm/v7
END
manifest=$(field manifests 0 digest <layout/index.json)
config=$(blob layout "$manifest" | field config digest)
layer=$(blob layout "$manifest" | field layers 0 digest)
check test "$(cat layout/oci-layout)" = '{"imageLayoutVersion":"1.0.0"}'
check test "$(sed 's/[0-9a-f]\{64\}/DIGEST/; s/"size":[0-9]*/"size":N/' layout/index.json)" = \
	'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:DIGEST","size":N,"platform":{"os":"linux","architecture":"arm","variant":"v7"},"annotations":{"org.opencontainers.image.ref.name":"v1"}}],"annotations":{"bundler.compat":"1"}}'
check test "$(blob layout "$config" | sed 's/[0-9a-f]\{64\}/DIGEST/')" = \
	'{"created":"2009-02-13T23:31:30Z","architecture":"arm","os":"linux","variant":"v7","config":{"ExposedPorts":{"4222/tcp":{},"53/udp":{}},"Env":["TINY=1"],"Entrypoint":["/tiny"],"Cmd":["-c","/etc/tiny.conf"],"WorkingDir":"/","Labels":{"org.opencontainers.image.title":"tiny","org.opencontainers.image.version":"1.0","bundler.release":"official"},"StopSignal":"SIGINT"},"rootfs":{"type":"layers","diff_ids":["sha256:DIGEST"]},"history":[{"created":"2009-02-13T23:31:30Z","created_by":"bundler image"}]}'
check test "$(find layout -type f | wc -l)" = 5

begin 'every blob has the digest and the size that stand for it'
run bundler image -o oci:layout "${product[@]}"
filter 's/[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	sha256:DIGEST  linux/amd64
	sha256:DIGEST  linux/arm64
	sha256:DIGEST  linux/arm/v7
END
for file in layout/blobs/sha256/*; do
	check test "$(sha256sum <"$file")" = "$(basename "$file")  -"
done
index=$(field manifests 0 digest <layout/index.json)
check test "$(blob layout "$index" | field manifests 1 platform)" = \
	'{"os": "linux", "architecture": "arm64", "variant": "v8"}'
check test "$(find layout/blobs -type f | wc -l)" = 10

begin 'the layer is the tar of rootfs, and its diffID that one'\''s digest'
made bundler rootfs -p linux/amd64 -o trees "${product[@]}"
made bundler image -p linux/amd64 -o oci:layout "${product[@]}"
manifest=$(field manifests 0 digest <layout/index.json)
layer=$(blob layout "$manifest" | field layers 0 digest)
check cmp <(blob layout "$layer" | gzip -dc) trees/linux-amd64.tar
config=$(blob layout "$manifest" | field config digest)
check test "$(blob layout "$config" | field rootfs diff_ids 0)" = \
	"sha256:$(sha256sum <trees/linux-amd64.tar | cut -d' ' -f1)"

begin '--compress none leaves the layer as it is'
made bundler image -p linux/amd64 --compress none -o oci:layout "${product[@]}"
manifest=$(field manifests 0 digest <layout/index.json)
config=$(blob layout "$manifest" | field config digest)
check test "$(blob layout "$manifest" | field layers 0 mediaType)" = application/vnd.oci.image.layer.v1.tar
check test "$(blob layout "$manifest" | field layers 0 digest)" = \
	"$(blob layout "$config" | field rootfs diff_ids 0)"

begin '--compress zstd: the same layer by the standard tool, which another run makes again'
made bundler rootfs -p linux/amd64 -o trees "${product[@]}"
made bundler image -p linux/amd64 --compress zstd -o oci:layout "${product[@]}"
manifest=$(field manifests 0 digest <layout/index.json)
config=$(blob layout "$manifest" | field config digest)
layer=$(blob layout "$manifest" | field layers 0 digest)
check test "$(blob layout "$manifest" | field layers 0 mediaType)" = \
	application/vnd.oci.image.layer.v1.tar+zstd
check cmp <(blob layout "$layer" | zstd -dc) trees/linux-amd64.tar
check test "$(blob layout "$config" | field rootfs diff_ids 0)" = \
	"sha256:$(sha256sum <trees/linux-amd64.tar | cut -d' ' -f1)"
made taskset -c "$(taskset -pc $$ | sed 's/.*: \([0-9]*\).*/\1/')" bundler image -p linux/amd64 --compress zstd -o oci:again "${product[@]}"
check diff -r layout again

begin '--json says what was made, and what compressed the layer'
for how in 'gzip=libdeflate N level 5' 'zstd=libzstd N level 3' none=none; do
	run bundler image -p linux/arm/v7 --compress "${how%%=*}" --json -o oci:layout:v1 "${product[@]}"
	filter 's/[0-9a-f]{64}/DIGEST/; s/(lib[a-z]+) [0-9.]+/\1 N/'
	stdout <<-END
	{
	  "name": "tiny",
	  "version": "1.0",
	  "release": "official",
	  "epoch": 1234567890,
	  "tag": "v1",
	  "compressor": "${how#*=}",
	  "images": [
	    {
	      "platform": "linux/arm/v7",
	      "manifest": "sha256:DIGEST"
	    }
	  ]
	}
	END
done

begin 'a flavour changes user and working directory and shares the layer'
made bundler image -p linux/amd64 -o oci:root "${product[@]}"
made bundler image -p linux/amd64 --flavour nonroot -o oci:nonroot "${product[@]}"
root=$(field manifests 0 digest <root/index.json)
nonroot=$(field manifests 0 digest <nonroot/index.json)
check test "$(blob root "$root" | field layers)" = "$(blob nonroot "$nonroot" | field layers)"
config=$(blob nonroot "$nonroot" | field config digest)
check test "$(blob nonroot "$config" | field config User)" = 65532:65532
check test "$(blob nonroot "$config" | field config WorkingDir)" = /home/nonroot

begin 'archives hold the layout and what docker load reads, and are one and the same'
made bundler image -p linux/amd64 -o oci-archive:a.tar "${product[@]}"
made bundler image -p linux/amd64 -o docker-archive:b.tar:1.0 "${product[@]}"
check cmp a.tar b.tar
check test "$(tar -xOf a.tar manifest.json | sed 's/[0-9a-f]\{64\}/DIGEST/g')" = \
	'[{"Config":"blobs/sha256/DIGEST","RepoTags":["tiny:1.0"],"Layers":["blobs/sha256/DIGEST"]}]'
check test "$(tar -tf a.tar | tail -n 3 | tr '\n' ' ')" = 'index.json manifest.json oci-layout '

begin '--style doi names its files and links its blobs to them'
made bundler image -p linux/amd64 --style doi -o oci:layout "${product[@]}"
manifest=$(field manifests 0 digest <layout/index.json)
check test "$(readlink "layout/blobs/sha256/${manifest#sha256:}")" = ../../image-manifest.json
check test "$(cd layout && echo *)" = 'blobs image-config.json image-manifest.json index.json oci-layout rootfs.tar.gz'

begin 'the same bytes again, elsewhere, under another umask and on one processor'
made bundler image -o oci:one "${product[@]}"
mkdir deep
(cd deep && umask 077 && taskset -c 0 "$BUNDLER" image -o oci:two "${product[@]}" >/dev/null)
check diff -r one deep/two

begin 'a layout of ours is replaced'
made bundler image -p linux/arm64 -o oci:layout "${product[@]}"
made bundler image -p linux/amd64 -o oci:layout "${product[@]}"
check test "$(field manifests 0 platform architecture <layout/index.json)" = amd64
check test "$(ls -A)" = layout

begin 'somebody else'\''s directory is left alone'
mkdir layout
echo mine >layout/index.json
run bundler image -p linux/amd64 -o oci:layout "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot replace 'layout': bundler did not make it
	hint: move it away, or choose another place
END
check test "$(cat layout/index.json)" = mine
check test "$(ls -A)" = layout

begin 'a file in a layout that bundler did not put there is left alone'
made bundler image -p linux/arm64 -o oci:layout "${product[@]}"
echo mine >layout/notes
run bundler image -p linux/amd64 -o oci:layout "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot replace 'layout': it has entries that bundler did not make
	hint: move it away, or choose another place
END
check test "$(cat layout/notes)" = mine

begin 'a link in the place of a layout or of an archive is left alone'
mkdir target
ln -s target layout
run bundler image -p linux/amd64 -o oci:layout "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot replace 'layout': it is not a directory
	hint: move it away, or choose another place
END
run bundler image -p linux/amd64 -o oci-archive:layout "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot replace 'layout': it is not a regular file
	hint: move it away, or choose another place
END
check test -z "$(ls -A target)"

begin 'places that hold no image, and words that are none, are refused'
for place in dir:x tar:x; do
	run bundler image -o "$place" "${product[@]}"
	status 2
	stderr <<-'END'
		bundler: cannot write an image to 'x': the place must be oci:, oci-archive:, docker-archive: or docker://
	END
done
run bundler image -o layout "${product[@]}"
status 2
stderr <<-'END'
	bundler: cannot use place 'layout': its kind is unknown
	hint: places are written as oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, docker://IMAGE, dir:DIR, tar:FILE
END
run bundler image -o oci:x:-tag "${product[@]}"
status 2
stderr <<-'END'
	bundler: cannot use place 'oci:x:-tag': '-tag' is not a tag
END
run bundler image -o docker-archive:x:name:tag "${product[@]}"
status 2
stderr <<-'END'
	bundler: cannot write an image to 'x': 'name:tag' is not a tag
	hint: give only a tag: the recipe names the image
END
run bundler image "${product[@]}"
status 2
stderr <<-'END'
	bundler: cannot write an image: no place is given (--output)
END
run bundler image --flavour vanilla -o oci:x "${product[@]}"
status 2
filter "s|'[^']*/tiny.yaml'|RECIPE|"
stderr <<-'END'
	bundler: cannot use flavour 'vanilla': recipe RECIPE does not have it
END
run bundler image --compress lzma -o oci:x "${product[@]}"
status 2
stderr <<-'END'
	bundler: cannot compress with 'lzma': it is not 'gzip', 'zstd' or 'none'
END
run bundler image -p linux/amd64 --style doi --compress zstd -o oci:x "${product[@]}"
status 2
stderr <<-'END'
	bundler: cannot use style 'doi' with zstd: the importers of Docker Official Images do not accept it
END
run bundler image --style doi -o oci:x "${product[@]}"
status 2
stderr <<-'END'
	bundler: cannot use style 'doi' for several platforms: choose one (--platform)
END
check test -z "$(ls -A)"

# ---- what may be replaced ----

begin 'an archive of ours is replaced, and so is an empty file'
made bundler image -p linux/arm64 -o oci-archive:a.tar "${product[@]}"
made bundler image -p linux/amd64 -o docker-archive:a.tar:other "${product[@]}"
check test "$(tar -xOf a.tar index.json | field manifests 0 platform architecture)" = amd64
: >b.tar
made bundler image -p linux/amd64 -o oci-archive:b.tar "${product[@]}"
check tar -tf b.tar index.json
check test "$(echo *)" = 'a.tar b.tar'

begin 'any other file is left alone, unless with --force'
made bundler image -p linux/amd64 -o oci-archive:ours.tar "${product[@]}"
mkdir mine
tar -xf ours.tar -C mine
echo 'a name' >hostname
echo '"bundler.compat"' >mark
(cd mine && sed -i 's/bundler.compat/other.compat/' index.json && tar -cf ../stranger.tar -- *)
(cd mine && sed -i 's/other.compat/bundler.compat/' index.json && tar -cf ../more.tar -- * ../hostname 2>/dev/null)
head -c 3000 ours.tar >cut.tar
gzip -c ours.tar >packed.tar
for file in hostname mark stranger.tar more.tar cut.tar packed.tar; do
	cp "$file" before
	reason='bundler did not make it'
	[ $file != more.tar ] || reason='it has entries that bundler did not make'
	for kind in oci-archive docker-archive; do
		run bundler image -p linux/amd64 -o "$kind:$file" "${product[@]}"
		status 9
		stderr <<-END
			bundler: cannot replace '$file': $reason
			hint: move it away, choose another place, or use --force
		END
		check cmp "$file" before
	done
	made bundler image -p linux/amd64 --force -o "oci-archive:$file" "${product[@]}"
	check cmp "$file" ours.tar
done

begin '--force replaces files only'
mkdir layout
echo mine >layout/index.json
mkfifo pipe
run bundler image -p linux/amd64 --force -o oci:layout "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot replace 'layout': bundler did not make it
	hint: move it away, or choose another place
END
for place in layout pipe; do
	run bundler image -p linux/amd64 --force -o "oci-archive:$place" "${product[@]}"
	status 9
	stderr <<-END
		bundler: cannot replace '$place': it is not a regular file
		hint: move it away, or choose another place
	END
done
check test "$(cat layout/index.json)" = mine

begin 'the directory of an output is made, but not that one'\''s'
made bundler image -p linux/amd64 -o oci-archive:new/a.tar "${product[@]}"
made bundler image -p linux/amd64 -o oci:other//layout/ "${product[@]}"
for place in oci:no/such/layout oci-archive:no/such/a.tar "oci-archive:$PWD/no//such/a.tar"; do
	run bundler image -p linux/amd64 -o "$place" "${product[@]}"
	status 9
	stderr <<-END
		bundler: cannot write '${place#*:}': directory '$([[ $place != *$PWD* ]] || echo "$PWD/")no' does not exist
	END
done
check test "$(echo *)" = 'new other'
run bundler image -p linux/amd64 -o oci-archive:later/a.tar --from nowhere "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot read 'nowhere/linux-amd64.tar': No such file or directory
	hint: 'bundler rootfs' makes it; to pack only some platforms, use --platform
END
check test ! -e later

# ---- several tags ----

begin 'another tag is added to a layout, in order, and the others stay'
made bundler image -p linux/amd64 -o oci:one:a "${product[@]}"
made bundler image -p linux/arm64 -o oci:one:b "${product[@]}"
made bundler image -o oci:one:c "${product[@]}"
made bundler image -o oci:other:c "${product[@]}"
made bundler image -p linux/arm64 -o oci:other:b "${product[@]}"
made bundler image -p linux/amd64 -o oci:other:a "${product[@]}"
check diff -r one other
check diff <(cd one && find . -printf '%y %m %T@ %P\n' | sort) <(cd other && find . -printf '%y %m %T@ %P\n' | sort)
check test "$(tags one)" = 'a b c '
run bundler validate oci:one
run bundler diff oci:one:a oci:other:a
stdout <<-'END'
	verdict: identical
END

begin 'blobs that stay are not copied'
made bundler image -p linux/amd64 -o oci:layout:a "${product[@]}"
before=$(cd layout/blobs/sha256 && stat -c '%i %n' -- * | sort)
made bundler image -p linux/arm64 -o oci:layout:b "${product[@]}"
check test -z "$(comm -23 <(echo "$before") <(cd layout/blobs/sha256 && stat -c '%i %n' -- * | sort))"
check test "$(ls layout/blobs/sha256 | wc -l)" = 6

begin 'a tag is moved: the blobs of its old image go, unless another tag has them'
made bundler image -p linux/amd64 -o oci:fresh:a "${product[@]}"
made bundler image -p linux/arm64 -o oci:layout:a "${product[@]}"
made bundler image -p linux/amd64 -o oci:layout:a "${product[@]}"
check diff -r fresh layout
made bundler image -p linux/amd64 -o oci:layout:b "${product[@]}"
made bundler image -p linux/amd64 --flavour nonroot -o oci:layout:b "${product[@]}"
made bundler image -p linux/amd64 --flavour nonroot -o oci:fresh:b "${product[@]}"
check diff -r fresh layout
made bundler image -p linux/amd64 -o oci:layout:b "${product[@]}"
check test "$(find layout/blobs -type f | wc -l)" = 3
run bundler validate oci:layout

begin 'what others added to a layout stays: an image, a blob that nothing names, other algorithms'
made bundler image -p linux/amd64 -o oci:layout:a "${product[@]}"
made bundler image -p linux/arm64 -o oci:foreign:theirs "${product[@]}"
python3 - <<-'END'
	import hashlib, json, os, shutil
	def put(text):
	    digest = hashlib.sha256(text).hexdigest()
	    open("layout/blobs/sha256/" + digest, "wb").write(text)
	    return {"digest": "sha256:" + digest, "size": len(text)}
	shutil.copytree("foreign/blobs", "layout/blobs", dirs_exist_ok=True)
	entry = json.load(open("foreign/index.json"))["manifests"][0]
	manifest = json.load(open("foreign/blobs/sha256/" + entry["digest"][7:]))
	del manifest["annotations"]
	entry.update(put(json.dumps(manifest).encode()))
	index = json.load(open("layout/index.json"))
	index["manifests"].insert(0, entry)
	index["annotations"]["theirs"] = "too"
	json.dump(index, open("layout/index.json", "w"))
	put(b"nothing names this")
	os.mkdir("layout/blobs/sha512")
	open("layout/blobs/sha512/" + "0" * 128, "w").write("x")
END
before=$(cd layout/blobs && find . -type f | sort)
made bundler image -p linux/amd64 -o oci:layout:b "${product[@]}"
check test "$before" = "$(cd layout/blobs && find . -type f | sort)"
check test "$(field annotations theirs <layout/index.json)" = too
check test "$(tags layout)" = 'b theirs a '
made bundler image -p linux/amd64 -o oci:layout:theirs "${product[@]}"
check test "$before" = "$(cd layout/blobs && find . -type f | sort)"

begin 'without a tag, and in style doi, a layout of one image is replaced, whatever its tag'
made bundler image -p linux/arm64 -o oci:layout:a "${product[@]}"
made bundler image -p linux/amd64 --style doi -o oci:layout "${product[@]}"
made bundler image -p linux/amd64 --style doi -o oci:layout:b "${product[@]}"
made bundler image -p linux/amd64 --style doi -o oci:fresh:b "${product[@]}"
check diff -r fresh layout
made bundler image -p linux/arm64 -o oci:layout "${product[@]}"
check test "$(tags layout)" = '1.0 '

begin 'a layout of several images needs a tag; images in style doi stay as plain blobs'
made bundler image -p linux/amd64 --style doi -o oci:layout:a "${product[@]}"
made bundler image -p linux/arm64 -o oci:layout:b "${product[@]}"
run bundler validate oci:layout
check test "$(find layout/blobs -type l)" = ''
for options in '-o oci:layout' '--style doi -o oci:layout:b'; do
	run bundler image -p linux/amd64 $options "${product[@]}"
	status 9
	stderr <<-'END'
		bundler: cannot replace 'layout': it has several images
		hint: name the tag to set (oci:DIR:TAG), or choose another place
	END
done
check test "$(tags layout)" = 'a b '

begin 'an image of others is not replaced without its tag'
made bundler image -p linux/amd64 -o oci:layout "${product[@]}"
manifest=$(field manifests 0 digest <layout/index.json)
sed -i 's/"bundler.release"/"other.release"/' "layout/blobs/sha256/${manifest#sha256:}"
run bundler image -p linux/amd64 -o oci:layout "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot replace 'layout': bundler did not make the image in it
	hint: move it away, or choose another place
END
made bundler image -p linux/arm64 -o oci:layout:1.0 "${product[@]}"
check test "$(find layout/blobs -type f | wc -l)" = 6

begin 'an empty directory becomes a layout; a damaged index is not ours'
mkdir empty damaged
made bundler image -p linux/amd64 -o oci:empty "${product[@]}"
cp -r empty/. damaged
echo '{' >>damaged/index.json
run bundler image -p linux/amd64 -o oci:damaged "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot replace 'damaged': bundler did not make it
	hint: move it away, or choose another place
END

pids=()
begin 'two runs that add to one layout at once both succeed'
for tag in a b c d; do
	bundler image -p linux/amd64 -o "oci:layout:$tag" "${product[@]}" >/dev/null 2>>errors &
	pids[${#pids[@]}]=$!
done
wait "${pids[@]}"
check test ! -s errors
check test "$(tags layout)" = 'a b c d '

# ---- standard output ----

begin 'an archive on standard output has the bytes of the file, and the report is on standard error'
run bundler image -p linux/amd64 -o docker-archive:a.tar:1.0 "${product[@]}"
filter 's/[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	sha256:DIGEST  linux/amd64
END
for kind in oci-archive docker-archive; do
	run bundler image -p linux/amd64 -o "$kind:-:1.0" "${product[@]}"
	check cmp "$scratch/stdout" a.tar
	stdout_stated=1
	stderr <<-'END'
		sha256:DIGEST  linux/amd64
	END
done
run bundler image -p linux/amd64 --json -o docker-archive:- "${product[@]}"
check cmp "$scratch/stdout" a.tar
stdout_stated=1 stderr_stated=1
check test "$(field images 0 platform <"$scratch/stderr")" = linux/amd64
check test "$(echo *)" = a.tar

begin 'no image is written to a terminal, to nobody, or with a failure behind it'
run script -qec "$(command -v bundler) image -p linux/amd64 -o oci-archive:- ${product[*]}" /dev/null
status 2
filter 's/\r//'
stdout <<-'END'
	bundler: cannot write an image to '-': standard output is a terminal
	hint: redirect it, or name a file
END
run bash -c '"$@" | true; exit "${PIPESTATUS[0]}"' bash bundler image -p linux/amd64 --compress none -o oci-archive:- "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot write 'standard output': Broken pipe
END
run bash -c '"$@" >/dev/full' bash bundler image -p linux/amd64 -o oci-archive:- "${product[@]}"
status 9
stderr <<-'END'
	bundler: cannot write 'standard output': No space left on device
END
run bundler image -p linux/amd64 -o oci:- "${product[@]}"
status 2
stderr <<-'END'
	bundler: cannot use place 'oci:-': only an archive can be standard input or output
	hint: write './-' for a directory of this name
END
check test -z "$(ls -A)"

finish
