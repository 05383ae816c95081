#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The command line: help, slips of the tongue, names of platforms, and failures as JSON.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
use_product

mapfile -t commands < <("$BUNDLER" help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')

begin 'help in all its forms'
run bundler help
cp "$scratch/stdout" help
stdout_stated=1
for form in --help -h; do
	run bundler $form
	stdout <help
done
run bundler
status 2
stderr <help
check test "${#commands[@]}" -ge 14

begin 'help of each command: narrow, with examples that name options it has'
for command in "${commands[@]}"; do
	run bundler "$command" --help
	stdout_stated=1
	cp "$scratch/stdout" its
	for form in "help $command" "$command -h" "$command x --help y"; do
		# shellcheck disable=SC2086 # words
		run bundler $form
		stdout <its
	done
	check test "$(awk 'length > 79' its)" = ''
	sed -n '/^examples:/,/^$/s/^  //p' its >examples
	check test "$(wc -l <examples)" -ge 2
	while read -r program name words; do
		check test "$program $name" = "bundler $command"
		for word in ${words%%|*}; do
			case $word in
			--*) check grep -qE -- " ${word}( |\$)" its ;;
			-*) check grep -qE -- "^  $word, " its ;;
			esac
		done
	done <examples
done

begin 'the version in all its forms'
run bundler --version
cp "$scratch/stdout" version
stdout_stated=1
for form in version -V; do
	run bundler $form
	stdout <version
done
run bundler version 1
status 2
stderr <<<"bundler: cannot use '1': version takes only --verbose"

# slip HINT ARGUMENT...: a command line that is refused, with this question
slip() {
	run bundler "${@:2}"
	status 2
	check grep -qF "hint: $1" "$scratch/stderr"
	stderr_stated=1
}

begin 'did you mean: commands, options, platforms, fields, rules'
slip "did you mean 'rootfs'? 'bundler help' lists the commands" rotfs
slip "did you mean 'help'?" hlep
slip "did you mean 'validate'?" valid
slip "did you mean 'audit'?" help adit
slip "'bundler help' lists the commands" kubernetes
slip "did you mean '--platform'? 'bundler rootfs --help' lists the options" rootfs --platfrom=linux/amd64
slip "'bundler rootfs --help' lists the options" rootfs -x
slip "did you mean 'amd64'?" rootfs -p amd46
slip "did you mean 'riscv64'?" rootfs -p linux/riscv
slip "did you mean 'arm64'?" rootfs -p windows/arm
slip 'platforms are written as linux/amd64' rootfs -p vax
slip 'platforms are written as linux/amd64' rootfs -p linux/amd64,
slip "did you mean 'config'?" diff --ignore confg oci:a oci:b
slip "did you mean 'verify'?" cache verfy
slip "did you mean 'asset'? 'bundler lint --rules' lists them" lint --ignore assets .

begin 'did you mean: keys and platforms of a recipe'
sed 's/^platforms:/platform:/' "$scratch/product/tiny.yaml" >key.yaml
run bundler rootfs key.yaml
status 3
filter 's/^(bundler: ).*(unknown)/\1\2/'
stderr <<-'END'
	bundler: unknown key 'platform'
	hint: did you mean 'platforms'?
END
filter ''
sed 's/linux\/amd64/amd64/' "$scratch/product/tiny.yaml" >platform.yaml
run bundler rootfs platform.yaml
status 3
check grep -qF "hint: did you mean 'linux/amd64'?" "$scratch/stderr"
stderr_stated=1

# slipped TEXT: a recipe that begins with this is no YAML; standard input has what is said of it
slipped() {
	printf "$1" >slip.yaml
	run bundler rootfs slip.yaml
	status 3
	stderr
}

begin 'slips in YAML, with the line and the place'
slipped 'name: x\n\tversion: 1\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 2, column 1: a tab is in the indentation
	    \x09version: 1
	    ^
	hint: indent by blanks
END
slipped 'name: x\n  version: 1\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 2, column 3: this line begins in another column than those that it belongs to
	      version: 1
	      ^
	hint: all lines of a mapping or a list begin in the same column
END
slipped 'platforms:\n  - a\n - b\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 3, column 2: this line begins in another column than those that it belongs to
	     - b
	     ^
	hint: all lines of a mapping or a list begin in the same column
END
slipped 'release:\n  asset: {name}-{version}\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 2, column 10: a text begins with a sign that has a meaning in YAML
	      asset: {name}-{version}
	             ^
	hint: write the whole text in quotes
END
slipped 'root:\n- @a\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 2, column 3: a text begins with a sign that has a meaning in YAML
	    - @a
	      ^
	hint: write the whole text in quotes
END
slipped 'format: {linux: tar.gz windows: zip}\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 1, column 31: did not find expected ',' or '}'
	    format: {linux: tar.gz windows: zip}
	                                  ^
END
slipped 'name: \303\244\303\244: 1\r\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 1, column 9: a text has a colon and a blank in it
	    name: \xc3\xa4\xc3\xa4: 1
	                          ^
	hint: write the whole text in quotes
END
slipped "name: $(printf 'x%.0s' {1..90}): y\n" <<-END
	bundler: cannot read 'slip.yaml': line 1, column 97: a text has a colon and a blank in it
	    $(printf 'x%.0s' {1..35}): y
	    $(printf ' %.0s' {1..35})^
	hint: write the whole text in quotes
END
slipped 'name: "x\nversion: "1"\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 2, column 11: did not find expected key
	    version: "1"
	              ^
END
slipped 'name: "x\nversion: 1\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 1, column 7: a text in quotes has no end
	    name: "x
	          ^
	hint: add the quote that is missing
END
slipped 'platforms: [linux/amd64,\n  linux/arm64\nname: x\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 1, column 12: a bracket has no end
	    platforms: [linux/amd64,
	               ^
	hint: add the bracket that is missing
END
slipped 'name: \377\n' <<-'END'
	bundler: cannot read 'slip.yaml': line 1, column 7: invalid leading UTF-8 octet
	    name: \xff
	          ^
END

begin 'platforms as other tools call them, lists and all'
# built NAMES PLATFORMS: what -p NAMES makes
built() {
	rm -rf out
	run bundler rootfs -o out -p "$1" "${product[@]}"
	stdout_stated=1
	run sh -c "find out -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort"
	stdout < <(printf '%s\n' "${@:2}")
}
for name in amd64 x86_64 linux-amd64 linux_amd64 linux/x86_64; do
	built $name linux-amd64
done
for name in aarch64 arm64 arm64v8 linux/arm64/v8; do
	built $name linux-arm64
done
built arm64_v8 linux-arm64
for name in armv7 linux/armv7 armv7l arm7 arm32v7 arm-v7 linux/arm armhf; do
	built $name linux-arm-v7
done
built amd64,armv7 linux-amd64 linux-arm-v7
built all linux-amd64 linux-arm-v7 linux-arm64
built amd64,all linux-amd64 linux-arm-v7 linux-arm64

cat >"$scratch/failure.py" <<-'END'
	import json, sys
	report, text, status, reason = sys.argv[1:]
	error = json.load(open(report))
	assert list(error) == ["error"], error
	error = error["error"]
	assert error["status"] == int(status) and error["reason"] == reason, error
	lines = ["bundler: " + error["message"]] + ["hint: " + error[key] for key in ("hint",) if key in error]
	assert open(text).read().splitlines() == lines, lines
END

# failed STATUS REASON ARGUMENT...: the failure is JSON on standard output, and text as always
failed() {
	run bundler "${@:3}"
	status "$1"
	stderr_stated=1 stdout_stated=1
	check python3 "$scratch/failure.py" "$scratch/stdout" "$scratch/stderr" "$1" "$2"
}

begin 'a failure as JSON'
failed 2 usage rootfs --json --platfrom x
failed 9 file rootfs --json none.yaml
echo 'name: [' >bad.yaml
failed 3 configuration rootfs --json bad.yaml
echo 'no image' >text.tar
failed 8 archive validate --json oci-archive:text.tar
failed 2 usage rotfs --json

# silent STATUS ARGUMENT...: nothing is printed into the image
silent() {
	run bundler "${@:2}"
	status "$1"
	check grep -q '^bundler: ' "$scratch/stderr"
	stderr_stated=1
	stdout </dev/null
}

begin 'standard output that is for an image has no report'
silent 9 copy --json oci:none oci-archive:-
silent 2 copy --json oci:none oci-archive:- --wrong
silent 2 copy --json --wrong oci:none docker-archive:-:a:1
silent 2 copy --json oci-archive:-
silent 2 copy --json oci:none oci-archive:- third
for output in '-o oci-archive:-' -ooci-archive:- -qooci-archive:-:1.0 '--output docker-archive:-:a:1' \
	--output=oci-archive:- '-o oci:none -o oci-archive:-' '-o oci-archive:-:+' '-o tar:-'; do
	silent 2 image --json $output --wrong
	silent 2 image --wrong --json $output
done
silent 2 image --json -p linux/vax -o oci-archive:-
silent 2 image --json --style doi --compress zstd -o oci-archive:-
silent 2 imgae --json -o oci-archive:-

begin 'standard input that is an image leaves standard output for the report'
failed 2 usage copy --json oci-archive:- oci:layout --wrong
failed 2 usage image --json -o oci-archive:- -o oci:layout --wrong
failed 2 usage image --json -o oci-archive:-file --wrong
failed 2 usage audit --json oci-archive:- --wrong
failed 2 usage validate --json docker-archive:- --wrong

# coloured COMMAND: what it prints on a terminal, with the escape sequences as ESC
coloured() {
	run script -qec "$1" /dev/null
	status_stated=1
	filter 's/\r//; s/\x1b/ESC/g'
}

begin 'colours on a terminal, and nowhere else'
mkdir empty same
touch -d @1000000000 empty same
TERM=xterm coloured 'bundler rotfs'
stdout <<-'END'
	ESC[31mbundler: ESC[0mcannot run 'rotfs': no such command
	hint: did you mean 'rootfs'? 'bundler help' lists the commands
END
TERM=xterm coloured 'bundler diff dir:empty dir:same'
stdout <<<'verdict: ESC[32midenticalESC[0m'
touch same/file
touch -d @1000000000 same
TERM=xterm coloured 'bundler diff -q dir:empty dir:same'
stdout <<<'verdict: ESC[31mdifferentESC[0m (1 difference)'
TERM=xterm NO_COLOR= coloured 'bundler diff -q dir:empty dir:same'
stdout <<<'verdict: ESC[31mdifferentESC[0m (1 difference)'
for setting in 'TERM=xterm NO_COLOR=0' TERM=dumb TERM= '-u TERM'; do
	coloured "env $setting bundler diff -q dir:empty dir:same"
	stdout <<<'verdict: different (1 difference)'
done
TERM=xterm run bundler diff -q dir:empty dir:same
status 1
stdout <<<'verdict: different (1 difference)'
TERM=xterm run bundler rotfs
status 2
stderr <<-'END'
	bundler: cannot run 'rotfs': no such command
	hint: did you mean 'rootfs'? 'bundler help' lists the commands
END

# followed ARGUMENT...: the hint of this run names no command, or another one, or says what comes first
followed() {
	local named
	rm -rf out
	run bundler "$@"
	stdout_stated=1 stderr_stated=1 status_stated=1
	named=$(sed -nE "s/^hint: (.*)'bundler ([a-z]+).*/\2 \1/p" "$scratch/stderr")
	case $named in
	"$1 when it is moved away, "*) ;;
	"$1 "*) fail "$*: its hint leads back to it: $(cat "$scratch/stderr")" ;;
	esac
}

begin 'no hint leads back to the command that gave it'
cp -r "$scratch/product/." .
for lock in none empty damaged members other; do
	case $lock in
	none) rm tiny.lock.json ;;
	empty) : >tiny.lock.json ;;
	damaged) head -c 100 "$scratch/product/tiny.lock.json" >tiny.lock.json ;;
	members) sed 's/"sha256": "./&X/' "$scratch/product/tiny.lock.json" >tiny.lock.json ;;
	other) sed 's/"version": "1.0"/"version": "0.9"/' "$scratch/product/tiny.lock.json" >tiny.lock.json ;;
	esac
	followed lock --offline tiny.yaml
	followed lock --record --offline --cache cache --mirror "file://$PWD/mirror" tiny.yaml
	followed update --offline 1.1 tiny.yaml
	followed rootfs --offline --cache cache -o out tiny.yaml
	followed image --offline --cache cache -o oci:out tiny.yaml
	followed image --from rootfs -o oci:out tiny.yaml
	followed fetch --offline --cache cache tiny.yaml
	followed audit --offline --cache cache oci:none tiny.yaml
	followed library -o out tiny.yaml
	followed lint .
	[ -e tiny.lock.json ] || cp "$scratch/product/tiny.lock.json" .
done
for command in validate copy diff certs init cache; do
	followed $command
	followed $command none
done
followed cache verify --cache none

begin 'all commands that hints name are ones, with these options'
grep -rhoE "'bundler [a-z]+[^']*'" "$top/bundler" --include=*.c | tr -d "'" | sort -u >named
check test "$(wc -l <named)" -ge 8
while read -r program command words; do
	[ "$command" != help ] || continue
	run bundler help "$command"
	stdout_stated=1
	for word in $words; do
		case $word in
		--*) check grep -qE -- " $word( |\$)" "$scratch/stdout" ;;
		esac
	done
done <named

finish
