/*
 * What each resolver did, for status and metrics: restored from the database
 * at the start, and kept up to date with each merge. All functions but new
 * and free may be called by any thread.
 */
#ifndef SW_COLLECTOR_LEDGER_H
#define SW_COLLECTOR_LEDGER_H

#include <stdint.h>

#include "credentials.h"
#include "senderwatch/store.h"

struct sw_ledger;

struct sw_ledger_entry {
	char resolver[SW_RESOLVER_NAME_MAX];
	/* Seconds since 1970-01-01 of the collector's clock. Of what was
	 * restored only the day is known: its beginning. 0: never. */
	int64_t last_seen;
	uint64_t batches;
	uint64_t duplicates;	/* since the start; the database has none */
	uint64_t observations;
	uint64_t refused;	/* observations of an impossible day */
	/* Days by which its last batch's clock was ahead (behind if negative) */
	int32_t skew;
	struct sw_counters counters;	/* sums over its instances */
	int64_t expiry;		/* of its last certificate; 0: none */
};

enum sw_result sw_ledger_new(struct sw_ledger **ledger);
void sw_ledger_free(struct sw_ledger **ledger);

/* A sw_store_sender_visit; argument is a struct sw_ledger. */
void sw_ledger_restore(void *argument, const struct sw_store_sender *sender);

/* A delivery was merged; expiry is its certificate's, 0 if it has none. */
void sw_ledger_enter(struct sw_ledger *ledger,
    const struct sw_store_delivery *delivery, uint32_t today, int64_t now,
    int64_t expiry);

/* All of them, in the order of their names; the caller frees them. */
enum sw_result sw_ledger_copy(struct sw_ledger *ledger,
    struct sw_ledger_entry **entries, size_t *count);

#endif
