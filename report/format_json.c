/* The adoption table as JSON, for programs. */
#include "format.h"

#include <inttypes.h>
#include <jansson.h>

/* Goes up when a member changes its meaning or leaves. */
#define SCHEMA "senderwatch-adoption-1"

/* New references only; a NULL from jansson makes the whole of it fail. */
static json_t *
make_row(const char *name, const char *kind, const struct sw_counts *counts)
{
	json_t *row = json_pack("{s:s, s:s}", "group", name, "kind", kind);

	for (size_t i = 0; i < sw_counts_column_count && row != NULL; i++) {
		json_int_t value = (json_int_t)sw_counts_value(counts, i);

		if (json_object_set_new(row, sw_counts_columns[i].name,
		    json_integer(value)) != 0) {
			json_decref(row);
			return NULL;
		}
	}
	return row;
}

static json_t *
make_rows(const struct sw_adoption *adoption)
{
	json_t *rows = json_array();
	bool failed = rows == NULL;

	for (size_t i = 0; i < adoption->count && !failed; i++) {
		const struct sw_row *row = &adoption->rows[i];

		failed = json_array_append_new(rows, make_row(row->name,
		    row->merged ? "merged" : "group", &row->counts)) != 0;
	}
	if (!failed && !adoption->withheld)
		failed = json_array_append_new(rows, make_row(SW_ROW_TOTAL,
		    "total", &adoption->total)) != 0;
	if (failed) {
		json_decref(rows);
		return NULL;
	}
	return rows;
}

/* The number of domains outside, or null where it is too small to tell. */
static json_t *
make_outside(const struct sw_adoption *adoption)
{
	if (adoption->outside > 0 && adoption->outside < adoption->min_cell)
		return json_null();
	return json_integer((json_int_t)adoption->outside);
}

enum sw_result
sw_format_json(FILE *file, const struct sw_adoption *adoption,
    const struct sw_format_options *options)
{
	enum sw_result result = SW_ERR_MEMORY;
	char period[16];
	json_t *root;

	(void)options;
	snprintf(period, sizeof(period), "%04" PRIu32 "-%02" PRIu32,
	    adoption->month / 100, adoption->month % 100);
	root = json_pack("{s:s, s:s, s:s, s:s?, s:I, s:b, s:o, s:o}",
	    "schema", SCHEMA, "period", period,
	    "by", adoption->by == SW_BY_TYPE ? "type" : "suffix",
	    "registry", adoption->tld,
	    "min_cell", (json_int_t)adoption->min_cell,
	    "withheld", adoption->withheld,
	    "outside", make_outside(adoption), "rows", make_rows(adoption));
	if (root == NULL)
		return SW_ERR_MEMORY;
	if (json_dumpf(root, file, JSON_INDENT(2)) == 0) {
		putc('\n', file);
		result = SW_OK;
	} else if (ferror(file)) {
		result = SW_OK;		/* whoever owns the file asks ferror() */
	}
	json_decref(root);
	return result;
}
