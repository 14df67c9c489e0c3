/* What readers see, in each language that reports speak. */
#ifndef SENDERWATCH_REPORT_LABELS_H
#define SENDERWATCH_REPORT_LABELS_H

#include "table.h"

struct sw_labels {
	const char *language;		/* RFC 5646: "en" */
	const char *name;		/* of the language, in itself */
	const struct sw_label_title {	/* ends with table NULL */
		const char *table;
		const char *title;
	} *titles;
	const char *period;		/* format: first and last month */
	const char *all_domains;	/* scope where there is no registry */
	const char *type;		/* heads of columns */
	const char *suffix;
	const char *cohort;
	const char *group;		/* where rows are anything else */
	const char *domains;
	const char *mx;
	const char *mx_domains;
	const char *mx_rate;
	const char *null_mx;
	const char *spf;
	const char *spf_rate;
	const char *dmarc;
	const char *dmarc_rate;
	const char *known;
	const char *present;
	const char *rate;
	const char *coverage;
	const char *total;
	const char *merged;		/* format: the number as a string */
	const char *merging;		/* format: what the merged row is */
	const char *outside;		/* formats: registry, number */
	const char *outside_few;
	const char *left_out;		/* format: the number as a string */
	const char *hidden;		/* what marks a suppressed cell */
	const char *withheld;		/* format: the number as a string */
	const char *chart;		/* what the chart shows */
	const char *chart_largest;	/* where it does not show all rows */
	const char *chart_missing;
	const char *const *terminal_notes;	/* lines; end with NULL */
	const char *method;		/* head of the notes */
	const char *const *page_notes;
};

extern const struct sw_labels sw_labels_en;
extern const struct sw_labels sw_labels_ja;

/* The labels of a language, or NULL. */
const struct sw_labels *sw_labels_find(const char *language);

#define SW_LABEL_MAX 256
#define SW_MARK_SUPPRESSED "*"
#define SW_MARK_WITHHELD "~"

/* The months of a block: "2026年11月", "October 2026 to November 2026". */
const char *sw_label_period(const struct sw_labels *labels,
    const struct sw_block *block, char text[SW_LABEL_MAX]);

/* The title of a table: "Adoption of SPF and DMARC". */
const char *sw_label_title(const struct sw_labels *labels,
    const struct sw_table *table);

/* ".jp", the cohort, or that there is no limit. */
const char *sw_label_scope(const struct sw_labels *labels,
    const struct sw_table *table, char text[SW_LABEL_MAX]);

/* What stands over the rows: "Registry type". */
const char *sw_label_rows(const struct sw_labels *labels,
    const struct sw_table *table);

/* How a row reads; the result may be text or live as long as the table. */
const char *sw_label_row(const struct sw_labels *labels,
    const struct sw_table *table, const struct sw_row *row,
    char text[SW_LABEL_MAX]);

/* "Outside .jp: 1,234 domains."; "" where there are none. */
const char *sw_label_outside(const struct sw_labels *labels,
    const struct sw_table *table, const struct sw_block *block,
    char text[SW_LABEL_MAX]);

/* Why rows were merged; "" where none were. */
const char *sw_label_merging(const struct sw_labels *labels,
    const struct sw_table *table, const struct sw_block *block,
    char text[SW_LABEL_MAX]);

/* What the mark of a suppressed cell, SW_MARK_SUPPRESSED, says. */
const char *sw_label_hidden(const struct sw_labels *labels,
    const struct sw_table *table, char text[SW_LABEL_MAX]);

const char *sw_label_withheld(const struct sw_labels *labels,
    const struct sw_table *table, char text[SW_LABEL_MAX]);

#endif
