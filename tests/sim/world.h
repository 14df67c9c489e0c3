/*
 * An invented world whose truth is known: domains of which some are asked for
 * far more often than others, and adopt more; resolvers with caches; and what
 * their modules would observe. No DNS, no clock: a seed gives all of it.
 *
 * Domain i has rank i + 1 and popularity 1 / rank (Zipf). It publishes
 * DMARC from a certain time on; look-ups of its _dmarc name are a Poisson
 * process at each resolver. A look-up that the cache answers is not observed,
 * and neither is one that repeats what was observed on that day.
 */
#ifndef SENDERWATCH_TESTS_SIM_WORLD_H
#define SENDERWATCH_TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "senderwatch/observation.h"

#define WORLD_TYPES 5
#define WORLD_RESOLVERS 4

struct world_type {
	const char *suffix;
	const char *name;
	double portion;		/* of all domains */
	double logit;		/* added to the adoption's */
};
extern const struct world_type world_types[WORLD_TYPES];

struct world_setting {
	const char *name;
	const char *words;	/* what is special, for the document */
	double logit;		/* of adoption, of the least popular domain */
	double slope;		/* added for each factor e of popularity */
	double silent;		/* portion that is never looked up: the last */
	double hazard;		/* of those that don't publish, that begin in a
				   month of 30 days */
};
extern const struct world_setting world_settings[];
extern const unsigned world_setting_count;

struct world {
	const struct world_setting *setting;
	uint32_t count;		/* domains */
	uint32_t live;		/* of these, ever looked up */
	uint64_t seed;		/* of adoption and look-ups */
	double weight;		/* sum of the popularity */
	uint8_t *types;		/* by domain; the same for each seed */
	float *since;		/* day on which it began to publish; -1: always
				   did; or after the last day */
};

bool world_init(struct world *world, const struct world_setting *setting,
    uint32_t count);
void world_fini(struct world *world);

/* Draw who publishes, and from when on, for that many days. */
void world_draw(struct world *world, uint64_t seed, unsigned days);

/* Does it publish at that time, in days since the world began? */
static inline bool
world_publishes(const struct world *world, uint32_t domain, double time)
{
	return (double)world->since[domain] <= time;
}

/* Random-looking, the same for a domain in every run: the module's key. */
void world_pseudonym(uint32_t domain, uint8_t out[SW_PSEUDONYM_SIZE]);

/* What a resolver's module observes; called by resolver and domain, days
 * rising. repeated: the same day was observed already, in another state. */
struct world_event {
	uint32_t domain;
	unsigned resolver;
	unsigned day;
	bool present;
	bool repeated;
};
typedef void (*world_visit)(void *argument, const struct world_event *event);

/* All that happens in days days, at lookups client look-ups in 30 days. */
void world_run(const struct world *world, double lookups, unsigned days,
    world_visit visit, void *argument);

#endif
