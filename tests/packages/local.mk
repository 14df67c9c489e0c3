TESTS += tests/packages/units.sh
EXTRA_DIST += tests/packages/units.sh

# Debian's packages, built and run on machines of their own: root, and minutes.
check-packages: all tools/population/population
	srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' \
	$(top_srcdir)/tests/packages/run
.PHONY: check-packages
EXTRA_DIST += tests/packages/deploy.sh tests/packages/machines.sh \
	tests/packages/profile.py \
	tests/packages/run tests/packages/sections.awk tests/packages/upgrade.sh

EXTRA_DIST += debian/changelog debian/control debian/copyright \
	debian/not-installed debian/rules debian/senderwatch.install \
	debian/senderwatchd.docs debian/senderwatchd.examples \
	debian/senderwatchd.install \
	debian/senderwatchd.postinst debian/senderwatchd.postrm \
	debian/senderwatchd.prerm debian/source/format debian/source/options \
	debian/unbound-module-senderwatch.docs \
	debian/unbound-module-senderwatch.install \
	debian/unbound-module-senderwatch.postinst \
	debian/unbound-module-senderwatch.postrm \
	debian/unbound-module-senderwatch.prerm
