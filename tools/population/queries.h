/*
 * What mail servers would ask of the population, as input of dnsperf: each
 * domain's MX, TXT and _dmarc TXT, amid all that an ISP's resolver sees too.
 * Names that could tell who writes to whom are planted in it, and listed, so
 * that one can look for them where they must not be.
 */
#ifndef SENDERWATCH_POPULATION_QUERIES_H
#define SENDERWATCH_POPULATION_QUERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "domain.h"
#include "random.h"

struct queries {
	char *text;		/* lines, each ended by NUL */
	size_t length;
	size_t size;
	size_t *lines;		/* where each begins */
	size_t count;
	size_t capacity;
	FILE *planted;
	bool failed;
};

/* Writes planted.txt in the current folder. False after a message. */
bool queries_begin(struct queries *queries);
void queries_add_domain(struct queries *queries, struct random *random,
    const struct domain *domain);
/* A domain that does not exist. */
void queries_add_nonexistent(struct queries *queries, struct random *random,
    const char *name);
/* Shuffle, write the file "queries", free all. False after a message. */
bool queries_end(struct queries *queries, struct random *random);

#endif
