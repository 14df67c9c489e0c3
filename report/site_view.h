/*
 * Tables as pages show them: a few columns of a wide table under heads in two
 * rows, an estimate and its interval in one cell.
 */
#ifndef SENDERWATCH_REPORT_SITE_VIEW_H
#define SENDERWATCH_REPORT_SITE_VIEW_H

#include <stdio.h>

#include "site_words.h"
#include "table.h"

enum sw_site_cell_kind {
	SW_SITE_COUNT,		/* the column of that name */
	SW_SITE_OBSERVED,	/* of the measure of that name, with interval */
	SW_SITE_ADJUSTED,
	SW_SITE_WEIGHTED,
	SW_SITE_BOUNDS,
	SW_SITE_COVERAGE,
	SW_SITE_BEST		/* adjusted if there is one, else observed */
};

struct sw_site_column {
	enum sw_site_cell_kind kind;
	const char *name;	/* of a column or a measure */
	const char *head;
	const char *group;	/* head above; the same pointer for neighbours */
};

struct sw_site_view {
	const struct sw_site_words *words;
	const struct sw_table *table;
	const struct sw_block *block;
	const char *id;		/* unique in the page */
	const char *head;	/* of the part that the table makes; or NULL */
	const char *caption;
	const struct sw_site_column *columns;
	size_t count;
};

#define SW_SITE_COLUMNS_MAX 24

/*
 * Write the table, without columns that the table lacks or that have nothing
 * to tell in any row. Write errors stay in the file.
 */
void sw_site_view_write(FILE *file, const struct sw_site_view *view);

/* How a row of the table reads: for pages and charts. */
#define SW_SITE_LABEL_MAX 512
const char *sw_site_row_label(const struct sw_site_words *words,
    const struct sw_table *table, const struct sw_row *row,
    char text[SW_SITE_LABEL_MAX]);

/* The cell of a measure; an empty one where there is no such column. */
const struct sw_cell *sw_site_cell(const struct sw_table *table,
    const struct sw_row *row, const char *measure, enum sw_aspect aspect);

/* The best share that a row has of a measure; negative where there is none. */
double sw_site_best(const struct sw_table *table, const struct sw_row *row,
    const char *measure, bool *adjusted);

/* The legend of the signs that stand in cells. */
void sw_site_legend_write(FILE *file, const struct sw_site_words *words);

#endif
