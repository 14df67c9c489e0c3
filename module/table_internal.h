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
	uint32_t version;	/* of state and day, for acknowledgements */
	uint16_t day;
	uint8_t earlier;
	uint8_t mechanism;
	uint8_t outcome;
	uint8_t dnssec;
	uint8_t key;
};

/* Tags by themselves: to find one, or none, is to read one cache line. */
struct bucket {
	uint64_t tags[WAYS];	/* 0: free */
	struct entry entries[WAYS];
};
_Static_assert(sizeof(struct bucket) == WAYS * 64, "64 bytes for an entry");

/*
 * Which entries of a bucket wait for delivery, under each key, so that none that
 * doesn't need be read. Apart from the buckets: all are looked through.
 */
struct waiting {
	uint8_t ways[SW_TABLE_KEYS];
};

struct sw_table {
	struct bucket *buckets;
	size_t bucket_count;	/* a power of two, at least SHARDS */
	struct sw_pages pages;	/* what they and pending are in */
	size_t per_shard;	/* buckets under one lock; a multiple of 64 */
	struct waiting *pending;	/* by bucket, under its lock */
	char **names;		/* by slot, or NULL */
	atomic_size_t name_bytes;
	/* Bucket where collecting goes on; sender only. */
	size_t next[SW_TABLE_KEYS];
	atomic_size_t pending_count[SW_TABLE_KEYS];
	pthread_mutex_t locks[SHARDS];
};

static inline pthread_mutex_t *
lock_of(struct sw_table *table, size_t bucket)
{
	return &table->locks[bucket / table->per_shard];
}

/* Under its lock: an entry has changed, and waits. */
void sw_table_set_pending(struct sw_table *table, size_t at, unsigned way);

/* The entries of a bucket that wait, of whatever key: a bit for each. */
static inline uint8_t
pending_ways(const struct sw_table *table, size_t at)
{
	uint8_t ways = 0;

	for (unsigned key = 0; key < SW_TABLE_KEYS; key++)
		ways |= table->pending[at].ways[key];
	return ways;
}

static inline bool
is_pending(const struct sw_table *table, size_t at, unsigned way)
{
	return (pending_ways(table, at) >> way & 1) != 0;
}

#endif
