/*
 * Days that stand out, of months whose days are still there (closed months
 * have none): days on which more domains of a group began or ceased to
 * publish something than chance allows, as a hoster's new default does, and
 * days on which more names than chance allows were seen that are seen on no
 * other day, as names do that are generated under a wildcard.
 *
 * What chance allows: given the number of such domains of the month, each falls
 * on a day in proportion to that day's chance (below); so many or more of
 * them on one day have a binomial tail, times the number of days, groups and
 * measures of the month that were looked at (Bonferroni). Below 1 %, and at
 * least twice (names: three times) what was to be expected, the day is told.
 */
#ifndef SENDERWATCH_REPORT_STEPS_H
#define SENDERWATCH_REPORT_STEPS_H

#include "tabulate.h"

/*
 * The table has begun (sw_tabulate_begin()). A block a month, a row for each
 * day of a group that stands out; of groups that are not public only days of
 * as many domains as min-cell asks, and no sum of all groups.
 */

/* A day's chance: days since the domains that were seen were seen before. */
enum sw_result sw_steps_make(struct sw_table *table, struct sw_store *store,
    uint32_t first, uint32_t last, const struct sw_rows_options *options);
/* A day's chance: how many domains were seen on it. */
enum sw_result sw_anomalies_make(struct sw_table *table,
    struct sw_store *store, uint32_t first, uint32_t last,
    const struct sw_rows_options *options);

#endif
