/* Counting by group in one pass. */
#include "tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "places.h"
#include "text.h"

struct sw_tally {
	const struct sw_scheme *scheme;
	enum sw_by by;
	const struct sw_cohort *cohort;
	size_t months;
	struct sw_classes *classes;
	void *tree;	/* of the cells, by the database's own strings */
	struct sw_tally_cell **cells;
	size_t count;
	size_t room;
	struct sw_places places;	/* the same by place */
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
	if (order == 0)
		order = strcmp(left->group, right->group);
	return order;
}

static int
compare_slots(const void *a, const void *b)
{
	const struct sw_tally_cell *const *left = a, *const *right = b;

	return compare_cells(*left, *right);
}

static void
free_cell(struct sw_tally_cell *cell, const struct sw_tally *tally)
{
	if (cell == NULL)
		return;
	free(cell->suffix);
	free(cell->registry);
	free(cell->type);
	free(cell->group);
	for (size_t i = 0; cell->figures != NULL && i < tally->months; i++)
		sw_figures_fini(&cell->figures[i]);
	free(cell->figures);
	free(cell->waiting);
	free(cell);
}

/* False: out of memory. */
static bool
init_figures(struct sw_tally_cell *cell, const struct sw_tally *tally)
{
	bool done;

	/* Each can be freed, whether or not it came to be initialised. */
	cell->figures = calloc(tally->months, sizeof(*cell->figures));
	cell->waiting = calloc(tally->months * SW_WAITING_MAX,
	    sizeof(*cell->waiting));
	done = cell->figures != NULL && cell->waiting != NULL;
	for (size_t i = 0; i < tally->months && done; i++)
		done = sw_figures_init(&cell->figures[i], tally->scheme) ==
		    SW_OK;
	return done;
}

static struct sw_tally_cell *
new_cell(const struct sw_tally_cell *key, const struct sw_tally *tally)
{
	struct sw_tally_cell *cell = calloc(1, sizeof(*cell));

	if (cell == NULL)
		return NULL;
	cell->suffix = strdup(key->suffix);
	cell->registry = strdup(key->registry);
	cell->type = strdup(key->type);
	cell->group = strdup(key->group);
	if (cell->suffix != NULL && cell->registry != NULL &&
	    cell->type != NULL && cell->group != NULL &&
	    init_figures(cell, tally))
		return cell;
	free_cell(cell, tally);
	return NULL;
}

enum sw_result
sw_tally_new(struct sw_tally **tally, const struct sw_scheme *scheme,
    enum sw_by by, const struct sw_cohort *cohort, size_t months)
{
	*tally = calloc(1, sizeof(**tally));
	if (*tally == NULL)
		return SW_ERR_MEMORY;
	(*tally)->scheme = scheme;
	(*tally)->by = by;
	(*tally)->cohort = cohort;
	(*tally)->months = months;
	(*tally)->classes = sw_classes_new(scheme);
	if ((*tally)->classes != NULL)
		return SW_OK;
	sw_tally_free(tally);
	return SW_ERR_MEMORY;
}

size_t
sw_tally_room(const struct sw_scheme *scheme)
{
	return sizeof(struct sw_tally_cell) + sw_figures_room(scheme) +
	    SW_WAITING_MAX * sizeof(struct sw_waiting);
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
		free_cell((*tally)->cells[i], *tally);
	free((*tally)->cells);
	sw_places_fini(&(*tally)->places);
	sw_classes_free(&(*tally)->classes);
	free(*tally);
	*tally = NULL;
}

static struct sw_tally_cell *
add_cell(struct sw_tally *tally, const struct sw_tally_cell *key)
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
	cell = new_cell(key, tally);
	if (cell == NULL)
		return NULL;
	if (tsearch(cell, &tally->tree, compare_cells) == NULL) {
		free_cell(cell, tally);
		return NULL;
	}
	return tally->cells[tally->count++] = cell;
}

/* The cell of a group; NULL: out of memory. */
static struct sw_tally_cell *
need_cell(struct sw_tally *tally, const struct sw_group *group)
{
	const struct sw_tally_cell key = {
		.suffix = (char *)(tally->by == SW_BY_SUFFIX ? group->suffix :
		    ""),
		.registry = (char *)group->registry,
		.type = (char *)group->type,
		.group = (char *)""
	};
	struct sw_tally_cell *const *found;

	found = tfind(&key, &tally->tree, compare_cells);
	return found != NULL ? *found : add_cell(tally, &key);
}

/* The same for the group of a subject, by its place. */
static struct sw_tally_cell *
place_cell(struct sw_tally *tally, const struct sw_store_subject *subject)
{
	void **place = sw_places_need(&tally->places, subject->place);

	if (place == NULL)
		return NULL;
	if (*place == NULL)
		*place = need_cell(tally, &subject->group);
	return *place;
}

static struct sw_tally_cell *
cohort_cell(struct sw_tally *tally, int group)
{
	const struct sw_tally_cell key = {
		.suffix = (char *)"", .registry = (char *)"",
		.type = (char *)"", .group = tally->cohort->columns[
		    tally->cohort->chosen].groups[group]
	};
	struct sw_tally_cell *const *found;

	found = tfind(&key, &tally->tree, compare_cells);
	return found != NULL ? *found : add_cell(tally, &key);
}

/* --- Counting ------------------------------------------------------------- */

static enum sw_result
count_waiting(const struct sw_tally *tally, struct sw_tally_cell *cell)
{
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < cell->waiting_count && result == SW_OK; i++) {
		const struct sw_waiting *waiting = &cell->waiting[i];

		result = sw_figures_count(&cell->figures[waiting->month],
		    tally->scheme, sw_classes_get(tally->classes,
		    waiting->class), &waiting->sighted);
	}
	cell->waiting_count = 0;
	return result;
}

static enum sw_result
count_all_waiting(struct sw_tally *tally)
{
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < tally->count && result == SW_OK; i++)
		result = count_waiting(tally, tally->cells[i]);
	return result;
}

static enum sw_result
find_class(struct sw_tally *tally, const struct sw_store_state *states,
    uint16_t *class)
{
	enum sw_result result = SW_OK;

	if (sw_classes_are_full(tally->classes)) {
		result = count_all_waiting(tally);
		sw_classes_clear(tally->classes);
	}
	*class = (uint16_t)sw_classes_find(tally->classes, states);
	return result;
}

enum sw_result
sw_tally_add(struct sw_tally *tally, const struct sw_store_subject *subject,
    size_t month, const struct sw_store_state *states)
{
	struct sw_tally_cell *cell;
	struct sw_waiting *waiting;
	enum sw_result result;
	uint16_t class;

	if (tally->by == SW_BY_COHORT) {
		int group = sw_cohort_group(tally->cohort, subject->pseudonym);

		if (group < 0)
			return SW_OK;
		cell = cohort_cell(tally, group);
	} else {
		cell = place_cell(tally, subject);
	}
	if (cell == NULL)
		return SW_ERR_MEMORY;
	/* First, since it may count those that wait. */
	result = find_class(tally, states, &class);
	if (result != SW_OK)
		return result;
	waiting = &cell->waiting[cell->waiting_count++];
	waiting->class = class;
	waiting->month = (uint8_t)month;
	sw_sighted_of(subject, states, &waiting->sighted);
	return cell->waiting_count < tally->months * SW_WAITING_MAX ? SW_OK :
	    count_waiting(tally, cell);
}

enum sw_result
sw_tally_visit(void *argument, const struct sw_store_subject *subject)
{
	return sw_tally_add(argument, subject, 0, subject->states);
}

enum sw_result
sw_tally_visit_volume(void *argument, const struct sw_store_volume *volume)
{
	const struct sw_tally_month *of = argument;
	struct sw_tally *tally = of->tally;
	struct sw_tally_cell *cell;

	/* Of a newer sender: nothing that we could speak of. */
	if (tally->by == SW_BY_COHORT || volume->outcome >= SW_OUTCOMES ||
	    volume->mechanism >= SW_MECHANISM_COUNT)
		return SW_OK;
	cell = need_cell(tally, &volume->group);
	if (cell == NULL)
		return SW_ERR_MEMORY;
	cell->figures[of->month].days[volume->mechanism][volume->outcome] +=
	    volume->days;
	return SW_OK;
}

enum sw_result
sw_tally_sort(struct sw_tally *tally)
{
	enum sw_result result = count_all_waiting(tally);

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
	return result;
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
