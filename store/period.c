/*
 * Reading what a period is made of: its key, its groups, its resolvers.
 */
#include <string.h>

#include "internal.h"

struct choice {
	struct sw_store_period *period;
	uint32_t begin;
};

static enum sw_result
weigh_key(void *argument, const struct sw_store_days *days)
{
	struct choice *choice = argument;
	struct sw_store_period *period = choice->period;

	period->keys++;
	if (period->counted && (days->days < period->units ||
	    (days->days == period->units && days->begin < choice->begin)))
		return SW_OK;
	period->counted = true;
	memcpy(period->key_id, days->key_id, SW_KEY_ID_SIZE);
	period->units = days->days;
	choice->begin = days->begin;
	return SW_OK;
}

/* Without a resolver's word: the key that came last. */
static enum sw_result
newest_key(struct sw_store *store, uint8_t key_id[SW_KEY_ID_SIZE])
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;

	result = sw_store_prepare(store, "SELECT key_id FROM pseudonym_key "
	    "ORDER BY id DESC LIMIT 1", &query);
	if (result != SW_OK)
		return result;
	if (sqlite3_step(query) == SQLITE_ROW) {
		const void *blob = sqlite3_column_blob(query, 0);

		if (sqlite3_column_bytes(query, 0) == SW_KEY_ID_SIZE)
			memcpy(key_id, blob, SW_KEY_ID_SIZE);
	}
	sqlite3_finalize(query);
	return SW_OK;
}

enum sw_result
sw_store_period(struct sw_store *store, uint32_t first, uint32_t last,
    struct sw_store_period *period)
{
	struct choice choice = { .period = period };
	enum sw_result result;

	memset(period, 0, sizeof(*period));
	result = sw_store_days(store, first, last, weigh_key, &choice);
	if (result == SW_OK && !period->counted)
		result = newest_key(store, period->key_id);
	return result;
}

enum sw_result
sw_store_period_key(struct sw_store *store, uint32_t first, uint32_t last,
    int64_t *key)
{
	struct sw_store_period period;
	sqlite3_stmt *query = NULL;
	enum sw_result result;

	*key = 0;
	result = sw_store_period(store, first, last, &period);
	if (result == SW_OK)
		result = sw_store_prepare(store, "SELECT id FROM pseudonym_key "
		    "WHERE key_id = ?1", &query);
	if (result != SW_OK)
		return result;
	sqlite3_bind_blob(query, 1, period.key_id, SW_KEY_ID_SIZE,
	    SQLITE_STATIC);
	if (sqlite3_step(query) == SQLITE_ROW)
		*key = sqlite3_column_int64(query, 0);
	sqlite3_finalize(query);
	return SW_OK;
}

enum sw_result
sw_store_groups(struct sw_store *store, sw_store_visit_group visit,
    void *argument)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	int step = SQLITE_DONE;

	store->error[0] = '\0';
	result = sw_store_prepare(store, "SELECT suffix, registry, type "
	    "FROM suffix ORDER BY suffix, registry, type", &query);
	while (result == SW_OK && (step = sqlite3_step(query)) == SQLITE_ROW) {
		const struct sw_group group = {
			.suffix = (const char *)sqlite3_column_text(query, 0),
			.registry = (const char *)sqlite3_column_text(query, 1),
			.type = (const char *)sqlite3_column_text(query, 2)
		};

		result = group.suffix == NULL || group.registry == NULL ||
		    group.type == NULL ? SW_ERR_MEMORY : visit(argument, &group);
	}
	if (result == SW_OK && step != SQLITE_DONE)
		result = sw_store_fail(store, "cannot read suffixes");
	sqlite3_finalize(query);
	return result;
}

enum sw_result
sw_store_resolver_days(struct sw_store *store,
    const uint8_t key_id[SW_KEY_ID_SIZE], uint32_t first, uint32_t last,
    sw_store_visit_resolver_day visit, void *argument)
{
	uint32_t after = sw_month_next(last);
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	int step = SQLITE_DONE;

	store->error[0] = '\0';
	result = sw_store_prepare(store, "SELECT resolver, day "
	    "FROM resolver_day WHERE day >= ?1 AND day < ?2 AND pseudonym_key = "
	    "(SELECT id FROM pseudonym_key WHERE key_id = ?3) "
	    "ORDER BY resolver, day", &query);
	if (result != SW_OK)
		return result;
	sqlite3_bind_int64(query, 1, sw_month_first_day(first));
	sqlite3_bind_int64(query, 2, after != 0 ? sw_month_first_day(after) :
	    UINT32_MAX);
	sqlite3_bind_blob(query, 3, key_id, SW_KEY_ID_SIZE, SQLITE_STATIC);
	while (result == SW_OK && (step = sqlite3_step(query)) == SQLITE_ROW) {
		const struct sw_store_resolver_day day = {
			.resolver = (const char *)sqlite3_column_text(query, 0),
			.day = (uint32_t)sqlite3_column_int64(query, 1)
		};

		result = day.resolver == NULL ? SW_ERR_MEMORY :
		    visit(argument, &day);
	}
	if (result == SW_OK && step != SQLITE_DONE)
		result = sw_store_fail(store, "cannot read resolvers' days");
	sqlite3_finalize(query);
	return result;
}
