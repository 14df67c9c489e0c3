/*
 * Days and months.
 */
#include "support.h"

static void
knows_the_month_of_a_day(void **state)
{
	(void)state;
	assert_int_equal(sw_month_of_day(0), 197001);
	assert_int_equal(sw_month_of_day(30), 197001);
	assert_int_equal(sw_month_of_day(31), 197002);
	assert_int_equal(sw_month_of_day(11016), 200002);	/* the 29th */
	assert_int_equal(sw_month_of_day(11017), 200003);
	assert_int_equal(sw_month_of_day(DAY_1), 202605);
	assert_int_equal(sw_month_of_day(DAY_1 + 1), 202606);
	assert_int_equal(sw_month_of_day(2932896), 999912);
	assert_int_equal(sw_month_of_day(2932897), 0);
	assert_int_equal(sw_month_of_day(UINT32_MAX), 0);
}

static void
goes_through_all_months(void **state)
{
	uint32_t month = 197001, day = 0;

	(void)state;
	while (month != 0) {
		uint32_t first = sw_month_first_day(month);

		assert_int_equal(first, day);
		assert_int_equal(sw_month_of_day(first), month);
		if (day > 0)
			assert_true(sw_month_of_day(first - 1) < month);
		for (day = first; sw_month_of_day(day) == month; day++)
			;
		assert_in_range(day - first, 28, 31);
		month = sw_month_next(month);
	}
	assert_int_equal(day, 2932897);
}

static void
refuses_what_is_no_month(void **state)
{
	static const uint32_t wrong[] = { 0, 1, 196912, 202600, 202613, 202699,
		1000001, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(sw_month_first_day(wrong[i]), 0);
		assert_int_equal(sw_month_next(wrong[i]), 0);
	}
	assert_int_equal(sw_month_next(202611), 202612);
	assert_int_equal(sw_month_next(202612), 202701);
}

static void
reads_months(void **state)
{
	static const char *const wrong[] = { "", "2026", "2026-00", "2026-13",
		"2026-1", "2026-011", "202601", "2026/01", " 2026-01",
		"-026-01", "2026--1", "+026-01", "1969-12", "abcd-ef" };

	(void)state;
	assert_int_equal(sw_month_parse("2026-11"), 202611);
	assert_int_equal(sw_month_parse("1970-01"), 197001);
	assert_int_equal(sw_month_parse("9999-12"), 999912);
	assert_int_equal(sw_month_parse(NULL), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(sw_month_parse(wrong[i]), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_month_of_a_day),
		cmocka_unit_test(goes_through_all_months),
		cmocka_unit_test(refuses_what_is_no_month),
		cmocka_unit_test(reads_months),
	};

	return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
