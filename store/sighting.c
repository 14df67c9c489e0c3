/*
 * The observations of a batch, sorted as the table is, into rows.
 */
#include <stdlib.h>
#include <string.h>

#include "arrivals.h"
#include "internal.h"
#include "marks.h"

#define DAY_FIRST 10957	/* 2000-01-01 */
#define AHEAD_MAX 2	/* days that an observation may be ahead of us */
#define SLICE 512u	/* items whose pages the cache holds, in any database */

struct items {
	struct sw_arrival *items;
	size_t count;
};

/* The month that was asked for last: most of a batch is of one day. */
struct month_memo {
	uint32_t day;
	uint32_t month;
	uint32_t first_day;
};

static int
compare_items(const void *left, const void *right)
{
	const struct sw_arrival *a = left, *b = right;
	int order;

	if (a->month != b->month)
		return a->month < b->month ? -1 : 1;
	order = memcmp(a->subject, b->subject, sizeof(a->subject));
	if (order != 0)
		return order;
	if (a->mechanism != b->mechanism)
		return a->mechanism < b->mechanism ? -1 : 1;
	if (a->outcome != b->outcome)
		return a->outcome < b->outcome ? -1 : 1;
	if (a->digest != b->digest)	/* as the column's signed numbers */
		return (int64_t)a->digest < (int64_t)b->digest ? -1 : 1;
	return 0;
}

static uint64_t
digest_number(const uint8_t digest[SW_DIGEST_SIZE])
{
	uint64_t number = 0;

	for (size_t i = 0; i < SW_DIGEST_SIZE; i++)
		number = number << 8 | digest[i];
	return number;
}

static void
look_up_month(struct month_memo *memo, uint32_t day)
{
	uint32_t month;

	if (memo->day == day)
		return;
	month = sw_month_of_day(day);
	if (month != memo->month)
		memo->first_day = sw_month_first_day(month);
	memo->month = month;
	memo->day = day;
}

/* Add a day to the observation's newest item, or begin another month's. */
static void
add_day(struct items *items, size_t first, struct month_memo *memo,
    const struct sw_arrival *base, uint32_t day, uint32_t tag)
{
	struct sw_arrival *item;
	uint32_t number;

	look_up_month(memo, day);
	if (items->count == first ||
	    items->items[items->count - 1].month != memo->month) {
		items->items[items->count] = *base;
		items->items[items->count++].month = memo->month;
	}
	item = &items->items[items->count - 1];
	number = day - memo->first_day;
	item->days |= UINT32_C(1) << number;
	item->volume++;
	sw_marks_add(&item->marks, (uint64_t)(number + 1) << 32 | tag);
}

static bool
is_acceptable(const struct sw_merge *merge, const struct sw_observation *o)
{
	return o->day >= DAY_FIRST && o->day <= merge->today + AHEAD_MAX &&
	    o->group < merge->batch->group_count &&
	    o->mechanism != SW_MECHANISM_NONE &&
	    o->outcome != SW_OUTCOME_UNKNOWN;
}

static void
add_observation(struct items *items, struct month_memo *memo,
    const struct sw_observation *o, uint32_t tag)
{
	struct sw_arrival base = {
		.mechanism = o->mechanism,
		.outcome = o->outcome,
		/* A value that has no bit is not known here. */
		.dnssec = (uint8_t)(1u << (o->dnssec < 8 ? o->dnssec : 0)),
		.group = o->group,
		.digest = digest_number(o->digest),
		.features = o->features,
		.name = o->name,
	};
	size_t first = items->count;

	memcpy(base.subject, o->subject, sizeof(base.subject));
	add_day(items, first, memo, &base, o->day, tag);
	for (uint32_t i = 0; i < 8; i++) {
		if ((o->earlier >> i & 1) && o->day - (i + 1) >= DAY_FIRST)
			add_day(items, first, memo, &base, o->day - (i + 1), tag);
	}
}

/* Nine days touch at most two months, hence two items an observation. */
static enum sw_result
collect(struct sw_merge *merge, struct items *items)
{
	const struct sw_batch *batch = merge->batch;
	struct month_memo memo = { 0 };
	uint32_t tag = sw_marks_tag(merge->resolver);

	items->items = calloc(batch->observation_count + 1,
	    2 * sizeof(*items->items));
	if (items->items == NULL) {
		sw_store_complain(merge->store, "out of memory");
		return SW_ERR_MEMORY;
	}
	for (size_t i = 0; i < batch->observation_count; i++) {
		const struct sw_observation *o = &batch->observations[i];

		if (is_acceptable(merge, o)) {
			add_observation(items, &memo, o, tag);
			merge->observations++;
		} else {
			merge->refused++;
		}
	}
	qsort(items->items, items->count, sizeof(*items->items), compare_items);
	return SW_OK;
}

/* Unite an item with another of the same row, as the UPSERT would. */
static void
unite(struct sw_arrival *item, const struct sw_arrival *other)
{
	item->features = sw_store_unite_features(item->features,
	    other->features);
	item->dnssec |= other->dnssec;
	item->days |= other->days;
	sw_marks_unite(&item->marks, &other->marks);
}

static enum sw_result
is_month_closed(struct sw_store *store, uint32_t month, bool *closed)
{
	sqlite3_stmt *get = store->statements[SW_STATEMENT_MONTH_GET];
	enum sw_result result = SW_OK;
	int step;

	sqlite3_bind_int64(get, 1, month);
	step = sqlite3_step(get);
	*closed = step == SQLITE_ROW;
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		result = sw_store_fail(store, "cannot read");
	sqlite3_reset(get);
	return result;
}

/* Its subject's group has been found. */
static enum sw_result
count_days(struct sw_merge *merge, const struct sw_arrival *item)
{
	const struct sw_volume_key key = {
		.month = item->month,
		.mechanism = item->mechanism,
		.outcome = item->outcome,
		.pseudonym_key = merge->key,
		.suffix = merge->suffixes[item->group],
	};

	if (sw_volumes_add(merge->volumes, &key, item->volume) == SW_OK)
		return SW_OK;
	sw_store_complain(merge->store, "out of memory");
	return SW_ERR_MEMORY;
}

/* --- What is known -------------------------------------------------------- */

/* Does the table say of the subject all that this item says? */
static bool
has_subject(const struct sw_merge *merge, const struct sw_arrival *item,
    sqlite3_stmt *query)
{
	const unsigned char *name;

	if (sqlite3_column_int64(query, 1) != merge->suffixes[item->group] ||
	    sqlite3_column_int64(query, 2) != merge->key)
		return false;
	if (item->name == NULL)
		return true;
	name = sqlite3_column_text(query, 3);
	return name != NULL && strcmp((const char *)name, item->name) == 0;
}

/*
 * Add what a row has to an item; had it all? Of a closed month only features
 * and DNSSEC are left.
 */
static bool
take_in(struct sw_arrival *item, sqlite3_stmt *query, bool closed)
{
	struct sw_arrival row = {
		.features = (uint64_t)sqlite3_column_int64(query, 4),
		.dnssec = (uint8_t)sqlite3_column_int(query, 5),
		.days = (uint32_t)sqlite3_column_int64(query, 6),
	};
	const void *marks = sqlite3_column_blob(query, 7);
	bool had;

	sw_marks_decode(&row.marks, marks,
	    (size_t)sqlite3_column_bytes(query, 7));
	had = (row.dnssec | item->dnssec) == row.dnssec &&
	    sw_store_unite_features(row.features, item->features) ==
	    row.features;
	if (!closed)
		had = (row.days | item->days) == row.days &&
		    !sw_marks_unite(&row.marks, &item->marks) && had;
	unite(item, &row);
	return had;
}

static enum sw_result
look_up(struct sw_merge *merge, struct sw_arrival *items, size_t count,
    bool closed)
{
	struct sw_store *store = merge->store;
	sqlite3_stmt *query = store->statements[SW_STATEMENT_ARRIVALS_GET];
	enum sw_result result;
	bool row;

	store->arrivals = items;
	store->arrival_count = count;
	while ((result = sw_store_step(store, query, &row)) == SW_OK && row) {
		struct sw_arrival *item =
		    &items[sqlite3_column_int64(query, 0)];

		item->has_subject = has_subject(merge, item, query);
		item->has_row = sqlite3_column_type(query, 4) != SQLITE_NULL;
		item->has_all = item->has_row && take_in(item, query, closed);
	}
	sqlite3_reset(query);
	store->arrivals = NULL;
	store->arrival_count = 0;
	return result;
}

/* --- What is new ---------------------------------------------------------- */

static enum sw_result
put_sighting(struct sw_store *store, const struct sw_arrival *item, bool late)
{
	sqlite3_stmt *put = store->statements[
	    late ? SW_STATEMENT_SIGHTING_LATE_PUT :
	    item->has_row ? SW_STATEMENT_SIGHTING_RENEW :
	    SW_STATEMENT_SIGHTING_PUT];
	uint8_t marks[SW_MARKS_SIZE];
	size_t length;

	sqlite3_bind_int64(put, 1, item->month);
	sqlite3_bind_blob(put, 2, item->subject, SW_PSEUDONYM_SIZE,
	    SQLITE_STATIC);
	sqlite3_bind_int(put, 3, item->mechanism);
	sqlite3_bind_int(put, 4, item->outcome);
	sqlite3_bind_int64(put, 5, (int64_t)item->digest);
	sqlite3_bind_int64(put, 6, (int64_t)item->features);
	sqlite3_bind_int(put, 7, item->dnssec);
	if (!late) {
		length = sw_marks_encode(&item->marks, marks);
		sqlite3_bind_int64(put, 8, item->days);
		sqlite3_bind_blob(put, 9, marks, (int)length, SQLITE_STATIC);
	}
	return sw_store_run(store, put);
}

/* Put the subject of an item, unless the one before it said the same. */
static enum sw_result
put_subject(struct sw_merge *merge, const struct sw_arrival *item,
    const struct sw_arrival *before)
{
	if (item->has_subject)
		return SW_OK;
	if (before != NULL && item->group == before->group &&
	    memcmp(item->subject, before->subject, SW_PSEUDONYM_SIZE) == 0 &&
	    (item->name == NULL || (before->name != NULL &&
	    strcmp(item->name, before->name) == 0)))
		return SW_OK;
	return sw_store_put_subject(merge, item->subject, item->group,
	    item->name);
}

/* Subjects, and rows of which there may be several items. */
static enum sw_result
put_items(struct sw_merge *merge, struct sw_arrival *items, size_t count,
    bool closed)
{
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < count && result == SW_OK; i++) {
		struct sw_arrival *item = &items[i], *next = item + 1;

		result = put_subject(merge, item, i > 0 ? item - 1 : NULL);
		if (result != SW_OK)
			break;
		if (i + 1 < count && compare_items(item, next) == 0) {
			unite(next, item);
			next->has_all = next->has_all && item->has_all;
		} else if (!item->has_all) {
			result = put_sighting(merge->store, item, closed);
		}
	}
	return result;
}

/* How many of the items to take at a time: those of one row stay together. */
static size_t
slice_of(const struct sw_arrival *items, size_t count)
{
	size_t end = SLICE;

	while (end < count && compare_items(&items[end - 1], &items[end]) == 0)
		end++;
	return end < count ? end : count;
}

/*
 * Where the database is large, nearly each item has pages of its own: they are
 * written while the cache still holds them from looking up.
 */
static enum sw_result
merge_items(struct sw_merge *merge, struct sw_arrival *items, size_t count,
    bool closed)
{
	enum sw_result result = SW_OK;

	while (count > 0 && result == SW_OK) {
		size_t slice = slice_of(items, count);

		result = look_up(merge, items, slice, closed);
		if (result == SW_OK)
			result = put_items(merge, items, slice, closed);
		items += slice;
		count -= slice;
	}
	return result;
}

/* The items of one month, which are neighbours. */
static enum sw_result
merge_month(struct sw_merge *merge, struct sw_arrival *items, size_t count)
{
	enum sw_result result;
	uint32_t days = 0, first_day = sw_month_first_day(items[0].month);
	bool closed;

	result = is_month_closed(merge->store, items[0].month, &closed);
	for (size_t i = 0; i < count && result == SW_OK; i++) {
		days |= items[i].days;
		result = sw_store_find_group(merge, items[i].group);
		if (result == SW_OK)
			result = count_days(merge, &items[i]);
	}
	if (result == SW_OK)
		result = merge_items(merge, items, count, closed);
	for (uint32_t i = 0; i < 31 && result == SW_OK; i++) {
		if (days >> i & 1)
			result = sw_store_put_resolver_day(merge, first_day + i);
	}
	return result;
}

enum sw_result
sw_store_merge_sightings(struct sw_merge *merge)
{
	struct items items = { 0 };
	enum sw_result result;

	result = collect(merge, &items);
	for (size_t first = 0, end; first < items.count && result == SW_OK;
	    first = end) {
		for (end = first + 1; end < items.count &&
		    items.items[end].month == items.items[first].month; end++)
			;
		result = merge_month(merge, &items.items[first], end - first);
	}
	free(items.items);
	return result;
}
