#!/bin/bash
# Lists on the site: of groups that a list of names makes, of figures that others published, of registered domains.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
cd "$work" || exit 1
senderwatch=$build/senderwatch
"$build/tests/report/make_database" test.db 2 || exit 1
site() { "$senderwatch" site --database test.db --period 2026-09:2026-10 "$@" 2>err; }

# cohort PUBLIC: two groupings of the domains that there are, by digits of their pseudonyms.
cohort() {
	printf '%s\n' "senderwatch-cohort 1" "key 0100000000000000" "name Our list" "public $1" \
		"column region" "group north" "group south" "column sector" "group public" "group private" ""
	sqlite3 -separator ' ' test.db "SELECT lower(hex(pseudonym)), substr(hex(pseudonym), 1, 1) < '8',
		substr(hex(pseudonym), 2, 1) < '4' FROM subject ORDER BY pseudonym"
}
cohort no >hidden.cohort
cohort yes >public.cohort

tap_ok "a list that is not public" site --cohort hidden.cohort hidden
tap_ok "has a page for each month" test -s hidden/en/cohort-1-1-2026-09.html -a -s hidden/ja/cohort-1-1-2026-10.html
tap_ok "of its first grouping" grep -q 'Our list: region' hidden/en/cohort-1-1-2026-10.html
tap_is "and none of another: two, each with its own gaps, could give away what one hides" \
	"$(find hidden -name 'cohort-1-2*')" ""
tap_ok "and no word of it" eval '! grep -rq sector hidden'
tap_ok "a public list" site --cohort public.cohort public
tap_ok "has pages of all groupings" test -s public/en/cohort-1-1-2026-10.html -a -s public/en/cohort-1-2-2026-10.html
tap_ok "with their groups" grep -q private public/en/cohort-1-2-2026-10.html
tap_ok "two lists stand beside each other" eval 'site --cohort hidden.cohort --cohort public.cohort both &&
	[ -s both/en/cohort-1-1-2026-10.html ] && [ -s both/en/cohort-2-2-2026-10.html ]'
tap_ok "nothing of a pseudonym is published" eval \
	'! grep -rqFf <(cut -d" " -f1 hidden.cohort | grep -E "^[0-9a-f]{32}$" | head -n 500) hidden public both'

sed 's/^key .*/key 0200000000000000/' public.cohort >foreign.cohort
tap_ok "a list of another key is refused" eval '! site --cohort foreign.cohort public && grep -q "another key" err'
tap_ok "and leaves what was there" test -s public/en/cohort-1-1-2026-10.html
tap_ok "so does one that is not there" eval '! site --cohort nowhere.cohort public && [ -s public/index.html ]'

tap_ok "figures that others published" site --registry jp --series "$top/contrib/series/jp-2018.csv" series
tap_ok "have a page" grep -q 2018-07 series/en/series-1.html
tap_ok "that names their source" grep -q 'Joint study with JPRS' series/ja/series-1.html
printf 'series,source\nx,y\n' >bad.csv
tap_ok "a file that lacks columns is refused" eval '! site --series bad.csv series && grep -q bad.csv err'

printf 'group,total\nCO,900000\nTOTAL,1700000\n' >totals.csv
tap_ok "with how many domains are registered" site --registry jp --totals totals.csv totals
# Lower bounds of the groups in a site's data.
bounds() { python3 -c 'import csv, sys; print(*sorted({r["group"] for r in csv.DictReader(sys.stdin) if r["mx_bound_low"]}))' \
	<"$1/data/adoption.csv"; }
tap_is "bounds are told of the groups that are told" "$(bounds totals)" "CO TOTAL"
tap_is "and of none without" "$(bounds series)" ""
tap_is "too many lists make no sense" "$(mapfile -t many < <(yes -- --cohort=public.cohort | head -n 100)
	site "${many[@]}" many; echo $?)" 2
tap_end
