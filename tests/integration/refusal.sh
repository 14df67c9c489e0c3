#!/bin/bash
# A module that was built for another Unbound is refused with one clear line, and Unbound stops.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin

# Refused by the program at $1?
refuses() {
	local name=$1 program=$2 status
	timeout 20 "$program" -d -c "$work/resolver.conf" >"$work/$name.log" 2>&1
	status=$?
	tap_is "$name: Unbound stops with an error" "$status" 1
	tap_is "$name: one line says why" \
		"$(grep -c 'senderwatch: this module was built for Unbound' "$work/$name.log")" 1
	tap_ok "$name: the line names both builds" grep -Eq \
		'built for Unbound [0-9.]+ with build id [0-9a-f]{40}, but the running one has build id [0-9a-f]{40}' \
		"$work/$name.log"
	tap_ok "$name: and Unbound says what failed" grep -q 'dynlib' "$work/$name.log"
	[ "$tap_failed" -eq 0 ] || sed 's/^/# /' "$work/$name.log"
}

module_conf
lab_pick_port
{
	printf 'server:\n interface: 127.0.0.1@%s\n' "$lab_port"
	lab_unbound_base
	lab_unbound_module "$module"
} >"$work/resolver.conf"

minimal=$("$top/contrib/unbound/build-unbound" --variant minimal) || minimal=
tap_ok "an Unbound without subnet and dnstap is built" test -x "$minimal/install/sbin/unbound"
refuses flags "$minimal/install/sbin/unbound"

# Other bad ways to begin are told as clearly.
begin_with() {
	timeout 20 "$lab_unbound" -d -c "$work/resolver.conf" >"$work/start.log" 2>&1
	[ $? -eq 1 ] && grep -q "senderwatch: .*$1" "$work/start.log"
}
echo "socket = relative" >"$SENDERWATCH_CONF"
tap_ok "a bad setting is refused with its line" begin_with 'module.conf:1: wanted: an absolute path'
printf 'socket = /a\nkeyfile = /b\nnames = maybe\n' >"$SENDERWATCH_CONF"
tap_ok "each bad line is told: the second" begin_with 'module.conf:2: no such setting'
tap_ok "each bad line is told: the third" begin_with 'module.conf:3: wanted: pseudonym or plain'
echo "socket = /a" >"$SENDERWATCH_CONF"
tap_ok "a missing key is told" begin_with 'the setting key-file is missing'
module_conf
chmod 644 "$work/key"
tap_ok "a key that others can read is refused" begin_with 'key file .*key: '
SENDERWATCH_CONF=$work/nowhere
tap_ok "a missing file is told" begin_with 'nowhere: No such file'

tap_end
