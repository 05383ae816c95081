#!/bin/bash
# tests/run: once
# The published JSON Schema and the program judge recipes alike.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/product.sh"

python=/usr/bin/python3	# Debian's, which has the modules
$python -c 'import jsonschema, yaml' 2>/dev/null || skip_all 'python3-jsonschema or python3-yaml is missing'
make_product "$scratch/good"

# judge RECIPE: "valid" or "invalid", by the schema.
judge() {
	$python - "$top/configs/recipe.schema.json" "$1" <<-'END'
	import json, sys, jsonschema, yaml
	schema = json.load(open(sys.argv[1]))
	jsonschema.Draft7Validator.check_schema(schema)
	# As editors read it: YAML 1.2's core types, in which 1.0 is a number and yes is a text.
	class Loader(yaml.SafeLoader):
	    pass
	errors = list(jsonschema.Draft7Validator(schema).iter_errors(yaml.load(open(sys.argv[2]), Loader)))
	print("invalid" if errors else "valid")
	END
}

begin 'the committed recipes are valid'
for recipe in "$top"/configs/*.yaml; do
	check test "$(judge "$recipe")" = valid
done

begin 'the product of the tests is valid'
check test "$(judge "$scratch/good/tiny.yaml")" = valid

# Each line is a sed script; the recipe that it makes is refused by both.
while read -r script; do
	begin "refused by both: $script"
	cp -r "$scratch/good/." .
	sed "$script" "$scratch/good/tiny.yaml" >tiny.yaml
	check bash -c '! cmp -s "$1" tiny.yaml' - "$scratch/good/tiny.yaml"
	check test "$(judge tiny.yaml)" = invalid
	"$BUNDLER" rootfs --cache cache --offline tiny.yaml >/dev/null 2>&1
	check test $? -eq 3
done <<'END'
s/^name: tiny/name: tiny\ncolour: red/
s/^name: tiny//
s|^name: tiny|name: ../tiny|
s/^version: .*/version: [1]/
s/^version: .*/version: 1/
s/^platforms: .*/platforms: linux\/amd64/
s/^platforms: .*/platforms: []/
s/linux\/arm64/linux\/vax/
s/linux\/arm64/linux\/amd64/
s|path: /etc/tiny.conf|path: etc/tiny.conf|
s|path: /etc/tiny.conf, ||
s|file: tiny.conf|file: ../tiny.conf|
s|file: tiny.conf|file: /etc/passwd|
s|file: tiny.conf|file: a//b|
s|, file: tiny.conf||
s|member: tiny|member: tiny, file: tiny.conf|
s|mode: "1777"|mode: "1999"|
s|mode: "1777"|mode: 1777|
s|owner: "65532:65532"|owner: "nonroot"|
s|directory: true|directory: false|
s|program: true|program: maybe|
s|file: tiny.conf|file: tiny.conf, program: true|
s|link: tiny.conf|link: tiny.conf, mode: "0777"|
s|link: tiny.conf|link: ""|
s|linux: tar.gz|linux: rar|
s|linux: tar.gz|plan9: zip|
s|entrypoint: .*|entrypoint: []|
s|4222/tcp|70000/tcp|
s|4222/tcp|0/tcp|
s|53/udp|53/sctp|
s|TINY=1|TINY|
s|workdir: /$|workdir: here|
s|SIGINT|INT|
s|user: "65532:65532"|user: nonroot|
s|nonroot: {|.hidden: {|
s|nonroot: {|nonroot: {colour: red, |
END

finish
