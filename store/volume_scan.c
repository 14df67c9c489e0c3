/*
 * Reading what stands for all subjects together: resolver-days of keys, and
 * volumes.
 */
#include <string.h>

#include "internal.h"

/* Run a query with a row function until one of them fails. */
static enum sw_result
for_each_row(struct sw_store *store, sqlite3_stmt *query,
    enum sw_result (*row)(void *argument, sqlite3_stmt *query), void *argument)
{
	enum sw_result result = SW_OK;
	int step = SQLITE_DONE;

	while (result == SW_OK && (step = sqlite3_step(query)) == SQLITE_ROW)
		result = row(argument, query);
	if (result == SW_OK && step != SQLITE_DONE)
		result = sw_store_fail(store, "cannot read");
	return result;
}

/* --- Days of keys --------------------------------------------------------- */

struct days_visit {
	struct sw_store *store;
	sw_store_visit_days visit;
	void *argument;
};

static enum sw_result
visit_days(void *argument, sqlite3_stmt *query)
{
	const struct days_visit *visit = argument;
	struct sw_store_days days = { .days = 0 };
	const void *key_id = sqlite3_column_blob(query, 0);

	if (sqlite3_column_bytes(query, 0) != SW_KEY_ID_SIZE) {
		sw_store_complain(visit->store,
		    "damaged table pseudonym_key");
		return SW_ERR_STORE;
	}
	memcpy(days.key_id, key_id, SW_KEY_ID_SIZE);
	days.days = (uint64_t)sqlite3_column_int64(query, 1);
	days.begin = (uint32_t)sqlite3_column_int64(query, 2);
	return visit->visit(visit->argument, &days);
}

enum sw_result
sw_store_days(struct sw_store *store, uint32_t first, uint32_t last,
    sw_store_visit_days visit, void *argument)
{
	struct days_visit wrapped = { store, visit, argument };
	uint32_t after = sw_month_next(last);
	sqlite3_stmt *query = NULL;
	enum sw_result result;

	store->error[0] = '\0';
	result = sw_store_prepare(store, "SELECT key_id, "
	    "count(*) FILTER (WHERE day >= ?1 AND day < ?2) AS n, min(day) "
	    "FROM resolver_day JOIN pseudonym_key AS k ON k.id = pseudonym_key "
	    "GROUP BY key_id HAVING n > 0 ORDER BY key_id", &query);
	if (result != SW_OK)
		return result;
	sqlite3_bind_int64(query, 1, sw_month_first_day(first));
	sqlite3_bind_int64(query, 2, after != 0 ? sw_month_first_day(after) :
	    UINT32_MAX);
	result = for_each_row(store, query, visit_days, &wrapped);
	sqlite3_finalize(query);
	return result;
}

/* --- Volumes -------------------------------------------------------------- */

struct volume_visit {
	sw_store_visit_volume visit;
	void *argument;
};

static enum sw_result
visit_volume(void *argument, sqlite3_stmt *query)
{
	const struct volume_visit *visit = argument;
	struct sw_store_volume volume = {
		.month = (uint32_t)sqlite3_column_int64(query, 0),
		.group.suffix = (const char *)sqlite3_column_text(query, 1),
		.group.registry = (const char *)sqlite3_column_text(query, 2),
		.group.type = (const char *)sqlite3_column_text(query, 3),
		.mechanism = (uint8_t)sqlite3_column_int(query, 4),
		.outcome = (uint8_t)sqlite3_column_int(query, 5),
		.days = (uint64_t)sqlite3_column_int64(query, 6),
	};

	if (volume.group.suffix == NULL || volume.group.registry == NULL ||
	    volume.group.type == NULL)
		return SW_ERR_MEMORY;
	return visit->visit(visit->argument, &volume);
}

enum sw_result
sw_store_volumes(struct sw_store *store, const uint8_t *key_id, uint32_t first,
    uint32_t last, sw_store_visit_volume visit, void *argument)
{
	struct volume_visit wrapped = { visit, argument };
	sqlite3_stmt *query = NULL;
	enum sw_result result;

	store->error[0] = '\0';
	result = sw_store_prepare(store, "SELECT month, s.suffix, registry, "
	    "type, mechanism, outcome, sum(days) FROM volume "
	    "JOIN suffix AS s ON s.id = volume.suffix "
	    "WHERE month BETWEEN ?1 AND ?2 AND (?3 IS NULL OR pseudonym_key = "
	    "(SELECT id FROM pseudonym_key WHERE key_id = ?3)) "
	    "GROUP BY month, s.suffix, registry, type, mechanism, outcome "
	    "ORDER BY month, s.suffix, registry, type, mechanism, outcome",
	    &query);
	if (result != SW_OK)
		return result;
	sqlite3_bind_int64(query, 1, first);
	sqlite3_bind_int64(query, 2, last);
	if (key_id != NULL)
		sqlite3_bind_blob(query, 3, key_id, SW_KEY_ID_SIZE,
		    SQLITE_STATIC);
	result = for_each_row(store, query, visit_volume, &wrapped);
	sqlite3_finalize(query);
	return result;
}
