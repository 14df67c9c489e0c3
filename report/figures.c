/* Counting one group of subjects. */
#include "figures.h"

#include <stdlib.h>
#include <string.h>

enum sw_result
sw_figures_init(struct sw_figures *figures, const struct sw_scheme *scheme)
{
	memset(figures, 0, sizeof(*figures));
	figures->counts = calloc(scheme->atom_count, sizeof(uint64_t));
	figures->captures = calloc(scheme->share_count + 1,
	    sizeof(struct sw_small_capture *));
	if (figures->counts != NULL && figures->captures != NULL)
		return SW_OK;
	sw_figures_fini(figures, scheme);
	return SW_ERR_MEMORY;
}

void
sw_figures_fini(struct sw_figures *figures, const struct sw_scheme *scheme)
{
	for (size_t i = 0; figures->captures != NULL &&
	    i < scheme->share_count; i++) {
		if (figures->captures[i] != NULL)
			free(figures->captures[i]->high);
		free(figures->captures[i]);
	}
	free(figures->captures);
	free(figures->counts);
	memset(figures, 0, sizeof(*figures));
}

/* --- Captures ------------------------------------------------------------- */

/* The capture of a share, made at its first subject. */
static struct sw_small_capture *
need_capture(struct sw_figures *figures, size_t share)
{
	if (figures->captures[share] == NULL)
		figures->captures[share] = calloc(1,
		    sizeof(struct sw_small_capture));
	return figures->captures[share];
}

static uint32_t *
need_high(struct sw_small_capture *capture)
{
	if (capture->high == NULL)
		capture->high = calloc(SW_CAPTURE_COUNTS, sizeof(uint32_t));
	return capture->high;
}

/* Add at most 255 to a count. */
static enum sw_result
add_low(struct sw_small_capture *capture, size_t index, unsigned number)
{
	unsigned sum = capture->low[index] + number;

	if (sum > UINT8_MAX) {
		if (need_high(capture) == NULL)
			return SW_ERR_MEMORY;
		capture->high[index]++;
	}
	capture->low[index] = (uint8_t)sum;
	return SW_OK;
}

static enum sw_result
add_capture(struct sw_small_capture *capture,
    const struct sw_small_capture *other)
{
	enum sw_result result = SW_OK;

	if (other->high != NULL && need_high(capture) == NULL)
		return SW_ERR_MEMORY;
	for (size_t i = 0; i < SW_CAPTURE_COUNTS && result == SW_OK; i++) {
		if (other->high != NULL)
			capture->high[i] += other->high[i];
		result = add_low(capture, i, other->low[i]);
	}
	return result;
}

/* The place of a count, as sw_capture_add() has it. */
static size_t
count_index(const struct sw_sighted *sighted, unsigned mechanism, bool present)
{
	unsigned seen = sighted->seen[mechanism == SW_SEEN_ANY ? 0 : mechanism];

	return ((size_t)sighted->group * 2 + present) * SW_CAPTURE_DAYS +
	    sw_capture_days(seen);
}

void
sw_figures_capture(const struct sw_figures *figures, size_t share,
    struct sw_capture *capture)
{
	const struct sw_small_capture *small = figures->captures[share];
	uint32_t counts[SW_CAPTURE_COUNTS] = { 0 };

	for (size_t i = 0; small != NULL && i < SW_CAPTURE_COUNTS; i++)
		counts[i] = small->low[i] +
		    (small->high != NULL ? small->high[i] << 8 : 0);
	memcpy(capture, counts, sizeof(*capture));
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
	for (size_t i = 0; i < class->atom_count; i++)
		figures->counts[class->atoms[i]]++;
	for (size_t i = 0; i < class->share_count; i++) {
		const struct sw_class_share *in = &class->shares[i];
		unsigned mechanism = scheme->shares[in->share].mechanism;
		struct sw_small_capture *capture;

		if (mechanism == 0 || !in->whole)
			continue;
		capture = need_capture(figures, in->share);
		if (capture == NULL || add_low(capture, count_index(sighted,
		    mechanism, in->part), 1) != SW_OK)
			return SW_ERR_MEMORY;
	}
	return SW_OK;
}

enum sw_result
sw_figures_add(struct sw_figures *figures, const struct sw_scheme *scheme,
    const struct sw_figures *other)
{
	for (size_t i = 0; i < scheme->atom_count; i++)
		figures->counts[i] += other->counts[i];
	for (size_t i = 0; i < scheme->share_count; i++) {
		if (other->captures[i] == NULL)
			continue;
		if (need_capture(figures, i) == NULL ||
		    add_capture(figures->captures[i], other->captures[i]) !=
		    SW_OK)
			return SW_ERR_MEMORY;
	}
	for (size_t i = 0; i < SW_MECHANISM_COUNT; i++) {
		for (size_t k = 0; k < SW_OUTCOMES; k++)
			figures->days[i][k] += other->days[i][k];
	}
	return SW_OK;
}
