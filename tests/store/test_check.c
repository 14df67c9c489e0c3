/*
 * Checks: each thing that can be wrong is found, and nothing else.
 */
#include "support.h"
#include "fault_vfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "senderwatch/maintenance.h"

static void
append(void *argument, const char *text)
{
	fprintf(argument, "%s\n", text);
}

static char *
findings(const char *path, bool quick)
{
	struct sw_store *store = open_store(path, SW_STORE_READ);
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const struct sw_store_check check = { .quick = quick,
		.complain = append, .complain_argument = out };

	assert_non_null(out);
	if (sw_store_check(store, &check) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	fclose(out);
	sw_store_close(&store);
	return text;
}

/* May is closed, June is open. */
static void
make_database(const char *path)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct scenario scenario;

	scenario_init(&scenario, 3, 40, 30, 20);
	for (size_t i = 0; i < scenario.count; i++)
		merge(store, &scenario.batches[i], scenario.resolvers[i],
		    SCENARIO_TODAY);
	assert_int_equal(sw_store_close_months(store, DAY_1 + 10, 7), SW_OK);
	scenario_fini(&scenario);
	sw_store_close(&store);
}

static void
finds_nothing_wrong(void **state)
{
	const char *path = path_in(state, "db");
	char *text;

	make_database(path);
	text = findings(path, false);
	assert_string_equal(text, "");
	free(text);
}

#define ONE_OPEN "(month, subject, mechanism, outcome, digest) = " \
	"(SELECT month, subject, mechanism, outcome, digest FROM sighting " \
	"WHERE month = 202606 AND seen = 3 AND days & 3 = 0 LIMIT 1)"
#define ONE_CLOSED "(month, subject, mechanism, outcome, digest) = " \
	"(SELECT month, subject, mechanism, outcome, digest FROM sighting " \
	"WHERE month = 202605 LIMIT 1)"

static const struct damage {
	const char *sql;
	const char *words;
} damages[] = {
	{ "DELETE FROM suffix WHERE id = 1", "suffix 1 is missing" },
	{ "DELETE FROM pseudonym_key WHERE id = 1", "key 1 is missing" },
	{ "DELETE FROM subject WHERE pseudonym = (SELECT min(pseudonym) "
	    "FROM subject)", "sighting of 202605: subject 0000" },
	{ "DELETE FROM resolver WHERE name = 'resolver-b'",
	    "resolver resolver-b is missing" },
	{ "DELETE FROM resolver WHERE name = 'resolver-b'",
	    "a mark of a resolver that is missing" },
	{ "UPDATE resolver SET first_day = 20620 WHERE name = 'resolver-c'",
	    "resolver resolver-c reported from 20620" },
	{ "UPDATE resolver SET first_day = 30000 WHERE name = 'resolver-c'",
	    "resolver resolver-c: days from 30000" },
	{ "UPDATE resolver SET tag = tag + 1 WHERE name = 'resolver-a'",
	    "resolver resolver-a: its tag is" },
	{ "DELETE FROM database", "database: has 0 ids" },
	{ "UPDATE OR REPLACE volume SET suffix = 77 WHERE mechanism = 1",
	    "suffix 77 is missing" },
	{ "UPDATE OR REPLACE volume SET pseudonym_key = 78 WHERE mechanism = 1",
	    "key 78 is missing" },
	{ "UPDATE volume SET outcome = 300 WHERE outcome = 1",
	    "outcome 300, days" },
	{ "UPDATE volume SET month = 202613 WHERE month = 202606",
	    "volume of 202613" },
	{ "PRAGMA ignore_check_constraints = ON; UPDATE volume SET days = -1",
	    "days -1" },
	{ "UPDATE sender SET batches = 1000", "1000 batches, but" },
	{ "UPDATE sender SET first_day = last_day + 1", ": days from" },
	{ "INSERT INTO receipt SELECT instance, 1, batches + 1, 0, 0 "
	    "FROM sender LIMIT 1", "received less than" },
	{ "INSERT INTO receipt VALUES (zeroblob(16), 1, 1, 0, 0)",
	    "receipt of 00000000000000000000000000000000: sender is missing" },
	{ "UPDATE sighting SET month = 202613 WHERE " ONE_OPEN, "no such month" },
	{ "UPDATE sighting SET mechanism = 999 WHERE " ONE_OPEN,
	    "a number that no sender sends" },
	{ "UPDATE sighting SET dnssec = 0 WHERE " ONE_OPEN,
	    "a number that no sender sends" },
	{ "UPDATE sighting SET days = days | 1 << 30 WHERE " ONE_OPEN,
	    "days that the month does not have" },
	{ "UPDATE sighting SET days = days | 1 WHERE " ONE_OPEN,
	    "a day without a mark" },
	{ "UPDATE sighting SET days = 1 WHERE " ONE_OPEN,
	    "a mark of a day that is not there" },
	{ "UPDATE sighting SET seen = 2 WHERE " ONE_OPEN,
	    "marks and resolver-days differ" },
	{ "UPDATE sighting SET marks = CAST(substr(marks, 6, 5) || "
	    "substr(marks, 1, 5) || substr(marks, 11, 5) AS BLOB) "
	    "WHERE " ONE_OPEN,
	    "marks are not in order" },
	{ "UPDATE sighting SET marks = CAST(substr(marks, 1, 1) || "
	    "x'01020304' || substr(marks, 6) AS BLOB) WHERE " ONE_OPEN,
	    "a mark of a resolver that is missing" },
	{ "UPDATE sighting SET ord = 1 WHERE " ONE_OPEN,
	    "not as a row of an open month" },
	{ "UPDATE sighting SET days = 0, marks = NULL WHERE " ONE_OPEN,
	    "no days, though the month is open" },
	{ "UPDATE sighting SET days = 1 << 30, seen = 1, ord = 0, marks = "
	    "x'1f01020304' WHERE " ONE_CLOSED,
	    "days, though the month is closed" },
	{ "UPDATE sighting SET ord = -1 WHERE " ONE_CLOSED,
	    "its order is negative" },
	{ "UPDATE sighting SET seen = 0 WHERE month = 202605",
	    "closed without a resolver-day" },
	{ "DROP VIEW run", "view run is missing" },
	/* One that gives every state a run for each month, and wrong days. */
	{ "DROP VIEW run; CREATE VIEW run AS SELECT subject, mechanism, "
	    "row_number() OVER (PARTITION BY subject, mechanism "
	    "ORDER BY outcome, digest, month) AS number, outcome, digest, "
	    "month AS first_month, 1 AS first_day, month AS last_month, "
	    "30 AS last_day FROM sighting", "begins before the one before it" },
	/* What a table's own CHECK forbids. */
	{ "PRAGMA ignore_check_constraints = ON; UPDATE sighting SET seen = 9 "
	    "WHERE month = 202605", "more resolver-days than are counted" },
	{ "PRAGMA ignore_check_constraints = ON; UPDATE sighting "
	    "SET marks = x'00' WHERE month = 202605", "marks without days" },
	{ "PRAGMA ignore_check_constraints = ON; UPDATE pseudonym_key "
	    "SET key_id = x'00' WHERE id = 1", "key 1: its id is 00" },
	{ "PRAGMA ignore_check_constraints = ON; UPDATE sender "
	    "SET instance = x'00' WHERE instance = (SELECT min(instance) "
	    "FROM sender)", "sender 00: not 16 bytes" },
};

static void
finds_each_damage(void **state)
{
	const char *path;
	char name[32], *text;

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		snprintf(name, sizeof(name), "db%zu", i);
		path = path_in(state, name);
		make_database(path);
		execute(path, damages[i].sql);
		text = findings(path, false);
		if (strstr(text, damages[i].words) == NULL)
			fail_msg("%s: %.500s", damages[i].sql, text);
		free(text);
	}
}

static void
says_so_much_and_no_more(void **state)
{
	const char *path = path_in(state, "db");
	unsigned lines = 0;
	char *text;

	make_database(path);
	execute(path, "UPDATE sighting SET dnssec = 0");
	text = findings(path, true);
	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n';
	assert_int_equal(lines, SW_STORE_COMPLAINTS_MAX + 1);
	assert_non_null(strstr(text, "and more of this kind"));
	free(text);
}

static void
finds_a_damaged_file(void **state)
{
	const char *path = path_in(state, "db");
	char *text, noise[64];
	int fd;

	make_database(path);
	execute(path, "PRAGMA wal_checkpoint(TRUNCATE)");
	memset(noise, 0x55, sizeof(noise));
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	/* In pages that are too far back to be the schema's. */
	for (off_t page = 1; page <= 8; page++)
		assert_int_equal(pwrite(fd, noise, sizeof(noise),
		    lseek(fd, 0, SEEK_END) - page * 4096 + 8), sizeof(noise));
	close(fd);
	text = findings(path, true);
	assert_non_null(strstr(text, "file: "));
	free(text);
}

static bool
stop_after_some(void *argument, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	return --*(int *)argument > 0;
}

static void
ends_when_told(void **state)
{
	const char *path = path_in(state, "db");
	int calls = 1;
	struct sw_store_check check = { .complain = append,
		.progress = stop_after_some, .progress_argument = &calls };
	struct scenario scenario;
	struct sw_store *store = open_store(path, SW_STORE_WRITE);

	scenario_init(&scenario, 3, 20, 2000, 5000);
	for (size_t i = 0; i < scenario.count; i++)
		merge(store, &scenario.batches[i], scenario.resolvers[i],
		    SCENARIO_TODAY);
	scenario_fini(&scenario);
	assert_int_equal(sw_store_check(store, &check), SW_ERR_CLOSED);
	assert_int_equal(calls, 0);
	/* The store is as it was. */
	calls = 1 << 30;
	assert_int_equal(sw_store_check(store, &check), SW_OK);
	sw_store_close(&store);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(finds_nothing_wrong),
		TEST(finds_each_damage),
		TEST(says_so_much_and_no_more),
		TEST(finds_a_damaged_file),
		TEST(ends_when_told),
	};

	fault_install();
	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
