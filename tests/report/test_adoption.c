/* From subjects to the rows of the table, and what may be shown of them. */
#include "population.h"

#include <string.h>

#include "../../report/adoption.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct sw_registries registries;
static char reason[256];

static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	(void)argument;
	fail_msg("%s, line %u: %s", path, line, text);
}

static int
load_registries(void **state)
{
	(void)state;
	return sw_registries_load(&registries, NULL, complain, NULL);
}

static int
free_registries(void **state)
{
	(void)state;
	sw_registries_fini(&registries);
	return 0;
}

/* The table of these subjects, or NULL with the result. */
static struct sw_adoption *
tabulate(const struct kind *kinds, size_t count,
    const struct sw_adoption_options *options, enum sw_result *result)
{
	struct sw_adoption_options wanted = *options;
	struct sw_adoption *adoption;
	struct sw_tally *tally;

	wanted.month = 202611;
	wanted.registries = &registries;
	assert_int_equal(sw_tally_new(&tally), SW_OK);
	for (size_t i = 0; i < count; i++) {
		struct sw_store_subject subject = make_subject(&kinds[i]);

		for (unsigned k = 0; k < kinds[i].count; k++)
			assert_int_equal(sw_tally_visit(tally, &subject), SW_OK);
	}
	sw_tally_sort(tally);
	*result = sw_adoption_new(&adoption, tally, &wanted, reason,
	    sizeof(reason));
	sw_tally_free(&tally);
	return adoption;
}

/* "AD 1, CO 2; 3": rows with their domains, and the total. */
static void
assert_rows(const struct sw_adoption *adoption, const char *expected)
{
	char text[1024] = "", one[128];
	uint64_t sum = 0;

	for (size_t i = 0; i < adoption->count; i++) {
		snprintf(one, sizeof(one), "%s%s %lu", i > 0 ? ", " : "",
		    adoption->rows[i].name,
		    (unsigned long)adoption->rows[i].counts.domains);
		strcat(text, one);
		sum += adoption->rows[i].counts.domains;
	}
	snprintf(one, sizeof(one), "; %lu",
	    (unsigned long)adoption->total.domains);
	strcat(text, one);
	assert_string_equal(text, expected);
	assert_int_equal(sum, adoption->total.domains);
}

static void
check(const struct kind *kinds, size_t count,
    const struct sw_adoption_options *options, const char *expected)
{
	enum sw_result result;
	struct sw_adoption *adoption = tabulate(kinds, count, options, &result);

	if (result != SW_OK)
		fail_msg("%s", reason);
	assert_rows(adoption, expected);
	sw_adoption_free(&adoption);
	assert_null(adoption);
}

static const struct sw_adoption_options by_type = { .by = SW_BY_TYPE,
    .min_cell = -1 };

static void
test_types(void **state)
{
	static const struct kind kinds[] = {
		{ "co.jp", "jp", "CO", "PPP", 3 },
		{ "lg.jp", "jp", "LG", "PPP", 1 },
		{ "jp", "jp", "GENERAL", "PPP", 4 },
		{ "jp", "jp", "GENERAL_IDN", "A--", 5 },
		{ "jp", "jp", "GEOGRAPHIC", "P--", 1 },
		{ "tokyo.jp", "jp", "PREFECTURE", "P--", 2 },
		{ "chuo.tokyo.jp", "jp", "GEOGRAPHIC", "P--", 6 },
		{ "ad.jp", "jp", "AD", "XXX", 2 },
		{ "com", "", "", "PPP", 7 },
	};
	enum sw_result result;
	struct sw_adoption *adoption = tabulate(kinds, LENGTH(kinds), &by_type,
	    &result);

	(void)state;
	assert_int_equal(result, SW_OK);
	assert_rows(adoption, "AD 0, AC 0, CO 3, ED 0, GO 0, GR 0, LG 1, NE 0, "
	    "OR 0, REGIONAL 9, GENERAL 9; 22");
	assert_int_equal(adoption->outside, 7);
	assert_string_equal(adoption->tld, "jp");
	assert_int_equal(adoption->min_cell, 0);
	sw_adoption_free(&adoption);
}

/* Nothing was seen: the rows are there all the same. */
static void
test_empty(void **state)
{
	(void)state;
	check(NULL, 0, &by_type, "AD 0, AC 0, CO 0, ED 0, GO 0, GR 0, LG 0, "
	    "NE 0, OR 0, REGIONAL 0, GENERAL 0; 0");
}

/* A type that our table lacks must not vanish from the total. */
static void
test_unknown_type(void **state)
{
	static const struct kind kinds[] = {
		{ "co.jp", "jp", "CO", "PPP", 1 },
		{ "new.jp", "jp", "NEW", "PPP", 2 },
		{ "odd.jp", "jp", "", "PPP", 3 },
	};

	(void)state;
	check(kinds, LENGTH(kinds), &by_type, "AD 0, AC 0, CO 1, ED 0, GO 0, "
	    "GR 0, LG 0, NE 0, OR 0, REGIONAL 0, GENERAL 0, NEW 2, "
	    "(none) 3; 6");
}

static void
test_registry_without_table(void **state)
{
	static const struct kind kinds[] = {
		{ "b.zz", "zz", "BB", "PPP", 1 },
		{ "a.zz", "zz", "AA", "PPP", 2 },
	};

	(void)state;
	check(kinds, LENGTH(kinds), &by_type, "AA 2, BB 1; 3");
}

static void
test_several_registries(void **state)
{
	static const struct kind kinds[] = {
		{ "co.jp", "jp", "CO", "PPP", 3 },
		{ "co.zz", "zz", "CO", "PPP", 4 },
		{ "yy", "yy", "GONE", "XXX", 4 },
	};
	const struct sw_adoption_options chosen = { .by = SW_BY_TYPE,
	    .registry = "zz", .min_cell = -1 };
	enum sw_result result;
	struct sw_adoption *adoption = tabulate(kinds, LENGTH(kinds), &by_type,
	    &result);

	(void)state;
	assert_null(adoption);
	assert_int_equal(result, SW_ERR_INVALID);
	assert_non_null(strstr(reason, "jp"));
	assert_non_null(strstr(reason, "zz"));
	assert_non_null(strstr(reason, "--registry"));
	check(kinds, LENGTH(kinds), &chosen, "CO 4; 4");
	/* A registry whose only domains don't exist is no choice. */
	check(&kinds[1], 2, &by_type, "CO 4; 4");
}

static void
test_unheard_registry(void **state)
{
	static const struct kind kinds[] = {
		{ "co.jp", "jp", "CO", "PPP", 3 },
	};
	const struct sw_adoption_options chosen = { .by = SW_BY_TYPE,
	    .registry = "jpp", .min_cell = -1 };
	enum sw_result result;

	(void)state;
	assert_null(tabulate(kinds, LENGTH(kinds), &chosen, &result));
	assert_int_equal(result, SW_ERR_INVALID);
	assert_non_null(strstr(reason, "jpp"));
}

/* No types at all: rows by suffix, and with their suppression. */
static void
test_fall_back_to_suffix(void **state)
{
	static const struct kind kinds[] = {
		{ "org", "", "", "PPP", 30 },
		{ "com", "", "", "PPP", 40 },
	};
	enum sw_result result;
	struct sw_adoption *adoption = tabulate(kinds, LENGTH(kinds), &by_type,
	    &result);

	(void)state;
	assert_int_equal(result, SW_OK);
	assert_int_equal(adoption->by, SW_BY_SUFFIX);
	assert_int_equal(adoption->min_cell, 20);
	assert_rows(adoption, "com 40, org 30; 70");
	sw_adoption_free(&adoption);
}

static void
test_suffixes(void **state)
{
	static const struct kind kinds[] = {
		{ "jp", "jp", "GENERAL", "PPP", 1 },
		{ "jp", "jp", "GEOGRAPHIC", "PPP", 2 },
		{ "com", "", "", "PPP", 3 },
		{ "co.jp", "jp", "CO", "PPP", 4 },
		{ "gone", "", "", "XXX", 4 },
	};
	const struct sw_adoption_options all = { .by = SW_BY_SUFFIX };
	const struct sw_adoption_options only_jp = { .by = SW_BY_SUFFIX,
	    .registry = "jp" };

	(void)state;
	check(kinds, LENGTH(kinds), &all, "co.jp 4, com 3, jp 3; 10");
	check(kinds, LENGTH(kinds), &only_jp, "co.jp 4, jp 3; 7");
}

/* Sizes of rows "a", "b", ... under a limit of 20, and what is shown. */
static void
check_suppression(const unsigned *sizes, size_t count, const char *expected)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	const struct sw_adoption_options options = { .by = SW_BY_SUFFIX,
	    .min_cell = -1 };
	struct kind kinds[5];

	for (size_t i = 0; i < count; i++)
		kinds[i] = (struct kind){ names[i], "", "", "PPP", sizes[i] };
	check(kinds, count, &options, expected);
}

static void
test_suppression(void **state)
{
	(void)state;
	check_suppression((unsigned[]){ 20, 30 }, 2, "a 20, b 30; 50");
	check_suppression((unsigned[]){ 50, 19, 3, 70 }, 4,
	    "a 50, d 70, (fewer than 20) 22; 142");
	/* One small row alone would be the total minus the rest. */
	check_suppression((unsigned[]){ 50, 19, 60, 70 }, 4,
	    "c 60, d 70, (fewer than 20) 69; 199");
	/* Two that are too small together need a third. */
	check_suppression((unsigned[]){ 50, 4, 3, 70 }, 4,
	    "d 70, (fewer than 20) 57; 127");
	/* Of equals the first by name. */
	check_suppression((unsigned[]){ 50, 50, 3, 50 }, 4,
	    "b 50, d 50, (fewer than 20) 53; 153");
	check_suppression((unsigned[]){ 50, 3 }, 2, "(fewer than 20) 53; 53");
}

static void
test_too_few_in_all(void **state)
{
	static const struct kind kinds[] = {
		{ "com", "", "", "PPP", 12 },
		{ "org", "", "", "PPP", 7 },
	};
	const struct sw_adoption_options options = { .by = SW_BY_SUFFIX,
	    .min_cell = 20 };
	enum sw_result result;
	struct sw_adoption *adoption;

	(void)state;
	for (size_t i = 1; i <= 2; i++) {
		adoption = tabulate(kinds, i, &options, &result);
		assert_int_equal(result, SW_OK);
		assert_true(adoption->withheld);
		assert_rows(adoption, "; 0");
		assert_int_equal(adoption->total.mx, 0);
		sw_adoption_free(&adoption);
	}
}

/* Types are public groups, and suppressed only on demand; zeros stay. */
static void
test_suppressed_types(void **state)
{
	static const struct kind kinds[] = {
		{ "ad.jp", "jp", "AD", "PPP", 2 },
		{ "co.jp", "jp", "CO", "PPP", 90 },
		{ "go.jp", "jp", "GO", "PPP", 30 },
	};
	const struct sw_adoption_options asked = { .by = SW_BY_TYPE,
	    .min_cell = 20 };

	(void)state;
	check(kinds, LENGTH(kinds), &by_type, "AD 2, AC 0, CO 90, ED 0, GO 30, "
	    "GR 0, LG 0, NE 0, OR 0, REGIONAL 0, GENERAL 0; 122");
	check(kinds, LENGTH(kinds), &asked, "AC 0, CO 90, ED 0, GR 0, LG 0, "
	    "NE 0, OR 0, REGIONAL 0, GENERAL 0, (fewer than 20) 32; 122");
}

/* Text from the database reaches no terminal as it is. */
static void
test_hostile_text(void **state)
{
	static const struct kind kinds[] = {
		{ "\x1b[31m\xff", "", "", "PPP", 30 },
	};
	const struct sw_adoption_options all = { .by = SW_BY_SUFFIX };

	(void)state;
	check(kinds, LENGTH(kinds), &all, "?[31m? 30; 30");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_unknown_type),
		cmocka_unit_test(test_registry_without_table),
		cmocka_unit_test(test_several_registries),
		cmocka_unit_test(test_unheard_registry),
		cmocka_unit_test(test_fall_back_to_suffix),
		cmocka_unit_test(test_suffixes),
		cmocka_unit_test(test_suppression),
		cmocka_unit_test(test_too_few_in_all),
		cmocka_unit_test(test_suppressed_types),
		cmocka_unit_test(test_hostile_text),
	};

	return cmocka_run_group_tests(tests, load_registries, free_registries);
}
