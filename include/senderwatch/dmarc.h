/*
 * DMARC policy records (RFC 9989, which obsoletes RFC 7489).
 */
#ifndef SENDERWATCH_DMARC_H
#define SENDERWATCH_DMARC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sw_dmarc_policy {
	SW_DMARC_POLICY_UNSET = 0,
	SW_DMARC_POLICY_NONE = 1,
	SW_DMARC_POLICY_QUARANTINE = 2,
	SW_DMARC_POLICY_REJECT = 3,
	SW_DMARC_POLICY_BAD = 4		/* stated, but with no valid value */
};

/*
 * What a receiver makes of the record (RFC 9989 section 4.10.1). Up to
 * SW_DMARC_CLASS_SUBDOMAIN_RUA the outcome is PRESENT, then INVALID.
 */
enum sw_dmarc_class {
	SW_DMARC_CLASS_VALID = 1,
	SW_DMARC_CLASS_POLICY_RUA = 2,	/* no valid p, but rua: as p=none */
	SW_DMARC_CLASS_SUBDOMAIN_RUA = 3, /* bad sp or np, but rua: as p=none */
	SW_DMARC_CLASS_POLICY = 4,	/* no valid p, no rua: no DMARC */
	SW_DMARC_CLASS_SUBDOMAIN = 5,	/* bad sp or np, no rua: no DMARC */
	SW_DMARC_CLASS_BARE = 6,	/* "v=DMARC1" and no tag: no DMARC */
	SW_DMARC_CLASS_MULTIPLE = 7	/* several records: none counts (4.10) */
};

/* Features; an INVALID record states SW_DMARC_CLASS only. */
#define SW_DMARC_POLICY 0	/* in force: enum sw_dmarc_policy, 1 to 3 */
#define SW_DMARC_CLASS 1	/* enum sw_dmarc_class */
#define SW_DMARC_SUBDOMAINS 2	/* policy of existing subdomains, 1 to 3 */
#define SW_DMARC_REPORTS 3	/* 1 none asked, 2 rua, 3 rua and ruf, 4 ruf */
#define SW_DMARC_TESTING 4	/* 1 no, 2 t=y, 3 pct below 100 (RFC 7489) */
#define SW_DMARC_ALIGNMENT 5	/* 1 relaxed, 2 strict for DKIM, SPF or both */
#define SW_DMARC_STANDARD 6	/* enum sw_dmarc_standard */

enum sw_dmarc_standard {
	SW_DMARC_STANDARD_BOTH = 1,	/* RFC 7489 and 9989 say the same */
	SW_DMARC_STANDARD_9989 = 2,	/* the same, but uses np, psd or t */
	SW_DMARC_STANDARD_DIFFERS = 3	/* RFC 7489 gave another policy */
};

#define SW_DMARC_FO_0 1
#define SW_DMARC_FO_1 2
#define SW_DMARC_FO_D 4
#define SW_DMARC_FO_S 8

struct sw_dmarc {
	enum sw_dmarc_class class;
	enum sw_dmarc_policy policy;	/* in force; UNSET: no DMARC */
	enum sw_dmarc_policy subdomains; /* in force for existing ones */
	enum sw_dmarc_policy nonexistent; /* and for others */
	enum sw_dmarc_policy policy_7489; /* in force under RFC 7489 6.6.3 */

	enum sw_dmarc_policy p, sp, np;	/* as stated */
	bool p_second;		/* p follows v, as RFC 7489 6.4 wants it */
	bool adkim_strict, aspf_strict;
	bool testing;		/* t=y */
	char psd;		/* 'u', 'y' or 'n' */
	unsigned fo;		/* SW_DMARC_FO_*; 0: not stated or bad */
	size_t rua, ruf;	/* valid URIs */
	size_t bad_uris;	/* URIs that are not, of both */
	int pct;		/* -1: not stated or bad; gone in RFC 9989 */
	bool rf, ri;		/* stated; gone in RFC 9989 */
	size_t tags;		/* all after v, however bad */
	size_t repeated;	/* a name that came before: ignored */
	size_t unknown;		/* names of no known tag: ignored */
	size_t bad;		/* no tag at all, or a known one's bad value */
};

/* Does the record begin with a tag v whose value is DMARC1 (4.7, 4.10)? */
bool sw_dmarc_is_record(const uint8_t *text, size_t length);

/*
 * Parse a record that sw_dmarc_is_record() accepts. Total over all inputs,
 * linear, allocates nothing.
 */
void sw_dmarc_parse(const uint8_t *text, size_t length,
    struct sw_dmarc *dmarc);

uint64_t sw_dmarc_features(const struct sw_dmarc *dmarc);

/* "none", "quarantine", "reject", "" where there is none. */
const char *sw_dmarc_policy_text(enum sw_dmarc_policy policy);

#endif
