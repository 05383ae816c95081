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

# compare NAME LIMIT A B: runs the functions A and B in turn; prints the median of A/B.
compare() {
	"$3" >/dev/null; "$4" >/dev/null
	: >"$work/a"; : >"$work/b"; : >"$work/ratio"
	i=0
	while [ "$i" -lt "$runs" ]; do
		a=$(wall "$3"); b=$(wall "$4")
		echo "$a" >>"$work/a"; echo "$b" >>"$work/b"
		awk -v a="$a" -v b="$b" 'BEGIN { print a / b }' >>"$work/ratio"
		i=$((i + 1))
	done
	awk -v name="$1" -v limit="$2" -v a="$(median <"$work/a")" -v b="$(median <"$work/b")" \
		-v r="$(median <"$work/ratio")" -v n="$runs" 'BEGIN {
		printf "%-44s %7.2f   (%.1f ms / %.1f ms, median of %d pairs; at most %s)\n",
			name, r, a / 1e6, b / 1e6, n, limit }'
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
