# SPDX-License-Identifier: Apache-2.0
# Runs in which one system call fails, or at which the process is killed, each call in turn: what there
# was before is there, or what the run makes, and the exit status says which. Bash, sourced in place of
# lib.sh, which it has with product.sh.
#
# The script has
#
#	command		an array: the run
#	restore		makes the starting state, in the test's directory
#	is old|new	everything is as before, or as the run makes it, and nothing else is there
#	long_report	not empty if its report takes several writes, so that a part of it may be out
#
# and uses
#
#	each_fails	a test for each line "CALL ERROR TIMES" of standard input
#	fails CALL ERROR	in a test: the same for one call; $failed counts the runs that it ended
#	at_each HOW CALL JUDGE	the loop below both: HOW is error=ERROR or signal=KILL, and JUDGE looks at
#			what the run left, with $status, $call and $number
#	inject HOW NUMBER CALL	one run; false if there was no such call
#
# On one processor, so that the calls come in the same order every time; by strace, which a sanitized
# program does not like; in memory, where flushing costs nothing.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/product.sh"

need strace
strace -qq -o /dev/null true 2>/dev/null || skip_all 'cannot trace processes'

inject() {
	[ -z "$left_out" ] || return 1
	# The subshell keeps bash's word of a kill to itself.
	(taskset -c 0 strace -f -qq -o "$scratch/trace" -e "trace=$3" -e "inject=$3:$1:when=$2" \
		"${command[@]}" </dev/null >"$scratch/out" 2>"$scratch/err"; exit $?) 2>/dev/null
	status=$?
	case $1 in
	signal=KILL) [ $status -eq 137 ] ;;
	*) grep -q INJECTED "$scratch/trace" ;;
	esac
}

at_each() {
	local how=$1 call=$2 judge=$3 number
	[ -z "$left_out" ] || return 0
	for ((number = 1; number < 1000; number++)); do
		restore
		inject "$how" $number "$call" || break
		"$judge"
		[ -z "$test_failed" ] || { fail "at $call number $number: $(grep INJECTED "$scratch/trace")"; return; }
	done
	# The last run had fewer of these calls, and was left alone.
	check test "$status" -eq 0
	check is new
}

fails() { at_each "error=$2" "$1" old_or_new; }

old_or_new() {
	case $status in
	0)
		check is new
		# What was not flushed was not done.
		case $call in fsync | syncfs) fail 'success after a flush that failed' ;; esac
		;;
	9)
		failed=$((failed + 1))
		check is old
		[ "$call" = writev ] && [ -n "${long_report-}" ] || check test ! -s "$scratch/out"
		check test "$(grep -c '^bundler: cannot ' "$scratch/err")" -eq 1
		;;
	*)
		fail "status $status: $(cat "$scratch/err")"
		;;
	esac
}

each_fails() {
	local call error times
	while read -r call error times; do
		begin "$call fails: $error"
		failed=0
		fails "$call" "$error"
		check test $failed -ge "$times"
	done
}
