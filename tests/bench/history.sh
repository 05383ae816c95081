#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a maintainer does for a release, for every release of nats-server whose digests are known:
# update, library, lint. The sums are files, everything else is as it always is, flushes included.
. "$(dirname "$0")/lib.sh"

python3 "$top/tests/cli/history_releases.py" nats-server "$top/tests/data/nats-server.tsv" "$work/www"
mkdir "$work/configs"
cp -r "$top/configs/nats-server".* "$top/configs/root" "$top/configs/ca-certificates.crt" "$work/configs"
mapfile -t versions < <(sed 1d "$top/tests/data/nats-server.tsv" | cut -f 1 | uniq)
recipe=configs/nats-server.yaml
commit=0123456789abcdef0123456789abcdef01234567
cd "$work" || exit

# What is run for each version, in dash, to which starting a process is half of what it is to bash:
# the programs are measured.
export bundler recipe commit
# shellcheck disable=SC2016 # for dash to expand
declare -A commands=(
	[update]='"$bundler" update --allow-downgrade \
		--sums "www/nats-io/nats-server/releases/download/v$version/SHA256SUMS" "$version" $recipe'
	[library]='"$bundler" library --commit $commit --lock "locks/$version.json" \
		-o "trees$round/$version" "configs/$version.yaml"'
	[lint]='"$bundler" lint --branch main --lock "locks/$version.json" "trees$round/$version"'
	[nothing]=/bin/true
	[keep]='cp configs/nats-server.lock.json "locks/$version.json"; cp $recipe "configs/$version.yaml"'
)

# each COMMANDS: for all versions, in the order of the file; one that fails, fails all.
each() {
	printf '%s\n' "${versions[@]}" | round=$i dash -ec "while read -r version; do $1; done"
}

# Recipe and lock of each, for what follows.
mkdir locks
i=0
each "${commands[update]} >/dev/null; ${commands[keep]}"

# timed WHAT: adds its wall and processor time, in seconds, to files WHAT and WHAT.processor.
TIMEFORMAT='%R %U %S'
timed() {
	{ time each "${commands[$1]}" >/dev/null 2>"$1.errors"; } 2>"$1.time" || { cat "$1.errors"; exit 1; }
	awk '{ print $1 }' "$1.time" >>"$1"
	awk '{ print $2 + $3 }' "$1.time" >>"$1.processor"
}

# ext4 looks for a free inode behind all that were removed in the last minute. So what removes none
# goes first, each time to a new place, a minute after what was done until now.
sleep 61
for ((i = 0; i < 3; i++)); do
	timed library
	timed lint
done
for ((i = 0; i < 3; i++)); do
	timed update
	timed nothing
done
paste update library lint | awk '{ print $1 + $2 + $3 }' >all
paste update.processor library.processor lint.processor | awk '{ print $1 + $2 + $3 }' >all.processor
show() { # NAME FILE LIMIT
	figure "$1, wall" "$(median <"$2")" s "$3"
	figure "$1, processor" "$(median <"$2.processor")" s "$3"
}
show "update, library and lint of ${#versions[@]} releases" all 'at most 2'
for what in update library lint; do
	show "  $what" $what 'of these'
done
show "${#versions[@]} runs of /bin/true" nothing 'to compare'
