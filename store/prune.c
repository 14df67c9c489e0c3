/*
 * Retention: months that are older than the operator keeps them, and what
 * then stands for nothing any more.
 *
 * Every transaction is small, and as long as it took is waited before the
 * next, since whoever merges batches meanwhile polls for its turn.
 */
#include <string.h>
#include <time.h>

#include "internal.h"
#include "senderwatch/maintenance.h"

#define CHUNK "8192"		/* rows of a transaction, about */
/*
 * Days after which no batch of a sender can be merged any more, as its own
 * date would be refused: only then may its last sequence be forgotten.
 */
#define SENDER_DAYS 190
#define PAUSE_MIN_NS 1000000
#define PAUSE_MAX_NS 1000000000

struct pruning {
	struct sw_store *store;
	uint32_t first_month;
	uint32_t today;
	struct sw_store_pruned *pruned;
	sw_store_progress progress;
	void *argument;
	uint64_t done;
	struct timespec begun;	/* the transaction that is running */
};

/* --- Steps ---------------------------------------------------------------- */

static enum sw_result
begin_step(struct pruning *pruning)
{
	enum sw_result result = sw_store_begin(pruning->store);

	clock_gettime(CLOCK_MONOTONIC, &pruning->begun);
	return result;
}

static void
give_way(const struct pruning *pruning)
{
	struct timespec now, pause;
	int64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (now.tv_sec - pruning->begun.tv_sec) * INT64_C(1000000000) +
	    now.tv_nsec - pruning->begun.tv_nsec;
	if (ns < PAUSE_MIN_NS)
		ns = PAUSE_MIN_NS;
	if (ns > PAUSE_MAX_NS)
		ns = PAUSE_MAX_NS;
	pause.tv_sec = ns / 1000000000;
	pause.tv_nsec = ns % 1000000000;
	nanosleep(&pause, NULL);
}

static enum sw_result
end_step(struct pruning *pruning, enum sw_result result)
{
	result = sw_store_end(pruning->store, result);
	if (result != SW_OK)
		return result;
	if (pruning->progress != NULL &&
	    !pruning->progress(pruning->argument, pruning->done, 0)) {
		sw_store_complain(pruning->store, "interrupted");
		return SW_ERR_CLOSED;
	}
	give_way(pruning);
	return SW_OK;
}

/* Run a DELETE with numbers, and add up how many rows went. */
static enum sw_result
delete_rows(struct pruning *pruning, const char *sql, size_t count,
    const int64_t *numbers, uint64_t *deleted)
{
	sqlite3_stmt *statement = NULL;
	enum sw_result result;

	result = sw_store_query(pruning->store, &statement, sql, count,
	    numbers);
	if (result == SW_OK)
		result = sw_store_run(pruning->store, statement);
	sqlite3_finalize(statement);
	if (result == SW_OK) {
		*deleted += (uint64_t)sqlite3_changes(pruning->store->db);
		pruning->done += (uint64_t)sqlite3_changes(pruning->store->db);
	}
	return result;
}

/* --- Sightings ------------------------------------------------------------ */

/* Some rows of the oldest month; *more is false if there was none to go. */
static enum sw_result
delete_sightings(struct pruning *pruning, bool *more)
{
	const int64_t first = pruning->first_month;
	uint64_t before = pruning->pruned->sightings;
	enum sw_result result;

	result = begin_step(pruning);
	if (result != SW_OK)
		return result;
	/* To the end of a month if less than a chunk is left of it. */
	result = delete_rows(pruning, "WITH m(month) AS (SELECT min(month) "
	    "FROM sighting WHERE month < ?1) DELETE FROM sighting "
	    "WHERE month = (SELECT month FROM m) AND subject <= "
	    "ifnull((SELECT subject FROM sighting "
	    "WHERE month = (SELECT month FROM m) "
	    "ORDER BY month, subject, mechanism, outcome, digest "
	    "LIMIT 1 OFFSET " CHUNK "), x'ffffffffffffffffffffffffffffffff')",
	    1, &first, &pruning->pruned->sightings);
	*more = pruning->pruned->sightings != before;
	return end_step(pruning, result);
}

/* What else is of a month: few rows. */
static enum sw_result
delete_days(struct pruning *pruning)
{
	const int64_t month = pruning->first_month;
	const int64_t day = sw_month_first_day(pruning->first_month);
	enum sw_result result;
	uint64_t deleted = 0;

	result = begin_step(pruning);
	if (result != SW_OK)
		return result;
	result = delete_rows(pruning, "DELETE FROM volume WHERE month < ?1", 1,
	    &month, &deleted);
	if (result == SW_OK)
		result = delete_rows(pruning,
		    "DELETE FROM resolver_day WHERE day < ?1", 1, &day,
		    &deleted);
	/*
	 * Months stay in "closed_month": what should still come of them must
	 * not bring days with it.
	 */
	return end_step(pruning, result);
}

/* --- Subjects ------------------------------------------------------------- */

/* The months that are there, as "202601, 202602"; the caller frees it. */
static enum sw_result
list_months(struct sw_store *store, char **list)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	bool row;

	*list = NULL;
	result = sw_store_prepare(store, "WITH RECURSIVE m(month) AS ("
	    "SELECT min(month) FROM sighting UNION ALL SELECT (SELECT "
	    "min(month) FROM sighting WHERE month > m.month) FROM m "
	    "WHERE m.month IS NOT NULL) SELECT group_concat(month) FROM m",
	    &query);
	if (result == SW_OK)
		result = sw_store_step(store, query, &row);
	if (result == SW_OK && row) {
		const unsigned char *text = sqlite3_column_text(query, 0);

		*list = sqlite3_mprintf("%s", text != NULL ? (const char *)text
		    : "0");
		if (*list == NULL)
			result = SW_ERR_MEMORY;
	}
	sqlite3_finalize(query);
	return result;
}

/*
 * Those of a chunk of the table that are in none of the months. The months
 * are listed once more in each transaction: a new one may have begun.
 */
static enum sw_result
delete_from(struct pruning *pruning, uint8_t *after, size_t *length, bool *more)
{
	struct sw_store *store = pruning->store;
	sqlite3_stmt *find = NULL, *delete = NULL;
	char *months = NULL, *sql = NULL;
	enum sw_result result;
	uint8_t end[SW_PSEUDONYM_SIZE];

	memset(end, 0xff, sizeof(end));
	result = list_months(store, &months);
	if (result == SW_OK)
		result = sw_store_prepare(store, "SELECT pseudonym "
		    "FROM subject WHERE pseudonym > ?1 ORDER BY pseudonym "
		    "LIMIT 1 OFFSET " CHUNK, &find);
	if (result == SW_OK) {
		sqlite3_bind_blob(find, 1, after, (int)*length, SQLITE_STATIC);
		result = sw_store_step(store, find, more);
	}
	if (result == SW_OK && *more &&
	    sqlite3_column_bytes(find, 0) == SW_PSEUDONYM_SIZE)
		memcpy(end, sqlite3_column_blob(find, 0), sizeof(end));
	if (result == SW_OK) {
		sql = sqlite3_mprintf("DELETE FROM subject "
		    "WHERE pseudonym > ?1 AND pseudonym <= ?2 AND NOT EXISTS ("
		    "SELECT 1 FROM sighting WHERE month IN (%s) "
		    "AND sighting.subject = subject.pseudonym)", months);
		result = sql != NULL ? sw_store_prepare(store, sql, &delete) :
		    SW_ERR_MEMORY;
	}
	if (result == SW_OK) {
		sqlite3_bind_blob(delete, 1, after, (int)*length,
		    SQLITE_STATIC);
		sqlite3_bind_blob(delete, 2, end, sizeof(end), SQLITE_STATIC);
		result = sw_store_run(store, delete);
	}
	if (result == SW_OK) {
		pruning->pruned->subjects +=
		    (uint64_t)sqlite3_changes(store->db);
		pruning->done += (uint64_t)sqlite3_changes(store->db);
	}
	sqlite3_finalize(find);
	sqlite3_finalize(delete);
	sqlite3_free(months);
	sqlite3_free(sql);
	memcpy(after, end, sizeof(end));
	*length = sizeof(end);
	return result;
}

static enum sw_result
delete_subjects(struct pruning *pruning)
{
	uint8_t after[SW_PSEUDONYM_SIZE] = { 0 };
	enum sw_result result = SW_OK;
	size_t length = 0;
	bool more = true;

	while (result == SW_OK && more) {
		result = begin_step(pruning);
		if (result != SW_OK)
			break;
		result = delete_from(pruning, after, &length, &more);
		result = end_step(pruning, result);
	}
	return result;
}

/* --- What is referred to -------------------------------------------------- */

static enum sw_result
delete_senders(struct pruning *pruning)
{
	const int64_t days[] = { sw_month_first_day(pruning->first_month),
		(int64_t)pruning->today - SENDER_DAYS };
	struct sw_store_pruned *pruned = pruning->pruned;
	enum sw_result result;
	uint64_t deleted = 0;

	result = begin_step(pruning);
	if (result != SW_OK)
		return result;
	result = delete_rows(pruning, "DELETE FROM sender "
	    "WHERE last_day < ?1 AND last_day < ?2", 2, days, &pruned->senders);
	if (result == SW_OK)
		result = delete_rows(pruning, "DELETE FROM receipt "
		    "WHERE instance NOT IN (SELECT instance FROM sender)", 0,
		    NULL, &deleted);
	if (result == SW_OK)
		result = delete_rows(pruning, "DELETE FROM resolver "
		    "WHERE name NOT IN (SELECT resolver FROM resolver_day)", 0,
		    NULL, &pruned->resolvers);
	return end_step(pruning, result);
}

/*
 * Suffixes and keys that no subject has, found without keeping anyone from
 * writing, since it takes a look at every subject. Who began to use one since
 * then has left a row in "volume" and "resolver_day" with it: these are
 * looked at while they are deleted.
 */
static enum sw_result
find_unused(struct sw_store *store)
{
	return sw_store_execute(store,
	    "CREATE TEMP TABLE used_by_subject AS SELECT DISTINCT suffix, "
	    "pseudonym_key FROM subject;"
	    "CREATE TEMP TABLE unused_suffix AS SELECT id FROM suffix "
	    "WHERE id NOT IN (SELECT suffix FROM temp.used_by_subject);"
	    "CREATE TEMP TABLE unused_key AS SELECT id FROM pseudonym_key "
	    "WHERE id NOT IN (SELECT pseudonym_key FROM temp.used_by_subject)");
}

static enum sw_result
delete_unused(struct pruning *pruning)
{
	struct sw_store *store = pruning->store;
	enum sw_result result;

	/* Before the snapshot: no suffix that is newer than it. */
	result = sw_store_execute(store, "BEGIN");
	if (result == SW_OK)
		result = sw_store_end(store, find_unused(store));
	if (result == SW_OK)
		result = begin_step(pruning);
	if (result != SW_OK)
		return result;
	result = delete_rows(pruning, "DELETE FROM suffix "
	    "WHERE id IN (SELECT id FROM temp.unused_suffix) "
	    "AND id NOT IN (SELECT suffix FROM volume)", 0, NULL,
	    &pruning->pruned->suffixes);
	if (result == SW_OK)
		result = delete_rows(pruning, "DELETE FROM pseudonym_key "
		    "WHERE id IN (SELECT id FROM temp.unused_key) "
		    "AND id NOT IN (SELECT pseudonym_key FROM volume) "
		    "AND id NOT IN (SELECT pseudonym_key FROM resolver_day)",
		    0, NULL, &pruning->pruned->keys);
	result = end_step(pruning, result);
	sqlite3_exec(store->db, "DROP TABLE temp.unused_suffix; "
	    "DROP TABLE temp.unused_key; DROP TABLE temp.used_by_subject",
	    NULL, NULL, NULL);
	return result;
}

enum sw_result
sw_store_prune(struct sw_store *store, uint32_t first_month, uint32_t today,
    struct sw_store_pruned *pruned, sw_store_progress progress, void *argument)
{
	struct pruning pruning = { .store = store, .first_month = first_month,
		.today = today, .pruned = pruned, .progress = progress,
		.argument = argument };
	enum sw_result result = SW_OK;
	bool more = true;

	memset(pruned, 0, sizeof(*pruned));
	store->error[0] = '\0';
	while (result == SW_OK && more)
		result = delete_sightings(&pruning, &more);
	if (result == SW_OK)
		result = delete_days(&pruning);
	if (result == SW_OK)
		result = delete_subjects(&pruning);
	if (result == SW_OK)
		result = delete_senders(&pruning);
	if (result == SW_OK)
		result = delete_unused(&pruning);
	if (result == SW_OK)
		sw_store_empty_log(store);
	return result;
}
