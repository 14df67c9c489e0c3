/*
 * The scan: one pass over the months of a period and the subjects, all in
 * the order of the pseudonyms, united here rather than sorted by SQL.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "marks.h"

#define STATES_MAX 255	/* different states of a mechanism that are told apart */

struct cursor {
	sqlite3_stmt *query;
	uint32_t month;
	const uint8_t *subject;	/* of the row it stands on; NULL at the end */
};

struct place {
	int64_t id;
	struct sw_group group;
};

/* What is gathered of one mechanism of the subject. */
struct tally {
	struct sw_position latest;
	struct sw_marks marks;	/* of the month that is being read */
	unsigned closed_seen;	/* the same where its days are gone */
	uint8_t month_states;	/* how many different ones the month has */
	uint32_t present_days;	/* of the month */
	uint32_t lacking_days;
	unsigned seen;		/* of the months before it */
	size_t state_count;
	struct {
		uint8_t outcome;
		uint64_t digest;
	} states[STATES_MAX];
};

struct scan {
	struct sw_store *store;
	struct cursor *cursors;		/* by month, ascending */
	size_t cursor_count;
	struct place *places;		/* by id, ascending */
	size_t place_count;
	struct cursor subjects;
	int64_t key;			/* only its subjects are called */
	struct sw_store_subject subject;
	struct sw_store_month *months;	/* one a cursor; NULL: not wanted */
	struct tally tallies[SW_MECHANISM_COUNT];
};

static enum sw_result
damaged(struct sw_store *store, const char *table)
{
	sw_store_complain(store, "damaged table %s", table);
	return SW_ERR_STORE;
}

/* --- Where subjects are registered ---------------------------------------- */

static char *
copy_column(sqlite3_stmt *query, int column)
{
	const char *text = (const char *)sqlite3_column_text(query, column);

	return strdup(text != NULL ? text : "");
}

static enum sw_result
add_place(struct scan *scan, sqlite3_stmt *query)
{
	struct place *place;
	size_t n = scan->place_count;

	/* Grow at each power of two. */
	if ((n & (n - 1)) == 0) {
		place = realloc(scan->places, (n != 0 ? 2 * n : 1) *
		    sizeof(*place));
		if (place == NULL)
			return SW_ERR_MEMORY;
		scan->places = place;
	}
	place = &scan->places[scan->place_count++];
	place->id = sqlite3_column_int64(query, 0);
	place->group.suffix = copy_column(query, 1);
	place->group.registry = copy_column(query, 2);
	place->group.type = copy_column(query, 3);
	if (place->group.suffix == NULL || place->group.registry == NULL ||
	    place->group.type == NULL)
		return SW_ERR_MEMORY;
	return SW_OK;
}

static enum sw_result
load_places(struct scan *scan)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	int step = SQLITE_DONE;

	result = sw_store_prepare(scan->store,
	    "SELECT id, suffix, registry, type FROM suffix ORDER BY id", &query);
	while (result == SW_OK && (step = sqlite3_step(query)) == SQLITE_ROW)
		result = add_place(scan, query);
	if (result == SW_OK && step != SQLITE_DONE)
		result = sw_store_fail(scan->store, "cannot read suffixes");
	else if (result == SW_ERR_MEMORY)
		sw_store_complain(scan->store, "out of memory");
	sqlite3_finalize(query);
	return result;
}

static void
free_places(struct scan *scan)
{
	for (size_t i = 0; i < scan->place_count; i++) {
		free((char *)scan->places[i].group.suffix);
		free((char *)scan->places[i].group.registry);
		free((char *)scan->places[i].group.type);
	}
	free(scan->places);
}

static int
compare_id(const void *key, const void *element)
{
	int64_t id = *(const int64_t *)key;
	const struct place *place = element;

	return id < place->id ? -1 : id > place->id;
}

/* --- Cursors -------------------------------------------------------------- */

static enum sw_result
cursor_step(struct scan *scan, struct cursor *cursor)
{
	int step = sqlite3_step(cursor->query);

	cursor->subject = NULL;
	if (step == SQLITE_DONE)
		return SW_OK;
	if (step != SQLITE_ROW)
		return sw_store_fail(scan->store, "cannot read");
	cursor->subject = sqlite3_column_blob(cursor->query, 0);
	if (cursor->subject == NULL || sqlite3_column_bytes(cursor->query, 0) !=
	    SW_PSEUDONYM_SIZE)
		return damaged(scan->store, cursor->month != 0 ? "sighting" :
		    "subject");
	return SW_OK;
}

static enum sw_result
open_cursor(struct scan *scan, struct cursor *cursor, uint32_t month,
    const char *sql)
{
	enum sw_result result;

	cursor->month = month;
	result = sw_store_prepare(scan->store, sql, &cursor->query);
	if (result != SW_OK)
		return result;
	if (month != 0)
		sqlite3_bind_int64(cursor->query, 1, month);
	return cursor_step(scan, cursor);
}

#define MONTH_QUERY(days, marks) \
	"SELECT subject, mechanism, outcome, digest, features, dnssec, " \
	days ", " marks ", seen, ord FROM sighting WHERE month = ?1 " \
	"ORDER BY month, subject, mechanism, outcome, digest"

/* Is nothing of the month left that has days? */
static enum sw_result
is_closed(struct scan *scan, uint32_t month, bool *closed)
{
	const int64_t number = month;
	sqlite3_stmt *query = NULL;
	enum sw_result result;

	result = sw_store_query(scan->store, &query, "SELECT 1 FROM "
	    "closed_month WHERE month = ?1 AND done_to IS NULL", 1, &number);
	if (result == SW_OK)
		result = sw_store_step(scan->store, query, closed);
	sqlite3_finalize(query);
	return result;
}

/* Columns that are the same in all rows need not be read from each. */
static enum sw_result
open_month(struct scan *scan, uint32_t month)
{
	size_t n = scan->cursor_count;
	struct cursor *cursors;
	enum sw_result result;
	bool closed = false;

	result = is_closed(scan, month, &closed);
	if (result != SW_OK)
		return result;
	cursors = realloc(scan->cursors, (n + 1) * sizeof(*cursors));
	if (cursors == NULL) {
		sw_store_complain(scan->store, "out of memory");
		return SW_ERR_MEMORY;
	}
	scan->cursors = cursors;
	scan->cursor_count++;
	memset(&cursors[n], 0, sizeof(cursors[n]));
	return open_cursor(scan, &cursors[n], month, closed ?
	    MONTH_QUERY("0", "NULL") : MONTH_QUERY("days", "marks"));
}

/* A cursor for each month of the period that has rows. */
static enum sw_result
open_months(struct scan *scan, uint32_t first, uint32_t last)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	uint32_t month = first;

	result = sw_store_prepare(scan->store, "SELECT min(month) "
	    "FROM sighting WHERE month BETWEEN ?1 AND ?2", &query);
	while (result == SW_OK) {
		sqlite3_bind_int64(query, 1, month);
		sqlite3_bind_int64(query, 2, last);
		if (sqlite3_step(query) != SQLITE_ROW) {
			result = sw_store_fail(scan->store,
			    "cannot look for months");
			break;
		}
		month = (uint32_t)sqlite3_column_int64(query, 0);
		sqlite3_reset(query);
		if (month == 0)
			break;
		result = open_month(scan, month++);
	}
	sqlite3_finalize(query);
	return result;
}

/* --- One subject ---------------------------------------------------------- */

static void
note_state(struct tally *tally, const struct sw_position *position)
{
	for (size_t i = 0; i < tally->state_count; i++) {
		if (tally->states[i].digest == position->digest &&
		    tally->states[i].outcome == position->outcome)
			return;
	}
	if (tally->state_count == STATES_MAX)
		return;
	tally->states[tally->state_count].outcome = position->outcome;
	tally->states[tally->state_count++].digest = position->digest;
}

/* Take in a row of a month; months come in their order. */
static void
add_row(struct scan *scan, const struct cursor *cursor)
{
	sqlite3_stmt *query = cursor->query;
	int64_t mechanism = sqlite3_column_int64(query, 1);
	uint32_t days = (uint32_t)sqlite3_column_int64(query, 6);
	struct sw_store_state *state;
	struct sw_position position;
	struct sw_marks marks;
	struct tally *tally;

	/* Of a newer sender: nothing that we could speak of. */
	if (mechanism <= SW_MECHANISM_NONE || mechanism >= SW_MECHANISM_COUNT)
		return;
	tally = &scan->tallies[mechanism];
	state = &scan->subject.states[mechanism];
	position.outcome = (uint8_t)sqlite3_column_int(query, 2);
	position.digest = (uint64_t)sqlite3_column_int64(query, 3);
	position.last = sw_position_last(days,
	    (uint32_t)sqlite3_column_int64(query, 9));
	note_state(tally, &position);
	if (tally->month_states < UINT8_MAX)
		tally->month_states++;
	if (position.outcome == SW_OUTCOME_PRESENT)
		tally->present_days |= days;
	else if (position.outcome == SW_OUTCOME_ABSENT ||
	    position.outcome == SW_OUTCOME_INVALID)
		tally->lacking_days |= days;
	if (days != 0) {
		const void *blob = sqlite3_column_blob(query, 7);

		sw_marks_decode(&marks, blob,
		    (size_t)sqlite3_column_bytes(query, 7));
		sw_marks_unite(&tally->marks, &marks);
	} else {
		tally->closed_seen += (unsigned)sqlite3_column_int(query, 8);
	}
	if (state->known && state->last_month == cursor->month &&
	    sw_position_compare(&position, &tally->latest) < 0)
		return;
	tally->latest = position;
	state->known = true;
	state->outcome = position.outcome;
	state->features = (uint64_t)sqlite3_column_int64(query, 4);
	state->dnssec = (uint8_t)sqlite3_column_int(query, 5);
	state->last_month = cursor->month;
}

/* What a mechanism was within the month that was read last. */
static void
keep_month(const struct scan *scan, struct sw_store_month *month, size_t i)
{
	const struct tally *tally = &scan->tallies[i];
	struct sw_store_state *state = &month->states[i];
	unsigned seen = (unsigned)tally->marks.count + tally->closed_seen;

	*state = scan->subject.states[i];
	if (!state->known || state->last_month != month->month) {
		memset(state, 0, sizeof(*state));
		return;
	}
	state->states = tally->month_states;
	state->seen = (uint8_t)(seen < SW_STORE_SEEN_MAX ? seen :
	    SW_STORE_SEEN_MAX);
	month->present_days[i] = tally->present_days;
	month->lacking_days[i] = tally->lacking_days;
}

/* Months have no days in common, so what was seen in them adds up. */
static void
end_month(struct scan *scan, uint32_t month)
{
	struct sw_store_month *kept = NULL;

	if (scan->months != NULL) {
		kept = &scan->months[scan->subject.month_count++];
		memset(kept, 0, sizeof(*kept));
		kept->month = month;
	}
	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		struct tally *tally = &scan->tallies[i];

		if (kept != NULL)
			keep_month(scan, kept, i);
		tally->seen += (unsigned)tally->marks.count +
		    tally->closed_seen;
		if (tally->seen > SW_STORE_SEEN_MAX)
			tally->seen = SW_STORE_SEEN_MAX;
		tally->marks.count = 0;
		tally->closed_seen = 0;
		tally->month_states = 0;
		tally->present_days = tally->lacking_days = 0;
	}
}

static void
begin_subject(struct scan *scan, const uint8_t *pseudonym)
{
	memset(&scan->subject, 0, sizeof(scan->subject));
	scan->subject.months = scan->months;
	memcpy(scan->subject.pseudonym, pseudonym, SW_PSEUDONYM_SIZE);
	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		scan->tallies[i].seen = 0;
		scan->tallies[i].state_count = 0;
	}
}

/* Returns whether anything is known of it. */
static bool
end_subject(struct scan *scan)
{
	bool known = false;

	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		scan->subject.states[i].seen = (uint8_t)scan->tallies[i].seen;
		scan->subject.states[i].states =
		    (uint8_t)scan->tallies[i].state_count;
		known |= scan->subject.states[i].known;
	}
	return known;
}

/*
 * Find its row in table "subject", which is read along. *counts: is it one of
 * the period's key?
 */
static enum sw_result
describe_subject(struct scan *scan, bool *counts)
{
	struct cursor *cursor = &scan->subjects;
	enum sw_result result;
	const struct place *place;
	int64_t suffix;
	int order = -1;

	while (cursor->subject != NULL && (order = memcmp(cursor->subject,
	    scan->subject.pseudonym, SW_PSEUDONYM_SIZE)) < 0) {
		result = cursor_step(scan, cursor);
		if (result != SW_OK)
			return result;
	}
	if (cursor->subject == NULL || order != 0)
		return damaged(scan->store, "subject");
	*counts = sqlite3_column_int64(cursor->query, 3) == scan->key;
	if (!*counts)
		return SW_OK;
	suffix = sqlite3_column_int64(cursor->query, 1);
	place = bsearch(&suffix, scan->places, scan->place_count,
	    sizeof(*place), compare_id);
	if (place == NULL)
		return damaged(scan->store, "suffix");
	scan->subject.group = place->group;
	scan->subject.place = (uint32_t)(place - scan->places);
	scan->subject.name = (const char *)sqlite3_column_text(cursor->query, 2);
	return SW_OK;
}

/* The smallest subject that a cursor stands on, or NULL at the end. */
static const uint8_t *
next_subject(const struct scan *scan)
{
	const uint8_t *smallest = NULL;

	for (size_t i = 0; i < scan->cursor_count; i++) {
		const uint8_t *subject = scan->cursors[i].subject;

		if (subject != NULL && (smallest == NULL ||
		    memcmp(subject, smallest, SW_PSEUDONYM_SIZE) < 0))
			smallest = subject;
	}
	return smallest;
}

/* Take in all rows of the subject of a month. */
static enum sw_result
read_month(struct scan *scan, struct cursor *cursor)
{
	enum sw_result result = SW_OK;

	if (cursor->subject == NULL || memcmp(cursor->subject,
	    scan->subject.pseudonym, SW_PSEUDONYM_SIZE) != 0)
		return SW_OK;
	do {
		add_row(scan, cursor);
		result = cursor_step(scan, cursor);
	} while (result == SW_OK && cursor->subject != NULL &&
	    memcmp(cursor->subject, scan->subject.pseudonym,
	    SW_PSEUDONYM_SIZE) == 0);
	end_month(scan, cursor->month);
	return result;
}

static enum sw_result
scan_subjects(struct scan *scan, sw_store_visit visit, void *argument)
{
	enum sw_result result = SW_OK;
	const uint8_t *pseudonym;
	bool counts;

	while (result == SW_OK && (pseudonym = next_subject(scan)) != NULL) {
		begin_subject(scan, pseudonym);
		scan->store->visited++;
		for (size_t i = 0; i < scan->cursor_count && result == SW_OK;
		    i++)
			result = read_month(scan, &scan->cursors[i]);
		if (result != SW_OK || !end_subject(scan))
			continue;
		result = describe_subject(scan, &counts);
		if (result == SW_OK && counts)
			result = visit(argument, &scan->subject);
	}
	return result;
}

/* Room for the months of a subject. */
static enum sw_result
make_months(struct scan *scan)
{
	scan->months = calloc(scan->cursor_count + 1, sizeof(*scan->months));
	if (scan->months != NULL)
		return SW_OK;
	sw_store_complain(scan->store, "out of memory");
	return SW_ERR_MEMORY;
}

static enum sw_result
open_scan(struct scan *scan, uint32_t first, uint32_t last, bool months)
{
	enum sw_result result;

	/* All cursors read one snapshot, whatever is merged meanwhile. */
	result = sw_store_execute(scan->store, "BEGIN");
	if (result == SW_OK)
		result = sw_store_period_key(scan->store, first, last,
		    &scan->key);
	if (result == SW_OK)
		result = load_places(scan);
	if (result == SW_OK)
		result = open_months(scan, first, last);
	if (result == SW_OK && months)
		result = make_months(scan);
	if (result == SW_OK)
		result = open_cursor(scan, &scan->subjects, 0,
		    "SELECT pseudonym, suffix, name, pseudonym_key "
		    "FROM subject ORDER BY pseudonym");
	return result;
}

static void
close_scan(struct scan *scan)
{
	for (size_t i = 0; i < scan->cursor_count; i++)
		sqlite3_finalize(scan->cursors[i].query);
	sqlite3_finalize(scan->subjects.query);
	if (sqlite3_get_autocommit(scan->store->db) == 0)
		sqlite3_exec(scan->store->db, "ROLLBACK", NULL, NULL, NULL);
	free(scan->cursors);
	free(scan->months);
	free_places(scan);
	free(scan);
}

static enum sw_result
scan_period(struct sw_store *store, uint32_t first, uint32_t last, bool months,
    sw_store_visit visit, void *argument)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	enum sw_result result;

	store->error[0] = '\0';
	if (scan == NULL) {
		sw_store_complain(store, "out of memory");
		return SW_ERR_MEMORY;
	}
	scan->store = store;
	result = open_scan(scan, first, last, months);
	if (result == SW_OK)
		result = scan_subjects(scan, visit, argument);
	close_scan(scan);
	return result;
}

enum sw_result
sw_store_scan(struct sw_store *store, uint32_t first, uint32_t last,
    sw_store_visit visit, void *argument)
{
	return scan_period(store, first, last, false, visit, argument);
}

enum sw_result
sw_store_scan_months(struct sw_store *store, uint32_t first, uint32_t last,
    sw_store_visit visit, void *argument)
{
	return scan_period(store, first, last, true, visit, argument);
}
