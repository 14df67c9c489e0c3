/* Hiding groups that are too small to publish, and what a few share. */
#include "suppress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protect.h"

bool
sw_form_is_shown(const struct sw_form *form, const bool *hidden)
{
	for (size_t i = 0; i < form->count; i++) {
		if (hidden[form->terms[i].family])
			return false;
	}
	return true;
}

/* --- Merging small groups ------------------------------------------------- */

static int
compare_sizes(const void *a, const void *b)
{
	const struct sw_group_figures *const *left = a, *const *right = b;
	uint64_t l = sw_figures_domains(&(*left)->figures);
	uint64_t r = sw_figures_domains(&(*right)->figures);

	if (l != r)
		return l < r ? -1 : 1;
	return strcmp((*left)->name, (*right)->name);
}

#define ALL_CLASSES SIZE_MAX

/* What is merged of a class, or of all. */
struct merging {
	size_t groups;
	uint64_t domains;
	struct sw_group_figures *next;	/* the smallest that is not; or NULL */
};

static struct merging
look(struct sw_group_figures **order, size_t count, size_t class)
{
	struct merging merging = { 0 };

	for (size_t i = 0; i < count; i++) {
		uint64_t domains = sw_figures_domains(&order[i]->figures);

		if (domains == 0 ||
		    (class != ALL_CLASSES && order[i]->class != class))
			continue;
		if (order[i]->merged) {
			merging.groups++;
			merging.domains += domains;
		} else if (merging.next == NULL) {
			merging.next = order[i];
		}
	}
	return merging;
}

/* Merge what else must be for the class; was there anything? */
static bool
complete(struct sw_group_figures **order, size_t count, size_t class,
    uint64_t min_cell)
{
	bool any = false;

	for (;;) {
		struct merging merging = look(order, count, class);

		if (merging.groups == 0 || merging.next == NULL ||
		    (merging.groups >= 2 && merging.domains >= min_cell))
			return any;
		merging.next->merged = any = true;
	}
}

static void
mark_groups(const struct sw_groups *groups, struct sw_group_figures **order,
    uint64_t min_cell)
{
	size_t count = groups->count;


	for (size_t i = 0; i < count; i++) {
		uint64_t domains = sw_figures_domains(&order[i]->figures);

		if (domains > 0 && domains < min_cell)
			order[i]->merged = true;
	}
	for (size_t i = 0; i < groups->class_count; i++)
		complete(order, count, i, min_cell);
	complete(order, count, ALL_CLASSES, min_cell);
	/* Those merged last may have classes of their own to complete. */
	for (size_t i = 0; i < groups->class_count; i++)
		complete(order, count, i, min_cell);
}

static enum sw_result
add_merged(struct sw_groups *groups, uint64_t min_cell)
{
	enum sw_result result = SW_OK;
	bool any = false;
	char *name;

	sw_figures_fini(&groups->merged.figures);
	result = sw_figures_init(&groups->merged.figures, groups->scheme);
	for (size_t i = 0; i < groups->count && result == SW_OK; i++) {
		if (!groups->list[i].merged)
			continue;
		any = true;
		result = sw_figures_add(&groups->merged.figures,
		    groups->scheme, &groups->list[i].figures);
	}
	if (result != SW_OK || !any)
		return result;
	if (asprintf(&name, "(fewer than %" PRIu64 ")", min_cell) < 0)
		return SW_ERR_MEMORY;
	free(groups->merged.name);
	groups->merged.name = name;
	groups->withheld = sw_figures_domains(&groups->merged.figures) <
	    min_cell;
	return SW_OK;
}

/*
 * Groups without a class are the total minus the classes, which are public:
 * where they are too few together, the total can't hold them.
 */
static enum sw_result
leave_out(struct sw_groups *groups, uint64_t min_cell)
{
	enum sw_result result = SW_OK;
	uint64_t without = 0;
	size_t kept = 0;

	for (size_t i = 0; i < groups->count; i++) {
		if (groups->list[i].class == SW_CLASS_NONE)
			without += sw_figures_domains(
			    &groups->list[i].figures);
	}
	if (without == 0 || without >= min_cell ||
	    without == sw_figures_domains(&groups->total.figures))
		return SW_OK;
	groups->left_out = without;
	sw_figures_fini(&groups->total.figures);
	result = sw_figures_init(&groups->total.figures, groups->scheme);
	for (size_t i = 0; i < groups->count && result == SW_OK; i++) {
		struct sw_group_figures group = groups->list[i];

		if (group.class == SW_CLASS_NONE)
			continue;
		result = sw_figures_add(&groups->total.figures, groups->scheme,
		    &group.figures);
		/* What is left out goes to the end, and is cut off. */
		groups->list[i] = groups->list[kept];
		groups->list[kept++] = group;
	}
	while (result == SW_OK && groups->count > kept)
		sw_groups_drop_last(groups);
	return result;
}

static enum sw_result
merge_groups(struct sw_groups *groups, uint64_t min_cell)
{
	struct sw_group_figures **order = calloc(groups->count + 1,
	    sizeof(*order));

	if (order == NULL)
		return SW_ERR_MEMORY;
	for (size_t i = 0; i < groups->count; i++)
		order[i] = &groups->list[i];
	qsort(order, groups->count, sizeof(*order), compare_sizes);
	mark_groups(groups, order, min_cell);
	free(order);
	return add_merged(groups, min_cell);
}

/* --- Hiding families ------------------------------------------------------ */

/*
 * The lines of one table for sw_protect(): groups of a class, or all that are
 * not merged, and one for what is.
 */
struct lines {
	struct sw_protect_line *list;
	size_t count;
	struct sw_figures rest;		/* of the class, what is merged */
	bool *rest_hidden;
	struct sw_group_figures **groups;	/* of each line; NULL: the rest */
};

static enum sw_result
init_lines(struct lines *lines, const struct sw_groups *groups)
{
	memset(lines, 0, sizeof(*lines));
	lines->list = calloc(groups->count + 1, sizeof(*lines->list));
	lines->rest_hidden = calloc(groups->scheme->family_count, sizeof(bool));
	lines->groups = calloc(groups->count + 1, sizeof(*lines->groups));
	if (lines->list != NULL && lines->rest_hidden != NULL &&
	    lines->groups != NULL &&
	    sw_figures_init(&lines->rest, groups->scheme) == SW_OK)
		return SW_OK;
	free(lines->list);
	free(lines->groups);
	free(lines->rest_hidden);
	return SW_ERR_MEMORY;
}

static void
fini_lines(struct lines *lines)
{
	sw_figures_fini(&lines->rest);
	free(lines->list);
	free(lines->groups);
	free(lines->rest_hidden);
}

static void
collect_lines(struct lines *lines, struct sw_groups *groups, size_t class)
{
	bool any = false;

	for (size_t i = 0; i < groups->count; i++) {
		struct sw_group_figures *group = &groups->list[i];

		if (class != ALL_CLASSES && group->class != class)
			continue;
		if (!group->merged) {
			lines->groups[lines->count] = group;
			lines->list[lines->count++] = (struct sw_protect_line){
				group->figures.counts, group->hidden, false
			};
			continue;
		}
		for (size_t k = 0; k < groups->scheme->atom_count; k++)
			lines->rest.counts[k] += group->figures.counts[k];
		any = true;
	}
	/* What is merged of a class can be worked out, and is none of it shown. */
	if (any)
		lines->list[lines->count++] = (struct sw_protect_line){
			lines->rest.counts,
			class != ALL_CLASSES ? lines->rest_hidden :
			    groups->merged.hidden, false
		};
}

/*
 * Merge the groups whose figures the public total gives away; where what is
 * merged is such a one, the smallest other group. Was there any?
 */
static bool
merge_unsafe(struct lines *lines)
{
	struct sw_group_figures *smallest = NULL;
	bool any = false, rest = false;

	for (size_t i = 0; i < lines->count; i++) {
		struct sw_group_figures *group = lines->groups[i];

		if (group == NULL) {
			rest = lines->list[i].unsafe;
			continue;
		}
		if (lines->list[i].unsafe)
			group->merged = any = true;
		else if (sw_figures_domains(&group->figures) > 0 &&
		    (smallest == NULL || compare_sizes(&group, &smallest) < 0))
			smallest = group;
	}
	if (rest && !any && smallest != NULL)
		smallest->merged = any = true;
	return any;
}

/*
 * Protect the groups of a class, or all of them. Where the class's total is
 * public, all that can be done is to hide all of its rows.
 */
static enum sw_result
protect_class(struct sw_groups *groups, size_t class, uint64_t min_cell,
    bool *again)
{
	bool public = class != ALL_CLASSES && class != SW_CLASS_NONE;
	struct sw_protection protection = {
		.scheme = groups->scheme, .min_cell = min_cell,
		.total_hidden = public ? NULL : groups->total.hidden
	};
	struct lines lines;
	enum sw_result result = init_lines(&lines, groups);

	if (result != SW_OK)
		return result;
	collect_lines(&lines, groups, class);
	protection.lines = lines.list;
	protection.count = lines.count;
	/* All of a public class together is public. */
	if (lines.count > (public ? 1 : 0))
		result = sw_protect(&protection);
	if (public && result == SW_OK && merge_unsafe(&lines))
		*again = true;
	for (size_t i = 0; i < groups->scheme->family_count; i++) {
		if (lines.rest_hidden[i])
			groups->merged.hidden[i] = true;
	}
	fini_lines(&lines);
	return result;
}

static void
show_all(struct sw_groups *groups)
{
	size_t size = groups->scheme->family_count * sizeof(bool);

	for (size_t i = 0; i < groups->count; i++)
		memset(groups->list[i].hidden, 0, size);
	memset(groups->merged.hidden, 0, size);
	memset(groups->total.hidden, 0, size);
}

/* *again: more groups have to be merged. */
static enum sw_result
hide_families(struct sw_groups *groups, uint64_t min_cell, bool *again)
{
	enum sw_result result = SW_OK;

	*again = false;
	show_all(groups);
	for (size_t i = 0; i < groups->class_count && result == SW_OK; i++)
		result = protect_class(groups, i, min_cell, again);
	if (result == SW_OK && !*again)
		result = protect_class(groups, ALL_CLASSES, min_cell, again);
	return result;
}

enum sw_result
sw_suppress(struct sw_groups *groups, uint64_t min_cell)
{
	enum sw_result result;
	bool again = true;

	if (min_cell == 0 || groups->count == 0)
		return SW_OK;
	result = leave_out(groups, min_cell);
	while (result == SW_OK && again) {
		again = false;
		result = merge_groups(groups, min_cell);
		if (result == SW_OK && !groups->withheld)
			result = hide_families(groups, min_cell, &again);
	}
	return result;
}
