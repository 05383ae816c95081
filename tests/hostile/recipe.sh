#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Recipes and locks that something is wrong with: status 3, the place, and nothing done.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

make_product "$scratch/good"

# A copy of the sound product, changed by a sed script for the recipe or by python for the lock.
change_recipe() {
	cp -r "$scratch/good/." .
	sed "$1" "$scratch/good/tiny.yaml" >tiny.yaml
	cmp -s "$scratch/good/tiny.yaml" tiny.yaml && fail "the recipe is unchanged: $1"
}
change_lock() {
	cp -r "$scratch/good/." .
	python3 - "$1" <<-'END' || fail 'the lock cannot be changed'
	import json, sys
	with open("tiny.lock.json") as f:
	    lock = json.load(f)
	exec(sys.argv[1])
	with open("tiny.lock.json", "w") as f:
	    json.dump(lock, f, indent=2)
	END
}

refused() { # STATUS: whole stderr on standard input
	ls -A >before
	run bundler rootfs --cache cache --offline tiny.yaml
	status "$1"
	stderr
	check test "$(ls -A)" = "$(cat before)"
}

begin 'a sound recipe and its lock'
cp -r "$scratch/good/." .
run bundler rootfs -p linux/arm64 --cache cache --offline tiny.yaml
filter 's/^[0-9a-f]{64}/DIGEST/'
stdout <<<'DIGEST  rootfs/linux-arm64.mtree'


# Each line: a sed script for the recipe, a tab, and what is said of it.
while IFS=$'\t' read -r script message; do
	begin "recipe: ${message#*: }"
	change_recipe "$script"
	refused 3 <<<"bundler: cannot read 'tiny.yaml': $message"
done <<'END'
s/^name: tiny/name: tiny\ncolour: red/	line 2, column 1: unknown key 'colour'
s/^version: .*/version: [1]/	line 2, column 10: text is expected here
s/^version: .*//	line 1, column 1: key 'version' is missing
s/^platforms: .*/platforms: linux\/amd64/	line 10, column 12: a list is expected here
s/linux\/arm64/linux\/vax/	line 10, column 26: no such platform 'linux/vax'
s/linux\/arm64/linux\/amd64/	line 10, column 26: platform 'linux/amd64' is listed twice
s/^platforms: .*/platforms: []/	line 10, column 12: a platform is needed here
s|path: /etc/tiny.conf|path: /etc/../tiny.conf|	line 13, column 12: cannot add '/etc/../tiny.conf' to the tree: a component is '..'
s|path: /etc/tiny.conf|path: etc/tiny.conf|	line 13, column 12: cannot add 'etc/tiny.conf' to the tree: it is not absolute
s|path: /etc/tiny.conf|path: /tmp|	line 16, column 12: cannot add '/tmp' to the tree: it exists already
s|file: tiny.conf|file: ../tiny.conf|	line 13, column 34: '../tiny.conf' is refused: a component is '..'
s|file: tiny.conf|file: /etc/passwd|	line 13, column 34: '/etc/passwd' is refused: it is absolute
s|mode: "1777"|mode: "1999"|	line 16, column 41: mode '1999' is not three or four octal digits
s|owner: "65532:65532"|owner: "nonroot"|	line 17, column 65: owner 'nonroot' is not '<uid>:<gid>' in numbers
s|member: tiny|member: tiny, file: tiny.conf|	line 12, column 39: an entry has only one of 'member', 'members', 'asset', 'file', 'text', 'certificates', 'zoneinfo', 'directory' and 'link'
s|linux: tar.gz|Linux: tar.gz|	line 8, column 12: 'Linux' is refused: no platform has this operating system
s|{version}/{asset}"|{version}/{oops}"|	line 5, column 8: cannot expand 'https://tiny.example/{version}/{oops}': no placeholder '{oops}'
s|4222/tcp|70000/tcp|	line 22, column 11: '70000/tcp' is refused: it is not '<1 to 65535>/tcp' or '/udp'
s|link: tiny.conf|link: tiny.conf, mode: "0777"|	line 15, column 5: a link has no mode
s|^image:|image: \&x|;s|cmd: .*|cmd: *x|	line 18, column 8: a list is expected here
s|TINY=1|TINY|	line 21, column 9: 'TINY' is refused: it is not '<name>=<value>'
s|^name: tiny|name: ../tiny|	line 1, column 7: '../tiny' is refused: it does not begin with a letter or a digit
s|^name: tiny|name: tiny\nname: tiny|	line 2, column 1: key 'name' is given twice
END

# Each line: what python does to the lock, a tab, what is said of it, and perhaps a tab and the hint.
while IFS=$'\t' read -r script message hint; do
	begin "lock: $script"
	change_lock "$script"
	refused 3 <<<"bundler: cannot use lock 'tiny.lock.json'$message${hint:+
hint: $hint}"
done <<'END'
lock["schema"] = 3	: a later bundler wrote it (schema 3, compat 1)	this one knows schema 2 and compat 1
lock["compat"] = 99	: a later bundler wrote it (schema 2, compat 99)	this one knows schema 2 and compat 1
lock["extra"] = 1	: key 'extra' is not known	when it is moved away, 'bundler lock' writes a new one
lock["version"] = "1.1"	 with recipe 'tiny.yaml': version is '1.1' in the lock, '1.0' in the recipe	'bundler lock' writes a new lock
lock["version"] = "1.1"; lock["release"] = "source"	 with recipe 'tiny.yaml': version is '1.1' in the lock, '1.0' in the recipe	'bundler lock --release source' writes a new lock
lock["name"] = "other"	 with recipe 'tiny.yaml': name is 'other' in the lock, 'tiny' in the recipe	'bundler lock' writes a new lock
lock["platforms"][0]["sha256"] = lock["platforms"][0]["sha256"].upper()	: key 'sha256' is not 64 lower-case hexadecimal digits	when it is moved away, 'bundler lock' writes a new one
lock["platforms"][0]["sha256"] = "0"	: key 'sha256' is not 64 lower-case hexadecimal digits	when it is moved away, 'bundler lock' writes a new one
lock["platforms"][0]["url"] = "https://evil.example/x"	 with recipe 'tiny.yaml': url is 'https://evil.example/x' in the lock, 'https://tiny.example/1.0/tiny-1.0-linux-amd64.tar.gz' in the recipe	'bundler lock' writes a new lock
lock["platforms"][0]["size"] = -1	: key 'size' is out of range	when it is moved away, 'bundler lock' writes a new one
lock["platforms"][0]["size"] = 2**63	: line 13, column 33: too big integer near '9223372036854775808'	when it is moved away, 'bundler lock' writes a new one
lock["platforms"].reverse()	: key 'platforms' is unsorted or has a duplicate	when it is moved away, 'bundler lock' writes a new one
lock["platforms"].append(lock["platforms"][-1])	: key 'platforms' is unsorted or has a duplicate	when it is moved away, 'bundler lock' writes a new one
lock["platforms"].pop()	: nothing is locked for platform 'linux/arm64'
lock["platforms"] = []	: key 'platforms' is not a list, or is empty	when it is moved away, 'bundler lock' writes a new one
lock["epoch"] = "now"	: key 'epoch' is not a number	when it is moved away, 'bundler lock' writes a new one
lock["platforms"][0]["platform"] = "linux/x86_64"	: key 'platform' is not the canonical name of a platform	when it is moved away, 'bundler lock' writes a new one
del lock["release"]	: key 'release' is not a string	when it is moved away, 'bundler lock' writes a new one
END

begin 'a lock that is cut off'
cp -r "$scratch/good/." .
head -c 300 "$scratch/good/tiny.lock.json" >tiny.lock.json
refused 3 <<-'END'
	bundler: cannot use lock 'tiny.lock.json': line 12, column 57: premature end of input
	hint: when it is moved away, 'bundler lock' writes a new one
END

begin 'a lock with a key twice'
cp -r "$scratch/good/." .
sed -i 's/"name": "tiny"/"name": "tiny", "name": "tiny"/' tiny.lock.json
refused 3 <<-'END'
	bundler: cannot use lock 'tiny.lock.json': line 4, column 24: duplicate object key near '"name"'
	hint: when it is moved away, 'bundler lock' writes a new one
END

begin 'nothing is built without a lock'
cp -r "$scratch/good/." .
rm tiny.lock.json
refused 9 <<-'END'
	bundler: cannot read 'tiny.lock.json': No such file or directory
	hint: 'bundler lock' makes a lock: nothing is built without one
END
mkdir tiny.lock.json
refused 9 <<<"bundler: cannot read 'tiny.lock.json': not a regular file"
rmdir tiny.lock.json

begin 'a digest in the lock that is one bit off'
change_lock 'd = lock["platforms"][0]["sha256"]; lock["platforms"][0]["sha256"] = "%x" % (int(d[0], 16) ^ 1) + d[1:]'
ls -A >before
run bundler rootfs -p linux/amd64 --cache cache --mirror "file://$PWD/mirror" --offline tiny.yaml
status 7
filter 's/[0-9a-f]{64}/DIGEST/g; s,file://[^ ]*/mirror,file://MIRROR,'
stderr <<-'END'
	bundler: cannot use 'file://MIRROR/tiny-1.0-linux-amd64.tar.gz': its SHA-256 is DIGEST, the lock says DIGEST
END
check test "$(ls -A)" = "$(cat before)"
check test -z "$(ls -A cache/partial)"

begin 'a CA bundle that is not the locked one'
cp -r "$scratch/good/." .
cp "$top/configs/ca-certificates.crt" roots.crt
sed -i 's/^root:/certificates: {file: roots.crt, origin: somewhere}\n&\n  - {path: \/roots, certificates: true}/' tiny.yaml
rm tiny.lock.json
"$BUNDLER" lock --sums mirror/SHA256SUMS --cache cache tiny.yaml >/dev/null || fail 'cannot lock'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -subj /CN=Mallory 2>/dev/null >>roots.crt
refused 7 <<-'END'
	bundler: cannot use certificates 'roots.crt': their SHA-256 is not the one in lock 'tiny.lock.json'
	hint: if the bundle was changed on purpose, 'bundler lock' updates the lock
END

begin 'a recipe that is empty, two documents, a FIFO'
cp -r "$scratch/good/." .
: >tiny.yaml
refused 3 <<<"bundler: cannot read 'tiny.yaml': it is empty"
printf -- '---\na: 1\n---\nb: 2\n' >tiny.yaml
refused 3 <<<"bundler: cannot read 'tiny.yaml': more than one document"
rm tiny.yaml
mkfifo tiny.yaml
refused 9 <<<"bundler: cannot read 'tiny.yaml': not a regular file"

begin 'a file that is a link, or not there'
cp -r "$scratch/good/." .
mv tiny.conf elsewhere.conf
ln -s elsewhere.conf tiny.conf
refused 3 <<<"bundler: cannot use file 'tiny.conf': a component is a symbolic link or not a directory"
rm tiny.conf
refused 9 <<<"bundler: cannot open 'tiny.conf': No such file or directory"

begin 'aliases that would multiply without end are not followed'
cp -r "$scratch/good/." .
python3 - <<-'END' >tiny.yaml
	print("a0: &a0 [x, x, x, x, x, x, x, x]")
	for i in range(1, 40):
	    print("a%d: &a%d [%s]" % (i, i, ", ".join(["*a%d" % (i - 1)] * 8)))
END
refused 3 <<<"bundler: cannot read 'tiny.yaml': line 1, column 1: unknown key 'a0'"

begin 'a recipe of 300 KiB'
cp -r "$scratch/good/." .
head -c 300000 /dev/zero | tr '\0' '#' >>tiny.yaml
refused 10 <<<"bundler: cannot read 'tiny.yaml': larger than 262144 bytes"

begin 'a platform that does not exist, or that the recipe does not list'
cp -r "$scratch/good/." .
run bundler rootfs -p linux/vax --cache cache --offline tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot use platform 'linux/vax': no such platform
	hint: platforms are written as linux/amd64, linux/arm64, linux/arm/v7
END
run bundler rootfs -p linux/386 --cache cache --offline tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot use platform 'linux/386': recipe 'tiny.yaml' does not list it
END
check test ! -e rootfs

finish
