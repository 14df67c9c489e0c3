# libsenderwatch: pure logic over bytes.
noinst_LTLIBRARIES += lib/libsenderwatch.la
lib_libsenderwatch_la_SOURCES = \
	lib/text.c \
	lib/name.c \
	lib/name_text.c \
	lib/labels.h \
	lib/suffix_index.c \
	lib/suffix_index.h \
	lib/registry.c \
	lib/registry.h \
	lib/registry_parse.c \
	lib/pseudonym.c \
	lib/answer.c \
	lib/txt.c \
	lib/mx.c \
	lib/spf.c \
	lib/spf_macro.c \
	lib/spf_address.c \
	lib/tags.c \
	lib/dmarc.c \
	lib/dkim.c \
	lib/dkim_key.c \
	lib/mta_sts.c \
	lib/tls_rpt.c \
	lib/bimi.c \
	lib/features.c \
	lib/octets.c \
	lib/dkim_key.h \
	lib/judge.h \
	lib/span.h \
	lib/spf.h \
	lib/tags.h
noinst_HEADERS += \
	include/senderwatch/bimi.h \
	include/senderwatch/dkim.h \
	include/senderwatch/dmarc.h \
	include/senderwatch/features.h \
	include/senderwatch/mx.h \
	include/senderwatch/mta_sts.h \
	include/senderwatch/spf.h \
	include/senderwatch/tls_rpt.h \
	include/senderwatch/txt.h
nodist_lib_libsenderwatch_la_SOURCES = lib/registries.c
lib_libsenderwatch_la_CPPFLAGS = $(AM_CPPFLAGS)
lib_libsenderwatch_la_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(CRYPTO_CFLAGS) \
	$(SODIUM_CFLAGS) $(IDN2_CFLAGS)
lib_libsenderwatch_la_LIBADD = $(PSL_LIBS) $(CRYPTO_LIBS) $(SODIUM_LIBS) \
	$(IDN2_LIBS)

registry_tables = lib/registry/jp.registry lib/registry/kr.registry \
	lib/registry/uk.registry
EXTRA_DIST += $(registry_tables) lib/registry/embed.awk
CLEANFILES += lib/registries.c
lib/registries.c: $(registry_tables) lib/registry/embed.awk
	$(AM_V_GEN)$(MKDIR_P) lib && LC_ALL=C $(AWK) -f $(top_srcdir)/lib/registry/embed.awk \
		`for t in $(registry_tables); do echo $(top_srcdir)/$$t; done` > $@.tmp && mv $@.tmp $@
