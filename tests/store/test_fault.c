/*
 * Faults of the file system, at every single operation: nothing is stored
 * that was not said to be, nothing is lost that was, and the store goes on
 * when the cause is gone.
 */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "fault_vfs.h"

#define BATCHES 4

/* The scenario's first half is in the database, the second is to come. */
struct fixture {
	struct scenario scenario;
	char *before;
	char *after;
};

static enum sw_result
merge_second_half(struct sw_store *store, const struct scenario *scenario)
{
	struct sw_store_delivery deliveries[BATCHES / 2] = {
		{ .merged = NULL }
	};

	for (size_t i = 0; i < BATCHES / 2; i++) {
		deliveries[i].batch = &scenario->batches[BATCHES / 2 + i];
		deliveries[i].resolver = scenario->resolvers[BATCHES / 2 + i];
	}
	return sw_store_merge(store, deliveries, BATCHES / 2, SCENARIO_TODAY,
	    NULL);
}

static void
make_before(const char *path, const struct scenario *scenario)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);

	for (size_t i = 0; i < BATCHES / 2; i++)
		merge(store, &scenario->batches[i], scenario->resolvers[i],
		    SCENARIO_TODAY);
	sw_store_close(&store);
}

static void
prepare(void **state, struct fixture *fixture)
{
	const char *path = path_in(state, "reference");
	struct sw_store *store;

	scenario_init(&fixture->scenario, 5, BATCHES, 80, 60);
	make_before(path, &fixture->scenario);
	fixture->before = dump(path);
	store = open_store(path, SW_STORE_WRITE);
	assert_int_equal(merge_second_half(store, &fixture->scenario), SW_OK);
	sw_store_close(&store);
	fixture->after = dump(path);
	assert_string_not_equal(fixture->before, fixture->after);
}

static void
finish(struct fixture *fixture)
{
	scenario_fini(&fixture->scenario);
	free(fixture->before);
	free(fixture->after);
}

static void
expect_contents(const char *path, const char *expected, unsigned at)
{
	char *got = dump(path);

	if (strcmp(got, expected) != 0)
		fail_msg("contents are wrong after a fault at operation %u", at);
	free(got);
}

/* One merge with a fault at an operation. Returns whether there was one. */
static bool
merge_with_fault(const char *path, const struct fixture *fixture, unsigned at,
    int code, const char *words)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	enum sw_result result;
	bool faulty;

	fault_arm(at, code);
	result = merge_second_half(store, &fixture->scenario);
	fault_disarm();
	faulty = fault_count() > 0;
	if (result != SW_OK) {
		assert_int_equal(result, SW_ERR_STORE);
		assert_true(faulty);
		if (strstr(sw_store_error(store), words) == NULL)
			fail_msg("%s", sw_store_error(store));
		expect_contents(path, fixture->before, at);
		/* The cause is gone: the same store goes on. */
		if (merge_second_half(store, &fixture->scenario) != SW_OK)
			fail_msg("%s", sw_store_error(store));
	}
	expect_contents(path, fixture->after, at);
	sw_store_close(&store);
	return faulty;
}

static void
survive_faults(void **state, int code, const char *words)
{
	struct fixture fixture;
	char name[32];
	unsigned at = 0;
	bool faulty = true;

	prepare(state, &fixture);
	for (; faulty; at++) {
		const char *path;

		snprintf(name, sizeof(name), "db%u", at);
		path = path_in(state, name);
		make_before(path, &fixture.scenario);
		faulty = merge_with_fault(path, &fixture, at, code, words);
	}
	assert_true(at > 10);
	finish(&fixture);
}

static void
survives_a_full_disk(void **state)
{
	survive_faults(state, SQLITE_FULL, "database or disk is full");
}

static void
survives_io_errors(void **state)
{
	survive_faults(state, SQLITE_IOERR_WRITE, "disk I/O error");
}

static void
survives_faults_while_a_month_is_closed(void **state)
{
	struct fixture fixture;
	struct sw_store *store;
	char *before, *after, name[32];
	bool faulty = true;

	prepare(state, &fixture);
	for (unsigned at = 0; faulty; at++) {
		const char *path;

		snprintf(name, sizeof(name), "db%u", at);
		path = path_in(state, name);
		make_before(path, &fixture.scenario);
		store = open_store(path, SW_STORE_WRITE);
		before = scan_text(store, 202001, 203001);
		fault_arm(at, SQLITE_FULL);
		/* A fault in emptying the log is none of the closing. */
		(void)sw_store_close_months(store, DAY_1 + 100, 7);
		fault_disarm();
		faulty = fault_count() > 0;
		after = scan_text(store, 202001, 203001);
		assert_string_equal(before, after);
		free(after);
		assert_int_equal(sw_store_close_months(store, DAY_1 + 100, 7),
		    SW_OK);
		assert_int_equal(query_number(path, "SELECT count(*) "
		    "FROM sighting WHERE days <> 0"), 0);
		after = scan_text(store, 202001, 203001);
		assert_string_equal(before, after);
		free(before);
		free(after);
		sw_store_close(&store);
	}
	finish(&fixture);
}

static void
takes_back_what_a_failed_merge_put(void **state)
{
	const char *path = path_in(state, "db");
	struct fixture fixture;
	struct sw_store *store;

	prepare(state, &fixture);
	make_before(path, &fixture.scenario);
	store = open_store(path, SW_STORE_WRITE);
	/* The sender is what a merge puts last. */
	execute(path, "CREATE TRIGGER no BEFORE INSERT ON sender BEGIN "
	    "SELECT raise(ABORT, 'not now'); END");
	assert_int_equal(merge_second_half(store, &fixture.scenario),
	    SW_ERR_STORE);
	assert_non_null(strstr(sw_store_error(store), "not now"));
	execute(path, "DROP TRIGGER no");
	expect_contents(path, fixture.before, 0);
	assert_int_equal(merge_second_half(store, &fixture.scenario), SW_OK);
	assert_string_equal(sw_store_error(store), "");
	expect_contents(path, fixture.after, 0);
	sw_store_close(&store);
	finish(&fixture);
}

/* --- A power cut ---------------------------------------------------------- */

struct camera {
	const char *path;
	const char *copy;
	unsigned wait;		/* operations until the picture is taken */
	bool taken;
};

static void
copy_file(const char *from, const char *to)
{
	char buffer[65536];
	int in = open(from, O_RDONLY), out;
	ssize_t length;

	if (in < 0) {
		unlink(to);
		return;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(out >= 0);
	while ((length = read(in, buffer, sizeof(buffer))) > 0)
		assert_int_equal(write(out, buffer, (size_t)length), length);
	close(in);
	close(out);
}

/* What is on the disk at this moment, but for the last bytes of the log. */
static void
take_picture(void *argument)
{
	struct camera *camera = argument;
	char from[600], to[600];

	if (camera->taken || camera->wait-- > 0)
		return;
	camera->taken = true;
	copy_file(camera->path, camera->copy);
	snprintf(from, sizeof(from), "%s-wal", camera->path);
	snprintf(to, sizeof(to), "%s-wal", camera->copy);
	copy_file(from, to);
	if (access(to, F_OK) == 0 && camera->wait % 2 == 0) {
		int fd = open(to, O_WRONLY);
		off_t size = lseek(fd, 0, SEEK_END);

		assert_int_equal(ftruncate(fd, size > 1000 ? size - 1000 : 0),
		    0);
		close(fd);
	}
}

static void
survives_a_power_cut(void **state)
{
	struct fixture fixture;
	char path[512], copy[512];
	bool taken = true;

	prepare(state, &fixture);
	for (unsigned at = 0; taken; at++) {
		struct camera camera = { path, copy, at, false };
		struct sw_store *store;
		char *got;

		snprintf(path, sizeof(path), "%s/db%u",
		    (const char *)*state, at);
		snprintf(copy, sizeof(copy), "%s/copy%u",
		    (const char *)*state, at);
		make_before(path, &fixture.scenario);
		store = open_store(path, SW_STORE_WRITE);
		fault_watch(take_picture, &camera);
		assert_int_equal(merge_second_half(store, &fixture.scenario),
		    SW_OK);
		fault_watch(NULL, NULL);
		sw_store_close(&store);
		taken = camera.taken;
		if (!taken)
			continue;
		/* The machine comes up again; the senders send again. */
		store = open_store(copy, SW_STORE_WRITE);
		got = dump(copy);
		assert_true(strcmp(got, fixture.before) == 0 ||
		    strcmp(got, fixture.after) == 0);
		free(got);
		assert_int_equal(merge_second_half(store, &fixture.scenario),
		    SW_OK);
		sw_store_close(&store);
		expect_contents(copy, fixture.after, at);
	}
	finish(&fixture);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(survives_a_full_disk),
		TEST(survives_io_errors),
		TEST(survives_faults_while_a_month_is_closed),
		TEST(takes_back_what_a_failed_merge_put),
		TEST(survives_a_power_cut),
	};

	fault_install();
	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
