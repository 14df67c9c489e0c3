/*
 * The adoption table: one row for each registry type (as the registry's table
 * groups them) or public suffix, and a total. Formats only write it down.
 */
#ifndef SENDERWATCH_REPORT_ADOPTION_H
#define SENDERWATCH_REPORT_ADOPTION_H

#include <stdbool.h>

#include "senderwatch/registries.h"
#include "tally.h"

enum sw_by { SW_BY_TYPE, SW_BY_SUFFIX };

struct sw_adoption_options {
	uint32_t month;		/* YYYYMM */
	enum sw_by by;
	const char *registry;	/* top-level domain; NULL: choose, or all */
	const struct sw_registries *registries;	/* outlives the table */
	int64_t min_cell;	/* 0: publish all; -1: as the kind of row asks */
};

/* Registry types are public groups; a public suffix may have one subject. */
#define SW_MIN_CELL_DEFAULT 20

struct sw_row {
	char *name;		/* "CO", "REGIONAL", "co.jp" */
	bool merged;		/* stands for rows that are too small to show */
	struct sw_counts counts;
};

struct sw_adoption {
	uint32_t month;
	enum sw_by by;		/* may differ from what was asked, see below */
	char *tld;		/* registry that the rows are limited to, or NULL */
	const struct sw_registry *registry;	/* its table, or NULL */
	uint64_t min_cell;	/* 0: nothing suppressed */
	bool withheld;		/* even the total is too small to show */
	struct sw_row *rows;
	size_t count;
	size_t room;		/* for rows */
	struct sw_counts total;
	uint64_t outside;	/* domains that the limit to tld leaves out */
};

#define SW_ROW_TOTAL "TOTAL"

/*
 * Make the table from a sorted tally.
 *
 * By type without a registry: the one that all subjects with a registry
 * belong to. Where no subject has one, rows are by suffix (adoption->by
 * tells); where there is no subject at all, the first registry's rows
 * come out as zeros. Where there are several: SW_ERR_INVALID.
 *
 * On SW_ERR_INVALID reason holds a sentence for people.
 */
enum sw_result sw_adoption_new(struct sw_adoption **adoption,
    const struct sw_tally *tally, const struct sw_adoption_options *options,
    char *reason, size_t reason_size);
void sw_adoption_free(struct sw_adoption **adoption);

#endif
