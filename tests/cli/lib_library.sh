# SPDX-License-Identifier: Apache-2.0
# What the tests of bundler library share: a recipe with everything that a build context can have.
# Bash, sourced after lib.sh.

commit=0123456789abcdef0123456789abcdef01234567
other=fedcba9876543210fedcba9876543210fedcba98

# digest N: a SHA-256 to be told from others.
digest() { printf '%064x' "$1"; }

# product: a recipe with everything that a context can have, and its lock, in this directory.
product() {
	cat >tiny.yaml <<-'END'
	name: tiny
	version: 1.2.3
	release:
	  asset: "tiny-{version}-{target}.{format}"
	  url: "https://tiny.example/{version}/{asset}"
	  sums: "https://tiny.example/{version}/SHA256SUMS"
	  directory: "tiny-{target}"
	  format: {linux: tar.gz, windows: zip}
	  target: {linux/arm/v6: linux-arm6, linux/arm/v7: linux-arm7}
	platforms: [linux/amd64, linux/arm64, linux/arm/v7, linux/mips64le, windows/amd64]
	root:
	  - {path: "/tiny{exe}", member: "bin/tiny{exe}", mode: "0755", program: true}
	  - {path: /etc/tiny.conf, file: tiny.conf}
	  - {path: /etc/motd, text: "hello\n"}
	  - {path: /share/LICENSE, member: LICENSE}
	  - {path: /etc/passwd, text: "root:*:0:0::/:/none\n", os: linux}
	  - {path: /tmp, directory: true, mode: "1777", os: linux}
	image:
	  entrypoint: ["/tiny{exe}", serve]
	  cmd: [-c, /etc/tiny.conf]
	  env: ["TEXT=a \"b\" $c", {set: TINY_LINUX=1, os: linux}, {set: TINY_WINDOWS=1, os: windows}]
	  ports: [4222/tcp, 53/udp]
	  user: "65532:65532"
	  workdir: /data
	  stopsignal: SIGINT
	  labels: {org.example.title: "tiny {version}"}
	library:
	  name: little
	  maintainers: ["A B <a@example.org> (@a)", "C (@c)"]
	  repository: https://example.org/little.git
	  branch: main
	  directory: "{minor}.x"
	  tags: ["{version}", "{minor}", "{major}"]
	  packages: [ca-certificates, tzdata]
	  platforms: [linux/arm64, linux/amd64, linux/mips64le, windows/amd64]
	  variants:
	    - alpine: "3.18"
	    - alpine: "3.17"
	    - scratch: dockerfile
	    - windowsservercore: "1809"
	    - nanoserver: "1809"
	END
	echo 'port: 4222' >tiny.conf
	lock
}

lock() {
	local version target n=0
	version=$(sed -n 's/^version: //p' tiny.yaml)
	for target in linux-amd64.tar.gz linux-arm64.tar.gz linux-arm7.tar.gz linux-mips64le.tar.gz \
		windows-amd64.zip; do
		n=$((n + 1))
		echo "$(digest $n)  tiny-$version-$target"
	done >SHA256SUMS
	rm -f tiny.lock.json
	SOURCE_DATE_EPOCH=1 bundler lock --sums SHA256SUMS tiny.yaml >/dev/null
}

# made OPTION...: the contexts in ./out, quietly.
made() {
	bundler library -o out --commit $commit "$@" tiny.yaml >log 2>&1 || fail "$(cat log)"
}

# holds FILE: its whole content is standard input.
holds() {
	cat >expected
	check diff -u --label expected --label "$1" expected "$1"
}

git_commit() { # everything in out
	git -C out add -A
	git -C out -c user.name=test -c user.email=test@example.com commit -qm all
}
