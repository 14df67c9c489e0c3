/* A group's figures to the cells of its row. */
#ifndef SENDERWATCH_REPORT_FILL_H
#define SENDERWATCH_REPORT_FILL_H

#include "groups.h"

struct sw_fill {
	const struct sw_scheme *scheme;
	const struct sw_group_figures *group;
	const struct sw_block *block;
	uint64_t total;		/* registered domains of the group; 0: unknown */
	uint64_t min_cell;	/* 0: nothing is suppressed */
	bool weighted;		/* there are resolver-days of the group */
};

/* What is hidden of the group is suppressed. */
enum sw_result sw_fill_row(struct sw_row *row, const struct sw_fill *fill);

#endif
