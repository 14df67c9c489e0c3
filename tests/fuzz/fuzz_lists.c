/* Files that people hand to reports: CSV, and cohort files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "report/cohort.h"
#include "report/csv_file.h"

static enum sw_result
take_row(void *argument, const struct sw_csv_row *row, char **reason)
{
	size_t *last = argument;

	(void)reason;
	HOLDS(row->number > *last && row->count > 0 &&
	    row->count <= SW_CSV_FIELDS_MAX);
	for (size_t i = 0; i < row->count; i++)
		HOLDS(strlen(row->fields[i]) <= SW_CSV_FIELD_SIZE_MAX);
	*last = row->number;
	return SW_OK;
}

static FILE *
open_bytes(const uint8_t *data, size_t size)
{
	FILE *file = fmemopen((void *)data, size, "r");

	HOLDS(file != NULL);
	return file;
}

/* What is read is written, and read again, as it was. */
static void
check_cohort(const struct sw_cohort *cohort)
{
	struct sw_cohort *again;
	char *text = NULL, *reason;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	HOLDS(file != NULL);
	sw_cohort_write(cohort, file);
	fclose(file);
	file = open_bytes((const uint8_t *)text, size);
	HOLDS(sw_cohort_parse(&again, file, &reason) == SW_OK);
	fclose(file);
	HOLDS(again->subject_count == cohort->subject_count &&
	    again->column_count == cohort->column_count);
	for (size_t i = 0; i < cohort->subject_count; i++)
		HOLDS(sw_cohort_group(cohort, cohort->subjects[i]) ==
		    sw_cohort_group(again, cohort->subjects[i]));
	sw_cohort_free(&again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_cohort *cohort;
	char *reason;
	size_t last = 0;
	FILE *file;

	if (size == 0)
		return 0;
	file = open_bytes(data, size);
	sw_csv_read(file, take_row, &last, &reason);
	free(reason);
	fclose(file);
	file = open_bytes(data, size);
	if (sw_cohort_parse(&cohort, file, &reason) == SW_OK) {
		check_cohort(cohort);
		sw_cohort_free(&cohort);
	} else {
		HOLDS(cohort == NULL);
		free(reason);
	}
	fclose(file);
	return 0;
}
