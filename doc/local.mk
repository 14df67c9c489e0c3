dist_doc_DATA = doc/report-formats.md doc/benchmarks-report.md doc/benchmarks-collector.md doc/benchmarks.md doc/benchmarks-records.md doc/collector.md doc/features.md doc/module.md doc/architecture.md doc/privacy.md doc/protocol.md \
	doc/statistics.md
EXTRA_DIST += doc/statistics/adjusted.svg doc/statistics/coverage.svg \
	doc/statistics/database.csv doc/statistics/errors.svg \
	doc/statistics/shares.csv doc/statistics/windows.csv
