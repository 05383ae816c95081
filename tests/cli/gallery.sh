#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once timeout=600 seconds=30
# The recipes in configs/gallery, against releases in exactly the form in which their projects publish
# them (gallery.py), from servers with their names: lock, rootfs, image and audit, unedited
# and for every platform; and what init makes of the releases themselves. The table in docs/gallery.md is what comes of it; `UPDATE=1
# tests/cli/gallery.sh` writes it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
need nginx
hosts=(github.com api.github.com releases.hashicorp.com dl.min.io dl.influxdata.com dl.gitea.com
	dl.k8s.io binaries.cockroachdb.com)
private_network "${hosts[@]/%/=203.0.113.10}"
pki=$scratch/pki
mkdir "$pki" "$scratch/www" "$scratch/tmp"
authority ca
certificate all ca "$(printf ',DNS:%s' "${hosts[@]}" | cut -c2-)"

releases() { python3 "$top/tests/gallery.py" "$@"; }

chmod 755 "$scratch" "$scratch/www"
cat >"$scratch/nginx.conf" <<END
daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
events {}
http {
	access_log off;
	ssl_certificate $pki/all.all; ssl_certificate_key $pki/all.all;
	client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp;
	uwsgi_temp_path tmp; scgi_temp_path tmp;
	server { listen 203.0.113.10:443 ssl; root www/\$host; }
}
END
setsid nginx -p "$scratch" -c nginx.conf -e error.log &
on_exit "kill $!"
for ((i = 0; i < 100; i++)); do
	(: </dev/tcp/203.0.113.10/443) 2>/dev/null && break
	sleep 0.05
done

export SOURCE_DATE_EPOCH=1234567890
rows=$scratch/rows
: >"$rows"

# count NUMBER: of platforms, in the row of $program.
count() { printf '%s\t%s\n' "$program" "$1" >>"$rows"; }

# Each platform and the digest of its asset, as the maker printed them and as they are locked.
locked() {
	python3 - "$1" <<-'END'
	import json, sys
	for row in json.load(open(sys.argv[1]))["platforms"]:
	    print(row["platform"], row["sha256"])
	END
}

# How many platforms for Linux a recipe of init lacks: of a URL with a platform in it the others are not
# known, and of two programs for ARM one has no name that says for which.
declare -A lacks=([cloudflared]=1 [gitea]=5 [kubectl]=5 [minio]=2 [rclone]=1)

for program in $(releases list); do
	[ -e "$top/configs/gallery/$program.yaml" ] || continue
	begin "$program, for every platform"
	releases make "$program" "$scratch/www" >made
	cp -r "$top/configs/gallery" .
	recipe=gallery/$program.yaml
	run bundler lock --download --cache cache --ca-file "$pki/ca.pem" "$recipe"
	stdout <"$scratch/stdout"
	check diff <(cut -d' ' -f1,2 made | sort) <(locked "gallery/$program.lock.json" | sort)
	count "$(wc -l <"$scratch/stdout")"
	run bundler rootfs --offline --cache cache "$recipe"
	stdout <"$scratch/stdout"
	while read -r platform _ digest _; do
		check grep -q "sha256=$digest" "rootfs/${platform//\//-}.mtree"
	done <made
	run bundler image --offline --cache cache -o oci:layout "$recipe"
	stdout <"$scratch/stdout"
	run bundler audit --strict --offline --cache cache oci:layout "$recipe"
	filter 's/ \(.*//'
	stdout <<<'verdict: identical'
	filter ''

	begin "$program, from what init writes"
	releases make "$program" "$scratch/www" >made
	run bundler init --ca-file "$pki/ca.pem" --certificates "$pki/ca.pem" -p linux/amd64 --cache cache \
		-o made.yaml "$(releases operand "$program")"
	stdout < <(printf '%s\n' made.yaml made.lock.json ca-certificates.crt)
	stderr <"$scratch/stderr"	# questions
	run bundler rootfs --cache cache --ca-file "$pki/ca.pem" made.yaml
	stdout <"$scratch/stdout"
	check test "$(wc -l <"$scratch/stdout")" -eq $(($(grep -c '^linux/' made) - ${lacks[$program]:-0}))
	while read -r platform _ digest _; do
		manifest=rootfs/${platform//\//-}.mtree
		[ ! -e "$manifest" ] || check grep -q "sha256=$digest" "$manifest"
	done <made
done

begin 'what the recipes share with ours is the same'
check diff -r "$top/configs/root" "$top/configs/gallery/root"
check cmp "$top/configs/ca-certificates.crt" "$top/configs/gallery/ca-certificates.crt"

begin 'the table in docs/gallery.md'
document=$top/docs/gallery.md
{
	echo '| program | amd64, 32-bit ARM | archive | checksum file | platforms |'
	echo '|---|---|---|---|---|'
	releases table | while IFS=$'\t' read -r program words archive sums published; do
		made=$(awk -F'\t' -v p="$program" '$1 == p { print $2 }' "$rows")
		echo "| $program | $words | $archive | $sums | ${made:-0}/$published |"
	done
} >table
if [ -n "${UPDATE-}" ]; then
	python3 - "$document" table <<-'END'
	import re, sys
	document, table = sys.argv[1:]
	text = open(document).read()
	text = re.sub(r"^\| program \|.*?(?=\n\n)", lambda _: open(table).read().rstrip("\n"), text,
	              count=1, flags=re.M | re.S)
	open(document, "w").write(text)
	END
fi
check diff <(sed -n '/^| program |/,/^$/p' "$document" | sed '/^$/d') table

finish
