/* Many months of a world, and how far each share is from the truth. */
#ifndef SENDERWATCH_TESTS_SIM_STUDY_H
#define SENDERWATCH_TESTS_SIM_STUDY_H

#include "ledger.h"

enum estimator {
	OBSERVED,		/* present among seen */
	WEIGHTED,		/* by resolver-days */
	STRATIFIED,		/* observed by type, weighted by the types' sizes */
	UNSEEN_ABSENT,		/* not seen counted as not adopted */
	ADJUSTED,
	ESTIMATORS
};
extern const char *const estimator_names[ESTIMATORS];

/* Sums over replicates, of shares: errors are estimate minus truth. */
struct score {
	unsigned given;		/* replicates that have the estimate */
	double error;
	double square;
};

struct interval_score {
	unsigned given;
	unsigned holds;		/* the truth */
	double width;
};

struct row_score {
	unsigned replicates;
	double truth;
	double asked;		/* share of the look-ups that ask for one */
	double seen;		/* share of the domains */
	double covered;		/* Good-Turing coverage */
	double stale;		/* share of the domains seen */
	struct score scores[ESTIMATORS];
	struct interval_score wilson;
	struct interval_score jackknife;
	struct interval_score certain;
};

struct study {
	const struct world_setting *setting;
	uint32_t domains;
	double lookups;		/* in 30 days */
	unsigned first_day;	/* of the period */
	unsigned days;		/* that end it */
	unsigned replicates;
	uint64_t seed;		/* of the first */
};

/* False: out of memory. */
bool study_run(const struct study *study, struct row_score scores[ROWS]);

#endif
