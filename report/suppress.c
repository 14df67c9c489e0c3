/* Merging rows that are too small to publish. */
#include "suppress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
compare_sizes(const void *a, const void *b)
{
	const struct sw_row *const *left = a, *const *right = b;
	uint64_t l = (*left)->counts.domains, r = (*right)->counts.domains;

	if (l != r)
		return l < r ? -1 : 1;
	return strcmp((*left)->name, (*right)->name);
}

/* Mark the rows to merge, smallest first, and add them up in *merged. */
static size_t
mark_rows(struct sw_row **order, size_t count, uint64_t min_cell,
    struct sw_counts *merged)
{
	size_t marked = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t domains = order[i]->counts.domains;

		if (domains == 0)
			continue;
		if (domains >= min_cell && (marked == 0 ||
		    (marked >= 2 && merged->domains >= min_cell)))
			break;
		order[i]->merged = true;
		sw_counts_add(merged, &order[i]->counts);
		marked++;
	}
	return marked;
}

/* Close the gaps that the marked rows leave, and append the merged one. */
static void
replace_rows(struct sw_adoption *adoption, char *name,
    const struct sw_counts *merged)
{
	size_t kept = 0;

	for (size_t i = 0; i < adoption->count; i++) {
		if (adoption->rows[i].merged)
			free(adoption->rows[i].name);
		else
			adoption->rows[kept++] = adoption->rows[i];
	}
	/* At least one row went, so there is room for this one. */
	adoption->rows[kept++] = (struct sw_row){
		.name = name, .merged = true, .counts = *merged
	};
	adoption->count = kept;
}

static void
withhold(struct sw_adoption *adoption)
{
	for (size_t i = 0; i < adoption->count; i++)
		free(adoption->rows[i].name);
	adoption->count = 0;
	memset(&adoption->total, 0, sizeof(adoption->total));
	adoption->withheld = true;
}

enum sw_result
sw_suppress(struct sw_adoption *adoption)
{
	struct sw_counts merged = { 0 };
	enum sw_result result = SW_ERR_MEMORY;
	struct sw_row **order;
	char *name = NULL;

	if (adoption->min_cell == 0 || adoption->count == 0)
		return SW_OK;
	order = calloc(adoption->count, sizeof(struct sw_row *));
	if (order == NULL)
		goto out;
	for (size_t i = 0; i < adoption->count; i++)
		order[i] = &adoption->rows[i];
	qsort(order, adoption->count, sizeof(struct sw_row *), compare_sizes);
	if (mark_rows(order, adoption->count, adoption->min_cell,
	    &merged) == 0) {
		result = SW_OK;
		goto out;
	}
	if (merged.domains < adoption->min_cell) {
		withhold(adoption);
	} else {
		if (asprintf(&name, "(fewer than %" PRIu64 ")",
		    adoption->min_cell) < 0)
			goto out;
		replace_rows(adoption, name, &merged);
	}
	result = SW_OK;
out:
	free(order);
	return result;
}
