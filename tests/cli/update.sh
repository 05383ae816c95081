#!/bin/bash
# bundler update: another version in recipe and lock, whole outputs, and everything it refuses.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

digest() { printf '%064d' "$1"; }

# The sums of a release: digests 1 to 3, of the product's platforms, and a file that nobody wants.
sums() { # VERSION [FORMAT]
	local target n=0
	for target in linux-amd64 linux-arm64 linux-arm7; do
		n=$((n + 1))
		echo "$(digest $n)  tiny-$1-$target.${2:-tar.gz}"
	done
	echo "$(digest 9)  tiny-$1-amd64.deb"
}

make_product "$scratch/product"

product() { cp -r "$scratch/product/." .; }

# A recipe of the product with its lock, and the sums of 1.1.0 in ./sums; nothing can be fetched.
start() {
	cp "$scratch/product/"tiny.{yaml,lock.json,conf} .
	sums 1.1.0 >sums
	mkdir before
	cp tiny.yaml tiny.lock.json before
}

untouched() {
	check cmp before/tiny.yaml tiny.yaml
	check cmp before/tiny.lock.json tiny.lock.json
	no_litter
}

no_litter() { check test -z "$(find . -name '.bundler-*')"; }

update() { SOURCE_DATE_EPOCH=1300000000 run bundler update "$@"; }

patch_lock="--- a/tiny.lock.json
+++ b/tiny.lock.json
@@ -2,27 +2,24 @@
   \"schema\": 1,
   \"compat\": 1,
   \"name\": \"tiny\",
-  \"version\": \"1.0\",
+  \"version\": \"1.1.0\",
   \"release\": \"official\",
-  \"epoch\": 1234567890,
+  \"epoch\": 1300000000,
   \"platforms\": [
     {
       \"platform\": \"linux/amd64\",
-      \"url\": \"https://tiny.example/1.0/tiny-1.0-linux-amd64.tar.gz\",
-      \"sha256\": \"OLD\",
-      \"size\": SIZE
+      \"url\": \"https://tiny.example/1.1.0/tiny-1.1.0-linux-amd64.tar.gz\",
+      \"sha256\": \"$(digest 1)\"
     },
     {
       \"platform\": \"linux/arm/v7\",
-      \"url\": \"https://tiny.example/1.0/tiny-1.0-linux-arm7.tar.gz\",
-      \"sha256\": \"OLD\",
-      \"size\": SIZE
+      \"url\": \"https://tiny.example/1.1.0/tiny-1.1.0-linux-arm7.tar.gz\",
+      \"sha256\": \"$(digest 3)\"
     },
     {
       \"platform\": \"linux/arm64\",
-      \"url\": \"https://tiny.example/1.0/tiny-1.0-linux-arm64.tar.gz\",
-      \"sha256\": \"OLD\",
-      \"size\": SIZE
+      \"url\": \"https://tiny.example/1.1.0/tiny-1.1.0-linux-arm64.tar.gz\",
+      \"sha256\": \"$(digest 2)\"
     }
   ]
 }"
patch_recipe='--- a/tiny.yaml
+++ b/tiny.yaml
@@ -1,5 +1,5 @@
 name: tiny
-version: "1.0"
+version: "1.1.0"
 release:
   asset: "tiny-{version}-{target}.{format}"
   url: "https://tiny.example/{version}/{asset}"'
old='s/^(-.*"sha256": ")[0-9a-f]{64}/\1OLD/; s/^(-.*"size": )[0-9]+/\1SIZE/'

begin 'another version: both files, and the change as it is printed'
start
filter "$old"
update --sums sums 1.1.0 tiny.yaml
stdout <<<"$patch_lock
$patch_recipe"
check cmp tiny.yaml <(sed 's/^version: "1.0"/version: "1.1.0"/' before/tiny.yaml)
no_litter
run bundler lock --sums sums tiny.yaml
stdout <<-END
	$(digest 1)  https://tiny.example/1.1.0/tiny-1.1.0-linux-amd64.tar.gz
	$(digest 3)  https://tiny.example/1.1.0/tiny-1.1.0-linux-arm7.tar.gz
	$(digest 2)  https://tiny.example/1.1.0/tiny-1.1.0-linux-arm64.tar.gz
END

begin 'the change is what git diff shows, and what git apply takes'
start
check git init -q .
check git add tiny.yaml tiny.lock.json
update --sums sums 1.1.0 tiny.yaml
stdout_stated=1
git diff | grep -v '^diff --git \|^index ' >shown
check cmp "$scratch/stdout" shown
cp before/* .
check git apply "$scratch/stdout"
check cmp tiny.yaml <(sed 's/^version: "1.0"/version: "1.1.0"/' before/tiny.yaml)

begin 'again: nothing changes, nothing is written'
start
update --sums sums 1.1.0 tiny.yaml
stdout_stated=1
touch -d @1000000000 tiny.yaml tiny.lock.json
run bundler update --sums sums 1.1.0 tiny.yaml
run bundler update --check --sums sums 1.1.0 tiny.yaml
check test "$(stat -c %Y tiny.yaml tiny.lock.json | sort -u)" = 1000000000

begin '--dry-run prints the same and writes nothing'
start
filter "$old"
update -n --sums sums 1.1.0 tiny.yaml
stdout <<<"$patch_lock
$patch_recipe"
untouched
update --dry-run --sums sums 1.1.0 tiny.yaml
stdout <<<"$patch_lock
$patch_recipe"
untouched

begin '--check does so, too, and ends with status 1'
start
filter "$old"
update --check --sums sums 1.1.0 tiny.yaml
status 1
stdout <<<"$patch_lock
$patch_recipe"
untouched

begin '--json'
start
update --json --sums sums 1.1.0 tiny.yaml
stdout <<-END
	{
	  "name": "tiny",
	  "from": "1.0",
	  "version": "1.1.0",
	  "changed": [
	    "tiny.yaml",
	    "tiny.lock.json"
	  ],
	  "written": true,
	  "platforms": [
	    {
	      "platform": "linux/amd64",
	      "url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-amd64.tar.gz",
	      "sha256": "$(digest 1)"
	    },
	    {
	      "platform": "linux/arm/v7",
	      "url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-arm7.tar.gz",
	      "sha256": "$(digest 3)"
	    },
	    {
	      "platform": "linux/arm64",
	      "url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-arm64.tar.gz",
	      "sha256": "$(digest 2)"
	    }
	  ],
	  "left_out": []
	}
END
run bundler update --json --check --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check grep -q '"changed": \[\],' "$scratch/stdout"
check grep -q '"written": false,' "$scratch/stdout"
check grep -q '"from": "1.1.0",' "$scratch/stdout"

begin '--json of a path that is not UTF-8'
start
mv tiny.yaml $'\xff.yaml'
mv tiny.lock.json $'\xff.lock.json'
update --json --sums sums 1.1.0 $'\xff.yaml'
stdout_stated=1
check grep -qx '    "\\\\xff.yaml",' "$scratch/stdout"
check grep -qx '    "\\\\xff.lock.json"' "$scratch/stdout"

begin 'comments, quotes, modes and line ends stay'
start
{
	echo '# version: 1.0 ä€🙂'
	echo 'name: tiny   # version: 1.0'
	echo "version: &v   '1.0'	# version: 1.0"
	sed 1,2d before/tiny.yaml
} | sed 's/$/\r/' >tiny.yaml
chmod 664 tiny.yaml
chmod 600 tiny.lock.json
cp -p tiny.yaml edited
update --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check cmp tiny.yaml <(sed "3s/'1.0'/'1.1.0'/" edited)
check test "$(stat -c %a tiny.yaml tiny.lock.json | tr '\n' ' ')" = '664 600 '

begin 'without a lock'
start
rm tiny.lock.json
update --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check test "$(head -3 "$scratch/stdout")" = '--- /dev/null
+++ b/tiny.lock.json
@@ -0,0 +1,25 @@'
check cmp tiny.lock.json <(sed -n '4,28s/^+//p' "$scratch/stdout")
check test "$(sed -n '29,$p' "$scratch/stdout")" = "$patch_recipe"

begin 'the time of a version is that of its first lock'
start
update --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check grep -q '"epoch": 1300000000' tiny.lock.json
run bundler update --sums sums 1.1.0 tiny.yaml
check grep -q '"epoch": 1300000000' tiny.lock.json
sums 1.2.0 >sums
before=$(date +%s)
run bundler update --sums sums 1.2.0 tiny.yaml
stdout_stated=1
epoch=$(sed -n 's/.*"epoch": \([0-9]*\),/\1/p' tiny.lock.json)
check test "$before" -le "$epoch"
check test "$epoch" -le "$(date +%s)"

begin 'pinned results go with the version, and stay with it'
product
SOURCE_DATE_EPOCH=1234567890 run bundler lock --record --sums mirror/SHA256SUMS --cache cache \
	--mirror "file://$PWD/mirror" --download tiny.yaml
stdout_stated=1
check grep -q '"results"' tiny.lock.json
cp tiny.lock.json with
run bundler update --sums mirror/SHA256SUMS 1.0 tiny.yaml
check cmp with tiny.lock.json
sums 1.1.0 >sums
update --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check test "$(grep -c '"results"' tiny.lock.json)" = 0

begin 'with --record the results of the new version are pinned'
product
sed -i 's/tiny-{version}-/tiny-1.0-/' tiny.yaml
update --record --sums mirror/SHA256SUMS --cache cache --mirror "file://$PWD/mirror" 1.1.0 tiny.yaml
stdout_stated=1
check grep -q '"results"' tiny.lock.json
SOURCE_DATE_EPOCH=1300000000 run bundler rootfs -o trees --offline --cache cache tiny.yaml
stdout_stated=1
check test "$(sed -n 2p trees/linux-amd64.mtree)" = '# bundler: tiny 1.1.0 linux/amd64 official, compat 1'

begin 'an older version'
start
sums 0.9.0 >sums
update --sums sums 0.9.0 tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot update 'tiny.yaml' to 0.9.0: it is at 1.0, which is later
	hint: --allow-downgrade goes there anyway
END
untouched
update --sums sums 1.0.0-RC.1 tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot update 'tiny.yaml' to 1.0.0-RC.1: it is at 1.0, which is later
	hint: --allow-downgrade goes there anyway
END
untouched
update --allow-downgrade --sums sums 0.9.0 tiny.yaml
stdout_stated=1
check grep -q '^version: "0.9.0"$' tiny.yaml
sums 0.10.0 >sums
update --sums sums 0.10.0 tiny.yaml
stdout_stated=1
check grep -q '^version: "0.10.0"$' tiny.yaml

begin 'a lock of a later version than the recipe'
start
sed -i 's/^version: "1.0"/version: "0.9.0"/' tiny.yaml
cp tiny.yaml before
sums 0.9.5 >sums
update --sums sums 0.9.5 tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot update 'tiny.lock.json' to 0.9.5: it is at 1.0, which is later
	hint: --allow-downgrade goes there anyway
END
untouched

begin 'a version that is in no order'
start
sed -i 's/^version: "1.0"/version: nightly/' tiny.yaml
cp tiny.yaml before
update --sums sums 1.1.0 tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot update 'tiny.yaml' to 1.1.0: its version 'nightly' is in no order: a number is missing
	hint: --allow-downgrade goes there anyway
END
untouched
update --allow-downgrade --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check grep -q '^version: 1.1.0$' tiny.yaml

begin 'what is no version'
start
while IFS='|' read -r version reason; do
	update --sums sums "$version" tiny.yaml
	status 2
	stderr <<-END
		bundler: cannot use version '$version': $reason
		hint: a version is like 1.2.3 or 1.2.3-RC.1, without the v of a tag
	END
done <<-'END'
	|it does not begin with a letter or a digit
	v1.1.0|a number is missing
	latest|a number is missing
	1.1.0.0|it has more than three numbers
	1.01.0|a number in it begins with 0
	1.1.0-|a part of it is empty
	../1.1.0|it does not begin with a letter or a digit
	1.1.0/../..|it has other characters than letters, digits, '.', '_', '+' and '-'
	1.1.0 |it has other characters than letters, digits, '.', '_', '+' and '-'
	1.1.0_1|a character in it has no place there
END
update --sums sums
status 2
stderr <<<'bundler: cannot update: no version is given'
update 1.1.0 tiny.yaml other.yaml
status 2
stderr <<<"bundler: cannot use operand 'other.yaml': one recipe at a time"
untouched

begin 'a platform that the release does not have'
start
sed -i /arm64/d sums
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use 'sums': no line for 'tiny-1.1.0-linux-arm64.tar.gz'
	hint: if releases may lack linux/arm64, the recipe can call it optional
END
untouched

begin 'a name that stands there as a part of others only'
start
for other in ./NAME x-NAME NAME.sig dist/NAME 'NAME '; do
	sums 1.1.0 | sed "s|tiny-1.1.0-linux-arm64.tar.gz|${other/NAME/tiny-1.1.0-linux-arm64.tar.gz}|" >sums
	update --sums sums 1.1.0 tiny.yaml
	status 3
	stderr <<-'END'
		bundler: cannot use 'sums': no line for 'tiny-1.1.0-linux-arm64.tar.gz'
		hint: if releases may lack linux/arm64, the recipe can call it optional
	END
done
untouched

begin 'an optional platform that the release does not have'
start
sed -i 's|linux/arm64,|{platform: linux/arm64, optional: true},|' tiny.yaml
sed -i /arm64/d sums
update --json --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check test "$(python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
print([p["platform"] for p in r["platforms"]], r["left_out"])' "$scratch/stdout")" = \
	"['linux/amd64', 'linux/arm/v7'] ['linux/arm64']"
check test "$(grep -c arm64 tiny.lock.json)" = 0
sed -i /linux-amd64/d sums
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use 'sums': no line for 'tiny-1.1.0-linux-amd64.tar.gz'
	hint: if releases may lack linux/amd64, the recipe can call it optional
END

begin 'nothing but optional platforms, and the release has none of them'
start
sed -i 's|^platforms: .*|platforms: [{platform: linux/386, optional: true}]|' tiny.yaml
cp tiny.yaml before
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<<"bundler: cannot use 'sums': no line for any platform of 'tiny.yaml'"
untouched

begin 'commands work on the platforms that the lock has'
product
offline=(--cache cache --mirror "file://$PWD/mirror" --offline)
run bundler image -o oci:more "${offline[@]}" tiny.yaml
stdout_stated=1
run bundler image -p linux/arm64 -o oci:other "${offline[@]}" tiny.yaml
stdout_stated=1
sed -i 's|linux/arm64,|{platform: linux/arm64, optional: true},|' tiny.yaml
sed -i /arm64/d mirror/SHA256SUMS
run bundler lock --sums mirror/SHA256SUMS tiny.yaml
stdout_stated=1
run bundler fetch "${offline[@]}" tiny.yaml
filter 's/[0-9a-f]{64}/DIGEST/g'
stdout <<-'END'
	DIGEST  cache/sha256/DIGEST
	DIGEST  cache/sha256/DIGEST
END
run bundler rootfs -o trees "${offline[@]}" tiny.yaml
stdout <<-'END'
	DIGEST  trees/linux-amd64.mtree
	DIGEST  trees/linux-arm-v7.mtree
END
run bundler image -o oci:layout "${offline[@]}" tiny.yaml
stdout <<-'END'
	sha256:DIGEST  linux/amd64
	sha256:DIGEST  linux/arm/v7
END
run bundler audit "${offline[@]}" oci:layout tiny.yaml
stdout <<<'verdict: identical (linux/amd64, linux/arm/v7)'
run bundler audit "${offline[@]}" oci:more tiny.yaml
status 1
stdout <<-'END'
	platform linux/arm64: expected nothing, found an image
	verdict: different (linux/amd64, linux/arm/v7; 1 difference)
END
run bundler audit "${offline[@]}" oci:other tiny.yaml
status 1
stdout <<-'END'
	platform linux/arm64: expected nothing, found an image
	verdict: different (1 difference)
END
for command in 'rootfs -o none' 'image -o oci:none' fetch; do
	# shellcheck disable=SC2086
	run bundler $command -p linux/arm64 "${offline[@]}" tiny.yaml
	status 3
	stderr <<-'END'
		bundler: cannot use lock 'tiny.lock.json': nothing is locked for platform 'linux/arm64'
		hint: it is optional, and release 1.0 had nothing for it
	END
done
check test ! -e none

begin 'none of the platforms is locked'
product
sed -i 's|^platforms: .*|platforms: [{platform: linux/386, optional: true}]|' tiny.yaml
sed -i 's|linux/amd64|linux/386|; s/amd64/386/g' tiny.lock.json
sed -i 's|linux/386, |linux/s390x, |' tiny.yaml
run bundler rootfs --offline tiny.yaml
status 3
stderr <<<"bundler: cannot use lock 'tiny.lock.json': nothing is locked for any platform of 'tiny.yaml'"

begin 'a digest that changed under the version'
start
sums 1.0 >sums
update --sums sums 1.0 tiny.yaml
status 7
stderr <<-'END'
	bundler: cannot lock 'tiny-1.0-linux-amd64.tar.gz': its SHA-256 was another when version 1.0 was locked before
	hint: a release must not change; remove 'tiny.lock.json' to accept that it did
END
untouched

# Older versions in another form: zip before 1.0.0, no sums before 0.5.0.
older() {
	start
	sed -i 's|^  format: .*|&\n  older:\n    - {before: 1.0.0, format: {linux: zip}}\n    - {before: 0.5.0, sums: ""}|' \
		tiny.yaml
	cp tiny.yaml before
}

begin 'the form of an older version'
older
sums 0.9.0 zip >sums
update --allow-downgrade --json --sums sums 0.9.0 tiny.yaml
stdout_stated=1
check grep -q '"url": "https://tiny.example/0.9.0/tiny-0.9.0-linux-amd64.zip"' tiny.lock.json
sums 1.1.0 >sums
update --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check grep -q '"url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-amd64.tar.gz"' tiny.lock.json

begin 'a version without sums'
older
sums 0.4.0 zip >sums
update --allow-downgrade 0.4.0 tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot lock 'tiny 0.4.0': its release has no SHA256SUMS
	hint: make one of archives that you trust, and give it with --sums
END
untouched
update --allow-downgrade --sums sums 0.4.0 tiny.yaml
stdout_stated=1
check grep -q '"version": "0.4.0"' tiny.lock.json
run bundler lock tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot lock 'tiny 0.4.0': its release has no SHA256SUMS
	hint: make one of archives that you trust, and give it with --sums
END

begin 'sums that cannot be fetched'
start
update --offline 1.1.0 tiny.yaml
status 4
stderr <<-'END'
	bundler: cannot fetch 'https://tiny.example/1.1.0/SHA256SUMS': --offline forbids the network
	hint: --sums takes a copy that was got elsewhere
END
untouched

begin 'sums that are none'
start
while IFS='|' read -r line text; do
	sums 1.1.0 >sums
	echo "$text" >>sums
	update --sums sums 1.1.0 tiny.yaml
	status 3
	stderr <<<"bundler: cannot use 'sums': $line"
done <<-END
	'tiny-1.1.0-linux-amd64.tar.gz' stands twice|$(digest 1)  tiny-1.1.0-linux-amd64.tar.gz
	line 5 is not '<SHA-256>  <name>'|<html>
	line 5 is not '<SHA-256>  <name>'|SHA256 (x) = $(digest 1)
	line 5 is not '<SHA-256>  <name>'|0$(digest 1)  x
	line 5 is not '<SHA-256>  <name>'|123  x
	line 5 is not '<SHA-256>  <name>'|g$(printf '%063d' 1)  x
	line 5 is not '<SHA-256>  <name>'|
END
sums 1.1.0 | sed 's/$/\r/' >sums
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<<"bundler: cannot use 'sums': line 1 is not '<SHA-256>  <name>'"
untouched

begin 'a version that is not written in one piece'
start
sed -i 's/^version: .*/version: "1\\x2e0"/' tiny.yaml
cp tiny.yaml before
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<<"bundler: cannot read 'tiny.yaml': line 2, column 10: the version is not written in one piece here"
untouched

begin 'a recipe behind a link'
start
mv tiny.yaml real.yaml
ln -s real.yaml tiny.yaml
update --sums sums 1.1.0 tiny.yaml
status 9
stderr <<<"bundler: cannot replace 'tiny.yaml': it is not a regular file"
check cmp before/tiny.yaml real.yaml
check cmp before/tiny.lock.json tiny.lock.json
no_litter

begin 'a lock that cannot be replaced leaves the recipe as it is'
start
mkdir directory
update --lock directory --sums sums 1.1.0 tiny.yaml
status 9
stderr_stated=1
untouched
update --lock missing/tiny.lock.json --sums sums 1.1.0 tiny.yaml
status 9
stderr <<<"bundler: cannot write 'missing/tiny.lock.json': No such file or directory"
untouched

begin 'a lock elsewhere'
start
mkdir elsewhere
mv tiny.lock.json elsewhere
update --lock elsewhere/tiny.lock.json --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check grep -q '"version": "1.1.0"' elsewhere/tiny.lock.json
check test "$(grep -c '^--- a/elsewhere/tiny.lock.json$' "$scratch/stdout")" = 1
no_litter

begin 'a report that cannot be printed takes everything back'
start
run bash -c 'bundler update --sums sums 1.1.0 tiny.yaml >/dev/full'
status 9
stderr <<<"bundler: cannot write 'standard output': No space left on device"
untouched

begin 'what a run leaves that was killed between the two files is refused, and repaired'
start
sed -i 's/^version: "1.0"/version: "1.1.0"/' tiny.yaml
run bundler rootfs --offline tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use lock 'tiny.lock.json' with recipe 'tiny.yaml': version is '1.0' in the lock, '1.1.0' in the recipe
	hint: 'bundler lock' writes the lock anew
END
filter "$old"
update --check --sums sums 1.1.0 tiny.yaml
status 1
stdout <<<"$patch_lock"
update --sums sums 1.1.0 tiny.yaml
stdout <<<"$patch_lock"
run bundler update --check --sums sums 1.1.0 tiny.yaml

begin 'make update'
start
cat >>tiny.yaml <<-'END'
	library:
	  name: tiny
	  maintainers: ["A <a@tiny.example> (@a)"]
	  repository: https://tiny.example/images.git
	  branch: main
	  directory: "{version}"
	  platforms: [linux/amd64]
	  tags: ["{version}"]
	  variants: [{scratch: dockerfile}]
END
make=(make -s --no-print-directory -C "$top" -o build/bundler update "RECIPE=$PWD/tiny.yaml"
	"UPDATE=--json --sums $PWD/sums" "LIBRARY=$PWD/library")
run "${make[@]}"
status 2
filter 's/^Makefile:[0-9]+/Makefile:N/'
stderr <<<'Makefile:N: *** say which: make update VERSION=1.2.3.  Stop.'
run "${make[@]}" VERSION=1.1.0
stdout_stated=1 stderr_stated=1
check grep -q '^version: "1.1.0"$' tiny.yaml
check grep -q '"version": "1.1.0"' tiny.lock.json
check test -e library/1.1.0/scratch/Dockerfile

finish
