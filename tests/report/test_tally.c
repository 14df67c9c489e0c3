/*
 * Counting in runs, by classes that were met before, gives what counting one
 * subject after the other gives.
 */
#include "population.h"

#include <string.h>

#include "../../report/tally.h"
#include "../random.h"

#define SUBJECTS (3 * SW_CLASSES_MAX)
#define PLACES 3
#define MONTHS 4

static const struct sw_group groups[PLACES] = {
	{ "co.jp", "jp", "CO" }, { "jp", "jp", "GENERAL" }, { "com", "", "" }
};

/* Anything: also outcomes and features of newer senders. */
static struct sw_store_subject
random_subject(uint64_t *random)
{
	struct sw_store_subject subject = {
		.place = random_below(random, PLACES)
	};

	random_bytes(random, subject.pseudonym, SW_PSEUDONYM_SIZE);
	subject.group = groups[subject.place];
	for (unsigned i = 1; i < SW_MECHANISM_COUNT; i++) {
		struct sw_store_state *state = &subject.states[i];

		state->known = random_below(random, 4) != 0;
		state->outcome = (uint8_t)(1 + random_below(random, 5));
		state->dnssec = (uint8_t)random_below(random, 8);
		state->seen = (uint8_t)random_below(random, 4);
		for (unsigned slot = 0; slot < SW_FEATURE_SLOTS; slot++)
			state->features = sw_features_set(state->features,
			    slot, (uint8_t)random_below(random, 6));
	}
	return subject;
}

static void
assert_same(const struct sw_scheme *scheme, const struct sw_figures *a,
    const struct sw_figures *b)
{
	assert_memory_equal(a->counts, b->counts,
	    scheme->atom_count * sizeof(uint64_t));
	for (size_t i = 0; i < scheme->share_count; i++) {
		struct sw_capture left, right;

		sw_figures_capture(a, scheme, i, &left);
		sw_figures_capture(b, scheme, i, &right);
		assert_memory_equal(&left, &right, sizeof(left));
	}
}

/* A tally of several months holds what was counted of each alone. */
static void
assert_tally_is(const struct sw_tally *tally, const struct sw_scheme *scheme,
    const struct sw_figures alone[PLACES][MONTHS])
{
	assert_int_equal(sw_tally_cell_count(tally), PLACES);
	for (size_t i = 0; i < PLACES; i++) {
		const struct sw_tally_cell *cell = sw_tally_cell(tally, i);
		size_t place = 0;

		while (strcmp(cell->suffix, groups[place].suffix) != 0)
			place++;
		for (size_t month = 0; month < MONTHS; month++)
			assert_same(scheme, &cell->figures[month],
			    &alone[place][month]);
	}
}

static void
assert_counts_alike(struct sw_scheme *scheme, uint64_t random)
{
	struct sw_figures alone[PLACES][MONTHS];
	struct sw_figures *each = &alone[0][0];
	struct sw_tally *tally;

	assert_non_null(scheme);
	for (size_t i = 0; i < PLACES * MONTHS; i++)
		assert_int_equal(sw_figures_init(&each[i], scheme), SW_OK);
	assert_int_equal(sw_tally_new(&tally, scheme, SW_BY_SUFFIX, NULL,
	    MONTHS), SW_OK);
	for (size_t i = 0; i < SUBJECTS; i++) {
		struct sw_store_subject subject = random_subject(&random);
		size_t month = random_below(&random, MONTHS);

		assert_int_equal(sw_tally_add(tally, &subject, month,
		    subject.states), SW_OK);
		count_subject(&alone[subject.place][month], scheme, &subject);
	}
	assert_int_equal(sw_tally_sort(tally), SW_OK);
	assert_tally_is(tally, scheme, alone);
	sw_tally_free(&tally);
	for (size_t i = 0; i < PLACES * MONTHS; i++)
		sw_figures_fini(&each[i]);
	sw_scheme_free(&scheme);
}

/* The captures of a class's shares, beside the estimators' own counting. */
static void
assert_captured(const struct sw_figures *figures,
    const struct sw_scheme *scheme, const struct sw_class *class,
    const struct sw_capture *expected)
{
	struct sw_capture capture;
	size_t compared = 0;

	for (size_t i = 0; i < class->share_count; i++) {
		const struct sw_class_share *in = &class->shares[i];

		if (!in->whole || scheme->shares[in->share].mechanism == 0)
			continue;
		sw_figures_capture(figures, scheme, in->share, &capture);
		assert_memory_equal(&capture, expected, sizeof(capture));
		compared++;
	}
	assert_true(compared > 0);
}

/* Counts that do not fit in an octet, nor in two. */
static void
test_counts_many(void **state)
{
	struct sw_scheme *scheme = sw_scheme_adoption();
	struct sw_capture expected = { 0 };
	struct sw_figures figures, sum;
	struct sw_class class;

	(void)state;
	assert_non_null(scheme);
	assert_int_equal(sw_figures_init(&figures, scheme), SW_OK);
	assert_int_equal(sw_figures_init(&sum, scheme), SW_OK);
	for (unsigned i = 0; i < 70000; i++) {
		/* SPF alone, so that all shares count the same. */
		struct sw_store_subject subject = { 0 };
		struct sw_store_state *spf =
		    &subject.states[SW_MECHANISM_SPF];
		struct sw_sighted sighted;

		*spf = (struct sw_store_state){ .known = true,
		    .outcome = SW_OUTCOME_PRESENT,
		    .seen = (uint8_t)(1 + (i % 100 == 0)) };
		subject.pseudonym[SW_PSEUDONYM_SIZE - 1] = i % 300 == 7;
		sw_classify(scheme, subject.states, &class);
		sw_sighted_of(&subject, subject.states, &sighted);
		assert_int_equal(sw_figures_count(&figures, scheme, &class,
		    &sighted), SW_OK);
		sw_capture_add(&expected, sw_capture_group(subject.pseudonym),
		    true, spf->seen);
	}
	assert_captured(&figures, scheme, &class, &expected);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(sw_figures_add(&sum, scheme, &figures), SW_OK);
	for (unsigned i = 0; i < SW_CAPTURE_GROUPS; i++) {
		for (unsigned k = 0; k < SW_CAPTURE_DAYS; k++)
			expected.subjects[i][1][k] *= 3;
	}
	assert_captured(&sum, scheme, &class, &expected);
	sw_figures_fini(&figures);
	sw_figures_fini(&sum);
	sw_scheme_free(&scheme);
}

static void
test_counts_in_runs(void **state)
{
	(void)state;
	assert_counts_alike(sw_scheme_adoption(), 1);
	assert_counts_alike(sw_scheme_policy(), 2);
	assert_counts_alike(sw_scheme_quality(), 3);
}

/* There are more classes than the table takes. */
static void
test_forgets_classes(void **state)
{
	struct sw_scheme *scheme = sw_scheme_policy();
	struct sw_classes *classes;
	uint64_t random = 4;

	(void)state;
	assert_non_null(scheme);
	classes = sw_classes_new(scheme);
	assert_non_null(classes);
	for (size_t i = 0, cleared = 0; cleared < 2; i++) {
		struct sw_store_subject subject = random_subject(&random);
		struct sw_class class;
		size_t number;

		assert_true(i < SUBJECTS);
		if (sw_classes_are_full(classes)) {
			sw_classes_clear(classes);
			cleared++;
		}
		number = sw_classes_find(classes, subject.states);
		assert_int_equal(sw_classes_find(classes, subject.states),
		    number);
		sw_classify(scheme, subject.states, &class);
		assert_int_equal(sw_classes_get(classes, number)->atom_count,
		    class.atom_count);
		assert_memory_equal(sw_classes_get(classes, number)->atoms,
		    class.atoms, class.atom_count * sizeof(class.atoms[0]));
	}
	sw_classes_free(&classes);
	sw_scheme_free(&scheme);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_in_runs),
		cmocka_unit_test(test_counts_many),
		cmocka_unit_test(test_forgets_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
