/* Totals of groups, from CSV. */
#include "totals.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "csv_file.h"

#define TOTALS_MAX 100000
#define NOWHERE ((size_t)-1)

struct reading {
	struct sw_totals *totals;
	size_t group, total;	/* columns */
};

static bool
parse_number(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoumax(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
}

static enum sw_result
take_head(struct reading *reading, const struct sw_csv_row *row, char **reason)
{
	reading->group = reading->total = NOWHERE;
	for (size_t i = 0; i < row->count; i++) {
		if (strcmp(row->fields[i], "group") == 0)
			reading->group = i;
		else if (strcmp(row->fields[i], "total") == 0 ||
		    (strcmp(row->fields[i], "domains") == 0 &&
		    reading->total == NOWHERE))
			reading->total = i;
	}
	if (reading->group != NOWHERE && reading->total != NOWHERE)
		return SW_OK;
	*reason = sw_reason("the head needs the columns \"group\" and \"total\"");
	return SW_ERR_INVALID;
}

static enum sw_result
add_total(struct sw_totals *totals, const char *group, uint64_t number)
{
	struct sw_group_total *list;
	size_t n = totals->count;

	/* Grow at each power of two. */
	if ((n & (n - 1)) == 0) {
		list = reallocarray(totals->list, n != 0 ? 2 * n : 1,
		    sizeof(*list));
		if (list == NULL)
			return SW_ERR_MEMORY;
		totals->list = list;
	}
	totals->list[n].group = strdup(group);
	if (totals->list[n].group == NULL)
		return SW_ERR_MEMORY;
	totals->list[n].total = number;
	totals->count++;
	return SW_OK;
}

static enum sw_result
take_row(void *argument, const struct sw_csv_row *row, char **reason)
{
	struct reading *reading = argument;
	uint64_t number;

	if (row->number == 1)
		return take_head(reading, row, reason);
	if (row->count <= reading->group || row->count <= reading->total ||
	    !parse_number(row->fields[reading->total], &number)) {
		*reason = sw_reason("row %zu: no whole number for a total",
		    row->number);
		return SW_ERR_INVALID;
	}
	if (reading->totals->count == TOTALS_MAX) {
		*reason = sw_reason("more than %d groups", TOTALS_MAX);
		return SW_ERR_INVALID;
	}
	return add_total(reading->totals, row->fields[reading->group], number);
}

enum sw_result
sw_totals_read(struct sw_totals *totals, const char *path, char **reason)
{
	struct reading reading = { .totals = totals };
	enum sw_result result;

	*totals = (struct sw_totals){ 0 };
	result = sw_csv_read_path(path, take_row, &reading, reason);
	if (result != SW_OK)
		sw_totals_fini(totals);
	return result;
}

void
sw_totals_fini(struct sw_totals *totals)
{
	for (size_t i = 0; i < totals->count; i++)
		free(totals->list[i].group);
	free(totals->list);
	*totals = (struct sw_totals){ 0 };
}

uint64_t
sw_totals_find(const struct sw_totals *totals, const char *group)
{
	for (size_t i = 0; i < totals->count; i++) {
		if (strcmp(totals->list[i].group, group) == 0)
			return totals->list[i].total;
	}
	return 0;
}
