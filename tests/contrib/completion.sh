#!/bin/bash
# Completion by bash and zsh themselves, with keys pressed on a terminal.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
cd "$work" || exit 1
completion=$top/contrib/completion
export PATH=$build:$build/collector:$PATH HOME=$work TERM=dumb
tab=$(printf '\t') to_start=$(printf '\001')
touch october.cohort

cat >setup.bash <<SETUP
. '$completion/bash/senderwatch'
. '$completion/bash/senderwatchd'
PS1='> '
SETUP
cat >setup.zsh <<SETUP
fpath=('$completion/zsh' \$fpath)
autoload -Uz compinit
compinit -u -D
bindkey -e
PS1='> '
SETUP

# completes SHELL KEYS LINE: do the keys make that command line? The shell prints it: before the return key
# echo is put to its start.
completes() {
	local shell=$1
	printf '%s\n' ". ./setup.$1" "$2${to_start}echo " exit >keys
	case $1 in
	bash) shell="bash --norc --noprofile -i" ;;
	zsh) shell="zsh -f -i" ;;
	esac
	timeout 60 script -qec "$shell" /dev/null <keys 2>&1 | tr -d '\r' >terminal
	grep -qxF -e "$3" terminal && return
	cat -v terminal | sed 's/^/# /'
	return 1
}

# The program's own words: what it is asked for, completion must offer.
options() { "$@" --help | sed -nE 's/^ +(-[a-zA-Z], )?(--[a-z-]+)( .*)?$/\2/p'; }

for shell in bash zsh; do
	tap_ok "$shell completes a verb" completes $shell "senderwatch anony$tab" "senderwatch anonymity"
	tap_ok "$shell completes an option of it" \
		completes $shell "senderwatch prune --keep$tab" "senderwatch prune --keep-months"
	tap_ok "$shell completes the value of an option" \
		completes $shell "senderwatch report --format prom$tab" "senderwatch report --format prometheus"
	tap_ok "$shell completes a table" completes $shell "senderwatch report qua$tab" "senderwatch report quality"
	tap_ok "$shell completes what there is to do with a key" \
		completes $shell "senderwatch key show$tab" "senderwatch key show-id"
	tap_ok "$shell completes a verb to be helped with" \
		completes $shell "senderwatch help mer$tab" "senderwatch help merge"
	tap_ok "$shell completes a file" \
		completes $shell "senderwatch report --cohort oct$tab" "senderwatch report --cohort october.cohort"
	tap_ok "$shell completes an option of the collector" \
		completes $shell "senderwatchd --check$tab" "senderwatchd --check-config"
	tap_ok "$shell completes a setting of the collector" \
		completes $shell "senderwatchd -o grace$tab" "senderwatchd -o grace-days="
done

# Everything at once, by the function that bash calls.
# shellcheck source=contrib/completion/bash/senderwatch
. "$completion/bash/senderwatch"
offered() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_senderwatch senderwatch
	printf '%s\n' "${COMPREPLY[@]}"
}
verbs=$(senderwatch help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p')
tap_is "all verbs are offered" "$(offered senderwatch "")" "$verbs
--version"
for verb in $verbs; do
	[ "$verb" != help ] || continue
	tap_is "all options of $verb are" "$(offered senderwatch "$verb" --)" "$(options senderwatch "$verb")"
done
values() {
	local value
	for value in $(offered senderwatch report "$1" ""); do
		senderwatch report "$1" "$value" 2>&1 | grep -q "can't be" && return 1
	done
	[ -n "$value" ]
}
for option in --format --by --lang --of; do
	tap_ok "no value of $option is offered that is none" values "$option"
done
tables() {
	local table
	for table in $(offered senderwatch report ""); do
		senderwatch report "$table" 2>&1 | grep -q 'what is' && return 1
	done
	[ -n "$table" ]
}
tap_ok "no table is offered that is none" tables
tap_end
