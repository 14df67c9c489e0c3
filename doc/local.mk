dist_doc_DATA = \
	doc/architecture.md \
	doc/benchmarks-collector.md \
	doc/benchmarks-records.md \
	doc/benchmarks-report.md \
	doc/benchmarks.md \
	doc/collector.md \
	doc/deploy.md \
	doc/features.md \
	doc/module.md \
	doc/privacy.md \
	doc/protocol.md \
	doc/statistics.md
EXTRA_DIST += doc/statistics/adjusted.svg doc/statistics/coverage.svg \
	doc/statistics/database.csv doc/statistics/errors.svg \
	doc/statistics/shares.csv doc/statistics/windows.csv

# The manual: pages say where this installation keeps things.
man_pages = \
	doc/man/senderwatch.1 \
	doc/man/senderwatch-anonymity.1 \
	doc/man/senderwatch-audit.1 \
	doc/man/senderwatch-backup.1 \
	doc/man/senderwatch-check.1 \
	doc/man/senderwatch-cohort.1 \
	doc/man/senderwatch-explain.1 \
	doc/man/senderwatch-export.1 \
	doc/man/senderwatch-key.1 \
	doc/man/senderwatch-merge.1 \
	doc/man/senderwatch-prune.1 \
	doc/man/senderwatch-report.1 \
	doc/man/senderwatch-site.1 \
	doc/man/senderwatch-status.1 \
	doc/man/senderwatch-cohort.5 \
	doc/man/senderwatch-export.conf.5 \
	doc/man/senderwatch-registry.5 \
	doc/man/senderwatch-report.5 \
	doc/man/senderwatch-series.5 \
	doc/man/senderwatch-totals.5 \
	doc/man/senderwatch.conf.5 \
	doc/man/senderwatchd.conf.5 \
	doc/man/senderwatch-module.8 \
	doc/man/senderwatchd.8
man_sources = $(man_pages:=.in)
man_MANS = $(man_pages)
EXTRA_DIST += $(man_sources)
CLEANFILES += $(man_pages)
$(man_pages): $(man_sources) Makefile
	$(AM_V_GEN)$(MKDIR_P) doc/man && gnuplot='$(GNUPLOT)' && $(SED) \
		-e 's|@''docdir@|$(docdir)|g' -e 's|@''libdir@|$(libdir)|g' \
		-e 's|@''localstatedir@|$(localstatedir)|g' \
		-e 's|@''pkgdatadir@|$(pkgdatadir)|g' \
		-e 's|@''runstatedir@|$(runstatedir)|g' \
		-e 's|@''sysconfdir@|$(sysconfdir)|g' \
		-e 's|@''PACKAGE_VERSION@|$(PACKAGE_VERSION)|g' \
		-e 's|@''SUFFIX_LIST@|$(SUFFIX_LIST)|g' \
		-e "s|@""GNUPLOT@|$${gnuplot:-gnuplot}|g" \
		$(top_srcdir)/$@.in >$@.tmp && mv $@.tmp $@
