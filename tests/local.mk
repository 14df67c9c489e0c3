include tests/lib/local.mk
include tests/integration/local.mk
include tests/wire/local.mk
include tests/module/local.mk

# Unit tests mirror the source tree: each is one cmocka group and speaks TAP.
# What they are linked with stands before what that needs itself.
if HAVE_CMOCKA
unit_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(PSL_CFLAGS) $(CRYPTO_CFLAGS) \
	$(SODIUM_CFLAGS) $(FSTRM_CFLAGS) $(PROTOBUF_C_CFLAGS)

name_tests = \
	tests/lib/test_name \
	tests/lib/test_name_suffix \
	tests/lib/test_name_text \
	tests/lib/test_pseudonym \
	tests/lib/test_registry \
	tests/lib/test_words
name_test_libs = lib/libsenderwatch.la $(CMOCKA_LIBS) $(PSL_LIBS)
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

noinst_HEADERS += tests/random.h tests/lib/names.h
TESTS += tests/lib/embed.sh
EXTRA_DIST += tests/lib/embed.sh
include tests/fuzz/local.mk
