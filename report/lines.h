/*
 * Counters by row of a table, for tables that are counted in one pass over
 * the subjects: a line for each row that a subject belongs to.
 */
#ifndef SENDERWATCH_REPORT_LINES_H
#define SENDERWATCH_REPORT_LINES_H

#include "places.h"
#include "tabulate.h"

struct sw_line {
	char *name;		/* of the row */
	uint64_t cells[];
};

struct sw_lines {
	void *tree;		/* by name, until they are sorted */
	struct sw_places places;	/* the same by place */
	struct sw_line **list;
	size_t count, room;
	size_t cells;		/* how many each has */
};

/* To begin with, all is zero but cells. */
void sw_lines_fini(struct sw_lines *lines);

/*
 * The line of a subject's row in *line, all zero if it is new; NULL where the
 * table has no such row.
 */
enum sw_result sw_lines_find(struct sw_lines *lines,
    const struct sw_table *table, const struct sw_rows_options *options,
    const struct sw_store_subject *subject, struct sw_line **line);

/*
 * In the order that rows have in other tables: the registry's, the cohort's,
 * else by name. Names become printable. None can be added after it.
 */
void sw_lines_sort(struct sw_lines *lines, const struct sw_table *table,
    const struct sw_rows_options *options);

#endif
