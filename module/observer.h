/*
 * From a finished lookup to an entry of the edge table: recognising, judging,
 * making pseudonyms, counting. Knows nothing of Unbound and nothing of who
 * asked. Threads may use one observer at once.
 */
#ifndef SENDERWATCH_MODULE_OBSERVER_H
#define SENDERWATCH_MODULE_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "module/groups.h"
#include "module/keys.h"
#include "module/log.h"
#include "module/options.h"
#include "module/table.h"
#include "senderwatch/answer.h"
#include "senderwatch/name.h"
#include "senderwatch/observation.h"
#include "senderwatch/result.h"

/* Whether an answer may be looked at, and if not, why. */
enum sw_usable {
	SW_USABLE,
	SW_UNUSABLE_SERVFAIL,	/* none, or an rcode that says nothing */
	SW_UNUSABLE_BOGUS,
	SW_UNUSABLE_REWRITTEN,
	SW_UNUSABLE_SUBNET,
	SW_UNUSABLE_MALFORMED
};

/* A finished lookup of class IN and type MX or TXT. All is borrowed. */
struct sw_lookup {
	const uint8_t *name;	/* as asked, wire format */
	size_t name_length;
	uint16_t type;
	enum sw_usable usable;	/* if not SW_USABLE, answer is not looked at */
	enum sw_dnssec dnssec;
	struct sw_answer answer;
};

/* What a look-up is of, as far as it was told. */
struct sw_watched {
	struct sw_name name;
	bool whole;		/* the fields of name that tell its group are set too */
	uint64_t subject_tag;	/* 0: not told */
	uint64_t tag;		/* of one mechanism of the subject; never 0 */
};

struct sw_observer;

/* options must outlive the observer. Says what is wrong through log. */
enum sw_result sw_observer_new(struct sw_observer **observer,
    const struct sw_options *options, sw_log_function log);
void sw_observer_free(struct sw_observer **observer);

/*
 * The tag that its subject has if it is one, by its labels alone; for
 * sw_observer_wants(), which may be told of the alias with this tag.
 */
void sw_observer_guess(const struct sw_observer *observer,
    const struct sw_lookup *lookup, struct sw_watched *watched);

/*
 * Is it one? If so, watched says of what, and it is to be given to
 * sw_observer_take(), which counts it; if not, it is counted, and done with. Of
 * its answer, only the number of records is looked at. alias: of the tag that
 * was guessed, or NULL: what it knows is not found out again.
 */
bool sw_observer_wants(struct sw_observer *observer,
    const struct sw_lookup *lookup, struct sw_watched *watched,
    struct sw_alias *alias);

/* Said before several are taken, it saves waiting for memory at each. */
void sw_observer_expect(const struct sw_observer *observer,
    const uint64_t *tags, size_t count);

/*
 * Judge a look-up that was wanted and put it into the table. now: seconds since
 * 1970-01-01, UTC. Never fails: what can't be kept is counted. alias: as of
 * sw_keys_make(), of its subject.
 */
void sw_observer_take(struct sw_observer *observer,
    const struct sw_lookup *lookup, const struct sw_watched *watched,
    struct sw_alias *alias, time_t now);

/* All of it at once. */
void sw_observer_see(struct sw_observer *observer,
    const struct sw_lookup *lookup, time_t now);

uint32_t sw_observer_day(const struct sw_observer *observer, time_t now);

/* What the sender needs. */
struct sw_table *sw_observer_table(struct sw_observer *observer);
struct sw_groups *sw_observer_groups(struct sw_observer *observer);
struct sw_keys *sw_observer_keys(struct sw_observer *observer);
void sw_observer_counters(struct sw_observer *observer,
    struct sw_counters *counters);
void sw_observer_count_sent(struct sw_observer *observer, uint64_t number);
void sw_observer_count_stop(struct sw_observer *observer, uint64_t number);

size_t sw_observer_memory(struct sw_observer *observer);

#endif
