/* The survey's figures: how many domains of each registry type do what. */
#ifndef SENDERWATCH_POPULATION_SURVEY_H
#define SENDERWATCH_POPULATION_SURVEY_H

#include <stdbool.h>
#include <stddef.h>

#define SURVEY_TYPES_MAX 32

struct survey_type {
	char name[16];		/* "CO" */
	unsigned long total;	/* domains */
	unsigned long mx;	/* of these, with mail exchangers */
	unsigned long spf;	/* of the MX domains, publishing SPF */
	unsigned long dmarc;	/* of the MX domains, publishing DMARC */
};

struct survey {
	struct survey_type types[SURVEY_TYPES_MAX];
	size_t count;
};

/*
 * Read the CSV file "type,label,total,mx,spf,dmarc" and divide each figure by
 * scale, rounded half up. False after a message to stderr.
 */
bool survey_read(struct survey *survey, const char *path, unsigned long scale);

#endif
