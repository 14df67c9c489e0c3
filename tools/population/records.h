/* The records of one domain, in the many ways in which they are published. */
#ifndef SENDERWATCH_POPULATION_RECORDS_H
#define SENDERWATCH_POPULATION_RECORDS_H

#include <stdio.h>

#include "domain.h"
#include "random.h"

void records_write(FILE *zone, struct random *random, struct domain *domain);

/* Text of any length as character-strings of at most 255 octets, cut there,
 * at one random place, or at many. */
void records_write_txt(FILE *zone, struct random *random, const char *owner,
    const char *text);
/* The same, with "$" standing for the domain and "#" for a number. */
void records_write_template(FILE *zone, struct random *random,
    const char *owner, const char *template, const char *domain);

void records_write_spf(FILE *zone, struct random *random,
    const struct domain *domain);
void records_write_dmarc(FILE *zone, struct random *random,
    const struct domain *domain);

/* What the records point to. */
#define RECORDS_PROVIDER_ZONE \
	"mx1 A 192.0.2.1\nmx2 A 192.0.2.2\nmx3 A 192.0.2.3\n" \
	"mx4 A 192.0.2.4\nmx5 A 192.0.2.5\n" \
	"spf TXT \"v=spf1 ip4:192.0.2.0/24 ~all\"\n" \
	"_spf TXT \"v=spf1 ip4:198.51.100.0/24 -all\"\n" \
	"none._d TXT \"v=DMARC1; p=none; rua=mailto:d@example.net\"\n" \
	"quarantine._d TXT \"v=DMARC1; p=quarantine; pct=20\"\n" \
	"reject._d TXT \"v=DMARC1; p=reject; \" \"sp=quarantine\"\n" \
	"chain._d CNAME none._d\n" \
	"paused._d A 192.0.2.6\n"

#endif
