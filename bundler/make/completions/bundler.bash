# SPDX-License-Identifier: Apache-2.0
# Written by bundler/make/completions.py.
# shellcheck shell=bash disable=SC2207

_bundler_options() {
	case $1 in
	init)
		echo --output --name --platform --sums --asset --url --certificates --cache \
			--mirror --netrc --header-file --ca-file --stall-timeout --timeout \
			--offline --json --quiet --verbose --help
		;;
	rootfs)
		echo --platform --output --lock --cache --mirror --netrc --header-file --ca-file \
			--stall-timeout --timeout --offline --json --quiet --verbose --help
		;;
	image)
		echo --platform --output --from --flavour --compress --style --attest \
			--attest-style --builder-id --key --signature-tag --lock --cache --mirror \
			--netrc --header-file --ca-file --stall-timeout --timeout --offline \
			--authfile --plain-http --force --json --quiet --verbose --help
		;;
	sbom)
		echo --platform --format --output --lock --cache --mirror --netrc --header-file \
			--ca-file --stall-timeout --timeout --offline --quiet --verbose --help
		;;
	attest)
		echo --attest --builder-id --key --signature-tag --payload --signature \
			--verify-key --flavour --lock --cache --mirror --netrc --header-file \
			--ca-file --stall-timeout --timeout --offline --authfile --plain-http \
			--json --quiet --verbose --help
		;;
	copy)
		echo --platform --referrers --force --json --cache --ca-file --stall-timeout \
			--timeout --offline --authfile --plain-http --quiet --verbose --help
		;;
	validate)
		echo --strict --json --cache --ca-file --stall-timeout --timeout --offline \
			--authfile --plain-http --quiet --verbose --help
		;;
	audit)
		echo --platform --flavour --style --pinned --referrers --list --jobs --attest \
			--proved --key --verify-key --ignore --require --strict --force --json \
			--quiet --lock --cache --mirror --netrc --header-file --ca-file \
			--stall-timeout --timeout --offline --authfile --plain-http --verbose \
			--help
		;;
	diff)
		echo --platform --ignore --require --strict --force --json --quiet --cache \
			--ca-file --stall-timeout --timeout --offline --authfile --plain-http \
			--verbose --help
		;;
	fetch)
		echo --platform --lock --cache --mirror --netrc --header-file --ca-file \
			--stall-timeout --timeout --offline --json --quiet --verbose --help
		;;
	cache)
		echo --cache --older-than --max-size --dry-run --remove --json --quiet --verbose \
			--help
		;;
	lock)
		echo --json --sums --release --download --record --lock --cache --mirror --netrc \
			--header-file --ca-file --stall-timeout --timeout --offline --quiet \
			--verbose --help
		;;
	library)
		echo --output --branch --commit --check --force --lock --json --quiet --verbose \
			--help
		;;
	update)
		echo --dry-run --check --allow-downgrade --json --sums --release --download \
			--record --lock --cache --mirror --netrc --header-file --ca-file \
			--stall-timeout --timeout --offline --quiet --verbose --help
		;;
	lint)
		echo --library --sums --lock --branch --ignore --rules --json --quiet --verbose \
			--help
		;;
	certs)
		echo --output --compare --json --quiet --verbose --help
		;;
	esac
}

# What an option of a command takes: a word of the cases below.
_bundler_takes() {
	case $1.$2 in
	*.--asset) echo TEXT ;;
	audit.--attest) echo FILE ;;
	image.--attest | attest.--attest) echo TEXT ;;
	*.--attest-style) echo TEXT ;;
	*.--authfile) echo FILE ;;
	*.--branch) echo TEXT ;;
	*.--builder-id) echo TEXT ;;
	*.--ca-file) echo FILE ;;
	*.--cache) echo DIR ;;
	*.--certificates) echo FILE ;;
	*.--commit) echo TEXT ;;
	*.--compare) echo FILE ;;
	*.--compress) echo HOW ;;
	*.--flavour) echo TEXT ;;
	*.--format) echo TEXT ;;
	*.--from) echo DIR ;;
	*.--header-file) echo FILE ;;
	audit.--ignore | diff.--ignore) echo FIELDS ;;
	lint.--ignore) echo RULES ;;
	*.--jobs) echo TEXT ;;
	*.--key) echo FILE ;;
	*.--library) echo FILE ;;
	*.--list) echo FILE ;;
	*.--lock) echo FILE ;;
	*.--max-size) echo TEXT ;;
	*.--mirror) echo TEXT ;;
	*.--name) echo TEXT ;;
	*.--netrc) echo FILE ;;
	*.--older-than) echo TEXT ;;
	rootfs.--output | library.--output) echo DIR ;;
	init.--output | certs.--output) echo FILE ;;
	image.--output | sbom.--output) echo PLACE ;;
	*.--payload) echo DIR ;;
	*.--plain-http) echo TEXT ;;
	*.--platform) echo PLATFORM ;;
	*.--proved) echo FILE ;;
	*.--release) echo TEXT ;;
	*.--require) echo VERDICT ;;
	*.--signature) echo DIR ;;
	*.--stall-timeout) echo TEXT ;;
	*.--style) echo style ;;
	*.--sums) echo FILE ;;
	*.--timeout) echo TEXT ;;
	*.--url) echo TEXT ;;
	*.--verify-key) echo FILE ;;
	*.-j) echo TEXT ;;
	rootfs.-o | library.-o) echo DIR ;;
	init.-o | certs.-o) echo FILE ;;
	image.-o | sbom.-o) echo PLACE ;;
	*.-p) echo PLATFORM ;;
	esac
}

_bundler_operand() {
	case $1 in
	rootfs) echo RECIPE ;;
	image) echo RECIPE ;;
	sbom) echo RECIPE ;;
	attest) echo PLACE_OR_RECIPE ;;
	copy) echo PLACE ;;
	validate) echo PLACE ;;
	audit) echo PLACE_OR_RECIPE ;;
	diff) echo PLACE ;;
	fetch) echo RECIPE ;;
	cache) echo cache.verb ;;
	lock) echo RECIPE ;;
	library) echo RECIPE ;;
	update) echo RECIPE ;;
	lint) echo DIR ;;
	certs) echo FILE ;;
	help) echo COMMAND ;;
	esac
}

# The words of a kind.
_bundler_words() {
	case $1 in
	PLATFORM)
		echo all linux/386 linux/amd64 linux/arm/v5 linux/arm/v6 linux/arm/v7 linux/arm64 \
			linux/loong64 linux/mips64le linux/ppc64le linux/riscv64 linux/s390x \
			windows/amd64 windows/arm64
		;;
	FIELDS)
		echo path type mode owner time size content link attribute runtime platform \
			config history annotation layer manifest index file attestation
		;;
	RULES)
		echo file syntax variant version base accepted from architecture asset hash sums \
			copies expose entrypoint field tag naming plain unique shared published \
			coverage directory constraints order commit fetch
		;;
	VERDICT)
		echo equivalent identical
		;;
	HOW)
		echo gzip zstd none
		;;
	PLACE*)
		echo dir: tar: oci: oci-archive: docker-archive: docker://
		;;
	style)
		echo doi
		;;
	COMMAND)
		echo init rootfs image sbom attest copy validate audit diff fetch cache lock \
			library update lint certs help version
		;;
	cache.verb)
		echo list verify prune
		;;
	esac
}

_bundler() {
	local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} kind='' words
	local before=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	# bash parts words at '=' and ':'.
	if [ "$current" = = ]; then
		current=
	elif [ "$before" = = ] && [ "$COMP_CWORD" -ge 3 ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [ "$current" = : ] || [ "$before" = : ]; then
		COMPREPLY=($(compgen -f -- "${current#:}"))
		return
	fi
	if [ "$COMP_CWORD" -eq 1 ]; then
		kind=COMMAND
	elif [[ $before == -* ]]; then
		kind=$(_bundler_takes "$command" "$before")
	fi
	if [ -z "$kind" ] && [[ $current == -* ]]; then
		words=$(_bundler_options "$command")
	else
		kind=${kind:-$(_bundler_operand "$command")}
		words=$(_bundler_words "$kind")
	fi
	case $kind in
	FILE | DIR | RECIPE)
		compopt -o filenames 2>/dev/null
		if [ "$kind" = DIR ]; then
			COMPREPLY=($(compgen -d -- "$current"))
		elif [ "$kind" = RECIPE ]; then
			COMPREPLY=($(compgen -f -X '!*.yaml' -- "$current") $(compgen -d -- "$current"))
		else
			COMPREPLY=($(compgen -f -- "$current"))
		fi ;;
	PLACE*)
		compopt -o nospace 2>/dev/null
		COMPREPLY=($(compgen -W "$words" -- "$current"))
		[ "$kind" = PLACE ] || COMPREPLY+=($(compgen -f -X '!*.yaml' -- "$current")) ;;
	*)
		COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
	esac
}
complete -F _bundler bundler
