/* From a finished lookup to an entry of the edge table. */
#include "module/observer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <libpsl.h>
#include <openssl/crypto.h>
#include <sodium.h>

#include "senderwatch/key_file.h"
#include "senderwatch/name.h"
#include "senderwatch/pseudonym.h"
#include "senderwatch/registries.h"

#define PSEUDONYMISERS 16u

/* A pseudonymiser serves one thread at a time. */
struct desk {
	_Alignas(64) pthread_mutex_t lock;
	struct sw_pseudonymiser *pseudonymiser;
};

/* The counters that the observer keeps, as in struct sw_counters. */
enum counter {
	COUNT_SEEN, COUNT_WATCHED, COUNT_OBSERVED, COUNT_REPEATED, COUNT_SENT,
	COUNT_EVICTED, COUNT_SUPERSEDED, COUNT_SERVFAIL, COUNT_BOGUS,
	COUNT_REWRITTEN, COUNT_SUBNET, COUNT_PRIVATE, COUNT_MALFORMED,
	COUNT_NONEXISTENT, COUNT_UNPROVEN, COUNT_FULL, COUNT_MEMORY, COUNT_STOP, COUNTERS
};

struct sw_observer {
	const struct sw_options *options;
	psl_ctx_t *psl;
	struct sw_registries registries;
	struct sw_suffixes suffixes;
	struct sw_groups *groups;
	struct sw_table *table;
	uint8_t key_id[SW_KEY_ID_SIZE];
	/* Of this process only: names can't be made to collide by choice. */
	uint8_t seed[crypto_shorthash_KEYBYTES];
	struct desk desks[PSEUDONYMISERS];
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
	    "registry table %s:%u: %s", path, line, text);
}

static enum sw_result
load_suffixes(struct sw_observer *observer, sw_log_function log)
{
	struct complaining complaining = { log };
	enum sw_result result;

	observer->psl = psl_latest(NULL);
	if (observer->psl == NULL) {
		log(SW_LOG_ERROR, "there is no Public Suffix List");
		return SW_ERR_SYSTEM;
	}
	result = sw_registries_load(&observer->registries,
	    observer->options->registries, complain, &complaining);
	if (result != SW_OK)
		return result;
	observer->suffixes = (struct sw_suffixes){
		.psl = observer->psl,
		.registries =
		    (const struct sw_registry *const *)observer->registries.list,
		.registry_count = observer->registries.count,
		.unlisted_tlds = observer->options->unlisted_tlds,
	};
	return SW_OK;
}

/*
 * With plain names the key may be missing: then a fixed one serves, since
 * there is nothing to hide, and the key id is all zero.
 */
static enum sw_result
load_key(struct sw_observer *observer, sw_log_function log)
{
	uint8_t key[SW_KEY_SIZE] = { 0 };
	const char *reason;
	enum sw_result result = SW_OK;

	if (observer->options->key_file != NULL) {
		result = sw_key_read(observer->options->key_file, key, &reason);
		if (result != SW_OK) {
			log(SW_LOG_ERROR, "key file %s: %s",
			    observer->options->key_file, reason);
			goto out;
		}
		result = sw_key_id(key, observer->key_id);
	}
	for (unsigned i = 0; i < PSEUDONYMISERS && result == SW_OK; i++) {
		result = sw_pseudonymiser_new(&observer->desks[i].pseudonymiser,
		    key);
	}
	if (result != SW_OK)
		log(SW_LOG_ERROR, "can't set up HMAC-SHA-256: %s",
		    sw_result_text(result));
out:
	OPENSSL_cleanse(key, sizeof(key));
	return result;
}

enum sw_result
sw_observer_new(struct sw_observer **observer,
    const struct sw_options *options, sw_log_function log)
{
	enum sw_result result = SW_ERR_MEMORY;
	struct sw_observer *made = aligned_alloc(64,
	    (sizeof(*made) + 63) & ~(size_t)63);

	*observer = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	memset(made, 0, sizeof(*made));
	made->options = options;
	for (unsigned i = 0; i < PSEUDONYMISERS; i++)
		pthread_mutex_init(&made->desks[i].lock, NULL);
	if (sodium_init() < 0) {
		log(SW_LOG_ERROR, "libsodium does not start");
		result = SW_ERR_UNSUPPORTED;
		goto out;
	}
	crypto_shorthash_keygen(made->seed);
	/* These two say themselves what is wrong. */
	result = load_suffixes(made, log);
	if (result == SW_OK)
		result = load_key(made, log);
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
	for (unsigned i = 0; i < PSEUDONYMISERS; i++) {
		sw_pseudonymiser_free(&o->desks[i].pseudonymiser);
		pthread_mutex_destroy(&o->desks[i].lock);
	}
	sw_table_free(&o->table);
	sw_groups_free(&o->groups);
	sw_registries_fini(&o->registries);
	psl_free(o->psl);
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
tag_of(const struct sw_observer *observer, const struct sw_name *name)
{
	uint8_t text[1 + SW_NAME_WIRE_MAX];
	uint64_t tag;

	text[0] = (uint8_t)name->mechanism;
	memcpy(text + 1, name->subject, name->subject_length);
	tag = hash(observer, text, 1 + name->subject_length);
	return tag != 0 ? tag : 1;
}

/*
 * A hash of all that the judgement depends on, in whatever order the records
 * come: an answer that was seen before need not be judged again.
 */
static uint64_t
print_of(const struct sw_observer *observer, const struct sw_lookup *lookup)
{
	const struct sw_answer *answer = &lookup->answer;
	uint64_t parts[5] = {
		answer->rcode, (uint64_t)lookup->dnssec << 2 |
		    (uint64_t)answer->cname << 1 | answer->truncated,
		answer->records.count, 0, 0
	};

	for (size_t i = 0; i < answer->records.count; i++)
		parts[3] += hash(observer, answer->records.rdata[i],
		    answer->records.length[i]);
	if (answer->soa != NULL)
		parts[4] = hash(observer, answer->soa, answer->soa_length);
	return hash(observer, parts, sizeof(parts));
}

static bool
make_pseudonyms(struct sw_observer *observer, const struct sw_name *name,
    const struct sw_answer *answer, const struct sw_verdict *verdict,
    uint64_t tag, struct sw_observation *observation)
{
	struct desk *desk = &observer->desks[(tag >> 32) % PSEUDONYMISERS];
	enum sw_result result;

	pthread_mutex_lock(&desk->lock);
	result = sw_pseudonym(desk->pseudonymiser, name->subject,
	    name->subject_length, observation->subject);
	if (result == SW_OK)
		result = sw_digest(desk->pseudonymiser, name, &answer->records,
		    verdict, observation->digest);
	pthread_mutex_unlock(&desk->lock);
	return result == SW_OK;
}

static void
count_change(struct sw_observer *observer, enum sw_table_change change)
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

	if (counters[change] != COUNTERS)
		count(observer, counters[change], 1);
	if (change != SW_TABLE_UNKNOWN && change != SW_TABLE_FULL &&
	    change != SW_TABLE_MEMORY)
		count(observer, COUNT_OBSERVED, 1);
}

/* An answer that was not seen before, or not on this day. */
static void
take(struct sw_observer *observer, const struct sw_lookup *lookup,
    const struct sw_name *name, const struct sw_sight *sight)
{
	struct sw_observation observation = { .dnssec = lookup->dnssec };
	struct sw_verdict verdict;
	char text[SW_NAME_TEXT_MAX];

	sw_answer_judge(name, &lookup->answer, &verdict);
	if (verdict.outcome == SW_OUTCOME_UNKNOWN) {
		count(observer, COUNT_UNPROVEN, 1);
		return;
	}
	/*
	 * Spam filters look up domains that were made up. One that is denied
	 * and was never seen to exist is not kept, lest they fill the table
	 * and the groups.
	 */
	if (verdict.outcome == SW_OUTCOME_NONEXISTENT &&
	    !sw_table_is_known(observer->table, sight->tag)) {
		count(observer, COUNT_NONEXISTENT, 1);
		return;
	}
	observation.mechanism = (uint8_t)name->mechanism;
	observation.outcome = (uint8_t)verdict.outcome;
	observation.features = verdict.features;
	if (!make_pseudonyms(observer, name, &lookup->answer, &verdict,
	    sight->tag, &observation)) {
		count(observer, COUNT_MEMORY, 1);
		return;
	}
	if (!sw_groups_intern(observer->groups, name, &observation.group)) {
		count(observer, COUNT_MEMORY, 1);
		return;
	}
	if (observer->options->plain_names &&
	    sw_name_to_text(name->subject, name->subject_length, text,
	    sizeof(text)) > 0)
		observation.name = text;
	/* It may have been given up a moment ago. */
	count_change(observer, sw_table_put(observer->table, sight,
	    &observation, verdict.outcome == SW_OUTCOME_NONEXISTENT));
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

void
sw_observer_see(struct sw_observer *observer, const struct sw_lookup *lookup,
    time_t now)
{
	static const enum counter unusable[] = {
		[SW_UNUSABLE_SERVFAIL] = COUNT_SERVFAIL,
		[SW_UNUSABLE_BOGUS] = COUNT_BOGUS,
		[SW_UNUSABLE_REWRITTEN] = COUNT_REWRITTEN,
		[SW_UNUSABLE_SUBNET] = COUNT_SUBNET,
		[SW_UNUSABLE_MALFORMED] = COUNT_MALFORMED,
	};
	struct sw_name name;
	struct sw_sight sight;

	count(observer, COUNT_SEEN, 1);
	if (sw_name_match(&observer->suffixes, lookup->name,
	    lookup->name_length, lookup->type, &name) == SW_MECHANISM_NONE)
		return;
	count(observer, COUNT_WATCHED, 1);
	if (is_private(observer->options, lookup)) {
		count(observer, COUNT_PRIVATE, 1);
		return;
	}
	if (lookup->usable != SW_USABLE) {
		count(observer, unusable[lookup->usable], 1);
		return;
	}
	if (lookup->answer.records.count > SW_RRSET_MAX) {
		count(observer, COUNT_MALFORMED, 1);
		return;
	}
	sight.tag = tag_of(observer, &name);
	sight.print = print_of(observer, lookup);
	sight.day = (uint16_t)sw_observer_day(observer, now);
	if (sw_table_is_repeat(observer->table, &sight)) {
		count(observer, COUNT_OBSERVED, 1);
		count(observer, COUNT_REPEATED, 1);
		return;
	}
	take(observer, lookup, &name, &sight);
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

const uint8_t *
sw_observer_key_id(const struct sw_observer *observer)
{
	return observer->key_id;
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
		.seen = values[COUNT_SEEN],
		.watched = values[COUNT_WATCHED],
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
