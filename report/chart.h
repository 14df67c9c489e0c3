/*
 * The chart of an adoption table: SPF and DMARC rates as bars, drawn by
 * gnuplot, as an SVG element to stand in an HTML page.
 */
#ifndef SENDERWATCH_REPORT_CHART_H
#define SENDERWATCH_REPORT_CHART_H

#include "labels.h"

#define SW_CHART_ROWS_MAX 20	/* the largest rows, and the total */

/*
 * Draw the chart of a block; *svg (the caller frees) is one <svg> element that sets no
 * colour of its own where the page's style sheet does, and whose ids begin
 * with the language. SW_ERR_UNSUPPORTED: there is no rate to draw. Anything
 * else as sw_filter_run() says: go on without the chart.
 */
enum sw_result sw_chart_draw(const struct sw_table *table,
    const struct sw_block *block, const struct sw_labels *labels, const char *gnuplot, char **svg);

/* How many rows the chart leaves out. */
size_t sw_chart_left_out(const struct sw_block *block);

#endif
