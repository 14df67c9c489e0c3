/*
 * What the counts of a period say of the domains that it did not show: pure
 * functions, which allocate nothing and depend on nothing but their
 * arguments. Definitions, references and where each figure fails:
 * doc/statistics.md.
 *
 * The unit of counting is the resolver-day: one resolver saw one (subject,
 * mechanism) on one day. Only subjects whose mechanism is known are counted
 * here; "present" is outcome PRESENT, "not present" every other known one.
 * Shares are between 0 and 1.
 */
#ifndef SENDERWATCH_REPORT_ESTIMATE_H
#define SENDERWATCH_REPORT_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "senderwatch/observation.h"

struct sw_interval {
	double low;
	double high;
};

/*
 * Wilson's 95 % score interval (1927) of part out of whole; [0, 1] where
 * whole is 0 or less than part. It knows chance only: not that popular
 * domains are seen first.
 */
struct sw_interval sw_wilson_interval(uint64_t part, uint64_t whole);

/*
 * How many subjects were seen, and on how few resolver-days: exactly one,
 * exactly two. Of the latter two the estimators make what was not seen.
 */
struct sw_frequencies {
	uint64_t seen;
	uint64_t once;
	uint64_t twice;
};

/*
 * Chao2 (1987), bias-corrected: seen + ((K-1)/K) f1 (f1-1) / (2 (f2+1)) for
 * K = units sampling units, here all resolver-days of the period. Estimates
 * from below.
 */
double sw_chao2(const struct sw_frequencies *frequencies, uint64_t units);

/*
 * Good-Turing coverage (Good 1953), 1 - f1 / days: the chance that the next
 * resolver-day shows a subject that is known already. days are the
 * resolver-days of all subjects, uncapped; -1 where there are none, or fewer
 * than subjects that were seen once.
 */
double sw_good_turing_coverage(uint64_t once, uint64_t days);

/* part / whole; -1 where whole is 0 or less than part. */
double sw_share(uint64_t part, uint64_t whole);

/*
 * What is certain where the group has total domains: [present / total,
 * (total - absent) / total], absent being those known not to have it. False
 * where the total is 0 or less than what was seen: it is of another time.
 */
bool sw_certain_bounds(uint64_t present, uint64_t absent, uint64_t total,
    struct sw_interval *bounds);

/*
 * The frequencies of one (row, mechanism), by state, in 64 random groups of
 * subjects for the jackknife: 1,536 bytes. All zero is empty; one pass over
 * the subjects fills it.
 */
#define SW_CAPTURE_GROUPS 64

enum sw_capture_days { SW_CAPTURE_ONCE, SW_CAPTURE_TWICE, SW_CAPTURE_MORE,
	SW_CAPTURE_DAYS };

struct sw_capture {
	/* By group, state (0: not present, 1: present), resolver-days. */
	uint32_t subjects[SW_CAPTURE_GROUPS][2][SW_CAPTURE_DAYS];
};

/* The group of a subject. */
static inline unsigned
sw_capture_group(const uint8_t pseudonym[SW_PSEUDONYM_SIZE])
{
	/* The last bits: the first ones may stand for places in an index. */
	return pseudonym[SW_PSEUDONYM_SIZE - 1] % SW_CAPTURE_GROUPS;
}

static inline enum sw_capture_days
sw_capture_days(unsigned resolver_days)
{
	return resolver_days == 1 ? SW_CAPTURE_ONCE : resolver_days == 2 ?
	    SW_CAPTURE_TWICE : SW_CAPTURE_MORE;
}

/* Add a subject of a group, seen on so many resolver-days, at least one. */
static inline void
sw_capture_add(struct sw_capture *capture, unsigned group, bool present,
    unsigned resolver_days)
{
	capture->subjects[group][present][sw_capture_days(resolver_days)]++;
}

/* Of one state, all groups. */
struct sw_frequencies sw_capture_frequencies(const struct sw_capture *capture,
    bool present);

/* Below these an adjusted share says more of chance than of the domains. */
#define SW_ADJUSTED_SEEN_MIN 200	/* subjects, of both states */
#define SW_ADJUSTED_TWICE_MIN 30	/* seen twice, of each state */

enum sw_adjusted_verdict {
	SW_ADJUSTED_GIVEN,
	SW_ADJUSTED_FEW_SEEN,	/* fewer than SW_ADJUSTED_SEEN_MIN */
	SW_ADJUSTED_FEW_TWICE,	/* fewer than SW_ADJUSTED_TWICE_MIN */
	SW_ADJUSTED_UNEVEN	/* a state stands in one of the 64 groups only */
};

/* "given", "few-seen", ...: for files; never NULL. */
const char *sw_adjusted_verdict_code(enum sw_adjusted_verdict verdict);

/*
 * The adjusted share S1 / (S1 + S0), S of each state by sw_chao2(), and its
 * 95 % interval. All but the verdict is 0 unless that is SW_ADJUSTED_GIVEN.
 *
 * The interval is a delete-a-group jackknife over the 64 groups: the share is
 * made 64 times, each time without one group, and the spread of these tells
 * how far chance moves it (t with 63 degrees of freedom). It is made on the
 * logit, ln(S1 / S0): there the spread of a ratio is closest to symmetric,
 * present and not present are treated alike, and no limit leaves [0, 1].
 */
struct sw_adjusted {
	enum sw_adjusted_verdict verdict;
	double share;
	struct sw_interval interval;
	double present;		/* S1 and S0: subjects, seen and unseen */
	double absent;
};
struct sw_adjusted sw_adjusted_share(const struct sw_capture *capture,
    uint64_t units);

#endif
