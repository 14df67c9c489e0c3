/*
 * The intake's lanes: look-ups of any size, from more threads than there are
 * lanes, in lanes that are full; under ThreadSanitizer as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/module/lookups.h"

/* It fills up sooner or later; what it refuses the caller can do itself. */
static void
refuses_what_is_too_much(void **state)
{
	static uint8_t large[SW_RRSET_MAX][4096];
	static const uint8_t *rdata[SW_RRSET_MAX];
	static size_t length[SW_RRSET_MAX];
	struct sw_observer *observer = new_observer();
	struct sw_intake *intake = start_intake(observer);
	struct sw_counters counters;
	struct example example;
	unsigned taken = 0, refused = 0;
	uint64_t seed = 1;

	(void)state;
	make_example(&example, 0, &seed);
	to_wire("large.jp", example.name);
	example.lookup.name_length = 10;
	example.lookup.type = SW_TYPE_TXT;
	example.lookup.usable = SW_USABLE;
	example.lookup.answer = (struct sw_answer){ .records = { SW_RRSET_MAX,
	    rdata, length } };
	/* Of empty character-strings. */
	for (unsigned i = 0; i < SW_RRSET_MAX; i++) {
		large[i][0] = (sizeof(large[i]) - 2) >> 8;
		large[i][1] = (sizeof(large[i]) - 2) & 0xff;
		rdata[i] = large[i];
		length[i] = sizeof(large[i]);
	}
	assert_false(leave(intake, observer, &example, 0));
	/* None of these can be in an answer of DNS. */
	example.lookup.answer.records.count = SW_RRSET_MAX + 1;
	assert_false(leave(intake, observer, &example, 0));
	example.lookup.answer.records.count = 0;
	example.lookup.answer.soa = example.name;
	example.lookup.answer.soa_length = SW_NAME_WIRE_MAX + 1;
	assert_false(sw_lanes_leave(sw_intake_lanes(intake), &example.lookup, 0,
	    NOON));
	example.lookup.answer.soa = NULL;
	example.lookup.name_length = SW_NAME_WIRE_MAX + 1;
	assert_false(sw_lanes_leave(sw_intake_lanes(intake), &example.lookup, 0,
	    NOON));
	example.lookup.name_length = 10;
	/* Half of its size: a few at a time, then no more for a moment. */
	example.lookup.answer.records.count = 50;
	while (refused == 0)
		*(leave(intake, observer, &example, 0) ? &taken : &refused) += 1;
	assert_in_range(taken, 1, 1000000);
	sw_intake_stop(&intake);
	sw_observer_counters(observer, &counters);
	/* These, the large one, the one with too many records, and the first. */
	assert_int_equal(counters.watched, taken + refused + 3);
	assert_int_equal(counters.unknown_malformed, 1);
	assert_int_equal(counters.observed, counters.watched - 1);
	sw_observer_free(&observer);
}

#define LARGE 131		/* records of the largest */
#define RECORD_MAX 4040
#define LARGEST ((size_t)512 * 1024)	/* of what a lane takes */
#define OVERHEAD ((size_t)1000)	/* of it, at most, besides the records */

/* A look-up with records of any size, and what it points to. */
struct bulk {
	struct sw_lookup lookup;
	uint8_t name[SW_NAME_WIRE_MAX + 64];
	uint8_t bytes[LARGE][RECORD_MAX];
	const uint8_t *rdata[LARGE];
	size_t length[LARGE], size;
};

/* TXT of random octets, that could be a SPF record or not. */
static void
fill_record(uint8_t *at, size_t length, bool spf, uint64_t *seed)
{
	at[0] = (uint8_t)((length - 2) >> 8);
	at[1] = (uint8_t)(length - 2);
	for (size_t i = 2; i < length; i++)
		at[i] = (i - 2) % 256 != 0 ? (uint8_t)random_next(seed) :
		    (uint8_t)(length - i < 256 ? length - i - 1 : 255);
	memcpy(at + 3, spf ? "v=spf1 " : "v=other", 7);
}

/* Some are nearly as large as a lane takes, some a bit larger. */
static void
make_bulk(struct bulk *bulk, unsigned n, uint64_t *seed)
{
	bool large = n % 32 == 0;
	unsigned count = large ? LARGE : 1 + random_below(seed, n % 4 == 0 ?
	    40 : 4);
	unsigned spf = random_below(seed, count);
	char text[30];

	snprintf(text, sizeof(text), "bulk%u.jp", n);
	bulk->lookup = (struct sw_lookup){ .name = bulk->name,
	    .name_length = to_wire(text, bulk->name), .type = SW_TYPE_TXT,
	    .answer = { .records = { count, bulk->rdata, bulk->length } } };
	bulk->size = 0;
	for (unsigned i = 0; i < count; i++) {
		bulk->rdata[i] = bulk->bytes[i];
		bulk->length[i] = large ? 3968 + random_below(seed, 60) :
		    10 + random_below(seed, n % 4 == 0 ? 2000 : 300);
		bulk->size += bulk->length[i];
		fill_record(bulk->bytes[i], bulk->length[i], i == spf, seed);
	}
}

/* What fits is left, if not at once then when the thread has read some. */
static bool
leave_bulk(struct sw_intake *intake, const struct bulk *bulk, unsigned thread)
{
	const struct timespec short_while = { .tv_nsec = 1000000 };

	for (unsigned tries = 0; intake != NULL && tries < 60000; tries++) {
		if (sw_lanes_leave(sw_intake_lanes(intake), &bulk->lookup,
		    thread, NOON))
			return true;
		if (bulk->size + OVERHEAD > LARGEST)
			return false;
		nanosleep(&short_while, NULL);
	}
	return false;
}

#define BULKS 192		/* of each thread: many times what a lane holds */

struct bulk_leaver {
	struct sw_observer *observer;
	struct sw_intake *intake;
	unsigned thread;	/* Unbound's number */
	unsigned first;
	unsigned left;
	size_t size;		/* of what was left */
};

static void *
leave_bulks(void *argument)
{
	struct bulk_leaver *leaver = argument;
	struct bulk *bulk = malloc(sizeof(*bulk));
	uint64_t seed = leaver->first + 7;

	for (unsigned n = 0; n < BULKS && bulk != NULL; n++) {
		make_bulk(bulk, leaver->first + n, &seed);
		if (leave_bulk(leaver->intake, bulk, leaver->thread)) {
			leaver->left++;
			leaver->size += bulk->size;
		} else {
			sw_observer_see(leaver->observer, &bulk->lookup, NOON);
		}
	}
	free(bulk);
	return NULL;
}

/* Lanes that are full and go around, and more threads than there are lanes. */
static void
arrives_whatever_its_size(void **state)
{
	static const unsigned numbers[] = { 1, 9, 17, 8, 255, UINT32_MAX };
	enum { COUNT = sizeof(numbers) / sizeof(numbers[0]) };
	struct sw_observer *direct = new_observer(), *observer = new_observer();
	struct sw_intake *intake = start_intake(observer);
	struct sw_intake *none = start_intake(direct);
	struct bulk_leaver leavers[COUNT];
	pthread_t threads[COUNT];
	size_t in_lane = 0;

	(void)state;
	sw_intake_stop(&none);
	for (unsigned i = 0; i < COUNT; i++) {
		struct bulk_leaver alone = { .observer = direct,
		    .first = i * BULKS };

		leavers[i] = (struct bulk_leaver){ observer, intake, numbers[i],
		    i * BULKS, 0, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, leave_bulks,
		    &leavers[i]), 0);
		leave_bulks(&alone);
	}
	for (unsigned i = 0; i < COUNT; i++)
		pthread_join(threads[i], NULL);
	sw_intake_stop(&intake);
	for (unsigned i = 0; i < COUNT; i++) {
		/* All but some of those that are as large as can be. */
		assert_in_range(leavers[i].left, BULKS - BULKS / 32, BULKS);
		in_lane += numbers[i] % 8 == 1 ? leavers[i].size : 0;
	}
	/* Around, and around again. */
	assert_in_range(in_lane, 4 * LARGEST, SIZE_MAX);
	/* And the one that was left at the start. */
	assert_int_equal(assert_same(direct, observer), COUNT * BULKS + 1);
	sw_observer_free(&observer);
	sw_observer_free(&direct);
}

/*
 * The thread, which would rest for long, is told of many octets: also of those
 * that are skipped at a lane's end.
 */
static void
many_are_read_soon(void **state)
{
	/* 300 KiB twice; then there is less left than 440 KiB, but much. */
	static const unsigned counts[] = { 76, 76, 112 };
	const struct timespec short_while = { .tv_nsec = 1000000 };
	static struct bulk bulk;
	struct sw_observer *observer = new_observer();
	struct sw_counters counters = { .seen = 0 };
	struct sw_intake *intake;
	uint64_t seed = 3;

	(void)state;
	assert_int_equal(sw_intake_start(&intake, observer, 600000, complain),
	    SW_OK);
	make_bulk(&bulk, 0, &seed);
	bulk.size = 0;
	for (unsigned n = 1; n <= sizeof(counts) / sizeof(counts[0]); n++) {
		bulk.lookup.answer.records.count = counts[n - 1];
		assert_true(leave_bulk(intake, &bulk, 0));
		for (unsigned tries = 0; tries < 10000 && counters.seen < n;
		    tries++) {
			nanosleep(&short_while, NULL);
			sw_observer_counters(observer, &counters);
		}
		assert_int_equal(counters.seen, n);
	}
	sw_intake_stop(&intake);
	sw_observer_free(&observer);
}

/* It need not wait for others, nor for the lane to be left again. */
static void
one_is_read_after_a_pause(void **state)
{
	const struct timespec short_while = { .tv_nsec = 1000000 };
	struct sw_observer *observer = new_observer();
	struct sw_counters counters = { .seen = 0 };
	struct sw_intake *intake = start_intake(observer);

	(void)state;
	for (unsigned tries = 0; tries < 10000 && counters.observed < 1;
	    tries++) {
		nanosleep(&short_while, NULL);
		sw_observer_counters(observer, &counters);
	}
	/* That of the start. */
	assert_int_equal(counters.observed, 1);
	sw_intake_stop(&intake);
	sw_observer_free(&observer);
}

static void
none_takes_nothing(void **state)
{
	struct sw_observer *observer = new_observer();
	struct example example;
	uint64_t seed = 1;

	(void)state;
	make_example(&example, 0, &seed);
	assert_false(sw_lanes_leave(NULL, &example.lookup, 0, NOON));
	sw_observer_free(&observer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrives_whatever_its_size),
		cmocka_unit_test(many_are_read_soon),
		cmocka_unit_test(one_is_read_after_a_pause),
		cmocka_unit_test(refuses_what_is_too_much),
		cmocka_unit_test(none_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
