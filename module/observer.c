/* From a finished lookup to an entry of the edge table. */
#include "module/observer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libpsl.h>
#include <openssl/crypto.h>
#include <sodium.h>

#include "module/keys.h"
#include "senderwatch/hot.h"
#include "senderwatch/name.h"
#include "senderwatch/suffix_list.h"

/* Answers of DKIM selectors that are remembered: 512 KiB. */
#define MEMOS 65536u

/*
 * The counters that the observer keeps, as in struct sw_counters; what is taken
 * was seen and watched besides, and is counted in neither: an atomic step waits
 * for all that its thread has written, which Unbound's are to be spared.
 */
enum counter {
	COUNT_TAKEN, COUNT_SEEN, COUNT_WATCHED, COUNT_OBSERVED, COUNT_REPEATED, COUNT_SENT,
	COUNT_EVICTED, COUNT_SUPERSEDED, COUNT_SERVFAIL, COUNT_BOGUS,
	COUNT_REWRITTEN, COUNT_SUBNET, COUNT_PRIVATE, COUNT_MALFORMED,
	COUNT_NONEXISTENT, COUNT_UNPROVEN, COUNT_FULL, COUNT_MEMORY, COUNT_STOP, COUNTERS
};

struct sw_observer {
	const struct sw_options *options;
	struct sw_suffix_list list;
	struct sw_groups *groups;
	struct sw_table *table;
	struct sw_keys *keys;
	/* Of this process only: names can't be made to collide by choice. */
	uint8_t seed[crypto_shorthash_KEYBYTES];
	/*
	 * A domain signs with several DKIM keys in turn, and the table knows
	 * the last: these are all the answers that were judged on a day, each
	 * with what came of it in the lowest bit.
	 */
	atomic_uint_fast64_t memos[MEMOS];
	atomic_uint_fast64_t counters[COUNTERS];
};

static void
count(struct sw_observer *observer, enum counter counter, uint64_t number)
{
	atomic_fetch_add_explicit(&observer->counters[counter], number,
	    memory_order_relaxed);
}

struct complaining {
	sw_log_function log;
};

static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	((struct complaining *)argument)->log(SW_LOG_ERROR,
	    "%s:%u: %s", path, line, text);
}

static enum sw_result
load_suffixes(struct sw_observer *observer, sw_log_function log)
{
	const struct sw_options *options = observer->options;
	struct complaining complaining = { log };

	return sw_suffix_list_load(&observer->list, options->suffix_list,
	    options->registries, options->unlisted_tlds, complain,
	    &complaining);
}

enum sw_result
sw_observer_new(struct sw_observer **observer,
    const struct sw_options *options, sw_log_function log)
{
	enum sw_result result = SW_ERR_MEMORY;
	struct sw_observer *made = calloc(1, sizeof(*made));

	*observer = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	made->options = options;
	if (sodium_init() < 0) {
		log(SW_LOG_ERROR, "libsodium does not start");
		result = SW_ERR_UNSUPPORTED;
		goto out;
	}
	crypto_shorthash_keygen(made->seed);
	/* These two say themselves what is wrong. */
	result = load_suffixes(made, log);
	if (result == SW_OK)
		result = sw_keys_new(&made->keys, options->key_file, log);
	if (result != SW_OK)
		goto out;
	result = sw_groups_new(&made->groups);
	if (result == SW_OK)
		result = sw_table_new(&made->table, options->capacity,
		    options->plain_names);
	if (result != SW_OK) {
		log(SW_LOG_ERROR, "can't set up a table of %zu entries: %s",
		    options->capacity, sw_result_text(result));
		goto out;
	}
	*observer = made;
	made = NULL;
out:
	sw_observer_free(&made);
	return result;
}

void
sw_observer_free(struct sw_observer **observer)
{
	struct sw_observer *o = *observer;

	*observer = NULL;
	if (o == NULL)
		return;
	sw_keys_free(&o->keys);
	sw_table_free(&o->table);
	sw_groups_free(&o->groups);
	sw_suffix_list_fini(&o->list);
	OPENSSL_cleanse(o->seed, sizeof(o->seed));
	free(o);
}

static uint64_t
hash(const struct sw_observer *observer, const void *data, size_t length)
{
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t value;

	crypto_shorthash(out, data, length, observer->seed);
	memcpy(&value, out, sizeof(value));
	return value;
}

static uint64_t
subject_tag_of(const struct sw_observer *observer, const struct sw_name *name)
{
	return hash(observer, name->subject, name->subject_length);
}

/* As good as a hash of both: the subject's is told apart by a known step. */
static uint64_t
tag_of(uint64_t subject_tag, enum sw_mechanism mechanism)
{
	uint64_t tag = subject_tag ^
	    (uint64_t)mechanism * UINT64_C(0xff51afd7ed558ccd);

	return tag != 0 ? tag : 1;
}

void
sw_observer_expect(const struct sw_observer *observer, const uint64_t *tags,
    size_t count)
{
	sw_table_expect(observer->table, tags, count);
}

/*
 * A hash of all that the judgement depends on, in whatever order the records
 * come: an answer that was seen before need not be judged again. A sum of keyed
 * hashes is as good as one of them; the rest are small numbers, kept apart.
 */
static uint64_t
print_of(const struct sw_observer *observer, const struct sw_lookup *lookup)
{
	const struct sw_answer *answer = &lookup->answer;
	uint64_t small = (uint64_t)answer->records.count << 32 |
	    (uint64_t)answer->rcode << 8 | (uint64_t)lookup->dnssec << 2 |
	    (uint64_t)answer->cname << 1 | answer->truncated;
	uint64_t sum = small * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < answer->records.count; i++)
		sum += hash(observer, answer->records.rdata[i],
		    answer->records.length[i]);
	/* Not like a record's, should one be the same octets. */
	if (answer->soa != NULL)
		sum += 3 * hash(observer, answer->soa, answer->soa_length);
	return sum;
}

/* Where the memo of a sight is, and what it is without its lowest bit. */
static atomic_uint_fast64_t *
memo_of(struct sw_observer *observer, const struct sw_sight *sight,
    uint64_t *memo)
{
	const uint64_t parts[2] = { sight->print, sight->tag ^ sight->day };

	*memo = hash(observer, parts, sizeof(parts));
	return &observer->memos[*memo % MEMOS];
}

static void
count_change(struct sw_observer *observer, const struct sw_sight *sight,
    enum sw_table_change change)
{
	static const enum counter counters[] = {
		[SW_TABLE_REPEATED] = COUNT_REPEATED,
		[SW_TABLE_PENDING] = COUNTERS,
		[SW_TABLE_SUPERSEDED] = COUNT_SUPERSEDED,
		[SW_TABLE_EVICTED] = COUNT_EVICTED,
		[SW_TABLE_FULL] = COUNT_FULL,
		[SW_TABLE_MEMORY] = COUNT_MEMORY,
		[SW_TABLE_UNKNOWN] = COUNT_NONEXISTENT,
	};
	enum counter counter = counters[change];

	/* An answer counts once, however many keys there are; a loss each. */
	if (sight->key != SW_KEY_CURRENT && (counter == COUNT_REPEATED ||
	    counter == COUNT_NONEXISTENT))
		return;
	if (counter != COUNTERS)
		count(observer, counter, 1);
	if (sight->key == SW_KEY_CURRENT && change != SW_TABLE_UNKNOWN &&
	    change != SW_TABLE_FULL && change != SW_TABLE_MEMORY)
		count(observer, COUNT_OBSERVED, 1);
}

/* An answer that is judged. */
struct judged {
	const struct sw_lookup *lookup;
	const struct sw_watched *watched;
	struct sw_alias *alias;	/* of its subject, or NULL */
	struct sw_verdict verdict;
};

/* False if there is no room for it. */
static bool
find_group(const struct sw_observer *observer, const struct judged *judged,
    uint32_t *group)
{
	const struct sw_lookup *lookup = judged->lookup;
	const struct sw_name *name = &judged->watched->name;
	struct sw_alias *alias = judged->alias;
	struct sw_name whole;

	if (alias != NULL && alias->grouped) {
		*group = alias->group;
		return true;
	}
	if (!judged->watched->whole) {
		if (sw_name_match(&observer->list.suffixes, lookup->name,
		    lookup->name_length, lookup->type, &whole) ==
		    SW_MECHANISM_NONE)
			return false;
		name = &whole;
	}
	if (!sw_groups_intern(observer->groups, name, group))
		return false;
	if (alias != NULL) {
		alias->group = *group;
		alias->grouped = true;
	}
	return true;
}

/* Into the table, under one key. False if it could not be kept. */
static bool
put(struct sw_observer *observer, const struct judged *judged,
    const struct sw_sight *sight)
{
	const struct sw_name *name = &judged->watched->name;
	struct sw_observation observation = {
		.mechanism = (uint8_t)name->mechanism,
		.outcome = (uint8_t)judged->verdict.outcome,
		.features = judged->verdict.features,
		.dnssec = (uint8_t)judged->lookup->dnssec,
	};
	enum sw_table_change change = SW_TABLE_MEMORY;
	char text[SW_NAME_TEXT_MAX];

	if (!sw_keys_make(observer->keys, sight->key, name,
	    &judged->lookup->answer.records, &judged->verdict, &observation,
	    judged->alias))
		return true;	/* the old key, and its time is over */
	if (observer->options->plain_names && sw_name_to_text(name->subject,
	    name->subject_length, text, sizeof(text)) > 0)
		observation.name = text;
	/* An entry may have been given up a moment ago. */
	if (find_group(observer, judged, &observation.group))
		change = sw_table_put(observer->table, sight, &observation,
		    judged->verdict.outcome == SW_OUTCOME_NONEXISTENT);
	count_change(observer, sight, change);
	return change != SW_TABLE_FULL && change != SW_TABLE_MEMORY &&
	    change != SW_TABLE_UNKNOWN;
}

/*
 * An answer that was not seen before, or not on this day, under the keys of
 * these sights. True if all there is to say of it is said.
 */
static bool
judge(struct sw_observer *observer, struct judged *judged,
    const struct sw_sight *sights, unsigned count_of_sights)
{
	bool kept = true;

	sw_answer_judge(&judged->watched->name, &judged->lookup->answer,
	    &judged->verdict);
	if (judged->verdict.outcome == SW_OUTCOME_UNKNOWN) {
		count(observer, COUNT_UNPROVEN, 1);
		return true;
	}
	/*
	 * Spam filters look up domains that were made up. One that is denied
	 * and was never seen to exist is not kept, lest they fill the table
	 * and the groups.
	 */
	if (judged->verdict.outcome == SW_OUTCOME_NONEXISTENT &&
	    sights[0].key == SW_KEY_CURRENT &&
	    !sw_table_is_known(observer->table, sights[0].tag)) {
		count(observer, COUNT_NONEXISTENT, 1);
		return false;
	}
	for (unsigned i = 0; i < count_of_sights; i++)
		kept = put(observer, judged, &sights[i]) && kept;
	return kept;
}

/* Was a DKIM key seen already on this day, in turn with others? */
static bool
is_remembered(struct sw_observer *observer, const struct sw_sight *sight)
{
	uint64_t memo;
	uint64_t found = atomic_load_explicit(memo_of(observer, sight, &memo),
	    memory_order_relaxed);

	if ((found | 1) != (memo | 1))
		return false;
	if ((found & 1) != 0) {
		count(observer, COUNT_UNPROVEN, 1);
	} else {
		count(observer, COUNT_OBSERVED, 1);
		count(observer, COUNT_REPEATED, 1);
	}
	return true;
}

static void
remember(struct sw_observer *observer, const struct sw_sight *sight,
    bool unproven)
{
	uint64_t memo;
	atomic_uint_fast64_t *at = memo_of(observer, sight, &memo);

	atomic_store_explicit(at, (memo & ~UINT64_C(1)) | unproven,
	    memory_order_relaxed);
}

/* The tag under the old key: of another bucket, but found as quickly. */
static uint64_t
old_tag(uint64_t tag)
{
	tag ^= UINT64_C(0x9e3779b97f4a7c15);
	return tag != 0 ? tag : 1;
}

static bool
is_private(const struct sw_options *options, const struct sw_lookup *lookup)
{
	for (size_t i = 0; i < options->private_zone_count; i++) {
		if (sw_name_is_within(lookup->name, lookup->name_length,
		    options->private_zones[i].name,
		    options->private_zones[i].length))
			return true;
	}
	return false;
}

/* What an answer is under each key that is used on its day. */
static unsigned
find_sights(struct sw_observer *observer, const struct sw_lookup *lookup,
    uint64_t tag, time_t now, struct sw_sight sights[SW_TABLE_KEYS])
{
	sights[0] = (struct sw_sight){
		.tag = tag,
		.print = print_of(observer, lookup),
		.day = (uint16_t)sw_observer_day(observer, now),
		.key = SW_KEY_CURRENT,
	};
	if (!sw_keys_is_old_used(observer->keys, sights[0].day))
		return 1;
	sights[1] = sights[0];
	sights[1].tag = old_tag(sights[0].tag);
	sights[1].key = SW_KEY_OLD;
	return 2;
}

void
sw_observer_take(struct sw_observer *observer, const struct sw_lookup *lookup,
    const struct sw_watched *watched, struct sw_alias *alias, time_t now)
{
	struct judged judged = {
		.lookup = lookup,
		.watched = watched,
		.alias = alias
	};
	struct sw_sight sights[SW_TABLE_KEYS], first;
	unsigned keys = find_sights(observer, lookup, watched->tag, now,
	    sights);
	unsigned left = 0;
	bool dkim = watched->name.mechanism == SW_MECHANISM_DKIM;

	count(observer, COUNT_TAKEN, 1);
	first = sights[0];
	if (dkim && is_remembered(observer, &first))
		return;
	for (unsigned key = 0; key < keys; key++) {
		enum sw_table_change change = sw_table_see_again(
		    observer->table, &sights[key]);

		if (change == SW_TABLE_UNKNOWN)
			sights[left++] = sights[key];
		else
			count_change(observer, &sights[key], change);
	}
	if (left > 0 && judge(observer, &judged, sights, left) && dkim)
		remember(observer, &first,
		    judged.verdict.outcome == SW_OUTCOME_UNKNOWN);
}

/* Why a watched look-up is not to be taken; COUNTERS: it is. */
static enum counter
refusal(const struct sw_observer *observer, const struct sw_lookup *lookup)
{
	static const enum counter unusable[] = {
		[SW_UNUSABLE_SERVFAIL] = COUNT_SERVFAIL,
		[SW_UNUSABLE_BOGUS] = COUNT_BOGUS,
		[SW_UNUSABLE_REWRITTEN] = COUNT_REWRITTEN,
		[SW_UNUSABLE_SUBNET] = COUNT_SUBNET,
		[SW_UNUSABLE_MALFORMED] = COUNT_MALFORMED,
	};

	if (is_private(observer->options, lookup))
		return COUNT_PRIVATE;
	if (lookup->usable != SW_USABLE)
		return unusable[lookup->usable];
	return lookup->answer.records.count > SW_RRSET_MAX ? COUNT_MALFORMED :
	    COUNTERS;
}

void
sw_observer_guess(const struct sw_observer *observer,
    const struct sw_lookup *lookup, struct sw_watched *watched)
{
	watched->whole = false;
	watched->subject_tag = 0;
	if (sw_name_guess(lookup->name, lookup->name_length, lookup->type,
	    &watched->name) != SW_MECHANISM_NONE)
		watched->subject_tag = subject_tag_of(observer,
		    &watched->name);
}

static bool
recognise(const struct sw_observer *observer, const struct sw_lookup *lookup,
    struct sw_watched *watched)
{
	watched->whole = sw_name_match(&observer->list.suffixes,
	    lookup->name, lookup->name_length, lookup->type,
	    &watched->name) != SW_MECHANISM_NONE;
	if (watched->whole && watched->subject_tag == 0)
		watched->subject_tag = subject_tag_of(observer,
		    &watched->name);
	return watched->whole;
}

bool
sw_observer_wants(struct sw_observer *observer,
    const struct sw_lookup *lookup, struct sw_watched *watched,
    struct sw_alias *alias)
{
	bool is_watched = (alias != NULL && alias->registrable) ||
	    recognise(observer, lookup, watched);
	enum counter reason = is_watched ? refusal(observer, lookup) :
	    COUNTERS;

	if (is_watched && alias != NULL)
		alias->registrable = true;
	if (is_watched && reason == COUNTERS) {
		watched->tag = tag_of(watched->subject_tag,
		    watched->name.mechanism);
		return true;
	}
	count(observer, COUNT_SEEN, 1);
	if (is_watched) {
		count(observer, COUNT_WATCHED, 1);
		count(observer, reason, 1);
	}
	return false;
}

void
sw_observer_see(struct sw_observer *observer, const struct sw_lookup *lookup,
    time_t now)
{
	struct sw_watched watched = { .subject_tag = 0 };

	if (sw_observer_wants(observer, lookup, &watched, NULL))
		sw_observer_take(observer, lookup, &watched, NULL, now);
}

uint32_t
sw_observer_day(const struct sw_observer *observer, time_t now)
{
	int64_t local = (int64_t)now + observer->options->utc_offset;

	return local < 0 ? 0 : (uint32_t)(local / 86400);
}

struct sw_table *
sw_observer_table(struct sw_observer *observer)
{
	return observer->table;
}

struct sw_groups *
sw_observer_groups(struct sw_observer *observer)
{
	return observer->groups;
}

struct sw_keys *
sw_observer_keys(struct sw_observer *observer)
{
	return observer->keys;
}

void
sw_observer_count_sent(struct sw_observer *observer, uint64_t number)
{
	count(observer, COUNT_SENT, number);
}

void
sw_observer_count_stop(struct sw_observer *observer, uint64_t number)
{
	count(observer, COUNT_STOP, number);
}

void
sw_observer_counters(struct sw_observer *observer,
    struct sw_counters *counters)
{
	uint64_t values[COUNTERS];

	for (unsigned i = 0; i < COUNTERS; i++)
		values[i] = atomic_load_explicit(&observer->counters[i],
		    memory_order_relaxed);
	*counters = (struct sw_counters){
		.seen = values[COUNT_SEEN] + values[COUNT_TAKEN],
		.watched = values[COUNT_WATCHED] + values[COUNT_TAKEN],
		.observed = values[COUNT_OBSERVED],
		.repeated = values[COUNT_REPEATED],
		.sent = values[COUNT_SENT],
		.evicted = values[COUNT_EVICTED],
		.superseded = values[COUNT_SUPERSEDED],
		.unknown_servfail = values[COUNT_SERVFAIL],
		.unknown_bogus = values[COUNT_BOGUS],
		.unknown_rewritten = values[COUNT_REWRITTEN],
		.unknown_subnet = values[COUNT_SUBNET],
		.unknown_private = values[COUNT_PRIVATE],
		.unknown_malformed = values[COUNT_MALFORMED],
		.unknown_nonexistent = values[COUNT_NONEXISTENT],
		.unproven = values[COUNT_UNPROVEN],
		.dropped_full = values[COUNT_FULL],
		.dropped_memory = values[COUNT_MEMORY],
		.dropped_stop = values[COUNT_STOP],
	};
}

size_t
sw_observer_memory(struct sw_observer *observer)
{
	return sizeof(*observer) + sw_table_memory(observer->table) +
	    sw_groups_memory(observer->groups);
}
