dist_doc_DATA = README.md doc/features.md doc/module.md
