/* Tables for a terminal: the brief columns, block by block. */
#include "format.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "text.h"

#define DASH "-"
#define COLUMNS_MAX 32

/* The brief columns in their order; returns how many. */
static size_t
choose_columns(const struct sw_table *table, size_t columns[COLUMNS_MAX])
{
	size_t count = 0;

	for (unsigned place = 1; place <= COLUMNS_MAX; place++) {
		for (size_t i = 0; i < table->column_count; i++) {
			if (table->columns[i].brief == place &&
			    count < COLUMNS_MAX)
				columns[count++] = i;
		}
	}
	return count;
}

struct writing {
	FILE *file;
	const struct sw_table *table;
	const struct sw_labels *labels;
	bool by_name;		/* rows by their names, not as labels read */
	size_t columns[COLUMNS_MAX];
	size_t count;
};

static void
add_heads(struct sw_grid *grid, const struct writing *writing)
{
	size_t language = writing->labels == &sw_labels_ja;

	for (size_t line = 0; line < 2; line++) {
		sw_grid_cell(grid, line == 0 ? "" :
		    sw_label_rows(writing->labels, writing->table));
		for (size_t i = 0; i < writing->count; i++) {
			const struct sw_column *column =
			    &writing->table->columns[writing->columns[i]];
			const char *text = column->heads[language][line];

			if (column->heads[language][1] == NULL)
				text = line == 1 ? column->name : "";
			sw_grid_cell(grid, text != NULL ? text : "");
		}
	}
	sw_grid_rule(grid);
}

static void
add_cell(struct sw_grid *grid, const struct sw_column *column,
    const struct sw_cell *cell)
{
	char text[SW_CELL_TEXT_MAX];

	if (cell->state == SW_CELL_SUPPRESSED)
		sw_grid_cell(grid, SW_MARK_SUPPRESSED);
	else if (cell->state == SW_CELL_WITHHELD)
		sw_grid_cell(grid, SW_MARK_WITHHELD);
	else if (cell->state == SW_CELL_EMPTY)
		sw_grid_cell(grid, DASH);
	else if (column->unit == SW_UNIT_SHARE)
		sw_grid_cell(grid, sw_text_share(text, cell->number));
	else if (column->unit == SW_UNIT_DOMAINS ||
	    column->unit == SW_UNIT_COUNT)
		sw_grid_cell(grid, sw_text_number(text, cell->count));
	else
		sw_grid_cell(grid, sw_cell_machine_text(column, cell, text));
}

static void
add_row(struct sw_grid *grid, const struct writing *writing,
    const struct sw_row *row)
{
	char text[SW_LABEL_MAX];

	sw_grid_cell(grid, writing->by_name ? row->name :
	    sw_label_row(writing->labels, writing->table, row, text));
	for (size_t i = 0; i < writing->count; i++)
		add_cell(grid, &writing->table->columns[writing->columns[i]],
		    &row->cells[writing->columns[i]]);
}

static void
write_note(FILE *file, const char *note)
{
	if (note[0] != '\0')
		fprintf(file, "%s\n", note);
}

static bool
shows_suppressed(const struct writing *writing, const struct sw_block *block)
{
	for (size_t i = 0; i < block->row_count; i++) {
		for (size_t k = 0; k < writing->count; k++) {
			if (block->rows[i].cells[writing->columns[k]].state ==
			    SW_CELL_SUPPRESSED)
				return true;
		}
	}
	return false;
}

static void
write_notes(const struct writing *writing, const struct sw_block *block)
{
	const struct sw_labels *labels = writing->labels;
	const struct sw_table *table = writing->table;
	char text[SW_LABEL_MAX];

	putc('\n', writing->file);
	if (block->withheld)
		write_note(writing->file, sw_label_withheld(labels, table,
		    text));
	write_note(writing->file, sw_label_outside(labels, table, block, text));
	write_note(writing->file, sw_label_merging(labels, table, block, text));
	if (shows_suppressed(writing, block))
		write_note(writing->file, sw_label_hidden(labels, table, text));
}

static enum sw_result
write_block(const struct writing *writing, const struct sw_block *block)
{
	char scope[SW_LABEL_MAX], period[SW_LABEL_MAX];
	struct sw_grid *grid;
	enum sw_result result;

	result = sw_grid_new(&grid, writing->count + 1, true);
	if (result != SW_OK)
		return result;
	add_heads(grid, writing);
	for (size_t i = 0; i < block->row_count; i++) {
		if (block->rows[i].kind == SW_ROW_TOTAL)
			sw_grid_rule(grid);
		add_row(grid, writing, &block->rows[i]);
	}
	fprintf(writing->file, "%s, %s, %s\n\n",
	    sw_label_title(writing->labels, writing->table),
	    sw_label_scope(writing->labels, writing->table, scope),
	    sw_label_period(writing->labels, block, period));
	result = sw_grid_print(grid, writing->file);
	sw_grid_free(&grid);
	if (result == SW_OK)
		write_notes(writing, block);
	return result;
}

enum sw_result
sw_format_table(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options)
{
	struct writing writing = {
		.file = file, .table = table, .labels = options->labels != NULL ?
		    options->labels : &sw_labels_en,
		.by_name = options->labels == NULL
	};
	const char *const *notes;
	enum sw_result result = SW_OK;

	writing.count = choose_columns(table, writing.columns);
	for (size_t i = 0; i < table->block_count && result == SW_OK; i++) {
		if (i > 0)
			putc('\n', file);
		result = write_block(&writing, &table->blocks[i]);
	}
	notes = strcmp(table->name, "adoption") == 0 ?
	    writing.labels->terminal_notes : NULL;
	for (size_t i = 0; notes != NULL && notes[i] != NULL; i++)
		write_note(file, notes[i]);
	return result;
}
