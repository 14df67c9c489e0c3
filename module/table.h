/*
 * The edge table: what was seen last of each (subject, mechanism), and the
 * pending set, which is the entries of it that were not taken for delivery yet.
 *
 * It is bounded by the number of domains, not by traffic, and allocated once: 64
 * bytes for an entry, of which eight, in buckets of eight, are a word that says
 * whose it is. To tell that something is new is to read one bucket's words;
 * nothing is chained, moved or allocated. A bucket that is full gives up the entry
 * that matters least, which costs a repeat of an observation, never a miss;
 * entries that wait for delivery are never given up, and those of them without a
 * record never take up a whole bucket. Threads may use it at once: locks cover
 * ranges of buckets and are held for a few hundred instructions, without a system
 * call.
 *
 * While a key is being replaced, what is seen has an entry under each key, so
 * that each is delivered, or waits, by itself.
 */
#ifndef SENDERWATCH_MODULE_TABLE_H
#define SENDERWATCH_MODULE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/observation.h"
#include "senderwatch/result.h"

struct sw_table;

#define SW_TABLE_KEYS 2

/* What names an entry, and what its answer looked like: keyed hashes. */
struct sw_sight {
	uint64_t tag;		/* of mechanism, subject and key; not 0 */
	uint64_t print;		/* of the answer's records, rcode and status */
	uint16_t day;		/* days since 1970-01-01 */
	uint8_t key;		/* whose pseudonym it is: below SW_TABLE_KEYS */
};

/* How the table took a state. */
enum sw_table_change {
	SW_TABLE_REPEATED,	/* known: nothing to send */
	SW_TABLE_PENDING,	/* will be sent */
	SW_TABLE_SUPERSEDED,	/* will be sent in place of one that was not */
	SW_TABLE_EVICTED,	/* will be sent; another entry was given up */
	SW_TABLE_FULL,		/* no room: dropped */
	SW_TABLE_MEMORY,	/* no memory for the name: dropped */
	SW_TABLE_UNKNOWN	/* only if known, and it is not: dropped */
};

/*
 * capacity is rounded up to a power of two. keep_names: entries hold the
 * registrable domain's text as well (allocated one by one).
 */
enum sw_result sw_table_new(struct sw_table **table, size_t capacity,
    bool keep_names);
void sw_table_free(struct sw_table **table);
size_t sw_table_memory(const struct sw_table *table);

/* Said before several tags are asked for, it saves waiting for memory at each. */
void sw_table_expect(const struct sw_table *table, const uint64_t *tags,
    size_t count);

/*
 * The fast path: was this very answer seen before? Then all there is to do is
 * done here. Of DKIM, whose keys take turns, only on this day. Otherwise,
 * SW_TABLE_UNKNOWN, it must be judged and given to sw_table_put().
 */
enum sw_table_change sw_table_see_again(struct sw_table *table,
    const struct sw_sight *sight);

/* Is there an entry of this tag, whatever was seen? */
bool sw_table_is_known(struct sw_table *table, uint64_t tag);

/*
 * Put a state in. observation's day and earlier are not looked at; its group
 * is any number of the caller's; its features may be changed. only_known: do
 * nothing for a subject that has no entry.
 */
enum sw_table_change sw_table_put(struct sw_table *table,
    const struct sw_sight *sight, struct sw_observation *observation,
    bool only_known);

/*
 * Take at most count (8 or more) pending entries of a key out, beginning where
 * the last call for it ended: they wait in the table no more, and it is for the
 * caller to deliver or to keep the copies. Of one thread only. names[i] is for
 * the caller to free, or NULL where no names are kept; an entry whose name can't
 * be copied is left for another time.
 */
size_t sw_table_take(struct sw_table *table, unsigned key,
    struct sw_observation *observations, char **names, size_t count);

/* So many of those that were taken are delivered, or kept elsewhere. */
void sw_table_settle(struct sw_table *table, unsigned key, size_t count);

/* All that waits or is not settled, and what of it is of a key. */
size_t sw_table_pending(struct sw_table *table);
size_t sw_table_pending_of(struct sw_table *table, unsigned key);

/* Free the entries of a key that don't wait: it is used no more. */
void sw_table_forget(struct sw_table *table, unsigned key);

#endif
