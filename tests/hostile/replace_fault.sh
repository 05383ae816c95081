#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once
# bundler image, lock and certs with one of their system calls failing: what they replace is the old
# one or the new one, and nothing is there where nothing was.
. "$(dirname "$0")/../inject.sh"

use_product
bundle=$top/configs/ca-certificates.crt

use() { # image|archive|lock|certs: the run; each makes something in out/
	case $1 in
	image) command=(image -p linux/amd64 -o oci:out/deep/er "${product[@]}") ;;
	archive) command=(image -p linux/amd64 -o oci-archive:out/deep/er.tar "${product[@]}") ;;
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
for what in image archive lock certs; do
	use $what
	for tree in old new; do
		cp "$([ $tree = old ] && echo "$scratch/fewer.pem" || echo "$bundle")" "$scratch/bundle.pem"
		[ $tree = old ] && SOURCE_DATE_EPOCH=1300000000 || SOURCE_DATE_EPOCH=1700000000
		mkdir -p "$scratch/$tree.$what/out"
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

for what in image archive lock certs; do
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
			renameat EIO
			renameat2 EIO
		END
		check test $failed -ge 5
	done
done

finish
