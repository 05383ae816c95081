#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler update: what another version changes in recipe and lock, and how the change is printed.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
. "$(dirname "$0")/lib_update.sh"

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
	      "asset": "tiny-1.1.0-linux-amd64.tar.gz",
	      "url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-amd64.tar.gz",
	      "digest": "sha256:$(digest 1)",
	      "sums": "sums",
	      "algorithm": "sha256"
	    },
	    {
	      "platform": "linux/arm/v7",
	      "asset": "tiny-1.1.0-linux-arm7.tar.gz",
	      "url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-arm7.tar.gz",
	      "digest": "sha256:$(digest 3)",
	      "sums": "sums",
	      "algorithm": "sha256"
	    },
	    {
	      "platform": "linux/arm64",
	      "asset": "tiny-1.1.0-linux-arm64.tar.gz",
	      "url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-arm64.tar.gz",
	      "digest": "sha256:$(digest 2)",
	      "sums": "sums",
	      "algorithm": "sha256"
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

begin 'lock --json'
start
rm tiny.lock.json
sed -i 's/^version: .*/version: "1.1.0"/; s|linux/arm64|{platform: linux/arm64, optional: true}|' tiny.yaml
sed -i /arm64/d sums
: >none
SOURCE_DATE_EPOCH=1300000000 run bundler lock --json --release source --sums none --sums sums tiny.yaml
stderr <<<'note: linux/arm64 is left out: the release does not have it'
stdout <<-END
	{
	  "name": "tiny",
	  "version": "1.1.0",
	  "release": "source",
	  "epoch": 1300000000,
	  "lock": "tiny.lock.json",
	  "platforms": [
	    {
	      "platform": "linux/amd64",
	      "asset": "tiny-1.1.0-linux-amd64.tar.gz",
	      "url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-amd64.tar.gz",
	      "digest": "sha256:$(digest 1)",
	      "sums": "sums",
	      "algorithm": "sha256"
	    },
	    {
	      "platform": "linux/arm/v7",
	      "asset": "tiny-1.1.0-linux-arm7.tar.gz",
	      "url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-arm7.tar.gz",
	      "digest": "sha256:$(digest 3)",
	      "sums": "sums",
	      "algorithm": "sha256"
	    }
	  ],
	  "left_out": [
	    "linux/arm64"
	  ]
	}
END
check test "$(grep -c '"platform"' tiny.lock.json)" -eq 2
cp tiny.lock.json locked
run bash -c 'bundler lock --json --sums sums --release source tiny.yaml >/dev/full'
status 9
stderr <<<"bundler: cannot write 'standard output': No space left on device"
check cmp locked tiny.lock.json

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

begin 'a lock elsewhere'
start
mkdir elsewhere
mv tiny.lock.json elsewhere
update --lock elsewhere/tiny.lock.json --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check grep -q '"version": "1.1.0"' elsewhere/tiny.lock.json
check test "$(grep -c '^--- a/elsewhere/tiny.lock.json$' "$scratch/stdout")" = 1
no_litter

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
make=(env "BUNDLER=$BUNDLER" make -s --no-print-directory -C "$top" -o build/bundler update "RECIPE=$PWD/tiny.yaml"
	"UPDATE=--json --sums $PWD/sums" "LIBRARY=$PWD/library")
run "${make[@]}"
status 2
filter 's/^(.*\.mk):[0-9]+/\1:N/'
stderr <<<'bundler/make/product.mk:N: *** say which: make update VERSION=1.2.3.  Stop.'
run "${make[@]}" VERSION=1.1.0
stdout_stated=1 stderr_stated=1
check grep -q '^version: "1.1.0"$' tiny.yaml
check grep -q '"version": "1.1.0"' tiny.lock.json
check test -e library/1.1.0/scratch/Dockerfile

finish
