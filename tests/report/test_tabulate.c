/* From subjects to the rows of the table, and what may be shown of them. */
#include "population.h"

#include <string.h>

#include "../../report/tabulate.h"

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

/* Fill a table of one block in. */
static enum sw_result
fill_in(struct sw_table *table, const struct kind *kinds, size_t count,
    const struct sw_rows_options *options)
{
	struct sw_scheme *scheme = sw_scheme_adoption();
	struct sw_group groups[16];
	struct sw_block *block;
	struct sw_tally *tally;
	enum sw_result result;

	assert_non_null(scheme);
	for (size_t i = 0; i < count; i++)
		groups[i] = (struct sw_group){ kinds[i].suffix,
		    kinds[i].registry, kinds[i].type };
	result = sw_tabulate_begin(table, options, groups, count, reason,
	    sizeof(reason));
	if (result != SW_OK)
		goto out;
	assert_int_equal(sw_tabulate_columns(table, scheme), SW_OK);
	block = sw_table_add_block(table, 202611, 202611);
	assert_non_null(block);
	assert_int_equal(sw_tally_new(&tally, scheme, table->by, NULL, 1), SW_OK);
	for (size_t i = 0; i < count; i++) {
		struct sw_store_subject subject = make_subject(&kinds[i]);

		subject.place = (uint32_t)i;
		for (unsigned k = 0; k < kinds[i].count; k++)
			assert_int_equal(sw_tally_visit(tally, &subject), SW_OK);
	}
	assert_int_equal(sw_tally_sort(tally), SW_OK);
	result = sw_tabulate(table, block, scheme, tally, 0, options);
	sw_tally_free(&tally);
out:
	sw_scheme_free(&scheme);
	return result;
}

/* The table of these subjects, or NULL with the result. */
static struct sw_table *
tabulate(const struct kind *kinds, size_t count,
    const struct sw_rows_options *options, enum sw_result *result)
{
	struct sw_rows_options wanted = *options;
	struct sw_table *table;

	wanted.registries = &registries;
	assert_int_equal(sw_table_new(&table, "adoption"), SW_OK);
	*result = fill_in(table, kinds, count, &wanted);
	if (*result != SW_OK)
		sw_table_free(&table);
	return table;
}

static uint64_t
domains_of(const struct sw_table *table, const struct sw_row *row)
{
	return sw_table_cell(table, row, "domains")->count;
}

/* "AD 1, CO 2; 3": rows with their domains, and the total. */
static void
assert_rows(const struct sw_table *table, const char *expected)
{
	const struct sw_block *block = table->blocks;
	char text[1024] = "", one[128];
	uint64_t sum = 0, total = 0;

	for (size_t i = 0; i < block->row_count; i++) {
		const struct sw_row *row = &block->rows[i];

		if (row->kind == SW_ROW_TOTAL) {
			total = domains_of(table, row);
			continue;
		}
		snprintf(one, sizeof(one), "%s%s %lu", i > 0 ? ", " : "",
		    row->name, (unsigned long)domains_of(table, row));
		strcat(text, one);
		sum += domains_of(table, row);
	}
	snprintf(one, sizeof(one), "; %lu", (unsigned long)total);
	strcat(text, one);
	assert_string_equal(text, expected);
	assert_int_equal(sum, total);
}

static void
check(const struct kind *kinds, size_t count,
    const struct sw_rows_options *options, const char *expected)
{
	enum sw_result result;
	struct sw_table *table = tabulate(kinds, count, options, &result);

	if (result != SW_OK)
		fail_msg("%s", reason);
	assert_rows(table, expected);
	sw_table_free(&table);
	assert_null(table);
}

static const struct sw_rows_options by_type = { .by = SW_BY_TYPE,
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
	struct sw_table *table = tabulate(kinds, LENGTH(kinds), &by_type,
	    &result);

	(void)state;
	assert_int_equal(result, SW_OK);
	assert_rows(table, "AD 0, AC 0, CO 3, ED 0, GO 0, GR 0, LG 1, NE 0, "
	    "OR 0, REGIONAL 9, GENERAL 9; 22");
	assert_int_equal(table->blocks->outside, 7);
	assert_string_equal(table->tld, "jp");
	assert_int_equal(table->min_cell, 0);
	sw_table_free(&table);
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
	    "GR 0, LG 0, NE 0, OR 0, REGIONAL 0, GENERAL 0, (none) 3, "
	    "NEW 2; 6");
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
	};
	const struct sw_rows_options chosen = { .by = SW_BY_TYPE,
	    .registry = "zz", .min_cell = -1 };
	enum sw_result result;
	struct sw_table *table = tabulate(kinds, LENGTH(kinds), &by_type,
	    &result);

	(void)state;
	assert_null(table);
	assert_int_equal(result, SW_ERR_INVALID);
	assert_non_null(strstr(reason, "jp"));
	assert_non_null(strstr(reason, "zz"));
	assert_non_null(strstr(reason, "--registry"));
	check(kinds, LENGTH(kinds), &chosen, "CO 4; 4");
}

static void
test_unheard_registry(void **state)
{
	static const struct kind kinds[] = {
		{ "co.jp", "jp", "CO", "PPP", 3 },
	};
	const struct sw_rows_options chosen = { .by = SW_BY_TYPE,
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
	struct sw_table *table = tabulate(kinds, LENGTH(kinds), &by_type,
	    &result);

	(void)state;
	assert_int_equal(result, SW_OK);
	assert_int_equal(table->by, SW_BY_SUFFIX);
	assert_int_equal(table->min_cell, 20);
	assert_rows(table, "com 40, org 30; 70");
	sw_table_free(&table);
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
	const struct sw_rows_options all = { .by = SW_BY_SUFFIX };
	const struct sw_rows_options only_jp = { .by = SW_BY_SUFFIX,
	    .registry = "jp" };

	(void)state;
	check(kinds, LENGTH(kinds), &all, "co.jp 4, com 3, jp 3; 10");
	check(kinds, LENGTH(kinds), &only_jp, "co.jp 4, jp 3; 7");
}

/*
 * Suffixes of a registry type sum up to the type, which is public: two of the
 * same type must be merged, or the type minus the others gives one back.
 */
static void
test_suppression_within_a_type(void **state)
{
	static const struct kind kinds[] = {
		{ "a.tokyo.jp", "jp", "GEOGRAPHIC", "PPP", 3 },
		{ "b.tokyo.jp", "jp", "GEOGRAPHIC", "PPP", 90 },
		{ "tokyo.jp", "jp", "PREFECTURE", "PPP", 80 },
		{ "com", "", "", "PPP", 19 },
		{ "co.jp", "jp", "CO", "PPP", 70 },
	};
	const struct sw_rows_options options = { .by = SW_BY_SUFFIX,
	    .min_cell = -1 };

	(void)state;
	/* And "com" would be the total minus all types. */
	check(kinds, LENGTH(kinds), &options, "b.tokyo.jp 90, co.jp 70, "
	    "(fewer than 20) 83; 243");
}

/* Sizes of rows "a", "b", ... under a limit of 20, and what is shown. */
static void
check_suppression(const unsigned *sizes, size_t count, const char *expected)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	const struct sw_rows_options options = { .by = SW_BY_SUFFIX,
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
	const struct sw_rows_options options = { .by = SW_BY_SUFFIX,
	    .min_cell = 20 };
	enum sw_result result;
	struct sw_table *table;

	(void)state;
	for (size_t i = 1; i <= 2; i++) {
		table = tabulate(kinds, i, &options, &result);
		assert_int_equal(result, SW_OK);
		assert_true(table->blocks->withheld);
		assert_rows(table, "; 0");
		assert_int_equal(table->blocks->row_count, 0);
		sw_table_free(&table);
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
	const struct sw_rows_options asked = { .by = SW_BY_TYPE,
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
	const struct sw_rows_options all = { .by = SW_BY_SUFFIX };

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
		cmocka_unit_test(test_suppression_within_a_type),
		cmocka_unit_test(test_too_few_in_all),
		cmocka_unit_test(test_suppressed_types),
		cmocka_unit_test(test_hostile_text),
	};

	return cmocka_run_group_tests(tests, load_registries, free_registries);
}
