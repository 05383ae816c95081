#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler validate: what it prints, and which places and files it refuses.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../layouts.sh"

make_layouts good docker-old members-terminal config-no-os nested-4 layer-unknown

begin 'a tag is one of the references'
cd "$layouts/good" || exit
run bundler validate oci:image:v1
run bundler validate oci:image:v2
status 1
stdout <<-'END'
	index.json: image-layout.md#indexjson-file: no manifest has the reference 'v2'
END
cd "$layouts/docker-old" || exit
run bundler validate docker-archive:image:v1
run bundler validate docker-archive:image:v2
status 1
stdout <<-'END'
	manifest.json: docker-archive: no image has the tag 'v2'
END

begin 'JSON'
cd "$layouts/good" || exit
run bundler validate --json oci:image
stdout <<-'END'
	{
	  "findings": [],
	  "left_out": 0
	}
END
cd "$layouts/members-terminal" || exit
filter "$(cat roles)"
run bundler validate --json oci:image
status 1
stdout <<-'END'
	{
	  "findings": [
	    {
	      "subject": "blobs/sha256/LAYER0",
	      "rule": "pax",
	      "text": "'../\\x1b[2J\\xc3\\xa9': a component is '..'"
	    }
	  ],
	  "left_out": 0
	}
END

begin 'usage'
run bundler validate
status 2
stderr <<<"bundler: cannot validate an image: no place is given"
run bundler validate oci:a oci:b
status 2
stderr <<<"bundler: cannot use operand 'oci:b': one place at a time"
run bundler validate dir:a
status 2
stderr <<<"bundler: cannot read an image from 'a': the place must be oci:, oci-archive:, docker-archive: or docker://"
run bundler validate image
status 2
stderr <<-'END'
	bundler: cannot use place 'image': its kind is unknown
	hint: places are written as oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, docker://IMAGE, dir:DIR, tar:FILE
END
run bundler validate --strikt oci:a
status 2
stderr <<-'END'
	bundler: cannot use option '--strikt': no such option
	hint: did you mean '--strict'? 'bundler validate --help' lists the options
END

begin 'places that are none'
mkdir empty
: >file
mkfifo fifo
run bundler validate oci:none
status 9
stderr <<<"bundler: cannot read 'none': No such file or directory"
run bundler validate oci:file
status 9
stderr <<-'END'
	bundler: cannot read 'file': Not a directory
	hint: write an archive as oci-archive:FILE or docker-archive:FILE
END
run bundler validate oci:empty
status 8
stderr <<<"bundler: cannot check 'empty': it has neither 'index.json' nor 'manifest.json'"
run bundler validate oci-archive:empty
status 9
stderr <<-'END'
	bundler: cannot read 'empty': not a regular file
	hint: write a layout in a directory as oci:DIR
END
TEST_TIMEOUT=5 run bundler validate docker-archive:fifo
status 9
stderr <<<"bundler: cannot read 'fifo': not a regular file"

begin 'a full disk'
cd "$layouts/config-no-os" || exit
run sh -c 'exec bundler validate oci:image >/dev/full'
status 9
stderr <<<"bundler: cannot write 'standard output': No space left on device"

# As somebody whom the mode of a file keeps out.
other() {
	if [ "$(id -u)" -eq 0 ]; then
		run setpriv --reuid 65534 --clear-groups "$@"
	else
		run "$@"
	fi
}

begin 'files that may not be read'
for kind in nested-4 layer-unknown; do
	cp -r "$layouts/$kind/image" image
	while read -r file; do
		chmod 0 "image/$file"
		other bundler validate oci:image
		status 9
		stderr <<<"bundler: cannot open '$file': Permission denied"
		chmod 644 "image/$file"
	done < <(find image -type f -printf '%P\n')
	rm -r image
done
cp -r "$layouts/good/image" image
chmod 0 image/blobs
other bundler validate oci:image
status 9
stderr <<<"bundler: cannot read 'blobs' in 'image': Permission denied"

finish
