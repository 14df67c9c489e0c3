#!/bin/bash
# CPU time that Unbound takes for a query: without the module, with it, and with dnstap's client
# responses, side by side, for three loads, or some of seven:
#
#   hits              a thousand questions again and again
#   mixed             85 % of them such; 12 % A and AAAA, 3 % mail-authentication look-ups that are not in the cache: an
#                     ordinary day, on which the module knows every second of the latter
#   firstday          the same; the module knows none
#   misses            only mail-authentication look-ups (MX, TXT, _dmarc TXT), all new to the cache and to the module
#   misses-recursed   the same; Unbound does not validate
#   mixed-forwarded, misses-forwarded   the same; Unbound asks one server, which knows all
#
# What a miss costs without the module depends on who is asked: see world.sh, beside this.
#
#   cpu-per-query.sh [ROUNDS]     (7)
#
# In a round the resolvers start anew, each kind with a resolver without the module for a companion; such a pair takes
# turns in answering slices of the same questions, some hundredths of a second each, so that whatever else the machine
# does meets both (turns.c). Resolvers are bound to one processor, those that ask and answer them to another. Each has two
# threads, of which one is asked: where BENCH_THREADS is 1, the resolver without the module is a process of a single
# thread, for which kernel and libc take shortcuts. All of a process's threads count, the module's own among them, up
# to the last delivery, which is waited for.
#
# A round's ratio is the median of its slices' ratios; printed is the median of the rounds', with its 95 % interval (order
# statistics): a process differs from the next of the same code by more than its slices can tell. `again` is a resolver
# without the module: what its ratio differs from 1 by is noise; `passing` has a module that only counts. Then, without a
# difference of two figures, what the module takes: operate() in Unbound's thread, timed in a further resolver
# (stopwatch.c), and the module's own threads. "Sum" is what a query takes with both of them added, by what it takes
# without.
#
# Needs srcdir, builddir and SENDERWATCH_UNBOUND as the integration tests do (make bench-queries sets them), and a
# network namespace. BENCH_LOADS: which loads. BENCH_KINDS: some of the kinds. BENCH_SCALE: one domain for so many of
# the survey's (50). KEEP_FIGURES: a file for the figures of each slice.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/../integration/tap.sh"
if [ -z "${BENCH_NAMESPACE-}" ]; then
	BENCH_NAMESPACE=yes exec unshare --map-root-user --net "$0" "$@"
fi
rounds=${1:-7} scale=${BENCH_SCALE:-50} threads=${BENCH_THREADS:-2}
loads=${BENCH_LOADS:-hits mixed misses}
read -ra kinds <<<"${BENCH_KINDS:-again passing module timed dnstap}"
# shellcheck source=tests/bench/world.sh
. "$top/tests/bench/world.sh"
tap_begin >/dev/null
taskset -p -c 1 $$ >/dev/null || lab_fail "two processors are needed"
world_start "$scale" 401 1000

# --- Questions: files `hits`, `mixed`, `firstday` and `misses`; `hot` and `regular` -------------------

declare -A slices=([hits]=5005 [mixed]=1000 [firstday]=1000 [misses]=333)
declare -A times=([hits]=60 [mixed]=1 [firstday]=1 [misses]=1)
mail_lookups() { awk '{ print $1, "MX"; print $1, "TXT"; print "_dmarc." $1, "TXT" }'; }
{
	sed -n '1,400 { s/$/ A/p; s/ A$/ AAAA/p }' "$world_domains"
	head -n 67 "$world_domains" | mail_lookups
} >"$work/hot"
for ((i = 0; i < 20; i++)); do
	cat "$work/hot"
done >"$work/hits"
# Their answers are forgotten by the cache after a second, and remembered by the module.
sed -n '401,1000 p' "$world_domains" | mail_lookups >"$work/regular"
cat "$work/hot" "$work/regular" >"$work/warm"
# What is asked of one domain is asked some time apart, as mail servers do. Slices are of whole groups.
awk 'function flush(   i) {
		for (i = 0; i < n; i++) print domain[i], "MX"
		for (i = 0; i < n; i++) print domain[i], "TXT"
		for (i = 0; i < n; i++) print "_dmarc." domain[i], "TXT"
		n = 0
	}
	NR > 400 { domain[n++] = $1; if (n == 111) flush() }' "$world_domains" >"$work/misses"
# mix EVERY: of 20 domains a thousand questions: six of each that are A and AAAA, three of every second that are mail's,
# or else a regular domain's three, but for one in so many; and hot ones.
mix() {
	awk -v every="$1" -v hot="$work/hot" -v regular="$work/regular" '
	BEGIN {
		while ((getline line <hot) > 0) known[count++] = line
		while ((getline line <regular) > 0) ours[all++] = line
	}
	NR <= 1000 || NR > 1000 + 450 * 60 { next }
	{
		for (i = 1; i <= 3; i++) {
			print "h" i "." $1, "A"
			print "h" i "." $1, "AAAA"
		}
		if (NR % 2 && pairs++ % every) {
			for (i = 0; i < 3; i++)
				print ours[next_ours++ % all]
		} else if (NR % 2) {
			print $1, "MX"
			print $1, "TXT"
			print "_dmarc." $1, "TXT"
		}
		# 7.5 of 50 on average are new.
		for (i = NR % 2; i < 43; i++)
			print known[next_known++ % count]
	}' "$world_domains"
}
mix 2 >"$work/mixed"
mix 1 >"$work/firstday"

# --- Resolvers ---------------------------------------------------------------------------------------

lab_spawn tap fstrm_capture -t protobuf:dnstap.Dnstap -u "$work/dnstap.sock" -w /dev/null
"$build/senderwatch" key new "$work/key" >/dev/null
printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
module_conf "flush-deadline = 30000"
export STOPWATCH_MODULE=$module
tap_await 10 test -S "$work/dnstap.sock" || lab_fail "fstrm_capture did not start"

# resolver_conf WORLD KIND: a file of these names. All have the same modules, but for ours.
resolver_conf() {
	local file=$work/$1.$2
	world_conf "$file" "$1"
	{
		printf 'server:\n num-threads: %d\n msg-cache-size: 256m\n rrset-cache-size: 512m\n' "$threads"
		case $2 in
		module) lab_unbound_module "$module" ;;
		passing) lab_unbound_module "$build/tests/integration/.libs/neighbour.so" ;;
		timed) lab_unbound_module "$build/tests/bench/.libs/stopwatch.so" ;;
		*) printf ' module-config: "validator iterator"\n' ;;
		esac
		if [ "$2" = dnstap ]; then
			printf 'dnstap:\n dnstap-enable: yes\n dnstap-socket-path: "%s"\n' "$work/dnstap.sock"
			printf ' dnstap-log-client-response-messages: yes\n'
		fi
	} >>"$file"
}

for world in forwarded recursed validated; do
	for kind in plain "${kinds[@]}"; do
		resolver_conf "$world" "$kind"
	done
	# shellcheck disable=SC2046
	world_check "$work/$world.plain" $(head -n 3 "$world_domains")
done
printf '#!/bin/sh\nexec taskset -c 0 %s "$@"\n' "$lab_unbound" >"$work/unbound"
chmod +x "$work/unbound"
lab_unbound=$work/unbound

# --- Measuring ---------------------------------------------------------------------------------------

# start KIND WORLD NAME: sets what turns.c is to know of it.
start() {
	lab_start_unbound "$3" "$work/$2.$1"
	started=${lab_pids[$3]}:$lab_port
	dnsperf -s 127.0.0.1 -p "$lab_port" -d "$work/warm" -n 2 -T 1 -t 5 >/dev/null 2>&1
}

# measure LOAD ROUND: lines as turns.c prints them, and one "= timed NANOSECONDS" of operate().
measure() {
	local questions=${1%%-*} world=validated i kind started first
	local -a turns=()
	[ "$1" = "$questions" ] || world=${1#*-}
	for ((i = 0; i < ${#kinds[@]}; i++)); do
		# Neither is always the older of a pair, nor always the same pair the first.
		kind=${kinds[(i + $2) % ${#kinds[@]}]}
		if (($2 / ${#kinds[@]} % 2)); then
			start "$kind" "$world" "unbound-$kind"
			first=$started
			start plain "$world" "plain-$kind"
			turns+=("$kind:$started:$first")
		else
			start plain "$world" "plain-$kind"
			first=$started
			start "$kind" "$world" "unbound-$kind"
			turns+=("$kind:$first:$started")
		fi
	done
	sleep 1.5
	"$build/tests/bench/turns" "${slices[$questions]}" "${times[$questions]}" 12500 "${turns[@]}" \
		<"$work/$questions" || lab_fail "turns failed"
	for kind in "${kinds[@]}"; do
		lab_stop "unbound-$kind"
		lab_stop "plain-$kind"
	done
	[ ! -e "$lab_logs/unbound-timed.log" ] ||
		sed -n 's/^stopwatch: .* calls, \(.*\) ns$/= timed \1/p' "$lab_logs/unbound-timed.log"
}

for ((round = 1; round <= rounds; round++)); do
	for load in $loads; do
		measure "$load" "$round" | sed "s/^/$load $round /"
	done
done >"$work/figures"
[ -z "${KEEP_FIGURES-}" ] || cp "$work/figures" "$KEEP_FIGURES"
awk -v order="$loads" -f "$top/tests/bench/cpu-per-query.awk" "$work/figures"
lab_stop collector
cd / && rm -rf "$work"
