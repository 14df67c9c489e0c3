/* Subjects for the tests of the reports. */
#include "population.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t
outcome_of(char letter)
{
	switch (letter) {
	case 'P':
	case 'N':
		return SW_OUTCOME_PRESENT;
	case 'A':
		return SW_OUTCOME_ABSENT;
	case 'I':
		return SW_OUTCOME_INVALID;
	case 'X':
		return SW_OUTCOME_NONEXISTENT;
	default:
		return SW_OUTCOME_UNKNOWN;
	}
}

static uint64_t
features_of(char letter)
{
	return sw_features_set(0, SW_MX_KIND, letter == 'N' ?
	    SW_MX_KIND_NULL : SW_MX_KIND_HOSTS);
}

struct sw_store_subject
make_subject(const struct kind *kind)
{
	struct sw_store_subject subject = {
		.group = { kind->suffix, kind->registry, kind->type }
	};

	for (size_t i = 0; kind->states[i] != '\0'; i++) {
		struct sw_store_state *state =
		    &subject.states[SW_MECHANISM_MX + i];

		if (kind->states[i] == '-')
			continue;
		state->known = true;
		state->outcome = outcome_of(kind->states[i]);
		state->features = i == 0 ? features_of(kind->states[i]) : 0;
	}
	return subject;
}

void
count_subject(struct sw_figures *figures, const struct sw_scheme *scheme,
    const struct sw_store_subject *subject)
{
	struct sw_sighted sighted;
	struct sw_class class;

	sw_classify(scheme, subject->states, &class);
	sw_sighted_of(subject, subject->states, &sighted);
	assert_int_equal(sw_figures_count(figures, scheme, &class, &sighted),
	    SW_OK);
}

/* One subject's observations; returns how many. */
static size_t
observe(struct sw_observation *out, const struct kind *kind, uint32_t number,
    uint32_t group, uint32_t day, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; kind->states[i] != '\0'; i++) {
		struct sw_observation *one = &out[count];

		if (kind->states[i] == '-')
			continue;
		memset(one, 0, sizeof(*one));
		memcpy(one->subject, &number, sizeof(number));
		one->mechanism = (uint8_t)(SW_MECHANISM_MX + i);
		one->outcome = outcome_of(kind->states[i]);
		one->features = i == 0 ? features_of(kind->states[i]) : 0;
		one->day = day;
		one->group = group;
		one->name = name;
		if (one->outcome == SW_OUTCOME_PRESENT)
			memset(one->digest, 1 + (int)i, sizeof(one->digest));
		count++;
	}
	return count;
}

static void
merge_kind(struct sw_store *store, const struct kind *kind, uint32_t *number,
    uint32_t day, bool plain, uint64_t sequence)
{
	const struct sw_group group = { kind->suffix, kind->registry,
	    kind->type };
	struct sw_observation *all = calloc(kind->count * 3, sizeof(*all));
	char (*names)[128] = calloc(kind->count, sizeof(*names));
	struct sw_batch batch = {
		.instance = { 7 }, .sequence = sequence, .resolver = "r1",
		.software = "test", .sent_day = day, .groups = &group,
		.group_count = 1, .observations = all
	};
	struct sw_store_delivery delivery = { .batch = &batch,
		.resolver = "r1" };

	assert_non_null(all);
	assert_non_null(names);
	memset(batch.key_id, plain ? 0 : 9, sizeof(batch.key_id));
	for (unsigned i = 0; i < kind->count; i++) {
		++*number;
		snprintf(names[i], sizeof(names[i]), "s%u.%s", *number,
		    kind->suffix);
		batch.observation_count += observe(
		    &all[batch.observation_count], kind, *number, 0, day,
		    plain ? names[i] : NULL);
	}
	if (sw_store_merge(store, &delivery, 1, day, NULL) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	free(all);
	free(names);
}

void
fill_database(const char *path, const struct kind *kinds, size_t count,
    uint32_t day, bool plain)
{
	struct sw_store *store;
	uint32_t number = 0;

	if (sw_store_open(&store, path, SW_STORE_WRITE) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	for (size_t i = 0; i < count; i++)
		merge_kind(store, &kinds[i], &number, day, plain, i + 1);
	sw_store_close(&store);
}

void
fill_database_again(const char *path, const struct kind *kinds, size_t count,
    uint32_t day, uint64_t sequence)
{
	struct sw_store *store;
	uint32_t number = 0;

	if (sw_store_open(&store, path, SW_STORE_WRITE) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	for (size_t i = 0; i < count; i++)
		merge_kind(store, &kinds[i], &number, day, false,
		    sequence + i);
	sw_store_close(&store);
}

void
merge_subjects(struct sw_store *store, const struct kind *kind, uint32_t day)
{
	uint32_t number = 1000000;

	merge_kind(store, kind, &number, day, false, number);
}
