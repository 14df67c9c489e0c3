/*
 * SPF records (RFC 7208): selection, the whole grammar of section 12, and
 * what can be said of one record without a further lookup.
 */
#ifndef SENDERWATCH_SPF_H
#define SENDERWATCH_SPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a record is a permerror. Values are slot SW_SPF_ERROR of the features. */
enum sw_spf_error {
	SW_SPF_ERROR_NONE = 0,
	SW_SPF_ERROR_MULTIPLE = 1,	/* two or more records: 4.5 */
	SW_SPF_ERROR_MECHANISM = 2,	/* unknown mechanism: 4.6.1 */
	SW_SPF_ERROR_DOMAIN = 3,	/* no domain-spec: 7.1 */
	SW_SPF_ERROR_ADDRESS = 4,	/* no ip4-network or ip6-network: 5.6 */
	SW_SPF_ERROR_CIDR = 5,		/* no prefix length, or out of range: 5.6 */
	SW_SPF_ERROR_MACRO = 6,		/* malformed or not allowed here: 7.1 */
	SW_SPF_ERROR_DUPLICATE = 7,	/* second redirect= or exp=: 6 */
	SW_SPF_ERROR_EMPTY = 8,		/* an argument is missing: 12 */
	SW_SPF_ERROR_ARGUMENT = 9,	/* an argument where none may be: 12 */
	SW_SPF_ERROR_NON_ASCII = 10,	/* an octet over 127: 3.1 */
	SW_SPF_ERROR_SEPARATOR = 11	/* a control character, TAB too: 4.6.1 */
};

/* What becomes of a client that no other mechanism matches. */
enum sw_spf_final {
	SW_SPF_FINAL_FAIL = 1,		/* -all */
	SW_SPF_FINAL_SOFTFAIL = 2,	/* ~all */
	SW_SPF_FINAL_NEUTRAL = 3,	/* ?all */
	SW_SPF_FINAL_PASS = 4,		/* +all */
	SW_SPF_FINAL_REDIRECT = 5,	/* no all, redirect= */
	SW_SPF_FINAL_NONE = 6		/* neither: neutral (4.7) */
};

/* How senders are named: a coarse summary of the terms before all. */
enum sw_spf_sources {
	SW_SPF_SOURCES_NOBODY = 1,	/* nothing but all: a parked domain if -all */
	SW_SPF_SOURCES_DIRECT = 2,	/* no lookup of another domain's record */
	SW_SPF_SOURCES_OTHERS = 3,	/* include or redirect */
	SW_SPF_SOURCES_TOO_MANY = 4	/* over 10 lookup terms in this record */
};

/*
 * Features. A record that is a permerror states SW_SPF_ERROR only.
 */
#define SW_SPF_FINAL 0		/* enum sw_spf_final */
#define SW_SPF_ERROR 1		/* enum sw_spf_error */
#define SW_SPF_SOURCES 2	/* enum sw_spf_sources */
#define SW_SPF_PTR 3		/* 2: uses ptr, which 5.5 discourages; else 1 */

enum sw_spf_mechanism {
	SW_SPF_ALL,
	SW_SPF_INCLUDE,
	SW_SPF_A,
	SW_SPF_MX,
	SW_SPF_PTR_MECHANISM,
	SW_SPF_IP4,
	SW_SPF_IP6,
	SW_SPF_EXISTS,
	SW_SPF_MECHANISMS	/* how many there are */
};

struct sw_spf {
	enum sw_spf_error error;
	size_t error_at;	/* offset of the term that is wrong */
	enum sw_spf_final final;
	bool redirect;		/* there is a redirect= */
	bool exp;
	size_t counts[SW_SPF_MECHANISMS]; /* over the whole record */
	size_t unknown_modifiers;
	size_t macros;		/* %{...}, not %%, %_ and %- */
	/*
	 * What follows counts only what can be evaluated: terms before the
	 * first all, and redirect= where there is no all. The number of lookup
	 * terms (4.6.4) is a lower bound, since included records count too.
	 */
	size_t live[SW_SPF_MECHANISMS];	/* without all itself */
	size_t lookups;
	uint64_t ip4_addresses;	/* that ip4 lets pass, overlaps counted twice */
	uint8_t ip6_prefix;	/* the shortest that passes; 129: none */
};

/* Is this a record (4.5): "v=spf1" alone or followed by a space? */
bool sw_spf_is_record(const uint8_t *text, size_t length);

/*
 * Parse a record that sw_spf_is_record() accepts, to the first error.
 * Total over all inputs, linear, allocates nothing. On an error
 * only error and error_at are to be relied upon.
 */
void sw_spf_parse(const uint8_t *text, size_t length, struct sw_spf *spf);

uint64_t sw_spf_features(const struct sw_spf *spf);

/* Static text. */
const char *sw_spf_error_text(enum sw_spf_error error);

#endif
