/*
 * One database of several: the union of what they hold, in the same
 * statements that batches go through, or as like them as can be.
 *
 * Open months come first and are united as if their batches had come to one
 * collector. Then the months are closed that any of the databases has closed,
 * and only then comes what is left of those, for which nothing better than
 * the largest count can be said.
 */
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "unite.h"

struct inputs {
	const char *const *paths;
	struct sw_store **stores;
	size_t count;
};

/* --- Opening -------------------------------------------------------------- */

static enum sw_result
open_inputs(struct sw_store *out, struct inputs *inputs)
{
	enum sw_result result = SW_OK;
	int64_t id;

	inputs->stores = calloc(inputs->count + 1, sizeof(*inputs->stores));
	if (inputs->stores == NULL) {
		sw_store_complain(out, "out of memory");
		return SW_ERR_MEMORY;
	}
	for (size_t i = 0; i < inputs->count && result == SW_OK; i++) {
		struct sw_store **in = &inputs->stores[i];

		result = sw_store_open(in, inputs->paths[i], SW_STORE_READ);
		if (result == SW_OK)
			result = sw_store_execute(*in, "BEGIN");
		if (result == SW_OK)	/* here its snapshot begins */
			result = sw_store_number(*in,
			    "SELECT id FROM database", &id);
		if (result != SW_OK)
			sw_store_complain(out, "%s", sw_store_error(*in));
	}
	return result;
}

static void
close_inputs(struct inputs *inputs)
{
	for (size_t i = 0; inputs->stores != NULL && i < inputs->count; i++)
		sw_store_close(&inputs->stores[i]);
	free(inputs->stores);
}

/* --- Contents ------------------------------------------------------------- */

static enum sw_result
unite_subjects(struct sw_unite *unite)
{
	const struct sw_id_map *const maps[] = { NULL, &unite->suffixes,
		&unite->keys, NULL };

	return sw_unite_rows(unite, "SELECT pseudonym, suffix, pseudonym_key, "
	    "name FROM subject ORDER BY pseudonym",
	    unite->out->statements[SW_STATEMENT_SUBJECT_PUT], maps);
}

static enum sw_result
unite_open_sightings(struct sw_unite *unite)
{
	return sw_unite_rows(unite, "SELECT month, subject, mechanism, "
	    "outcome, digest, features, dnssec, days, marks FROM sighting "
	    "WHERE days <> 0 "
	    "ORDER BY month, subject, mechanism, outcome, digest",
	    unite->out->statements[SW_STATEMENT_SIGHTING_PUT], NULL);
}

static enum sw_result
unite_resolvers(struct sw_unite *unite)
{
	const struct sw_id_map *const maps[] = { NULL, NULL, &unite->keys };
	enum sw_result result;

	result = sw_unite_rows(unite,
	    "SELECT name, tag, first_day, last_day FROM resolver",
	    unite->out->statements[SW_STATEMENT_RESOLVER_PUT], NULL);
	if (result == SW_OK)
		result = sw_unite_rows(unite,
		    "SELECT day, resolver, pseudonym_key FROM resolver_day",
		    unite->out->statements[SW_STATEMENT_RESOLVER_DAY_PUT],
		    maps);
	return result;
}

static enum sw_result
unite_volumes(struct sw_unite *unite)
{
	const struct sw_id_map *const maps[] = { NULL, NULL, &unite->keys,
		&unite->suffixes, NULL, NULL, NULL };

	return sw_unite_table(unite, "SELECT month, source, pseudonym_key, "
	    "suffix, mechanism, outcome, days FROM volume",
	    "INSERT INTO volume (month, source, pseudonym_key, suffix, "
	    "mechanism, outcome, days) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
	    "ON CONFLICT DO UPDATE SET days = max(days, excluded.days)", maps);
}

/* A month that one of them has begun to close is closed in the end. */
static enum sw_result
unite_closed_months(struct sw_unite *unite)
{
	return sw_unite_table(unite, "SELECT month FROM closed_month",
	    "INSERT INTO temp.to_close (month) VALUES (?1) "
	    "ON CONFLICT DO NOTHING", NULL);
}

static enum sw_result
unite_first_part(struct sw_unite *unite)
{
	enum sw_result result;

	result = sw_unite_ids(unite);
	if (result == SW_OK)
		result = unite_subjects(unite);
	if (result == SW_OK)
		result = unite_open_sightings(unite);
	if (result == SW_OK)
		result = unite_resolvers(unite);
	if (result == SW_OK)
		result = unite_volumes(unite);
	if (result == SW_OK)
		result = sw_unite_senders(unite);
	if (result == SW_OK)
		result = unite_closed_months(unite);
	sw_unite_forget_ids(unite);
	return result;
}

static enum sw_result
close_months(struct sw_store *out)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	bool row = true, more;

	result = sw_store_prepare(out,
	    "SELECT month FROM temp.to_close ORDER BY month", &query);
	while (result == SW_OK &&
	    (result = sw_store_step(out, query, &row)) == SW_OK && row) {
		do {
			result = sw_store_close_month(out,
			    (uint32_t)sqlite3_column_int64(query, 0), &more);
		} while (result == SW_OK && more);
	}
	sqlite3_finalize(query);
	return result;
}

static enum sw_result
unite_closed_sightings(struct sw_unite *unite)
{
	return sw_unite_table(unite, "SELECT month, subject, mechanism, "
	    "outcome, digest, features, dnssec, seen, ord FROM sighting "
	    "WHERE days = 0 "
	    "ORDER BY month, subject, mechanism, outcome, digest",
	    "INSERT INTO sighting (month, subject, mechanism, outcome, digest, "
	    "features, dnssec, days, marks, seen, ord) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, NULL, ?8, ?9) "
	    "ON CONFLICT DO UPDATE SET "
	    "features = sw_features(features, excluded.features), "
	    "dnssec = dnssec | excluded.dnssec, "
	    "seen = max(seen, excluded.seen), ord = max(ord, excluded.ord)",
	    NULL);
}

static enum sw_result
unite(struct sw_store *out, const struct inputs *inputs,
    sw_store_progress progress, void *argument)
{
	struct sw_unite unite = { .out = out, .progress = progress,
		.argument = argument };
	enum sw_result result;

	result = sw_store_execute(out,
	    "CREATE TEMP TABLE to_close (month INTEGER PRIMARY KEY)");
	for (size_t i = 0; i < inputs->count && result == SW_OK; i++) {
		unite.in = inputs->stores[i];
		result = unite_first_part(&unite);
	}
	if (result == SW_OK)
		result = sw_unite_sum_senders(out);
	if (result == SW_OK)
		result = close_months(out);
	for (size_t i = 0; i < inputs->count && result == SW_OK; i++) {
		unite.in = inputs->stores[i];
		result = unite_closed_sightings(&unite);
	}
	return result;
}

/* --- The file ------------------------------------------------------------- */

/* It is brought to the disk at once, when it is complete. */
static enum sw_result
open_output(struct sw_store **store, const char *temporary)
{
	enum sw_result result;

	result = sw_store_open(store, temporary, SW_STORE_WRITE);
	if (result == SW_OK)
		result = sw_store_execute(*store, "PRAGMA synchronous = OFF");
	return result;
}

/* Leave one file, without a log, and keep the error. */
static enum sw_result
finish_output(struct sw_store *store)
{
	enum sw_result result;
	int persist = 0;

	sqlite3_file_control(store->db, "main", SQLITE_FCNTL_PERSIST_WAL,
	    &persist);
	result = sw_store_execute(store, "PRAGMA journal_mode = DELETE");
	sw_store_finish(store);
	return result;
}

static enum sw_result
make(struct sw_store **store, const char *temporary, struct inputs *inputs,
    sw_store_progress progress, void *argument)
{
	enum sw_result result;

	result = open_output(store, temporary);
	if (result != SW_OK)
		return result;
	result = open_inputs(*store, inputs);
	if (result == SW_OK)
		result = sw_unite_check_keys(*store, inputs->stores,
		    inputs->paths, inputs->count);
	if (result == SW_OK)
		result = unite(*store, inputs, progress, argument);
	close_inputs(inputs);
	if (result == SW_OK)
		result = finish_output(*store);
	return result;
}

enum sw_result
sw_store_unite(struct sw_store **store, const char *path,
    const char *const *inputs, size_t count, sw_store_progress progress,
    void *argument)
{
	struct inputs opened = { .paths = inputs, .count = count };
	struct sw_store *out = NULL;
	enum sw_result result;
	char *temporary;

	/* A store without a database, for the words. */
	*store = calloc(1, sizeof(**store));
	if (*store == NULL)
		return SW_ERR_MEMORY;
	if (sw_file_exists(path, "") || sw_file_exists(path, "-wal")) {
		sw_store_complain(*store, "%s exists", path);
		return SW_ERR_INVALID;
	}
	temporary = sw_file_begin(*store, path);
	if (temporary == NULL)
		return SW_ERR_SYSTEM;
	result = make(&out, temporary, &opened, progress, argument);
	sw_store_complain(*store, "%s", sw_store_error(out));
	sw_store_close(&out);
	if (result == SW_OK)
		result = sw_file_publish(*store, temporary, path);
	else
		sw_file_remove(temporary);
	free(temporary);
	return result;
}
