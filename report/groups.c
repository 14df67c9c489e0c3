/* Groups and their figures. */
#include "groups.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
fini_group(struct sw_group_figures *group)
{
	free(group->name);
	free(group->hidden);
	sw_figures_fini(&group->figures);
}

static enum sw_result
init_group(struct sw_group_figures *group, const struct sw_scheme *scheme,
    const char *name, size_t class)
{
	memset(group, 0, sizeof(*group));
	group->name = strdup(name);
	group->class = class;
	group->hidden = calloc(scheme->family_count, sizeof(bool));
	if (group->name != NULL && group->hidden != NULL &&
	    sw_figures_init(&group->figures, scheme) == SW_OK)
		return SW_OK;
	fini_group(group);
	memset(group, 0, sizeof(*group));
	return SW_ERR_MEMORY;
}

/* The number of a class; SIZE_MAX: out of memory. There are few. */
static size_t
need_class(struct sw_groups *groups, const char *class)
{
	size_t count = groups->class_count;
	char **classes;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(groups->classes[i], class) == 0)
			return i;
	}
	classes = reallocarray(groups->classes, count + 1, sizeof(*classes));
	if (classes == NULL)
		return SIZE_MAX;
	groups->classes = classes;
	classes[count] = strdup(class);
	if (classes[count] == NULL)
		return SIZE_MAX;
	return groups->class_count++;
}

enum sw_result
sw_groups_init(struct sw_groups *groups, const struct sw_scheme *scheme)
{
	memset(groups, 0, sizeof(*groups));
	groups->scheme = scheme;
	groups->sorted = true;
	if (need_class(groups, "") == SW_CLASS_NONE &&
	    init_group(&groups->merged, scheme, "", SW_CLASS_NONE) == SW_OK &&
	    init_group(&groups->total, scheme, SW_ROW_TOTAL_NAME,
	    SW_CLASS_NONE) == SW_OK)
		return SW_OK;
	sw_groups_fini(groups);
	return SW_ERR_MEMORY;
}

void
sw_groups_fini(struct sw_groups *groups)
{
	for (size_t i = 0; i < groups->count; i++)
		fini_group(&groups->list[i]);
	free(groups->list);
	for (size_t i = 0; i < groups->class_count; i++)
		free(groups->classes[i]);
	free(groups->classes);
	if (groups->merged.name != NULL)
		fini_group(&groups->merged);
	if (groups->total.name != NULL)
		fini_group(&groups->total);
	memset(groups, 0, sizeof(*groups));
}

static int
compare_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct sw_group_figures *)element)->name);
}

/* Thousands come in order of their names, dozens in any other. */
static struct sw_group_figures *
find_group(const struct sw_groups *groups, const char *name)
{
	if (groups->count == 0)
		return NULL;
	if (groups->sorted)
		return bsearch(name, groups->list, groups->count,
		    sizeof(*groups->list), compare_name);
	for (size_t i = groups->count; i > 0; i--) {
		if (strcmp(groups->list[i - 1].name, name) == 0)
			return &groups->list[i - 1];
	}
	return NULL;
}

struct sw_group_figures *
sw_groups_need(struct sw_groups *groups, const char *name, const char *class)
{
	struct sw_group_figures *group = find_group(groups, name);
	size_t number;

	if (group != NULL)
		return group;
	number = need_class(groups, class);
	if (number == SIZE_MAX)
		return NULL;
	if (groups->count == groups->room) {
		size_t room = groups->room == 0 ? 16 : 2 * groups->room;
		struct sw_group_figures *list = reallocarray(groups->list,
		    room, sizeof(*list));

		if (list == NULL)
			return NULL;
		groups->list = list;
		groups->room = room;
	}
	if (init_group(&groups->list[groups->count], groups->scheme, name,
	    number) != SW_OK)
		return NULL;
	groups->sorted &= groups->count == 0 || strcmp(
	    groups->list[groups->count - 1].name, name) < 0;
	return &groups->list[groups->count++];
}

enum sw_result
sw_groups_add(struct sw_groups *groups, struct sw_group_figures *group,
    const struct sw_figures *figures)
{
	enum sw_result result;

	result = sw_figures_add(&group->figures, groups->scheme, figures);
	if (result == SW_OK)
		result = sw_figures_add(&groups->total.figures, groups->scheme,
		    figures);
	return result;
}

void
sw_groups_drop_last(struct sw_groups *groups)
{
	fini_group(&groups->list[--groups->count]);
}
