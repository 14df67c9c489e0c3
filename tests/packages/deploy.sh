# shellcheck shell=bash
# doc/deploy.md on eight machines: each of its commands, taken from the page, in its order.
# shellcheck disable=SC2034,SC2154 # variables of ./run and machines.sh
# shellcheck disable=SC2016 # commands for other machines

steps=0
page=$top/doc/deploy.md

# --- The page's commands -------------------------------------------------------------------------

block() { awk -v heading="$1" -v block="$2" -f "$top/tests/packages/sections.awk" "$page"; }

# What the commands print is in $work/result.
run_commands() {
	local commands=$1 status=0
	shift
	printf -- '--- %s\n' "$commands" >>"$work/deploy.log"
	"$@" bash -eu -o pipefail -c "$commands" >"$work/result" 2>>"$work/deploy.log" || status=$?
	cat "$work/result" >>"$work/deploy.log"
	return "$status"
}

# step HEADING NUMBER HOW...: a block of commands below a heading. What follows needs what it did.
step() {
	local heading=$1 number=$2 commands
	shift 2
	commands=$(block "$heading" "$number") || bail "$page has no block $number in \"$heading\"" "$page"
	steps=$((steps + 1))
	run_commands "$commands" "$@" || bail "$heading, $number" "$work/deploy.log"
	tap_ok "$heading, $number" true
}

# --- The machines --------------------------------------------------------------------------------

resolver_address() { echo "$network.1$1"; }

# Who may log in where, and how all are called, is the provider's.
prepare_base() {
	local n
	tree_run base ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
	cp "$trees/base/root/.ssh/id_ed25519.pub" "$trees/base/root/.ssh/authorized_keys"
	echo 'StrictHostKeyChecking no' >"$trees/base/root/.ssh/config"
	{
		echo "127.0.0.1 localhost"
		echo "$network.20 counts.example.net counts"
		for n in 1 2 3 4 5 6; do
			echo "$(resolver_address "$n") resolver-$n.example.net resolver-$n"
		done
	} >"$trees/base/etc/hosts"
}

# The tree as it is here, without what was built in it.
copy_source() {
	mkdir -p "$1"
	if [ -e "$top/.git" ]; then
		git -C "$top" ls-files -z | tar -C "$top" --null -T - -cf - | tar -C "$1" --no-same-owner -xf -
	else
		tar -C "$top" --exclude='./build*' -cf - . | tar -C "$1" --no-same-owner -xf -
	fi
}

build_packages() {
	tree admin base
	copy_source "$trees/admin/root/senderwatch"
	tree_bind[admin]=$cache
	step "From nothing to the first monthly table" 1 tree_run admin
	step "Packages" 1 tree_run admin env "SENDERWATCH_CACHE=$cache"
	packages=$trees/admin/root/packages
}

lint_packages() {
	tree lint admin
	must "lintian is there" tree_run lint apt-get install --yes --no-install-recommends lintian
	tap_ok "lintian finds neither error nor warning" tree_run lint sh -c \
		'mv senderwatch_*.changes senderwatch_*.buildinfo packages && cd packages && lintian --allow-root \
			--fail-on error,warning --suppress-tags bad-distribution-in-changes-file senderwatch_*.changes'
	tree_drop lint
}

# What the machines will install they have fetched before: they reach only each other.
prepare_machines() {
	local n
	tree provider base
	must "Debian's Unbound on the resolvers" tree_run provider apt-get install --yes \
		--no-install-recommends unbound dns-root-data
	cp "$packages"/*.deb "$trees/provider/root"
	must "what the resolvers will need" tree_run provider sh -c 'apt-get install --yes --download-only \
		--no-install-recommends publicsuffix ./unbound_*.deb ./unbound-module-senderwatch_*.deb \
		./senderwatch_*.deb && rm *.deb'
	for n in 1 2 3 4 5 6; do
		tree "resolver-$n" provider
		resolver_settings "$(resolver_address "$n")" \
			>"$trees/resolver-$n/etc/unbound/unbound.conf.d/provider.conf"
	done
	must "a tracer on one resolver" tree_run resolver-4 apt-get install --yes --no-install-recommends strace
	tree counts base
	cp "$packages"/*.deb "$trees/counts/root"
	must "what the collector will need" tree_run counts sh -c 'apt-get install --yes --download-only \
		./senderwatchd_*.deb ./senderwatch_*.deb && rm *.deb'
}

boot_machines() {
	local n
	machine_boot admin "$network.2"
	machine_boot counts "$network.20"
	for n in 1 2 3 4 5 6; do
		machine_boot "resolver-$n" "$(resolver_address "$n")"
	done
}

# --- What is looked at between the commands ------------------------------------------------------

on_all() { # COMMAND
	local n
	for n in 1 2 3 4 5 6; do
		machine "resolver-$n" sh -c "$1" >>"$work/deploy.log" 2>&1 || return 1
	done
}

counts_report() {
	machine counts senderwatch report --period "$(date -u +%Y-%m)" --registry jp --by type \
		--min-cell 0 --format csv 2>>"$work/deploy.log"
}

# Debian's own Unbound must not come in beside a module that is not its own.
stale_is_impossible() {
	machine resolver-2 sh -c '
		version=$(apt-cache madison unbound | awk "{ print \$3; exit }")
		! apt-get --simulate --yes --allow-downgrades --allow-change-held-packages install \
			"unbound=$version"' >"$work/simulated" 2>>"$work/deploy.log" &&
		grep -q '^ unbound-module-senderwatch : Depends: unbound (= ' "$work/simulated"
}

# The kernel need not have AppArmor: what Unbound did with files, from its start to its stop, is held
# against Debian's profile. The collector is away meanwhile, so that the spool is used.
trace_unbound() {
	machine counts systemctl stop senderwatchd &&
		machine resolver-4 sh -euc '
			mkdir -p /etc/systemd/system/unbound.service.d
			printf "%s\n" "[Service]" NotifyAccess=all KillMode=mixed ExecStart= \
				"ExecStart=/usr/bin/strace -D -f -qq -o /root/trace -e trace=%%file /usr/sbin/unbound -d -p" \
				>/etc/systemd/system/unbound.service.d/trace.conf
			systemctl daemon-reload
			systemctl restart unbound
			apparmor_parser --preprocess /etc/apparmor.d/usr.sbin.unbound >/root/profile' &&
		share "$(resolver_address 4)" "$work/questions-4" &&
		machine resolver-4 sh -euc '
			rm -r /etc/systemd/system/unbound.service.d
			systemctl daemon-reload
			systemctl restart unbound' &&
		machine counts systemctl start senderwatchd
} >>"$work/deploy.log" 2>&1

check_profile() {
	must "Unbound is traced" trace_unbound
	tap_ok "the module used its spool" grep -q 'rename.*/senderwatch/spool/.* = 0$' "$trees/resolver-4/root/trace"
	"$top/tests/packages/profile.py" "$trees/resolver-4/root/profile" "$trees/resolver-4/root/trace" \
		>"$work/profile"
	tap_ok "Debian's profile allows what Unbound does with the module" [ $? -eq 0 ]
	sed 's/^\([^#]\)/# refused: \1/' "$work/profile"
	tap_is "Unbound's files are its own" "$(machine resolver-4 find /var/lib/unbound/senderwatch ! -user unbound)" ""
}

check_collector() {
	tap_ok "systemd finds nothing odd in the units" machine counts sh -c \
		'systemd-analyze verify --man=no /lib/systemd/system/senderwatch*.*'
	tap_ok "systemd rates the running collector 2.0 or better" machine counts \
		sh -c 'systemd-analyze security --threshold=20 senderwatchd.service >/dev/null'
	tap_is "it runs as its own user" "$(machine counts sh -c \
		'ps -o user= -p "$(systemctl show -p MainPID --value senderwatchd)"' 2>/dev/null)" senderwatch
}

# Only names are looked at: what the administrator copied there, and the logs of apt, are not the packages'.
leftovers() {
	machine "$1" find / -xdev -name '*senderwatch*' -not -path '/root/*' -not -path '/var/log/*' \
		-not -path '/proc/*'
}

remove_module() {
	machine resolver-5 sh -c '
		test -L /etc/unbound/unbound.conf.d/senderwatch.conf &&
		apt-get remove --yes --allow-change-held-packages unbound-module-senderwatch &&
		systemctl restart unbound && systemctl --quiet is-active unbound' >>"$work/deploy.log" 2>&1
}

remove_collector() {
	machine counts apt-get remove --yes senderwatchd >>"$work/deploy.log" 2>&1 &&
		machine counts test -s /var/lib/senderwatch/senderwatch.db
}

purge_collector() {
	machine counts apt-get purge --yes senderwatchd senderwatch >>"$work/deploy.log" 2>&1 &&
		! machine counts test -e /var/lib/senderwatch
}

# --- The page, from the top ----------------------------------------------------------------------

deploy_prepare() {
	prepare_base
	build_packages
	lint_packages
	prepare_machines
}

deploy_collector() {
	step "Certificates" 1 machine admin
	step "Certificates" 2 machine admin
	step "Collector" 1 machine admin
	check_collector
}

deploy_resolvers() {
	local n
	step "Resolvers: packages, key and settings" 1 machine admin
	tap_ok "Debian's Unbound can't be installed beside the module" stale_is_impossible
	step "Resolvers: packages, key and settings" 2 machine admin
	tap_is "the key is the same on all" "$(sort -u "$work/result" | wc -l)" 1
	step "Resolvers: packages, key and settings" 3 machine admin
	step "Switching on: one resolver first" 1 machine admin
	must "the first resolver answers" share "$(resolver_address 1)" "$work/questions-1"
	tap_ok "both sides say that it works" tap_await 60 run_commands \
		"$(block "Switching on: one resolver first" 2)" machine admin
	step "Switching on: one resolver first" 2 machine admin
	step "The other resolvers" 1 machine admin
	for n in 2 3 4 5 6; do
		must "resolver $n answers" share "$(resolver_address "$n")" "$work/questions-$n"
	done
	tap_ok "Debian's profile for Unbound takes the module's rules" on_all \
		'apparmor_parser --skip-kernel-load --skip-cache /etc/apparmor.d/usr.sbin.unbound'
}

deploy_tables() {
	tap_ok "every domain arrives, and the table is the truth in every cell" \
		tap_await 60 tables_equal_truth counts_report
	tap_ok "all say that it works" tap_await 60 run_commands "$(block Watching 1)" machine admin
	step "Watching" 1 machine admin
	step "Watching" 2 machine admin
	step "The first table" 1 machine admin
	sed 's/^/# /' "$work/result"
	tap_ok "the table has the population's domains" grep -q '^TOTAL' "$work/result"
	step "The first table" 2 machine admin
	step "Once a year: certificates and key" 1 machine admin
	tap_ok "the collector takes its new certificate" tap_await 10 machine counts sh -c \
		'journalctl -q -u senderwatchd | grep -q "TLS files read"'
	step "Updates" 1 machine admin
	check_profile
}

deploy_back() {
	step "Rolling back" 1 machine admin
	must "Unbound answers without the module" share "$(resolver_address 6)" "$work/questions-6"
	step "Rolling back" 2 machine admin
	must "Debian's Unbound answers" share "$(resolver_address 6)" "$work/questions-6"
	tap_is "nothing is left there" "$(leftovers resolver-6)" ""
	step "Rolling back" 3 machine admin
	tap_is "every block of the page was run" "$steps" \
		"$(awk -f "$top/tests/packages/sections.awk" "$page")"
	tap_ok "Unbound starts where the module was removed while switched on" remove_module
	tap_ok "a removed collector leaves its database" remove_collector
	tap_ok "a purged one does not" purge_collector
}

deploy() {
	boot_machines
	deploy_collector
	deploy_resolvers
	deploy_tables
	deploy_back
}
