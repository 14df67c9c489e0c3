/*
 * From a tally to a block of a table: which groups make rows, what is hidden
 * of them, and every figure in its cell.
 */
#ifndef SENDERWATCH_REPORT_TABULATE_H
#define SENDERWATCH_REPORT_TABULATE_H

#include "tally.h"
#include "totals.h"

/* Registry types are public groups; a public suffix may have one subject. */
#define SW_MIN_CELL_DEFAULT 20

struct sw_rows_options {
	enum sw_by by;
	const char *registry;	/* top-level domain; NULL: choose, or all */
	const struct sw_registries *registries;	/* outlives the table */
	const struct sw_cohort *cohort;	/* for SW_BY_COHORT */
	const struct sw_totals *totals;	/* or NULL */
	int64_t min_cell;	/* 0: publish all; -1: as the kind of row asks */
};

/*
 * Note in the table what its rows are. By type without a registry: the one
 * that all of the groups (that subjects were ever seen in) belong to; where
 * none belongs to one, rows are by suffix (table->by tells); where there are
 * no groups at all, by the first registry's types. Where there are several:
 * SW_ERR_INVALID, as where there is neither a table nor a subject of the
 * registry asked for; then reason holds a sentence for people.
 */
enum sw_result sw_tabulate_begin(struct sw_table *table,
    const struct sw_rows_options *options, const struct sw_group *groups,
    size_t group_count, char *reason, size_t reason_size);

/* The scheme's columns, in its order. */
enum sw_result sw_tabulate_columns(struct sw_table *table,
    const struct sw_scheme *scheme);

/*
 * Fill a new block in from a month of a sorted tally; block->units is set
 * already. What must not be told is suppressed.
 */
enum sw_result sw_tabulate(struct sw_table *table, struct sw_block *block,
    const struct sw_scheme *scheme, const struct sw_tally *tally, size_t month,
    const struct sw_rows_options *options);

/* The row that a subject belongs to, or NULL: it is outside. */
const char *sw_tabulate_row_name(const struct sw_table *table,
    const struct sw_rows_options *options,
    const struct sw_store_subject *subject);

#endif
