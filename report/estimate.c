/* Estimators of shares: see the header and doc/statistics.md. */
#include "estimate.h"

#include <math.h>

#define NORMAL_975 1.9599639845400542	/* 97.5 % quantile */
#define STUDENT_63_975 1.998340542520745 /* t, 63 degrees of freedom */

static double
limit(double share)
{
	return share < 0 ? 0 : share > 1 ? 1 : share;
}

struct sw_interval
sw_wilson_interval(uint64_t part, uint64_t whole)
{
	const double z2 = NORMAL_975 * NORMAL_975;
	struct sw_interval interval = { 0, 1 };
	double n = (double)whole, p, centre, half;

	if (whole == 0 || part > whole)
		return interval;
	p = (double)part / n;
	centre = (p + z2 / (2 * n)) / (1 + z2 / n);
	half = NORMAL_975 / (1 + z2 / n) *
	    sqrt(p * (1 - p) / n + z2 / (4 * n * n));
	/* At the ends exact, whatever rounding did. */
	if (part > 0)
		interval.low = limit(centre - half);
	if (part < whole)
		interval.high = limit(centre + half);
	return interval;
}

double
sw_chao2(const struct sw_frequencies *frequencies, uint64_t units)
{
	double once = (double)frequencies->once;
	double twice = (double)frequencies->twice;

	if (units == 0 || frequencies->once == 0)
		return (double)frequencies->seen;
	return (double)frequencies->seen + ((double)units - 1) / (double)units *
	    once * (once - 1) / (2 * (twice + 1));
}

double
sw_good_turing_coverage(uint64_t once, uint64_t days)
{
	if (days == 0 || once > days)
		return -1;
	return 1 - (double)once / (double)days;
}

double
sw_share(uint64_t part, uint64_t whole)
{
	if (whole == 0 || part > whole)
		return -1;
	return (double)part / (double)whole;
}

bool
sw_certain_bounds(uint64_t present, uint64_t absent, uint64_t total,
    struct sw_interval *bounds)
{
	*bounds = (struct sw_interval){ 0, 1 };
	if (total == 0 || present > total || absent > total - present)
		return false;
	bounds->low = (double)present / (double)total;
	bounds->high = (double)(total - absent) / (double)total;
	return true;
}

static struct sw_frequencies
group_frequencies(const struct sw_capture *capture, unsigned group,
    bool present)
{
	const uint32_t *subjects = capture->subjects[group][present];

	return (struct sw_frequencies){
		.seen = (uint64_t)subjects[SW_CAPTURE_ONCE] +
		    subjects[SW_CAPTURE_TWICE] + subjects[SW_CAPTURE_MORE],
		.once = subjects[SW_CAPTURE_ONCE],
		.twice = subjects[SW_CAPTURE_TWICE]
	};
}

struct sw_frequencies
sw_capture_frequencies(const struct sw_capture *capture, bool present)
{
	struct sw_frequencies all = { 0 };

	for (unsigned i = 0; i < SW_CAPTURE_GROUPS; i++) {
		struct sw_frequencies one = group_frequencies(capture, i,
		    present);

		all.seen += one.seen;
		all.once += one.once;
		all.twice += one.twice;
	}
	return all;
}

/* One state, without one of the groups. */
static double
chao2_without(const struct sw_capture *capture,
    const struct sw_frequencies *all, bool present, unsigned group,
    uint64_t units)
{
	struct sw_frequencies one = group_frequencies(capture, group, present);
	struct sw_frequencies rest = {
		all->seen - one.seen, all->once - one.once,
		all->twice - one.twice
	};

	return sw_chao2(&rest, units);
}

/* The standard error of ln(S1 / S0); negative where a group holds a state. */
static double
jackknife_error(const struct sw_capture *capture,
    const struct sw_frequencies all[2], uint64_t units)
{
	const double count = SW_CAPTURE_GROUPS;
	double logits[SW_CAPTURE_GROUPS], mean = 0, squares = 0;

	for (unsigned i = 0; i < SW_CAPTURE_GROUPS; i++) {
		double absent = chao2_without(capture, &all[0], false, i,
		    units);
		double present = chao2_without(capture, &all[1], true, i,
		    units);

		if (absent <= 0 || present <= 0)
			return -1;
		logits[i] = log(present / absent);
		mean += logits[i] / count;
	}
	for (unsigned i = 0; i < SW_CAPTURE_GROUPS; i++)
		squares += (logits[i] - mean) * (logits[i] - mean);
	return sqrt((count - 1) / count * squares);
}

static double
share_of_logit(double logit)
{
	return 1 / (1 + exp(-logit));
}

static enum sw_adjusted_verdict
judge(const struct sw_frequencies all[2])
{
	if (all[0].seen + all[1].seen < SW_ADJUSTED_SEEN_MIN)
		return SW_ADJUSTED_FEW_SEEN;
	if (all[0].twice < SW_ADJUSTED_TWICE_MIN ||
	    all[1].twice < SW_ADJUSTED_TWICE_MIN)
		return SW_ADJUSTED_FEW_TWICE;
	return SW_ADJUSTED_GIVEN;
}

struct sw_adjusted
sw_adjusted_share(const struct sw_capture *capture, uint64_t units)
{
	struct sw_frequencies all[2] = {
		sw_capture_frequencies(capture, false),
		sw_capture_frequencies(capture, true)
	};
	struct sw_adjusted adjusted = { .verdict = judge(all) };
	double error, logit;

	if (adjusted.verdict != SW_ADJUSTED_GIVEN)
		return adjusted;
	error = jackknife_error(capture, all, units);
	if (error < 0) {
		adjusted.verdict = SW_ADJUSTED_UNEVEN;
		return adjusted;
	}
	adjusted.absent = sw_chao2(&all[0], units);
	adjusted.present = sw_chao2(&all[1], units);
	adjusted.share = adjusted.present /
	    (adjusted.present + adjusted.absent);
	logit = log(adjusted.present / adjusted.absent);
	adjusted.interval.low = share_of_logit(logit - STUDENT_63_975 * error);
	adjusted.interval.high = share_of_logit(logit + STUDENT_63_975 * error);
	return adjusted;
}

const char *
sw_adjusted_verdict_code(enum sw_adjusted_verdict verdict)
{
	static const char *const codes[] = {
		[SW_ADJUSTED_GIVEN] = "given",
		[SW_ADJUSTED_FEW_SEEN] = "few-seen",
		[SW_ADJUSTED_FEW_TWICE] = "few-seen-twice",
		[SW_ADJUSTED_UNEVEN] = "uneven",
	};

	return (unsigned)verdict < sizeof(codes) / sizeof(codes[0]) ?
	    codes[verdict] : "unknown";
}
