/*
 * Charts of the site, drawn by gnuplot: SVG elements that stand in pages and
 * leave colours to the style sheet. Lines tell measures apart by dashes too.
 */
#ifndef SENDERWATCH_REPORT_SITE_CHART_H
#define SENDERWATCH_REPORT_SITE_CHART_H

#include "site_view.h"

#define SW_SITE_LINES_MAX 8

struct sw_site_line {
	const char *measure;
	const char *label;
};

struct sw_site_chart {
	const struct sw_site_words *words;
	const struct sw_table *table;
	const char *gnuplot;		/* program */
	const char *id;			/* unique in the page: [a-z]+ */
	const char *label;		/* for those who can't see it */
	const struct sw_site_line *lines;
	size_t count;
};

/*
 * The total by month, a line a measure. *svg (the caller frees) is one
 * element. SW_ERR_UNSUPPORTED: fewer than two months have a share to draw.
 * Anything else as sw_filter_run() says: go on without the chart.
 */
enum sw_result sw_site_chart_trend(const struct sw_site_chart *chart,
    char **svg);

/*
 * Small multiples: an element for each group of the last block, all on one
 * scale: lines by month, or bars where there is one month. *svgs is an array
 * of *count elements, which belong to the groups *rows (of the last block);
 * free them with sw_site_chart_free().
 */
enum sw_result sw_site_chart_multiples(const struct sw_site_chart *chart,
    char ***svgs, const struct sw_row ***rows, size_t *count);
void sw_site_chart_free(char ***svgs, const struct sw_row ***rows,
    size_t *count);

/* Bars of the groups of a block, a bar a measure. As the trend. */
enum sw_result sw_site_chart_groups(const struct sw_site_chart *chart,
    const struct sw_block *block, char **svg);

/* The key to the lines, as a list. */
void sw_site_chart_key(FILE *file, const struct sw_site_chart *chart);

#endif
