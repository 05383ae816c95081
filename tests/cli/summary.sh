#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler audit --attest: a summary after an audit that has passed, and none after any other.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product
options=("${product[@]:0:${#product[@]}-1}")
recipe=${product[-1]}
lock_digest=$(sha256sum <"$scratch/product/tiny.lock.json" | cut -d ' ' -f 1)

# value FILE KEY...: a value of a statement, as JSON.
value() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: value = value[int(key) if key.isdigit() else key]
print(json.dumps(value))' "$@"; }
levels() { value "$1" predicate verifiedLevels; }
# digests LAYOUT: of its index and its images, without the algorithm, a line each.
digests() { python3 -c 'import json, sys
top = json.load(open(sys.argv[1] + "/index.json"))["manifests"][0]["digest"].split(":")[1]
print(top)
for image in json.load(open(sys.argv[1] + "/blobs/sha256/" + top)).get("manifests", []): print(image["digest"].split(":")[1])' "$1"; }
subjects() { python3 -c 'import json, sys
for subject in json.load(open(sys.argv[1]))["subject"]: print(subject["digest"]["sha256"])' "$1"; }
audit() { run bundler audit -q "${options[@]}" "$@" "$recipe"; }
passed() { stdout <<<"verdict: $1"; }

begin 'the whole statement, after identical'
make image -p linux/amd64 -o oci:image:1.0
digest=$(digests image)
audit --attest summary.json oci:image:1.0
passed 'identical (linux/amd64)'
check test "$(cat summary.json)" = '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"pkg:oci/tiny@sha256:'"$digest"'?arch=amd64","digest":{"sha256":"'"$digest"'"}}],"predicateType":"https://slsa.dev/verification_summary/v1","predicate":{"verifier":{"id":"https://bundler.example/verifiers/audit/v'"$(bundler version | cut -d ' ' -f 2)"'"},"resourceUri":"pkg:oci/tiny@sha256:'"$digest"'?arch=amd64","policy":{"uri":"tiny.lock.json","digest":{"sha256":"'"$lock_digest"'"}},"verificationResult":"PASSED","verifiedLevels":["BUNDLER_REPRODUCED"]}}'
check test "$(stat -c %a summary.json)" = 644

begin 'the same bytes every time, also from elsewhere'
make image -o oci:image:1.0
audit --attest one.json oci:image:1.0
passed 'identical (linux/amd64, linux/arm64, linux/arm/v7)'
mkdir elsewhere
cp -r image elsewhere/other
(umask 077 && cd elsewhere && TZ=Asia/Tokyo bundler audit -q "${options[@]}" --attest ../two.json oci:other "$recipe" >/dev/null)
check cmp one.json two.json

begin 'about the index and its images; with -p, about those images alone'
make image -o oci:image:1.0
audit --attest all.json oci:image:1.0
passed 'identical (linux/amd64, linux/arm64, linux/arm/v7)'
check test "$(subjects all.json)" = "$(digests image)"
check test "$(subjects all.json | wc -l)" -eq 4
audit -p linux/arm64 --attest arm.json oci:image:1.0
passed 'identical (linux/arm64)'
check test "$(subjects arm.json)" = "$(digests image | sed -n 3p)"

begin 'the level follows the verdict and what was ignored'
make image -p linux/amd64 -o oci:image:1.0
make image -p linux/amd64 --compress zstd -o oci:packed:1.0
audit --attest summary.json oci:packed:1.0
passed 'equivalent (linux/amd64; 3 notes)'
check test "$(levels summary.json)" = '["BUNDLER_EQUIVALENT"]'
audit --ignore manifest,layer --attest summary.json oci:packed:1.0
passed 'identical (linux/amd64; ignored: layer, manifest)'
check test "$(levels summary.json)" = '["BUNDLER_EQUIVALENT", "BUNDLER_IGNORED_LAYER", "BUNDLER_IGNORED_MANIFEST"]'
audit --ignore history --attest summary.json oci:image:1.0
passed 'identical (linux/amd64; ignored: history)'
check test "$(levels summary.json)" = '["BUNDLER_EQUIVALENT", "BUNDLER_IGNORED_HISTORY"]'

begin 'no summary of an audit that has not passed'
make image -p linux/amd64 -o oci:image:1.0
make image -p linux/amd64 --compress zstd -o oci:packed:1.0
make image -p linux/amd64 --flavour nonroot -o oci:other:1.0
audit --attest summary.json oci:other:1.0
status 1
stdout_stated=1
audit --require identical --attest summary.json oci:packed:1.0
status 1
stdout <<<'verdict: equivalent (linux/amd64; 3 notes; identical is required)'
audit --strict --attest summary.json oci:packed:1.0
status 1
stdout_stated=1
audit --attest summary.json oci:missing
status 9
stderr_stated=1
check test ! -e summary.json

begin 'nothing is attested that hides what runs, or was not built again'
make image -p linux/amd64 -o oci:image:1.0
for field in content path type mode owner size link attribute runtime index config:/config/Labels/x content:/etc/x; do
	audit --ignore $field --attest summary.json oci:image:1.0
	status 2
	stderr <<-END
		bundler: cannot attest with --ignore ${field%%:*}: it can hide what runs
		hint: time, history, annotation, layer, manifest and file can be ignored
	END
done
audit --ignore platform --force --attest summary.json oci:image:1.0
status 2
stderr_stated=1
audit --pinned --attest summary.json oci:image:1.0
status 2
stderr <<<'bundler: cannot attest with --pinned: nothing is built again'
for place in docker://registry.example/tiny:1.0 oci:image; do
	audit --attest $place oci:image:1.0
	status 2
	stderr <<-END
		bundler: cannot attest to '$place': a summary is a file
		hint: 'bundler attest --attest summary' puts one beside an image
	END
done
mkdir tree
audit --attest summary.json dir:tree
status 2
stderr <<<"bundler: cannot attest 'tree': a tree has no digest of its own"
check test ! -e summary.json

begin 'an archive of docker save without manifests has no digest'
make image -p linux/amd64 -o docker-archive:image.tar:1.0
mkdir unpacked
check tar -C unpacked -xf image.tar
rm -f unpacked/index.json unpacked/oci-layout
check tar -C unpacked -cf old.tar .
audit --attest summary.json docker-archive:old.tar
status 8
stderr <<-'END'
	bundler: cannot attest the image for 'linux/amd64': it has no manifest, so no digest
	hint: an image in a registry or a layout has one
END
check test ! -e summary.json

begin 'a file that cannot be written is an error, and there is no verdict'
make image -p linux/amd64 -o oci:image:1.0
mkdir summary.json
audit --attest summary.json oci:image:1.0
status 9
stderr_stated=1

begin 'an old summary is replaced whole, and stays when the audit fails'
make image -p linux/amd64 -o oci:image:1.0
make image -p linux/amd64 --flavour nonroot -o oci:other:1.0
audit --attest summary.json oci:image:1.0
passed 'identical (linux/amd64)'
cp summary.json before
audit --attest summary.json oci:other:1.0
status 1
stdout_stated=1
check cmp summary.json before

begin 'the report says where it is'
make image -p linux/amd64 -o oci:image:1.0
run bundler audit --json "${options[@]}" --attest summary.json oci:image:1.0 "$recipe"
cp "$scratch/stdout" report
stdout_stated=1
check test "$(value report summary)" = '{"file": "summary.json", "level": "BUNDLER_REPRODUCED", "subject": "sha256:'"$(digests image)"'"}'

# proof RESULT...: of the programs that the release has, a row for each platform in turn.
proof() {
	python3 - "$scratch/product/mirror" "$@" <<-'END'
	import hashlib, json, sys, tarfile
	mirror, results = sys.argv[1], sys.argv[2:]
	levels = {"proved": "BUNDLER_SOURCE_REPRODUCED",
	          "proved but for the vcs stamps": "BUNDLER_SOURCE_REPRODUCED_BUT_VCS"}
	rows = []
	for result, target in zip(results, ("amd64", "arm64", "arm7")):
	    with tarfile.open(f"{mirror}/tiny-1.0-linux-{target}.tar.gz") as archive:
	        program = archive.extractfile(f"tiny-1.0-linux-{target}/tiny").read()
	    row = {"platform": "linux/" + target.replace("arm7", "arm/v7"), "path": "/tiny",
	           "sha256": hashlib.sha256(program).hexdigest(), "result": result}
	    if result in levels:
	        row["level"] = levels[result]
	    rows.append(row)
	print(json.dumps({"schema": 1, "programs": rows}))
	END
}
stamped='proved but for the vcs stamps'

begin 'what is proved of the programs is one more level, the lowest of all'
make image -o oci:image:1.0
proof proved proved proved >proof.json
audit --attest summary.json --proved proof.json oci:image:1.0
passed 'identical (linux/amd64, linux/arm64, linux/arm/v7)'
check test "$(levels summary.json)" = '["BUNDLER_REPRODUCED", "BUNDLER_SOURCE_REPRODUCED"]'
proof proved "$stamped" proved >proof.json
audit --attest summary.json --proved proof.json oci:image:1.0
passed 'identical (linux/amd64, linux/arm64, linux/arm/v7)'
check test "$(levels summary.json)" = '["BUNDLER_REPRODUCED", "BUNDLER_SOURCE_REPRODUCED_BUT_VCS"]'
audit -p linux/amd64 --ignore history --attest summary.json --proved proof.json oci:image:1.0
passed 'identical (linux/amd64; ignored: history)'
check test "$(levels summary.json)" = \
	'["BUNDLER_EQUIVALENT", "BUNDLER_IGNORED_HISTORY", "BUNDLER_SOURCE_REPRODUCED"]'
run bundler audit --json "${options[@]}" --attest summary.json --proved proof.json oci:image:1.0 "$recipe"
cp "$scratch/stdout" report
stdout_stated=1
check test "$(value report summary source)" = '"BUNDLER_SOURCE_REPRODUCED_BUT_VCS"'

begin 'a proof of other programs, or that proves nothing, is refused'
make image -o oci:image:1.0
refused() { # STATUS MESSAGE
	audit --attest summary.json --proved proof.json oci:image:1.0
	status "$1"
	stderr <<<"bundler: cannot use proof 'proof.json': $2"
	check test ! -e summary.json
}
proof proved proved proved | sed 's/"sha256": "..../"sha256": "0123/' >proof.json
audit --attest summary.json --proved proof.json oci:image:1.0
status 7
filter 's/[0-9a-f]{64}/DIGEST/'
stderr <<<"bundler: cannot use proof 'proof.json': '/tiny' for 'linux/amd64' has SHA-256 DIGEST, which is not that of the proof"
filter ''
proof proved proved >proof.json
refused 3 "it says nothing of '/tiny' for 'linux/arm/v7'"
proof proved different proved >proof.json
refused 3 "'/tiny' for 'linux/arm64' was not proved"
proof different proved proved | sed 's/"different"/"different", "level": "BUNDLER_SOURCE_REPRODUCED"/' >proof.json
refused 3 "'/tiny' for 'linux/amd64' was not proved"
echo '{"schema": 2, "programs": []}' >proof.json
refused 3 'it is not one of schema 1'
echo '{' >proof.json
refused 3 "line 2, column 0: string or '}' expected near end of file"
head -c 1048577 /dev/zero >proof.json
audit --attest summary.json --proved proof.json oci:image:1.0
status 10
stderr_stated=1
proof proved proved proved >proof.json
audit --proved proof.json oci:image:1.0
status 2
stderr <<<'bundler: cannot use --proved without --attest'
run bundler audit "${options[@]}" --attest summaries --proved proof.json --list list
status 2
stderr <<<'bundler: cannot use --proved with --list: it is about one recipe'

begin 'of a list: one for each image that passes, named by its digest'
make image -o oci:image:1.0
make image --compress zstd -o oci:packed:1.0
make image --flavour nonroot -o oci:other:1.0
printf "oci:%s:1.0 $recipe\n" image packed other image >list
run bundler audit "${options[@]}" --attest new/summaries --list list
status 1
stdout_stated=1
stderr <<<'note: 4 images: 2 identical, 1 equivalent, 1 different, 0 failed'
check test "$(ls new/summaries)" = "$(for i in image packed; do echo "sha256-$(digests $i | sed -n 1p).json"; done | sort)"
check test "$(levels "new/summaries/sha256-$(digests packed | sed -n 1p).json")" = '["BUNDLER_EQUIVALENT"]'
audit --attest alone.json oci:image:1.0
passed 'identical (linux/amd64, linux/arm64, linux/arm/v7)'
check cmp alone.json "new/summaries/sha256-$(digests image | sed -n 1p).json"
run bundler audit "${options[@]}" --ignore owner --attest new/summaries --list list
status 2
stderr_stated=1

finish
