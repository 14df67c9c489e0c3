# The command-line program. All but main.c is a library, for the unit tests.
noinst_LTLIBRARIES += report/libswreport.la
report_libswreport_la_SOURCES = \
	report/adoption.c \
	report/adoption.h \
	report/chart.c \
	report/chart.h \
	report/counts.c \
	report/counts.h \
	report/explain.c \
	report/explain.h \
	report/explain_rdata.c \
	report/explain_zone.c \
	report/filter.c \
	report/filter.h \
	report/format.h \
	report/format_csv.c \
	report/format_html.c \
	report/format_json.c \
	report/format_table.c \
	report/grid.c \
	report/grid.h \
	report/labels.c \
	report/labels.h \
	report/message.c \
	report/message.h \
	report/names.c \
	report/names.h \
	report/output.c \
	report/output.h \
	report/page.c \
	report/page.h \
	report/suppress.c \
	report/suppress.h \
	report/svg.c \
	report/svg.h \
	report/tally.c \
	report/tally.h \
	report/text.c \
	report/text.h
report_libswreport_la_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(JANSSON_CFLAGS) $(LDNS_CFLAGS)
report_libswreport_la_LIBADD = $(JANSSON_LIBS) $(LDNS_LIBS) $(UNISTRING_LIBS)

bin_PROGRAMS += senderwatch
senderwatch_SOURCES = \
	report/main.c \
	report/verb_explain.c \
	report/verb_key.c \
	report/verb_report.c \
	report/verbs.h
senderwatch_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(LDNS_CFLAGS)
senderwatch_LDADD = report/libswreport.la store/libswstore.la wire/libswwire.la \
	lib/libsenderwatch.la
