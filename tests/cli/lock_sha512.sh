#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Releases whose checksum files have only SHA-512: the archives are fetched and checked with it, and
# their SHA-256 is locked.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"

make_tiny() {
	make_product
	rm -r tiny.lock.json cache
	fetch=(--cache cache --mirror "file://$PWD/mirror")
	(cd mirror && sha512sum tiny-1.0-linux-*) >sums
}

begin 'lock fetches the archives, and locks their SHA-256 and size'
make_tiny
run bundler lock --sums sums "${fetch[@]}" tiny.yaml
filter 's,  .*,,'
stdout < <(cd mirror && sha256sum tiny-1.0-linux-{amd64,arm7,arm64}.tar.gz | cut -d' ' -f1)
filter ''
check test "$(grep -c '"size": [1-9]' tiny.lock.json)" -eq 3
check test "$(find cache/sha256 -type f | wc -l)" -eq 3
check test -z "$(find cache/partial -type f)"
run bundler rootfs --offline --cache cache tiny.yaml
filter 's/^[0-9a-f]{64}  //'
stdout <<-'END'
	rootfs/linux-amd64.mtree
	rootfs/linux-arm64.mtree
	rootfs/linux-arm-v7.mtree
END

begin 'what the old lock and the cache have is not fetched again'
make_tiny
run bundler lock --sums sums "${fetch[@]}" tiny.yaml
filter 's/.*/locked/'
stdout < <(printf 'locked\n%.0s' 1 2 3)
cp tiny.lock.json before.json
run bundler lock --offline --sums sums --cache cache tiny.yaml
stdout < <(printf 'locked\n%.0s' 1 2 3)
check cmp tiny.lock.json before.json
rm tiny.lock.json
run bundler lock --offline --sums sums --cache cache tiny.yaml
filter ''
status 4
stderr <<-'END'
	bundler: cannot fetch 'tiny-1.0-linux-amd64.tar.gz': it is not in the cache
	hint: run once without --offline
END

begin 'the forms that have SHA-512'
make_tiny
cp tiny.yaml head.yaml
for form in bsd signed document; do
	python3 - "$form" <<-'END'
	import glob, hashlib, json, os, sys
	sums = {os.path.basename(name): hashlib.sha512(open(name, "rb").read()).hexdigest()
	        for name in sorted(glob.glob("mirror/tiny-1.0-linux-*"))}
	with open("form", "w") as form:
	    if sys.argv[1] == "bsd":
	        form.writelines(f"SHA512 ({name}) = {digest}\n" for name, digest in sums.items())
	    if sys.argv[1] == "signed":
	        form.write("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n")
	        form.writelines(f"{digest}  {name}\n" for name, digest in sums.items())
	        form.write("-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\n")
	    if sys.argv[1] == "document":
	        json.dump({"assets": [{"name": name, "digest": "sha512:" + digest}
	                              for name, digest in sums.items()]}, form)
	END
	run bundler lock --sums form "${fetch[@]}" tiny.yaml
	filter 's/.*/locked/'
	stdout < <(printf 'locked\n%.0s' 1 2 3)
	filter ''
	rm -r cache tiny.lock.json
done
(cd mirror && for file in tiny-*; do sha512sum "$file" | cut -d' ' -f1 >"$file.sha512"; done)
sed -i "s,sums: .*,sums: \"file://$PWD/mirror/{asset}.sha512\"," tiny.yaml
run bundler lock "${fetch[@]}" tiny.yaml
filter 's/.*/locked/'
stdout < <(printf 'locked\n%.0s' 1 2 3)

begin 'an archive with another SHA-512 is refused, and not kept'
make_tiny
sed -Ei '/amd64/{s/^[0-9a-e]/f/;t;s/^f/0/}' sums
run bundler lock --sums sums "${fetch[@]}" tiny.yaml
status 7
filter "s/[0-9a-f]{128}/DIGEST/g; s,$PWD,,"
stderr <<-'END'
	bundler: cannot use 'file:///mirror/tiny-1.0-linux-amd64.tar.gz': its SHA-512 is DIGEST, the release's sums say DIGEST
	hint: all 2 sources failed; this is the most serious failure
END
filter ''
check test ! -e tiny.lock.json
check test -z "$(find cache -type f)"

begin 'a release that changed under its version'
make_tiny
run bundler lock --sums sums "${fetch[@]}" tiny.yaml
filter 's/.*/locked/'
stdout < <(printf 'locked\n%.0s' 1 2 3)
filter ''
echo more >>mirror/tiny-1.0-linux-amd64.tar.gz
(cd mirror && sha512sum tiny-1.0-linux-*) >sums
run bundler lock --sums sums "${fetch[@]}" tiny.yaml
status 7
stderr <<-'END'
	bundler: cannot lock 'tiny-1.0-linux-amd64.tar.gz': its SHA-256 has changed since version 1.0 was locked
	hint: a release must not change; to accept the change, remove 'tiny.lock.json'
END

begin 'where there is a SHA-256, too, it rules, and nothing is fetched'
make_tiny
(cd mirror && sha256sum tiny-1.0-linux-*) >>sums
run bundler lock --offline --sums sums --cache cache tiny.yaml
filter 's/.*/locked/'
stdout < <(printf 'locked\n%.0s' 1 2 3)
check test ! -e cache
check test "$(grep -c '"size"' tiny.lock.json)" -eq 0
rm tiny.lock.json
grep -E '^.{64} ' sums >short
grep -E '^.{128} ' sums >long
for order in 'short long' 'long short'; do
	read -r one other <<<"$order"
	run bundler lock --offline --sums "$one" --sums "$other" --cache cache tiny.yaml
	stdout < <(printf 'locked\n%.0s' 1 2 3)
done

begin 'results are pinned in the same run'
make_tiny
run bundler lock --record --sums sums "${fetch[@]}" tiny.yaml
filter 's/.*/locked/'
stdout < <(printf 'locked\n%.0s' 1 2 3)
check test "$(grep -c '"manifest"' tiny.lock.json)" -eq 3

begin 'update to a version with nothing but SHA-512'
make_tiny
sed -i -e 's/^version: .*/version: "1.0.0"/' -e 's/directory: .*target.*"/directory: "tiny-1.0-{target}"/' tiny.yaml
for version in 1.0.0 1.1.0; do
	for file in mirror/tiny-1.0-*; do cp "$file" "${file/1.0/$version}"; done
done
(cd mirror && sha512sum tiny-1.?.0-linux-*) >sums
run bundler lock --sums sums "${fetch[@]}" tiny.yaml
filter 's/.*/locked/'
stdout < <(printf 'locked\n%.0s' 1 2 3)
run bundler update --json --sums sums "${fetch[@]}" 1.1.0 tiny.yaml
filter '/"version"|"algorithm"/!d'
stdout < <(echo '  "version": "1.1.0",'; printf '      "algorithm": "sha512",\n%.0s' 1 2 3)
check test "$(grep -c '"size": [1-9]' "$scratch/stdout")" -eq 3
check test "$(grep -c '"size": [1-9]' tiny.lock.json)" -eq 3

finish
