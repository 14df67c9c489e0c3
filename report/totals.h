/*
 * How many domains are registered in each group, where the operator knows: a
 * CSV file (RFC 4180) whose head names a column "group" and a column "total",
 * or "domains". What bounds that assume nothing are made of.
 */
#ifndef SENDERWATCH_REPORT_TOTALS_H
#define SENDERWATCH_REPORT_TOTALS_H

#include <stddef.h>
#include <stdint.h>

#include "senderwatch/result.h"

struct sw_totals {
	struct sw_group_total {
		char *group;	/* "TOTAL" for all groups together */
		uint64_t total;
	} *list;
	size_t count;
};

/* On failure *reason is a sentence for people, to be freed, or NULL. */
enum sw_result sw_totals_read(struct sw_totals *totals, const char *path,
    char **reason);
void sw_totals_fini(struct sw_totals *totals);

/* 0 where it is not known. */
uint64_t sw_totals_find(const struct sw_totals *totals, const char *group);

#endif
