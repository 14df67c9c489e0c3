#!/bin/sh
# Instructions that the library takes, counted by callgrind: a Markdown table.
# usage: records.sh BUILD-FOLDER
set -eu
program=${1:?usage: records.sh BUILD-FOLDER}/tests/bench/records
times=200

# Between N and 2 N repetitions, so that start-up cancels out.
count() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
		sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

cost() {
	one=$(count "$1" "$times")
	two=$(count "$1" $((2 * times)))
	[ -n "$one" ] && [ -n "$two" ] || return 1
	echo $(((two - one) / times))
}

row() {
	if cost=$(cost "$1"); then
		echo "| $2 | $cost | $3 |"
	else
		echo "| $2 | not there | $3 |"
	fi
}

echo "| what | instructions | goal |"
echo "| --- | --- | --- |"
row name-type "another type than TXT and MX" "< 300"
row name-www "\`www.example.co.jp\` TXT, not watched" "< 300"
row name-deep "\`2.0.0.127.zen.dnsbl.example.co.jp\` TXT, not watched" "< 300"
row name-acme "\`_acme-challenge.www.example.com\` TXT, not watched" "< 300"
row name-spf "\`example.co.jp\` TXT, watched" ""
row name-dmarc "\`_dmarc.example.co.jp\` TXT, watched" ""
row name-dkim "\`s1._domainkey.mail.example.co.jp\` TXT, watched" ""
row spf "typical SPF record, 87 octets" "< 3,000"
row spf-libspf2 "the same, libspf2's SPF_record_compile()" ""
row dmarc "typical DMARC record, 121 octets" ""
row dmarc-libopendmarc "the same, libopendmarc's opendmarc_policy_parse_dmarc()" ""
row dkim "DKIM key of 2048 bits" ""
for kind in terms exists macros ip6 modifiers spaces domain domains slashes \
	cidr qualifiers name digits; do
	if cost=$(cost hostile-$kind); then
		echo "| SPF record of 4,096 octets, $kind | $cost, $((cost / 4096)) an octet | <= 40 an octet |"
	fi
done
