#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Statements about images: bundler image --attest and bundler attest, and what other commands make of
# them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product
here=$scratch/product

# value FILE KEY...: one value of a JSON document.
value() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: value = value[int(key) if key.lstrip("-").isdigit() else key]
print(value if isinstance(value, str) else json.dumps(value))' "$@"; }
blob() { echo "$1/blobs/${2/://}"; }	# LAYOUT DIGEST
top() { value "$1/index.json" manifests 0 digest; }
image() { value "$(blob "$1" "$(top "$1")")" manifests "$2" digest; }	# LAYOUT NUMBER
# list LAYOUT DIGEST: the file of what refers to a manifest.
list() {
	blob "$1" "$(python3 -c 'import json, sys
print(*(entry["digest"] for entry in json.load(open(sys.argv[1]))["manifests"]
        if entry["annotations"]["org.opencontainers.image.ref.name"] == sys.argv[2]))' \
		"$1/index.json" "${2/:/-}")"
}
# statement LAYOUT DIGEST [NUMBER]: the file of a statement about a manifest.
statement() {
	blob "$1" "$(value "$(blob "$1" "$(value "$(list "$1" "$2")" manifests "${3:-0}" digest)")" layers 0 digest)"
}
sum() { sha256sum "$1" | cut -d' ' -f1; }
# identical PLACE PLATFORMS: so say both commands that look at it; notes are about what is beside.
identical() {
	run bundler validate "$1"
	run bundler audit -q "${product[@]:0:${#product[@]}-1}" "$1" "${product[-1]}"
	filter 's/; [0-9]+ notes?\)/)/'
	stdout <<<"verdict: identical ($2)"
	filter ''
}
all='linux/amd64, linux/arm64, linux/arm/v7'

begin 'provenance of an image, beside it'
make image -p linux/amd64 --attest provenance --builder-id https://ci.example/builder -o oci:layout:1.0
image=$(top layout)
archive=tiny-1.0-linux-amd64.tar.gz
lock=$(sum "$here/tiny.lock.json")
run cat "$(statement layout "$image")"
filter 's/"compressor":"libdeflate [^"]*"/"compressor":"X"/; s/"bundler":"[^"]*"/"bundler":"X"/'
stdout_of() { tr -d '\n' | sed 's/\t//g'; }
stdout < <(stdout_of <<END
{"_type":"https://in-toto.io/Statement/v1",
"subject":[{"name":"pkg:oci/tiny@sha256:${image#*:}?arch=amd64","digest":{"sha256":"${image#*:}"}}],
"predicateType":"https://slsa.dev/provenance/v1","predicate":{"buildDefinition":{
"buildType":"https://bundler.example/buildtypes/image/v1",
"externalParameters":{"recipe":"tiny.yaml","lock":"tiny.lock.json","platforms":["linux/amd64"],"compress":"gzip"},
"internalParameters":{"epoch":1234567890,"compat":1},
"resolvedDependencies":[{"name":"tiny.yaml","digest":{"sha256":"$(sum "$here/tiny.yaml")"}},
{"name":"tiny.lock.json","digest":{"sha256":"$lock"}},
{"uri":"https://tiny.example/1.0/$archive","digest":{"sha256":"$(sum "$here/mirror/$archive")"}},
{"name":"tiny.conf","digest":{"sha256":"$(sum "$here/tiny.conf")"}}]},
"runDetails":{"builder":{"id":"https://ci.example/builder","version":{"bundler":"X","compressor":"X"}}}}}
END
)
filter ''
manifest=$(blob layout "$(value "$(list layout "$image")" manifests 0 digest)")
check test "$(value "$manifest" subject digest)" = "$image"
check test "$(value "$manifest" artifactType)" = application/vnd.in-toto+json
check test "$(value "$manifest" config mediaType)" = application/vnd.oci.empty.v1+json
check test "$(value "$(list layout "$image")" manifests 0 annotations)" = '{"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"}'
identical oci:layout linux/amd64
identical oci:layout:1.0 linux/amd64

begin 'the images are the same as without, and the statements every time'
make image -o oci:plain:1.0
make image --attest provenance -o oci:layout:1.0
cp -r layout before
make image --attest provenance -o oci:layout:1.0
check diff -r before layout
check test "$(top layout)" = "$(top plain)"
for blob in plain/blobs/sha256/*; do check cmp "$blob" "layout/blobs/sha256/${blob##*/}"; done
make image --attest provenance -o oci-archive:a.tar:1.0
make image --attest provenance -o oci-archive:b.tar:1.0
check cmp a.tar b.tar
for place in oci:layout oci:layout:1.0 oci-archive:a.tar; do identical $place "$all"; done
run bundler diff oci:plain:1.0 oci:layout:1.0
stdout_stated=1

begin 'each image, and the index with all'
make image --attest provenance --flavour nonroot --compress zstd -o oci:layout:1.0
for number in 0 1 2; do
	file=$(statement layout "$(image layout $number)")
	check test "$(value "$file" subject 0 digest sha256)" = "$(image layout $number | cut -d: -f2)"
	check test "$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["subject"]))' "$file")" = 1
done
file=$(statement layout "$(top layout)")
check test "sha256:$(value "$file" subject 0 digest sha256)" = "$(top layout)"
for number in 0 1 2; do
	check test "sha256:$(value "$file" subject $((number + 1)) digest sha256)" = "$(image layout $number)"
done
check test "$(value "$file" predicate buildDefinition externalParameters)" = '{"recipe": "tiny.yaml", "lock": "tiny.lock.json", "platforms": ["linux/amd64", "linux/arm64", "linux/arm/v7"], "compress": "zstd", "flavour": "nonroot"}'
check test "$(value "$file" predicate runDetails builder id)" = https://bundler.example/builders/local/v1
check test "$(value "$file" predicate buildDefinition resolvedDependencies 4 uri)" = https://tiny.example/1.0/tiny-1.0-linux-arm7.tar.gz

begin 'what refers to an image in a layout already, stays'
make image -p linux/amd64 --attest provenance -o oci:layout:1.0
first=$(value "$(list layout "$(top layout)")" manifests 0 digest)
make image -p linux/amd64 --attest provenance --builder-id urn:x:y -o oci:layout:1.0
check test "$(value "$(list layout "$(top layout)")" manifests 0 digest)" = "$first"
check test "$(value "$(statement layout "$(top layout)" 1)" predicate runDetails builder id)" = urn:x:y
make image -p linux/amd64 -o oci:layout:1.0
check test "$(value "$(list layout "$(top layout)")" manifests 0 digest)" = "$first"
make image -p linux/arm64 -o oci:layout:2.0
check test "$(value "$(list layout "$(top layout)")" manifests 0 digest)" = "$first"
identical oci:layout:1.0 linux/amd64
identical oci:layout:2.0 linux/arm64

begin 'as BuildKit has it: in the index, also of one image'
make image -p linux/amd64 -o oci:plain:1.0
make image -p linux/amd64 --attest provenance --attest-style buildkit -o oci:layout:1.0
index=$(blob layout "$(top layout)")
check test "$(value layout/index.json manifests 0 mediaType)" = application/vnd.oci.image.index.v1+json
check test "$(value "$index" manifests 0 digest)" = "$(top plain)"
check test "$(value "$index" manifests 1 platform)" = '{"architecture": "unknown", "os": "unknown"}'
check test "$(value "$index" manifests 1 annotations)" = "{\"vnd.docker.reference.digest\": \"$(top plain)\", \"vnd.docker.reference.type\": \"attestation-manifest\"}"
manifest=$(blob layout "$(value "$index" manifests 1 digest)")
check test "$(value "$manifest" layers 0 annotations)" = '{"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"}'
check test "$(value "$(blob layout "$(value "$manifest" layers 0 digest)")" subject 0 digest sha256)" = "$(top plain | cut -d: -f2)"
identical oci:layout:1.0 linux/amd64
identical oci:layout linux/amd64
make image --attest provenance --attest-style buildkit -o oci-archive:a.tar:1.0
identical oci-archive:a.tar "$all"

begin 'copies: with what refers to the image, or without'
make image --attest provenance -o oci:layout:1.0
make image -o oci:plain:1.0
run bundler copy --referrers oci:layout oci:all:1.0
stdout <<<"$(top layout)  oci:all:1.0"
check diff -r layout all
run bundler copy --referrers oci:layout:1.0 oci-archive:a.tar:1.0
stdout <<<"$(top layout)  oci-archive:a.tar:1.0"
run bundler copy --referrers oci-archive:a.tar:1.0 oci:again:1.0
stdout <<<"$(top layout)  oci:again:1.0"
check diff -r layout again
run bundler copy oci:layout oci:less:1.0
stdout <<<"$(top layout)  oci:less:1.0"
check diff -r plain less
run bundler copy "oci:layout:sha256-$(top layout | cut -d: -f2)" oci:list:1.0
stdout_stated=1

# audited [OPTION]... PLACE: with a copy of the product in ./product.
audited() { run bundler audit --cache "$here/cache" --offline "$@" product/tiny.yaml; }

begin 'audit makes the statements again: others that are bundler'\''s differ'
make image -p linux/amd64 --attest provenance --builder-id urn:x:y -o oci:layout:1.0
make image -p linux/amd64 --attest provenance --attest-style buildkit -o oci:inside:1.0
cp -r "$here" product
audited oci:layout:1.0
stdout <<<'verdict: identical (linux/amd64)'
echo '# a comment' >>product/tiny.yaml
finding="attestation provenance/predicate/buildDefinition/resolvedDependencies/0/digest/sha256: expected \"$(sum product/tiny.yaml)\", found \"$(sum "$here/tiny.yaml")\""
audited oci:layout:1.0
status 1
stdout <<-END
	$finding
	verdict: different (linux/amd64; 1 difference)
END
audited -q oci:inside:1.0
status 1
stdout <<<'verdict: different (linux/amd64; 1 difference; 1 note)'
audited --ignore attestation oci:layout:1.0
stdout <<<'verdict: identical (linux/amd64; ignored: attestation)'

begin 'audit compares signed statements, whoever has signed them'
openssl ecparam -name prime256v1 -genkey -noout -out key 2>/dev/null
chmod 600 key
make image -p linux/amd64 --attest provenance --key key -o oci:layout:1.0
cp -r "$here" product
audited oci:layout:1.0
stdout <<<'verdict: identical (linux/amd64)'
echo '# a comment' >>product/tiny.yaml
audited -q oci:layout:1.0
status 1
stdout <<<'verdict: different (linux/amd64; 1 difference)'
make image -p linux/amd64 --attest sbom --key key -o oci:sbom:1.0
audited oci:sbom:1.0
filter 's/sha256:[0-9a-f]*/X/'
stdout <<-END
	note: attestation X: expected nothing, found https://spdx.dev/Document, not compared
	verdict: identical (linux/amd64; 1 note)
END

# altered OLD NEW: ./layout again, with another text in the statement of its image.
altered() {
	rm -rf layout
	make image -p linux/amd64 --attest provenance -o oci:layout:1.0
	python3 - "$(statement layout "$(top layout)")" "$@" <<-'END'
	import glob, hashlib, os, sys
	path, old, new = sys.argv[1:]
	# Each file that names the digest of another one changes with it.
	while True:
	    text = open(path).read()
	    assert old in text
	    text = text.replace(old, new).encode()
	    size = os.path.getsize(path)
	    if path.endswith("index.json"):
	        open(path, "wb").write(text)
	        break
	    os.remove(path)
	    old, new = os.path.basename(path), hashlib.sha256(text).hexdigest()
	    open(os.path.join(os.path.dirname(path), new), "wb").write(text)
	    old, new = f'{old}","size":{size}', f'{new}","size":{len(text)}'
	    path, = (file for file in glob.glob("layout/**", recursive=True)
	             if os.path.isfile(file) and old in open(file, errors="replace").read())
	END
}

begin 'what a statement says, and who says it'
cp -r "$here" product
altered linux/amd64 linux/arm64
audited oci:layout:1.0
status 1
stdout <<-'END'
	attestation provenance/predicate/buildDefinition/externalParameters/platforms/0: expected "linux/amd64", found "linux/arm64"
	verdict: different (linux/amd64; 1 difference)
END
altered '"compat":1' '"compat":1,"more":"x"'
audited oci:layout:1.0
status 1
stdout <<-'END'
	attestation provenance/predicate/buildDefinition/internalParameters/more: expected nothing, found "x"
	verdict: different (linux/amd64; 1 difference)
END
for change in bundler.example/buildtypes/image elsewhere.example slsa.dev/provenance elsewhere.example; do
	[ "${old-}" ] || { old=$change; continue; }
	altered "$old" "$change"
	old=
	digest=$(sum "$(statement layout "$(top layout)")")
	type=$(value "$(statement layout "$(top layout)")" predicateType)
	audited oci:layout:1.0
	stdout <<-END
		note: attestation sha256:$digest: expected nothing, found $type, not compared
		verdict: identical (linux/amd64; 1 note)
	END
done
altered '"_type"' '_type'
audited oci:layout:1.0
digest=$(sum "$(statement layout "$(top layout)")")
note="note: attestation sha256:$digest: expected nothing, found application/vnd.in-toto+json"
stdout <<-END
	$note, line 1, column 2: string or '}' expected near '_'
	verdict: identical (linux/amd64; 1 note)
END
rm "$(statement layout "$(top layout)")"
audited oci:layout:1.0
stdout <<-END
	$note, not there
	verdict: identical (linux/amd64; 1 note)
END

begin 'as JSON'
run bundler image --json -p linux/amd64 --attest provenance -o oci:layout:1.0 "${product[@]}"
stdout <"$scratch/stdout"
check cp "$scratch/stdout" report
check test "$(value report attestations)" = "[{\"platform\": \"linux/amd64\", \"subject\": \"$(top layout)\", \"predicateType\": \"https://slsa.dev/provenance/v1\", \"manifest\": \"$(value "$(list layout "$(top layout)")" manifests 0 digest)\"}]"

begin 'an SBOM, too'
make image --attest sbom,provenance -o oci:layout:1.0
for number in 0 1 2; do
	digest=$(image layout $number)
	check test "$(value "$(list layout "$digest")" manifests 1 annotations)" = '{"in-toto.io/predicate-type": "https://spdx.dev/Document"}'
	file=$(statement layout "$digest" 1)
	check test "sha256:$(value "$file" subject 0 digest sha256)" = "$digest"
	platform=$(value "$(statement layout "$digest")" predicate buildDefinition externalParameters platforms 0)
	"$BUNDLER" sbom -p "$platform" "${product[@]}" >sbom.json
	value "$file" predicate >predicate.json
	check python3 -c 'import json, sys; sys.exit(json.load(open("sbom.json")) != json.load(open("predicate.json")))'
done
check test "$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["manifests"]))' "$(list layout "$(top layout)")")" = 1
identical oci:layout:1.0 "$all"
make image -p linux/amd64 --attest sbom --attest-style buildkit -o oci:inside:1.0
manifest=$(blob inside "$(image inside 1)")
check test "$(value "$manifest" layers 0 annotations)" = '{"in-toto.io/predicate-type": "https://spdx.dev/Document"}'
identical oci:inside:1.0 linux/amd64

begin 'attest: what stands already, if it is what recipe and lock make'
make image --attest sbom,provenance -o oci:want:1.0
make image -o oci:layout:1.0
run bundler attest "${product[@]:0:3}" oci:layout:1.0 "${product[3]}"
check cp "$scratch/stdout" first
stdout <first
check grep -q "^$(value "$(list layout "$(top layout)")" manifests 0 digest)  https://slsa.dev/provenance/v1  index$" first
check test "$(wc -l <first)" -eq 4
run bundler attest --json --attest sbom,provenance "${product[@]:0:3}" oci:layout:1.0 "${product[3]}"
check cp "$scratch/stdout" second
stdout <second
check diff -r want layout
make image -p linux/amd64 --compress zstd --flavour nonroot -o oci:zstd:1.0
run bundler attest --flavour nonroot "${product[@]:0:3}" oci:zstd:1.0 "${product[3]}"
check cp "$scratch/stdout" third
stdout <third
check test "$(value "$(statement zstd "$(top zstd)")" predicate buildDefinition externalParameters compress)" = zstd
run bundler audit -q --flavour nonroot "${product[@]:0:3}" oci:zstd:1.0 "${product[3]}"
stdout <<<'verdict: equivalent (linux/amd64; 3 notes)'

begin 'attest: a summary, which says what audit --attest says'
make image -o oci:layout:1.0
run bundler audit -q --attest summary.json "${product[@]:0:3}" oci:layout:1.0 "${product[3]}"
stdout <<<"verdict: identical ($all)"
run bundler attest --attest summary "${product[@]:0:3}" oci:layout:1.0 "${product[3]}"
check test "$(wc -l <"$scratch/stdout")" -eq 4
check cp "$scratch/stdout" lines
stdout <lines
check cmp summary.json "$(statement layout "$(top layout)")"
check test "$(value "$(statement layout "$(image layout 0)")" predicate verifiedLevels)" = '["BUNDLER_REPRODUCED"]'
check test "$(value "$(statement layout "$(image layout 0)")" subject 0 digest sha256)" = "$(image layout 0 | cut -d: -f2)"

begin 'attest: a key that is elsewhere signs what --payload has written'
openssl ecparam -name prime256v1 -genkey -noout -out key 2>/dev/null
openssl pkey -in key -pubout -out pub 2>/dev/null
chmod 600 key
make image -o oci:layout:1.0
cp -r layout before
elsewhere() { run bundler attest --attest provenance,summary "${@}" "${product[@]:0:3}" oci:layout:1.0 "${product[3]}"; }
elsewhere --payload sign
check cp "$scratch/stdout" names
stdout <names
check diff -r before layout
check test "$(sort names)" = "$(printf '%s\n' sign/sha256-*)"
check test "$(wc -l <names)" -eq 12
for file in sign/*; do
	check test "$file" = "sign/sha256-$(sha256sum <"$file" | cut -d' ' -f1)"
done
elsewhere --signature sign --verify-key pub
status 9
first=$(head -n 1 names)
stderr <<-END
	bundler: cannot read '$first.sig': No such file or directory
	hint: '--payload' writes what is to be signed; a key signs 'X' as 'X.sig', in DER
END
while read -r file; do
	check openssl dgst -sha256 -sign key -out "$file.sig" "$file"
done <names
cp "$first.sig" right
openssl dgst -sha256 -sign key -out "$first.sig" pub
elsewhere --signature sign --verify-key pub
status 7
stderr <<-END
	bundler: cannot use signature '$first.sig': the key in 'pub' has not made it
	hint: it is of ECDSA with SHA-256, in DER, not in base 64
END
check diff -r before layout
cp right "$first.sig"
elsewhere --signature sign --verify-key pub
check cp "$scratch/stdout" lines
stdout <lines
check test "$(wc -l <lines)" -eq 12
run bundler audit -q "${product[@]:0:3}" oci:layout:1.0 "${product[3]}"
stdout <<<"verdict: identical ($all; 4 notes)"
for options in '--payload sign --key key' '--signature sign --payload sign'; do
	elsewhere $options
	status 2
	stderr <<<'bundler: cannot sign: only one of --key, --payload and --signature can be used'
done
elsewhere --signature sign
status 2
stderr <<-END
	bundler: cannot use --signature alone
	hint: --signature DIR --verify-key FILE takes signatures that this key has made
END

# unattested STATUS TEXT OPTION... PLACE: it stays as it is.
unattested() {
	cp -r layout before
	run bundler attest "${@:3:$#-3}" "${product[@]:0:3}" "${!#}" "${product[3]}"
	status "$1"
	stderr <<<"bundler: $2"
	check diff -r layout before
	rm -r before
}

begin 'attest: what is refused'
make image --flavour nonroot -p linux/amd64 -o oci:layout:1.0
make image -o oci-archive:a.tar:1.0
unattested 7 "cannot attest 'oci:layout:1.0': its image for 'linux/amd64' is not the one that recipe and lock make
hint: 'bundler audit' says what differs" oci:layout:1.0
unattested 2 "cannot attest 'oci:layout': no image is named
hint: name one, as in oci:DIR:TAG" oci:layout
unattested 2 "cannot attest 'oci-archive:a.tar:1.0': it is no layout, and in no registry
hint: 'bundler copy' makes a layout of an archive" oci-archive:a.tar:1.0
unattested 8 "cannot read 'layout': it has no image with the tag '2.0'" oci:layout:2.0
unattested 2 "cannot attest 'x': it is not 'provenance', 'sbom' or 'summary'" --attest x oci:layout:1.0

# refused TEXT OPTION...: nothing is written.
refused() {
	run bundler image "${@:2}" "${product[@]}"
	status 2
	stderr <<<"bundler: $1"
}

begin 'what cannot be stated'
refused "cannot attest 'x': it is not 'provenance', 'sbom' or 'summary'" --attest provenance,x -o oci:layout
refused "cannot attest 'summary': nothing was verified yet
hint: 'bundler attest --attest summary' verifies what is there" --attest summary -o oci:layout
refused "cannot use style 'x' of attestations: it is not 'referrer' or 'buildkit'" --attest provenance --attest-style x -o oci:layout
refused 'cannot use --builder-id without --attest' --builder-id urn:x -o oci:layout
refused 'cannot use --attest-style without --attest' --attest-style buildkit -o oci:layout
refused "cannot attest 'sbom' with --from: archives of root file systems do not say what is in the release" \
	--from trees --attest sbom -o oci:layout
for uri in x :x x: 'urn:x y' 'urn:"'; do
	refused "cannot use builder '$uri': it is not a URI" --attest provenance --builder-id "$uri" -o oci:layout
done
refused "cannot attest the image in 'a.tar': an archive for docker load has images only
hint: use oci-archive:, oci: or docker://" --attest provenance -o docker-archive:a.tar
refused "cannot use style 'doi' with --attest: Docker Official Images are attested where they are built" \
	-p linux/amd64 --attest provenance --style doi -o oci:layout
check test ! -e layout
check test ! -e a.tar

finish
