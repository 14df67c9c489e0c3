EXTRA_DIST += contrib/build-tree contrib/debian-packages contrib/install-packages \
	contrib/unbound/README.md contrib/unbound/build-unbound
dist_pkgdata_DATA = contrib/series/jp-2018.csv
