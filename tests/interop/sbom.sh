#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=900 seconds=60
# SBOMs against the official schemas and in the Go libraries of both formats; what is read from Go
# programs against `go version -m`. $SBOM_PLATFORMS are tried. With $SBOM_READERS, syft's and trivy's
# decoders read them, too: compiling these takes a long time, so `make thorough` does both.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

need python3
python3 -c 'import jsonschema' 2>/dev/null || skip_all 'no python3-jsonschema'
need_go sbom
here=$top/tests/interop/sbom
go=$top/configs/source/go.sh
platforms=${SBOM_PLATFORMS:-linux/amd64 linux/386 linux/s390x windows/amd64}

# Both schemas come in modules: CycloneDX's in that of its library, SPDX's in syft's.
cyclonedx=$(cd "$here" && "$go" list -m -f '{{.Dir}}' github.com/CycloneDX/cyclonedx-go 2>"$scratch/log")/schema
schemas=$(cd "$here/schemas" && GOFLAGS=-mod=readonly "$go" mod download -json github.com/anchore/syft@v1.57.1 2>"$scratch/log" |
	sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
spdx=$schemas/schema/spdx-json/spdx-schema-2.3.json
[ -e "$cyclonedx/bom-1.6.schema.json" ] && [ -e "$spdx" ] || bail_out 'no schemas' "$scratch/log"

# A program with modules of all kinds, from a source of modules that is made here: a replacement
# with a version, one that is a directory, a name with upper case, settings that are quoted.
write_modules() {
	mkdir -p source proxy directory
	python3 - proxy <<-'END'
	import os, sys, zipfile
	for path, version in (("example.com/a", "v1.2.3"), ("example.com/b", "v0.1.0"),
	                      ("example.com/!fork/b", "v0.2.0-rc.1"), ("example.com/c", "v2.0.0+incompatible")):
	    name = path.replace("!f", "F")
	    folder = os.path.join(sys.argv[1], path, "@v")
	    os.makedirs(folder)
	    module = "module " + ("example.com/b" if name.endswith("/b") else name) + "\n"
	    with open(f"{folder}/{version}.mod", "w") as f:
	        f.write(module)
	    with open(f"{folder}/{version}.info", "w") as f:
	        f.write('{"Version": "%s", "Time": "2020-01-01T00:00:00Z"}' % version)
	    with zipfile.ZipFile(f"{folder}/{version}.zip", "w") as z:
	        if "incompatible" not in version:
	            z.writestr(f"{name}@{version}/go.mod", module)
	        z.writestr(f"{name}@{version}/x.go", "package x\n\nvar X = 1\n")
	END
	printf 'module example.com/d\n' >directory/go.mod
	printf 'package x\n\nvar X = 1\n' >directory/x.go
	cat >source/go.mod <<-'END'
	module example.com/srv/v2

	go 1.21

	require (
		example.com/a v1.2.3
		example.com/b v0.1.0
		example.com/c v2.0.0+incompatible
		example.com/d v1.0.0
	)

	replace example.com/b => example.com/Fork/b v0.2.0-rc.1

	replace example.com/d => ../directory
	END
	cat >source/main.go <<-'END'
	package main

	import (
		a "example.com/a"
		b "example.com/b"
		c "example.com/c"
		d "example.com/d"
	)

	func main() { println(a.X, b.X, c.X, d.X) }
	END
}

# build PLATFORM FILE [OPTION]...: a program for the platform, with the pinned Go.
read -r goroot gocache < <("$go" env GOROOT GOCACHE 2>/dev/null | paste -sd ' ')
build() {
	local os arch variant
	IFS=/ read -r os arch variant <<<"$1"
	(cd source && env -u GOFLAGS GOCACHE="$gocache" GOMODCACHE="$scratch/modcache" GOENV=off GOTOOLCHAIN=local \
		GOFLAGS='-mod=mod -modcacherw -buildvcs=false' GOPROXY="file://$scratch/modules/proxy" GONOSUMDB='*' \
		CGO_ENABLED=0 GOOS="$os" GOARCH="$arch" GOARM="${variant#v}" \
		"$goroot/bin/go" build "${@:3}" -o "$2" .) >"$scratch/log" 2>&1
}

# A product whose releases are these programs, and whose tree has a bundle with an origin.
make_modules() {
	local platform target
	mkdir -p "$scratch/modules/mirror"
	cd "$scratch/modules" || exit
	write_modules
	for platform in $platforms; do
		target=${platform//\//-}
		build "$platform" "$PWD/mirror/srv-$target" -ldflags='-s -w -X "main.a=b c"' ||
			bail_out "cannot build for $platform" "$scratch/log"
	done
	cat >srv.yaml <<-END
	name: srv
	version: 2.1.0
	release:
	  asset: "srv-{target}"
	  url: "https://example.com/{version}/{asset}"
	  sums: ""
	  target: "{os}-{arch}"
	  format: {linux: program, windows: program}
	  license: LicenseRef-srv AND Apache-2.0
	platforms: [${platforms// /, }]
	certificates: {file: roots.crt, origin: Debian ca-certificates 20250419~deb12u2}
	root:
	- {path: "/srv{exe}", asset: true, mode: "0755", program: true}
	- {path: /etc/roots.crt, certificates: true, os: linux}
	- {path: "/a b", text: "x\n"}
	image:
	  entrypoint: ["/srv{exe}"]
	  labels:
	    org.opencontainers.image.vendor: Makers
	    org.opencontainers.image.authors: A Person <a@example.com>
	END
	sed -i 's|target: .*|target: {'"$(for platform in $platforms; do
		printf '%s: %s, ' "$platform" "${platform//\//-}"; done)"'}|; s/, }/}/' srv.yaml
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null \
		-days 36500 -subj /CN=root -out roots.crt 2>/dev/null
	(cd mirror && sha256sum srv-* >SUMS)
	"$BUNDLER" lock --sums mirror/SUMS --cache cache --mirror "file://$PWD/mirror" --download srv.yaml \
		>"$scratch/log" 2>&1 || bail_out 'no lock' "$scratch/log"
	cd "$OLDPWD" || exit
}

make_modules
srv=(--cache "$scratch/modules/cache" --offline "$scratch/modules/srv.yaml")
make_product "$scratch/tiny"

# write_all: the SBOMs of both products in both formats, below spdx and cyclonedx.
write_all() {
	local format
	for format in spdx cyclonedx; do
		"$BUNDLER" sbom --format "$format" -o "$format" "${srv[@]}" >/dev/null &&
			"$BUNDLER" sbom --format "$format" -o "$format" --cache "$scratch/tiny/cache" --offline \
				"$scratch/tiny/tiny.yaml" >/dev/null || fail "no SBOMs in $format"
	done
}

begin 'the official schemas'
write_all
check python3 - "$cyclonedx" "$spdx" cyclonedx/* spdx/* <<-'END'
import glob, json, sys
import jsonschema

def load(name):
    with open(name, encoding="utf-8") as f:
        return json.load(f)

cyclonedx, spdx, *documents = sys.argv[1:]
store = {}
for name in glob.glob(cyclonedx + "/*.json"):
    schema = load(name)
    store[schema["$id"]] = schema
schemas = {"cyclonedx": load(cyclonedx + "/bom-1.6.schema.json"), "spdx": load(spdx)}
assert len(documents) >= 8
for name in documents:
    schema = schemas[name.split("/")[0]]
    resolver = jsonschema.RefResolver.from_schema(schema, store=store)
    validator = jsonschema.validators.validator_for(schema)(schema, resolver=resolver)
    for error in validator.iter_errors(load(name)):
        sys.exit(f"{name}: {list(error.absolute_path)}: {error.message}")
    # The schema is really applied.
    broken = load(name)
    if "packages" in broken:
        broken["packages"][0]["SPDXID"] = 5
    else:
        broken["components"][0]["type"] = "none"
    assert list(validator.iter_errors(broken)), name
END

begin 'the Go libraries of both formats read them, and find the same packages'
write_all
for file in spdx/*; do
	name=$(basename "$file" .spdx.json)
	check "$sbom" "$file" "cyclonedx/$name.cdx.json"
	"$sbom" "$file" >one && "$sbom" "cyclonedx/$name.cdx.json" >other
	check diff <(sed 1d one) <(sed 1d other)
done

# compare_go FILE SBOM: the modules of a program, and what it says of itself, as Go reads them.
compare_go() {
	check "$goroot/bin/go" version -m "$1"
	"$goroot/bin/go" version -m "$1" >said
	check python3 - said "$2" <<-'END'
	import json, sys
	said = open(sys.argv[1]).read().splitlines()
	document = json.load(open(sys.argv[2]))
	packages = {p["SPDXID"]: p for p in document["packages"]}
	[program] = [p for p in packages.values() if p["primaryPackagePurpose"] == "APPLICATION"]
	needs = [packages[r["relatedSpdxElement"]] for r in document["relationships"]
	         if r["spdxElementId"] == program["SPDXID"] and r["relationshipType"] == "DEPENDS_ON"]
	found = set()
	for p in needs:
	    facts = dict(line.split(": ", 1) for line in p.get("comment", "").splitlines())
	    found.add((p["name"], p.get("versionInfo", ""), facts.get("go:sum", ""),
	               facts.get("go:replaces", facts.get("go:replaced-by", ""))))
	    purl = p["externalRefs"][0]["referenceLocator"]
	    assert purl.startswith("pkg:golang/" + p["name"]), purl
	    assert "checksums" not in p, "a sum is no hash of a file"
	expected = {("stdlib", said[0].rsplit(": ", 1)[1].split()[0].removeprefix("go"), "", "")}
	modules, statements = [], []
	for line in filter(str.strip, said[1:]):
	    word, *columns = line[1:].split("\t")
	    if word == "dep":
	        modules.append([*columns, ""][:3] + [""])
	    elif word == "=>":
	        path, version, total = [*columns, ""][:3]
	        modules[-1] = ([path, version, total, " ".join(modules[-1][:2])] if version.startswith("v")
	                       else [modules[-1][0], "", "", path])
	    else:
	        statements.append(f"{word}\t" + " ".join(columns).strip())
	expected |= {tuple(m) for m in modules}
	assert found == expected, (found ^ expected)
	kinds = {"go:path": "path", "go:main": "mod", "go:build": "build"}
	path = "/" + program["name"]
	own = []
	for line in program["sourceInfo"].splitlines():
	    name, text = line.split(": ", 1)
	    if name in kinds:
	        own.append(f"{kinds[name]}\t" + text.split(": ", 1)[1].strip())
	assert sorted(own) == sorted(" ".join(s.split(" h1:")[0:1]) for s in statements), (own, statements)
	END
}

begin 'go version -m says the same of every platform'
write_all
for platform in $platforms; do
	compare_go "$scratch/modules/mirror/srv-${platform//\//-}" "spdx/srv-2.1.0-${platform//\//-}.spdx.json"
done
check grep -q '"example.com/Fork/b"' spdx/srv-2.1.0-linux-amd64.spdx.json
check grep -q 'go:replaced-by: ../directory' spdx/srv-2.1.0-linux-amd64.spdx.json
check test "$(grep -c '"versionInfo": "(devel)"' spdx/srv-2.1.0-linux-amd64.spdx.json)" -eq 0
check grep -q 'go:build: /srv: -ldflags=' spdx/srv-2.1.0-linux-amd64.spdx.json

# Those that have been rebuilt from their sources.
for recipe in nats-server nats-streaming-server; do
	begin "the same of $recipe"
	rebuilt=0
	for archive in "$top/build/source/$recipe"-v*; do
		[ -e "$archive" ] || continue
		platform=${archive##*/"$recipe"-v}
		platform=${platform#*-} platform=${platform%.tar.gz} platform=${platform%.zip}
		[[ $platform != linux-arm[67] ]] || platform=linux-arm-v${platform: -1}
		run bundler sbom -p "$(sed 's|-|/|; s|-v|/v|' <<<"$platform")" -o out/ --cache cache --offline \
			--mirror "file://$top/build/source" --lock "$top/configs/$recipe.source.lock.json" \
			"$top/configs/$recipe.yaml"
		stdout <"$scratch/stdout"
		check bsdtar -xf "$archive"
		compare_go "$(find . -path "*$recipe-v*" -type f -name "$recipe*" ! -name '*.json')" out/*"$platform.spdx.json"
		rm -rf "$recipe"-v*
		rebuilt=$((rebuilt + 1))
	done
	[ "$rebuilt" -gt 0 ] || skip 'not rebuilt'
done

if [ -n "${SBOM_READERS-}" ]; then
	need_go syft
	need_go trivy
	begin 'syft and trivy find all packages, each with its version, in both formats'
	write_all
	python3 - spdx/srv-2.1.0-linux-amd64.spdx.json >listed <<-'END'
	import json, sys
	for p in json.load(open(sys.argv[1]))["packages"][1:]:
	    print(p["name"], p.get("versionInfo", ""))
	END
	sort listed >expected
	for reader in "$syft" "$trivy"; do
		for file in spdx/srv-2.1.0-linux-amd64.spdx.json cyclonedx/srv-2.1.0-linux-amd64.cdx.json; do
			check "$reader" "$file"
			"$reader" "$file" | sort >found
			check diff expected found
		done
	done
fi

finish
