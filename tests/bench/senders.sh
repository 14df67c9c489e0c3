#!/bin/bash
# 500 senders at one collector, ten of them stuck, one at full speed: over a unix socket and over TLS, a
# Markdown table. What was acknowledged must be stored, to the batch.
# usage: senders.sh SOURCE-FOLDER BUILD-FOLDER [SECONDS]
set -eu -o pipefail
source=${1:?usage: senders.sh SOURCE-FOLDER BUILD-FOLDER [SECONDS]}
build=${2:?usage: senders.sh SOURCE-FOLDER BUILD-FOLDER [SECONDS]}
seconds=${3:-20}
# shellcheck source=tools/lab.sh
. "$source/tools/lab.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-bench.XXXXXX")
lab_begin "$work"
lab_collector=$build/collector/senderwatchd
mkdir "$work/certificates"
"$source/tests/collector/certificates.sh" "$work/certificates"

# begin NAME [SETTING]...
begin() {
	local name=$1
	shift
	lab_pick_port
	printf '%s\n' "listen = $work/$name.sock" "database = $work/$name.db" \
		"listen-tls = 127.0.0.1@$lab_port" "tls-certificate = $work/certificates/collector.pem" \
		"tls-key = $work/certificates/collector.key" \
		"tls-authorities = $work/certificates/ca.pem" \
		"tls-revoked = $work/certificates/crl.pem" "operation-timeout = 5" \
		"status-file = $work/$name.status" "$@" >"$work/$name.conf"
	lab_start_collector "$name" "$work/$name.conf"
}

value() { sed -n "s/.*\b$1=\([0-9.]*\).*/\1/p" <<<"$figures"; }

# row NAME DESCRIPTION PATH-OR-PORT ARGUMENT...
row() {
	local name=$1 description=$2 place=$3 figures stored memory
	shift 3
	figures=$("$build/tests/bench/senders" -d "$seconds" "$@" "$place") ||
		lab_fail "$description: $figures"
	memory=$(awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$(cat "$work/$name-daemon.pid")/status")
	stored=$(sqlite3 "$work/$name.db" 'SELECT sum(batches) FROM sender')
	[ "$stored" -eq "$(value batches)" ] ||
		lab_fail "$description: $(value batches) acknowledged, $stored stored"
	lab_stop "$name"
	echo "| $description | $(value batches) | $(value full-speed) | $(value fewest) | $(value most) |" \
		"$(value median-ms) | $(value p99-ms) | $(value longest-ms) | $memory |"
}

echo "| senders | stored | of the one at full speed | fewest of another | most | median ms | 99 % ms | longest ms | MB |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
begin unix
row unix "unix, a batch each 5 s" "$work/unix.sock" -p 5000
begin tls
row tls "TLS, a batch each 5 s" "$lab_port" -t "$work/certificates,resolver-1" -p 5000
begin unix-hard
row unix-hard "unix, all at full speed" "$work/unix-hard.sock" -p 0
begin tls-hard
row tls-hard "TLS, all at full speed" "$lab_port" -t "$work/certificates,resolver-1" -p 0
cd /
rm -rf "$work"
