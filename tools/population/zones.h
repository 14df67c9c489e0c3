/*
 * Zone files for NSD. Each domain is a zone of its own, as in the DNS: the
 * SOA of a negative answer then tells whether the domain exists. NSD takes
 * some kilobytes for a zone, though, whatever is in it. Of a population of
 * more than ZONES_OWN domains, so many drawn at random are zones; the others
 * stand in the zone jp, each with a wildcard, so that what it lacks is denied
 * as it is by many who host domains: without NXDOMAIN.
 */
#ifndef SENDERWATCH_POPULATION_ZONES_H
#define SENDERWATCH_POPULATION_ZONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "domain.h"
#include "random.h"

#define ZONES_OWN 100000u

struct zones {
	FILE *clauses;		/* zones.conf, for NSD to include */
	FILE *jp;		/* what is in no zone of its own */
	size_t count;
	struct random random;	/* so that the rest stays the same */
	size_t domains;		/* of the population */
	bool failed;
};

/* Writes into the current folder. False after a message to stderr. */
bool zones_begin(struct zones *zones, size_t domains);
bool zones_end(struct zones *zones);

/* A domain, as a zone or in one; decides domain->selector. */
void zones_add_domain(struct zones *zones, struct random *random,
    struct domain *domain);

/* Mail providers, a provider of DMARC records, a DNSBL. */
void zones_add_others(struct zones *zones);

#endif
