# SPDX-License-Identifier: Apache-2.0
# Images made by tests/make_layout.py, and what bundler validate says of them. Bash, sourced
# after lib.sh.
#
#	make_layouts KIND...		makes images of these kinds
#	found KIND [OPTION]...		a test: the findings are on standard input, digests as words
#	refused KIND STATUS MESSAGE	a test: it ends with this status and line

layouts=$scratch/layouts

make_layouts() {
	python3 "$top/tests/make_layout.py" "$layouts" "$@" >"$scratch/check" 2>&1 && return
	bail_out 'the images could not be made' "$scratch/check"
}

place_of() {
	case $1 in
	docker-*) echo docker-archive:image ;;
	archive-*) echo oci-archive:image ;;
	*) echo oci:image ;;
	esac
}

snapshot() { find "$layouts/$1" -printf '%P %y %s %T@ %l\n' | sort; }

# The image and the directory around it are the same as before.
look_at() { # KIND OPTION...
	local kind=$1 before
	shift
	before=$(snapshot "$kind")
	cd "$layouts/$kind" || exit
	run bundler validate "$@" "$(place_of "$kind")"
	[ "$before" = "$(snapshot "$kind")" ] || fail 'something was written'
}

found() {
	begin "$*"
	cat >"$scratch/findings"
	filter "$(cat "$layouts/$1/roles")"
	look_at "$@"
	[ ! -s "$scratch/findings" ] || status 1
	stdout <"$scratch/findings"
}

refused() {
	begin "$1"
	look_at "$1"
	status "$2"
	stderr <<<"bundler: $3"
}
