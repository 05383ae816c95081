#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An image whose entry point cannot start is not made: what is checked in the recipe, and what of
# the program itself.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

# loaded MACHINE INTERPRETER: an ELF program that INTERPRETER loads.
loaded() {
	python3 - "$@" <<-'END'
	import struct, sys
	interpreter = sys.argv[2].encode() + b"\0"
	head = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
	head += struct.pack("<HHIQQQIHHHHHH", 2, int(sys.argv[1]), 1, 0x400100, 64, 0, 0, 64, 56, 2, 64, 0, 0)
	head += struct.pack("<IIQQQQQQ", 3, 4, 0xc0, 0, 0, len(interpreter), len(interpreter), 1)
	head += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 0x200, 0x200, 0x1000)
	sys.stdout.buffer.write((head.ljust(0xc0, b"\0") + interpreter).ljust(0x200, b"\0"))
	END
}

# recipe ENTRYPOINT LINE...: a recipe with these lines in root.
recipe() {
	cat >app.yaml <<-'END'
		name: app
		version: "1.0"
		platforms: [linux/amd64]
		release:
		  asset: "app-{target}"
		  url: "https://app.example/{asset}"
		  sums: ""
		  format: {linux: tar.gz}
		root:
	END
	printf '  - %s\n' "${@:2}" >>app.yaml
	printf 'image:\n  entrypoint: ["%s"]\n' "$1" >>app.yaml
}

# build: locks the files in app/ as the release, and makes the root file system.
build() {
	rm -rf mirror cache app.lock.json rootfs
	mkdir mirror
	tar -C app -czf mirror/app-linux-amd64 .
	(cd mirror && sha256sum ./* >../sums)
	"$BUNDLER" lock --sums sums app.yaml >/dev/null || fail 'cannot lock'
	run bundler rootfs --cache cache --mirror "file://$PWD/mirror" app.yaml
	filter 's/^[0-9a-f]{64}/DIGEST/'
}
built() { stdout <<<'DIGEST  rootfs/linux-amd64.mtree'; }

begin 'the entry point is an executable file of root'
while IFS='|' read -r entrypoint entry fault; do
	recipe "$entrypoint" "$entry"
	run bundler lock --sums none app.yaml
	status 3
	stderr <<<"bundler: cannot read 'app.yaml': line 12, column 16: the program '$entrypoint' for 'linux/amd64' $fault"
done <<'END'
/app|{path: /other, member: app, mode: "0755"}|is not in 'root'
app|{path: /app, member: app, mode: "0755"}|is not an absolute path
/app|{path: /app, directory: true}|is not a file
/app|{path: /app, member: app}|has a mode that is not executable
/app|{path: /app, member: app, mode: "0755", os: windows}|is not in 'root'
/app|{path: /app, link: other}|is not in 'root'
/app|{path: /app, link: app}|is not in 'root'
END

begin 'links lead to it'
mkdir app
make_elf 62 64 5000 >app/app
for entrypoint in /app /usr/bin/app /bin/app /x/../bin/./app; do
	recipe "$entrypoint" '{path: /usr/bin/app, member: app, mode: "0755"}' \
		'{path: /app, link: usr/bin/app}' '{path: /bin, link: /usr/bin}' \
		'{path: /x, directory: true}'
	build
	built
done

begin 'without program: true it is checked, too'
mkdir app
make_elf 183 64 5000 >app/app
recipe /app '{path: /app, member: app, mode: "0755"}'
build
status 8
stderr <<-'END'
	bundler: cannot use program '/app' for 'linux/amd64': it is for another machine
	hint: if other files of 'root' start it, write 'dynamic: true' at its entry
END
echo 'no program that anything is known of' >app/app
build
built

begin 'a program that is loaded by another file'
mkdir app
loaded 62 /lib/ld.so >app/app
make_elf 62 64 5000 >app/ld.so
recipe /app '{path: /app, member: app, mode: "0755"}' '{path: /lib/ld.so, member: ld.so, mode: "0755"}'
build
status 8
stderr <<-'END'
	bundler: cannot use program '/app' for 'linux/amd64': it is dynamically linked
	hint: if other files of 'root' start it, write 'dynamic: true' at its entry
END
recipe /app '{path: /app, member: app, mode: "0755", dynamic: true}' \
	'{path: /usr/lib/ld.so, member: ld.so, mode: "0755"}' '{path: /lib, link: usr/lib}'
build
built
for entry in '{path: /x, directory: true}' '{path: /lib/ld.so, member: ld.so}' '{path: /lib/ld.so, directory: true}'; do
	recipe /app '{path: /app, member: app, mode: "0755", dynamic: true}' "$entry"
	build
	status 8
	stderr <<<"bundler: cannot use program '/app' for 'linux/amd64': it needs '/lib/ld.so', which is no executable file of the tree"
done
loaded 183 /lib/ld.so >app/app
build
status 8
stderr <<<"bundler: cannot use program '/app' for 'linux/amd64': it is for another machine"
recipe /app '{path: /app, member: app, mode: "0755", dynamic: true, program: true}'
run bundler lock --sums none app.yaml
status 3
stderr <<<"bundler: cannot read 'app.yaml': line 10, column 5: a 'program' needs no other file, so it is not 'dynamic'"

begin 'a script is started by another file'
mkdir app
make_elf 62 64 5000 >app/sh
recipe /start '{path: /start, text: "#! /bin/sh -e\nexec /app\n", mode: "0755"}' \
	'{path: /bin/sh, member: sh, mode: "0755"}'
build
built
recipe /start '{path: /start, text: "#! /bin/bash -e\nexec /app\n", mode: "0755"}' \
	'{path: /bin/sh, member: sh, mode: "0755"}'
build
status 8
stderr <<<"bundler: cannot use program '/start' for 'linux/amd64': it needs '/bin/bash', which is no executable file of the tree"
loaded 62 /lib/ld.so >app/sh
recipe /start '{path: /start, text: "#!/bin/sh\n", mode: "0755"}' \
	'{path: /bin/sh, member: sh, mode: "0755"}'
build
status 8
stderr <<<"bundler: cannot use program '/bin/sh' for 'linux/amd64': it needs '/lib/ld.so', which is no executable file of the tree"

begin 'a program in a directory of the archive'
mkdir -p app/bin
make_elf 62 64 5000 >app/bin/app
recipe /bin/app '{path: /bin, members: bin/, mode: "0755"}'
build
built
for entry in '{path: /bin, members: bin/}' '{path: /sbin, members: bin/, mode: "0755"}'; do
	recipe /bin/app "$entry"
	build
	status 8
	stderr <<<"bundler: cannot use program '/bin/app' for 'linux/amd64': it is no executable file of the tree"
done

begin 'one asset for two platforms is said to be so'
recipe /app '{path: /app, member: app, mode: "0755"}'
sed -i 's,linux/amd64,linux/arm/v6,; s,^platforms: .,&linux/arm/v7\, ,; s/{target}/arm/' app.yaml
run bundler lock --sums none app.yaml
status 3
stderr <<<"bundler: cannot read 'app.yaml': line 6, column 8: 'linux/arm/v7' and 'linux/arm/v6' have the same URL 'https://app.example/app-arm': if that is meant, write 'shared: true'"
sed -i 's/^release:/&\n  shared: true/' app.yaml
mkdir app mirror
make_elf 40 32 5000 >app/app
tar -C app -czf mirror/app-arm .
(cd mirror && sha256sum ./* >../sums)
run bundler lock --download --sums sums --cache cache --mirror "file://$PWD/mirror" app.yaml
filter 's/[0-9a-f]{64}/DIGEST/'
stdout <<-'END'
	DIGEST  https://app.example/app-arm
	DIGEST  https://app.example/app-arm
END
run bundler rootfs --cache cache --mirror "file://$PWD/mirror" app.yaml
stdout <<-'END'
	DIGEST  rootfs/linux-arm-v7.mtree
	DIGEST  rootfs/linux-arm-v6.mtree
END

finish
