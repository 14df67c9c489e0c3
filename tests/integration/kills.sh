#!/bin/bash
# The collector is killed a hundred times, each time while a batch is under way, and Unbound is asked all the
# while: no question stays without an answer, and in the end every domain is in the database, none twice.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day
kills=100

mkdir "$work/population"
"$build/tools/population/population" --scale 500 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" | shuf --random-source=<(yes) >"$work/all"
split -n "r/$kills" -a 3 -d "$work/all" "$work/part-"

module_conf "flush-interval = 10" "timeout = 1000" "flush-deadline = 60000"
unbound_conf "$work/base" "$server_port" with-module
printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
lab_start_unbound unbound "$work/base"

# Does the collector listen; is a sender connected, accepted or not yet? What listens has a flag and state 1.
listens() { [[ $(</proc/net/unix) =~ \ 00010000\ 0001\ 01\ +[0-9]+\ "$work/collector.sock" ]]; }
in_stream() { [[ $(</proc/net/unix) =~ \ 00000000\ 0001\ 0[23]\ +[0-9]+\ "$work/collector.sock" ]]; }

# Has the module delivered since it said that it can't? It says that once for all failures in a row.
delivers() {
	[ "$(grep -c "senderwatch: can't deliver" "$work/unbound.log")" -eq \
		"$(grep -c 'senderwatch: delivering to .* again' "$work/unbound.log")" ]
}

# It is held up until a sender is there with a batch, goes on, and is killed at once, or some thousandths of a second
# later, in turns: a quick one may be done with it then.
unanswered='' killed=0
for part in "$work"/part-*; do
	tap_await 20 listens || { echo "# no collector listens"; break; }
	[ $((killed % 2)) -eq 1 ] || tap_await 60 delivers || { echo "# no delivery after kill $killed"; break; }
	pid=$(<"$work/collector-daemon.pid")
	kill -STOP "$pid" || { echo "# the collector that listens is not the one of the pid file"; break; }
	lab_ask "$lab_port" "$part" 5 50 || unanswered="$unanswered ${part##*-}"
	# After several failures in a row, the module waits for up to thirty seconds.
	tap_await 60 in_stream || { kill -CONT "$pid"; echo "# no sender came after kill $killed"; break; }
	kill -CONT "$pid"
	[ $((killed % 2)) -eq 0 ] || sleep "0.0$(printf %02d $((RANDOM % 50)))"
	kill -KILL "$pid" && killed=$((killed + 1))
	tap_await 20 sh -c "! kill -0 $pid 2>/dev/null" || { echo "# the collector does not end"; break; }
done
tap_is "all questions are answered" "$unanswered" ""
tap_is "the collector was killed while a batch was under way, as often as this" "$killed" "$kills"
failed=$(grep -c "senderwatch: can't deliver" "$work/unbound.log")
tap_ok "many a delivery failed by that ($failed)" test "$failed" -ge $((kills / 3))
tap_ok "Unbound stops when it is told to" lab_stop unbound
lab_stop collector
tap_ok "nothing was dropped" grep -q 'dropped: full 0 memory 0 stop 0' "$work/unbound.log"
"$build/senderwatch" report --database "$work/senderwatch.db" --period "$(date -u +%Y-%m)" \
	--registry jp --by type --min-cell 0 --format csv | cut -d, -f1-7 >"$work/adoption.csv"
tap_is "every domain is in the database" "$(cksum <"$work/adoption.csv")" \
	"$(cksum <"$work/population/truth.csv")"
tap_is "none twice: as many were merged as the module sent" \
	"$(sqlite3 "$work/senderwatch.db" 'SELECT sum(observations) FROM sender')" \
	"$(sed -n 's/.*senderwatch: seen .* sent \([0-9]*\) .*/\1/p' "$work/unbound.log")"
tap_is "and on one day each" "$(sqlite3 "$work/senderwatch.db" 'SELECT max(seen) FROM sighting')" 1
tap_is "the database is sound" "$("$build/senderwatch" check --database "$work/senderwatch.db" >"$work/check.out" 2>&1
	echo $?)" 0

tap_end
