/*
 * Batches into the database, one transaction for all that are at hand.
 *
 * Everything that is written is a union, a minimum, a maximum or a sum over
 * batches, each of which is taken once, so that the tables come out the same
 * whatever order the batches of different senders arrive in. Only what a sender says of itself is an exception: its last
 * batch wins, and batches of one sender come in their order.
 */
#include <stdlib.h>

#include "arrivals.h"
#include "internal.h"
#include "marks.h"

/*
 * A sender whose clock is further off than this cannot tell what day it is:
 * none of its observations are merged, but its batch is acknowledged, since
 * it would otherwise send it for ever. A batch may well have waited long.
 */
#define CLOCK_AHEAD_MAX 2	/* days */
#define CLOCK_BEHIND_MAX 183

#define COLUMN(name) ", " #name
#define PARAMETER(name) ", ?"
#define REPLACE(name) ", " #name " = excluded." #name

/*
 * Is the new row's suffix, or key, to be preferred to the one that is there?
 * By its contents, since ids depend on what came first. (ORDER BY ... LIMIT 1
 * would say it shorter, but builds a sorter for each row, which is slow.)
 */
#define SUFFIX_OF(row) "(SELECT registry, type, suffix FROM suffix " \
	"WHERE id = " row ".suffix)"
#define SUFFIX_WINS "(subject.suffix <> excluded.suffix AND " \
	SUFFIX_OF("excluded") " > " SUFFIX_OF("subject") ")"
#define KEY_OF(row) "(SELECT key_id FROM pseudonym_key " \
	"WHERE id = " row ".pseudonym_key)"
#define KEY_WINS "(subject.pseudonym_key <> excluded.pseudonym_key AND " \
	KEY_OF("excluded") " > " KEY_OF("subject") ")"
#define NAME_CHOICE "coalesce(min(subject.name, excluded.name), " \
	"subject.name, excluded.name)"

static const char *const statements[SW_STATEMENT_COUNT] = {
	[SW_STATEMENT_SENDER_GET] =
	    "SELECT last_sequence FROM sender WHERE instance = ?1",
	[SW_STATEMENT_SENDER_PUT] =
	    "INSERT INTO sender (instance, resolver, software, key_id, "
	    "last_sequence, first_day, last_day, sent_day, batches, "
	    "observations, refused" SW_FOR_EACH_COUNTER(COLUMN) ") "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, 1, ?8, ?9"
	    SW_FOR_EACH_COUNTER(PARAMETER) ") "
	    "ON CONFLICT DO UPDATE SET resolver = excluded.resolver, "
	    "software = excluded.software, key_id = excluded.key_id, "
	    "last_sequence = excluded.last_sequence, "
	    "first_day = min(first_day, excluded.first_day), "
	    "last_day = max(last_day, excluded.last_day), "
	    "sent_day = excluded.sent_day, batches = batches + 1, "
	    "observations = observations + excluded.observations, "
	    "refused = refused + excluded.refused" SW_FOR_EACH_COUNTER(REPLACE),
	[SW_STATEMENT_RESOLVER_PUT] =
	    "INSERT INTO resolver (name, tag, first_day, last_day) "
	    "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
	    "first_day = min(first_day, excluded.first_day), "
	    "last_day = max(last_day, excluded.last_day) "
	    "WHERE excluded.first_day < first_day "
	    "OR excluded.last_day > last_day",
	[SW_STATEMENT_RESOLVER_DAY_PUT] =
	    "INSERT INTO resolver_day (day, resolver, pseudonym_key) "
	    "VALUES (?1, ?2, ?3) "
	    "ON CONFLICT DO NOTHING",
	[SW_STATEMENT_KEY_PUT] =
	    "INSERT INTO pseudonym_key (key_id) VALUES (?1) "
	    "ON CONFLICT DO NOTHING",
	[SW_STATEMENT_KEY_GET] =
	    "SELECT id FROM pseudonym_key WHERE key_id = ?1",
	[SW_STATEMENT_SUFFIX_PUT] =
	    "INSERT INTO suffix (suffix, registry, type) VALUES (?1, ?2, ?3) "
	    "ON CONFLICT DO NOTHING",
	[SW_STATEMENT_SUFFIX_GET] =
	    "SELECT id FROM suffix WHERE suffix = ?1 AND registry = ?2 "
	    "AND type = ?3",
	[SW_STATEMENT_MONTH_GET] =
	    "SELECT 1 FROM closed_month WHERE month = ?1",
	[SW_STATEMENT_SUBJECT_PUT] =
	    "INSERT INTO subject (pseudonym, suffix, pseudonym_key, name) "
	    "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
	    "suffix = iif(" SUFFIX_WINS ", excluded.suffix, suffix), "
	    "pseudonym_key = iif(" KEY_WINS ", excluded.pseudonym_key, "
	    "pseudonym_key), name = " NAME_CHOICE " "
	    "WHERE " SUFFIX_WINS " OR " KEY_WINS " OR name IS NOT " NAME_CHOICE,
	[SW_STATEMENT_ARRIVALS_GET] = sw_arrivals_query,
	[SW_STATEMENT_SIGHTING_PUT] =
	    "INSERT INTO sighting (month, subject, mechanism, outcome, digest, "
	    "features, dnssec, days, marks, seen, ord) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, length(?9) / 5, 0) "
	    "ON CONFLICT DO UPDATE SET "
	    "features = sw_features(features, excluded.features), "
	    "dnssec = dnssec | excluded.dnssec, days = days | excluded.days, "
	    "marks = sw_marks(marks, excluded.marks), "
	    "seen = length(sw_marks(marks, excluded.marks)) / 5 "
	    "WHERE days | excluded.days <> days "
	    "OR dnssec | excluded.dnssec <> dnssec "
	    "OR (features <> excluded.features "
	    "AND features <> sw_features(features, excluded.features)) "
	    "OR marks <> sw_marks(marks, excluded.marks)",
	/* A row that is there, as it is to be. */
	[SW_STATEMENT_SIGHTING_RENEW] =
	    "UPDATE sighting SET features = ?6, dnssec = ?7, days = ?8, "
	    "marks = ?9, seen = length(?9) / 5 WHERE month = ?1 "
	    "AND subject = ?2 AND mechanism = ?3 AND outcome = ?4 "
	    "AND digest = ?5",
	/* Of a closed month: what is left of its precision. */
	[SW_STATEMENT_SIGHTING_LATE_PUT] =
	    "INSERT INTO sighting (month, subject, mechanism, outcome, digest, "
	    "features, dnssec, days, marks, seen, ord) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, NULL, 1, 0) "
	    "ON CONFLICT DO UPDATE SET "
	    "features = sw_features(features, excluded.features), "
	    "dnssec = dnssec | excluded.dnssec "
	    "WHERE dnssec | excluded.dnssec <> dnssec "
	    "OR (features <> excluded.features "
	    "AND features <> sw_features(features, excluded.features))",
	[SW_STATEMENT_VOLUME_PUT] =
	    "INSERT INTO volume (month, source, pseudonym_key, suffix, "
	    "mechanism, outcome, days) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
	    "ON CONFLICT DO UPDATE SET days = days + excluded.days",
};

enum sw_result
sw_store_prepare_merge(struct sw_store *store)
{
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < SW_STATEMENT_COUNT && result == SW_OK; i++)
		result = sw_store_prepare(store, statements[i],
		    &store->statements[i]);
	return result;
}

/* Run a query that is bound already; *number is 0 where it has no row. */
static enum sw_result
get_number(struct sw_store *store, sqlite3_stmt *statement, int64_t *number,
    bool *found)
{
	enum sw_result result = SW_OK;
	int step = sqlite3_step(statement);

	*number = 0;
	*found = step == SQLITE_ROW;
	if (*found)
		*number = sqlite3_column_int64(statement, 0);
	else if (step != SQLITE_DONE)
		result = sw_store_fail(store, "cannot read");
	sqlite3_reset(statement);
	return result;
}

/* Run a pair of statements with the same parameters: insert, and get the id. */
static enum sw_result
put_and_get(struct sw_store *store, sqlite3_stmt *put, sqlite3_stmt *get,
    int64_t *id)
{
	enum sw_result result;
	bool found;

	result = get_number(store, get, id, &found);
	if (result != SW_OK || found)
		return result;
	result = sw_store_run(store, put);
	*id = sqlite3_last_insert_rowid(store->db);
	return result;
}

static void
bind_text(sqlite3_stmt *statement, int index, const char *text)
{
	sqlite3_bind_text(statement, index, text != NULL ? text : "", -1,
	    SQLITE_STATIC);
}

enum sw_result
sw_store_find_key(struct sw_store *store, const uint8_t key_id[SW_KEY_ID_SIZE],
    int64_t *id)
{
	sqlite3_stmt *put = store->statements[SW_STATEMENT_KEY_PUT];
	sqlite3_stmt *get = store->statements[SW_STATEMENT_KEY_GET];

	sqlite3_bind_blob(put, 1, key_id, SW_KEY_ID_SIZE, SQLITE_STATIC);
	sqlite3_bind_blob(get, 1, key_id, SW_KEY_ID_SIZE, SQLITE_STATIC);
	return put_and_get(store, put, get, id);
}

enum sw_result
sw_store_find_suffix(struct sw_store *store, const struct sw_group *group,
    int64_t *id)
{
	sqlite3_stmt *put = store->statements[SW_STATEMENT_SUFFIX_PUT];
	sqlite3_stmt *get = store->statements[SW_STATEMENT_SUFFIX_GET];

	bind_text(put, 1, group->suffix);
	bind_text(put, 2, group->registry);
	bind_text(put, 3, group->type);
	bind_text(get, 1, group->suffix);
	bind_text(get, 2, group->registry);
	bind_text(get, 3, group->type);
	return put_and_get(store, put, get, id);
}

enum sw_result
sw_store_find_group(struct sw_merge *merge, uint32_t group)
{
	if (merge->suffixes[group] != 0)
		return SW_OK;
	return sw_store_find_suffix(merge->store, &merge->batch->groups[group],
	    &merge->suffixes[group]);
}

enum sw_result
sw_store_put_subject(struct sw_merge *merge,
    const uint8_t pseudonym[SW_PSEUDONYM_SIZE], uint32_t group,
    const char *name)
{
	struct sw_store *store = merge->store;
	sqlite3_stmt *put = store->statements[SW_STATEMENT_SUBJECT_PUT];

	sqlite3_bind_blob(put, 1, pseudonym, SW_PSEUDONYM_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(put, 2, merge->suffixes[group]);
	sqlite3_bind_int64(put, 3, merge->key);
	if (name != NULL)
		sqlite3_bind_text(put, 4, name, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(put, 4);
	return sw_store_run(store, put);
}

enum sw_result
sw_store_put_resolver_day(struct sw_merge *merge, uint32_t day)
{
	sqlite3_stmt *put =
	    merge->store->statements[SW_STATEMENT_RESOLVER_DAY_PUT];

	if (merge->first_day == 0 || day < merge->first_day)
		merge->first_day = day;
	if (day > merge->last_day)
		merge->last_day = day;
	sqlite3_bind_int64(put, 1, day);
	bind_text(put, 2, merge->resolver);
	sqlite3_bind_int64(put, 3, merge->key);
	return sw_store_run(merge->store, put);
}

static enum sw_result
put_resolver(struct sw_merge *merge)
{
	sqlite3_stmt *put = merge->store->statements[SW_STATEMENT_RESOLVER_PUT];

	if (merge->first_day == 0)
		return SW_OK;
	bind_text(put, 1, merge->resolver);
	sqlite3_bind_int64(put, 2, sw_marks_tag(merge->resolver));
	sqlite3_bind_int64(put, 3, merge->first_day);
	sqlite3_bind_int64(put, 4, merge->last_day);
	return sw_store_run(merge->store, put);
}

static enum sw_result
put_sender(struct sw_merge *merge)
{
	const struct sw_batch *batch = merge->batch;
	sqlite3_stmt *put = merge->store->statements[SW_STATEMENT_SENDER_PUT];
	int index = 10;

	sqlite3_bind_blob(put, 1, batch->instance, SW_INSTANCE_SIZE,
	    SQLITE_STATIC);
	bind_text(put, 2, merge->resolver);
	bind_text(put, 3, batch->software);
	sqlite3_bind_blob(put, 4, batch->key_id, SW_KEY_ID_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(put, 5, (int64_t)batch->sequence);
	sqlite3_bind_int64(put, 6, merge->today);
	sqlite3_bind_int64(put, 7, batch->sent_day);
	sqlite3_bind_int64(put, 8, (int64_t)merge->observations);
	sqlite3_bind_int64(put, 9, (int64_t)merge->refused);
#define BIND(name) sqlite3_bind_int64(put, index++, \
	(int64_t)batch->counters.name);
	SW_FOR_EACH_COUNTER(BIND)
	return sw_store_run(merge->store, put);
}

/* Was the batch, or a later one of its sender, merged before? */
static enum sw_result
is_duplicate(struct sw_merge *merge, bool *duplicate)
{
	const struct sw_batch *batch = merge->batch;
	sqlite3_stmt *get = merge->store->statements[SW_STATEMENT_SENDER_GET];
	int64_t last;
	bool found;
	enum sw_result result;

	sqlite3_bind_blob(get, 1, batch->instance, SW_INSTANCE_SIZE,
	    SQLITE_STATIC);
	result = get_number(merge->store, get, &last, &found);
	*duplicate = found && batch->sequence <= (uint64_t)last;
	return result;
}

static bool
clock_is_off(const struct sw_batch *batch, uint32_t today)
{
	return batch->sent_day != 0 &&
	    (batch->sent_day > today + CLOCK_AHEAD_MAX ||
	    batch->sent_day + CLOCK_BEHIND_MAX < today);
}

/* All of a batch that is no duplicate. */
static enum sw_result
merge_batch(struct sw_merge *merge)
{
	const struct sw_batch *batch = merge->batch;
	enum sw_result result = SW_OK;

	merge->suffixes = calloc(batch->group_count + 1,
	    sizeof(*merge->suffixes));
	if (merge->suffixes == NULL) {
		sw_store_complain(merge->store, "out of memory");
		return SW_ERR_MEMORY;
	}
	if (clock_is_off(batch, merge->today)) {
		merge->refused = batch->observation_count;
	} else {
		result = sw_store_find_key(merge->store, batch->key_id,
		    &merge->key);
		if (result == SW_OK && batch->sent_day != 0)
			result = sw_store_put_resolver_day(merge,
			    batch->sent_day);
		if (result == SW_OK)
			result = sw_store_merge_sightings(merge);
	}
	if (result == SW_OK)
		result = put_resolver(merge);
	if (result == SW_OK)
		result = put_sender(merge);
	free(merge->suffixes);
	return result;
}

static enum sw_result
merge_delivery(struct sw_store *store,
    const struct sw_store_delivery *delivery, uint32_t today,
    struct sw_volumes *volumes, struct sw_store_merged *merged)
{
	struct sw_merge merge = {
		.store = store,
		.volumes = volumes,
		.batch = delivery->batch,
		.resolver = delivery->resolver,
		.today = today,
	};
	struct sw_store_merged of_this = { .duplicates = 1 };
	bool duplicate;
	enum sw_result result;

	result = is_duplicate(&merge, &duplicate);
	if (result == SW_OK && !duplicate) {
		result = merge_batch(&merge);
		of_this = (struct sw_store_merged){
			.batches = 1,
			.observations = merge.observations,
			.refused = merge.refused,
		};
	}
	if (result != SW_OK)
		return result;
	merged->batches += of_this.batches;
	merged->duplicates += of_this.duplicates;
	merged->observations += of_this.observations;
	merged->refused += of_this.refused;
	if (delivery->merged != NULL)
		*delivery->merged = of_this;
	return SW_OK;
}

enum sw_result
sw_store_merge(struct sw_store *store,
    const struct sw_store_delivery *deliveries, size_t count, uint32_t today,
    struct sw_store_merged *merged)
{
	struct sw_store_merged totals = { 0 };
	struct sw_volumes volumes = { 0 };
	enum sw_result result;

	if (merged != NULL)
		*merged = totals;
	result = sw_store_begin(store);
	if (result != SW_OK)
		return result;
	for (size_t i = 0; i < count && result == SW_OK; i++)
		result = merge_delivery(store, &deliveries[i], today, &volumes,
		    &totals);
	if (result == SW_OK)
		result = sw_volumes_put(&volumes, store);
	sw_volumes_fini(&volumes);
	result = sw_store_end(store, result);
	if (result == SW_OK && merged != NULL)
		*merged = totals;
	return result;
}
