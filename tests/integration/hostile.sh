#!/bin/bash
# A hostile authoritative server, and a client that asks for names of any octets: Unbound answers byte for
# byte as without the module, lives, and of what leaves it all is understood.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin

address=127.83.84.87
lab_pick_port
server_port=$lab_port
lab_spawn hostile python3 "$top/tests/integration/hostile_server.py" "$address" "$server_port"
lab_spawn capture fstrm_capture -t protobuf:senderwatch.Frame -u "$work/collector.sock" \
	-w "$work/capture.fstrm"
tap_await 10 test -S "$work/collector.sock"
module_conf "flush-interval = 20" "flush-deadline = 30000"
for kind in plain watched; do
	{
		lab_unbound_base
		printf 'stub-zone:\n name: "or.jp"\n stub-addr: %s@%s\n' "$address" "$server_port"
		# Nothing is remembered, neither answers nor that a server is lame.
		printf 'server:\n cache-max-ttl: 0\n cache-max-negative-ttl: 0\n infra-host-ttl: 0\n'
		printf ' do-not-query-localhost: no\n harden-glue: yes\n use-caps-for-id: no\n verbosity: 1\n'
		[ "$kind" = plain ] || lab_unbound_module "$module"
	} >"$work/$kind.base"
done
lab_start_unbound plain "$work/plain.base"
plain_port=$lab_port
lab_start_unbound watched "$work/watched.base"
port=$lab_port

# Each kind that the server knows, under each name that is watched.
sed -n 's/^        "\([a-z]*\)": .*/\1/p' "$top/tests/integration/hostile_server.py" >"$work/kinds"
tap_ok "kinds of hostile answers: $(wc -l <"$work/kinds")" test "$(wc -l <"$work/kinds")" -ge 40
while read -r kind; do
	printf '%s TXT\n' "$kind.or.jp" "_dmarc.$kind.or.jp" "s1._domainkey.$kind.or.jp" \
		"_mta-sts.$kind.or.jp" "_smtp._tls.$kind.or.jp" "default._bimi.$kind.or.jp"
	echo "$kind.or.jp MX"
done <"$work/kinds" >"$work/questions"
for ((i = 0; i < 1500; i++)); do
	printf '%s\n' "fuzz-$i.or.jp TXT" "fuzz-$i.or.jp MX" "s._domainkey.fuzz-$i.or.jp TXT"
done >>"$work/questions"
# Names of any octets, and as long as names can be.
label=$(printf 'l%.0s' {1..63})
{
	for ((i = 0; i < 256; i++)); do
		printf '\\%03d.or.jp TXT\nx\\%03dy.or.jp MX\n\\%03d._domainkey.good.or.jp TXT\n' "$i" "$i" "$i"
	done
	printf '%s TXT\n' "a\\.or\\.jp.or.jp" "_dmarc.\\.or.jp" "_dmarc.$label.or.jp" "\\000.\\000.\\000.or.jp" \
		"$label.$label.$label.good.or.jp" "$label.$label._domainkey.good.or.jp" \
		"_dmarc._dmarc.or.jp" "_domainkey.or.jp" "or.jp" "_dmarc.or.jp" \
		"$(printf 'a.%.0s' {1..120})or.jp"
} >>"$work/questions"
"$build/tests/integration/ask" "$port" "$plain_port" <"$work/questions" >"$work/compared"
tap_is "no answer differs from those without the module" \
	"$(grep -E '^(different|unanswered):' "$work/compared")" ""
tap_ok "all were asked ($(tail -n 1 "$work/compared"))" \
	grep -q "^asked $(wc -l <"$work/questions") " "$work/compared"
tap_ok "and all at one time" lab_ask "$port" "$work/questions" 10 200

# Datagrams that are no questions at all.
python3 - "$port" <<'RUBBISH'
import random, socket, sys
dice = random.Random(1)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(20000):
    head = bytes([dice.randrange(256) for _ in range(2)]) + b"\1\0\0\1\0\0\0\0\0\0"
    body = b"\6_dmarc\4good\2or\2jp\0\0\x10\0\1" if dice.random() < .5 else b""
    packet = bytearray(head + body + dice.randbytes(dice.randrange(40)))
    for _ in range(dice.randrange(4)):
        packet[dice.randrange(len(packet))] = dice.randrange(256)
    udp.sendto(packet, ("127.0.0.1", int(sys.argv[1])))
RUBBISH
echo "good.or.jp TXT" >"$work/good"
tap_ok "it answers after rubbish" lab_ask "$port" "$work/good"
tap_ok "Unbound stops when it is told to" lab_stop watched
lab_stop capture
tap_ok "nothing was dropped" grep -q 'dropped: full 0 memory 0 stop 0' "$work/watched.log"
tap_ok "of what left it, audit understands all" \
	sh -c "'$build/senderwatch' audit '$work/capture.fstrm' >'$work/audit' 2>'$work/audit.errors'"
tap_ok "and it was something ($(grep -c '^  observation' "$work/audit"))" \
	test "$(grep -c '^  observation' "$work/audit")" -gt 200
# A name's octets are text in the report's words, or not there at all.
tap_ok "nothing but text" sh -c "! LC_ALL=C grep -q '[^ -~	]' '$work/audit'"

tap_end
