#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `bundler sbom`: what is in both formats, from programs that are made here.
# tests/interop/sbom.sh has real ones, and the readers of others.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
here=$top/tests/cli

sum=h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
information() {
	printf '%b' 'path\texample.com/srv/v2/cmd\nmod\texample.com/srv/v2\t(devel)\t\n' \
		"dep\texample.com/a\tv1.2.3\t$sum\n" \
		"dep\texample.com/b\tv0.9.0\n=>\texample.com/Fork\tv0.9.1+x\t$sum\n" \
		'dep\texample.com/c\tv1.0.0\n=>\t../c d\t(devel)\t\n' \
		'build\tCGO_ENABLED=0\nbuild\t-ldflags="-s -w"\n'
}

# make_srv [CHANGE]: srv.yaml and its lock for two platforms, whose archives are programs.
make_srv() {
	mkdir -p mirror root
	information | python3 "$here/go_program.py" elf 'go1.27.4 X:none' "$@" >mirror/srv-linux-amd64
	information | python3 "$here/go_program.py" pe go1.27.4 "$@" >mirror/srv-windows-amd64
	cat >srv.yaml <<-'END'
	name: srv
	version: 2.1.0
	release:
	  asset: "srv-{target}"
	  url: "https://github.com/Owner/Srv/releases/download/v{version}/{asset}"
	  sums: ""
	  format: {linux: program, windows: program}
	  supplier: Srv Makers
	  license: LicenseRef-srv OR MIT
	platforms: [linux/amd64, windows/amd64]
	certificates: {file: roots.crt, origin: Debian ca-certificates 20250419~deb12u2}
	root:
	- {path: "/srv{exe}", asset: true, mode: "0755", program: true}
	- {path: /etc/roots.crt, certificates: true, os: linux}
	- {path: "/srv.conf", text: "port: 1\n"}
	- {path: /link, link: srv.conf}
	image:
	  entrypoint: ["/srv{exe}"]
	  labels:
	    org.opencontainers.image.vendor: Image Makers
	    org.opencontainers.image.licenses: MIT AND MPL-2.0
	    org.opencontainers.image.authors: A Person <a@example.com>
	END
	[ -e roots.crt ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout /dev/null -days 36500 -subj /CN=root -out roots.crt 2>/dev/null
	(cd mirror && sha256sum srv-* >SUMS)
	rm -f srv.lock.json
	SOURCE_DATE_EPOCH=1234567890 bundler lock --sums mirror/SUMS --cache cache \
		--mirror "file://$PWD/mirror" --download srv.yaml >/dev/null || fail 'no lock'
	srv=(--cache "$PWD/cache" --offline "$PWD/srv.yaml")
}

# sbom FORMAT [PLATFORM]: writes it to the file sbom.
sbom() {
	run bundler sbom --format "$1" -p "${2:-linux/amd64}" "${srv[@]}"
	cp "$scratch/stdout" sbom
	stdout <sbom
}

# packages: name, version, purl, supplier, licence and sum or "unknown" of each but the image.
packages() {
	python3 - sbom <<-'END'
	import json, sys
	d = json.load(open(sys.argv[1]))
	if "spdxVersion" in d:
	    for p in d["packages"][1:]:
	        facts = (p.get("sourceInfo", "") + p.get("comment", "")).splitlines()
	        purl = [r["referenceLocator"] for r in p["externalRefs"] if r["referenceType"] == "purl"]
	        print(p["name"], p.get("versionInfo", "-"), *purl, p["supplier"], p["licenseDeclared"], sep=" | ")
	        for fact in facts:
	            print("   ", fact)
	else:
	    for c in d["components"]:
	        if c["type"] == "file":
	            continue
	        licence = [x["expression"] for x in c.get("licenses", [])]
	        print(c["name"], c.get("version", "-"), c["purl"], c.get("supplier", {}).get("name", "-"),
	              *licence, sep=" | ")
	        for p in c["properties"]:
	            print("   ", p["name"].removeprefix("bundler:") + ": " + p["value"])
	END
}

# unknown CHANGE REASON: the dependencies are unknown, in both formats, and nothing else is.
unknown() {
	make_srv "$1"
	sbom spdx
	packages >found
	check diff - <(head -n 2 found) <<-END
		srv | 2.1.0 | pkg:github/owner/srv@v2.1.0 | Organization: Srv Makers | LicenseRef-srv OR MIT
		    unknown: dependencies of /srv: $2
	END
	check python3 - sbom <<-'END'
	import json, sys
	d = json.load(open(sys.argv[1]))
	program = d["packages"][1]["SPDXID"]
	assert program not in [r["spdxElementId"] for r in d["relationships"]]
	assert len(d["packages"]) == 3
	END
	sbom cyclonedx
	check python3 - sbom <<-'END'
	import json, sys
	d = json.load(open(sys.argv[1]))
	[program] = [c for c in d["components"] if c["name"] == "srv"]
	assert program["bom-ref"] not in [x["ref"] for x in d["dependencies"]]
	[unknown] = [c for c in d["compositions"] if c["aggregate"] == "unknown"]
	assert unknown["dependencies"] == [program["bom-ref"]]
	END
}

begin 'SPDX: packages, what is known of them, and what is not'
make_srv
sbom spdx
packages >found
check diff - found <<-END
	example.com/srv/v2 | v2.1.0 | pkg:golang/example.com/srv/v2@v2.1.0 | Organization: Srv Makers | LicenseRef-srv OR MIT
	    go:version: /srv: go1.27.4 X:none
	    go:path: /srv: example.com/srv/v2/cmd
	    go:main: /srv: example.com/srv/v2 (devel)
	    go:build: /srv: CGO_ENABLED=0
	    go:build: /srv: -ldflags="-s -w"
	ca-certificates | 20250419~deb12u2 | pkg:deb/debian/ca-certificates@20250419~deb12u2?arch=all&distro=debian-12 | Organization: Debian | NOASSERTION
	    origin: Debian ca-certificates 20250419~deb12u2
	example.com/Fork | v0.9.1+x | pkg:golang/example.com/Fork@v0.9.1%2Bx | NOASSERTION | NOASSERTION
	    go:sum: $sum
	    go:replaces: example.com/b v0.9.0
	example.com/a | v1.2.3 | pkg:golang/example.com/a@v1.2.3 | NOASSERTION | NOASSERTION
	    go:sum: $sum
	example.com/c | - | pkg:golang/example.com/c | NOASSERTION | NOASSERTION
	    go:replaced-by: ../c d
	    unknown: version: the program was built with a directory
	stdlib | 1.27.4 | pkg:golang/stdlib@1.27.4 | Organization: The Go Authors | BSD-3-Clause
END

begin 'CycloneDX: the same'
make_srv
sbom cyclonedx
packages >found
check diff - found <<-END
	example.com/srv/v2 | v2.1.0 | pkg:golang/example.com/srv/v2@v2.1.0 | Srv Makers | LicenseRef-srv OR MIT
	    go:version: /srv: go1.27.4 X:none
	    go:path: /srv: example.com/srv/v2/cmd
	    go:main: /srv: example.com/srv/v2 (devel)
	    go:build: /srv: CGO_ENABLED=0
	    go:build: /srv: -ldflags="-s -w"
	ca-certificates | 20250419~deb12u2 | pkg:deb/debian/ca-certificates@20250419~deb12u2?arch=all&distro=debian-12 | Debian
	    origin: Debian ca-certificates 20250419~deb12u2
	    unknown: licence
	example.com/Fork | v0.9.1+x | pkg:golang/example.com/Fork@v0.9.1%2Bx | -
	    go:sum: $sum
	    go:replaces: example.com/b v0.9.0
	    unknown: supplier
	    unknown: licence
	example.com/a | v1.2.3 | pkg:golang/example.com/a@v1.2.3 | -
	    go:sum: $sum
	    unknown: supplier
	    unknown: licence
	example.com/c | - | pkg:golang/example.com/c | -
	    go:replaced-by: ../c d
	    unknown: version: the program was built with a directory
	    unknown: supplier
	    unknown: licence
	stdlib | 1.27.4 | pkg:golang/stdlib@1.27.4 | The Go Authors | BSD-3-Clause
END

begin 'the document, the image, files, relationships: both formats'
make_srv
bundler image -p linux/amd64 -o oci:layout "${srv[@]}" >/dev/null || fail 'no image'
bundler rootfs -p linux/amd64 "${srv[@]}" >/dev/null || fail 'no tree'
sbom spdx
mv sbom spdx
sbom cyclonedx
check python3 - spdx sbom layout/index.json rootfs/linux-amd64 mirror/srv-linux-amd64 <<-'END'
import hashlib, json, os, re, sys

spdx, cdx, index = (json.load(open(name)) for name in sys.argv[1:4])
tree, archive = sys.argv[4:]

def hashes(path, *names):
    return {name: hashlib.new(name.replace("-", ""), open(path, "rb").read()).hexdigest() for name in names}

manifest = index["manifests"][0]["digest"]
image, program = spdx["packages"][:2]
assert spdx["creationInfo"] == {"created": "2009-02-13T23:31:30Z",
                                "creators": ["Tool: bundler", "Person: A Person (a@example.com)"]}
assert re.fullmatch(r"https://spdx.org/spdxdocs/srv-2.1.0-linux-amd64-[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
                    spdx["documentNamespace"]), spdx["documentNamespace"]
assert image["checksums"] == [{"algorithm": "SHA256", "checksumValue": manifest[7:]}]
assert image["externalRefs"][0]["referenceLocator"] == f"pkg:oci/srv@{manifest}?arch=amd64&os=linux&tag=2.1.0"
assert (image["supplier"], image["licenseDeclared"]) == ("Organization: Image Makers", "MIT AND MPL-2.0")
assert program["downloadLocation"] == "https://github.com/Owner/Srv/releases/download/v2.1.0/srv-linux-amd64"
assert program["packageFileName"] == "srv-linux-amd64"
assert {c["algorithm"]: c["checksumValue"] for c in program["checksums"]} == hashes(archive, "SHA256", "SHA512")
assert [x["licenseId"] for x in spdx["hasExtractedLicensingInfos"]] == ["LicenseRef-srv"]

files = sorted(os.path.join(where, name)[len(tree):] for where, _, names in os.walk(tree) for name in names
               if not os.path.islink(os.path.join(where, name)))
assert [f["fileName"] for f in spdx["files"]] == ["." + name for name in files]
for f in spdx["files"]:
    assert {c["algorithm"]: c["checksumValue"] for c in f["checksums"]} \
        == hashes(tree + f["fileName"][1:], "SHA1", "SHA256", "SHA512")
    assert ("fileTypes" in f) == (f["fileName"] == "./srv")
code = hashlib.sha1("".join(sorted(c["checksumValue"] for f in spdx["files"] for c in f["checksums"]
                                   if c["algorithm"] == "SHA1")).encode()).hexdigest()
assert image["packageVerificationCode"]["packageVerificationCodeValue"] == code
relations = [(r["spdxElementId"], r["relationshipType"], r["relatedSpdxElement"]) for r in spdx["relationships"]]
others = [p["SPDXID"] for p in spdx["packages"][1:]]
assert relations == [("SPDXRef-DOCUMENT", "DESCRIBES", image["SPDXID"])] \
    + [(image["SPDXID"], "CONTAINS", x) for x in others[:2] + [f["SPDXID"] for f in spdx["files"]]] \
    + [(program["SPDXID"], "DEPENDS_ON", x) for x in others[2:]]
ids = [p["SPDXID"] for p in spdx["packages"] + spdx["files"]]
assert len(set(ids)) == len(ids)

assert cdx["metadata"]["timestamp"] == "2009-02-13T23:31:30Z"
assert cdx["metadata"]["authors"] == [{"name": "A Person", "email": "a@example.com"}]
assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", cdx["serialNumber"])
assert cdx["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": manifest[7:]}]
components = cdx["components"]
[reference] = components[0]["externalReferences"]
assert reference["url"] == program["downloadLocation"] and reference["type"] == "distribution"
assert {h["alg"]: h["content"] for h in reference["hashes"]} == hashes(archive, "SHA-256", "SHA-512")
assert components[0]["evidence"]["occurrences"] == [{"location": "/srv"}]
assert [c["name"] for c in components if c["type"] == "file"] == files
for c in components:
    if c["type"] == "file":
        assert {h["alg"]: h["content"] for h in c["hashes"]} == hashes(tree + c["name"], "SHA-1", "SHA-256", "SHA-512")
refs = [cdx["metadata"]["component"]["bom-ref"]] + [c["bom-ref"] for c in components]
assert ["SPDXRef-" + x for x in refs] == ids
needs = {d["ref"]: d["dependsOn"] for d in cdx["dependencies"]}
assert needs == {refs[0]: refs[1:3], refs[1]: refs[3:7], refs[2]: []}
assert {c["aggregate"]: c.get("dependencies") for c in cdx["compositions"]} \
    == {"complete": refs[1:3], "unknown": refs[3:7]}
END

begin 'Windows: the root file system, and its manifest'
make_srv
bundler rootfs -p windows/amd64 "${srv[@]}" >/dev/null || fail 'no tree'
sbom spdx windows/amd64
check grep -q "mtree: sha256:$(sha256sum <rootfs/windows-amd64.mtree | cut -d ' ' -f 1)" sbom
check grep -q '"pkg:generic/srv@2.1.0?arch=amd64&os=windows&tag=2.1.0"' sbom
check grep -q '"name": "example.com/srv/v2"' sbom
packages >found
check test "$(grep -c '^[^ ]' found)" -eq 5

begin 'programs that say nothing, or what cannot be read: that is said'
unknown none 'it has no Go build information'
unknown pointers 'its build information is of a Go before 1.18'
unknown length 'its Go build information is damaged'

begin 'a program of another language in an archive'
make_product
product=(--cache "$PWD/cache" --offline "$PWD/tiny.yaml")
srv=("${product[@]}")
sbom spdx
packages >found
check diff - found <<-END
	tiny | 1.0 | pkg:generic/tiny@1.0?checksum=sha256:$(sha256sum <mirror/tiny-1.0-linux-amd64.tar.gz | cut -d ' ' -f 1)&download_url=https:%2F%2Ftiny.example%2F1.0%2Ftiny-1.0-linux-amd64.tar.gz | NOASSERTION | NOASSERTION
	    unknown: dependencies of /tiny: it has no Go build information
END

begin 'what the recipe says comes first'
make_srv
sed -i 's|^  supplier:.*|&\n  purl: "pkg:generic/{name}@{version}?os={os}"|
	s|^certificates: {|&purl: "pkg:generic/roots", supplier: Others, license: MPL-2.0, |' srv.yaml
sbom spdx
packages >found
check grep -qx 'example.com/srv/v2 | v2.1.0 | pkg:generic/srv@2.1.0?os=linux | Organization: Srv Makers | LicenseRef-srv OR MIT' found
check grep -qx 'ca-certificates | 20250419~deb12u2 | pkg:generic/roots | Organization: Others | MPL-2.0' found

begin 'several programs, of a release and beside the recipe'
make_srv
printf '%b' 'path\texample.com/tool\nmod\texample.com/tool\tv0.1.0\nbuild\tCGO_ENABLED=1\n' |
	python3 "$here/go_program.py" elf go1.22.0 >tool
printf '\177ELFnothing but this is in it' >other
sed -i 's|^root:|&\n- {path: /tool, file: tool}\n- {path: /a/other, file: other}|' srv.yaml
sbom cyclonedx
packages >found
check grep -qx 'example.com/tool | v0.1.0 | pkg:golang/example.com/tool@v0.1.0 | -' found
check grep -qx '    unknown: dependencies of /tool that are written in C' found
check grep -qx 'stdlib | 1.22.0 | pkg:golang/stdlib@1.22.0 | The Go Authors | BSD-3-Clause' found
check grep -qx 'stdlib | 1.27.4 | pkg:golang/stdlib@1.27.4 | The Go Authors | BSD-3-Clause' found
check python3 - sbom <<-'END'
import json, sys
d = json.load(open(sys.argv[1]))
[tool] = [c["bom-ref"] for c in d["components"] if c["name"] == "example.com/tool"]
# What is linked in C would not be among its modules.
assert [tool] in [c.get("dependencies") for c in d["compositions"] if c["aggregate"] == "incomplete"]
END

begin 'the same bytes in other places, zones, locales, and from a release that is fetched'
make_srv
sbom spdx
mv sbom first
mkdir -p elsewhere/cache
cp -R srv.yaml srv.lock.json roots.crt mirror elsewhere
cd elsewhere || exit
for disguise in TZ=Pacific/Kiritimati LC_ALL=tr_TR.UTF-8 HOME=/nonexistent; do
	run env "$disguise" bundler sbom -p linux/amd64 --cache cache --mirror "file://$PWD/mirror" srv.yaml
	stdout <../first
done
cd ..

begin 'another image, another recipe: another identifier'
make_srv
sbom spdx
grep documentNamespace sbom >one
sed -i 's/Srv Makers/Others/' srv.yaml
sbom spdx
grep documentNamespace sbom >two
sed -i 's/port: 1/port: 2/' srv.yaml
sbom spdx
grep documentNamespace sbom >three
check test "$(sort -u one two three | wc -l)" -eq 3
SOURCE_DATE_EPOCH=1000000000 run bundler sbom -p linux/amd64 "${srv[@]}"
cp "$scratch/stdout" sbom
stdout <sbom
check grep -q '"created": "2001-09-09T01:46:40Z"' sbom

begin 'files: a directory for several, or a name that ends so; a file for one'
make_srv
run bundler sbom -o out "${srv[@]}"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	DIGEST  out/srv-2.1.0-linux-amd64.spdx.json
	DIGEST  out/srv-2.1.0-windows-amd64.spdx.json
END
check sha256sum --check --quiet "$scratch/stdout"
run bundler sbom -p linux/amd64 --format cyclonedx -o new/dir/ "${srv[@]}"
stdout <<<'DIGEST  new/dir/srv-2.1.0-linux-amd64.cdx.json'
run bundler sbom -p linux/amd64 -o one.json "${srv[@]}"
stdout <<<'DIGEST  one.json'
check cmp one.json out/srv-2.1.0-linux-amd64.spdx.json
run bundler sbom -p linux/amd64 --format cyclonedx -o one.json "${srv[@]}"
stdout <<<'DIGEST  one.json'
run bundler sbom -p linux/amd64 -o - "${srv[@]}"
stdout <out/srv-2.1.0-linux-amd64.spdx.json
filter ''

begin 'what is refused, and leaves everything as it was'
make_srv
run bundler sbom "${srv[@]}"
status 2
stderr <<-'END'
	bundler: cannot write the SBOMs of 2 platforms to standard output: each is a document
	hint: choose one with --platform, or name a directory with --output
END
run bundler sbom --format spdx3 "${srv[@]}"
status 2
stderr <<<"bundler: cannot write format 'spdx3': it is not 'spdx' or 'cyclonedx'"
run bundler sbom -o '' -p linux/amd64 "${srv[@]}"
status 2
stderr <<<"bundler: cannot write to '': it is no place"
echo mine >mine
run bundler sbom -o mine -p linux/amd64 "${srv[@]}"
status 9
stderr <<-'END'
	bundler: cannot replace 'mine': it is no SBOM of bundler
	hint: choose another place, or remove it
END
check test "$(cat mine)" = mine
cp mirror/srv-linux-amd64 before
information | sed 's/CGO/OTHER/' | python3 "$here/go_program.py" elf go1 >mirror/srv-linux-amd64
rm -r cache
run bundler sbom -o new -p linux/amd64 --cache cache --mirror "file://$PWD/mirror" --offline srv.yaml
status 7
stderr <<-END
	bundler: cannot use 'file://$PWD/mirror/srv-linux-amd64': it has $(stat -c %s mirror/srv-linux-amd64) bytes, the lock says $(stat -c %s before)
END
check test ! -e new

finish
