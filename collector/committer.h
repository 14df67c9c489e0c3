/*
 * The one thread that writes to the database. Sessions hand it their batches
 * and wait; those that wait together are merged in one transaction, so that
 * many senders share the cost of making it durable. Between transactions the
 * thread closes months.
 */
#ifndef SW_COLLECTOR_COMMITTER_H
#define SW_COLLECTOR_COMMITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/store.h"

struct sw_committer;

/* Takes the store over, and closes it in the end; also on failure. */
enum sw_result sw_committer_new(struct sw_committer **committer,
    struct sw_store **store, unsigned grace_days);

/*
 * Finish what waits, end the thread and close the store; whoever commits from
 * then on is refused. False if it did not end in time: then neither stop nor
 * free it again, but leave the process, at which what is not durable is not
 * acknowledged either. For the thread that made the committer.
 */
bool sw_committer_stop(struct sw_committer *committer, unsigned seconds);

/* The same, where nobody is about to commit any more. */
void sw_committer_free(struct sw_committer **committer);

/*
 * SW_OK: the deliveries are durable. SW_ERR_CLOSED: the committer was
 * stopped. Any other: they are not stored. Why is logged by the committer.
 */
enum sw_result sw_committer_commit(struct sw_committer *committer,
    const struct sw_store_delivery *deliveries, size_t count);

/* Upper limits of the buckets of how long a transaction took, in seconds. */
#define SW_COMMIT_BUCKETS 13
extern const double sw_commit_buckets[SW_COMMIT_BUCKETS];

#define SW_COMMITTER_TROUBLE_MAX 256

struct sw_committer_state {
	struct sw_store_merged totals;
	uint64_t took[SW_COMMIT_BUCKETS + 1];	/* the last one: longer */
	uint64_t commits;
	double seconds;		/* that they took in all */
	uint64_t failures;
	uint64_t waiting;	/* batches, with those that are being merged */
	unsigned stuck_ms;	/* since it was last heard of with work to do */
	char trouble[SW_COMMITTER_TROUBLE_MAX];	/* "" if all is well */
};
void sw_committer_look(struct sw_committer *committer,
    struct sw_committer_state *state);

/* Days since 1970-01-01. */
uint32_t sw_committer_today(void);

#endif
