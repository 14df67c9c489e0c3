/*
 * From the answer of a finished lookup to an outcome and features.
 */
#ifndef SENDERWATCH_ANSWER_H
#define SENDERWATCH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/name.h"
#include "senderwatch/observation.h"

#define SW_RCODE_NOERROR 0
#define SW_RCODE_NXDOMAIN 3

/* More records than this in an RRset are not looked at: SW_OUTCOME_UNKNOWN. */
#define SW_RRSET_MAX 256

/*
 * The RRset of the type asked, at the end of any CNAME chain. rdata[i] points
 * to length[i] bytes that begin with the 16-bit RDLENGTH, as in a message
 * (RFC 1035 section 3.2.1) and in Unbound's packed RRsets.
 */
struct sw_rrset {
	size_t count;
	const uint8_t *const *rdata;
	const size_t *length;
};

struct sw_answer {
	uint16_t rcode;
	bool truncated;
	bool cname;		/* the answer section holds a CNAME or DNAME */
	struct sw_rrset records;
	const uint8_t *soa;	/* owner (wire) of the authority's SOA, or NULL */
	size_t soa_length;
};

/* What a record was found to be; the reason for an outcome. */
struct sw_verdict {
	enum sw_outcome outcome;
	uint64_t features;
	const char *reason;	/* static text for people, never NULL */
	const char *section;	/* "RFC 7208 4.5", never NULL */
	size_t selected;	/* how many records are the mechanism's */
	size_t first;		/* index of the first of them, if any */
};

/*
 * Judge the answer to a lookup that sw_name_match() recognised. Total over
 * all inputs; allocates nothing. An outcome of SW_OUTCOME_UNKNOWN must be
 * counted and dropped.
 *
 * NXDOMAIN of a name below the subject does not tell whether the subject
 * exists, unless the SOA does: its owner is the apex of the zone that denies
 * (RFC 2308 section 3). An apex above the subject means that the subject is
 * not delegated, hence SW_OUTCOME_NONEXISTENT; at or below it, ABSENT.
 */
void sw_answer_judge(const struct sw_name *name,
    const struct sw_answer *answer, struct sw_verdict *verdict);

#endif
