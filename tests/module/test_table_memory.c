/*
 * The edge table when there is no memory for a name: what was there stays as it
 * was, with its own name, and what can't be copied waits on.
 *
 * The linker gives the module this program's strdup().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "module/table.h"
#include "tests/random.h"

#define WAYS 8
#define BUCKETS 6		/* that are used */
#define TAGS (20 * BUCKETS)	/* more than they hold */
#define STEPS 100000
#define BATCH (WAYS * BUCKETS + WAYS)

static uint64_t seed;
static unsigned denied_once_in;	/* 0: never */

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

char *
__wrap_strdup(const char *text)
{
	return denied_once_in != 0 && random_below(&seed, denied_once_in) == 0 ?
	    NULL : __real_strdup(text);
}

/* What is known of a tag. */
struct known {
	bool there;
	bool waits;
	unsigned state;
};

static struct known known[TAGS];

static uint64_t
tag_of(unsigned index)
{
	return (uint64_t)(index + 1) << 32 | index % BUCKETS;
}

static void
name_of(unsigned index, char name[30])
{
	snprintf(name, 30, "%.*s%u", (int)(index % 20),
	    "xxxxxxxxxxxxxxxxxxxx", index);
}

static unsigned
count_there(struct sw_table *table, unsigned bucket)
{
	unsigned count = 0;

	for (unsigned i = bucket; i < TAGS; i += BUCKETS)
		count += sw_table_is_known(table, tag_of(i));
	return count;
}

/* All but victims are there still. */
static void
check_there(struct sw_table *table, unsigned bucket, unsigned victims)
{
	for (unsigned i = bucket; i < TAGS; i += BUCKETS) {
		if (known[i].there == sw_table_is_known(table, tag_of(i)))
			continue;
		assert_true(known[i].there && !known[i].waits);
		assert_int_not_equal(victims--, 0);
		known[i].there = false;
	}
	assert_int_equal(victims, 0);
}

static void
put(struct sw_table *table, unsigned index, unsigned state)
{
	struct sw_sight sight = { tag_of(index), state, 20000,
	    (uint8_t)(index % SW_TABLE_KEYS) };
	struct sw_observation o = { .group = index, .features = state,
	    .outcome = SW_OUTCOME_PRESENT };
	bool was_there = known[index].there;
	unsigned bucket = index % BUCKETS;
	unsigned there = count_there(table, bucket);
	char name[30];

	name_of(index, name);
	o.name = name;
	switch (sw_table_put(table, &sight, &o, false)) {
	case SW_TABLE_MEMORY:
		assert_false(was_there);
		assert_int_equal(count_there(table, bucket), there);
		check_there(table, bucket, 0);
		return;
	case SW_TABLE_FULL:
		assert_false(was_there);
		assert_int_equal(there, WAYS);
		check_there(table, bucket, 0);
		return;
	case SW_TABLE_EVICTED:
		assert_int_equal(there, WAYS);
		known[index].there = true;
		check_there(table, bucket, 1);
		break;
	case SW_TABLE_REPEATED:
		assert_true(was_there);
		return;
	default:
		known[index].there = true;
		check_there(table, bucket, 0);
	}
	known[index].waits = true;
	known[index].state = state;
}

static void
take(struct sw_table *table, unsigned key)
{
	static struct sw_observation o[BATCH];
	static char *names[BATCH];
	size_t waiting = sw_table_pending_of(table, key);
	size_t count = sw_table_take(table, key, o, names, BATCH);

	assert_in_range(count, 0, waiting);
	if (denied_once_in == 0)
		assert_int_equal(count, waiting);
	for (size_t i = 0; i < count; i++) {
		struct known *of = &known[o[i].group];
		char name[30];

		assert_int_equal(o[i].group % SW_TABLE_KEYS, key);
		assert_true(of->there && of->waits);
		assert_int_equal(o[i].features, of->state);
		name_of(o[i].group, name);
		assert_string_equal(o[i].name, name);
		of->waits = false;
		free(names[i]);
	}
	sw_table_settle(table, key, count);
	assert_int_equal(sw_table_pending_of(table, key), waiting - count);
}

static void
forget(struct sw_table *table, unsigned key)
{
	sw_table_forget(table, key);
	for (unsigned i = key; i < TAGS; i += SW_TABLE_KEYS)
		known[i].there = known[i].there && known[i].waits;
	for (unsigned bucket = 0; bucket < BUCKETS; bucket++)
		check_there(table, bucket, 0);
}

/* Names are counted in the table's memory: none is lost, or counted twice. */
static void
names_that_cant_be_kept(void **state)
{
	struct sw_table *table;
	size_t empty, bytes = 0;

	(void)state;
	seed = 40;
	assert_int_equal(sw_table_new(&table, 1, true), SW_OK);
	empty = sw_table_memory(table);
	for (unsigned n = 0; n < STEPS; n++) {
		unsigned what = random_below(&seed, 100);

		denied_once_in = n / 1000 % 3 == 0 ? 0 : 2 + n / 1000 % 3;
		if (what < 4)
			take(table, what % SW_TABLE_KEYS);
		else if (what < 5)
			forget(table, random_below(&seed, SW_TABLE_KEYS));
		else
			put(table, random_below(&seed, TAGS),
			    random_below(&seed, 3));
	}
	denied_once_in = 0;
	take(table, 0);
	take(table, 1);
	assert_int_equal(sw_table_pending(table), 0);
	/* Every way of these buckets is used by now, and has a name of its own. */
	forget(table, 0);
	forget(table, 1);
	for (unsigned i = 0; i < WAYS * BUCKETS; i++) {
		char name[30];

		put(table, i, 0);
		name_of(i, name);
		bytes += strlen(name) + 1;
	}
	assert_int_equal(sw_table_memory(table) - empty, bytes);
	take(table, 0);
	take(table, 1);
	sw_table_free(&table);
}

/* To each way an entry, also where it could not be used at first. */
static void
entries_that_cant_be_used_yet(void **state)
{
	enum { ALL = 32768 };	/* of the smallest table */
	static struct sw_observation o[ALL + WAYS];
	static char *names[ALL + WAYS];
	static bool seen[ALL];
	struct sw_table *table;

	(void)state;
	assert_int_equal(sw_table_new(&table, 1, true), SW_OK);
	for (uint32_t i = 0; i < ALL; i++) {
		struct sw_sight sight = { (uint64_t)(i + 1) << 32 |
		    i % (ALL / WAYS), 1, 20000, 0 };
		struct sw_observation new = { .group = i, .name = "jp",
		    .outcome = SW_OUTCOME_PRESENT };

		denied_once_in = i % 4 == 0;
		if (denied_once_in == 1)
			assert_int_equal(sw_table_put(table, &sight, &new,
			    false), SW_TABLE_MEMORY);
		denied_once_in = 0;
		assert_int_equal(sw_table_put(table, &sight, &new, false),
		    SW_TABLE_PENDING);
	}
	assert_int_equal(sw_table_take(table, 0, o, names, ALL + WAYS), ALL);
	for (unsigned i = 0; i < ALL; i++) {
		assert_in_range(o[i].group, 0, ALL - 1);
		assert_false(seen[o[i].group]);
		seen[o[i].group] = true;
		free(names[i]);
	}
	sw_table_free(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_cant_be_kept),
		cmocka_unit_test(entries_that_cant_be_used_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
