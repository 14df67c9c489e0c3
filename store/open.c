/*
 * Opening and closing.
 */
#include <stdlib.h>

#include "arrivals.h"
#include "cursor.h"

static enum sw_result
set_up_connection(struct sw_store *store)
{
	/* Of a file that may come from elsewhere, trust nothing. */
	return sw_store_execute(store,
	    "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
}

/*
 * A write-ahead log, so that readers and the writer don't wait for each
 * other; EXTRA, so that a commit is durable, and so that the journal with
 * which a new file becomes one with a log does not come back after a power
 * cut and undo it, log and all; secure_delete, so that the days and resolvers
 * of a closed month are not left in the file's free space.
 */
static enum sw_result
set_up_writer(struct sw_store *store)
{
	sqlite3_stmt *statement = NULL;
	enum sw_result result;
	int persist = 1;

	result = sw_store_execute(store, "PRAGMA synchronous = EXTRA");
	if (result == SW_OK)
		result = sw_store_prepare(store, "PRAGMA journal_mode = WAL",
		    &statement);
	if (result != SW_OK)
		return result;
	if (sqlite3_step(statement) != SQLITE_ROW)
		result = sw_store_fail(store, "cannot begin a write-ahead log");
	else if (sqlite3_stricmp((const char *)sqlite3_column_text(statement,
	    0), "wal") != 0) {
		sw_store_complain(store, "cannot use a write-ahead log here");
		result = SW_ERR_UNSUPPORTED;
	}
	sqlite3_finalize(statement);
	if (result != SW_OK)
		return result;
	/*
	 * Leave the log and its index where they are, though empty: a reader
	 * that may not write to the folder needs to find them.
	 */
	sqlite3_file_control(store->db, "main", SQLITE_FCNTL_PERSIST_WAL,
	    &persist);
	return sw_store_execute(store,
	    "PRAGMA secure_delete = ON;"
	    /* Batches come back to the same pages; scans, never. */
	    "PRAGMA cache_size = -32768;"
	    "PRAGMA journal_size_limit = 67108864");
}

static enum sw_result
set_up(struct sw_store *store, const char *path)
{
	enum sw_result result;

	result = set_up_connection(store);
	if (result == SW_OK)
		result = sw_store_identify(store, path);
	if (result == SW_OK)
		result = sw_cursor_register(store);
	if (result != SW_OK || store->mode == SW_STORE_READ)
		return result;
	result = set_up_writer(store);
	if (result == SW_OK)
		result = sw_store_register_functions(store);
	if (result == SW_OK)
		result = sw_arrivals_register(store);
	if (result == SW_OK)
		result = sw_store_migrate(store);
	if (result == SW_OK)
		result = sw_store_prepare_merge(store);
	return result;
}

/* Say more than SQLite's "unable to open database file". */
static void
explain_open(struct sw_store *store, const char *path)
{
	char why[SW_STORE_ERROR_MAX / 2];

	sqlite3_snprintf((int)sizeof(why), why, "%s",
	    sqlite3_errcode(store->db) != SQLITE_OK ?
	    sqlite3_errmsg(store->db) : store->error);
	if ((sqlite3_errcode(store->db) & 0xff) == SQLITE_CANTOPEN &&
	    store->mode == SW_STORE_READ)
		sw_store_complain(store, "cannot open %s (%s): it must exist, "
		    "and its -wal and -shm files must be readable, or the "
		    "folder writable", path, why);
	else
		sw_store_complain(store, "cannot open %s: %s", path, why);
}

static enum sw_result
open_store(struct sw_store **store, const char *path, enum sw_store_mode mode,
    sw_store_progress progress, void *argument)
{
	struct sw_store *s;
	enum sw_result result;
	int flags = SQLITE_OPEN_NOMUTEX | (mode == SW_STORE_READ ?
	    SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);

	*store = s = calloc(1, sizeof(*s));
	if (s == NULL)
		return SW_ERR_MEMORY;
	s->mode = mode;
	if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
		explain_open(s, path);
		return SW_ERR_STORE;
	}
	sqlite3_busy_timeout(s->db, SW_STORE_BUSY_MS);
	if (progress != NULL)
		sw_store_watch(s, progress, argument);
	result = set_up(s, path);
	if (progress != NULL)
		sw_store_watch(s, NULL, NULL);
	/* Our own complaints name the file already. */
	if (result != SW_OK && result != SW_ERR_UNSUPPORTED)
		explain_open(s, path);
	return result;
}

enum sw_result
sw_store_open(struct sw_store **store, const char *path,
    enum sw_store_mode mode)
{
	return open_store(store, path, mode, NULL, NULL);
}

enum sw_result
sw_store_open_watched(struct sw_store **store, const char *path,
    sw_store_progress progress, void *argument)
{
	return open_store(store, path, SW_STORE_WRITE, progress, argument);
}

void
sw_store_finish(struct sw_store *store)
{
	for (size_t i = 0; i < SW_STATEMENT_COUNT; i++) {
		sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	sqlite3_close(store->db);
	store->db = NULL;
}

void
sw_store_close(struct sw_store **store)
{
	struct sw_store *s = *store;

	if (s == NULL)
		return;
	sw_store_finish(s);
	free(s);
	*store = NULL;
}

const char *
sw_store_error(const struct sw_store *store)
{
	return store != NULL ? store->error : "out of memory";
}
