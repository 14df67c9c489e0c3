/* What the pages of the site say, in each language. UTF-8. */
#ifndef SENDERWATCH_REPORT_SITE_WORDS_H
#define SENDERWATCH_REPORT_SITE_WORDS_H

#include <stddef.h>

/* A paragraph of the method page, under its head. */
struct sw_site_passage {
	const char *id;
	const char *head;
	const char *const *paragraphs;	/* end with NULL */
};

struct sw_site_words {
	const char *language;		/* RFC 5646 */
	const char *name;		/* of the language, in itself */
	const char *title;
	const char *skip;		/* to the content */
	const char *pages;		/* names the navigation */
	const char *languages;

	const char *overview;		/* pages */
	const char *adoption;
	const char *policy;
	const char *cohort;
	const char *trend;
	const char *series;
	const char *quality;
	const char *method;
	const char *downloads;
	const char *months;
	const char *running;		/* the month has not ended */

	const char *group;		/* heads of columns */
	const char *period;
	const char *domains;
	const char *mx_domains;
	const char *null_mx;
	const char *known;
	const char *published;
	const char *absent;
	const char *invalid;
	const char *unknown;
	const char *counts;		/* of columns that count domains */
	const char *of_mx;		/* of columns with shares */
	const char *of_all;
	const char *of_records;
	const char *observed;
	const char *adjusted;
	const char *weighted;
	const char *bounds;
	const char *coverage;
	const char *total;
	const char *merged;		/* format: a number as text */
	const char *unstated;
	const char *dnssec;
	const char *at_least;		/* of DKIM: a lower bound */
	const char *both;		/* of a trend: known in both months */
	const char *gained;
	const char *lost;
	const char *change;
	const char *one_day;		/* of quality: seen on one resolver-day */
	const char *resolver_days;
	const char *good_turing;
	const char *source;
	const char *measure;
	const char *theirs;
	const char *ours;

	const char *empty;		/* legend of the signs in cells */
	const char *suppressed;
	const char *withheld;
	const char *legend;		/* format: the three signs' text */
	const char *outside;		/* formats: registry, number */
	const char *all_withheld;

	const char *rates_caption;
	const char *chart_group;	/* formats: what charts show */
	const char *chart_trend;
	const char *chart_regions;
	const char *chart_missing;
	const char *caution;		/* head and text of the warning */
	const char *const *caution_text;
	const char *latest;
	const char *data_note;
	const char *file;
	const char *bytes;
	const char *no_data;
	const struct sw_site_passage *passages;	/* end with id NULL */
	const char *footer;
};

extern const struct sw_site_words sw_site_words_en;
extern const struct sw_site_words sw_site_words_ja;

/* All of them, in the order in which they are written. */
#define SW_SITE_LANGUAGES 2
extern const struct sw_site_words *const sw_site_words[SW_SITE_LANGUAGES];

#endif
