#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600 seconds=30
# A Go program in a scratch image has local time: its zones are those of the recipe's archive.
. "$(dirname "$0")/lib.sh"

PATH=$PATH:/usr/sbin	# of zic, for other users than root
need zic
need_engine
# The caches of Go are in the user's HOME, which a test does not have.
for name in GOMODCACHE GOCACHE; do
	export $name="$(go env $name)"
done

mkdir "$scratch/product"
cd "$scratch/product" || exit
cat >clock.go <<-'END'
	package main

	import (
		"fmt"
		"os"
		"time"
	)

	func main() {
		for _, seconds := range []int64{1736942400, 1752580800} {
			fmt.Println(time.Unix(seconds, 0).Format("2006-01-02 15:04 -0700 MST"))
		}
		if _, err := time.LoadLocation("Asia/Kolkata"); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
END
"$go" build -ldflags '-s -w' -o clock clock.go >"$scratch/log" 2>&1 || skip_all "cannot build: $(tail -n 1 "$scratch/log")"
cat >source <<-'END'
	Rule EU 1970 max - Mar lastSun 1:00u 1:00 S
	Rule EU 1970 max - Oct lastSun 1:00u 0 -
	Zone Europe/Berlin 1:00 - CET 1980
	                   1:00 EU CE%sT
	Zone Asia/Kolkata 5:30 - IST
	Zone America/St_Johns -3:30 - NST
END
zic -d zones source
tar --format=ustar --sort=name --owner=0 --group=0 --mtime=@0 -C zones -cf zones.tar .
mkdir mirror
cp clock mirror/clock-1.0
(cd mirror && sha256sum clock-1.0 >SHA256SUMS)
cat >clock.yaml <<-'END'
	name: clock
	version: "1.0"
	release:
	  asset: "clock-{version}"
	  url: "https://clock.example/{version}/{asset}"
	  sums: "https://clock.example/{version}/SHA256SUMS"
	  format: {linux: program}
	platforms: [linux/amd64]
	zoneinfo: {file: zones.tar, origin: tests}
	root:
	  - {path: /clock, asset: true, mode: "0755", program: true}
	  - {path: /usr/share/zoneinfo, zoneinfo: true}
	image: {entrypoint: [/clock]}
END
cache=(--cache "$scratch/cache" --mirror "$PWD/mirror")
SOURCE_DATE_EPOCH=1234567890 bundler lock --sums mirror/SHA256SUMS --download "${cache[@]}" clock.yaml >"$scratch/log" 2>&1 &&
	sed '/zoneinfo/d' clock.yaml >without.yaml &&
	SOURCE_DATE_EPOCH=1234567890 bundler lock --sums mirror/SHA256SUMS "${cache[@]}" without.yaml >"$scratch/log" 2>&1 ||
	bail_out 'cannot lock' "$scratch/log"

load() { # load RECIPE: it is $image then
	"$BUNDLER" image -o docker-archive:- "${cache[@]}" --offline "$scratch/product/$1.yaml" 2>"$scratch/log" |
		engine load -q >/dev/null || bail_out 'cannot load the image' "$scratch/log"
	image=clock:1.0-$mark-$1
	engine tag clock:1.0 "$image"
	engine rmi clock:1.0 >/dev/null
}

shows() { # shows ZONE LINE...
	run docker run --rm --network none --label "$mark" -e "TZ=$1" "$image"
	stdout < <(printf '%s\n' "${@:2}")
}

begin 'with zones, TZ is known'
load clock
shows Europe/Berlin '2025-01-15 13:00 +0100 CET' '2025-07-15 14:00 +0200 CEST'
shows Asia/Kolkata '2025-01-15 17:30 +0530 IST' '2025-07-15 17:30 +0530 IST'
shows America/St_Johns '2025-01-15 08:30 -0330 NST' '2025-07-15 08:30 -0330 NST'
shows '' '2025-01-15 12:00 +0000 UTC' '2025-07-15 12:00 +0000 UTC'

begin 'without, it is UTC'
load without
run docker run --rm --network none --label "$mark" -e TZ=Europe/Berlin "$image"
status 1
stdout <<-'END'
	2025-01-15 12:00 +0000 UTC
	2025-07-15 12:00 +0000 UTC
	unknown time zone Asia/Kolkata
END

finish
