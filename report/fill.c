/* Cells: counts, shares, and what the estimators make of them. */
#include "fill.h"

#include "suppress.h"

static uint64_t
form_value(const struct sw_fill *fill, const struct sw_form *form)
{
	return sw_form_value(fill->scheme, form,
	    fill->group->figures.counts);
}

static bool
share_is_shown(const struct sw_fill *fill, const struct sw_share_of *share)
{
	const bool *hidden = fill->group->hidden;

	return sw_form_is_shown(&share->part, hidden) &&
	    sw_form_is_shown(&share->whole, hidden);
}

/* A share is -1 where there is none. */
static void
set_share(struct sw_cell *cell, double share)
{
	if (share >= 0)
		sw_cell_number(cell, share);
}

static void
fill_rate(struct sw_cell *cell, const struct sw_fill *fill,
    const struct sw_share_of *share, enum sw_aspect aspect)
{
	uint64_t part = form_value(fill, &share->part);
	uint64_t whole = form_value(fill, &share->whole);
	struct sw_interval interval;

	if (whole == 0)
		return;
	interval = sw_wilson_interval(part, whole);
	set_share(cell, aspect == SW_ASPECT_RATE ? sw_share(part, whole) :
	    aspect == SW_ASPECT_RATE_LOW ? interval.low : interval.high);
}

static void
fill_coverage(struct sw_cell *cell, const struct sw_fill *fill,
    const struct sw_share_of *share)
{
	if (!sw_form_is_shown(&share->pool, fill->group->hidden))
		cell->state = SW_CELL_SUPPRESSED;
	else
		set_share(cell, sw_share(form_value(fill, &share->whole),
		    form_value(fill, &share->pool)));
}

/* Where nothing is known, there is nothing to withhold. */
static enum sw_result
fill_adjusted(struct sw_cell *cell, const struct sw_fill *fill,
    const struct sw_share_of *share, const struct sw_adjusted *adjusted,
    enum sw_aspect aspect)
{
	if (form_value(fill, &share->whole) == 0)
		return SW_OK;
	if (aspect == SW_ASPECT_ADJUSTED_STATE)
		return sw_cell_text(cell,
		    sw_adjusted_verdict_code(adjusted->verdict));
	if (adjusted->verdict != SW_ADJUSTED_GIVEN)
		cell->state = SW_CELL_WITHHELD;
	else
		sw_cell_number(cell, aspect == SW_ASPECT_ADJUSTED ?
		    adjusted->share : aspect == SW_ASPECT_ADJUSTED_LOW ?
		    adjusted->interval.low : adjusted->interval.high);
	return SW_OK;
}

static void
fill_weighted(struct sw_cell *cell, const struct sw_fill *fill,
    const struct sw_share_of *share)
{
	const uint64_t *days = fill->group->figures.days[share->weighted];
	uint64_t present = days[SW_OUTCOME_PRESENT];

	if (fill->weighted)
		set_share(cell, sw_share(present, present +
		    days[SW_OUTCOME_ABSENT] + days[SW_OUTCOME_INVALID]));
}

static void
fill_bound(struct sw_cell *cell, const struct sw_fill *fill,
    const struct sw_share_of *share, enum sw_aspect aspect)
{
	uint64_t part = form_value(fill, &share->part);
	uint64_t lacking = form_value(fill, &share->whole) - part;
	struct sw_interval bounds;

	if (fill->total != 0 &&
	    sw_certain_bounds(part, lacking, fill->total, &bounds))
		sw_cell_number(cell, aspect == SW_ASPECT_BOUND_LOW ?
		    bounds.low : bounds.high);
}

static uint64_t
known_days(const struct sw_fill *fill, const struct sw_share_of *share)
{
	const uint64_t *days = fill->group->figures.days[share->mechanism %
	    SW_MECHANISM_COUNT];

	return days[SW_OUTCOME_PRESENT] + days[SW_OUTCOME_ABSENT] +
	    days[SW_OUTCOME_INVALID];
}

static uint64_t
count_once(const struct sw_fill *fill, size_t share)
{
	struct sw_capture capture;

	sw_figures_capture(&fill->group->figures, fill->scheme, share,
	    &capture);
	return sw_capture_frequencies(&capture, true).once +
	    sw_capture_frequencies(&capture, false).once;
}

/*
 * Few domains that were seen once are as telling as any few; days, which no
 * family of domains sums up, are told where nothing is suppressed at all.
 */
static void
fill_quality(struct sw_cell *cell, const struct sw_fill *fill, size_t share,
    enum sw_aspect aspect)
{
	const struct sw_share_of *of = &fill->scheme->shares[share];
	uint64_t once = count_once(fill, share);

	if (aspect == SW_ASPECT_UNKNOWN) {
		fill_coverage(cell, fill, of);
		cell->number = 1 - cell->number;
	} else if (aspect == SW_ASPECT_GOOD_TURING) {
		if (fill->weighted)
			set_share(cell, sw_good_turing_coverage(once,
			    known_days(fill, of)));
	} else if (fill->min_cell > 0) {
		cell->state = SW_CELL_SUPPRESSED;
	} else if (aspect == SW_ASPECT_ONCE) {
		sw_cell_count(cell, once);
	} else if (fill->weighted) {
		sw_cell_count(cell, known_days(fill, of));
	}
}

/* An adjusted share takes 64 logarithms, and stands in several columns. */
struct adjusting {
	bool made;
	size_t share;	/* of the scheme */
	struct sw_adjusted adjusted;
};

static const struct sw_adjusted *
adjust(const struct sw_fill *fill, size_t share, struct adjusting *adjusting)
{
	struct sw_capture capture;

	if (!adjusting->made || adjusting->share != share) {
		sw_figures_capture(&fill->group->figures, fill->scheme, share,
		    &capture);
		adjusting->adjusted = sw_adjusted_share(&capture,
		    fill->block->units);
		adjusting->share = share;
		adjusting->made = true;
	}
	return &adjusting->adjusted;
}

static enum sw_result
fill_aspect(struct sw_cell *cell, const struct sw_fill *fill,
    const struct sw_source *source, struct adjusting *adjusting)
{
	const struct sw_share_of *share = &fill->scheme->shares[source->share];

	if (!share_is_shown(fill, share)) {
		cell->state = SW_CELL_SUPPRESSED;
		return SW_OK;
	}
	switch (source->aspect) {
	case SW_ASPECT_COVERAGE:
		fill_coverage(cell, fill, share);
		return SW_OK;
	case SW_ASPECT_ADJUSTED:
	case SW_ASPECT_ADJUSTED_LOW:
	case SW_ASPECT_ADJUSTED_HIGH:
	case SW_ASPECT_ADJUSTED_STATE:
		return fill_adjusted(cell, fill, share,
		    adjust(fill, source->share, adjusting), source->aspect);
	case SW_ASPECT_WEIGHTED:
		fill_weighted(cell, fill, share);
		return SW_OK;
	case SW_ASPECT_BOUND_LOW:
	case SW_ASPECT_BOUND_HIGH:
		fill_bound(cell, fill, share, source->aspect);
		return SW_OK;
	case SW_ASPECT_UNKNOWN:
	case SW_ASPECT_ONCE:
	case SW_ASPECT_DAYS:
	case SW_ASPECT_GOOD_TURING:
		fill_quality(cell, fill, source->share, source->aspect);
		return SW_OK;
	default:
		fill_rate(cell, fill, share, source->aspect);
		return SW_OK;
	}
}

enum sw_result
sw_fill_row(struct sw_row *row, const struct sw_fill *fill)
{
	struct adjusting adjusting = { .made = false };
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < fill->scheme->column_count && result == SW_OK;
	    i++) {
		const struct sw_source *source = &fill->scheme->sources[i];
		struct sw_cell *cell = &row->cells[i];

		if (source->is_period)
			result = sw_cell_text(cell, fill->block->period);
		else if (source->aspect != SW_ASPECT_OTHER)
			result = fill_aspect(cell, fill, source, &adjusting);
		else if (!sw_form_is_shown(&source->form, fill->group->hidden))
			cell->state = SW_CELL_SUPPRESSED;
		else
			sw_cell_count(cell, form_value(fill, &source->form));
	}
	return result;
}
