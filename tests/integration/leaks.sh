#!/bin/bash
# A hundred reloads under valgrind, with questions between them and a collector that is away half of the time:
# no leak and no error. With --plain, the same without the module.
#
#   leaks.sh [--plain] [RELOADS]     (make check-unbound-valgrind)
#
# Minutes: it is not part of "make check".
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
plain=
[ "${1-}" != --plain ] || { plain=yes; shift; }
reloads=${1:-100}
tap_begin

mkdir "$work/population" "$work/spool"
"$build/tools/population/population" --scale 2000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" >"$work/all"
split -n "r/$reloads" -a 3 -d "$work/all" "$work/part-"

module_conf "capacity = 32768" "flush-interval = 20" "flush-deadline = 300" "spool = $work/spool" \
	"status-file = $work/status"
unbound_conf "$work/base" "$server_port" with-module
[ -z "$plain" ] || unbound_conf "$work/base" "$server_port"
printf '%s\n' "remote-control:" " control-enable: yes" " control-interface: $work/control" \
	" control-use-cert: no" >>"$work/base"
printf '#!/bin/sh\nexec valgrind --leak-check=full --show-leak-kinds=definite,indirect,possible %s %s "$@"\n' \
	"--errors-for-leak-kinds=definite,indirect,possible --keep-debuginfo=yes --num-callers=20 --log-file=$work/valgrind" \
	"$lab_unbound" >"$work/unbound"
chmod +x "$work/unbound"
printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_patience=120
lab_unbound=$work/unbound lab_start_unbound unbound "$work/base"
port=$lab_port
control=("$unbound_folder/install/sbin/unbound-control" -c "$work/unbound.conf")

unanswered='' done=0
for part in "$work"/part-*; do
	# It is away in every second ten.
	case $((done / 10 % 2)) in
	0) [ -n "${lab_pids[collector]-}" ] || lab_start_collector collector "$work/collector.conf" ;;
	1) lab_stop collector ;;
	esac
	lab_ask "$port" "$part" 20 5 || unanswered="$unanswered $part"
	"${control[@]}" reload >/dev/null || break
	done=$((done + 1))
done
tap_is "all questions are answered" "$unanswered" ""
tap_is "Unbound was reloaded" "$done" "$reloads"
tap_ok "Unbound stops when it is told to" lab_stop unbound
lab_stop collector
tap_is "valgrind has no error to tell" "$(sed -n 's/.*ERROR SUMMARY: \([0-9]*\) errors.*/\1/p' "$work/valgrind")" 0
[ "$tap_failed" -eq 0 ] || sed 's/^/# /' "$work/valgrind" | head -n 80
[ -n "$plain" ] || tap_is "the module counted each time, and dropped nothing" \
	"$(grep -c 'senderwatch: seen .*dropped: full 0 memory 0 stop 0' "$work/unbound.log")" $((reloads + 1))

tap_end
