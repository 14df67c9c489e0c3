/*
 * The intake's lanes: look-ups of any size, from more threads than there are
 * lanes, in lanes that are full; under ThreadSanitizer as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <malloc.h>
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

static void
await_seen(struct sw_observer *observer, uint64_t count)
{
	const struct timespec short_while = { .tv_nsec = 1000000 };
	struct sw_counters counters = { .seen = 0 };

	for (unsigned tries = 0; tries < 60000 && counters.seen < count;
	    tries++) {
		sw_observer_counters(observer, &counters);
		nanosleep(&short_while, NULL);
	}
	assert_in_range(counters.seen, count, UINT64_MAX);
}

/*
 * The thread, which would rest for long, is told of many octets: also of those
 * that are skipped at a lane's end.
 */
static void
many_are_read_soon(void **state)
{
	/* 400 KiB twice; of the third, what is skipped makes it much. */
	static const unsigned counts[] = { 100, 100, 64 };
	static struct bulk bulk;
	struct sw_observer *observer = new_observer();
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
		await_seen(observer, n);
	}
	sw_intake_stop(&intake);
	sw_observer_free(&observer);
}

/* A TXT look-up of so many octets in records of at most so many. */
static void
make_sized(struct bulk *bulk, size_t size, size_t each, unsigned n)
{
	char text[30];

	snprintf(text, sizeof(text), "sized%u.jp", n);
	bulk->lookup = (struct sw_lookup){ .name = bulk->name,
	    .name_length = to_wire(text, bulk->name), .type = SW_TYPE_TXT,
	    .answer = { .records = { 0, bulk->rdata, bulk->length } } };
	for (unsigned i = 0; size > 0; i++) {
		/* The last is none of a few octets. */
		size_t length = size < each ? size : size < each + 20 ?
		    size - 20 : each;

		assert_in_range(length, 10, RECORD_MAX);
		assert_in_range(i, 0, LARGE - 1);
		memset(bulk->bytes[i], 'x', length);
		bulk->bytes[i][0] = (uint8_t)((length - 2) >> 8);
		bulk->bytes[i][1] = (uint8_t)(length - 2);
		for (size_t k = 2; k < length; k += 256)
			bulk->bytes[i][k] = (uint8_t)(length - k < 256 ?
			    length - k - 1 : 255);
		bulk->rdata[i] = bulk->bytes[i];
		bulk->length[i] = length;
		bulk->lookup.answer.records.count = i + 1;
		size -= length;
	}
}

/* Many small ones are as good: 800 of them are a quarter of a lane. */
static void
many_small_ones_are_read_soon(void **state)
{
	struct sw_observer *observer = new_observer();
	static struct bulk bulk;
	struct sw_intake *intake;

	(void)state;
	assert_int_equal(sw_intake_start(&intake, observer, 600000, complain),
	    SW_OK);
	for (unsigned n = 0; n < 1000; n++) {
		make_sized(&bulk, 300, 4000, n);
		assert_true(leave_bulk(intake, &bulk, 3));
	}
	await_seen(observer, 700);
	sw_intake_stop(&intake);
	sw_observer_free(&observer);
}

/*
 * Pairs that together fill the stage, or miss that by an octet; and others that
 * fill it alone. None is lost, nor what another lane's thread left.
 */
static void
stage_fills_up(void **state)
{
	struct sw_observer *direct = new_observer(), *observer = new_observer();
	struct sw_intake *intake = start_intake(observer);
	struct sw_intake *none = start_intake(direct);
	static struct bulk bulk;
	unsigned n = 0;

	(void)state;
	sw_intake_stop(&none);
	for (size_t size = 1700; size < 2100; size++) {
		/* The second of three begins where the stage does. */
		const size_t sizes[] = { 3000, size / 2, size - size / 2, size };

		for (unsigned i = 0; i < 4; i++, n++) {
			make_sized(&bulk, sizes[i], 4000, n);
			sw_observer_see(direct, &bulk.lookup, NOON);
			assert_true(leave_bulk(intake, &bulk, n / 4 % 8));
		}
	}
	sw_intake_stop(&intake);
	assert_int_equal(assert_same(direct, observer), n + 1);
	sw_observer_free(&observer);
	sw_observer_free(&direct);
}

/*
 * Is it left once the one before, which was seen, gives up its room? A moment
 * later the thread has, however busy the machine is.
 */
static bool
leave_soon(struct sw_intake *intake, const struct bulk *bulk)
{
	const struct timespec short_while = { .tv_nsec = 1000000 };

	for (unsigned tries = 0; tries < 3000; tries++) {
		if (sw_lanes_leave(sw_intake_lanes(intake), &bulk->lookup, 1,
		    NOON))
			return true;
		nanosleep(&short_while, NULL);
	}
	return false;
}

/* All but the last few octets of half a lane can be records. */
static void
the_largest_fits(void **state)
{
	struct sw_observer *observer = new_observer();
	struct sw_intake *intake = start_intake(observer);
	static struct bulk bulk;
	size_t taken = 0;
	unsigned n = 1;	/* that of the start */

	(void)state;
	for (size_t size = LARGEST - OVERHEAD; size < LARGEST; size += 4) {
		await_seen(observer, n);
		make_sized(&bulk, size, 4020, n);
		if (!leave_soon(intake, &bulk))
			break;
		taken = size;
		n++;
	}
	assert_in_range(taken, LARGEST - OVERHEAD + 100, LARGEST - 100);
	sw_intake_stop(&intake);
	sw_observer_free(&observer);
}

#ifndef __SANITIZE_THREAD__
/* Is it anywhere in the lanes? They are longer than this by their stages. */
static bool
is_kept(const struct sw_intake *intake, const struct bulk *bulk)
{
	const size_t size = (size_t)8 * 1024 * 1024;

	return memmem(sw_intake_lanes((struct sw_intake *)(uintptr_t)intake),
	    size, bulk->name, bulk->lookup.name_length) != NULL ||
	    memmem(intake, malloc_usable_size((void *)(uintptr_t)intake),
	    bulk->name, bulk->lookup.name_length) != NULL;
}

static void
await_forgotten(const struct sw_intake *intake, const struct bulk *bulk)
{
	const struct timespec short_while = { .tv_nsec = 10000000 };
	unsigned tries = 0;

	while (is_kept(intake, bulk) && tries++ < 2000)
		nanosleep(&short_while, NULL);
	assert_false(is_kept(intake, bulk));
}

/* What was read is in the module's memory no more: of a few, of many, of large ones. */
static void
forgets_what_was_read(void **state)
{
	static const size_t sizes[] = { 20, 500, 600, 700, 800, 5000 };
	enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };
	struct sw_observer *observer = new_observer();
	static struct bulk bulks[SIZES];
	struct sw_intake *intake;

	(void)state;
	assert_int_equal(sw_intake_start(&intake, observer, 600000, complain),
	    SW_OK);
	for (unsigned i = 0; i < SIZES; i++) {
		make_sized(&bulks[i], sizes[i], 4000, i);
		assert_true(leave_bulk(intake, &bulks[i], 0));
		assert_true(is_kept(intake, &bulks[i]));
	}
	sw_intake_stop(&intake);
	intake = start_intake(observer);
	for (unsigned last = 0; last < SIZES; last++) {
		for (unsigned i = 0; i <= last; i++)
			assert_true(leave_bulk(intake, &bulks[i], 0));
		for (unsigned i = 0; i <= last; i++)
			await_forgotten(intake, &bulks[i]);
	}
	sw_intake_stop(&intake);
	sw_observer_free(&observer);
}
#endif

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
		cmocka_unit_test(many_small_ones_are_read_soon),
		cmocka_unit_test(one_is_read_after_a_pause),
		cmocka_unit_test(stage_fills_up),
		cmocka_unit_test(the_largest_fits),
#ifndef __SANITIZE_THREAD__
		cmocka_unit_test(forgets_what_was_read),
#endif
		cmocka_unit_test(refuses_what_is_too_much),
		cmocka_unit_test(none_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
