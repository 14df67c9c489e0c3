/* The adoption table as CSV, for programs. */
#include "format.h"

#include <inttypes.h>

#include "text.h"

#define COLUMNS_MAX 32

static void
write_row(FILE *file, const char *name, const struct sw_counts *counts)
{
	char numbers[COLUMNS_MAX][SW_NUMBER_MAX];
	const char *fields[COLUMNS_MAX + 1] = { name };

	for (size_t i = 0; i < sw_counts_column_count; i++) {
		snprintf(numbers[i], SW_NUMBER_MAX, "%" PRIu64,
		    sw_counts_value(counts, i));
		fields[i + 1] = numbers[i];
	}
	sw_csv_write(file, fields, sw_counts_column_count + 1);
}

enum sw_result
sw_format_csv(FILE *file, const struct sw_adoption *adoption,
    const struct sw_format_options *options)
{
	const char *heads[COLUMNS_MAX + 1] = { "group" };

	(void)options;
	if (sw_counts_column_count > COLUMNS_MAX)
		return SW_ERR_UNSUPPORTED;
	for (size_t i = 0; i < sw_counts_column_count; i++)
		heads[i + 1] = sw_counts_columns[i].name;
	sw_csv_write(file, heads, sw_counts_column_count + 1);
	for (size_t i = 0; i < adoption->count; i++)
		write_row(file, adoption->rows[i].name,
		    &adoption->rows[i].counts);
	if (!adoption->withheld)
		write_row(file, SW_ROW_TOTAL, &adoption->total);
	return SW_OK;
}
