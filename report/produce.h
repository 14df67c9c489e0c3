/*
 * Making tables: from a database and a wish to a table that is ready to be
 * written. What the program's verbs, and whoever publishes all tables at
 * once, go through.
 */
#ifndef SENDERWATCH_REPORT_PRODUCE_H
#define SENDERWATCH_REPORT_PRODUCE_H

#include "tabulate.h"

#define SW_WINDOW_MAX 24
#define SW_BLOCKS_MAX 240
#define SW_REASON_MAX 512

struct sw_wish {
	const char *table;	/* "adoption", ...: sw_produce_tables */
	uint32_t first, last;	/* months: a block each */
	unsigned window;	/* so many months make a block; 0 is 1 */
	struct sw_rows_options rows;
	const char *series;	/* CSV file, for the table "series" */
	bool of_policy;		/* "trend" is of the policy table's shares */
};

/* The names of all tables; ends with NULL. */
extern const char *const sw_produce_tables[];

/*
 * On failure reason holds a sentence for people. SW_ERR_UNSUPPORTED: there is
 * no such table; SW_ERR_INVALID: the wish leaves something open, or asks for
 * what is not there. The store is left as it was, whatever happens.
 */
enum sw_result sw_produce(struct sw_table **table, struct sw_store *store,
    const struct sw_wish *wish, char reason[SW_REASON_MAX]);

/* The month before. */
uint32_t sw_month_before(uint32_t month);
/* How many months there are from first to last; 0 where last is before. */
unsigned sw_months_between(uint32_t first, uint32_t last);

#endif
