/*
 * One pass over the database: counts for each place where subjects are
 * registered (public suffix, registry, type). All adoption tables are made
 * from these; memory goes with the number of public suffixes, not subjects.
 */
#ifndef SENDERWATCH_REPORT_TALLY_H
#define SENDERWATCH_REPORT_TALLY_H

#include "counts.h"
#include "senderwatch/result.h"

struct sw_tally;

struct sw_tally_cell {
	char *suffix;	/* printable ASCII, whatever the database holds */
	char *registry;
	char *type;
	struct sw_counts counts;
};

enum sw_result sw_tally_new(struct sw_tally **tally);
void sw_tally_free(struct sw_tally **tally);

/* An sw_store_visit: argument is the tally. */
enum sw_result sw_tally_visit(void *argument,
    const struct sw_store_subject *subject);

/* Call once after the scan: puts the cells in order of suffix and type. */
void sw_tally_sort(struct sw_tally *tally);

size_t sw_tally_cell_count(const struct sw_tally *tally);
const struct sw_tally_cell *sw_tally_cell(const struct sw_tally *tally,
    size_t index);

#endif
