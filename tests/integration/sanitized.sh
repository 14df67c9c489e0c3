#!/bin/bash
# Unbound and the module, both built with sanitizers, under the tests that ask most of them: no report.
#
#   sanitized.sh asan|tsan     (make check-unbound-asan, check-unbound-tsan)
#
# Minutes, the first time many: it is not part of "make check".
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
variant=${1:?asan or tsan}
case $variant in
asan) flags='-fsanitize=address,undefined' ldflags='' tests="answers unknown faults reload hostile rotation tls" ;;
# Its atexit() forgets whose a function is, and calls those of a library that is closed: it stays open.
tsan) flags='-fsanitize=thread' ldflags='-Wl,-z,nodelete' tests="answers unknown faults reload hostile rotation tls" ;;
*) echo "sanitized.sh: asan or tsan" >&2; exit 2 ;;
esac
tap_begin

unbound_folder=$("$top/contrib/unbound/build-unbound" --variant "$variant" \
	${SENDERWATCH_UNBOUND_SRC:+--src "$SENDERWATCH_UNBOUND_SRC"}) || unbound_folder=
tap_ok "an Unbound with sanitizers is built" test -x "$unbound_folder/install/sbin/unbound"
# Kept: most of it does not change from run to run.
sanitized=$build/unbound-$variant
build_all() {
	mkdir -p "$sanitized"
	# These are variables of the Makefile.
	# shellcheck disable=SC2016
	(
		cd "$sanitized" || exit
		arguments="--with-unbound-src=$unbound_folder/src $flags $ldflags"
		[ -f Makefile ] && [ "$(cat arguments)" = "$arguments" ] ||
			"$top/configure" -q "--with-unbound-src=$unbound_folder/src" \
				CFLAGS="-g -O1 -fno-omit-frame-pointer $flags" LDFLAGS="$ldflags" || exit
		echo "$arguments" >arguments
		make all && make check TESTS= check_PROGRAMS='$(unbound_programs)' check_LTLIBRARIES=
	) >"$work/build.log" 2>&1
}
tap_ok "and all for it" build_all

# Each process writes what it has to say to a file of its own.
# Another clock may be preloaded before the sanitizer's own library.
export ASAN_OPTIONS="log_path=$work/report detect_leaks=1 detect_stack_use_after_return=1 verify_asan_link_order=0"
export UBSAN_OPTIONS="log_path=$work/report print_stacktrace=1"
export TSAN_OPTIONS="log_path=$work/report history_size=5 suppressions=$top/tests/integration/unbound.tsan"
export LSAN_OPTIONS="suppressions=$top/tests/integration/unbound.lsan print_suppressions=0"
# What is freed is not used again for a while, and all takes longer.
export SENDERWATCH_SANITIZED=$variant
# "test" PASSED or not: what counts is what is reported, and that it ran to its end.
for test in $tests; do
	env SENDERWATCH_UNBOUND="$unbound_folder" builddir="$sanitized" \
		bash "$top/tests/integration/$test.sh" >"$work/$test.out" 2>&1
	tap_is "$test: passes" "$(grep '^not ok' "$work/$test.out")" ""
	tap_ok "$test: runs to its end" grep -q '^1\.\.' "$work/$test.out"
	tap_is "$test: no report" "$(cat "$work"/report.* 2>/dev/null | head -n 60)" ""
	rm -f "$work"/report.*
done

tap_end
