EXTRA_DIST += contrib/build-tree contrib/debian-packages contrib/install-packages \
	contrib/unbound/README.md contrib/unbound/build-unbound \
	contrib/systemd/export.conf \
	contrib/systemd/senderwatch-export-running.service \
	contrib/systemd/senderwatch-export-running.timer \
	contrib/systemd/senderwatch-export.service \
	contrib/systemd/senderwatch-export.timer \
	contrib/systemd/senderwatchd.service
dist_pkgdata_DATA = contrib/series/jp-2018.csv
