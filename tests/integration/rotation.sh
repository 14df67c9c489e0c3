#!/bin/bash
# Keys are replaced: `senderwatch key rotate`, and a real resolver that emits all under both keys until the
# last day, also where the collector is away across it; then the old key is gone.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin

faketime=/usr/lib/$(uname -m)-linux-gnu/faketime/libfaketimeMT.so.1
# What is seen before midnight and after it is told apart below.
tap_same_day
today=$(date -u +%F) tomorrow=$(date -u -d tomorrow +%F)
key() { "$build/senderwatch" key "$@" 2>&1; }
quietly() { "$@" >/dev/null; }

# --- The program ---------------------------------------------------------------------------------

mkdir "$work/keys"
k=$work/keys/key
key new "$k" >/dev/null
chown 65534:65534 "$k" 2>/dev/null
chmod 640 "$k"
first=$(key show-id "$k")
owner=$(stat -c '%u %g %a' "$k")
content=$(cat "$k")
tap_is "finishing what was not begun does nothing" "$(key rotate --finish "$k")" \
	"there is no old key beside $k"
key rotate "$k" >"$work/rotate.out"
second=$(key show-id "$k")
tap_is "ids of both, and when the old one ends: with next month" \
	"$(head -n 2 "$work/rotate.out")" "new key $second in $k
old key $first in $k.old, until $(date -u -d "$(date -u +%Y-%m-01) + 2 months - 1 day" +%F)"
tap_ok "the keys differ" test "$first" != "$second"
tap_is "the old one is kept" "$(head -n 1 "$k.old")" "$content"
tap_is "whose they are, and their modes" "$(stat -c '%u %g %a' "$k" "$k.old" | sort -u)" "$owner"
tap_ok "no key is printed" sh -c "! grep -qE '[0-9a-f]{64}' '$work/rotate.out'"
tap_is "nothing else is left" "$(cd "$work/keys" && echo *)" "key key.old"
before=$(cat "$k" "$k.old" | cksum)
tap_ok "a second rotation is refused while the first is not over" sh -c "! '$build/senderwatch' key rotate '$k' 2>'$work/again'"
tap_ok "and says until when" grep -q "the rotation before this is not over" "$work/again"
tap_is "nothing has changed" "$(cat "$k" "$k.old" | cksum)" "$before"
tap_is "an old key is kept until its day" "$(key rotate --finish "$k" | cut -d' ' -f2-4)" "is kept until"
# Cut short before the new key had its place: both files hold the same.
echo "$content" >"$k"
chmod 640 "$k"
tap_ok "a rotation that was cut short is begun anew" quietly key rotate --until "$tomorrow" "$k"
tap_is "with the new last day" "$(tail -n 1 "$k.old")" "until $tomorrow"
sed -i 's/^until.*/until 2020-02-29/' "$k.old"
tap_is "an old key whose day is over is destroyed" "$(key rotate --finish "$k")" "$k.old is destroyed"
tap_is "its file is gone" "$(cd "$work/keys" && echo *)" key
tap_ok "the next rotation may come" quietly key rotate --until "$today" "$k"
tap_is "on its last day it is kept" "$(key rotate --finish "$k")" "$k.old is kept until $today"
# West of Greenwich a day ends later: up to 14 hours, as utc-offset goes.
yesterday=$(date -u -d yesterday +%F)
sed -i "s/^until.*/until $yesterday/" "$k.old"
[[ $(date -u -d '14 hours ago' +%F) > $yesterday ]] && wanted="is destroyed" || wanted="is kept until $yesterday"
tap_is "and until that day is over everywhere" "$(key rotate --finish "$k")" "$k.old $wanted"
[ -e "$k.old" ] || { echo "$content" && echo "until $today"; } >"$k.old"
tap_is "at once, if it must be" "$(key rotate --finish --now "$k")" "$k.old is destroyed"
chmod 644 "$k"
tap_ok "a key that others can read is not rotated" sh -c "! '$build/senderwatch' key rotate '$k' 2>/dev/null"
tap_is "and nothing is left" "$(cd "$work/keys" && echo *)" key

# --- The resolver --------------------------------------------------------------------------------

mkdir "$work/population" "$work/spool"
"$build/tools/population/population" --scale 2000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" >"$work/all"
split -n l/3 -d "$work/all" "$work/part-"

# Plain names beside the pseudonyms tell here that the subjects are the same.
module_conf "names = plain" "flush-interval = 50" "timeout = 1000" "flush-deadline = 60000" \
	"status-file = $work/status"
unbound_conf "$work/base" "$server_port" with-module
collect() {
	printf '%s\n' "listen = $work/collector.sock" "database = $work/$1.db" >"$work/collector.conf"
	lab_start_collector collector "$work/collector.conf"
}
# What stands in database $1 under key $2: name, mechanism, outcome, features and how many days.
states() {
	sqlite3 "$work/$1.db" "SELECT subject.name, mechanism, outcome, features, days FROM sighting
		JOIN subject ON subject.pseudonym = sighting.subject
		JOIN pseudonym_key ON pseudonym_key.id = subject.pseudonym_key
		WHERE lower(hex(key_id)) = '$2' ORDER BY 1, 2, 3, 4, 5"
}
keys_of() { sqlite3 "$work/$1.db" 'SELECT lower(hex(key_id)) FROM pseudonym_key ORDER BY 1'; }
sorted() { printf '%s\n' "$@" | sort; }
status_is() { grep -qx "$1" "$work/status" 2>/dev/null; }

first=$(key show-id "$work/key")
collect one
lab_start_unbound before "$work/base"
tap_ok "before: all questions are answered" lab_ask "$lab_port" "$work/part-00" 5 50
lab_stop before
tap_is "before: one key" "$(keys_of one)" "$first"
key rotate --until "$today" "$work/key" >/dev/null
second=$(key show-id "$work/key")
lab_start_unbound between "$work/base"
tap_ok "between: it says so" grep -q "until $today, all is emitted under the old key $first too" "$work/between.log"
tap_ok "between: all questions are answered" lab_ask "$lab_port" "$work/part-00" 5 50
# The file is of the Unbound before until this one's thread has been round for the first time.
tells_both() { status_is "key = $second" && status_is "old_key = $first" && status_is "old_key_until = $today"; }
tap_ok "between: the status tells both keys" tap_await 10 tells_both
lab_stop between
lab_stop collector
tap_is "between: both keys" "$(keys_of one)" "$(sorted "$first" "$second")"
tap_ok "between: there is something" test -n "$(states one "$second")"
tap_is "between: the same under both" "$(states one "$first" | cksum)" "$(states one "$second" | cksum)"
tap_ok "between: look-ups count once" test \
	"$(grep -oE 'observed [0-9]+' "$work/between.log" | cut -d' ' -f2)" -le "$(wc -l <"$work/part-00")"
tap_ok "no key was logged" sh -c "! cat '$work'/*.log '$work/status' | grep -qE '[0-9a-f]{64}'"

# While the collector is away, the last day ends. (Where libfaketime waits for a condition, ThreadSanitizer does not see
# that the lock is let go, and takes each other owner for a mistake.)
if [ "${SENDERWATCH_SANITIZED-}" = tsan ]; then
	tap_skip "the end of the last day in a running resolver" "libfaketime that ThreadSanitizer sees through"
elif [ -f "$faketime" ]; then
	echo '+0d' >"$work/clock"
	FAKETIME_TIMESTAMP_FILE=$work/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
		LD_PRELOAD=$faketime lab_start_unbound across "$work/base"
	tap_ok "across: all questions are answered" lab_ask "$lab_port" "$work/part-01" 5 50
	echo '+1d' >"$work/clock"
	tap_ok "across: the next day too" lab_ask "$lab_port" "$work/part-02" 5 50
	collect two
	tap_ok "across: the end is told" tap_await 30 grep -q \
		"the old key $first has come to its end and is destroyed" "$work/across.log"
	tap_ok "across: the old key's file is gone" test ! -e "$work/key.old"
	lab_stop across
	lab_stop collector
	tap_ok "across: nothing was dropped" grep -q 'dropped: full 0 memory 0 stop 0' "$work/across.log"
	# seen_on DATE KEY: what was, as above.
	seen_on() {
		sqlite3 "$work/two.db" "SELECT subject.name, mechanism, outcome, features FROM sighting
			JOIN subject ON subject.pseudonym = sighting.subject
			JOIN pseudonym_key ON pseudonym_key.id = subject.pseudonym_key
			WHERE lower(hex(key_id)) = '$2' AND month = $(date -u -d "$1" +%Y%m)
				AND days >> ($(date -u -d "$1" +%-d) - 1) & 1 ORDER BY 1, 2, 3, 4"
	}
	tap_ok "across: the last day is there" test -n "$(seen_on "$today" "$first")"
	tap_is "across: the last day is there under both keys, though it was delivered after" \
		"$(seen_on "$today" "$first" | cksum)" "$(seen_on "$today" "$second" | cksum)"
	tap_is "across: the day after is not, under the old key" "$(seen_on "$tomorrow" "$first")" ""
	tap_ok "across: but under the new one" test -n "$(seen_on "$tomorrow" "$second")"
else
	tap_skip "the end of the last day in a running resolver" "libfaketime"
fi

# Spooled on the last day, delivered after it.
key rotate --finish --now "$work/key" >/dev/null
key rotate --until "$today" "$work/key" >/dev/null
third=$(key show-id "$work/key")
module_conf "names = plain" "flush-interval = 50" "flush-deadline = 100" "spool = $work/spool"
lab_start_unbound spooling "$work/base"
tap_ok "spool: all questions are answered" lab_ask "$lab_port" "$work/part-00" 5 50
lab_stop spooling
tap_is "spool: nothing is lost" "$(grep -oE 'stop [0-9]+' "$work/spooling.log" | tail -n 1)" "stop 0"
sed -i "s/^until.*/until $(date -u -d yesterday +%F)/" "$work/key.old"
collect three
lab_start_unbound after "$work/base"
grep -m 1 ' MX$' "$work/part-00" >"$work/one"
tap_ok "spool: a question starts the delivery" lab_ask "$lab_port" "$work/one"
tap_ok "spool: it is delivered" tap_await 90 sh -c "! ls '$work'/spool/*.spool >/dev/null 2>&1"
tap_ok "spool: the key is destroyed at the next start" tap_await 30 test ! -e "$work/key.old"
lab_stop after
lab_stop collector
tap_is "spool: both keys" "$(keys_of three)" "$(sorted "$second" "$third")"
tap_is "spool: the same under both" "$(states three "$second" | cksum)" "$(states three "$third" | cksum)"

# Where the module may not touch the file, it says so.
key rotate --until "$today" "$work/key" >/dev/null
sed -i "s/^until.*/until $(date -u -d yesterday +%F)/" "$work/key.old"
if [ "$(id -u)" -eq 0 ] && mkdir "$work/readonly" && mount -t tmpfs tmpfs "$work/readonly" 2>/dev/null; then
	trap 'umount "$work/readonly"; lab_end' EXIT
	cp -p "$work/key" "$work/key.old" "$work/readonly"
	mount -o remount,ro "$work/readonly"
	sed -i "s|^key-file.*|key-file = $work/readonly/key|" "$SENDERWATCH_CONF"
	lab_start_unbound readonly "$work/base"
	lab_ask "$lab_port" "$work/one"
	tap_ok "a file that can't be destroyed is told of" tap_await 30 grep -q \
		"has come to its end, but $work/readonly/key.old can't be destroyed: Read-only file system" \
		"$work/readonly.log"
	lab_stop readonly
	umount "$work/readonly"
	trap lab_end EXIT
else
	tap_skip "a file that can't be destroyed" "a read-only file system could not be mounted"
fi

tap_end
