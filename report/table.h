/*
 * What a report is before it is written: a table of blocks (a period each),
 * rows (a group each, and their total) and named columns. Whoever makes one
 * fills it in and hides what must not be told; writers only write it down.
 *
 * A table owns all that it holds. Plain data: read it as it is.
 */
#ifndef SENDERWATCH_REPORT_TABLE_H
#define SENDERWATCH_REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/registries.h"
#include "senderwatch/result.h"

/* What the numbers of a column are. */
enum sw_unit {
	SW_UNIT_DOMAINS,	/* a number of domains */
	SW_UNIT_COUNT,		/* a number of anything else */
	SW_UNIT_SHARE,		/* between 0 and 1; a change, between -1 and 1 */
	SW_UNIT_NUMBER,		/* a real number */
	SW_UNIT_TEXT		/* words; months and days as YYYY-MM[-DD] */
};

/* "domains", "count", ...: for files. */
const char *sw_unit_text(enum sw_unit unit);

/*
 * What a column tells of its measure ("spf", "all_dmarc", ...). The columns of
 * a measure stand side by side; of those that a table lacks there is none.
 */
enum sw_aspect {
	SW_ASPECT_OTHER,
	SW_ASPECT_RATE,			/* the observed share */
	SW_ASPECT_RATE_LOW,		/* and its Wilson interval */
	SW_ASPECT_RATE_HIGH,
	SW_ASPECT_COVERAGE,		/* of those that could be known, known */
	SW_ASPECT_ADJUSTED,		/* the share with what was not seen */
	SW_ASPECT_ADJUSTED_LOW,
	SW_ASPECT_ADJUSTED_HIGH,
	SW_ASPECT_ADJUSTED_STATE,	/* "given", or why it is withheld */
	SW_ASPECT_WEIGHTED,		/* the share of resolver-days */
	SW_ASPECT_BOUND_LOW,		/* what is certain of all registered */
	SW_ASPECT_BOUND_HIGH,
	SW_ASPECT_UNKNOWN,		/* of those that could be known, not */
	SW_ASPECT_ONCE,			/* domains seen on one resolver-day */
	SW_ASPECT_DAYS,			/* resolver-days of known states */
	SW_ASPECT_GOOD_TURING	/* chance that the next one shows a known domain */
};

#define SW_TABLE_LANGUAGES 2		/* English, Japanese */

struct sw_column {
	char *name;		/* "spf_known": unique, [a-z0-9_]+ */
	char *title;		/* a phrase in English */
	char *measure;		/* "spf", or "" */
	enum sw_unit unit;
	enum sw_aspect aspect;
	unsigned brief;		/* place on terminals, from 1; 0: not shown */
	/* Two lines for the head on a terminal, by language; NULL: the name. */
	const char *heads[SW_TABLE_LANGUAGES][2];
};

enum sw_cell_state {
	SW_CELL_EMPTY,		/* there is nothing to tell, as of 0 / 0 */
	SW_CELL_VALUE,
	SW_CELL_SUPPRESSED,	/* it would tell of too few, or help to */
	SW_CELL_WITHHELD	/* it would say more of chance than of domains */
};

struct sw_cell {
	enum sw_cell_state state;
	uint64_t count;		/* SW_UNIT_DOMAINS, SW_UNIT_COUNT */
	double number;		/* SW_UNIT_SHARE, SW_UNIT_NUMBER */
	char *text;		/* SW_UNIT_TEXT */
};

enum sw_row_kind {
	SW_ROW_GROUP,
	SW_ROW_MERGED,		/* stands for groups that are too small */
	SW_ROW_TOTAL,
	SW_ROW_ENTRY		/* of a list: neither sums up nor is summed up */
};

/* "group", "merged", "total", "entry". */
const char *sw_row_kind_text(enum sw_row_kind kind);

struct sw_row {
	char *name;		/* "CO", "co.jp", "(fewer than 20)", "TOTAL" */
	enum sw_row_kind kind;
	struct sw_cell *cells;	/* one a column */
};
#define SW_ROW_TOTAL_NAME "TOTAL"

struct sw_block {
	uint32_t first, last;	/* months YYYYMM, both in it */
	char *period;		/* "2026-11", "2026-10/2026-11" */
	uint64_t units;		/* resolver-days of the pseudonyms' key */
	uint64_t outside;	/* domains that the limit to tld leaves out */
	bool withheld;		/* even the total is too small to show */
	struct sw_row *rows;	/* groups, then the merged row, then the total */
	size_t row_count;
	size_t row_room;
};

enum sw_by { SW_BY_TYPE, SW_BY_SUFFIX, SW_BY_COHORT, SW_BY_NOTHING };

/* "type", "suffix", "cohort", "". */
const char *sw_by_text(enum sw_by by);

struct sw_table {
	char *name;		/* "adoption" */
	enum sw_by by;		/* may differ from what was asked */
	char *tld;		/* registry that rows are limited to, or NULL */
	char *cohort;		/* what the cohort is called, or NULL */
	const struct sw_registry *registry;	/* its table, or NULL; borrowed */
	uint64_t min_cell;	/* 0: nothing suppressed */
	struct sw_column *columns;
	size_t column_count;
	size_t column_room;
	struct sw_block *blocks;
	size_t block_count;
	size_t block_room;
};

#define SW_COLUMN_NONE ((size_t)-1)

enum sw_result sw_table_new(struct sw_table **table, const char *name);
void sw_table_free(struct sw_table **table);

/* Strings are copied; heads are not. Before the first row only. */
enum sw_result sw_table_add_column(struct sw_table *table,
    const struct sw_column *column);
/* The new block, empty; NULL: out of memory. Valid until the next one. */
struct sw_block *sw_table_add_block(struct sw_table *table, uint32_t first,
    uint32_t last);
/* The new row, all cells empty; NULL: out of memory. */
struct sw_row *sw_table_add_row(const struct sw_table *table,
    struct sw_block *block, const char *name, enum sw_row_kind kind);

/* The column of that name, or SW_COLUMN_NONE. */
size_t sw_table_find_column(const struct sw_table *table, const char *name);
/* What a row has there; an empty cell where there is no such column. */
const struct sw_cell *sw_table_cell(const struct sw_table *table,
    const struct sw_row *row, const char *column);
/* The total of a block, or NULL. */
const struct sw_row *sw_block_total(const struct sw_block *block);

/* Fill a cell in. */
void sw_cell_count(struct sw_cell *cell, uint64_t count);
void sw_cell_number(struct sw_cell *cell, double number);
enum sw_result sw_cell_text(struct sw_cell *cell, const char *text);

#endif
