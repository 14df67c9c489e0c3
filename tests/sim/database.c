/* A world in a real database: see the header. */
#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "senderwatch/store.h"

#define BATCH 4096	/* observations, as the module's */

/* What is observed, in the order of the days and, in each, of resolvers. */
struct journal {
	struct world_event *events;
	size_t count;
	size_t room;
	bool failed;
};

static void
note_event(void *argument, const struct world_event *event)
{
	struct journal *journal = argument;

	if (journal->count == journal->room) {
		size_t room = journal->room != 0 ? 2 * journal->room : 4096;
		struct world_event *events = realloc(journal->events,
		    room * sizeof(*events));

		if (events == NULL) {
			journal->failed = true;
			return;
		}
		journal->events = events;
		journal->room = room;
	}
	journal->events[journal->count++] = *event;
}

static int
compare_events(const void *a, const void *b)
{
	const struct world_event *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->resolver != y->resolver)
		return x->resolver < y->resolver ? -1 : 1;
	if (x->domain != y->domain)
		return x->domain < y->domain ? -1 : 1;
	return x->repeated - y->repeated;
}

/* Records of domains differ; one that is not there has no digest. */
static void
describe(struct sw_observation *observation, const struct world *world,
    const struct world_event *event)
{
	memset(observation, 0, sizeof(*observation));
	world_pseudonym(event->domain, observation->subject);
	observation->day = DATABASE_FIRST_DAY + event->day;
	observation->mechanism = SW_MECHANISM_DMARC;
	observation->outcome = event->present ? SW_OUTCOME_PRESENT :
	    SW_OUTCOME_ABSENT;
	observation->dnssec = SW_DNSSEC_INSECURE;
	observation->group = world->types[event->domain];
	if (event->present)
		memcpy(observation->digest, observation->subject,
		    sizeof(observation->digest));
}

/* Merge count events of one resolver and day. */
static enum sw_result
merge_batch(struct sw_store *store, const struct world *world,
    const struct world_event *events, size_t count, uint64_t *sequences)
{
	static const char *const names[WORLD_RESOLVERS] = {
		"resolver-1", "resolver-2", "resolver-3", "resolver-4"
	};
	struct sw_group groups[WORLD_TYPES];
	struct sw_observation observations[BATCH];
	unsigned resolver = events[0].resolver;
	uint32_t today = DATABASE_FIRST_DAY + events[0].day;
	struct sw_batch batch = {
		.instance = { (uint8_t)(resolver + 1) },
		.sequence = ++sequences[resolver], .key_id = { 1 },
		.resolver = names[resolver], .software = "simulation",
		.sent_day = today, .groups = groups,
		.group_count = WORLD_TYPES, .observations = observations,
		.observation_count = count
	};
	struct sw_store_delivery delivery = {
		.batch = &batch, .resolver = names[resolver]
	};

	for (unsigned i = 0; i < WORLD_TYPES; i++)
		groups[i] = (struct sw_group){ world_types[i].suffix, "jp",
		    world_types[i].name };
	for (size_t i = 0; i < count; i++)
		describe(&observations[i], world, &events[i]);
	return sw_store_merge(store, &delivery, 1, today, NULL);
}

static enum sw_result
merge_all(struct sw_store *store, const struct world *world,
    const struct journal *journal)
{
	uint64_t sequences[WORLD_RESOLVERS] = { 0 };
	enum sw_result result = SW_OK;
	size_t first = 0;

	while (first < journal->count && result == SW_OK) {
		const struct world_event *head = &journal->events[first];
		size_t count = 1;

		while (count < BATCH && first + count < journal->count &&
		    head[count].day == head->day &&
		    head[count].resolver == head->resolver)
			count++;
		result = merge_batch(store, world, head, count, sequences);
		first += count;
	}
	return result;
}

static unsigned
row_of(const char *type)
{
	for (unsigned i = 0; i < WORLD_TYPES; i++) {
		if (strcmp(world_types[i].name, type) == 0)
			return 1 + i;
	}
	return 0;
}

static enum sw_result
count_subject(void *argument, const struct sw_store_subject *subject)
{
	const struct sw_store_state *state =
	    &subject->states[SW_MECHANISM_DMARC];
	bool present = state->outcome == SW_OUTCOME_PRESENT;
	unsigned rows[2] = { 0, row_of(subject->group.type) };
	struct figures *figures = argument;

	if (!state->known || rows[1] == 0)
		return SW_ERR_INVALID;
	for (unsigned i = 0; i < 2; i++) {
		struct row *row = &figures->rows[rows[i]];

		row->known++;
		row->present += present;
		sw_capture_add(&row->capture,
		    sw_capture_group(subject->pseudonym), present,
		    state->seen);
	}
	return SW_OK;
}

/* Resolvers and days of the period on which they reported. */
static uint64_t
count_units(const struct journal *journal, unsigned first_day)
{
	const struct world_event *last = NULL;
	uint64_t units = 0;

	for (size_t i = 0; i < journal->count; i++) {
		const struct world_event *event = &journal->events[i];

		if (event->day < first_day)
			continue;
		units += last == NULL || last->day != event->day ||
		    last->resolver != event->resolver;
		last = event;
	}
	return units;
}

enum sw_result
database_figures(const char *path, const struct world *world, double lookups,
    unsigned first_day, unsigned days, struct figures *figures,
    uint64_t *observations)
{
	struct journal journal = { 0 };
	struct sw_store *store = NULL;
	enum sw_result result;

	memset(figures, 0, sizeof(*figures));
	world_run(world, lookups, days, note_event, &journal);
	if (journal.failed) {
		free(journal.events);
		return SW_ERR_MEMORY;
	}
	if (journal.count > 0)
		qsort(journal.events, journal.count, sizeof(*journal.events),
		    compare_events);
	figures->units = count_units(&journal, first_day);
	*observations = journal.count;
	result = sw_store_open(&store, path, SW_STORE_WRITE);
	if (result == SW_OK)
		result = merge_all(store, world, &journal);
	if (result == SW_OK)
		result = sw_store_scan(store,
		    sw_month_of_day(DATABASE_FIRST_DAY + first_day),
		    sw_month_of_day(DATABASE_FIRST_DAY + days - 1),
		    count_subject, figures);
	if (result != SW_OK)
		fprintf(stderr, "%s: %s\n", path, store != NULL &&
		    sw_store_error(store)[0] != '\0' ? sw_store_error(store) :
		    sw_result_text(result));
	sw_store_close(&store);
	free(journal.events);
	return result;
}
