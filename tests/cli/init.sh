#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler init: from the names of a release and one of its archives to a recipe that builds.
. "$(dirname "$0")/../lib.sh"

export SOURCE_DATE_EPOCH=1234567890
on_amd64=(-p linux/amd64)

# release TAG [NAME]...: makes rel/ of what standard input describes (init_release.py).
release() { python3 "$top/tests/cli/init_release.py" "$@"; }
init() { run bundler init "${on_amd64[@]}" --cache cache --mirror "file://$PWD/rel" "$@"; }
rootfs() {
	run bundler rootfs --cache cache --mirror "file://$PWD/rel" "$@"
	filter 's/^[0-9a-f]{64}  //'
}

# part FIRST LAST FILE: the lines of a file from one to another.
part() { sed -n "/^$1/,/^$2/p" "$3"; }

text() { # text TEXT: is what standard input has
	[ -z "$left_out" ] || return 0
	diff -u - <(printf '%s\n' "$1") >"$scratch/check" 2>&1 || fail 'another text' "$(cat "$scratch/check")"
}

certificates() { # a bundle of one certificate, for init --certificates
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out roots.pem \
		-days 3650 -subj /CN=root -addext basicConstraints=critical,CA:TRUE 2>/dev/null
}

three() { # three platforms, each in an archive with a directory
	local word
	for word in amd64 arm64 armv7; do
		echo "hello-1.2.0.linux-$word.tar.gz $word" \
			"hello-1.2.0.linux-$word/"{hello=program,helloctl=program,LICENSE=mit,hello.yml}
	done
	echo 'hello-1.2.0.darwin-amd64.tar.gz other'
	echo 'hello-1.2.0.linux-amd64.tar.gz.sig other'
	echo 'hello_1.2.0_linux_amd64.deb other'
}

need openssl

begin 'a document of GitHub with digests'
certificates
three | release v1.2.0
init --certificates roots.pem "file://$PWD/rel/release.json"
stdout <<-'END'
	hello.yaml
	hello.lock.json
	ca-certificates.crt
END
stderr <<<'question: Which package and version are the certificates of?'
text "$(sed "s,$PWD,PWD," hello.yaml)" <<-'END'
	# A recipe for images of hello, as `bundler init` found the release; bundler-recipe(5) explains
	# every key. A question has a "?": answer it, and remove it.

	name: hello
	version: 1.2.0

	release:
	  asset: "{name}-{version}.{target}.{format}"
	  url: "https://github.com/example/hello/releases/download/v{version}/{asset}"
	  sums: "file://PWD/rel/release.json"
	  directory: "{name}-{version}.{target}"
	  format: {linux: tar.gz}

	platforms:
	  - linux/amd64
	  - linux/arm/v7
	  - linux/arm64

	certificates:
	  # ? Which package and version are the certificates of?
	  file: ca-certificates.crt
	  origin: "roots.pem, 2009-02-13"

	root:
	  - path: /hello
	    member: hello
	    mode: "0755"
	    program: true
	  # Also in the archive:
	  # - path: /helloctl
	  #   member: helloctl
	  #   mode: "0755"
	  #   program: true
	  - path: /usr/share/licenses/hello/LICENSE
	    member: LICENSE

	  # Samples: they are read only where the program looks for them.
	  - path: /etc/hello/hello.yml
	    member: hello.yml

	  # What a static program expects of a root: certificates to trust, names of users and
	  # groups, files before DNS when it looks up a host, a place for temporary files.
	  - path: /etc/ssl/certs/ca-certificates.crt
	    certificates: true
	  - path: /etc/passwd
	    text: |
	      root:x:0:0:root:/root:/sbin/nologin
	      nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
	  - path: /etc/group
	    text: |
	      root:x:0:
	      nonroot:x:65532:
	  - path: /etc/nsswitch.conf
	    text: |
	      hosts: files dns
	  - path: /tmp
	    directory: true
	    mode: "1777"
	  - path: /root
	    directory: true
	    mode: "0700"
	  - path: /home/nonroot
	    directory: true
	    mode: "0700"
	    owner: "65532:65532"

	image:
	  entrypoint: [/hello]
	  # cmd: ["--help"]
	  # ports: [8080/tcp]
	  workdir: /
	  flavours:
	    nonroot:
	      user: "65532:65532"
	      workdir: /home/nonroot
	  labels:
	    org.opencontainers.image.title: hello
	    org.opencontainers.image.version: "{version}"
	    org.opencontainers.image.licenses: MIT
END
rootfs hello.yaml
stdout <<-'END'
	rootfs/linux-amd64.mtree
	rootfs/linux-arm-v7.mtree
	rootfs/linux-arm64.mtree
END

begin 'the URL of a checksum file; names in the words of others'
certificates
release 2.0 <<-'END'
	Hello_Linux_x86_64.tar.gz amd64 bin/hello=program
	Hello_Linux_aarch64.tar.gz arm64 bin/hello=program
	Hello_Linux_armhf.tar.gz armv7 bin/hello=program
	Hello_Windows_x86_64.zip other
END
mkdir 2.0.1
cp -r rel 2.0.1/
init --certificates roots.pem "file://$PWD/2.0.1/rel/SHA256SUMS"
stdout <<-'END'
	hello.yaml
	hello.lock.json
	ca-certificates.crt
END
stderr <<-'END'
	question: Which package and version are the certificates of?
	question: Which licence has it? The label is org.opencontainers.image.licenses, an SPDX expression.
END
text "$(part release: platforms: hello.yaml)" <<END
release:
  target:
    linux/amd64: Linux_x86_64
    linux/arm/v7: Linux_armhf
    linux/arm64: Linux_aarch64
  asset: "Hello_{target}.{format}"
  url: "file://$PWD/{version}/rel/{asset}"
  sums: "file://$PWD/{version}/rel/SHA256SUMS"
  directory: bin
  format: {linux: tar.gz}

platforms:
END
rootfs hello.yaml
stdout <<-'END'
	rootfs/linux-amd64.mtree
	rootfs/linux-arm-v7.mtree
	rootfs/linux-arm64.mtree
END

begin 'a file of sums, programs without an archive'
certificates
release x <<-'END'
	hello-linux-amd64 amd64
	hello-linux-arm64 arm64
END
init --certificates roots.pem --sums rel/SHA256SUMS --url https://hello.example/3.1/ -o made.yaml
stdout <<-'END'
	made.yaml
	made.lock.json
	ca-certificates.crt
END
stderr <<-'END'
	question: What is the URL of the checksum file? Without it, 'bundler lock' needs --sums.
	question: Which package and version are the certificates of?
	question: Which licence has it? The label is org.opencontainers.image.licenses, an SPDX expression.
END
text "$(part name: platforms: made.yaml)" <<-'END'
	name: hello
	version: "3.1"

	release:
	  # ? What is the URL of the checksum file? Without it, 'bundler lock' needs --sums.
	  asset: "{name}-{target}"
	  url: "https://hello.example/{version}/{asset}"
	  sums: ""
	  directory: ""
	  format: {linux: program}

	platforms:
END
rootfs made.yaml
stdout <<-'END'
	rootfs/linux-amd64.mtree
	rootfs/linux-arm64.mtree
END

begin 'nothing that is there is replaced'
certificates
three | release v1.2.0
echo mine >hello.yaml
init --certificates roots.pem "file://$PWD/rel/release.json"
status 9
stderr <<-'END'
	bundler: cannot make 'hello.yaml': it exists
	hint: -o names another file
END
check test "$(cat hello.yaml)" = mine -a ! -e hello.lock.json -a ! -e ca-certificates.crt
rm hello.yaml
ln -s nowhere hello.lock.json
init --certificates roots.pem "file://$PWD/rel/release.json"
status 9
stderr <<-'END'
	bundler: cannot make 'hello.lock.json': it exists
	hint: -o names another file
END
check test ! -e hello.yaml -a -L hello.lock.json
rm hello.lock.json
echo mine >ca-certificates.crt
init --certificates roots.pem "file://$PWD/rel/release.json"
status 5
stderr <<<"bundler: cannot read 'ca-certificates.crt': no certificate in it"
check test "$(cat ca-certificates.crt)" = mine

begin 'a dynamic program'
certificates
release v1.0.0 <<<'hello-1.0.0-linux-amd64.tar.gz amd64 hello=dynamic'
init --certificates roots.pem "file://$PWD/rel/release.json"
status 8
stderr <<-'END'
	bundler: cannot use 'hello-1.0.0-linux-amd64.tar.gz': it has no static program for linux/amd64
	hint: 'hello' needs libraries that the image would not have
END
check test ! -e hello.yaml

begin 'no digest anywhere'
certificates
three | release v1.2.0 '*'
init --certificates roots.pem "file://$PWD/rel/release.json"
status 3
stderr <<-END
	bundler: cannot use 'file://$PWD/rel/release.json': nothing has the SHA-256 of 'hello-1.2.0.linux-amd64.tar.gz'
	hint: make a checksum file from archives that you trust, and pass it with --sums
END

begin 'no file is for Linux'
certificates
release v1.0.0 <<<'hello-1.0.0-darwin-amd64.tar.gz other'
init --certificates roots.pem "file://$PWD/rel/release.json"
status 3
stderr <<-'END'
	bundler: cannot choose an asset of 1: no name is of a program or archive for Linux
	hint: --asset names those that are
END

finish
