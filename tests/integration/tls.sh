#!/bin/bash
# From a resolver to a collector over TLS, with certificates on both sides, one of which is renewed under
# way: the database holds the population's truth, under the name in the resolver's certificate; and with
# a revoked certificate nothing gets in, and the module keeps what it has.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day

mkdir "$work/population" "$work/certificates" "$work/spool"
"$build/tools/population/population" --scale 1000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
"$top/tests/collector/certificates.sh" "$work/certificates" || tap_ok "certificates" false
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" >"$work/all"
split -n l/2 -d "$work/all" "$work/part-"

# use NAME: the collector's certificate from now on.
use() {
	cp -p "$work/certificates/$1.pem" "$work/live.pem"
	cp -p "$work/certificates/$1.key" "$work/live.key"
}
use collector
cp "$work/certificates/crl.pem" "$work/crl.pem"

# module_tls CERTIFICATE COLLECTOR-NAME [NAME=VALUE]...
module_tls() {
	local certificate=$1 name=$2
	shift 2
	module_conf "tls = 127.0.0.1@$tls_port" "tls-name = $name" \
		"tls-authorities = $work/certificates/ca.pem" \
		"tls-certificate = $work/certificates/$certificate.pem" \
		"tls-key = $work/certificates/$certificate.key" "flush-interval = 100" \
		"flush-deadline = 60000" "$@"
	sed -i '/^socket/d' "$SENDERWATCH_CONF"
}

lab_pick_port
tls_port=$lab_port
printf '%s\n' "listen = $work/collector.sock" "listen-tls = 127.0.0.1@$tls_port" \
	"tls-certificate = $work/live.pem" "tls-key = $work/live.key" \
	"tls-authorities = $work/certificates/ca.pem" "tls-revoked = $work/crl.pem" \
	"database = $work/senderwatch.db" >"$work/collector.conf"
tap_ok "the settings are found good" "$lab_collector" --config "$work/collector.conf" --check-config
lab_start_collector collector "$work/collector.conf"

module_tls resolver-1 collector.example.net
unbound_conf "$work/base" "$server_port" with-module
lab_start_unbound unbound "$work/base"
tap_ok "all questions are answered" lab_ask "$lab_port" "$work/part-00" 5 50
use collector-renewed
kill -HUP "$(cat "$work/collector-daemon.pid")"
tap_ok "the collector takes its new certificate" \
	tap_await 10 grep -q 'TLS files read' "$work/collector.log"
tap_ok "and all questions are answered" lab_ask "$lab_port" "$work/part-01" 5 50
lab_stop unbound
tap_ok "nothing was dropped" grep -q 'dropped: full 0 memory 0 stop 0' "$work/unbound.log"
tap_is "nor was there trouble" "$(grep -c "senderwatch: can't deliver" "$work/unbound.log")" 0
"$build/senderwatch" report --database "$work/senderwatch.db" --period "$(date -u +%Y-%m)" \
	--registry jp --by type --min-cell 0 --format csv | cut -d, -f1-7 >"$work/adoption.csv"
tap_is "every domain is in the database" "$(cksum <"$work/adoption.csv")" \
	"$(cksum <"$work/population/truth.csv")"
resolvers() { sqlite3 "$work/senderwatch.db" 'SELECT group_concat(name) FROM resolver'; }
tap_is "the resolver is called what its certificate says" "$(resolvers)" resolver-1.example.net

# Two that the collector does not let in, and one that does not let the collector in.
batches() { sqlite3 "$work/senderwatch.db" 'SELECT sum(batches) FROM sender'; }
before=$(batches)
for how in revoked foreign misled; do
	rm -rf "$work/spool"
	mkdir "$work/spool"
	case $how in
	misled) module_tls resolver-2 other.example.net "spool = $work/spool" ;;
	*) module_tls "$how" collector.example.net "spool = $work/spool" ;;
	esac
	sed -i 's/^flush-deadline = .*/flush-deadline = 1000/' "$SENDERWATCH_CONF"
	lab_start_unbound "$how" "$work/base"
	grep '^_dmarc' "$work/all" | head -n 50 >"$work/some"
	tap_ok "$how: all questions are answered" lab_ask "$lab_port" "$work/some" 5 50
	tap_ok "$how: the module says that it can't deliver" \
		tap_await 20 grep -q "senderwatch: can't deliver" "$work/$how.log"
	lab_stop "$how"
	tap_ok "$how: it keeps what it could not deliver" \
		test "$(find "$work/spool" -name '*.spool' | wc -l)" -ge 1
done
tap_is "nothing of theirs was stored" "$(batches)" "$before"
tap_ok "the collector says why: revoked" grep -q 'its certificate is revoked' "$work/collector.log"
tap_ok "why: foreign" grep -q "none of our authorities'" "$work/collector.log"
tap_ok "why: misled" grep -q "did not accept this collector's certificate" "$work/collector.log"
lab_stop collector

tap_end
