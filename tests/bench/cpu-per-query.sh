#!/bin/bash
# CPU time that Unbound takes for a query: without the module, with it, and with dnstap's client
# responses, side by side in interleaved rounds, for cache hits and for cache misses.
#
#   cpu-per-query.sh [ROUNDS]     (7)
#
# Needs srcdir, builddir and SENDERWATCH_UNBOUND as the integration tests do (make bench sets them).
# Prints the median CPU microseconds of a query and the median of the rounds' ratios to plain.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/../integration/tap.sh"
rounds=${1:-7}
tap_begin >/dev/null

mkdir "$work/population"
"$build/tools/population/population" --scale 150 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
# Only mail-authentication look-ups, each of them new: the module's worst case.
cut -d, -f1 "$work/population/domains.csv" | tail -n +2 | grep -F . |
	awk '{ print $1, "MX"; print $1, "TXT"; print "_dmarc." $1, "TXT" }' >"$work/misses"
# Hits: a thousand of them, again and again.
head -n 1000 "$work/misses" >"$work/hits"

lab_spawn tap fstrm_capture -t protobuf:dnstap.Dnstap -u "$work/dnstap.sock" -w /dev/null
"$build/senderwatch" key new "$work/key" >/dev/null
printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
module_conf "flush-interval = 1000" "flush-deadline = 30000"
tap_await 10 test -S "$work/dnstap.sock" || lab_fail "fstrm_capture did not start"

# One worker, so that a query's cost is a thread's.
unbound_conf "$work/plain" "$server_port"
unbound_conf "$work/module" "$server_port" with-module
unbound_conf "$work/dnstap" "$server_port"
printf 'dnstap:\n dnstap-enable: yes\n dnstap-socket-path: "%s"\n dnstap-log-client-response-messages: yes\n' \
	"$work/dnstap.sock" >>"$work/dnstap"
sed -i 's/num-threads: 2/num-threads: 1/' "$work/plain" "$work/module" "$work/dnstap"

# Nanoseconds that all of a process's threads ran.
cpu_time() { cat "/proc/$1/task"/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }

# measure KIND LOAD: prints CPU microseconds a query.
measure() {
	local kind=$1 load=$2 before after queries repeat=1
	lab_start_unbound "unbound-$kind" "$work/$kind"
	if [ "$load" = hits ]; then
		dnsperf -s 127.0.0.1 -p "$lab_port" -d "$work/hits" -n 1 -q 50 >/dev/null 2>&1
		repeat=150
	fi
	before=$(cpu_time "${lab_pids[unbound-$kind]}")
	queries=$(dnsperf -s 127.0.0.1 -p "$lab_port" -d "$work/$load" -n "$repeat" -q 50 -c 1 -T 1 -t 5 \
		2>/dev/null | sed -n 's/^ *Queries completed: *\([0-9]*\).*/\1/p')
	# What the module does after the answers counts too.
	[ "$load" = hits ] || sleep 1.5
	after=$(cpu_time "${lab_pids[unbound-$kind]}")
	lab_stop "unbound-$kind"
	awk -v ns=$((after - before)) -v n="$queries" 'BEGIN { printf "%.3f\n", ns / n / 1000 }'
}

for load in hits misses; do
	for ((round = 1; round <= rounds; round++)); do
		# Each round begins with another, so that a drift of the machine's favours none.
		kinds=(plain module dnstap plain module)
		for kind in "${kinds[@]:$((round % 3)):3}"; do
			echo "$load $round $kind $(measure "$kind" "$load")"
		done
	done
done >"$work/figures"

awk '
	function median(list, n,   i, j, t) {
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
				t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
			}
		return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
	}
	{ value[$1, $2, $3] = $4; if ($2 > rounds) rounds = $2 }
	END {
		loads = split("hits misses", load, " ")
		kinds = split("plain module dnstap", kind, " ")
		printf "%-7s %-7s %12s %8s %8s %8s\n", "load", "kind", "us a query", "ratio", "least", "most"
		for (l = 1; l <= loads; l++)
			for (k = 1; k <= kinds; k++) {
				for (r = 1; r <= rounds; r++) {
					costs[r] = value[load[l], r, kind[k]]
					ratios[r] = costs[r] / value[load[l], r, "plain"]
				}
				cost = median(costs, rounds)
				ratio = median(ratios, rounds)
				printf "%-7s %-7s %12.2f %8.3f %8.3f %8.3f\n", load[l], kind[k], cost, ratio,
					ratios[1], ratios[rounds]
			}
	}' "$work/figures"
lab_stop collector
cd / && rm -rf "$work"
