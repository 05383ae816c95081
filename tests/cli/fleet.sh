#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# configs/fleet: what its files have engines do is done here, with images of this machine.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

need jq python3
use_product
fleet=$top/configs/fleet

# night: a directory as the engines have it, with recipes, a list, and a cache.
night() {
	cp -r "$scratch/product" recipes
	mv recipes/cache cache
	make image -o oci:same:1.0
	make image --compress zstd -o oci:packed:1.0
	make image --flavour nonroot -o oci:other:1.0
	cat >images.txt <<-'END'
		# a comment

		oci:same:1.0 recipes/tiny.yaml
		oci:packed:1.0 recipes/tiny.yaml
		oci:other:1.0 recipes/tiny.yaml
		oci:missing recipes/tiny.yaml
	END
}

# script FILE KEY...: the text of a script in a document of a YAML file that has these keys.
script() { python3 -c 'import sys, yaml
for document in yaml.safe_load_all(open(sys.argv[1])):
    try:
        for key in sys.argv[2:]: document = document[int(key) if key.isdigit() else key]
        print(document)
    except (KeyError, TypeError): pass' "$@"; }

begin 'GitHub: each part audits its rows, and what has not passed is collected'
night
script "$fleet/github.yml" jobs audit steps 3 run >audit.sh
script "$fleet/github.yml" jobs collect steps 1 run >collect.sh
check test -s audit.sh
check test -s collect.sh
for part in 1 2 3; do
	check env PART=$part PARTS=3 bash --noprofile --norc -eo pipefail audit.sh
	mkdir -p parts/part-$part
	check mv report.jsonl summaries parts/part-$part
done
run bash --noprofile --norc -eo pipefail collect.sh
status 1
check test "$(cut -f 1,2 failed.txt)" = "$(printf '1\toci:other:1.0\n9\toci:missing')"
check test "$(tail -n 4 "$scratch/stdout")" = "$(printf 'failed: 1\ndifferent: 1\nequivalent: 1\nidentical: 1')"
stdout_stated=1
check test "$(jq -r .image report.jsonl | tr '\n' ' ')" = 'oci:same:1.0 oci:packed:1.0 oci:other:1.0 oci:missing '
check test "$(find parts -name 'sha256-*.json' | wc -l)" -eq 2
head -n 2 report.jsonl >parts/part-1/report.jsonl
rm parts/part-[23]/report.jsonl
check bash --noprofile --norc -eo pipefail collect.sh

begin 'Kubernetes: a pod audits the row of its number'
night
grep '^oci' images.txt >rows.txt
keys=(spec jobTemplate spec template spec containers 0 command)
check test "$(script "$fleet/kubernetes.yaml" "${keys[@]}" 0)" = /bin/sh
check test "$(script "$fleet/kubernetes.yaml" "${keys[@]}" 1)" = -euc
mkdir list results
mv rows.txt list/images.txt
script "$fleet/kubernetes.yaml" "${keys[@]}" 2 | sed "s, /list, list,; s,/results,results,; s,/cache,cache," >pod.sh
for row in '0 0' '1 0' '2 1' '3 9'; do
	JOB_COMPLETION_INDEX=${row% *} sh -eu pod.sh 2>/dev/null
	check test $? -eq "${row#* }"
done
check test "$(jq -r .verdict results/?.json | tr '\n' ' ')" = 'identical equivalent different null '
check test "$(ls results | tr '\n' ' ')" = '0.json 0.summary.json 1.json 1.summary.json 2.json 3.json '

# backend ARCHIVE: as rebuilderd's worker calls it.
backend() {
	rm -rf out
	mkdir out
	run env FLEET="$PWD/fleet" FLEET_RESULTS="$PWD/results" FLEET_CACHE="$PWD/cache" REBUILDERD_OUTDIR="$PWD/out" \
		"$fleet/rebuilder-bundler.sh" "$1"
}
begin 'rebuilderd: the same digests are the same file, others show the difference'
night
mkdir fleet inputs
cp -r recipes fleet
for kind in same packed other; do
	bundler copy oci:$kind:1.0 oci-archive:inputs/$kind.tar:1.0 >/dev/null
	echo "oci-archive:$kind.tar recipes/tiny.yaml"
done >fleet/images.txt
backend inputs/same.tar
check cmp inputs/same.tar out/same.tar
check jq -e '.predicate.verifiedLevels == ["BUNDLER_REPRODUCED"]' results/same.tar.summary.json
for kind in packed other; do
	backend inputs/$kind.tar
	stdout_stated=1
	check test -s out/$kind.tar
	check test "$(cmp inputs/$kind.tar out/$kind.tar >/dev/null; echo $?)" -eq 1
	check test ! -e results/$kind.tar.summary.json
done
cp inputs/same.tar inputs/unknown.tar
backend inputs/unknown.tar
status 2
stderr <<<"rebuilder-bundler: no row of $PWD/fleet/images.txt is about unknown.tar"
echo broken >inputs/same.tar
backend inputs/same.tar
status 8
stderr_stated=1
check test -z "$(ls out)"

begin 'the example of a list is one'
sed 's,recipes/.*,missing.yaml,; s,docker://,oci:/missing/,; s,@.* , ,; s,:[^:/ ]* , ,' "$fleet/images.txt" >list
run bundler audit --list list
status 9
stdout_stated=1
stderr <<<'note: 2 images: 0 identical, 0 equivalent, 0 different, 2 failed'

finish
