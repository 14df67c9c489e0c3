if HAVE_CMOCKA
if WITH_MODULE
module_tests = \
	tests/module/test_build_id \
	tests/module/test_exhaustion \
	tests/module/test_groups \
	tests/module/test_intake \
	tests/module/test_intake_lanes \
	tests/module/test_keys \
	tests/module/test_observer \
	tests/module/test_options \
	tests/module/test_sender \
	tests/module/test_sender_parts \
	tests/module/test_spool \
	tests/module/test_status \
	tests/module/test_table \
	tests/module/test_table_dkim \
	tests/module/test_table_flood \
	tests/module/test_table_memory \
	tests/module/test_table_threads \
	tests/module/test_thread
# Convenience libraries never list one another: module before wire before lib.
module_test_libs = module/libswmodule.la $(wire_test_libs)
tests_module_test_build_id_CFLAGS = $(unit_cflags)
tests_module_test_build_id_LDADD = $(module_test_libs)
# It has a malloc() of its own, which the compiler must not take for the usual.
tests_module_test_exhaustion_CFLAGS = $(unit_cflags) -fno-builtin
tests_module_test_exhaustion_LDADD = $(module_test_libs)
tests_module_test_groups_CFLAGS = $(unit_cflags)
tests_module_test_groups_LDADD = $(module_test_libs)
tests_module_test_intake_SOURCES = tests/module/test_intake.c \
	tests/module/lookups.h
tests_module_test_intake_CFLAGS = $(unit_cflags)
tests_module_test_intake_LDADD = $(module_test_libs)
tests_module_test_intake_lanes_SOURCES = tests/module/test_intake_lanes.c \
	tests/module/lookups.h
tests_module_test_intake_lanes_CFLAGS = $(unit_cflags)
tests_module_test_intake_lanes_LDADD = $(module_test_libs)
tests_module_test_keys_CFLAGS = $(unit_cflags)
tests_module_test_keys_LDADD = $(module_test_libs)
tests_module_test_observer_CFLAGS = $(unit_cflags)
tests_module_test_observer_LDADD = $(module_test_libs)
tests_module_test_options_CFLAGS = $(unit_cflags)
tests_module_test_options_LDADD = $(module_test_libs)
tests_module_test_sender_SOURCES = tests/module/test_sender.c \
	tests/module/collector.c tests/module/collector.h
tests_module_test_sender_CFLAGS = $(unit_cflags)
tests_module_test_sender_LDADD = $(module_test_libs)
tests_module_test_sender_parts_SOURCES = tests/module/test_sender_parts.c \
	tests/module/collector.c tests/module/collector.h
tests_module_test_sender_parts_CFLAGS = $(unit_cflags) -fno-builtin
tests_module_test_sender_parts_LDADD = $(module_test_libs)
tests_module_test_sender_parts_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=strdup
tests_module_test_spool_CFLAGS = $(unit_cflags)
tests_module_test_spool_LDADD = $(module_test_libs)
tests_module_test_status_CFLAGS = $(unit_cflags)
tests_module_test_status_LDADD = $(module_test_libs)
tests_module_test_table_CFLAGS = $(unit_cflags)
tests_module_test_table_LDADD = $(module_test_libs)
tests_module_test_table_dkim_CFLAGS = $(unit_cflags)
tests_module_test_table_dkim_LDADD = $(module_test_libs)
tests_module_test_table_flood_CFLAGS = $(unit_cflags)
tests_module_test_table_flood_LDADD = $(module_test_libs)
tests_module_test_table_memory_CFLAGS = $(unit_cflags)
tests_module_test_table_memory_LDADD = $(module_test_libs)
tests_module_test_table_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=strdup
tests_module_test_table_threads_CFLAGS = $(unit_cflags)
tests_module_test_table_threads_LDADD = $(module_test_libs)
tests_module_test_thread_CFLAGS = $(unit_cflags)
tests_module_test_thread_LDADD = $(module_test_libs)
check_PROGRAMS += $(module_tests)
TESTS += $(module_tests)
endif
endif
