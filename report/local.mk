# The command-line program. All but main.c is a library, for the unit tests.
noinst_LTLIBRARIES += report/libswreport.la
report_libswreport_la_SOURCES = \
	report/anonymity.c \
	report/anonymity.h \
	report/arguments.c \
	report/arguments.h \
	report/audit.c \
	report/audit.h \
	report/audit_legend.c \
	report/audit_legend.h \
	report/chart.c \
	report/chart.h \
	report/classes.c \
	report/classes.h \
	report/classify.c \
	report/cohort.c \
	report/cohort.h \
	report/cohort_import.c \
	report/cohort_import.h \
	report/csv_file.c \
	report/csv_file.h \
	report/database.c \
	report/database.h \
	report/estimate.c \
	report/estimate.h \
	report/explain.c \
	report/explain.h \
	report/explain_rdata.c \
	report/explain_zone.c \
	report/export_settings.c \
	report/export_settings.h \
	report/figures.c \
	report/figures.h \
	report/fill.c \
	report/fill.h \
	report/filter.c \
	report/filter.h \
	report/format.h \
	report/format_csv.c \
	report/format_html.c \
	report/format_json.c \
	report/format_prometheus.c \
	report/format_table.c \
	report/grid.c \
	report/grid.h \
	report/groups.c \
	report/groups.h \
	report/labels.c \
	report/labels.h \
	report/lines.c \
	report/lines.h \
	report/message.c \
	report/message.h \
	report/names.c \
	report/names.h \
	report/output.c \
	report/output.h \
	report/page.c \
	report/page.h \
	report/places.c \
	report/places.h \
	report/produce.c \
	report/produce.h \
	report/progress.c \
	report/progress.h \
	report/protect.c \
	report/protect.h \
	report/publication.c \
	report/publication.h \
	report/resolvers.c \
	report/resolvers.h \
	report/scheme.c \
	report/scheme.h \
	report/scheme_adoption.c \
	report/scheme_policy.c \
	report/scheme_quality.c \
	report/series.c \
	report/series.h \
	report/site.c \
	report/site.h \
	report/site_chart.c \
	report/site_chart.h \
	report/site_content.c \
	report/site_lists.c \
	report/site_make.c \
	report/site_make.h \
	report/site_package.c \
	report/site_package.h \
	report/site_page.c \
	report/site_page.h \
	report/site_style.c \
	report/site_view.c \
	report/site_view.h \
	report/site_words.h \
	report/site_words_en.c \
	report/site_words_ja.c \
	report/status.h \
	report/status_collector.c \
	report/status_load.c \
	report/status_module.c \
	report/steps.c \
	report/steps.h \
	report/suppress.c \
	report/suppress.h \
	report/svg.c \
	report/svg.h \
	report/table.c \
	report/table.h \
	report/tabulate.c \
	report/tabulate.h \
	report/tally.c \
	report/tally.h \
	report/text.c \
	report/text.h \
	report/totals.c \
	report/totals.h \
	report/tree.c \
	report/tree.h \
	report/trend.c \
	report/trend.h
report_libswreport_la_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(JANSSON_CFLAGS) $(LDNS_CFLAGS) $(CRYPTO_CFLAGS)
report_libswreport_la_LIBADD = $(CRYPTO_LIBS) $(CSV_LIBS) $(JANSSON_LIBS) $(LDNS_LIBS) $(UNISTRING_LIBS) $(IDN2_LIBS) -lm

bin_PROGRAMS += senderwatch
senderwatch_SOURCES = \
	report/key_rotate.c \
	report/key_rotate.h \
	report/key_write.c \
	report/key_write.h \
	report/main.c \
	report/manual.c \
	report/manual.h \
	report/verb_anonymity.c \
	report/verb_audit.c \
	report/verb_backup.c \
	report/verb_check.c \
	report/verb_cohort.c \
	report/verb_explain.c \
	report/verb_export.c \
	report/verb_key.c \
	report/verb_merge.c \
	report/verb_prune.c \
	report/verb_report.c \
	report/verb_site.c \
	report/verb_status.c \
	report/verbs.h
senderwatch_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(LDNS_CFLAGS) $(FSTRM_CFLAGS) $(JANSSON_CFLAGS)
senderwatch_LDADD = report/libswreport.la store/libswstore.la wire/libswwire.la \
	lib/libsenderwatch.la

noinst_HEADERS += include/senderwatch/key_file.h

if HAVE_CMOCKA
report_tests_cflags = $(AM_CFLAGS) $(PSL_CFLAGS) $(CMOCKA_CFLAGS)
report_tests_libs = report/libswreport.la store/libswstore.la \
	wire/libswwire.la lib/libsenderwatch.la $(CMOCKA_LIBS)

report_tests = \
	tests/report/test_anonymity \
	tests/report/test_audit \
	tests/report/test_databases \
	tests/report/test_estimate \
	tests/report/test_filter \
	tests/report/test_key_file \
	tests/report/test_program \
	tests/report/test_publication \
	tests/report/test_site \
	tests/report/test_scheme \
	tests/report/test_steps \
	tests/report/test_tables \
	tests/report/test_tabulate \
	tests/report/test_tally \
	tests/report/test_text
if HAVE_GLPK
report_tests += tests/report/test_attack
tests_report_test_attack_SOURCES = tests/report/test_attack.c \
	tests/report/population.c tests/report/population.h
tests_report_test_attack_CFLAGS = $(report_tests_cflags)
tests_report_test_attack_LDADD = $(report_tests_libs) $(GLPK_LIBS)
endif
check_PROGRAMS += $(report_tests)
TESTS += $(report_tests)

# Runs the real program.
tests_report_test_tables_SOURCES = tests/report/test_tables.c \
	tests/report/population.c tests/report/population.h
tests_report_test_tables_CFLAGS = $(report_tests_cflags)
tests_report_test_tables_LDADD = $(report_tests_libs)
tests_report_test_tables_DEPENDENCIES = senderwatch $(report_tests_libs)
tests_report_test_tabulate_SOURCES = tests/report/test_tabulate.c \
	tests/report/population.c tests/report/population.h
tests_report_test_tabulate_CFLAGS = $(report_tests_cflags)
tests_report_test_tabulate_LDADD = $(report_tests_libs)
tests_report_test_tally_SOURCES = tests/report/test_tally.c \
	tests/report/population.c tests/report/population.h
tests_report_test_tally_CFLAGS = $(report_tests_cflags)
tests_report_test_tally_LDADD = $(report_tests_libs)
tests_report_test_anonymity_SOURCES = tests/report/test_anonymity.c
tests_report_test_anonymity_CFLAGS = $(report_tests_cflags)
tests_report_test_anonymity_LDADD = $(report_tests_libs)
tests_report_test_steps_SOURCES = tests/report/test_steps.c \
	tests/report/population.h
tests_report_test_steps_CFLAGS = $(report_tests_cflags)
tests_report_test_steps_LDADD = $(report_tests_libs)
# Runs the real program on all that the .proto can express.
tests_report_test_audit_SOURCES = tests/report/test_audit.c
tests_report_test_audit_CFLAGS = $(report_tests_cflags) $(FSTRM_CFLAGS) $(PROTOBUF_C_CFLAGS)
tests_report_test_audit_LDADD = wire/libswwire.la lib/libsenderwatch.la $(CMOCKA_LIBS)
tests_report_test_audit_DEPENDENCIES = senderwatch wire/libswwire.la
tests_report_test_scheme_SOURCES = tests/report/test_scheme.c \
	tests/report/population.c tests/report/population.h
tests_report_test_scheme_CFLAGS = $(report_tests_cflags)
tests_report_test_scheme_LDADD = $(report_tests_libs)
tests_report_test_estimate_SOURCES = tests/report/test_estimate.c
tests_report_test_estimate_CFLAGS = $(report_tests_cflags)
tests_report_test_estimate_LDADD = $(report_tests_libs)
# Runs the real program, and looks into its databases.
tests_report_test_databases_SOURCES = tests/report/test_databases.c \
	tests/store/support.c tests/store/support.h
tests_report_test_databases_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_report_test_databases_LDADD = store/libswstore.la $(SQLITE_LIBS) $(CMOCKA_LIBS) $(JANSSON_LIBS)
tests_report_test_databases_DEPENDENCIES = senderwatch store/libswstore.la
tests_report_test_filter_SOURCES = tests/report/test_filter.c
tests_report_test_filter_CFLAGS = $(report_tests_cflags)
tests_report_test_filter_LDADD = $(report_tests_libs)
tests_report_test_key_file_SOURCES = tests/report/test_key_file.c
tests_report_test_key_file_CFLAGS = $(report_tests_cflags)
tests_report_test_key_file_LDADD = $(report_tests_libs)
# Runs the real program.
tests_report_test_program_SOURCES = tests/report/test_program.c \
	tests/report/population.c tests/report/population.h
tests_report_test_program_CFLAGS = $(report_tests_cflags)
tests_report_test_program_LDADD = $(report_tests_libs)
tests_report_test_program_DEPENDENCIES = senderwatch $(report_tests_libs)
tests_report_test_publication_SOURCES = tests/report/test_publication.c
tests_report_test_publication_CFLAGS = $(report_tests_cflags)
tests_report_test_publication_LDADD = $(report_tests_libs)
tests_report_test_site_SOURCES = tests/report/test_site.c
tests_report_test_site_CFLAGS = $(report_tests_cflags)
tests_report_test_site_LDADD = $(report_tests_libs)
tests_report_test_text_SOURCES = tests/report/test_text.c
tests_report_test_text_CFLAGS = $(report_tests_cflags)
tests_report_test_text_LDADD = $(report_tests_libs)
endif

# On the real program.
check_PROGRAMS += tests/report/make_database
tests_report_make_database_SOURCES = tests/report/make_database.c
tests_report_make_database_LDADD = store/libswstore.la lib/libsenderwatch.la
TESTS += tests/report/site.sh tests/report/site_lists.sh \
	tests/report/verbs.sh
EXTRA_DIST += tests/report/axe.js tests/report/axe.sh tests/report/site.sh \
	tests/report/site_lists.sh \
	tests/report/verbs.sh
