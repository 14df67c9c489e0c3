/* Groups and their figures. */
#include "groups.h"

#include <stdlib.h>
#include <string.h>

static void
fini_group(struct sw_group_figures *group)
{
	free(group->name);
	free(group->class);
	free(group->hidden);
	sw_figures_fini(&group->figures);
}

static enum sw_result
init_group(struct sw_group_figures *group, const struct sw_scheme *scheme,
    const char *name, const char *class)
{
	memset(group, 0, sizeof(*group));
	group->name = strdup(name);
	group->class = strdup(class);
	group->hidden = calloc(scheme->family_count, sizeof(bool));
	if (group->name != NULL && group->class != NULL &&
	    group->hidden != NULL &&
	    sw_figures_init(&group->figures, scheme) == SW_OK)
		return SW_OK;
	fini_group(group);
	memset(group, 0, sizeof(*group));
	return SW_ERR_MEMORY;
}

enum sw_result
sw_groups_init(struct sw_groups *groups, const struct sw_scheme *scheme)
{
	memset(groups, 0, sizeof(*groups));
	groups->scheme = scheme;
	if (init_group(&groups->merged, scheme, "", "") == SW_OK &&
	    init_group(&groups->total, scheme, SW_ROW_TOTAL_NAME, "") ==
	    SW_OK)
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
	if (groups->merged.name != NULL)
		fini_group(&groups->merged);
	if (groups->total.name != NULL)
		fini_group(&groups->total);
	memset(groups, 0, sizeof(*groups));
}

struct sw_group_figures *
sw_groups_need(struct sw_groups *groups, const char *name, const char *class)
{
	for (size_t i = groups->count; i > 0; i--) {
		if (strcmp(groups->list[i - 1].name, name) == 0)
			return &groups->list[i - 1];
	}
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
	    class) != SW_OK)
		return NULL;
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
