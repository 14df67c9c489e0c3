#include "merge_rows.h"

#include <stdio.h>
#include <string.h>

static const char *const names[ROWS_KINDS] = { "new", "known", "next-day",
	"mixed" };

int
rows_kind_of(const char *name)
{
	for (int i = 0; i < ROWS_KINDS; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

/* splitmix64's last step: every number to another. */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void
put_u64(uint8_t *out, uint64_t number)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(number >> (56 - 8 * i));
}

static void
describe(struct sw_observation *observation, uint64_t place, uint64_t rest,
    unsigned mechanism)
{
	memset(observation, 0, sizeof(*observation));
	put_u64(observation->subject, place);
	put_u64(observation->subject + 8, rest);
	put_u64(observation->digest, mix(rest + mechanism));
	observation->features = mix(rest ^ mechanism) &
	    UINT64_C(0x0303030303030303);
	observation->mechanism = (uint8_t)mechanism;
	observation->outcome = SW_OUTCOME_PRESENT;
	observation->dnssec = SW_DNSSEC_INSECURE;
	observation->group = (uint32_t)(rest % ROWS_GROUPS);
}

/* Pseudonyms are spread evenly, as those of a hash are. */
void
rows_describe(const struct rows *rows, struct sw_observation *observation,
    uint64_t number, unsigned mechanism)
{
	uint64_t step = UINT64_MAX / rows->subjects;

	describe(observation, number * step + mix(number) % step,
	    mix(~number), mechanism);
	observation->day = rows->day;
}

static const struct sw_group *
groups(void)
{
	static struct sw_group list[ROWS_GROUPS];
	static char suffixes[ROWS_GROUPS][16];

	for (unsigned i = 0; i < ROWS_GROUPS; i++) {
		snprintf(suffixes[i], sizeof(suffixes[i]), "s%u.jp", i);
		list[i] = (struct sw_group){ suffixes[i], "jp", "CO" };
	}
	return list;
}

static enum rows_kind
part_of_mixed(uint64_t chance)
{
	switch (chance >> 62) {
	case 0:
		return ROWS_NEW;
	case 1:
		return ROWS_NEXT_DAY;
	default:
		return ROWS_KNOWN;
	}
}

void
rows_fill(const struct rows *rows, struct sw_observation *observations,
    uint64_t number)
{
	for (uint64_t i = 0; i < ROWS_BATCH; i++) {
		struct sw_observation *observation = &observations[i];
		uint64_t chance = mix(mix(rows->seed) + number * ROWS_BATCH +
		    i);
		unsigned mechanism = 1 + (unsigned)(chance % ROWS_MECHANISMS);
		enum rows_kind kind = rows->kind != ROWS_MIXED ? rows->kind :
		    part_of_mixed(chance);

		if (kind == ROWS_NEW)
			describe(observation, mix(chance ^ 1),
			    mix(chance ^ 2), mechanism);
		else
			rows_describe(rows, observation,
			    mix(~chance) % rows->subjects, mechanism);
		observation->day = rows->day;
		/* Each run has another next day, so that it is one. */
		if (kind == ROWS_NEXT_DAY)
			observation->day += 1 + (uint32_t)(rows->seed % 27);
	}
}

void
rows_batch(struct sw_batch *batch, const struct sw_observation *observations,
    size_t count, uint64_t instance, uint64_t sequence)
{
	*batch = (struct sw_batch){ .sequence = sequence, .key_id = { 1 },
		.resolver = ROWS_RESOLVER, .software = "bench",
		.groups = groups(), .group_count = ROWS_GROUPS,
		.observations = observations, .observation_count = count };
	put_u64(batch->instance, mix(instance));
}
