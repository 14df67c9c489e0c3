# The database: the only folder that sees sqlite3.h.
noinst_LTLIBRARIES += store/libswstore.la
store_libswstore_la_SOURCES = \
	store/internal.h \
	store/marks.h \
	store/calendar.c \
	store/close.c \
	store/database.c \
	store/functions.c \
	store/marks.c \
	store/merge.c \
	store/open.c \
	store/order.c \
	store/scan.c \
	store/schema.c \
	store/sighting.c
store_libswstore_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
store_libswstore_la_LIBADD = $(SQLITE_LIBS)
