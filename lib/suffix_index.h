/*
 * An index over the Public Suffix List: what libpsl says of each name that a
 * rule of the list stands for, asked once and kept, because a resolver asks
 * for every TXT lookup and libpsl takes thousands of instructions a question.
 *
 * libpsl stays the judge: the index holds its answers, rejects names that no
 * rule can speak of, and sends the rest (names under a wildcard) to libpsl.
 * Immutable once made, so threads may share it.
 */
#ifndef SW_LIB_SUFFIX_INDEX_H
#define SW_LIB_SUFFIX_INDEX_H

#include <string.h>

#include "senderwatch/name.h"

struct sw_suffix {
	const struct sw_registry *registry;	/* NULL: none of its top level */
	const struct sw_registry_type *type;	/* NULL: the name decides */
	const char *text;	/* as it is reported */
	const uint8_t *name;	/* wire format, lower case */
	uint8_t length;		/* of name, with the root label */
	bool is_suffix;		/* false: only wildcards or exceptions */
	bool has_wildcard;	/* the list has "*." and this name */
	bool has_names;		/* the registry's table knows single names here */
	bool has_deeper;	/* labels that register one deeper */
	/* By sw_suffix_trait(), a bit: is there one directly below this? */
	uint64_t below[4];
};

struct sw_suffix_index {
	struct sw_suffix *suffixes;
	size_t count;
	size_t room;
	/*
	 * Open addressing: the hash's upper half, then the number of the
	 * suffix from 1; 0 is empty. At least twice as many as suffixes.
	 */
	uint64_t *slots;
	size_t mask;
	/* By more of the hash: what no suffix has needs no look into slots. */
	uint64_t filter[1024];
	/* By sw_suffix_trait(): is there a suffix that has_wildcard or
	   has_deeper? */
	bool branches[256];
};

/* Little of a name, at little cost: not many suffixes share it. */
static inline uint8_t
sw_suffix_trait(const uint8_t *name, size_t length)
{
	return (uint8_t)(8 * name[1] + length);
}

/* Can the index have this name, which is directly below the suffix? */
static inline bool
sw_suffix_may_have(const struct sw_suffix *above, const uint8_t *name,
    size_t length)
{
	uint8_t trait = sw_suffix_trait(name, length);

	return (above->below[trait / 64] >> trait % 64 & 1) != 0;
}

/* Can names directly below this one be suffixes or deeper without a rule? */
static inline bool
sw_suffix_may_branch(const struct sw_suffix_index *index, const uint8_t *name,
    size_t length)
{
	return index->branches[sw_suffix_trait(name, length)];
}

/* Octets that are read after a name that is looked up; all zero. */
#define SW_SUFFIX_PADDING 16

static inline uint64_t
sw_suffix_octets(const uint8_t *at)
{
	uint64_t octets;

	memcpy(&octets, at, sizeof(octets));
	return octets;
}

static inline uint64_t
sw_suffix_hash(const uint8_t *name, size_t length)
{
	uint64_t hash = length;

	for (const uint8_t *end = name + length; name < end; name += 8) {
		hash = (hash ^ sw_suffix_octets(name)) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return hash;
}

static inline bool
sw_suffix_is(const struct sw_suffix *suffix, const uint8_t *name,
    size_t length)
{
	if (suffix->length != length)
		return false;
	for (size_t i = 0; i < length; i += 8) {
		if (sw_suffix_octets(suffix->name + i) !=
		    sw_suffix_octets(name + i))
			return false;
	}
	return true;
}

static inline size_t
sw_suffix_filter_bit(uint64_t hash)
{
	return hash >> 16 & 0xffff;
}

/* Said some time before a name is looked up, it saves waiting for memory. */
static inline void
sw_suffix_index_expect(const struct sw_suffix_index *index,
    const uint8_t *name, size_t length)
{
	__builtin_prefetch(&index->slots[sw_suffix_hash(name, length) &
	    index->mask]);
}

/*
 * What is known of a name (wire format, lower case, length octets with the
 * root label, then SW_SUFFIX_PADDING zeros); NULL: no rule stands for it.
 * Inline, for it is most of what a name costs that is not watched.
 */
static inline const struct sw_suffix *
sw_suffix_index_find(const struct sw_suffix_index *index, const uint8_t *name,
    size_t length)
{
	uint64_t hash = sw_suffix_hash(name, length), slot;
	size_t at = hash & index->mask, bit = sw_suffix_filter_bit(hash);

	if ((index->filter[bit / 64] >> bit % 64 & 1) == 0)
		return NULL;
	for (; (slot = index->slots[at]) != 0; at = (at + 1) & index->mask) {
		const struct sw_suffix *suffix =
		    &index->suffixes[(uint32_t)slot - 1];

		if (slot >> 32 == hash >> 32 &&
		    sw_suffix_is(suffix, name, length))
			return suffix;
	}
	return NULL;
}

#endif
