#!/bin/bash
# The module with the newest Unbound that Debian's archive serves the source of, which may be newer than
# the distribution's own.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/tap.sh"
tap_begin

suites="trixie sid"
what="with the newest Unbound of Debian ($suites)"

# skip WHAT-IT-LACKED: and nothing else is tested here.
skip() {
	tap_skip "$what" "$1"
	tap_end
	exit
}

# The archive that this machine uses already, with other suites, and lists of their own.
prepare_apt() {
	local suite uri
	# shellcheck disable=SC2016
	uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		grep -m 1 '/debian/$') || return 1
	mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/source"
	for suite in $suites; do
		echo "deb-src $uri $suite main"
	done >"$work/sources.list"
	cat >"$work/apt.conf" <<-CONF
	Dir::Etc::sourcelist "$work/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::State::lists "$work/lists";
	Dir::State::status "/dev/null";
	Dir::Cache "$work";
	#clear APT::Update;
	APT::Sandbox::User "$(id -un)";
	Acquire::Languages "none";
	CONF
	apt-get -c "$work/apt.conf" -q update >"$work/apt.log" 2>&1
}

command -v apt-get >/dev/null || skip "this is no Debian: there is no apt-get"
prepare_apt || skip "the archive's lists could not be read: see its sources"
mapfile -t versions < <(apt-cache -c "$work/apt.conf" showsrc unbound 2>/dev/null |
	sed -n 's/^Version: //p' | sort -rV)
[ "${#versions[@]}" -gt 0 ] || skip "the archive lists no source package of unbound for them"
found=
for version in "${versions[@]}"; do
	if (cd "$work/source" && apt-get -c "$work/apt.conf" -q source --download-only \
		"unbound=$version") >>"$work/apt.log" 2>&1; then
		found=$version
		break
	fi
done
[ -n "$found" ] ||
	skip "the archive lists unbound ${versions[*]}, but does not serve its source"

dpkg-source --no-check --extract "$work"/source/*.dsc "$work/unbound" >>"$work/apt.log" 2>&1
unbound_folder=$("$top/contrib/unbound/build-unbound" --src "$work/unbound") || unbound_folder=
tap_ok "unbound $found is built" test -x "$unbound_folder/install/sbin/unbound"
build_all() {
	mkdir "$work/build"
	(
		cd "$work/build" &&
			"$top/configure" -q "--with-unbound-src=$unbound_folder/src" &&
			make && make check TESTS=
	) >"$work/build.log" 2>&1
}
tap_ok "and all for it" build_all
for test in answers wire faults reload unknown; do
	tap_ok "$test with unbound $found" env SENDERWATCH_UNBOUND="$unbound_folder" \
		builddir="$work/build" bash "$top/tests/integration/$test.sh" >"$work/$test.out"
	grep '^not ok' "$work/$test.out" | sed 's/^/# /'
done

tap_end
