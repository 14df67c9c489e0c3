/*
 * Figures that others published, beside ours: a CSV file with the columns
 * series, source, period, group, measure, value becomes a list of as many
 * rows, each with what we counted for the same period, group and column of
 * the adoption table. Never mixed: theirs stay theirs.
 */
#ifndef SENDERWATCH_REPORT_SERIES_H
#define SENDERWATCH_REPORT_SERIES_H

#include "table.h"

/*
 * Fill an empty table in from the file; ours is the adoption table to compare
 * with, or NULL. A period is YYYY-MM, value a number. On failure *reason is a
 * sentence for people, to be freed, or NULL.
 */
enum sw_result sw_series_make(struct sw_table *table, const char *path,
    const struct sw_table *ours, char **reason);

#endif
