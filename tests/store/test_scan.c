/*
 * Scans: the latest state of each mechanism, subject by subject.
 */
#include "support.h"
#include "fault_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sw_group groups[] = {
	{ "co.jp", "jp", "CO" }, { "com", "", "" }
};

struct fixture {
	struct sw_store *store;
	uint64_t sequence;
};

static void
put(struct fixture *fixture, struct sw_observation o, const char *resolver)
{
	struct sw_batch batch = {
		.instance = { 5 },
		.sequence = ++fixture->sequence,
		.software = "s",
		.groups = groups,
		.group_count = 2,
		.observations = &o,
		.observation_count = 1,
	};

	merge(fixture->store, &batch, resolver, DAY_1 + 60);
}

/* Observations of subject 1's SPF. */
static void
put_spf(struct fixture *fixture, uint32_t day, uint8_t outcome,
    uint8_t digest, uint64_t features)
{
	struct sw_observation o = { .subject = { 1 }, .day = day,
		.mechanism = SW_MECHANISM_SPF, .outcome = outcome,
		.digest = { digest }, .features = features };

	put(fixture, o, "r");
}

static void
expect(struct fixture *fixture, uint32_t first, uint32_t last,
    const char *expected)
{
	char *text = scan_text(fixture->store, first, last);

	assert_string_equal(text, expected);
	free(text);
}

#define SUBJECT_1 "01000000000000000000000000000000 - co.jp jp CO"

static void
prefers_the_last_day(void **state)
{
	struct fixture f = { open_store(path_in(state, "db"), SW_STORE_WRITE),
		0 };

	put_spf(&f, DAY_1 - 2, SW_OUTCOME_PRESENT, 9, 1);
	put_spf(&f, DAY_1 - 1, SW_OUTCOME_ABSENT, 0, 2);
	expect(&f, 202605, 202605, SUBJECT_1 " 2:2,1,2,2,2,202605\n");
	put_spf(&f, DAY_1, SW_OUTCOME_PRESENT, 9, 1);
	expect(&f, 202605, 202605, SUBJECT_1 " 2:1,1,1,2,3,202605\n");
	sw_store_close(&f.store);
}

static void
prefers_outcomes_on_one_day(void **state)
{
	static const uint8_t order[] = { 77, SW_OUTCOME_NONEXISTENT,
		SW_OUTCOME_ABSENT, SW_OUTCOME_INVALID, SW_OUTCOME_PRESENT };
	struct fixture f = { open_store(path_in(state, "db"), SW_STORE_WRITE),
		0 };
	char expected[128];

	/* Whether the better comes first or last. */
	for (size_t i = 0; i < 5; i++) {
		put_spf(&f, DAY_1, order[i], 0, i);
		snprintf(expected, sizeof(expected),
		    SUBJECT_1 " 2:%u,1,%zu,%zu,1,202605\n", order[i], i, i + 1);
		expect(&f, 202605, 202605, expected);
	}
	for (size_t i = 0; i < 5; i++)
		put_spf(&f, DAY_1 + 1, order[4 - i], 0, 4 - i);
	expect(&f, 202606, 202606, SUBJECT_1 " 2:1,1,4,5,1,202606\n");
	/* Then the larger digest, as unsigned bytes. */
	put_spf(&f, DAY_1 + 1, SW_OUTCOME_PRESENT, 0xff, 7);
	put_spf(&f, DAY_1 + 1, SW_OUTCOME_PRESENT, 0x7f, 8);
	expect(&f, 202606, 202606, SUBJECT_1 " 2:1,1,7,7,1,202606\n");
	sw_store_close(&f.store);
}

static void
unites_months(void **state)
{
	struct fixture f = { open_store(path_in(state, "db"), SW_STORE_WRITE),
		0 };
	struct sw_observation other = { .subject = { 2 }, .day = DAY_1 + 40,
		.mechanism = SW_MECHANISM_MX, .outcome = SW_OUTCOME_ABSENT,
		.group = 1, .dnssec = SW_DNSSEC_SECURE, .name = "two.com" };
#define SUBJECT_2 "02000000000000000000000000000000 two.com com  "

	put_spf(&f, DAY_1, SW_OUTCOME_PRESENT, 1, 1);
	put_spf(&f, DAY_1 + 10, SW_OUTCOME_ABSENT, 0, 2);
	put_spf(&f, DAY_1 + 40, SW_OUTCOME_ABSENT, 0, 3);
	put(&f, other, "r");
	expect(&f, 202605, 202605, SUBJECT_1 " 2:1,1,1,1,1,202605\n");
	expect(&f, 202605, 202606, SUBJECT_1 " 2:2,1,2,2,2,202606\n");
	expect(&f, 202605, 202607, SUBJECT_1 " 2:2,1,3,2,3,202607\n"
	    SUBJECT_2 " 1:2,4,0,1,1,202607\n");
	expect(&f, 202607, 203001, SUBJECT_1 " 2:2,1,3,1,1,202607\n"
	    SUBJECT_2 " 1:2,4,0,1,1,202607\n");
	expect(&f, 202608, 203001, "");
	expect(&f, 202607, 202605, "");
	sw_store_close(&f.store);
}

static void
counts_resolver_days_of_all_states(void **state)
{
	struct fixture f = { open_store(path_in(state, "db"), SW_STORE_WRITE),
		0 };
	struct sw_observation o = { .subject = { 1 }, .day = DAY_1,
		.mechanism = SW_MECHANISM_SPF, .outcome = SW_OUTCOME_PRESENT };

	put(&f, o, "a");
	o.outcome = SW_OUTCOME_ABSENT;
	put(&f, o, "a");	/* the same resolver-day */
	expect(&f, 202605, 202605, SUBJECT_1 " 2:1,1,0,2,1,202605\n");
	put(&f, o, "b");
	expect(&f, 202605, 202605, SUBJECT_1 " 2:1,1,0,2,2,202605\n");
	put(&f, o, "c");
	put(&f, o, "d");
	expect(&f, 202605, 202605, SUBJECT_1 " 2:1,1,0,2,3,202605\n");
	sw_store_close(&f.store);
}

static enum sw_result
stop_at_second(void *argument, const struct sw_store_subject *subject)
{
	unsigned *calls = argument;

	(void)subject;
	return ++*calls == 2 ? SW_ERR_CLOSED : SW_OK;
}

static void
ends_when_told(void **state)
{
	struct fixture f = { open_store(path_in(state, "db"), SW_STORE_WRITE),
		0 };
	unsigned calls = 0;

	for (uint8_t i = 1; i < 5; i++) {
		struct sw_observation o = { .subject = { i }, .day = DAY_1,
			.mechanism = 1, .outcome = 1 };

		put(&f, o, "r");
	}
	assert_int_equal(sw_store_scan(f.store, 202605, 202605, stop_at_second,
	    &calls), SW_ERR_CLOSED);
	assert_int_equal(calls, 2);
	calls = 2;
	assert_int_equal(sw_store_scan(f.store, 202605, 202605, stop_at_second,
	    &calls), SW_OK);
	assert_int_equal(calls, 6);
	sw_store_close(&f.store);
}

struct intrusion {
	struct fixture *writer;
	unsigned calls;
};

/* Merge a subject after each that is read. */
static enum sw_result
merge_another(void *argument, const struct sw_store_subject *subject)
{
	struct intrusion *intrusion = argument;
	struct sw_observation o = { .day = DAY_1, .mechanism = 1,
		.outcome = 1 };

	memcpy(o.subject, subject->pseudonym, SW_PSEUDONYM_SIZE);
	o.subject[1]++;
	put(intrusion->writer, o, "r");
	intrusion->calls++;
	return SW_OK;
}

static void
sees_one_snapshot_while_batches_come(void **state)
{
	const char *path = path_in(state, "db");
	struct fixture writer = { open_store(path, SW_STORE_WRITE), 0 };
	struct sw_store *reader = open_store(path, SW_STORE_READ);
	struct intrusion intrusion = { &writer, 0 };

	for (uint8_t i = 1; i <= 20; i++) {
		struct sw_observation o = { .subject = { i }, .day = DAY_1,
			.mechanism = 1, .outcome = 1 };

		put(&writer, o, "r");
	}
	assert_int_equal(sw_store_scan(reader, 202605, 202605, merge_another,
	    &intrusion), SW_OK);
	assert_int_equal(intrusion.calls, 20);
	intrusion.calls = 0;
	assert_int_equal(sw_store_scan(reader, 202605, 202605, merge_another,
	    &intrusion), SW_OK);
	assert_int_equal(intrusion.calls, 40);
	sw_store_close(&reader);
	sw_store_close(&writer.store);
}

static void
says_when_the_database_is_damaged(void **state)
{
	const char *path = path_in(state, "db");
	struct fixture f = { open_store(path, SW_STORE_WRITE), 0 };
	unsigned calls = 5;

	put_spf(&f, DAY_1, SW_OUTCOME_PRESENT, 1, 1);
	execute(path, "DELETE FROM subject");
	assert_int_equal(sw_store_scan(f.store, 202605, 202605, stop_at_second,
	    &calls), SW_ERR_STORE);
	assert_string_equal(sw_store_error(f.store), "damaged table subject");
	assert_int_equal(calls, 5);
	sw_store_close(&f.store);
}

/* One subject as two keys make it; digests tell the pseudonyms apart. */
static void
put_under_key(struct fixture *fixture, uint8_t key, uint8_t subject,
    uint32_t day, const char *resolver)
{
	struct sw_observation o = { .subject = { subject }, .day = day,
		.mechanism = SW_MECHANISM_MX, .outcome = SW_OUTCOME_PRESENT };
	struct sw_batch batch = {
		.instance = { key, 7 },
		.sequence = ++fixture->sequence,
		.key_id = { key },
		.software = "s",
		.groups = groups,
		.group_count = 2,
		.observations = &o,
		.observation_count = 1,
	};

	merge(fixture->store, &batch, resolver, DAY_1 + 60);
}

#define MX_SEEN(seen) " - co.jp jp CO 1:1,1,0,1," seen "\n"

/*
 * While a key is being replaced every subject comes under both: reports count
 * the key of the most resolver-days, of equals the one that began later.
 */
static void
counts_one_key_in_a_period(void **state)
{
	struct fixture f = { open_store(path_in(state, "db"), SW_STORE_WRITE),
		0 };
	struct sw_store_period period;

	put_under_key(&f, 8, 0x08, DAY_1 - 10, "a");
	put_under_key(&f, 8, 0x08, DAY_1, "a");
	put_under_key(&f, 9, 0x09, DAY_1, "a");
	assert_int_equal(sw_store_period(f.store, 202605, 202605, &period),
	    SW_OK);
	assert_true(period.counted);
	assert_int_equal(period.key_id[0], 8);
	assert_int_equal(period.units, 2);
	assert_int_equal(period.keys, 2);
	expect(&f, 202605, 202605, "08000000000000000000000000000000"
	    MX_SEEN("2,202605"));
	/* As many days: the newer one. */
	put_under_key(&f, 9, 0x09, DAY_1, "b");
	assert_int_equal(sw_store_period(f.store, 202605, 202605, &period),
	    SW_OK);
	assert_int_equal(period.key_id[0], 9);
	expect(&f, 202605, 202605, "09000000000000000000000000000000"
	    MX_SEEN("2,202605"));
	/* Another period may be another key's, and a longer one too. */
	put_under_key(&f, 8, 0x08, DAY_1 + 1, "a");
	expect(&f, 202606, 202606, "08000000000000000000000000000000"
	    MX_SEEN("1,202606"));
	expect(&f, 202605, 202606, "08000000000000000000000000000000"
	    MX_SEEN("3,202606"));
	assert_int_equal(sw_store_period(f.store, 202701, 202702, &period),
	    SW_OK);
	assert_false(period.counted);
	assert_int_equal(period.units, 0);
	/* The newest key's, should anything turn up. */
	assert_int_equal(period.key_id[0], 9);
	sw_store_close(&f.store);
}

static enum sw_result
keep_months(void *argument, const struct sw_store_subject *subject)
{
	char *text = argument;

	for (size_t i = 0; i < subject->month_count; i++) {
		const struct sw_store_month *month = &subject->months[i];
		const struct sw_store_state *spf =
		    &month->states[SW_MECHANISM_SPF];

		sprintf(text + strlen(text), "%u:%u,%u,%u,%x,%x ",
		    month->month, spf->known ? spf->outcome : 0, spf->states,
		    spf->seen, month->present_days[SW_MECHANISM_SPF],
		    month->lacking_days[SW_MECHANISM_SPF]);
	}
	return SW_OK;
}

static void
tells_months_apart(void **state)
{
	struct fixture f = { open_store(path_in(state, "db"), SW_STORE_WRITE),
		0 };
	char text[256] = "";

	put_spf(&f, DAY_1 - 1, SW_OUTCOME_ABSENT, 0, 0);
	put_spf(&f, DAY_1, SW_OUTCOME_PRESENT, 5, 1);
	put_spf(&f, DAY_1 + 2, SW_OUTCOME_PRESENT, 5, 1);
	put_spf(&f, DAY_1 + 40, SW_OUTCOME_INVALID, 0, 3);
	assert_int_equal(sw_store_scan_months(f.store, 202604, 202608,
	    keep_months, text), SW_OK);
	assert_string_equal(text, "202605:1,2,2,40000000,20000000 "
	    "202606:1,1,1,2,0 202607:3,1,1,0,200 ");
	/* Closed, there are states but no days. */
	assert_int_equal(sw_store_close_months(f.store, DAY_1 + 60, 1), SW_OK);
	text[0] = '\0';
	assert_int_equal(sw_store_scan_months(f.store, 202604, 202608,
	    keep_months, text), SW_OK);
	assert_string_equal(strchr(text, ' '), " 202606:1,1,1,0,0 "
	    "202607:3,1,1,0,200 ");
	sw_store_close(&f.store);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(prefers_the_last_day),
		TEST(prefers_outcomes_on_one_day),
		TEST(unites_months),
		TEST(counts_resolver_days_of_all_states),
		TEST(counts_one_key_in_a_period),
		TEST(tells_months_apart),
		TEST(ends_when_told),
		TEST(sees_one_snapshot_while_batches_come),
		TEST(says_when_the_database_is_damaged),
	};

	fault_install();
	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
