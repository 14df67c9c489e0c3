/* Counts of a world in memory: see the header. */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#define SEEN_MAX 3	/* as the store's cap */

const char *
row_name(unsigned row)
{
	return row == 0 ? "all" : world_types[row - 1].name;
}

bool
figures_equal(const struct figures *a, const struct figures *b)
{
	bool equal = a->units == b->units;

	for (unsigned i = 0; i < ROWS; i++) {
		equal = equal && a->rows[i].known == b->rows[i].known &&
		    a->rows[i].present == b->rows[i].present &&
		    memcmp(&a->rows[i].capture, &b->rows[i].capture,
		    sizeof(a->rows[i].capture)) == 0;
	}
	return equal;
}

void
world_truth(const struct world *world, double time, struct truth *truth)
{
	memset(truth, 0, sizeof(*truth));
	for (uint32_t i = 0; i < world->count; i++) {
		unsigned row = 1u + world->types[i];
		bool present = world_publishes(world, i, time);
		double asked = i < world->live ? 1. / (i + 1) : 0;

		truth->domains[row]++;
		truth->present[row] += present;
		truth->asked[row] += asked;
		truth->asked_present[row] += present ? asked : 0;
	}
	for (unsigned row = 1; row < ROWS; row++) {
		truth->domains[0] += truth->domains[row];
		truth->present[0] += truth->present[row];
		truth->asked[0] += truth->asked[row];
		truth->asked_present[0] += truth->asked_present[row];
	}
}

static void
clear(struct ledger *ledger, uint32_t domains)
{
	memset(ledger->seen, 0, domains);
	for (unsigned s = 0; s < 2; s++) {
		memset(ledger->last[s], 0xff, domains *
		    sizeof(*ledger->last[s]));
		memset(ledger->volume[s], 0, WORLD_TYPES *
		    sizeof(*ledger->volume[s]));
	}
	memset(ledger->reported, 0, (size_t)ledger->days * WORLD_RESOLVERS);
}

bool
ledger_init(struct ledger *ledger, uint32_t domains, unsigned first_day,
    unsigned days)
{
	bool good;

	memset(ledger, 0, sizeof(*ledger));
	ledger->first_day = first_day;
	ledger->days = days;
	ledger->seen = malloc(domains);
	ledger->reported = malloc((size_t)days * WORLD_RESOLVERS);
	good = ledger->seen != NULL && ledger->reported != NULL;
	for (unsigned s = 0; s < 2; s++) {
		ledger->last[s] = malloc(domains * sizeof(*ledger->last[s]));
		ledger->volume[s] = malloc(WORLD_TYPES *
		    sizeof(*ledger->volume[s]));
		good = good && ledger->last[s] != NULL &&
		    ledger->volume[s] != NULL;
	}
	if (good)
		clear(ledger, domains);
	else
		ledger_fini(ledger);
	return good;
}

void
ledger_fini(struct ledger *ledger)
{
	free(ledger->seen);
	free(ledger->reported);
	for (unsigned s = 0; s < 2; s++) {
		free(ledger->last[s]);
		free(ledger->volume[s]);
	}
	memset(ledger, 0, sizeof(*ledger));
}

void
ledger_visit(void *argument, const struct world_event *event)
{
	struct ledger_visit *visit = argument;
	struct ledger *ledger = visit->ledger;
	uint32_t domain = event->domain;
	int16_t *last = &ledger->last[event->present][domain];

	if (event->day < ledger->first_day || event->day >= ledger->days)
		return;
	ledger->reported[event->day * WORLD_RESOLVERS + event->resolver] = true;
	ledger->volume[event->present][visit->world->types[domain]]++;
	if ((int16_t)event->day > *last)
		*last = (int16_t)event->day;
	if (!event->repeated && ledger->seen[domain] < SEEN_MAX)
		ledger->seen[domain]++;
}

static void
count_domain(struct row *row, const uint8_t *pseudonym, bool present,
    unsigned seen, bool stale)
{
	row->known++;
	row->present += present;
	row->stale += stale;
	sw_capture_add(&row->capture, sw_capture_group(pseudonym), present,
	    seen);
}

void
ledger_close(struct ledger *ledger, const struct world *world,
    struct figures *figures)
{
	memset(figures, 0, sizeof(*figures));
	for (unsigned i = 0; i < ledger->days * WORLD_RESOLVERS; i++)
		figures->units += ledger->reported[i];
	for (uint32_t i = 0; i < world->count; i++) {
		/* The store prefers PRESENT among states of the same day. */
		bool present = ledger->last[1][i] >= ledger->last[0][i];
		bool stale = present != world_publishes(world, i,
		    ledger->days);
		uint8_t pseudonym[SW_PSEUDONYM_SIZE];

		if (ledger->seen[i] == 0)
			continue;
		world_pseudonym(i, pseudonym);
		count_domain(&figures->rows[0], pseudonym, present,
		    ledger->seen[i], stale);
		count_domain(&figures->rows[1 + world->types[i]], pseudonym,
		    present, ledger->seen[i], stale);
	}
	for (unsigned type = 0; type < WORLD_TYPES; type++) {
		for (unsigned s = 0; s < 2; s++) {
			uint64_t days = ledger->volume[s][type];

			figures->rows[0].days_known += days;
			figures->rows[0].days_present += s == 1 ? days : 0;
			figures->rows[1 + type].days_known += days;
			figures->rows[1 + type].days_present +=
			    s == 1 ? days : 0;
		}
	}
	clear(ledger, world->count);
}
