/* Tables: growing them, and looking things up. */
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
sw_unit_text(enum sw_unit unit)
{
	static const char *const texts[] = { "domains", "count", "share",
	    "number", "text" };

	return texts[unit];
}

const char *
sw_row_kind_text(enum sw_row_kind kind)
{
	static const char *const texts[] = { "group", "merged", "total",
	    "entry" };

	return texts[kind];
}

const char *
sw_by_text(enum sw_by by)
{
	static const char *const texts[] = { "type", "suffix", "cohort", "" };

	return texts[by];
}

enum sw_result
sw_table_new(struct sw_table **table, const char *name)
{
	struct sw_table *t = calloc(1, sizeof(*t));

	*table = NULL;
	if (t == NULL)
		return SW_ERR_MEMORY;
	t->by = SW_BY_NOTHING;
	t->name = strdup(name);
	if (t->name == NULL) {
		free(t);
		return SW_ERR_MEMORY;
	}
	*table = t;
	return SW_OK;
}

static void
fini_block(struct sw_block *block, size_t columns)
{
	for (size_t i = 0; i < block->row_count; i++) {
		for (size_t k = 0; k < columns; k++)
			free(block->rows[i].cells[k].text);
		free(block->rows[i].cells);
		free(block->rows[i].name);
	}
	free(block->rows);
	free(block->period);
}

static void
fini_column(struct sw_column *column)
{
	free(column->name);
	free(column->title);
	free(column->measure);
}

void
sw_table_free(struct sw_table **table)
{
	struct sw_table *t = *table;

	if (t == NULL)
		return;
	for (size_t i = 0; i < t->block_count; i++)
		fini_block(&t->blocks[i], t->column_count);
	for (size_t i = 0; i < t->column_count; i++)
		fini_column(&t->columns[i]);
	free(t->blocks);
	free(t->columns);
	free(t->cohort);
	free(t->tld);
	free(t->name);
	free(t);
	*table = NULL;
}

/* Room for one more; the array, or NULL where memory is out. */
static void *
grow(void *array, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room == 0 ? 16 : 2 * *room;
	void *grown;

	if (count < *room)
		return array;
	grown = reallocarray(array, wanted, size);
	if (grown != NULL)
		*room = wanted;
	return grown;
}

enum sw_result
sw_table_add_column(struct sw_table *table, const struct sw_column *column)
{
	struct sw_column *columns = grow(table->columns, table->column_count,
	    &table->column_room, sizeof(*columns));
	struct sw_column copy = *column;

	if (columns == NULL)
		return SW_ERR_MEMORY;
	table->columns = columns;
	copy.name = strdup(column->name);
	copy.title = strdup(column->title);
	copy.measure = strdup(column->measure != NULL ? column->measure : "");
	if (copy.name == NULL || copy.title == NULL || copy.measure == NULL) {
		fini_column(&copy);
		return SW_ERR_MEMORY;
	}
	columns[table->column_count++] = copy;
	return SW_OK;
}

static char *
period_text(uint32_t first, uint32_t last)
{
	char *text = NULL;
	int length;

	if (first == last)
		length = asprintf(&text, "%04" PRIu32 "-%02" PRIu32,
		    first / 100, first % 100);
	else
		length = asprintf(&text, "%04" PRIu32 "-%02" PRIu32
		    "/%04" PRIu32 "-%02" PRIu32, first / 100, first % 100,
		    last / 100, last % 100);
	return length < 0 ? NULL : text;
}

struct sw_block *
sw_table_add_block(struct sw_table *table, uint32_t first, uint32_t last)
{
	struct sw_block *blocks = grow(table->blocks, table->block_count,
	    &table->block_room, sizeof(*blocks)), *block;

	if (blocks == NULL)
		return NULL;
	table->blocks = blocks;
	block = &blocks[table->block_count];
	*block = (struct sw_block){
		.first = first, .last = last, .period = period_text(first, last)
	};
	if (block->period == NULL)
		return NULL;
	table->block_count++;
	return block;
}

struct sw_row *
sw_table_add_row(const struct sw_table *table, struct sw_block *block,
    const char *name, enum sw_row_kind kind)
{
	struct sw_row *rows = grow(block->rows, block->row_count,
	    &block->row_room, sizeof(*rows)), *row;

	if (rows == NULL)
		return NULL;
	block->rows = rows;
	row = &rows[block->row_count];
	row->kind = kind;
	row->name = strdup(name);
	row->cells = calloc(table->column_count + 1, sizeof(*row->cells));
	if (row->name == NULL || row->cells == NULL) {
		free(row->name);
		free(row->cells);
		return NULL;
	}
	block->row_count++;
	return row;
}

size_t
sw_table_find_column(const struct sw_table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++) {
		if (strcmp(table->columns[i].name, name) == 0)
			return i;
	}
	return SW_COLUMN_NONE;
}

const struct sw_cell *
sw_table_cell(const struct sw_table *table, const struct sw_row *row,
    const char *column)
{
	static const struct sw_cell empty = { .state = SW_CELL_EMPTY };
	size_t index = sw_table_find_column(table, column);

	return index != SW_COLUMN_NONE ? &row->cells[index] : &empty;
}

const struct sw_row *
sw_block_total(const struct sw_block *block)
{
	for (size_t i = block->row_count; i > 0; i--) {
		if (block->rows[i - 1].kind == SW_ROW_TOTAL)
			return &block->rows[i - 1];
	}
	return NULL;
}

void
sw_cell_count(struct sw_cell *cell, uint64_t count)
{
	cell->state = SW_CELL_VALUE;
	cell->count = count;
}

void
sw_cell_number(struct sw_cell *cell, double number)
{
	cell->state = SW_CELL_VALUE;
	cell->number = number;
}

enum sw_result
sw_cell_text(struct sw_cell *cell, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return SW_ERR_MEMORY;
	free(cell->text);
	cell->text = copy;
	cell->state = SW_CELL_VALUE;
	return SW_OK;
}
