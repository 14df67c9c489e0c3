/* The edge table's entry of a domain that signs with several DKIM keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

#include "module/table.h"

#define WAYS 8			/* the fewest that may be taken at once */

/* A domain's DKIM keys: the larger of each feature on a day is its state. */
static void
dkim_keys_share_an_entry(void **state)
{
	static const struct {
		unsigned day;
		uint64_t features;
		enum sw_table_change expected;
		uint64_t after;
	} steps[] = {
		{ 20000, 0x0102, SW_TABLE_PENDING, 0x0102 },
		{ 20000, 0x0101, SW_TABLE_REPEATED, 0x0102 },
		{ 20000, 0x0201, SW_TABLE_PENDING, 0x0202 },
		{ 20000, 0x0102, SW_TABLE_REPEATED, 0x0202 },
		{ 20000, 0x0202, SW_TABLE_REPEATED, 0x0202 },
		/* A new day begins anew. */
		{ 20001, 0x0101, SW_TABLE_PENDING, 0x0101 },
		{ 20001, 0x0202, SW_TABLE_PENDING, 0x0202 },
		{ 20001, 0x0101, SW_TABLE_REPEATED, 0x0202 },
	};
	struct sw_table *table;

	(void)state;
	assert_int_equal(sw_table_new(&table, 1, false), SW_OK);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct sw_sight sight = { .tag = 77, .print = i,
		    .day = (uint16_t)steps[i].day };
		struct sw_observation o = { .mechanism = SW_MECHANISM_DKIM,
		    .outcome = SW_OUTCOME_PRESENT,
		    .features = steps[i].features }, out[WAYS];
		bool changes = steps[i].expected != SW_TABLE_REPEATED;
		char *names[WAYS];

		assert_int_equal(sw_table_put(table, &sight, &o, false),
		    steps[i].expected);
		assert_int_equal(sw_table_take(table, 0, out, names, WAYS),
		    changes);
		if (!changes)
			continue;
		assert_int_equal(out[0].features, steps[i].after);
		assert_null(names[0]);
	}
	sw_table_free(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dkim_keys_share_an_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
