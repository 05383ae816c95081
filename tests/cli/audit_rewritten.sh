#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler audit of what other tools have written anew: what says the same in other bytes is a note,
# what says something else is a difference.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product
audit() { run bundler audit "$@" "${product[@]}"; }

begin 'another compressor is said, and counts with --strict'
make image -p linux/amd64 --compress none -o oci:layout
filter 's/[0-9a-f]{64}/DIGEST/g; s/[0-9]+ bytes/N bytes/g'
audit oci:layout
stdout <<-'END'
	note: layer 0: expected sha256:DIGEST, N bytes, found sha256:DIGEST, N bytes, the same uncompressed
	note: manifest: expected sha256:DIGEST, found sha256:DIGEST
	note: manifest layers/0/mediaType: expected "application/vnd.oci.image.layer.v1.tar+gzip", found "application/vnd.oci.image.layer.v1.tar", written differently
	verdict: equivalent (linux/amd64; 3 notes)
END
audit --strict oci:layout
status 1
stdout <<-'END'
	layer 0: expected sha256:DIGEST, N bytes, found sha256:DIGEST, N bytes, the same uncompressed
	manifest: expected sha256:DIGEST, found sha256:DIGEST
	manifest layers/0/mediaType: expected "application/vnd.oci.image.layer.v1.tar+gzip", found "application/vnd.oci.image.layer.v1.tar", written differently
	verdict: different (linux/amd64; 3 differences; strict)
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
		note: manifest layers/0/mediaType: expected "application/vnd.oci.image.layer.v1.tar+gzip", found "application/vnd.oci.image.layer.v1.tar+zstd", written differently
		verdict: equivalent (linux/amd64; 3 notes)
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
stdout <<-'END'
	note: layer 0: expected sha256:DIGEST, N bytes, found sha256:DIGEST, N bytes, the same uncompressed
	note: manifest: expected sha256:DIGEST, found sha256:DIGEST
	verdict: equivalent (linux/amd64; 2 notes; ignored: index)
END

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
	verdict: equivalent (linux/amd64; 2 notes)
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
	note: config: expected sha256:DIGEST, found sha256:DIGEST
	config /config/Env/PATH: expected nothing, found "/bin"
	note: history /config/Image: expected nothing, found "sha256:0"
	note: history /container: expected nothing, found "0"
	note: history /container_config: expected nothing, found 1 entry
	note: history /created: expected "2009-02-13T23:31:30Z", found "2026-01-01T00:00:00Z"
	note: history /docker_version: expected nothing, found "20.10.24"
	note: history /history: expected 1 entry, found 2 entries
	note: manifest: expected sha256:DIGEST, found nothing
	verdict: different (linux/amd64; 1 difference; 8 notes; ignored: file)
END
filter 's/[0-9a-f]{64}/DIGEST/g'
audit --ignore file,history,config:/config/Env/PATH docker-archive:built.tar
stdout <<-'END'
	note: config: expected sha256:DIGEST, found sha256:DIGEST
	note: manifest: expected sha256:DIGEST, found nothing
	verdict: equivalent (linux/amd64; 2 notes; ignored: config:/config/Env/PATH, history, file)
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
audit -p linux/amd64 --ignore runtime,time tar:export.tar
stdout <<<'verdict: identical (linux/amd64; ignored: time, runtime)'
audit -q -p linux/amd64 tar:export.tar
stdout <<<'verdict: equivalent (linux/amd64; 13 notes)'
echo 127.0.0.1 evil >root/etc/hosts
tar -C root --owner=0 --group=0 -rf export.tar ./etc/hosts
audit -p linux/amd64 --ignore runtime,time tar:export.tar
status 1
stdout <<-'END'
	path /etc/hosts: expected nothing, found file
	verdict: different (linux/amd64; 1 difference; ignored: time, runtime)
END

finish
