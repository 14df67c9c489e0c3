/* Numbers, widths, quoting, columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../report/grid.h"
#include "../../report/text.h"

static void
test_numbers(void **state)
{
	char text[SW_NUMBER_MAX];

	(void)state;
	assert_string_equal(sw_text_number(text, 0), "0");
	assert_string_equal(sw_text_number(text, 999), "999");
	assert_string_equal(sw_text_number(text, 1000), "1,000");
	assert_string_equal(sw_text_number(text, 1212359), "1,212,359");
	assert_string_equal(sw_text_number(text, UINT64_MAX),
	    "18,446,744,073,709,551,615");
}

/* The figures of a published table come out as it prints them. */
static void
test_shares(void **state)
{
	char text[SW_NUMBER_MAX];

	(void)state;
	assert_string_equal(sw_text_ratio(text, 1435, 1788, "-"), "80.3%");
	assert_string_equal(sw_text_ratio(text, 3, 1788, "-"), "0.2%");
	assert_string_equal(sw_text_ratio(text, 144, 211, "-"), "68.2%");
	assert_string_equal(sw_text_ratio(text, 0, 5, "-"), "0.0%");
	assert_string_equal(sw_text_ratio(text, 5, 5, "-"), "100.0%");
	assert_string_equal(sw_text_ratio(text, 0, 0, "-"), "-");
	assert_string_equal(sw_text_ratio(text, 1, 2000, "-"), "0.1%");
	assert_string_equal(sw_text_ratio(text, 1, 2001, "-"), "0.0%");
	assert_string_equal(sw_text_ratio(text, 1999, 2000, "-"), "100.0%");
	assert_string_equal(sw_text_share(text, -0.0123), "-1.2%");
	assert_string_equal(sw_text_share(text, -0.0001), "0.0%");
}

static void
test_clean(void **state)
{
	char text[] = "co.jp\x1b[2J\n\xe5\x7f~ ";

	(void)state;
	sw_text_clean(text);
	assert_string_equal(text, "co.jp?[2J???~ ");
}

static void
test_width(void **state)
{
	(void)state;
	assert_int_equal(sw_text_width(""), 0);
	assert_int_equal(sw_text_width("GENERAL"), 7);
	assert_int_equal(sw_text_width("汎用"), 4);
	assert_int_equal(sw_text_width("MXドメイン"), 10);
	assert_int_equal(sw_text_width("地域型・都道府県型"), 18);
}

static char *
csv(const char *const *fields, size_t count)
{
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	assert_non_null(file);
	sw_csv_write(file, fields, count);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void
test_csv(void **state)
{
	static const char *const fields[] = { "plain", "with, comma",
	    "with \"quotes\"", "two\nlines", "cr\r", "", " blank " };
	char *text = csv(fields, 7);

	(void)state;
	assert_string_equal(text, "plain,\"with, comma\","
	    "\"with \"\"quotes\"\"\",\"two\nlines\",\"cr\r\",, blank \n");
	free(text);
}

static void
test_html(void **state)
{
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	(void)state;
	assert_non_null(file);
	sw_html_write(file, "<a href=\"x\">&amp; 汎用");
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text,
	    "&lt;a href=&quot;x&quot;&gt;&amp;amp; 汎用");
	free(text);
}

static char *
print(const struct sw_grid *grid)
{
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	assert_non_null(file);
	assert_int_equal(sw_grid_print(grid, file), SW_OK);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void
test_grid(void **state)
{
	static const char *const cells[] = { "登録型", "MX", "汎用", "7,601" };
	struct sw_grid *grid;
	char *text;

	(void)state;
	assert_int_equal(sw_grid_new(&grid, 2, true), SW_OK);
	sw_grid_cell(grid, cells[0]);
	sw_grid_cell(grid, cells[1]);
	sw_grid_rule(grid);
	sw_grid_cell(grid, cells[2]);
	sw_grid_cell(grid, cells[3]);
	text = print(grid);
	assert_string_equal(text,
	    "登録型     MX\n"
	    "------  -----\n"
	    "汎用    7,601\n");
	free(text);
	sw_grid_free(&grid);
	assert_null(grid);
}

/* Leaning left, no line ends in blanks. */
static void
test_grid_left(void **state)
{
	struct sw_grid *grid;
	char *text;

	(void)state;
	assert_int_equal(sw_grid_new(&grid, 2, false), SW_OK);
	sw_grid_cell(grid, "a");
	sw_grid_cell(grid, "b");
	sw_grid_cell(grid, "long");
	sw_grid_cell(grid, "longer");
	text = print(grid);
	assert_string_equal(text, "a     b\nlong  longer\n");
	free(text);
	sw_grid_free(&grid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_grid),
		cmocka_unit_test(test_grid_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
