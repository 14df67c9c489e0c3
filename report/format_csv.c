/* Tables as CSV, for programs: a line for each block and row. */
#include "format.h"

#include <inttypes.h>
#include <stdlib.h>

#include "text.h"

const char *
sw_cell_machine_text(const struct sw_column *column,
    const struct sw_cell *cell, char text[SW_CELL_TEXT_MAX])
{
	if (cell->state == SW_CELL_SUPPRESSED)
		return SW_CELL_WORD_SUPPRESSED;
	if (cell->state == SW_CELL_WITHHELD)
		return SW_CELL_WORD_WITHHELD;
	if (cell->state == SW_CELL_EMPTY)
		return "";
	switch (column->unit) {
	case SW_UNIT_TEXT:
		return cell->text;
	case SW_UNIT_SHARE:
	case SW_UNIT_NUMBER:
		snprintf(text, SW_CELL_TEXT_MAX, "%.6f", cell->number);
		return text;
	default:
		snprintf(text, SW_CELL_TEXT_MAX, "%" PRIu64, cell->count);
		return text;
	}
}

struct buffers {
	const char **fields;
	char (*texts)[SW_CELL_TEXT_MAX];
};

static void
write_row(FILE *file, const struct sw_table *table, const struct sw_row *row,
    struct buffers *buffers)
{
	buffers->fields[0] = row->name;
	for (size_t i = 0; i < table->column_count; i++)
		buffers->fields[i + 1] = sw_cell_machine_text(
		    &table->columns[i], &row->cells[i], buffers->texts[i]);
	sw_csv_write(file, buffers->fields, table->column_count + 1);
}

enum sw_result
sw_format_csv(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options)
{
	struct buffers buffers = {
		.fields = calloc(table->column_count + 1, sizeof(char *)),
		.texts = calloc(table->column_count + 1, SW_CELL_TEXT_MAX)
	};
	enum sw_result result = SW_ERR_MEMORY;

	(void)options;
	if (buffers.fields == NULL || buffers.texts == NULL)
		goto out;
	buffers.fields[0] = "group";
	for (size_t i = 0; i < table->column_count; i++)
		buffers.fields[i + 1] = table->columns[i].name;
	sw_csv_write(file, buffers.fields, table->column_count + 1);
	for (size_t i = 0; i < table->block_count; i++) {
		const struct sw_block *block = &table->blocks[i];

		for (size_t k = 0; k < block->row_count; k++)
			write_row(file, table, &block->rows[k], &buffers);
	}
	result = SW_OK;
out:
	free(buffers.fields);
	free(buffers.texts);
	return result;
}
