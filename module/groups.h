/*
 * Public suffixes and registry types that were seen, each under a number:
 * table entries hold the number. Bounded; never shrinks while it lives. May be
 * used by several threads.
 */
#ifndef SENDERWATCH_MODULE_GROUPS_H
#define SENDERWATCH_MODULE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/name.h"
#include "senderwatch/observation.h"
#include "senderwatch/result.h"

struct sw_groups;

enum sw_result sw_groups_new(struct sw_groups **groups);
void sw_groups_free(struct sw_groups **groups);

/* The number of name's suffix and type; false where there is no room. */
bool sw_groups_intern(struct sw_groups *groups, const struct sw_name *name,
    uint32_t *number);

/*
 * The group of a number that sw_groups_intern() gave. The strings live as
 * long as groups.
 */
struct sw_group sw_groups_get(struct sw_groups *groups, uint32_t number);

size_t sw_groups_memory(struct sw_groups *groups);

#endif
