/* Key files: 64 hex digits that nobody else may read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "senderwatch/key_file.h"

#define DIGITS \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1efF"

static char path[] = "/tmp/sw-test-XXXXXX";
static const uint8_t zero[SW_KEY_SIZE];

static int
set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

static void
write_key(const char *text, size_t length, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_int_equal(write(fd, text, length), length);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
expect_refused(const char *file, enum sw_result expected)
{
	uint8_t key[SW_KEY_SIZE];
	const char *reason = NULL;

	memset(key, 0xa5, sizeof(key));
	assert_int_equal(sw_key_read(file, key, &reason), expected);
	assert_non_null(reason);
	assert_memory_equal(key, zero, sizeof(key));
}

static void
good_keys(void **state)
{
	static const mode_t modes[] = { 0600, 0640, 0400, 0440 };
	uint8_t key[SW_KEY_SIZE];
	const char *reason;

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		write_key(DIGITS "\n", i % 2 == 0 ? 65 : 64, modes[i]);
		assert_int_equal(sw_key_read(path, key, &reason), SW_OK);
		for (unsigned k = 0; k < 31; k++)
			assert_int_equal(key[k], k);
		assert_int_equal(key[31], 0xff);
		chmod(path, 0600);
	}
}

static void
modes_that_let_others_in(void **state)
{
	(void)state;
	for (mode_t mode = 0; mode <= 07777; mode++) {
		if ((mode & ~(mode_t)0640) == 0 || (mode & 0600) != 0600)
			continue;
		write_key(DIGITS "\n", 65, mode);
		expect_refused(path, SW_ERR_INVALID);
		chmod(path, 0600);
	}
}

static void
texts_that_are_no_key(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} bad[] = {
		{ "", 0 }, { "\n", 1 }, { DIGITS, 63 }, { DIGITS "\n\n", 66 },
		{ DIGITS "0", 65 }, { DIGITS "\r\n", 66 }, { DIGITS " ", 65 },
		{ " " DIGITS, 65 }, { DIGITS "\n\0", 66 }, { DIGITS "\0", 65 },
		{ "\n" DIGITS, 65 }, { DIGITS "\n" DIGITS "\n", 130 },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_key(bad[i].text, bad[i].length, 0600);
		expect_refused(path, SW_ERR_INVALID);
	}
	for (unsigned at = 0; at < 64; at++) {
		memcpy(text, DIGITS, 64);
		text[at] = "g/:@G`\0 "[at % 8];
		write_key(text, 64, 0600);
		expect_refused(path, SW_ERR_INVALID);
	}
}

static void
files_that_are_none(void **state)
{
	char folder[] = "/tmp/sw-test-XXXXXX", other[40];

	(void)state;
	errno = 0;
	expect_refused("/nonexistent/key", SW_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	expect_refused("/dev/null", SW_ERR_INVALID);
	expect_refused("/tmp", SW_ERR_INVALID);
	assert_non_null(mkdtemp(folder));
	snprintf(other, sizeof(other), "%s/fifo", folder);
	/* Nobody writes to it: this must not wait. */
	assert_int_equal(mkfifo(other, 0600), 0);
	expect_refused(other, SW_ERR_INVALID);
	unlink(other);
	rmdir(folder);
}

static void
old_keys(void **state)
{
	static const struct {
		const char *rest;
		uint32_t last_day;	/* 0: refused */
	} cases[] = {
		{ "\nuntil 2026-12-31\n", 20818 },
		{ "\nuntil 2026-12-31", 20818 },
		{ "\nuntil 2028-02-29\n", 21243 },
		{ "\nuntil 1970-01-02\n", 1 },
		{ "", 0 }, { "\n", 0 }, { "\nuntil \n", 0 },
		{ "\nuntil 2026-12-31\n\n", 0 },
		{ "\nuntil 2026-12-31 \n", 0 },
		{ "\nuntil 2026-12-32\n", 0 },
		{ "\nuntil 2027-02-29\n", 0 },
		{ "\nuntil 2026-13-01\n", 0 },
		{ "\nuntil 2026-1-31\n", 0 },
		{ "\nuntil 26-12-31\n", 0 },
		{ "\nuntil 1969-12-31\n", 0 },
		{ "\nuntil  2026-1-31\n", 0 },
		{ "\nUntil 2026-12-31\n", 0 },
		{ "\n\nuntil 2026-12-31\n", 0 },
		{ "\nuntil 2026-12-31\nmore", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t key[SW_KEY_SIZE];
		char text[200], date[SW_DATE_SIZE];
		const char *reason = NULL;
		uint32_t day = 0;
		enum sw_result result;

		snprintf(text, sizeof(text), "%s%s", DIGITS, cases[i].rest);
		write_key(text, strlen(text), 0600);
		memset(key, 0xa5, sizeof(key));
		result = sw_key_read_old(path, key, &day, &reason);
		if (cases[i].last_day == 0) {
			assert_int_equal(result, SW_ERR_INVALID);
			assert_non_null(reason);
			assert_memory_equal(key, zero, sizeof(key));
			continue;
		}
		assert_int_equal(result, SW_OK);
		assert_int_equal(day, cases[i].last_day);
		assert_int_equal(key[30], 30);
		sw_date_print(day, date);
		assert_memory_equal(date, cases[i].rest + 7, 10);
		/* Only as an old one: a key file has no end. */
		expect_refused(path, SW_ERR_INVALID);
	}
	write_key(DIGITS "\nuntil 2026-12-31\n", 82, 0644);
	assert_int_equal(sw_key_read_old(path, (uint8_t[SW_KEY_SIZE]){ 0 },
	    &(uint32_t){ 0 }, &(const char *){ NULL }), SW_ERR_INVALID);
}

/* Another name of the file shows what was left in it. */
static void
destroyed_keys(void **state)
{
	char other[sizeof(path) + 8], text[100], *old = sw_key_old_path(path);
	int fd;

	(void)state;
	snprintf(other, sizeof(other), "%s.other", path);
	write_key(DIGITS "\nuntil 2026-12-31\n", 82, 0600);
	assert_string_equal(old + strlen(path), ".old");
	assert_int_equal(link(path, old), 0);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(sw_key_destroy(old), SW_OK);
	assert_int_equal(access(old, F_OK), -1);
	fd = open(other, O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 82);
	for (unsigned i = 0; i < 82; i++)
		assert_int_equal(text[i], 0);
	close(fd);
	errno = 0;
	assert_int_equal(sw_key_destroy(old), SW_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	/* Not what a link leads to. */
	assert_int_equal(symlink(other, old), 0);
	assert_int_equal(sw_key_destroy(old), SW_ERR_SYSTEM);
	assert_int_equal(unlink(old), 0);
	assert_int_equal(unlink(other), 0);
	free(old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_keys),
		cmocka_unit_test(modes_that_let_others_in),
		cmocka_unit_test(texts_that_are_no_key),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(old_keys),
		cmocka_unit_test(destroyed_keys),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
