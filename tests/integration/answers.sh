#!/bin/bash
# Unbound answers the same, byte for byte, with and without the module, 10,000 questions of all types, and
# itself asks no more questions than without: the module sends none.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin

# How many questions an Unbound has sent, over UDP and TCP. What is lost is sent again; none is lost here, given time for
# an answer.
sent() {
	"$unbound_folder/install/sbin/unbound-control" -c "$work/$1.conf" stats_noreset |
		awk -F= '/^num\.query\.(ud|tc)pout=/ { sum += $2 } END { print sum + 0 }'
}

mkdir "$work/population"
"$build/tools/population/population" --scale 1000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
lab_spawn capture fstrm_capture -t protobuf:senderwatch.Frame -u "$work/collector.sock" \
	-w "$work/capture.fstrm"
tap_await 10 test -S "$work/collector.sock"
module_conf "flush-interval = 50"
unbound_conf "$work/with-module" "$server_port" with-module
unbound_conf "$work/no-module" "$server_port"
for name in with-module no-module; do
	cat >>"$work/$name" <<-CONF
	server:
	 extended-statistics: yes
	 infra-cache-min-rtt: 4000
	remote-control:
	 control-enable: yes
	 control-interface: $work/$name.control
	 control-use-cert: no
	CONF
done
lab_start_unbound with "$work/with-module"
with_port=$lab_port
lab_start_unbound without "$work/no-module"

# Each question once, so that TTLs are whole; the population's own, and other types beside them.
awk '
	BEGIN { split("A AAAA NS SOA SRV PTR CAA DS DNSKEY NAPTR TLSA HTTPS HINFO", types, " ") }
	!seen[$0]++ { print }
	{ question = $1 " " types[1 + NR % 13] }
	!seen[question]++ { print question }' "$work/population/queries" | head -n 10000 >"$work/questions"
tap_is "questions" "$(wc -l <"$work/questions")" 10000
tap_ok "of at least 15 types" test "$(cut -d' ' -f2 "$work/questions" | sort -u | wc -l)" -ge 15
begun=$SECONDS
"$build/tests/integration/ask" "$with_port" "$lab_port" <"$work/questions" >"$work/asked"
tap_is "no answer differs" "$?" 0
summary=$(tail -n 1 "$work/asked")
echo "# $summary"
ttls=${summary##* ttl }
# The longer it takes, the more turns of a second there are to straddle. With sanitizers each look-up takes longer.
most=$((20 + SECONDS - begun))
[ -z "${SENDERWATCH_SANITIZED-}" ] || most=400
tap_ok "hardly a TTL does" test "${ttls%% *}" -le "$most"
[ "$tap_failed" -eq 0 ] || sed 's/^/# /' "$work/asked" | head -n 20
with=$(sent with) without=$(sent without)
echo "# sent $with with the module, $without without"
tap_ok "thousands of questions were passed on" test "$without" -ge 5000
tap_ok "the module sends none" test $((with - without)) -le 20
lab_stop with
tap_ok "the module watched meanwhile" \
	grep -Eq 'senderwatch: seen [0-9]{4,} watched [0-9]{4,}' "$work/with.log"

tap_end
