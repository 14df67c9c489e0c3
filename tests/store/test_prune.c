/*
 * Retention: what is too old goes, with all that stood for it, and nothing
 * else does.
 */
#include "support.h"
#include "fault_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "senderwatch/maintenance.h"

static const struct sw_group groups[] = {
	{ "co.jp", "jp", "CO" }, { "com", "", "" }
};

static void
fail_with(void *argument, const char *text)
{
	fail_msg("%s: %s", (const char *)argument, text);
}

static void
check(const char *path)
{
	struct sw_store *store = open_store(path, SW_STORE_READ);
	const struct sw_store_check options = { .complain = fail_with,
		.complain_argument = (void *)path };

	if (sw_store_check(store, &options) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	sw_store_close(&store);
}

static void
put(struct sw_store *store, struct sw_observation o, const char *resolver,
    uint8_t key)
{
	static uint64_t sequence;
	struct sw_batch batch = { .sequence = ++sequence, .key_id = { key },
		.software = "s", .sent_day = o.day, .groups = groups,
		.group_count = 2, .observations = &o, .observation_count = 1 };

	strncpy((char *)batch.instance, resolver, SW_INSTANCE_SIZE - 1);
	merge(store, &batch, resolver, o.day);
}

static struct sw_store_pruned
prune(struct sw_store *store, uint32_t month, uint32_t today)
{
	struct sw_store_pruned pruned;

	if (sw_store_prune(store, month, today, &pruned, NULL, NULL) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	return pruned;
}

static void
deletes_what_nothing_refers_to(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation o = { .subject = { 1 }, .day = DAY_1 - 60,
		.mechanism = 1, .outcome = 1 };
	struct sw_store_pruned pruned;

	/* An old subject with suffix, key and resolver of its own. */
	put(store, o, "old", 1);
	/* One that is old and new. */
	o.subject[0] = 2;
	o.group = 1;
	put(store, o, "both", 2);
	o.day = DAY_1;
	put(store, o, "both", 2);
	/* May is kept, and sender "old" still is remembered. */
	pruned = prune(store, 202605, DAY_1);
	assert_int_equal(pruned.sightings, 2);
	assert_int_equal(pruned.subjects, 1);
	assert_int_equal(pruned.resolvers, 1);
	assert_int_equal(pruned.suffixes, 1);
	assert_int_equal(pruned.keys, 1);
	assert_int_equal(pruned.senders, 0);
	check(path);
	assert_int_equal(query_number(path, "SELECT count(*) FROM volume"), 1);
	assert_int_equal(query_number(path,
	    "SELECT count(*) FROM resolver_day"), 1);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sender"), 2);
	pruned = prune(store, 202605, DAY_1 - 60 + 191);
	assert_int_equal(pruned.senders, 1);
	/* A month that had nothing but this, and then nothing at all. */
	pruned = prune(store, 202606, DAY_1 + 400);
	assert_int_equal(pruned.sightings, 1);
	assert_int_equal(pruned.subjects, 1);
	assert_int_equal(pruned.senders, 1);
	assert_int_equal(pruned.keys, 1);
	pruned = prune(store, 202606, DAY_1 + 400);
	assert_int_equal(pruned.sightings + pruned.subjects + pruned.senders +
	    pruned.resolvers + pruned.suffixes + pruned.keys, 0);
	check(path);
	/* And all can come again. */
	o.day = DAY_1 + 40;
	put(store, o, "both", 2);
	check(path);
	sw_store_close(&store);
}

struct disturbance {
	struct sw_store *store;
	const struct scenario *scenario;
	size_t next;
};

/* Batches of June come between the steps. */
static bool
disturb(void *argument, uint64_t done, uint64_t total)
{
	struct disturbance *d = argument;

	(void)done;
	(void)total;
	if (d->next < d->scenario->count) {
		merge(d->store, &d->scenario->batches[d->next],
		    d->scenario->resolvers[d->next], SCENARIO_TODAY + 31);
		d->next++;
	}
	return true;
}

/* More rows than a step takes, half of them old. */
static void
goes_on_while_batches_come(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *pruner;
	struct disturbance d = { .next = 0 };
	struct scenario old, new;
	struct sw_store_pruned pruned;
	char *expected, *got;
	static const char july[] = "SELECT group_concat(month || hex(subject) "
	    "|| mechanism || outcome || digest || features || dnssec || days "
	    "|| hex(marks) || seen) FROM sighting WHERE month >= 202607";

	/* May and June, then July. */
	scenario_init(&old, 11, 16, 3000, 9000);
	scenario_init(&new, 12, 16, 3000, 12000);
	scenario_shift(&new, 31);
	for (size_t i = 0; i < new.count; i++)
		((struct sw_batch *)&new.batches[i])->instance[7] = 1;
	d.scenario = &new;
	d.store = open_store(path_in(state, "reference"), SW_STORE_WRITE);
	for (size_t i = 0; i < new.count; i++)
		disturb(&d, 0, 0);
	expected = query_text(path_in(state, "reference"), july);
	sw_store_close(&d.store);
	d.next = 0;
	d.store = open_store(path, SW_STORE_WRITE);
	for (size_t i = 0; i < old.count; i++)
		merge(d.store, &old.batches[i], old.resolvers[i],
		    SCENARIO_TODAY);
	assert_true(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE month = 202606") > 16384);
	pruner = open_store(path, SW_STORE_WRITE);
	if (sw_store_prune(pruner, 202607, DAY_1 + 62, &pruned, disturb, &d) !=
	    SW_OK)
		fail_msg("%s", sw_store_error(pruner));
	assert_true(pruned.sightings > 30000);
	assert_true(d.next > 5);
	while (d.next < new.count)
		disturb(&d, 0, 0);
	got = query_text(path, july);
	assert_true(strlen(got) > 100000);
	assert_string_equal(got, expected);
	assert_int_equal(query_number(path, "SELECT count(*) FROM subject "
	    "WHERE pseudonym NOT IN (SELECT subject FROM sighting)"), 0);
	check(path);
	free(got);
	free(expected);
	sw_store_close(&pruner);
	sw_store_close(&d.store);
	scenario_fini(&old);
	scenario_fini(&new);
}

static bool
stop(void *argument, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	return --*(int *)argument > 0;
}

static void
can_be_interrupted(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_store_pruned pruned;
	struct scenario scenario;
	char *before, *after;
	unsigned interrupted = 0;

	scenario_init(&scenario, 11, 16, 2000, 6000);
	for (size_t i = 0; i < scenario.count; i++)
		merge(store, &scenario.batches[i], scenario.resolvers[i],
		    SCENARIO_TODAY);
	scenario_fini(&scenario);
	before = scan_text(store, 202606, 202606);
	for (int steps = 1; sw_store_prune(store, 202606, SCENARIO_TODAY,
	    &pruned, stop, &(int){ steps }) == SW_ERR_CLOSED; steps++) {
		check(path);
		after = scan_text(store, 202606, 202606);
		assert_string_equal(after, before);
		free(after);
		interrupted++;
	}
	assert_true(interrupted > 3);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE month < 202606"), 0);
	free(before);
	sw_store_close(&store);
}

static void
keeps_closed_months_closed(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct sw_observation o = { .subject = { 1 }, .day = DAY_1,
		.mechanism = 1, .outcome = 1 };

	put(store, o, "a", 1);
	assert_int_equal(sw_store_close_months(store, DAY_1 + 40, 7), SW_OK);
	prune(store, 202606, DAY_1 + 40);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting"),
	    0);
	/* It comes late: without a day, and until the next time. */
	put(store, o, "a", 1);
	assert_int_equal(query_number(path, "SELECT count(*) FROM sighting "
	    "WHERE days = 0 AND marks IS NULL"), 1);
	check(path);
	assert_int_equal(prune(store, 202606, DAY_1 + 40).sightings, 1);
	sw_store_close(&store);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(deletes_what_nothing_refers_to),
		TEST(goes_on_while_batches_come),
		TEST(can_be_interrupted),
		TEST(keeps_closed_months_closed),
	};

	fault_install();
	return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
