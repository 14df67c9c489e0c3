/* Cursors over the tables that a scan reads: see the header. */
#include "cursor.h"

#include <endian.h>
#include <string.h>

/* --- From SQLite's values to a row ---------------------------------------- */

static void
take_subject(struct sw_row *row, sqlite3_value *value)
{
	/* The order of the two calls is what SQLite asks for. */
	const uint8_t *bytes = sqlite3_value_blob(value);
	uint64_t halves[2];

	row->damaged = bytes == NULL ||
	    sqlite3_value_bytes(value) != SW_PSEUDONYM_SIZE;
	if (row->damaged)
		return;
	memcpy(halves, bytes, sizeof(halves));
	row->subject.high = be64toh(halves[0]);
	row->subject.low = be64toh(halves[1]);
}

static void
take_days(struct sw_row *row, sqlite3_value *days, sqlite3_value *marks)
{
	row->days = (uint32_t)sqlite3_value_int64(days);
	if (row->days != 0) {
		const void *blob = sqlite3_value_blob(marks);

		sw_marks_decode(&row->marks, blob,
		    (size_t)sqlite3_value_bytes(marks));
	}
}

/* sw_sighting(subject, ..., ord [, days, marks]) */
static void
sighting_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct sw_store *store = sqlite3_user_data(context);
	struct sw_row *row = store->row;

	take_subject(row, values[0]);
	row->mechanism = sqlite3_value_int64(values[1]);
	row->outcome = (uint8_t)sqlite3_value_int(values[2]);
	row->digest = (uint64_t)sqlite3_value_int64(values[3]);
	row->features = (uint64_t)sqlite3_value_int64(values[4]);
	row->dnssec = (uint8_t)sqlite3_value_int(values[5]);
	row->seen = (unsigned)sqlite3_value_int(values[6]);
	row->ord = (uint32_t)sqlite3_value_int64(values[7]);
	row->days = 0;
	if (count > 8)
		take_days(row, values[8], values[9]);
}

/* sw_subject(pseudonym, suffix, key) */
static void
subject_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct sw_store *store = sqlite3_user_data(context);
	struct sw_row *row = store->row;

	(void)count;
	take_subject(row, values[0]);
	row->suffix = sqlite3_value_int64(values[1]);
	row->key = sqlite3_value_int64(values[2]);
}

enum sw_result
sw_cursor_register(struct sw_store *store)
{
	static const struct {
		const char *name;
		int values;
		void (*function)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
		{ "sw_sighting", 8, sighting_function },
		{ "sw_sighting", 10, sighting_function },
		{ "sw_subject", 3, subject_function },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (sqlite3_create_function(store->db, functions[i].name,
		    functions[i].values, SQLITE_UTF8 | SQLITE_DIRECTONLY,
		    store, functions[i].function, NULL, NULL) != SQLITE_OK)
			return sw_store_fail(store,
			    "cannot register a function");
	}
	return SW_OK;
}

/* --- Cursors -------------------------------------------------------------- */

enum sw_result
sw_cursor_step(struct sw_cursor *cursor)
{
	struct sw_store *store = cursor->store;
	int step;

	store->row = &cursor->row;
	step = sqlite3_step(cursor->query);
	store->row = NULL;
	cursor->ended = step != SQLITE_ROW;
	if (step == SQLITE_DONE)
		return SW_OK;
	if (step != SQLITE_ROW)
		return sw_store_fail(store, "cannot read");
	if (!cursor->row.damaged)
		return SW_OK;
	sw_store_complain(store, "damaged table %s", cursor->month != 0 ?
	    "sighting" : "subject");
	return SW_ERR_STORE;
}

static enum sw_result
begin(struct sw_cursor *cursor, struct sw_store *store, uint32_t month,
    const char *sql)
{
	enum sw_result result;

	cursor->store = store;
	cursor->month = month;
	result = sw_store_prepare(store, sql, &cursor->query);
	if (result != SW_OK)
		return result;
	if (month != 0)
		sqlite3_bind_int64(cursor->query, 1, month);
	return sw_cursor_step(cursor);
}

/* Is nothing of the month left that has days? */
static enum sw_result
is_closed(struct sw_store *store, uint32_t month, bool *closed)
{
	const int64_t number = month;
	sqlite3_stmt *query = NULL;
	enum sw_result result;

	result = sw_store_query(store, &query, "SELECT 1 FROM "
	    "closed_month WHERE month = ?1 AND done_to IS NULL", 1, &number);
	if (result == SW_OK)
		result = sw_store_step(store, query, closed);
	sqlite3_finalize(query);
	return result;
}

#define MONTH_QUERY(days) \
	"SELECT sw_sighting(subject, mechanism, outcome, digest, features, " \
	"dnssec, seen, ord" days ") FROM sighting WHERE month = ?1 " \
	"ORDER BY month, subject, mechanism, outcome, digest"

enum sw_result
sw_cursor_open_month(struct sw_cursor *cursor, struct sw_store *store,
    uint32_t month)
{
	bool closed = false;
	enum sw_result result = is_closed(store, month, &closed);

	if (result != SW_OK)
		return result;
	/* Columns that are the same in all rows need not be read from each. */
	return begin(cursor, store, month, closed ? MONTH_QUERY("") :
	    MONTH_QUERY(", days, marks"));
}

enum sw_result
sw_cursor_open_subjects(struct sw_cursor *cursor, struct sw_store *store)
{
	return begin(cursor, store, 0, "SELECT sw_subject(pseudonym, suffix, "
	    "pseudonym_key), name FROM subject ORDER BY pseudonym");
}

void
sw_cursor_close(struct sw_cursor *cursor)
{
	sqlite3_finalize(cursor->query);
	cursor->query = NULL;
}

const char *
sw_cursor_name(const struct sw_cursor *cursor)
{
	return (const char *)sqlite3_column_text(cursor->query, 1);
}
