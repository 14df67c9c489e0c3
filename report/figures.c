/* Counting one group of subjects. */
#include "figures.h"

#include <stdlib.h>
#include <string.h>

enum sw_result
sw_figures_init(struct sw_figures *figures, const struct sw_scheme *scheme)
{
	memset(figures, 0, sizeof(*figures));
	figures->counts = calloc(scheme->atom_count, sizeof(uint64_t));
	return figures->counts != NULL ? SW_OK : SW_ERR_MEMORY;
}

void
sw_figures_fini(struct sw_figures *figures)
{
	free(figures->counts);
	free(figures->low);
	free(figures->high);
	memset(figures, 0, sizeof(*figures));
}

/* --- Captures ------------------------------------------------------------- */

#define COUNTS (2 * SW_CAPTURE_DAYS)	/* of a group and share */

static size_t
capture_counts(const struct sw_scheme *scheme)
{
	return SW_CAPTURE_GROUPS * scheme->share_count * COUNTS;
}

size_t
sw_figures_room(const struct sw_scheme *scheme)
{
	return sizeof(struct sw_figures) + scheme->atom_count *
	    sizeof(uint64_t) + capture_counts(scheme);
}

/* The counts of a group and share. */
static size_t
counts_of(const struct sw_scheme *scheme, size_t group, size_t share)
{
	return (group * scheme->share_count + share) * COUNTS;
}

/* False: out of memory. */
static bool
need_low(struct sw_figures *figures, const struct sw_scheme *scheme)
{
	if (figures->low == NULL)
		figures->low = calloc(capture_counts(scheme), sizeof(uint8_t));
	return figures->low != NULL;
}

static bool
need_high(struct sw_figures *figures, const struct sw_scheme *scheme)
{
	if (figures->high == NULL)
		figures->high = calloc(capture_counts(scheme),
		    sizeof(uint32_t));
	return figures->high != NULL;
}

static enum sw_result
count_one(struct sw_figures *figures, const struct sw_scheme *scheme,
    size_t index)
{
	if (++figures->low[index] != 0)
		return SW_OK;
	if (!need_high(figures, scheme))
		return SW_ERR_MEMORY;
	figures->high[index]++;
	return SW_OK;
}

/* Does a count carry where other is added? */
static bool
carries(const struct sw_figures *figures, const struct sw_scheme *scheme,
    const struct sw_figures *other)
{
	unsigned over = 0;

	for (size_t i = 0; i < capture_counts(scheme); i++)
		over |= (unsigned)figures->low[i] + other->low[i];
	return over > UINT8_MAX;
}

static enum sw_result
add_captures(struct sw_figures *figures, const struct sw_scheme *scheme,
    const struct sw_figures *other)
{
	size_t count = capture_counts(scheme);

	if (other->low == NULL)
		return SW_OK;
	if (!need_low(figures, scheme) || ((other->high != NULL ||
	    carries(figures, scheme, other)) && !need_high(figures, scheme)))
		return SW_ERR_MEMORY;
	for (size_t i = 0; other->high != NULL && i < count; i++)
		figures->high[i] += other->high[i];
	for (size_t i = 0; figures->high != NULL && i < count; i++)
		figures->high[i] += ((unsigned)figures->low[i] +
		    other->low[i]) >> 8;
	for (size_t i = 0; i < count; i++)
		figures->low[i] = (uint8_t)(figures->low[i] + other->low[i]);
	return SW_OK;
}

void
sw_figures_capture(const struct sw_figures *figures,
    const struct sw_scheme *scheme, size_t share, struct sw_capture *capture)
{
	memset(capture, 0, sizeof(*capture));
	for (size_t i = 0; figures->low != NULL && i < SW_CAPTURE_GROUPS; i++) {
		uint32_t *counts = &capture->subjects[i][0][0];
		size_t at = counts_of(scheme, i, share);

		for (size_t k = 0; k < COUNTS; k++)
			counts[k] = figures->low[at + k] + (figures->high !=
			    NULL ? figures->high[at + k] << 8 : 0);
	}
}

/* --- Subjects ------------------------------------------------------------- */

void
sw_sighted_of(const struct sw_store_subject *subject,
    const struct sw_store_state *states, struct sw_sighted *sighted)
{
	uint8_t most = 0;

	sighted->group = (uint8_t)sw_capture_group(subject->pseudonym);
	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		sighted->seen[i] = states[i].seen;
		if (states[i].seen > most)
			most = states[i].seen;
	}
	sighted->seen[0] = most;
}

enum sw_result
sw_figures_count(struct sw_figures *figures, const struct sw_scheme *scheme,
    const struct sw_class *class, const struct sw_sighted *sighted)
{
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < class->atom_count; i++)
		figures->counts[class->atoms[i]]++;
	if (!need_low(figures, scheme))
		return SW_ERR_MEMORY;
	for (size_t i = 0; i < class->share_count && result == SW_OK; i++) {
		const struct sw_class_share *in = &class->shares[i];
		unsigned mechanism = scheme->shares[in->share].mechanism;
		unsigned seen = sighted->seen[mechanism == SW_SEEN_ANY ? 0 :
		    mechanism];

		/* The place that sw_capture_add() would count in. */
		if (mechanism != 0 && in->whole)
			result = count_one(figures, scheme, counts_of(scheme,
			    sighted->group, in->share) + in->part *
			    SW_CAPTURE_DAYS + sw_capture_days(seen));
	}
	return result;
}

enum sw_result
sw_figures_add(struct sw_figures *figures, const struct sw_scheme *scheme,
    const struct sw_figures *other)
{
	for (size_t i = 0; i < scheme->atom_count; i++)
		figures->counts[i] += other->counts[i];
	for (size_t i = 0; i < SW_MECHANISM_COUNT; i++) {
		for (size_t k = 0; k < SW_OUTCOMES; k++)
			figures->days[i][k] += other->days[i][k];
	}
	return add_captures(figures, scheme, other);
}
