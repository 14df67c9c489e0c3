#!/bin/bash
# The table of local governments by region, as it was published: 1,788 domains, asked for as mail servers do, in the
# two groupings that the survey has, against its figures.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day

published=$top/tools/data/municipalities-2018-07-04.csv
mkdir "$work/population"
grep -E '^(type|LG|REGIONAL),' "$top/tools/data/jp-types-2018-07-03.csv" >"$work/survey.csv"
tap_ok "the population is made" "$build/tools/population/population" --scale 1 --survey "$work/survey.csv" \
	--municipalities "$published" --output "$work/population"
list=$work/population/municipalities.csv
sed '1d; s/,.*//' "$list" >"$work/names"
tap_is "there are 1,788 local governments" "$(sort -u "$work/names" | wc -l)" 1788

module_conf "capacity = 65536"
printf '%s\n' "listen = $work/collector.sock" "database = $work/senderwatch.db" >"$work/collector.conf"
lab_start_nsd nsd "$work/population"
unbound_conf "$work/resolver.conf" "$lab_port" with-module
lab_start_collector collector "$work/collector.conf"
lab_start_unbound unbound "$work/resolver.conf"
sed 's/.*/& MX\n& TXT\n_dmarc.& TXT/' "$work/names" >"$work/queries"
tap_ok "all questions are answered" lab_ask "$lab_port" "$work/queries"
tap_ok "Unbound stops" lab_stop unbound
tap_ok "the collector stops" lab_stop collector

tap_ok "the list becomes a cohort" "$build/senderwatch" cohort import "$list" --key "$work/key" --public \
	--name "local governments" --output "$work/cohort"
tap_is "which tells no name" "$(grep -cFf "$work/names" "$work/cohort")" 0

# region RECORD FIELDS: the region table of SPF or DMARC: region, domains, MX domains, known, present. The window is
# of two months because one may end meanwhile.
region() {
	"$build/senderwatch" report --database "$work/senderwatch.db" --period "$(date -u +%Y-%m)" --window 2 \
		--cohort "$work/cohort" --column "region_$1" --format csv | sed 1d | cut -d, -f"1-3,$2"
}

# wanted COLUMN: the same, as published; every government has MX records.
wanted() {
	awk -F, -v column="$1" '
		function row(name, all, present) { printf "%s,%d,%d,%d,%d\n", name, all, all, all, present }
		NR > 1 { row($1 " (" $2 ")", $(column + 1), $column); present += $column; all += $(column + 1) }
		END { row("TOTAL", all, present) }' "$published"
}

tap_is "SPF by region is as published" "$(region spf 4-5)" "$(wanted 3)"
tap_is "DMARC by region is as published" "$(region dmarc 6-7)" "$(wanted 5)"
tap_is "SPF in all: 1435 of 1788" "$(region spf 4-5 | tail -n 1)" TOTAL,1788,1788,1788,1435
tap_is "DMARC in all: 3 of 1788" "$(region dmarc 6-7 | tail -n 1)" TOTAL,1788,1788,1788,3
tap_end
