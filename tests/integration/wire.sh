#!/bin/bash
# What leaves the resolver, byte by byte: a stock Frame Streams server captures what the module
# sends, and the capture holds neither names nor whoever asked, and decodes by the published .proto.
# So do spool, status file and logs, which stay.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin

mkdir "$work/population"
"$build/tools/population/population" --scale 1000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port

lab_spawn capture fstrm_capture -t protobuf:senderwatch.Frame -u "$work/collector.sock" \
	-w "$work/capture.fstrm"
tap_ok "fstrm_capture listens" tap_await 10 test -S "$work/collector.sock"
module_conf "flush-interval = 200" "flush-deadline = 30000"
unbound_conf "$work/resolver.conf" "$server_port" with-module
lab_start_unbound unbound "$work/resolver.conf"
tap_ok "all questions are answered" lab_ask "$lab_port" "$work/population/queries" 5 100
lab_stop unbound
lab_stop capture

# What stays on the resolver's disk holds no more than what leaves: spool, status file and log.
mkdir "$work/spool"
module_conf "flush-interval = 200" "flush-deadline = 100" "spool = $work/spool" "status-file = $work/status"
lab_start_unbound kept "$work/resolver.conf"
tap_ok "without a collector, all questions are answered" lab_ask "$lab_port" "$work/population/queries" 5 100
lab_stop kept
lab_stop nsd
tap_ok "observations were spooled" test "$(cat "$work"/spool/*.spool | wc -c)" -gt 50000
tap_ok "there is a status" grep -q '^watched = [1-9]' "$work/status"

cut -d, -f1 "$work/population/domains.csv" | tail -n +2 | grep -F . >"$work/names"
# And labels of theirs: eight characters and more can't be there by chance.
cut -d. -f1 "$work/names" | awk 'length >= 8' >"$work/labels"

# holds_nothing WHAT FILE...
holds_nothing() {
	local what=$1
	shift
	cat "$@" >"$work/content"
	strings -n 3 "$work/content" >"$work/left"
	tap_ok "$what: no client address" test -z "$(grep -F "$lab_client" "$work/left")"
	# Also not as four bytes.
	tap_ok "$what: no client address in binary" \
		sh -c "! LC_ALL=C grep -qaP '\\x7f\\x53\\x54\\x55' '$work/content'"
	tap_ok "$what: no planted sub-domain, selector or macro" \
		test -z "$(grep -iFf "$work/population/planted.txt" "$work/left")"
	tap_ok "$what: no domain name" test -z "$(grep -iFf "$work/names" "$work/left")"
	tap_ok "$what: no registered label" test -z "$(grep -iFf "$work/labels" "$work/left")"
}
tap_ok "the capture is not empty" test "$(wc -c <"$work/capture.fstrm")" -gt 50000
holds_nothing "status and logs" "$work/status" "$work/unbound.log" "$work/kept.log"
holds_nothing spool "$work"/spool/*
holds_nothing "what leaves" "$work/capture.fstrm"
for file in "$work/capture.fstrm" "$work"/spool/*.spool; do
	tap_ok "audit can name all of ${file##*.}, and finds nothing else in it" \
		sh -c "'$build/senderwatch' audit '$file' >'$work/audit'"
done
tap_ok "public suffixes leave, as documented" grep -q 'co\.jp' "$work/left"
tap_ok "the module says that it sent all and dropped nothing" \
	grep -Eq 'senderwatch: seen .* sent [1-9][0-9]* .*dropped: full 0 memory 0 stop 0' "$work/unbound.log"

tap_end
