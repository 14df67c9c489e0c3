/*
 * Backups: one moment of the database, in one file, or none.
 */
#include "support.h"
#include "fault_vfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "senderwatch/maintenance.h"

#define COUNT 40

struct writer {
	struct sw_store *store;
	struct scenario scenario;
	size_t next;
	unsigned calls;
	unsigned stop_at;	/* call; 0: never */
};

static void
put_next(struct writer *writer)
{
	merge(writer->store, &writer->scenario.batches[writer->next],
	    writer->scenario.resolvers[writer->next], SCENARIO_TODAY);
	writer->next++;
}

/* Half of the batches are in it, of more subjects than a step copies. */
static void
begin(struct writer *writer, const char *path)
{
	memset(writer, 0, sizeof(*writer));
	scenario_init(&writer->scenario, 7, COUNT, 2000, 30000);
	writer->store = open_store(path, SW_STORE_WRITE);
	while (writer->next < COUNT / 2)
		put_next(writer);
}

static void
end(struct writer *writer)
{
	sw_store_close(&writer->store);
	scenario_fini(&writer->scenario);
}

/* A batch comes while the copy is made. */
static bool
disturb(void *argument, uint64_t done, uint64_t total)
{
	struct writer *writer = argument;

	assert_true(done <= total);
	if (writer->next < COUNT)
		put_next(writer);
	return ++writer->calls != writer->stop_at;
}

static size_t
count_copies(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += strncmp(entry->d_name, "copy", 4) == 0;
	closedir(dir);
	return count;
}

static void
is_one_moment(void **state)
{
	const char *path = path_in(state, "db"), *copy = path_in(state, "copy");
	struct sw_store *store;
	struct writer writer;
	struct stat status;
	uint8_t header[20];
	char *expected, *got;
	int fd;

	begin(&writer, path);
	expected = dump(path);
	store = open_store(path, SW_STORE_READ);
	assert_int_equal(sw_store_backup(store, copy, false, disturb, &writer),
	    SW_OK);
	sw_store_close(&store);
	assert_true(writer.calls > 1 && writer.next > COUNT / 2);
	/* One file, for its owner, that needs no log. */
	assert_int_equal(count_copies(*state), 1);
	assert_int_equal(stat(copy, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	fd = open(copy, O_RDONLY);
	assert_int_equal(read(fd, header, sizeof(header)), sizeof(header));
	close(fd);
	assert_int_equal(header[18], 1);
	assert_int_equal(header[19], 1);
	got = dump(copy);
	assert_string_equal(got, expected);
	free(got);
	free(expected);
	/* It can take the original's place. */
	sw_store_close(&writer.store);
	writer.store = open_store(copy, SW_STORE_WRITE);
	for (writer.next = COUNT / 2; writer.next < COUNT;)
		put_next(&writer);
	end(&writer);
}

static void
expect_refusal(struct sw_store *store, const char *copy, bool replace,
    enum sw_result expected, const char *words)
{
	enum sw_result result = sw_store_backup(store, copy, replace, NULL,
	    NULL);

	if (result != expected || strstr(sw_store_error(store), words) == NULL)
		fail_msg("result %d: %s", result, sw_store_error(store));
}

static void
is_whole_or_not_there(void **state)
{
	char path[300], copy[300];
	struct sw_store *store;
	struct writer writer;
	FILE *file;

	snprintf(path, sizeof(path), "%s", path_in(state, "db"));
	snprintf(copy, sizeof(copy), "%s", path_in(state, "copy"));
	begin(&writer, path);
	store = open_store(path, SW_STORE_READ);
	writer.stop_at = 1;
	assert_int_equal(sw_store_backup(store, copy, false, disturb, &writer),
	    SW_ERR_CLOSED);
	assert_int_equal(count_copies(*state), 0);
	expect_refusal(store, path_in(state, "no/copy"), false, SW_ERR_SYSTEM,
	    "No such file");
	fault_arm(3, SQLITE_FULL);
	expect_refusal(store, copy, false, SW_ERR_STORE, "disk is full");
	fault_disarm();
	assert_int_equal(count_copies(*state), 0);
	/* What is there stays, unless it is to be replaced. */
	assert_int_equal(symlink(path, path_in(state, "link")), 0);
	expect_refusal(store, path, true, SW_ERR_INVALID, "database itself");
	expect_refusal(store, path_in(state, "link"), true, SW_ERR_INVALID,
	    "database itself");
	assert_int_equal(sw_store_backup(store, copy, false, NULL, NULL),
	    SW_OK);
	expect_refusal(store, copy, false, SW_ERR_INVALID, "exists");
	assert_int_equal(sw_store_backup(store, copy, true, NULL, NULL),
	    SW_OK);
	file = fopen(path_in(state, "copy-wal"), "w");
	assert_non_null(file);
	fclose(file);
	expect_refusal(store, copy, true, SW_ERR_INVALID, "in use");
	assert_int_equal(count_copies(*state), 2);
	sw_store_close(&store);
	end(&writer);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(is_one_moment),
		TEST(is_whole_or_not_there),
	};

	fault_install();
	return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
