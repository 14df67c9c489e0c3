/*
 * What a report would count of a world, kept in memory: for speed, since a
 * study needs hundreds of months. That the database says the same is what
 * database.h is for.
 */
#ifndef SENDERWATCH_TESTS_SIM_LEDGER_H
#define SENDERWATCH_TESTS_SIM_LEDGER_H

#include "../../report/estimate.h"
#include "world.h"

/* Row 0 is all domains, the others one type each. */
#define ROWS (1 + WORLD_TYPES)
const char *row_name(unsigned row);

struct row {
	uint64_t known;
	uint64_t present;
	uint64_t days_known;	/* resolver-days, uncapped */
	uint64_t days_present;
	uint64_t stale;		/* known, but no longer true at the end */
	struct sw_capture capture;
};

struct figures {
	uint64_t units;		/* resolvers times days that they reported of */
	struct row rows[ROWS];
};

/* As far as a scan of a database can tell them. */
bool figures_equal(const struct figures *a, const struct figures *b);

/* What is true: domains, and those that publish at the end. */
struct truth {
	uint64_t domains[ROWS];
	uint64_t present[ROWS];
	double asked[ROWS];	/* popularity, of all and of those */
	double asked_present[ROWS];
};
void world_truth(const struct world *world, double time, struct truth *truth);

struct ledger {
	unsigned first_day;	/* of the period; events before are passed over */
	unsigned days;		/* that end it */
	uint8_t *seen;		/* resolver-days of each domain, capped at 3 */
	int16_t *last[2];	/* day on which a state was seen last, or -1 */
	uint64_t *volume[2];	/* resolver-days by type and state */
	bool *reported;		/* by resolver and day */
};

bool ledger_init(struct ledger *ledger, uint32_t domains, unsigned first_day,
    unsigned days);
void ledger_fini(struct ledger *ledger);

struct ledger_visit {
	struct ledger *ledger;
	const struct world *world;
};
/* A world_visit; argument is a struct ledger_visit. */
void ledger_visit(void *argument, const struct world_event *event);

/* Count, and forget everything for the next run. */
void ledger_close(struct ledger *ledger, const struct world *world,
    struct figures *figures);

#endif
