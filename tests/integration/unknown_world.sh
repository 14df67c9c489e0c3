# shellcheck shell=bash
# The network and the resolver of the tests of what must not be counted: to be sourced after tap_begin.
#
#   $work/questions      what is asked, and what must come of it with all features switched on
#   resolve, judge       see below

# NAME TYPE: what comes of it with all features. "=" with subject, mechanism, outcome and DNSSEC status
# means that it is counted; a word is the counter of those that are not; "-" that no module is asked.
cat >"$work/questions" <<'QUESTIONS'
plain.or.jp TXT =plain.or.jp|SPF|PRESENT|UNKNOWN
plain.or.jp MX =plain.or.jp|MX|PRESENT|UNKNOWN
CaSe.Or.JP TXT =case.or.jp|SPF|PRESENT|UNKNOWN
case.OR.jp MX =case.or.jp|MX|PRESENT|UNKNOWN
_DMARC.case.or.jP TXT =case.or.jp|DMARC|PRESENT|UNKNOWN
_dmarc.alias.or.jp TXT =alias.or.jp|DMARC|PRESENT|UNKNOWN
_dmarc.wild.or.jp TXT =wild.or.jp|DMARC|ABSENT|UNKNOWN
wild.or.jp TXT =wild.or.jp|SPF|PRESENT|UNKNOWN
_dmarc.own.or.jp TXT =own.or.jp|DMARC|ABSENT|UNKNOWN
secure.co.jp TXT =secure.co.jp|SPF|PRESENT|SECURE
_dmarc.secure.co.jp TXT =secure.co.jp|DMARC|ABSENT|SECURE
unsigned.co.jp TXT =unsigned.co.jp|SPF|PRESENT|INSECURE
passed.or.jp TXT =passed.or.jp|SPF|PRESENT|UNKNOWN
bogus.co.jp TXT bogus
_dmarc.bogus.co.jp TXT bogus
refused.ne.jp TXT servfail
lame.or.jp TXT servfail
cut.or.jp TXT servfail
many.or.jp TXT malformed
none._domainkey.own.or.jp TXT unproven
nowhere.or.jp TXT nonexistent
_dmarc.nowhere2.or.jp TXT nonexistent
private.or.jp TXT private
_dmarc.private.or.jp TXT private
_dmarc.nxafter.or.jp TXT rewritten
_dmarc.nodataafter.or.jp TXT rewritten
_dmarc.dataafter.or.jp TXT rewritten
_dmarc.aliasafter.or.jp TXT rewritten
nxserver.or.jp TXT rewritten
nodataserver.or.jp TXT rewritten
dataserver.or.jp TXT rewritten
aliasserver.or.jp TXT rewritten
addressed.or.jp TXT rewritten
auth.or.jp TXT rewritten
_dmarc.auth.or.jp TXT rewritten
_dmarc.authalias.or.jp TXT rewritten
_dmarc.intoauth.or.jp TXT rewritten
nxname.or.jp TXT -
dataname.or.jp TXT -
static.or.jp TXT -
localdata.or.jp TXT -
QUESTIONS

# --- What the network says -----------------------------------------------------------------------

soa='@ 300 IN SOA ns.plain.or.jp. mail.plain.or.jp. 1 3600 600 86400 300
@ IN NS ns.plain.or.jp.'
spf='300 IN TXT "v=spf1 -all"'
dmarc='300 IN TXT "v=DMARC1; p=reject"'

zone() {
	printf 'zone:\n name: "%s"\n zonefile: "%s"\n' "$1" "$1" >>"$work/zones/zones.conf"
	{ printf "\$ORIGIN %s.\n%s\n" "$1" "$soa"; cat; } >"$work/zones/$1"
}

mkdir "$work/zones"
{
	for name in plain case wild passed private nxname dataname static localdata nxserver \
		nodataserver dataserver aliasserver auth authalias; do
		echo "$name $spf"
	done
	printf '%s\n' "plain 300 IN MX 10 mail.plain" "case 300 IN MX 10 mail.plain" \
		"_dmarc.case $dmarc" "_dmarc.private $dmarc" "ns.plain 300 IN A 127.83.84.1" \
		"_dmarc.alias 300 IN CNAME alias._report.plain" "alias._report.plain $dmarc" \
		"*.wild $spf" "_dmarc.auth $dmarc" "_dmarc.authalias 300 IN CNAME alias._report.plain" \
		"_dmarc.intoauth 300 IN CNAME _dmarc.auth" "lame 300 IN NS ns.plain"
	for name in nx nodata data alias; do
		printf '%s\n' "_dmarc.${name}after 300 IN CNAME $name.target" "$name.target $dmarc"
	done
	for ((i = 0; i < 300; i++)); do
		echo "many 300 IN TXT \"number $i\""
	done
} | zone or.jp
echo "@ $spf" | zone own.or.jp
printf '%s\n' "secure $spf" "_dmarc.secure 300 IN TXT other" "bogus $spf" "_dmarc.bogus $dmarc" \
	"unsigned 300 IN NS ns.plain.or.jp." | zone co.jp
echo "@ $spf" | zone unsigned.co.jp

# Signed; then what was signed is changed.
(
	cd "$work/zones" &&
		key=$(ldns-keygen -a ECDSAP256SHA256 -k co.jp) &&
		ldns-signzone -f co.jp.signed co.jp "$key" &&
		cp "$key.ds" "$work/anchor" &&
		sed '/^\(_dmarc\.\)\?bogus\.co\.jp\..*\bTXT\b/s/"\(v=[^ ;]*\)/"\1 changed/' co.jp.signed >co.jp
) >"$work/sign.log" 2>&1
tap_is "two records of the signed zone are changed" \
	"$(diff "$work/zones/co.jp.signed" "$work/zones/co.jp" | grep -c '^>')" 2

lab_start_nsd nsd "$work/zones"
server_port=$lab_port
subnet_address=127.83.84.86
lab_pick_port
subnet_port=$lab_port
lab_spawn subnet "$build/tests/integration/subnet_server" "$subnet_address" "$subnet_port"

# --- What the resolver makes of it ---------------------------------------------------------------

# All that is asked for is in stub zones: of NSD, with a server that has a name or none, and of the subnet
# server. And one zone is forwarded to a server that only refers to others.
stubs() {
	local name
	# No forward-zone for all: it would go before the auth-zones.
	for name in or co ne own.or unsigned.co; do
		printf 'stub-zone:\n name: "%s.jp"\n stub-addr: 127.0.0.1@%s\n' "$name" "$server_port"
	done
	printf 'forward-zone:\n name: "lame.or.jp"\n forward-addr: 127.0.0.1@%s\n' "$server_port"
	for name in addressed cut specific general; do
		printf 'stub-zone:\n name: "%s.or.jp"\n stub-addr: %s@%s\n' "$name" "$subnet_address" \
			"$subnet_port"
	done
	for name in nx nodata data alias; do
		printf 'stub-zone:\n name: "%sserver.or.jp"\n' "$name"
		printf ' stub-host: "%s.servers.or.jp"\n stub-addr: 127.0.0.1@%s\n' "$name" "$server_port"
	done
}

cat >"$work/policy" <<POLICY
\$ORIGIN policy.test.
$soa
nxname.or.jp CNAME .
dataname.or.jp $spf
passed.or.jp CNAME rpz-passthru.
nx.target.or.jp CNAME .
nodata.target.or.jp CNAME *.
data.target.or.jp 300 IN TXT "v=DMARC1; p=none"
alias.target.or.jp CNAME alias._report.plain.or.jp.
nx.servers.or.jp.rpz-nsdname CNAME .
nodata.servers.or.jp.rpz-nsdname CNAME *.
data.servers.or.jp.rpz-nsdname $spf
alias.servers.or.jp.rpz-nsdname CNAME plain.or.jp.
32.86.84.83.127.rpz-nsip CNAME .
POLICY
# That trigger must not hit the zones of the same server that are for other tests.
for name in cut specific general; do
	echo "$name.or.jp CNAME rpz-passthru." >>"$work/policy"
done
printf '%s\n' "\$ORIGIN auth.or.jp." "$soa" "@ $spf" >"$work/auth.zone"
printf '%s\n' "\$ORIGIN authalias.or.jp." "$soa" \
	"_dmarc 300 IN CNAME alias._report.plain.or.jp." >"$work/authalias.zone"

policies() {
	local name
	printf 'rpz:\n name: "policy.test"\n zonefile: "%s"\n' "$work/policy"
	for name in auth authalias; do
		printf 'auth-zone:\n name: "%s.or.jp"\n zonefile: "%s"\n' "$name" "$work/$name.zone"
		printf ' for-upstream: yes\n for-downstream: no\n'
	done
	printf 'server:\n trust-anchor-file: "%s"\n local-zone: "static.or.jp." static\n' "$work/anchor"
	printf " local-data: '%s %s'\n" localdata.or.jp. "$spf"
}

# resolve NAME CHAIN FILE-OF-QUESTIONS [LINE-OF-CONFIGURATION]...: asks them all; makes NAME.counters,
# one "NAME NUMBER" a line, and NAME.rows, what is in the database.
resolve() {
	local name=$1 chain=$2 questions=$3
	shift 3
	{
		lab_unbound_base
		stubs
		lab_unbound_module "$module"
		printf 'server:\n module-config: "%s"\n use-caps-for-id: yes\n' "$chain"
		printf '%s\n' "$@"
	} >"$work/$name.base"
	printf '%s\n' "listen = $work/collector.sock" "database = $work/$name.db" >"$work/collector.conf"
	lab_start_collector collector "$work/collector.conf"
	lab_start_unbound "$name" "$work/$name.base"
	cut -d' ' -f1,2 "$questions" >"$work/asked-lines"
	tap_ok "$name: all questions are answered" lab_ask "$lab_port" "$work/asked-lines" 15 5
	lab_stop "$name"
	lab_stop collector
	sed -n 's/.*senderwatch: seen/seen/p' "$work/$name.log" | tail -n 1 |
		sed 's/unknown: //; s/dropped: //; s/;//g' |
		awk '{ for (i = 1; i < NF; i += 2) print $i, $(i + 1) }' >"$work/$name.counters"
	sqlite3 "$work/$name.db" "
		SELECT name, CASE mechanism WHEN 1 THEN 'MX' WHEN 2 THEN 'SPF' WHEN 3 THEN 'DMARC'
			ELSE 'other' END,
			CASE outcome WHEN 1 THEN 'PRESENT' WHEN 2 THEN 'ABSENT' ELSE 'other' END,
			CASE dnssec WHEN 1 THEN 'UNKNOWN' WHEN 2 THEN 'INSECURE' WHEN 4 THEN 'SECURE'
			ELSE 'several' END
		FROM sighting JOIN subject ON subject = pseudonym" | LC_ALL=C sort >"$work/$name.rows"
}

# judge NAME FILE-OF-QUESTIONS: is all where the questions say?
judge() {
	local name=$1 counter
	tap_is "$name: just what may be counted is in the database" "$(cat "$work/$name.rows")" \
		"$(sed -n 's/.* =//p' "$2" | LC_ALL=C sort)"
	for counter in servfail bogus rewritten subnet private malformed nonexistent unproven; do
		tap_is "$name: $counter" "$(awk -v c="$counter" '$1 == c { print $2 }' "$work/$name.counters")" \
			"$(grep -c " $counter\$" "$2")"
	done
}
