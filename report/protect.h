/*
 * Which families of a table's rows must be hidden so that no sensitive figure
 * can be worked out: the arithmetic of suppress.h, on numbers alone.
 */
#ifndef SENDERWATCH_REPORT_PROTECT_H
#define SENDERWATCH_REPORT_PROTECT_H

#include "scheme.h"

struct sw_protect_line {
	const uint64_t *counts;	/* by atom */
	bool *hidden;		/* by family: set here, never unset */
	bool unsafe;		/* set here: beside the public total, nothing */
				/* helps but that the line itself is not shown */
};

struct sw_protection {
	const struct sw_scheme *scheme;
	uint64_t min_cell;
	struct sw_protect_line *lines;
	size_t count;
	/* By family: the total can't be shown. NULL: the total is public. */
	bool *total_hidden;
};

enum sw_result sw_protect(const struct sw_protection *protection);

#endif
