/*
 * Closing months: days and resolvers go, counts and the order of states stay.
 *
 * A month may hold a hundred million rows, so it is done in many small
 * transactions. Its first one enters the month in "closed_month", from where
 * on merges leave no more days in it; "done_to" tells how far it has come, so
 * that whatever ends the program, the next one goes on.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "marks.h"

#define CHUNK 8192	/* rows of a transaction; more, to end with a subject */

struct row {
	uint8_t subject[SW_PSEUDONYM_SIZE];
	uint8_t mechanism;
	struct sw_position position;
	struct sw_marks marks;
};

struct closing {
	struct sw_store *store;
	uint32_t month;
	struct row *rows;	/* those that still have days */
	size_t count;
	size_t size;
	uint8_t done_to[SW_PSEUDONYM_SIZE];
	size_t done_length;	/* 0: nothing is done yet */
	bool finished;		/* no row is left after the chunk */
};

static bool
has_ended(uint32_t month, uint32_t today, unsigned grace)
{
	/* today - last day > grace, without negative numbers */
	return (uint64_t)today >=
	    (uint64_t)sw_month_first_day(sw_month_next(month)) + grace;
}

/* The first month after another that has rows; 0 if there is none. */
static enum sw_result
next_month(struct sw_store *store, uint32_t after, uint32_t *month)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;

	*month = 0;
	result = sw_store_prepare(store,
	    "SELECT min(month) FROM sighting WHERE month > ?1", &query);
	if (result != SW_OK)
		return result;
	sqlite3_bind_int64(query, 1, after);
	if (sqlite3_step(query) == SQLITE_ROW)
		*month = (uint32_t)sqlite3_column_int64(query, 0);
	else
		result = sw_store_fail(store, "cannot look for months");
	sqlite3_finalize(query);
	return result;
}

/* How far the month is closed; *open is false where it is completely. */
static enum sw_result
get_progress(struct closing *closing, bool *open)
{
	struct sw_store *store = closing->store;
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	const void *done_to;
	int step;

	*open = true;
	closing->done_length = 0;
	result = sw_store_prepare(store,
	    "SELECT done_to FROM closed_month WHERE month = ?1", &query);
	if (result != SW_OK)
		return result;
	sqlite3_bind_int64(query, 1, closing->month);
	step = sqlite3_step(query);
	if (step == SQLITE_ROW) {
		*open = sqlite3_column_type(query, 0) != SQLITE_NULL;
		done_to = sqlite3_column_blob(query, 0);
		if (sqlite3_column_bytes(query, 0) == SW_PSEUDONYM_SIZE) {
			closing->done_length = SW_PSEUDONYM_SIZE;
			memcpy(closing->done_to, done_to, SW_PSEUDONYM_SIZE);
		}
	} else if (step != SQLITE_DONE) {
		result = sw_store_fail(store, "cannot read closed months");
	}
	sqlite3_finalize(query);
	return result;
}

/* The oldest month that is to be closed and isn't; 0 if there is none. */
static enum sw_result
find_month(struct closing *closing, uint32_t today, unsigned grace)
{
	enum sw_result result;
	bool open = false;

	closing->month = 0;
	do {
		result = next_month(closing->store, closing->month,
		    &closing->month);
		if (result != SW_OK || closing->month == 0)
			return result;
		if (!has_ended(closing->month, today, grace)) {
			closing->month = 0;
			return SW_OK;
		}
		result = get_progress(closing, &open);
	} while (result == SW_OK && !open);
	return result;
}

static enum sw_result
add_row(struct closing *closing, sqlite3_stmt *query)
{
	struct row *row;
	const void *marks;

	if (closing->count == closing->size) {
		size_t size = closing->size != 0 ? 2 * closing->size : CHUNK;

		row = realloc(closing->rows, size * sizeof(*row));
		if (row == NULL) {
			sw_store_complain(closing->store, "out of memory");
			return SW_ERR_MEMORY;
		}
		closing->rows = row;
		closing->size = size;
	}
	row = &closing->rows[closing->count++];
	memcpy(row->subject, closing->done_to, SW_PSEUDONYM_SIZE);
	row->mechanism = (uint8_t)sqlite3_column_int(query, 1);
	row->position.outcome = (uint8_t)sqlite3_column_int(query, 2);
	row->position.digest = (uint64_t)sqlite3_column_int64(query, 3);
	row->position.last = sw_position_last(
	    (uint32_t)sqlite3_column_int64(query, 4), 0);
	marks = sqlite3_column_blob(query, 5);
	sw_marks_decode(&row->marks, marks,
	    (size_t)sqlite3_column_bytes(query, 5));
	return SW_OK;
}

/* Take a row in, or find that the chunk is full. */
static enum sw_result
take_row(struct closing *closing, sqlite3_stmt *query, size_t *taken,
    bool *full)
{
	const void *subject = sqlite3_column_blob(query, 0);

	if (sqlite3_column_bytes(query, 0) != SW_PSEUDONYM_SIZE) {
		sw_store_complain(closing->store, "damaged table sighting");
		return SW_ERR_STORE;
	}
	if (closing->done_length == 0 ||
	    memcmp(closing->done_to, subject, SW_PSEUDONYM_SIZE) != 0) {
		*full = *taken >= CHUNK;
		if (*full)
			return SW_OK;
		memcpy(closing->done_to, subject, SW_PSEUDONYM_SIZE);
		closing->done_length = SW_PSEUDONYM_SIZE;
	}
	(*taken)++;
	/* A row without days came too late and is as it should be. */
	if (sqlite3_column_int64(query, 4) == 0)
		return SW_OK;
	return add_row(closing, query);
}

/* Read the next rows, up to the end of a subject. */
static enum sw_result
read_chunk(struct closing *closing)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	size_t taken = 0;
	bool full = false;
	int step = SQLITE_DONE;

	closing->count = 0;
	result = sw_store_prepare(closing->store,
	    "SELECT subject, mechanism, outcome, digest, days, marks "
	    "FROM sighting WHERE month = ?1 AND subject > ?2 "
	    "ORDER BY month, subject, mechanism, outcome, digest", &query);
	if (result != SW_OK)
		return result;
	sqlite3_bind_int64(query, 1, closing->month);
	/* Copied: taking rows in moves on what it is bound to. */
	sqlite3_bind_blob(query, 2, closing->done_to,
	    (int)closing->done_length, SQLITE_TRANSIENT);
	while (result == SW_OK && !full &&
	    (step = sqlite3_step(query)) == SQLITE_ROW)
		result = take_row(closing, query, &taken, &full);
	if (result == SW_OK && !full && step != SQLITE_DONE)
		result = sw_store_fail(closing->store, "cannot read sightings");
	closing->finished = !full;
	sqlite3_finalize(query);
	return result;
}

static int
compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	return sw_position_compare(&a->position, &b->position);
}

static enum sw_result
put_row(struct closing *closing, sqlite3_stmt *put, const struct row *row,
    size_t seen, size_t order)
{
	sqlite3_bind_int64(put, 1, (int64_t)seen);
	sqlite3_bind_int64(put, 2, (int64_t)order);
	sqlite3_bind_int64(put, 3, closing->month);
	sqlite3_bind_blob(put, 4, row->subject, SW_PSEUDONYM_SIZE,
	    SQLITE_STATIC);
	sqlite3_bind_int(put, 5, row->mechanism);
	sqlite3_bind_int(put, 6, row->position.outcome);
	sqlite3_bind_int64(put, 7, (int64_t)row->position.digest);
	return sw_store_run(closing->store, put);
}

/*
 * The states of one (subject, mechanism), from the last to the first. Each
 * resolver-day is counted under the last of the states that it saw, so that
 * the sum over the states, capped, is the number for all of them. The union
 * keeps three marks only: when it drops one, the sum is past the cap anyway.
 */
static enum sw_result
close_group(struct closing *closing, sqlite3_stmt *put, struct row *rows,
    size_t count)
{
	struct sw_marks all = { 0 };
	enum sw_result result = SW_OK;

	qsort(rows, count, sizeof(*rows), compare_rows);
	for (size_t i = count; i-- > 0 && result == SW_OK;) {
		size_t seen = 0;

		for (size_t m = 0; m < rows[i].marks.count; m++)
			seen += !sw_marks_have(&all, rows[i].marks.marks[m]);
		sw_marks_unite(&all, &rows[i].marks);
		result = put_row(closing, put, &rows[i], seen, i + 1);
	}
	return result;
}

static bool
same_group(const struct row *a, const struct row *b)
{
	return a->mechanism == b->mechanism &&
	    memcmp(a->subject, b->subject, SW_PSEUDONYM_SIZE) == 0;
}

static enum sw_result
write_chunk(struct closing *closing)
{
	sqlite3_stmt *put = NULL;
	enum sw_result result;

	result = sw_store_prepare(closing->store,
	    "UPDATE sighting SET days = 0, marks = NULL, seen = ?1, ord = ?2 "
	    "WHERE month = ?3 AND subject = ?4 AND mechanism = ?5 "
	    "AND outcome = ?6 AND digest = ?7", &put);
	for (size_t first = 0, end; first < closing->count && result == SW_OK;
	    first = end) {
		struct row *rows = &closing->rows[first];

		for (end = first + 1; end < closing->count &&
		    same_group(rows, &closing->rows[end]); end++)
			;
		result = close_group(closing, put, rows, end - first);
	}
	sqlite3_finalize(put);
	return result;
}

static enum sw_result
put_progress(struct closing *closing)
{
	sqlite3_stmt *put = NULL;
	enum sw_result result;

	result = sw_store_prepare(closing->store,
	    "INSERT INTO closed_month (month, done_to) VALUES (?1, ?2) "
	    "ON CONFLICT DO UPDATE SET done_to = excluded.done_to", &put);
	if (result != SW_OK)
		return result;
	sqlite3_bind_int64(put, 1, closing->month);
	if (!closing->finished)
		sqlite3_bind_blob(put, 2, closing->done_to,
		    SW_PSEUDONYM_SIZE, SQLITE_STATIC);
	result = sw_store_run(closing->store, put);
	sqlite3_finalize(put);
	return result;
}

void
sw_store_empty_log(struct sw_store *store)
{
	sqlite3_busy_timeout(store->db, 0);
	sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
	    NULL, NULL);
	sqlite3_busy_timeout(store->db, SW_STORE_BUSY_MS);
}

static enum sw_result
close_chunk(struct closing *closing)
{
	enum sw_result result;

	result = read_chunk(closing);
	if (result == SW_OK)
		result = write_chunk(closing);
	if (result == SW_OK)
		result = put_progress(closing);
	return result;
}

enum sw_result
sw_store_close_some(struct sw_store *store, uint32_t today,
    unsigned grace_days, bool *more)
{
	struct closing closing = { .store = store };
	enum sw_result result;

	*more = false;
	result = sw_store_begin(store);
	if (result != SW_OK)
		return result;
	result = find_month(&closing, today, grace_days);
	if (result == SW_OK && closing.month != 0)
		result = close_chunk(&closing);
	result = sw_store_end(store, result);
	free(closing.rows);
	if (result != SW_OK)
		return result;
	*more = closing.month != 0;
	if (*more && closing.finished)
		sw_store_empty_log(store);
	return SW_OK;
}

enum sw_result
sw_store_close_month(struct sw_store *store, uint32_t month, bool *more)
{
	struct closing closing = { .store = store, .month = month };
	enum sw_result result;
	bool open = true;

	*more = false;
	result = sw_store_begin(store);
	if (result != SW_OK)
		return result;
	result = get_progress(&closing, &open);
	if (result == SW_OK && open)
		result = close_chunk(&closing);
	result = sw_store_end(store, result);
	free(closing.rows);
	*more = result == SW_OK && open && !closing.finished;
	return result;
}

enum sw_result
sw_store_close_months(struct sw_store *store, uint32_t today,
    unsigned grace_days)
{
	enum sw_result result;
	bool more;

	do {
		result = sw_store_close_some(store, today, grace_days, &more);
	} while (result == SW_OK && more);
	return result;
}
