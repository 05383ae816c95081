# SPDX-License-Identifier: Apache-2.0
# What the tests with other tools share; bash, sourced by each: the harness of the container
# tests, the small product of the command tests, and
#
#	registry [SETTING]...	a registry on loopback until the test ends; $registry is its address
#
# In $made: one (a layout for linux/amd64), many (for all three platforms), one.tar and many.tar
# (archives of the same), rootfs (the trees), and what the functions below add. The images have
# the tag $mark, by which everything is removed from engines at the end.

. "$(dirname "${BASH_SOURCE[0]}")/../container/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../product.sh"

made=$scratch/made
epoch=1234567890
product=(--cache "$scratch/product/cache" --offline "$scratch/product/tiny.yaml")
server=(--cache "$scratch/cache" --offline --mirror "file://$top/build/source"
	--lock "$top/configs/nats-streaming-server.source.lock.json"
	"$top/configs/nats-streaming-server.yaml")

# bundle COMMAND...: the program under test, before the tests; ends the script if it fails.
bundle() {
	bundler "$@" >"$scratch/log" 2>&1 || bail_out "bundler $*" "$scratch/log"
}

make_images() {
	make_product "$scratch/product"
	mkdir "$made"
	bundle image -p linux/amd64 -o "oci:$made/one:$mark" "${product[@]}"
	bundle image -o "oci:$made/many:$mark" "${product[@]}"
	bundle image -p linux/amd64 -o "docker-archive:$made/one.tar:$mark" "${product[@]}"
	bundle image -o "docker-archive:$made/many.tar:$mark" "${product[@]}"
	bundle rootfs -o "$made/rootfs" "${product[@]}"
}

# The server, rebuilt from its source: $made/server.tar of linux/amd64, its layout and its tree.
make_server() {
	need_archives linux/amd64
	bundle image -p linux/amd64 -o "docker-archive:$made/server.tar:$mark" "${server[@]}"
	bundle image -p linux/amd64 -o "oci:$made/server:$mark" "${server[@]}"
	bundle rootfs -p linux/amd64 -o "$made/server.rootfs" "${server[@]}"
	version=$(sed -n 's/^version: *//p' "$top/configs/nats-streaming-server.yaml")
}

# field FILE KEY...: one value of a JSON document.
field() {
	python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]:
    value = value[int(key) if key.lstrip("-").isdigit() else key]
print(value if isinstance(value, str) else json.dumps(value))' "$@"
}

blob() { echo "$1/blobs/sha256/${2#sha256:}"; }	# LAYOUT DIGEST: its path

# digest LAYOUT: the digest that its index.json points to. The rest are of a layout with one image.
digest() { field "$1/index.json" manifests 0 digest; }
manifest() { blob "$1" "$(digest "$1")"; }
config_digest() { field "$(manifest "$1")" config digest; }
config() { blob "$1" "$(config_digest "$1")"; }
diff_id() { field "$(config "$1")" rootfs diff_ids 0; }
layer() { blob "$1" "$(field "$(manifest "$1")" layers 0 digest)"; }

# same_blobs LAYOUT LAYOUT: every blob of the one is in the other, and nothing else.
same_blobs() { check diff -r "$1/blobs" "$2/blobs"; }

# intact PLACE PLATFORMS [OPTION]...: what a tool has made of an image or tree keeps to the
# specifications, where there are some, and is what recipe, lock and release ($product) make.
intact() {
	case $1 in oci:* | *-archive:*) run bundler validate "$1" ;; esac
	run bundler audit -q "${@:3}" "${product[@]:0:${#product[@]}-1}" "$1" "${product[-1]}"
	filter 's/; [0-9]+ notes?\)/)/; s/equivalent/identical/'
	stdout <<<"verdict: identical ($2)"
	filter ''
}

# same_tree DIRECTORY [MANIFEST]: holds exactly what the manifest says. The root directory is in
# no layer, so that its time is whatever a tool makes it.
same_tree() {
	touch -d "@$epoch" "$1"
	run mtree -p "$1" -f "${2:-$made/rootfs/linux-amd64.mtree}"
}

# registry [SETTING]...: lines of its configuration. What it was asked is in background.log.
registry_http=	# more of the setting "http"
registry() {
	cat >registry.yaml <<-END
	version: 0.1
	storage: {filesystem: {rootdirectory: $PWD/registry}}
	http: {addr: "127.0.0.1:0"$registry_http}
	END
	printf '%s\n' "$@" >>registry.yaml
	background docker-registry serve registry.yaml
	wait_for grep -q 'listening on 127' background.log
	registry=$(sed -n 's/.*listening on \(127[0-9.:]*\).*/\1/p' background.log)
}
