/*
 * The few SQLite calls that all of the store goes through, with our results.
 */
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

#define PROGRESS_STEPS 100000	/* of SQLite's machine */

enum sw_result
sw_store_fail(struct sw_store *store, const char *doing)
{
	int code = sqlite3_errcode(store->db);

	if ((code & 0xff) == SQLITE_BUSY)
		snprintf(store->error, sizeof(store->error), "%s: %s, another "
		    "program held it for %d seconds", doing,
		    sqlite3_errmsg(store->db), SW_STORE_BUSY_MS / 1000);
	else
		snprintf(store->error, sizeof(store->error), "%s: %s", doing,
		    sqlite3_errmsg(store->db));
	return (code & 0xff) == SQLITE_NOMEM ? SW_ERR_MEMORY : SW_ERR_STORE;
}

void
sw_store_complain(struct sw_store *store, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(store->error, sizeof(store->error), format, arguments);
	va_end(arguments);
}

enum sw_result
sw_store_prepare(struct sw_store *store, const char *sql,
    sqlite3_stmt **statement)
{
	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    statement, NULL) != SQLITE_OK)
		return sw_store_fail(store, "cannot prepare a statement");
	return SW_OK;
}

enum sw_result
sw_store_query(struct sw_store *store, sqlite3_stmt **statement,
    const char *sql, size_t count, const int64_t *numbers)
{
	enum sw_result result = sw_store_prepare(store, sql, statement);

	for (size_t i = 0; i < count && result == SW_OK; i++)
		sqlite3_bind_int64(*statement, (int)i + 1, numbers[i]);
	return result;
}

enum sw_result
sw_store_step(struct sw_store *store, sqlite3_stmt *statement, bool *row)
{
	int step = sqlite3_step(statement);

	*row = step == SQLITE_ROW;
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return sw_store_fail(store, "cannot read");
	return SW_OK;
}

enum sw_result
sw_store_execute(struct sw_store *store, const char *sql)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sw_store_fail(store, "cannot change the database");
	return SW_OK;
}

enum sw_result
sw_store_run(struct sw_store *store, sqlite3_stmt *statement)
{
	enum sw_result result = SW_OK;

	if (sqlite3_step(statement) != SQLITE_DONE)
		result = sw_store_fail(store, "cannot write");
	sqlite3_reset(statement);
	return result;
}

enum sw_result
sw_store_number(struct sw_store *store, const char *sql, int64_t *number)
{
	sqlite3_stmt *statement = NULL;
	enum sw_result result;
	int step;

	*number = 0;
	result = sw_store_prepare(store, sql, &statement);
	if (result != SW_OK)
		return result;
	step = sqlite3_step(statement);
	if (step == SQLITE_ROW)
		*number = sqlite3_column_int64(statement, 0);
	else if (step != SQLITE_DONE)
		result = sw_store_fail(store, "cannot read");
	sqlite3_finalize(statement);
	return result;
}

enum sw_result
sw_store_begin(struct sw_store *store)
{
	store->error[0] = '\0';
	/* IMMEDIATE: wait for another writer here, not in the middle. */
	if (sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
	    SQLITE_OK)
		return sw_store_fail(store, "cannot begin a transaction");
	return SW_OK;
}

/* What is written to a file without a name is not stored, but lost. */
static enum sw_result
check_place(struct sw_store *store)
{
	int moved = 0;

	if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED,
	    &moved) != SQLITE_OK || moved == 0)
		return SW_OK;
	sw_store_complain(store, "the database was moved, removed or replaced "
	    "while it was open: put it back, or restart");
	return SW_ERR_STORE;
}

enum sw_result
sw_store_end(struct sw_store *store, enum sw_result result)
{
	if (result == SW_OK)
		result = check_place(store);
	if (result == SW_OK && sqlite3_exec(store->db, "COMMIT", NULL, NULL,
	    NULL) != SQLITE_OK)
		result = sw_store_fail(store, "cannot commit");
	/* Some errors roll back by themselves; then there is nothing to do. */
	if (result != SW_OK && sqlite3_get_autocommit(store->db) == 0)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

/* SQLite's progress handler: other than 0 interrupts. */
static int
tell_progress(void *argument)
{
	const struct sw_store *store = argument;

	return !store->progress(store->progress_argument, store->visited, 0);
}

void
sw_store_watch(struct sw_store *store, sw_store_progress progress,
    void *argument)
{
	store->progress = progress;
	store->progress_argument = argument;
	sqlite3_progress_handler(store->db, PROGRESS_STEPS,
	    progress != NULL ? tell_progress : NULL, store);
}
