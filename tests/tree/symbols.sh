#!/bin/bash
# What senderwatch.so exports: the six names that dynlib looks up. It is opened RTLD_GLOBAL, so that any other name
# could take the place of one of Unbound's. And that what Unbound's threads run for a look-up is on one page, and calls no
# other library (but where the compiler was told to watch over the stack, and that went wrong).
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
cd "$work" || exit 1
exported() { nm -D --defined-only "$1" | sed -E 's/^[0-9a-f]* . //' | LC_ALL=C sort; }
tap_is "six symbols, and no other" "$(exported "$build/module/.libs/senderwatch.so" | tr '\n' ' ')" \
	"clear deinit get_mem inform_super init operate "
hot="append clear inform_super observe operate sw_instance_expect sw_instance_see sw_lanes_expect sw_lanes_leave \
sw_unbound_read write_note "
nm -S --defined-only "$build/module/.libs/senderwatch.so" |
	awk -v hot="$hot" 'BEGIN { split(hot, list); for (i in list) is_hot[list[i]] }
		NF == 4 && $4 in is_hot { print $4, $1, $2 }' | LC_ALL=C sort >found
tap_is "what is hot is there" "$(cut -d' ' -f1 found | tr '\n' ' ')" "$hot"
pages() {
	while read -r _ at size; do
		echo $((0x$at >> 12)) $(((0x$at + 0x$size - 1) >> 12))
	done <found | tr ' ' '\n' | sort -u | wc -l
}
tap_is "on one page" "$(pages)" 1
calls() {
	objdump -d --no-show-raw-insn "$build/module/.libs/senderwatch.so" | awk -v hot="$hot" '
		BEGIN { split(hot, list); for (i in list) is_hot["<" list[i] ">:"] }
		/^[0-9a-f]+ </ { inside = $2 in is_hot; functions += inside }
		inside && /@plt/ && !/__stack_chk_fail@plt/ { print inside, $0 }
		END { print functions }'
}
tap_is "it calls no other library" "$(calls)" "$(wc -l <found)"
tap_end
