/* The edge table's memory, and what floods of made-up names do to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "module/table.h"
#include "tests/random.h"

#define WAYS 8
#define BUCKETS 4096		/* of the smallest table */
#define DOMAINS 9000		/* with a record, in it */
#define FLOOD 1000000
#define BATCH 256

static uint64_t tags[DOMAINS];
static unsigned in_bucket[BUCKETS];

static uint64_t
random_tag(uint64_t *seed)
{
	return random_next(seed) | UINT64_C(1) << 63;	/* not 0 */
}

static enum sw_table_change
put(struct sw_table *table, uint64_t tag, enum sw_outcome outcome,
    unsigned day)
{
	struct sw_sight sight = { tag, 1, (uint16_t)day, 0 };
	struct sw_observation o = { .mechanism = SW_MECHANISM_DMARC,
	    .outcome = (uint8_t)outcome };

	return sw_table_put(table, &sight, &o, false);
}

static size_t
deliver(struct sw_table *table)
{
	static struct sw_observation observations[BATCH];
	static char *names[BATCH];
	size_t count = sw_table_take(table, 0, observations, names, BATCH);

	sw_table_settle(table, 0, count);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	return count;
}

static void
memory(void **state)
{
	static const size_t capacities[] = { 1, 1024, 32768, 32769, 100000,
	    1024 * 1024, 1024 * 1024 + 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(capacities) / sizeof(capacities[0]);
	    i++) {
		size_t capacity = 32768;
		struct sw_table *table;

		while (capacity < capacities[i])
			capacity *= 2;
		assert_int_equal(sw_table_new(&table, capacities[i], false),
		    SW_OK);
		/* 64 bytes an entry, and less than one percent. */
		assert_in_range(sw_table_memory(table), capacity * 64,
		    capacity * 64 + capacity * 64 / 100);
		sw_table_free(&table);
		sw_table_free(&table);
	}
}

/* What is full stays as large as it was, but for names. */
static void
memory_of_a_full_table(void **state)
{
	struct sw_table *table;
	uint64_t seed = 21;
	size_t before;

	(void)state;
	for (unsigned with_names = 0; with_names < 2; with_names++) {
		char name[] = "example.co.jp";

		assert_int_equal(sw_table_new(&table, 1, with_names), SW_OK);
		before = sw_table_memory(table);
		for (unsigned n = 0; n < 200000; n++) {
			struct sw_sight sight = { random_tag(&seed), 1,
			    20000, 0 };
			struct sw_observation o = { .name = name,
			    .outcome = SW_OUTCOME_PRESENT };

			sw_table_put(table, &sight, &o, false);
			if (n % 100 == 0)
				deliver(table);
		}
		/* All 32,768 entries are taken by now. */
		assert_int_equal(sw_table_memory(table) - before,
		    with_names ? 32768 * sizeof(name) : 0);
		sw_table_free(&table);
	}
}

/* Fill the table with domains that have a record, and deliver them. */
static void
fill(struct sw_table *table, uint64_t *seed)
{
	memset(in_bucket, 0, sizeof(in_bucket));
	for (unsigned i = 0; i < DOMAINS; i++) {
		tags[i] = random_tag(seed);
		if (in_bucket[tags[i] % BUCKETS] == WAYS) {
			i--;	/* it would only push out another one */
			continue;
		}
		in_bucket[tags[i] % BUCKETS]++;
		assert_int_equal(put(table, tags[i], SW_OUTCOME_PRESENT,
		    20000), SW_TABLE_PENDING);
		if (i % 100 == 0)
			deliver(table);
	}
	while (deliver(table) > 0)
		continue;
	assert_int_equal(sw_table_pending(table), 0);
}

static unsigned
count_known(struct sw_table *table, bool sparse)
{
	unsigned known = 0;

	for (unsigned i = 0; i < DOMAINS; i++)
		known += (!sparse || in_bucket[tags[i] % BUCKETS] <= 4) &&
		    sw_table_is_known(table, tags[i]);
	return known;
}

/* Domains without a record come by the million, and are delivered. */
static void
flood_that_is_delivered(void **state)
{
	struct sw_table *table;
	uint64_t seed = 22;
	unsigned sparse;

	(void)state;
	assert_int_equal(sw_table_new(&table, 1, false), SW_OK);
	fill(table, &seed);
	sparse = count_known(table, true);
	assert_in_range(sparse, DOMAINS / 2, DOMAINS);
	for (unsigned n = 0; n < FLOOD; n++) {
		put(table, random_tag(&seed), SW_OUTCOME_ABSENT,
		    20000 + n / 100000);
		if (n % 50 == 0)
			deliver(table);
	}
	/* Where buckets are not nearly full of records, all are still there. */
	assert_int_equal(count_known(table, true), sparse);
	assert_in_range(count_known(table, false), DOMAINS * 98 / 100,
	    DOMAINS);
	sw_table_free(&table);
}

/*
 * The same while the collector is away: what waits is never given up, and yet
 * new domains with a record find room.
 */
static void
flood_that_is_not(void **state)
{
	struct sw_table *table;
	uint64_t seed = 23;
	unsigned full = 0, kept;
	size_t delivered, all = 0, waiting;

	(void)state;
	assert_int_equal(sw_table_new(&table, 1, false), SW_OK);
	fill(table, &seed);
	for (unsigned n = 0; n < FLOOD; n++)
		full += put(table, random_tag(&seed), SW_OUTCOME_ABSENT,
		    20001) == SW_TABLE_FULL;
	waiting = sw_table_pending(table);
	assert_int_equal(waiting, (WAYS - 2) * BUCKETS);
	assert_int_equal(full, FLOOD - waiting);
	/* Of those that were there, two of a bucket. */
	kept = 0;
	for (unsigned i = 0; i < BUCKETS; i++)
		kept += in_bucket[i] < 2 ? in_bucket[i] : 2;
	assert_int_equal(count_known(table, false), kept);
	for (unsigned i = 0; i < 2 * BUCKETS; i++)
		assert_int_not_equal(put(table, (uint64_t)(i / BUCKETS + 1) <<
		    40 | (i % BUCKETS), SW_OUTCOME_PRESENT, 20001),
		    SW_TABLE_FULL);
	assert_int_equal(sw_table_pending(table), WAYS * BUCKETS);
	while ((delivered = deliver(table)) > 0)
		all += delivered;
	assert_int_equal(all, WAYS * BUCKETS);
	assert_int_equal(sw_table_pending(table), 0);
	sw_table_free(&table);
}

/* Ways that are freed and filled again, and again: each has its own entry. */
static void
entries_are_used_again(void **state)
{
	static struct sw_observation o[WAYS * BUCKETS + WAYS];
	static char *names[WAYS * BUCKETS + WAYS];
	struct sw_table *table;

	(void)state;
	assert_int_equal(sw_table_new(&table, 1, false), SW_OK);
	for (unsigned round = 0; round < 4; round++) {
		unsigned char seen[WAYS * BUCKETS] = { 0 };

		for (uint32_t i = 0; i < WAYS * BUCKETS; i++) {
			struct sw_sight sight = { (uint64_t)(i + 1) << 32 |
			    i % BUCKETS, 1, 20000, 0 };
			struct sw_observation put = { .group = i,
			    .outcome = SW_OUTCOME_PRESENT };

			assert_int_equal(sw_table_put(table, &sight, &put,
			    false), SW_TABLE_PENDING);
		}
		assert_int_equal(sw_table_take(table, 0, o, names,
		    WAYS * BUCKETS + WAYS), WAYS * BUCKETS);
		for (unsigned i = 0; i < WAYS * BUCKETS; i++) {
			assert_in_range(o[i].group, 0, WAYS * BUCKETS - 1);
			assert_int_equal(seen[o[i].group]++, 0);
		}
		sw_table_settle(table, 0, WAYS * BUCKETS);
		sw_table_forget(table, 0);
	}
	sw_table_free(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory),
		cmocka_unit_test(memory_of_a_full_table),
		cmocka_unit_test(flood_that_is_delivered),
		cmocka_unit_test(flood_that_is_not),
		cmocka_unit_test(entries_are_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
