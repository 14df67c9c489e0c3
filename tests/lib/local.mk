# Unit tests of the library, and its comparisons with other parsers.
check_PROGRAMS += tests/lib/verdicts
tests_lib_verdicts_SOURCES = tests/lib/verdicts.c
tests_lib_verdicts_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS)
tests_lib_verdicts_LDADD = lib/libsenderwatch.la

# Instructions for doc/benchmarks-records.md; libspf2 and libopendmarc are
# loaded at run time.
check_PROGRAMS += tests/bench/records
tests_bench_records_SOURCES = tests/bench/records.c
tests_bench_records_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS)
tests_bench_records_LDADD = lib/libsenderwatch.la $(PSL_LIBS)
EXTRA_DIST += tests/bench/records.sh

# Debian's own Python, since the other parsers come as Debian's modules.
TEST_EXTENSIONS += .py
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = /usr/bin/python3
AM_PY_LOG_FLAGS = -B

lib_comparisons = tests/lib/openspf.py tests/lib/compare_spf.py \
	tests/lib/compare_dmarc.py tests/lib/odd_records.py \
	tests/lib/features_doc.py tests/lib/grammar.py
TESTS += $(lib_comparisons)
EXTRA_DIST += $(lib_comparisons) tests/lib/oracle.py tests/lib/spf_records.py \
	tests/lib/mail_spf.pl \
	tests/lib/openspf-left-out tests/lib/spf-disagreements \
	tests/lib/dmarc-disagreements tests/lib/odd-records

if HAVE_CMOCKA
lib_unit_tests = tests/lib/test_answer tests/lib/test_no_allocation
tests_lib_test_answer_SOURCES = tests/lib/test_answer.c
tests_lib_test_answer_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(CMOCKA_CFLAGS)
tests_lib_test_answer_LDADD = lib/libsenderwatch.la $(CMOCKA_LIBS)
tests_lib_test_no_allocation_SOURCES = tests/lib/test_no_allocation.c
tests_lib_test_no_allocation_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(CMOCKA_CFLAGS)
tests_lib_test_no_allocation_LDADD = lib/libsenderwatch.la $(PSL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += $(lib_unit_tests)
TESTS += $(lib_unit_tests)
endif

TESTS += tests/lib/explain_zone.sh
EXTRA_DIST += tests/lib/explain_zone.sh tests/lib/zones/example.jp.zone \
	tests/lib/zones/example.jp.expected tests/lib/zones/wildcard.co.jp.zone \
	tests/lib/zones/wildcard.co.jp.expected
