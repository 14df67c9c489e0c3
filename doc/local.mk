dist_doc_DATA = doc/report-formats.md doc/benchmarks-report.md doc/benchmarks.md doc/benchmarks-records.md doc/collector.md doc/features.md doc/module.md
