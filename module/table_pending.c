/* The pending set: the entries of the edge table that are not delivered yet. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "module/table.h"
#include "module/table_internal.h"

#define COLLECT_SLICE 32u	/* entries copied while a lock is held */

void
sw_table_set_pending(struct sw_table *table, size_t at, unsigned way)
{
	struct entry *entry = &table->buckets[at].entries[way];
	uint8_t *ways = &table->pending[at].ways[entry->key];

	entry->version++;
	if ((*ways >> way & 1) == 0)
		atomic_fetch_add_explicit(&table->pending_count[entry->key], 1,
		    memory_order_relaxed);
	*ways |= (uint8_t)(1u << way);
}

size_t
sw_table_pending_of(struct sw_table *table, unsigned key)
{
	return atomic_load_explicit(&table->pending_count[key],
	    memory_order_relaxed);
}

/* False if there is no memory for the name. */
static bool
copy_out(const struct sw_table *table, size_t slot,
    struct sw_observation *observation, struct sw_ticket *ticket, char **name)
{
	const struct entry *entry =
	    &table->buckets[slot / WAYS].entries[slot % WAYS];
	bool named = table->names != NULL && table->names[slot] != NULL;

	*name = named ? strdup(table->names[slot]) : NULL;
	if (named && *name == NULL)
		return false;
	memset(observation, 0, sizeof(*observation));
	memcpy(observation->subject, entry->subject, SW_PSEUDONYM_SIZE);
	memcpy(observation->digest, entry->digest, SW_DIGEST_SIZE);
	observation->features = entry->features;
	observation->day = entry->day;
	observation->earlier = entry->earlier;
	observation->mechanism = entry->mechanism;
	observation->outcome = entry->outcome;
	observation->dnssec = entry->dnssec;
	observation->group = entry->group;
	ticket->slot = (uint32_t)slot;
	ticket->version = entry->version;
	observation->name = *name;
	return true;
}

/* The first bucket from at on that holds entries of a key to send, up to end. */
static size_t
next_pending(const struct waiting *pending, unsigned key, size_t at, size_t end)
{
	/* Several at a time, whatever the key: most have none to send. */
	static const struct waiting none[32];
	const size_t count = sizeof(none) / sizeof(none[0]);

	while (at < end && pending[at].ways[key] == 0) {
		if (at % count == 0 && at + count <= end &&
		    memcmp(pending + at, none, sizeof(none)) == 0)
			at += count;
		else
			at++;
	}
	return at;
}

/*
 * The slots of the entries to send in the buckets from *at to end, and a word
 * to the processor that they will be read: they are far apart, so that to wait
 * for each in turn takes longer than all else.
 */
static size_t
find_slots(const struct sw_table *table, unsigned key, size_t *at, size_t end,
    size_t slots[COLLECT_SLICE], size_t count)
{
	const struct waiting *pending = table->pending;
	size_t found = 0;

	if (count > COLLECT_SLICE)
		count = COLLECT_SLICE;
	*at = next_pending(pending, key, *at, end);
	/* A bucket is taken whole, or left for the next call. */
	while (*at < end && found + WAYS <= count) {
		for (unsigned way = 0; way < WAYS; way++) {
			if ((pending[*at].ways[key] >> way & 1) == 0)
				continue;
			__builtin_prefetch(&table->buckets[*at].entries[way]);
			slots[found++] = *at * WAYS + way;
		}
		*at = next_pending(pending, key, *at + 1, end);
	}
	return found;
}

/* Collect from the buckets from *at to end under their lock, a slice. */
static size_t
collect_slice(struct sw_table *table, unsigned key, size_t *at, size_t end,
    struct sw_observation *observations, struct sw_ticket *tickets,
    char **names, size_t count)
{
	size_t slots[COLLECT_SLICE], found, done = 0;
	pthread_mutex_t *lock = lock_of(table, *at);

	pthread_mutex_lock(lock);
	found = find_slots(table, key, at, end, slots, count);
	for (size_t i = 0; i < found; i++)
		done += copy_out(table, slots[i], &observations[done],
		    &tickets[done], &names[done]);
	pthread_mutex_unlock(lock);
	return done;
}

size_t
sw_table_collect(struct sw_table *table, unsigned key,
    struct sw_observation *observations, struct sw_ticket *tickets,
    char **names, size_t count)
{
	size_t done = 0, at = table->next[key], left = table->bucket_count;

	if (sw_table_pending_of(table, key) == 0)
		return 0;
	/* Once around, not further: nothing is to be taken twice. */
	while (left > 0 && done + WAYS <= count) {
		size_t end = (at / table->per_shard + 1) * table->per_shard;
		size_t begin = at;

		if (end - at > left)
			end = at + left;
		done += collect_slice(table, key, &at, end,
		    observations + done, tickets + done, names + done,
		    count - done);
		left -= at - begin;
		at &= table->bucket_count - 1;
	}
	table->next[key] = at;
	return done;
}

/* Under its lock: is it what was taken out, as it was? */
static bool
is_delivered(const struct sw_table *table, size_t at, unsigned way,
    const struct sw_ticket *ticket, uint16_t day)
{
	const struct entry *entry = &table->buckets[at].entries[way];

	/* Pending entries are never given up: it is the same one. */
	return is_pending(table, at, way) &&
	    entry->version == ticket->version && entry->day == day;
}

void
sw_table_acknowledge(struct sw_table *table,
    const struct sw_observation *observations,
    const struct sw_ticket *tickets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = tickets[i].slot / WAYS;
		unsigned way = tickets[i].slot % WAYS;
		struct entry *entry = &table->buckets[at].entries[way];

		if (i + WAYS < count) {
			size_t slot = tickets[i + WAYS].slot;

			__builtin_prefetch(&table->buckets[slot / WAYS]
			    .entries[slot % WAYS], 1);
		}
		pthread_mutex_lock(lock_of(table, at));
		if (is_delivered(table, at, way, &tickets[i],
		    (uint16_t)observations[i].day)) {
			entry->earlier = 0;
			table->pending[at].ways[entry->key] &=
			    (uint8_t)~(1u << way);
			atomic_fetch_sub_explicit(
			    &table->pending_count[entry->key], 1,
			    memory_order_relaxed);
		}
		pthread_mutex_unlock(lock_of(table, at));
	}
}

size_t
sw_table_pending(struct sw_table *table)
{
	size_t sum = 0;

	for (unsigned key = 0; key < SW_TABLE_KEYS; key++)
		sum += sw_table_pending_of(table, key);
	return sum;
}

void
sw_table_forget(struct sw_table *table, unsigned key)
{
	/* A bucket at a time: nobody is to wait for the whole. */
	for (size_t at = 0; at < table->bucket_count; at++) {
		struct bucket *bucket = &table->buckets[at];

		pthread_mutex_lock(lock_of(table, at));
		for (unsigned way = 0; way < WAYS; way++) {
			if (bucket->entries[way].key == key &&
			    !is_pending(table, at, way))
				bucket->tags[way] = 0;
		}
		pthread_mutex_unlock(lock_of(table, at));
	}
}
