# shellcheck shell=bash
# From packages of the first release that had a database to today's, on a machine that is resolver and
# collector at once: one month is over and closed by then, another is under way.
# shellcheck disable=SC2034,SC2154 # variables of ./run and machines.sh
# shellcheck disable=SC2016 # commands for other machines

# A clone need not have the tag.
first_release=v0.1.0 first_commit=65d5c4859fd808793a0bbe7efb0c9966bb6c419a
old_address=$network.30
database=/var/lib/senderwatch/senderwatch.db

old_commit() {
	local name
	for name in "$first_release" "$first_commit"; do
		git -C "$top" rev-parse --quiet --verify "$name^{commit}" 2>/dev/null && return
	done
}

# Today's packaging, with what it installs beside what make does; less what that release had not.
old_source() {
	mkdir "$1"
	git -C "$top" archive "$(old_commit)" | tar -C "$1" -xf -
	tar -C "$top" -cf - debian contrib/apparmor contrib/config contrib/grafana contrib/prometheus contrib/systemd doc/collector.md |
		tar -C "$1" --no-same-owner -xf -
	sed -i "1s/(.*)/(${first_release#v})/" "$1/debian/changelog"
	sed -i '/^usr\/share\/\(bash-completion\|man\|senderwatch$\|zsh\)/d' "$1"/debian/*.install
	sed -i '/^status-file/d' "$1/contrib/config/senderwatchd.conf"
	rm -f "$1"/debian/*.examples
}

upgrade_prepare() {
	if [ -z "$(old_commit)" ]; then
		echo "# $top is no clone that has the history back to $first_release ($first_commit)"
		tap_ok "the first release's source is there" false
		return
	fi
	tree old-build admin
	tree_bind[old-build]=$cache
	old_source "$trees/old-build/root/old"
	must "packages of the first release" tree_run old-build env "SENDERWATCH_CACHE=$cache" \
		sh -c 'cd old && dpkg-buildpackage --build=binary --no-sign'
	tree old provider
	mkdir "$trees/old/root/old" "$trees/old/root/new"
	cp "$trees"/old-build/root/*_"${first_release#v}"_*.deb "$packages"/unbound_*.deb "$trees/old/root/old"
	cp "$packages"/*.deb "$trees/old/root/new"
	tree_drop old-build
	resolver_settings "$old_address" >"$trees/old/etc/unbound/unbound.conf.d/provider.conf"
	must "what the machine will need" tree_run old sh -c \
		'apt-get install --yes --no-install-recommends faketime procps && install="apt-get install --yes
		--download-only --no-install-recommends publicsuffix" &&
		$install ./old/unbound_*.deb ./old/*senderwatch*_*.deb && $install ./new/unbound_*.deb ./new/*senderwatch*_*.deb'
}

on_old() { machine old sh -euc "$1" >>"$work/upgrade.log" 2>&1; }

install_of() { # FOLDER
	on_old "apt-get install --yes --no-install-recommends \
		--option Dpkg::Options::=--force-confold publicsuffix ./$1/unbound_*.deb \
		./$1/unbound-module-senderwatch_*.deb ./$1/senderwatchd_*.deb ./$1/senderwatch_*.deb"
}

switch_on_old() {
	on_old '
		senderwatch key new /etc/unbound/senderwatch.key
		chown root:unbound /etc/unbound/senderwatch.key
		chmod 0640 /etc/unbound/senderwatch.key
		cat >/etc/unbound/senderwatch.conf <<-CONF
		key-file = /etc/unbound/senderwatch.key
		socket = /run/senderwatch/collector.sock
		resolver = old.example.net
		spool = /var/lib/unbound/senderwatch/spool
		status-file = /var/lib/unbound/senderwatch/status.json
		CONF
		echo "socket-mode = 0666" >>/etc/senderwatch/senderwatchd.conf
		ln -s ../senderwatch-dynlib.conf /etc/unbound/unbound.conf.d/senderwatch.conf'
}

# at DAYS: what the two daemons take for today; their own clock says how long something takes.
at() {
	on_old "
		systemctl stop unbound senderwatchd
		for unit in unbound senderwatchd; do
			mkdir -p /etc/systemd/system/\$unit.service.d
			printf '[Service]\nEnvironment=FAKETIME=%s DONT_FAKE_MONOTONIC=1\nEnvironment=LD_PRELOAD=%s\n' '$1' \
				\$(echo /usr/lib/*/faketime/libfaketimeMT.so.1) >/etc/systemd/system/\$unit.service.d/time.conf
			[ '$1' != now ] || rm -r /etc/systemd/system/\$unit.service.d
		done
		systemctl daemon-reload
		systemctl start senderwatchd unbound"
}

old_report() { machine old senderwatch report --period "$1" --registry jp --by type --min-cell 0 --format csv; }
old_sql() { sqlite3 -readonly "$trees/old$database" "$1"; }

# What both schemas have: every row of it.
old_rows() {
	old_sql "SELECT month, hex(subject), mechanism, outcome, digest, features, dnssec, days, hex(marks),
		seen, ord FROM sighting ORDER BY 1, 2, 3, 4, 5"
	old_sql "SELECT hex(pseudonym), s.suffix, registry, type, hex(key_id), name FROM subject
		JOIN suffix AS s ON s.id = subject.suffix
		JOIN pseudonym_key AS k ON k.id = pseudonym_key ORDER BY 1"
	old_sql "SELECT * FROM resolver ORDER BY 1"
	old_sql "SELECT day, resolver FROM resolver_day ORDER BY 1, 2"
	old_sql "SELECT hex(instance), resolver, hex(key_id), last_sequence, batches, observations
		FROM sender ORDER BY 1"
}

is_closed() { [ "$(old_sql "SELECT count(*) FROM closed_month WHERE done_to IS NULL")" -ge 1 ]; }
knows() { [ "$(old_sql "SELECT count(*) FROM sighting WHERE month = $1")" -ge "$2" ]; }

fill_old() {
	must "the first release's line is switched on" switch_on_old
	must "the clock is put back" at -40d
	must "the resolver answers, then" share "$old_address" "$work/questions"
	must "every domain is in that month's table" tap_await 60 tables_equal_truth old_report "$old_month"
	must "the clock is put forward" at now
	must "that month is closed" tap_await 60 is_closed
	must "the resolver answers, now" share "$old_address" "$work/questions-1"
	must "Unbound hands over what it has" on_old 'systemctl stop unbound'
	must "the running month has domains" tap_await 60 knows "$(tr -d - <<<"$this_month")" 100
}

# The module's package starts Unbound again, since it may have refused the module of before.
upgrade_old() {
	local month
	for month in "$old_month" "$this_month"; do
		old_report "$month" | cut -d, -f1-7 >"$work/before-$month.csv"
	done
	old_rows >"$work/rows-before"
	tap_is "the first release's database" "$(old_sql 'PRAGMA user_version')" 1
	must "today's packages take their place" install_of new
	tap_ok "both daemons run" on_old 'systemctl is-active unbound senderwatchd'
	tap_ok "the database is brought up to date" tap_await 60 newer_schema
	old_rows >"$work/rows-after"
	tap_ok "no row is lost or changed" cmp "$work/rows-before" "$work/rows-after"
	for month in "$old_month" "$this_month"; do
		old_report "$month" | cut -d, -f1-7 >"$work/after-$month.csv"
		tap_ok "the table of $month is what it was" cmp "$work/before-$month.csv" "$work/after-$month.csv"
	done
	tap_ok "the database is sound" on_old 'senderwatch check'
	must "the resolver answers, with today's module" share "$old_address" "$work/questions"
	tap_ok "and every domain is in the running month's table" \
		tap_await 60 tables_equal_truth old_report "$this_month"
}

newer_schema() { [ "$(old_sql 'PRAGMA user_version')" -gt 1 ]; }

purge_old() {
	tap_ok "packages are removed" on_old \
		'apt-get remove --yes unbound-module-senderwatch senderwatchd senderwatch'
	tap_ok "the database stays" on_old "test -s $database"
	tap_ok "packages are purged" on_old \
		'apt-get purge --yes unbound-module-senderwatch senderwatchd senderwatch'
	tap_is "only the key stays, which no package made" "$(leftovers old)" /etc/unbound/senderwatch.key
	tap_ok "Unbound starts without all that" on_old 'systemctl restart unbound'
}

upgrade() {
	local old_month this_month
	[ -n "$(old_commit)" ] || return 0
	old_month=$(date -u -d '40 days ago' +%Y-%m)
	this_month=$(date -u +%Y-%m)
	machine_boot old "$old_address"
	must "the first release is installed" install_of old
	fill_old
	upgrade_old
	purge_old
}
