/* A table of classes: see the header. */
#include "classes.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS (2 * SW_CLASSES_MAX)	/* a power of two */

struct entry {
	struct sw_class_key key;
	struct sw_class class;
};

struct sw_classes {
	const struct sw_scheme *scheme;
	struct sw_class_key asked;
	size_t count;
	uint16_t slots[SLOTS];		/* by hash: number + 1; 0: free */
	struct entry entries[SW_CLASSES_MAX];
};

struct sw_classes *
sw_classes_new(const struct sw_scheme *scheme)
{
	struct sw_classes *classes = calloc(1, sizeof(*classes));

	if (classes == NULL)
		return NULL;
	classes->scheme = scheme;
	sw_classify_asked(scheme, &classes->asked);
	return classes;
}

void
sw_classes_free(struct sw_classes **classes)
{
	free(*classes);
	*classes = NULL;
}

/* No one gains from keys that clash: the table is small, and then slow. */
static size_t
hash(const struct sw_class_key *key)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < SW_MECHANISM_COUNT; i++) {
		hash = (hash ^ key->words[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return (size_t)hash & (SLOTS - 1);
}

size_t
sw_classes_find(struct sw_classes *classes,
    const struct sw_store_state *states)
{
	struct sw_class_key key;
	struct entry *entry;
	size_t slot;

	sw_classify_key(&classes->asked, states, &key);
	for (slot = hash(&key); classes->slots[slot] != 0;
	    slot = (slot + 1) & (SLOTS - 1)) {
		size_t number = classes->slots[slot] - 1u;

		if (memcmp(&classes->entries[number].key, &key,
		    sizeof(key)) == 0)
			return number;
	}
	entry = &classes->entries[classes->count++];
	entry->key = key;
	sw_classify(classes->scheme, states, &entry->class);
	classes->slots[slot] = (uint16_t)classes->count;
	return classes->count - 1;
}

const struct sw_class *
sw_classes_get(const struct sw_classes *classes, size_t number)
{
	return &classes->entries[number].class;
}

bool
sw_classes_are_full(const struct sw_classes *classes)
{
	return classes->count == SW_CLASSES_MAX;
}

void
sw_classes_clear(struct sw_classes *classes)
{
	classes->count = 0;
	memset(classes->slots, 0, sizeof(classes->slots));
}
