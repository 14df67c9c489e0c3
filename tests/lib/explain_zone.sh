#!/bin/sh
# senderwatch explain --zone on zone files, and what it says of bad ones: TAP.
set -u
zones=$srcdir/tests/lib/zones
count=0

result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; fi
}

explain() { "$builddir/senderwatch" explain "$@"; }

for zone in example.jp wildcard.co.jp; do
	difference=$(explain --zone "$zones/$zone.zone" 2>&1 | diff "$zones/$zone.expected" - 2>&1)
	status=$?
	[ $status -eq 0 ] || echo "$difference" | sed 's/^/# /'
	result $status "$zone is explained as expected"
done

printf 'example.jp. 60 IN TXT "unfinished\n' >bad_zone_$$
explain --zone bad_zone_$$ >out_$$ 2>&1
[ $? -eq 1 ] && grep -q "bad_zone_$$:" out_$$
result $? "a malformed zone file is refused, and named"
explain --zone /nonexistent/zone >out_$$ 2>&1
[ $? -eq 1 ] && grep -q 'No such file' out_$$
result $? "a file that is not there is an error"
rm -f bad_zone_$$ out_$$

explain example.jp A >/dev/null 2>&1
[ $? -eq 2 ]
result $? "a type that is not watched is a usage error"
explain example.jp >/dev/null 2>&1
[ $? -eq 2 ]
result $? "a missing type is a usage error"
explain example.jp MX 'no preference' >/dev/null 2>&1
[ $? -eq 2 ]
result $? "a malformed record is a usage error"
explain www.example.jp TXT 'v=spf1 -all' | grep -q '^mechanism *none'
result $? "a name that is not watched is said to be so"
! explain example.jp TXT "$(printf 'v=spf1 \033[31m')" | grep -q "$(printf '\033')"
result $? "no control character of a record reaches the terminal"
echo "1..$count"
