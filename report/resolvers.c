/* Who reported. */
#include "resolvers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"

#define DAY_TEXT_MAX 16

struct resolver {
	char *name;
	uint32_t days, first_day, last_day;
	struct sw_counters counters;
};

struct resolvers {
	struct resolver *list;
	size_t count;
	uint32_t first_day, last_day;	/* of all; 0: none */
	bool failed;
};

enum column {
	COLUMN_PERIOD, COLUMN_REPORTED, COLUMN_MISSED, COLUMN_FIRST,
	COLUMN_LAST, COLUMN_COUNTERS
};

static enum sw_result
add_column(struct sw_table *table, const char *name, const char *title,
    enum sw_unit unit, unsigned brief)
{
	return sw_table_add_column(table, &(struct sw_column){
		.name = (char *)name, .title = (char *)title, .unit = unit,
		.brief = brief
	});
}

enum sw_result
sw_resolvers_columns(struct sw_table *table)
{
	enum sw_result result;

	result = add_column(table, "period", "month", SW_UNIT_TEXT, 0);
	if (result == SW_OK)
		result = add_column(table, "days_reported", "days of the month "
		    "that it reported of", SW_UNIT_COUNT, 1);
	if (result == SW_OK)
		result = add_column(table, "days_missed", "days that others "
		    "reported of or between, and it did not", SW_UNIT_COUNT, 2);
	if (result == SW_OK)
		result = add_column(table, "first_day", "first day of the "
		    "month that it reported of", SW_UNIT_TEXT, 3);
	if (result == SW_OK)
		result = add_column(table, "last_day", "last day of the month "
		    "that it reported of", SW_UNIT_TEXT, 4);
#define ADD(counter) \
	if (result == SW_OK) \
		result = add_column(table, #counter, "what its module counted " \
		    "since its starts: " #counter, SW_UNIT_COUNT, \
		    strncmp(#counter, "dropped", 7) == 0 ? 5 : 0);
	SW_FOR_EACH_COUNTER(ADD)
#undef ADD
	return result;
}

static struct resolver *
need_resolver(struct resolvers *all, const char *name)
{
	size_t n = all->count;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(all->list[i].name, name) == 0)
			return &all->list[i];
	}
	/* Grow at each power of two. */
	if ((n & (n - 1)) == 0) {
		struct resolver *list = reallocarray(all->list,
		    n != 0 ? 2 * n : 1, sizeof(*list));

		if (list == NULL)
			return NULL;
		all->list = list;
	}
	all->list[n] = (struct resolver){ .name = strdup(name) };
	if (all->list[n].name == NULL)
		return NULL;
	return &all->list[all->count++];
}

static void
take_sender(void *argument, const struct sw_store_sender *sender)
{
	struct resolvers *all = argument;
	struct resolver *resolver = need_resolver(all, sender->resolver);

	if (resolver == NULL) {
		all->failed = true;
		return;
	}
#define ADD(counter) resolver->counters.counter += sender->counters.counter;
	SW_FOR_EACH_COUNTER(ADD)
#undef ADD
}

static enum sw_result
take_day(void *argument, const struct sw_store_resolver_day *day)
{
	struct resolvers *all = argument;
	struct resolver *resolver = need_resolver(all, day->resolver);

	if (resolver == NULL)
		return SW_ERR_MEMORY;
	resolver->days++;
	if (resolver->first_day == 0)
		resolver->first_day = day->day;
	resolver->last_day = day->day;
	if (all->first_day == 0 || day->day < all->first_day)
		all->first_day = day->day;
	if (day->day > all->last_day)
		all->last_day = day->day;
	return SW_OK;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const struct resolver *)a)->name,
	    ((const struct resolver *)b)->name);
}

static enum sw_result
set_day(struct sw_cell *cell, uint32_t day)
{
	time_t seconds = (time_t)day * 86400;
	char text[DAY_TEXT_MAX];
	struct tm date;

	if (day == 0 || gmtime_r(&seconds, &date) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d", &date) == 0)
		return SW_OK;
	return sw_cell_text(cell, text);
}

static enum sw_result
add_row(struct sw_table *table, struct sw_block *block,
    const struct resolvers *all, const struct resolver *resolver)
{
	struct sw_row *row;
	struct sw_cell *cell;
	enum sw_result result;

	sw_text_clean(resolver->name);
	row = sw_table_add_row(table, block, resolver->name, SW_ROW_ENTRY);
	if (row == NULL)
		return SW_ERR_MEMORY;
	sw_cell_count(&row->cells[COLUMN_REPORTED], resolver->days);
	sw_cell_count(&row->cells[COLUMN_MISSED], all->first_day == 0 ? 0 :
	    all->last_day - all->first_day + 1 - resolver->days);
	cell = &row->cells[COLUMN_COUNTERS];
#define PUT(counter) sw_cell_count(cell++, resolver->counters.counter);
	SW_FOR_EACH_COUNTER(PUT)
#undef PUT
	result = sw_cell_text(&row->cells[COLUMN_PERIOD], block->period);
	if (result == SW_OK)
		result = set_day(&row->cells[COLUMN_FIRST],
		    resolver->first_day);
	if (result == SW_OK)
		result = set_day(&row->cells[COLUMN_LAST], resolver->last_day);
	return result;
}

enum sw_result
sw_resolvers_block(struct sw_table *table, struct sw_store *store,
    uint32_t month)
{
	struct sw_block *block = sw_table_add_block(table, month, month);
	struct resolvers all = { 0 };
	struct sw_store_period period;
	enum sw_result result;

	if (block == NULL)
		return SW_ERR_MEMORY;
	result = sw_store_period(store, month, month, &period);
	if (result == SW_OK)
		result = sw_store_resolver_days(store, period.key_id, month,
		    month, take_day, &all);
	if (result == SW_OK)
		result = sw_store_senders(store, take_sender, &all);
	if (all.failed)
		result = SW_ERR_MEMORY;
	block->units = result == SW_OK ? period.units : 0;
	if (all.count > 1)
		qsort(all.list, all.count, sizeof(*all.list), compare_names);
	for (size_t i = 0; i < all.count && result == SW_OK; i++)
		result = add_row(table, block, &all, &all.list[i]);
	for (size_t i = 0; i < all.count; i++)
		free(all.list[i].name);
	free(all.list);
	return result;
}
