/*
 * Databases of older versions: brought to this one without a loss, in one
 * step or not at all.
 */
#include "support.h"
#include "fault_vfs.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "senderwatch/maintenance.h"

static char *
read_file(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[512], *text;
	FILE *file;
	long size;

	snprintf(path, sizeof(path), "%s/tests/store/%s",
	    srcdir != NULL ? srcdir : ".", name);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)size, file), size);
	fclose(file);
	return text;
}

/* As version 0.1.0 filled it. */
static void
make_version_1(const char *path)
{
	char *sql = read_file("schema-1.sql");

	execute(path, "PRAGMA journal_mode = WAL");
	execute(path, sql);
	execute(path, "PRAGMA application_id = 1398229079; "
	    "PRAGMA user_version = 1");
	free(sql);
}

/* The tables that the step leaves alone. */
static char *
old_contents(const char *path)
{
	static const char *const queries[] = {
		"SELECT group_concat(hex(pseudonym) || suffix || "
		"pseudonym_key || ifnull(name, '-'), x'0a') FROM subject",
		"SELECT group_concat(month || hex(subject) || mechanism || "
		"outcome || digest || features || dnssec || days || "
		"ifnull(hex(marks), '-') || seen || ord, x'0a') FROM sighting",
		"SELECT group_concat(id || suffix || registry || type) "
		"FROM suffix",
		"SELECT group_concat(id || hex(key_id)) FROM pseudonym_key",
		"SELECT group_concat(month || ifnull(hex(done_to), '-')) "
		"FROM closed_month",
		"SELECT group_concat(name || tag || first_day || last_day) "
		"FROM resolver",
		"SELECT group_concat(hex(instance) || resolver || software || "
		"hex(key_id) || last_sequence || first_day || last_day || "
		"sent_day || batches || observations || refused || seen || "
		"dropped_stop) FROM sender",
		"SELECT group_concat(DISTINCT day || resolver) FROM "
		"(SELECT * FROM resolver_day ORDER BY day, resolver)",
	};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		char *part = query_text(path, queries[i]);

		fprintf(out, "%s\n", part);
		free(part);
	}
	fclose(out);
	return text;
}

static void
check_scans(struct sw_store *store)
{
	char *expected = read_file("schema-1.scan"), *got, *both;
	size_t size;
	FILE *out = open_memstream(&both, &size);

	assert_non_null(out);
	got = scan_text(store, 202605, 202605);
	fprintf(out, "-- 202605 202605\n%s", got);
	free(got);
	got = scan_text(store, 202605, 202606);
	fprintf(out, "-- 202605 202606\n%s", got);
	free(got);
	fclose(out);
	assert_string_equal(both, expected);
	free(both);
	free(expected);
}

static void
loses_nothing(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store;
	char *before, *after;
	int64_t id;

	make_version_1(path);
	before = old_contents(path);
	assert_true(strlen(before) > 10000);
	store = open_store(path, SW_STORE_WRITE);
	assert_int_equal(query_number(path, "PRAGMA user_version"), 2);
	check_scans(store);
	sw_store_close(&store);
	after = old_contents(path);
	assert_string_equal(after, before);
	free(before);
	free(after);
	/* Two resolvers had one key, the third had both. */
	assert_int_equal(query_number(path, "SELECT count(*) FROM "
	    "resolver_day JOIN pseudonym_key AS k ON k.id = pseudonym_key "
	    "WHERE (resolver = 'resolver-b' AND key_id <> x'0200000000000000') "
	    "OR (resolver = 'resolver-c' AND key_id <> x'0100000000000000')"),
	    0);
	assert_int_equal(query_number(path, "SELECT min(n) + max(n) FROM "
	    "(SELECT count(*) AS n FROM resolver_day WHERE "
	    "resolver = 'resolver-a' GROUP BY day)"), 4);
	/* What was not counted then is not made up. */
	assert_int_equal(query_number(path, "SELECT count(*) FROM volume"), 0);
	/* And it stays the same database. */
	id = query_number(path, "SELECT id FROM database");
	store = open_store(path, SW_STORE_READ);
	check_scans(store);
	sw_store_close(&store);
	store = open_store(path, SW_STORE_WRITE);
	sw_store_close(&store);
	assert_int_equal(query_number(path, "SELECT id FROM database"), id);
}

static void
finds_the_key_of_a_day(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store;

	make_version_1(path);
	/*
	 * A resolver that changed its key between days 20620 and 20621, one
	 * whose sender is long gone, and one that goes by another name now.
	 */
	execute(path, "UPDATE sender SET first_day = 20600, last_day = 20618 "
	    "WHERE resolver = 'resolver-a' AND key_id = x'0100000000000000'; "
	    "UPDATE sender SET first_day = 20629, last_day = 20640 "
	    "WHERE resolver = 'resolver-a' AND key_id = x'0200000000000000'; "
	    "UPDATE sender SET first_day = 1, last_day = 2 "
	    "WHERE resolver = 'resolver-b'; "
	    "UPDATE sender SET resolver = 'new' WHERE resolver = 'resolver-c'");
	store = open_store(path, SW_STORE_WRITE);
	sw_store_close(&store);
	assert_int_equal(query_number(path, "SELECT count(*) FROM "
	    "resolver_day JOIN pseudonym_key AS k ON k.id = pseudonym_key "
	    "WHERE resolver = 'resolver-a' AND "
	    "(key_id = x'0100000000000000') <> (day <= 20620)"), 0);
	assert_int_equal(query_number(path, "SELECT count(DISTINCT resolver) "
	    "FROM resolver_day"), 3);
	assert_int_equal(query_number(path, "SELECT count(*) FROM "
	    "resolver_day JOIN pseudonym_key AS k ON k.id = pseudonym_key "
	    "WHERE resolver = 'resolver-b' AND key_id = x'0100000000000000'"),
	    0);
}

static bool
count_calls(void *argument, uint64_t done, uint64_t total)
{
	unsigned *left = argument;

	(void)done;
	assert_int_equal(total, 0);
	return (*left)-- > 1;
}

static void
tells_and_can_be_stopped(void **state)
{
	const char *path = path_in(state, "db");
	struct sw_store *store;
	unsigned left = 3;
	char *before, *after;

	make_version_1(path);
	execute(path, "WITH RECURSIVE day(n) AS (VALUES (1) UNION ALL SELECT "
	    "n + 1 FROM day WHERE n < 20000) INSERT INTO resolver_day "
	    "SELECT n, 'resolver-' || char(97 + n % 3) FROM day");
	before = old_contents(path);
	assert_int_equal(sw_store_open_watched(&store, path, count_calls,
	    &left), SW_ERR_STORE);
	assert_int_equal(left, 0);
	assert_non_null(strstr(sw_store_error(store), "interrupted"));
	sw_store_close(&store);
	assert_int_equal(query_number(path, "PRAGMA user_version"), 1);
	after = old_contents(path);
	assert_string_equal(after, before);
	free(after);
	left = UINT_MAX;
	assert_int_equal(sw_store_open_watched(&store, path, count_calls,
	    &left), SW_OK);
	sw_store_close(&store);
	assert_true(left < UINT_MAX - 3);
	after = old_contents(path);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

/* Every write of the migration fails once. */
static void
is_all_or_nothing(void **state)
{
	char name[32];
	unsigned at = 0, failed = 1, undone = 0;

	for (; failed > 0; at++) {
		struct sw_store *store;
		enum sw_result result;
		char *before, *after;
		const char *path;

		snprintf(name, sizeof(name), "db%u", at);
		path = path_in(state, name);
		make_version_1(path);
		before = old_contents(path);
		fault_arm(at, SQLITE_FULL);
		result = sw_store_open(&store, path, SW_STORE_WRITE);
		fault_disarm();
		failed = fault_count();
		sw_store_close(&store);
		if (result != SW_OK) {
			assert_int_equal(query_number(path,
			    "PRAGMA user_version"), 1);
			after = old_contents(path);
			assert_string_equal(after, before);
			free(after);
			undone++;
		}
		store = open_store(path, SW_STORE_WRITE);
		check_scans(store);
		sw_store_close(&store);
		free(before);
	}
	assert_true(undone > 3);
}

struct killer {
	unsigned left;
};

static void
kill_in_time(void *argument)
{
	struct killer *killer = argument;

	if (killer->left-- == 0)
		raise(SIGKILL);
}

/* And once its process is killed at each of them. */
static void
survives_being_killed(void **state)
{
	char name[32];
	bool killed = true;
	unsigned at = 0;

	for (; killed; at++) {
		struct sw_store *store;
		const char *path;
		int64_t version;
		int status;
		pid_t child;

		snprintf(name, sizeof(name), "db%u", at);
		path = path_in(state, name);
		make_version_1(path);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			struct killer killer = { at };

			fault_watch(kill_in_time, &killer);
			_exit(sw_store_open(&store, path, SW_STORE_WRITE));
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		killed = WIFSIGNALED(status);
		assert_true(killed || WEXITSTATUS(status) == 0);
		version = query_number(path, "PRAGMA user_version");
		assert_true(version == 2 || (killed && version == 1));
		store = open_store(path, SW_STORE_WRITE);
		check_scans(store);
		sw_store_close(&store);
		assert_int_equal(query_number(path,
		    "SELECT count(*) FROM database"), 1);
	}
	assert_true(at > 3);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(loses_nothing),
		TEST(finds_the_key_of_a_day),
		TEST(tells_and_can_be_stopped),
		TEST(is_all_or_nothing),
		TEST(survives_being_killed),
	};

	fault_install();
	return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
