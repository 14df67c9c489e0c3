#!/bin/bash
# ShellCheck finds nothing in any shell script of the tree.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
cd "$top" || exit 1

# By their first lines: not all have a name that tells. Builds lie in the tree, and what autoconf makes.
scripts() {
	find . \( -type d \( -name '.git' -o -name 'build*' -o -name _build -o -name autom4te.cache -o -name m4 \
		-o -name demo.out -o -name 'senderwatch-[0-9]*' -o -path ./debian/'*'/'*' \) \) -prune -o -type f -size -200k \
		! -name 'configure*' -print | LC_ALL=C sort | while read -r file; do
		head -n 1 "$file" | LC_ALL=C grep -qE '^(#!.*sh|# shellcheck shell=.*)$' && echo "${file#./}"
	done
}
clean() {
	shellcheck -x "$@" >"$work/found" 2>&1 && return
	sed 's/^/# /' "$work/found"
	return 1
}
if ! command -v shellcheck >/dev/null; then
	echo "1..0 # SKIP shellcheck is not there"
	exit 0
fi
mapfile -t found < <(scripts)
tap_ok "there are scripts" test ${#found[@]} -gt 20
for file in "${found[@]}"; do
	tap_ok "$file" clean "$file"
done
printf '#!/bin/sh\nrm $1\n' >"$work/bad"
tap_ok "in a bad one it finds something" eval '! clean "$work/bad" >/dev/null'
tap_end
