/* The edge table: what was seen last, and what is new. */
#include "module/table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "module/table_internal.h"

/* Bits of earlier. */
#define EARLIER_DAYS 8u
/*
 * Entries of a bucket that those without a record, waiting for delivery, leave
 * to those with one: a flood of the former while the collector is away must
 * not keep the latter out.
 */
#define RESERVED 2u

/* Words, entries, and the bits that say which buckets have some to deliver. */
static bool
make_buckets(struct sw_table *table, size_t capacity)
{
	size_t slots, bits;

	/* 64 a shard, so that each has words of bits of its own. */
	table->bucket_count = SHARDS * 64;
	table->shard_bits = 6;
	while (table->bucket_count * WAYS < capacity) {
		table->bucket_count *= 2;
		table->shard_bits++;
	}
	slots = table->bucket_count * WAYS;
	bits = table->bucket_count / 64;
	table->slot_mask = slots - 1;
	if (!sw_pages_map(&table->pages, slots * (sizeof(uint64_t) +
	    sizeof(struct entry)) + SW_TABLE_KEYS * bits * sizeof(uint64_t)))
		return false;
	table->words = table->pages.memory;
	table->entries = (struct entry *)(table->words + slots);
	for (unsigned key = 0; key < SW_TABLE_KEYS; key++)
		table->waiting[key] = (uint64_t *)(table->entries + slots) +
		    key * bits;
	return true;
}

enum sw_result
sw_table_new(struct sw_table **table, size_t capacity, bool keep_names)
{
	enum sw_result result = SW_ERR_MEMORY;
	struct sw_table *made = aligned_alloc(_Alignof(struct sw_table),
	    sizeof(*made));

	*table = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	memset(made, 0, sizeof(*made));
	if (!make_buckets(made, capacity))
		goto out;
	if (keep_names) {
		made->names = calloc(made->bucket_count * WAYS, sizeof(char *));
		if (made->names == NULL)
			goto out;
	}
	for (unsigned i = 0; i < SHARDS; i++)
		pthread_mutex_init(&made->shards[i].lock, NULL);
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
	sw_pages_unmap(&t->pages);
	free(t);
}

size_t
sw_table_memory(const struct sw_table *table)
{
	return sizeof(*table) + table->bucket_count * WAYS *
	    (sizeof(uint64_t) + sizeof(struct entry)) + SW_TABLE_KEYS * table->bucket_count / 8 +
	    (table->names == NULL ? 0 :
	    table->bucket_count * WAYS * sizeof(char *)) +
	    atomic_load_explicit(&table->name_bytes, memory_order_relaxed);
}

static size_t
bucket_of(const struct sw_table *table, uint64_t tag)
{
	return tag & (table->bucket_count - 1);
}

/* A tag as it stands in a word. */
static uint64_t
mark_of_tag(const struct sw_table *table, uint64_t tag)
{
	uint64_t mark = mark_of(table, tag);

	return mark != 0 ? mark : OWNS >> 1;
}

/* The way of a bucket that has this tag, or WAYS. */
static unsigned
find(const struct sw_table *table, size_t at, uint64_t tag)
{
	uint64_t mark = mark_of_tag(table, tag);
	unsigned way = 0;

	while (way < WAYS && mark_of(table, get_word(table, at, way)) != mark)
		way++;
	return way;
}

static unsigned
find_free(const struct sw_table *table, size_t at)
{
	unsigned way = 0;

	while (way < WAYS && mark_of(table, get_word(table, at, way)) != 0)
		way++;
	return way;
}

/*
 * It reads what will be needed, nothing else between, so that all of it is under
 * way at once. A hint to the processor would not do: where the page is not at
 * hand either, as is usual in a table of this size, it may pass over it.
 */
void
sw_table_expect(const struct sw_table *table, const uint64_t *tags,
    size_t count)
{
	size_t next = atomic_load_explicit(&table->owned, memory_order_relaxed);

	for (size_t i = 0; i < count; i++)
		(void)get_word(table, bucket_of(table, tags[i]), 0);
	for (size_t i = 0; i < count; i++) {
		size_t at = bucket_of(table, tags[i]);
		unsigned way = find(table, at, tags[i]);

		/* What is new is likely to be given the next entry. */
		expect_entry(way < WAYS ? entry_of(table, at, way) :
		    &table->entries[next++ & table->slot_mask]);
		__builtin_prefetch(&table->waiting[0][at / 64], 1);
	}
}

bool
sw_table_is_known(struct sw_table *table, uint64_t tag)
{
	return find(table, bucket_of(table, tag), tag) < WAYS;
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

/* How many entries without a record wait in a bucket. */
static unsigned
count_waiting(const struct sw_table *table, size_t at, uint8_t pending)
{
	unsigned waiting = 0;

	for (unsigned way = 0; pending >> way != 0; way++) {
		if ((pending >> way & 1) != 0)
			waiting += !publishes(entry_of(table, at,
			    way)->outcome);
	}
	return waiting;
}

/* What matters least of those that need not wait; WAYS if all must. */
static unsigned
find_victim(const struct sw_table *table, size_t at, uint8_t pending)
{
	unsigned victim = WAYS;

	for (unsigned way = 0; way < WAYS; way++) {
		if ((pending >> way & 1) == 0 && (victim == WAYS ||
		    matters_less(entry_of(table, at, way),
		    entry_of(table, at, victim))))
			victim = way;
	}
	return victim;
}

/*
 * A free way for outcome, or the one to give up; WAYS if all must wait. Looks at
 * no more entries than it must: each is a cache line.
 */
static unsigned
make_room(const struct sw_table *table, size_t at, uint8_t outcome)
{
	uint8_t pending = pending_ways(table, at);
	unsigned room;

	if (!publishes(outcome) &&
	    (unsigned)__builtin_popcount(pending) >= WAYS - RESERVED &&
	    count_waiting(table, at, pending) >= WAYS - RESERVED)
		return WAYS;
	room = find_free(table, at);
	return room < WAYS ? room : find_victim(table, at, pending);
}

/* The word of a way for its entry, which it is given if it has none yet. */
static uint64_t
own_entry(struct sw_table *table, size_t at, unsigned way)
{
	uint64_t word = get_word(table, at, way);

	/* There are as many entries as ways. */
	if ((word & OWNS) == 0)
		word = atomic_fetch_add_explicit(&table->owned, 1,
		    memory_order_relaxed);
	return OWNS | (word & table->slot_mask);
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
see_again(struct entry *entry, bool pending, uint16_t day)
{
	enum sw_table_change change = SW_TABLE_PENDING;
	uint32_t earlier = 0;

	if (day == entry->day)
		return SW_TABLE_REPEATED;
	if (pending && day < entry->day)
		return see_earlier(entry, day);
	if (pending) {
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
update(struct entry *entry, bool pending, const struct sw_sight *sight,
    struct sw_observation *observation)
{
	enum sw_table_change change;

	if (entry->mechanism == SW_MECHANISM_DKIM &&
	    entry->outcome == observation->outcome && entry->day == sight->day)
		observation->features = larger_features(entry->features,
		    observation->features);
	if (same_state(entry, observation)) {
		change = see_again(entry, pending, sight->day);
	} else {
		change = pending ? SW_TABLE_SUPERSEDED : SW_TABLE_PENDING;
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

/* Sets way to where it is now. */
static enum sw_table_change
insert(struct sw_table *table, size_t at, const struct sw_sight *sight,
    const struct sw_observation *observation, unsigned *way)
{
	enum sw_table_change change;
	struct entry *entry;
	uint64_t word;

	*way = make_room(table, at, observation->outcome);
	if (*way == WAYS)
		return SW_TABLE_FULL;
	word = own_entry(table, at, *way);
	change = mark_of(table, get_word(table, at, *way)) == 0 ?
	    SW_TABLE_PENDING : SW_TABLE_EVICTED;
	if (!replace_name(table, word & table->slot_mask, observation->name)) {
		/* Free ways keep what they own, others what they have. */
		if (change == SW_TABLE_PENDING)
			set_word(table, at, *way, word);
		return SW_TABLE_MEMORY;
	}
	set_word(table, at, *way, word | mark_of_tag(table, sight->tag));
	entry = entry_of(table, at, *way);
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

/* What is not there is told without the lock: sw_table_put() looks again. */
enum sw_table_change
sw_table_see_again(struct sw_table *table, const struct sw_sight *sight)
{
	size_t at = bucket_of(table, sight->tag);
	enum sw_table_change change = SW_TABLE_UNKNOWN;
	struct shard *shard = shard_of(table, at);
	struct entry *entry;
	unsigned way;

	if (find(table, at, sight->tag) == WAYS)
		return SW_TABLE_UNKNOWN;
	pthread_mutex_lock(&shard->lock);
	way = find(table, at, sight->tag);
	entry = way < WAYS ? entry_of(table, at, way) : NULL;
	if (entry != NULL && entry->print == sight->print &&
	    (entry->day == sight->day ||
	    entry->mechanism != SW_MECHANISM_DKIM)) {
		change = see_again(entry, is_pending(table, at, way), sight->day);
		if (is_waiting(change))
			sw_table_set_pending(table, at, way);
	}
	pthread_mutex_unlock(&shard->lock);
	return change;
}

enum sw_table_change
sw_table_put(struct sw_table *table, const struct sw_sight *sight,
    struct sw_observation *observation, bool only_known)
{
	size_t at = bucket_of(table, sight->tag);
	struct shard *shard = shard_of(table, at);
	enum sw_table_change change;
	unsigned way;

	pthread_mutex_lock(&shard->lock);
	way = find(table, at, sight->tag);
	if (way < WAYS)
		change = update(entry_of(table, at, way), is_pending(table, at, way),
		    sight, observation);
	else if (only_known)
		change = SW_TABLE_UNKNOWN;
	else
		change = insert(table, at, sight, observation, &way);
	if (is_waiting(change))
		sw_table_set_pending(table, at, way);
	pthread_mutex_unlock(&shard->lock);
	return change;
}
