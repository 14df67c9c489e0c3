/* Reading key files: what is a key, and whom it must be hidden from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "senderwatch/key_file.h"

#define DIGITS "000102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1F"

static char folder[] = "/tmp/senderwatch-key-XXXXXX";

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? chdir(folder) : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink("key");
	unlink("link");
	unlink("fifo");
	return rmdir(folder);
}

static enum sw_result
read_back(const void *text, size_t length, mode_t mode,
    uint8_t key[SW_KEY_SIZE])
{
	const char *reason = NULL;
	enum sw_result result;
	FILE *file;

	unlink("key");
	file = fopen("key", "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod("key", mode), 0);
	memset(key, 0xee, SW_KEY_SIZE);
	result = sw_key_read("key", key, &reason);
	if (result != SW_OK)
		assert_non_null(reason);
	return result;
}

static void
test_contents(void **state)
{
	static const uint8_t zero[SW_KEY_SIZE];
	static const struct {
		const char *text;
		size_t length;
		enum sw_result result;
	} cases[] = {
		{ DIGITS "\n", 65, SW_OK },
		{ DIGITS, 64, SW_OK },
		{ "", 0, SW_ERR_INVALID },
		{ DIGITS, 63, SW_ERR_INVALID },
		{ DIGITS "\n\n", 66, SW_ERR_INVALID },
		{ DIGITS "0", 65, SW_ERR_INVALID },
		{ DIGITS "\r\n", 66, SW_ERR_INVALID },
		{ DIGITS "\0", 65, SW_ERR_INVALID },
		{ " " DIGITS, 64, SW_ERR_INVALID },
		{ DIGITS DIGITS, 128, SW_ERR_INVALID },
		{ "g0" DIGITS, 64, SW_ERR_INVALID },
		{ "0\xff" DIGITS, 64, SW_ERR_INVALID },
	};
	uint8_t key[SW_KEY_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum sw_result result = read_back(cases[i].text,
		    cases[i].length, 0600, key);

		if (result != cases[i].result)
			fail_msg("case %zu: %s", i, sw_result_text(result));
		if (result != SW_OK) {
			assert_memory_equal(key, zero, sizeof(key));
			continue;
		}
		for (uint8_t k = 0; k < SW_KEY_SIZE; k++)
			assert_int_equal(key[k], k);
	}
}

static void
test_modes(void **state)
{
	uint8_t key[SW_KEY_SIZE];

	(void)state;
	/* The superuser may read them all: only the mode decides. */
	for (mode_t mode = 0400; mode <= 0777; mode++) {
		bool fit = (mode & ~(mode_t)0640) == 0;
		enum sw_result result;

		if ((mode & 0400) == 0)
			continue;
		result = read_back(DIGITS "\n", 65, mode, key);
		if (result != (fit ? SW_OK : SW_ERR_INVALID))
			fail_msg("mode %03o: %s", (unsigned)mode,
			    sw_result_text(result));
	}
	assert_int_equal(read_back(DIGITS "\n", 65, 04600, key),
	    SW_ERR_INVALID);
}

static void
test_kinds_of_file(void **state)
{
	uint8_t key[SW_KEY_SIZE];
	const char *reason;

	(void)state;
	assert_int_equal(read_back(DIGITS "\n", 65, 0600, key), SW_OK);
	assert_int_equal(symlink("key", "link"), 0);
	assert_int_equal(sw_key_read("link", key, &reason), SW_OK);
	assert_int_equal(sw_key_read(".", key, &reason), SW_ERR_INVALID);
	assert_string_equal(reason, "it is not a regular file");
	/* Must not wait for a writer. */
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(sw_key_read("fifo", key, &reason), SW_ERR_INVALID);
	assert_int_equal(sw_key_read("none", key, &reason), SW_ERR_SYSTEM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_kinds_of_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
