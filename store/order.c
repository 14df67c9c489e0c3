/*
 * The one order of states that share a month, used when a month is scanned
 * and when it is closed, so that closing it changes no report.
 */
#include "internal.h"

/* What a day on which several states were seen is taken for. */
static int
outcome_rank(uint8_t outcome)
{
	switch (outcome) {
	case SW_OUTCOME_PRESENT:
		return 4;
	case SW_OUTCOME_INVALID:
		return 3;
	case SW_OUTCOME_ABSENT:
		return 2;
	case SW_OUTCOME_NONEXISTENT:
		return 1;
	default:	/* of a newer sender */
		return 0;
	}
}

int
sw_position_compare(const struct sw_position *a, const struct sw_position *b)
{
	int rank_a = outcome_rank(a->outcome), rank_b = outcome_rank(b->outcome);

	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	if (a->outcome != b->outcome)
		return a->outcome < b->outcome ? -1 : 1;
	if (a->digest != b->digest)
		return a->digest < b->digest ? -1 : 1;
	return 0;
}

uint32_t
sw_position_last(uint32_t days, uint32_t ord)
{
	return days != 0 ? 32 - (uint32_t)__builtin_clz(days) : ord;
}
