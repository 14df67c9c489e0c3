#!/bin/bash
# The manual says all that the programs take, and nothing else: options are those of the programs' tables and of
# their --help, settings those of the parsers, with the defaults that the programs have. And the pages are well-formed.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
senderwatch=$build/senderwatch
senderwatchd=$build/collector/senderwatchd
pages=$build/doc/man

# --- Lists of names, one a line, sorted
table_options() { sed -nE 's/^\t+\{ "([a-z-]+)", (no|required|optional)_argument,.*/\1/p' "$1" | sort -u; }
help_options() { sed -nE 's/^ +(-[a-zA-Z], )?--([a-z-]+)( .*)?$/\2/p' | sort -u; }
page_options() { sed -nE 's/^\.It Fl ([a-zA-Z] , )?-([a-z-]+)( .*)?$/\2/p' "$1" | sort -u; }
page_settings() { sed -nE 's/^\.It Ic ([a-z-]+)$/\1/p' "$1" | sort -u; }
parser_settings() { sed -nE 's/.*strcmp\(name, "([a-z-]+)"\).*/\1/p; s/^\t+\{ "([a-z-]+)", .*/\1/p' "$1" | sort -u; }

# Says in what two lists differ; no list may be empty.
same() {
	[ -n "$1" ] && [ -n "$2" ] && diff <(echo "$1") <(echo "$2") | sed -n 's/^[<>]/#&/p' && [ "$1" = "$2" ]
}

# lacking PAGE LIST-OF-PAGE WANTED: would a missing entry be found? Each is taken from the page once.
lacking() {
	local entry macro
	macro=Fl
	[ "$2" = page_options ] || macro=Ic
	while read -r entry; do
		sed -E "/^\.It $macro ([a-zA-Z] , )?-?$entry( |\$)/d" "$1" >"$work/page"
		[ "$("$2" "$work/page")" != "$3" ] || return 1
	done < <("$2" "$1")
}

# --- Options
verbs=$("$senderwatch" help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' | grep -vx help)
for verb in $verbs; do
	page=$pages/senderwatch-$verb.1
	options=$("$senderwatch" "$verb" --help | help_options)
	tap_ok "$verb: --help tells all options" same "$(table_options "$top/report/verb_$verb.c")" "$options"
	tap_ok "$verb: so does the page" same "$options" "$(page_options "$page")"
	tap_ok "$verb: one that is missing would be found" lacking "$page" page_options "$options"
	tap_ok "$verb: senderwatch(1) leads to the page" grep -qx "\.It Xr senderwatch-$verb 1" "$pages/senderwatch.1"
done
tap_ok "each page of a verb is of one that there is" same "$(sort <<<"$verbs")" \
	"$(cd "$pages" && printf '%s\n' senderwatch-*.1 | sed 's/^senderwatch-\(.*\)\.1$/\1/' | sort)"
options=$("$senderwatchd" --help | help_options)
tap_ok "senderwatchd: --help tells all options" same "$(table_options "$top/collector/options.c")" "$options"
tap_ok "senderwatchd: so does the page" same "$options" "$(page_options "$pages/senderwatchd.8")"
tap_ok "senderwatchd: one that is missing would be found" lacking "$pages/senderwatchd.8" page_options "$options"

tables=$("$senderwatch" report --help | sed -nE '/^Makes a table/,/^$/s/^  ([a-z]+) .*/\1/p')
tap_ok "senderwatch-report.1: all tables" same "$tables" \
	"$(sed -n '/is one of:/,/^\.El/s/^\.It Cm //p' "$pages/senderwatch-report.1")"
tap_ok "senderwatch-report.5: all tables" same "$(sort <<<"$tables")" \
	"$(sed -n 's/^\.Ss \([a-z]*\)$/\1/p' "$pages/senderwatch-report.5" | sort)"

# --- Settings
settings() {
	tap_ok "$1: all settings, and no other" same "$2" "$(page_settings "$pages/$1")"
	tap_ok "$1: one that is missing would be found" lacking "$pages/$1" page_settings "$2"
}
settings senderwatchd.conf.5 "$("$senderwatchd" --help | sed -nE 's/^  ([a-z-]+) = .*/\1/p' | sort)"
settings senderwatch.conf.5 "$(parser_settings "$top/module/options.c")"
settings senderwatch-export.conf.5 "$(parser_settings "$top/report/export_settings.c")"
settings senderwatch-series.5 "$(sed -n '/ names\[FIELDS\] = {/,/}/p' "$top/report/series.c" |
	grep -o '"[a-z]*"' | tr -d '"' | sort)"

# What a page says between a setting and the next one.
item() {
	sed -n "/^\.It Ic $2\$/,/^\.\(It\|El\)/p" "$1" | sed 1d | tr '\n' ' '
}
defaults() {
	local name default failed=0
	while IFS='= ' read -r name default; do
		case $(item "$pages/senderwatchd.conf.5" "$name") in
		*"Default: $default. "* | *"Default"*".Pa $default . "*) ;;
		*) echo "# $name = $default"; failed=1 ;;
		esac
	done < <("$senderwatchd" --help | sed -n '/^Settings/,$s/^  //p' | grep -v '(none)$')
	return $failed
}
tap_ok "senderwatchd.conf.5: the defaults are those of the program" defaults

counters=$(sed -n '/^#define SW_FOR_EACH_COUNTER/,/^$/p' "$top/include/senderwatch/observation.h" |
	grep -o 'DO([a-z_]*)' | sed 's/DO(\(.*\))/\1/')
tap_ok "senderwatch-module.8: all counters, in order" same "$counters" \
	"$(sed -nE 's/^\.It Va ([a-z_]+)$/\1/p' "$pages/senderwatch-module.8")"

# --- Form
lint() {
	# What other packages have is not looked for.
	mandoc -Tlint -Wstyle "$@" 2>&1 | grep -v 'referenced manual not found' >"$work/lint"
	sed 's/^/# /' "$work/lint"
	[ ! -s "$work/lint" ]
}
sed 's/^\.El$//' "$pages/senderwatch-report.1" >"$work/broken.1"
if command -v mandoc >/dev/null; then
	for page in "$pages"/*.[158]; do
		tap_ok "mandoc finds nothing in $(basename "$page")" lint "$page"
	done
	tap_ok "in a broken page it does" eval '! lint "$work/broken.1" >/dev/null'
else
	tap_skip "the pages are well-formed" mandoc
fi

references() {
	local name section failed=0
	while read -r name section; do
		[ -f "$pages/$name.$section" ] || { echo "# $name($section)"; failed=1; }
	done < <(sed -nE 's/^\.(It )?Xr (senderwatch[^ ]*) ([158]).*/\2 \3/p' "$pages"/* | sort -u)
	return $failed
}
tap_ok "the pages that are referred to are there" references
tap_ok "nothing is left to be filled in" eval '! grep -n "@[A-Za-z_]*@" "$pages"/*'
tap_end
