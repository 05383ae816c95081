#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `bundler audit --list` of a night: IMAGES images (200) of ten recipes, each with a server of 16 MB in an
# archive of its own, from a mirror that is a directory. Cold: nothing is in the cache. Warm: all releases are.
. "$(dirname "$0")/lib.sh"

images=${IMAGES:-200}
runs=${RUNS:-5}

# A static ELF header and filler that compresses to some three quarters, other bytes for each number.
make_server() { # NUMBER
	python3 - "$1" <<-'END'
	import random, struct, sys
	head = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400100, 64, 0, 0, 64, 56, 1, 64, 0, 0)
	load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 16 << 20, 16 << 20, 0x1000)
	program = (b"\x7fELF\x02\x01\x01" + bytes(9) + head + load).ljust(0x100, b"\0")
	block = bytes(random.Random(int(sys.argv[1])).choices(range(64), k=1 << 20))
	sys.stdout.buffer.write((program + 16 * block)[:16 << 20])
	END
}

make_recipe() { # NUMBER
	local name=server$1 stem=server$1-1.0-linux-amd64
	mkdir "$stem"
	make_server "$1" >"$stem/$name"
	chmod 755 "$stem/$name"
	tar --format=ustar --owner=0 --group=0 --mtime=@1000000000 --sort=name -c "$stem" | gzip -6n >"mirror/$stem.tar.gz"
	rm -r "$stem"
	(cd mirror && sha256sum "$stem.tar.gz" >"$name.sums")
	cat >"$name.yaml" <<-END
	name: $name
	version: "1.0"
	release:
	  asset: "$name-{version}-linux-amd64.{format}"
	  url: "https://$name.example/{asset}"
	  sums: "https://$name.example/$name.sums"
	  directory: "$name-{version}-linux-amd64"
	  format: {linux: tar.gz}
	platforms: [linux/amd64]
	root:
	  - {path: /$name, member: $name, mode: "0755", program: true}
	image:
	  entrypoint: [/$name]
	END
	"$bundler" lock --sums "mirror/$name.sums" --cache cache --mirror "file://$PWD/mirror" --record "$name.yaml" >/dev/null
	"$bundler" image --cache cache --offline -o "oci:images/$name" "$name.yaml" >/dev/null
}

cd "$work" || exit
mkdir mirror images
export SOURCE_DATE_EPOCH=1234567890
for ((i = 0; i < 10; i++)); do
	make_recipe $i
done
for ((i = 0; i < images; i++)); do
	cp -al "images/server$((i % 10))" "images/$i"
	echo "oci:images/$i server$((i % 10)).yaml"
done >list
mv cache full

# measure NAME JOBS: medians of wall and processor time for an image, and the peak of a process.
measure() {
	local i
	: >"$work/times"
	for ((i = 0; i < runs; i++)); do
		rm -rf cache summaries
		[ "$1" = cold ] || cp -a full cache
		/usr/bin/time -f '%e %U %S %M' -a -o "$work/times" "$bundler" audit --cache cache \
			--mirror "file://$work/mirror" --list list -j "$2" -q --attest summaries >report
		[ "$(grep -c '"status":0' report)" -eq "$images" ] || { echo 'bench: not all have passed' >&2; exit 1; }
	done
	awk -v name="audit --list -j $2, $1" -v w="$(awk '{ print $1 }' "$work/times" | median)" \
		-v p="$(awk '{ print $2 + $3 }' "$work/times" | median)" -v peak="$(awk '{ print $4 }' "$work/times" | median)" \
		-v n="$images" -v runs="$runs" 'BEGIN {
		printf "%-44s %7.1f ms   (processor time %.1f ms for an image, %.0f images a minute; peak %.1f MiB a process; median of %d runs of %d images)\n",
			name, w / n * 1e3, p / n * 1e3, 60 / (w / n), peak / 1024, runs, n }'
}

for jobs in 1 2; do
	measure cold $jobs
	measure warm $jobs
done
