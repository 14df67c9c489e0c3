#!/bin/bash
# Instructions that the module takes for a look-up, counted by callgrind in the real resolver: those in Unbound's
# threads, all of operate()'s calls together, and those that judging takes in a thread of the module's, for
# what operate() left for it. A Markdown table. With --check, fails if a goal is missed.
#
# Needs srcdir, builddir and SENDERWATCH_UNBOUND as the integration tests do (make bench-operate sets them).
# valgrind's processor has no instructions for SHA-256: what is new costs less on real ones.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/../integration/tap.sh"
check=${1-}
tap_begin >/dev/null

mkdir "$work/population"
"$build/tools/population/population" --scale 2000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port

cut -d, -f1 "$work/population/domains.csv" | tail -n +2 | grep -F . >"$work/domains"
sed -n '1,200 { s/$/ A/p }' "$work/domains" >"$work/other"
sed -n '1,200 { s/$/ MX/p }' "$work/domains" >"$work/mx"
sed -n '1,200 { s/$/ TXT/p }' "$work/domains" >"$work/spf"
sed -n '1,200 { s/^/_dmarc./; s/$/ TXT/p }' "$work/domains" >"$work/dmarc"
sed -n '1,200 { s/^/_acme-challenge./; s/$/ TXT/p }' "$work/domains" >"$work/unwatched"
sort -u "$work/population/queries" | grep -F ._domainkey. >"$work/dkim"
sed -n '201,300 { s/$/ TXT/p }' "$work/domains" >"$work/new"

printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
module_conf "flush-interval = 200"
unbound_conf "$work/base" "$server_port" with-module
printf 'server:\n num-threads: 1\n cache-max-ttl: 0\n cache-max-negative-ttl: 0\n' >>"$work/base"
# Only what some functions and all that they call take; a program under valgrind takes its time.
functions=(operate judging)
declare -A collected=([operate]=operate [judging]="sw_observer_guess sw_observer_wants sw_aliases_expect sw_observer_expect sw_aliases_of sw_observer_take")
for function in "${functions[@]}"; do
	{
		printf '#!/bin/sh\nexec valgrind -q --tool=callgrind --callgrind-out-file=%s/out' "$work"
		# shellcheck disable=SC2086
		printf ' --toggle-collect=%s' ${collected[$function]}
		printf ' %s "$@"\n' "$lab_unbound"
	} >"$work/unbound-$function"
	chmod +x "$work/unbound-$function"
done

# With that flush-interval, the module's thread comes by twenty times a second.
ask() { lab_ask "$lab_port" "$work/$1" 30 5 >/dev/null && sleep 1; }
dump() { callgrind_control -d="$1" "${lab_pids[unbound]}" >/dev/null 2>&1; }

# cost FILE: instructions a question.
cost() {
	local sum
	dump before
	rm -f "$work"/out.*
	ask "$1"
	dump "$1"
	[ -z "${KEEP_DUMPS-}" ] || cat "$work"/out.* >"$KEEP_DUMPS/$1"
	sum=$(sed -n 's/^totals: *//p' "$work"/out.* | awk '{ sum += $1 } END { print sum + 0 }')
	echo $((sum / $(wc -l <"$work/$1")))
}

known=(other unwatched mx spf dmarc dkim)
declare -A costs
for function in "${functions[@]}"; do
	lab_unbound=$work/unbound-$function lab_start_unbound unbound "$work/base"
	for kind in "${known[@]}"; do
		ask "$kind"
	done
	for kind in "${known[@]}" new; do
		costs[$function-$kind]=$(cost "$kind")
	done
	lab_stop unbound
done

failed=0
echo "| look-up | in Unbound's threads | goal | in the module's |"
echo "| --- | --- | --- | --- |"
row() {
	local cost=${costs[operate-$1]}
	echo "| $2 | $cost | at most $3 | ${costs[judging-$1]} |"
	{ [ "$cost" -gt 0 ] && [ "$cost" -le "$3" ]; } || failed=1
}
row other "another type" 60
row unwatched "TXT, not watched" 1000
row mx "MX, known" 2500
row spf "SPF, known" 2500
row dmarc "DMARC, known" 2500
row dkim "DKIM, known" 2500
row new "SPF, new" 2500

lab_stop collector
cd / && rm -rf "$work"
[ -z "$check" ] || exit "$failed"
