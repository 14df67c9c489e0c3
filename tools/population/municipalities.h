/*
 * Local governments by region, as a survey of their own found them: which of
 * the population's domains are theirs. Two groupings, one for each record:
 * the survey counts one government to Kanto where it speaks of SPF, and to
 * Kyushu and Okinawa where it speaks of DMARC.
 */
#ifndef SENDERWATCH_POPULATION_MUNICIPALITIES_H
#define SENDERWATCH_POPULATION_MUNICIPALITIES_H

#include <stdbool.h>
#include <stddef.h>

#include "domain.h"

#define REGIONS_MAX 16

struct region {
	char name[96];		/* "北海道 (Hokkaido)" */
	unsigned long spf, spf_total;
	unsigned long dmarc, dmarc_total;
};

/* A government, and its domain once it has one. */
struct municipality {
	size_t spf_region, dmarc_region;
	bool spf, dmarc;
	char name[NAME_SIZE];
};

struct municipalities {
	struct region regions[REGIONS_MAX];
	size_t region_count;
	struct municipality *list;	/* by region */
	size_t count;
};

/*
 * Read the CSV file "region_ja,region,spf,spf_total,dmarc,dmarc_total", and
 * keep one government for scale of them, drawn at random. False after a
 * message to stderr.
 */
bool municipalities_read(struct municipalities *municipalities,
    const char *path, unsigned long scale, struct random *random);
void municipalities_free(struct municipalities *municipalities);

/*
 * A domain under lg.jp or of a regional type becomes that of a government
 * that lacks one and publishes what it does. All have mail servers.
 */
void municipalities_offer(struct municipalities *municipalities,
    struct random *random, const struct domain *domain);

/*
 * Write municipalities.csv, a list for "senderwatch cohort import", and the
 * truth by both groupings: truth-region_spf.csv, truth-region_dmarc.csv. Those
 * that got no domain are left out: at the survey's own size there are none,
 * while a small population may lack the one that publishes DMARC. False after
 * a message to stderr.
 */
bool municipalities_write(struct municipalities *municipalities);

#endif
