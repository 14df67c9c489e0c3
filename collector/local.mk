# senderwatchd, which collects observations into the database.
sbin_PROGRAMS += collector/senderwatchd
collector_senderwatchd_SOURCES = \
	collector/check.c \
	collector/check.h \
	collector/committer.c \
	collector/committer.h \
	collector/connections.c \
	collector/connections.h \
	collector/credentials.c \
	collector/credentials.h \
	collector/http.c \
	collector/http.h \
	collector/ledger.c \
	collector/ledger.h \
	collector/listen.c \
	collector/listen.h \
	collector/log.c \
	collector/log.h \
	collector/main.c \
	collector/metrics.c \
	collector/metrics.h \
	collector/notify.c \
	collector/notify.h \
	collector/options.c \
	collector/options.h \
	collector/roster.c \
	collector/roster.h \
	collector/server.c \
	collector/server.h \
	collector/session.c \
	collector/session.h \
	collector/settings.c \
	collector/snapshot.c \
	collector/snapshot.h \
	collector/status_file.c \
	collector/status_file.h \
	collector/trouble.c \
	collector/trouble.h
collector_senderwatchd_CFLAGS = $(AM_CFLAGS) $(FSTRM_CFLAGS) $(JANSSON_CFLAGS) \
	$(MICROHTTPD_CFLAGS)
collector_senderwatchd_LDADD = store/libswstore.la wire/libswwire.la \
	lib/libsenderwatch.la $(FSTRM_LIBS) $(JANSSON_LIBS) $(MICROHTTPD_LIBS) \
	$(PTHREAD_LIBS)

if HAVE_CMOCKA
collector_tests = \
	tests/collector/test_daemon \
	tests/collector/test_faults \
	tests/collector/test_hostile \
	tests/collector/test_kill \
	tests/collector/test_metrics \
	tests/collector/test_operation \
	tests/collector/test_tls
check_PROGRAMS += $(collector_tests)
TESTS += $(collector_tests)

# They run the real senderwatchd, and look into its database.
collector_test_support = tests/collector/support.c tests/collector/support.h \
	tests/collector/ports.c \
	tests/store/support.c tests/store/support.h
tls_test_support = tests/collector/tls_support.c tests/collector/tls_support.h \
	$(collector_test_support)
collector_test_cflags = $(AM_CFLAGS) $(FSTRM_CFLAGS) $(SQLITE_CFLAGS) $(CMOCKA_CFLAGS)
collector_test_libs = store/libswstore.la wire/libswwire.la \
	lib/libsenderwatch.la $(FSTRM_LIBS) $(SQLITE_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
tests_collector_test_daemon_SOURCES = tests/collector/test_daemon.c $(collector_test_support)
tests_collector_test_daemon_CFLAGS = $(collector_test_cflags)
tests_collector_test_daemon_LDADD = $(collector_test_libs)
tests_collector_test_faults_SOURCES = tests/collector/test_faults.c $(collector_test_support)
tests_collector_test_faults_CFLAGS = $(collector_test_cflags)
tests_collector_test_faults_LDADD = $(collector_test_libs)
# To be preloaded: hence shared, though never installed.
noinst_LTLIBRARIES += tests/collector/failing_io.la
tests_collector_failing_io_la_SOURCES = tests/collector/failing_io.c
tests_collector_failing_io_la_CFLAGS = $(AM_CFLAGS)
tests_collector_failing_io_la_LDFLAGS = -module -avoid-version -shared \
	-rpath /nowhere
tests_collector_test_hostile_SOURCES = tests/collector/test_hostile.c $(collector_test_support)
tests_collector_test_hostile_CFLAGS = $(collector_test_cflags)
tests_collector_test_hostile_LDADD = $(collector_test_libs)
tests_collector_test_kill_SOURCES = tests/collector/test_kill.c $(collector_test_support)
tests_collector_test_kill_CFLAGS = $(collector_test_cflags)
tests_collector_test_kill_LDADD = $(collector_test_libs)
tests_collector_test_metrics_SOURCES = tests/collector/test_metrics.c $(tls_test_support)
tests_collector_test_metrics_CFLAGS = $(collector_test_cflags) $(JANSSON_CFLAGS)
tests_collector_test_metrics_LDADD = $(collector_test_libs) $(JANSSON_LIBS)
tests_collector_test_operation_SOURCES = tests/collector/test_operation.c $(tls_test_support)
tests_collector_test_operation_CFLAGS = $(collector_test_cflags)
tests_collector_test_operation_LDADD = $(collector_test_libs)
tests_collector_test_tls_SOURCES = tests/collector/test_tls.c $(tls_test_support)
tests_collector_test_tls_CFLAGS = $(collector_test_cflags)
tests_collector_test_tls_LDADD = $(collector_test_libs)
endif
EXTRA_DIST += tests/collector/certificates.sh

# 500 senders at one time; tests/bench/senders.sh runs it.
check_PROGRAMS += tests/bench/senders
tests_bench_senders_SOURCES = tests/bench/senders.c
tests_bench_senders_CFLAGS = $(AM_CFLAGS) $(FSTRM_CFLAGS)
tests_bench_senders_LDADD = wire/libswwire.la lib/libsenderwatch.la \
	$(FSTRM_LIBS) $(PTHREAD_LIBS)
EXTRA_DIST += tests/bench/senders.sh
# Observations a second; tests/bench/merge.sh runs it.
check_PROGRAMS += tests/bench/merge
tests_bench_merge_SOURCES = tests/bench/merge.c tests/bench/merge_rows.c \
	tests/bench/merge_rows.h
tests_bench_merge_CFLAGS = $(AM_CFLAGS) $(FSTRM_CFLAGS) $(SQLITE_CFLAGS)
tests_bench_merge_LDADD = store/libswstore.la wire/libswwire.la \
	lib/libsenderwatch.la $(FSTRM_LIBS) $(SQLITE_LIBS) $(PTHREAD_LIBS)
EXTRA_DIST += tests/bench/merge.sh
BENCH_SUBJECTS = 1000000 20000000
bench-merge: all tests/bench/merge
	$(top_srcdir)/tests/bench/merge.sh '$(abs_top_srcdir)' \
		'$(abs_top_builddir)' $(BENCH_SUBJECTS)
.PHONY: bench-merge
