/*
 * The database: all that the collector writes and the reports read. The only
 * door to SQLite.
 *
 * One row of table "sighting" for each month, subject, mechanism and state
 * (outcome and digest): never a row an observation. While the month is open a
 * row holds the days on which the state was seen, and the three smallest
 * (day, resolver) pairs, which make the count of resolver-days, capped at 3,
 * exact whatever is merged twice or in whatever order. When the month is
 * closed only the capped count and the order of the states remain. State runs
 * are the view "run" over these rows.
 */
#ifndef SENDERWATCH_STORE_H
#define SENDERWATCH_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/observation.h"
#include "senderwatch/result.h"

struct sw_store;

enum sw_store_mode {
	SW_STORE_READ,		/* must exist; sees a stable snapshot a scan */
	SW_STORE_WRITE		/* created or migrated if need be */
};

#define SW_STORE_SEEN_MAX 3	/* the cap on resolver-days */

/*
 * On failure *store holds nothing but the text of sw_store_error(), and is to
 * be closed as well; it is NULL where even that could not be had. A store is
 * for one thread at a time; any number of them may open the same path.
 */
enum sw_result sw_store_open(struct sw_store **store, const char *path,
    enum sw_store_mode mode);
void sw_store_close(struct sw_store **store);

/* What went wrong last, for people, never NULL; "" if nothing did. */
const char *sw_store_error(const struct sw_store *store);

/*
 * Merge batches in one transaction; SW_OK means that they are durable.
 * Anything else: nothing of them is stored. A batch (instance, sequence) that
 * was merged before changes nothing. resolver names who delivered: the
 * identity that the transport proved, or the batch's own word.
 *
 * An observation whose day can't be is refused and counted, and the rest of
 * its batch merged: a day before 2000 or more than two days after today, or
 * all days of a batch whose sent_day (if not 0) is more than two days after
 * or 183 days before today, since its sender has no idea of the date.
 */
struct sw_store_merged {
	uint64_t batches;
	uint64_t duplicates;	/* batches that were known already */
	uint64_t observations;
	uint64_t refused;	/* observations of an impossible day */
};
struct sw_store_delivery {
	const struct sw_batch *batch;
	const char *resolver;
	struct sw_store_merged *merged;	/* of this one; may be NULL */
};
/* merged are the totals of this call; may be NULL. */
enum sw_result sw_store_merge(struct sw_store *store,
    const struct sw_store_delivery *deliveries, size_t count, uint32_t today,
    struct sw_store_merged *merged);

/* A sender (one start of a program) as the database knows it. */
struct sw_store_sender {
	const uint8_t *instance;	/* SW_INSTANCE_SIZE bytes */
	const char *resolver;
	uint32_t last_day;		/* of the collector, when it last sent */
	uint32_t sent_day;		/* its own day in that batch; 0: unsaid */
	uint64_t batches;
	uint64_t observations;
	uint64_t refused;
	struct sw_counters counters;	/* as its last batch said */
};

/* Call each sender, those that were heard of longest ago first. */
typedef void (*sw_store_sender_visit)(void *argument,
    const struct sw_store_sender *sender);
enum sw_result sw_store_senders(struct sw_store *store,
    sw_store_sender_visit visit, void *argument);

/*
 * Close every month that ended more than grace days before today: days and
 * pairs go, capped counts and the order of states stay. Sightings of a closed
 * month that come later are merged at the precision that is left.
 */
enum sw_result sw_store_close_months(struct sw_store *store, uint32_t today,
    unsigned grace_days);
/*
 * The same in steps of well under a second, for who has other things to do in
 * between: a step was done, and there may be more, if *more is true.
 */
enum sw_result sw_store_close_some(struct sw_store *store, uint32_t today,
    unsigned grace_days, bool *more);

/* A month as the number YYYYMM; 0 for a day that is out of range. */
uint32_t sw_month_of_day(uint32_t day);
/* The first day of a month, days since 1970-01-01. */
uint32_t sw_month_first_day(uint32_t month);
uint32_t sw_month_next(uint32_t month);
/* "2026-11" to 202611; 0 where malformed. */
uint32_t sw_month_parse(const char *text);

/* The latest state of one mechanism in the period that was scanned. */
struct sw_store_state {
	bool known;		/* the rest is valid only then */
	uint8_t outcome;
	uint8_t dnssec;		/* bit (1 << enum sw_dnssec) for each seen */
	uint64_t features;
	uint8_t states;		/* how many different ones, at most 255 */
	uint8_t seen;		/* resolver-days of all states, at most 3 */
	uint32_t last_month;
};

/*
 * A month in which the subject was seen. The day bits, (1 << (day - 1)), tell
 * on which days a mechanism was PRESENT, and on which ABSENT or INVALID;
 * they are 0 once the month is closed.
 */
struct sw_store_month {
	uint32_t month;
	struct sw_store_state states[SW_MECHANISM_COUNT]; /* within the month */
	uint32_t present_days[SW_MECHANISM_COUNT];
	uint32_t lacking_days[SW_MECHANISM_COUNT];
};

struct sw_store_subject {
	uint8_t pseudonym[SW_PSEUDONYM_SIZE];
	const char *name;	/* NULL where pseudonymous */
	struct sw_group group;
	uint32_t place;		/* the same for the same group, in one scan */
	struct sw_store_state states[SW_MECHANISM_COUNT];
	const struct sw_store_month *months;	/* ascending; see below */
	size_t month_count;
};

/*
 * Call each subject that was seen from month first to month last, in the
 * order of the pseudonyms, in one snapshot and in constant memory. A result
 * other than SW_OK of the callback ends the scan and is returned. Where
 * several states share the last day or month, PRESENT is preferred to
 * INVALID, ABSENT and NONEXISTENT, then the larger digest.
 *
 * While a key is being replaced, each subject comes under both: only those
 * under the period's key are called (sw_store_period()).
 */
typedef enum sw_result (*sw_store_visit)(void *argument,
    const struct sw_store_subject *subject);
enum sw_result sw_store_scan(struct sw_store *store, uint32_t first,
    uint32_t last, sw_store_visit visit, void *argument);
/* The same, and each subject's months; they cost time. */
enum sw_result sw_store_scan_months(struct sw_store *store, uint32_t first,
    uint32_t last, sw_store_visit visit, void *argument);

/*
 * The key that counts in a period: that of the most resolver-days in it, of
 * equals the one that began later. units are these resolver-days. Where no
 * resolver reported, counted is false and the newest key counts.
 */
struct sw_store_period {
	bool counted;
	uint8_t key_id[SW_KEY_ID_SIZE];	/* 0: plain names */
	uint64_t units;
	size_t keys;		/* how many had resolver-days in it */
};
enum sw_result sw_store_period(struct sw_store *store, uint32_t first,
    uint32_t last, struct sw_store_period *period);

/* Call each group that subjects were ever seen in. */
typedef enum sw_result (*sw_store_visit_group)(void *argument,
    const struct sw_group *group);
enum sw_result sw_store_groups(struct sw_store *store,
    sw_store_visit_group visit, void *argument);

/* Call each resolver-day of a key, in the order of resolvers and days. */
struct sw_store_resolver_day {
	const char *resolver;
	uint32_t day;
};
typedef enum sw_result (*sw_store_visit_resolver_day)(void *argument,
    const struct sw_store_resolver_day *day);
enum sw_result sw_store_resolver_days(struct sw_store *store,
    const uint8_t key_id[SW_KEY_ID_SIZE], uint32_t first, uint32_t last,
    sw_store_visit_resolver_day visit, void *argument);

/*
 * Resolver-days of a key of pseudonyms: how many pairs of a day and a
 * resolver that reported of it under that key there are from month first to
 * month last. In the order of the key ids; keys without any are left out.
 */
struct sw_store_days {
	uint8_t key_id[SW_KEY_ID_SIZE];	/* 0: plain names */
	uint64_t days;
	uint32_t begin;		/* the first day of the key, also before first */
};
typedef enum sw_result (*sw_store_visit_days)(void *argument,
    const struct sw_store_days *days);
enum sw_result sw_store_days(struct sw_store *store, uint32_t first,
    uint32_t last, sw_store_visit_days visit, void *argument);

/*
 * What arrived, uncapped: the resolver-days of all observations of a month,
 * group, mechanism and outcome under one key, or under all where key_id is
 * NULL. A resolver that restarts counts its day again. In the order of the
 * months; group is valid during the call. Mechanisms and outcomes may be
 * newer than this program. Months from before version 0.2 have none.
 */
struct sw_store_volume {
	uint32_t month;
	uint8_t mechanism;
	uint8_t outcome;
	struct sw_group group;
	uint64_t days;
};
typedef enum sw_result (*sw_store_visit_volume)(void *argument,
    const struct sw_store_volume *volume);
enum sw_result sw_store_volumes(struct sw_store *store,
    const uint8_t *key_id, uint32_t first, uint32_t last,
    sw_store_visit_volume visit, void *argument);

#endif
