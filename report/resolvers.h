/*
 * The table of resolvers: who reported in a month, on how many days, which
 * days were missed, and what they counted. Counters are of all their starts,
 * as their last batches said: totals, not of the month.
 */
#ifndef SENDERWATCH_REPORT_RESOLVERS_H
#define SENDERWATCH_REPORT_RESOLVERS_H

#include "senderwatch/store.h"
#include "table.h"

enum sw_result sw_resolvers_columns(struct sw_table *table);
/*
 * A row for each resolver that ever sent. Days are missed between the first
 * and the last one of the month on which any resolver reported.
 */
enum sw_result sw_resolvers_block(struct sw_table *table,
    struct sw_store *store, uint32_t month);

#endif
