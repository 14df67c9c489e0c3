/*
 * Observations and the batches that carry them from a resolver to a
 * collector: plain data without behaviour.
 *
 * Nothing here can say who asked. An observation speaks of a subject (a
 * registrable domain, as a keyed pseudonym) on a day, never of a query.
 */
#ifndef SENDERWATCH_OBSERVATION_H
#define SENDERWATCH_OBSERVATION_H

#include <stddef.h>
#include <stdint.h>

#define SW_PSEUDONYM_SIZE 16	/* HMAC-SHA-256 cut to 128 bits */
#define SW_DIGEST_SIZE 8
#define SW_KEY_ID_SIZE 8
#define SW_INSTANCE_SIZE 16
#define SW_NAME_TEXT_MAX 1024	/* presentation form with escapes, and NUL */

/* Values are the wire's and the database's: never renumber. */
enum sw_mechanism {
	SW_MECHANISM_NONE = 0,
	SW_MECHANISM_MX = 1,
	SW_MECHANISM_SPF = 2,
	SW_MECHANISM_DMARC = 3,
	SW_MECHANISM_DKIM = 4,
	SW_MECHANISM_MTA_STS = 5,
	SW_MECHANISM_TLS_RPT = 6,
	SW_MECHANISM_BIMI = 7
};
#define SW_MECHANISM_COUNT 8	/* array size, index 0 unused */

enum sw_outcome {
	SW_OUTCOME_UNKNOWN = 0,		/* never leaves the resolver */
	SW_OUTCOME_PRESENT = 1,
	SW_OUTCOME_ABSENT = 2,
	SW_OUTCOME_INVALID = 3,		/* published, but an error to receivers */
	SW_OUTCOME_NONEXISTENT = 4	/* the subject itself is NXDOMAIN */
};

enum sw_dnssec {
	SW_DNSSEC_UNKNOWN = 0,		/* not validated, or indeterminate */
	SW_DNSSEC_INSECURE = 1,
	SW_DNSSEC_SECURE = 2
};

/*
 * Features of a record: eight enumerations of 8 bits, slot 0 in the lowest
 * byte. What a slot means depends on the mechanism (see the mechanism's
 * header); value 0 means "not stated". The number is stored as it comes, so
 * that values of a newer sender survive in an older collector.
 */
#define SW_FEATURE_SLOTS 8

static inline uint64_t
sw_features_set(uint64_t features, unsigned slot, uint8_t value)
{
	return (features & ~((uint64_t)0xff << (8 * slot))) |
	    (uint64_t)value << (8 * slot);
}

static inline uint8_t
sw_features_get(uint64_t features, unsigned slot)
{
	return (uint8_t)(features >> (8 * slot));
}

/* "MX", "SPF", ...: static text; "UNKNOWN" for values out of range. */
const char *sw_mechanism_text(enum sw_mechanism mechanism);
const char *sw_outcome_text(enum sw_outcome outcome);
const char *sw_dnssec_text(enum sw_dnssec dnssec);

/*
 * Where a subject is registered. Strings are lower-case A-labels for the
 * suffix ("co.jp"), upper-case words for the type ("CO", "GEOGRAPHIC"), and
 * the top-level domain of the registry table that named the type ("jp");
 * registry and type are "" where no table knows the suffix.
 */
struct sw_group {
	const char *suffix;
	const char *registry;
	const char *type;
};

struct sw_observation {
	uint8_t subject[SW_PSEUDONYM_SIZE];
	uint8_t digest[SW_DIGEST_SIZE];	/* keyed with the subject; 0 if no record */
	uint64_t features;
	uint32_t day;			/* days since 1970-01-01 */
	uint8_t earlier;		/* bit i: seen on day - (i + 1) too */
	uint8_t mechanism;		/* enum sw_mechanism, or newer */
	uint8_t outcome;		/* enum sw_outcome, or newer */
	uint8_t dnssec;			/* enum sw_dnssec, or newer */
	uint32_t group;			/* index into the batch's groups */
	const char *name;		/* registrable domain; NULL if pseudonymous */
};

/*
 * What the sender counted since its instance began. All are totals, so that
 * a batch that is lost or sent twice makes no difference to the last value.
 */
struct sw_counters {
	uint64_t seen;			/* finished MX and TXT lookups */
	uint64_t watched;		/* of these, with a watched name */
	uint64_t observed;		/* of these, with an outcome */
	uint64_t repeated;		/* known already on that day: not sent */
	uint64_t sent;			/* observations in acknowledged batches */
	uint64_t evicted;		/* table entries given up: may repeat */
	uint64_t superseded;		/* states overwritten before they were sent */
	uint64_t unknown_servfail;	/* no usable answer */
	uint64_t unknown_bogus;
	uint64_t unknown_rewritten;	/* RPZ or local data */
	uint64_t unknown_subnet;	/* specific to a client subnet */
	uint64_t unknown_private;	/* zones that the operator lists */
	uint64_t unknown_malformed;	/* RDATA that can't be read, or too much */
	uint64_t unknown_nonexistent;	/* NXDOMAIN of a subject never seen */
	uint64_t unproven;		/* answers that prove nothing, as of DKIM */
	uint64_t dropped_full;		/* every candidate slot waits to be sent */
	uint64_t dropped_memory;
	uint64_t dropped_stop;		/* not delivered before the stop */
};

/* Every counter once, by name, for those that treat them all alike. */
#define SW_FOR_EACH_COUNTER(DO) \
	DO(seen) DO(watched) DO(observed) DO(repeated) DO(sent) DO(evicted) \
	DO(superseded) DO(unknown_servfail) DO(unknown_bogus) \
	DO(unknown_rewritten) DO(unknown_subnet) DO(unknown_private) \
	DO(unknown_malformed) DO(unknown_nonexistent) DO(unproven) \
	DO(dropped_full) DO(dropped_memory) DO(dropped_stop)

struct sw_batch {
	uint8_t instance[SW_INSTANCE_SIZE]; /* random, new at each start */
	uint64_t sequence;		/* 1, 2, ... within the instance */
	uint8_t key_id[SW_KEY_ID_SIZE];	/* of the pseudonyms' key; 0: plain names */
	const char *resolver;		/* what the sender calls itself */
	const char *software;		/* "senderwatch 0.1.0 unbound 1.17.1" */
	uint32_t sent_day;		/* the sender's day, for clock skew */
	const struct sw_group *groups;
	size_t group_count;
	const struct sw_observation *observations;
	size_t observation_count;
	struct sw_counters counters;
};

#endif
