#!/bin/bash
# Alert rules and dashboard, by Prometheus itself: promtool's unit tests of the rules; then a Prometheus that scrapes a
# real collector, to which resolvers deliver over TLS, one of them in vain. Whatever rules and panels name is there.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"
if ! command -v prometheus >/dev/null || ! command -v promtool >/dev/null; then
	echo "1..0 # SKIP prometheus is not there"
	exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
# shellcheck source=tools/lab.sh
. "$top/tools/lab.sh"

rules=$top/contrib/prometheus/senderwatch.rules.yml
dashboard=$top/contrib/grafana/senderwatch.json
mkdir "$work/rules"
cp "$rules" "$top"/tests/contrib/alerts*.yml "$work/rules"

# Says what a command had to say, if it fails.
quietly() {
	"$@" >"$work/said" 2>&1 && return
	sed 's/^/# /' "$work/said"
	return 1
}

# --- Rules
tap_ok "promtool finds the rules good" quietly promtool check rules "$rules"
for file in "$work"/rules/alerts*.yml; do
	tap_ok "alerts fire when they must, and only then: $(basename "$file")" quietly promtool test rules "$file"
done
mapfile -t alerts < <(sed -n 's/^ *- alert: //p' "$rules")
tap_ok "there are alerts" test ${#alerts[@]} -gt 10
firing() { grep -ohE "ALERTS\{alertname=\"$1\",alertstate=\"firing\"[^}]*\}" "$work"/rules/alerts*.yml; }
for alert in "${alerts[@]}"; do
	tap_ok "$alert: its firing is tested" test -n "$(firing "$alert")"
	# What is written of an alert names labels that it has.
	awk -v alert="$alert" '/- alert: / { ours = $3 == alert } ours' "$rules" | grep -o '\$labels\.[a-z]*' | sort -u |
		while IFS=. read -r _ label; do
			firing "$alert" | grep -q "[,{]$label=" || echo "$label"
		done >"$work/labels"
	tap_is "$alert: so are the labels that it writes" "$(cat "$work/labels")" ""
done
# An alert that never fires, and one that always does, would be found.
for change in 's/> 3600$/> 7200/' 's/\(clock_skew_seconds) > \)86400/\10/' 's/\(merging\) == 0/\1 >= 0/'; do
	sed "$change" "$rules" >"$work/rules/senderwatch.rules.yml"
	tap_ok "a rule that is wrong would be found: $change" eval \
		'! cmp -s "$rules" "$work/rules/senderwatch.rules.yml" && ! promtool test rules "$work/rules/alerts.yml" >"$work/said" 2>&1'
done

# --- A collector, and resolvers
lab_begin "$work"
lab_collector=$build/collector/senderwatchd
mkdir "$work/certificates"
"$top/tests/collector/certificates.sh" "$work/certificates" || tap_ok "certificates" false
lab_pick_port
tls_port=$lab_port
lab_pick_port
metrics_port=$lab_port
printf '%s\n' "listen = $work/collector.sock" "listen-tls = 127.0.0.1@$tls_port" \
	"tls-certificate = $work/certificates/collector.pem" "tls-key = $work/certificates/collector.key" \
	"tls-authorities = $work/certificates/ca.pem" "tls-revoked = $work/certificates/crl.pem" \
	"database = $work/senderwatch.db" "metrics = $metrics_port" \
	"operation-timeout = 2" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"

# Prometheus as senderwatch.rules.yml tells, but twice a second.
lab_pick_port
prometheus=http://127.0.0.1:$lab_port
{
	echo "global: { scrape_interval: 500ms, evaluation_interval: 500ms }"
	sed -n '/^#   /s/^#   //p' "$rules" | sed -e "s|/etc/prometheus/|$(dirname "$rules")/|" -e "s/:9715/:$metrics_port/"
} >"$work/prometheus.yml"
tap_ok "promtool finds the settings good" quietly promtool check config "$work/prometheus.yml"
lab_spawn prometheus prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
	--web.listen-address="${prometheus#http://}" --log.level=warn
ask() { promtool query instant "$prometheus" "$1" 2>"$work/said"; }
asked() { [ -n "$(ask "$1")" ]; }
tap_ok "Prometheus scrapes the collector" tap_await 60 asked 'up{job="senderwatchd"} == 1'

deliver() { "$build/tests/bench/senders" -n 3 -s "$1" -p 200 -b 20 -d 5 -t "$work/certificates,$2" "$tls_port"; }
deliver 0 resolver-1 >"$work/resolver-1" &
first=$!
deliver 1 resolver-2 >"$work/resolver-2" &
second=$!
deliver 0 revoked >"$work/revoked" 2>&1
tap_ok "a revoked resolver delivers nothing" test $? -ne 0
wait "$first" "$second"
tap_ok "others do" grep -q 'batches=[1-9]' "$work/resolver-1"
kill -HUP "$(cat "$work/collector-daemon.pid")"
tap_ok "all of it is scraped" tap_await 30 asked 'senderwatch_resolver_batches_total{resolver="resolver-2.example.net"} > 0
	and on (instance) senderwatch_certificate_reloads_total{result="taken"} > 0'

# --- What they name is there
# Lines "PANEL<tab>EXPRESSION" as Grafana would send them; a variable's query asks for series too.
python3 - "$dashboard" >"$work/expressions" <<'PYTHON'
import json, re, sys
dashboard = json.load(open(sys.argv[1]))
values = {"$instance": ".*", "$resolver": ".*", "$__rate_interval": "2m", "$__range": "2m"}
def show(title, expression):
    print(title, re.sub(r"\$\w+", lambda name: values[name[0]], expression), sep="\t")
for variable in dashboard["templating"]["list"]:
    if variable["type"] == "query":
        show(variable["name"], re.fullmatch(r"label_values\((.*), \w+\)", variable["definition"])[1])
for panel in dashboard["panels"]:
    for target in panel.get("targets", []):
        show(panel["title"], target["expr"])
PYTHON
tap_ok "the dashboard asks for $(wc -l <"$work/expressions") things" test "$(wc -l <"$work/expressions")" -gt 30
while IFS=$'\t' read -r panel expression; do
	# After a scrape that took more than half a second there is nothing until the next one.
	tap_ok "panel $panel: $expression" tap_await 20 asked "$expression"
done <"$work/expressions"
tap_ok "one that is misspelt would be found" eval '! asked senderwatch_merginx'

curl() { python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$prometheus$1"; }
curl '/api/v1/label/__name__/values' | grep -o '"senderwatch_[a-z_]*"' | tr -d '"' | sort >"$work/there"
grep -v '^ *#' "$rules" | grep -oE 'senderwatch_[a-z_]+' | sort -u >"$work/named"
tap_ok "there are metrics" test "$(wc -l <"$work/there")" -gt 25
tap_is "all metrics of the rules are there" "$(comm -23 "$work/named" "$work/there")" ""
# _bucket, _sum and _count are one metric.
tap_is "what collector.md tells is there, and nothing else" \
	"$(sed -n '/^| metric /,/^$/p' "$top/doc/collector.md" | cut -d'|' -f2 | grep -o 'senderwatch_[a-z_]*' | sort)" \
	"$(sed -E 's/_(bucket|sum|count)$//' "$work/there" | sort -u)"
while read -r metric; do
	grep -qE "$metric" "$dashboard" || echo "$metric"
done < <(sed -E 's/_(bucket|sum|count)$//' "$work/there" | sort -u | grep -vE '_expiry_|_reloads_') >"$work/unseen"
tap_is "the dashboard shows each of them" "$(cat "$work/unseen")" ""

# Certificates and revocation list of these tests are good for 30 days, authorities for 60.
fires() { asked "ALERTS{alertname=\"$1\",alertstate=\"firing\"}"; }
for alert in CertificateEnds RevocationListEnds AuthorityEnds ResolverCertificateEnds; do
	tap_ok "Prometheus fires Senderwatch$alert" tap_await 20 fires "Senderwatch$alert"
done
tap_is "and no other" "$(ask 'count(ALERTS{alertstate="firing"} unless on (alertname) ALERTS{alertname=~".*Ends"})')" ""
curl /api/v1/rules >"$work/evaluated"
tap_is "all rules can be evaluated" "$(grep -o '"health":"[a-z]*"' "$work/evaluated" | sort | uniq -c | tr -s ' ')" \
	" ${#alerts[@]} \"health\":\"ok\""
tap_ok "an alert says whom it is about" grep -q 'The certificate of resolver-1.example.net ends in 29d 23h' "$work/evaluated"
tap_is "and nothing went wrong in what alerts say" "$(grep -c 'error expanding template' "$work/evaluated")" 0
lab_stop prometheus
lab_stop collector
tap_end
