# SPDX-License-Identifier: Apache-2.0
# Sourced by the benchmarks: timing of two commands in turn, medians, peak memory.
# Every figure is a ratio of two things in one run, or says on what it stands alone.

set -eu
export LC_ALL=C

top=$(cd "$(dirname "$0")/../.." && pwd)
bundler=${BUNDLER:-$top/build/bundler}
runs=${RUNS:-15}
work=$(mktemp -d "${TMPDIR:-/tmp}/bundler-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

median() { # of the numbers on standard input, a line each
	sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# Wall time of one command in nanoseconds. Its output is thrown away, its failure is ours.
wall() {
	start=$(date +%s%N)
	"$@" >/dev/null || { echo "bench: '$*' failed" >&2; return 1; }
	echo $(($(date +%s%N) - start))
}

# Wall time and processor time, user and system, of one command in nanoseconds.
both() {
	local TIMEFORMAT='%R %U %S'
	{ time "$@" >/dev/null 2>"$work/errors"; } 2>"$work/time" || { cat "$work/errors" >&2; return 1; }
	awk '{ printf "%.0f %.0f\n", $1 * 1e9, ($2 + $3) * 1e9 }' "$work/time"
}

# compare NAME LIMIT A B: runs the functions A and B in turn; prints the median of A/B, and that of
# their processor times, which drifts less where the machine has other work.
compare() {
	"$3" >/dev/null; "$4" >/dev/null
	: >"$work/a"; : >"$work/b"; : >"$work/ratio"; : >"$work/processor"
	i=0
	while [ "$i" -lt "$runs" ]; do
		read -r a a_processor < <(both "$3")
		read -r b b_processor < <(both "$4")
		echo "$a" >>"$work/a"; echo "$b" >>"$work/b"
		awk -v a="$a" -v b="$b" 'BEGIN { print a / b }' >>"$work/ratio"
		awk -v a="$a_processor" -v b="$b_processor" 'BEGIN { print a / b }' >>"$work/processor"
		i=$((i + 1))
	done
	awk -v name="$1" -v limit="$2" -v a="$(median <"$work/a")" -v b="$(median <"$work/b")" \
		-v r="$(median <"$work/ratio")" -v p="$(median <"$work/processor")" -v n="$runs" 'BEGIN {
		printf "%-44s %7.2f   (%.1f ms / %.1f ms, median of %d pairs; processor time %.2f; at most %s)\n",
			name, r, a / 1e6, b / 1e6, n, p, limit }'
}

# Peak resident memory of one command in KiB.
peak() {
	/usr/bin/time -f %M -o "$work/peak" "$@" >/dev/null
	tail -n 1 "$work/peak"
}

# figure NAME VALUE UNIT LIMIT
figure() {
	printf '%-44s %7s %s   (%s)\n' "$1" "$2" "$3" "$4"
}
