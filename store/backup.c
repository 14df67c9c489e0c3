/*
 * Online backup: a snapshot, whatever is merged meanwhile. An open read
 * transaction is what makes it one, and what keeps the copy from starting
 * over with each batch that comes.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "file.h"
#include "senderwatch/maintenance.h"

#define STEP_PAGES 256	/* a megabyte */

static enum sw_result
allow(struct sw_store *store, const char *path, bool replace)
{
	const char *database = sqlite3_db_filename(store->db, "main");
	struct stat ours, theirs, itself;

	if (lstat(path, &itself) != 0)
		return SW_OK;	/* of other troubles, making it will tell */
	if (database != NULL && stat(database, &ours) == 0 &&
	    stat(path, &theirs) == 0 && ours.st_dev == theirs.st_dev &&
	    ours.st_ino == theirs.st_ino)
		sw_store_complain(store, "%s is the database itself", path);
	else if (!replace)
		sw_store_complain(store, "%s exists", path);
	else if (!S_ISREG(itself.st_mode))
		/* A device or a link would be lost to a file. */
		sw_store_complain(store, "%s is no regular file", path);
	else if (sw_file_exists(path, "-wal") ||
	    sw_file_exists(path, "-journal"))
		sw_store_complain(store, "%s is a database in use: there is a "
		    "log beside it", path);
	else
		return SW_OK;
	return SW_ERR_INVALID;
}

/* The error that stands in the copy's connection, as ours. */
static enum sw_result
copy_failed(struct sw_store *store, sqlite3 *copy)
{
	sw_store_complain(store, "cannot copy: %s", copy != NULL ?
	    sqlite3_errmsg(copy) : "out of memory");
	return SW_ERR_STORE;
}

static enum sw_result
copy_pages(struct sw_store *store, sqlite3 *copy, sw_store_progress progress,
    void *argument)
{
	sqlite3_backup *backup = sqlite3_backup_init(copy, "main", store->db,
	    "main");
	enum sw_result result = SW_OK;
	int code = SQLITE_OK;

	if (backup == NULL)
		return copy_failed(store, copy);
	while (result == SW_OK &&
	    (code = sqlite3_backup_step(backup, STEP_PAGES)) == SQLITE_OK) {
		uint64_t total = (uint64_t)sqlite3_backup_pagecount(backup);
		uint64_t left = (uint64_t)sqlite3_backup_remaining(backup);

		if (progress != NULL && !progress(argument, total - left, total))
			result = SW_ERR_CLOSED;
	}
	if (sqlite3_backup_finish(backup) != SQLITE_OK && result == SW_OK)
		return copy_failed(store, copy);
	if (result == SW_OK && code != SQLITE_DONE)
		result = copy_failed(store, copy);
	return result;
}

/* A copy is for reading anywhere: it needs no log, and no file beside it. */
static enum sw_result
copy_to(struct sw_store *store, const char *path, sw_store_progress progress,
    void *argument)
{
	sqlite3 *copy = NULL;
	enum sw_result result;

	if (sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
	    sqlite3_exec(copy, "PRAGMA journal_mode = OFF; "
	    "PRAGMA synchronous = OFF", NULL, NULL, NULL) != SQLITE_OK)
		result = copy_failed(store, copy);
	else
		result = copy_pages(store, copy, progress, argument);
	if (result == SW_OK && sqlite3_exec(copy,
	    "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
		result = copy_failed(store, copy);
	sqlite3_close(copy);
	return result;
}

enum sw_result
sw_store_backup(struct sw_store *store, const char *path, bool replace,
    sw_store_progress progress, void *argument)
{
	char *temporary = NULL;
	enum sw_result result;
	int64_t id;

	store->error[0] = '\0';
	result = allow(store, path, replace);
	if (result != SW_OK)
		return result;
	temporary = sw_file_begin(store, path);
	if (temporary == NULL)
		return SW_ERR_SYSTEM;
	result = sw_store_execute(store, "BEGIN");
	if (result == SW_OK)	/* a read, which begins the snapshot */
		result = sw_store_number(store, "SELECT id FROM database",
		    &id);
	if (result == SW_OK)
		result = copy_to(store, temporary, progress, argument);
	if (sqlite3_get_autocommit(store->db) == 0)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	if (result == SW_OK)
		result = sw_file_publish(store, temporary, path);
	else
		sw_file_remove(temporary);
	free(temporary);
	return result;
}
