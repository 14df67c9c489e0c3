#!/bin/bash
# The privacy officer's tap: senderwatch audit between a real resolver and a real collector prints every batch, hands
# it on, and nothing is lost; whoever else connects there, and what he sends, is told.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day

mkdir "$work/population"
"$build/tools/population/population" --scale 2000 --output "$work/population" \
	--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
lab_start_nsd nsd "$work/population"
server_port=$lab_port
sort -u "$work/population/queries" >"$work/all"

printf '%s\n' "listen = $work/real.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
lab_spawn tap "$build/senderwatch" audit --json --listen "$work/collector.sock" --forward "$work/real.sock" --count 0
tap_ok "the tap listens" tap_await 10 test -S "$work/collector.sock"
module_conf "flush-interval = 100" "flush-deadline = 60000"
unbound_conf "$work/base" "$server_port" with-module
lab_start_unbound unbound "$work/base"
tap_ok "all questions are answered" lab_ask "$lab_port" "$work/all" 5 50
tap_ok "Unbound stops when it is told to" lab_stop unbound
lab_stop tap
lab_stop collector
sent=$(sed -n 's/.*senderwatch: seen .* sent \([0-9]*\) .*/\1/p' "$work/unbound.log")
tap_ok "nothing was dropped" grep -q 'dropped: full 0 memory 0 stop 0' "$work/unbound.log"
grep '^{' "$work/tap.log" >"$work/batches"
tap_is "each observation that was sent was printed" "$(grep -o '"subject":' "$work/batches" | wc -l)" "$sent"
tap_is "and nothing else was there" "$(grep -vc '"nothing_else":true' "$work/batches")" 0
tap_is "nor was anything said" "$(grep -v '^{' "$work/tap.log")" ""
"$build/senderwatch" report --database "$work/senderwatch.db" --period "$(date -u +%Y-%m)" \
	--registry jp --by type --min-cell 0 --format csv | cut -d, -f1-7 >"$work/adoption.csv"
tap_is "every domain is in the database" "$(cksum <"$work/adoption.csv")" \
	"$(cksum <"$work/population/truth.csv")"

# Whoever sends nothing, garbage, half a stream, or what is no frame of ours: each is told, and is not acknowledged.
cat >"$work/peer.py" <<'PEER'
import socket, struct, sys, time

def control(kind, content=b"protobuf:senderwatch.Frame"):
    body = struct.pack(">I", kind) + (struct.pack(">II", 1, len(content)) + content if content else b"")
    return struct.pack(">II", 0, len(body)) + body

READY, START, STOP, FINISH = 4, 2, 3, 5
how, path = sys.argv[1:]
peer = socket.socket(socket.AF_UNIX)
peer.settimeout(20)
for _ in range(200):
    try:
        peer.connect(path)
        break
    except ConnectionRefusedError:  # bound, and about to listen
        time.sleep(0.1)
frame = {"junk": struct.pack(">I", 5) + b"\xff" * 5, "half": struct.pack(">I", 500) + b"\xff" * 5,
         "long": struct.pack(">I", 0x7fffffff) + b"x" * 5000}
try:
    if how == "garbage":
        peer.sendall(b"GET / HTTP/1.0\r\n\r\n" * 50)
    elif how == "other":
        peer.sendall(control(READY, b"protobuf:dnstap.Dnstap"))
    elif how != "nothing":
        peer.sendall(control(READY))
        peer.recv(4096)
        peer.sendall(control(START) + frame[how] + (b"" if how == "half" else control(STOP, b"")))
    if how in ("nothing", "half"):
        sys.exit(0)
    answer = peer.recv(4096)
    sys.exit(answer.endswith(struct.pack(">III", 0, 4, FINISH)))
except (ConnectionError, TimeoutError):
    pass
PEER
for how in nothing garbage other half long junk; do
	rm -f "$work/collector.sock"
	lab_spawn "$how" "$build/senderwatch" audit --listen "$work/collector.sock"
	tap_await 10 test -S "$work/collector.sock"
	tap_ok "$how: is not acknowledged" python3 "$work/peer.py" "$how" "$work/collector.sock"
	wait "${lab_pids[$how]}"
	tap_is "$how: the exit status tells" "$?" 1
	tap_ok "$how: and why" grep -qE '^senderwatch: (a stream ended early|a frame )' "$work/$how.log"
done

tap_end
