/*
 * The static site: an overview, a page a table and month, a method page and
 * downloads, in each language; readable without a script. It only writes
 * tables down: what must not be told is hidden in them already.
 *
 * Nothing in it depends on the clock or on chance: the same tables give the
 * same bytes.
 */
#ifndef SENDERWATCH_REPORT_SITE_H
#define SENDERWATCH_REPORT_SITE_H

#include "site_page.h"
#include "site_view.h"
#include "table.h"
#include "tree.h"

enum sw_site_kind {
	SW_SITE_ADOPTION,	/* a page a block */
	SW_SITE_POLICY,
	SW_SITE_COHORT,
	SW_SITE_TREND,		/* one page, a part a block */
	SW_SITE_SERIES,
	SW_SITE_QUALITY
};

struct sw_site_section {
	enum sw_site_kind kind;
	const char *slug;	/* "adoption", "cohort-1": of file names */
	const char *title;	/* of a cohort; NULL: by the kind */
	const struct sw_table *table;
};

struct sw_site {
	const struct sw_site_section *sections;	/* in the order of the kinds */
	size_t count;
	const char *publisher;	/* or NULL */
	const char *gnuplot;	/* program */
	uint32_t running;	/* month that is not over, or 0 */
	bool chart_failed;	/* out: one could not be drawn */
};

/* Write all pages into a tree. On failure the tree tells why. */
enum sw_result sw_site_write(struct sw_tree *tree, struct sw_site *site);

/* --- What the files of the site share ------------------------------------- */

/* One page that is being written. */
struct sw_site_page {
	struct sw_site *site;
	const struct sw_site_words *words;
	FILE *file;
};

/* The section of that kind, or NULL. */
const struct sw_site_section *sw_site_find(const struct sw_site *site,
    enum sw_site_kind kind);
const char *sw_site_section_title(const struct sw_site_words *words,
    const struct sw_site_section *section);
/* Room for the name of a page, "adoption-2026-10.html", or of a month. */
#define SW_SITE_NAME_MAX 128

/* <name>text</name>, escaped. */
void sw_site_element(FILE *file, const char *name, const char *text);
/* "2026年10月", "October 2026". */
const char *sw_site_month(const struct sw_site_words *words,
    const struct sw_block *block, char text[SW_SITE_NAME_MAX]);

/* The records that adoption tables tell of, in their order: 7. */
struct sw_site_record {
	const char *measure;
	const char *label;	/* NULL: words->dnssec */
};
#define SW_SITE_RECORDS 7
extern const struct sw_site_record sw_site_records[SW_SITE_RECORDS];
const char *sw_site_record_label(const struct sw_site_words *words,
    const struct sw_site_record *record);

/* What stands in a page below its head. */
void sw_site_overview(struct sw_site_page *page);
void sw_site_adoption(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block);
void sw_site_policy(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block);
void sw_site_cohort(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block);
/* All pairs of months, the latest first. */
void sw_site_trend(struct sw_site_page *page, const struct sw_table *table);
void sw_site_quality(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block);
void sw_site_series(struct sw_site_page *page, const struct sw_table *table);
void sw_site_method(struct sw_site_page *page);
void sw_site_downloads(struct sw_site_page *page, const struct sw_tree *tree);

/* One table with its head (or NULL) and caption, if it has anything to tell. */
void sw_site_table(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block, const char *id, const char *head,
    const char *caption, const struct sw_site_column *columns, size_t count);
/* The adoption table's total by month. */
void sw_site_trend_chart(struct sw_site_page *page);

#endif
