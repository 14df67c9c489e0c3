if WITH_MODULE
# All but the glue to Unbound, so that tests can link it.
noinst_LTLIBRARIES += module/libswmodule.la
module_libswmodule_la_SOURCES = \
	module/aliases.c module/aliases.h \
	module/build_id.c module/build_id.h \
	module/groups.c module/groups.h \
	module/instance.c module/instance.h \
	module/intake.c module/intake.h module/lanes.h \
	module/keys.c module/keys.h \
	module/link.c module/link.h \
	module/log.h \
	module/observer.c module/observer.h \
	module/options.c module/options.h \
	module/pages.c module/pages.h \
	module/sender.c module/sender.h \
	module/spool.c module/spool.h \
	module/status.c module/status.h \
	module/table.c module/table.h module/table_internal.h \
	module/table_pending.c \
	module/thread.c module/thread.h
module_libswmodule_la_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(CRYPTO_CFLAGS) \
	$(SODIUM_CFLAGS) $(FSTRM_CFLAGS)
module_libswmodule_la_LIBADD = $(SODIUM_LIBS) $(FSTRM_LIBS) $(PTHREAD_LIBS)

moduledir = $(libdir)/senderwatch
module_LTLIBRARIES = module/senderwatch.la
module_senderwatch_la_SOURCES = module/unbound.c \
	module/unbound_answer.c module/unbound_answer.h
module_senderwatch_la_CPPFLAGS = $(AM_CPPFLAGS) $(UNBOUND_CPPFLAGS)
module_senderwatch_la_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS)
# dynlib looks up six names, and opens the file RTLD_GLOBAL: export no other.
module_senderwatch_la_LDFLAGS = -module -avoid-version -shared \
	-export-symbols-regex '^(init|deinit|operate|inform_super|clear|get_mem)$$'
module_senderwatch_la_LIBADD = module/libswmodule.la wire/libswwire.la \
	lib/libsenderwatch.la
endif
