#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler audit: what it prints, what it ignores, what it leaves alone, and what it refuses.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

use_product
audit() { run bundler audit "$@" "${product[@]}"; }

begin 'fields that are ignored are always said'
make rootfs -p linux/amd64 -o trees
chmod 700 trees/linux-amd64/tmp
touch trees/linux-amd64/tiny
audit --ignore mode,time,owner -p linux/amd64 dir:trees/linux-amd64
stdout <<<'verdict: identical (linux/amd64; ignored: mode, owner, time)'
audit -q --ignore time,owner --ignore time -p linux/amd64 dir:trees/linux-amd64
status 1
stdout <<<'verdict: different (linux/amd64; 1 difference; ignored: owner, time)'
audit --ignore size,colour dir:trees/linux-amd64
status 2
stderr <<-'END'
	bundler: cannot ignore 'colour': no such field
	hint: fields are path, type, mode, owner, time, size, content, link, attribute, runtime, platform, config, history, annotation, layer, manifest, index, file, attestation
END

begin 'JSON'
make image -p linux/amd64 -o oci:layout:test
printf 'x' >"layout/$(printf 'ev\033il\xff')"
audit --json --ignore mode oci:layout
filter '/^  "confined"/,/\}/d'	# tests/hostile/confine.sh
stdout <<-'END'
	{
	  "name": "tiny",
	  "version": "1.0",
	  "release": "official",
	  "epoch": 1234567890,
	  "platforms": [
	    "linux/amd64"
	  ],
	  "ignored": [
	    "mode"
	  ],
	  "strict": false,
	  "required": "equivalent",
	  "verdict": "identical",
	  "difference_count": 0,
	  "note_count": 2,
	  "differences": [],
	  "notes": [
	    {
	      "class": "name",
	      "field": "index",
	      "subject": "descriptor/annotations/org.opencontainers.image.ref.name",
	      "expected": "\"1.0\"",
	      "found": "\"test\""
	    },
	    {
	      "class": "place",
	      "field": "file",
	      "subject": "ev\\x1bil\\xff",
	      "expected": null,
	      "found": "a file"
	    }
	  ]
	}
END
make rootfs -p linux/arm64 -o trees
printf 'port: 4223\n' >trees/linux-arm64/etc/tiny.conf
audit --json --ignore time,owner -p linux/arm64 dir:trees/linux-arm64
status 1
stdout <<END
{
  "name": "tiny",
  "version": "1.0",
  "release": "official",
  "epoch": 1234567890,
  "platforms": [
    "linux/arm64"
  ],
  "ignored": [
    "owner",
    "time"
  ],
  "strict": false,
  "required": "equivalent",
  "verdict": "different",
  "difference_count": 1,
  "note_count": 0,
  "differences": [
    {
      "class": "files",
      "field": "content",
      "subject": "/etc/tiny.conf",
      "expected": "sha256:$(echo 'port: 4222' | sha256sum | cut -d' ' -f1)",
      "found": "sha256:$(echo 'port: 4223' | sha256sum | cut -d' ' -f1)",
      "offset": 9
    }
  ],
  "notes": []
}
END

begin 'nothing is written, and nothing left behind'
make image -p linux/amd64 -o oci:layout
mkdir tmp
cp -a layout copy
TMPDIR=$PWD/tmp run bundler audit oci:layout "${product[@]}"
stdout <<<'verdict: identical (linux/amd64)'
check diff -r copy layout
files tmp </dev/null
TMPDIR=$PWD/none run bundler audit oci:layout "${product[@]}"
status 9
stderr <<-END
	bundler: cannot open '$PWD/none': No such file or directory
	hint: large temporary files are kept in TMPDIR
END

begin 'an archive that is not in the cache'
make image -p linux/amd64 -o oci:layout
run bundler audit --cache empty --offline oci:layout "$scratch/product/tiny.yaml"
status 4
stderr <<-'END'
	bundler: cannot fetch 'tiny-1.0-linux-amd64.tar.gz': it is not in the cache
	hint: run once without --offline
END
run bundler audit --cache empty --mirror "file://$scratch/product/mirror" oci:layout \
	"$scratch/product/tiny.yaml"
stdout <<<'verdict: identical (linux/amd64)'

refused() { # refused STATUS MESSAGE ARGUMENT...
	local status=$1 message=$2
	shift 2
	audit "$@"
	status "$status"
	stderr <<<"bundler: $message"
}

begin 'what cannot be audited'
make image -p linux/amd64 -o oci:layout
run bundler audit
status 2
stderr <<<'bundler: cannot audit: no place is given'
refused 2 "cannot use platform 'linux/mips64le': recipe '$scratch/product/tiny.yaml' does not list it" \
	-p linux/mips64le oci:layout
refused 2 "cannot audit 'dir:trees': a tree has only one platform" \
	-p linux/amd64 -p linux/arm64 dir:trees
refused 2 "cannot use flavour 'none': recipe '$scratch/product/tiny.yaml' does not have it" \
	--flavour none oci:layout
refused 2 "cannot use style 'none': it is not 'doi'" --style none oci:layout
refused 9 "cannot read 'none': No such file or directory" oci:none
refused 9 "cannot read 'none': No such file or directory" -p linux/amd64 dir:none
refused 9 "cannot read 'layout': not a regular file" -p linux/amd64 tar:layout
refused 9 "cannot read 'layout': not a regular file
hint: write a layout in a directory as oci:DIR" oci-archive:layout
refused 9 "cannot read 'layout/index.json': Not a directory
hint: write an archive as oci-archive:FILE or docker-archive:FILE" oci:layout/index.json
refused 8 "cannot read 'empty': it has no table of contents
hint: a root file system is dir:DIR, or tar:FILE in an archive" oci:"$(mkdir -p empty && echo empty)"
mkfifo fifo
TEST_TIMEOUT=5 refused 9 "cannot read 'fifo': not a regular file" -p linux/amd64 tar:fifo
TEST_TIMEOUT=5 refused 9 "cannot read 'fifo': not a regular file" oci-archive:fifo
head -c 1000 layout/index.json >cut.tar
refused 8 "cannot read 'cut.tar': it is truncated" -p linux/amd64 tar:cut.tar

finish
