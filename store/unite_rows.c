/*
 * Rows from one database into another, whose ids are different.
 */
#include <stdlib.h>
#include <string.h>

#include "unite.h"

#define TRANSACTION_ROWS 65536

static enum sw_result
add_pair(struct sw_store *out, struct sw_id_map *map, int64_t theirs,
    int64_t ours)
{
	struct sw_id_pair *pairs;

	/* Grow at each power of two. */
	if ((map->count & (map->count - 1)) == 0) {
		pairs = realloc(map->pairs, (map->count != 0 ?
		    2 * map->count : 1) * sizeof(*pairs));
		if (pairs == NULL) {
			sw_store_complain(out, "out of memory");
			return SW_ERR_MEMORY;
		}
		map->pairs = pairs;
	}
	map->pairs[map->count].theirs = theirs;
	map->pairs[map->count++].ours = ours;
	return SW_OK;
}

static enum sw_result
map_key(struct sw_unite *unite, sqlite3_stmt *query)
{
	uint8_t key_id[SW_KEY_ID_SIZE];
	const void *blob = sqlite3_column_blob(query, 1);
	enum sw_result result;
	int64_t id;

	if (sqlite3_column_bytes(query, 1) != SW_KEY_ID_SIZE) {
		sw_store_complain(unite->out, "damaged table pseudonym_key");
		return SW_ERR_STORE;
	}
	memcpy(key_id, blob, SW_KEY_ID_SIZE);
	result = sw_store_find_key(unite->out, key_id, &id);
	if (result != SW_OK)
		return result;
	return add_pair(unite->out, &unite->keys,
	    sqlite3_column_int64(query, 0), id);
}

static enum sw_result
map_suffix(struct sw_unite *unite, sqlite3_stmt *query)
{
	const struct sw_group group = {
		(const char *)sqlite3_column_text(query, 1),
		(const char *)sqlite3_column_text(query, 2),
		(const char *)sqlite3_column_text(query, 3),
	};
	enum sw_result result;
	int64_t id;

	result = sw_store_find_suffix(unite->out, &group, &id);
	if (result != SW_OK)
		return result;
	return add_pair(unite->out, &unite->suffixes,
	    sqlite3_column_int64(query, 0), id);
}

/* An error of the input is told by the output's store. */
static enum sw_result
pass_on(struct sw_unite *unite, enum sw_result result)
{
	sw_store_complain(unite->out, "%s", unite->in->error);
	return result;
}

static enum sw_result
map_table(struct sw_unite *unite, const char *select,
    enum sw_result (*map)(struct sw_unite *unite, sqlite3_stmt *query))
{
	sqlite3_stmt *query = NULL;
	enum sw_result result, read;
	bool row = true;

	read = sw_store_prepare(unite->in, select, &query);
	result = sw_store_begin(unite->out);
	while (result == SW_OK && read == SW_OK &&
	    (read = sw_store_step(unite->in, query, &row)) == SW_OK && row)
		result = map(unite, query);
	sqlite3_finalize(query);
	if (read != SW_OK && result == SW_OK)
		result = pass_on(unite, read);
	return sw_store_end(unite->out, result);
}

enum sw_result
sw_unite_ids(struct sw_unite *unite)
{
	enum sw_result result;

	result = map_table(unite,
	    "SELECT id, key_id FROM pseudonym_key ORDER BY id", map_key);
	if (result == SW_OK)
		result = map_table(unite, "SELECT id, suffix, registry, type "
		    "FROM suffix ORDER BY id", map_suffix);
	return result;
}

void
sw_unite_forget_ids(struct sw_unite *unite)
{
	free(unite->keys.pairs);
	free(unite->suffixes.pairs);
	memset(&unite->keys, 0, sizeof(unite->keys));
	memset(&unite->suffixes, 0, sizeof(unite->suffixes));
}

static int
compare_pair(const void *key, const void *element)
{
	int64_t id = *(const int64_t *)key;
	const struct sw_id_pair *pair = element;

	return id < pair->theirs ? -1 : id > pair->theirs;
}

/* *ours is 0 where the id is not in the map. */
static void
map_id(const struct sw_id_map *map, int64_t theirs, int64_t *ours)
{
	const struct sw_id_pair *pair = NULL;

	if (map->count > 0)
		pair = bsearch(&theirs, map->pairs, map->count, sizeof(*pair),
		    compare_pair);
	*ours = pair != NULL ? pair->ours : 0;
}

static enum sw_result
put_row(struct sw_unite *unite, sqlite3_stmt *query, sqlite3_stmt *put,
    const struct sw_id_map *const *maps)
{
	int64_t id;

	for (int i = 0; i < sqlite3_column_count(query); i++) {
		if (maps == NULL || maps[i] == NULL) {
			sqlite3_bind_value(put, i + 1,
			    sqlite3_column_value(query, i));
			continue;
		}
		map_id(maps[i], sqlite3_column_int64(query, i), &id);
		if (id == 0) {
			sw_store_complain(unite->out, "a row refers to a key "
			    "or suffix that is missing: see \"senderwatch "
			    "check\"");
			return SW_ERR_STORE;
		}
		sqlite3_bind_int64(put, i + 1, id);
	}
	return sw_store_run(unite->out, put);
}

/* Once in a while: let the log not grow, and say how far it has come. */
static enum sw_result
pause_between(struct sw_unite *unite)
{
	enum sw_result result = sw_store_end(unite->out, SW_OK);

	if (result != SW_OK)
		return result;
	if (unite->progress != NULL &&
	    !unite->progress(unite->argument, unite->rows, 0))
		return SW_ERR_CLOSED;
	return sw_store_begin(unite->out);
}

enum sw_result
sw_unite_rows(struct sw_unite *unite, const char *select, sqlite3_stmt *put,
    const struct sw_id_map *const *maps)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result, read;
	bool row = true;

	read = sw_store_prepare(unite->in, select, &query);
	result = sw_store_begin(unite->out);
	while (result == SW_OK && read == SW_OK &&
	    (read = sw_store_step(unite->in, query, &row)) == SW_OK && row) {
		result = put_row(unite, query, put, maps);
		if (result == SW_OK && ++unite->rows % TRANSACTION_ROWS == 0)
			result = pause_between(unite);
	}
	sqlite3_finalize(query);
	if (read != SW_OK && result == SW_OK)
		result = pass_on(unite, read);
	/* It may have ended between two transactions. */
	if (sqlite3_get_autocommit(unite->out->db) != 0)
		return result;
	return sw_store_end(unite->out, result);
}

enum sw_result
sw_unite_table(struct sw_unite *unite, const char *select, const char *put,
    const struct sw_id_map *const *maps)
{
	sqlite3_stmt *statement = NULL;
	enum sw_result result;

	result = sw_store_prepare(unite->out, put, &statement);
	if (result == SW_OK)
		result = sw_unite_rows(unite, select, statement, maps);
	sqlite3_finalize(statement);
	return result;
}
