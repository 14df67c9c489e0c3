#include "ledger.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESOLVERS_MAX 4096	/* then the one unheard of longest is left out */
#define INSTANCES 8		/* of a resolver, whose totals may still grow */
#define DAY_SECONDS 86400

struct instance {
	uint8_t id[SW_INSTANCE_SIZE];
	uint64_t heard;		/* counts up; 0: free */
	struct sw_counters counters;
};

struct resolver {
	struct sw_ledger_entry entry;	/* but the instances' counters */
	struct instance instances[INSTANCES];
};

struct sw_ledger {
	pthread_mutex_t lock;
	uint64_t heard;
	struct resolver **resolvers;	/* by name */
	size_t count;
};

enum sw_result
sw_ledger_new(struct sw_ledger **ledger)
{
	struct sw_ledger *made = calloc(1, sizeof(*made));

	*ledger = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	made->resolvers = calloc(RESOLVERS_MAX, sizeof(*made->resolvers));
	if (made->resolvers == NULL) {
		free(made);
		return SW_ERR_MEMORY;
	}
	pthread_mutex_init(&made->lock, NULL);
	*ledger = made;
	return SW_OK;
}

void
sw_ledger_free(struct sw_ledger **ledger)
{
	struct sw_ledger *l = *ledger;

	if (l == NULL)
		return;
	for (size_t i = 0; i < l->count; i++)
		free(l->resolvers[i]);
	free(l->resolvers);
	pthread_mutex_destroy(&l->lock);
	free(l);
	*ledger = NULL;
}

/* --- Resolvers ------------------------------------------------------------ */

/* Where the name is, or belongs. */
static size_t
search(const struct sw_ledger *ledger, const char *name, bool *found)
{
	size_t low = 0, high = ledger->count;

	*found = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(ledger->resolvers[middle]->entry.resolver,
		    name);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
leave_out_oldest(struct sw_ledger *ledger)
{
	size_t oldest = 0;

	for (size_t i = 1; i < ledger->count; i++) {
		if (ledger->resolvers[i]->entry.last_seen <
		    ledger->resolvers[oldest]->entry.last_seen)
			oldest = i;
	}
	free(ledger->resolvers[oldest]);
	ledger->count--;
	memmove(&ledger->resolvers[oldest], &ledger->resolvers[oldest + 1],
	    (ledger->count - oldest) * sizeof(*ledger->resolvers));
}

static struct resolver *
add_resolver(struct sw_ledger *ledger, const char *name)
{
	struct resolver *made = calloc(1, sizeof(*made));
	bool found;
	size_t at;

	if (made == NULL)
		return NULL;
	snprintf(made->entry.resolver, sizeof(made->entry.resolver), "%s",
	    name);
	if (ledger->count == RESOLVERS_MAX)
		leave_out_oldest(ledger);
	at = search(ledger, made->entry.resolver, &found);
	memmove(&ledger->resolvers[at + 1], &ledger->resolvers[at],
	    (ledger->count - at) * sizeof(*ledger->resolvers));
	ledger->resolvers[at] = made;
	ledger->count++;
	return made;
}

/* NULL where memory is out: then it is not counted, here alone. */
static struct resolver *
find_resolver(struct sw_ledger *ledger, const char *name)
{
	bool found;
	size_t at = search(ledger, name, &found);

	return found ? ledger->resolvers[at] : add_resolver(ledger, name);
}

/* --- Their counters ------------------------------------------------------- */

static void
add_counters(struct sw_counters *to, const struct sw_counters *from)
{
#define ADD(name) to->name += from->name;
	SW_FOR_EACH_COUNTER(ADD)
#undef ADD
}

/* Totals of one instance never shrink. */
static void
raise_counters(struct sw_counters *to, const struct sw_counters *from)
{
#define RAISE(name) if (from->name > to->name) to->name = from->name;
	SW_FOR_EACH_COUNTER(RAISE)
#undef RAISE
}

static void
count_instance(struct sw_ledger *ledger, struct resolver *resolver,
    const uint8_t id[SW_INSTANCE_SIZE], const struct sw_counters *counters)
{
	struct instance *instance = &resolver->instances[0];

	for (size_t i = 0; i < INSTANCES; i++) {
		struct instance *other = &resolver->instances[i];

		if (other->heard != 0 &&
		    memcmp(other->id, id, SW_INSTANCE_SIZE) == 0) {
			instance = other;
			break;
		}
		if (other->heard < instance->heard)
			instance = other;
	}
	if (instance->heard == 0 ||
	    memcmp(instance->id, id, SW_INSTANCE_SIZE) != 0) {
		/* The one that was heard of least lately has surely ended. */
		add_counters(&resolver->entry.counters, &instance->counters);
		memset(instance, 0, sizeof(*instance));
		memcpy(instance->id, id, SW_INSTANCE_SIZE);
	}
	instance->heard = ++ledger->heard;
	raise_counters(&instance->counters, counters);
}

/* --- Entries -------------------------------------------------------------- */

void
sw_ledger_restore(void *argument, const struct sw_store_sender *sender)
{
	struct sw_ledger *ledger = argument;
	struct resolver *resolver;

	pthread_mutex_lock(&ledger->lock);
	resolver = find_resolver(ledger, sender->resolver);
	if (resolver != NULL) {
		struct sw_ledger_entry *entry = &resolver->entry;
		int64_t seen = (int64_t)sender->last_day * DAY_SECONDS;

		if (seen > entry->last_seen)
			entry->last_seen = seen;
		entry->batches += sender->batches;
		entry->observations += sender->observations;
		entry->refused += sender->refused;
		if (sender->sent_day != 0)
			entry->skew = (int32_t)(sender->sent_day -
			    sender->last_day);
		count_instance(ledger, resolver, sender->instance,
		    &sender->counters);
	}
	pthread_mutex_unlock(&ledger->lock);
}

void
sw_ledger_enter(struct sw_ledger *ledger,
    const struct sw_store_delivery *delivery, uint32_t today, int64_t now,
    int64_t expiry)
{
	const struct sw_batch *batch = delivery->batch;
	const struct sw_store_merged *merged = delivery->merged;
	struct resolver *resolver;

	pthread_mutex_lock(&ledger->lock);
	resolver = find_resolver(ledger, delivery->resolver);
	if (resolver != NULL) {
		struct sw_ledger_entry *entry = &resolver->entry;

		entry->last_seen = now;
		entry->expiry = expiry;
		entry->batches += merged->batches;
		entry->duplicates += merged->duplicates;
		entry->observations += merged->observations;
		entry->refused += merged->refused;
		if (batch->sent_day != 0)
			entry->skew = (int32_t)(batch->sent_day - today);
		count_instance(ledger, resolver, batch->instance,
		    &batch->counters);
	}
	pthread_mutex_unlock(&ledger->lock);
}

enum sw_result
sw_ledger_copy(struct sw_ledger *ledger, struct sw_ledger_entry **entries,
    size_t *count)
{
	struct sw_ledger_entry *list;

	*count = 0;
	pthread_mutex_lock(&ledger->lock);
	list = calloc(ledger->count + 1, sizeof(*list));
	for (size_t i = 0; list != NULL && i < ledger->count; i++) {
		list[i] = ledger->resolvers[i]->entry;
		for (size_t j = 0; j < INSTANCES; j++)
			add_counters(&list[i].counters,
			    &ledger->resolvers[i]->instances[j].counters);
		*count = i + 1;
	}
	pthread_mutex_unlock(&ledger->lock);
	*entries = list;
	return list != NULL ? SW_OK : SW_ERR_MEMORY;
}
