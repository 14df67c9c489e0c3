/*
 * Zone files for NSD. Each domain is a zone of its own, as in the DNS: the
 * SOA of a negative answer then tells whether the domain exists.
 */
#ifndef SENDERWATCH_POPULATION_ZONES_H
#define SENDERWATCH_POPULATION_ZONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "domain.h"
#include "random.h"

struct zones {
	FILE *clauses;		/* zones.conf, for NSD to include */
	size_t count;
	bool failed;
};

/* Writes into the current folder. False after a message to stderr. */
bool zones_begin(struct zones *zones);
bool zones_end(struct zones *zones);

/* The zone of a domain; decides domain->selector. */
void zones_add_domain(struct zones *zones, struct random *random,
    struct domain *domain);

/* jp itself, mail providers, a provider of DMARC records, a DNSBL. */
void zones_add_others(struct zones *zones);

#endif
