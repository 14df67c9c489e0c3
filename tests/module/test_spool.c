/* Spool files: whole or absent, within a limit, and delivered once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "module/spool.h"
#include "senderwatch/codec.h"
#include "tests/random.h"

#define FRAMES_MAX 100

static char folder[40], file_path[120];
static const uint8_t instance[SW_INSTANCE_SIZE] = { 0xab, 1 };
static unsigned log_lines;

/* What deliver got, and when it is to fail. */
static struct {
	uint8_t first[FRAMES_MAX];	/* byte of each frame */
	size_t length[FRAMES_MAX];
	size_t count;
	size_t fail_at;
} delivered;

static void log_line(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
log_line(enum sw_log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
	log_lines++;
}

static enum sw_result
deliver(void *argument, const uint8_t *frame, size_t length)
{
	assert_ptr_equal(argument, &delivered);
	assert_non_null(frame);
	assert_in_range(length, 1, SW_FRAME_MAX);
	if (delivered.count == delivered.fail_at)
		return SW_ERR_CLOSED;
	for (size_t i = 0; i < length; i++)
		assert_int_equal(frame[i], frame[0]);
	delivered.first[delivered.count] = frame[0];
	delivered.length[delivered.count++] = length;
	return SW_OK;
}

static enum sw_result
drain(void)
{
	memset(&delivered, 0, sizeof(delivered));
	delivered.fail_at = SIZE_MAX;
	return sw_spool_drain(folder, deliver, &delivered, log_line);
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/sw-test-XXXXXX");
	log_lines = 0;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(file_path, sizeof(file_path),
	    "%s/ab010000000000000000000000000000.spool", folder);
	return 0;
}

static unsigned
count_files(void)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	unsigned count = 0;

	while ((entry = readdir(directory)) != NULL)
		count += strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0;
	closedir(directory);
	return count;
}

static int
tear_down(void **state)
{
	char bad[140];

	(void)state;
	snprintf(bad, sizeof(bad), "%s.bad", file_path);
	unlink(bad);
	unlink(file_path);
	return rmdir(folder);
}

/* Frames of the given lengths, the first of bytes 1, the second of 2, ... */
static void
spool(const size_t *lengths, size_t count)
{
	uint8_t *frame = malloc(SW_FRAME_MAX);
	struct sw_spool *made;

	assert_int_equal(sw_spool_begin(&made, folder, instance, 1 << 30),
	    SW_OK);
	for (size_t i = 0; i < count; i++) {
		memset(frame, (int)i + 1, lengths[i]);
		assert_int_equal(sw_spool_add(made, frame, lengths[i]), SW_OK);
	}
	assert_int_equal(sw_spool_commit(&made), SW_OK);
	assert_null(made);
	free(frame);
}

static void
there_and_back(void **state)
{
	static const size_t lengths[] = { 1, 1000, SW_FRAME_MAX, 7 };
	struct stat status;

	(void)state;
	spool(lengths, 4);
	assert_int_equal(count_files(), 1);
	assert_int_equal(stat(file_path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(drain(), SW_OK);
	assert_int_equal(delivered.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(delivered.first[i], i + 1);
		assert_int_equal(delivered.length[i], lengths[i]);
	}
	assert_int_equal(count_files(), 0);
	assert_int_equal(drain(), SW_OK);
	assert_int_equal(delivered.count, 0);
	assert_int_equal(log_lines, 0);
}

/* A failure keeps the file, and all of it comes again. */
static void
delivery_that_fails(void **state)
{
	static const size_t lengths[] = { 10, 20, 30 };

	(void)state;
	spool(lengths, 3);
	for (size_t at = 0; at < 3; at++) {
		memset(&delivered, 0, sizeof(delivered));
		delivered.fail_at = at;
		assert_int_equal(sw_spool_drain(folder, deliver, &delivered,
		    log_line), SW_ERR_CLOSED);
		assert_int_equal(delivered.count, at);
		assert_int_equal(access(file_path, F_OK), 0);
	}
	assert_int_equal(drain(), SW_OK);
	assert_int_equal(delivered.count, 3);
	assert_int_equal(count_files(), 0);
}

static void
limits(void **state)
{
	uint8_t frame[100] = { 0 };
	struct sw_spool *made;

	(void)state;
	assert_int_equal(sw_spool_begin(&made, folder, instance, 250), SW_OK);
	assert_int_equal(sw_spool_add(made, frame, 100), SW_OK);
	assert_int_equal(sw_spool_add(made, frame, 100), SW_OK);
	assert_int_equal(sw_spool_add(made, frame, 100), SW_ERR_INVALID);
	assert_int_equal(sw_spool_add(made, frame, 39), SW_ERR_INVALID);
	assert_int_equal(sw_spool_add(made, frame, 38), SW_OK);
	assert_int_equal(sw_spool_add(made, frame, 1), SW_ERR_INVALID);
	assert_int_equal(sw_spool_commit(&made), SW_OK);
	/* What other files take is not there for this one. */
	assert_int_equal(sw_spool_begin(&made, folder, instance, 300), SW_OK);
	assert_int_equal(sw_spool_add(made, frame, 100), SW_ERR_INVALID);
	sw_spool_discard(&made);
	assert_null(made);
	assert_int_equal(count_files(), 1);
	assert_int_equal(drain(), SW_OK);
	assert_int_equal(delivered.count, 3);
}

static void
nothing_half_done(void **state)
{
	struct sw_spool *made;
	uint8_t frame[10] = { 1 };

	(void)state;
	assert_int_equal(sw_spool_begin(&made, folder, instance, 1000), SW_OK);
	assert_int_equal(sw_spool_add(made, frame, 1), SW_OK);
	/* Not there for anybody yet. */
	assert_int_equal(drain(), SW_OK);
	assert_int_equal(delivered.count, 0);
	sw_spool_discard(&made);
	assert_int_equal(count_files(), 0);
	sw_spool_discard(&made);
	/* No folder, no spool. */
	assert_int_equal(sw_spool_begin(&made, "/nonexistent", instance, 1000),
	    SW_ERR_SYSTEM);
	assert_null(made);
	assert_int_equal(sw_spool_drain("/nonexistent", deliver, &delivered,
	    log_line), SW_ERR_SYSTEM);
}

static void
write_file(const uint8_t *bytes, size_t length)
{
	int fd = open(file_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static size_t
read_file(uint8_t *bytes, size_t size)
{
	int fd = open(file_path, O_RDONLY);
	ssize_t length = read(fd, bytes, size);

	close(fd);
	assert_in_range(length, 1, size);
	return (size_t)length;
}

static void
expect_put_aside(size_t frames)
{
	char bad[140];

	log_lines = 0;
	assert_int_equal(drain(), SW_OK);
	assert_int_equal(delivered.count, frames);
	assert_int_equal(log_lines, 1);
	snprintf(bad, sizeof(bad), "%s.bad", file_path);
	assert_int_equal(unlink(bad), 0);
	assert_int_equal(count_files(), 0);
}

/* What comes whole from a damaged file is delivered, and no more. */
static void
damaged_files(void **state)
{
	static const size_t lengths[] = { 10, 20 };
	uint8_t bytes[1000];
	size_t length;

	(void)state;
	spool(lengths, 2);
	length = read_file(bytes, sizeof(bytes));
	/* START is 46 bytes, the frames 14 and 24, STOP 12. */
	assert_int_equal(length, 46 + 14 + 24 + 12);
	for (size_t cut = 0; cut < length; cut++) {
		write_file(bytes, cut);
		expect_put_aside(cut < 46 + 14 ? 0 : cut < 46 + 14 + 24 ? 1 :
		    2);
	}
	/* A frame over the limit: libfstrm says success and gives no data. */
	memcpy(bytes + 46 + 14, "\0\x10\0\1", 4);
	write_file(bytes, length);
	expect_put_aside(1);
	/* Not of this kind at all. */
	memset(bytes, 'x', sizeof(bytes));
	write_file(bytes, sizeof(bytes));
	expect_put_aside(0);
}

static void
random_damage(void **state)
{
	static const size_t lengths[] = { 10, 20 };
	uint8_t bytes[1000];
	uint64_t seed = 41;
	size_t length;

	(void)state;
	spool(lengths, 2);
	length = read_file(bytes, sizeof(bytes));
	for (unsigned n = 0; n < 2000; n++) {
		uint8_t damaged[1000];
		char bad[140];

		memcpy(damaged, bytes, length);
		/* Not in what the frames hold. */
		damaged[random_below(&seed, 46)] ^=
		    (uint8_t)(1u << random_below(&seed, 8));
		if (n % 2 == 0)
			damaged[length - 1 - random_below(&seed, 12)] =
			    (uint8_t)random_next(&seed);
		write_file(damaged, length);
		assert_int_equal(drain(), SW_OK);
		snprintf(bad, sizeof(bad), "%s.bad", file_path);
		unlink(bad);
		assert_int_equal(count_files(), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(there_and_back, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(delivery_that_fails, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(limits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_half_done, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(damaged_files, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(random_damage, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
