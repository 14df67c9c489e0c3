#!/bin/sh
# embed.awk turns any table into C that holds the very same bytes.
set -eu
echo 1..1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

printf 'registry one\n# "quotes" \\ \\\\ \\" \\n %%s %%d ?\?= & \\& 企業\t\n\nlabel A en "x\\"\n' \
	>"$work/one.registry"
printf 'registry two\ntype A' >"$work/two.registry"
cat >"$work/main.c" <<'C'
#include <stdio.h>
#include <string.h>
#include "registries.c"
int
main(void)
{
	for (size_t i = 0; i < sw_registry_builtin_count; i++) {
		const struct sw_registry_builtin *b = &sw_registry_builtins[i];

		if (strlen(b->text) != b->length)
			return 1;
		printf("[%s]\n%s", b->tld, b->text);
	}
	return 0;
}
C
{
	echo '[one]' && cat "$work/one.registry"
	echo '[two]' && cat "$work/two.registry" && echo
} >"$work/expected"

status=ok
for awk in "${AWK:-awk}" mawk gawk 'busybox awk'; do
	command -v "${awk%% *}" >/dev/null || continue
	# shellcheck disable=SC2086
	LC_ALL=C $awk -f "$srcdir/lib/registry/embed.awk" "$work/one.registry" \
		"$work/two.registry" >"$work/registries.c" &&
	${CC:-cc} -I"$srcdir/include" -o "$work/main" "$work/main.c" &&
	"$work/main" >"$work/got" &&
	diff "$work/expected" "$work/got" >"$work/diff" && continue
	status="not ok"
	echo "# $awk"
	sed 's/^/# /' "$work/diff" 2>/dev/null || true
done
echo "$status 1 - tables are embedded byte by byte"
