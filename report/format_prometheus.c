/*
 * Tables in Prometheus's text exposition format: a gauge for each column of
 * numbers, the groups as labels. Only of the last block: a metric is what is
 * so now.
 */
#include "format.h"

#include <string.h>

/* Label values: backslash, quote and line feed are escaped. */
static void
write_label(FILE *file, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			fputs("\\n", file);
			continue;
		}
		if (*text == '\\' || *text == '"')
			putc('\\', file);
		putc(*text, file);
	}
}

/* Help texts end with their line. */
static void
write_help(FILE *file, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			putc('\\', file);
		putc(*text, file);
	}
}

static void
write_sample(FILE *file, const struct sw_table *table,
    const struct sw_block *block, const struct sw_row *row, size_t column)
{
	char text[SW_CELL_TEXT_MAX];

	fprintf(file, "senderwatch_%s_%s{period=\"%s\",by=\"%s\",kind=\"%s\","
	    "group=\"", table->name, table->columns[column].name,
	    block->period, sw_by_text(table->by), sw_row_kind_text(row->kind));
	write_label(file, row->name);
	fprintf(file, "\"} %s\n", sw_cell_machine_text(&table->columns[column],
	    &row->cells[column], text));
}

static void
write_column(FILE *file, const struct sw_table *table,
    const struct sw_block *block, size_t column)
{
	bool any = false;

	for (size_t i = 0; i < block->row_count; i++) {
		const struct sw_row *row = &block->rows[i];

		if (row->cells[column].state != SW_CELL_VALUE)
			continue;
		if (!any) {
			fprintf(file, "# HELP senderwatch_%s_%s ", table->name,
			    table->columns[column].name);
			write_help(file, table->columns[column].title);
			fprintf(file, "\n# TYPE senderwatch_%s_%s gauge\n",
			    table->name, table->columns[column].name);
		}
		any = true;
		write_sample(file, table, block, row, column);
	}
}

enum sw_result
sw_format_prometheus(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options)
{
	(void)options;
	if (table->block_count == 0)
		return SW_OK;
	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i].unit != SW_UNIT_TEXT)
			write_column(file, table,
			    &table->blocks[table->block_count - 1], i);
	}
	return SW_OK;
}
