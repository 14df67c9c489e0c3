/* Counting by public suffix, registry and type in one pass. */
#include "tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

struct sw_tally {
	void *tree;	/* of the cells, by the database's own strings */
	struct sw_tally_cell **cells;
	size_t count;
	size_t room;
};

static int
compare_cells(const void *a, const void *b)
{
	const struct sw_tally_cell *left = a, *right = b;
	int order = strcmp(left->suffix, right->suffix);

	if (order == 0)
		order = strcmp(left->registry, right->registry);
	if (order == 0)
		order = strcmp(left->type, right->type);
	return order;
}

static int
compare_slots(const void *a, const void *b)
{
	const struct sw_tally_cell *const *left = a, *const *right = b;

	return compare_cells(*left, *right);
}

static void
free_cell(struct sw_tally_cell *cell)
{
	if (cell == NULL)
		return;
	free(cell->suffix);
	free(cell->registry);
	free(cell->type);
	free(cell);
}

static struct sw_tally_cell *
new_cell(const struct sw_group *group)
{
	struct sw_tally_cell *cell = calloc(1, sizeof(*cell));

	if (cell == NULL)
		return NULL;
	cell->suffix = strdup(group->suffix);
	cell->registry = strdup(group->registry);
	cell->type = strdup(group->type);
	if (cell->suffix != NULL && cell->registry != NULL &&
	    cell->type != NULL)
		return cell;
	free_cell(cell);
	return NULL;
}

enum sw_result
sw_tally_new(struct sw_tally **tally)
{
	*tally = calloc(1, sizeof(**tally));
	return *tally != NULL ? SW_OK : SW_ERR_MEMORY;
}

static void
keep_cell(void *cell)
{
	(void)cell;
}

void
sw_tally_free(struct sw_tally **tally)
{
	if (*tally == NULL)
		return;
	tdestroy((*tally)->tree, keep_cell);
	for (size_t i = 0; i < (*tally)->count; i++)
		free_cell((*tally)->cells[i]);
	free((*tally)->cells);
	free(*tally);
	*tally = NULL;
}

static struct sw_tally_cell *
add_cell(struct sw_tally *tally, const struct sw_group *group)
{
	struct sw_tally_cell *cell;

	if (tally->count == tally->room) {
		size_t room = tally->room == 0 ? 64 : 2 * tally->room;
		struct sw_tally_cell **cells = reallocarray(tally->cells, room,
		    sizeof(struct sw_tally_cell *));

		if (cells == NULL)
			return NULL;
		tally->cells = cells;
		tally->room = room;
	}
	cell = new_cell(group);
	if (cell == NULL)
		return NULL;
	if (tsearch(cell, &tally->tree, compare_cells) == NULL) {
		free_cell(cell);
		return NULL;
	}
	return tally->cells[tally->count++] = cell;
}

static struct sw_tally_cell *
find_cell(const struct sw_tally *tally, const struct sw_group *group)
{
	const struct sw_tally_cell key = {
		.suffix = (char *)group->suffix,
		.registry = (char *)group->registry,
		.type = (char *)group->type
	};
	struct sw_tally_cell *const *found;

	found = tfind(&key, &tally->tree, compare_cells);
	return found != NULL ? *found : NULL;
}

enum sw_result
sw_tally_visit(void *argument, const struct sw_store_subject *subject)
{
	struct sw_tally *tally = argument;
	struct sw_tally_cell *cell = find_cell(tally, &subject->group);

	if (cell == NULL)
		cell = add_cell(tally, &subject->group);
	if (cell == NULL)
		return SW_ERR_MEMORY;
	sw_counts_subject(&cell->counts, subject);
	return SW_OK;
}

void
sw_tally_sort(struct sw_tally *tally)
{
	tdestroy(tally->tree, keep_cell);
	tally->tree = NULL;
	for (size_t i = 0; i < tally->count; i++) {
		sw_text_clean(tally->cells[i]->suffix);
		sw_text_clean(tally->cells[i]->registry);
		sw_text_clean(tally->cells[i]->type);
	}
	if (tally->count > 1)
		qsort(tally->cells, tally->count, sizeof(tally->cells[0]),
		    compare_slots);
}

size_t
sw_tally_cell_count(const struct sw_tally *tally)
{
	return tally->count;
}

const struct sw_tally_cell *
sw_tally_cell(const struct sw_tally *tally, size_t index)
{
	return tally->cells[index];
}
