#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# GNU tar and bsdtar unpack the layer to exactly the tree; mtree and bsdtar read the manifest.
. "$(dirname "$0")/lib.sh"

need tar bsdtar mtree
make_images
tree=$made/rootfs/linux-amd64

# members: without owners, for a user who is not root.
names() { sed -n 's/^\.\([^ ]*\) .*/\1/p' "$tree.mtree" | sed '/^$/d; s,^/,,'; }

extractors=('tar --numeric-owner -xzpf' 'bsdtar --numeric-owner -xpf')
for extractor in "${extractors[@]}"; do
	begin "${extractor%% *}: the layer is the tree"
	if [ "$(id -u)" -eq 0 ]; then
		mkdir root
		run $extractor "$(layer "$made/one")" -C root
		same_tree root
		intact dir:root linux/amd64 -p linux/amd64
	else
		skip 'not root'
	fi

	begin "${extractor%% *}: lists the members of the manifest, in its order"
	filter 's,^\./,,; s,/$,,'
	run "${extractor%% *}" -tf "$(layer "$made/one")"
	stdout < <(names)
done

begin 'tar --compare: the tar that rootfs writes against the directory that it writes'
if [ "$(id -u)" -eq 0 ]; then
	run tar --compare --numeric-owner -f "$tree.tar" -C "$tree"
else
	skip 'not root'
fi

begin 'tar --compare: several layers, each with the tree of its platform'
index=$(blob "$made/many" "$(digest "$made/many")")
number=0
for platform in linux-amd64 linux-arm64 linux-arm-v7; do
	manifest=$(blob "$made/many" "$(field "$index" manifests $number digest)")
	check cmp <(gzip -dc "$(blob "$made/many" "$(field "$manifest" layers 0 digest)")") \
		"$made/rootfs/$platform.tar"
	number=$((number + 1))
done

begin 'bsdtar: an archive of an image is a tar whose members are the layout'
mkdir out
run bsdtar -xf "$made/one.tar" -C out
check diff -r "$made/one/blobs" out/blobs
check cmp "$made/one/oci-layout" out/oci-layout
run tar -tf "$made/one.tar"
filter 's/[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	blobs/
	blobs/sha256/
	blobs/sha256/DIGEST
	blobs/sha256/DIGEST
	blobs/sha256/DIGEST
	index.json
	manifest.json
	oci-layout
END

begin 'mtree: the directory is what the manifest says'
if [ "$(id -u)" -eq 0 ]; then
	run mtree -p "$tree" -f "$tree.mtree"
else
	skip 'not root'
fi

# different NAME COMMAND [STATUS]: mtree notices what the command does to a copy of the tree.
different() {
	begin "mtree: $1"
	if [ "$(id -u)" -ne 0 ]; then
		skip 'not root'
		return
	fi
	cp -a "$tree" copy
	(cd copy && eval "$2")
	touch -d "@$epoch" copy
	run mtree -p copy -f "$tree.mtree"
	status "${3-2}"
	filter 's/:[ \t]+/: /; s/: $//; s/:$//; s/^\t//; s/0x[0-9a-f]{64}/DIGEST/g'
	stdout
}

different 'another mode' 'chmod 700 tmp' <<-'END'
	tmp: permissions (01777, 0700)
END
different 'another owner' 'chown 1 etc/tiny.conf' <<-'END'
	etc/tiny.conf
	user (0, 1)
END
different 'another byte' 'printf "\377" | dd of=tiny bs=1 seek=9999 conv=notrunc status=none
	touch -d @1234567890 tiny' <<-'END'
	tiny: sha256 (DIGEST, DIGEST)
END
different 'another time' 'touch -d @1234567891 tiny' <<-'END'
	tiny: modification time (Fri Feb 13 23:31:30 2009, Fri Feb 13 23:31:31 2009)
END
different 'another target' 'ln -sf other etc/alias.conf; touch -hd @1234567890 etc/alias.conf etc' <<-'END'
	etc/alias.conf
	link ref (other, tiny.conf)
END
different 'a file more, a file less' 'touch etc/more; rm usr/share/licenses/tiny/LICENSE
	touch -d @1234567890 etc usr/share/licenses/tiny' 0 <<-'END'
	extra: etc/more
	missing: ./usr/share/licenses/tiny/LICENSE
END

begin 'bsdtar: an archive made by the manifest has the members of the layer, each as it is there'
(cd "$tree" && bsdtar -cf "$OLDPWD/made.tar" --format ustar "@$tree.mtree")
# listing ARCHIVE: without the root directory, which only the manifest has.
listing() { bsdtar --numeric-owner -tvf "$1" | sed 's, \./, ,; s,/$,,; / $/d' | sort -k9; }
listing "$tree.tar" >expected
check grep -q 'alias.conf -> tiny.conf$' expected
check diff expected <(listing made.tar)

finish
