/*
 * Volumes and the days of keys: what is counted, and how it is read.
 */
#include "support.h"
#include "fault_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sw_group groups[] = {
	{ "co.jp", "jp", "CO" }, { "com", "", "" }
};

static void
put(struct sw_store *store, const struct sw_observation *list, size_t count,
    const char *resolver, uint8_t key)
{
	static uint64_t sequence;
	struct sw_batch batch = {
		.sequence = ++sequence,
		.key_id = { key },
		.software = "s",
		.sent_day = DAY_1,
		.groups = groups,
		.group_count = 2,
		.observations = list,
		.observation_count = count,
	};

	strncpy((char *)batch.instance, resolver, SW_INSTANCE_SIZE - 1);
	merge(store, &batch, resolver, DAY_1);
}

static enum sw_result
print_volume(void *argument, const struct sw_store_volume *volume)
{
	fprintf(argument, "%u %s %s %s %u %u %llu\n", volume->month,
	    volume->group.suffix, volume->group.registry, volume->group.type,
	    volume->mechanism, volume->outcome,
	    (unsigned long long)volume->days);
	return SW_OK;
}

static void
expect_volumes(struct sw_store *store, const uint8_t *key, uint32_t first,
    uint32_t last, const char *expected)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(sw_store_volumes(store, key, first, last,
	    print_volume, out), SW_OK);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void
counts_all_that_arrives(void **state)
{
	struct sw_store *store = open_store(path_in(state, "db"),
	    SW_STORE_WRITE);
	const uint8_t key_1[SW_KEY_ID_SIZE] = { 1 };
	const uint8_t key_2[SW_KEY_ID_SIZE] = { 2 };
	const uint8_t key_3[SW_KEY_ID_SIZE] = { 3 };
	struct sw_observation list[] = {
		{ .subject = { 1 }, .day = DAY_1 + 1, .earlier = 0x83,
		    .mechanism = 2, .outcome = 1 },
		{ .subject = { 2 }, .day = DAY_1, .mechanism = 2, .outcome = 1 },
		{ .subject = { 2 }, .day = DAY_1, .mechanism = 2, .outcome = 2 },
		{ .subject = { 3 }, .day = DAY_1, .mechanism = 1, .outcome = 1,
		    .group = 1 },
		/* A day that can't be. */
		{ .subject = { 4 }, .day = 3, .mechanism = 2, .outcome = 1 },
	};

	put(store, list, 5, "a", 1);
	/* Another start of the resolver says it again. */
	put(store, list, 1, "a", 1);
	put(store, list + 1, 2, "b", 2);
	expect_volumes(store, key_1, 202605, 202606,
	    "202605 co.jp jp CO 2 1 7\n202605 co.jp jp CO 2 2 1\n"
	    "202605 com   1 1 1\n202606 co.jp jp CO 2 1 2\n");
	expect_volumes(store, key_2, 202605, 202606,
	    "202605 co.jp jp CO 2 1 1\n202605 co.jp jp CO 2 2 1\n");
	expect_volumes(store, NULL, 202605, 202605,
	    "202605 co.jp jp CO 2 1 8\n202605 co.jp jp CO 2 2 2\n"
	    "202605 com   1 1 1\n");
	expect_volumes(store, key_3, 202605, 202606, "");
	expect_volumes(store, NULL, 202601, 202604, "");
	sw_store_close(&store);
}

static enum sw_result
print_days(void *argument, const struct sw_store_days *days)
{
	fprintf(argument, "%u: %llu since %u\n", days->key_id[0],
	    (unsigned long long)days->days, days->begin - DAY_1);
	return SW_OK;
}

static void
expect_days(struct sw_store *store, uint32_t first, uint32_t last,
    const char *expected)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(sw_store_days(store, first, last, print_days, out),
	    SW_OK);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void
tells_keys_apart(void **state)
{
	struct sw_store *store = open_store(path_in(state, "db"),
	    SW_STORE_WRITE);
	/* May 31 and June 1; each batch reports of DAY_1 as well. */
	struct sw_observation o = { .subject = { 1 }, .day = DAY_1 + 1,
		.mechanism = 2, .outcome = 1 };

	put(store, &o, 1, "a", 1);
	put(store, &o, 1, "a", 2);
	put(store, &o, 1, "b", 2);
	o.day = DAY_1;
	o.earlier = 1;
	put(store, &o, 1, "c", 2);
	expect_days(store, 202605, 202605, "1: 1 since 0\n2: 4 since 4294967295\n");
	expect_days(store, 202606, 202606, "1: 1 since 0\n2: 2 since 4294967295\n");
	expect_days(store, 202605, 202606, "1: 2 since 0\n2: 6 since 4294967295\n");
	expect_days(store, 202607, 202612, "");
	sw_store_close(&store);
}

/* So many kinds that the sums need room many times. */
static void
counts_many_kinds(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation *list = calloc(40000, sizeof(*list));

	assert_non_null(list);
	for (uint32_t i = 0; i < 40000; i++) {
		list[i].subject[0] = (uint8_t)i;
		list[i].day = DAY_1;
		list[i].mechanism = (uint8_t)(1 + i % 200);
		list[i].outcome = (uint8_t)(1 + i / 200 % 50);
	}
	put(store, list, 40000, "a", 1);
	free(list);
	assert_int_equal(query_number(path, "SELECT count(*) FROM volume"),
	    10000);
	assert_int_equal(query_number(path, "SELECT min(days) + max(days) "
	    "FROM volume"), 8);
	sw_store_close(&store);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(counts_all_that_arrives),
		TEST(tells_keys_apart),
		TEST(counts_many_kinds),
	};

	fault_install();
	return cmocka_run_group_tests_name("volume", tests, NULL, NULL);
}
