/*
 * The edge table against a simple model of what it promises: random states,
 * days, evictions, batches that are under way for a while.
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

#define WAYS 8			/* entries that share a bucket */
#define BUCKETS 4096		/* of the smallest table */
#define USED 8			/* buckets that the model fills */
#define TAGS 20			/* of each of them: more than it holds */
#define BATCH 64

/* What the model knows of a tag. */
struct known {
	bool there;
	unsigned state;
	uint64_t print;
	unsigned day;		/* the latest */
	uint16_t waiting;	/* bit i: day - i is to be delivered */
};

struct batch {
	unsigned key;
	size_t count;
	struct sw_observation observations[BATCH];
	char *names[BATCH];
};

struct model {
	struct sw_table *table;
	struct known known[USED * TAGS];
	size_t pending[SW_TABLE_KEYS];	/* in the table, or not settled */
	uint64_t seed;
	unsigned day;
};

/*
 * Tags of a bucket share their low bits. Some buckets are neighbours, some are
 * at the ends of what one lock covers, and of the table.
 */
static uint64_t
tag_of(unsigned index)
{
	static const unsigned buckets[USED] = { 0, 1, 61, 62, 63, 64,
	    700, BUCKETS - 1 };

	return (uint64_t)(index % TAGS + 1) << 32 | buckets[index / TAGS];
}

/* Entries of both keys share buckets. */
static unsigned
key_of(unsigned index)
{
	return index % SW_TABLE_KEYS;
}

static void
name_of(unsigned index, char name[30])
{
	snprintf(name, 30, "n%u.example", index);
}

/* A state is an outcome, features and a digest; index 0 to 5. */
static struct sw_observation
observation_of(unsigned index, unsigned state)
{
	struct sw_observation o = { .mechanism = SW_MECHANISM_SPF };

	memset(o.subject, (int)index, sizeof(o.subject));
	o.outcome = (uint8_t)(state < 3 ? SW_OUTCOME_PRESENT : state < 5 ?
	    SW_OUTCOME_ABSENT : SW_OUTCOME_INVALID);
	o.dnssec = state == 4 ? SW_DNSSEC_SECURE : SW_DNSSEC_INSECURE;
	o.features = state == 1 ? 1 : 0;
	o.digest[SW_DIGEST_SIZE - 1] = state == 2 ? 1 : 0;
	o.group = index;
	return o;
}

static bool
publishes(unsigned state)
{
	return state < 3 || state == 5;
}

/* What stands in the bucket of a tag. */
struct content {
	unsigned there;
	unsigned waiting;
	unsigned recordless;	/* of those that wait */
};

static struct content
look_at_bucket(const struct model *model, unsigned index)
{
	struct content content = { 0, 0, 0 };
	unsigned first = index / TAGS * TAGS;

	for (unsigned i = first; i < first + TAGS; i++) {
		const struct known *known = &model->known[i];
		bool waits = known->there && known->waiting != 0;

		content.there += known->there;
		content.waiting += waits;
		content.recordless += waits && !publishes(known->state);
	}
	return content;
}

/* Who went for a new entry? Only one that matters least may have. */
static void
find_victim(struct model *model, unsigned index)
{
	struct known *victim = NULL;
	unsigned first = index / TAGS * TAGS;

	for (unsigned i = first; i < first + TAGS; i++) {
		struct known *known = &model->known[i];

		if (!known->there || sw_table_is_known(model->table, tag_of(i)))
			continue;
		assert_null(victim);
		victim = known;
	}
	assert_non_null(victim);
	assert_int_equal(victim->waiting, 0);
	for (unsigned i = first; i < first + TAGS; i++) {
		const struct known *other = &model->known[i];

		if (!other->there || other->waiting != 0 || other == victim)
			continue;
		assert_false(publishes(victim->state) &&
		    !publishes(other->state));
		if (publishes(victim->state) == publishes(other->state))
			assert_in_range(victim->day, 0, other->day);
	}
	victim->there = false;
}

/* The same state: on which days is it to be delivered now? */
static enum sw_table_change
expect_same(struct known *known, unsigned day)
{
	enum sw_table_change change = SW_TABLE_PENDING;
	uint32_t moved;

	if (day == known->day)
		return SW_TABLE_REPEATED;
	if (known->waiting == 0) {
		known->waiting = 1;
	} else if (day < known->day) {
		if (known->day - day > 8) {
			known->waiting = 1;
			known->day = day;
			return SW_TABLE_SUPERSEDED;
		}
		if ((known->waiting >> (known->day - day) & 1) != 0)
			return SW_TABLE_REPEATED;
		known->waiting |= (uint16_t)(1u << (known->day - day));
		return SW_TABLE_PENDING;
	} else {
		moved = day - known->day > 20 ? 1u << 20 :
		    (uint32_t)known->waiting << (day - known->day);
		if (moved > 0x1ff)
			change = SW_TABLE_SUPERSEDED;
		known->waiting = (uint16_t)((moved & 0x1ff) | 1);
	}
	known->day = day;
	return change;
}

static enum sw_table_change
expect_known(struct known *known, unsigned state, unsigned day)
{
	enum sw_table_change change;

	if (known->state == state)
		return expect_same(known, day);
	change = known->waiting != 0 ? SW_TABLE_SUPERSEDED : SW_TABLE_PENDING;
	known->state = state;
	known->day = day;
	known->waiting = 1;
	return change;
}

static void
check_pending(const struct model *model)
{
	assert_int_equal(sw_table_pending_of(model->table, 0),
	    model->pending[0]);
	assert_int_equal(sw_table_pending_of(model->table, 1),
	    model->pending[1]);
	assert_int_equal(sw_table_pending(model->table),
	    model->pending[0] + model->pending[1]);
}

static enum sw_table_change
expect_new(struct model *model, unsigned index, unsigned state, unsigned day,
    enum sw_table_change got)
{
	struct known *known = &model->known[index];
	struct content content = look_at_bucket(model, index);
	enum sw_table_change expected;

	if (content.waiting == WAYS ||
	    (!publishes(state) && content.recordless >= WAYS - 2))
		return SW_TABLE_FULL;
	expected = content.there == WAYS ? SW_TABLE_EVICTED : SW_TABLE_PENDING;
	if (expected == SW_TABLE_EVICTED && got == expected)
		find_victim(model, index);
	known->there = true;
	known->state = state;
	known->day = day;
	known->waiting = 1;
	return expected;
}

/* As the observer does: what was not seen just so is put in. */
static void
put(struct model *model, unsigned index, unsigned state, unsigned day,
    bool only_known)
{
	struct known *known = &model->known[index];
	struct sw_observation o = observation_of(index, state);
	struct sw_sight sight = { .tag = tag_of(index),
	    .key = (uint8_t)key_of(index), .print = random_below(&model->seed, 6), .day = (uint16_t)day };
	unsigned waited = known->there && known->waiting != 0;
	enum sw_table_change expected = SW_TABLE_UNKNOWN, got;
	char name[30];

	name_of(index, name);
	o.name = name;
	assert_int_equal(sw_table_is_known(model->table, sight.tag),
	    known->there);
	got = sw_table_see_again(model->table, &sight);
	if (known->there && known->print == sight.print)
		expected = expect_known(known, known->state, day);
	assert_int_equal(got, expected);
	if (got == SW_TABLE_UNKNOWN) {
		got = sw_table_put(model->table, &sight, &o, only_known);
		if (known->there)
			expected = expect_known(known, state, day);
		else if (!only_known)
			expected = expect_new(model, index, state, day, got);
		assert_int_equal(got, expected);
	}
	if (known->there)
		known->print = sight.print;
	model->pending[key_of(index)] +=
	    (known->there && known->waiting != 0) - waited;
	check_pending(model);
}

static unsigned
index_of(const struct sw_observation *o)
{
	assert_in_range(o->group, 0, USED * TAGS - 1);
	return o->group;
}

/* What is taken is what the model waits for, no entry twice. */
static void
take(struct model *model, unsigned key, struct batch *batch, size_t count,
    size_t waiting)
{
	batch->key = key;
	batch->count = sw_table_take(model->table, key, batch->observations,
	    batch->names, count);
	assert_in_range(batch->count, 0, count);
	/* All of them, unless there is no room for a whole bucket more. */
	if (batch->count + WAYS <= count)
		assert_int_equal(batch->count, waiting);
	for (size_t i = 0; i < batch->count; i++) {
		const struct sw_observation *o = &batch->observations[i];
		unsigned index = index_of(o);
		struct known *known = &model->known[index];
		struct sw_observation expected = observation_of(index,
		    known->state);
		char name[30];

		name_of(index, name);
		assert_int_equal(key_of(index), key);
		assert_true(known->there && (known->waiting & 1) != 0);
		assert_int_equal(o->day, known->day);
		assert_int_equal(o->earlier, known->waiting >> 1);
		known->waiting = 0;
		assert_memory_equal(o->subject, expected.subject,
		    SW_PSEUDONYM_SIZE);
		assert_memory_equal(o->digest, expected.digest, SW_DIGEST_SIZE);
		assert_int_equal(o->outcome, expected.outcome);
		assert_int_equal(o->dnssec, expected.dnssec);
		assert_int_equal(o->features, expected.features);
		assert_int_equal(o->mechanism, expected.mechanism);
		assert_ptr_equal(o->name, batch->names[i]);
		assert_string_equal(o->name, name);
		free(batch->names[i]);
	}
	check_pending(model);
}

/* Nothing else is under way. */
static void
take_some(struct model *model, unsigned key, struct batch *batch)
{
	take(model, key, batch, 8 + random_below(&model->seed, BATCH - 7),
	    model->pending[key]);
}

static void
take_all(struct model *model, unsigned key, struct batch *batch)
{
	take(model, key, batch, BATCH, model->pending[key]);
}

/* Perhaps in two parts. */
static void
settle(struct model *model, struct batch *batch)
{
	size_t part = batch->count / 3;

	sw_table_settle(model->table, batch->key, part);
	model->pending[batch->key] -= part;
	check_pending(model);
	sw_table_settle(model->table, batch->key, batch->count - part);
	model->pending[batch->key] -= batch->count - part;
	check_pending(model);
	batch->count = 0;
}

/* A key's entries go, but for those that wait. */
static void
forget(struct model *model, unsigned key)
{
	sw_table_forget(model->table, key);
	for (unsigned i = 0; i < USED * TAGS; i++) {
		struct known *known = &model->known[i];

		if (key_of(i) == key && known->waiting == 0)
			known->there = false;
		assert_int_equal(sw_table_is_known(model->table, tag_of(i)),
		    known->there);
	}
}

static void
step(struct model *model, struct batch *batch)
{
	unsigned index = random_below(&model->seed, USED * TAGS);
	unsigned what = random_below(&model->seed, 1000), day = model->day;

	if (what < 5) {
		model->day += 1 + random_below(&model->seed, 4);
	} else if (what < 6) {
		model->day += random_below(&model->seed, 30);
	} else if (what < 60) {
		settle(model, batch);
		take_some(model, random_below(&model->seed, SW_TABLE_KEYS),
		    batch);
	} else if (what < 110) {
		settle(model, batch);
	} else if (what < 112) {
		forget(model, random_below(&model->seed, SW_TABLE_KEYS));
	} else {
		if (what < 200)
			day -= random_below(&model->seed, 12);
		/* Some tags are asked for much more than others. */
		if (what % 2 == 0)
			index = index / 4 * 4 % (USED * TAGS);
		put(model, index, what % 5 == 0 ? random_below(&model->seed,
		    6) : index % 6, day, what % 16 == 1);
	}
}

static void
random_lives(void **state)
{
	(void)state;
	for (unsigned life = 0; life < 10; life++) {
		struct model model = { .seed = 100 + life, .day = 20000 };
		struct batch batch = { .count = 0 };

		assert_int_equal(sw_table_new(&model.table, 1, true), SW_OK);
		for (unsigned n = 0; n < 20000; n++)
			step(&model, &batch);
		/* And in the end all is delivered. */
		settle(&model, &batch);
		for (unsigned n = 0; n < 200 &&
		    sw_table_pending(model.table) > 0; n++) {
			take_some(&model, n % SW_TABLE_KEYS, &batch);
			settle(&model, &batch);
		}
		assert_int_equal(model.pending[0] + model.pending[1], 0);
		for (unsigned key = 0; key < SW_TABLE_KEYS; key++) {
			take_all(&model, key, &batch);
			assert_int_equal(batch.count, 0);
		}
		sw_table_free(&model.table);
		assert_null(model.table);
	}
}

/* Calls take turns with all that waits: what comes again and again is not first. */
static void
taking_goes_around(void **state)
{
	struct model model = { .seed = 1, .day = 20000 };
	bool taken[USED * TAGS] = { false };
	unsigned others = USED * TAGS;

	(void)state;
	assert_int_equal(sw_table_new(&model.table, 1, true), SW_OK);
	for (unsigned i = 0; i < USED * TAGS; i++)
		put(&model, i, 0, 20000, false);
	for (unsigned n = 0; n < USED * SW_TABLE_KEYS; n++) {
		struct batch batch;
		unsigned key = n % SW_TABLE_KEYS;

		/* Half of a bucket's entries are of each key. */
		take(&model, key, &batch, WAYS, model.pending[key]);
		assert_int_equal(batch.count, WAYS / SW_TABLE_KEYS);
		for (size_t i = 0; i < batch.count; i++) {
			unsigned index = index_of(&batch.observations[i]);

			assert_false(taken[index]);
			taken[index] = true;
			others--;
		}
		settle(&model, &batch);
		/* The first bucket has something again. */
		for (unsigned i = 0; i < WAYS; i++)
			put(&model, i, 1 + n % 2, 20000, false);
	}
	assert_int_equal(others, USED * (TAGS - WAYS));
	sw_table_free(&model.table);
}

static void
put_days(struct model *model, unsigned first, unsigned last)
{
	for (unsigned day = first; day <= last; day++)
		put(model, 0, 0, day, false);
}

/* Days one by one, in the order in which they came; a ninth earlier one is lost. */
static void
days_while_nothing_is_delivered(void **state)
{
	struct model model = { .seed = 1, .day = 20000 };
	struct batch batch = { .count = 0 };

	(void)state;
	assert_int_equal(sw_table_new(&model.table, 1, true), SW_OK);
	put_days(&model, 20000, 20008);
	take_all(&model, 0, &batch);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.observations[0].day, 20008);
	assert_int_equal(batch.observations[0].earlier, 0xff);
	settle(&model, &batch);
	put_days(&model, 20010, 20019);
	take_all(&model, 0, &batch);
	assert_int_equal(batch.observations[0].day, 20019);
	assert_int_equal(batch.observations[0].earlier, 0xff);
	settle(&model, &batch);
	/* A gap, and two threads that turn the page one after the other. */
	put(&model, 0, 0, 20022, false);
	put(&model, 0, 0, 20021, false);
	put(&model, 0, 0, 20022, false);
	put(&model, 0, 0, 20021, false);
	take_all(&model, 0, &batch);
	assert_int_equal(batch.observations[0].day, 20022);
	assert_int_equal(batch.observations[0].earlier, 1);
	sw_table_free(&model.table);
}

/* What changes or comes again while it is under way waits anew, once. */
static void
news_of_what_is_under_way(void **state)
{
	struct model model = { .seed = 1, .day = 20000 };
	struct batch first = { .count = 0 }, second = { .count = 0 };

	(void)state;
	assert_int_equal(sw_table_new(&model.table, 1, true), SW_OK);
	put(&model, 0, 0, 20000, false);
	put(&model, 2, 0, 20000, false);
	take_all(&model, 0, &first);
	assert_int_equal(first.count, 2);
	put(&model, 0, 0, 20000, false);
	put(&model, 2, 0, 20001, false);
	put(&model, 2, 1, 20001, false);
	take(&model, 0, &second, BATCH, 1);
	assert_int_equal(second.count, 1);
	assert_int_equal(index_of(&second.observations[0]), 2);
	assert_int_equal(second.observations[0].earlier, 0);
	settle(&model, &first);
	assert_int_equal(sw_table_pending(model.table), 1);
	settle(&model, &second);
	assert_int_equal(sw_table_pending(model.table), 0);
	sw_table_free(&model.table);
}

/* A clock that was ahead for a while does not silence the days after it. */
static void
clock_set_back(void **state)
{
	struct model model = { .seed = 1, .day = 20000 };
	struct batch batch = { .count = 0 };

	(void)state;
	assert_int_equal(sw_table_new(&model.table, 1, true), SW_OK);
	put(&model, 0, 0, 65000, false);
	put(&model, 0, 0, 20000, false);
	take_all(&model, 0, &batch);
	assert_int_equal(batch.observations[0].day, 20000);
	assert_int_equal(batch.observations[0].earlier, 0);
	sw_table_free(&model.table);
}

/* What is delivered of a key goes at once, what waits stays until then. */
static void
a_key_is_forgotten(void **state)
{
	struct model model = { .seed = 1, .day = 20000 };
	struct batch batch = { .count = 0 };

	(void)state;
	assert_int_equal(sw_table_new(&model.table, 1, true), SW_OK);
	for (unsigned i = 0; i < 6; i++)
		put(&model, i, 0, 20000, false);
	take_all(&model, 1, &batch);
	assert_int_equal(batch.count, 3);
	settle(&model, &batch);
	put(&model, 1, 1, 20000, false);
	forget(&model, 1);
	assert_true(model.known[1].there && model.known[2].there);
	assert_false(model.known[3].there);
	take_all(&model, 1, &batch);
	assert_int_equal(batch.count, 1);
	settle(&model, &batch);
	take_all(&model, 0, &batch);
	assert_int_equal(batch.count, 3);
	sw_table_free(&model.table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_forgotten),
		cmocka_unit_test(random_lives),
		cmocka_unit_test(taking_goes_around),
		cmocka_unit_test(days_while_nothing_is_delivered),
		cmocka_unit_test(news_of_what_is_under_way),
		cmocka_unit_test(clock_set_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
