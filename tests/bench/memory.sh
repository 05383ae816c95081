#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Peak memory of `bundler rootfs` on archives of 10 MB and of 1 GB that hold one member each,
# random bytes that do not compress, so archive and member are equally large; and on the larger one
# that of the commands that make, audit and validate its image.
. "$(dirname "$0")/lib.sh"

make_recipe() { # DIRECTORY MEGABYTES
	mkdir -p "$1/mirror"
	cat >"$1/blob.yaml" <<-END
	name: blob
	version: "1"
	release:
	  asset: "blob-{target}.{format}"
	  url: "https://blob.example/{asset}"
	  sums: "https://blob.example/SHA256SUMS"
	  directory: blob
	  format: {linux: tar.gz}
	platforms: [linux/amd64]
	root:
	  - {path: /blob, member: blob, mode: "0755"}
	image: {entrypoint: [/blob]}
	END
	mkdir "$1/blob"
	head -c "$2"000000 /dev/urandom >"$1/blob/blob"
	# Level 1 keeps making it cheap; nothing is gained by compressing random bytes.
	tar -C "$1" -c blob | gzip -1n >"$1/mirror/blob-linux-amd64.tar.gz"
	rm -r "$1/blob"
	(cd "$1/mirror" && sha256sum blob-*.tar.gz >SHA256SUMS)
	"$bundler" lock --sums "$1/mirror/SHA256SUMS" --cache "$1/cache" "$1/blob.yaml" >/dev/null
}

peak_of() { # DIRECTORY
	peak "$bundler" rootfs --cache "$1/cache" --mirror "file://$1/mirror" -o "$1/rootfs" "$1/blob.yaml"
}

make_recipe "$work/small" 10
make_recipe "$work/large" 1000
small=$(peak_of "$work/small")
large=$(peak_of "$work/large")
figure 'peak memory, archive of 10 MB' "$small" KiB 'at most 65536'
figure 'peak memory, archive of 1 GB' "$large" KiB 'at most 8192'

large=$work/large
release=(--cache "$large/cache" --mirror "file://$large/mirror")
show() { # COMMAND...
	figure "  bundler $1" "$(peak "$bundler" "$@")" KiB 'at most 16384'
}
echo 'peak memory, image of a program of 1 GB'
show image "${release[@]}" -o "oci:$work/layout" "$large/blob.yaml"
show audit "${release[@]}" "oci:$work/layout" "$large/blob.yaml"
show validate "oci:$work/layout"
