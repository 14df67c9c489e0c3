/*
 * Text in aligned columns, for terminals: the first column leans left, the
 * others as the grid says. Widths are those of a terminal, also for East
 * Asian text.
 */
#ifndef SENDERWATCH_REPORT_GRID_H
#define SENDERWATCH_REPORT_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "senderwatch/result.h"

struct sw_grid;

enum sw_result sw_grid_new(struct sw_grid **grid, size_t columns,
    bool right_aligned);
void sw_grid_free(struct sw_grid **grid);

/*
 * Add the next cell, row by row; the text is copied. Out of memory is
 * remembered and told by sw_grid_print().
 */
void sw_grid_cell(struct sw_grid *grid, const char *text);

/* A line across all columns before the next row; only between rows. */
void sw_grid_rule(struct sw_grid *grid);

/* Write what was added. Write errors stay in the file: ask ferror(). */
enum sw_result sw_grid_print(const struct sw_grid *grid, FILE *file);

#endif
