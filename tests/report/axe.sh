#!/bin/bash
# Every page of the site in Chromium, in four looks: axe-core finds nothing. Its npm packages are kept in the
# user's cache, so that only the first run needs the network.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
# The last playwright-core that runs on Debian 12's Node.js 18 is 1.61.
packages=(axe-core@4.14.1 playwright-core@1.61.1)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/senderwatch/${packages[0]}-${packages[1]}

skip_all() {
	echo "1..0 # SKIP $1"
	rm -rf "$work"
	exit 0
}

chromium=${CHROMIUM:-$(command -v chromium)} || skip_all "chromium is not there"
command -v node >/dev/null || skip_all "node is not there"
export CHROMIUM=$chromium
if [ ! -d "$cache/node_modules/axe-core" ] || [ ! -d "$cache/node_modules/playwright-core" ]; then
	command -v npm >/dev/null || skip_all "npm is not there"
	mkdir -p "$cache"
	timeout 300 npm install --prefix "$cache" --no-audit --no-fund --ignore-scripts \
		"${packages[@]}" >"$work/npm.log" 2>&1 || skip_all "npm can't install axe-core"
fi

"$build/tests/report/make_database" "$work/test.db" 2 || exit 1
tap_ok "the site is written" "$build/senderwatch" site --database "$work/test.db" --registry jp \
	--period 2026-09:2026-10 --publisher 'A & B <"Internet">' "$work/site"
timeout 1800 node "$top/tests/report/axe.js" "$cache/node_modules" "$work/site" >"$work/axe.log"
tap_is "Chromium went through all pages" "$?" 0
while read -r line; do
	case $line in
	"ok "*) tap_ok "${line#ok }" true ;;
	"not ok "*) tap_ok "${line#not ok }" false ;;
	*) echo "$line" ;;
	esac
done <"$work/axe.log"
tap_ok "at least the four looks of ten pages" test "$(grep -c '^ok\|^not ok' "$work/axe.log")" -ge 40
tap_end
