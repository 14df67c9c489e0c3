/*
 * Counters by row of a table, for tables that are counted in one pass over
 * the subjects: a line for each row that a subject belongs to.
 */
#ifndef SENDERWATCH_REPORT_LINES_H
#define SENDERWATCH_REPORT_LINES_H

#include "tabulate.h"

struct sw_line {
	char *name;		/* of the row */
	uint64_t cells[];
};

struct sw_lines {
	void *tree;		/* by name, until they are sorted */
	struct sw_line **list;
	size_t count, room;
	size_t cells;		/* how many each has */
};

/* To begin with, all is zero but cells. */
void sw_lines_fini(struct sw_lines *lines);

/* The line of that name, all zero if it is new; NULL: out of memory. */
struct sw_line *sw_lines_need(struct sw_lines *lines, const char *name);

/*
 * In the order that rows have in other tables: the registry's, the cohort's,
 * else by name. Names become printable. None can be added after it.
 */
void sw_lines_sort(struct sw_lines *lines, const struct sw_table *table,
    const struct sw_rows_options *options);

#endif
