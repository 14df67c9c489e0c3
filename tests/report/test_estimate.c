/*
 * Estimators against figures that were computed elsewhere: Wilson's from
 * Newcombe (1998), table I, and from the roots of the quadratic equation that
 * defines the interval; Chao2 and the jackknife with exact fractions.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../report/estimate.h"
#include "../random.h"

static bool
near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance;
}

#define assert_interval(got, expected_low, expected_high) do { \
	struct sw_interval interval = (got); \
	assert_true(near(interval.low, expected_low, 1e-12)); \
	assert_true(near(interval.high, expected_high, 1e-12)); \
} while (0)

static void
test_wilson(void **state)
{
	(void)state;
	/* Newcombe: .2553 to .3662, .0624 to .1605, 0 to .1611, .0061 to .1718. */
	assert_interval(sw_wilson_interval(81, 263),
	    0.2552885198782742, 0.3662095769828002);
	assert_interval(sw_wilson_interval(15, 148),
	    0.06238639953073631, 0.16048724172330797);
	assert_interval(sw_wilson_interval(0, 20), 0, 0.1611251580528193);
	assert_interval(sw_wilson_interval(1, 29),
	    0.006113214292762661, 0.17175521879320282);
	assert_interval(sw_wilson_interval(700000, 1212359),
	    0.5765071865798934, 0.5782657853252946);
}

static void
test_wilson_at_the_ends(void **state)
{
	(void)state;
	assert_interval(sw_wilson_interval(20, 20), 0.8388748419471803, 1);
	assert_true(sw_wilson_interval(20, 20).high == 1);
	assert_true(sw_wilson_interval(0, 20).low == 0);
	assert_interval(sw_wilson_interval(0, 0), 0, 1);
	assert_interval(sw_wilson_interval(3, 2), 0, 1);
	assert_true(near(sw_wilson_interval(UINT64_MAX / 2, UINT64_MAX).low,
	    0.5, 1e-9));
	assert_true(near(sw_wilson_interval(UINT64_MAX / 2, UINT64_MAX).high,
	    0.5, 1e-9));
}

static void
test_chao2(void **state)
{
	struct sw_frequencies f = { 97, 25, 9 };

	(void)state;
	assert_true(sw_chao2(&f, 16) == 125.125);
	/* One unit, nothing seen once, or seen once only once: nothing unseen. */
	assert_true(sw_chao2(&f, 1) == 97);
	assert_true(sw_chao2(&f, 0) == 97);
	f = (struct sw_frequencies){ 97, 0, 9 };
	assert_true(sw_chao2(&f, 16) == 97);
	f = (struct sw_frequencies){ 97, 1, 9 };
	assert_true(sw_chao2(&f, 16) == 97);
	/* Nothing seen twice: finite all the same. */
	f = (struct sw_frequencies){ 10, 10, 0 };
	assert_true(near(sw_chao2(&f, 10), 10 + 0.9 * 10 * 9 / 2, 1e-12));
	f = (struct sw_frequencies){ UINT64_MAX, UINT64_MAX, 0 };
	assert_true(isfinite(sw_chao2(&f, UINT64_MAX)));
}

static void
test_coverage_and_shares(void **state)
{
	(void)state;
	assert_true(sw_good_turing_coverage(25, 100) == 0.75);
	assert_true(sw_good_turing_coverage(0, 100) == 1);
	assert_true(sw_good_turing_coverage(100, 100) == 0);
	assert_true(sw_good_turing_coverage(0, 0) == -1);
	assert_true(sw_good_turing_coverage(101, 100) == -1);
	assert_true(sw_share(1, 4) == 0.25);
	assert_true(sw_share(0, 4) == 0);
	assert_true(sw_share(0, 0) == -1);
	assert_true(sw_share(5, 4) == -1);
}

static void
test_certain_bounds(void **state)
{
	struct sw_interval bounds;

	(void)state;
	/* 1000 domains: 200 have it, 300 don't, 500 never seen. */
	assert_true(sw_certain_bounds(200, 300, 1000, &bounds));
	assert_true(bounds.low == 0.2 && bounds.high == 0.7);
	assert_true(sw_certain_bounds(200, 800, 1000, &bounds));
	assert_true(bounds.low == 0.2 && bounds.high == 0.2);
	assert_true(sw_certain_bounds(0, 0, 5, &bounds));
	assert_true(bounds.low == 0 && bounds.high == 1);
	assert_false(sw_certain_bounds(0, 0, 0, &bounds));
	assert_false(sw_certain_bounds(200, 801, 1000, &bounds));
	assert_false(sw_certain_bounds(1001, 0, 1000, &bounds));
	assert_false(sw_certain_bounds(UINT64_MAX, UINT64_MAX, 1000, &bounds));
	assert_true(bounds.low == 0 && bounds.high == 1);
}

static void
test_capture_add(void **state)
{
	struct sw_capture capture = { 0 };
	uint8_t pseudonym[SW_PSEUDONYM_SIZE] = { 0 };
	struct sw_frequencies f;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		pseudonym[SW_PSEUDONYM_SIZE - 1] = (uint8_t)i;
		sw_capture_add(&capture, sw_capture_group(pseudonym),
		    i % 2 == 0, 1 + i % 5);
	}
	/* Each of the 64 groups takes four of the 256. */
	for (unsigned i = 0; i < SW_CAPTURE_GROUPS; i++) {
		uint32_t subjects = 0;

		for (unsigned days = 0; days < SW_CAPTURE_DAYS; days++)
			subjects += capture.subjects[i][0][days] +
			    capture.subjects[i][1][days];
		assert_int_equal(subjects, 4);
	}
	f = sw_capture_frequencies(&capture, true);
	assert_int_equal(f.seen, 128);
	assert_int_equal(f.once, 26);	/* even multiples of 5 up to 255 */
	assert_int_equal(f.twice, 25);	/* 6, 16, ..., 246 */
	f = sw_capture_frequencies(&capture, false);
	assert_int_equal(f.seen, 128);
	assert_int_equal(f.once, 26);
	assert_int_equal(f.twice, 26);
}

static void
set(struct sw_capture *capture, unsigned group, bool present, uint32_t seen,
    uint32_t once, uint32_t twice)
{
	uint32_t *subjects = capture->subjects[group][present];

	subjects[SW_CAPTURE_ONCE] = once;
	subjects[SW_CAPTURE_TWICE] = twice;
	subjects[SW_CAPTURE_MORE] = seen - once - twice;
}

/* The worked example: sums are 1406, 447, 224 and 2238, 896, 352. */
static struct sw_capture
example(void)
{
	struct sw_capture capture = { 0 };

	for (unsigned i = 0; i < SW_CAPTURE_GROUPS; i++) {
		set(&capture, i, true, 20 + i % 5, 6 + i % 3, 3 + i % 2);
		set(&capture, i, false, 30 + i * 7 % 11, 12 + i * 3 % 5,
		    4 + i % 4);
	}
	return capture;
}

static void
test_adjusted(void **state)
{
	struct sw_capture capture = example();
	struct sw_adjusted adjusted = sw_adjusted_share(&capture, 120);
	struct sw_adjusted again = sw_adjusted_share(&capture, 120);

	(void)state;
	assert_int_equal(adjusted.verdict, SW_ADJUSTED_GIVEN);
	assert_true(near(adjusted.present, 1845.3347777777778, 1e-9));
	assert_true(near(adjusted.absent, 3364.398489140699, 1e-9));
	assert_true(near(adjusted.share, 0.35420907045194683, 1e-12));
	assert_interval(adjusted.interval, 0.3472534137208407,
	    0.3612269504718094);
	assert_true(adjusted.share == again.share);
	assert_true(adjusted.interval.low == again.interval.low);
	assert_true(adjusted.interval.high == again.interval.high);
}

/* What is present and what is not may change places: nothing else changes. */
static void
test_adjusted_is_symmetric(void **state)
{
	struct sw_capture capture = example(), turned = example();
	struct sw_adjusted a, b;

	(void)state;
	for (unsigned i = 0; i < SW_CAPTURE_GROUPS; i++) {
		for (unsigned s = 0; s < 2; s++) {
			for (unsigned days = 0; days < SW_CAPTURE_DAYS; days++)
				turned.subjects[i][s][days] =
				    capture.subjects[i][1 - s][days];
		}
	}
	a = sw_adjusted_share(&capture, 120);
	b = sw_adjusted_share(&turned, 120);
	assert_true(near(a.share, 1 - b.share, 1e-12));
	assert_true(near(a.interval.low, 1 - b.interval.high, 1e-12));
	assert_true(near(a.interval.high, 1 - b.interval.low, 1e-12));
}

static void
fill(struct sw_capture *capture, bool present, unsigned seen, unsigned twice)
{
	uint8_t pseudonym[SW_PSEUDONYM_SIZE] = { 0 };

	for (unsigned i = 0; i < seen; i++) {
		pseudonym[SW_PSEUDONYM_SIZE - 1] = (uint8_t)i;
		sw_capture_add(capture, sw_capture_group(pseudonym), present,
		    i < twice ? 2 : 3);
	}
}

static enum sw_adjusted_verdict
verdict(unsigned present, unsigned present_twice, unsigned absent,
    unsigned absent_twice)
{
	struct sw_capture capture = { 0 };

	fill(&capture, true, present, present_twice);
	fill(&capture, false, absent, absent_twice);
	return sw_adjusted_share(&capture, 30).verdict;
}

static void
test_adjusted_withheld(void **state)
{
	struct sw_capture none = { 0 };
	struct sw_adjusted adjusted = sw_adjusted_share(&none, 30);

	(void)state;
	assert_int_equal(adjusted.verdict, SW_ADJUSTED_FEW_SEEN);
	assert_true(adjusted.share == 0 && adjusted.interval.high == 0);
	assert_int_equal(verdict(100, 50, 99, 50), SW_ADJUSTED_FEW_SEEN);
	assert_int_equal(verdict(100, 50, 100, 50), SW_ADJUSTED_GIVEN);
	assert_int_equal(verdict(1000, 29, 1000, 30), SW_ADJUSTED_FEW_TWICE);
	assert_int_equal(verdict(1000, 30, 1000, 29), SW_ADJUSTED_FEW_TWICE);
	assert_int_equal(verdict(1000, 30, 1000, 30), SW_ADJUSTED_GIVEN);
	assert_int_equal(verdict(1000, 100, 0, 0), SW_ADJUSTED_FEW_TWICE);
}

/* Whoever chose the pseudonyms put a whole state into one group. */
static void
test_adjusted_uneven(void **state)
{
	struct sw_capture capture = { 0 };
	uint8_t pseudonym[SW_PSEUDONYM_SIZE] = { 0 };

	(void)state;
	fill(&capture, false, 1000, 500);
	for (unsigned i = 0; i < 40; i++)
		sw_capture_add(&capture, sw_capture_group(pseudonym), true, 2);
	assert_int_equal(sw_adjusted_share(&capture, 30).verdict,
	    SW_ADJUSTED_UNEVEN);
}

/* Whatever the counts: a share, and an interval around it. */
static void
test_adjusted_anything(void **state)
{
	uint64_t random = 0x5eed;
	unsigned given = 0;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		unsigned scale = 1 + random_below(&random, 1000);
		struct sw_capture capture;
		struct sw_adjusted a;

		for (unsigned i = 0; i < SW_CAPTURE_GROUPS; i++) {
			for (unsigned s = 0; s < 2; s++) {
				uint32_t once = random_below(&random, scale);
				uint32_t twice = random_below(&random, scale);

				set(&capture, i, s, once + twice +
				    random_below(&random, scale), once, twice);
			}
		}
		a = sw_adjusted_share(&capture,
		    1 + random_below(&random, 1000));
		if (a.verdict != SW_ADJUSTED_GIVEN)
			continue;
		given++;
		assert_true(a.share > 0 && a.share < 1);
		assert_true(a.interval.low > 0 && a.interval.high < 1);
		assert_true(a.interval.low < a.share);
		assert_true(a.interval.high > a.share);
	}
	assert_true(given > 1000);
}

static void
test_verdict_codes(void **state)
{
	(void)state;
	assert_string_equal(sw_adjusted_verdict_code(SW_ADJUSTED_GIVEN),
	    "given");
	assert_string_equal(sw_adjusted_verdict_code(SW_ADJUSTED_UNEVEN),
	    "uneven");
	assert_string_equal(sw_adjusted_verdict_code(
	    (enum sw_adjusted_verdict)77), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wilson),
		cmocka_unit_test(test_wilson_at_the_ends),
		cmocka_unit_test(test_chao2),
		cmocka_unit_test(test_coverage_and_shares),
		cmocka_unit_test(test_certain_bounds),
		cmocka_unit_test(test_capture_add),
		cmocka_unit_test(test_adjusted),
		cmocka_unit_test(test_adjusted_is_symmetric),
		cmocka_unit_test(test_adjusted_withheld),
		cmocka_unit_test(test_adjusted_uneven),
		cmocka_unit_test(test_adjusted_anything),
		cmocka_unit_test(test_verdict_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
