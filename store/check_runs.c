/*
 * Checks of the state runs: those of a subject and mechanism never overlap,
 * and neighbours differ.
 *
 * The view is taken as the database has it, over a slice of the subjects at a
 * time: over all of them it would need many times the room of the database.
 * Temporary tables hide those of the same name, for a temporary view as well.
 */
#include <string.h>

#include "check.h"

#define SLICE "4096"	/* subjects; one less is skipped to find the last */

#define VIEW_BEGIN "CREATE VIEW run AS"

static const char overlaps[] =
    "SELECT 'runs of subject ' || lower(hex(subject)) || ', mechanism ' || "
    "mechanism || ': number ' || number || ' begins before the one before it "
    "ends, or is the same' FROM (SELECT *, "
    "lag(outcome) OVER w AS outcome_0, lag(digest) OVER w AS digest_0, "
    "lag(last_month) OVER w AS month_0, lag(last_day) OVER w AS day_0 "
    "FROM temp.run WINDOW w AS (PARTITION BY subject, mechanism "
    "ORDER BY number)) WHERE month_0 IS NOT NULL AND ("
    "first_month < month_0 OR (first_month = month_0 AND first_day < day_0) "
    "OR (outcome = outcome_0 AND digest = digest_0)) "
    "OR first_month > last_month "
    "OR (first_month = last_month AND first_day > last_day)";

static enum sw_result
make_view(struct sw_checker *checker)
{
	struct sw_store *store = checker->store;
	sqlite3_stmt *query = NULL;
	const char *view = NULL;
	enum sw_result result;
	char *sql = NULL;
	bool row;

	result = sw_store_execute(store, "CREATE TEMP TABLE sighting AS "
	    "SELECT * FROM main.sighting LIMIT 0");
	if (result == SW_OK)
		result = sw_store_prepare(store, "SELECT sql FROM "
		    "main.sqlite_schema WHERE type = 'view' AND name = 'run'",
		    &query);
	if (result == SW_OK)
		result = sw_store_step(store, query, &row);
	if (result == SW_OK && row)
		view = (const char *)sqlite3_column_text(query, 0);
	if (view == NULL || strncmp(view, VIEW_BEGIN,
	    sizeof(VIEW_BEGIN) - 1) != 0)
		sw_check_complain(checker, "view run is missing");
	else
		sql = sqlite3_mprintf("CREATE TEMP VIEW run AS%s",
		    view + sizeof(VIEW_BEGIN) - 1);
	sqlite3_finalize(query);
	if (result == SW_OK && sql != NULL)
		result = sw_store_execute(store, sql);
	sqlite3_free(sql);
	return result;
}

/* The last subject of the slice that begins after another. */
static enum sw_result
find_end(struct sw_store *store, sqlite3_stmt *find, const uint8_t *after,
    size_t after_length, uint8_t *end, bool *last)
{
	enum sw_result result;
	bool row;

	sqlite3_bind_blob(find, 1, after, (int)after_length, SQLITE_STATIC);
	result = sw_store_step(store, find, &row);
	*last = !row || sqlite3_column_bytes(find, 0) != SW_PSEUDONYM_SIZE;
	if (*last)
		memset(end, 0xff, SW_PSEUDONYM_SIZE);
	else
		memcpy(end, sqlite3_column_blob(find, 0), SW_PSEUDONYM_SIZE);
	sqlite3_reset(find);
	return result;
}

static enum sw_result
fill_slice(struct sw_store *store, sqlite3_stmt *months, sqlite3_stmt *fill)
{
	enum sw_result result;
	bool row = true;

	result = sw_store_execute(store, "DELETE FROM temp.sighting");
	while (result == SW_OK &&
	    (result = sw_store_step(store, months, &row)) == SW_OK && row) {
		sqlite3_bind_int64(fill, 3, sqlite3_column_int64(months, 0));
		result = sw_store_run(store, fill);
	}
	sqlite3_reset(months);
	return result;
}

static enum sw_result
check_slice(struct sw_checker *checker, sqlite3_stmt *judge)
{
	enum sw_result result;
	bool row = true;

	while ((result = sw_store_step(checker->store, judge, &row)) ==
	    SW_OK && row)
		sw_check_complain(checker, "%s",
		    (const char *)sqlite3_column_text(judge, 0));
	sqlite3_reset(judge);
	return result;
}

struct statements {
	sqlite3_stmt *find, *months, *fill, *judge;
};

static enum sw_result
prepare(struct sw_store *store, struct statements *s)
{
	enum sw_result result;

	result = sw_store_prepare(store, "SELECT pseudonym FROM subject "
	    "WHERE pseudonym > ?1 ORDER BY pseudonym LIMIT 1 OFFSET "
	    SLICE " - 1", &s->find);
	/* All months, each found from the one before it. */
	if (result == SW_OK)
		result = sw_store_prepare(store, "WITH RECURSIVE m(month) AS ("
		    "SELECT min(month) FROM main.sighting UNION ALL "
		    "SELECT (SELECT min(month) FROM main.sighting "
		    "WHERE month > m.month) FROM m WHERE m.month IS NOT NULL) "
		    "SELECT month FROM m WHERE month IS NOT NULL", &s->months);
	if (result == SW_OK)
		result = sw_store_prepare(store, "INSERT INTO temp.sighting "
		    "SELECT * FROM main.sighting WHERE month = ?3 "
		    "AND subject > ?1 AND subject <= ?2", &s->fill);
	if (result == SW_OK)
		result = sw_store_prepare(store, overlaps, &s->judge);
	return result;
}

static enum sw_result
check_slices(struct sw_checker *checker)
{
	struct statements s = { NULL };
	uint8_t after[SW_PSEUDONYM_SIZE], end[SW_PSEUDONYM_SIZE];
	size_t after_length = 0;
	enum sw_result result;
	bool last = false;

	result = prepare(checker->store, &s);
	while (result == SW_OK && !last) {
		result = find_end(checker->store, s.find, after, after_length,
		    end, &last);
		if (result != SW_OK)
			break;
		sqlite3_bind_blob(s.fill, 1, after, (int)after_length,
		    SQLITE_STATIC);
		sqlite3_bind_blob(s.fill, 2, end, SW_PSEUDONYM_SIZE,
		    SQLITE_STATIC);
		result = fill_slice(checker->store, s.months, s.fill);
		if (result == SW_OK)
			result = check_slice(checker, s.judge);
		memcpy(after, end, SW_PSEUDONYM_SIZE);
		after_length = SW_PSEUDONYM_SIZE;
	}
	sqlite3_finalize(s.find);
	sqlite3_finalize(s.months);
	sqlite3_finalize(s.fill);
	sqlite3_finalize(s.judge);
	return result;
}

enum sw_result
sw_check_runs(struct sw_checker *checker)
{
	enum sw_result result;

	result = make_view(checker);
	if (result == SW_OK && checker->complaints == 0)
		result = check_slices(checker);
	/* The transaction that is rolled back takes them along. */
	return result;
}
