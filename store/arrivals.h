/*
 * What arrives, as rows of a virtual table, so that one statement looks all of
 * it up in the tables: a statement for each would cost more than finding it.
 */
#ifndef SW_STORE_ARRIVALS_H
#define SW_STORE_ARRIVALS_H

#include "internal.h"
#include "marks.h"

/* A row to be: what an observation says of one month. */
struct sw_arrival {
	uint32_t month;
	uint8_t subject[SW_PSEUDONYM_SIZE];
	uint8_t mechanism;
	uint8_t outcome;
	uint8_t dnssec;		/* bits */
	uint8_t volume;		/* days of this observation alone */
	uint32_t group;
	uint64_t digest;
	uint64_t features;
	uint32_t days;		/* bits */
	const char *name;
	struct sw_marks marks;
	/* What the tables have of it, once it was looked up: */
	bool has_subject;	/* all that it says of the subject */
	bool has_row;
	bool has_all;		/* a row, and nothing is to be added to it */
};

/* Register the table; it is store->arrivals. */
enum sw_result sw_arrivals_register(struct sw_store *store);

/*
 * The query of SW_STATEMENT_ARRIVALS_GET. Its columns: position in the array;
 * suffix, pseudonym_key and name of the subject; features, dnssec, days and
 * marks of the row. NULL for what is not there.
 */
extern const char sw_arrivals_query[];

#endif
