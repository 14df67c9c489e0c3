/* The invented world: see the header. */
#include "world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../random.h"

#define NEVER 1e9f

/* Portions near those of .jp; the large ones last, where they need not be. */
const struct world_type world_types[WORLD_TYPES] = {
	{ "jp", "GENERAL", 0.672, -0.3 },
	{ "co.jp", "CO", 0.275, 0.5 },
	{ "or.jp", "OR", 0.030, 0.0 },
	{ "ne.jp", "NE", 0.020, 0.3 },
	{ "ac.jp", "AC", 0.003, 0.8 },
};

const struct world_setting world_settings[] = {
	{ "linked", "popular domains adopt more", -1.60, 0.48, 0, 0 },
	{ "unlinked", "adoption has nothing to do with popularity",
	    -1.30, 0, 0, 0 },
	{ "steep", "popular domains adopt much more", -2.00, 0.80, 0, 0 },
	{ "silent", "as linked, and the least popular 40 % are never looked up",
	    -1.60, 0.48, 0.4, 0 },
	{ "moving", "as linked, and 2 % of the others begin each month",
	    -1.60, 0.48, 0, 0.02 },
};
const unsigned world_setting_count =
    sizeof(world_settings) / sizeof(world_settings[0]);

/* Resolvers don't share the load evenly. */
static const double loads[WORLD_RESOLVERS] = { 0.4, 0.3, 0.2, 0.1 };

/* How long caches hold an answer, in days, and how common that is. */
struct lifetime {
	double portion;
	double days;
};
static const struct lifetime lifetimes_present[] = {
	{ 0.3, 300 / 86400. }, { 0.8, 3600 / 86400. }, { 1, 1 }
};
static const struct lifetime lifetimes_absent[] = {	/* RFC 2308 */
	{ 0.5, 900 / 86400. }, { 1, 3600 / 86400. }
};

/* 0 to below 1 */
static double
uniform(uint64_t *random)
{
	return (double)(random_next(random) >> 11) * 0x1p-53;
}

/* Above 0, to 1: has a logarithm. */
static double
uniform_positive(uint64_t *random)
{
	return 1 - uniform(random);
}

/* What is a domain's own, whatever the seed of the run. */
static uint64_t
domain_random(uint32_t domain)
{
	uint64_t state = UINT64_C(0x646f6d61696e) << 16 ^ domain;

	(void)random_next(&state);
	return state;
}

static uint8_t
draw_type(uint64_t *random)
{
	double u = uniform(random);
	uint8_t type = 0;

	while (type < WORLD_TYPES - 1 && u >= world_types[type].portion)
		u -= world_types[type++].portion;
	return type;
}

bool
world_init(struct world *world, const struct world_setting *setting,
    uint32_t count)
{
	memset(world, 0, sizeof(*world));
	world->setting = setting;
	world->count = count;
	world->live = count - (uint32_t)(setting->silent * count);
	world->types = malloc(count);
	world->since = malloc(count * sizeof(*world->since));
	if (world->types == NULL || world->since == NULL) {
		world_fini(world);
		return false;
	}
	for (uint32_t i = 0; i < world->live; i++)
		world->weight += 1. / (i + 1);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t random = domain_random(i);

		world->types[i] = draw_type(&random);
	}
	return true;
}

void
world_fini(struct world *world)
{
	free(world->types);
	free(world->since);
	world->types = NULL;
	world->since = NULL;
}

void
world_draw(struct world *world, uint64_t seed, unsigned days)
{
	const struct world_setting *setting = world->setting;
	uint64_t random = seed;
	double hazard = -log(1 - setting->hazard) / 30;

	world->seed = seed;
	for (uint32_t i = 0; i < world->count; i++) {
		double logit = setting->logit +
		    world_types[world->types[i]].logit +
		    setting->slope * log((double)world->count / (i + 1));

		world->since[i] = NEVER;
		if (uniform(&random) < 1 / (1 + exp(-logit)))
			world->since[i] = -1;
		else if (hazard > 0)
			world->since[i] = (float)(-log(
			    uniform_positive(&random)) / hazard);
		if (world->since[i] > (float)days)
			world->since[i] = NEVER;
	}
}

void
world_pseudonym(uint32_t domain, uint8_t out[SW_PSEUDONYM_SIZE])
{
	uint64_t random = domain_random(domain);

	(void)random_next(&random);	/* the type's and the lifetime's */
	(void)random_next(&random);
	random_bytes(&random, out, SW_PSEUDONYM_SIZE);
}

static double
lifetime(uint32_t domain, bool present)
{
	const struct lifetime *lifetimes = present ? lifetimes_present :
	    lifetimes_absent;
	uint64_t random = domain_random(domain);
	double u;

	(void)random_next(&random);	/* the type's */
	u = uniform(&random);
	while (u >= lifetimes->portion)
		lifetimes++;
	return lifetimes->days;
}

/* One run of one resolver. */
struct run {
	const struct world *world;
	unsigned resolver;
	unsigned days;
	double rate;		/* look-ups a day of a domain of popularity 1 */
	uint64_t random;
	world_visit visit;
	void *argument;
};

/* From the first look-up of a domain on; the cache knows nothing of it. */
static void
follow_domain(struct run *run, uint32_t domain, double time)
{
	double mean = (domain + 1) / run->rate;
	struct world_event event = { domain, run->resolver, 0, false, false };
	long last = -1;

	while (time < run->days) {
		bool present = world_publishes(run->world, domain, time);
		long day = (long)time;

		if (day != last || present != event.present) {
			event.repeated = day == last;
			event.day = (unsigned)day;
			event.present = present;
			run->visit(run->argument, &event);
			last = day;
		}
		time += lifetime(domain, present);
		time -= mean * log(uniform_positive(&run->random));
	}
}

/* The chance that a domain is looked up at all. */
static double
chance(const struct run *run, uint32_t domain)
{
	return -expm1(-run->rate * run->days / (domain + 1));
}

/*
 * Most domains are never looked up. The chance falls with the rank, so what
 * it is here bounds all that follow: jump by a geometric number of domains,
 * and thin out by how much smaller the chance is there.
 */
static void
run_resolver(struct run *run)
{
	uint32_t live = run->world->live, domain = 0;

	while (domain < live) {
		double bound = chance(run, domain), here, jump = 0;

		if (bound < 1)
			jump = floor(log(uniform_positive(&run->random)) /
			    log1p(-bound));
		if (jump >= live - domain)
			return;
		domain += (uint32_t)jump;
		here = chance(run, domain);
		if (uniform(&run->random) * bound < here) {
			/* Its time, given that there is one. */
			double u = uniform(&run->random) * here;

			follow_domain(run, domain, -log1p(-u) *
			    (domain + 1) / run->rate);
		}
		domain++;
	}
}

void
world_run(const struct world *world, double lookups, unsigned days,
    world_visit visit, void *argument)
{
	for (unsigned i = 0; i < WORLD_RESOLVERS; i++) {
		struct run run = {
			.world = world, .resolver = i, .days = days,
			.rate = lookups / 30 * loads[i] / world->weight,
			.random = world->seed * WORLD_RESOLVERS + i + 1,
			.visit = visit, .argument = argument
		};

		(void)random_next(&run.random);
		run_resolver(&run);
	}
}
