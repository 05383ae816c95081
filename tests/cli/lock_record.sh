#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Results in the lock: how they get there, who checks them, and what is refused.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

make_product "$scratch/product"
lock=(--sums mirror/SHA256SUMS --cache cache --mirror "file://$PWD/mirror" tiny.yaml)
cd "$scratch/product" || exit
compressor=$(sed -n 's/.*libdeflate[ :]*\([0-9.]*\).*/\1/p' <<<"$("$BUNDLER" --version --verbose)")
SOURCE_DATE_EPOCH=1234567890 "$BUNDLER" lock --record --sums mirror/SHA256SUMS --cache cache \
	--mirror "file://$PWD/mirror" tiny.yaml >/dev/null
cd - >/dev/null || exit

# product: a copy of it, with results in its lock, here.
product() { cp -r "$scratch/product/." .; }
offline=(--cache cache --offline tiny.yaml)
lock=(--sums mirror/SHA256SUMS --cache cache --offline tiny.yaml)

# pinned PLATFORM KEY: what the lock here has.
pinned() {
	python3 -c 'import json, sys
for r in json.load(open("tiny.lock.json"))["results"]["platforms"]:
    if r["platform"] == sys.argv[1]: print(r[sys.argv[2]])' "$@"
}

# edit PYTHON: changes the lock here, whose document is l and its results r.
edit() {
	python3 -c 'import json, sys
l = json.load(open("tiny.lock.json"))
r = l.get("results")
exec(sys.argv[1])
open("tiny.lock.json", "w").write(json.dumps(l, indent=2) + "\n")' "$1"
}

begin 'the results are those that the other commands print'
product
run bundler rootfs -o trees "${offline[@]}"
stdout <<END
$(pinned linux/amd64 mtree)  trees/linux-amd64.mtree
$(pinned linux/arm64 mtree)  trees/linux-arm64.mtree
$(pinned linux/arm/v7 mtree)  trees/linux-arm-v7.mtree
END
run bundler image -o oci:layout "${offline[@]}"
stdout <<END
sha256:$(pinned linux/amd64 manifest)  linux/amd64
sha256:$(pinned linux/arm64 manifest)  linux/arm64
sha256:$(pinned linux/arm/v7 manifest)  linux/arm/v7
END
check test "$(pinned linux/arm64 diff_id)" = "$(sha256sum <trees/linux-arm64.tar | cut -d' ' -f1)"
run bundler audit oci:layout "${offline[@]}"
stdout <<<'verdict: identical (linux/amd64, linux/arm64, linux/arm/v7)'

begin 'image --from packs what rootfs has written, and needs nothing else'
product
run bundler rootfs -o trees "${offline[@]}"
stdout_stated=1
for how in '-o oci:' '--compress zstd -o oci:' '-p linux/arm64 --style doi -o oci:' '-o docker-archive:' \
	'-p linux/amd64 --flavour nonroot -o oci-archive:'; do
	# shellcheck disable=SC2086 # options
	run bundler image ${how}ours "${offline[@]}"
	stdout_stated=1
	# shellcheck disable=SC2086
	run bundler image --from trees --cache empty ${how}packed tiny.yaml
	stdout_stated=1
	check diff -r ours packed
	rm -rf ours packed
done
check test ! -e empty

begin 'image --from refuses what the lock does not pin'
product
run bundler rootfs -p linux/amd64 -o trees "${offline[@]}"
stdout_stated=1
from=(bundler image -p linux/amd64 --from trees -o oci:packed)
SOURCE_DATE_EPOCH=1 run "${from[@]}" tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use 'trees/linux-amd64.tar': lock 'tiny.lock.json' pins no layer for 'linux/amd64' at the time in SOURCE_DATE_EPOCH
	hint: 'bundler lock --record' builds the release and pins its layers; --lock uses another lock
END
cp trees/linux-amd64.tar whole.tar
for damage in 'printf x | dd conv=notrunc status=none bs=1 seek=700 of=trees/linux-amd64.tar' \
	'printf x >>trees/linux-amd64.tar' 'truncate -s -512 trees/linux-amd64.tar' \
	'truncate -s 0 trees/linux-amd64.tar'; do
	cp whole.tar trees/linux-amd64.tar
	eval "$damage"
	run "${from[@]}" tiny.yaml
	status 7
	stderr <<-'END'
		bundler: cannot use 'trees/linux-amd64.tar': its SHA-256 is not the one that lock 'tiny.lock.json' pins for the layer of 'linux/amd64'
	END
done
rm trees/linux-amd64.tar
run "${from[@]}" tiny.yaml
status 9
stderr <<-'END'
	bundler: cannot read 'trees/linux-amd64.tar': No such file or directory
	hint: 'bundler rootfs' makes it; to pack only some platforms, use --platform
END
mkfifo trees/linux-amd64.tar
run timeout 10 "${from[@]}" tiny.yaml
status 9
stderr <<-'END'
	bundler: cannot read 'trees/linux-amd64.tar': not a regular file
	hint: 'bundler rootfs' makes it; to pack only some platforms, use --platform
END
rm trees/linux-amd64.tar
cp whole.tar trees/linux-amd64.tar
edit 'del l["results"]'
run "${from[@]}" tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use 'trees/linux-amd64.tar': lock 'tiny.lock.json' pins no layer for 'linux/amd64'
	hint: 'bundler lock --record' builds the release and pins its layers; --lock uses another lock
END
check test "$(echo packed* .bundler*)" = 'packed* .bundler*'

begin 'the lock, whole'
product
check test "$(sed 's/[0-9a-f]\{64\}/DIGEST/; s/libdeflate .*"/libdeflate V"/' tiny.lock.json |
	sed -n '/"results"/,$p')" = "$(cat <<-'END'
	  "results": {
	    "compat": 1,
	    "compressor": "libdeflate V",
	    "platforms": [
	      {
	        "platform": "linux/amd64",
	        "mtree": "DIGEST",
	        "diff_id": "DIGEST",
	        "manifest": "DIGEST"
	      },
	      {
	        "platform": "linux/arm/v7",
	        "mtree": "DIGEST",
	        "diff_id": "DIGEST",
	        "manifest": "DIGEST"
	      },
	      {
	        "platform": "linux/arm64",
	        "mtree": "DIGEST",
	        "diff_id": "DIGEST",
	        "manifest": "DIGEST"
	      }
	    ]
	  }
	}
END
)"
cp tiny.lock.json before
run bundler lock --record "${lock[@]}"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	DIGEST  https://tiny.example/1.0/tiny-1.0-linux-amd64.tar.gz
	DIGEST  https://tiny.example/1.0/tiny-1.0-linux-arm7.tar.gz
	DIGEST  https://tiny.example/1.0/tiny-1.0-linux-arm64.tar.gz
END
check cmp before tiny.lock.json

begin 'locking again keeps results, as long as nothing else is locked'
product
cp tiny.lock.json before
run bundler lock "${lock[@]}"
filter 's/^[0-9a-f]{64}/DIGEST/; /tiny-/d'
stdout </dev/null
check cmp before tiny.lock.json
SOURCE_DATE_EPOCH=1000000000 run bundler lock "${lock[@]}"
stdout </dev/null
check test "$(grep -c results tiny.lock.json)" = 0

# refuses WHAT HEX PINNED COMMAND...: a result that is not the pinned one.
refuses() {
	local what=$1
	shift
	run bundler "$@" "${offline[@]}"
	status 7
	filter 's/[0-9a-f]{64}/DIGEST/g'
	stderr <<-END
		bundler: cannot confirm 'linux/arm64': its $what is sha256:DIGEST, but lock 'tiny.lock.json' pins sha256:DIGEST
		hint: an input has changed; if it was meant to, 'bundler lock --record' pins the new result
	END
}

begin 'a changed file is found by every command that builds, and nothing is published'
product
run bundler image -p linux/arm64 -o oci:layout "${offline[@]}"
stdout_stated=1
echo 'port: 4223' >tiny.conf
refuses 'mtree manifest' rootfs -p linux/arm64 -o trees
check test ! -e trees
refuses 'mtree manifest' image -p linux/arm64 -o oci:other
check test ! -e other
refuses 'mtree manifest' audit oci:layout
run bundler lock --record "${lock[@]}"
stdout_stated=1
run bundler rootfs -p linux/arm64 -o trees "${offline[@]}"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  trees/linux-arm64.mtree'

begin 'each of the three digests is checked'
product
edit 'r["platforms"][2]["mtree"] = "0" * 64'
refuses 'mtree manifest' rootfs -p linux/arm64 -o trees
product
edit 'r["platforms"][2]["diff_id"] = "0" * 64'
refuses 'uncompressed layer' image -p linux/arm64 -o oci:layout
product
edit 'r["platforms"][2]["manifest"] = "0" * 64'
refuses 'image manifest' image -p linux/arm64 -o oci:layout

begin 'a label is in the manifest only'
product
sed -i 's/title: tiny/title: Tiny/' tiny.yaml
refuses 'image manifest' image -p linux/arm64 -o oci:layout
run bundler rootfs -p linux/arm64 -o trees "${offline[@]}"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  trees/linux-arm64.mtree'

begin 'another compressor concerns the manifest alone'
product
edit 'r["compressor"] = "libdeflate 9.99 level 1"; r["platforms"][2]["manifest"] = "0" * 64'
run bundler image -p linux/arm64 -o oci:layout "${offline[@]}"
filter 's/[0-9a-f]{64}/DIGEST/'
stdout <<<'sha256:DIGEST  linux/arm64'
run bundler audit oci:layout "${offline[@]}"
stdout <<<'verdict: identical (linux/arm64)'
edit 'r["platforms"][2]["diff_id"] = "0" * 64'
refuses 'uncompressed layer' image -p linux/arm64 -o oci:other

begin 'what the results are not of is not compared with them'
product
run bundler image -p linux/arm64 --flavour nonroot -o oci:a "${offline[@]}"
stdout_stated=1
run bundler image -p linux/arm64 --compress none -o oci:b "${offline[@]}"
stdout_stated=1
run bundler image -p linux/arm64 --style doi -o oci:c "${offline[@]}"
stdout_stated=1
SOURCE_DATE_EPOCH=1000000000 run bundler image -p linux/arm64 -o oci:d "${offline[@]}"
stdout_stated=1
edit 'del r["platforms"][2]'
echo 'port: 4223' >tiny.conf
run bundler image -p linux/arm64 -o oci:e "${offline[@]}"
stdout_stated=1

begin 'an image of which the lock pins the manifest is audited without compressing, and as well'
product
run bundler image -p linux/arm64 -o oci:layout "${offline[@]}"
stdout_stated=1
run bundler audit oci:layout "${offline[@]}"
stdout <<<'verdict: identical (linux/arm64)'
run bundler image -p linux/arm64 --compress none -o oci:plain "${offline[@]}"
stdout_stated=1
filter 's/[0-9a-f]{64}/DIGEST/g; s/[0-9]+ bytes/N bytes/g'
run bundler audit oci:plain "${offline[@]}"
stdout <<-'END'
	note: layer 0: expected sha256:DIGEST, N bytes, found sha256:DIGEST, N bytes, the same uncompressed
	note: manifest: expected sha256:DIGEST, found sha256:DIGEST
	note: manifest layers/0/mediaType: expected "application/vnd.oci.image.layer.v1.tar+gzip", found "application/vnd.oci.image.layer.v1.tar", written differently
	verdict: equivalent (linux/arm64; 3 notes)
END
blob=$(find layout -size +50k -type f)
printf x | dd of="$blob" bs=1 seek=1000 conv=notrunc status=none
run bundler audit -q oci:layout "${offline[@]}"
status 1
stdout <<<'verdict: different (linux/arm64; 2 differences)'

begin 'a failure while recording leaves the lock as it is'
product
cp tiny.lock.json before
rm -r cache/sha256 mirror/tiny-1.0-linux-arm64.tar.gz
run bundler lock --record --sums mirror/SHA256SUMS --cache cache --mirror "file://$PWD/mirror" \
	--offline tiny.yaml
check test "$ran_status" -ne 0
status_stated=1 stderr_stated=1
check cmp before tiny.lock.json

# bad EDIT MESSAGE: a lock that could not have been written.
bad() {
	product
	edit "$1"
	run bundler rootfs -p linux/arm64 -o trees "${offline[@]}"
	status 3
	stderr <<-END
		bundler: cannot use lock 'tiny.lock.json': $2
		hint: when it is moved away, 'bundler lock' writes a new one
	END
	check test ! -e trees
}

begin 'a lock that is a link is kept'
product
mv tiny.lock.json elsewhere.json
ln -s elsewhere.json tiny.lock.json
run bundler lock --sums mirror/SHA256SUMS --cache cache --mirror "file://$PWD/mirror" --offline tiny.yaml
status 9
stderr <<-'END'
	bundler: cannot replace 'tiny.lock.json': it is not a regular file
END
check test "$(readlink tiny.lock.json)" = elsewhere.json

begin 'results that could not have been written'
bad 'l["results"] = []' "key 'results' is not an object"
bad 'l["results"] = {}' "key 'compat' is not a number"
bad 'r["extra"] = 1' "key 'extra' is not known"
bad 'r["compat"] = 2' "key 'results' has a compat other than the lock's"
bad 'r["compat"] = "1"' "key 'compat' is not a number"
bad 'r["compat"] = 0' "key 'compat' is out of range"
bad 'del r["compressor"]' "key 'compressor' is not a string"
bad 'r["compressor"] = ""' "key 'compressor' is not a line of visible characters"
bad 'r["compressor"] = "a\nb"' "key 'compressor' is not a line of visible characters"
bad 'r["platforms"] = []' "key 'results' is not a list, or is empty"
bad 'r["platforms"] = {}' "key 'results' is not a list, or is empty"
bad 'r["platforms"][0] = 1' "key 'results' is not a list of objects"
bad 'r["platforms"][0]["size"] = 1' "key 'size' is not known"
bad 'r["platforms"][0]["platform"] = "linux/vax"' "key 'platform' is not the canonical name of a platform"
bad 'r["platforms"][0]["platform"] = "linux/386"' "key 'results' has a platform that is not locked"
bad 'r["platforms"].reverse()' "key 'results' is unsorted or has a duplicate"
bad 'r["platforms"].append(r["platforms"][2])' "key 'results' is unsorted or has a duplicate"
bad 'del r["platforms"][0]["mtree"]' "key 'mtree' is not a string"
bad 'r["platforms"][0]["mtree"] = "x"' "key 'mtree' is not 64 lower-case hexadecimal digits"
bad 'del r["platforms"][0]["diff_id"]' "key 'diff_id' is not a string"
bad 'del r["platforms"][0]["manifest"]' "key 'manifest' is not a string"
bad 'r["platforms"][0]["manifest"] = "A" * 64' "key 'manifest' is not 64 lower-case hexadecimal digits"

finish
