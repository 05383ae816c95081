#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `bundler rootfs`: its three outputs, what others read in them, and that nothing but the recipe,
# the lock and the archive is in them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

make_product "$scratch/good"
offline=(--cache "$scratch/good/cache" --offline)
export MTREE_UID=0

# What must not show, each as an env command line.
disguises=(
	'TZ=Pacific/Kiritimati' 'TZ=America/St_Johns LC_ALL=C.UTF-8' 'LC_ALL=tr_TR.UTF-8 LANG=de_DE'
	'HOME=/nonexistent USER=nobody LOGNAME=nobody' 'TMPDIR=/nonexistent' 'LC_ALL=en_US.UTF-16'
	'POSIXLY_CORRECT=1' 'COLUMNS=20 TERM=dumb NO_COLOR=1' 'LANGUAGE=de MALLOC_PERTURB_=170'
)

begin 'a directory, a manifest and an archive for each platform'
run bundler rootfs "${offline[@]}" "$scratch/good/tiny.yaml"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	DIGEST  rootfs/linux-amd64.mtree
	DIGEST  rootfs/linux-arm64.mtree
	DIGEST  rootfs/linux-arm-v7.mtree
END
check sha256sum --check --quiet "$scratch/stdout"
check test "$(ls -A rootfs | tr '\n' ' ')" = 'linux-amd64 linux-amd64.mtree linux-amd64.tar linux-arm-v7 linux-arm-v7.mtree linux-arm-v7.tar linux-arm64 linux-arm64.mtree linux-arm64.tar '
cp -a rootfs "$scratch/reference"

begin 'the manifest, whole'
sed -E 's/sha256=[0-9a-f]+/sha256=DIGEST/' "$scratch/reference/linux-amd64.mtree" >manifest
check diff - manifest <<-'END'
	#mtree
	# bundler: tiny 1.0 linux/amd64 official, compat 1
	. type=dir mode=0755 uid=0 gid=0 time=1234567890.0
	./etc type=dir mode=0755 uid=0 gid=0 time=1234567890.0
	./etc/alias.conf type=link mode=0777 uid=0 gid=0 time=1234567890.0 link=tiny.conf
	./etc/tiny.conf type=file mode=0644 uid=0 gid=0 time=1234567890.0 size=11 sha256=DIGEST
	./home type=dir mode=0755 uid=0 gid=0 time=1234567890.0
	./home/nonroot type=dir mode=0700 uid=65532 gid=65532 time=1234567890.0
	./tiny type=file mode=0755 uid=0 gid=0 time=1234567890.0 size=200000 sha256=DIGEST
	./tmp type=dir mode=1777 uid=0 gid=0 time=1234567890.0
	./usr type=dir mode=0755 uid=0 gid=0 time=1234567890.0
	./usr/share type=dir mode=0755 uid=0 gid=0 time=1234567890.0
	./usr/share/licenses type=dir mode=0755 uid=0 gid=0 time=1234567890.0
	./usr/share/licenses/tiny type=dir mode=0755 uid=0 gid=0 time=1234567890.0
	./usr/share/licenses/tiny/LICENSE type=file mode=0644 uid=0 gid=0 time=1234567890.0 size=18 sha256=DIGEST
END

# list_manifest MANIFEST: type, mode, owner, size, time and path of each node but the root.
list_manifest() {
	sed -nE 's/^\.\/([^ ]+) type=(.)[a-z]* mode=0?([0-7]+) uid=([0-9]+) gid=([0-9]+) time=([0-9]+)\.0( size=([0-9]+))?.*/\2 \3 \4:\5 \8 \6 \1/p' "$1" |
		sed 's/  / 0 /' | sort
}
list_archive() { # the same of a tar, by python's reader
	python3 - "$1" <<-'END' | sort
	import sys, tarfile
	with tarfile.open(sys.argv[1]) as t:
	    for m in t:
	        kind = "d" if m.isdir() else "l" if m.issym() else "f"
	        assert (m.uname, m.gname) == ("", ""), m.name
	        print(kind, "%o" % m.mode, f"{m.uid}:{m.gid}", m.size, int(m.mtime), m.name)
	END
}

begin 'the archive holds what the manifest lists'
for name in linux-amd64 linux-arm64 linux-arm-v7; do
	list_manifest "$scratch/reference/$name.mtree" >wanted
	list_archive "$scratch/reference/$name.tar" >found
	check test "$(wc -l <wanted)" -eq 12
	check diff wanted found
done

begin 'the archive unpacks to the directory'
for unpacker in 'tar -xpf' 'bsdtar -xpf'; do
	command -v "${unpacker%% *}" >/dev/null || { skip "no ${unpacker%% *}"; continue; }
	rm -rf unpacked
	mkdir unpacked
	# shellcheck disable=SC2086 # a command and its options
	check $unpacker "$scratch/reference/linux-amd64.tar" -C unpacked
	check diff -r --no-dereference unpacked "$scratch/reference/linux-amd64"
	if [ "$(id -u)" -eq 0 ]; then
		# The root is not in the archive.
		chmod 755 unpacked
		touch -d @1234567890 unpacked
		check mtree -f "$scratch/reference/linux-amd64.mtree" -p unpacked
	fi
done

begin 'mtree finds the tree as the manifest says, and every change to it'
[ "$(id -u)" -eq 0 ] || skip 'needs root, for the owners'
if [ "$(id -u)" -eq 0 ]; then
	while read -r change; do
		rm -rf tree
		cp -a "$scratch/reference/linux-amd64" tree
		check mtree -f "$scratch/reference/linux-amd64.mtree" -p tree
		(cd tree && eval "$change")
		! mtree -f "$scratch/reference/linux-amd64.mtree" -p tree >/dev/null || fail "$change"
	done <<-'END'
		chmod 777 tmp
		chown 1 home/nonroot
		chgrp 1 tiny
		echo 'port: 4223' >etc/tiny.conf && touch -d @1234567890 etc/tiny.conf
		touch etc
		ln -sfn other etc/alias.conf && touch -h -d @1234567890 etc/alias.conf etc
		touch new
		rm tiny
	END
fi

begin 'bsdtar reads the manifest'
command -v bsdtar >/dev/null || skip 'no bsdtar'
sed -n 's/^\(\.[^ ]*\) .*/\1/p' "$scratch/reference/linux-amd64.mtree" | sort >wanted
(cd "$scratch/reference/linux-amd64" && bsdtar -tf ../linux-amd64.mtree) | sort >found
check diff wanted found

# same ARGUMENT...: the outputs of the last run are the reference's.
same() {
	local output
	for output in "$scratch/reference"/linux-amd64.{mtree,tar}; do
		check cmp "$output" "${1:-rootfs}/${output##*/}"
	done
	check diff -r --no-dereference "$scratch/reference/linux-amd64" "${1:-rootfs}/linux-amd64"
}

begin 'the same bytes whatever the environment'
filter 's/^[0-9a-f]{64}/DIGEST/'
for disguise in "${disguises[@]}"; do
	# shellcheck disable=SC2086 # several assignments
	run env $disguise bundler rootfs -p linux/amd64 "${offline[@]}" "$scratch/good/tiny.yaml"
	stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
	same
done

begin 'the same bytes at any time, in any order, on any number of processors'
filter 's/^[0-9a-f]{64}/DIGEST/'
run taskset -c 0 bundler rootfs -p linux/arm64 -p linux/amd64 "${offline[@]}" "$scratch/good/tiny.yaml"
stdout <<-'END'
	DIGEST  rootfs/linux-arm64.mtree
	DIGEST  rootfs/linux-amd64.mtree
END
same
# A recipe that says the same in another order, older files, another name.
mkdir elsewhere
sed -e '/^root:/,/^image:/{/^root:/!{/^image:/!d}}' -e '/^root:/r'<(sed -n '/^root:/,/^image:/p' \
	"$scratch/good/tiny.yaml" | grep '^  -' | tac) "$scratch/good/tiny.yaml" >elsewhere/other.yaml
cp "$scratch/good/tiny.lock.json" elsewhere/other.lock.json
install -m 600 "$scratch/good/tiny.conf" elsewhere/tiny.conf
touch -d 1999-01-01 elsewhere/*
run bundler rootfs -p linux/amd64 "${offline[@]}" -o deep/er/down elsewhere/other.yaml
stdout <<<'DIGEST  deep/er/down/linux-amd64.mtree'
same deep/er/down

begin 'the same bytes with an empty cache and a full one, from a mirror and without'
filter 's/^[0-9a-f]{64}/DIGEST/'
for options in "--mirror file://$scratch/good/mirror" --offline; do
	# shellcheck disable=SC2086 # several options
	run bundler rootfs -p linux/amd64 --cache cache $options "$scratch/good/tiny.yaml"
	stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
	same
done

begin 'a second run replaces the first, and leaves its files to who has them open'
run bundler rootfs -p linux/amd64 "${offline[@]}" "$scratch/good/tiny.yaml"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
exec 7<rootfs/linux-amd64/tiny
run env SOURCE_DATE_EPOCH=1 bundler rootfs -p linux/amd64 "${offline[@]}" "$scratch/good/tiny.yaml"
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
check cmp /dev/fd/7 "$scratch/reference/linux-amd64/tiny"
check test "$(stat -L -c %h /dev/fd/7)" -eq 0
exec 7<&-

begin 'JSON'
run bundler rootfs --json -p linux/arm/v7 "${offline[@]}" "$scratch/good/tiny.yaml"
filter 's/[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	{
	  "name": "tiny",
	  "version": "1.0",
	  "release": "official",
	  "epoch": 1234567890,
	  "rootfs": [
	    {
	      "platform": "linux/arm/v7",
	      "directory": "rootfs/linux-arm-v7",
	      "mtree": "sha256:DIGEST"
	    }
	  ]
	}
END
check test "$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["rootfs"][0]["mtree"])' \
	"$scratch/stdout")" = "sha256:$(sha256sum <rootfs/linux-arm-v7.mtree | cut -d' ' -f1)"

begin '--verbose names the phases'
run bundler rootfs -v -p linux/arm/v7 "${offline[@]}" "$scratch/good/tiny.yaml"
stdout_stated=1
stderr <<-'END'
	tiny-1.0-linux-arm7.tar.gz: in the cache
	linux/arm/v7: unpack
END
run bundler image -v -p linux/arm/v7 -o oci:layout "${offline[@]}" "$scratch/good/tiny.yaml"
stdout_stated=1
stderr <<-'END'
	tiny-1.0-linux-arm7.tar.gz: in the cache
	linux/arm/v7: unpack
	linux/arm/v7: layer
END

begin 'JSON of a path that is not UTF-8'
run bundler rootfs --json -p linux/arm/v7 -o $'\xff' "${offline[@]}" "$scratch/good/tiny.yaml"
stdout_stated=1
check grep -qx '      "directory": "\\\\xff/linux-arm-v7",' "$scratch/stdout"
cp -r "$scratch/good/cache" $'ca\xff'
run bundler fetch --json -p linux/arm/v7 --cache $'ca\xff' --offline "$scratch/good/tiny.yaml"
stdout_stated=1
check test "$(wc -l <"$scratch/stdout")" -eq 2
check grep -q '"path":"ca\\\\xff/sha256/[0-9a-f]*"}$' "$scratch/stdout"

begin 'a platform under another name, and twice'
run bundler rootfs -p linux/x86_64 -p linux/amd64 -p linux/amd64/v1 "${offline[@]}" "$scratch/good/tiny.yaml"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'

begin 'the one recipe in configs is taken without being named'
mkdir configs
cp "$scratch/good/tiny.yaml" "$scratch/good/tiny.conf" "$scratch/good/tiny.lock.json" configs
run bundler rootfs -p linux/amd64 "${offline[@]}"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
cp configs/tiny.yaml configs/second.yaml
run bundler rootfs -p linux/amd64 "${offline[@]}"
status 2
stderr <<-'END'
	bundler: cannot choose a recipe: 'configs' has neither a link 'default' nor exactly one recipe
	hint: name the recipe's file on the command line
END

begin 'of several recipes configs/default names one, and its lock is beside that'
mkdir configs
cp "$scratch/good/tiny.yaml" "$scratch/good/tiny.conf" "$scratch/good/tiny.lock.json" configs
echo 'not a recipe' >configs/second.yaml
ln -s tiny.yaml configs/default
run bundler rootfs -p linux/amd64 "${offline[@]}"
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
ln -sfn "$PWD/configs/tiny.yaml" configs/default
run bundler rootfs -p linux/amd64 "${offline[@]}"
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'

begin 'a configs/default that leads nowhere, is no link or too long is a failure'
mkdir configs
cp "$scratch/good/tiny.yaml" configs
ln -s none.yaml configs/default
run bundler rootfs "${offline[@]}"
status 9
stderr <<<"bundler: cannot read 'configs/none.yaml': No such file or directory"
ln -sfn "$(printf '%0256d' 0)" configs/default
run bundler rootfs "${offline[@]}"
status 10
stderr <<<"bundler: cannot read link 'configs/default': more than 255 bytes"
rm configs/default
cp configs/tiny.yaml configs/default
run bundler rootfs "${offline[@]}"
status 9
stderr <<<"bundler: cannot read link 'configs/default': Invalid argument"

begin 'usage'
while IFS=$'\t' read -r arguments message; do
	# shellcheck disable=SC2086 # several words
	run bundler $arguments
	status 2
	stderr <<<"bundler: $message"
done <<'END'
rootfs a b	cannot use operand 'b': one recipe at a time
rootfs --timeout=-1 a	cannot use --timeout '-1': not a whole number up to 86400
--version x	cannot use 'x': version takes only --verbose
--license x	cannot use 'x': --license takes no operand
END
while IFS=$'\t' read -r arguments message; do
	# shellcheck disable=SC2086 # several words
	run bundler rootfs $arguments
	status 2
	stderr <<-END
		bundler: cannot use option $message
		hint: 'bundler rootfs --help' lists the options
	END
done <<'END'
--what	'--what': no such option
-p	'-p': its argument is missing
--platform	'--platform': its argument is missing
--offline=1	'--offline=1': it takes no argument
END
run bundler
status 2
check grep -q '^usage: bundler COMMAND' "$scratch/stderr"
stderr <"$scratch/stderr"
files </dev/null

begin '--license has a row for each library of --version --verbose'
run bundler --license
check diff <(sed -n '3,/^$/{ /^$/d; s/: .*//; p }' "$scratch/stdout") <("$BUNDLER" --version --verbose | sed '1d; /^confined: /d')
stdout <"$scratch/stdout"
files </dev/null

begin 'a release with everything: members twice, templates, owners, empty files'
mkdir mirror release
make_elf 62 64 5000 >release/server
: >release/empty
tar --format=ustar --mtime=@1 --owner=0 --group=0 -C release -czf mirror/x-linux-amd64.tar.gz server empty
cat >x.yaml <<-'END'
	name: x
	version: "1"
	release:
	  asset: "{name}-{target}.{format}"
	  url: "https://tiny.example/{asset}"
	  sums: "https://tiny.example/SHA256SUMS"
	  directory: ""
	  format: {linux: tar.gz}
	platforms: [linux/amd64]
	root:
	  - {path: "/{name}/{version}{exe}", member: server, mode: "4711", owner: "4294967294:1", program: true}
	  - {path: /other, member: server, mode: "000"}
	  - {path: "/with blank, \u00e4 and *", member: empty}
	  - {path: /link, link: "{name}/{version}"}
	  - {path: /text, text: "literal {name}\n", mode: "0400", owner: "0:65532"}
	  - {path: /windows, text: "", os: windows}
	image: {entrypoint: ["/x/1"]}
END
(cd mirror && sha256sum ./* | sed 's|\./||' >../SUMS)
SOURCE_DATE_EPOCH=253402300799 "$BUNDLER" lock --sums SUMS --cache cache x.yaml >/dev/null || fail 'cannot lock'
run bundler rootfs --cache cache --mirror "file://$PWD/mirror" x.yaml
filter 's/[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-amd64.mtree'
sed -E 's/sha256=[0-9a-f]+/sha256=DIGEST/' rootfs/linux-amd64.mtree >manifest
check diff - manifest <<-'END'
	#mtree
	# bundler: x 1 linux/amd64 official, compat 1
	. type=dir mode=0755 uid=0 gid=0 time=253402300799.0
	./link type=link mode=0777 uid=0 gid=0 time=253402300799.0 link=x/1
	./other type=file mode=0000 uid=0 gid=0 time=253402300799.0 size=5000 sha256=DIGEST
	./text type=file mode=0400 uid=0 gid=65532 time=253402300799.0 size=15 sha256=DIGEST
	./with\040blank,\040\303\244\040and\040\052 type=file mode=0644 uid=0 gid=0 time=253402300799.0 size=0 sha256=DIGEST
	./x type=dir mode=0755 uid=0 gid=0 time=253402300799.0
	./x/1 type=file mode=4711 uid=4294967294 gid=1 time=253402300799.0 size=5000 sha256=DIGEST
END
if [ "$(id -u)" -eq 0 ]; then
	check cmp rootfs/linux-amd64/x/1 release/server
	check cmp rootfs/linux-amd64/other release/server
	check test "$(stat -c '%a %u:%g %h' rootfs/linux-amd64/x/1)" = '4711 4294967294:1 1'
	check test "$(stat -c '%a %h' rootfs/linux-amd64/other)" = '0 1'
fi
check test "$(cat rootfs/linux-amd64/text)" = 'literal {name}'
check test "$(LC_ALL=C.UTF-8 tar --warning=no-unknown-keyword -tf rootfs/linux-amd64.tar 'with blank, ä and *')" = 'with blank, ä and *'

finish
