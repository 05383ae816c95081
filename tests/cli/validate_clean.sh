#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler validate: the images that bundler makes, and unusual ones, have no finding.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../layouts.sh"
. "$(dirname "$0")/../product.sh"

use_product

# clean PLACE [OPTION]...: bundler's own image there has no finding.
clean() {
	local place=$1
	shift
	bundler image -o "$place" "$@" "${product[@]}" >made 2>&1 || fail "$(cat made)"
	run bundler validate "$place"
}

begin "bundler's own images"
for form in oci oci-archive docker-archive; do
	clean "$form:all-$form"
	clean "$form:one-$form:v2" -p linux/arm/v7
	clean "$form:plain-$form" --compress none
	clean "$form:zstd-$form" --compress zstd
	clean "$form:nonroot-$form" --flavour nonroot
done
clean oci:doi -p linux/arm64 --style doi

begin "bundler's own images of one platform, strictly"
for platform in linux/amd64 linux/arm64 linux/arm/v7; do
	clean "oci:${platform//\//-}" -p "$platform"
	run bundler validate --strict "oci:${platform//\//-}"
	clean "oci:doi-${platform//\//-}" -p "$platform" --style doi
	run bundler validate --strict "oci:doi-${platform//\//-}"
done
clean oci:several
run bundler validate --strict oci:several
status 1
stdout <<-'END'
	index.json: oci-import: manifests[0].mediaType: it is not that of an OCI manifest
END

make_layouts good archive-{good,dotted} docker-{old,new,bare,gzip,zstd,no-tags} \
	layer-{plain,gzip-members,zstd,zstd-frames,foreign,docker,unknown} long-names whiteout-above \
	members-{device,hard-link} nested-4 config-{history-empty,history-none,member,program-cmd} \
	program-{path,link,hard-link,script} for-{arm,arm-v6,arm64,arm64-v8,windows} \
	platform-{variant,variant-other} manifest-{config-docker,config-other,subject,urls,member} \
	descriptor-{media-type-unknown,no-platform,member} index-{no-media-type,two,unsorted} \
	files-{named,other}

# Nothing is wrong with these.

found good </dev/null
found archive-good </dev/null
found archive-dotted </dev/null
found docker-old </dev/null
found docker-new </dev/null
found docker-bare </dev/null
found docker-gzip </dev/null
found docker-zstd </dev/null
found docker-no-tags </dev/null
found layer-plain </dev/null
found layer-gzip-members </dev/null
found layer-zstd </dev/null
found layer-zstd-frames </dev/null
found layer-foreign </dev/null
found layer-docker </dev/null
found layer-unknown </dev/null
found long-names </dev/null
found whiteout-above </dev/null
found members-device </dev/null
found members-hard-link </dev/null
found nested-4 </dev/null
found config-history-empty </dev/null
found config-history-none </dev/null
found config-member </dev/null
found config-program-cmd </dev/null
found program-path </dev/null
found program-link </dev/null
found program-hard-link </dev/null
found program-script </dev/null
found for-arm </dev/null
found for-arm-v6 </dev/null
found for-arm64 </dev/null
found for-arm64-v8 </dev/null
found for-windows </dev/null
found platform-variant </dev/null
found platform-variant-other </dev/null
found manifest-config-docker </dev/null
found manifest-config-other </dev/null
found manifest-subject </dev/null
found manifest-urls </dev/null
found manifest-member </dev/null
found descriptor-media-type-unknown </dev/null
found descriptor-no-platform </dev/null
found descriptor-member </dev/null
found index-no-media-type </dev/null
found index-two </dev/null
found index-unsorted </dev/null
found files-named </dev/null
found files-other </dev/null

finish
