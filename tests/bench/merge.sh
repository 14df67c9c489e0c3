#!/bin/bash
# How many observations a second become durable, beside a bare loop of prepared upserts of the same rows in
# the same transactions, beside decoding alone, and beside fstrm_capture, which only writes the same frames into a
# file. Markdown.
#
#   merge.sh SOURCE-FOLDER BUILD-FOLDER [SUBJECTS]...     (1000000 20000000)
#
# BENCH_ROUNDS (3): of each, in turns; figures are medians. BENCH_STREAMS (24): of 16384 observations, in each run.
# BENCH_KINDS: some of known, next-day, mixed and new.
# TMPDIR must have room: some 400 bytes a subject. SENDERWATCH_BENCH_DATABASE names a file to make the database in, or to
# use if it is there, for one number of subjects.
set -eu -o pipefail
usage='usage: merge.sh SOURCE-FOLDER BUILD-FOLDER [SUBJECTS]...'
source=${1:?$usage}
build=${2:?$usage}
shift 2
[ $# -gt 0 ] || set -- 1000000 20000000
rounds=${BENCH_ROUNDS:-3}
streams=${BENCH_STREAMS:-24}
kinds=${BENCH_KINDS:-known next-day mixed new}
# shellcheck source=tools/lab.sh
. "$source/tools/lab.sh"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/senderwatch-bench.XXXXXX")
lab_begin "$work"
database=${SENDERWATCH_BENCH_DATABASE:-$work/bench.db}
lab_collector=$build/collector/senderwatchd
merge=$build/tests/bench/merge
# A month that is open for long enough, and is over.
day=$(($(date -u -d "$(date -u +%Y-%m-15) -1 month" +%s) / 86400 - 14))
seed=0

cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$1/stat"; }
field() { sed -n "s/.*\b$1=\([0-9.]*\).*/\1/p" <<<"$2"; }
median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# Small databases are put back before each run; a large one hardly grows.
restore() {
	rm -f "$database" "$database-wal" "$database-shm"
	cp "$work/made.db" "$database"
}

# note WAY KIND LINE CPU: what a run said, into a file for each way and kind.
note() {
	awk -v n="$(field observations "$3")" -v s="$(field seconds "$3")" -v c="$4" \
		'BEGIN { print n / s, c / n * 1e6 }' >>"$work/$2.$1"
}

run_here() {
	local way=$1 kind=$2 line
	line=$("$merge" -n "$streams" "$way" "$database" "$subjects" "$day" "$kind" "$seed")
	note "$way" "$kind" "$line" "$(field cpu "$line")"
}

# run_there WAY KIND SOCKET: to a program that runs under this name.
run_there() {
	local way=$1 kind=$2 line pid before
	pid=${lab_pids[$way]}
	before=$(cpu "$pid")
	line=$("$merge" -n "$streams" send "$3" "$subjects" "$day" "$kind" "$seed")
	note "$way" "$kind" "$line" "$(awk -v a="$before" -v b="$(cpu "$pid")" 'BEGIN { print b - a }')"
	awk '/^VmHWM/ { print $2 / 1024 }' "/proc/$pid/status" >>"$work/memory.$way"
}

run_collector() {
	printf '%s\n' "listen = $work/collector.sock" "database = $database" "grace-days = 365" \
		>"$work/collector.conf"
	lab_spawn collector "$lab_collector" --config "$work/collector.conf"
	lab_await collector 60 test -S "$work/collector.sock" || lab_fail "the collector does not start"
	run_there collector "$1" "$work/collector.sock"
	lab_stop collector
}

run_capture() {
	rm -f "$work/capture.sock" "$work/capture"
	lab_spawn capture fstrm_capture -t protobuf:senderwatch.Frame -u "$work/capture.sock" -w "$work/capture"
	lab_await capture 60 test -S "$work/capture.sock" || lab_fail "fstrm_capture does not start"
	run_there capture "$1" "$work/capture.sock"
	lab_stop capture
}

run_all() {
	local kind=$1 way
	for way in floor store collector decode capture; do
		seed=$((seed + 1))
		if [ "$way" != capture ] && [ "$way" != decode ] && [ -e "$work/made.db" ]; then
			restore
		fi
		case $way in
		floor | store | decode) run_here "$way" "$kind" ;;
		*) "run_$way" "$kind" ;;
		esac
	done
}

# ratio KIND WAY TO: the median of the rounds' ratios.
ratio() {
	printf '%.2f' "$(paste -d' ' "$work/$1.$2" "$work/$1.$3" | awk '{ print $1 / $3 }' | median)"
}

row() {
	local kind=$1 way
	printf '| %s |' "$kind"
	for way in floor store collector decode capture; do
		printf ' %.0f |' "$(cut -d' ' -f1 "$work/$kind.$way" | median)"
	done
	for way in floor store collector decode capture; do
		printf ' %.2f |' "$(cut -d' ' -f2 "$work/$kind.$way" | median)"
	done
	printf ' %s | %s | %s | %s |\n' "$(ratio "$kind" store floor)" "$(ratio "$kind" collector floor)" \
		"$(ratio "$kind" collector capture)" "$(ratio "$kind" decode capture)"
}

bench() {
	local kind bytes
	subjects=$1
	rm -f "$work"/*.db* "$work"/*.floor "$work"/*.store "$work"/*.collector "$work"/*.decode "$work"/*.capture
	[ -s "$database" ] || "$merge" make "$database" "$subjects" "$day"
	bytes=$(stat -c %s "$database")
	# Into the page cache: the first way is not to pay for all.
	cat "$database" >/dev/null
	if [ "$bytes" -lt $((1 << 30)) ]; then
		cp "$database" "$work/made.db"
	fi
	echo
	echo "$subjects subjects, $((bytes / subjects)) bytes each:"
	echo
	echo "| observations | floor, a second | store | collector | decoding | fstrm_capture | floor, µs CPU each |" \
		"store | collector | decoding | fstrm_capture | store / floor | collector / floor |" \
		"collector / fstrm_capture | decoding / fstrm_capture |"
	echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
	for kind in $kinds; do
		for ((i = 0; i < rounds; i++)); do
			run_all "$kind"
		done
		row "$kind"
	done
	echo
	echo "The collector's largest resident size: $(sort -g "$work/memory.collector" | tail -n 1) MiB."
}

for subjects; do
	bench "$subjects"
done
cd /
rm -rf "$work"
