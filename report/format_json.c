/* Tables as JSON, for programs: see senderwatch-report(5). */
#include "format.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

/* Goes up when a member changes its meaning or leaves. */
#define SCHEMA "senderwatch-report-2"

/* New references only; a NULL from jansson makes the whole of it fail. */

/* Six decimals, as in CSV, and no more digits than these take. */
static json_t *
make_real(double number)
{
	return json_real(round(number * 1e6) / 1e6);
}

static json_t *
make_value(const struct sw_column *column, const struct sw_cell *cell)
{
	if (cell->state != SW_CELL_VALUE)
		return json_null();
	switch (column->unit) {
	case SW_UNIT_TEXT:
		return json_string(cell->text);
	case SW_UNIT_SHARE:
	case SW_UNIT_NUMBER:
		return make_real(cell->number);
	default:
		return json_integer((json_int_t)cell->count);
	}
}

/* The names of the columns whose cells are in that state. */
static json_t *
list_columns(const struct sw_table *table, const struct sw_row *row,
    enum sw_cell_state state)
{
	json_t *list = json_array();

	for (size_t i = 0; i < table->column_count && list != NULL; i++) {
		if (row->cells[i].state == state && json_array_append_new(list,
		    json_string(table->columns[i].name)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *
make_row(const struct sw_table *table, const struct sw_row *row)
{
	json_t *object = json_pack("{s:s, s:s}", "group", row->name, "kind",
	    sw_row_kind_text(row->kind));
	bool failed = object == NULL;

	for (size_t i = 0; i < table->column_count && !failed; i++)
		failed = json_object_set_new(object, table->columns[i].name,
		    make_value(&table->columns[i], &row->cells[i])) != 0;
	if (!failed)
		failed = json_object_set_new(object, "suppressed",
		    list_columns(table, row, SW_CELL_SUPPRESSED)) != 0 ||
		    json_object_set_new(object, "withheld",
		    list_columns(table, row, SW_CELL_WITHHELD)) != 0;
	if (failed) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *
make_rows(const struct sw_table *table, const struct sw_block *block)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < block->row_count && rows != NULL; i++) {
		if (json_array_append_new(rows,
		    make_row(table, &block->rows[i])) != 0) {
			json_decref(rows);
			return NULL;
		}
	}
	return rows;
}

/* The number of domains outside, or null where it is too small to tell. */
static json_t *
make_outside(const struct sw_table *table, const struct sw_block *block)
{
	if (block->outside > 0 && block->outside < table->min_cell)
		return json_null();
	return json_integer((json_int_t)block->outside);
}

static json_t *
make_blocks(const struct sw_table *table)
{
	json_t *blocks = json_array();

	for (size_t i = 0; i < table->block_count && blocks != NULL; i++) {
		const struct sw_block *block = &table->blocks[i];

		if (json_array_append_new(blocks, json_pack(
		    "{s:s, s:I, s:b, s:o, s:o}", "period", block->period,
		    "resolver_days", (json_int_t)block->units,
		    "withheld", block->withheld,
		    "outside", make_outside(table, block),
		    "rows", make_rows(table, block))) != 0) {
			json_decref(blocks);
			return NULL;
		}
	}
	return blocks;
}

static json_t *
make_columns(const struct sw_table *table)
{
	json_t *columns = json_array();

	for (size_t i = 0; i < table->column_count && columns != NULL; i++) {
		const struct sw_column *column = &table->columns[i];

		if (json_array_append_new(columns, json_pack(
		    "{s:s, s:s, s:s, s:s*}", "name", column->name,
		    "title", column->title, "unit", sw_unit_text(column->unit),
		    "measure", column->measure[0] != '\0' ? column->measure :
		    NULL)) != 0) {
			json_decref(columns);
			return NULL;
		}
	}
	return columns;
}

enum sw_result
sw_format_json(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options)
{
	enum sw_result result = SW_ERR_MEMORY;
	json_t *root;

	(void)options;
	root = json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:I, s:o, s:o}",
	    "schema", SCHEMA, "table", table->name, "by", sw_by_text(table->by),
	    "registry", table->tld, "cohort", table->cohort,
	    "min_cell", (json_int_t)table->min_cell,
	    "columns", make_columns(table), "blocks", make_blocks(table));
	if (root == NULL)
		return SW_ERR_MEMORY;
	if (json_dumpf(root, file, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) ==
	    0) {
		putc('\n', file);
		result = SW_OK;
	} else if (ferror(file)) {
		result = SW_OK;		/* whoever owns the file asks ferror() */
	}
	json_decref(root);
	return result;
}
