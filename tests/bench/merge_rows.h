/*
 * The rows that the benchmark of merging is about: a population of subjects,
 * MX, SPF and DMARC of each seen once on one day, and batches of what comes
 * next. A batch of the same kind, seed and number is the same everywhere.
 */
#ifndef SW_TESTS_BENCH_MERGE_ROWS_H
#define SW_TESTS_BENCH_MERGE_ROWS_H

#include "senderwatch/observation.h"

#define ROWS_MECHANISMS 3u
#define ROWS_BATCH 4096u	/* observations, as the module's */
#define ROWS_GROUPS 200u
#define ROWS_RESOLVER "resolver-1.example.net"

enum rows_kind {
	ROWS_NEW,	/* of subjects that nobody knows */
	ROWS_KNOWN,	/* said before in every respect */
	ROWS_NEXT_DAY,	/* said before, but not of this day */
	ROWS_MIXED,	/* of four: two known, one of the next day, one new */
	ROWS_KINDS
};

struct rows {
	uint64_t subjects;	/* of the population */
	uint32_t day;		/* when all were seen: the first of a month */
	enum rows_kind kind;
	uint64_t seed;		/* of each run another */
};

/* -1 where there is none of this name. */
int rows_kind_of(const char *name);

/* Subject number of the population, in the order of the pseudonyms. */
void rows_describe(const struct rows *rows, struct sw_observation *observation,
    uint64_t number, unsigned mechanism);

/* Batch number of these rows: ROWS_BATCH observations, the caller's. */
void rows_fill(const struct rows *rows, struct sw_observation *observations,
    uint64_t number);
/* A batch of them; instance tells senders apart. */
void rows_batch(struct sw_batch *batch,
    const struct sw_observation *observations, size_t count,
    uint64_t instance, uint64_t sequence);

#endif
