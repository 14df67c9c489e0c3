/* Tables of domains: from cells of a tally to rows. */
#include "tabulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fill.h"
#include "suppress.h"
#include "text.h"

/* --- Which rows ----------------------------------------------------------- */

static const struct sw_registry *
find_registry(const struct sw_registries *registries, const char *tld)
{
	for (size_t i = 0; i < registries->count; i++) {
		if (strcmp(sw_registry_tld(registries->list[i]), tld) == 0)
			return registries->list[i];
	}
	return NULL;
}

/* The registries that groups belong to; NULL where there is none. */
struct seen {
	const char *first;
	const char *another;
};

static struct seen
see_registries(const struct sw_group *groups, size_t count)
{
	struct seen seen = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (groups[i].registry[0] == '\0')
			continue;
		if (seen.first == NULL)
			seen.first = groups[i].registry;
		else if (strcmp(seen.first, groups[i].registry) != 0)
			seen.another = groups[i].registry;
	}
	return seen;
}

static enum sw_result
set_tld(struct sw_table *table, const char *tld)
{
	table->tld = strdup(tld);
	if (table->tld == NULL)
		return SW_ERR_MEMORY;
	sw_text_clean(table->tld);
	return SW_OK;
}

/* Which registry's types make the rows; see sw_tabulate_begin(). */
static enum sw_result
choose_registry(struct sw_table *table, const struct sw_rows_options *options,
    const struct sw_group *groups, size_t count, char *reason, size_t size)
{
	struct seen seen = see_registries(groups, count);

	if (seen.another != NULL) {
		snprintf(reason, size, "the database holds subjects of more than "
		    "one registry (%s, %s): choose with --registry, or take "
		    "--by suffix", seen.first, seen.another);
		return SW_ERR_INVALID;
	}
	if (seen.first == NULL && (count > 0 ||
	    options->registries->count == 0)) {
		table->by = SW_BY_SUFFIX;
		return SW_OK;
	}
	return set_tld(table, seen.first != NULL ? seen.first :
	    sw_registry_tld(options->registries->list[0]));
}

static bool
is_of_registry(const struct sw_group *groups, size_t count, const char *tld)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(groups[i].registry, tld) == 0)
			return true;
	}
	return false;
}

static enum sw_result
begin_cohort(struct sw_table *table, const struct sw_cohort *cohort)
{
	const char *column = cohort->columns[cohort->chosen].name;

	if (asprintf(&table->cohort, "%s, %s", cohort->name, column) >= 0)
		return SW_OK;
	table->cohort = NULL;
	return SW_ERR_MEMORY;
}

static bool
is_public(const struct sw_table *table, const struct sw_rows_options *options)
{
	return table->by == SW_BY_TYPE ||
	    (table->by == SW_BY_COHORT && options->cohort->open);
}

enum sw_result
sw_tabulate_begin(struct sw_table *table, const struct sw_rows_options *options,
    const struct sw_group *groups, size_t group_count, char *reason,
    size_t reason_size)
{
	enum sw_result result = SW_OK;

	snprintf(reason, reason_size, "%s", sw_result_text(SW_ERR_MEMORY));
	table->by = options->by;
	if (options->by == SW_BY_COHORT)
		result = begin_cohort(table, options->cohort);
	else if (options->registry != NULL)
		result = set_tld(table, options->registry);
	else if (options->by == SW_BY_TYPE)
		result = choose_registry(table, options, groups, group_count,
		    reason, reason_size);
	if (result != SW_OK)
		return result;
	if (table->tld != NULL)
		table->registry = find_registry(options->registries,
		    table->tld);
	if (table->tld != NULL && table->registry == NULL &&
	    !is_of_registry(groups, group_count, table->tld)) {
		snprintf(reason, reason_size, "there is no table of registry %s, "
		    "and no subject belongs to it", table->tld);
		return SW_ERR_INVALID;
	}
	table->min_cell = options->min_cell >= 0 ?
	    (uint64_t)options->min_cell :
	    is_public(table, options) ? 0 : SW_MIN_CELL_DEFAULT;
	return SW_OK;
}

enum sw_result
sw_tabulate_columns(struct sw_table *table, const struct sw_scheme *scheme)
{
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < scheme->column_count && result == SW_OK; i++)
		result = sw_table_add_column(table, &scheme->columns[i]);
	return result;
}

/* --- Groups --------------------------------------------------------------- */

/* One row for each group, in the list's order, also where all is zero. */
static enum sw_result
add_known_groups(struct sw_groups *groups, const struct sw_table *table,
    const struct sw_rows_options *options)
{
	const struct sw_registry_type *type;

	if (table->by == SW_BY_COHORT) {
		const struct sw_cohort_column *column =
		    &options->cohort->columns[options->cohort->chosen];

		for (size_t i = 0; i < column->group_count; i++) {
			if (sw_groups_need(groups, column->groups[i], "") ==
			    NULL)
				return SW_ERR_MEMORY;
		}
	}
	if (table->by != SW_BY_TYPE || table->registry == NULL)
		return SW_OK;
	for (size_t i = 0;
	    (type = sw_registry_type(table->registry, i)) != NULL; i++) {
		if (sw_groups_need(groups, type->group, "") == NULL)
			return SW_ERR_MEMORY;
	}
	return SW_OK;
}

/* A type that the built-in table lacks gets a row of its own. */
static const char *
type_group(const struct sw_registry *registry, const char *name)
{
	const struct sw_registry_type *type = NULL;

	if (registry != NULL)
		type = sw_registry_find_type(registry, name);
	if (type != NULL)
		return type->group;
	return name[0] != '\0' ? name : "(none)";
}

/* Suffixes of a registry type sum up to the type's row in other tables. */
static enum sw_result
add_suffix(struct sw_groups *groups, const struct sw_rows_options *options,
    const struct sw_tally_cell *cell, size_t month)
{
	struct sw_group_figures *group;
	char *class = NULL;

	if (cell->registry[0] == '\0')
		class = strdup("");
	else if (asprintf(&class, "%s %s", cell->registry, type_group(
	    find_registry(options->registries, cell->registry),
	    cell->type)) < 0)
		class = NULL;
	if (class == NULL)
		return SW_ERR_MEMORY;
	group = sw_groups_need(groups, cell->suffix, class);
	free(class);
	return group == NULL ? SW_ERR_MEMORY :
	    sw_groups_add(groups, group, &cell->figures[month]);
}

static enum sw_result
add_cell(struct sw_groups *groups, const struct sw_table *table,
    const struct sw_rows_options *options, const struct sw_tally_cell *cell,
    size_t month)
{
	const char *name = table->by == SW_BY_COHORT ? cell->group :
	    type_group(table->registry, cell->type);
	struct sw_group_figures *group;

	if (table->by == SW_BY_SUFFIX)
		return add_suffix(groups, options, cell, month);
	group = sw_groups_need(groups, name, "");
	return group == NULL ? SW_ERR_MEMORY :
	    sw_groups_add(groups, group, &cell->figures[month]);
}

static enum sw_result
fill_groups(struct sw_groups *groups, const struct sw_table *table,
    struct sw_block *block, const struct sw_tally *tally, size_t month,
    const struct sw_rows_options *options)
{
	enum sw_result result = add_known_groups(groups, table, options);

	for (size_t i = 0; i < sw_tally_cell_count(tally) && result == SW_OK;
	    i++) {
		const struct sw_tally_cell *cell = sw_tally_cell(tally, i);
		uint64_t domains = sw_figures_domains(&cell->figures[month]);

		if (domains == 0)
			continue;
		if (table->tld != NULL &&
		    strcmp(table->tld, cell->registry) != 0)
			block->outside += domains;
		else
			result = add_cell(groups, table, options, cell, month);
	}
	return result;
}

/* --- Rows ----------------------------------------------------------------- */

static enum sw_result
add_row(struct sw_table *table, struct sw_block *block,
    const struct sw_groups *groups, const struct sw_group_figures *group,
    const struct sw_rows_options *options, enum sw_row_kind kind)
{
	struct sw_row *row = sw_table_add_row(table, block, group->name, kind);
	const struct sw_fill fill = {
		.scheme = groups->scheme, .group = group, .block = block,
		.total = options->totals != NULL && kind != SW_ROW_MERGED ?
		    sw_totals_find(options->totals, group->name) : 0,
		.weighted = table->by != SW_BY_COHORT,
		.min_cell = table->min_cell
	};

	return row == NULL ? SW_ERR_MEMORY : sw_fill_row(row, &fill);
}

static enum sw_result
add_rows(struct sw_table *table, struct sw_block *block,
    const struct sw_groups *groups, const struct sw_rows_options *options)
{
	enum sw_result result = SW_OK;

	if (groups->withheld) {
		block->withheld = true;
		return SW_OK;
	}
	for (size_t i = 0; i < groups->count && result == SW_OK; i++) {
		if (!groups->list[i].merged)
			result = add_row(table, block, groups,
			    &groups->list[i], options, SW_ROW_GROUP);
	}
	if (result == SW_OK && groups->merged.name[0] != '\0')
		result = add_row(table, block, groups, &groups->merged,
		    options, SW_ROW_MERGED);
	if (result == SW_OK)
		result = add_row(table, block, groups, &groups->total, options,
		    SW_ROW_TOTAL);
	return result;
}

enum sw_result
sw_tabulate(struct sw_table *table, struct sw_block *block,
    const struct sw_scheme *scheme, const struct sw_tally *tally, size_t month,
    const struct sw_rows_options *options)
{
	struct sw_groups groups;
	enum sw_result result = sw_groups_init(&groups, scheme);

	if (result != SW_OK)
		return result;
	result = fill_groups(&groups, table, block, tally, month, options);
	if (result == SW_OK)
		result = sw_suppress(&groups, table->min_cell);
	block->outside += groups.left_out;
	if (result == SW_OK)
		result = add_rows(table, block, &groups, options);
	sw_groups_fini(&groups);
	return result;
}

const char *
sw_tabulate_row_name(const struct sw_table *table,
    const struct sw_rows_options *options,
    const struct sw_store_subject *subject)
{
	if (table->by == SW_BY_COHORT) {
		int group = sw_cohort_group(options->cohort,
		    subject->pseudonym);

		return group < 0 ? NULL : options->cohort->columns[
		    options->cohort->chosen].groups[group];
	}
	if (table->tld != NULL &&
	    strcmp(table->tld, subject->group.registry) != 0)
		return NULL;
	if (table->by == SW_BY_SUFFIX)
		return subject->group.suffix;
	return type_group(table->registry, subject->group.type);
}
