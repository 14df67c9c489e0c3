# With any Unbound that the module is built for: see ./check --unbound-src. First
# those that build one of their own.
unbound_tests = \
	tests/integration/cachedb.sh \
	tests/integration/forked.sh \
	tests/integration/refusal.sh \
	tests/integration/answers.sh \
	tests/integration/audit.sh \
	tests/integration/chains.sh \
	tests/integration/faults.sh \
	tests/integration/flood.sh \
	tests/integration/hostile.sh \
	tests/integration/kills.sh \
	tests/integration/line.sh \
	tests/integration/memory.sh \
	tests/integration/municipalities.sh \
	tests/integration/reload.sh \
	tests/integration/rotation.sh \
	tests/integration/tls.sh \
	tests/integration/unknown.sh \
	tests/integration/wire.sh
EXTRA_DIST += $(unbound_tests) tests/integration/hostile_server.py \
	tests/integration/leaks.sh tests/integration/newest.sh \
	tests/integration/sanitized.sh \
	tests/integration/tap.sh tests/integration/unbound.lsan \
	tests/integration/unbound.tsan tests/integration/unknown_world.sh

# On real programs: NSD, the Unbound that the module is built for, the collector.
if WITH_MODULE
check_PROGRAMS += tests/integration/ask tests/integration/bad_collector \
	tests/integration/subnet_server
tests_integration_bad_collector_SOURCES = tests/integration/bad_collector.c
tests_integration_ask_SOURCES = tests/integration/ask.c
tests_integration_ask_CFLAGS = $(AM_CFLAGS) $(LDNS_CFLAGS)
tests_integration_ask_LDADD = $(LDNS_LIBS)
tests_integration_subnet_server_SOURCES = tests/integration/subnet_server.c
tests_integration_subnet_server_CFLAGS = $(AM_CFLAGS) $(LDNS_CFLAGS)
tests_integration_subnet_server_LDADD = $(LDNS_LIBS)
# To be preloaded: hence shared, though never installed.
noinst_LTLIBRARIES += tests/integration/failing_malloc.la
tests_integration_failing_malloc_la_SOURCES = tests/integration/failing_malloc.c
tests_integration_failing_malloc_la_CFLAGS = $(AM_CFLAGS) -fno-builtin
tests_integration_failing_malloc_la_LDFLAGS = -module -avoid-version -shared \
	-rpath /nowhere
# To be loaded beside the module, or in its place.
noinst_LTLIBRARIES += tests/integration/neighbour.la
tests_integration_neighbour_la_SOURCES = tests/integration/neighbour.c
tests_integration_neighbour_la_CPPFLAGS = $(AM_CPPFLAGS) $(UNBOUND_CPPFLAGS)
tests_integration_neighbour_la_CFLAGS = $(AM_CFLAGS)
tests_integration_neighbour_la_LDFLAGS = -module -avoid-version -shared \
	-rpath /nowhere
# For tests/bench/cpu-per-query.sh.
check_PROGRAMS += tests/bench/turns
tests_bench_turns_SOURCES = tests/bench/turns.c
noinst_LTLIBRARIES += tests/bench/stopwatch.la
tests_bench_stopwatch_la_SOURCES = tests/bench/stopwatch.c
tests_bench_stopwatch_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
unbound_programs = tests/integration/ask tests/integration/bad_collector \
	tests/integration/subnet_server
TESTS += $(unbound_tests) tests/integration/newest.sh

# With Unbound and the module built with sanitizers; many minutes.
check-unbound-asan check-unbound-tsan: all
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' \
	SENDERWATCH_UNBOUND='$(UNBOUND_SRC)/..' \
	$(top_srcdir)/tests/integration/sanitized.sh $(@:check-unbound-%=%)
# A hundred reloads under valgrind.
check-unbound-valgrind: all
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' \
	SENDERWATCH_UNBOUND='$(UNBOUND_SRC)/..' \
	$(top_srcdir)/tests/integration/leaks.sh
endif
.PHONY: check-unbound-asan check-unbound-tsan check-unbound-valgrind
