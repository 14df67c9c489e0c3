/* Interned public suffixes and registry types. */
#include "module/groups.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/*
 * The list's ICANN section has some 7,000 rules; wildcards and unlisted
 * top-level domains can make up more. Half of the slots at most are used.
 */
#define GROUPS_MAX 32768u
#define SLOTS (2 * GROUPS_MAX)
#define RECENT 256u	/* most names are in a few groups */

struct sw_groups {
	pthread_mutex_t lock;
	uint8_t seed[crypto_shorthash_KEYBYTES];	/* against collisions by choice */
	struct sw_group groups[GROUPS_MAX];
	uint32_t count;
	uint32_t slots[SLOTS];	/* number + 1; 0: free */
	size_t text;		/* bytes of strings */
	/* Numbers + 1, found lately: of groups that are complete, for good. */
	_Atomic uint32_t recent[RECENT];
};

enum sw_result
sw_groups_new(struct sw_groups **groups)
{
	*groups = calloc(1, sizeof(**groups));
	if (*groups == NULL)
		return SW_ERR_MEMORY;
	pthread_mutex_init(&(*groups)->lock, NULL);
	crypto_shorthash_keygen((*groups)->seed);
	return SW_OK;
}

void
sw_groups_free(struct sw_groups **groups)
{
	struct sw_groups *g = *groups;

	*groups = NULL;
	if (g == NULL)
		return;
	for (uint32_t i = 0; i < g->count; i++)
		free((char *)(uintptr_t)g->groups[i].suffix);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

/* Registry and type texts belong to the tables, which outlive the groups. */
static struct sw_group
group_of(const struct sw_name *name)
{
	struct sw_group group = {
		.suffix = name->suffix,
		.registry = name->type == NULL ? "" :
		    sw_registry_tld(name->registry),
		.type = name->type == NULL ? "" : name->type->name,
	};

	return group;
}

static bool
is_same(const struct sw_group *a, const struct sw_group *b)
{
	return strcmp(a->suffix, b->suffix) == 0 &&
	    (a->type == b->type || strcmp(a->type, b->type) == 0);
}

static uint32_t *
find_slot(struct sw_groups *groups, const struct sw_group *wanted)
{
	uint8_t hash[crypto_shorthash_BYTES];
	uint32_t at;

	crypto_shorthash(hash, (const uint8_t *)wanted->suffix,
	    strlen(wanted->suffix), groups->seed);
	memcpy(&at, hash, sizeof(at));
	for (at %= SLOTS;; at = (at + 1) % SLOTS) {
		uint32_t number = groups->slots[at];
		const struct sw_group *group;

		if (number == 0)
			return &groups->slots[at];
		group = &groups->groups[number - 1];
		if (is_same(group, wanted))
			return &groups->slots[at];
	}
}

/* Suffixes are of one letter at least. */
static _Atomic uint32_t *
recent_of(struct sw_groups *groups, const struct sw_group *wanted)
{
	const char *suffix = wanted->suffix;

	return &groups->recent[(32u * (uint8_t)suffix[0] + (uint8_t)suffix[1] +
	    7u * (uint8_t)wanted->type[0]) % RECENT];
}

bool
sw_groups_intern(struct sw_groups *groups, const struct sw_name *name,
    uint32_t *number)
{
	struct sw_group group = group_of(name);
	_Atomic uint32_t *recent = recent_of(groups, &group);
	uint32_t *slot, found = atomic_load_explicit(recent,
	    memory_order_acquire);
	bool done = false;

	if (found != 0 && is_same(&groups->groups[found - 1], &group)) {
		*number = found - 1;
		return true;
	}
	pthread_mutex_lock(&groups->lock);
	slot = find_slot(groups, &group);
	if (*slot == 0 && groups->count < GROUPS_MAX) {
		group.suffix = strdup(name->suffix);
		if (group.suffix != NULL) {
			groups->text += strlen(group.suffix) + 1;
			groups->groups[groups->count++] = group;
			*slot = groups->count;
		}
	}
	if (*slot != 0) {
		*number = *slot - 1;
		atomic_store_explicit(recent, *slot, memory_order_release);
		done = true;
	}
	pthread_mutex_unlock(&groups->lock);
	return done;
}

struct sw_group
sw_groups_get(struct sw_groups *groups, uint32_t number)
{
	static const struct sw_group none = { "invalid", "", "" };
	struct sw_group group = none;

	pthread_mutex_lock(&groups->lock);
	if (number < groups->count)
		group = groups->groups[number];
	pthread_mutex_unlock(&groups->lock);
	return group;
}

size_t
sw_groups_memory(struct sw_groups *groups)
{
	size_t text;

	pthread_mutex_lock(&groups->lock);
	text = groups->text;
	pthread_mutex_unlock(&groups->lock);
	return sizeof(*groups) + text;
}
