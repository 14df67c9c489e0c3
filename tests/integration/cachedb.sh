#!/bin/bash
# Unbound's cachedb, with a Redis behind it: answers that come from there are observed like others, and what must
# not be counted is not, neither when it goes in nor when it comes out.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin

# The module belongs to one build of Unbound: one for this.
unbound_folder=$("$top/contrib/unbound/build-unbound" --flags "--enable-cachedb --with-libhiredis" \
	${SENDERWATCH_UNBOUND_SRC:+--src "$SENDERWATCH_UNBOUND_SRC"}) || unbound_folder=
lab_unbound=$unbound_folder/install/sbin/unbound
tap_ok "an Unbound with cachedb is built" sh -c "'$lab_unbound' -V | grep -q 'Linked modules:.* cachedb'"
tap_ok "and a module for it" build_module
module=$work/build/module/.libs/senderwatch.so
# shellcheck source=tests/integration/unknown_world.sh
. "$(dirname "$0")/unknown_world.sh"

redis() { redis-cli -s "$work/redis.sock" "$@" 2>/dev/null; }
lab_pick_port
redis_port=$lab_port
lab_spawn redis redis-server --bind 127.0.0.1 --port "$redis_port" --unixsocket "$work/redis.sock" --save "" \
	--appendonly no --dir "$work"
tap_ok "Redis answers" tap_await 10 sh -c "[ \"\$(redis-cli -s '$work/redis.sock' ping 2>/dev/null)\" = PONG ]"

module_conf "names = plain" "private-zone = private.or.jp" "flush-interval = 100" \
	"flush-deadline = 60000"
mapfile -t features < <(policies)
# A copy of the root, as many have: what it delegates is not its own.
printf '%s\n' "\$ORIGIN ." "$soa" "jp. 300 IN NS ns.plain.or.jp." >"$work/root.zone"
features+=("auth-zone:" " name: \".\"" " zonefile: \"$work/root.zone\"" " for-upstream: yes" " for-downstream: no")
features+=("cachedb:" " backend: redis" " redis-server-host: 127.0.0.1" " redis-server-port: $redis_port"
	" redis-timeout: 5000")
chain="dynlib respip validator cachedb iterator"
resolve into "$chain" "$work/questions" "${features[@]}"
judge into "$work/questions"
kept=$(redis dbsize)
tap_ok "answers were kept ($kept)" test "${kept:-0}" -gt 10
# Another Unbound, whose own cache is empty: what it has is from there, or asked for again.
resolve from "$chain" "$work/questions" "${features[@]}"
judge from "$work/questions"
hits=$(redis info stats | sed -n 's/^keyspace_hits:\([0-9]*\).*/\1/p')
tap_ok "answers came from there ($hits)" test "${hits:-0}" -gt 10
lab_stop redis

tap_end
