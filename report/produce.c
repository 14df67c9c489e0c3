/* Making tables: the passes over the database that each takes. */
#include "produce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolvers.h"
#include "series.h"
#include "steps.h"
#include "trend.h"

struct production {
	struct sw_store *store;
	const struct sw_wish *wish;
	struct sw_table *table;
	struct sw_scheme *scheme;
	struct sw_group *groups;	/* that subjects were ever seen in */
	size_t group_count;
	char *reason;
};

uint32_t
sw_month_before(uint32_t month)
{
	return month % 100 == 1 ? month - 89 : month - 1;
}

unsigned
sw_months_between(uint32_t first, uint32_t last)
{
	if (last < first)
		return 0;
	return (last / 100 - first / 100) * 12 + last % 100 - first % 100 + 1;
}

static enum sw_result
fail(struct production *production, enum sw_result result, const char *text)
{
	snprintf(production->reason, SW_REASON_MAX, "%s", text);
	return result;
}

/* Say what went wrong in the store. */
static enum sw_result
store_failed(struct production *production, enum sw_result result)
{
	const char *error = sw_store_error(production->store);

	return fail(production, result, error[0] != '\0' ? error :
	    sw_result_text(result));
}

/* --- Groups --------------------------------------------------------------- */

static enum sw_result
add_group(void *argument, const struct sw_group *group)
{
	struct production *production = argument;
	size_t n = production->group_count;
	struct sw_group *groups, *copy;

	/* Grow at each power of two. */
	if ((n & (n - 1)) == 0) {
		groups = reallocarray(production->groups, n != 0 ? 2 * n : 1,
		    sizeof(*groups));
		if (groups == NULL)
			return SW_ERR_MEMORY;
		production->groups = groups;
	}
	copy = &production->groups[production->group_count++];
	copy->suffix = strdup(group->suffix);
	copy->registry = strdup(group->registry);
	copy->type = strdup(group->type);
	return copy->suffix != NULL && copy->registry != NULL &&
	    copy->type != NULL ? SW_OK : SW_ERR_MEMORY;
}

static void
free_groups(struct production *production)
{
	for (size_t i = 0; i < production->group_count; i++) {
		free((char *)production->groups[i].suffix);
		free((char *)production->groups[i].registry);
		free((char *)production->groups[i].type);
	}
	free(production->groups);
}

static enum sw_result
begin_rows(struct production *production)
{
	enum sw_result result;

	result = sw_store_groups(production->store, add_group, production);
	if (result != SW_OK)
		return store_failed(production, result);
	return sw_tabulate_begin(production->table, &production->wish->rows,
	    production->groups, production->group_count, production->reason,
	    SW_REASON_MAX);
}

/* --- Keys ----------------------------------------------------------------- */

/* Where names are sent in plain, any key may have made the pseudonyms. */
static enum sw_result
check_cohort_key(struct production *production,
    const struct sw_store_period *period)
{
	const struct sw_cohort *cohort = production->wish->rows.cohort;
	static const uint8_t plain[SW_KEY_ID_SIZE];

	if (production->table->by != SW_BY_COHORT ||
	    memcmp(plain, period->key_id, SW_KEY_ID_SIZE) == 0 ||
	    memcmp(cohort->key_id, period->key_id, SW_KEY_ID_SIZE) == 0)
		return SW_OK;
	return fail(production, SW_ERR_INVALID, "the cohort's pseudonyms are of "
	    "another key than the period's: import the list with the key that "
	    "the resolvers used then");
}

/* --- One pass ------------------------------------------------------------- */

/* One block of all months from first to last, or a block each. */
struct pass {
	uint32_t first, last;
	bool each;
	struct sw_tally *tally;
};

static size_t
pass_blocks(const struct pass *pass)
{
	return pass->each ? sw_months_between(pass->first, pass->last) : 1;
}

static enum sw_result
visit_months(void *argument, const struct sw_store_subject *subject)
{
	struct pass *pass = argument;
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < subject->month_count && result == SW_OK; i++) {
		const struct sw_store_month *month = &subject->months[i];

		result = sw_tally_add(pass->tally, subject, sw_months_between(
		    pass->first, month->month) - 1, month->states);
	}
	return result;
}

static enum sw_result
scan(struct production *production, struct pass *pass)
{
	enum sw_result result = pass->each ?
	    sw_store_scan_months(production->store, pass->first, pass->last,
	    visit_months, pass) : sw_store_scan(production->store, pass->first,
	    pass->last, sw_tally_visit, pass->tally);

	return result == SW_OK ? SW_OK : store_failed(production, result);
}

/* What the block is of, and its volumes: all but the subjects. */
static enum sw_result
begin_block(struct production *production, const struct pass *pass,
    size_t index, uint32_t first, uint32_t last)
{
	struct sw_block *block = sw_table_add_block(production->table, first,
	    last);
	struct sw_tally_month volumes = { pass->tally, index };
	struct sw_store_period period;
	enum sw_result result;

	if (block == NULL)
		return fail(production, SW_ERR_MEMORY, "out of memory");
	result = sw_store_period(production->store, first, last, &period);
	if (result != SW_OK)
		return store_failed(production, result);
	result = check_cohort_key(production, &period);
	if (result != SW_OK)
		return result;
	block->units = period.units;
	result = sw_store_volumes(production->store, period.key_id, first, last,
	    sw_tally_visit_volume, &volumes);
	return result == SW_OK ? SW_OK : store_failed(production, result);
}

static enum sw_result
begin_pass_blocks(struct production *production, const struct pass *pass)
{
	enum sw_result result = SW_OK;
	uint32_t month = pass->first;

	if (!pass->each)
		return begin_block(production, pass, 0, pass->first,
		    pass->last);
	for (size_t i = 0; i < pass_blocks(pass) && result == SW_OK; i++) {
		result = begin_block(production, pass, i, month, month);
		month = sw_month_next(month);
	}
	return result;
}

/* The rows of the pass's blocks, which are the table's last. */
static enum sw_result
tabulate(struct production *production, const struct pass *pass)
{
	struct sw_table *table = production->table;
	size_t count = pass_blocks(pass);
	enum sw_result result = sw_tally_sort(pass->tally);

	for (size_t i = 0; i < count && result == SW_OK; i++)
		result = sw_tabulate(table,
		    &table->blocks[table->block_count - count + i],
		    production->scheme, pass->tally, i,
		    &production->wish->rows);
	return result == SW_OK ? SW_OK : fail(production, result,
	    sw_result_text(result));
}

static enum sw_result
make_pass(struct production *production, struct pass *pass)
{
	enum sw_result result = sw_tally_new(&pass->tally, production->scheme,
	    production->table->by, production->wish->rows.cohort,
	    pass_blocks(pass));

	if (result != SW_OK)
		return fail(production, result, sw_result_text(result));
	result = scan(production, pass);
	if (result == SW_OK)
		result = begin_pass_blocks(production, pass);
	if (result == SW_OK)
		result = tabulate(production, pass);
	sw_tally_free(&pass->tally);
	return result;
}

/* --- A block each month --------------------------------------------------- */

/* Is it the same key that counts in each of the months, and in all? */
static enum sw_result
is_one_key(struct production *production, uint32_t first, uint32_t last,
    bool *one)
{
	struct sw_store_period all, period;
	enum sw_result result = sw_store_period(production->store, first, last,
	    &all);

	*one = true;
	for (uint32_t month = first; result == SW_OK && month <= last;
	    month = sw_month_next(month)) {
		result = sw_store_period(production->store, month, month,
		    &period);
		if (result == SW_OK && period.counted)
			*one &= memcmp(period.key_id, all.key_id,
			    SW_KEY_ID_SIZE) == 0;
	}
	return result == SW_OK ? SW_OK : store_failed(production, result);
}

/* How many groups a month's tally may have at most. */
static size_t
most_groups(const struct production *production)
{
	const struct sw_cohort *cohort = production->wish->rows.cohort;

	if (production->table->by == SW_BY_COHORT)
		return cohort->columns[cohort->chosen].group_count;
	if (production->table->by == SW_BY_SUFFIX)
		return production->group_count;
	return 0;	/* registry types: a few */
}

/* Of suffixes there may be thousands, and each needs its room each month. */
#define PASS_ROOM ((size_t)384 << 20)	/* octets */

static size_t
most_months(const struct production *production)
{
	size_t month = most_groups(production) *
	    sw_tally_room(production->scheme);
	size_t months = month != 0 ? PASS_ROOM / month : SW_TALLY_MONTHS_MAX;

	return months < 1 ? 1 : months > SW_TALLY_MONTHS_MAX ?
	    SW_TALLY_MONTHS_MAX : months;
}

/* A block a month, of all months that one pass takes; *next follows them. */
static enum sw_result
make_months(struct production *production, uint32_t first, uint32_t last,
    uint32_t *next)
{
	struct pass pass = { .first = first, .last = first };
	enum sw_result result = SW_OK;

	for (size_t i = 1; i < most_months(production) && pass.last < last; i++)
		pass.last = sw_month_next(pass.last);
	if (pass.last != first)
		result = is_one_key(production, first, pass.last, &pass.each);
	if (result != SW_OK)
		return result;
	if (!pass.each)
		pass.last = first;
	*next = sw_month_next(pass.last);
	return make_pass(production, &pass);
}

/* --- Tables of domains ---------------------------------------------------- */

static enum sw_result
make_blocks(struct production *production)
{
	const struct sw_wish *wish = production->wish;
	enum sw_result result = SW_OK;
	uint32_t month = wish->first;

	while (result == SW_OK && month <= wish->last) {
		uint32_t first = month;

		if (wish->window <= 1) {
			result = make_months(production, month, wish->last,
			    &month);
			continue;
		}
		for (unsigned i = 1; i < wish->window; i++)
			first = sw_month_before(first);
		result = make_pass(production, &(struct pass){ .first = first,
		    .last = month });
		month = sw_month_next(month);
	}
	return result;
}

static enum sw_result
make_domains(struct production *production, struct sw_scheme *scheme)
{
	enum sw_result result;

	production->scheme = scheme;
	if (scheme == NULL)
		return fail(production, SW_ERR_MEMORY, "out of memory");
	result = begin_rows(production);
	if (result == SW_OK)
		result = sw_tabulate_columns(production->table, scheme);
	return result == SW_OK ? make_blocks(production) : result;
}

static enum sw_result
make_adoption(struct production *production)
{
	return make_domains(production, sw_scheme_adoption());
}

static enum sw_result
make_policy(struct production *production)
{
	return make_domains(production, sw_scheme_policy());
}

/* Ours are an adoption table of the same wish. */
static enum sw_result
make_series(struct production *production)
{
	struct sw_wish wish = *production->wish;
	struct sw_table *ours = NULL;
	enum sw_result result;
	char *reason = NULL;

	if (wish.series == NULL)
		return fail(production, SW_ERR_INVALID,
		    "the table needs --series FILE");
	wish.table = "adoption";
	result = sw_produce(&ours, production->store, &wish,
	    production->reason);
	if (result != SW_OK)
		return result;
	result = sw_series_make(production->table, wish.series, ours, &reason);
	if (result != SW_OK)
		fail(production, result, reason != NULL ? reason :
		    sw_result_text(result));
	free(reason);
	sw_table_free(&ours);
	return result;
}

static enum sw_result
make_quality(struct production *production)
{
	return make_domains(production, sw_scheme_quality());
}

static enum sw_result
make_resolvers(struct production *production)
{
	const struct sw_wish *wish = production->wish;
	enum sw_result result = sw_resolvers_columns(production->table);

	for (uint32_t month = wish->first; result == SW_OK &&
	    month <= wish->last; month = sw_month_next(month))
		result = sw_resolvers_block(production->table,
		    production->store, month);
	if (result == SW_ERR_STORE)
		return store_failed(production, result);
	return result == SW_OK ? SW_OK : fail(production, result,
	    sw_result_text(result));
}

/* A table that one pass over all months makes, under one key. */
static enum sw_result
begin_months(struct production *production)
{
	const struct sw_wish *wish = production->wish;
	enum sw_result result = begin_rows(production);
	struct sw_store_period period;

	if (result != SW_OK)
		return result;
	result = sw_store_period(production->store, wish->first, wish->last,
	    &period);
	if (result != SW_OK)
		return store_failed(production, result);
	return check_cohort_key(production, &period);
}

static enum sw_result
make_trend(struct production *production)
{
	const struct sw_wish *wish = production->wish;
	enum sw_result result = begin_months(production);

	if (result != SW_OK)
		return result;
	production->scheme = wish->of_policy ? sw_scheme_policy() :
	    sw_scheme_adoption();
	if (production->scheme == NULL)
		return fail(production, SW_ERR_MEMORY, "out of memory");
	result = sw_trend_make(production->table, production->store,
	    wish->first, wish->last, &wish->rows, production->scheme);
	if (result == SW_ERR_STORE)
		return store_failed(production, result);
	return result == SW_OK ? SW_OK : fail(production, result,
	    result == SW_ERR_INVALID ? "a trend takes two months or more: "
	    "--period YYYY-MM:YYYY-MM" : sw_result_text(result));
}

static enum sw_result
make_days(struct production *production, enum sw_result (*make)(
    struct sw_table *table, struct sw_store *store, uint32_t first,
    uint32_t last, const struct sw_rows_options *options))
{
	const struct sw_wish *wish = production->wish;
	enum sw_result result = begin_months(production);

	if (result != SW_OK)
		return result;
	result = make(production->table, production->store, wish->first,
	    wish->last, &wish->rows);
	if (result == SW_ERR_STORE)
		return store_failed(production, result);
	return result == SW_OK ? SW_OK : fail(production, result,
	    sw_result_text(result));
}

static enum sw_result
make_steps(struct production *production)
{
	return make_days(production, sw_steps_make);
}

static enum sw_result
make_anomalies(struct production *production)
{
	return make_days(production, sw_anomalies_make);
}

/* --- All ------------------------------------------------------------------ */

static const struct kind {
	const char *name;
	enum sw_result (*make)(struct production *production);
} kinds[] = {
	{ "adoption", make_adoption },
	{ "policy", make_policy },
	{ "trend", make_trend },
	{ "steps", make_steps },
	{ "series", make_series },
	{ "quality", make_quality },
	{ "resolvers", make_resolvers },
	{ "anomalies", make_anomalies },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

const char *const sw_produce_tables[] = { "adoption", "policy",
    "trend", "steps", "series", "quality", "resolvers", "anomalies", NULL };

static enum sw_result
check_wish(struct production *production)
{
	const struct sw_wish *wish = production->wish;

	if (wish->first == 0 || wish->first > wish->last ||
	    sw_months_between(wish->first, wish->last) > SW_BLOCKS_MAX)
		return fail(production, SW_ERR_INVALID,
		    "the range of months is empty or too long");
	if (wish->window > SW_WINDOW_MAX)
		return fail(production, SW_ERR_INVALID, "the window is too long");
	if (wish->rows.by == SW_BY_COHORT && wish->rows.cohort == NULL)
		return fail(production, SW_ERR_INVALID,
		    "no cohort was given for rows by cohort");
	return SW_OK;
}

enum sw_result
sw_produce(struct sw_table **table, struct sw_store *store,
    const struct sw_wish *wish, char reason[SW_REASON_MAX])
{
	struct production production = {
		.store = store, .wish = wish, .reason = reason
	};
	const struct kind *kind = kinds;
	enum sw_result result;

	*table = NULL;
	snprintf(reason, SW_REASON_MAX, "%s", sw_result_text(SW_ERR_MEMORY));
	while (kind < kinds + KIND_COUNT && strcmp(kind->name, wish->table) != 0)
		kind++;
	if (kind == kinds + KIND_COUNT)
		return fail(&production, SW_ERR_UNSUPPORTED, "there is no such "
		    "table");
	result = check_wish(&production);
	if (result == SW_OK)
		result = sw_table_new(&production.table, kind->name);
	if (result == SW_OK)
		result = kind->make(&production);
	if (result == SW_OK)
		*table = production.table;
	else
		sw_table_free(&production.table);
	sw_scheme_free(&production.scheme);
	free_groups(&production);
	return result;
}
