/*
 * The one thread that writes to the database. Sessions hand it their batches
 * and wait; those that wait together are merged in one transaction, so that
 * many senders share the cost of making it durable. Between transactions the
 * thread closes months.
 */
#ifndef SW_COLLECTOR_COMMITTER_H
#define SW_COLLECTOR_COMMITTER_H

#include <stddef.h>
#include <stdint.h>

#include "senderwatch/store.h"

struct sw_committer;

/* Takes the store over, and closes it in the end; also on failure. */
enum sw_result sw_committer_new(struct sw_committer **committer,
    struct sw_store **store, unsigned grace_days);

/*
 * Finish what waits, end the thread and close the store; whoever commits from
 * then on is refused. For the thread that made the committer.
 */
void sw_committer_stop(struct sw_committer *committer);

/* The same, where nobody is about to commit any more. */
void sw_committer_free(struct sw_committer **committer);

/*
 * SW_OK: the deliveries are durable. SW_ERR_CLOSED: the committer was
 * stopped. Any other: they are not stored. Why is logged by the committer.
 */
enum sw_result sw_committer_commit(struct sw_committer *committer,
    const struct sw_store_delivery *deliveries, size_t count);

/* What was merged so far. */
struct sw_store_merged sw_committer_totals(struct sw_committer *committer);

/* Days since 1970-01-01. */
uint32_t sw_committer_today(void);

#endif
