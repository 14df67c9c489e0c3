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
 * Tags by themselves: to find one, or none, is to read one cache line. They are
 * set under the bucket's lock, and looked at without as well.
 */
struct bucket {
	_Atomic uint64_t tags[WAYS];	/* 0: free */
	struct entry entries[WAYS];
};
_Static_assert(sizeof(struct bucket) == WAYS * 64, "64 bytes for an entry");

/* Of a tag in a bucket: its entry waits for delivery. */
#define PENDING (UINT64_C(1) << 63)

/* What is under one lock. */
struct shard {
	pthread_mutex_t lock;
	atomic_size_t pending[SW_TABLE_KEYS];	/* set under it */
} __attribute__((aligned(64)));

struct sw_table {
	struct bucket *buckets;
	size_t bucket_count;	/* a power of two, at least 64 * SHARDS */
	struct sw_pages pages;	/* what buckets and waiting are in */
	unsigned shard_bits;	/* buckets of a shard, as a power of two */
	/*
	 * A bit for each bucket that has entries to deliver under a key, or had
	 * some beside those of another: all of it is looked through. Words are
	 * under the lock of their buckets.
	 */
	uint64_t *waiting[SW_TABLE_KEYS];
	char **names;		/* by slot, or NULL */
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
get_tag(const struct bucket *bucket, unsigned way)
{
	return atomic_load_explicit(&bucket->tags[way], memory_order_relaxed);
}

static inline void
set_tag(struct bucket *bucket, unsigned way, uint64_t tag)
{
	atomic_store_explicit(&bucket->tags[way], tag, memory_order_relaxed);
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

/* The entries of a bucket that wait, of whatever key: a bit for each. */
static inline uint8_t
pending_ways(const struct bucket *bucket)
{
	unsigned ways = 0;

	for (unsigned way = 0; way < WAYS; way++)
		ways |= (unsigned)(get_tag(bucket, way) >> 63) << way;
	return (uint8_t)ways;
}

static inline bool
is_pending(const struct bucket *bucket, unsigned way)
{
	return (get_tag(bucket, way) & PENDING) != 0;
}

#endif
