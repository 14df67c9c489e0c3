/*
 * A small world, run to the end: the database counts what is counted in
 * memory, and the estimators do what their description says that they do.
 * Seeded: it passes always or never.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "database.h"
#include "study.h"

#define DOMAINS 60000

static const struct world_setting *
setting_of(const char *name)
{
	for (unsigned i = 0; i < world_setting_count; i++) {
		if (strcmp(world_settings[i].name, name) == 0)
			return &world_settings[i];
	}
	fail_msg("no such setting: %s", name);
	return NULL;
}

static void
compare_counts(const char *name, double lookups, unsigned first_day,
    unsigned days)
{
	struct figures *memory = test_malloc(sizeof(*memory));
	struct figures *stored = test_malloc(sizeof(*stored));
	char folder[] = "/tmp/senderwatch-sim.XXXXXX", path[64], command[96];
	struct world world;
	struct ledger ledger;
	struct ledger_visit visit = { &ledger, &world };
	uint64_t observations;

	assert_true(world_init(&world, setting_of(name), DOMAINS));
	assert_true(ledger_init(&ledger, DOMAINS, first_day, days));
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sim.db", folder);
	world_draw(&world, 1, days);
	world_run(&world, lookups, days, ledger_visit, &visit);
	ledger_close(&ledger, &world, memory);
	assert_int_equal(database_figures(path, &world, lookups, first_day,
	    days, stored, &observations), SW_OK);
	assert_true(observations > stored->rows[0].known);
	assert_int_equal(stored->units, (days - first_day) * WORLD_RESOLVERS);
	assert_true(memory->rows[0].known > 1000);
	assert_true(figures_equal(memory, stored));
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	ledger_fini(&ledger);
	world_fini(&world);
	test_free(memory);
	test_free(stored);
}

static void
test_database_counts_the_same(void **state)
{
	(void)state;
	compare_counts("linked", 3e4, 0, 30);
}

/* States that change, over three months and in the last alone. */
static void
test_database_windows(void **state)
{
	(void)state;
	compare_counts("moving", 1e4, 0, 91);
	compare_counts("moving", 1e4, 61, 91);
}

static double
error_of(const struct row_score *row, enum estimator estimator)
{
	assert_true(row->scores[estimator].given > 0);
	return row->scores[estimator].error / row->scores[estimator].given;
}

static void
run(const char *name, double lookups, unsigned first_day, unsigned days,
    struct row_score scores[ROWS])
{
	struct study study = {
		.setting = setting_of(name), .domains = DOMAINS,
		.lookups = lookups, .first_day = first_day, .days = days,
		.replicates = 100, .seed = 1
	};

	assert_true(study_run(&study, scores));
	assert_int_equal(scores[0].replicates, 100);
}

/* Adoption that has nothing to do with popularity: all is well. */
static void
test_unlinked(void **state)
{
	struct row_score scores[ROWS];

	(void)state;
	run("unlinked", 4e4, 0, 30, scores);
	assert_true(fabs(error_of(&scores[0], OBSERVED)) < 0.002);
	assert_true(fabs(error_of(&scores[0], ADJUSTED)) < 0.003);
	assert_true(error_of(&scores[0], UNSEEN_ABSENT) < -0.1);
	assert_int_equal(scores[0].jackknife.given, 100);
	assert_true(scores[0].jackknife.holds >= 90);
	assert_true(scores[0].wilson.holds >= 90);
}

/* Where popular domains adopt more, only the adjusted share comes near. */
static void
test_linked(void **state)
{
	struct row_score scores[ROWS];

	(void)state;
	run("linked", 4e4, 0, 30, scores);
	assert_true(error_of(&scores[0], OBSERVED) > 0.07);
	assert_true(error_of(&scores[0], STRATIFIED) > 0.07);
	assert_true(error_of(&scores[0], UNSEEN_ABSENT) < -0.1);
	assert_true(fabs(error_of(&scores[0], ADJUSTED)) < 0.02);
	assert_int_equal(scores[0].wilson.holds, 0);
	assert_true(scores[0].jackknife.holds >= 70);
	assert_int_equal(scores[0].certain.holds, 100);
}

/* What is never looked up can't be estimated, and is not claimed to be. */
static void
test_silent(void **state)
{
	struct row_score scores[ROWS];

	(void)state;
	run("silent", 4e4, 0, 30, scores);
	assert_true(error_of(&scores[0], ADJUSTED) > 0.03);
	assert_int_equal(scores[0].certain.holds, 100);
}

/* Longer windows see more, and more of it is out of date. */
static void
test_windows(void **state)
{
	struct row_score one[ROWS], three[ROWS];

	(void)state;
	run("moving", 4e4, 61, 91, one);
	run("moving", 4e4, 0, 91, three);
	assert_true(three[0].seen > one[0].seen * 1.5);
	assert_true(three[0].stale > one[0].stale * 1.5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_database_counts_the_same),
		cmocka_unit_test(test_database_windows),
		cmocka_unit_test(test_unlinked),
		cmocka_unit_test(test_linked),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
