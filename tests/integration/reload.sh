#!/bin/bash
# unbound-control reload, a hundred times: no leak, no second thread, no lost observation; and what a
# stop can't deliver is spooled and comes with the next start.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day

mkdir "$work/population" "$work/spool"
"$build/tools/population/population" --scale 1000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" >"$work/all"
split -n l/20 -d "$work/all" "$work/part-"

module_conf "flush-interval = 100" "flush-deadline = 100" "spool = $work/spool"
unbound_conf "$work/base" "$server_port" with-module
cat >>"$work/base" <<-CONF
	server:
	 extended-statistics: yes
	remote-control:
	 control-enable: yes
	 control-interface: $work/control
	 control-use-cert: no
CONF
lab_start_unbound unbound "$work/base"
port=$lab_port
pid=${lab_pids[unbound]}
control=("$unbound_folder/install/sbin/unbound-control" -c "$work/unbound.conf")

threads() { find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; }
# reload N COMMAND: as often; each is over when Unbound answers again.
reload() {
	for ((i = 0; i < $1; i++)); do
		"${control[@]}" "$2" >/dev/null || return 1
	done
}

# Without a collector: everything is spooled at each reload.
for part in "$work"/part-0*; do
	tap_ok "questions ${part##*-} are answered" lab_ask "$port" "$part" 5 50
	reload 2 reload || tap_ok "reload" false
done
# What was counted is logged when somebody asks, though not as often as he asks. First, the last reload must be
# over, which logs it as well.
tap_ok "questions are answered" lab_ask "$port" "$work/part-00" 5 50
told() { grep -c 'senderwatch: seen ' "$work/unbound.log"; }
before_told=$(told)
for i in 1 2 3; do
	"${control[@]}" stats_noreset >"$work/stats"
done
tap_ok "the memory is told" grep -qE '^mem\.mod\.dynlibmod=[0-9]{6,}' "$work/stats"
tap_is "what was counted is logged on request, once" "$(($(told) - before_told))" 1
tap_ok "what could not be delivered is spooled" test "$(find "$work/spool" -name '*.spool' | wc -l)" -ge 5
tap_is "for nobody else to read" "$(find "$work/spool" -name '*.spool' ! -perm 600 | wc -l)" 0

printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
# unbound-control does not wait for the reload's end: what answers again has all that it will have.
tap_ok "questions are answered" lab_ask "$port" "$work/part-00" 5 50
before_threads=$(threads)
before_resident=$(resident)
for part in "$work"/part-1*; do
	tap_ok "questions ${part##*-} are answered" lab_ask "$port" "$part" 5 50
	reload 5 reload || tap_ok "reload" false
	reload 5 reload_keep_cache >/dev/null 2>&1 || reload 5 reload || tap_ok "reload" false
done
tap_ok "questions are answered" lab_ask "$port" "$work/part-00" 5 50
tap_ok "after 100 reloads no thread is left over ($before_threads, $(threads))" \
	test "$(threads)" -le "$before_threads"
# Sanitizers set aside what is freed, up to 256 MB, and look for leaks themselves.
most=$((before_resident + 8192))
[ -z "${SENDERWATCH_SANITIZED-}" ] || most=$((most + 262144))
tap_ok "and memory has not grown by 8 MB ($before_resident kB, $(resident) kB)" test "$(resident)" -lt "$most"
# A mistake takes no resolver down; it is told, and mended by another reload.
chmod 644 "$work/key"
reload 1 reload || tap_ok "reload" false
tap_ok "with a key that others can read, questions are answered" lab_ask "$port" "$work/part-00" 5 50
tap_ok "by the same process" kill -0 "$pid"
tap_is "and the log says that nothing is watched" "$(grep -c 'senderwatch: nothing is watched' "$work/unbound.log")" 1
chmod 600 "$work/key"
watching() { grep -c 'senderwatch: watching' "$work/unbound.log"; }
before_watching=$(watching)
# The last stop may take its time to deliver.
sed -i 's/^flush-deadline = .*/flush-deadline = 60000/' "$SENDERWATCH_CONF"
reload 1 reload || tap_ok "reload" false
tap_ok "questions are answered" lab_ask "$port" "$work/part-00" 5 50
tap_is "and watched again" "$(($(watching) - before_watching))" 1
tap_ok "the spool is delivered" tap_await 90 sh -c "! ls '$work'/spool/*.spool >/dev/null 2>&1"
lab_stop unbound
lab_stop collector
tap_is "nothing was dropped" "$(grep -c 'senderwatch: .* were not delivered' "$work/unbound.log")" 0
"$build/senderwatch" report --database "$work/senderwatch.db" --period "$(date -u +%Y-%m)" \
	--registry jp --by type --min-cell 0 --format csv | cut -d, -f1-7 >"$work/adoption.csv"
tap_is "every domain is in the database" "$(cksum <"$work/adoption.csv")" \
	"$(cksum <"$work/population/truth.csv")"

tap_end
