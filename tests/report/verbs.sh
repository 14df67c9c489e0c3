#!/bin/bash
# What holds for every verb of senderwatch: help, exit statuses, JSON, and progress where somebody looks.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
cd "$work" || exit 1
senderwatch=$build/senderwatch
"$build/tests/report/make_database" test.db 3 || exit 1
printf 'domain,kind\nexample.co.jp,shop\n' >list.csv
echo 'folder = publication' >export.conf
mkdir publication
"$senderwatch" key new key

# run STATUS ARGUMENT...: does it end so? Its outputs go to the files out and err.
run() {
	local wanted=$1 status
	shift
	"$senderwatch" "$@" >out 2>err </dev/null
	status=$?
	[ "$status" -eq "$wanted" ] && return
	echo "# exit status $status instead of $wanted"
	sed 's/^/# /' err
	return 1
}
silent() { run "$@" && [ ! -s err ]; }
says_usage() {
	run 2 "$@" && [ ! -s out ] && grep -qx "senderwatch: see \"senderwatch $1 --help\"" err
}
fails() { run 1 "$@" && [ -s err ] && ! grep -q -e --help err; }
full() {
	! "$senderwatch" "$@" >/dev/full 2>err && grep -q 'standard output' err
}

# --- Each verb: arguments that make no sense, that fail, and that do well
nowhere=/nonexistent/senderwatch
nonsense() {
	case $1 in
	report) echo "--period 2026-13" ;;
	cohort) echo "export list.csv --key key" ;;
	site) echo "--period 2026-09" ;;
	export) echo "--date 2026-02-30" ;;
	explain) echo "example.jp A" ;;
	audit) echo "--forward socket file" ;;
	status) echo "" ;;
	anonymity) echo "--period 2026" ;;
	key) echo "new key --now" ;;
	backup) echo "one two" ;;
	check) echo "test.db" ;;
	prune) echo "--keep-months 0" ;;
	merge) echo "new.db" ;;
	esac
}
failing() {
	case $1 in
	report) echo "--database $nowhere --period 2026-09" ;;
	cohort) echo "import $nowhere --key key" ;;
	site) echo "--database $nowhere --period 2026-09 pages" ;;
	export) echo "--config $nowhere" ;;
	explain) echo "--zone $nowhere" ;;
	audit | status) echo $nowhere ;;
	anonymity | check) echo "--database $nowhere" ;;
	key) echo "new key" ;;
	backup) echo "--database $nowhere copy" ;;
	prune) echo "--database $nowhere --keep-months 1" ;;
	merge) echo "new.db $nowhere" ;;
	esac
}
verbs=$("$senderwatch" help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' | grep -vx help)
tap_ok "there are verbs" test -n "$verbs"
for verb in $verbs; do
	tap_ok "$verb --help tells how it is called" silent 0 "$verb" --help
	cp out help
	tap_ok "$verb: and what its exit statuses are" eval \
		'head -n 1 help | grep -q "^Usage: senderwatch $verb" && grep -q "^Exit status: 0 " help'
	tap_ok "help $verb says the same" eval 'silent 0 help "$verb" && cmp -s out help'
	tap_ok "$verb: an option that is not there is no use" says_usage "$verb" --no-such-option
	read -ra arguments < <(nonsense "$verb")
	tap_ok "$verb: nor is nonsense" says_usage "$verb" "${arguments[@]}"
	read -ra arguments < <(failing "$verb")
	tap_ok "$verb: what fails says why" fails "$verb" "${arguments[@]}"
	tap_ok "$verb: a full disk is told" full "$verb" --help
done
tap_ok "no verb is no use" eval 'run 2 && [ ! -s out ] && [ -s err ]'
tap_ok "nor is one that is not there" run 2 publish
tap_ok "nor is help about it" run 2 help publish
tap_ok "help help is help" eval 'silent 0 help help && cp out help && silent 0 help && cmp -s out help'
tap_ok "--version tells the version" eval 'silent 0 --version && grep -qx "senderwatch [0-9.]*" out'

# --- JSON, where a script would read it
# json EXPRESSION ARGUMENT...: holds a Python expression of the document?
json() {
	local expression=$1
	shift
	run 0 "$@" && python3 -c 'import json, sys; d = json.load(open("out")); assert eval(sys.argv[1])' "$expression"
}
tap_ok "check --json" json 'd["ok"] is True and d["violations"] == []' check --database test.db --json
tap_ok "prune --json" json 'd["sightings"] == 0' prune --database test.db --keep-months 1200 --json
tap_ok "anonymity --json" json '[m["mechanism"] for m in d][-1] == "together" and d[1]["subjects"] > 0' \
	anonymity --database test.db --json
"$senderwatch" anonymity --database test.db >text
tap_ok "anonymity --json has the numbers of the text" python3 - <<'PYTHON'
import json
lines = [line.split() for line in open("text")][1:9]
rows = json.load(open("out"))
assert [[r["mechanism"], str(r["subjects"]), str(r["tuples"]), str(r["in_small"])] for r in rows] == \
    [line[:4] for line in lines]
PYTHON
tap_ok "anonymity --list --json" json \
	'd == sorted(d, key=lambda t: t["subjects"]) and isinstance(d[0]["features"], dict)' \
	anonymity --database test.db --list --json
tap_ok "report --format json" json 'd["table"] == "quality"' \
	report quality --database test.db --period 2026-09 --registry jp --format json

# --- Progress and pages of the manual, on a terminal only
terminal() {
	script -qec "$*" /dev/null </dev/null
}
# The clock runs faster: nothing is told of work that is soon done. A merge is told by its 65,536 rows.
"$build/tests/report/make_database" large.db 5 || exit 1
quick="faketime -f '+0 x100000'"
for command in \
	"anonymity --database test.db" \
	"backup --database test.db --replace copy.db" \
	"check --database test.db" \
	"merge merged.db large.db" \
	"prune --database copy.db --keep-months 1" \
	"report trend --database test.db --period 2026-09:2026-11 --registry jp" \
	"site --database test.db --period 2026-09:2026-11 --registry jp pages"; do
	verb=${command%% *}
	rm -f merged.db*
	terminal "$quick '$senderwatch' $command" >out 2>&1
	tap_ok "$verb tells progress on a terminal" grep -qF "$(printf '\r\033[K')senderwatch $verb" out
	rm -f merged.db*
	eval "$quick \"\$senderwatch\" $command" >out 2>err
	tap_ok "$verb tells none to a file" eval '! grep -q "$(printf "\r")" err'
done
mkdir -p manual/man1
for verb in $verbs; do
	cp "$build/doc/man/senderwatch-$verb.1" manual/man1
done
terminal "MANPATH='$work/manual' PAGER=cat '$senderwatch' help prune" >out 2>&1
tap_ok "on a terminal, help shows the page" eval 'grep -q "^SYNOPSIS" <(col -b <out)'
terminal "MANPATH='$work/manual' '$senderwatch' help prune | cat" >out 2>&1
tap_ok "but not into a pipe" grep -q "^Usage: senderwatch prune" out
rm manual/man1/senderwatch-prune.1
terminal "MANPATH='$work/manual' PAGER=cat '$senderwatch' help prune" >out 2>&1
tap_ok "nor where the page is not installed" grep -q "^Usage: senderwatch prune" out
tap_end
