#!/bin/bash
# What can be told of the packaging without building it: how exposed the units are, and which version it is.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

# The threshold is in tenths of a point.
rated() { systemd-analyze security --offline=true --threshold=20 "$1" >/dev/null; }

for unit in "$top"/contrib/systemd/*.service; do
	tap_ok "${unit##*/}: systemd rates its exposure 2.0 or lower" rated "$unit"
done
tap_is "the package's version is the program's" \
	"$(sed -n '1s/.*(\(.*\)).*/\1/p' "$top/debian/changelog")" \
	"$(sed -n 's/^AC_INIT(\[senderwatch\],\[\([^]]*\)\].*/\1/p' "$top/configure.ac")"
echo "1..$tap_count"
[ "$tap_failed" -eq 0 ]
