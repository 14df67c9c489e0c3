# shellcheck shell=bash
# Machines for the tests of packages: trees of Debian 12, which systemd-nspawn boots on a network of
# their own. Builds on tools/lab.sh. The calling shell is alone in its network and mount namespaces,
# and its parent process is in the network of the machine that all this runs on.
#
#   trees_begin DIR                 the first tree, "base": what debootstrap makes, and an init
#   tree NAME BELOW                 a tree on top of another one, which must not change any more
#   tree_run NAME COMMAND...        runs a command in a tree that is not booted, but has archives in reach,
#                                   and the folder ${tree_bind[NAME]} of this machine, if set
#   tree_drop NAME
#   network_begin
#   machine_boot NAME ADDRESS       boots a tree
#   machine NAME COMMAND...         runs a command there
#   machine_stop NAME
#   trees_end                       unmounts and removes all

# shellcheck disable=SC2154 # variables of lab.sh

release=bookworm
network=192.0.2
trees=''
declare -gA tree_layers=() tree_bind=() machine_leader=()
trees_log() { echo "$lab_logs/trees.log"; }

# --- Trees ---------------------------------------------------------------------------------------

online() { nsenter --net="/proc/$PPID/ns/net" "$@"; }

# A line as $1 says for each archive that this machine itself installs this release from.
archives() {
	apt-get indextargets 'Created-By: Packages' 'Origin: Debian' --format "$1" |
		grep "$release" | sort -u
}

trees_begin() {
	local mirror
	trees=$1
	mkdir -p "$trees/base"
	mirror=$(archives "\$(CODENAME) \$(REPO_URI)" | sed -n "s/^$release //p" | head -n 1)
	[ -n "$mirror" ] || lab_fail "apt's settings name no archive of Debian's $release"
	online debootstrap --variant=minbase --include=apparmor,dbus,openssh-server,systemd-sysv \
		"$release" "$trees/base" "$mirror" >>"$(trees_log)" 2>&1 ||
		lab_fail "debootstrap failed: see $(trees_log)"
	tree_layers[base]=$trees/base
	archives "deb \$(REPO_URI) \$(CODENAME) \$(COMPONENT)" >"$trees/base/etc/apt/sources.list"
	apt-config dump | grep '^Acquire::http' >"$trees/base/etc/apt/apt.conf.d/90machine" || true
	# These trees need not outlive a crash.
	echo force-unsafe-io >"$trees/base/etc/dpkg/dpkg.cfg.d/90unsafe"
	# They take dpkg's lock when it suits them.
	ln -s /dev/null "$trees/base/etc/systemd/system/apt-daily.timer"
	ln -s /dev/null "$trees/base/etc/systemd/system/apt-daily-upgrade.timer"
	tree_run base apt-get -q update
}

tree() {
	local layer=$trees/layers/$1
	mkdir -p "$trees/$1" "$layer/upper" "$layer/work"
	mount -t overlay overlay -o "lowerdir=${tree_layers[$2]},upperdir=$layer/upper,workdir=$layer/work" \
		"$trees/$1"
	tree_layers[$1]=$layer/upper:${tree_layers[$2]}
}

tree_run() {
	local name=$1
	shift
	lab_run "run-$name" nsenter --net="/proc/$PPID/ns/net" systemd-nspawn --quiet --register=no \
		--keep-unit --machine="$name" --directory="$trees/$name" --as-pid2 --pipe \
		--resolv-conf=replace-host --bind-ro=/etc/hosts --setenv=DEBIAN_FRONTEND=noninteractive \
		--chdir=/root ${tree_bind[$name]:+--bind="${tree_bind[$name]}"} "$@" >>"$(trees_log)" 2>&1
}

# A tree on which others may have been built is not to be changed before these are dropped.
tree_drop() {
	umount "$trees/$1"
	rm -rf "$trees/layers/${1:?}" "$trees/${1:?}"
	unset "tree_layers[$1]"
}

trees_end() {
	local name
	for name in "${!machine_leader[@]}"; do
		machine_stop "$name"
	done
	for name in "${!tree_layers[@]}"; do
		[ "$name" = base ] || umount "$trees/$name"
	done
	tree_layers=()
	[ -z "$trees" ] || rm -rf "$trees"
}

# --- Machines ------------------------------------------------------------------------------------

network_begin() {
	ip link set lo up
	ip link add name br0 type bridge
	ip address add "$network.1/24" dev br0
	ip link set br0 up
}

# Each machine has control groups of its own: where there are two hierarchies, in both.
in_groups() {
	local name=$1 hierarchy
	shift
	for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
		[ -e "$hierarchy/cgroup.procs" ] || continue
		mkdir -p "$hierarchy/senderwatch-$name"
		echo "$BASHPID" >"$hierarchy/senderwatch-$name/cgroup.procs"
	done
	exec "$@"
}
export -f in_groups

# The init of a machine: what is process 1 there.
find_leader() {
	local pid
	for pid in $(lab_descendants "${lab_pids[$1]}"); do
		if grep -qs '^NSpid:.*[[:space:]]1$' "/proc/$pid/status"; then
			machine_leader[$1]=$pid
			return
		fi
	done
	return 1
}

is_up() { machine "$1" systemctl --quiet is-active multi-user.target 2>/dev/null; }

machine_boot() {
	local name=$1 address=$2
	lab_spawn "$name" bash -c 'in_groups "$@"' _ "$name" systemd-nspawn --quiet --register=no \
		--keep-unit --boot --machine="$name" --directory="$trees/$name" --network-bridge=br0
	lab_await "$name" 30 find_leader "$name" || lab_fail "$name did not boot: see $lab_logs/$name.log"
	ip link set "vb-$name" up
	nsenter --target "${machine_leader[$name]}" --net sh -c \
		"ip link set lo up && ip address add $address/24 dev host0 && ip link set host0 up"
	lab_await "$name" 60 is_up "$name" ||
		lab_fail "$name did not come up: see $lab_logs/$name.log"
}

machine() {
	local name=$1
	shift
	nsenter --target "${machine_leader[$name]}" --mount --uts --ipc --net --pid --root \
		env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		sh -c 'cd && exec "$@"' _ "$@" </dev/null
}

machine_stop() {
	local hierarchy
	lab_stop "$1" || true
	unset "machine_leader[$1]"
	for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
		find "$hierarchy/senderwatch-$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
	done
}
