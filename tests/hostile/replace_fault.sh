#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once
# bundler image, lock and certs with one of their system calls failing: what they replace is the old
# one or the new one, and nothing is there where nothing was. And bundler image, killed while it sets a
# tag of a layout.
. "$(dirname "$0")/../inject.sh"

use_product
bundle=$top/configs/ca-certificates.crt

use() { # image|tag|archive|lock|certs: the run; each makes something in out/
	case $1 in
	image) command=(image -p linux/amd64 -o oci:out/er "${product[@]}") ;;
	tag) command=(image -p linux/amd64 -o oci:out/er:b "${product[@]}") ;;
	archive) command=(image -p linux/amd64 -o oci-archive:out/er.tar "${product[@]}") ;;
	lock)
		command=(lock --sums "$scratch/product/mirror/SHA256SUMS" --lock out/lock.json
			"$scratch/product/tiny.yaml")
		;;
	certs) command=(certs -o out/bundle.pem "$scratch/bundle.pem") ;;
	esac
	command=("$BUNDLER" "${command[@]}")
}

export SOURCE_DATE_EPOCH
# The old and the new one of each differ by the time, or by a certificate.
sed '1,/END CERTIFICATE/d' "$bundle" >"$scratch/fewer.pem"
for what in image tag archive lock certs; do
	use $what
	for tree in old new; do
		cp "$([ $tree = old ] && echo "$scratch/fewer.pem" || echo "$bundle")" "$scratch/bundle.pem"
		[ $tree = old ] && SOURCE_DATE_EPOCH=1300000000 || SOURCE_DATE_EPOCH=1700000000
		mkdir -p "$scratch/$tree.$what/out"
		if [ $what = tag ]; then
			(cd "$scratch/$tree.$what" && SOURCE_DATE_EPOCH=1200000000 make image -p linux/arm64 -o oci:out/er:a)
		fi
		(cd "$scratch/$tree.$what" && "${command[@]}" >/dev/null) || bail_out "cannot make $what"
	done
done
for what in image archive; do
	mkdir "$scratch/none.$what"
done

long_report=1
is() { diff -r "$scratch/${1/old/$before}.$what" .; }

restore() {
	rm -rf out
	cp -r "$scratch/$before.$what/." .
}

for what in image tag archive lock certs; do
	use $what
	for before in old none; do
		[ -e "$scratch/$before.$what" ] || continue
		begin "$what, where $before was"
		failed=0
		while read -r call error; do
			fails "$call" "$error"
		done <<-'END'
			mkdirat ENOSPC
			write ENOSPC
			writev ENOSPC
			fchmod EPERM
			fsync EIO
			syncfs EIO
			linkat EPERM
			renameat EIO
			renameat2 EIO
		END
		check test $failed -ge 5
	done
done

killed() {
	check test "$(grep -c . < <(find out -mindepth 1 -maxdepth 1 ! -name '.bundler-*'))" -eq 1
	diff -r -x '.bundler-*' "$scratch/old.$what" . >/dev/null || diff -r -x '.bundler-*' "$scratch/new.$what" . >/dev/null ||
		fail 'neither the old layout nor the new one'
	check "${command[@]}"
	check is new
	kills=$((kills + 1))
}

use tag
what=tag before=old kills=0
begin 'killed while a tag is set: the old layout or the new one, and the next run sets it'
at_each signal=KILL mkdirat,linkat,openat,write,fsync,syncfs,utimensat,renameat2,unlinkat killed
check test $kills -ge 50

finish
