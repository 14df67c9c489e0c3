/* The adoption table: from cells to rows. */
#include "adoption.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suppress.h"

static struct sw_row *
find_row(struct sw_adoption *adoption, const char *name)
{
	for (size_t i = 0; i < adoption->count; i++) {
		if (strcmp(adoption->rows[i].name, name) == 0)
			return &adoption->rows[i];
	}
	return NULL;
}

static struct sw_row *
add_row(struct sw_adoption *adoption, const char *name)
{
	if (adoption->count == adoption->room) {
		size_t room = adoption->room == 0 ? 16 : 2 * adoption->room;
		struct sw_row *rows = reallocarray(adoption->rows, room,
		    sizeof(struct sw_row));

		if (rows == NULL)
			return NULL;
		adoption->rows = rows;
		adoption->room = room;
	}
	adoption->rows[adoption->count] = (struct sw_row){
		.name = strdup(name)
	};
	if (adoption->rows[adoption->count].name == NULL)
		return NULL;
	return &adoption->rows[adoption->count++];
}

static const struct sw_registry *
find_registry(const struct sw_registries *registries, const char *tld)
{
	for (size_t i = 0; i < registries->count; i++) {
		if (strcmp(sw_registry_tld(registries->list[i]), tld) == 0)
			return registries->list[i];
	}
	return NULL;
}

/* One row for each group, in the table's order, also where all is zero. */
static enum sw_result
add_registry_rows(struct sw_adoption *adoption)
{
	const struct sw_registry_type *type;

	if (adoption->registry == NULL)
		return SW_OK;
	for (size_t i = 0;
	    (type = sw_registry_type(adoption->registry, i)) != NULL; i++) {
		if (find_row(adoption, type->group) == NULL &&
		    add_row(adoption, type->group) == NULL)
			return SW_ERR_MEMORY;
	}
	return SW_OK;
}

/* A type that the built-in table lacks gets a row of its own. */
static const char *
row_name(const struct sw_adoption *adoption, const struct sw_tally_cell *cell)
{
	const struct sw_registry_type *type = NULL;

	if (adoption->by == SW_BY_SUFFIX)
		return cell->suffix;
	if (adoption->registry != NULL)
		type = sw_registry_find_type(adoption->registry, cell->type);
	if (type != NULL)
		return type->group;
	return cell->type[0] != '\0' ? cell->type : "(none)";
}

static enum sw_result
add_cell(struct sw_adoption *adoption, const struct sw_tally_cell *cell)
{
	const char *name = row_name(adoption, cell);
	struct sw_row *row = NULL;

	/* Cells come sorted by suffix: a known one is the last row. */
	if (adoption->by == SW_BY_TYPE)
		row = find_row(adoption, name);
	else if (adoption->count > 0 &&
	    strcmp(adoption->rows[adoption->count - 1].name, name) == 0)
		row = &adoption->rows[adoption->count - 1];
	if (row == NULL)
		row = add_row(adoption, name);
	if (row == NULL)
		return SW_ERR_MEMORY;
	sw_counts_add(&row->counts, &cell->counts);
	sw_counts_add(&adoption->total, &cell->counts);
	return SW_OK;
}

static enum sw_result
fill_rows(struct sw_adoption *adoption, const struct sw_tally *tally)
{
	enum sw_result result = SW_OK;

	if (adoption->by == SW_BY_TYPE)
		result = add_registry_rows(adoption);
	for (size_t i = 0; i < sw_tally_cell_count(tally) && result == SW_OK;
	    i++) {
		const struct sw_tally_cell *cell = sw_tally_cell(tally, i);

		if (cell->counts.domains == 0)
			continue;
		if (adoption->tld != NULL &&
		    strcmp(adoption->tld, cell->registry) != 0)
			adoption->outside += cell->counts.domains;
		else
			result = add_cell(adoption, cell);
	}
	return result;
}

/* The registries that subjects belong to; NULL where there is none. */
struct seen {
	const char *first;
	const char *another;
	bool without;		/* a subject of no registry was seen */
};

static struct seen
see_registries(const struct sw_tally *tally)
{
	struct seen seen = { 0 };

	for (size_t i = 0; i < sw_tally_cell_count(tally); i++) {
		const struct sw_tally_cell *cell = sw_tally_cell(tally, i);

		if (cell->counts.domains == 0)
			continue;
		if (cell->registry[0] == '\0')
			seen.without = true;
		else if (seen.first == NULL)
			seen.first = cell->registry;
		else if (strcmp(seen.first, cell->registry) != 0)
			seen.another = cell->registry;
	}
	return seen;
}

/* Which registry's types make the rows; see sw_adoption_new(). */
static enum sw_result
choose_registry(struct sw_adoption *adoption, const struct sw_tally *tally,
    const struct sw_registries *registries, char *reason, size_t size)
{
	struct seen seen = see_registries(tally);

	if (seen.another != NULL) {
		snprintf(reason, size, "the database holds subjects of more than "
		    "one registry (%s, %s): choose with --registry, or take "
		    "--by suffix", seen.first, seen.another);
		return SW_ERR_INVALID;
	}
	if (seen.first == NULL && (seen.without ||
	    registries->count == 0)) {
		adoption->by = SW_BY_SUFFIX;
		return SW_OK;
	}
	adoption->tld = strdup(seen.first != NULL ? seen.first :
	    sw_registry_tld(registries->list[0]));
	return adoption->tld != NULL ? SW_OK : SW_ERR_MEMORY;
}

static enum sw_result
set_registry(struct sw_adoption *adoption, const struct sw_tally *tally,
    const struct sw_adoption_options *options, char *reason, size_t size)
{
	enum sw_result result = SW_OK;

	if (options->registry != NULL) {
		adoption->tld = strdup(options->registry);
		if (adoption->tld == NULL)
			result = SW_ERR_MEMORY;
	} else if (adoption->by == SW_BY_TYPE) {
		result = choose_registry(adoption, tally, options->registries,
		    reason, size);
	}
	if (result == SW_OK && adoption->tld != NULL)
		adoption->registry = find_registry(options->registries,
		    adoption->tld);
	return result;
}

enum sw_result
sw_adoption_new(struct sw_adoption **out, const struct sw_tally *tally,
    const struct sw_adoption_options *options, char *reason,
    size_t reason_size)
{
	struct sw_adoption *adoption = calloc(1, sizeof(*adoption));
	enum sw_result result = SW_ERR_MEMORY;

	*out = NULL;
	snprintf(reason, reason_size, "%s", sw_result_text(result));
	if (adoption == NULL)
		return SW_ERR_MEMORY;
	adoption->month = options->month;
	adoption->by = options->by;
	result = set_registry(adoption, tally, options, reason, reason_size);
	if (result != SW_OK)
		goto out;
	result = fill_rows(adoption, tally);
	if (result != SW_OK)
		goto out;
	if (adoption->tld != NULL && adoption->registry == NULL &&
	    adoption->total.domains == 0) {
		snprintf(reason, reason_size, "there is no table of registry %s, "
		    "and no subject belongs to it", adoption->tld);
		result = SW_ERR_INVALID;
		goto out;
	}
	adoption->min_cell = options->min_cell >= 0 ?
	    (uint64_t)options->min_cell :
	    adoption->by == SW_BY_SUFFIX ? SW_MIN_CELL_DEFAULT : 0;
	result = sw_suppress(adoption);
out:
	if (result == SW_OK)
		*out = adoption;
	else
		sw_adoption_free(&adoption);
	return result;
}

void
sw_adoption_free(struct sw_adoption **adoption)
{
	if (*adoption == NULL)
		return;
	for (size_t i = 0; i < (*adoption)->count; i++)
		free((*adoption)->rows[i].name);
	free((*adoption)->rows);
	free((*adoption)->tld);
	free(*adoption);
	*adoption = NULL;
}
