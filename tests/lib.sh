# SPDX-License-Identifier: Apache-2.0
# The harness of the tests that are shell scripts; bash, sourced by each. Prints TAP.
#
#	. "$(dirname "$0")/../lib.sh"
#	begin 'an unknown platform is refused'	a fresh directory, an empty HOME, no settings
#	run bundler rootfs -p linux/vax		the program under test ($BUNDLER) is in PATH
#	status 2				what is not stated must be: status 0, no output
#	stderr <<-'END'
#		bundler: cannot build 'linux/vax': unknown platform
#	END
#	check test ! -e rootfs			any further condition, a command
#	finish					after the last test: prints the plan
#
# More verbs, in a test: files, filter, background, wait_for, skip; before the first: need, need_go,
# need_root, skip_all, bail_out, private_network, on_exit. Each has its comment below. Settings: $BUNDLER
# (build/bundler), $TEST_TIMEOUT (60 s for a run that is alone, 240 s on the clock), $KEEP (keep the
# directories), $TEST_ONLY (only the tests whose names have this text in them, which tests/run -k sets).
#
# In a test that is left out the verbs do nothing. Its other commands are carried out, in silence,
# because what stands between two tests may belong to the next one.

set -u
export LC_ALL=C TZ=UTC0
umask 022
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY \
	NO_COLOR TERM XDG_CACHE_HOME SSL_CERT_FILE BUNDLER_CONFINE SOURCE_DATE_EPOCH BUNDLER_MIRROR CDPATH \
	REGISTRY_AUTH_FILE XDG_CONFIG_HOME XDG_RUNTIME_DIR GITHUB_TOKEN BUNDLER_TOKEN NETRC
# A sanitizer's report must not look like one of the program's own exit statuses.
export ASAN_OPTIONS=exitcode=99:detect_stack_use_after_return=1 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUNDLER=$(realpath -m "${BUNDLER:-$top/build/bundler}")

test_count=0	# of the tests that are not left out
begun=0
report_count=0
keep_progress=
test_name=
left_out=
exit_commands=()
background_pids=()

# Each background command leads a process group, so that what it started ends with it. It has
# its own pid before it has the group.
end_processes() {
	local pid i
	for pid in "${background_pids[@]}"; do
		kill -TERM -- "$pid" "-$pid" 2>/dev/null
		for ((i = 0; i < 50; i++)); do
			kill -0 "$pid" 2>/dev/null || kill -0 -- "-$pid" 2>/dev/null || break
			sleep 0.1
		done
		kill -KILL -- "$pid" "-$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	background_pids=()
}

clean_up() {
	local command
	[ "$BASHPID" -eq $$ ] || return	# a child that was ended before it became its command
	end_processes
	for command in "${exit_commands[@]}"; do
		eval "$command"
	done
	cd /
	if [ -n "${KEEP-}" ]; then
		echo "# kept $scratch"
	else
		chmod -R u+rwX "$scratch" 2>/dev/null
		rm -rf "$scratch"
	fi
}

# on_exit COMMAND: evaluated when the script ends, however it ends.
on_exit() { exit_commands+=("$1"); }

# skip_all REASON: a component is missing, so none of the script's tests can run.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# bail_out REASON [FILE]: what all tests need cannot be made; FILE has the details.
bail_out() {
	echo "Bail out! $1"
	[ $# -lt 2 ] || sed 's/^/# /' "$2"
	exit 1
}

need() { # need COMMAND...
	local command
	for command; do
		command -v "$command" >/dev/null || skip_all "no $command"
	done
}

# need_go NAME: $NAME is built from the module pinned in tests/interop/NAME.
need_go() {
	declare -g "$1"
	read -r "$1" < <("$top/tests/interop/build" "$1" 2>"$scratch/log")
	[ -n "${!1}" ] || skip_all "cannot build $1: $(tail -n 1 "$scratch/log")"
}

need_root() { [ "$(id -u)" -eq 0 ] || skip_all 'not root'; }

# private_network [HOST=ADDRESS]...: goes on in a network and mount namespace of its own. There,
# loopback carries the addresses, /etc/hosts names the hosts, and every port is free. The test
# becomes root in it. Nothing else is reachable, and DNS answers nothing, within a second.
private_network() {
	local pair user=()
	if [ -z "${IN_PRIVATE_NETWORK-}" ]; then
		[ "$(id -u)" -eq 0 ] || user=(--map-root-user)
		unshare "${user[@]}" --net --mount true 2>/dev/null ||
			skip_all 'cannot make a network namespace'
		rm -rf "$scratch"
		trap - EXIT
		IN_PRIVATE_NETWORK=1 exec unshare "${user[@]}" --net --mount -- "$BASH" "$0" "$@"
	fi
	ip link set lo up || exit
	echo '127.0.0.1 localhost' >"$scratch/hosts"
	for pair; do
		echo "${pair#*=} ${pair%%=*}" >>"$scratch/hosts"
		ip address replace "${pair#*=}" dev lo || exit
	done
	printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$scratch/resolv.conf"
	mount --bind "$scratch/hosts" /etc/hosts || exit
	mount --bind "$scratch/resolv.conf" "$(realpath /etc/resolv.conf)" || exit
}

fail() { # fail TEXT...: notes a reason; the test goes on
	[ -z "$left_out" ] || return 0
	test_failed=1
	printf '%s\n' "$@" | sed 's/^/# /' >>"$scratch/notes"
}

# The output of the last run that the test has not stated must be that of a quiet success.
settle() {
	[ -n "$ran" ] || return 0
	[ -n "$status_stated" ] || status 0
	[ -n "$stdout_stated" ] || stdout </dev/null
	[ -n "$stderr_stated" ] || stderr </dev/null
	ran=
}

end_test() {
	[ -n "$test_name" ] || return 0
	settle
	end_processes
	cd "$scratch" || exit
	if [ -n "$test_skipped" ]; then
		echo "ok $test_count - $test_name # SKIP $test_skipped"
	elif [ -n "$test_failed" ]; then
		echo "not ok $test_count - $test_name"
		cat "$scratch/notes"
	else
		echo "ok $test_count - $test_name"
	fi
	test_name=
}

# A test that is left out may lack what its verbs would have made: nobody hears of that.
forgive() {
	[ -n "${TEST_ONLY-}" ] || return 0
	if [ -n "$left_out" ]; then
		set +u
		exec 2>/dev/null
	else
		set -u
		exec 2>&"$errors"
	fi
}

# begin NAME: ends the test before and starts one, in an empty directory.
begin() {
	end_test
	begun=$((begun + 1))
	case $1 in
	*"${TEST_ONLY-}"*) test_name=$1 left_out= test_count=$((test_count + 1)) ;;
	*) left_out=1 ;;
	esac
	forgive
	test_failed= test_skipped= ran= ran_status=0 filter=
	: >"$scratch/notes"
	export HOME=$scratch/home.$begun
	mkdir -p "$HOME" "$scratch/test.$begun"
	cd "$scratch/test.$begun" || exit
}

# Keeps what a run with --json has printed, by the name of its command; with 0 or 1 it is a report
# that configs/schemas describes, with 2 to 11 a failure. An image on standard output is none.
keep_report() {
	local command
	[ -s "$scratch/stdout" ] && [ "$ran_status" -le 11 ] || return 0
	while [ $# -gt 1 ] && [ "${1##*/}" != bundler ]; do
		shift
	done
	command=${2-}
	case " $* " in
	*' --list '*) command+=-list ;;
	esac
	[ -e "$top/configs/schemas/$command.schema.json" ] || return 0
	case " $* " in
	*'-archive:-'*) return 0 ;;
	esac
	mkdir -p "$scratch/reports"
	report_count=$((report_count + 1))
	cp "$scratch/stdout" "$scratch/reports/$command.$report_count"
}

compare_reports() {
	local faults
	faults=$(python3 "$top/tests/reports.py" "$scratch/reports" 2>&1) || faults+=' reports.py failed'
	[ -z "$faults" ] || fail "$faults"
}

finish() {
	end_test
	left_out=
	forgive
	if [ -d "$scratch/reports" ]; then
		TEST_ONLY= begin 'all reports of --json are as configs/schemas says'
		compare_reports
		end_test
	fi
	echo "1..$test_count"
}

# skip REASON: this test cannot run here. Go on with the next begin.
skip() { test_skipped=$1; }

# run COMMAND...: its output and status are kept for status, stdout and stderr.
run() {
	[ -z "$left_out" ] || return 0
	settle
	ran="$*" status_stated= stdout_stated= stderr_stated=
	# The limit is for a machine that is not busy.
	timeout -k 5 $((4 * ${TEST_TIMEOUT:-60})) "$@" </dev/null >"$scratch/stdout" 2>"$scratch/stderr"
	ran_status=$?
	# How often a line of progress comes depends on the machine; a test of it sets this.
	[ ! -s "$scratch/stderr" ] || [ -n "$keep_progress" ] || sed -i '/^progress: /d' "$scratch/stderr"
	case " $* " in
	*' --json '* | *' audit '*' --list '*) keep_report "$@" ;;
	esac
	[ $ran_status -ne 124 ] || fail "$ran: not done after $((4 * ${TEST_TIMEOUT:-60})) s"
}

status() { # status N: the exit status of the last run
	[ -z "$left_out" ] || return 0
	status_stated=1
	[ "$ran_status" -eq "$1" ] || fail "$ran: exit status $ran_status, expected $1"
}

compare() { # compare NAME: whole output against standard input
	[ -z "$left_out" ] || return 0
	cat >"$scratch/expected"
	sed -E "$filter" "$scratch/$1" >"$scratch/actual"
	cmp -s "$scratch/expected" "$scratch/actual" ||
		fail "$ran: $1" "$(diff -u --label expected --label actual "$scratch/expected" "$scratch/actual")"
}

# stdout, stderr: all that the last run printed there, on standard input.
stdout() { stdout_stated=1; compare stdout; }
stderr() { stderr_stated=1; compare stderr; }

# filter SED: an extended sed script run over outputs before they are compared, for what differs
# from run to run and is not what the test is about. Holds until the next begin.
filter() { filter=$1; }

# check COMMAND...: must succeed. Not for the program under test: that is what run is for.
check() {
	[ -z "$left_out" ] || return 0
	"$@" >"$scratch/check" 2>&1 || fail "failed: $*" "$(cat "$scratch/check")"
}

# files [DIRECTORY]: everything below it is what standard input lists, sorted, one a line.
files() {
	[ -z "$left_out" ] || return 0
	cat >"$scratch/expected"
	(cd "${1-.}" && find . -mindepth 1 | sed 's,^\./,,' | sort) >"$scratch/actual" 2>&1
	cmp -s "$scratch/expected" "$scratch/actual" ||
		fail "files in ${1-.}" "$(diff -u --label expected --label actual "$scratch/expected" "$scratch/actual")"
}

# background COMMAND...: runs until the test ends; its pid is in $!, its output in background.log.
background() {
	[ -z "$left_out" ] || return 0
	setsid "$@" </dev/null >>background.log 2>&1 &
	background_pids+=($!)
}

# wait_for COMMAND...: until it succeeds, 10 s at most.
wait_for() {
	[ -z "$left_out" ] || return 0
	local i
	for ((i = 0; i < 200; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	fail "did not happen within 10 s: $*"
	return 1
}

# listening ADDRESS PORT: for wait_for; whether something accepts connections there.
listening() { (: <>"/dev/tcp/$1/$2") 2>/dev/null; }

scratch=$(mktemp -d "${TMPDIR:-/tmp}/bundler-test.XXXXXX") || exit
trap clean_up EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
mkdir "$scratch/bin"
ln -s "$BUNDLER" "$scratch/bin/bundler"
PATH=$scratch/bin:$PATH
[ -z "${TEST_ONLY-}" ] || exec {errors}>&2
[ -x "$BUNDLER" ] || bail_out "$BUNDLER is not there"
# Where the kernel can, a system call that the program does not state ends it with status 159.
# Sanitizers make others, and are confined by none.
case $BUNDLER in
*/san/*) ;;
*) BUNDLER_CONFINE=require "$BUNDLER" --version --verbose >/dev/null 2>&1 && export BUNDLER_CONFINE=require ;;
esac
