/*
 * Checks of table "sighting": days, marks and counts agree, and where a month
 * is closed there are none of the first two.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "marks.h"

struct tags {
	uint32_t *tags;		/* of the resolvers, ascending */
	size_t count;
};

/* The states of one subject and mechanism in a closed month. */
struct closed_group {
	int64_t month;
	int64_t mechanism;
	uint8_t subject[SW_PSEUDONYM_SIZE];
	int64_t seen;
	bool open;		/* there is such a group */
};

struct row {
	int64_t month;
	uint8_t subject[SW_PSEUDONYM_SIZE];
	int64_t mechanism, outcome, dnssec, days, seen, ord;
	const uint8_t *marks;
	size_t marks_length;
	bool done;		/* the month is closed up to here */
	bool closing;		/* it is closed, or being closed */
};

/* --- Resolvers' tags ------------------------------------------------------ */

static int
compare_tags(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

static enum sw_result
add_tag(struct sw_checker *checker, struct tags *tags, sqlite3_stmt *query)
{
	const char *name = (const char *)sqlite3_column_text(query, 0);
	int64_t tag = sqlite3_column_int64(query, 1);
	uint32_t *larger;

	if (name != NULL && tag != sw_marks_tag(name))
		sw_check_complain(checker, "resolver %s: its tag is %lld", name,
		    (long long)tag);
	larger = realloc(tags->tags, (tags->count + 1) * sizeof(*larger));
	if (larger == NULL) {
		sw_store_complain(checker->store, "out of memory");
		return SW_ERR_MEMORY;
	}
	tags->tags = larger;
	tags->tags[tags->count++] = (uint32_t)tag;
	return SW_OK;
}

static enum sw_result
load_tags(struct sw_checker *checker, struct tags *tags)
{
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	bool row = true;

	result = sw_store_prepare(checker->store,
	    "SELECT name, tag FROM resolver", &query);
	while (result == SW_OK && (result = sw_store_step(checker->store,
	    query, &row)) == SW_OK && row)
		result = add_tag(checker, tags, query);
	sqlite3_finalize(query);
	if (result == SW_OK && tags->count > 1)
		qsort(tags->tags, tags->count, sizeof(*tags->tags),
		    compare_tags);
	return result;
}

static bool
tag_is_known(const struct tags *tags, uint32_t tag)
{
	return tags->count > 0 && bsearch(&tag, tags->tags, tags->count,
	    sizeof(*tags->tags), compare_tags) != NULL;
}

/* --- A row ---------------------------------------------------------------- */

/* The text of a row's key, in a buffer that the next call takes. */
static const char *
row_name(const struct row *row)
{
	static __thread char text[96];
	char subject[2 * SW_PSEUDONYM_SIZE + 1];

	for (size_t i = 0; i < SW_PSEUDONYM_SIZE; i++)
		sqlite3_snprintf(3, subject + 2 * i, "%02x", row->subject[i]);
	sqlite3_snprintf((int)sizeof(text), text,
	    "sighting of %lld, subject %s, mechanism %lld",
	    (long long)row->month, subject, (long long)row->mechanism);
	return text;
}

/* Bits of all days of a month; 0 for what is none. */
static uint32_t
month_days(int64_t month)
{
	uint32_t first, next;

	if (month < 200001 || month > 999911)
		return 0;
	first = sw_month_first_day((uint32_t)month);
	next = sw_month_first_day(sw_month_next((uint32_t)month));
	return first == 0 ? 0 : (uint32_t)(UINT64_C(1) << (next - first)) - 1;
}

/* Are these the smallest (day, resolver) pairs of these days? */
static const char *
judge_marks(const struct row *row, const struct tags *tags)
{
	uint32_t marked = 0, below;
	struct sw_marks marks;
	uint8_t again[SW_MARKS_SIZE];
	uint32_t day = 0;

	if (row->marks_length != (size_t)row->seen * SW_MARK_SIZE)
		return "marks and resolver-days differ";
	sw_marks_decode(&marks, row->marks, row->marks_length);
	if (sw_marks_encode(&marks, again) != row->marks_length ||
	    memcmp(again, row->marks, row->marks_length) != 0)
		return "marks are not in order";
	for (size_t i = 0; i < marks.count; i++) {
		day = (uint32_t)(marks.marks[i] >> 32);
		if (day < 1 || day > 31 || !(row->days >> (day - 1) & 1))
			return "a mark of a day that is not there";
		if (!tag_is_known(tags, (uint32_t)marks.marks[i]))
			return "a mark of a resolver that is missing";
		marked |= UINT32_C(1) << (day - 1);
	}
	/* Days without a mark come after the last of three. */
	below = marks.count < SW_STORE_SEEN_MAX ? UINT32_MAX :
	    (UINT32_C(1) << (day - 1)) - 1;
	if (((uint32_t)row->days & below & ~marked) != 0)
		return "a day without a mark";
	return NULL;
}

static const char *
judge_row(const struct row *row, const struct tags *tags)
{
	uint32_t days = month_days(row->month);

	if (days == 0)
		return "no such month";
	if (row->mechanism < 1 || row->mechanism > 255 || row->outcome < 1 ||
	    row->outcome > 255 || row->dnssec < 1 || row->dnssec > 255)
		return "a number that no sender sends";
	if (row->seen < 0 || row->seen > SW_STORE_SEEN_MAX)
		return "more resolver-days than are counted";
	if (row->days == 0)
		return !row->closing ? "no days, though the month is open" :
		    row->marks_length != 0 ? "marks without days" :
		    row->ord < 0 ? "its order is negative" : NULL;
	if (row->done)
		return "days, though the month is closed";
	if (row->days < 0 || (row->days & ~(int64_t)days) != 0)
		return "days that the month does not have";
	if (row->seen < 1 || row->ord != 0)
		return "not as a row of an open month";
	return judge_marks(row, tags);
}

/* --- All rows ------------------------------------------------------------- */

static bool
take_row(struct row *row, sqlite3_stmt *query)
{
	const void *subject = sqlite3_column_blob(query, 1);

	memset(row, 0, sizeof(*row));
	if (sqlite3_column_bytes(query, 1) != SW_PSEUDONYM_SIZE)
		return false;
	memcpy(row->subject, subject, SW_PSEUDONYM_SIZE);
	row->month = sqlite3_column_int64(query, 0);
	row->mechanism = sqlite3_column_int64(query, 2);
	row->outcome = sqlite3_column_int64(query, 3);
	row->dnssec = sqlite3_column_int64(query, 4);
	row->days = sqlite3_column_int64(query, 5);
	row->marks = sqlite3_column_blob(query, 6);
	row->marks_length = (size_t)sqlite3_column_bytes(query, 6);
	row->seen = sqlite3_column_int64(query, 7);
	row->ord = sqlite3_column_int64(query, 8);
	row->done = sqlite3_column_int(query, 9) != 0;
	row->closing = sqlite3_column_int(query, 10) != 0;
	return true;
}

static void
end_group(struct sw_checker *checker, struct closed_group *group)
{
	const struct row row = { .month = group->month,
		.mechanism = group->mechanism };

	if (group->open && group->seen == 0) {
		struct row named = row;

		memcpy(named.subject, group->subject, SW_PSEUDONYM_SIZE);
		sw_check_complain(checker, "%s: closed without a resolver-day",
		    row_name(&named));
	}
	group->open = false;
}

static void
add_to_group(struct sw_checker *checker, struct closed_group *group,
    const struct row *row)
{
	if (!group->open || group->month != row->month ||
	    group->mechanism != row->mechanism ||
	    memcmp(group->subject, row->subject, SW_PSEUDONYM_SIZE) != 0) {
		end_group(checker, group);
		group->open = row->done;
		group->month = row->month;
		group->mechanism = row->mechanism;
		group->seen = 0;
		memcpy(group->subject, row->subject, SW_PSEUDONYM_SIZE);
	}
	group->seen += row->seen;
}

static enum sw_result
check_rows(struct sw_checker *checker, const struct tags *tags)
{
	struct closed_group group = { .open = false };
	sqlite3_stmt *query = NULL;
	enum sw_result result;
	const char *wrong;
	bool more = true;
	struct row row;

	result = sw_store_prepare(checker->store, "SELECT s.month, subject, "
	    "mechanism, outcome, dnssec, days, marks, seen, ord, "
	    "c.month IS NOT NULL AND (done_to IS NULL OR subject <= done_to), "
	    "c.month IS NOT NULL FROM sighting AS s "
	    "LEFT JOIN closed_month AS c ON c.month = s.month "
	    "ORDER BY s.month, subject, mechanism, outcome, digest", &query);
	while (result == SW_OK && (result = sw_store_step(checker->store,
	    query, &more)) == SW_OK && more) {
		if (!take_row(&row, query)) {
			sw_check_complain(checker,
			    "sighting: a subject of another length");
			continue;
		}
		wrong = judge_row(&row, tags);
		if (wrong != NULL)
			sw_check_complain(checker, "%s: %s", row_name(&row),
			    wrong);
		add_to_group(checker, &group, &row);
	}
	end_group(checker, &group);
	sqlite3_finalize(query);
	return result;
}

enum sw_result
sw_check_sightings(struct sw_checker *checker)
{
	struct tags tags = { NULL, 0 };
	enum sw_result result;

	result = load_tags(checker, &tags);
	if (result == SW_OK)
		result = check_rows(checker, &tags);
	free(tags.tags);
	return result;
}
