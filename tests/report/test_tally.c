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
		assert_int_equal(a->captures[i] != NULL,
		    b->captures[i] != NULL);
		if (a->captures[i] != NULL)
			assert_memory_equal(a->captures[i], b->captures[i],
			    sizeof(*a->captures[i]));
	}
}

static void
assert_counts_alike(struct sw_scheme *scheme, uint64_t random)
{
	struct sw_figures alone[PLACES];
	struct sw_tally *tally;

	assert_non_null(scheme);
	for (size_t i = 0; i < PLACES; i++)
		assert_int_equal(sw_figures_init(&alone[i], scheme), SW_OK);
	assert_int_equal(sw_tally_new(&tally, scheme, SW_BY_SUFFIX, NULL),
	    SW_OK);
	for (size_t i = 0; i < SUBJECTS; i++) {
		struct sw_store_subject subject = random_subject(&random);

		assert_int_equal(sw_tally_visit(tally, &subject), SW_OK);
		count_subject(&alone[subject.place], scheme, &subject);
	}
	assert_int_equal(sw_tally_sort(tally), SW_OK);
	assert_int_equal(sw_tally_cell_count(tally), PLACES);
	for (size_t i = 0; i < PLACES; i++) {
		const struct sw_tally_cell *cell = sw_tally_cell(tally, i);
		size_t place = 0;

		while (strcmp(cell->suffix, groups[place].suffix) != 0)
			place++;
		assert_same(scheme, &cell->figures, &alone[place]);
	}
	sw_tally_free(&tally);
	for (size_t i = 0; i < PLACES; i++)
		sw_figures_fini(&alone[i], scheme);
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
		cmocka_unit_test(test_forgets_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
