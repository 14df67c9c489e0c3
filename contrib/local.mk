EXTRA_DIST += contrib/build-tree contrib/debian-packages contrib/install-packages \
	contrib/unbound/README.md contrib/unbound/build-unbound \
	contrib/apparmor/unbound-senderwatch contrib/config/senderwatch-dynlib.conf \
	contrib/config/senderwatch.conf contrib/config/senderwatchd.conf \
	contrib/grafana/senderwatch.json \
	contrib/prometheus/senderwatch.rules.yml \
	contrib/systemd/export.conf \
	contrib/systemd/senderwatch-export-running.service \
	contrib/systemd/senderwatch-export-running.timer \
	contrib/systemd/senderwatch-export.service \
	contrib/systemd/senderwatch-export.timer \
	contrib/systemd/senderwatchd.service
dist_pkgdata_DATA = contrib/series/jp-2018.csv

# Where the shells' own packages look for them.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = contrib/completion/bash/senderwatch \
	contrib/completion/bash/senderwatchd
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = contrib/completion/zsh/_senderwatch
