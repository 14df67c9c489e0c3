/* From a database to a site: see the header. */
#include "site_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cohort.h"
#include "message.h"
#include "senderwatch/maintenance.h"
#include "senderwatch/store.h"
#include "site_package.h"
#include "totals.h"

#define SECTIONS_MAX 64
#define SLUG_MAX 32

struct making {
	const struct sw_site_order *order;
	struct sw_store *store;
	struct sw_registries registries;
	struct sw_totals totals;
	uint32_t first, last;	/* with data */
	uint8_t last_key[SW_KEY_ID_SIZE];
	struct sw_site_section sections[SECTIONS_MAX];
	struct sw_table *tables[SECTIONS_MAX];	/* of the sections */
	char slugs[SECTIONS_MAX][SLUG_MAX];
	char *titles[SECTIONS_MAX];
	size_t count;
	char *reason;
};

static enum sw_result
fail(struct making *making, enum sw_result result, const char *text)
{
	snprintf(making->reason, SW_REASON_MAX, "%s", text[0] != '\0' ? text :
	    sw_result_text(result));
	return result;
}

/* --- Months --------------------------------------------------------------- */

/* The first and last months that resolvers reported of. */
static enum sw_result
find_months(struct making *making)
{
	const struct sw_site_order *order = making->order;
	enum sw_result result = SW_OK;

	for (uint32_t month = order->first; month <= order->last &&
	    result == SW_OK; month = sw_month_next(month)) {
		struct sw_store_period period;

		result = sw_store_period(making->store, month, month, &period);
		if (result != SW_OK)
			return fail(making, result,
			    sw_store_error(making->store));
		if (!period.counted)
			continue;
		if (making->first == 0)
			making->first = month;
		making->last = month;
		memcpy(making->last_key, period.key_id, SW_KEY_ID_SIZE);
	}
	return making->first != 0 ? SW_OK : fail(making, SW_ERR_INVALID,
	    "no resolver reported of any day of these months");
}

/*
 * A cohort's pseudonyms are of one key: the months, back from the last, that
 * are of this key.
 */
static enum sw_result
find_cohort_months(struct making *making, const struct sw_cohort *cohort,
    uint32_t *first)
{
	uint32_t month = making->last;

	if (memcmp(making->last_key, cohort->key_id, SW_KEY_ID_SIZE) != 0) {
		snprintf(making->reason, SW_REASON_MAX, "cohort \"%s\" is of "
		    "another key than the last month: import it again",
		    cohort->name);
		return SW_ERR_INVALID;
	}
	*first = month;
	while (month > making->first) {
		struct sw_store_period period;
		enum sw_result result;

		month = sw_month_before(month);
		result = sw_store_period(making->store, month, month, &period);
		if (result != SW_OK)
			return fail(making, result,
			    sw_store_error(making->store));
		if (!period.counted || memcmp(period.key_id, cohort->key_id,
		    SW_KEY_ID_SIZE) != 0)
			break;
		*first = month;
	}
	return SW_OK;
}

/* --- Tables --------------------------------------------------------------- */

static enum sw_result
add_section(struct making *making, enum sw_site_kind kind, const char *slug,
    const char *title, const struct sw_wish *wish)
{
	size_t place = making->count;
	struct sw_site_section *section = &making->sections[place];
	enum sw_result result;

	if (place == SECTIONS_MAX)
		return fail(making, SW_ERR_INVALID, "too many lists");

	snprintf(making->slugs[place], SLUG_MAX, "%s", slug);
	if (title != NULL) {
		making->titles[place] = strdup(title);
		if (making->titles[place] == NULL)
			return fail(making, SW_ERR_MEMORY, "");
	}
	result = sw_produce(&making->tables[place], making->store, wish,
	    making->reason);
	if (result != SW_OK) {
		free(making->titles[place]);
		making->titles[place] = NULL;
		return result;
	}
	section->kind = kind;
	section->slug = making->slugs[place];
	section->title = making->titles[place];
	section->table = making->tables[place];
	making->count++;
	return SW_OK;
}

static struct sw_wish
make_wish(const struct making *making, const char *table)
{
	return (struct sw_wish){
		.table = table, .first = making->first, .last = making->last,
		.rows = {
			.by = SW_BY_TYPE, .registry = making->order->registry,
			.registries = &making->registries,
			.totals = making->order->totals != NULL ?
			    &making->totals : NULL,
			.min_cell = making->order->min_cell
		}
	};
}

/* Tables whose rows are the registry's types. */
static enum sw_result
add_table(struct making *making, enum sw_site_kind kind, const char *name)
{
	struct sw_wish wish = make_wish(making, name);

	return add_section(making, kind, name, NULL, &wish);
}

/* The groups of one column of a cohort. */
static enum sw_result
add_column(struct making *making, struct sw_cohort *cohort, uint32_t first,
    size_t number, size_t column)
{
	struct sw_wish wish = make_wish(making, "adoption");
	char slug[SLUG_MAX], title[2 * SW_COHORT_TEXT_MAX + 4];

	cohort->chosen = column;
	wish.first = first;
	wish.rows.by = SW_BY_COHORT;
	wish.rows.cohort = cohort;
	wish.rows.registry = NULL;
	wish.rows.totals = NULL;
	snprintf(slug, sizeof(slug), "cohort-%zu-%zu", number, column + 1);
	snprintf(title, sizeof(title), cohort->column_count > 1 ? "%s: %s" :
	    "%s", cohort->name, cohort->columns[column].name);
	return add_section(making, SW_SITE_COHORT, slug, title, &wish);
}

/*
 * Of a list that is not public only one grouping: two of them, each with its
 * own suppression, could give away what the other hides.
 */
static enum sw_result
add_cohort(struct making *making, const char *path, size_t number)
{
	struct sw_cohort *cohort = NULL;
	char *reason = NULL;
	enum sw_result result;
	uint32_t first = 0;

	result = sw_cohort_read(&cohort, path, &reason);
	if (result != SW_OK)
		fail(making, result, reason != NULL ? reason : "");
	else
		result = find_cohort_months(making, cohort, &first);
	for (size_t i = 0; result == SW_OK && i < cohort->column_count &&
	    (i == 0 || cohort->open); i++)
		result = add_column(making, cohort, first, number, i);
	free(reason);
	sw_cohort_free(&cohort);
	return result;
}

/* Figures that others published, beside ours. */
static enum sw_result
add_series(struct making *making, const char *path, size_t number)
{
	struct sw_wish wish = make_wish(making, "series");
	char slug[SLUG_MAX];

	wish.series = path;
	snprintf(slug, sizeof(slug), "series-%zu", number);
	return add_section(making, SW_SITE_SERIES, slug, NULL, &wish);
}

static enum sw_result
add_sections(struct making *making)
{
	enum sw_result result;

	result = add_table(making, SW_SITE_ADOPTION, "adoption");
	if (result == SW_OK)
		result = add_table(making, SW_SITE_POLICY, "policy");
	for (size_t i = 0; i < making->order->cohort_count && result == SW_OK;
	    i++)
		result = add_cohort(making, making->order->cohorts[i], i + 1);
	/* From one month nothing changes to another. */
	if (result == SW_OK && making->first != making->last)
		result = add_table(making, SW_SITE_TREND, "trend");
	for (size_t i = 0; i < making->order->series_count && result == SW_OK;
	    i++)
		result = add_series(making, making->order->series[i], i + 1);
	if (result == SW_OK)
		result = add_table(making, SW_SITE_QUALITY, "quality");
	return result;
}

/* --- All ------------------------------------------------------------------ */

static enum sw_result
read_inputs(struct making *making)
{
	const struct sw_site_order *order = making->order;
	char *reason = NULL;
	enum sw_result result;

	result = sw_registries_load(&making->registries, order->registries,
	    sw_say_line, NULL);
	if (result != SW_OK)
		return fail(making, result, "can't load the registry tables");
	if (order->totals != NULL) {
		result = sw_totals_read(&making->totals, order->totals,
		    &reason);
		if (result != SW_OK)
			fail(making, result, reason != NULL ? reason : "");
		free(reason);
	}
	if (result != SW_OK)
		return result;
	result = sw_store_open(&making->store, order->database,
	    SW_STORE_READ);
	if (result != SW_OK)
		return fail(making, result, sw_store_error(making->store));
	if (order->progress != NULL)
		sw_store_watch(making->store, sw_progress_tell,
		    order->progress);
	return SW_OK;
}

static enum sw_result
write_all(struct making *making, struct sw_tree *tree)
{
	struct sw_site site = {
		.sections = making->sections, .count = making->count,
		.publisher = making->order->publisher,
		.gnuplot = making->order->gnuplot,
		.running = making->order->running
	};
	/* The downloads page lists what is there already. */
	enum sw_result result = sw_site_package(tree, &site);

	if (result == SW_OK)
		result = sw_site_write(tree, &site);
	return result == SW_OK ? SW_OK :
	    fail(making, result, sw_tree_error(tree));
}

static void
fini(struct making *making)
{
	for (size_t i = 0; i < making->count; i++) {
		sw_table_free(&making->tables[i]);
		free(making->titles[i]);
	}
	sw_store_close(&making->store);
	if (making->order->totals != NULL)
		sw_totals_fini(&making->totals);
	sw_registries_fini(&making->registries);
}

enum sw_result
sw_site_make(struct sw_tree *tree, const struct sw_site_order *order,
    char reason[SW_REASON_MAX])
{
	struct making making = { .order = order, .reason = reason };
	enum sw_result result;

	reason[0] = '\0';
	result = read_inputs(&making);
	if (result == SW_OK)
		result = find_months(&making);
	if (result == SW_OK)
		result = add_sections(&making);
	if (result == SW_OK)
		result = write_all(&making, tree);
	/* cppcheck-suppress knownConditionTrueFalse; making.reason is the same */
	if (result != SW_OK && reason[0] == '\0')
		fail(&making, result, "");
	fini(&making);
	return result;
}
