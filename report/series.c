/* Published series beside ours. */
#include "series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "csv_file.h"
#include "senderwatch/store.h"

#define ROWS_MAX 100000

enum field {
	FIELD_SERIES, FIELD_SOURCE, FIELD_PERIOD, FIELD_GROUP, FIELD_MEASURE,
	FIELD_VALUE, FIELDS
};

static const char *const names[FIELDS] = {
	"series", "source", "period", "group", "measure", "value"
};

enum column {
	COLUMN_PERIOD, COLUMN_SERIES, COLUMN_MEASURE, COLUMN_VALUE,
	COLUMN_OURS, COLUMN_SOURCE
};

struct reading {
	struct sw_table *table;
	const struct sw_table *ours;
	struct sw_block *block;
	size_t fields[FIELDS];		/* where they stand */
};

static enum sw_result
add_columns(struct sw_table *table)
{
	static const struct sw_column columns[] = {
		[COLUMN_PERIOD] = { .name = (char *)"period",
		    .title = (char *)"month that the figure is of",
		    .unit = SW_UNIT_TEXT, .brief = 1 },
		[COLUMN_SERIES] = { .name = (char *)"series",
		    .title = (char *)"what the series is called",
		    .unit = SW_UNIT_TEXT, .brief = 2 },
		[COLUMN_MEASURE] = { .name = (char *)"measure",
		    .title = (char *)"column of the adoption table",
		    .unit = SW_UNIT_TEXT, .brief = 3 },
		[COLUMN_VALUE] = { .name = (char *)"value",
		    .title = (char *)"as published",
		    .unit = SW_UNIT_NUMBER, .brief = 4 },
		[COLUMN_OURS] = { .name = (char *)"ours",
		    .title = (char *)"what we counted for the same",
		    .unit = SW_UNIT_NUMBER, .brief = 5 },
		[COLUMN_SOURCE] = { .name = (char *)"source",
		    .title = (char *)"who published it, and where",
		    .unit = SW_UNIT_TEXT, .brief = 0 },
	};
	enum sw_result result = SW_OK;

	for (size_t i = 0; i <= COLUMN_SOURCE && result == SW_OK; i++)
		result = sw_table_add_column(table, &columns[i]);
	return result;
}

static enum sw_result
take_head(struct reading *reading, const struct sw_csv_row *row, char **reason)
{
	for (size_t i = 0; i < FIELDS; i++) {
		size_t k = 0;

		while (k < row->count && strcmp(row->fields[k], names[i]) != 0)
			k++;
		if (k == row->count) {
			*reason = sw_reason("the head has no column \"%s\"",
			    names[i]);
			return SW_ERR_INVALID;
		}
		reading->fields[i] = k;
	}
	return SW_OK;
}

/* Our cell for the same, if there is one with a number in it. */
static void
set_ours(const struct reading *reading, const char *const *fields,
    struct sw_cell *cell)
{
	const struct sw_table *ours = reading->ours;
	size_t column = ours == NULL ? SW_COLUMN_NONE :
	    sw_table_find_column(ours, fields[FIELD_MEASURE]);

	if (column == SW_COLUMN_NONE ||
	    ours->columns[column].unit == SW_UNIT_TEXT)
		return;
	for (size_t i = 0; i < ours->block_count; i++) {
		const struct sw_block *block = &ours->blocks[i];

		for (size_t k = 0; k < block->row_count &&
		    strcmp(block->period, fields[FIELD_PERIOD]) == 0; k++) {
			const struct sw_cell *found =
			    &block->rows[k].cells[column];

			if (strcmp(block->rows[k].name,
			    fields[FIELD_GROUP]) != 0)
				continue;
			cell->state = found->state;
			cell->number = ours->columns[column].unit ==
			    SW_UNIT_SHARE ? found->number :
			    (double)found->count;
		}
	}
}

static enum sw_result
add_row(struct reading *reading, const char *const *fields, double value)
{
	struct sw_row *row = sw_table_add_row(reading->table, reading->block,
	    fields[FIELD_GROUP], SW_ROW_ENTRY);
	enum sw_result result;

	if (row == NULL)
		return SW_ERR_MEMORY;
	sw_cell_number(&row->cells[COLUMN_VALUE], value);
	set_ours(reading, fields, &row->cells[COLUMN_OURS]);
	result = sw_cell_text(&row->cells[COLUMN_PERIOD],
	    fields[FIELD_PERIOD]);
	if (result == SW_OK)
		result = sw_cell_text(&row->cells[COLUMN_SERIES],
		    fields[FIELD_SERIES]);
	if (result == SW_OK)
		result = sw_cell_text(&row->cells[COLUMN_MEASURE],
		    fields[FIELD_MEASURE]);
	if (result == SW_OK)
		result = sw_cell_text(&row->cells[COLUMN_SOURCE],
		    fields[FIELD_SOURCE]);
	return result;
}

static enum sw_result
take_row(void *argument, const struct sw_csv_row *row, char **reason)
{
	struct reading *reading = argument;
	const char *fields[FIELDS];
	double value;
	char *end;

	if (row->number == 1)
		return take_head(reading, row, reason);
	for (size_t i = 0; i < FIELDS; i++) {
		if (reading->fields[i] >= row->count ||
		    row->fields[reading->fields[i]][0] == '\0') {
			*reason = sw_reason("row %zu: no %s", row->number,
			    names[i]);
			return SW_ERR_INVALID;
		}
		fields[i] = row->fields[reading->fields[i]];
	}
	value = strtod(fields[FIELD_VALUE], &end);
	if (*end != '\0' || !isfinite(value) || value < 0 ||
	    sw_month_parse(fields[FIELD_PERIOD]) == 0 ||
	    reading->block->row_count == ROWS_MAX) {
		*reason = sw_reason("row %zu: no month YYYY-MM, no number, or "
		    "too many rows", row->number);
		return SW_ERR_INVALID;
	}
	return add_row(reading, fields, value);
}

enum sw_result
sw_series_make(struct sw_table *table, const char *path,
    const struct sw_table *ours, char **reason)
{
	struct reading reading = { .table = table, .ours = ours };
	uint32_t first = ours != NULL && ours->block_count > 0 ?
	    ours->blocks[0].first : 197001;
	uint32_t last = ours != NULL && ours->block_count > 0 ?
	    ours->blocks[ours->block_count - 1].last : first;
	enum sw_result result = add_columns(table);

	*reason = NULL;
	if (result != SW_OK)
		return result;
	reading.block = sw_table_add_block(table, first, last);
	if (reading.block == NULL)
		return SW_ERR_MEMORY;
	return sw_csv_read_path(path, take_row, &reading, reason);
}
