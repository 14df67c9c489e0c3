/* The formats of tables: one file each. */
#ifndef SENDERWATCH_REPORT_FORMAT_H
#define SENDERWATCH_REPORT_FORMAT_H

#include <stdio.h>

#include "labels.h"
#include "table.h"

struct sw_format_options {
	const struct sw_labels *labels;	/* NULL: English, rows by their names */
	const char *gnuplot;		/* program that draws the charts */
};

/*
 * Write the table. Write errors stay in the file: ask ferror(). The same
 * table and options give the same bytes. SW_ERR_UNSUPPORTED: the format is
 * not for this table. What machines read: senderwatch-report(5).
 */
typedef enum sw_result (*sw_format_write)(FILE *file,
    const struct sw_table *table, const struct sw_format_options *options);

/* For terminals: the brief columns of each block. */
enum sw_result sw_format_table(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options);
enum sw_result sw_format_csv(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options);
enum sw_result sw_format_json(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options);
/* Text exposition format of metrics; the last block. */
enum sw_result sw_format_prometheus(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options);
/* One page of the adoption table of one period. */
enum sw_result sw_format_html(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options);

/*
 * What a cell is in files for machines; the longest text that is written.
 * Shares have six decimals.
 */
#define SW_CELL_TEXT_MAX 40
#define SW_CELL_WORD_SUPPRESSED "suppressed"
#define SW_CELL_WORD_WITHHELD "withheld"
const char *sw_cell_machine_text(const struct sw_column *column,
    const struct sw_cell *cell, char text[SW_CELL_TEXT_MAX]);

#endif
