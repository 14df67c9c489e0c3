#!/bin/bash
# The whole line as a user runs it, while the collector is killed again and again: the table is the
# population's truth all the same, and nothing that must stay inside is found in what it leaves.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin

output=$work/out
demo=("$top/demo" --scale 500 --output "$output" --build "$build")

# Kills the collector's daemon, at most eight times; notes how often.
kill_collector() {
	local kills=0 pid
	while [ ! -e "$work/over" ] && [ "$kills" -lt 8 ]; do
		pid=$(cat "$output/run/senderwatchd-daemon.pid" 2>/dev/null) &&
			kill -KILL "$pid" 2>/dev/null && kills=$((kills + 1))
		sleep 0.3
	done
	echo "$kills" >"$work/kills"
}

kill_collector &
killer=$!
"${demo[@]}" >"$work/demo.log" 2>&1
status=$?
touch "$work/over"
wait "$killer"

tap_is "the demo succeeds though its collector is killed" "$status" 0
tap_ok "the collector was killed at least 3 times ($(cat "$work/kills"))" \
	test "$(cat "$work/kills")" -ge 3
tap_is "adoption.csv is the truth in every cell" \
	"$(cut -d, -f1-7 "$output/adoption.csv" | cksum)" "$(cksum <"$output/truth.csv")"
tap_is "nothing is left running" "$(pgrep -f -- "$output/")" ""
tap_ok "the page is there" grep -q '</html>' "$output/index.html"
[ "$status" -eq 0 ] || sed 's/^/# /' "$work/demo.log"

# What is left: database and logs. strings(1) sees text also where it is not at a line's start.
for file in "$output"/senderwatch.db* "$output"/senderwatchd.log "$output"/unbound.log; do
	strings -n 3 "$file"
done >"$work/left"
# dnsperf asks from this address and no other.
tap_ok "no client address is left behind" test -z "$(grep -F "$lab_client" "$work/left")"
tap_ok "no planted sub-domain, selector or macro is left behind" \
	test -z "$(grep -iFf "$output/planted.txt" "$work/left")"
# Short words could be there by chance: a registered label and its suffix could not.
cut -d, -f1 "$output/domains.csv" | tail -n +2 | grep -F . >"$work/names"
tap_ok "domain names to look for: $(wc -l <"$work/names")" test "$(wc -l <"$work/names")" -gt 2000
tap_ok "no domain name is left behind" test -z "$(grep -iFf "$work/names" "$work/left")"

"${demo[@]}" --plain >"$work/demo.log" 2>&1
tap_is "a second run, with plain names, succeeds" "$?" 0
strings -n 3 "$output/senderwatch.db" >"$work/left"
tap_ok "with plain names the same search finds them" grep -qiFf "$work/names" "$work/left"
tap_ok "and still no planted name" test -z "$(grep -iFf "$output/planted.txt" "$work/left")"

tap_end
