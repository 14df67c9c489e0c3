#!/bin/bash
# What senderwatch.so exports: the six names that dynlib looks up. It is opened RTLD_GLOBAL, so that any other name
# could take the place of one of Unbound's.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
cd "$work" || exit 1
exported() { nm -D --defined-only "$1" | sed -E 's/^[0-9a-f]* . //' | LC_ALL=C sort; }
tap_is "six symbols, and no other" "$(exported "$build/module/.libs/senderwatch.so" | tr '\n' ' ')" \
	"clear deinit get_mem inform_super init operate "
tap_end
