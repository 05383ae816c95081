#!/bin/bash
# bundler audit: places, platforms, what counts, what is printed. What it finds is the subject of
# tests/hostile/mutants.sh.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

make_product "$scratch/product"
product=(--cache "$scratch/product/cache" --offline "$scratch/product/tiny.yaml")

# make COMMAND...: something to audit.
make() { "$BUNDLER" "$@" "${product[@]}" >/dev/null || fail "failed: bundler $*"; }

audit() { run bundler audit "$@" "${product[@]}"; }

# Only root makes trees with all their owners.
tree_options=()
ignored=
if [ "$(id -u)" -ne 0 ]; then
	tree_options=(--ignore owner)
	ignored='; ignored: owner'
fi

begin 'what bundler makes is what ought to be there'
make image -p linux/amd64 -o oci:layout
make image -p linux/arm64 -o oci-archive:oci.tar
make image -p linux/arm/v7 -o docker-archive:docker.tar
make rootfs -p linux/arm64 -o trees
audit oci:layout
stdout <<<'verdict: identical (linux/amd64)'
audit oci-archive:oci.tar
stdout <<<'verdict: identical (linux/arm64)'
audit docker-archive:docker.tar
stdout <<<'verdict: identical (linux/arm/v7)'
audit "${tree_options[@]}" -p linux/arm64 dir:trees/linux-arm64
stdout <<<"verdict: identical (linux/arm64$ignored)"
audit -p linux/arm64 tar:trees/linux-arm64.tar
stdout <<<'verdict: identical (linux/arm64)'
gzip trees/linux-arm64.tar
audit -p linux/arm64 tar:trees/linux-arm64.tar.gz
stdout <<<'verdict: identical (linux/arm64)'

begin 'an image of several platforms, and some of them'
make image -o oci:layout
make image -p linux/arm/v7 -p linux/amd64 -o docker-archive:docker.tar
audit oci:layout
stdout <<<'verdict: identical (linux/amd64, linux/arm64, linux/arm/v7)'
audit -p linux/arm/v7 -p linux/amd64 oci:layout
stdout <<<'verdict: identical (linux/arm/v7, linux/amd64)'
audit docker-archive:docker.tar
stdout <<<'verdict: identical (linux/arm/v7, linux/amd64)'
audit -p linux/amd64 docker-archive:docker.tar
stdout <<<'verdict: identical (linux/amd64)'

begin 'findings in several images name the platform'
make image -o oci:layout
audit --flavour nonroot --ignore manifest oci:layout
status 1
stdout <<-'END'
	linux/amd64 config /config/User: expected "65532:65532", found nothing
	linux/amd64 config /config/WorkingDir: expected "/home/nonroot", found "/"
	linux/arm/v7 config /config/User: expected "65532:65532", found nothing
	linux/arm/v7 config /config/WorkingDir: expected "/home/nonroot", found "/"
	linux/arm64 config /config/User: expected "65532:65532", found nothing
	linux/arm64 config /config/WorkingDir: expected "/home/nonroot", found "/"
	verdict: different (linux/amd64, linux/arm64, linux/arm/v7; 6 differences; ignored: manifest)
END

begin 'platforms that are asked for and are not there'
make image -p linux/amd64 -o oci:layout
audit -p linux/amd64 -p linux/arm64 oci:layout
status 1
stdout <<-'END'
	platform linux/arm64: expected an image, found nothing
	verdict: different (linux/amd64, linux/arm64; 1 difference)
END
audit -p linux/arm64 oci:layout
status 1
stdout <<-'END'
	platform linux/arm64: expected an image, found nothing
	verdict: different (linux/arm64; 1 difference)
END

begin 'without -p a tree is for this machine'
case $(uname -m) in
x86_64) platform=linux/amd64 ;;
aarch64) platform=linux/arm64 ;;
*) skip "what it is for is not in the recipe" platform= ;;
esac
if [ "$platform" ]; then
	make rootfs -p "$platform" -o trees
	audit tar:"trees/${platform/\//-}.tar"
	stdout <<<"verdict: identical ($platform)"
fi

begin 'a flavour'
make image -p linux/amd64 --flavour nonroot -o oci:layout
audit --flavour nonroot oci:layout
stdout <<<'verdict: identical (linux/amd64)'
audit oci:layout
status 1
filter 's/[0-9a-f]{64}/DIGEST/g'
stdout <<-'END'
	config /config/User: expected nothing, found "65532:65532"
	config /config/WorkingDir: expected "/", found "/home/nonroot"
	manifest: expected sha256:DIGEST, found sha256:DIGEST
	verdict: different (linux/amd64; 3 differences)
END

begin 'the style of Docker Official Images'
make image -p linux/amd64 --style doi -o oci:layout
audit --style doi oci:layout
stdout <<<'verdict: identical (linux/amd64)'
audit oci:layout
status 1
filter 's/[0-9a-f]{64}/DIGEST/g'
stdout <<-'END'
	config: expected sha256:DIGEST, found sha256:DIGEST, written differently
	manifest: expected sha256:DIGEST, found sha256:DIGEST
	verdict: different (linux/amd64; 2 differences)
END

begin 'another compressor is said, and counts with --strict'
make image -p linux/amd64 --compress none -o oci:layout
filter 's/[0-9a-f]{64}/DIGEST/g; s/[0-9]+ bytes/N bytes/g'
audit oci:layout
stdout <<-'END'
	note: layer 0: expected sha256:DIGEST, N bytes, found sha256:DIGEST, N bytes, the same uncompressed
	note: manifest: expected sha256:DIGEST, found sha256:DIGEST
	verdict: identical (linux/amd64; 2 notes)
END
audit --strict oci:layout
status 1
stdout <<-'END'
	layer 0: expected sha256:DIGEST, N bytes, found sha256:DIGEST, N bytes, the same uncompressed
	manifest: expected sha256:DIGEST, found sha256:DIGEST
	verdict: different (linux/amd64; 2 differences; strict)
END

begin 'so is one by zstd, in a layout and in an archive'
make image -p linux/amd64 --compress zstd -o oci:layout
make image -p linux/amd64 --compress zstd -o docker-archive:image.tar
for place in oci:layout docker-archive:image.tar; do
	filter 's/[0-9a-f]{64}/DIGEST/g; s/[0-9]+ bytes/N bytes/g'
	audit "$place"
	stdout <<-'END'
		note: layer 0: expected sha256:DIGEST, N bytes, found sha256:DIGEST, N bytes, the same uncompressed
		note: manifest: expected sha256:DIGEST, found sha256:DIGEST
		verdict: identical (linux/amd64; 2 notes)
	END
done

begin 'podman compresses anew and writes a manifest with its keys in another order'
make image -p linux/amd64 -o oci:layout
python3 - <<-'END'
	import gzip, hashlib, json, os
	def blob(digest):
	    return "layout/blobs/sha256/" + digest.removeprefix("sha256:")
	def put(descriptor, content):
	    os.remove(blob(descriptor["digest"]))
	    descriptor.update(digest="sha256:" + hashlib.sha256(content).hexdigest(), size=len(content))
	    open(blob(descriptor["digest"]), "wb").write(content)
	index = json.load(open("layout/index.json"))
	manifest = json.load(open(blob(index["manifests"][0]["digest"])))
	layer = manifest["layers"][0]
	put(layer, gzip.compress(gzip.open(blob(layer["digest"])).read(), 1, mtime=0))
	put(index["manifests"][0], json.dumps(manifest, sort_keys=True).encode())
	json.dump(index, open("layout/index.json", "w"))
END
filter 's/[0-9a-f]{64}/DIGEST/g; s/[0-9]+ bytes/N bytes/g'
audit --ignore index oci:layout
status 1
stdout <<-'END'
	note: layer 0: expected sha256:DIGEST, N bytes, found sha256:DIGEST, N bytes, the same uncompressed
	manifest: expected sha256:DIGEST, found sha256:DIGEST, written differently
	verdict: different (linux/amd64; 1 difference; 1 note; ignored: index)
END

begin 'the tag is a note, unless it is named'
make image -p linux/amd64 -o oci:layout:test
audit oci:layout
stdout <<-'END'
	note: index descriptor/annotations/org.opencontainers.image.ref.name: expected "1.0", found "test"
	verdict: identical (linux/amd64; 1 note)
END
audit oci:layout:test
stdout <<<'verdict: identical (linux/amd64)'
audit oci:layout:other
status 8
stderr <<<"bundler: cannot read 'layout': it has no image with the tag 'other'"

begin 'an image is chosen by its whole name, too'
for form in oci-archive docker-archive; do
	make image -p linux/amd64 -o "$form:$form.tar"
	for name in tiny:1.0 docker.io/library/tiny:1.0; do
		audit "$form:$form.tar:$name"
		stdout <<<'verdict: identical (linux/amd64)'
		run bundler validate "$form:$form.tar:$name"
	done
	audit "$form:$form.tar:other/tiny:1.0"
	status 8
	stderr <<<"bundler: cannot read '$form.tar': it has no image with the name 'other/tiny:1.0'"
done
run bundler validate docker-archive:docker-archive.tar:other:1.0
status 1
stdout <<<"manifest.json: docker-archive: no image has the name 'other:1.0'"

begin "docker save's older archive"
make image -p linux/amd64 --compress none -o docker-archive:new.tar
mkdir new old
tar -C new -xf new.tar
python3 - <<-'END'
	import json, os, shutil
	manifest = json.load(open("new/manifest.json"))
	config, layer = manifest[0]["Config"], manifest[0]["Layers"][0]
	id = "0" * 64
	os.mkdir("old/" + id)
	shutil.copy("new/" + config, "old/" + os.path.basename(config) + ".json")
	shutil.copy("new/" + layer, f"old/{id}/layer.tar")
	for name, text in (("VERSION", "1.0"), ("json", "{}")):
	    open(f"old/{id}/{name}", "w").write(text)
	open("old/repositories", "w").write("{}")
	manifest[0].update(Config=os.path.basename(config) + ".json", Layers=[id + "/layer.tar"])
	json.dump(manifest, open("old/manifest.json", "w"))
END
tar -C old -cf old.tar .
filter 's/[0-9a-f]{64}/DIGEST/g; s/[0-9]+ bytes/N bytes/g'
audit docker-archive:old.tar
stdout <<-'END'
	note: layer 0: expected sha256:DIGEST, N bytes, found sha256:DIGEST, N bytes, the same uncompressed
	note: manifest: expected sha256:DIGEST, found nothing
	verdict: identical (linux/amd64; 2 notes)
END

begin 'what builders note is history, and what says nothing is a note'
make image -p linux/amd64 -o docker-archive:image.tar
mkdir image
tar -C image -xf image.tar
python3 - <<-'END'
	import hashlib, json
	manifest = json.load(open("image/manifest.json"))
	config = json.load(open("image/" + manifest[0]["Config"]))
	config.update(created="2026-01-01T00:00:00Z", docker_version="20.10.24", container="0",
	              container_config={"Cmd": ["/bin/sh"]})
	config["history"].insert(0, {"created_by": "ARG", "empty_layer": True})
	config["config"].update(User="", Volumes=None, Tty=False, OnBuild=[], Image="sha256:0")
	config["config"]["Env"].append("PATH=/bin")
	text = json.dumps(config)
	manifest[0]["Config"] = hashlib.sha256(text.encode()).hexdigest() + ".json"
	open("image/" + manifest[0]["Config"], "w").write(text)
	json.dump(manifest, open("image/manifest.json", "w"))
END
rm image/index.json image/oci-layout
tar -C image -cf built.tar manifest.json blobs "$(cd image && find . -name '*.json' ! -name manifest.json)"
filter 's/[0-9a-f]{64}/DIGEST/g'
run bundler audit --ignore file docker-archive:built.tar "${product[@]}"
status 1
stdout <<-'END'
	config /config/Env/1: expected nothing, found "PATH=/bin"
	note: config /config/OnBuild: expected nothing, found []
	note: config /config/Tty: expected nothing, found false
	note: config /config/User: expected nothing, found ""
	note: config /config/Volumes: expected nothing, found null
	history /config/Image: expected nothing, found "sha256:0"
	history /container: expected nothing, found "0"
	history /container_config: expected nothing, found {"Cmd":["/bin/sh"]}
	history /created: expected "2009-02-13T23:31:30Z", found "2026-01-01T00:00:00Z"
	history /docker_version: expected nothing, found "20.10.24"
	history /history/0/created: expected "2009-02-13T23:31:30Z", found nothing
	history /history/0/created_by: expected "bundler image", found "ARG"
	history /history/0/empty_layer: expected nothing, found true
	history /history/1: expected nothing, found {"created":"2009-02-13T23:31:30Z","created_by":"bundler image"}
	note: manifest: expected sha256:DIGEST, found nothing
	verdict: different (linux/amd64; 10 differences; 5 notes; ignored: file)
END
audit --ignore file,history,config docker-archive:built.tar
filter 's/[0-9a-f]{64}/DIGEST/g'
stdout <<-'END'
	note: manifest: expected sha256:DIGEST, found nothing
	verdict: identical (linux/amd64; 1 note; ignored: config, history, file)
END

begin 'two tables of contents that lead to different images'
make image -p linux/amd64 -o docker-archive:a.tar
make image -p linux/amd64 --flavour nonroot -o docker-archive:b.tar
mkdir a b
tar -C a -xf a.tar
tar -C b -xf b.tar
cp -n b/blobs/sha256/* a/blobs/sha256/
cp b/manifest.json a/
tar -C a -cf a.tar .
filter 's/[0-9a-f]{64}/DIGEST/g'
audit docker-archive:a.tar
status 1
stdout <<-'END'
	platform linux/amd64: expected nothing, found an image
	note: file blobs/sha256/DIGEST: expected nothing, found a file
	verdict: different (linux/amd64; 1 difference; 1 note)
END

begin 'what docker export adds'
make rootfs -p linux/amd64 -o trees
mkdir root
tar -C root -xf trees/linux-amd64.tar
mkdir -p root/dev/pts root/dev/shm root/proc root/sys
touch root/.dockerenv root/dev/console root/etc/hosts root/etc/hostname root/etc/resolv.conf
ln -s /proc/mounts root/etc/mtab
chmod 755 root/.dockerenv root/dev/console root/etc/host* root/etc/resolv.conf
tar -C root --owner=0 --group=0 --exclude=./home -cf export.tar .
tar -C root --owner=0 --group=0 -rf export.tar ./home --exclude=./home/nonroot
tar -C root --owner=65532 --group=65532 -rf export.tar ./home/nonroot
audit -p linux/amd64 --ignore runtime tar:export.tar
stdout <<<'verdict: identical (linux/amd64; ignored: runtime)'
run bundler audit -q -p linux/amd64 tar:export.tar "${product[@]}"
status 1
stdout <<<'verdict: different (linux/amd64; 13 differences)'
echo 127.0.0.1 evil >root/etc/hosts
tar -C root --owner=0 --group=0 -rf export.tar ./etc/hosts
audit -p linux/amd64 --ignore runtime tar:export.tar
status 1
stdout <<-'END'
	path /etc/hosts: expected nothing, found file
	verdict: different (linux/amd64; 1 difference; ignored: runtime)
END

begin 'fields that are ignored are always said'
make rootfs -p linux/amd64 -o trees
chmod 700 trees/linux-amd64/tmp
touch trees/linux-amd64/tiny
audit --ignore mode,time,owner -p linux/amd64 dir:trees/linux-amd64
stdout <<<'verdict: identical (linux/amd64; ignored: mode, owner, time)'
audit -q --ignore time,owner --ignore time -p linux/amd64 dir:trees/linux-amd64
status 1
stdout <<<'verdict: different (linux/amd64; 1 difference; ignored: owner, time)'
audit --ignore size,colour dir:trees/linux-amd64
status 2
stderr <<-'END'
	bundler: cannot ignore 'colour': no such field
	hint: fields are path, type, mode, owner, time, size, content, link, attribute, platform, config, history, annotation, layer, manifest, index, file, runtime
END

begin 'JSON'
make image -p linux/amd64 -o oci:layout:test
printf 'x' >"layout/$(printf 'ev\033il\xff')"
audit --json --ignore mode oci:layout
stdout <<-'END'
	{
	  "name": "tiny",
	  "version": "1.0",
	  "release": "official",
	  "epoch": 1234567890,
	  "platforms": [
	    "linux/amd64"
	  ],
	  "ignored": [
	    "mode"
	  ],
	  "strict": false,
	  "identical": true,
	  "differences": 0,
	  "notes": 2,
	  "findings": [
	    {
	      "field": "index",
	      "subject": "descriptor/annotations/org.opencontainers.image.ref.name",
	      "expected": "\"1.0\"",
	      "found": "\"test\"",
	      "note": true
	    },
	    {
	      "field": "file",
	      "subject": "ev\\x1bil\\xff",
	      "expected": null,
	      "found": "a file",
	      "note": true
	    }
	  ]
	}
END
make rootfs -p linux/arm64 -o trees
printf 'port: 4223\n' >trees/linux-arm64/etc/tiny.conf
audit --json --ignore time,owner -p linux/arm64 dir:trees/linux-arm64
status 1
stdout <<END
{
  "name": "tiny",
  "version": "1.0",
  "release": "official",
  "epoch": 1234567890,
  "platforms": [
    "linux/arm64"
  ],
  "ignored": [
    "owner",
    "time"
  ],
  "strict": false,
  "identical": false,
  "differences": 1,
  "notes": 0,
  "findings": [
    {
      "field": "content",
      "subject": "/etc/tiny.conf",
      "expected": "sha256:$(echo 'port: 4222' | sha256sum | cut -d' ' -f1)",
      "found": "sha256:$(echo 'port: 4223' | sha256sum | cut -d' ' -f1)",
      "offset": 9,
      "note": false
    }
  ]
}
END

begin 'another time than the lock says'
make image -p linux/amd64 -o oci:layout
SOURCE_DATE_EPOCH=1000000000 run bundler audit -q oci:layout "${product[@]}"
status 1
stdout <<<'verdict: different (linux/amd64; 17 differences)'

begin 'nothing is written, and nothing left behind'
make image -p linux/amd64 -o oci:layout
mkdir tmp
cp -a layout copy
TMPDIR=$PWD/tmp run bundler audit oci:layout "${product[@]}"
stdout <<<'verdict: identical (linux/amd64)'
check diff -r copy layout
files tmp </dev/null
TMPDIR=$PWD/none run bundler audit oci:layout "${product[@]}"
status 9
stderr <<-END
	bundler: cannot open '$PWD/none': No such file or directory
	hint: TMPDIR says where large files are kept
END

begin 'an archive that is not in the cache'
make image -p linux/amd64 -o oci:layout
run bundler audit --cache empty --offline oci:layout "$scratch/product/tiny.yaml"
status 4
stderr <<-'END'
	bundler: cannot fetch 'tiny-1.0-linux-amd64.tar.gz': it is not in the cache
	hint: run once without --offline
END
run bundler audit --cache empty --mirror "file://$scratch/product/mirror" oci:layout \
	"$scratch/product/tiny.yaml"
stdout <<<'verdict: identical (linux/amd64)'

refused() { # refused STATUS MESSAGE ARGUMENT...
	local status=$1 message=$2
	shift 2
	audit "$@"
	status "$status"
	stderr <<<"bundler: $message"
}

begin 'what cannot be audited'
make image -p linux/amd64 -o oci:layout
run bundler audit
status 2
stderr <<<'bundler: cannot audit: no place is given'
refused 2 "cannot use platform 'linux/mips64le': recipe '$scratch/product/tiny.yaml' does not list it" \
	-p linux/mips64le oci:layout
refused 2 "cannot audit 'dir:trees': it can be of one platform only" \
	-p linux/amd64 -p linux/arm64 dir:trees
refused 2 "cannot use flavour 'none': recipe '$scratch/product/tiny.yaml' does not have it" \
	--flavour none oci:layout
refused 2 "cannot use style 'none': it is not 'doi'" --style none oci:layout
refused 9 "cannot read 'none': No such file or directory" oci:none
refused 9 "cannot read 'none': No such file or directory" -p linux/amd64 dir:none
refused 9 "cannot read 'layout': not a regular file" -p linux/amd64 tar:layout
refused 9 "cannot read 'layout': not a regular file
hint: a layout in a directory is oci:DIR" oci-archive:layout
refused 9 "cannot read 'layout/index.json': Not a directory
hint: an archive is oci-archive:FILE or docker-archive:FILE" oci:layout/index.json
refused 8 "cannot read 'empty': it has no table of contents
hint: a root file system is dir:DIR, or tar:FILE in an archive" oci:"$(mkdir -p empty && echo empty)"
mkfifo fifo
TEST_TIMEOUT=5 refused 9 "cannot read 'fifo': not a regular file" -p linux/amd64 tar:fifo
TEST_TIMEOUT=5 refused 9 "cannot read 'fifo': not a regular file" oci-archive:fifo
head -c 1000 layout/index.json >cut.tar
refused 8 "cannot read 'cut.tar': it is truncated" -p linux/amd64 tar:cut.tar

finish
