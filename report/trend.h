/*
 * The trend table: of each share of a scheme (what the adoption or the policy
 * table counts), what changed from a month to the next within the domains whose state is known in both. Levels
 * of two months differ by who was seen as well; these don't.
 *
 * A block a pair of months. Of each measure: how many are known in both, how
 * many had it before and after, gained it and lost it; and, in the later
 * month's block, how many were first or last seen to have it in that month, of
 * the months of the range.
 */
#ifndef SENDERWATCH_REPORT_TREND_H
#define SENDERWATCH_REPORT_TREND_H

#include "scheme.h"
#include "tabulate.h"

/* The table has begun (sw_tabulate_begin()). SW_ERR_INVALID: one month. */
enum sw_result sw_trend_make(struct sw_table *table, struct sw_store *store,
    uint32_t first, uint32_t last, const struct sw_rows_options *options,
    struct sw_scheme *scheme);

#endif
