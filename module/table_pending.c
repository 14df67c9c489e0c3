/* The pending set: the entries of the edge table that are not delivered yet. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "module/table.h"
#include "module/table_internal.h"

#define SLICE 32u	/* entries looked at while a lock is held */
_Static_assert(SLICE >= WAYS, "a bucket at least");

/* Only ever changed under the shard's lock: to add needs no atomic step. */
static void
add_pending(struct shard *shard, unsigned key, size_t number)
{
	atomic_store_explicit(&shard->pending[key], number +
	    atomic_load_explicit(&shard->pending[key], memory_order_relaxed),
	    memory_order_relaxed);
}

void
sw_table_set_pending(struct sw_table *table, size_t at, unsigned way)
{
	unsigned key = entry_of(table, at, way)->key;

	if (is_pending(table, at, way))
		return;
	set_word(table, at, way, get_word(table, at, way) | PENDING);
	table->waiting[key][at / 64] |= UINT64_C(1) << at % 64;
	add_pending(shard_of(table, at), key, 1);
}

/* What waits in the table. */
static size_t
count_pending(struct sw_table *table, unsigned key)
{
	size_t sum = 0;

	for (unsigned i = 0; i < SHARDS; i++)
		sum += atomic_load_explicit(&table->shards[i].pending[key],
		    memory_order_relaxed);
	return sum;
}

size_t
sw_table_pending_of(struct sw_table *table, unsigned key)
{
	return count_pending(table, key) + atomic_load_explicit(
	    &table->taken[key], memory_order_relaxed);
}

/* False if there is no memory for the name. */
static bool
copy_out(const struct sw_table *table, size_t slot,
    struct sw_observation *observation, char **name)
{
	const struct entry *entry = &table->entries[slot];
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
	observation->name = *name;
	return true;
}

/* The first bucket from at on that may hold entries to send, up to end. */
static size_t
next_waiting(const uint64_t *waiting, size_t at, size_t end)
{
	while (at < end) {
		uint64_t word = waiting[at / 64] >> at % 64;

		if (word != 0) {
			at += (size_t)__builtin_ctzll(word);
			break;
		}
		at = (at / 64 + 1) * 64;
	}
	return at < end ? at : end;
}

/*
 * Some buckets from *at to end, and their words are read: they are far apart, so
 * that to wait for each in turn takes longer than all else.
 */
static size_t
find_buckets(const struct sw_table *table, unsigned key, size_t *at, size_t end,
    size_t buckets[SLICE])
{
	const uint64_t *waiting = table->waiting[key];
	size_t found = 0;

	*at = next_waiting(waiting, *at, end);
	while (*at < end && found < SLICE) {
		buckets[found++] = *at;
		*at = next_waiting(waiting, *at + 1, end);
	}
	for (size_t i = 0; i < found; i++)
		(void)get_word(table, buckets[i], 0);
	return found;
}

/* A way of a bucket. */
struct place {
	size_t at;
	unsigned way;
};

/*
 * What waits in the buckets from *at to end, of whatever key, at most count. A
 * bucket is taken whole, or left for the next call.
 */
static size_t
find_places(const struct sw_table *table, unsigned key, size_t *at, size_t end,
    struct place places[SLICE], size_t count)
{
	size_t buckets[SLICE], found = 0;
	size_t bucket_count = find_buckets(table, key, at, end, buckets);

	if (count > SLICE)
		count = SLICE;
	for (size_t i = 0; i < bucket_count; i++) {
		if (found + WAYS > count) {
			*at = buckets[i];
			break;
		}
		for (unsigned way = 0; way < WAYS; way++) {
			if (!is_pending(table, buckets[i], way))
				continue;
			expect_entry(entry_of(table, buckets[i], way));
			places[found++] = (struct place){ buckets[i], way };
		}
	}
	return found;
}

/* Under its lock: nothing is to be looked for in a bucket where nothing waits. */
static void
end_bucket(struct sw_table *table, size_t at)
{
	if (pending_ways(table, at) != 0)
		return;
	for (unsigned key = 0; key < SW_TABLE_KEYS; key++)
		table->waiting[key][at / 64] &= ~(UINT64_C(1) << at % 64);
}

/* Under its lock: copy an entry out; it waits no more. False if it can't be. */
static bool
take_one(struct sw_table *table, const struct place *place,
    struct sw_observation *observation, char **name)
{
	if (!copy_out(table, slot_of(table, place->at, place->way),
	    observation, name))
		return false;
	entry_of(table, place->at, place->way)->earlier = 0;
	set_word(table, place->at, place->way,
	    get_word(table, place->at, place->way) & ~PENDING);
	return true;
}

/* Take from the buckets from *at to end under their lock, a slice. */
static size_t
take_slice(struct sw_table *table, unsigned key, size_t *at, size_t end,
    struct sw_observation *observations, char **names, size_t count)
{
	struct shard *shard = shard_of(table, *at);
	struct place places[SLICE];
	size_t found, done = 0;

	pthread_mutex_lock(&shard->lock);
	found = find_places(table, key, at, end, places, count);
	for (size_t i = 0; i < found; i++) {
		if (entry_of(table, places[i].at, places[i].way)->key == key)
			done += take_one(table, &places[i],
			    &observations[done], &names[done]);
		if (i + 1 == found || places[i + 1].at != places[i].at)
			end_bucket(table, places[i].at);
	}
	add_pending(shard, key, -done);
	pthread_mutex_unlock(&shard->lock);
	return done;
}

size_t
sw_table_take(struct sw_table *table, unsigned key,
    struct sw_observation *observations, char **names, size_t count)
{
	size_t done = 0, at = table->next[key], left = table->bucket_count;

	if (count_pending(table, key) == 0)
		return 0;
	/* Once around, not further: what comes meanwhile has time. */
	while (left > 0 && done + WAYS <= count) {
		size_t end = ((at >> table->shard_bits) + 1) <<
		    table->shard_bits;
		size_t begin = at;

		if (end - at > left)
			end = at + left;
		done += take_slice(table, key, &at, end, observations + done,
		    names + done, count - done);
		left -= at - begin;
		at &= table->bucket_count - 1;
	}
	table->next[key] = at;
	atomic_fetch_add_explicit(&table->taken[key], done,
	    memory_order_relaxed);
	return done;
}

void
sw_table_settle(struct sw_table *table, unsigned key, size_t count)
{
	atomic_fetch_sub_explicit(&table->taken[key], count,
	    memory_order_relaxed);
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
		pthread_mutex_lock(&shard_of(table, at)->lock);
		for (unsigned way = 0; way < WAYS; way++) {
			uint64_t word = get_word(table, at, way);

			if (mark_of(table, word) != 0 &&
			    (word & PENDING) == 0 &&
			    entry_of(table, at, way)->key == key)
				set_word(table, at, way,
				    OWNS | (word & table->slot_mask));
		}
		pthread_mutex_unlock(&shard_of(table, at)->lock);
	}
}
