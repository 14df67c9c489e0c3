#!/bin/bash
# Instructions that the module takes in Unbound's threads for a look-up, all of operate()'s calls together,
# counted by callgrind in the real resolver: a Markdown table. With --check, fails if a goal is missed.
#
# Needs srcdir, builddir and SENDERWATCH_UNBOUND as the integration tests do (make bench-operate sets them).
# valgrind's processor has no instructions for SHA-256: what is new costs less on real ones.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/../integration/tap.sh"
check=${1-}
tap_begin >/dev/null

mkdir "$work/population"
"$build/tools/population/population" --scale 2000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port

cut -d, -f1 "$work/population/domains.csv" | tail -n +2 | grep -F . >"$work/domains"
sed -n '1,200 { s/$/ A/p }' "$work/domains" >"$work/other"
sed -n '1,200 { s/$/ MX/p }' "$work/domains" >"$work/mx"
sed -n '1,200 { s/$/ TXT/p }' "$work/domains" >"$work/spf"
sed -n '1,200 { s/^/_dmarc./; s/$/ TXT/p }' "$work/domains" >"$work/dmarc"
sed -n '1,200 { s/^/_acme-challenge./; s/$/ TXT/p }' "$work/domains" >"$work/unwatched"
sort -u "$work/population/queries" | grep -F ._domainkey. >"$work/dkim"
sed -n '201,300 { s/$/ TXT/p }' "$work/domains" >"$work/new"

printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
module_conf
unbound_conf "$work/base" "$server_port" with-module
printf 'server:\n num-threads: 1\n cache-max-ttl: 0\n cache-max-negative-ttl: 0\n' >>"$work/base"
# Only what operate() and all that it calls takes; a program under valgrind takes its time.
printf '#!/bin/sh\nexec valgrind -q --tool=callgrind --toggle-collect=operate --callgrind-out-file=%s/out %s "$@"\n' \
	"$work" "$lab_unbound" >"$work/unbound"
chmod +x "$work/unbound"
lab_unbound=$work/unbound lab_start_unbound unbound "$work/base"

pid=${lab_pids[unbound]}
ask() { lab_ask "$lab_port" "$work/$1" 30 5 >/dev/null; }
dump() { callgrind_control -d="$1" "$pid" >/dev/null 2>&1; }

# cost FILE: instructions a question.
cost() {
	local sum
	dump before
	rm -f "$work"/out.*
	ask "$1"
	dump "$1"
	[ -z "${KEEP_DUMPS-}" ] || cat "$work"/out.* >"$KEEP_DUMPS/$1"
	sum=$(sed -n 's/^totals: *//p' "$work"/out.* | awk '{ sum += $1 } END { print sum + 0 }')
	echo $((sum / $(wc -l <"$work/$1")))
}

for kind in other unwatched mx spf dmarc dkim; do
	ask "$kind"
done
failed=0
echo "| look-up | instructions | goal |"
echo "| --- | --- | --- |"
row() {
	local cost
	cost=$(cost "$1")
	echo "| $2 | $cost | ${3:+at most }${3-} |"
	[ -z "${3-}" ] || { [ "$cost" -gt 0 ] && [ "$cost" -le "$3" ]; } || failed=1
}
row other "another type" 60
row unwatched "TXT, not watched" 1000
row mx "MX, known" 2500
row spf "SPF, known" 2500
row dmarc "DMARC, known" 2500
row dkim "DKIM, known" 2500
row new "SPF, new"

lab_stop unbound
lab_stop collector
cd / && rm -rf "$work"
[ -z "$check" ] || exit "$failed"
