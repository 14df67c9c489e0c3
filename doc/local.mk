dist_doc_DATA = doc/benchmarks.md doc/benchmarks-records.md doc/features.md doc/module.md
