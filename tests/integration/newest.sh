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

# This machine's own entries for its release, made into entries for sources of the other suites: with the
# same archive, keys and options, in either style, also where apt has not read any list yet.
other_suites() {
	local list parts file
	eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
	for file in "$list" "${parts%/}"/*.list; do
		[ ! -f "$file" ] || line_entries "$file" >>"$work/sources/machine.list"
	done
	for file in "${parts%/}"/*.sources; do
		[ ! -f "$file" ] || deb822_entries "$file" >"$work/sources/${file##*/}"
	done
	cat "$work"/sources/* 2>/dev/null | grep -q .
}

line_entries() {
	awk -v release="$release" -v suites="$suites" '
		$1 != "deb" { next }
		{ options = "" }
		match($0, /\[[^]]*\]/) { options = substr($0, RSTART, RLENGTH) " "; sub(/\[[^]]*\]/, "") }
		$3 == release {
			count = split(suites, suite, " ")
			for (i = 1; i <= count; i++)
				print "deb-src " options $2, suite[i], "main"
		}' "$1"
}

deb822_entries() {
	awk -v release="$release" -v suites="$suites" '
		function flush(   i) {
			if (binary && here && !disabled) {
				print "Types: deb-src\nSuites: " suites "\nComponents: main"
				for (i = 1; i <= kept; i++)
					print line[i]
				print ""
			}
			kept = binary = here = disabled = 0
			field = ""
		}
		/^#/ { next }
		/^[ \t]*$/ { flush(); next }
		/^[^ \t]/ { field = tolower($1); sub(/:.*/, "", field) }
		field == "types" { binary = binary || /[: \t]deb([ \t]|$)/; next }
		field == "suites" { for (i = 1; i <= NF; i++) here = here || $i == release; next }
		field == "enabled" { disabled = tolower($2) == "no" }
		field ~ /^(components|architectures)$/ { next }
		{ line[++kept] = $0 }
		END { flush() }' "$1"
}

prepare_apt() {
	local release
	# shellcheck source=/dev/null
	release=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/source" "$work/sources"
	other_suites || return 1
	cat >"$work/apt.conf" <<-CONF
	Dir::Etc::sourcelist "/dev/null";
	Dir::Etc::sourceparts "$work/sources";
	Dir::State::lists "$work/lists";
	Dir::State::status "/dev/null";
	Dir::Cache "$work";
	#clear APT::Update;
	APT::Sandbox::User "$(id -un)";
	Acquire::Languages "none";
	CONF
	# Where one suite can't be read, because its list is out of date for example, another may be.
	apt-get -c "$work/apt.conf" -q update >"$work/apt.log" 2>&1 || true
	compgen -G "$work/lists/*Sources*" >/dev/null
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
	# These are variables of the Makefile.
	(
		cd "$work/build" &&
			"$top/configure" -q "--with-unbound-src=$unbound_folder/src" &&
			make && make check TESTS= check_PROGRAMS='$(unbound_programs)'
	) >"$work/build.log" 2>&1
}
tap_ok "and all for it" build_all
for test in answers wire faults reload unknown; do
	tap_ok "$test with unbound $found" env SENDERWATCH_UNBOUND="$unbound_folder" \
		builddir="$work/build" bash "$top/tests/integration/$test.sh" >"$work/$test.out"
	grep '^not ok' "$work/$test.out" | sed 's/^/# /'
done

tap_end
