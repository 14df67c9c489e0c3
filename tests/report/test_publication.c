/* Dated folders, the link to the latest, and what is removed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../report/publication.h"
#include "../../report/tree.h"

static char folder[] = "/tmp/senderwatch-publication.XXXXXX";

static void
publish(const char *name)
{
	struct sw_tree *tree;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(sw_tree_begin(&tree, path), SW_OK);
	assert_int_equal(sw_tree_write(tree, "data/file", name, strlen(name)),
	    SW_OK);
	assert_int_equal(sw_tree_commit(tree), SW_OK);
	sw_tree_free(&tree);
}

/* Does a path below the folder lead somewhere? */
static bool
is_there(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static void
assert_link(const char *name, const char *wanted)
{
	char path[128], text[128];
	ssize_t length;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	length = readlink(path, text, sizeof(text) - 1);
	assert_true(length > 0);
	text[length] = '\0';
	assert_string_equal(text, wanted);
}

static void
test_names(void **state)
{
	char name[SW_PUBLICATION_NAME_MAX];

	(void)state;
	assert_int_equal(sw_publication_name(folder, "2026-01-02", name),
	    SW_OK);
	assert_string_equal(name, "2026-01-02");
	publish(name);
	assert_int_equal(sw_publication_name(folder, "2026-01-02", name),
	    SW_OK);
	assert_string_equal(name, "2026-01-02.2");
	publish(name);
	assert_int_equal(sw_publication_name(folder, "2026-01-02", name),
	    SW_OK);
	assert_string_equal(name, "2026-01-02.3");
}

static void
test_switch(void **state)
{
	(void)state;
	publish("2026-02-02");
	publish("2026-03-02");
	assert_int_equal(sw_publication_switch(folder, "latest", "2026-02-02"),
	    SW_OK);
	assert_link("latest", "2026-02-02");
	assert_int_equal(sw_publication_switch(folder, "latest", "2026-03-02"),
	    SW_OK);
	assert_link("latest", "2026-03-02");
	assert_true(is_there("latest/data/file"));
	/* Where a folder stands in the link's place nothing is lost. */
	publish("running");
	assert_int_equal(sw_publication_switch(folder, "running", "2026-02-02"),
	    SW_ERR_SYSTEM);
	assert_true(is_there("running/data/file"));
	assert_false(is_there(".running.new"));
}

static void
test_prune(void **state)
{
	static const char *const names[] = { "2026-04-02", "2026-04-02.2",
		"2026-04-02.10", "2026-05-02", "2026-06-02",
		"running-2026-06-01" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		publish(names[i]);
	assert_int_equal(mkdir("2026-01-01", 0777), 0);	/* not ours */
	assert_int_equal(sw_publication_switch(folder, "latest", "2026-06-02"),
	    SW_OK);
	/* One that cannot be removed is told of. */
	assert_int_equal(sw_publication_prune(folder, "", "latest", 3),
	    SW_ERR_SYSTEM);
	assert_true(is_there("2026-06-02"));
	assert_true(is_there("2026-05-02"));
	assert_true(is_there("2026-04-02.10"));
	assert_false(is_there("2026-04-02.2"));
	assert_false(is_there("2026-04-02"));
	assert_false(is_there("2026-03-02"));
	assert_true(is_there("2026-01-01"));
	assert_true(is_there("running-2026-06-01"));
	assert_int_equal(sw_publication_prune(folder, "", "latest", 0), SW_OK);
	assert_true(is_there("2026-05-02"));
	/* What the link leads to stays, however old it is. */
	assert_int_equal(sw_publication_switch(folder, "latest",
	    "2026-04-02.10"), SW_OK);
	assert_int_equal(rmdir("2026-01-01"), 0);
	assert_int_equal(sw_publication_prune(folder, "", "latest", 1), SW_OK);
	assert_true(is_there("2026-04-02.10"));
	assert_false(is_there("2026-05-02"));
	assert_false(is_there("2026-06-02"));
}

static void
test_sweep(void **state)
{
	static const char *const names[] = { "2026-07-02.aB3xYz",
		"2026-07-02.2.123456", "running-2026-07-02.aB3xYz" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		publish(names[i]);
	publish("2026-07-02");
	publish("2026-07-02.1000");
	publish("other.aB3xYz");
	assert_int_equal(mkdir("2026-07-03.aB3xYz", 0777), 0);
	assert_int_equal(sw_publication_sweep(folder), SW_OK);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(is_there(names[i]));
	assert_false(is_there("2026-07-03.aB3xYz"));
	assert_true(is_there("2026-07-02/data/file"));
	assert_true(is_there("2026-07-02.1000/data/file"));
	assert_true(is_there("other.aB3xYz/data/file"));
	/* What others put there is told of, and stays. */
	assert_int_equal(mkdir("2026-07-04.aB3xYz", 0777), 0);
	assert_int_equal(mkdir("2026-07-04.aB3xYz/theirs", 0777), 0);
	assert_int_equal(sw_publication_sweep(folder), SW_ERR_SYSTEM);
	assert_true(is_there("2026-07-04.aB3xYz/theirs"));
}

static void
test_lock(void **state)
{
	int first, second;

	(void)state;
	assert_int_equal(sw_publication_lock(folder, &first), SW_OK);
	assert_int_equal(sw_publication_lock(folder, &second), SW_ERR_TIMEOUT);
	close(first);
	assert_int_equal(sw_publication_lock(folder, &second), SW_OK);
	close(second);
	assert_int_equal(sw_publication_lock("/nonexistent", &first),
	    SW_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int
remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return chdir("/") == 0 ? system(command) : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_switch),
		cmocka_unit_test(test_prune),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_lock),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
