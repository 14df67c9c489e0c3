/*
 * senderwatchd while its database can't be written: nothing is acknowledged,
 * one line says why, and it goes on by itself when the cause is gone.
 */
#include "support.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "senderwatch/maintenance.h"

#define BATCHES 40

struct fixture {
	struct scenario scenario;
	struct daemon daemon;
	char switch_path[300];	/* see failing_io.c */
	char *expected;
};

static void
begin(struct fixture *fixture, void *const *state)
{
	const char *builddir = getenv("builddir");
	const char *reference = path_in(state, "reference");
	char library[512];
	struct sw_store *store = open_store(reference, SW_STORE_WRITE);

	present_scenario(&fixture->scenario, 31, BATCHES, 60, 50);
	for (size_t i = 0; i < BATCHES; i++)
		merge(store, &fixture->scenario.batches[i],
		    fixture->scenario.resolvers[i],
		    (uint32_t)(time(NULL) / 86400));
	sw_store_close(&store);
	fixture->expected = dump(reference);
	snprintf(fixture->switch_path, sizeof(fixture->switch_path),
	    "%s/switch", (const char *)*state);
	snprintf(library, sizeof(library),
	    "%s/tests/collector/.libs/failing_io.so",
	    builddir != NULL ? builddir : ".");
	if (access(library, R_OK) != 0)
		fail_msg("there is no %s", library);
	setenv("SENDERWATCH_FAILING_IO", fixture->switch_path, 1);
	/* A sanitizer's library would rather be the first. */
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 0);
	setenv("LD_PRELOAD", library, 1);
	start_daemon(&fixture->daemon, *state, NULL);
	unsetenv("LD_PRELOAD");
	assert_true(deliver(&fixture->daemon, fixture->scenario.batches, 4));
}

static void
fail_with(void *argument, const char *text)
{
	fail_msg("%s: %s", (const char *)argument, text);
}

/* Deliver what is left; then all is as if nothing had been. */
static void
finish(struct fixture *fixture, size_t delivered)
{
	const struct sw_store_check check = { .complain = fail_with,
		.complain_argument = fixture->daemon.database };
	struct sw_store *store;
	char *got;

	for (; delivered < BATCHES; delivered += 4)
		assert_true(deliver(&fixture->daemon,
		    fixture->scenario.batches + delivered, 4));
	stop_daemon(&fixture->daemon);
	got = dump(fixture->daemon.database);
	assert_string_equal(got, fixture->expected);
	store = open_store(fixture->daemon.database, SW_STORE_READ);
	assert_int_equal(sw_store_check(store, &check), SW_OK);
	sw_store_close(&store);
	free(got);
	free(fixture->expected);
	scenario_fini(&fixture->scenario);
}

static void
set_switch(const struct fixture *fixture, int number)
{
	char path[320];
	FILE *file;

	if (number == 0) {
		assert_int_equal(unlink(fixture->switch_path), 0);
		return;
	}
	/* At once, as it is read at any moment. */
	snprintf(path, sizeof(path), "%s.new", fixture->switch_path);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%d\n", number);
	fclose(file);
	assert_int_equal(rename(path, fixture->switch_path), 0);
}

static void
expect_log(const struct fixture *fixture, const char *words, unsigned count)
{
	char *log = read_log(&fixture->daemon);
	unsigned got = count_words(log, words);

	if (got != count)
		fail_msg("%u times \"%s\": %s", got, words, log);
	free(log);
}

static void
goes_on_after_errors_of_the_disk(void **state)
{
	static const int numbers[] = { ENOSPC, EIO, EROFS, EDQUOT };
	struct fixture fixture;
	size_t delivered = 4;

	begin(&fixture, state);
	for (unsigned i = 0; i < 4; i++) {
		const struct sw_batch *next =
		    fixture.scenario.batches + delivered;

		set_switch(&fixture, numbers[i]);
		for (unsigned again = 0; again < 3; again++)
			assert_false(deliver(&fixture.daemon, next, 4));
		expect_log(&fixture, "cannot merge, senders keep", i + 1);
		set_switch(&fixture, 0);
		assert_true(deliver(&fixture.daemon, next, 4));
		expect_log(&fixture, "merging again failures=3", i + 1);
		delivered += 4;
	}
	expect_log(&fixture, "database or disk is full", 1);
	finish(&fixture, delivered);
}

/* By that clock all that comes would be of impossible days, and be lost. */
static void
waits_for_the_clock_to_be_set(void **state)
{
	struct fixture fixture;

	begin(&fixture, state);
	set_switch(&fixture, -1);
	assert_false(deliver(&fixture.daemon, fixture.scenario.batches + 4, 4));
	assert_false(deliver(&fixture.daemon, fixture.scenario.batches + 4, 4));
	expect_log(&fixture, "cannot merge, senders keep their batches: the "
	    "clock is not set", 1);
	set_switch(&fixture, 0);
	assert_true(deliver(&fixture.daemon, fixture.scenario.batches + 4, 4));
	expect_log(&fixture, "merging again failures=2", 1);
	finish(&fixture, 8);
}

static void
goes_on_after_a_lock(void **state)
{
	struct fixture fixture;
	sqlite3 *db;

	begin(&fixture, state);
	assert_int_equal(sqlite3_open(fixture.daemon.database, &db),
	    SQLITE_OK);
	sqlite3_busy_timeout(db, DEADLINE_MS);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
	    SQLITE_OK);
	/* Ten seconds each: as long as it waits for another program. */
	assert_false(deliver(&fixture.daemon, fixture.scenario.batches + 4, 4));
	assert_false(deliver(&fixture.daemon, fixture.scenario.batches + 4, 4));
	/* Closing months, at the start, may meet the lock too. */
	expect_log(&fixture, "cannot merge, senders keep their batches: cannot "
	    "begin a transaction: database is locked, another program held it",
	    1);
	expect_log(&fixture, "cannot merge, senders keep", 1);
	sqlite3_close(db);
	assert_true(deliver(&fixture.daemon, fixture.scenario.batches + 4, 4));
	expect_log(&fixture, "merging again failures=2", 1);
	finish(&fixture, 8);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(goes_on_after_errors_of_the_disk),
		TEST(waits_for_the_clock_to_be_set),
		TEST(goes_on_after_a_lock),
	};

	await_calm();
	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
