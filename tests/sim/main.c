/*
 * sim: how far the published shares are from a truth that is known. Writes
 * CSV; takes minutes. "make sim" runs all of it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "database.h"
#include "study.h"

#define DOMAINS 1485202	/* as many as .jp had in the published survey */
#define REPLICATES 200
#define WINDOW_REPLICATES 20
#define SEED 20260901

static const double volumes[] = { 1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7 };
#define VOLUMES (sizeof(volumes) / sizeof(volumes[0]))

static double
mean(double sum, unsigned count)
{
	return count > 0 ? sum / count : NAN;
}

/* Fields of a number that may be missing: empty, not "nan". */
static void
print_number(double number, int digits)
{
	putchar(',');
	if (!isnan(number))
		printf("%.*f", digits, number);
}

static void
print_interval(const struct interval_score *score)
{
	print_number(mean(score->holds, score->given), 3);
	print_number(mean(score->width, score->given) / 2, 5);
}

static void
print_row(const struct study *study, const char *name,
    const struct row_score *row)
{
	printf("%s,%.0f,%s,%u", study->setting->name, study->lookups, name,
	    row->replicates);
	print_number(mean(row->truth, row->replicates), 5);
	print_number(mean(row->asked, row->replicates), 5);
	print_number(mean(row->seen, row->replicates), 5);
	print_number(mean(row->covered, row->replicates), 5);
	print_number(mean(row->stale, row->replicates), 5);
	for (unsigned i = 0; i < ESTIMATORS; i++) {
		const struct score *score = &row->scores[i];

		print_number(mean(score->error, score->given), 5);
		print_number(sqrt(mean(score->square, score->given)), 5);
	}
	print_interval(&row->wilson);
	print_interval(&row->jackknife);
	printf(",%u", row->jackknife.given);
	print_interval(&row->certain);
}

static void
print_head(const char *more)
{
	printf("setting,lookups,row,replicates,truth,asked,seen,covered,stale");
	for (unsigned i = 0; i < ESTIMATORS; i++)
		printf(",%s_error,%s_rmse", estimator_names[i],
		    estimator_names[i]);
	printf(",wilson_holds,wilson_half,jackknife_holds,jackknife_half,"
	    "jackknife_given,bounds_hold,bounds_half%s\n", more);
}

static bool
run_shares(void)
{
	struct row_score scores[ROWS];

	print_head("");
	for (unsigned i = 0; i < world_setting_count; i++) {
		if (world_settings[i].hazard > 0)
			continue;
		for (size_t v = 0; v < VOLUMES; v++) {
			struct study study = {
				.setting = &world_settings[i],
				.domains = DOMAINS, .lookups = volumes[v],
				.days = 30, .replicates = REPLICATES,
				.seed = SEED
			};

			if (!study_run(&study, scores))
				return false;
			for (unsigned row = 0; row < ROWS; row++) {
				print_row(&study, row_name(row), &scores[row]);
				putchar('\n');
			}
			fflush(stdout);
		}
	}
	return true;
}

/* September to November: of which the last, the last two, all three. */
static bool
run_windows(void)
{
	static const unsigned first_days[] = { 61, 30, 0 };
	static const double lookups[] = { 1e5, 1e6, 1e7 };
	struct row_score scores[ROWS];

	print_head(",months");
	for (unsigned i = 0; i < world_setting_count; i++) {
		if (world_settings[i].hazard == 0)
			continue;
		for (unsigned v = 0; v < 3; v++) {
			for (unsigned w = 0; w < 3; w++) {
				struct study study = {
					.setting = &world_settings[i],
					.domains = DOMAINS,
					.lookups = lookups[v],
					.first_day = first_days[w],
					.days = 91,
					.replicates = WINDOW_REPLICATES,
					.seed = SEED
				};

				if (!study_run(&study, scores))
					return false;
				print_row(&study, "all", &scores[0]);
				printf(",%u\n", w + 1);
				fflush(stdout);
			}
		}
	}
	return true;
}

static void
remove_database(const char *path)
{
	char other[4096];

	unlink(path);
	snprintf(other, sizeof(other), "%s-wal", path);
	unlink(other);
	snprintf(other, sizeof(other), "%s-shm", path);
	unlink(other);
}

/* Is the database's count of this world the same as that in memory? */
static bool
compare(const char *path, const struct world_setting *setting, double lookups,
    unsigned first_day, unsigned days)
{
	struct figures *memory = malloc(sizeof(*memory));
	struct figures *stored = malloc(sizeof(*stored));
	struct world world = { 0 };
	struct ledger ledger = { 0 };
	struct ledger_visit visit = { &ledger, &world };
	uint64_t observations = 0;
	time_t start = time(NULL);
	bool good = memory != NULL && stored != NULL &&
	    world_init(&world, setting, DOMAINS) &&
	    ledger_init(&ledger, DOMAINS, first_day, days);

	if (good) {
		world_draw(&world, SEED, days);
		world_run(&world, lookups, days, ledger_visit, &visit);
		ledger_close(&ledger, &world, memory);
		good = database_figures(path, &world, lookups, first_day, days,
		    stored, &observations) == SW_OK;
	}
	if (good) {
		good = figures_equal(memory, stored);
		printf("%s,%.0f,%u,%llu,%llu,%s,%.0f\n", setting->name, lookups,
		    days - first_day, (unsigned long long)observations,
		    (unsigned long long)stored->rows[0].known,
		    good ? "yes" : "NO", difftime(time(NULL), start));
		fflush(stdout);
	}
	remove_database(path);
	ledger_fini(&ledger);
	world_fini(&world);
	free(memory);
	free(stored);
	return good;
}

static bool
run_database(const char *path)
{
	bool good = true;

	puts("setting,lookups,days,observations,domains,equal,seconds");
	for (unsigned i = 0; i < world_setting_count; i++) {
		const struct world_setting *setting = &world_settings[i];

		if (setting->hazard > 0) {
			good &= compare(path, setting, 1e5, 61, 91);
			good &= compare(path, setting, 1e5, 0, 91);
			continue;
		}
		for (size_t v = 0; v < VOLUMES && volumes[v] <= 1e6; v++)
			good &= compare(path, setting, volumes[v], 0, 30);
	}
	return good;
}

int
main(int argc, char **argv)
{
	bool good;

	if (argc == 2 && strcmp(argv[1], "shares") == 0) {
		good = run_shares();
	} else if (argc == 2 && strcmp(argv[1], "windows") == 0) {
		good = run_windows();
	} else if (argc == 3 && strcmp(argv[1], "database") == 0) {
		good = run_database(argv[2]);
	} else {
		fputs("usage: sim shares | windows | database NEW-FILE\n",
		    stderr);
		return 2;
	}
	if (!good)
		fputs("sim: failed\n", stderr);
	return good && fflush(stdout) == 0 ? 0 : 1;
}
