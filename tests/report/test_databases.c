/*
 * The verbs that look after databases, as they are run: what they print, and
 * how they end.
 */
#include "../store/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>
#include <sqlite3.h>

/* The program's exit status; *text is all that it printed. */
static int
run(void *const *state, const char *arguments, char **text)
{
	const char *builddir = getenv("builddir");
	char command[1024];
	size_t size;
	FILE *pipe, *out;
	int byte, status;

	assert_non_null(builddir);
	assert_true(snprintf(command, sizeof(command),
	    "cd '%s' && '%s/senderwatch' %s 2>&1", (const char *)*state,
	    builddir, arguments) < (int)sizeof(command));
	pipe = popen(command, "r");
	out = open_memstream(text, &size);
	assert_true(pipe != NULL && out != NULL);
	while ((byte = fgetc(pipe)) != EOF)
		fputc(byte, out);
	fclose(out);
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
expect(void *const *state, const char *arguments, int status,
    const char *text)
{
	char *got;
	int got_status = run(state, arguments, &got);

	if (got_status != status || strcmp(got, text) != 0)
		fail_msg("%s: status %d: %s", arguments, got_status, got);
	free(got);
}

/* One line of text that has these words in it. */
static void
expect_line(void *const *state, const char *arguments, int status,
    const char *words)
{
	char *got;
	int got_status = run(state, arguments, &got);

	if (got_status != status || strstr(got, words) == NULL ||
	    strchr(got, '\n') != got + strlen(got) - 1)
		fail_msg("%s: status %d: %s", arguments, got_status, got);
	free(got);
}

/* Two months of half a year ago. */
static void
fill(const char *path, uint32_t seed)
{
	uint32_t today = (uint32_t)(time(NULL) / 86400);
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	struct scenario scenario;

	scenario_init(&scenario, seed, 20, 20, 20);
	scenario_shift(&scenario, (int32_t)(today - 150 - SCENARIO_TODAY));
	for (size_t i = 0; i < scenario.count; i++)
		merge(store, &scenario.batches[i], scenario.resolvers[i],
		    today - 150);
	scenario_fini(&scenario);
	sw_store_close(&store);
}

static void
copies_and_checks(void **state)
{
	json_t *report, *violations;
	char *text;

	fill(path_in(state, "db"), 1);
	expect(state, "backup --database db copy", 0, "");
	expect(state, "check --database copy", 0, "copy: all is well\n");
	expect(state, "backup --database db copy", 1,
	    "senderwatch: db: copy exists\n");
	expect(state, "backup --database db --replace copy", 0, "");
	expect(state, "backup --database db --replace db", 1,
	    "senderwatch: db is the database itself\n");
	for (size_t i = 0; i < 2; i++) {
		const char *log = path_in(state, i == 0 ? "copy-wal" :
		    "copy-journal");

		close(open(log, O_WRONLY | O_CREAT | O_EXCL, 0600));
		expect(state, "backup --database db --replace copy", 1,
		    "senderwatch: db: copy is a database in use: there is a "
		    "log beside it\n");
		assert_int_equal(unlink(log), 0);
	}
	assert_int_equal(symlink("copy", path_in(state, "link")), 0);
	assert_int_equal(mkfifo(path_in(state, "pipe"), 0600), 0);
	expect(state, "backup --database db --replace link", 1,
	    "senderwatch: db: link is no regular file\n");
	expect(state, "backup --database db --replace pipe", 1,
	    "senderwatch: db: pipe is no regular file\n");
	expect_line(state, "backup --database none copy2", 1,
	    "senderwatch: cannot open none");
	expect_line(state, "check --database none", 1,
	    "senderwatch: cannot open none");
	execute(path_in(state, "copy"), "DELETE FROM resolver "
	    "WHERE name = 'resolver-b'; UPDATE sender SET batches = 99 "
	    "WHERE resolver = 'resolver-c'");
	assert_int_equal(run(state, "check --quick --json --database copy",
	    &text), 1);
	report = json_loads(text, 0, NULL);
	assert_non_null(report);
	assert_string_equal(json_string_value(json_object_get(report,
	    "database")), "copy");
	assert_true(json_is_false(json_object_get(report, "ok")));
	violations = json_object_get(report, "violations");
	assert_true(json_array_size(violations) > 2);
	json_decref(report);
	free(text);
	assert_int_equal(run(state, "check --json --database db", &text), 0);
	report = json_loads(text, 0, NULL);
	assert_true(json_is_true(json_object_get(report, "ok")));
	json_decref(report);
	free(text);
}

static void
merges(void **state)
{
	char *expected, *got;

	fill(path_in(state, "a"), 1);
	fill(path_in(state, "b"), 1);
	expect(state, "merge out a b", 0, "");
	expect(state, "check --database out", 0, "out: all is well\n");
	expected = query_text(path_in(state, "a"), "SELECT "
	    "group_concat(hex(subject) || month || days || hex(marks)) "
	    "FROM sighting");
	got = query_text(path_in(state, "out"), "SELECT "
	    "group_concat(hex(subject) || month || days || hex(marks)) "
	    "FROM sighting");
	assert_string_equal(got, expected);
	free(got);
	free(expected);
	expect(state, "merge out a b", 1, "senderwatch: out exists\n");
	execute(path_in(state, "b"), "UPDATE pseudonym_key "
	    "SET key_id = CAST(zeroblob(7) || char(64 + id) AS BLOB)");
	expect_line(state, "merge out2 a b", 1, "b shares no key");
}

static void
prunes(void **state)
{
	json_t *numbers;
	char *text;

	fill(path_in(state, "db"), 1);
	expect(state, "prune --database db --keep-months 12", 0,
	    "deleted: 0 sightings, 0 subjects, 0 senders, 0 resolvers, "
	    "0 suffixes, 0 keys\n");
	assert_int_equal(run(state,
	    "prune --database db --keep-months 1 --json", &text), 0);
	numbers = json_loads(text, 0, NULL);
	assert_true(json_integer_value(json_object_get(numbers,
	    "sightings")) > 100);
	assert_int_equal(json_integer_value(json_object_get(numbers,
	    "subjects")), 20);
	json_decref(numbers);
	free(text);
	expect(state, "check --database db", 0, "db: all is well\n");
	expect_line(state, "prune --database none --keep-months 1", 1,
	    "senderwatch: cannot open none");
	assert_int_equal(query_number(path_in(state, "db"),
	    "SELECT count(*) FROM sighting"), 0);
}

static void
says_in_one_line_that_it_is_locked(void **state)
{
	const char *path = path_in(state, "db");
	sqlite3 *other;

	fill(path, 1);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL,
	    NULL), SQLITE_OK);
	/* Who only reads does not wait. */
	expect(state, "check --database db", 0, "db: all is well\n");
	expect(state, "backup --database db copy", 0, "");
	expect(state, "prune --database db --keep-months 1", 1,
	    "senderwatch: db: cannot begin a transaction: database is locked, "
	    "another program held it for 10 seconds\n");
	sqlite3_close(other);
}

static void
knows_its_options(void **state)
{
	static const char *const wrong[] = { "backup", "backup a b",
		"backup --what a", "check a", "check --what", "merge", "merge a",
		"merge --what a b", "prune", "prune --keep-months 0",
		"prune --keep-months x", "prune --keep-months 1 a" };
	static const char *const verbs[] = { "backup", "check", "merge",
		"prune" };
	char *text, arguments[64];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(run(state, wrong[i], &text), 2);
		free(text);
	}
	for (size_t i = 0; i < 4; i++) {
		snprintf(arguments, sizeof(arguments), "help %s", verbs[i]);
		assert_int_equal(run(state, arguments, &text), 0);
		assert_non_null(strstr(text, verbs[i]));
		free(text);
	}
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(copies_and_checks),
		TEST(merges),
		TEST(prunes),
		TEST(says_in_one_line_that_it_is_locked),
		TEST(knows_its_options),
	};

	return cmocka_run_group_tests_name("databases", tests, NULL, NULL);
}
