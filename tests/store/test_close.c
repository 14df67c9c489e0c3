/*
 * Closing months: the days go, the reports stay as they were.
 */
#include "support.h"
#include "fault_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Days of May 2026 are DAY_1 - 30 to DAY_1. */
#define GRACE 7
#define STILL_OPEN (DAY_1 + GRACE)
#define CLOSED (DAY_1 + GRACE + 1)

static const struct sw_group group = { "co.jp", "jp", "CO" };

static void
put(struct sw_store *store, const struct sw_observation *list, size_t count,
    const char *resolver, uint64_t sequence)
{
	struct sw_batch batch = {
		.sequence = sequence,
		.software = "s",
		.sent_day = DAY_1,
		.groups = &group,
		.group_count = 1,
		.observations = list,
		.observation_count = count,
	};

	strncpy((char *)batch.instance, resolver, SW_INSTANCE_SIZE - 1);
	merge(store, &batch, resolver, DAY_1 + 10);
}

static void
fill(const char *path, uint32_t seed, size_t count, size_t observations,
    uint32_t subjects)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct scenario scenario;

	scenario_init(&scenario, seed, count, observations, subjects);
	for (size_t i = 0; i < scenario.count; i++)
		merge(store, &scenario.batches[i], scenario.resolvers[i],
		    SCENARIO_TODAY);
	scenario_fini(&scenario);
	sw_store_close(&store);
}

static void
close_all(struct sw_store *store, uint32_t today)
{
	if (sw_store_close_months(store, today, GRACE) != SW_OK)
		fail_msg("%s", sw_store_error(store));
}

/* Later runs begin where earlier ones end, or after it. */
static void
check_runs(const char *path)
{
	assert_true(query_number(path, "SELECT count(*) FROM run") > 0);
	assert_int_equal(query_number(path,
	    "SELECT count(*) FROM run AS a JOIN run AS b "
	    "USING (subject, mechanism) WHERE b.number = a.number + 1 AND ("
	    "b.first_month < a.last_month OR (b.first_month = a.last_month "
	    "AND coalesce(b.first_day, 99) < coalesce(a.last_day, 0)) "
	    "OR (a.outcome = b.outcome AND a.digest = b.digest))"), 0);
}

static void
changes_no_scan(void **state)
{
	static const uint32_t periods[][2] = { { 202605, 202605 },
		{ 202606, 202606 }, { 202605, 202606 }, { 202001, 203001 } };
	char name[32];

	for (uint32_t seed = 1; seed <= 5; seed++) {
		const char *path;
		struct sw_store *store;
		char *before[4];

		snprintf(name, sizeof(name), "db%u", seed);
		path = path_in(state, name);
		/* Few subjects: each has many states in many orders. */
		fill(path, seed, 60, 40, 10 * seed);
		check_runs(path);
		store = open_store(path, SW_STORE_WRITE);
		for (size_t i = 0; i < 4; i++)
			before[i] = scan_text(store, periods[i][0],
			    periods[i][1]);
		assert_true(strlen(before[0]) > 0);
		close_all(store, DAY_1 + 100);
		assert_int_equal(query_number(path, "SELECT count(*) "
		    "FROM closed_month WHERE done_to IS NULL"), 2);
		assert_int_equal(query_number(path, "SELECT count(*) "
		    "FROM sighting WHERE days <> 0 OR marks IS NOT NULL"), 0);
		for (size_t i = 0; i < 4; i++) {
			char *after = scan_text(store, periods[i][0],
			    periods[i][1]);

			assert_string_equal(before[i], after);
			free(before[i]);
			free(after);
		}
		check_runs(path);
		sw_store_close(&store);
	}
}

static void
waits_for_the_grace(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation o = { .subject = { 1 }, .day = DAY_1,
		.mechanism = 1, .outcome = 1 };

	put(store, &o, 1, "r", 1);
	close_all(store, STILL_OPEN);
	assert_int_equal(query_number(path, "SELECT count(*) "
	    "FROM closed_month"), 0);
	assert_int_equal(query_number(path, "SELECT days FROM sighting"),
	    1 << 30);
	close_all(store, CLOSED);
	assert_int_equal(query_number(path, "SELECT month FROM closed_month "
	    "WHERE done_to IS NULL"), 202605);
	assert_int_equal(query_number(path, "SELECT days FROM sighting"), 0);
	close_all(store, CLOSED);
	sw_store_close(&store);
}

static void
keeps_order_and_counts(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation list[] = {
		{ .day = DAY_1 - 20, .earlier = 1, .outcome = 1, .digest = { 2 } },
		{ .day = DAY_1 - 20, .outcome = 2 },
		{ .day = DAY_1 - 5, .outcome = 1, .digest = { 1 } },
		{ .day = DAY_1 - 25, .outcome = 1, .digest = { 1 } },
	};

	for (size_t i = 0; i < 4; i++) {
		list[i].subject[0] = 1;
		list[i].mechanism = 2;
	}
	put(store, list, 4, "r", 1);
	close_all(store, CLOSED);
	/* By last day; PRESENT after ABSENT on the same day. */
	assert_int_equal(query_number(path, "SELECT ord FROM sighting "
	    "WHERE outcome = 2"), 1);
	assert_int_equal(query_number(path, "SELECT ord FROM sighting "
	    "WHERE outcome = 1 AND digest = 2 << 56"), 2);
	assert_int_equal(query_number(path, "SELECT ord FROM sighting "
	    "WHERE outcome = 1 AND digest = 1 << 56"), 3);
	/* A resolver-day that saw two states counts under the later. */
	assert_int_equal(query_number(path, "SELECT seen FROM sighting "
	    "WHERE ord = 3"), 2);
	assert_int_equal(query_number(path, "SELECT seen FROM sighting "
	    "WHERE ord = 2"), 2);
	assert_int_equal(query_number(path, "SELECT seen FROM sighting "
	    "WHERE ord = 1"), 0);
	sw_store_close(&store);
}

/* Give SPF a state on each of these days, counted from DAY_1. */
static void
put_state(struct sw_store *store, uint64_t *sequence, const char *days,
    uint8_t outcome, uint8_t digest)
{
	struct sw_observation list[64] = { { .day = 0 } };
	size_t count = 0;

	for (; *days != '\0'; days++, count++) {
		list[count].subject[0] = 1;
		list[count].mechanism = 2;
		list[count].outcome = outcome;
		list[count].digest[0] = digest;
		list[count].day = DAY_1 + (uint32_t)(*days - 'm');
	}
	put(store, list, count, "r", ++*sequence);
}

/* The runs in their order: state, first and last day of the month or month. */
static void
expect_runs(const char *path, const char *expected)
{
	char *got = query_text(path, "SELECT group_concat(printf('%d:%d-%s..%d-%s', "
	    "outcome, first_month % 100, first_day, last_month % 100, "
	    "last_day), ' ') "
	    "FROM (SELECT * FROM run ORDER BY number)");

	assert_string_equal(got, expected);
	free(got);
}

static void
tells_runs_apart(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	uint64_t sequence = 0;

	/* 'm' is the last day of May; e to l are 23 to 30. */
	put_state(store, &sequence, "efgh", 1, 200);
	expect_runs(path, "1:5-23..5-26");
	/* Another state, from a day that both were seen on. */
	put_state(store, &sequence, "hij", 1, 100);
	expect_runs(path, "1:5-23..5-26 1:5-26..5-28");
	/* A gap ends nothing, and neither does the month. */
	put_state(store, &sequence, "lo", 1, 100);
	expect_runs(path, "1:5-23..5-26 1:5-26..6-2");
	/* And back to the first one. */
	put_state(store, &sequence, "qr", 1, 200);
	expect_runs(path, "1:5-23..5-26 1:5-26..6-2 1:6-4..6-5");
	/* A day of something else in between. */
	put_state(store, &sequence, "g", 2, 0);
	expect_runs(path, "1:5-23..5-24 2:5-25..5-25 1:5-25..5-26 "
	    "1:5-26..6-2 1:6-4..6-5");
	/* Once closed, a month has each state once, by its last day. */
	close_all(store, CLOSED);
	expect_runs(path, "2:5-..5- 1:5-..5- 1:5-..6-2 1:6-4..6-5");
	close_all(store, CLOSED + 31);
	expect_runs(path, "2:5-..5- 1:5-..5- 1:5-..6- 1:6-..6-");
	sw_store_close(&store);
}

static void
takes_in_late_sightings(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation known = { .subject = { 1 }, .day = DAY_1,
		.mechanism = 2, .outcome = 1, .features = 0x0105 };
	struct sw_observation fresh = known;
	char *once, *twice;

	put(store, &known, 1, "r", 1);
	close_all(store, CLOSED);
	known.features = 0x0203;
	known.dnssec = 2;
	fresh.outcome = 2;
	put(store, &known, 1, "late", 1);
	put(store, &fresh, 1, "late", 2);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE outcome = 1 AND features = 0x0205 AND dnssec = 5 "
	    "AND days = 0 AND marks IS NULL AND seen = 1 AND ord = 1"), 1);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE outcome = 2 AND days = 0 AND seen = 1 AND ord = 0"), 1);
	once = scan_text(store, 202605, 202605);
	/* Once more by a sender that does not know that it was delivered. */
	put(store, &fresh, 1, "again", 1);
	put(store, &known, 1, "again", 2);
	close_all(store, CLOSED + 1);
	twice = scan_text(store, 202605, 202605);
	assert_string_equal(once, twice);
	/* A batch of a closed month and an open one. */
	fresh.day = DAY_1 + 1;
	fresh.earlier = 1;
	fresh.subject[0] = 2;
	put(store, &fresh, 1, "both", 1);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE subject > x'02' AND ((month = 202605 AND days = 0) "
	    "OR (month = 202606 AND days = 1))"), 2);
	/* When it was is not known: it does not displace the last state. */
	assert_non_null(strstr(once, " 2:1,5,205,2,2,202605"));
	check_runs(path);
	free(once);
	free(twice);
	sw_store_close(&store);
}

static void
goes_on_where_it_was_interrupted(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store;
	char *before, *between, *after;
	bool more = true;
	unsigned steps = 0;

	/* More rows than fit one step. */
	fill(path, 77, 12, 3000, 6000);
	assert_true(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE month = 202606") > 20000);
	store = open_store(path, SW_STORE_WRITE);
	before = scan_text(store, 202605, 202606);
	while (more) {
		struct sw_observation late[2] = {
			{ .subject = { 0, 1, 0xff }, .day = DAY_1 + 3 },
			{ .subject = { 0x17, 0x60, 0xff }, .day = DAY_1 + 3 },
		};

		if (sw_store_close_some(store, DAY_1 + 100, GRACE, &more) !=
		    SW_OK)
			fail_msg("%s", sw_store_error(store));
		steps++;
		between = scan_text(store, 202605, 202606);
		assert_string_equal(before, between);
		free(between);
		sw_store_close(&store);
		store = open_store(path, SW_STORE_WRITE);
		if (steps != 3)
			continue;
		/* Sightings of a month that is half closed, on both sides. */
		assert_int_equal(query_number(path, "SELECT count(*) "
		    "FROM closed_month WHERE done_to IS NOT NULL"), 1);
		late[0].mechanism = late[1].mechanism = 1;
		late[0].outcome = late[1].outcome = 1;
		put(store, late, 2, "late", 1);
		assert_int_equal(query_number(path, "SELECT count(*) "
		    "FROM sighting WHERE days = 0 AND ord = 0"), 2);
		free(before);
		before = scan_text(store, 202605, 202606);
	}
	assert_true(steps > 4);
	after = scan_text(store, 202605, 202606);
	assert_string_equal(before, after);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE days <> 0"), 0);
	free(before);
	free(after);
	sw_store_close(&store);
}

static bool
file_holds(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "rb");
	char *data = NULL;
	long size;
	bool found;

	if (file == NULL)
		return false;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	data = malloc((size_t)size + 1);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, (size_t)size, file), size);
	fclose(file);
	found = memmem(data, (size_t)size, bytes, length) != NULL;
	free(data);
	return found;
}

static void
leaves_no_marks_in_the_files(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation o = { .subject = { 1 }, .day = DAY_1 - 3,
		.mechanism = 1, .outcome = 1 };
	int64_t tag;
	uint8_t mark[5];

	put(store, &o, 1, "tell-tale", 1);
	tag = query_number(path, "SELECT tag FROM resolver");
	mark[0] = 28;
	for (int i = 0; i < 4; i++)
		mark[i + 1] = (uint8_t)(tag >> (24 - 8 * i));
	assert_true(file_holds(path, mark, 5) ||
	    file_holds(path_in(state, "db-wal"), mark, 5));
	close_all(store, CLOSED);
	assert_false(file_holds(path, mark, 5));
	assert_false(file_holds(path_in(state, "db-wal"), mark, 5));
	sw_store_close(&store);
	assert_false(file_holds(path, mark, 5));
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(changes_no_scan),
		TEST(waits_for_the_grace),
		TEST(keeps_order_and_counts),
		TEST(tells_runs_apart),
		TEST(takes_in_late_sightings),
		TEST(goes_on_where_it_was_interrupted),
		TEST(leaves_no_marks_in_the_files),
	};

	fault_install();
	return cmocka_run_group_tests_name("close", tests, NULL, NULL);
}
