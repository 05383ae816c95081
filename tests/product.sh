# SPDX-License-Identifier: Apache-2.0
# A small product for command tests: recipe, files, release archives and lock, made anew. Bash,
# sourced after lib.sh.
#
#	make_product [DIRECTORY]	tiny.yaml, tiny.lock.json, tiny.conf and mirror/ in it (here)
#	use_product			makes it in $scratch/product; $product: the options and the recipe
#					that use it offline
#	make COMMAND...			bundler makes something of $product, quietly
#	make_elf MACHINE BITS SIZE	a static ELF program of SIZE bytes on standard output
#
# `bundler rootfs --cache cache --mirror "file://$PWD/mirror" tiny.yaml` then works offline.

# The program of amd64 really runs, and ends with status 0; the others are headers and filler.
make_elf() {
	python3 - "$@" <<-'END'
	import struct, sys
	machine, bits, size = (int(a) for a in sys.argv[1:])
	code = bytes.fromhex("31ff b83c000000 0f05")	# xor edi,edi; mov eax,60; syscall
	entry = 0x400000 + 0x100
	ident = b"\x7fELF" + bytes([bits // 32, 1, 1]) + bytes(9)
	if bits == 64:
	    head = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, entry, 64, 0, 0, 64, 56, 1, 64, 0, 0)
	    load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 0x1000)
	else:
	    head = struct.pack("<HHIIIIIHHHHHH", 2, machine, 1, entry, 52, 0, 0, 52, 32, 1, 40, 0, 0)
	    load = struct.pack("<IIIIIIII", 1, 0, 0x400000, 0x400000, size, size, 5, 0x1000)
	program = (ident + head + load).ljust(0x100, b"\0") + code
	# Filler that compresses neither to nothing nor not at all, the same on every machine.
	block, words = bytearray(), 1
	while len(program) + len(block) < size:
	    words = (words * 1103515245 + 12345) & 0x7fffffff
	    block += bytes([words >> 16 & 63])
	sys.stdout.buffer.write((program + block)[:size])
	END
}

make_release() { # TARGET MACHINE BITS SIZE
	local stem=tiny-1.0-$1
	mkdir "$stem"
	make_elf "$2" "$3" "$4" >"$stem/tiny"
	echo 'Do what you like.' >"$stem/LICENSE"
	chmod 755 "$stem/tiny"
	tar --format=ustar --owner=0 --group=0 --mtime=@1000000000 --sort=name -c "$stem" |
		gzip -9n >"mirror/$stem.tar.gz"
	rm -r "$stem"
}

make_product() {
	(
	mkdir -p "${1:-.}/mirror"
	cd "${1:-.}" || exit
	cat >tiny.yaml <<-'END'
	name: tiny
	version: "1.0"
	release:
	  asset: "tiny-{version}-{target}.{format}"
	  url: "https://tiny.example/{version}/{asset}"
	  sums: "https://tiny.example/{version}/SHA256SUMS"
	  directory: "tiny-{version}-{target}"
	  format: {linux: tar.gz}
	  target: {linux/arm/v7: linux-arm7}
	platforms: [linux/amd64, linux/arm64, linux/arm/v7]
	root:
	  - {path: /tiny, member: tiny, mode: "0755", program: true}
	  - {path: /etc/tiny.conf, file: tiny.conf}
	  - {path: /usr/share/licenses/tiny/LICENSE, member: LICENSE}
	  - {path: /etc/alias.conf, link: tiny.conf}
	  - {path: /tmp, directory: true, mode: "1777"}
	  - {path: /home/nonroot, directory: true, mode: "0700", owner: "65532:65532"}
	image:
	  entrypoint: [/tiny]
	  cmd: [-c, /etc/tiny.conf]
	  env: [TINY=1]
	  ports: [4222/tcp, 53/udp]
	  workdir: /
	  stopsignal: SIGINT
	  labels:
	    org.opencontainers.image.title: tiny
	    org.opencontainers.image.version: "{version}"
	  flavours:
	    nonroot: {user: "65532:65532", workdir: /home/nonroot}
	END
	echo 'port: 4222' >tiny.conf
	make_release linux-amd64 62 64 200000
	make_release linux-arm64 183 64 150000
	make_release linux-arm7 40 32 100000
	(cd mirror && sha256sum ./*.tar.gz | sed 's|\./||' >SHA256SUMS)
	SOURCE_DATE_EPOCH=1234567890 "$BUNDLER" lock --sums mirror/SHA256SUMS --cache cache \
		--mirror "file://$PWD/mirror" --download tiny.yaml >/dev/null
	)
}

use_product() {
	make_product "$scratch/product"
	product=(--cache "$scratch/product/cache" --offline "$scratch/product/tiny.yaml")
}

make() { "$BUNDLER" "$@" "${product[@]}" >/dev/null || fail "failed: bundler $*"; }
