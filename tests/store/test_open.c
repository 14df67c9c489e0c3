/*
 * Opening: what is no database of this version is refused, and says why.
 */
#include "support.h"
#include "fault_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static void
expect_refusal(const char *path, enum sw_store_mode mode,
    enum sw_result expected, const char *words)
{
	struct sw_store *store;
	enum sw_result result = sw_store_open(&store, path, mode);

	if (result != expected || strstr(sw_store_error(store), words) == NULL)
		fail_msg("result %d: %s", result, sw_store_error(store));
	sw_store_close(&store);
	assert_null(store);
}

static void
make_database(const char *path)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);

	sw_store_close(&store);
}

static void
makes_a_database(void **state)
{
	const char *path = path_in(state, "db");

	make_database(path);
	assert_int_equal(query_number(path, "PRAGMA user_version"), 2);
	assert_int_equal(query_number(path, "PRAGMA application_id"),
	    1398229079);
	/* Every table is strict. */
	assert_int_equal(query_number(path, "SELECT count(*) "
	    "FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
	    "AND name NOT LIKE 'sqlite%' AND NOT strict"), 0);
	make_database(path);	/* it is there already */
}

static void
refuses_a_newer_schema(void **state)
{
	const char *path = path_in(state, "db");

	make_database(path);
	execute(path, "PRAGMA user_version = 3");
	expect_refusal(path, SW_STORE_WRITE, SW_ERR_UNSUPPORTED,
	    "schema version 3, newer than this program's 2");
	expect_refusal(path, SW_STORE_READ, SW_ERR_UNSUPPORTED,
	    "schema version 3, newer than this program's 2");
	assert_int_equal(query_number(path, "PRAGMA user_version"), 3);
}

static void
refuses_to_read_an_older_schema(void **state)
{
	const char *path = path_in(state, "db");

	make_database(path);
	execute(path, "PRAGMA user_version = 0");
	expect_refusal(path, SW_STORE_READ, SW_ERR_UNSUPPORTED,
	    "older than this program's 2: start senderwatchd");
}

static void
refuses_other_files(void **state)
{
	const char *path = path_in(state, "db");
	FILE *file;

	expect_refusal(path, SW_STORE_READ, SW_ERR_STORE, "must exist");
	expect_refusal(path_in(state, "no/folder"), SW_STORE_WRITE,
	    SW_ERR_STORE, "cannot open");
	execute(path, "CREATE TABLE theirs (a)");
	expect_refusal(path, SW_STORE_WRITE, SW_ERR_UNSUPPORTED,
	    "another program");
	/* And leaves it alone. */
	assert_int_equal(query_number(path, "SELECT count(*) "
	    "FROM sqlite_schema"), 1);
	assert_int_equal(access(path_in(state, "db-wal"), F_OK), -1);
	execute(path_in(state, "empty"), "VACUUM");
	expect_refusal(path_in(state, "empty"), SW_STORE_READ,
	    SW_ERR_UNSUPPORTED, "is empty");
	path = path_in(state, "text");
	file = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("no database\n", file);
	fclose(file);
	expect_refusal(path, SW_STORE_WRITE, SW_ERR_STORE,
	    "file is not a database");
	expect_refusal(path, SW_STORE_READ, SW_ERR_STORE,
	    "file is not a database");
}

/* Become somebody who may read the folder, and no more. */
static void
lose_permissions(void)
{
	if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		_exit(3);
}

/* In a child: open, scan, and tell by the exit status. */
static int
read_as_another(const char *path)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct sw_store *store;
		char *text;

		lose_permissions();
		if (sw_store_open(&store, path, SW_STORE_READ) != SW_OK) {
			fprintf(stderr, "# %s\n", sw_store_error(store));
			_exit(1);
		}
		text = scan_text(store, 202001, 203001);
		_exit(strlen(text) > 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
put_one(struct sw_store *store)
{
	static const struct sw_group group = { "com", "", "" };
	static const struct sw_observation o = { .subject = { 1 },
		.day = DAY_1, .mechanism = 1, .outcome = 1 };
	struct sw_batch batch = { .sequence = 1, .software = "s",
		.groups = &group, .group_count = 1, .observations = &o,
		.observation_count = 1 };

	merge(store, &batch, "r", DAY_1);
}

static void
is_read_by_who_may_not_write(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store;
	mode_t mask = umask(022);

	store = open_store(path, SW_STORE_WRITE);
	umask(mask);
	put_one(store);
	assert_int_equal(chmod(*state, 0555), 0);
	/* While the writer runs, and after it has gone. */
	assert_int_equal(read_as_another(path), 0);
	sw_store_close(&store);
	assert_int_equal(read_as_another(path), 0);
	assert_int_equal(chmod(*state, 0755), 0);
}

static void
survives_a_writer_that_was_killed(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store;
	char *text;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		store = open_store(path, SW_STORE_WRITE);
		put_one(store);
		kill(getpid(), 9);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	store = open_store(path, SW_STORE_READ);
	text = scan_text(store, 202605, 202605);
	assert_string_equal(text, "01000000000000000000000000000000 - com   "
	    "1:1,1,0,1,1,202605\n");
	free(text);
	sw_store_close(&store);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(makes_a_database),
		TEST(refuses_a_newer_schema),
		TEST(refuses_to_read_an_older_schema),
		TEST(refuses_other_files),
		TEST(is_read_by_who_may_not_write),
		TEST(survives_a_writer_that_was_killed),
	};

	fault_install();
	return cmocka_run_group_tests_name("open", tests, NULL, NULL);
}
