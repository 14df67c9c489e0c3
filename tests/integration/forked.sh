#!/bin/bash
# An Unbound without threads forks its workers after the module was set up: each worker then has a
# thread and a stream of its own, and together they tell the truth.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day

# The module belongs to one build of Unbound: one for this.
unbound_folder=$("$top/contrib/unbound/build-unbound" --variant nothreads \
	${SENDERWATCH_UNBOUND_SRC:+--src "$SENDERWATCH_UNBOUND_SRC"}) || unbound_folder=
tap_ok "an Unbound without threads is built" test -x "$unbound_folder/install/sbin/unbound"
lab_unbound=$unbound_folder/install/sbin/unbound
tap_ok "and a module for it" build_module
module=$work/build/module/.libs/senderwatch.so

mkdir "$work/population"
"$build/tools/population/population" --scale 1500 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" >"$work/all"
module_conf "flush-interval = 100" "flush-deadline = 60000"
printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
unbound_conf "$work/base" "$server_port" with-module
printf '%s\n' "server:" " num-threads: 3" "remote-control:" " control-enable: yes" \
	" control-interface: $work/control" " control-use-cert: no" >>"$work/base"
lab_start_unbound unbound "$work/base"
workers() { [ "$(lab_descendants "${lab_pids[unbound]}" | wc -l)" -eq "$1" ]; }
tap_ok "three processes answer" workers 2
tap_ok "all questions are answered" lab_ask "$lab_port" "$work/all" 5 50
reload() { "$unbound_folder/install/sbin/unbound-control" -c "$work/unbound.conf" reload; }
tap_ok "reload" eval 'reload >/dev/null'
tap_ok "three processes answer after it" tap_await 20 workers 2
tap_ok "all questions are answered again" lab_ask "$lab_port" "$work/all" 5 50
tap_ok "Unbound stops when it is told to" lab_stop unbound
lab_stop collector
tap_is "each process says what it counted, before and after" \
	"$(grep -c 'senderwatch: seen .*dropped: full 0 memory 0 stop 0' "$work/unbound.log")" 6
tap_ok "several of them delivered" \
	test "$(sqlite3 "$work/senderwatch.db" 'SELECT count(*) FROM sender')" -ge 2
"$build/senderwatch" report --database "$work/senderwatch.db" --period "$(date -u +%Y-%m)" \
	--registry jp --by type --min-cell 0 --format csv | cut -d, -f1-7 >"$work/adoption.csv"
tap_is "every domain is in the database" "$(cksum <"$work/adoption.csv")" \
	"$(cksum <"$work/population/truth.csv")"

tap_end
