#include "arrivals.h"

#include <string.h>

const char sw_arrivals_query[] =
    "SELECT a.rowid, j.suffix, j.pseudonym_key, j.name, "
    "s.features, s.dnssec, s.days, s.marks FROM arrival AS a "
    "LEFT JOIN subject AS j ON j.pseudonym = a.subject "
    "LEFT JOIN sighting AS s ON s.month = a.month AND s.subject = a.subject "
    "AND s.mechanism = a.mechanism AND s.outcome = a.outcome "
    "AND s.digest = a.digest";

static const char declaration[] =
    "CREATE TABLE arrival (month INTEGER, subject BLOB, mechanism INTEGER, "
    "outcome INTEGER, digest INTEGER)";

enum { MONTH, SUBJECT, MECHANISM, OUTCOME, DIGEST };

struct table {
	sqlite3_vtab base;
	const struct sw_store *store;
};

struct cursor {
	sqlite3_vtab_cursor base;
	const struct sw_arrival *arrivals;
	size_t count;
	size_t at;
};

static int
connect_table(sqlite3 *db, void *store, int argc, const char *const *argv,
    sqlite3_vtab **vtab, char **error)
{
	struct table *table;
	int code = sqlite3_declare_vtab(db, declaration);

	(void)argc;
	(void)argv;
	(void)error;
	if (code != SQLITE_OK)
		return code;
	sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
	table = sqlite3_malloc(sizeof(*table));
	if (table == NULL)
		return SQLITE_NOMEM;
	memset(table, 0, sizeof(*table));
	table->store = store;
	*vtab = &table->base;
	return SQLITE_OK;
}

static int
disconnect_table(sqlite3_vtab *vtab)
{
	sqlite3_free(vtab);
	return SQLITE_OK;
}

/* There is but one way: all rows in their order. */
static int
plan_query(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
	(void)vtab;
	info->estimatedCost = 1;
	return SQLITE_OK;
}

static int
open_cursor(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out)
{
	struct cursor *cursor = sqlite3_malloc(sizeof(*cursor));

	(void)vtab;
	if (cursor == NULL)
		return SQLITE_NOMEM;
	memset(cursor, 0, sizeof(*cursor));
	*out = &cursor->base;
	return SQLITE_OK;
}

static int
close_cursor(sqlite3_vtab_cursor *base)
{
	sqlite3_free(base);
	return SQLITE_OK;
}

static struct cursor *
ours(sqlite3_vtab_cursor *base)
{
	return (struct cursor *)(void *)base;
}

static int
begin_rows(sqlite3_vtab_cursor *base, int number, const char *text, int argc,
    sqlite3_value **argv)
{
	const struct table *table = (const void *)base->pVtab;
	struct cursor *cursor = ours(base);

	(void)number;
	(void)text;
	(void)argc;
	(void)argv;
	cursor->arrivals = table->store->arrivals;
	cursor->count = table->store->arrival_count;
	cursor->at = 0;
	return SQLITE_OK;
}

static int
next_row(sqlite3_vtab_cursor *base)
{
	ours(base)->at++;
	return SQLITE_OK;
}

static int
is_over(sqlite3_vtab_cursor *base)
{
	return ours(base)->at >= ours(base)->count;
}

static int
get_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	const struct sw_arrival *row = &ours(base)->arrivals[ours(base)->at];

	switch (column) {
	case MONTH:
		sqlite3_result_int64(context, row->month);
		break;
	case SUBJECT:
		sqlite3_result_blob(context, row->subject, SW_PSEUDONYM_SIZE,
		    SQLITE_STATIC);
		break;
	case MECHANISM:
		sqlite3_result_int(context, row->mechanism);
		break;
	case OUTCOME:
		sqlite3_result_int(context, row->outcome);
		break;
	case DIGEST:
		sqlite3_result_int64(context, (int64_t)row->digest);
		break;
	default:
		break;
	}
	return SQLITE_OK;
}

static int
get_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
	*rowid = (sqlite3_int64)ours(base)->at;
	return SQLITE_OK;
}

/* Without xCreate: the table is there by itself, and only so. */
static const sqlite3_module module = {
	.xConnect = connect_table,
	.xDisconnect = disconnect_table,
	.xBestIndex = plan_query,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = begin_rows,
	.xNext = next_row,
	.xEof = is_over,
	.xColumn = get_column,
	.xRowid = get_rowid,
};

enum sw_result
sw_arrivals_register(struct sw_store *store)
{
	if (sqlite3_create_module(store->db, "arrival", &module, store) !=
	    SQLITE_OK)
		return sw_store_fail(store, "cannot register a table");
	return SW_OK;
}
