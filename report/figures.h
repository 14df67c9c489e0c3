/*
 * What was counted of one group of subjects: every atom of a scheme, what the
 * estimators need of each share, and resolver-days.
 */
#ifndef SENDERWATCH_REPORT_FIGURES_H
#define SENDERWATCH_REPORT_FIGURES_H

#include "classes.h"
#include "estimate.h"

#define SW_OUTCOMES 5		/* enum sw_outcome */

/*
 * A struct sw_capture of each share takes much room, of thousands of groups in
 * many months. Most counts are small: of each the lowest octet is kept, and
 * what it carries where any does. All that a subject is counted in stands side
 * by side: by group of the captures, share, state, days.
 */
struct sw_figures {
	uint64_t *counts;	/* by atom of the scheme */
	uint8_t *low;		/* of the captures; NULL: nothing seen */
	uint32_t *high;		/* NULL: nothing carried */
	uint64_t days[SW_MECHANISM_COUNT][SW_OUTCOMES]; /* resolver-days */
};

enum sw_result sw_figures_init(struct sw_figures *figures,
    const struct sw_scheme *scheme);
void sw_figures_fini(struct sw_figures *figures);

/* What the estimators need of a subject, besides its class. */
struct sw_sighted {
	uint8_t group;			/* of the captures */
	/* Resolver-days (capped), by mechanism; first the most of any. */
	uint8_t seen[SW_MECHANISM_COUNT];
};
void sw_sighted_of(const struct sw_store_subject *subject,
    const struct sw_store_state *states, struct sw_sighted *sighted);

/* Count a subject of a class. */
enum sw_result sw_figures_count(struct sw_figures *figures,
    const struct sw_scheme *scheme, const struct sw_class *class,
    const struct sw_sighted *sighted);
/* Add all of other, of other subjects. */
enum sw_result sw_figures_add(struct sw_figures *figures,
    const struct sw_scheme *scheme, const struct sw_figures *other);

/* The frequencies of a share; all zero where nothing was seen. */
void sw_figures_capture(const struct sw_figures *figures,
    const struct sw_scheme *scheme, size_t share, struct sw_capture *capture);
/* How many octets they take, while nothing carries. */
size_t sw_figures_room(const struct sw_scheme *scheme);

/* How many domains there are at all. */
static inline uint64_t
sw_figures_domains(const struct sw_figures *figures)
{
	return figures->counts[0];
}

#endif
