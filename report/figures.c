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
	    sizeof(struct sw_capture *));
	if (figures->counts != NULL && figures->captures != NULL)
		return SW_OK;
	sw_figures_fini(figures, scheme);
	return SW_ERR_MEMORY;
}

void
sw_figures_fini(struct sw_figures *figures, const struct sw_scheme *scheme)
{
	for (size_t i = 0; figures->captures != NULL &&
	    i < scheme->share_count; i++)
		free(figures->captures[i]);
	free(figures->captures);
	free(figures->counts);
	memset(figures, 0, sizeof(*figures));
}

/* The capture of a share, made at its first subject. */
static struct sw_capture *
need_capture(struct sw_figures *figures, size_t share)
{
	if (figures->captures[share] == NULL)
		figures->captures[share] = calloc(1,
		    sizeof(struct sw_capture));
	return figures->captures[share];
}

static enum sw_result
capture_subject(struct sw_figures *figures, const struct sw_scheme *scheme,
    const struct sw_store_subject *subject,
    const int8_t atoms[SW_FAMILIES_MAX])
{
	for (size_t i = 0; i < scheme->share_count; i++) {
		const struct sw_share_of *share = &scheme->shares[i];
		struct sw_capture *capture;

		if (share->mechanism == 0 ||
		    !sw_form_holds(&share->whole, atoms))
			continue;
		capture = need_capture(figures, i);
		if (capture == NULL)
			return SW_ERR_MEMORY;
		sw_capture_add(capture, subject->pseudonym,
		    sw_form_holds(&share->part, atoms),
		    sw_share_seen(share, subject));
	}
	return SW_OK;
}

enum sw_result
sw_figures_subject(struct sw_figures *figures, const struct sw_scheme *scheme,
    const struct sw_store_subject *subject)
{
	int8_t atoms[SW_FAMILIES_MAX];

	if (!sw_scheme_classify(scheme, subject, atoms))
		return SW_OK;
	for (size_t i = 0; i < scheme->family_count; i++) {
		if (atoms[i] != SW_ATOM_NONE)
			figures->counts[scheme->families[i].offset +
			    (size_t)atoms[i]]++;
	}
	return capture_subject(figures, scheme, subject, atoms);
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
		if (need_capture(figures, i) == NULL)
			return SW_ERR_MEMORY;
		sw_capture_unite(figures->captures[i], other->captures[i]);
	}
	for (size_t i = 0; i < SW_MECHANISM_COUNT; i++) {
		for (size_t k = 0; k < SW_OUTCOMES; k++)
			figures->days[i][k] += other->days[i][k];
	}
	return SW_OK;
}
