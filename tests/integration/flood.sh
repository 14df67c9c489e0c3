#!/bin/bash
# A flood of made-up names, through a real resolver and a table of the smallest size: half of them different
# registrable domains without records, a quarter such that don't exist, a quarter random labels below one
# domain. Memory stays within its bound, and what is known to publish records is still known.
#
# SENDERWATCH_FLOOD is how many names (100000): with 4000000, two million domains without records, a million that
# don't exist, and a million labels.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day
flood=${SENDERWATCH_FLOOD:-100000}

mkdir "$work/population"
"$build/tools/population/population" --scale 4000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
# Under com all names exist, and have no record of ours; under net none does.
soa='@ 300 IN SOA ns.example.com. mail.example.com. 1 3600 600 86400 300
@ 300 IN NS ns.example.com.'
# shellcheck disable=SC2016
printf '$ORIGIN com.\n%s\n* 300 IN A 192.0.2.1\n' "$soa" >"$work/population/com"
# shellcheck disable=SC2016
printf '$ORIGIN net.\n%s\n' "$soa" >"$work/population/net"
printf 'zone:\n name: "%s"\n zonefile: "%s"\n' com com net net >>"$work/population/zones.conf"
lab_start_nsd nsd "$work/population"

awk -F, 'NR > 1 && $1 ~ /\./ {
	if ($3) print $1, "MX"
	if ($4) print $1, "TXT"
	if ($5) print "_dmarc." $1, "TXT" }' "$work/population/domains.csv" >"$work/known"
awk -v flood="$flood" 'BEGIN {
	srand(1)
	for (i = 0; i < flood; i++) {
		label = sprintf("%c%x%x", 97 + rand() * 26, rand() * 2 ^ 31, i)
		if (i % 4 == 0) print label ".com MX"
		else if (i % 4 == 1) print "_dmarc." label ".com TXT"
		else if (i % 4 == 2) print label ".net TXT"
		else print label (i % 8 == 3 ? "._domainkey" : "") ".example.com TXT"
	} }' >"$work/flood"

module_conf "capacity = 32768" "flush-interval = 50" "flush-deadline = 60000" \
	"status-file = $work/status"
unbound_conf "$work/base" "$lab_port" with-module
# All questions come by the module, and what grows is not Unbound's cache.
printf 'server:\n cache-max-ttl: 0\n cache-max-negative-ttl: 0\n msg-cache-size: 2m\n rrset-cache-size: 4m\n' \
	>>"$work/base"
printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
lab_start_unbound unbound "$work/base"
port=$lab_port

status() { sed -n "s/^$1 = //p" "$work/status" 2>/dev/null; }
# What the module has yet to read is not pending: hence a second more than that of the start.
is_settled() { [ "$(status pending)" = 0 ] && [ "$(status written)" -gt $(($1 + 1)) ]; }
# Until all that was observed is delivered, and the status file says so.
settle() { tap_await 60 is_settled "$(date +%s)"; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/${lab_pids[unbound]}/status"; }

tap_ok "all that publish records are asked for" lab_ask "$port" "$work/known" 5 50
# So that Unbound has all that it takes by itself.
head -n 5000 "$work/flood" >"$work/some"
lab_ask "$port" "$work/some" 5 100
tap_ok "it is delivered" settle
memory=$(status memory) before=$(resident)
# Delivered as it comes: while much waits, what is delivered already has to make room, and is sent again. Of the domains
# that publish records hardly three share a bucket of eight, and of a part's questions hardly six wait in it.
split -l 4000 "$work/flood" "$work/flood."
ask_flood() {
	local part
	for part in "$work"/flood.*; do
		lab_ask "$port" "$part" 5 100 && settle || return 1
	done
}
tap_ok "the flood: $flood questions are answered, and what they give is delivered" ask_flood
tap_is "the module takes no byte more" "$(status memory)" "$memory"
after=$(resident)
tap_ok "nor does the process grow by more than 8 MB ($before kB, $after kB)" \
	test "$after" -lt $((before + 8192))
tap_ok "entries were given up for others ($(status evicted))" test "$(status evicted)" -gt $((flood / 20))
# Where six of a bucket wait for delivery, the next one without a record has to go.
tap_ok "hardly any was dropped before it was delivered ($(status dropped_full))" \
	test "$(status dropped_full)" -lt $((flood / 20))
sent=$(status sent) repeated=$(status repeated)
tap_ok "all that publish records are asked for again" lab_ask "$port" "$work/known" 5 50
tap_ok "what they are is known" settle
tap_is "of them nothing had to be sent again" "$(($(status sent) - sent))" 0
tap_is "for all are known still" "$(($(status repeated) - repeated))" "$(wc -l <"$work/known")"
tap_ok "Unbound stops when it is told to" lab_stop unbound
lab_stop collector

tap_end
