/* What table.c and table_pending.c share of the edge table. */
#ifndef SENDERWATCH_MODULE_TABLE_INTERNAL_H
#define SENDERWATCH_MODULE_TABLE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "module/pages.h"
#include "module/table.h"
#include "senderwatch/observation.h"

#define WAYS 8u
#define SHARDS 64u

struct entry {
	uint64_t print;
	uint64_t features;
	uint8_t subject[SW_PSEUDONYM_SIZE];
	uint8_t digest[SW_DIGEST_SIZE];
	uint32_t group;
	uint16_t day;
	uint8_t earlier;
	uint8_t mechanism;
	uint8_t outcome;
	uint8_t dnssec;
	uint8_t key;
};

/*
 * A bucket is WAYS words, a cache line: to find a tag, or that there is none, is
 * to read that. From the top, a word is PENDING, OWNS, what tells tags of one
 * bucket apart (0: the way is free), and the number of its entry. Entries are
 * given to ways as they are needed, and stay theirs: what is new follows what
 * was new a moment ago in memory, and not from one page to another. Words are set
 * under the bucket's lock, and looked at without as well; an entry is under the
 * lock of the bucket that owns it.
 */
#define PENDING (UINT64_C(1) << 63)	/* the entry waits for delivery */
#define OWNS (UINT64_C(1) << 62)	/* there is an entry, used or not */
_Static_assert(sizeof(struct entry) + sizeof(uint64_t) == 64,
    "64 bytes for an entry");

/* What is under one lock. */
struct shard {
	pthread_mutex_t lock;
	atomic_size_t pending[SW_TABLE_KEYS];	/* set under it */
} __attribute__((aligned(64)));

struct sw_table {
	_Atomic uint64_t *words;
	struct entry *entries;
	atomic_size_t owned;	/* so many of them, from the first on */
	size_t bucket_count;	/* a power of two, at least 64 * SHARDS */
	uint64_t slot_mask;	/* the number of an entry, in a word */
	struct sw_pages pages;	/* what words, entries and waiting are in */
	unsigned shard_bits;	/* buckets of a shard, as a power of two */
	/*
	 * A bit for each bucket that has entries to deliver under a key, or had
	 * some beside those of another: all of it is looked through. Words are
	 * under the lock of their buckets.
	 */
	uint64_t *waiting[SW_TABLE_KEYS];
	char **names;		/* by the entry's number, or NULL */
	atomic_size_t name_bytes;
	/* Bucket where taking goes on; sender only. */
	size_t next[SW_TABLE_KEYS];
	atomic_size_t taken[SW_TABLE_KEYS];	/* and not settled */
	struct shard shards[SHARDS];
};

static inline struct shard *
shard_of(struct sw_table *table, size_t bucket)
{
	return &table->shards[bucket >> table->shard_bits];
}

static inline uint64_t
get_word(const struct sw_table *table, size_t at, unsigned way)
{
	return atomic_load_explicit(&table->words[at * WAYS + way],
	    memory_order_relaxed);
}

static inline void
set_word(struct sw_table *table, size_t at, unsigned way, uint64_t word)
{
	atomic_store_explicit(&table->words[at * WAYS + way], word,
	    memory_order_relaxed);
}

/* What tells tags of one bucket apart; 0 in the word of a free way. */
static inline uint64_t
mark_of(const struct sw_table *table, uint64_t word)
{
	return word & (OWNS - 1) & ~table->slot_mask;
}

/* The number of the entry that a way owns. */
static inline size_t
slot_of(const struct sw_table *table, size_t at, unsigned way)
{
	return get_word(table, at, way) & table->slot_mask;
}

static inline struct entry *
entry_of(const struct sw_table *table, size_t at, unsigned way)
{
	return &table->entries[slot_of(table, at, way)];
}

/* It is about to be changed; it may lie in two lines of the processor's cache. */
static inline void
expect_entry(const struct entry *entry)
{
	__builtin_prefetch(&entry->print, 1);
	__builtin_prefetch(&entry->key, 1);
}

/* Under its lock: an entry has changed, and waits. */
void sw_table_set_pending(struct sw_table *table, size_t at, unsigned way);

/* The ways of a bucket that wait, of whatever key: a bit for each. */
static inline uint8_t
pending_ways(const struct sw_table *table, size_t at)
{
	unsigned ways = 0;

	for (unsigned way = 0; way < WAYS; way++)
		ways |= (unsigned)(get_word(table, at, way) >> 63) << way;
	return (uint8_t)ways;
}

static inline bool
is_pending(const struct sw_table *table, size_t at, unsigned way)
{
	return (get_word(table, at, way) & PENDING) != 0;
}

#endif
