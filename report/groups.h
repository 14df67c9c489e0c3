/*
 * The groups that make the rows of a block, with their figures: as they are
 * counted, before anything is hidden, and after.
 */
#ifndef SENDERWATCH_REPORT_GROUPS_H
#define SENDERWATCH_REPORT_GROUPS_H

#include "figures.h"

struct sw_group_figures {
	char *name;
	size_t class;		/* of the classes of all groups */
	bool merged;		/* told only within the merged row */
	bool *hidden;		/* by family: what may not be shown */
	struct sw_figures figures;
};

/*
 * Groups of a class sum up to a figure that is published elsewhere: suffixes of
 * one registry type. Not so those of the first class, which are in none.
 */
#define SW_CLASS_NONE 0

struct sw_groups {
	const struct sw_scheme *scheme;
	struct sw_group_figures *list;
	size_t count;
	size_t room;
	bool sorted;		/* by name; until groups are dropped */
	char **classes;
	size_t class_count;
	struct sw_group_figures merged;	/* all that are merged; name "" if none */
	struct sw_group_figures total;
	bool withheld;		/* even the total is too small to show */
	uint64_t left_out;	/* domains of groups that even it can't hold */
};

enum sw_result sw_groups_init(struct sw_groups *groups,
    const struct sw_scheme *scheme);
void sw_groups_fini(struct sw_groups *groups);

/*
 * The group of that name, made of a class ("": none) if there is none; NULL:
 * out of memory.
 */
struct sw_group_figures *sw_groups_need(struct sw_groups *groups,
    const char *name, const char *class);
/* Add figures to a group and to the total. */
enum sw_result sw_groups_add(struct sw_groups *groups,
    struct sw_group_figures *group, const struct sw_figures *figures);

void sw_groups_drop_last(struct sw_groups *groups);

#endif
