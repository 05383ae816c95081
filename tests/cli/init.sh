#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler init: from the names of a release and one of its archives to a recipe that builds.
. "$(dirname "$0")/../lib.sh"

export SOURCE_DATE_EPOCH=1234567890 TOP=$top
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

begin 'names of members that mean something in YAML, in templates or in paths'
certificates
python3 - <<-'END'
	import hashlib, importlib.util, io, json, os, sys, tarfile
	sys.argv = ["x", "v1.0.0"]
	sys.stdin = io.StringIO()
	spec = importlib.util.spec_from_file_location("made", os.environ["TOP"] + "/tests/cli/init_release.py")
	made = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(made)
	out = io.BytesIO()
	texts = ["LICENSE: [a, b] # c", "LICENSE'\"&*!|>%@`", "LICENSE\n- path: /evil", "LICENSE\x1b[31m",
	         "LICENSE-{x}", "../LICENSE", "/LICENSE", "LICENSE\\x", "LICENSE\u00e9", "x/../LICENSE",
	         "LICENSE" + 300 * "x", "conf/{version}.yml", "etc/no.yml", "~.yml", "a: b.yml"]
	with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
	    for name, data in [("hello", made.program("amd64"))] + [(text, b"x") for text in texts]:
	        member = tarfile.TarInfo(name)
	        member.size = len(data)
	        tar.addfile(member, io.BytesIO(data))
	name = "hello-1.0.0-linux-amd64.tar.gz"
	open("rel/" + name, "wb").write(out.getvalue())
	json.dump({"tag_name": "v1.0.0", "assets": [{"name": name,
	    "digest": "sha256:" + hashlib.sha256(out.getvalue()).hexdigest(),
	    "browser_download_url": "https://github.com/a/b/releases/download/v1.0.0/" + name}]},
	    open("rel/release.json", "w"))
END
init --certificates roots.pem "file://$PWD/rel/release.json"
stdout <"$scratch/stdout"
stderr <"$scratch/stderr"
text "$(part '  - path: ".usr' '  # What' hello.yaml)" <<'END'
  - path: "/usr/share/licenses/hello/LICENSE'\"&*!|>%@`"
    member: "LICENSE'\"&*!|>%@`"

  # Samples: they are read only where the program looks for them.
  - path: /etc/hello/no.yml
    member: etc/no.yml
  - path: "/etc/hello/~.yml"
    member: "~.yml"

  # What a static program expects of a root: certificates to trust, names of users and
END
rootfs hello.yaml
stdout <<<'rootfs/linux-amd64.mtree'

begin 'documents that are not what they should be'
certificates
mkdir rel
asset='{"name": "%s", "digest": "sha256:'$(printf '0%.0s' {1..64})'", "browser_download_url": "%s"}'
doc() { # doc TAG NAME URL
	# shellcheck disable=SC2059
	printf '{"tag_name": "%s", "assets": ['"$asset"']}' "$@" >rel/release.json
}
url=https://github.com/a/b/releases/download/v1.0/hello-linux-amd64
refused() { # refused STATUS MESSAGE
	init --certificates roots.pem "file://$PWD/rel/release.json"
	filter "s,$PWD,PWD,"
	status "$1"
	stderr <<<"bundler: $2"
	check test ! -e hello.yaml -a ! -e hello.lock.json -a ! -e ca-certificates.crt
	filter ''
}
doc 'v1.0\n- path: /evil' hello-linux-amd64 $url
refused 3 "cannot use version '1.0\\x0a- path: /evil': it has characters other than letters, digits, '.', '_', '+' and '-'"
doc v1.0 hello-linux-amd64 https://evil.example/hello-linux-amd64
refused 3 "cannot fetch 'https://evil.example/hello-linux-amd64': it is not below the release"
doc v1.0 hello-linux-amd64 https://github.com/../../hello-linux-amd64
refused 3 "cannot fetch 'https://github.com/../../hello-linux-amd64': it is not below the release"
doc v1.0 hello-linux-amd64 "https://github.com/a/b/{x}/hello-linux-amd64"
refused 3 "cannot use 'hello-linux-amd64': its URL is not its name below a directory"
doc v1.0 hello-linux-amd64 https://github.com/a/other
refused 3 "cannot use 'hello-linux-amd64': its URL is not its name below a directory"
echo '{"message": "API rate limit exceeded"}' >rel/release.json
refused 3 "cannot use 'file://PWD/rel/release.json': it is JSON, but not of a release: it has no 'tag_name' or no 'assets'"
echo '{' >rel/release.json
refused 3 "cannot use 'file://PWD/rel/release.json': line 2, column 0: string or '}' expected near end of file"
echo '<html>' >rel/release.json
refused 3 "cannot use 'file://PWD/rel/release.json': line 1 is HTML"
python3 -c 'import json; print(json.dumps({"tag_name": "v1", "assets": [
	{"name": f"hello{i}-linux-amd64", "browser_download_url": "https://github.com/x"} for i in range(3000)]}))' >rel/release.json
refused 10 "cannot look at the release: it has more than 2048 files"
python3 -c 'print("{\"tag_name\": \"v1\", \"assets\": [" + 100001 * "1," + "1]}")' >rel/release.json
refused 10 "cannot use 'file://PWD/rel/release.json': more than 100000 values in it"

finish
