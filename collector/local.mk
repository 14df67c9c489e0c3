# senderwatchd, which collects observations into the database.
sbin_PROGRAMS += collector/senderwatchd
collector_senderwatchd_SOURCES = \
	collector/committer.c \
	collector/committer.h \
	collector/log.c \
	collector/log.h \
	collector/main.c \
	collector/notify.c \
	collector/notify.h \
	collector/options.c \
	collector/options.h \
	collector/roster.c \
	collector/roster.h \
	collector/server.c \
	collector/server.h \
	collector/session.c \
	collector/session.h
collector_senderwatchd_CFLAGS = $(AM_CFLAGS) $(FSTRM_CFLAGS)
collector_senderwatchd_LDADD = store/libswstore.la wire/libswwire.la \
	lib/libsenderwatch.la $(FSTRM_LIBS) $(PTHREAD_LIBS)
