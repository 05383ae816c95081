#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Time zones from an archive beside the recipe: what is taken of it, pinned and checked.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
PATH=$PATH:/usr/sbin	# of zic, for other users than root
need zic

# Three zones, one of them a link, compiled to $scratch/zones as Debian has them.
mkdir "$scratch/zones"
cat >"$scratch/source" <<-'END'
	Rule EU 1970 max - Mar lastSun 1:00u 1:00 S
	Rule EU 1970 max - Oct lastSun 1:00u 0 -
	Zone Europe/Berlin 0:53:28 - LMT 1893 Apr
	                   1:00 - CET 1980
	                   1:00 EU CE%sT
	Zone Etc/UTC 0 - UTC
	Link Etc/UTC Zulu
END
cat >"$scratch/leaps" <<-'END'
	Leap 2016 Dec 31 23:59:60 + S
END
zic -b fat -d "$scratch/zones" "$scratch/source" || bail_out 'zic fails'
zic -b fat -d "$scratch/zones/posix" "$scratch/source"
zic -b slim -L "$scratch/leaps" -d "$scratch/zones/right" "$scratch/source"
(cd "$scratch/zones" && rm Zulu && ln -s Etc/UTC Zulu && ln Etc/UTC Etc/Universal && echo DE >zone.tab)
make_product "$scratch/given"
sed -i -e '/^root:/i zoneinfo: {file: zones.tar, origin: "tzdata 1"}' \
	-e '/^root:/a\  - {path: /usr/share/zoneinfo, zoneinfo: true}' "$scratch/given/tiny.yaml"

# pack [DIRECTORY]: the archive of what is in it.
pack() {
	tar --format=ustar --sort=name --owner=0 --group=0 --mtime=@0 -C "${1-$scratch/zones}" -cf zones.tar .
}

start() {
	cp -r "$scratch/given/." .
	pack
}

lock() {
	SOURCE_DATE_EPOCH=1234567890 run bundler lock --sums mirror/SHA256SUMS --cache cache \
		--mirror "$PWD/mirror" --download "$@" tiny.yaml
}
rootfs() { run bundler rootfs -p linux/amd64 --cache cache --offline -o out tiny.yaml; }

begin 'the lock pins the archive, and the tree has its zones'
start
lock
stdout_stated=1
check test "$(python3 -c 'import json; print(json.load(open("tiny.lock.json"))["zoneinfo"])')" = \
	"{'file': 'zones.tar', 'origin': 'tzdata 1', 'sha256': '$(sha256sum <zones.tar | cut -d' ' -f1)', 'count': 4}"
rootfs
stdout_stated=1
files out/linux-amd64/usr/share/zoneinfo <<-'END'
	Etc
	Etc/UTC
	Etc/Universal
	Europe
	Europe/Berlin
	Zulu
END
for zone in Etc/UTC Etc/Universal Europe/Berlin Zulu; do
	check cmp "out/linux-amd64/usr/share/zoneinfo/$zone" "$scratch/zones/$zone"
	check test "$(stat -c '%F %a %Y' "out/linux-amd64/usr/share/zoneinfo/$zone")" = 'regular file 644 1234567890'
done

begin 'the same zones, packed in another way, are the same tree'
start
lock
stdout_stated=1
rootfs
stdout_stated=1
mv out before
(cd "$scratch/zones" && tar -chf - Zulu Europe/Berlin Etc/Universal Etc/UTC) | gzip >zones.tar
lock
stdout_stated=1
rootfs
stdout_stated=1
check cmp before/linux-amd64.mtree out/linux-amd64.mtree
check cmp before/linux-amd64.tar out/linux-amd64.tar

begin 'slim files, and those of version 1, are zones, too'
start
mkdir slim
zic -b slim -d slim "$scratch/source"
python3 - "$scratch/zones/Etc/UTC" slim/Old <<-'END'
	import struct, sys
	head = b"TZif" + bytes(16) + struct.pack(">6I", 0, 0, 0, 0, 1, 4)
	open(sys.argv[2], "wb").write(head + bytes(6) + b"UTC\0")
END
pack slim
lock
stdout_stated=1
rootfs
stdout_stated=1
check cmp out/linux-amd64/usr/share/zoneinfo/Europe/Berlin slim/Europe/Berlin
check cmp out/linux-amd64/usr/share/zoneinfo/Old slim/Old

begin 'audit has them: the same image, and one with another zone'
start
lock --record
stdout_stated=1
run bundler image -p linux/amd64 -o oci:image --cache cache --offline tiny.yaml
stdout_stated=1
run bundler audit -q -p linux/amd64 oci:image --cache cache --offline tiny.yaml
stdout <<<'verdict: identical (linux/amd64)'
rootfs
stdout_stated=1
cp out/linux-amd64/usr/share/zoneinfo/Etc/UTC out/linux-amd64/usr/share/zoneinfo/Europe/Berlin
touch -d @1234567890 out/linux-amd64/usr/share/zoneinfo/Europe/Berlin
run bundler audit -p linux/amd64 dir:out/linux-amd64 --ignore runtime --cache cache --offline tiny.yaml
status 1
stdout_stated=1
check grep -q '/usr/share/zoneinfo/Europe/Berlin' "$scratch/stdout"

begin 'another archive than the locked one is not looked at'
start
lock
stdout_stated=1
echo 'no archive' >zones.tar
rootfs
status 7
stderr <<-'END'
	bundler: cannot use time zones 'zones.tar': their SHA-256 is not the one in lock 'tiny.lock.json'
	hint: if they were changed on purpose, 'bundler lock' updates the lock
END
rm zones.tar
rootfs
status 9
stderr_stated=1

begin 'an archive without zones, or none'
start
mkdir empty
echo text >empty/file
pack empty
lock
status 8
stderr <<<"bundler: cannot use time zones 'zones.tar': it has none"
pack "$scratch/zones/right"
lock
status 8
stderr_stated=1
echo text >zones.tar
lock
status 8
stderr <<<"bundler: cannot use time zones 'zones.tar': it is no archive"

begin 'a zone that is damaged'
while IFS='|' read -r edit reason; do
	start
	rm -rf bad
	mkdir bad
	python3 - "$edit" "$scratch/zones" bad/Zone <<-'END'
		import struct, sys
		fat = open(sys.argv[2] + "/Europe/Berlin", "rb").read()
		right = open(sys.argv[2] + "/right/Etc/UTC", "rb").read()
		times, types, characters = struct.unpack(">3I", fat[32:44])
		kinds = 44 + 4 * times
		first = kinds + times + 6 * types + characters + sum(struct.unpack(">2I", fat[20:28]))
		def put(at, value):
		    return fat[:at] + value + fat[at + len(value):]
		open(sys.argv[3], "wb").write(eval(sys.argv[1]))
	END
	pack bad
	lock
	status 8
	stderr <<<"bundler: cannot use time zone 'Zone' of 'zones.tar': $reason"
done <<-'END'
	fat[:-1]|its last line is none, or something follows it
	fat + b"x"|its last line is none, or something follows it
	fat[:40]|a header is missing
	fat[:100]|it is cut short
	fat[:first]|a header is missing
	fat[:first + 60]|it is cut short
	put(4, b"5")|its version is not known
	put(4, b"\0")|something follows it
	put(32, b"\xff\xff\xff\xff")|it is cut short
	put(36, b"\0\0\0\0")|its numbers do not fit together
	put(20, b"\0\0\0\x01")|its numbers do not fit together
	put(kinds, b"\x63")|a time has a type that is not there
	put(kinds + times + 5, b"\x63")|a type has a name that is not there
	put(first, b"x")|a header is missing
	right|it counts leap seconds
END

begin 'a name that leads elsewhere, or is in the way'
start
python3 - "$scratch/zones/Etc/UTC" <<-'END'
	import io, sys, tarfile
	zone = open(sys.argv[1], "rb").read()
	with tarfile.open("zones.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
	    for name in "Etc/UTC", "../../../etc/passwd", "Etc/../../passwd":
	        member = tarfile.TarInfo(name)
	        member.size = len(zone)
	        archive.addfile(member, io.BytesIO(zone))
END
lock
stdout_stated=1
rootfs
stdout_stated=1
files out/linux-amd64/usr/share/zoneinfo <<-'END'
	Etc
	Etc/UTC
END
rm -r out
start
sed -i '/^root:/a\  - {path: /usr/share/zoneinfo/Europe/Berlin, text: mine}' tiny.yaml
lock
stdout_stated=1
rootfs
status 3
stderr_stated=1
check test ! -e out

begin 'what the recipe and the lock must say'
start
lock
stdout_stated=1
cp tiny.yaml given.yaml
sed -i '/^zoneinfo:/d' tiny.yaml
rootfs
status 3
filter 's/column [0-9]+/column N/'
stderr <<<"bundler: cannot read 'tiny.yaml': line 12, column N: the recipe has no 'zoneinfo'"
sed 's/origin: "tzdata 1"/origin: "tzdata 2"/' given.yaml >tiny.yaml
rootfs
status 3
stderr_stated=1
check grep -q "zoneinfo origin" "$scratch/stderr"
cp given.yaml tiny.yaml
sed -i 's/"schema": 2/"schema": 1/' tiny.lock.json
rootfs
status 3
stderr <<-'END'
	bundler: cannot use lock 'tiny.lock.json': key 'zoneinfo' is not known in schema 1
	hint: when it is moved away, 'bundler lock' writes a new one
END

begin 'of a package the script makes the same archive on every machine'
mkdir -p package/DEBIAN package/usr/share
cp -a "$scratch/zones" package/usr/share/zoneinfo
ln -s /etc/localtime package/usr/share/zoneinfo/localtime
printf 'Package: tzdata\nVersion: 1-2\nArchitecture: all\nMaintainer: a\nDescription: b\n' >package/DEBIAN/control
if command -v dpkg-deb >/dev/null; then
	dpkg-deb -b package one.deb >/dev/null
	run "$top/bundler/make/zoneinfo.sh" one.tar one.deb
	stdout <<-'END'
		4 time zones
		Debian tzdata 1-2
	END
	run env LC_ALL=C.UTF-8 TZ=Asia/Tokyo bash -c 'umask 077; exec "$@"' - "$top/bundler/make/zoneinfo.sh" two.tar one.deb
	stdout_stated=1
	check cmp one.tar two.tar
	check test "$(tar -tf one.tar | paste -sd ' ')" = 'Etc/UTC Etc/Universal Europe/Berlin Zulu'
else
	skip 'no dpkg-deb'
fi

finish
