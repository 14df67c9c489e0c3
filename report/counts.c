/* Counting subjects by the states of their mechanisms. */
#include "counts.h"

#include <string.h>

#include "senderwatch/mx.h"

#define COLUMN(name, member) { name, offsetof(struct sw_counts, member) }

/* Scripts rely on the first six and their order; more only to the right. */
const struct sw_counts_column sw_counts_columns[] = {
	COLUMN("domains", domains),
	COLUMN("mx", mx),
	COLUMN("spf_known", spf.known),
	COLUMN("spf", spf.present),
	COLUMN("dmarc_known", dmarc.known),
	COLUMN("dmarc", dmarc.present),
	COLUMN("spf_absent", spf.absent),
	COLUMN("spf_invalid", spf.invalid),
	COLUMN("dmarc_absent", dmarc.absent),
	COLUMN("dmarc_invalid", dmarc.invalid),
	COLUMN("mx_known", mx_known),
	COLUMN("null_mx", null_mx),
	COLUMN("mx_absent", mx_absent),
	COLUMN("mx_invalid", mx_invalid),
};
const size_t sw_counts_column_count =
    sizeof(sw_counts_columns) / sizeof(sw_counts_columns[0]);

uint64_t
sw_counts_value(const struct sw_counts *counts, size_t column)
{
	uint64_t value;

	memcpy(&value, (const char *)counts + sw_counts_columns[column].offset,
	    sizeof(value));
	return value;
}

static bool
is_known(const struct sw_store_state *state)
{
	return state->known && (state->outcome == SW_OUTCOME_PRESENT ||
	    state->outcome == SW_OUTCOME_ABSENT ||
	    state->outcome == SW_OUTCOME_INVALID);
}

static bool
exists(const struct sw_store_subject *subject)
{
	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		if (is_known(&subject->states[i]))
			return true;
	}
	return false;
}

bool
sw_subject_has_null_mx(const struct sw_store_subject *subject)
{
	const struct sw_store_state *mx = &subject->states[SW_MECHANISM_MX];

	return mx->known && mx->outcome == SW_OUTCOME_PRESENT &&
	    sw_features_get(mx->features, SW_MX_KIND) == SW_MX_KIND_NULL;
}

static void
count_record(struct sw_record_counts *counts,
    const struct sw_store_state *state)
{
	if (!is_known(state))
		return;
	counts->known++;
	counts->present += state->outcome == SW_OUTCOME_PRESENT;
	counts->absent += state->outcome == SW_OUTCOME_ABSENT;
	counts->invalid += state->outcome == SW_OUTCOME_INVALID;
}

void
sw_counts_subject(struct sw_counts *counts,
    const struct sw_store_subject *subject)
{
	const struct sw_store_state *mx = &subject->states[SW_MECHANISM_MX];

	if (!exists(subject))
		return;
	counts->domains++;
	if (!is_known(mx))
		return;
	counts->mx_known++;
	counts->mx_absent += mx->outcome == SW_OUTCOME_ABSENT;
	counts->mx_invalid += mx->outcome == SW_OUTCOME_INVALID;
	if (mx->outcome != SW_OUTCOME_PRESENT)
		return;
	if (sw_subject_has_null_mx(subject)) {
		counts->null_mx++;
		return;
	}
	counts->mx++;
	count_record(&counts->spf, &subject->states[SW_MECHANISM_SPF]);
	count_record(&counts->dmarc, &subject->states[SW_MECHANISM_DMARC]);
}

static void
add_record(struct sw_record_counts *counts,
    const struct sw_record_counts *other)
{
	counts->known += other->known;
	counts->present += other->present;
	counts->absent += other->absent;
	counts->invalid += other->invalid;
}

void
sw_counts_add(struct sw_counts *counts, const struct sw_counts *other)
{
	counts->domains += other->domains;
	counts->mx_known += other->mx_known;
	counts->mx += other->mx;
	counts->null_mx += other->null_mx;
	counts->mx_absent += other->mx_absent;
	counts->mx_invalid += other->mx_invalid;
	add_record(&counts->spf, &other->spf);
	add_record(&counts->dmarc, &other->dmarc);
}

int
sw_share_permille(uint64_t part, uint64_t whole)
{
	if (whole == 0)
		return -1;
	return (int)((part * 2000 + whole) / (whole * 2));
}
