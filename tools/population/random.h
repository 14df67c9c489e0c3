/*
 * Pseudo-random numbers that are the same on every machine (SplitMix64):
 * the population must be. Not for secrets.
 */
#ifndef SENDERWATCH_POPULATION_RANDOM_H
#define SENDERWATCH_POPULATION_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t
random_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline uint64_t
random_next(struct random *random)
{
	random->state += UINT64_C(0x9e3779b97f4a7c15);
	return random_mix(random->state);
}

/* A number from 0 to below - 1; below must not be 0. */
static inline size_t
random_below(struct random *random, size_t below)
{
	return (size_t)(random_next(random) % below);
}

static inline bool
random_percent(struct random *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

#endif
