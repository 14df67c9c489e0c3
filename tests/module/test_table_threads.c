/*
 * The edge table under threads that put and one that delivers, made to be run
 * under ThreadSanitizer as well. Each tag has one thread that puts it, so that
 * the last state of all that is delivered of it is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "module/table.h"
#include "tests/random.h"

#define THREADS 4
#define TAGS 600
#define PUTS 60000		/* of each thread */
#define BATCH 200

struct shared {
	struct sw_table *table;
	atomic_uint running;
	atomic_uint failures;	/* cmocka's asserts are for one thread */
	/* By tag: the state put last, if it was taken, and delivered last. */
	unsigned last_put[TAGS];
	bool taken[TAGS];
	unsigned last_delivered[TAGS];
	unsigned deliveries;
};

struct putter {
	struct shared *shared;
	unsigned index;
};

/* Close together, so that threads meet in buckets and under locks. */
static uint64_t
tag_of(unsigned index)
{
	return (uint64_t)(index + 1) << 32 | (index % 50);
}

static void *
put_many(void *argument)
{
	struct putter *putter = argument;
	struct shared *shared = putter->shared;
	uint64_t seed = 30 + putter->index;

	for (unsigned n = 0; n < PUTS; n++) {
		unsigned index = random_below(&seed, TAGS / THREADS) *
		    THREADS + putter->index;
		unsigned new_state = random_below(&seed, 4) == 0 ? n + 1 :
		    shared->last_put[index];
		struct sw_sight sight = { tag_of(index), new_state,
		    (uint16_t)(20000 + n / 10000), (uint8_t)(index & 1) };
		struct sw_observation o = { .group = index,
		    .features = new_state, .outcome = SW_OUTCOME_PRESENT };
		enum sw_table_change change;
		char name[20];

		if (sw_table_see_again(shared->table, &sight) !=
		    SW_TABLE_UNKNOWN)
			continue;
		snprintf(name, sizeof(name), "n%u", index);
		o.name = name;
		change = sw_table_put(shared->table, &sight, &o, false);
		shared->taken[index] = change != SW_TABLE_FULL;
		shared->last_put[index] = new_state;
		if (n % 64 == 0)
			sw_table_is_known(shared->table, tag_of(index));
	}
	atomic_fetch_sub(&shared->running, 1);
	return NULL;
}

static void
check_one(struct shared *shared, const struct sw_observation *o)
{
	char name[20];

	snprintf(name, sizeof(name), "n%u", o->group);
	if (o->group >= TAGS || o->name == NULL || strcmp(o->name, name) != 0)
		atomic_fetch_add(&shared->failures, 1);
	else
		shared->last_delivered[o->group] = (unsigned)o->features;
}

static size_t
deliver(struct shared *shared)
{
	static struct sw_observation observations[BATCH];
	static char *names[BATCH];
	unsigned key = shared->deliveries++ / 2 % SW_TABLE_KEYS;
	size_t count = sw_table_take(shared->table, key, observations, names,
	    BATCH);

	for (size_t i = 0; i < count; i++)
		check_one(shared, &observations[i]);
	sw_table_settle(shared->table, key, count);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	return count;
}

static void *
deliver_many(void *argument)
{
	struct shared *shared = argument;

	do {
		deliver(shared);
		sw_table_memory(shared->table);
		/* What waits stays; the rest is put as if it were new. */
		if (shared->deliveries % 4 == 0)
			sw_table_forget(shared->table,
			    shared->deliveries / 4 % SW_TABLE_KEYS);
	} while (atomic_load(&shared->running) > 0 ||
	    sw_table_pending(shared->table) > 0);
	return NULL;
}

static void
put_and_deliver(void **state)
{
	struct shared *shared = calloc(1, sizeof(*shared));
	struct putter putters[THREADS];
	pthread_t threads[THREADS], sender;
	unsigned taken = 0;

	(void)state;
	assert_int_equal(sw_table_new(&shared->table, 1, true), SW_OK);
	atomic_store(&shared->running, THREADS);
	for (unsigned i = 0; i < THREADS; i++) {
		putters[i] = (struct putter){ shared, i };
		pthread_create(&threads[i], NULL, put_many, &putters[i]);
	}
	pthread_create(&sender, NULL, deliver_many, shared);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_join(sender, NULL);
	assert_int_equal(atomic_load(&shared->failures), 0);
	assert_int_equal(sw_table_pending(shared->table), 0);
	for (unsigned i = 0; i < TAGS; i++) {
		if (!shared->taken[i])
			continue;
		taken++;
		assert_int_equal(shared->last_delivered[i],
		    shared->last_put[i]);
	}
	assert_in_range(taken, TAGS / 2, TAGS);
	sw_table_free(&shared->table);
	free(shared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_and_deliver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
