if WITH_MODULE
moduledir = $(libdir)/senderwatch
module_LTLIBRARIES = module/senderwatch.la
module_senderwatch_la_SOURCES = \
	module/module.h \
	module/unbound.c \
	module/build_id.c \
	module/config.c \
	module/table.c \
	module/observer.c \
	module/sender.c
module_senderwatch_la_CPPFLAGS = $(AM_CPPFLAGS) $(UNBOUND_CPPFLAGS)
module_senderwatch_la_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(CRYPTO_CFLAGS) \
	$(SODIUM_CFLAGS) $(FSTRM_CFLAGS)
# dynlib looks up six names, and opens the file RTLD_GLOBAL: export no other.
module_senderwatch_la_LDFLAGS = -module -avoid-version -shared \
	-export-symbols-regex '^(init|deinit|operate|inform_super|clear|get_mem)$$'
module_senderwatch_la_LIBADD = lib/libsenderwatch.la wire/libswwire.la \
	$(SODIUM_LIBS) $(FSTRM_LIBS) $(PTHREAD_LIBS)
endif
