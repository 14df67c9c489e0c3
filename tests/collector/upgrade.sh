#!/bin/bash
# A start that brings a large old database up to date: the service manager is asked for patience, and who sits
# at a terminal is told.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
cd "$work" || exit 1
make_old() {
	rm -f test.db*
	sqlite3 test.db <"$top/tests/store/schema-1.sql"
	sqlite3 test.db "WITH RECURSIVE day(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM day WHERE n < 20000)
		INSERT INTO resolver_day SELECT n, 'resolver-' || char(97 + n % 3) FROM day;
		PRAGMA application_id = 1398229079; PRAGMA user_version = 1"
}
version() { sqlite3 test.db 'PRAGMA user_version'; }
printf '%s\n' "listen = $work/collector.sock" "database = $work/test.db" >collector.conf
# The clock runs faster: a database of years would take its time.
start="faketime -f '+0 x5000' '$build/collector/senderwatchd' --config collector.conf"
# faketime stays, and has the collector for a child.
stop() { kill -TERM "$(pgrep -P "$1")"; }

# Writes what the service manager would hear to the file told, until it hears that the collector is ready.
python3 - <<'PYTHON' &
import socket
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind("manager")
with open("told", "w") as told:
    while True:
        words = manager.recv(4096).decode()
        print(words, file=told, flush=True)
        if "READY=1" in words:
            break
PYTHON
manager=$!
tap_ok "there is a service manager" tap_await 10 test -S manager
make_old
eval "NOTIFY_SOCKET=$work/manager exec $start" >log 2>&1 &
collector=$!
wait "$manager"
stop "$collector"
wait "$collector"
tap_is "the database is up to date" "$(version)" 2
tap_is "the service manager was asked for patience before it heard of the end" "$(sed 's/=.*//' told | uniq | head -n 3 |
	tr '\n' ' ')" "EXTEND_TIMEOUT_USEC STATUS EXTEND_TIMEOUT_USEC "
tap_ok "nothing is said of it into a file" eval '! grep -q "bringing the database up to date" log'

make_old
script -qefc "echo \$\$ >pid; exec $start" terminal </dev/null >log 2>&1 &
terminal=$!
tap_ok "at a terminal it is" tap_await 60 grep -qs "bringing the database up to date" terminal
stop "$(cat pid)"
wait "$terminal"
tap_ok "neither is left running" eval '! pgrep -f "^$build/collector/senderwatchd --config collector.conf"'
tap_end
