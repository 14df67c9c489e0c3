/* Batches for tests: made of a seed, and compared field by field. */
#ifndef SENDERWATCH_TESTS_WIRE_BATCHES_H
#define SENDERWATCH_TESTS_WIRE_BATCHES_H

#include <stdbool.h>
#include <string.h>

#include "senderwatch/codec.h"
#include "tests/random.h"

#define BATCH_GROUPS 5
#define BATCH_OBSERVATIONS 200

struct test_batch {
	struct sw_batch batch;
	struct sw_group groups[BATCH_GROUPS];
	struct sw_observation observations[BATCH_OBSERVATIONS];
};

/* A number that is often one of the extremes. */
static inline uint64_t
random_number(uint64_t *seed, uint64_t maximum)
{
	switch (random_below(seed, 4)) {
	case 0:
		return 0;
	case 1:
		return maximum;
	default:
		return maximum == UINT64_MAX ? random_next(seed) :
		    random_next(seed) % (maximum + 1);
	}
}

static inline void
make_observation(uint64_t *seed, struct sw_observation *observation,
    size_t group_count)
{
	static const char *const names[] = { NULL, "example.co.jp",
	    "xn--wgv71a119e.jp" };

	random_bytes(seed, observation->subject, SW_PSEUDONYM_SIZE);
	if (random_below(seed, 3) > 0)
		random_bytes(seed, observation->digest, SW_DIGEST_SIZE);
	observation->features = random_number(seed, UINT64_MAX);
	observation->day = (uint32_t)random_number(seed, UINT32_MAX);
	observation->earlier = (uint8_t)random_number(seed, UINT8_MAX);
	observation->mechanism = (uint8_t)(1 + random_number(seed, 254));
	observation->outcome = (uint8_t)(1 + random_number(seed, 254));
	observation->dnssec = (uint8_t)random_number(seed, UINT8_MAX);
	observation->group = random_below(seed, (uint32_t)group_count);
	observation->name = names[random_below(seed, 3)];
}

static inline void
make_batch(uint64_t *seed, struct test_batch *made)
{
	static const struct sw_group groups[BATCH_GROUPS] = {
		{ "jp", "jp", "GENERAL" }, { "co.jp", "jp", "CO" },
		{ "com", "", "" }, { "aisai.aichi.jp", "jp", "GEOGRAPHIC" },
		{ "xn--p1ai", "", "" }
	};
	struct sw_batch *batch = &made->batch;
	uint64_t *counter = (uint64_t *)&batch->counters;

	memset(made, 0, sizeof(*made));
	memcpy(made->groups, groups, sizeof(groups));
	random_bytes(seed, batch->instance, SW_INSTANCE_SIZE);
	batch->sequence = 1 + random_number(seed, INT64_MAX - 1);
	if (random_below(seed, 2) == 0)
		random_bytes(seed, batch->key_id, SW_KEY_ID_SIZE);
	batch->resolver = random_below(seed, 2) == 0 ? "" : "res-1.example.net";
	batch->software = "senderwatch 0.1.0 unbound 1.17.1";
	batch->sent_day = (uint32_t)random_number(seed, UINT32_MAX);
	batch->groups = made->groups;
	batch->group_count = 1 + random_below(seed, BATCH_GROUPS);
	batch->observations = made->observations;
	batch->observation_count = random_below(seed, BATCH_OBSERVATIONS + 1);
	for (size_t i = 0; i < batch->observation_count; i++)
		make_observation(seed, &made->observations[i],
		    batch->group_count);
	for (size_t i = 0; i < sizeof(batch->counters) / sizeof(*counter); i++)
		counter[i] = random_number(seed, UINT64_MAX);
}

static inline bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline bool
same_observation(const struct sw_observation *a,
    const struct sw_observation *b)
{
	return memcmp(a->subject, b->subject, SW_PSEUDONYM_SIZE) == 0 &&
	    memcmp(a->digest, b->digest, SW_DIGEST_SIZE) == 0 &&
	    a->features == b->features && a->day == b->day &&
	    a->earlier == b->earlier && a->mechanism == b->mechanism &&
	    a->outcome == b->outcome && a->dnssec == b->dnssec &&
	    a->group == b->group && same_text(a->name, b->name);
}

static inline bool
same_batch(const struct sw_batch *a, const struct sw_batch *b)
{
	if (memcmp(a->instance, b->instance, SW_INSTANCE_SIZE) != 0 ||
	    a->sequence != b->sequence ||
	    memcmp(a->key_id, b->key_id, SW_KEY_ID_SIZE) != 0 ||
	    !same_text(a->resolver, b->resolver) ||
	    !same_text(a->software, b->software) ||
	    a->sent_day != b->sent_day || a->group_count != b->group_count ||
	    a->observation_count != b->observation_count ||
	    memcmp(&a->counters, &b->counters, sizeof(a->counters)) != 0)
		return false;
	for (size_t i = 0; i < a->group_count; i++) {
		if (!same_text(a->groups[i].suffix, b->groups[i].suffix) ||
		    !same_text(a->groups[i].registry, b->groups[i].registry) ||
		    !same_text(a->groups[i].type, b->groups[i].type))
			return false;
	}
	for (size_t i = 0; i < a->observation_count; i++) {
		if (!same_observation(&a->observations[i], &b->observations[i]))
			return false;
	}
	return true;
}

#endif
