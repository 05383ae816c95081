#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler audit and diff: identical, equivalent or different. Each case changes one thing in an
# image that bundler made; audit finds it, and diff with the unchanged image, in both directions.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product
cat >"$scratch/rewrite.py" <<'END'
# rewrite.py CHANGE: makes the layout in "layout" anew, with a change that is Python over index,
# manifest, config, run (config's "config") and members, [(tarfile.TarInfo, bytes)] of each layer.
import copy, gzip, hashlib, io, json, os, sys, tarfile

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
blobs, pretty = {}, [False]

def put(data):
    if not isinstance(data, bytes):
        data = json.dumps(data, indent=3 if pretty[0] else None, separators=(",", ":")).encode()
    digest = hashlib.sha256(data).hexdigest()
    blobs[digest] = data
    return {"digest": "sha256:" + digest, "size": len(data)}

def get(descriptor):
    return open("layout/blobs/sha256/" + descriptor["digest"][7:], "rb").read()

def pack(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()

def member(name, type=tarfile.REGTYPE, mode=0o644, data=b"", **others):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.size = type, mode, len(data)
    for key, value in others.items():
        setattr(info, key, value)
    return info, data

def find(name):
    return next(i for l in layers for i, _ in l if i.name.strip("/") == name)

index = json.load(open("layout/index.json"))
entry = index["manifests"][0]
manifest = json.loads(get(entry))
config = json.loads(get(manifest["config"]))
run = config["config"]
layers = []
for layer in manifest["layers"]:
    tar = tarfile.open(fileobj=io.BytesIO(gzip.decompress(get(layer))))
    layers.append([(i, tar.extractfile(i).read() if i.isreg() else b"") for i in tar])
state = lambda: [[(i.get_info(), i.pax_headers, d) for i, d in l] for l in layers]
before = copy.deepcopy(state())
exec(sys.argv[1])
if before != state():
    manifest["layers"], config["rootfs"]["diff_ids"] = [], []
    for members in layers:
        tar = pack(members)
        manifest["layers"].append({
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
            **put(gzip.compress(tar, 6, mtime=0))})
        config["rootfs"]["diff_ids"].append("sha256:" + hashlib.sha256(tar).hexdigest())
    config.pop("history", None)
else:
    for layer in manifest["layers"]:
        put(get(layer))
manifest["config"].update(put(config))
entry.update(put(manifest))
os.system("rm -r layout/blobs/sha256/*")
for digest, data in blobs.items():
    open("layout/blobs/sha256/" + digest, "wb").write(data)
json.dump(index, open("layout/index.json", "w"))
END

# becomes VERDICT CHANGE: what audit and diff say of the image with that change.
becomes() {
	rm -rf layout original
	make image -p linux/amd64 -o oci:original
	cp -a original layout
	check python3 "$scratch/rewrite.py" "$2"
	local expected=0
	[ "$1" = different ] && expected=1
	for command in "audit oci:layout" "diff oci:original oci:layout" "diff oci:layout oci:original"; do
		local words
		read -ra words <<<"$command"
		if [ "${words[0]}" = audit ]; then
			words+=("${product[@]}")
		fi
		run bundler "${words[@]}"
		filter '/^verdict/!d; s/verdict: ([a-z]+).*/\1/'
		status "$expected"
		stdout <<<"$1"
	done
}

begin 'the same'
becomes identical ''

begin 'JSON that is written differently'
becomes equivalent 'pretty[0] = True'

begin "Docker's media types"
becomes equivalent '
DOCKER = "application/vnd.docker."
manifest["mediaType"] = entry["mediaType"] = DOCKER + "distribution.manifest.v2+json"
manifest["config"]["mediaType"] = DOCKER + "container.image.v1+json"
manifest["layers"][0]["mediaType"] = DOCKER + "image.rootfs.diff.tar.gzip"'

begin 'history, and when it was made'
becomes equivalent 'config["created"] = "2026-01-01T00:00:00Z"; config["history"] = [{"created_by": "ADD"}]'

begin 'annotations'
becomes equivalent 'del manifest["annotations"]'
becomes equivalent 'manifest["annotations"]["more"] = "text"'

begin 'times'
becomes equivalent 'for i, _ in layers[0]: i.mtime = 1700000000'

begin 'files in more layers, and layers without files'
becomes equivalent 'layers.append([layers[0].pop()])'
becomes equivalent 'layers.append([])'

begin 'what whiteouts hide'
becomes equivalent 'layers[0].insert(0, member("rubbish", data=b"x")); layers.append([member(".wh.rubbish")])'
becomes different 'layers.append([member("etc/.wh.tiny.conf")])'

begin 'what engines take anyway'
becomes equivalent 'run["Env"].append("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")'
becomes equivalent 'del run["WorkingDir"]; run["Volumes"] = None; run["User"] = ""'
becomes equivalent 'run["ExposedPorts"]["4222"] = run["ExposedPorts"].pop("4222/tcp")'
becomes equivalent 'config["variant"] = "v1"'

begin 'the marks of builders'
becomes equivalent 'run["Labels"]["io.buildah.version"] = "1.28.2"; run["Hostname"] = "4711"'
becomes equivalent 'run["Labels"]["bundler.release"] = "unknown"'

begin 'an attestation, a referrer, a second name'
becomes identical '
attestation = {"schemaVersion": 2, "mediaType": MANIFEST, "layers": [
    {"mediaType": "application/vnd.in-toto+json", **put(b"{}")}],
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
               **put({"architecture": "unknown", "os": "unknown", "rootfs": {"type": "layers", "diff_ids": []}})}}
index["manifests"].append({"mediaType": MANIFEST, **put(attestation),
    "platform": {"architecture": "unknown", "os": "unknown"},
    "annotations": {"vnd.docker.reference.type": "attestation-manifest"}})'
becomes identical '
signature = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/vnd.example", "layers": [
    {"mediaType": "application/vnd.example", **put(b"{}")}],
    "config": {"mediaType": "application/vnd.oci.empty.v1+json", **put(b"{}")},
    "subject": {key: entry[key] for key in ("mediaType", "digest", "size")}}
index["manifests"].append({"mediaType": MANIFEST, **put(signature)})'
becomes identical '
index["manifests"].append(entry)'

begin 'another image that an engine would run is not an attestation'
becomes different '
evil = json.loads(get(manifest["config"])); evil["config"]["Entrypoint"] = ["/evil"]
other = {**manifest, "config": {**manifest["config"], **put(evil)}, "artifactType": "application/vnd.example"}
index["manifests"].insert(0, {"mediaType": MANIFEST, **put(other), "platform": {"architecture": "amd64", "os": "linux"},
    "annotations": {"vnd.docker.reference.type": "attestation-manifest"}})'

becomes different '
other = {**manifest, "config": {**manifest["config"], "mediaType": "application/vnd.example"}}
index["manifests"].insert(0, {"mediaType": MANIFEST, **put(other), "platform": {"architecture": "amd64", "os": "linux"}})
put(config)'
becomes different '
other = {**manifest, "annotations": {}}
index["manifests"].insert(0, {"mediaType": MANIFEST, **put(other), "platform": {"architecture": "", "os": ""}})'

begin 'an image is none of its referrers, however its platform is said'
make image -p linux/amd64 -o oci:layout
python3 "$scratch/rewrite.py" '
other = {**manifest, "config": {**manifest["config"], "mediaType": "application/vnd.example"}}
index["manifests"].insert(0, {"mediaType": MANIFEST, **put(other), "Platform": {"architecture": "amd64", "os": "linux"}})'
run bundler audit oci:layout "${product[@]}"
status 8
stderr <<-'END'
	bundler: cannot read 'index.json' in 'layout': key 'Platform' is another one for readers that ignore case
END
becomes different '
evil = json.loads(get(manifest["config"])); evil["config"]["Entrypoint"] = ["/evil"]; evil["OS"] = evil.pop("os")
other = {**manifest, "config": {**manifest["config"], **put(evil)}, "artifactType": "application/vnd.example"}
index["manifests"].insert(0, {"mediaType": MANIFEST, **put(other)})'
becomes different '
evil = json.loads(get(manifest["config"])); evil["config"]["Entrypoint"] = ["/evil"]; del evil["os"]
other = {**manifest, "config": {**manifest["config"], **put(evil)}, "artifactType": "application/vnd.example"}
index["manifests"].insert(0, {"mediaType": MANIFEST, **put(other)})'
becomes different '
evil = json.loads(get(manifest["config"])); evil["config"]["Entrypoint"] = ["/evil"]
other = {**manifest, "config": {**put(evil), "mediaType": "application/vnd.example"}}
index["manifests"].insert(0, {"mediaType": MANIFEST, **put(other)})'
becomes different '
evil = json.loads(get(manifest["config"])); evil["config"]["Entrypoint"] = ["/evil"]
other = {**manifest, "config": {**manifest["config"], **put(evil)}}
index["manifests"].insert(0, {"mediaType": MANIFEST, **put(other), "platform": {"architecture": "unknown", "os": "unknown"},
    "annotations": {"org.opencontainers.image.ref.name": "tiny"}})'
becomes different '
evil = json.loads(get(manifest["config"])); evil["config"]["Entrypoint"] = ["/evil"]; evil["os"] = "unknown"
other = {**manifest, "config": {**manifest["config"], **put(evil)}, "artifactType": "application/vnd.example"}
index["manifests"].insert(0, {"mediaType": MANIFEST, **put(other),
    "annotations": {"org.opencontainers.image.ref.name": "tiny"}})'

begin 'values that engines refuse or take otherwise'
becomes different 'run["Env"] = dict(e.split("=", 1) for e in run["Env"])'
becomes different '
manifest["config"]["mediaType"] = "application/vnd.example"
entry["platform"] = {"architecture": "amd64", "os": "linux"}'
becomes different 'manifest["layers"][0]["mediaType"] = "application/vnd.example"'
becomes different 'manifest["mediaType"] = "application/vnd.oci.image.index.v1+json"'
rm -r layout
cp -a original layout
python3 "$scratch/rewrite.py" 'del run["Cmd"]'
cp -a layout without
python3 "$scratch/rewrite.py" 'run["Cmd"] = ""'
filter 's/ \(.*//'
run bundler diff -q oci:layout oci:without
status 1
stdout <<<'verdict: different'

begin 'how it is run'
becomes different 'run["Entrypoint"] = ["/evil"]'
becomes different 'run["Cmd"].append("-DV")'
becomes different 'run["Env"].append("LD_PRELOAD=/evil.so")'
becomes different 'run["Env"].append("TINY_MORE=")'
becomes different 'run["Cmd"].append("")'
becomes different 'run["Env"][0] = "TINY=2"'
becomes different 'run["Env"].append("TINY=2")'
becomes different 'run["Env"].append("PATH=/evil")'
becomes different 'run["User"] = "65532"'
becomes different 'run["WorkingDir"] = "/tmp"'
becomes different 'del run["ExposedPorts"]["53/udp"]'
becomes different 'run["Volumes"] = {"/data": {}}'
becomes different 'run["StopSignal"] = "SIGKILL"'
becomes different 'run["Healthcheck"] = {"Test": ["CMD", "/tiny"]}'
becomes different 'run["Labels"]["org.opencontainers.image.version"] = "1.1"'
becomes different 'del run["Labels"]["org.opencontainers.image.title"]'
becomes different 'config["architecture"] = "arm64"'

begin 'files'
becomes different 'find("tiny").mode = 0o4755'
becomes different 'find("etc/tiny.conf").uid = 1'
becomes different 'find("etc/alias.conf").linkname = "tiny"'
becomes different 'layers.append([member("etc/more")])'
becomes different 'find("tiny").pax_headers = {"SCHILY.xattr.user.a": "b"}'

begin 'what another reader may understand otherwise'
becomes different 'run["entrypoint"] = ["/evil"]'
becomes different 'config["Config"] = {"Entrypoint": ["/evil"]}'
becomes different 'manifest["Layers"] = []'
becomes different 'manifest["more"] = 1'
becomes different 'config["rootfs"]["diff_ids"] = ["sha256:" + "0" * 64]'

begin 'a tag on two images for one platform'
make image -p linux/amd64 -o oci:layout:one
python3 "$scratch/rewrite.py" '
other = {**manifest, "annotations": {}}
index["manifests"].append({**entry, **put(other)})
put(get(manifest["config"]))'
filter 's/[0-9a-f]{64}/DIGEST/g'
run bundler audit oci:layout:one "${product[@]}"
status 8
stderr <<-'END'
	bundler: cannot choose 'one' in 'layout': two images for linux/amd64 have it, sha256:DIGEST and sha256:DIGEST
END

begin 'images for one platform that are exchanged: by name, without names the first is taken'
# exchange VERDICT WHERE NAME OTHER: beside the image, another one at WHERE in the index.
exchange() {
	rm -rf layout
	make image -p linux/amd64 -o oci:layout
	check python3 "$scratch/rewrite.py" '
evil = json.loads(get(manifest["config"])); evil["config"]["Entrypoint"] = ["/evil"]
bad = {"mediaType": MANIFEST, **put({**manifest, "config": {**manifest["config"], **put(evil)}})}
for descriptor, name in (entry, "'"$3"'"), (bad, "'"$4"'"):
    descriptor["annotations"] = {"org.opencontainers.image.ref.name": name} if name else {}
index["manifests"].insert('"$2"', bad)'
	if [ ! -d first ]; then
		cp -a layout first
	fi
	filter '/^verdict/!d; s/ \(.*//'
	run bundler diff oci:first oci:layout
	status "$([ "$1" = different ] && echo 1 || echo 0)"
	stdout <<<"verdict: $1"
}
exchange identical 1 one two
exchange identical 0 one two
exchange different 1 two one
rm -r first
exchange identical 1 '' ''
exchange different 0 '' ''

begin 'what cannot be read is not ignored'
make image -p linux/amd64 -o oci:layout
python3 "$scratch/rewrite.py" '' && rm "$(grep -l -a -m 1 -r $'^\x1f\x8b' layout/blobs)"
for field in layer 'layer, file'; do
	run bundler audit -q --ignore "${field/ /}" oci:layout "${product[@]}"
	status 1
	stdout <<<"verdict: different (linux/amd64; 2 differences; 1 note; ignored: $field)"
done

begin 'what may not be ignored'
make image -p linux/amd64 -o oci:layout
for field in config config:/config config:/config// config:/ platform path:/ content:/; do
	run bundler audit --ignore "$field" oci:layout "${product[@]}"
	status 2
	stderr <<-END
		bundler: cannot ignore all of '${field%%:*}': nothing would be left to compare
		hint: name a path or a member, such as config:/config/Env/PATH, or add --force
	END
done
run bundler audit --ignore config --force oci:layout "${product[@]}"
stdout <<<'verdict: identical (linux/amd64; ignored: config)'
run bundler audit --ignore time,config:/config/Env/A,B,mode oci:layout "${product[@]}"
stdout <<<'verdict: identical (linux/amd64; ignored: mode, time, config:/config/Env/A,B)'
run bundler audit --require different oci:layout "${product[@]}"
status 2
stderr <<<"bundler: cannot require 'different': a verdict is 'equivalent' or 'identical'"

finish
