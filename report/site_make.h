/*
 * From a database to a site: which tables there are, and all files of them
 * into a tree. What the verbs site and export share.
 */
#ifndef SENDERWATCH_REPORT_SITE_MAKE_H
#define SENDERWATCH_REPORT_SITE_MAKE_H

#include "produce.h"
#include "progress.h"
#include "site.h"

#define SW_SITE_LISTS_MAX 16

/* What is wanted; all text is borrowed, NULL where there is none. */
struct sw_site_order {
	const char *database;
	const char *registry;		/* top-level domain */
	const char *registries;		/* folder of further registry tables */
	const char *cohorts[SW_SITE_LISTS_MAX];	/* cohort files */
	size_t cohort_count;
	const char *series[SW_SITE_LISTS_MAX];	/* files of others' figures */
	size_t series_count;
	const char *totals;		/* file of registered domains */
	const char *publisher;
	const char *gnuplot;
	int64_t min_cell;		/* -1: as the kind of row asks */
	uint32_t first, last;		/* months; those without data are left
					   out at both ends */
	uint32_t running;		/* month that is not over, or 0 */
	struct sw_progress *progress;	/* that has begun, or NULL */
};

/*
 * Write the whole site and its data into a tree that was begun. On failure
 * reason holds a sentence for people.
 */
enum sw_result sw_site_make(struct sw_tree *tree,
    const struct sw_site_order *order, char reason[SW_REASON_MAX]);

#endif
