#!/bin/bash
# CPU time that Unbound takes for a query: without the module, with it, and with dnstap's client
# responses, side by side, for three loads:
#
#   hits     a thousand questions again and again
#   mixed    85 % of them such; 12 % A and AAAA, 3 % mail-authentication look-ups that are new to the cache
#   misses   only mail-authentication look-ups (MX, TXT, _dmarc TXT), all new to the cache and to the module
#
#   cpu-per-query.sh [ROUNDS]     (7)
#
# In a round the three resolvers start anew and take turns in answering slices of the same questions, a second or
# so each, so that whatever else the machine does meets all of them. Resolvers are bound to one processor, those that
# ask and answer them to another. All of a process's threads count, the module's own among them.
#
# Needs srcdir, builddir and SENDERWATCH_UNBOUND as the integration tests do (make bench-queries sets them). Prints the
# median CPU microseconds of a query, and of all slices' ratios to plain the median with its 95 % interval
# (order statistics). BENCH_THREADS: workers of a resolver (2). BENCH_LOADS: some of the loads. KEEP_FIGURES: a
# file for the figures of each slice.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/../integration/tap.sh"
rounds=${1:-7} threads=${BENCH_THREADS:-2} loads=${BENCH_LOADS:-hits mixed misses}
slices=4
kinds=(plain module dnstap)
tap_begin >/dev/null
taskset -p -c 1 $$ >/dev/null || lab_fail "two processors are needed"

mkdir "$work/population"
"$build/tools/population/population" --scale 150 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port

# --- Questions: files LOAD.1 to LOAD.4, and `hot` ----------------------------------------------------

cut -d, -f1 "$work/population/domains.csv" | tail -n +2 | grep -F . >"$work/domains"
mail_lookups() { awk '{ print $1, "MX"; print $1, "TXT"; print "_dmarc." $1, "TXT" }'; }
mail_lookups <"$work/domains" >"$work/misses"
split -n l/$slices --numeric-suffixes=1 -a 1 "$work/misses" "$work/misses."
{
	sed -n '1,400 { s/$/ A/p; s/ A$/ AAAA/p }' "$work/domains"
	head -n 67 "$work/domains" | mail_lookups
} >"$work/hot"
# 1,800 domains a slice: six questions of each that are A and AAAA, three of every second that are mail's.
for ((slice = 1; slice <= slices; slice++)); do
	awk -v slice="$slice" -v hot="$work/hot" '
		BEGIN { while ((getline line <hot) > 0) known[count++] = line }
		NR <= 400 + (slice - 1) * 1800 || NR > 400 + slice * 1800 { next }
		{
			for (i = 1; i <= 3; i++) {
				print "h" i "." $1, "A"
				print "h" i "." $1, "AAAA"
			}
			if (NR % 2) {
				print $1, "MX"
				print $1, "TXT"
				print "_dmarc." $1, "TXT"
			}
			# 7.5 of 50 on average are new.
			for (i = 0; i < 42.5; i++)
				print known[next_known++ % count]
		}' "$work/domains" >"$work/mixed.$slice"
	cp "$work/hot" "$work/hits.$slice"
done

# --- Resolvers ---------------------------------------------------------------------------------------

lab_spawn tap fstrm_capture -t protobuf:dnstap.Dnstap -u "$work/dnstap.sock" -w /dev/null
"$build/senderwatch" key new "$work/key" >/dev/null
printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
module_conf "flush-interval = 1000" "flush-deadline = 30000"
tap_await 10 test -S "$work/dnstap.sock" || lab_fail "fstrm_capture did not start"

for kind in "${kinds[@]}"; do
	unbound_conf "$work/$kind" "$server_port" "$([ "$kind" != module ] || echo with-module)"
	printf 'server:\n num-threads: %d\n' "$threads" >>"$work/$kind"
done
printf 'dnstap:\n dnstap-enable: yes\n dnstap-socket-path: "%s"\n dnstap-log-client-response-messages: yes\n' \
	"$work/dnstap.sock" >>"$work/dnstap"
printf '#!/bin/sh\nexec taskset -c 0 %s "$@"\n' "$lab_unbound" >"$work/unbound"
chmod +x "$work/unbound"
lab_unbound=$work/unbound

# --- Measuring ---------------------------------------------------------------------------------------

declare -A ports

# Nanoseconds that all of a process's threads ran.
cpu_time() { cat "/proc/$1/task"/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }

# ask KIND FILE [TIMES]: prints how many were answered.
ask() {
	dnsperf -s 127.0.0.1 -p "${ports[$1]}" -d "$2" -n "${3:-1}" -q 100 -c 20 -T 1 -t 5 2>/dev/null |
		sed -n 's/^ *Queries completed: *\([0-9]*\).*/\1/p'
}

# measure LOAD SLICE KIND: prints nanoseconds and queries.
measure() {
	local pid=${lab_pids[unbound-$3]} before after queries repeat=1
	[ "$1" != hits ] || repeat=100
	before=$(cpu_time "$pid")
	queries=$(ask "$3" "$work/$1.$2" "$repeat")
	# What the module does after the answers counts too.
	[ "$1" = hits ] || sleep 1.3
	after=$(cpu_time "$pid")
	echo "$((after - before)) $queries"
}

for ((round = 1; round <= rounds; round++)); do
	for load in $loads; do
		for kind in "${kinds[@]}"; do
			lab_start_unbound "unbound-$kind" "$work/$kind"
			ports[$kind]=$lab_port
			[ "$load" = misses ] || ask "$kind" "$work/hot" 2 >/dev/null
		done
		sleep 1.3
		for ((slice = 1; slice <= slices; slice++)); do
			# Each slice begins with another, so that a drift of the machine's favours none.
			for ((turn = 0; turn < 3; turn++)); do
				kind=${kinds[(round + slice + turn) % 3]}
				echo "$load $round.$slice $kind $(measure "$load" "$slice" "$kind")"
			done
		done
		for kind in "${kinds[@]}"; do
			lab_stop "unbound-$kind"
		done
	done
done >"$work/figures"

[ -z "${KEEP_FIGURES-}" ] || cp "$work/figures" "$KEEP_FIGURES"
awk -v order="$loads" '
	function sort(list, n,   i, j, t) {
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
				t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
			}
	}
	function median(list, n) { return (list[int((n + 1) / 2)] + list[int(n / 2) + 1]) / 2 }
	# The largest r so that between the r-th least and the r-th most there is the median with 95 %.
	function rank(n,   r, p, sum) {
		p = 0.5 ^ n
		for (r = 0; sum + p <= 0.025; r++) {
			sum += p
			p *= (n - r) / (r + 1)
		}
		return r > 0 ? r : 1
	}
	{ cost[$1, $3, $2] = $4 / $5 / 1000; if (!(($1, $2) in seen)) slices[$1, ++count[$1]] = $2; seen[$1, $2] = 1 }
	END {
		loads = split(order, load, " ")
		kinds = split("plain module dnstap", kind, " ")
		printf "| %-6s | %-6s | %10s | %6s | %-14s |\n", "load", "kind", "us a query", "ratio", "95 %"
		print "| --- | --- | --- | --- | --- |"
		for (l = 1; l <= loads; l++) {
			n = count[load[l]]
			for (k = 1; k <= kinds; k++) {
				for (s = 1; s <= n; s++) {
					slice = slices[load[l], s]
					costs[s] = cost[load[l], kind[k], slice]
					ratios[s] = costs[s] / cost[load[l], "plain", slice]
				}
				sort(costs, n)
				sort(ratios, n)
				r = rank(n)
				printf "| %-6s | %-6s | %10.2f | %6.3f | %.3f to %.3f |\n", load[l], kind[k],
					median(costs, n), median(ratios, n), ratios[r], ratios[n + 1 - r]
			}
		}
		print n " slices"
	}' "$work/figures"
lab_stop collector
cd / && rm -rf "$work"
