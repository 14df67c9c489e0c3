/*
 * Power cuts at random moments, before any operation that changes a file:
 * what comes up again is sound, has all that was acknowledged, and nothing
 * in halves.
 *
 * SENDERWATCH_POWER_CUTS sets how many there are.
 */
#include "power_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "senderwatch/maintenance.h"

#define CUTS 150
#define COUNT 24	/* batches */
#define CLOSE_AT 16	/* after this batch, the first month is closed */
#define CUTS_A_ROUND 15

struct fixture {
	char path[300];
	char copy[300];
	struct scenario scenario;
	char *after[COUNT + 1];	/* contents after so many; [0] is NULL */
	struct random random;
	unsigned operations;	/* of an undisturbed run */
	unsigned seen;
	unsigned cut_at;	/* operation; 0: none */
	bool cut;
};

static const char contents[] =
    "SELECT ifnull((SELECT group_concat(month || hex(subject) || mechanism || outcome "
    "|| digest || features || dnssec || iif(month < 202606, '-', days || "
    "hex(marks) || seen), x'0a') FROM sighting) || "
    "(SELECT group_concat(hex(instance) || last_sequence || batches || "
    "observations) FROM sender) || (SELECT sum(days) FROM volume) || "
    "(SELECT count(*) FROM subject) || (SELECT count(*) FROM resolver_day), "
    "'nothing')";

static void
watch(void *argument)
{
	struct fixture *fixture = argument;

	if (++fixture->seen != fixture->cut_at || fixture->cut)
		return;
	fixture->cut = true;
	power_cut(fixture->path, fixture->copy, &fixture->random);
}

static void
close_month(struct sw_store *store)
{
	if (sw_store_close_months(store, DAY_1 + 10, 7) != SW_OK)
		fail_msg("%s", sw_store_error(store));
}

/*
 * Ingest, restart in the middle, until the cut. How many batches had been
 * acknowledged by then?
 */
static size_t
ingest(struct fixture *fixture)
{
	struct sw_store *store = open_store(fixture->path, SW_STORE_WRITE);
	size_t done;

	for (done = 0; done < COUNT && !fixture->cut; done++) {
		if (done == CLOSE_AT)
			close_month(store);
		if (fixture->cut)
			break;
		if (done % 10 == 9) {
			sw_store_close(&store);
			if (fixture->cut)
				break;
			store = open_store(fixture->path, SW_STORE_WRITE);
		}
		if (fixture->cut)
			break;
		merge(store, &fixture->scenario.batches[done],
		    fixture->scenario.resolvers[done], SCENARIO_TODAY);
		if (fixture->cut)
			break;
	}
	sw_store_close(&store);
	return done;
}

static void
begin_round(struct fixture *fixture, void *folder, unsigned cut_at)
{
	static unsigned round;

	power_watch(NULL, NULL);
	power_reset();
	snprintf(fixture->path, sizeof(fixture->path), "%s/db%u",
	    (const char *)folder, ++round);
	snprintf(fixture->copy, sizeof(fixture->copy), "%s/copy%u",
	    (const char *)folder, round);
	fixture->seen = 0;
	fixture->cut = false;
	fixture->cut_at = cut_at;
	power_watch(watch, fixture);
}

static void
prepare(struct fixture *fixture, void *folder, uint32_t seed)
{
	char path[300];
	struct sw_store *store;

	memset(fixture, 0, sizeof(*fixture));
	fixture->random.state = seed;
	scenario_init(&fixture->scenario, seed, COUNT, 500, 900);
	snprintf(path, sizeof(path), "%s/reference", (const char *)folder);
	store = open_store(path, SW_STORE_WRITE);
	for (size_t i = 0; i < COUNT; i++) {
		if (i > 0)
			fixture->after[i] = query_text(path, contents);
		merge(store, &fixture->scenario.batches[i],
		    fixture->scenario.resolvers[i], SCENARIO_TODAY);
	}
	fixture->after[COUNT] = query_text(path, contents);
	sw_store_close(&store);
	/* How many operations there are to cut at. */
	begin_round(fixture, folder, 0);
	ingest(fixture);
	fixture->operations = fixture->seen;
}

static void
finish(struct fixture *fixture)
{
	power_watch(NULL, NULL);
	power_reset();
	for (size_t i = 0; i <= COUNT; i++)
		free(fixture->after[i]);
	scenario_fini(&fixture->scenario);
}

static void
count_findings(void *argument, const char *text)
{
	print_message("# %s\n", text);
	++*(unsigned *)argument;
}

/* NULL, or what is wrong with what came up again. */
static const char *
judge_copy(const struct fixture *fixture, size_t acknowledged)
{
	unsigned findings = 0;
	const struct sw_store_check check = { .complain = count_findings,
		.complain_argument = &findings };
	const char *wrong = NULL;
	struct sw_store *store;
	char *got;

	if (sw_store_open(&store, fixture->copy, SW_STORE_WRITE) != SW_OK)
		wrong = "it can't be opened";
	else if (sw_store_check(store, &check) != SW_OK || findings > 0)
		wrong = "it is not sound";
	sw_store_close(&store);
	if (wrong != NULL || acknowledged == 0)
		return wrong;
	got = query_text(fixture->copy, contents);
	/* The batch that was on its way may have made it. */
	if (strcmp(got, fixture->after[acknowledged]) != 0 &&
	    (acknowledged == COUNT ||
	    strcmp(got, fixture->after[acknowledged + 1]) != 0))
		wrong = "contents are not those that were acknowledged";
	free(got);
	return wrong;
}

static unsigned
cut_often(struct fixture *fixture, void *folder, unsigned cuts)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < cuts; i++) {
		unsigned at = 1 + pick(&fixture->random, fixture->operations);
		const char *wrong;
		size_t acknowledged;

		begin_round(fixture, folder, at);
		acknowledged = ingest(fixture);
		power_watch(NULL, NULL);
		assert_true(fixture->cut);
		wrong = judge_copy(fixture, acknowledged);
		if (wrong == NULL)
			continue;
		bad++;
		print_message("# cut at operation %u of %u, after %zu "
		    "batches: %s\n", at, fixture->operations, acknowledged,
		    wrong);
	}
	return bad;
}

static void
has_what_was_acknowledged(void **state)
{
	const char *wanted = getenv("SENDERWATCH_POWER_CUTS");
	unsigned cuts = wanted != NULL ? (unsigned)atoi(wanted) : CUTS;

	for (uint32_t seed = 1; cuts > 0; seed++) {
		unsigned now = cuts < CUTS_A_ROUND ? cuts : CUTS_A_ROUND;
		struct fixture fixture;
		void *folder;

		assert_int_equal(make_folder(&folder), 0);
		prepare(&fixture, folder, seed);
		assert_int_equal(cut_often(&fixture, folder, now), 0);
		finish(&fixture);
		assert_int_equal(remove_folder(&folder), 0);
		cuts -= now;
	}
	(void)state;
}

/* Would it be noticed if nothing were brought to the disk in time? */
static void
would_notice_a_lie(void **state)
{
	struct fixture fixture;

	prepare(&fixture, *state, 99);
	power_ignore_syncs(true);
	assert_true(cut_often(&fixture, *state, 10) > 5);
	power_ignore_syncs(false);
	finish(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_what_was_acknowledged),
		cmocka_unit_test_setup_teardown(would_notice_a_lie,
		    make_folder, remove_folder),
	};

	power_install();
	return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}
