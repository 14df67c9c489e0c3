dist_doc_DATA = doc/features.md doc/module.md
