/* A domain of the population, and what is true of it. */
#ifndef SENDERWATCH_POPULATION_DOMAIN_H
#define SENDERWATCH_POPULATION_DOMAIN_H

#include <stdbool.h>

#include "names.h"

struct domain {
	char name[NAME_SIZE];
	bool mx;		/* has mail exchangers; a null MX is none */
	bool spf;		/* publishes SPF, valid */
	bool dmarc;		/* publishes DMARC, valid */
	char selector[32];	/* of a DKIM key that it has, or "" */
};

#endif
