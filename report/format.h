/* The formats of the adoption table: one file each. */
#ifndef SENDERWATCH_REPORT_FORMAT_H
#define SENDERWATCH_REPORT_FORMAT_H

#include <stdio.h>

#include "adoption.h"
#include "labels.h"

struct sw_format_options {
	const struct sw_labels *labels;	/* NULL: English, rows by their names */
	const char *gnuplot;		/* program that draws the charts */
};

/*
 * Write the table. Write errors stay in the file: ask ferror(). The same
 * table and options give the same bytes.
 */
typedef enum sw_result (*sw_format_write)(FILE *file,
    const struct sw_adoption *adoption,
    const struct sw_format_options *options);

enum sw_result sw_format_table(FILE *file, const struct sw_adoption *adoption,
    const struct sw_format_options *options);
enum sw_result sw_format_csv(FILE *file, const struct sw_adoption *adoption,
    const struct sw_format_options *options);
enum sw_result sw_format_json(FILE *file, const struct sw_adoption *adoption,
    const struct sw_format_options *options);
enum sw_result sw_format_html(FILE *file, const struct sw_adoption *adoption,
    const struct sw_format_options *options);

#endif
