/*
 * The scan: one pass over the months of a period and the subjects, all in
 * the order of the pseudonyms, united here rather than sorted by SQL.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

#define STATES_MAX 255	/* different states of a mechanism that are told apart */

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
	struct sw_cursor *cursors;	/* by month, ascending */
	size_t cursor_count;
	struct place *places;		/* by id, ascending */
	size_t place_count;
	struct sw_cursor subjects;
	int64_t key;			/* only its subjects are called */
	struct sw_order order;		/* of the subject that is read */
	struct sw_store_subject subject;
	struct sw_store_month *months;	/* one a cursor; NULL: not wanted */
	unsigned touched;		/* mechanisms that the month has: bits */
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
open_month(struct scan *scan, uint32_t month)
{
	size_t n = scan->cursor_count;
	struct sw_cursor *cursors;

	cursors = realloc(scan->cursors, (n + 1) * sizeof(*cursors));
	if (cursors == NULL) {
		sw_store_complain(scan->store, "out of memory");
		return SW_ERR_MEMORY;
	}
	scan->cursors = cursors;
	scan->cursor_count++;
	memset(&cursors[n], 0, sizeof(cursors[n]));
	return sw_cursor_open_month(&cursors[n], scan->store, month);
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

/* Is the row the latest of its mechanism so far? Months come in their order. */
static void
note_latest(struct scan *scan, const struct sw_cursor *cursor,
    const struct sw_position *position)
{
	const struct sw_row *row = &cursor->row;
	struct sw_store_state *state = &scan->subject.states[row->mechanism];
	struct tally *tally = &scan->tallies[row->mechanism];

	if (state->known && state->last_month == cursor->month &&
	    sw_position_compare(position, &tally->latest) < 0)
		return;
	tally->latest = *position;
	state->known = true;
	state->outcome = row->outcome;
	state->features = row->features;
	state->dnssec = row->dnssec;
	state->last_month = cursor->month;
}

static void
add_row(struct scan *scan, const struct sw_cursor *cursor)
{
	const struct sw_row *row = &cursor->row;
	const struct sw_position position = {
		.last = sw_position_last(row->days, row->ord),
		.outcome = row->outcome, .digest = row->digest
	};
	struct tally *tally;

	/* Of a newer sender: nothing that we could speak of. */
	if (row->mechanism <= SW_MECHANISM_NONE ||
	    row->mechanism >= SW_MECHANISM_COUNT)
		return;
	tally = &scan->tallies[row->mechanism];
	scan->touched |= 1u << row->mechanism;
	note_state(tally, &position);
	if (tally->month_states < UINT8_MAX)
		tally->month_states++;
	if (row->outcome == SW_OUTCOME_PRESENT)
		tally->present_days |= row->days;
	else if (row->outcome == SW_OUTCOME_ABSENT ||
	    row->outcome == SW_OUTCOME_INVALID)
		tally->lacking_days |= row->days;
	if (row->days != 0)
		sw_marks_unite(&tally->marks, &row->marks);
	else
		tally->closed_seen += row->seen;
	note_latest(scan, cursor, &position);
}

/* What a mechanism was within the month that was read last. */
static void
keep_state(const struct scan *scan, struct sw_store_month *month, size_t i,
    unsigned seen)
{
	const struct tally *tally = &scan->tallies[i];
	struct sw_store_state *state = &month->states[i];

	*state = scan->subject.states[i];
	state->states = tally->month_states;
	state->seen = (uint8_t)(seen < SW_STORE_SEEN_MAX ? seen :
	    SW_STORE_SEEN_MAX);
	month->present_days[i] = tally->present_days;
	month->lacking_days[i] = tally->lacking_days;
}

static struct sw_store_month *
begin_kept(struct scan *scan, uint32_t month)
{
	struct sw_store_month *kept;

	if (scan->months == NULL)
		return NULL;
	kept = &scan->months[scan->subject.month_count++];
	memset(kept, 0, sizeof(*kept));
	kept->month = month;
	return kept;
}

/* Months have no days in common, so what was seen in them adds up. */
static void
end_month(struct scan *scan, uint32_t month)
{
	struct sw_store_month *kept = begin_kept(scan, month);

	for (unsigned left = scan->touched; left != 0; left &= left - 1) {
		size_t i = (size_t)__builtin_ctz(left);
		struct tally *tally = &scan->tallies[i];
		unsigned seen = (unsigned)tally->marks.count +
		    tally->closed_seen;

		if (kept != NULL)
			keep_state(scan, kept, i, seen);
		tally->seen += seen;
		if (tally->seen > SW_STORE_SEEN_MAX)
			tally->seen = SW_STORE_SEEN_MAX;
		tally->marks.count = 0;
		tally->closed_seen = 0;
		tally->month_states = 0;
		tally->present_days = tally->lacking_days = 0;
	}
	scan->touched = 0;
}

static void
begin_subject(struct scan *scan)
{
	const uint64_t halves[2] = { htobe64(scan->order.high),
		htobe64(scan->order.low) };

	memset(&scan->subject, 0, sizeof(scan->subject));
	scan->subject.months = scan->months;
	memcpy(scan->subject.pseudonym, halves, SW_PSEUDONYM_SIZE);
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

/* Ids mostly follow one another. */
static const struct place *
find_place(const struct scan *scan, int64_t id)
{
	uint64_t guess = scan->place_count != 0 ?
	    (uint64_t)id - (uint64_t)scan->places[0].id : 0;

	if (guess < scan->place_count && scan->places[guess].id == id)
		return &scan->places[guess];
	return bsearch(&id, scan->places, scan->place_count,
	    sizeof(*scan->places), compare_id);
}

/*
 * Find its row in table "subject", which is read along. *counts: is it one of
 * the period's key?
 */
static enum sw_result
describe_subject(struct scan *scan, bool *counts)
{
	struct sw_cursor *cursor = &scan->subjects;
	const struct place *place;
	enum sw_result result;

	while (!cursor->ended && sw_order_before(&cursor->row.subject,
	    &scan->order)) {
		result = sw_cursor_step(cursor);
		if (result != SW_OK)
			return result;
	}
	if (cursor->ended || !sw_order_is(&cursor->row.subject, &scan->order))
		return damaged(scan->store, "subject");
	*counts = cursor->row.key == scan->key;
	if (!*counts)
		return SW_OK;
	place = find_place(scan, cursor->row.suffix);
	if (place == NULL)
		return damaged(scan->store, "suffix");
	scan->subject.group = place->group;
	scan->subject.place = (uint32_t)(place - scan->places);
	scan->subject.name = sw_cursor_name(cursor);
	return SW_OK;
}

/* To the smallest subject that a cursor stands on. False: all have ended. */
static bool
next_subject(struct scan *scan)
{
	const struct sw_order *smallest = NULL;

	for (size_t i = 0; i < scan->cursor_count; i++) {
		const struct sw_cursor *cursor = &scan->cursors[i];

		if (!cursor->ended && (smallest == NULL ||
		    sw_order_before(&cursor->row.subject, smallest)))
			smallest = &cursor->row.subject;
	}
	if (smallest != NULL)
		scan->order = *smallest;
	return smallest != NULL;
}

static bool
stands_on_subject(const struct scan *scan, const struct sw_cursor *cursor)
{
	return !cursor->ended && sw_order_is(&cursor->row.subject,
	    &scan->order);
}

/* Take in all rows of the subject of a month. */
static enum sw_result
read_month(struct scan *scan, struct sw_cursor *cursor)
{
	enum sw_result result = SW_OK;

	if (!stands_on_subject(scan, cursor))
		return SW_OK;
	do {
		add_row(scan, cursor);
		result = sw_cursor_step(cursor);
	} while (result == SW_OK && stands_on_subject(scan, cursor));
	end_month(scan, cursor->month);
	return result;
}

static enum sw_result
scan_subjects(struct scan *scan, sw_store_visit visit, void *argument)
{
	enum sw_result result = SW_OK;
	bool counts;

	while (result == SW_OK && next_subject(scan)) {
		begin_subject(scan);
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
		result = sw_cursor_open_subjects(&scan->subjects, scan->store);
	return result;
}

static void
close_scan(struct scan *scan)
{
	for (size_t i = 0; i < scan->cursor_count; i++)
		sw_cursor_close(&scan->cursors[i]);
	sw_cursor_close(&scan->subjects);
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
