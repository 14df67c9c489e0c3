/*
 * From a list of names (CSV) to a cohort: names become pseudonyms here, where
 * the key is.
 *
 * The list's head names its columns: one holds the names (the one asked for,
 * else "domain" or "name", else the first); each other column is a grouping,
 * and what stands in it a group. Without other columns, the cohort is one
 * group that is called as the cohort is. A name below a registrable domain
 * counts as that domain; of one that is there twice, the first row holds.
 */
#ifndef SENDERWATCH_REPORT_COHORT_IMPORT_H
#define SENDERWATCH_REPORT_COHORT_IMPORT_H

#include "cohort.h"
#include "senderwatch/name.h"
#include "senderwatch/pseudonym.h"

struct sw_cohort_import {
	const char *name;		/* of the cohort */
	const char *names;		/* column of the names, or NULL */
	bool open;			/* the list is public */
	const struct sw_suffixes *suffixes;
	const uint8_t *key;		/* SW_KEY_SIZE bytes */
};

struct sw_cohort_imported {
	size_t rows;
	size_t repeated;	/* domains that stood there before */
	size_t refused;		/* no registrable domain: left out */
	size_t first_refused;	/* its row in the file; 0: none */
};

/* On failure *reason is a sentence for people, to be freed, or NULL. */
enum sw_result sw_cohort_import(struct sw_cohort **cohort, FILE *file,
    const struct sw_cohort_import *import, struct sw_cohort_imported *imported,
    char **reason);

#endif
