/* The edge table and pending set. */
#include "module/table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define WAYS 8u
#define HUGE_PAGE ((uintptr_t)2 * 1024 * 1024)
#define SHARDS 64u
#define COLLECT_SLICE 32u	/* entries copied while a lock is held */
#define EARLIER_DAYS 8u		/* bits of earlier */
/*
 * Entries of a bucket that those without a record, waiting for delivery, leave
 * to those with one: a flood of the former while the collector is away must
 * not keep the latter out.
 */
#define RESERVED 2u

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
	bool pending;
};

/* Tags by themselves: to find one, or none, is to read one cache line. */
struct bucket {
	uint64_t tags[WAYS];	/* 0: free */
	struct entry entries[WAYS];
};
_Static_assert(sizeof(struct bucket) == WAYS * 64, "64 bytes for an entry");

struct sw_table {
	struct bucket *buckets;
	size_t bucket_count;	/* a power of two, at least SHARDS */
	void *map;		/* what they are in */
	size_t map_size;
	size_t per_shard;	/* buckets under one lock */
	/*
	 * For each key, a bit for each bucket that holds a pending entry,
	 * under its lock.
	 */
	uint64_t *pending[SW_TABLE_KEYS];
	char **names;		/* by slot, or NULL */
	atomic_size_t name_bytes;
	/* Bucket where collecting goes on; sender only. */
	size_t next[SW_TABLE_KEYS];
	atomic_size_t pending_count[SW_TABLE_KEYS];
	pthread_mutex_t locks[SHARDS];
};

/*
 * On huge pages where there are such, and touched here: the first touch of a
 * page costs more than all else that an observation does, and would be a
 * resolver thread's.
 */
static bool
map_buckets(struct sw_table *table)
{
	size_t size = table->bucket_count * sizeof(struct bucket);
	uintptr_t at;

	table->map_size = size + HUGE_PAGE;
	table->map = mmap(NULL, table->map_size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (table->map == MAP_FAILED) {
		table->map = NULL;
		return false;
	}
	at = ((uintptr_t)table->map + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	table->buckets = (struct bucket *)at;
	/* Where the kernel can't, it is slower, and as good. */
	madvise(table->buckets, size, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
	madvise(table->buckets, size, MADV_POPULATE_WRITE);
#endif
	return true;
}

enum sw_result
sw_table_new(struct sw_table **table, size_t capacity, bool keep_names)
{
	enum sw_result result = SW_ERR_MEMORY;
	struct sw_table *made = calloc(1, sizeof(*made));

	*table = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	/* 64 buckets a shard, so that shards share no word of the bitmap. */
	made->bucket_count = SHARDS * 64;
	while (made->bucket_count * WAYS < capacity)
		made->bucket_count *= 2;
	made->per_shard = made->bucket_count / SHARDS;
	if (!map_buckets(made))
		goto out;
	for (unsigned key = 0; key < SW_TABLE_KEYS; key++) {
		made->pending[key] = calloc(made->bucket_count / 64,
		    sizeof(uint64_t));
		if (made->pending[key] == NULL)
			goto out;
	}
	if (keep_names) {
		made->names = calloc(made->bucket_count * WAYS, sizeof(char *));
		if (made->names == NULL)
			goto out;
	}
	for (unsigned i = 0; i < SHARDS; i++)
		pthread_mutex_init(&made->locks[i], NULL);
	*table = made;
	made = NULL;
	result = SW_OK;
out:
	sw_table_free(&made);
	return result;
}

void
sw_table_free(struct sw_table **table)
{
	struct sw_table *t = *table;

	*table = NULL;
	if (t == NULL)
		return;
	if (t->names != NULL) {
		for (size_t i = 0; i < t->bucket_count * WAYS; i++)
			free(t->names[i]);
	}
	free(t->names);
	for (unsigned key = 0; key < SW_TABLE_KEYS; key++)
		free(t->pending[key]);
	if (t->map != NULL)
		munmap(t->map, t->map_size);
	free(t);
}

size_t
sw_table_memory(const struct sw_table *table)
{
	return sizeof(*table) + table->bucket_count * sizeof(struct bucket) +
	    SW_TABLE_KEYS * (table->bucket_count / 8) +
	    (table->names == NULL ? 0 :
	    table->bucket_count * WAYS * sizeof(char *)) +
	    atomic_load_explicit(&table->name_bytes, memory_order_relaxed);
}

static size_t
bucket_of(const struct sw_table *table, uint64_t tag)
{
	return tag & (table->bucket_count - 1);
}

void
sw_table_expect(const struct sw_table *table, uint64_t tag)
{
	__builtin_prefetch(&table->buckets[bucket_of(table, tag)], 1);
}

static pthread_mutex_t *
lock_of(struct sw_table *table, size_t bucket)
{
	return &table->locks[bucket / table->per_shard];
}

static struct entry *
find(struct bucket *bucket, uint64_t tag)
{
	for (unsigned i = 0; i < WAYS; i++) {
		if (bucket->tags[i] == tag)
			return &bucket->entries[i];
	}
	return NULL;
}

bool
sw_table_is_known(struct sw_table *table, uint64_t tag)
{
	size_t at = bucket_of(table, tag);
	bool known;

	pthread_mutex_lock(lock_of(table, at));
	known = find(&table->buckets[at], tag) != NULL;
	pthread_mutex_unlock(lock_of(table, at));
	return known;
}

static bool
publishes(uint8_t outcome)
{
	return outcome == SW_OUTCOME_PRESENT || outcome == SW_OUTCOME_INVALID;
}

/*
 * Does entry a matter less than b? What publishes a record stays rather than
 * what doesn't: a flood of look-ups of domains without records must not push
 * the mail domains out. Then what was seen lately stays.
 */
static bool
matters_less(const struct entry *a, const struct entry *b)
{
	if (publishes(a->outcome) != publishes(b->outcome))
		return publishes(b->outcome);
	return a->day < b->day;
}

/* A free entry for outcome, or the one to give up; NULL if all must wait. */
static struct entry *
make_room(struct bucket *bucket, uint8_t outcome)
{
	struct entry *room = NULL, *victim = NULL;
	unsigned waiting = 0;	/* without a record */

	for (unsigned i = 0; i < WAYS; i++) {
		struct entry *entry = &bucket->entries[i];

		if (bucket->tags[i] == 0)
			room = entry;
		else if (entry->pending)
			waiting += !publishes(entry->outcome);
		else if (victim == NULL || matters_less(entry, victim))
			victim = entry;
	}
	if (!publishes(outcome) && waiting >= WAYS - RESERVED)
		return NULL;
	return room != NULL ? room : victim;
}

static void
set_pending(struct sw_table *table, size_t at, struct entry *entry)
{
	entry->version++;
	if (!entry->pending)
		atomic_fetch_add_explicit(&table->pending_count[entry->key], 1,
		    memory_order_relaxed);
	entry->pending = true;
	table->pending[entry->key][at / 64] |= UINT64_C(1) << (at % 64);
}

static bool
same_state(const struct entry *entry, const struct sw_observation *observation)
{
	return entry->outcome == observation->outcome &&
	    entry->dnssec == observation->dnssec &&
	    entry->features == observation->features &&
	    memcmp(entry->digest, observation->digest, SW_DIGEST_SIZE) == 0;
}

static void
fill(struct entry *entry, const struct sw_observation *observation)
{
	memcpy(entry->subject, observation->subject, SW_PSEUDONYM_SIZE);
	memcpy(entry->digest, observation->digest, SW_DIGEST_SIZE);
	entry->features = observation->features;
	entry->group = observation->group;
	entry->mechanism = observation->mechanism;
	entry->outcome = observation->outcome;
	entry->dnssec = observation->dnssec;
	entry->earlier = 0;
}

/*
 * The same state on a day before the latest that waits: threads don't turn
 * the page at the same moment. If it is long ago, the clock was set back, and
 * what waits is of days that never were.
 */
static enum sw_table_change
see_earlier(struct entry *entry, uint16_t day)
{
	unsigned back = (unsigned)entry->day - day;
	uint8_t bit;

	if (back > EARLIER_DAYS) {
		entry->earlier = 0;
		entry->day = day;
		return SW_TABLE_SUPERSEDED;
	}
	bit = (uint8_t)(1u << (back - 1));
	if ((entry->earlier & bit) != 0)
		return SW_TABLE_REPEATED;
	entry->earlier |= bit;
	return SW_TABLE_PENDING;
}

/*
 * The same state on another day. Days that were not delivered yet are kept as
 * bits of earlier; one that is more than eight days back is lost.
 */
static enum sw_table_change
see_again(struct entry *entry, uint16_t day)
{
	enum sw_table_change change = SW_TABLE_PENDING;
	uint32_t earlier = 0;

	if (day == entry->day)
		return SW_TABLE_REPEATED;
	if (entry->pending && day < entry->day)
		return see_earlier(entry, day);
	if (entry->pending) {
		unsigned days = (unsigned)day - entry->day;

		/* The old day itself and its bits move back by days. */
		earlier = days > 16 ? UINT32_C(1) << EARLIER_DAYS :
		    (uint32_t)(entry->earlier << 1 | 1) << (days - 1);
		if (earlier >> EARLIER_DAYS != 0)
			change = SW_TABLE_SUPERSEDED;
	}
	entry->earlier = (uint8_t)earlier;
	entry->day = day;
	return change;
}

/*
 * A domain signs with several DKIM keys, under selectors that stay inside:
 * what was seen of any of them on one day counts, the larger value of each
 * slot, lest keys that take turns look like a record that changes.
 */
static uint64_t
larger_features(uint64_t a, uint64_t b)
{
	for (unsigned slot = 0; slot < SW_FEATURE_SLOTS; slot++) {
		if (sw_features_get(b, slot) > sw_features_get(a, slot))
			a = sw_features_set(a, slot, sw_features_get(b, slot));
	}
	return a;
}

static enum sw_table_change
update(struct entry *entry, const struct sw_sight *sight,
    struct sw_observation *observation)
{
	enum sw_table_change change;

	if (entry->mechanism == SW_MECHANISM_DKIM &&
	    entry->outcome == observation->outcome && entry->day == sight->day)
		observation->features = larger_features(entry->features,
		    observation->features);
	if (same_state(entry, observation)) {
		change = see_again(entry, sight->day);
	} else {
		change = entry->pending ? SW_TABLE_SUPERSEDED :
		    SW_TABLE_PENDING;
		fill(entry, observation);
		entry->day = sight->day;
	}
	entry->print = sight->print;
	return change;
}

/* False if the name can't be kept. */
static bool
replace_name(struct sw_table *table, size_t slot, const char *name)
{
	char *copy;

	if (table->names == NULL)
		return true;
	copy = name != NULL ? strdup(name) : NULL;
	if (copy == NULL)
		return false;
	if (table->names[slot] != NULL)
		atomic_fetch_sub_explicit(&table->name_bytes,
		    strlen(table->names[slot]) + 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&table->name_bytes, strlen(copy) + 1,
	    memory_order_relaxed);
	free(table->names[slot]);
	table->names[slot] = copy;
	return true;
}

static enum sw_table_change
insert(struct sw_table *table, size_t at, const struct sw_sight *sight,
    const struct sw_observation *observation)
{
	struct bucket *bucket = &table->buckets[at];
	struct entry *entry = make_room(bucket, observation->outcome);
	enum sw_table_change change;
	size_t way;

	if (entry == NULL)
		return SW_TABLE_FULL;
	way = (size_t)(entry - bucket->entries);
	if (!replace_name(table, at * WAYS + way, observation->name))
		return SW_TABLE_MEMORY;
	change = bucket->tags[way] == 0 ? SW_TABLE_PENDING : SW_TABLE_EVICTED;
	bucket->tags[way] = sight->tag;
	fill(entry, observation);
	entry->key = sight->key;
	entry->print = sight->print;
	entry->day = sight->day;
	return change;
}

static bool
is_waiting(enum sw_table_change change)
{
	return change == SW_TABLE_PENDING || change == SW_TABLE_SUPERSEDED ||
	    change == SW_TABLE_EVICTED;
}

enum sw_table_change
sw_table_see_again(struct sw_table *table, const struct sw_sight *sight)
{
	size_t at = bucket_of(table, sight->tag);
	enum sw_table_change change = SW_TABLE_UNKNOWN;
	struct entry *entry;

	pthread_mutex_lock(lock_of(table, at));
	entry = find(&table->buckets[at], sight->tag);
	if (entry != NULL && entry->print == sight->print &&
	    (entry->day == sight->day ||
	    entry->mechanism != SW_MECHANISM_DKIM)) {
		change = see_again(entry, sight->day);
		if (is_waiting(change))
			set_pending(table, at, entry);
	}
	pthread_mutex_unlock(lock_of(table, at));
	return change;
}

enum sw_table_change
sw_table_put(struct sw_table *table, const struct sw_sight *sight,
    struct sw_observation *observation, bool only_known)
{
	size_t at = bucket_of(table, sight->tag);
	enum sw_table_change change;
	struct entry *entry;

	pthread_mutex_lock(lock_of(table, at));
	entry = find(&table->buckets[at], sight->tag);
	if (entry != NULL)
		change = update(entry, sight, observation);
	else if (only_known)
		change = SW_TABLE_UNKNOWN;
	else
		change = insert(table, at, sight, observation);
	if (is_waiting(change))
		set_pending(table, at, find(&table->buckets[at], sight->tag));
	pthread_mutex_unlock(lock_of(table, at));
	return change;
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

/* The first bucket from at on that holds entries to send, up to end. */
static size_t
next_pending(const struct sw_table *table, unsigned key, size_t at, size_t end)
{
	while (at < end) {
		uint64_t word = table->pending[key][at / 64] >> (at % 64);

		if (word != 0) {
			at += (size_t)__builtin_ctzll(word);
			return at < end ? at : end;
		}
		at = (at / 64 + 1) * 64;
	}
	return end;
}

/* Collect from the buckets from *at to end under their lock, a slice. */
static size_t
collect_slice(struct sw_table *table, unsigned key, size_t *at, size_t end,
    struct sw_observation *observations, struct sw_ticket *tickets,
    char **names, size_t count)
{
	size_t done = 0;
	pthread_mutex_t *lock = lock_of(table, *at);

	pthread_mutex_lock(lock);
	*at = next_pending(table, key, *at, end);
	/* A bucket is taken whole, or left for the next call. */
	while (*at < end && done + WAYS <= count && done < COLLECT_SLICE) {
		const struct bucket *bucket = &table->buckets[*at];

		for (unsigned i = 0; i < WAYS; i++) {
			const struct entry *entry = &bucket->entries[i];

			if (entry->pending && entry->key == key &&
			    copy_out(table, *at * WAYS + i,
			    &observations[done], &tickets[done], &names[done]))
				done++;
		}
		*at = next_pending(table, key, *at + 1, end);
	}
	pthread_mutex_unlock(lock);
	return done;
}

size_t
sw_table_collect(struct sw_table *table, unsigned key,
    struct sw_observation *observations, struct sw_ticket *tickets,
    char **names, size_t count)
{
	size_t done = 0, at = table->next[key], left = table->bucket_count;

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

static void
settle(struct sw_table *table, unsigned key, size_t at)
{
	const struct bucket *bucket = &table->buckets[at];

	for (unsigned i = 0; i < WAYS; i++) {
		if (bucket->entries[i].pending && bucket->entries[i].key == key)
			return;
	}
	table->pending[key][at / 64] &= ~(UINT64_C(1) << (at % 64));
}

void
sw_table_acknowledge(struct sw_table *table,
    const struct sw_observation *observations,
    const struct sw_ticket *tickets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = tickets[i].slot / WAYS;
		struct entry *entry =
		    &table->buckets[at].entries[tickets[i].slot % WAYS];

		pthread_mutex_lock(lock_of(table, at));
		/* Pending entries are never given up: it is the same one. */
		if (entry->pending && entry->version == tickets[i].version &&
		    entry->day == observations[i].day) {
			entry->pending = false;
			entry->earlier = 0;
			atomic_fetch_sub_explicit(
			    &table->pending_count[entry->key], 1,
			    memory_order_relaxed);
			settle(table, entry->key, at);
		}
		pthread_mutex_unlock(lock_of(table, at));
	}
}

size_t
sw_table_pending_of(struct sw_table *table, unsigned key)
{
	return atomic_load_explicit(&table->pending_count[key],
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
		pthread_mutex_lock(lock_of(table, at));
		for (unsigned i = 0; i < WAYS; i++) {
			const struct entry *entry =
			    &table->buckets[at].entries[i];

			if (entry->key == key && !entry->pending)
				table->buckets[at].tags[i] = 0;
		}
		pthread_mutex_unlock(lock_of(table, at));
	}
}
