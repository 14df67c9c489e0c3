/* Settings files: what is read, and that every bad line is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "senderwatch/settings.h"
#include "tests/random.h"

static char path[] = "/tmp/sw-test-XXXXXX";

/* All that a file makes happen, as text. */
struct seen {
	char taken[4000];	/* "name=value;" each */
	char complaints[4000];	/* "line: text;" each */
};

static void
add(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, size - used, format, arguments);
	va_end(arguments);
}

static const char *
take(void *argument, const char *name, const char *value)
{
	struct seen *seen = argument;

	if (strcmp(name, "unknown") == 0)
		return "no such setting";
	if (strcmp(value, "bad") == 0)
		return "a bad value";
	add(seen->taken, sizeof(seen->taken), "%s=%s;", name, value);
	return NULL;
}

static void
complain(void *argument, const char *file, unsigned line, const char *text)
{
	struct seen *seen = argument;

	assert_string_equal(file, path);
	add(seen->complaints, sizeof(seen->complaints), "%u: %s;", line, text);
}

static void
read_bytes(const char *bytes, size_t length, enum sw_result expected,
    struct seen *seen)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	memset(seen, 0, sizeof(*seen));
	assert_int_equal(sw_settings_read(path, take, complain, seen),
	    expected);
}

static void
expect(const char *text, const char *taken, const char *complaints)
{
	struct seen seen;

	read_bytes(text, strlen(text), complaints[0] == '\0' ? SW_OK :
	    SW_ERR_INVALID, &seen);
	assert_string_equal(seen.taken, taken);
	assert_string_equal(seen.complaints, complaints);
}

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
good_files(void **state)
{
	(void)state;
	expect("", "", "");
	expect("\n\n  \n\t\n", "", "");
	expect("a = 1\nb=2\n", "a=1;b=2;", "");
	expect("a = 1", "a=1;", "");
	expect("a = 1\r\nb = 2\r\n\r\n", "a=1;b=2;", "");
	expect("# a = 1\n; a = 2\n  # c\n", "", "");
	expect("  a  =  1 2  \n\tb = 3\n", "a=1 2;b=3;", "");
	expect("a = 1 ; why\n", "a=1;", "");
	expect("a = b=c\n", "a=b=c;", "");
	expect("a = 1\na = 2\n", "a=1;a=2;", "");
	expect("\xef\xbb\xbf" "a = 1\n", "a=1;", "");
}

static void
bad_lines(void **state)
{
	(void)state;
	expect("novalue\n", "", "1: not of the form: name = value;");
	expect("a =\n", "", "1: the value is missing;");
	expect("a = ; only a comment\n", "", "1: the value is missing;");
	expect("[section]\n", "", "1: there are no sections here;");
	expect("  [section\n", "", "1: there are no sections here;");
	expect("\f[section]\n", "", "1: there are no sections here;");
	expect("\v\r [x]\n", "", "1: there are no sections here;");
	expect("unknown = 1\n", "", "1: no such setting;");
	expect("a = bad\n", "", "1: a bad value;");
	expect("a = b\rc\n", "a=b\rc;", "");
}

/* All of them, each on its line, and the good ones taken all the same. */
static void
every_bad_line(void **state)
{
	(void)state;
	expect("a = 1\n[s]\nb = bad\n\n# x\nnothing\nc = 2\nunknown = 3\nd =\n"
	    "e = 4\n", "a=1;c=2;e=4;",
	    "2: there are no sections here;3: a bad value;"
	    "6: not of the form: name = value;8: no such setting;"
	    "9: the value is missing;");
}

static void
long_lines(void **state)
{
	char line[500], taken[500];

	(void)state;
	/* 199 bytes come through whole, 200 are refused, whole. */
	memset(line, 'x', sizeof(line));
	memcpy(line, "a = ", 4);
	strcpy(line + 199, "\nb = 1\n");
	snprintf(taken, sizeof(taken), "a=%.195s;b=1;", line + 4);
	expect(line, taken, "");
	memset(line + 199, 'x', 10);
	strcpy(line + 200, "\nb = 1\n");
	expect(line, "b=1;", "1: the line is too long;");
	memset(line, ' ', 450);
	strcpy(line + 450, "c = 2\nb = 1\n");
	expect(line, "b=1;", "1: the line is too long;");
	memset(line, '#', 450);
	strcpy(line + 450, "\nb = 1\n");
	expect(line, "b=1;", "1: the line is too long;");
}

static void
nul_bytes(void **state)
{
	struct seen seen;

	(void)state;
	read_bytes("a = 1\0\nb = 2\n\0\nc = 3\0", 22, SW_ERR_INVALID, &seen);
	assert_string_equal(seen.taken, "b=2;");
	assert_string_equal(seen.complaints, "1: the line holds a NUL;"
	    "3: the line holds a NUL;4: the line holds a NUL;");
}

static void
files_that_are_none(void **state)
{
	static char folder[] = "/tmp/sw-test-XXXXXX";
	char kept[sizeof(path)];
	struct seen seen = { "", "" };

	(void)state;
	memcpy(kept, path, sizeof(path));
	assert_non_null(mkdtemp(folder));
	memcpy(path, folder, sizeof(path));
	assert_int_equal(sw_settings_read(path, take, complain, &seen),
	    SW_ERR_SYSTEM);
	assert_string_equal(seen.complaints, "0: Is a directory;");
	rmdir(folder);
	seen.complaints[0] = '\0';
	assert_int_equal(sw_settings_read(path, take, complain, &seen),
	    SW_ERR_SYSTEM);
	assert_string_equal(seen.complaints, "0: No such file or directory;");
	memcpy(path, kept, sizeof(path));
}

/* Any bytes: each line is taken, empty, a comment or complained of. */
static void
random_files(void **state)
{
	static const char letters[] = "a= \t#;[]\n\n\r\0:\"\\x";
	uint64_t seed = 14;
	unsigned taken = 0, complained = 0;

	(void)state;
	for (unsigned n = 0; n < 2000; n++) {
		char bytes[400];
		size_t length = random_below(&seed, sizeof(bytes));
		FILE *file = fopen(path, "we");
		struct seen seen = { "", "" };
		enum sw_result result;

		for (size_t i = 0; i < length; i++)
			bytes[i] = letters[random_below(&seed,
			    sizeof(letters) - 1)];
		fwrite(bytes, 1, length, file);
		fclose(file);
		result = sw_settings_read(path, take, complain, &seen);
		assert_int_equal(result, seen.complaints[0] == '\0' ? SW_OK :
		    SW_ERR_INVALID);
		taken += seen.taken[0] != '\0';
		complained += seen.complaints[0] != '\0';
	}
	assert_in_range(taken, 100, 2000);
	assert_in_range(complained, 100, 2000);
}

static void
numbers(void **state)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "+1", "-1", "0x10", "1.0", "1e3", "one", "a1",
		"18446744073709551616", "99999999999999999999999", "4", "11",
		"-18446744073709551611"
	};
	unsigned long value;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (sw_setting_unsigned(bad[i], 5, 10, &value))
			fail_msg("\"%s\" is taken as %lu", bad[i], value);
	}
	assert_true(sw_setting_unsigned("5", 5, 10, &value));
	assert_int_equal(value, 5);
	assert_true(sw_setting_unsigned("0010", 5, 10, &value));
	assert_int_equal(value, 10);
	assert_true(sw_setting_unsigned("18446744073709551615", 0,
	    ~0ul, &value));
	assert_true(value == ~0ul);
	assert_false(sw_setting_unsigned("18446744073709551616", 0, ~0ul,
	    &value));
}

static void
yes_and_no(void **state)
{
	static const char *const bad[] = { "", "Yes", "NO", "true", "1", "yes ",
	    "y", "noo" };
	bool value = false;

	(void)state;
	assert_true(sw_setting_bool("yes", &value));
	assert_true(value);
	assert_true(sw_setting_bool("no", &value));
	assert_false(value);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(sw_setting_bool(bad[i], &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(every_bad_line),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(nul_bytes),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(random_files),
		cmocka_unit_test(numbers),
		cmocka_unit_test(yes_and_no),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
