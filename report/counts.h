/*
 * What one row of an adoption table counts. Every number is a number of
 * subjects, each judged by its latest state in the period.
 *
 * Unknown is never folded into absent: a subject without a state for a
 * mechanism is missing from that mechanism's known, and from nothing else.
 */
#ifndef SENDERWATCH_REPORT_COUNTS_H
#define SENDERWATCH_REPORT_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "senderwatch/store.h"

/* Of MX domains only; known = present + absent + invalid. */
struct sw_record_counts {
	uint64_t known;
	uint64_t present;
	uint64_t absent;
	uint64_t invalid;
};

struct sw_counts {
	uint64_t domains;	/* subjects seen to exist */
	uint64_t mx_known;	/* = mx + null_mx + mx_absent + mx_invalid */
	uint64_t mx;		/* MX domains: PRESENT and not a null MX */
	uint64_t null_mx;	/* RFC 7505 */
	uint64_t mx_absent;
	uint64_t mx_invalid;
	struct sw_record_counts spf;
	struct sw_record_counts dmarc;
};

/*
 * Add one subject. A state whose outcome is NONEXISTENT, or one that this
 * program does not know, is no known state; a subject that has no other is
 * not counted at all.
 */
void sw_counts_subject(struct sw_counts *counts,
    const struct sw_store_subject *subject);

void sw_counts_add(struct sw_counts *counts, const struct sw_counts *other);

/* Is the latest known MX state of a subject a null MX? */
bool sw_subject_has_null_mx(const struct sw_store_subject *subject);

/*
 * The columns of the machine-readable formats, in order: their names, and
 * where each stands in struct sw_counts.
 */
struct sw_counts_column {
	const char *name;
	size_t offset;
};
extern const struct sw_counts_column sw_counts_columns[];
extern const size_t sw_counts_column_count;
uint64_t sw_counts_value(const struct sw_counts *counts, size_t column);

/*
 * part / whole in thousandths, rounded half up; -1 where whole is 0.
 * In integers, so that every machine writes the same figure.
 */
int sw_share_permille(uint64_t part, uint64_t whole);

#endif
