# shellcheck shell=bash
# A resolver's surroundings on one machine, for ./demo and the integration tests: NSD, Unbound with
# the module, the collector and dnsperf, on loopback ports that are free.
#
#   lab_begin DIR [LOGDIR]             a work folder; what was started is stopped when the shell ends
#   lab_start_nsd NAME ZONESDIR        serves ZONESDIR/zones.conf; sets lab_port
#   lab_start_collector NAME FILE [DAEMON-ARGUMENT]...   restarted whenever it ends
#   lab_start_unbound NAME FILE        FILE without `interface:`, which this adds; sets lab_port
#   lab_stop NAME                      SIGTERM, wait; SIGKILL after lab_patience seconds
#   lab_ask PORT FILE                  dnsperf until each line was answered
#   lab_memory NAME                    what it has in memory, in MiB
#
# Each program is started with a name: its pid is in DIR/NAME.pid and ${lab_pids[NAME]}, what it says in
# LOGDIR/NAME.log (DIR, if not given). Processes are ended by these pids only, and also end if this shell is killed.

PATH=$PATH:/usr/sbin:/sbin

declare -gA lab_pids=()
lab_dir='' lab_logs='' lab_port='' lab_patience=20
lab_tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Where servers listen and are asked.
lab_address=127.0.0.1

# From here the queries come: an address that occurs nowhere else, so that one can look for it.
lab_client=127.83.84.85

lab_fail() {
	echo "$*" >&2
	exit 1
}

# --- Processes -----------------------------------------------------------------------------------

lab_begin() {
	mkdir -p "$1"
	lab_dir=$(cd "$1" && pwd)
	lab_logs=${2:-$lab_dir}
	trap lab_end EXIT
	trap 'lab_signalled 129' HUP
	trap 'lab_signalled 130' INT
	trap 'lab_signalled 143' TERM
}

# A second signal, or the same once more, must not cut short what follows.
lab_signalled() {
	trap '' HUP INT TERM
	exit "$1"
}

# Whatever still runs when the shell ends is stopped at once.
lab_end() {
	local status=$? pid name
	trap '' HUP INT TERM
	set +e
	for pid in "${lab_pids[@]}"; do
		lab_signal TERM "$pid"
	done
	lab_patience=5
	for name in "${!lab_pids[@]}"; do
		lab_stop "$name" || true
	done
	exit "$status"
}

# A process's children, their children, ...
lab_descendants() {
	local pid
	local -a children
	read -r -a children < <(cat "/proc/$1/task"/*/children 2>/dev/null) || true
	for pid in ${children[@]+"${children[@]}"}; do
		echo "$pid"
		lab_descendants "$pid"
	done
}

lab_signal() { kill -"$1" "$2" 2>/dev/null || true; }

# Is it running? A zombie is not.
lab_alive() {
	local state
	state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) || state=
	kill -0 "$1" 2>/dev/null && [ "$state" != Z ]
}

# lab_memory NAME: MiB of the process and its descendants; what several of them share counts once.
lab_memory() {
	local pid
	for pid in "${lab_pids[$1]}" $(lab_descendants "${lab_pids[$1]}"); do
		# It may end meanwhile.
		cat "/proc/$pid/smaps_rollup" 2>/dev/null || true
	done | awk '/^Pss:/ { sum += $2 } END { printf "%d", sum / 1024 }'
}

# Descriptor 8 is the caller's, for a lock that must end with this shell.
lab_spawn() {
	local name=$1
	shift
	setpriv --pdeathsig TERM "$@" >>"$lab_logs/$name.log" 2>&1 </dev/null 8<&- &
	lab_pids[$name]=$!
	echo $! >"$lab_dir/$name.pid"
}

# Returns 0 also if it was not running; 1 if it had to be killed.
lab_stop() {
	local pid=${lab_pids[$1]-} family member end=$((SECONDS + lab_patience)) killed=0
	[ -n "$pid" ] || return 0
	mapfile -t family < <(echo "$pid"; lab_descendants "$pid")
	lab_signal TERM "$pid"
	for member in "${family[@]}"; do
		while lab_alive "$member" && [ "$SECONDS" -lt "$end" ]; do
			sleep 0.05
		done
		if lab_alive "$member"; then
			killed=1
			lab_signal KILL "$member"
		fi
	done
	wait "$pid" 2>/dev/null || true
	unset "lab_pids[$1]"
	rm -f "$lab_dir/$1.pid"
	return "$killed"
}

# Runs a command to its end, so that signals to this shell are heard meanwhile. Returns its status.
lab_run() {
	local name=$1 status=0
	shift
	setpriv --pdeathsig TERM "$@" </dev/null 8<&- &
	lab_pids[$name]=$!
	wait "${lab_pids[$name]}" || status=$?
	unset "lab_pids[$name]"
	return "$status"
}

# --- Ports ---------------------------------------------------------------------------------------

# Sets lab_port to one that nobody uses, of those that the kernel does not give to clients, nor the collector's own tests
# to theirs.
lab_pick_port() {
	local hex
	while :; do
		lab_port=$((10000 + RANDOM % 12000))
		printf -v hex '%04X' "$lab_port"
		grep -qsE "^ *[0-9]+: [0-9A-F]+:$hex " /proc/net/tcp /proc/net/tcp6 /proc/net/udp \
			/proc/net/udp6 || return 0
	done
}

# lab_await NAME SECONDS COMMAND...: until the command is true. False when the program has ended.
lab_await() {
	local name=$1 end=$((SECONDS + $2))
	shift 2
	until "$@"; do
		lab_alive "${lab_pids[$name]}" || return 1
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# lab_answers PORT NAME TYPE: does something there answer, whatever it says?
lab_answers() {
	dnsperf -s "$lab_address" -p "$1" -n 1 -q 1 -t 1 -d <(echo "$2 $3") 2>/dev/null |
		grep -E 'Queries completed: +1 ' >/dev/null
}

# Where between choosing and binding someone else took the port, another try is worth it.
lab_bind_failed() { grep -qsiE "can't bind|address already in use" "$lab_logs/$1.log"; }

# --- NSD -----------------------------------------------------------------------------------------

lab_nsd_conf() {
	cat <<-CONF
	server:
	 ip-address: $lab_address@$lab_port
	 server-count: 1
	 username: ""
	 chroot: ""
	 zonesdir: "$1"
	 database: ""
	 zonelistfile: "$lab_dir/zone.list"
	 pidfile: "$lab_dir/nsd-own.pid"
	 xfrdir: "$lab_dir"
	 xfrdfile: ""
	 zonefiles-check: no
	 rrl-ratelimit: 0
	remote-control:
	 control-enable: no
	include: "$1/zones.conf"
	CONF
}

lab_nsd_started() { grep -qs 'nsd started' "$lab_logs/$1.log"; }

# Reading a million zones takes its time; a process that is alive is waited for.
lab_start_nsd() {
	local name=$1 zones=$2 try
	for try in 1 2 3; do
		lab_pick_port
		lab_nsd_conf "$zones" >"$lab_dir/$name.conf"
		: >"$lab_logs/$name.log"
		lab_spawn "$name" nsd -d -c "$lab_dir/$name.conf"
		! lab_await "$name" 3600 lab_nsd_started "$name" || return 0
		lab_stop "$name" || true
		lab_bind_failed "$name" || break
	done
	tail -n 5 "$lab_logs/$name.log" >&2
	lab_fail "NSD did not start (try $try): see $lab_logs/$name.log"
}

# --- Unbound -------------------------------------------------------------------------------------

# The order of an answer's records must not follow the clock, so that answers can be compared. Where others are about to
# listen, nothing is sent from.
lab_unbound_base() {
	cat <<-CONF
	server:
	 directory: "$lab_dir"
	 pidfile: ""
	 username: ""
	 chroot: ""
	 use-syslog: no
	 log-time-ascii: yes
	 num-threads: 2
	 so-reuseport: yes
	 outgoing-range: 450
	 outgoing-port-avoid: "10000-21999"
	 num-queries-per-thread: 450
	 msg-cache-size: 64m
	 rrset-cache-size: 128m
	 do-ip6: no
	 do-not-query-localhost: no
	 qname-minimisation: no
	 rrset-roundrobin: no
	 unblock-lan-zones: yes
	 insecure-lan-zones: yes
	remote-control:
	 control-enable: no
	CONF
}

# All questions go to one server on the loopback interface.
lab_unbound_forward() {
	printf 'forward-zone:\n name: "."\n forward-addr: %s@%s\n' "$lab_address" "$1"
}

lab_unbound_module() {
	printf 'server:\n module-config: "dynlib validator iterator"\ndynlib:\n dynlib-file: "%s"\n' "$1"
}

lab_unbound_started() { grep -qs 'start of service' "$lab_logs/$1.log"; }

# The settings file of the module is in SENDERWATCH_CONF, which the caller exports; the program in
# lab_unbound.
lab_start_unbound() {
	local name=$1 conf=$2 try
	for try in 1 2 3; do
		lab_pick_port
		printf 'server:\n interface: %s@%s\n' "$lab_address" "$lab_port" >"$lab_dir/$name.conf"
		cat "$conf" >>"$lab_dir/$name.conf"
		: >"$lab_logs/$name.log"
		lab_spawn "$name" "${lab_unbound:?}" -d -c "$lab_dir/$name.conf"
		! lab_await "$name" 180 lab_unbound_started "$name" || return 0
		lab_stop "$name" || true
		lab_bind_failed "$name" || break
	done
	tail -n 5 "$lab_logs/$name.log" >&2
	lab_fail "Unbound did not start (try $try): see $lab_logs/$name.log"
}

# --- Collector -----------------------------------------------------------------------------------

# The daemon's own pid is in DIR/NAME-daemon.pid; kill it, and it comes back.
lab_start_collector() {
	local name=$1 conf=$2 socket
	shift 2
	socket=$(sed -n 's/^listen *= *//p' "$conf")
	lab_spawn "$name" "$lab_tools/keep-running" "$lab_dir/$name-daemon.pid" \
		"${lab_collector:?}" --config "$conf" "$@"
	lab_await "$name" 30 test -S "$socket" || {
		tail -n 5 "$lab_logs/$name.log" >&2
		lab_fail "the collector did not start: see $lab_logs/$name.log"
	}
}

# --- Questions -----------------------------------------------------------------------------------

# lab_ask PORT FILE [SECONDS-TO-WAIT] [OUTSTANDING]: asks all lines, those without an answer up to three
# times more. What counts as none is in lab_no_answer: T is a time-out, and SERVFAIL can be added.
# LOGDIR/dnsperf.log has the statistics, DIR/rcodes how many answers of each kind there were in the end,
# DIR/unanswered what is left; false if that is not empty.
lab_no_answer=T
lab_ask() {
	local port=$1 questions=$2 wait=${3:-5} outstanding=${4:-150} try
	: >"$lab_logs/dnsperf.log"
	: >"$lab_dir/answered"
	cp "$questions" "$lab_dir/unanswered"
	for try in 1 2 3 4; do
		# Failures are remembered for five seconds.
		[ "$try" -eq 1 ] || [ "$lab_no_answer" = T ] || sleep 6
		mv "$lab_dir/unanswered" "$lab_dir/asked"
		# One thread: the machine belongs to the resolver.
		lab_run dnsperf dnsperf -a "$lab_client" -s "$lab_address" -p "$port" -d "$lab_dir/asked" \
			-n 1 -c 20 -T 1 -q "$outstanding" -t "$wait" -v >"$lab_dir/dnsperf.out" \
			2>>"$lab_logs/dnsperf.log" || return 1
		# Without the command line, which tells the client's address.
		grep -v -e '^> ' -e 'Command line' "$lab_dir/dnsperf.out" >>"$lab_logs/dnsperf.log"
		awk -v none="^($lab_no_answer)\$" -v left="$lab_dir/unanswered" '
			BEGIN { printf "" >left }
			$1 != ">" { next }
			$2 ~ none { print $3, $4 >left; next }
			{ kinds[$2]++ }
			END { for (kind in kinds) print kinds[kind], kind }' \
			"$lab_dir/dnsperf.out" >>"$lab_dir/answered"
		rm -f "$lab_dir/dnsperf.out"
		[ -s "$lab_dir/unanswered" ] || break
	done
	awk '{ kinds[$2] += $1 } END { for (kind in kinds) print kinds[kind], kind }' \
		"$lab_dir/answered" | sort -rn >"$lab_dir/rcodes"
	rm -f "$lab_dir/answered" "$lab_dir/asked"
	[ "$try" -eq 1 ] || echo "asked $try times" >>"$lab_logs/dnsperf.log"
	[ ! -s "$lab_dir/unanswered" ]
}
