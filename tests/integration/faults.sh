#!/bin/bash
# Bad collectors, one after the other, while Unbound answers under load: no answer is lost or differs from
# those of an Unbound without the module, and when a good one comes, every domain that was asked for is in
# the database, none twice.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day

mkdir "$work/population"
"$build/tools/population/population" --scale 1000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" >"$work/all"
split -n l/8 -d "$work/all" "$work/part-"

module_conf "flush-interval = 100" "timeout = 1000" "flush-deadline = 60000"
unbound_conf "$work/base" "$server_port" with-module
unbound_conf "$work/plain.base" "$server_port"
# Without caches, answers are as new to the one as to the other, however often they were asked for.
for base in base plain.base; do
	printf 'server:\n cache-max-ttl: 0\n cache-max-negative-ttl: 0\n' >>"$work/$base"
done
lab_start_unbound plain "$work/plain.base"
plain_port=$lab_port
lab_start_unbound unbound "$work/base"
port=$lab_port

# ask_part N DESCRIPTION: an eighth of the questions, to both at the same time as a load to the one.
ask_part() {
	local comparing
	"$build/tests/integration/ask" "$port" "$plain_port" <"$work/part-0$1" >"$work/compared" &
	comparing=$!
	tap_ok "$2: all questions are answered" lab_ask "$port" "$work/part-0$1" 5 50
	wait "$comparing"
	tap_is "$2: byte for byte as without the module" "$?" 0
	[ "$tap_failed" -eq 0 ] || sed 's/^/# /' "$work/compared" | tail -n 5
}

ask_part 0 "no collector"
part=1
for mode in refusing deaf silent drip garbage hangup; do
	lab_spawn "$mode" "$build/tests/integration/bad_collector" "$mode" "$work/collector.sock"
	tap_await 10 test -S "$work/collector.sock"
	ask_part "$part" "$mode collector"
	part=$((part + 1))
	lab_stop "$mode"
	rm -f "$work/collector.sock"
done
tap_is "the module says once that it can't deliver" \
	"$(grep -c "senderwatch: can't deliver" "$work/unbound.log")" 1

printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
ask_part 7 "good collector"
lab_stop unbound
lab_stop collector
tap_ok "the module says that it delivers again" grep -q 'senderwatch: delivering to' "$work/unbound.log"
tap_ok "nothing was dropped" grep -q 'dropped: full 0 memory 0 stop 0' "$work/unbound.log"
"$build/senderwatch" report --database "$work/senderwatch.db" --period "$(date -u +%Y-%m)" \
	--registry jp --by type --min-cell 0 --format csv | cut -d, -f1-7 >"$work/adoption.csv"
tap_is "every domain is in the database" "$(cksum <"$work/adoption.csv")" \
	"$(cksum <"$work/population/truth.csv")"
tap_is "and none twice" "$(sqlite3 "$work/senderwatch.db" 'SELECT max(seen) FROM sighting')" 1

tap_end
