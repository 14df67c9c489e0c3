if HAVE_CMOCKA
if WITH_MODULE
module_tests = \
	tests/module/test_table \
	tests/module/test_table_flood \
	tests/module/test_table_threads
# Convenience libraries never list one another: module before wire before lib.
module_test_libs = module/libswmodule.la $(wire_test_libs)
tests_module_test_table_CFLAGS = $(unit_cflags)
tests_module_test_table_LDADD = $(module_test_libs)
tests_module_test_table_flood_CFLAGS = $(unit_cflags)
tests_module_test_table_flood_LDADD = $(module_test_libs)
tests_module_test_table_threads_CFLAGS = $(unit_cflags)
tests_module_test_table_threads_LDADD = $(module_test_libs)
check_PROGRAMS += $(module_tests)
TESTS += $(module_tests)
endif
endif
