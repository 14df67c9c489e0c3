# shellcheck shell=bash
# The DNS in a network namespace, for benchmarks of resolvers: to be sourced after tap_begin, by a script that runs
# in `unshare --net`, where port 53 is free.
#
#   world_start SCALE [FIRST LAST]   root, top-level domains and the population's own servers: an NSD each; the mail
#                          records of some domains, by their lines in world_domains, live for a second, also where
#                          they are not there
#   world_conf FILE HOW    a resolver's settings: `forwarded`, `recursed` or `validated`
#   world_check FILE NAME...   does a resolver with these settings answer, and validate where it should?
#
# forwarded   all questions go to the one server that has all zones: a miss is one question, the cheapest there can be
# recursed    from the root hints down, with QNAME minimisation, as resolvers are run
# validated   the same, and DNSSEC is validated, as Debian's Unbound is set up: root and jp are signed (NSEC3,
#             opt-out), one in 300 names of jp has a DS record, those that are asked for have none
#
# Sets world_domains, a file with all names, one a line.
# shellcheck disable=SC2154

world_root=127.53.0.1 world_tld=127.53.0.2 world_hosts=127.53.0.3
world_soa='@ 3600 IN SOA ns hostmaster 1 7200 900 1209600 900'

# world_zone FOLDER NAME: its text from stdin.
world_zone() {
	mkdir -p "$work/$1"
	printf 'zone:\n name: "%s"\n zonefile: "%s"\n' "$2" "zone.$2" >>"$work/$1/zones.conf"
	{ printf "\$ORIGIN %s\n\$TTL 86400\n%s\n" "$2" "$world_soa"; cat; } >"$work/$1/zone.$2"
}

# world_nsd NAME ADDRESS
world_nsd() {
	local lab_address=$2 lab_port=53 lab_dir=$work/$1-run
	mkdir -p "$lab_dir" "$work/$1"
	lab_nsd_conf "$work/$1" >"$lab_dir/nsd.conf"
	lab_spawn "$1" nsd -d -c "$lab_dir/nsd.conf"
	lab_await "$1" 3600 lab_nsd_started "$1" || lab_fail "NSD did not start: see $lab_logs/$1.log"
	! grep error "$lab_logs/$1.log" || lab_fail "NSD does not serve all zones"
}

# world_sign ZONEFILE NAME [OPTION-OF-LDNS-SIGNZONE...]: with one key; prints the path of its files.
world_sign() {
	local file=$1 name=$2 key
	shift 2
	key=$(cd "$work/keys" && ldns-keygen -k -a RSASHA256 -b 2048 -r /dev/urandom "$name") || return
	ldns-signzone -o "$name" -f "$file.signed" "$@" "$file" "$work/keys/$key" && mv "$file.signed" "$file" &&
		echo "$work/keys/$key"
}

world_start() {
	local jp_key root_key
	ip link set lo up || lab_fail "no loopback interface"
	mkdir "$work/hosts" "$work/keys"
	"$build/tools/population/population" --scale "$1" --output "$work/hosts" \
		--survey "$top/tools/data/jp-types-2018-07-03.csv" >/dev/null
	echo "ns A $world_hosts" >>"$(sed -n 's/^ zonefile: "\(.*\/example\.net\.zone\)"/\1/p' "$work/hosts/zones.conf" |
		sed "s|^|$work/hosts/|")"
	world_domains=$work/domains
	cut -d, -f1 "$work/hosts/domains.csv" | tail -n +2 | grep -F . >"$world_domains"
	awk -v first="${2-0}" -v last="${3-0}" '
		{ gsub(/"/, "") }
		NR == FNR { if (FNR >= first && FNR <= last) short[$1]; next }
		$1 == "name:" { is_short = $2 in short }
		$1 == "zonefile:" && is_short { print $2 }' "$world_domains" "$work/hosts/zones.conf" |
		(cd "$work/hosts" && xargs -r sed -i -E 's/^([^ ]+)( [0-9]+)? (MX|TXT) /\1 1 \3 /; /^@ SOA/s/ [0-9]+$/ 1/')

	world_zone tld net. <<-ZONE
	@ NS ns
	ns A $world_tld
	example NS ns.example
	ns.example A $world_hosts
	ZONE
	world_zone tld com. <<-ZONE
	@ NS ns.net.
	example NS ns.example.net.
	ZONE
	{
		printf '@ NS ns\nns A %s\n' "$world_tld"
		awk 'NR % 300 == 0 {
			print "signed-" NR " NS ns.example.net."
			print "signed-" NR " DS 1 8 2 " sprintf("%064X", NR) }' "$world_domains"
	} | world_zone tld jp.
	jp_key=$(world_sign "$work/tld/zone.jp." jp -n -p -t 1) || lab_fail "jp can't be signed"
	# As opt-out has it (RFC 5155 section 6): no NSEC3 record for what is not signed.
	sed 's/$/. NS ns.example.net./' "$world_domains" - <<<example.jp >>"$work/tld/zone.jp."
	world_zone root . <<-ZONE
	@ NS ns.root.
	ns.root A $world_root
	jp NS ns.jp.
	ns.jp A $world_tld
	net NS ns.net.
	com NS ns.net.
	ns.net A $world_tld
	$(cat "$jp_key.ds")
	ZONE
	root_key=$(world_sign "$work/root/zone.." .) || lab_fail "the root can't be signed"
	cp "$root_key.key" "$work/anchor"
	printf '. 86400 IN NS ns.root.\nns.root. 86400 IN A %s\n' "$world_root" >"$work/hints"
	world_nsd hosts "$world_hosts"
	world_nsd tld "$world_tld"
	world_nsd root "$world_root"
}

world_conf() {
	lab_unbound_base >"$1"
	case $2 in
	forwarded)
		lab_address=$world_hosts lab_unbound_forward 53 >>"$1"
		return
		;;
	validated) printf 'server:\n trust-anchor-file: "%s"\n' "$work/anchor" >>"$1" ;;
	esac
	printf 'server:\n root-hints: "%s"\n qname-minimisation: yes\n' "$work/hints" >>"$1"
}

world_check() {
	local conf=$1 wanted='' name got
	shift
	! grep -q trust-anchor-file "$conf" || wanted=yes
	lab_start_unbound check "$conf"
	for name in "$@"; do
		got=$(drill -p "$lab_port" "@$lab_address" "$name" TXT)
		grep -q 'rcode: NOERROR' <<<"$got" || lab_fail "no answer for $name: $got"
	done
	got=$(drill -D -p "$lab_port" "@$lab_address" jp SOA | sed -n 's/^;; flags:.* ad .*/yes/p')
	[ "$got" = "$wanted" ] || lab_fail "jp: validated \"$got\", wanted \"$wanted\""
	lab_stop check
}
