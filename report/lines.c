/* Counters by row: see the header. */
#include "lines.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(((const struct sw_line *)a)->name,
	    ((const struct sw_line *)b)->name);
}

static void
keep_line(void *line)
{
	(void)line;
}

void
sw_lines_fini(struct sw_lines *lines)
{
	tdestroy(lines->tree, keep_line);
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->list[i]->name);
		free(lines->list[i]);
	}
	free(lines->list);
	sw_places_fini(&lines->places);
	memset(lines, 0, sizeof(*lines));
}

/* The line of that name; NULL: out of memory. */
static struct sw_line *
need_line(struct sw_lines *lines, const char *name)
{
	struct sw_line key = { .name = (char *)name }, *line;
	struct sw_line *const *found = tfind(&key, &lines->tree,
	    compare_lines);

	if (found != NULL)
		return *found;
	if (lines->count == lines->room) {
		size_t room = lines->room == 0 ? 32 : 2 * lines->room;
		struct sw_line **list = reallocarray(lines->list, room,
		    sizeof(*list));

		if (list == NULL)
			return NULL;
		lines->list = list;
		lines->room = room;
	}
	line = calloc(1, sizeof(*line) + lines->cells * sizeof(uint64_t));
	if (line == NULL)
		return NULL;
	lines->list[lines->count++] = line;
	line->name = strdup(name);
	if (line->name == NULL ||
	    tsearch(line, &lines->tree, compare_lines) == NULL)
		return NULL;
	return line;
}

enum sw_result
sw_lines_find(struct sw_lines *lines, const struct sw_table *table,
    const struct sw_rows_options *options,
    const struct sw_store_subject *subject, struct sw_line **line)
{
	/* Of a cohort, a place says nothing. */
	bool by_place = table->by != SW_BY_COHORT;
	void **place = NULL;
	const char *name;

	*line = NULL;
	if (by_place) {
		place = sw_places_need(&lines->places, subject->place);
		if (place == NULL)
			return SW_ERR_MEMORY;
		*line = *place;
		if (*line != NULL)
			return SW_OK;
	}
	name = sw_tabulate_row_name(table, options, subject);
	if (name == NULL)
		return SW_OK;
	*line = need_line(lines, name);
	if (by_place)
		*place = *line;
	return *line != NULL ? SW_OK : SW_ERR_MEMORY;
}

/* --- Order ---------------------------------------------------------------- */

struct order {
	const struct sw_table *table;
	const struct sw_rows_options *options;
};

/* Names that have no place come last. */
static size_t
place_of(const struct order *order, const char *name)
{
	size_t place = 0;

	if (order->table->by == SW_BY_COHORT) {
		const struct sw_cohort *cohort = order->options->cohort;
		const struct sw_cohort_column *column =
		    &cohort->columns[cohort->chosen];

		while (place < column->group_count &&
		    strcmp(column->groups[place], name) != 0)
			place++;
	} else if (order->table->by == SW_BY_TYPE &&
	    order->table->registry != NULL) {
		const struct sw_registry_type *type;

		while ((type = sw_registry_type(order->table->registry,
		    place)) != NULL && strcmp(type->group, name) != 0)
			place++;
	}
	return place;
}

static int
compare_slots(const void *a, const void *b, void *argument)
{
	const struct sw_line *left = *(struct sw_line *const *)a;
	const struct sw_line *right = *(struct sw_line *const *)b;
	size_t l = place_of(argument, left->name);
	size_t r = place_of(argument, right->name);

	if (l != r)
		return l < r ? -1 : 1;
	return strcmp(left->name, right->name);
}

void
sw_lines_sort(struct sw_lines *lines, const struct sw_table *table,
    const struct sw_rows_options *options)
{
	struct order order = { table, options };

	tdestroy(lines->tree, keep_line);
	lines->tree = NULL;
	for (size_t i = 0; i < lines->count && table->by != SW_BY_COHORT; i++)
		sw_text_clean(lines->list[i]->name);
	if (lines->count > 1)
		qsort_r(lines->list, lines->count, sizeof(*lines->list),
		    compare_slots, &order);
}
