#!/bin/bash
# The module among other modules and under other ways to run Unbound: each time the database holds the
# population's truth, and Unbound ends as it should.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day
linked=$("$lab_unbound" -V | sed -n 's/^Linked modules: *//p')

mkdir "$work/population"
"$build/tools/population/population" --scale 1500 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" >"$work/all"
module_conf "flush-interval = 100" "flush-deadline = 60000"

lacks() { ! grep -qw "$1" <<<"$linked"; }

# begin NAME CHAIN [LINE-OF-CONFIGURATION]...: collector and Unbound with the module in that chain.
begin() {
	local name=$1 chain=$2 socket
	shift 2
	unbound_conf "$work/$name.base" "$server_port"
	[ -z "${before-}" ] || printf 'dynlib:\n dynlib-file: "%s"\n' "$before" >>"$work/$name.base"
	lab_unbound_module "$module" >>"$work/$name.base"
	printf '%s\n' "server:" " module-config: \"$chain\"" "$@" >>"$work/$name.base"
	socket=$(sed -n 's/^socket *= *//p' "$SENDERWATCH_CONF")
	printf '%s\n' "listen = ${collector_socket:-$socket}" "database = $work/$name.db" \
		>"$work/collector.conf"
	lab_start_collector collector "$work/collector.conf"
	lab_start_unbound "$name" "$work/$name.base"
}

ask() { tap_ok "$1: all questions are answered${2:+, $2}" lab_ask "$lab_port" "$work/all" 5 50; }

# finish NAME [HOW-MANY-MODULES]: stops all, and looks at what is there.
finish() {
	local name=$1 lines
	tap_ok "$name: Unbound stops when it is told to" lab_stop "$name"
	lab_stop collector
	lines=$(grep -c 'senderwatch: seen ' "$work/$name.log")
	tap_is "$name: each instance says what it counted" "$lines" "${2:-1}"
	tap_is "$name: and that it dropped nothing" \
		"$(grep -c 'senderwatch: seen .*dropped: full 0 memory 0 stop 0' "$work/$name.log")" "$lines"
	tap_is "$name: Unbound has nothing to complain of" \
		"$(grep -E ' (error|fatal error): |assertion|can.t deliver' "$work/$name.log")" ""
	"$build/senderwatch" report --database "$work/$name.db" --period "$(date -u +%Y-%m)" \
		--registry jp --by type --min-cell 0 --format csv | cut -d, -f1-7 >"$work/$name.csv"
	tap_is "$name: adoption is the truth" "$(cksum <"$work/$name.csv")" \
		"$(cksum <"$work/population/truth.csv")"
}

# through NAME CHAIN [LINE]...: all of it.
through() {
	begin "$@"
	ask "$1"
	finish "$1"
}

through one-thread "dynlib iterator" " num-threads: 1"
through four-threads "dynlib validator iterator" " num-threads: 4"
through respip "dynlib respip validator iterator"
through respip-first "respip dynlib validator iterator"
if lacks subnetcache; then
	tap_skip "subnetcache" "this Unbound was built without subnetcache"
else
	through subnetcache "dynlib subnetcache validator iterator" " send-client-subnet: 127.0.0.9"
	# Here each question is asked with a client subnet, which NSD does not answer with.
	through subnet-sent "dynlib subnetcache validator iterator" " send-client-subnet: 127.0.0.1"
fi

# Answers expire while they are asked for: Unbound gives them all the same, and asks anew behind them.
begin expired "dynlib validator iterator" " cache-max-ttl: 1" " serve-expired: yes" \
	" serve-expired-client-timeout: 0" " prefetch: yes" " prefetch-key: yes"
ask expired
sleep 1.5
ask expired "again"
sleep 1.5
ask expired "a third time"
finish expired
tap_ok "expired: what was asked for anew was watched anew" awk -v least="$(($(wc -l <"$work/all") * 3 / 2))" '
	/senderwatch: seen / { for (i = 1; i < NF; i++) if ($i == "seen") seen = $(i + 1) }
	END { exit !(seen > least) }' "$work/expired.log"

# Both instances read the same settings and tell the collector the same: no domain counts twice.
begin twice "dynlib dynlib validator iterator" "dynlib:" " dynlib-file: \"$module\""
ask twice
finish twice 2
tap_is "twice: of one resolver on one day, though two senders told" \
	"$(sqlite3 "$work/twice.db" "SELECT max(seen), (SELECT count(*) FROM sender) FROM sighting")" "1|2"

# Beside another module, which has names of its own that are ours inside.
neighbour=$build/tests/integration/.libs/neighbour.so
passed() { sed -n 's/.*neighbour: \([0-9]*\) answers/\1/p' "$work/$1.log"; }
through neighbour-after "dynlib dynlib validator iterator" "dynlib:" " dynlib-file: \"$neighbour\""
before=$neighbour through neighbour-before "dynlib dynlib validator iterator"
for name in neighbour-after neighbour-before; do
	tap_ok "$name: the other module saw all, too ($(passed "$name"))" \
		test "$(passed "$name")" -ge "$(sed -n 's/.*senderwatch: seen \([0-9]*\) .*/\1/p' "$work/$name.log")"
done

# In a chroot, as a user that owns nothing but the key: libraries must be there too, and the list.
into_jail() {
	local library list=/usr/share/publicsuffix/public_suffix_list.dat
	mkdir -p "$jail/run"
	for library in "$module" $(ldd "$module" | grep -o '/[^ ]*'); do
		install -D -m 755 "$library" "$jail$library"
	done
	install -D -m 644 "$list" "$jail$list"
	SENDERWATCH_CONF=$jail/module.conf
	sed "s|$work/|$jail/|" "$work/module.conf" >"$SENDERWATCH_CONF"
	cp "$work/key" "$jail/key"
	chown nobody "$jail/key" "$SENDERWATCH_CONF"
	# The way to it is closed to others in this test.
	chmod 755 "$jail" "$jail/run"
}
if [ "$(id -u)" -ne 0 ]; then
	tap_skip "chroot" "only root can change the root folder"
else
	jail=$work/jail
	into_jail
	chmod 711 "$work"
	begin chroot "dynlib validator iterator" " chroot: \"$jail\"" " username: nobody" \
		" directory: \"$jail\""
	chown nobody "$jail/collector.sock"
	tap_is "chroot: Unbound is nobody" \
		"$(stat -c %U "/proc/${lab_pids[chroot]}")" nobody
	tap_is "chroot: its root folder is the jail" \
		"$(readlink "/proc/${lab_pids[chroot]}/root")" "$jail"
	ask chroot
	finish chroot
fi

tap_end
