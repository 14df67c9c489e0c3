/*
 * What a merge says of each batch, and what the database says of senders.
 */
#include "support.h"

#include <string.h>

#define TODAY DAY_1

static const struct sw_group group = { "jp", "", "" };

static struct sw_batch
make_batch(uint8_t instance, uint64_t sequence,
    const struct sw_observation *list, size_t count)
{
	return (struct sw_batch){
		.instance = { instance }, .sequence = sequence,
		.sent_day = TODAY - 1, .groups = &group, .group_count = 1,
		.observations = list, .observation_count = count,
		.counters = { .seen = 1000 * sequence, .dropped_full = 7 },
	};
}

static void
tells_of_each_batch(void **state)
{
	const struct sw_observation list[] = {
		{ .subject = { 1 }, .day = TODAY, .mechanism = 1, .outcome = 1 },
		{ .subject = { 2 }, .day = 3, .mechanism = 1, .outcome = 1 },
	};
	struct sw_batch good = make_batch(1, 1, list, 1);
	struct sw_batch refused = make_batch(2, 1, list, 2);
	struct sw_store_merged each[3], total;
	struct sw_store_delivery deliveries[] = {
		{ .batch = &good, .resolver = "a", .merged = &each[0] },
		{ .batch = &good, .resolver = "a", .merged = &each[1] },
		{ .batch = &refused, .resolver = "b", .merged = &each[2] },
	};
	struct sw_store *store = open_store(path_in(state, "db"),
	    SW_STORE_WRITE);

	assert_int_equal(sw_store_merge(store, deliveries, 3, TODAY, &total),
	    SW_OK);
	assert_int_equal(each[0].batches, 1);
	assert_int_equal(each[0].duplicates, 0);
	assert_int_equal(each[0].observations, 1);
	assert_int_equal(each[1].batches, 0);
	assert_int_equal(each[1].duplicates, 1);
	assert_int_equal(each[2].observations, 1);
	assert_int_equal(each[2].refused, 1);
	assert_int_equal(total.batches, 2);
	assert_int_equal(total.duplicates, 1);
	assert_int_equal(total.refused, 1);
	sw_store_close(&store);
}

struct listing {
	char resolvers[16];
	struct sw_store_sender last;
};

static void
take(void *argument, const struct sw_store_sender *sender)
{
	struct listing *listing = argument;

	strcat(listing->resolvers, sender->resolver);
	listing->last = *sender;
}

static void
lists_senders(void **state)
{
	const struct sw_observation list[] = {
		{ .subject = { 1 }, .day = TODAY, .mechanism = 1, .outcome = 1 },
	};
	struct sw_batch batches[] = { make_batch(1, 1, list, 1),
		make_batch(2, 1, list, 1), make_batch(2, 2, list, 1) };
	struct listing listing = { .resolvers = "" };
	struct sw_store *store = open_store(path_in(state, "db"),
	    SW_STORE_WRITE);

	merge(store, &batches[1], "late", TODAY + 1);
	merge(store, &batches[0], "early", TODAY);
	merge(store, &batches[2], "late", TODAY + 1);
	assert_int_equal(sw_store_senders(store, take, &listing), SW_OK);
	assert_string_equal(listing.resolvers, "earlylate");
	assert_int_equal(listing.last.last_day, TODAY + 1);
	assert_int_equal(listing.last.sent_day, TODAY - 1);
	assert_int_equal(listing.last.batches, 2);
	assert_int_equal(listing.last.observations, 2);
	assert_int_equal(listing.last.counters.seen, 2000);
	assert_int_equal(listing.last.counters.dropped_full, 7);
	sw_store_close(&store);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(tells_of_each_batch),
		TEST(lists_senders),
	};

	return cmocka_run_group_tests_name("senders", tests, NULL, NULL);
}
