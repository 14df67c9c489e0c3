#!/bin/bash
# Who may include whom, by the #include lines. That each rule can be broken is tried as well.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
cd "$top" || exit 1

# Lines "FILE HEADER", <...> for those of the system, of all C files of a tree.
includes() {
	(cd "$1" && find lib wire module store collector report include tools -name '*.[ch]' -exec grep -HE \
		'^[[:space:]]*#[[:space:]]*include' {} + 2>/dev/null) |
		sed -nE 's/^([^:]*):[[:space:]]*#[[:space:]]*include[[:space:]]*("([^"]*)"|(<[^>]*>)).*/\1 \3\4/p' | LC_ALL=C sort
}

# Which rules are broken by such lines, and how. The arguments are the headers of this tree.
broken() {
	awk -v headers="$*" '
	BEGIN {
		split(headers, list, " ")
		for (i in list)
			exists[list[i]] = 1
		# Beside its own headers and those of include/.
		may["wire"] = "proto"
		may["module"] = may["collector"] = may["report"] = "config"
		pure = "^<(ctype|limits|stdbool|stddef|stdint|stdlib|string|libpsl|sodium|idn2|openssl/[a-z]+)\\.h>$"
	}
	# The folder that a header is of; "foreign" if this tree has none of that name.
	function home(folder, header) {
		if (header ~ /^senderwatch\//)
			return "include"
		if (header == "senderwatch-config.h")
			return "config"
		if (header == "senderwatch.pb-c.h")
			return "proto"
		if (header ~ /\// && exists[header])
			return substr(header, 1, index(header, "/") - 1)
		for (i in exists)
			if (index(i, folder "/") == 1 && i ~ ("/" header "$"))
				return folder
		return header ~ /^\.\./ ? "another" : "foreign"
	}
	{
		folder = $1
		sub(/\/.*/, "", folder)
		if ($2 ~ /^</) {
			if ($2 == "<sqlite3.h>" && folder != "store")
				print "sqlite", $0
			if (folder == "lib" && $2 !~ pure)
				print "pure", $0
			next
		}
		to = home(folder, $2)
		if (to == "foreign" && $1 !~ /^module\/unbound[a-z_]*\.[ch]$/)
			print "unbound", $0
		else if (to != folder && to != "include" && to != "foreign" && to != may[folder])
			print "folders", $0
	}'
}
mapfile -t headers < <(find lib wire module store collector report include tools -name '*.h')
includes . >"$work/includes"
broken "${headers[@]}" <"$work/includes" >"$work/broken"

# keeps RULE DESCRIPTION BAD-LINE...
keeps() {
	local rule=$1 description=$2
	shift 2
	grep "^$rule " "$work/broken" | sed 's/^/# /'
	tap_ok "$description" eval "! grep -q '^$rule ' '$work/broken'"
	tap_is "and what does not is found" \
		"$(printf '%s\n' "$@" | broken "${headers[@]}" | grep -c "^$rule ")" $#
}
tap_ok "there is something to look at" test "$(wc -l <"$work/includes")" -gt 1000
keeps folders "lib, wire, module, store, collector and report see no other's headers" \
	"module/table.c collector/ledger.h" "report/main.c module/table.h" "collector/main.c ../report/page.h" \
	"lib/spf.c wire/transport.h" "include/senderwatch/spf.h lib/span.h" "lib/spf.c senderwatch.pb-c.h"
keeps pure "lib sees nothing that does I/O, tells the time, or runs threads" \
	"lib/spf.c <stdio.h>" "lib/spf.c <time.h>" "lib/spf.h <unistd.h>" "lib/name.c <pthread.h>"
keeps sqlite "only store sees SQLite" "report/main.c <sqlite3.h>" "include/senderwatch/store.h <sqlite3.h>"
keeps unbound "only module/unbound*.c see the headers of Unbound" \
	"module/observer.c util/module.h" "lib/spf.c config.h" "module/instance.c sldns/rrdef.h"
tap_end
