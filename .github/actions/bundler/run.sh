#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Run bundler with the inputs of the action, which are in the environment: COMMAND, RECIPE, PLATFORM,
# FLAVOUR, OUTPUT, REFERENCE and CACHE. The exit status is bundler's.
set -eu

refuse() {
	echo "bundler: $*" >&2
	exit 2
}
wants() { # INPUT...: these are there, and of the rest of output, reference and flavour nothing
	local input value
	for input in output reference; do
		value=${input^^}
		case " $* " in
		*" $input "*) [ -n "${!value}" ] || refuse "the command $COMMAND needs the input $input" ;;
		*) [ -z "${!value}" ] || refuse "the command $COMMAND has no input $input" ;;
		esac
	done
}

options=()
read -ra platforms <<<"$PLATFORM"
for platform in "${platforms[@]}"; do
	options+=(--platform "$platform")
done
[ -z "$FLAVOUR" ] || options+=(--flavour "$FLAVOUR")
[ -z "$CACHE" ] || options+=(--cache "$CACHE")

bundler=$RUNNER_TEMP/bundler/bin/bundler
printed=$RUNNER_TEMP/bundler/printed
case $COMMAND in
rootfs)
	[ -n "$OUTPUT" ] || OUTPUT=rootfs
	wants output
	[ -z "$FLAVOUR" ] || refuse 'the command rootfs has no input flavour'
	exec "$bundler" rootfs "${options[@]}" --output "$OUTPUT" -- "$RECIPE" ;;
image)
	wants output
	set -- image "${options[@]}" --output "$OUTPUT" -- "$RECIPE" ;;
push)
	wants reference
	set -- image "${options[@]}" --output "docker://${REFERENCE#docker://}" -- "$RECIPE" ;;
audit)
	wants reference
	set -- audit "${options[@]}" -- "$REFERENCE" "$RECIPE" ;;
*)
	refuse "unknown command '$COMMAND': it is rootfs, image, audit or push" ;;
esac

status=0
"$bundler" "$@" >"$printed" || status=$?
cat "$printed"
sed -n 's/^verdict: \([a-z]*\).*/verdict=\1/p' "$printed" >>"$GITHUB_OUTPUT"
# There is a line for each platform, and after a push one about what the registry has.
if [ "$COMMAND" = push ] || [ "$(wc -l <"$printed")" -eq 1 ]; then
	sed -n '$s/^\(sha256:[0-9a-f]\{64\}\)  .*/digest=\1/p' "$printed" >>"$GITHUB_OUTPUT"
fi
exit "$status"
