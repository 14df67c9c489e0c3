# The database: the only folder that sees sqlite3.h.
noinst_LTLIBRARIES += store/libswstore.la
store_libswstore_la_SOURCES = \
	store/internal.h \
	store/arrivals.h \
	store/check.h \
	store/cursor.h \
	store/file.h \
	store/marks.h \
	store/unite.h \
	store/arrivals.c \
	store/backup.c \
	store/calendar.c \
	store/check.c \
	store/check_runs.c \
	store/check_sightings.c \
	store/close.c \
	store/cursor.c \
	store/database.c \
	store/file.c \
	store/functions.c \
	store/marks.c \
	store/merge.c \
	store/open.c \
	store/order.c \
	store/period.c \
	store/prune.c \
	store/scan.c \
	store/schema.c \
	store/senders.c \
	store/sighting.c \
	store/unite.c \
	store/unite_keys.c \
	store/unite_rows.c \
	store/unite_senders.c \
	store/volume.c \
	store/volume_scan.c
noinst_HEADERS += include/senderwatch/maintenance.h
store_libswstore_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
store_libswstore_la_LIBADD = $(SQLITE_LIBS)

if HAVE_CMOCKA
store_tests = \
	tests/store/test_backup \
	tests/store/test_calendar \
	tests/store/test_check \
	tests/store/test_close \
	tests/store/test_fault \
	tests/store/test_merge \
	tests/store/test_migrate \
	tests/store/test_open \
	tests/store/test_power \
	tests/store/test_prune \
	tests/store/test_scan \
	tests/store/test_senders \
	tests/store/test_unite \
	tests/store/test_volume
check_PROGRAMS += $(store_tests)
TESTS += $(store_tests)

# The tests look into the database past the store, hence SQLite.
store_test_support = tests/store/support.c tests/store/support.h \
	tests/store/fault_vfs.c tests/store/fault_vfs.h \
	tests/store/passing_vfs.h
store_test_cflags = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(CMOCKA_CFLAGS)
store_test_libs = store/libswstore.la $(SQLITE_LIBS) $(CMOCKA_LIBS)
tests_store_test_calendar_SOURCES = tests/store/test_calendar.c $(store_test_support)
tests_store_test_calendar_CFLAGS = $(store_test_cflags)
tests_store_test_calendar_LDADD = $(store_test_libs)
tests_store_test_close_SOURCES = tests/store/test_close.c $(store_test_support)
tests_store_test_close_CFLAGS = $(store_test_cflags)
tests_store_test_close_LDADD = $(store_test_libs)
tests_store_test_fault_SOURCES = tests/store/test_fault.c $(store_test_support)
tests_store_test_fault_CFLAGS = $(store_test_cflags)
tests_store_test_fault_LDADD = $(store_test_libs)
tests_store_test_merge_SOURCES = tests/store/test_merge.c $(store_test_support)
tests_store_test_merge_CFLAGS = $(store_test_cflags)
tests_store_test_merge_LDADD = $(store_test_libs)
tests_store_test_migrate_SOURCES = tests/store/test_migrate.c $(store_test_support)
tests_store_test_migrate_CFLAGS = $(store_test_cflags)
tests_store_test_migrate_LDADD = $(store_test_libs)
tests_store_test_open_SOURCES = tests/store/test_open.c $(store_test_support)
tests_store_test_open_CFLAGS = $(store_test_cflags)
tests_store_test_open_LDADD = $(store_test_libs)
tests_store_test_scan_SOURCES = tests/store/test_scan.c $(store_test_support)
tests_store_test_scan_CFLAGS = $(store_test_cflags)
tests_store_test_scan_LDADD = $(store_test_libs)
tests_store_test_senders_SOURCES = tests/store/test_senders.c $(store_test_support)
tests_store_test_senders_CFLAGS = $(store_test_cflags)
tests_store_test_senders_LDADD = $(store_test_libs)
tests_store_test_backup_SOURCES = tests/store/test_backup.c $(store_test_support)
tests_store_test_backup_CFLAGS = $(store_test_cflags)
tests_store_test_backup_LDADD = $(store_test_libs)
tests_store_test_check_SOURCES = tests/store/test_check.c $(store_test_support)
tests_store_test_check_CFLAGS = $(store_test_cflags)
tests_store_test_check_LDADD = $(store_test_libs)
tests_store_test_power_SOURCES = tests/store/test_power.c $(store_test_support) \
	tests/store/power_vfs.c tests/store/power_vfs.h \
	tests/store/passing_vfs.h
tests_store_test_power_CFLAGS = $(store_test_cflags)
tests_store_test_power_LDADD = $(store_test_libs)
tests_store_test_prune_SOURCES = tests/store/test_prune.c $(store_test_support)
tests_store_test_prune_CFLAGS = $(store_test_cflags)
tests_store_test_prune_LDADD = $(store_test_libs)
tests_store_test_unite_SOURCES = tests/store/test_unite.c $(store_test_support)
tests_store_test_unite_CFLAGS = $(store_test_cflags)
tests_store_test_unite_LDADD = $(store_test_libs)
tests_store_test_volume_SOURCES = tests/store/test_volume.c $(store_test_support)
tests_store_test_volume_CFLAGS = $(store_test_cflags)
tests_store_test_volume_LDADD = $(store_test_libs)
endif

# A database as version 0.1.0 left it, and what its scans said.
EXTRA_DIST += tests/store/schema-1.sql tests/store/schema-1.scan
