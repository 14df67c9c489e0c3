#!/bin/bash
# Memory and disk run out in the module: every question is answered all the same, what is lost is counted,
# and once there is room again, everything is delivered.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day

mkdir "$work/population"
"$build/tools/population/population" --scale 2000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" >"$work/all"

# counter NAME COUNTER: of the last line that Unbound NAME logged at a stop.
counter() {
	sed -n 's/.*senderwatch: seen/seen/p' "$work/$1.log" | tail -n 1 | grep -oE "\\b$2 [0-9]+" |
		cut -d' ' -f2
}
adoption() {
	"$build/senderwatch" report --database "$work/$1.db" --period "$(date -u +%Y-%m)" \
		--registry jp --by type --min-cell 0 --format csv | cut -d, -f1-7
}
collect_into() {
	printf '%s\n' "listen = $work/collector.sock" "database = $work/$1.db" >"$work/collector.conf"
	lab_start_collector collector "$work/collector.conf"
}

# --- Memory --------------------------------------------------------------------------------------

# With plain names, each domain costs an allocation; nothing is cached, so that all comes by again.
module_conf "names = plain" "flush-interval = 50" "flush-deadline = 60000"
unbound_conf "$work/base" "$server_port" with-module
printf 'server:\n cache-max-ttl: 0\n cache-max-negative-ttl: 0\n' >>"$work/base"
collect_into memory
export FAILING_MALLOC_FILE=$work/fail
LD_PRELOAD=$build/tests/integration/.libs/failing_malloc.so lab_start_unbound memory "$work/base"
touch "$FAILING_MALLOC_FILE"
tap_ok "all questions are answered while allocations fail" lab_ask "$lab_port" "$work/all" 5 50
rm "$FAILING_MALLOC_FILE"
tap_ok "and when they succeed again" lab_ask "$lab_port" "$work/all" 5 50
tap_ok "Unbound stops when it is told to" lab_stop memory
lab_stop collector
tap_ok "what could not be kept was counted ($(counter memory memory))" \
	test "$(counter memory memory)" -gt 0
tap_is "nothing else was dropped" "$(counter memory full) $(counter memory stop)" "0 0"
tap_is "every domain is in the database" "$(adoption memory | cksum)" \
	"$(cksum <"$work/population/truth.csv")"
tap_is "each with its name" \
	"$(sqlite3 "$work/memory.db" 'SELECT count(*) FROM subject WHERE name IS NULL')" 0

# Memory that is exhausted to a byte: each time a little more of what a delivery takes succeeds.
module_conf "flush-interval = 20" "flush-deadline = 20000"
unbound_conf "$work/base" "$server_port" with-module
printf 'server:\n cache-max-ttl: 0\n cache-max-negative-ttl: 0\n' >>"$work/base"
# In turns, so that each part has what was not seen before.
split -n r/40 -d "$work/all" "$work/part-"
collect_into exhausted
merged() { sqlite3 "$work/exhausted.db" 'SELECT total(observations) FROM sender'; }
is_more_than() { [ "$(merged)" != "$1" ]; }
LD_PRELOAD=$build/tests/integration/.libs/failing_malloc.so lab_start_unbound exhausted "$work/base"
# The thread that delivers starts with the first answer that it is for.
grep -m 1 ' MX$' "$work/all" >"$work/one"
lab_ask "$lab_port" "$work/one"
bytes=1 failed='' stuck='' delivered=0
for part in "$work"/part-*; do
	before=$(merged)
	# Whole at once.
	echo "$bytes" >"$work/bytes"
	mv "$work/bytes" "$FAILING_MALLOC_FILE"
	lab_ask "$lab_port" "$part" 5 50 || failed="$failed $bytes"
	# Until it was tried several times, if it did not succeed.
	sleep 0.3
	[ "$(merged)" = "$before" ] || delivered=$((delivered + 1))
	rm "$FAILING_MALLOC_FILE"
	# What succeeds ends the pauses that grow with each failure. Names that were not kept come by again.
	lab_ask "$lab_port" "$part" 5 50 || failed="$failed again-$bytes"
	tap_await 20 is_more_than "$before" || stuck="$stuck $bytes"
	bytes=$((bytes + 1500))
done
tap_is "exhausted: all questions are answered, with however few bytes" "$failed" ""
tap_is "exhausted: each time, it delivers when there is memory again" "$stuck" ""
tap_ok "exhausted: the module says that it can't deliver for want of memory" \
	grep -q "senderwatch: can't deliver to .*: out of memory" "$work/exhausted.log"
tap_ok "exhausted: it delivers with more bytes, and not with few ($delivered of 40)" \
	test "$delivered" -gt 5 -a "$delivered" -lt 36
tap_ok "exhausted: all questions are answered again" lab_ask "$lab_port" "$work/all" 5 50
tap_ok "exhausted: Unbound stops when it is told to" lab_stop exhausted
lab_stop collector
tap_is "exhausted: every domain is in the database" "$(adoption exhausted | cksum)" \
	"$(cksum <"$work/population/truth.csv")"

# --- Disk ----------------------------------------------------------------------------------------

# stop_without_collector NAME: ask, stop with the spool as it is.
stop_without_collector() {
	unbound_conf "$work/$1.base" "$server_port" with-module
	lab_start_unbound "$1" "$work/$1.base"
	tap_ok "$1: all questions are answered" lab_ask "$lab_port" "$work/all" 5 50
	tap_ok "$1: Unbound stops when it is told to" lab_stop "$1"
}

mkdir "$work/disk"
module_conf "flush-interval = 50" "flush-deadline = 200" "spool = $work/disk"
if ! mount -t tmpfs -o size=16k tmpfs "$work/disk" 2>/dev/null; then
	tap_skip "a spool on a full disk" "a file system of that size could not be mounted"
	tap_skip "a read-only spool" "a read-only file system could not be mounted"
else
	trap 'umount "$work/disk"; lab_end' EXIT
	stop_without_collector full
	tap_ok "full: it says that it can't spool all" \
		grep -q "senderwatch: can't spool all in $work/disk: " "$work/full.log"
	tap_ok "full: what is lost was counted ($(counter full stop))" \
		test "$(counter full stop)" -gt 0
	tap_is "full: no half of a file is left" "$(find "$work/disk" -name '.*' -type f | wc -l)" 0
	mount -o remount,ro "$work/disk"
	stop_without_collector read-only
	tap_ok "read-only: it says that it can't spool" \
		grep -q "senderwatch: can't spool all in $work/disk: " "$work/read-only.log"
	tap_is "read-only: all that was observed is counted as lost" "$(counter read-only stop)" \
		"$(($(counter read-only observed) - $(counter read-only repeated) - $(counter read-only superseded)))"
	umount "$work/disk"
	trap lab_end EXIT
	# And with room, the same is delivered by the next start.
	stop_without_collector room
	tap_is "room: nothing is lost" "$(counter room stop)" 0
	collect_into room
	unbound_conf "$work/after.base" "$server_port" with-module
	lab_start_unbound after "$work/after.base"
	tap_ok "room: a question starts the delivery" lab_ask "$lab_port" "$work/one"
	tap_ok "room: the spool is delivered" \
		tap_await 90 sh -c "! ls '$work'/disk/*.spool >/dev/null 2>&1"
	lab_stop after
	lab_stop collector
	tap_is "room: every domain is in the database" "$(adoption room | cksum)" \
		"$(cksum <"$work/population/truth.csv")"
fi

tap_end
