include tests/integration/local.mk
TESTS += tests/collector/protocol.py tests/collector/upgrade.sh tests/contrib/completion.sh \
	tests/contrib/monitoring.sh \
	tests/doc/manual.sh tests/lib/embed.sh \
	tests/tree/includes.sh tests/tree/scripts.sh
if WITH_MODULE
TESTS += tests/tree/symbols.sh
endif
EXTRA_DIST += tests/collector/protocol.py tests/collector/upgrade.sh \
	tests/contrib/alerts.yml tests/contrib/alerts-weeks.yml \
	tests/contrib/completion.sh tests/contrib/monitoring.sh \
	tests/doc/manual.sh tests/lib/embed.sh \
	tests/tree/includes.sh tests/tree/scripts.sh tests/tree/symbols.sh
include tests/lib/local.mk
include tests/wire/local.mk
include tests/module/local.mk
include tests/packages/local.mk
include tests/sim/local.mk

# Unit tests mirror the source tree: each is one cmocka group and speaks TAP.
# What they are linked with stands before what that needs itself.
if HAVE_CMOCKA
unit_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(PSL_CFLAGS) $(CRYPTO_CFLAGS) \
	$(SODIUM_CFLAGS) $(FSTRM_CFLAGS) $(PROTOBUF_C_CFLAGS)

name_tests = \
	tests/lib/test_jp_rules \
	tests/lib/test_name \
	tests/lib/test_name_suffix \
	tests/lib/test_name_text \
	tests/lib/test_pseudonym \
	tests/lib/test_registry \
	tests/lib/test_words
name_test_libs = lib/libsenderwatch.la $(CMOCKA_LIBS) $(PSL_LIBS)
tests_lib_test_jp_rules_CFLAGS = $(unit_cflags) $(IDN2_CFLAGS)
tests_lib_test_jp_rules_LDADD = $(name_test_libs) $(IDN2_LIBS)
tests_lib_test_name_CFLAGS = $(unit_cflags)
tests_lib_test_name_LDADD = $(name_test_libs)
tests_lib_test_name_suffix_CFLAGS = $(unit_cflags)
tests_lib_test_name_suffix_LDADD = $(name_test_libs)
tests_lib_test_name_text_CFLAGS = $(unit_cflags)
tests_lib_test_name_text_LDADD = $(name_test_libs)
tests_lib_test_pseudonym_CFLAGS = $(unit_cflags)
tests_lib_test_pseudonym_LDADD = $(name_test_libs)
tests_lib_test_registry_CFLAGS = $(unit_cflags)
tests_lib_test_registry_LDADD = $(name_test_libs)
tests_lib_test_words_CFLAGS = $(unit_cflags)
tests_lib_test_words_LDADD = $(name_test_libs)
check_PROGRAMS += $(name_tests)
TESTS += $(name_tests)
endif

noinst_HEADERS += tests/random.h tests/lib/names.h \
	tests/module/answers.h tests/module/sending.h
include tests/fuzz/local.mk

# What is looked at rather than run: who includes whom, what the module exports,
# shell scripts, the manual's form, then clang-tidy and cppcheck; minutes.
# make lint LINT_FILES="report/main.c lib/spf.c"
lint_tests = tests/doc/manual.sh tests/tree/includes.sh tests/tree/scripts.sh
if WITH_MODULE
lint_tests += tests/tree/symbols.sh
endif
LINT_FILES =
lint_flags = -D_GNU_SOURCE -I$(abs_top_srcdir)/include -I$(abs_top_builddir)/proto \
	$(CRYPTO_CFLAGS) $(FSTRM_CFLAGS) $(IDN2_CFLAGS) $(INIH_CFLAGS) \
	$(JANSSON_CFLAGS) $(LDNS_CFLAGS) $(MICROHTTPD_CFLAGS) \
	$(PROTOBUF_C_CFLAGS) $(PSL_CFLAGS) $(SODIUM_CFLAGS) $(SQLITE_CFLAGS) \
	$(SSL_CFLAGS)
lint: all
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(lint_tests)' \
		check_PROGRAMS= check_LTLIBRARIES=
	UNBOUND_CPPFLAGS='$(UNBOUND_CPPFLAGS)' $(top_srcdir)/tests/tree/analyse \
		'$(abs_top_srcdir)' '$(abs_top_builddir)' '$(lint_flags)' $(LINT_FILES)
# Lines that differ from this commit.
FORMAT_SINCE = HEAD
format:
	cd $(top_srcdir) && git clang-format --force --extensions c,h $(FORMAT_SINCE)
.PHONY: format lint
EXTRA_DIST += .clang-format .clang-tidy tests/tree/analyse

# The tests that are C programs once more, built with sanitizers in folders of
# their own; for threads, those where threads share something. Not for a build
# in the source folder: configure refuses a second one there.
tsan_tests = \
	tests/wire/test_stream \
	tests/wire/test_stream_peers \
	tests/module/test_groups \
	tests/module/test_intake \
	tests/module/test_intake_lanes \
	tests/module/test_observer \
	tests/module/test_sender \
	tests/module/test_sender_parts \
	tests/module/test_table_threads
if WITH_MODULE
unbound_option = --with-unbound-src='$(UNBOUND_SRC)'
endif
configure_sanitized = $(abs_top_srcdir)/configure -q CC='$(CC)' $(unbound_option)
check-asan:
	$(MKDIR_P) build-asan
	cd build-asan && { test -f Makefile || $(configure_sanitized) \
		CFLAGS='-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined'; }
	tests=; for t in $(TESTS); do \
		case " $(check_PROGRAMS) " in *" $$t "*) tests="$$tests $$t" ;; esac; \
	done; cd build-asan && $(MAKE) all && \
		$(MAKE) check-sanitized SANITIZED_TESTS="$$tests"
check-tsan:
	$(MKDIR_P) build-tsan
	cd build-tsan && { test -f Makefile || $(configure_sanitized) \
		CFLAGS='-g -O1 -fsanitize=thread'; }
	cd build-tsan && TSAN_OPTIONS=halt_on_error=1 \
		$(MAKE) check-sanitized SANITIZED_TESTS='$(tsan_tests)'
check-sanitized: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(SANITIZED_TESTS)' \
		check_PROGRAMS='$(SANITIZED_TESTS)' check_LTLIBRARIES=
# What the tests run, line by line: build-coverage/coverage/index.html. Programs
# that are killed leave no trace.
COVERAGE_TESTS = $(TESTS)
coverage:
	$(MKDIR_P) build-coverage/coverage
	cd build-coverage && { test -f Makefile || $(configure_sanitized) \
		CFLAGS='-g -O0 --coverage -fprofile-update=atomic'; }
	find build-coverage -name '*.gcda' -delete
	-cd build-coverage && SENDERWATCH_UNBOUND='$(UNBOUND_SRC)/..' \
		$(MAKE) -k check TESTS='$(COVERAGE_TESTS)'
	rm -f build-coverage/*conftest.gcno
	cd build-coverage && gcovr --root '$(abs_top_srcdir)' --exclude-unreachable-branches \
		$(foreach d,collector lib module report store wire,--filter '$(abs_top_srcdir)/$d/') \
		--txt coverage/files.txt --html-details coverage/index.html \
		--print-summary .
clean-local-sanitized:
	rm -rf build-asan build-tsan build-coverage
clean-local: clean-local-sanitized
.PHONY: check-asan check-tsan check-sanitized clean-local-sanitized coverage
