/*
 * The same month through the real thing: batches as a resolver's module sends
 * them, merged as the collector merges them, read as a report reads them.
 */
#ifndef SENDERWATCH_TESTS_SIM_DATABASE_H
#define SENDERWATCH_TESTS_SIM_DATABASE_H

#include "ledger.h"
#include "senderwatch/result.h"

/*
 * Write days days of a world to a new database at path, day by day, and
 * count what it says of the months that begin on first_day (which begins a
 * month) or later. *observations tells how many were merged. Of the figures,
 * days_known, days_present and stale stay 0: they stand in no scan. Messages
 * go to standard error.
 */
enum sw_result database_figures(const char *path, const struct world *world,
    double lookups, unsigned first_day, unsigned days,
    struct figures *figures, uint64_t *observations);

/* The day, since 1970, on which worlds begin: 1 September 2026, so that the
 * months have 30, 31 and 30 days. */
#define DATABASE_FIRST_DAY 20697

#endif
