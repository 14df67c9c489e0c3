#!/bin/bash
# How long clients wait for their answers: without the module, with it while the collector hangs (it accepts and
# never reads), and without it once more, which tells the noise. Kinds take turns, each run is a fresh
# Unbound, and all questions are new to its cache and to the module: its worst case.
#
#   latency.sh [ROUNDS [QUERIES-A-SECOND]]     (7, 2000)
#
# Needs srcdir, builddir and SENDERWATCH_UNBOUND as the integration tests do (make bench-latency sets them).
# Prints the medians of the rounds' percentiles, in microseconds, and the median, least and most of the rounds'
# ratios to plain of the 99th.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/../integration/tap.sh"
rounds=${1:-7} rate=${2:-2000}
tap_begin >/dev/null

mkdir "$work/population"
"$build/tools/population/population" --scale 150 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
cut -d, -f1 "$work/population/domains.csv" | tail -n +2 | grep -F . |
	awk '{ print $1, "MX"; print $1, "TXT"; print "_dmarc." $1, "TXT" }' >"$work/questions"
lab_spawn hanging "$build/tests/integration/bad_collector" silent "$work/collector.sock"
tap_await 10 test -S "$work/collector.sock"
module_conf "flush-interval = 100" "flush-deadline = 100"
unbound_conf "$work/plain" "$server_port"
unbound_conf "$work/again" "$server_port"
unbound_conf "$work/hanging" "$server_port" with-module

# measure KIND: prints the number of answers, and of their times the 50th and 99th percentile, and the longest.
measure() {
	lab_start_unbound "unbound-$1" "$work/$1"
	dnsperf -s 127.0.0.1 -p "$lab_port" -d "$work/questions" -n 1 -Q "$rate" -q 1000 -c 1 -T 1 -t 5 -v \
		2>/dev/null | awk '$1 == ">" && $2 != "T" { print $NF * 1e6 }' | sort -n >"$work/times"
	lab_stop "unbound-$1"
	awk '{ time[NR] = $1 }
		END { print NR, time[int(NR * .5) + 1], time[int(NR * .99) + 1], time[NR] }' "$work/times"
}

for ((round = 1; round <= rounds; round++)); do
	# Each round begins with another, so that a drift of the machine's favours none.
	kinds=(plain hanging again plain hanging)
	for kind in "${kinds[@]:$((round % 3)):3}"; do
		echo "$round $kind $(measure "$kind")"
	done
done >"$work/figures"

[ -z "${KEEP_FIGURES-}" ] || cp "$work/figures" "$KEEP_FIGURES"
awk -v asked="$(wc -l <"$work/questions")" '
	function median(list, n,   i, j, t) {
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
				t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
			}
		return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
	}
	{
		unanswered[$2] += asked - $3
		for (i = 4; i <= 6; i++)
			value[$2, i, $1] = $i
		rounds = $1
	}
	END {
		kinds = split("plain hanging again", kind, " ")
		printf "%-8s %8s %8s %8s %10s %8s %8s %8s\n", "kind", "median", "99 %", "longest",
			"unanswered", "ratio", "least", "most"
		for (k = 1; k <= kinds; k++) {
			printf "%-8s", kind[k]
			for (i = 4; i <= 6; i++) {
				for (r = 1; r <= rounds; r++)
					list[r] = value[kind[k], i, r]
				printf " %8.0f", median(list, rounds)
			}
			for (r = 1; r <= rounds; r++)
				ratios[r] = value[kind[k], 5, r] / value["plain", 5, r]
			ratio = median(ratios, rounds)
			printf " %10d %8.3f %8.3f %8.3f\n", unanswered[kind[k]], ratio, ratios[1], ratios[rounds]
		}
	}' "$work/figures"
lab_stop hanging
cd / && rm -rf "$work"
