#!/bin/bash
# What must not be counted, with the real features of the real resolver switched on: each such answer is
# in its counter and not in the database, and without the feature it is in the database.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin
tap_same_day

# shellcheck source=tests/integration/unknown_world.sh
. "$(dirname "$0")/unknown_world.sh"

module_conf "names = plain" "private-zone = private.or.jp" "flush-interval = 100" \
	"flush-deadline = 60000"
mapfile -t features < <(policies)
resolve outside "dynlib respip validator iterator" "$work/questions" "${features[@]}"
judge outside "$work/questions"
resolve inside "respip dynlib validator iterator" "$work/questions" "${features[@]}"
judge inside "$work/questions"

# Client subnets: what was made for one network is not counted, what is for all is.
cat >"$work/subnet-questions" <<'QUESTIONS'
specific.or.jp TXT subnet
general.or.jp TXT =general.or.jp|SPF|PRESENT|UNKNOWN
plain.or.jp TXT =plain.or.jp|SPF|PRESENT|UNKNOWN
plain.or.jp MX =plain.or.jp|MX|PRESENT|UNKNOWN
_dmarc.alias.or.jp TXT =alias.or.jp|DMARC|PRESENT|UNKNOWN
QUESTIONS
for chain in "dynlib subnetcache validator iterator" "subnetcache dynlib validator iterator"; do
	name=${chain%% *}-first
	if ! "$lab_unbound" -V | grep -q 'Linked modules:.* subnetcache'; then
		tap_skip "client subnets, $name" "this Unbound was built without subnetcache"
		continue
	fi
	resolve "$name" "$chain" "$work/subnet-questions" \
		"server:" " send-client-subnet: $subnet_address"
	judge "$name" "$work/subnet-questions"
done

# --- And without the features --------------------------------------------------------------------

# In permissive mode clients get bogus answers too; they are no more right for that.
grep 'co\.jp' "$work/questions" >"$work/signed-questions"
resolve permissive "dynlib validator iterator" "$work/signed-questions" \
	"server:" " trust-anchor-file: \"$work/anchor\"" " val-permissive-mode: yes"
judge permissive "$work/signed-questions"

module_conf "names = plain" "flush-interval = 100" "flush-deadline = 60000"
awk '$3 ~ /^(bogus|private|rewritten|-)$/' "$work/questions" >"$work/feature-questions"
echo "specific.or.jp TXT" >>"$work/feature-questions"
resolve control "dynlib validator iterator" "$work/feature-questions"
tap_is "without the features, each of these answers is counted" "$(wc -l <"$work/control.rows")" \
	"$(wc -l <"$work/feature-questions")"
[ "$tap_failed" -eq 0 ] || sed 's/^/# /' "$work/control.rows"
"$build/senderwatch" report --names --database "$work/outside.db" --period "$(date -u +%Y-%m)" \
	--registry jp --format csv >"$work/names.csv"
tap_is "the list of names says the same" "$(tail -n +2 "$work/names.csv" | cut -d, -f1 | LC_ALL=C sort)" \
	"$(sed -n 's/.* =\([^|]*\).*/\1/p' "$work/questions" | LC_ALL=C sort -u)"

tap_end
