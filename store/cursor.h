/*
 * Cursors over the tables that a scan reads: the rows of a month, and the
 * subjects, both in the order of the pseudonyms. The columns of a row are
 * handed to an SQL function, which notes them in the cursor: asking SQLite for
 * one column after the other takes as long as reading the row does.
 */
#ifndef SW_STORE_CURSOR_H
#define SW_STORE_CURSOR_H

#include "internal.h"
#include "marks.h"

/* A pseudonym as numbers, which compare as its bytes do. */
struct sw_order {
	uint64_t high, low;
};

struct sw_row {
	struct sw_order subject;
	bool damaged;		/* what should be a pseudonym is none */
	/* Of table "sighting". */
	int64_t mechanism;
	uint8_t outcome;
	uint8_t dnssec;
	uint64_t digest;
	uint64_t features;
	uint32_t days;		/* 0: the month is closed */
	struct sw_marks marks;	/* only where there are days */
	unsigned seen;
	uint32_t ord;
	/* Of table "subject". */
	int64_t suffix;
	int64_t key;
};

struct sw_cursor {
	struct sw_store *store;
	sqlite3_stmt *query;
	uint32_t month;		/* 0: of table "subject" */
	bool ended;
	struct sw_row row;	/* that it stands on, unless it has ended */
};

/* The SQL functions; call once a connection. */
enum sw_result sw_cursor_register(struct sw_store *store);

/* On the first row. Whatever comes of it, close it. */
enum sw_result sw_cursor_open_month(struct sw_cursor *cursor,
    struct sw_store *store, uint32_t month);
enum sw_result sw_cursor_open_subjects(struct sw_cursor *cursor,
    struct sw_store *store);
void sw_cursor_close(struct sw_cursor *cursor);

enum sw_result sw_cursor_step(struct sw_cursor *cursor);

/* The name of the subject that it stands on, until it steps; NULL: none. */
const char *sw_cursor_name(const struct sw_cursor *cursor);

static inline bool
sw_order_is(const struct sw_order *a, const struct sw_order *b)
{
	return a->high == b->high && a->low == b->low;
}

static inline bool
sw_order_before(const struct sw_order *a, const struct sw_order *b)
{
	return a->high != b->high ? a->high < b->high : a->low < b->low;
}

#endif
