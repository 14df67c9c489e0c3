/* What counts as what, and what is left out. */
#include "population.h"

#include <string.h>

#include "../../report/counts.h"

static struct sw_counts
count(const char *states)
{
	struct kind kind = { "jp", "jp", "GENERAL", states, 1 };
	struct sw_store_subject subject = make_subject(&kind);
	struct sw_counts counts = { 0 };

	sw_counts_subject(&counts, &subject);
	return counts;
}

/* Compare all fields, so that nothing is counted beside what is meant. */
#define assert_counts(states, ...) do { \
	struct sw_counts got = count(states); \
	struct sw_counts expected = { __VA_ARGS__ }; \
	assert_memory_equal(&got, &expected, sizeof(got)); \
} while (0)

static void
test_mx_domain(void **state)
{
	(void)state;
	assert_counts("PPP", .domains = 1, .mx_known = 1, .mx = 1,
	    .spf = { .known = 1, .present = 1 },
	    .dmarc = { .known = 1, .present = 1 });
	assert_counts("PAI", .domains = 1, .mx_known = 1, .mx = 1,
	    .spf = { .known = 1, .absent = 1 },
	    .dmarc = { .known = 1, .invalid = 1 });
}

static void
test_unknown_is_not_absent(void **state)
{
	(void)state;
	assert_counts("P--", .domains = 1, .mx_known = 1, .mx = 1);
	assert_counts("-PP", .domains = 1);
	assert_counts("--A", .domains = 1);
}

static void
test_null_mx_apart(void **state)
{
	(void)state;
	assert_counts("NPP", .domains = 1, .mx_known = 1, .null_mx = 1);
}

static void
test_no_mx(void **state)
{
	(void)state;
	assert_counts("APP", .domains = 1, .mx_known = 1, .mx_absent = 1);
	assert_counts("IPP", .domains = 1, .mx_known = 1, .mx_invalid = 1);
}

static void
test_nonexistent(void **state)
{
	(void)state;
	assert_counts("XXX", .domains = 0);
	assert_counts("---", .domains = 0);
	/* It existed for one lookup: it counts, and the rest is not known. */
	assert_counts("PXX", .domains = 1, .mx_known = 1, .mx = 1);
	assert_counts("XP-", .domains = 1);
}

/* A newer sender's outcome says nothing that this program could count. */
static void
test_newer_outcome(void **state)
{
	struct kind kind = { "jp", "jp", "GENERAL", "PPP", 1 };
	struct sw_store_subject subject = make_subject(&kind);
	struct sw_counts counts = { 0 };

	(void)state;
	subject.states[SW_MECHANISM_SPF].outcome = 200;
	sw_counts_subject(&counts, &subject);
	assert_int_equal(counts.mx, 1);
	assert_int_equal(counts.spf.known, 0);
	assert_int_equal(counts.dmarc.known, 1);
}

/* An MX whose kind an older sender did not state is an MX. */
static void
test_mx_without_kind(void **state)
{
	struct kind kind = { "jp", "jp", "GENERAL", "NPP", 1 };
	struct sw_store_subject subject = make_subject(&kind);
	struct sw_counts counts = { 0 };

	(void)state;
	assert_true(sw_subject_has_null_mx(&subject));
	subject.states[SW_MECHANISM_MX].features = 0;
	assert_false(sw_subject_has_null_mx(&subject));
	sw_counts_subject(&counts, &subject);
	assert_int_equal(counts.mx, 1);
	assert_int_equal(counts.null_mx, 0);
}

static void
test_other_mechanisms_prove_existence(void **state)
{
	struct sw_store_subject subject = { .group = { "jp", "jp", "GENERAL" } };
	struct sw_counts counts = { 0 };

	(void)state;
	subject.states[SW_MECHANISM_BIMI].known = true;
	subject.states[SW_MECHANISM_BIMI].outcome = SW_OUTCOME_ABSENT;
	sw_counts_subject(&counts, &subject);
	assert_int_equal(counts.domains, 1);
	assert_int_equal(counts.mx_known, 0);
}

static void
test_add(void **state)
{
	struct sw_counts sum = { 0 }, one;

	(void)state;
	memset(&one, 0, sizeof(one));
	/* A different number in every field. */
	for (size_t i = 0; i < sizeof(one) / sizeof(uint64_t); i++)
		((uint64_t *)&one)[i] = i + 1;
	sw_counts_add(&sum, &one);
	assert_memory_equal(&sum, &one, sizeof(sum));
	sw_counts_add(&sum, &one);
	for (size_t i = 0; i < sizeof(one) / sizeof(uint64_t); i++)
		assert_int_equal(((uint64_t *)&sum)[i], 2 * (i + 1));
}

/* Scripts rely on these names in this order. */
static void
test_columns(void **state)
{
	static const char *const first[] = { "domains", "mx", "spf_known",
	    "spf", "dmarc_known", "dmarc" };
	struct sw_counts counts = { .domains = 9, .mx = 8,
	    .spf = { .known = 7, .present = 6 },
	    .dmarc = { .known = 5, .present = 4 } };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(sw_counts_columns[i].name, first[i]);
		assert_int_equal(sw_counts_value(&counts, i), 9 - i);
	}
	/* Every field has a column. */
	assert_int_equal(sw_counts_column_count,
	    sizeof(counts) / sizeof(uint64_t));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mx_domain),
		cmocka_unit_test(test_unknown_is_not_absent),
		cmocka_unit_test(test_null_mx_apart),
		cmocka_unit_test(test_no_mx),
		cmocka_unit_test(test_nonexistent),
		cmocka_unit_test(test_newer_outcome),
		cmocka_unit_test(test_mx_without_kind),
		cmocka_unit_test(test_other_mechanisms_prove_existence),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
