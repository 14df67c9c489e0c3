# shellcheck shell=bash
# TAP for integration tests: tap_begin, then tap_ok/tap_is/tap_skip, then tap_end.
# shellcheck disable=SC2034

tap_count=0 tap_failed=0
top=${srcdir:?} build=${builddir:?}

tap_begin() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
	# shellcheck source=tools/lab.sh
	. "$top/tools/lab.sh"
	lab_begin "$work"
	unbound_folder=${SENDERWATCH_UNBOUND:?set it to the folder that contrib/unbound/build-unbound prints}
	lab_unbound=$unbound_folder/install/sbin/unbound
	lab_collector=$build/collector/senderwatchd
	module=$build/module/.libs/senderwatch.so
	umask 077
}

# tap_ok DESCRIPTION COMMAND...: passes if the command does.
tap_ok() {
	local description=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@"; then
		echo "ok $tap_count - $description"
	else
		echo "not ok $tap_count - $description"
		tap_failed=$((tap_failed + 1))
	fi
}

# tap_is DESCRIPTION GOT WANTED
tap_is() {
	[ "$2" = "$3" ] || printf '# got:    %s\n# wanted: %s\n' "$2" "$3"
	tap_ok "$1" test "$2" = "$3"
}

# tap_skip DESCRIPTION WHAT-IT-LACKED
tap_skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# Keeps the work folder where a test failed.
tap_end() {
	echo "1..$tap_count"
	if [ "$tap_failed" -eq 0 ]; then
		cd / && rm -rf "$work"
	else
		echo "# files of this test: $work"
	fi
	[ "$tap_failed" -eq 0 ]
}

# Waits for a condition: tap_await SECONDS COMMAND...
tap_await() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# For tests in which two look-ups of a name are of one day, or of one month: waits for the next day where this one ends
# within a quarter of an hour.
tap_same_day() {
	# shellcheck disable=SC2016
	tap_await 1200 sh -c '[ "$(date -u +%H%M)" -lt 2345 ]'
}

# Settings of the module for this test: module_conf NAME=VALUE...; sets SENDERWATCH_CONF.
module_conf() {
	[ -f "$work/key" ] || "$build/senderwatch" key new "$work/key" >/dev/null
	SENDERWATCH_CONF=$work/module.conf
	export SENDERWATCH_CONF
	{
		echo "socket = $work/collector.sock"
		echo "key-file = $work/key"
		echo "resolver = resolver-1"
		printf '%s\n' "$@"
	} >"$SENDERWATCH_CONF"
}

# Unbound's configuration: unbound_conf FILE FORWARD-PORT [with-module]
unbound_conf() {
	lab_unbound_base >"$1"
	lab_unbound_forward "$2" >>"$1"
	[ -z "${3-}" ] || lab_unbound_module "$module" >>"$1"
}

# A module for the Unbound in unbound_folder, in $work/build: it belongs to one build of Unbound.
build_module() {
	mkdir "$work/build"
	(
		cd "$work/build" &&
			"$top/configure" -q "--with-unbound-src=$unbound_folder/src" &&
			make proto/senderwatch.pb-c.h &&
			make module/senderwatch.la
	) >"$work/build.log" 2>&1
}
