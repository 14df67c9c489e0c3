/* Days that stand out: a step that was planted is told, chance is not. */
#include "population.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../report/produce.h"
#include "../random.h"

#define MONTH 202611
#define DAYS 30
#define DOMAINS 3000		/* by group */
#define STEP_DAY 17
#define SURGE_DAY 9
#define BATCH 4096

static const struct sw_group groups[] = {
	{ "co.jp", "jp", "CO" }, { "jp", "jp", "GENERAL" },
	{ "ne.jp", "jp", "NE" },
};
#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

/* What happens beside chance. */
struct plan {
	uint64_t seed;
	unsigned step;		/* so many of CO begin on STEP_DAY */
	unsigned surge;		/* names under ne.jp, on SURGE_DAY only */
	int64_t min_cell;	/* 0: as the rows ask */
};

struct world {
	struct sw_store *store;
	struct sw_observation *observations;
	size_t count;
	uint64_t sequence;
	uint32_t day;
	bool present[GROUP_COUNT][DOMAINS];
};

static struct sw_registries registries;

static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	(void)argument;
	fail_msg("%s, line %u: %s", path, line, text);
}

static int
set_up(void **state)
{
	(void)state;
	return (int)sw_registries_load(&registries, NULL, complain, NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	sw_registries_fini(&registries);
	return 0;
}

static void
flush(struct world *world)
{
	struct sw_batch batch = {
		.instance = { 1 }, .sequence = ++world->sequence,
		.key_id = { 1 }, .resolver = "r", .software = "test",
		.sent_day = world->day, .groups = groups,
		.group_count = GROUP_COUNT,
		.observations = world->observations,
		.observation_count = world->count
	};
	struct sw_store_delivery delivery = { .batch = &batch,
	    .resolver = "r" };

	if (world->count > 0 && sw_store_merge(world->store, &delivery, 1,
	    world->day, NULL) != SW_OK)
		fail_msg("%s", sw_store_error(world->store));
	world->count = 0;
}

static void
observe(struct world *world, uint32_t group, uint32_t number, bool present)
{
	struct sw_observation *one = &world->observations[world->count];
	uint64_t id = (uint64_t)group << 32 | number;

	memset(one, 0, sizeof(*one));
	random_bytes(&id, one->subject, SW_PSEUDONYM_SIZE);
	one->mechanism = SW_MECHANISM_DMARC;
	one->outcome = present ? SW_OUTCOME_PRESENT : SW_OUTCOME_ABSENT;
	one->dnssec = SW_DNSSEC_INSECURE;
	one->day = world->day;
	one->group = group;
	if (present)
		memset(one->digest, 5, sizeof(one->digest));
	if (++world->count == BATCH)
		flush(world);
}

/* Of a thousand days, on how many it is looked up: like real ones. */
static unsigned
popularity(uint32_t number)
{
	return number % 20 == 0 ? 950 : number % 5 == 0 ? 300 : 40;
}

/* One day: a few domains change at any time, whether it is seen or not. */
static void
live_day(struct world *world, const struct plan *plan, unsigned day,
    uint64_t *random)
{
	world->day = sw_month_first_day(MONTH) + day - 1;
	for (uint32_t g = 0; g < GROUP_COUNT; g++) {
		for (uint32_t i = 0; i < DOMAINS; i++) {
			bool *present = &world->present[g][i];

			if (random_below(random, 1000) < 2)
				*present = !*present;
			if (g == 0 && day == STEP_DAY && i < plan->step)
				*present = true;
			/* Fewer mails on days without work. */
			if (random_below(random, 1000) < popularity(i) *
			    (day % 7 < 2 ? 1u : 2u) / 2)
				observe(world, g, i, *present);
		}
	}
	for (uint32_t i = 0; day == SURGE_DAY && i < plan->surge; i++)
		observe(world, 2, DOMAINS + i, false);
	flush(world);
}

static struct sw_table *
make_table(struct sw_store *store, const char *name, enum sw_by by,
    int64_t min_cell)
{
	const struct sw_wish wish = {
		.table = name, .first = MONTH, .last = MONTH, .rows = {
			.by = by, .registries = &registries,
			.min_cell = min_cell != 0 ? min_cell : -1
		}
	};
	struct sw_table *table;
	char reason[SW_REASON_MAX];

	if (sw_produce(&table, store, &wish, reason) != SW_OK)
		fail_msg("%s", reason);
	return table;
}

/* With what SQLite leaves beside it. */
static void
remove_database(const char *path)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	char name[64];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		unlink(name);
	}
}

/* The tables of a world: steps, anomalies; closed: once its days are gone. */
static void
make_tables(const struct plan *plan, enum sw_by by, bool closed,
    struct sw_table *tables[2])
{
	struct world *world = calloc(1, sizeof(*world));
	char path[] = "/tmp/senderwatch-steps.XXXXXX";
	uint64_t random = plan->seed;
	int file = mkstemp(path);

	assert_non_null(world);
	assert_true(file >= 0);
	close(file);
	unlink(path);
	world->observations = calloc(BATCH, sizeof(*world->observations));
	assert_non_null(world->observations);
	if (sw_store_open(&world->store, path, SW_STORE_WRITE) != SW_OK)
		fail_msg("%s", sw_store_error(world->store));
	for (unsigned day = 1; day <= DAYS; day++)
		live_day(world, plan, day, &random);
	if (closed)
		assert_int_equal(sw_store_close_months(world->store,
		    sw_month_first_day(sw_month_next(MONTH)) + 20, 7), SW_OK);
	tables[0] = make_table(world->store, "steps", by, plan->min_cell);
	tables[1] = make_table(world->store, "anomalies", by,
	    plan->min_cell);
	sw_store_close(&world->store);
	free(world->observations);
	free(world);
	remove_database(path);
}

static void
free_tables(struct sw_table *tables[2])
{
	sw_table_free(&tables[0]);
	sw_table_free(&tables[1]);
}

static const char *
text_of(const struct sw_table *table, size_t row, const char *column)
{
	return sw_table_cell(table, &table->blocks[0].rows[row], column)->text;
}

static void
chance_is_not_told(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct sw_table *tables[2];

		make_tables(&(struct plan){ .seed = seed }, SW_BY_TYPE, false,
		    tables);
		assert_int_equal(tables[0]->blocks[0].row_count, 0);
		assert_int_equal(tables[1]->blocks[0].row_count, 0);
		free_tables(tables);
	}
}

static void
steps_are_told(void **state)
{
	struct sw_table *tables[2];
	size_t rows;

	(void)state;
	make_tables(&(struct plan){ .seed = 7, .step = 600, .surge = 200 },
	    SW_BY_TYPE, false, tables);
	rows = tables[0]->blocks[0].row_count;
	assert_true(rows >= 1);
	for (size_t i = 0; i < rows; i++) {
		assert_string_equal(tables[0]->blocks[0].rows[i].name, "CO");
		assert_string_equal(text_of(tables[0], i, "measure"), "dmarc");
		assert_string_equal(text_of(tables[0], i, "change"), "began");
		assert_true(strcmp(text_of(tables[0], i, "day"),
		    "2026-11-17") >= 0);
	}
	assert_string_equal(text_of(tables[0], 0, "day"), "2026-11-17");
	assert_true(sw_table_cell(tables[0], &tables[0]->blocks[0].rows[0],
	    "changed")->count > 20);
	assert_int_equal(tables[1]->blocks[0].row_count, 1);
	assert_string_equal(tables[1]->blocks[0].rows[0].name, "NE");
	assert_string_equal(text_of(tables[1], 0, "day"), "2026-11-09");
	assert_true(sw_table_cell(tables[1], &tables[1]->blocks[0].rows[0],
	    "once")->count >= 200);
	free_tables(tables);
}

/* By suffix, which is not public, only what tells of no few domains. */
static void
few_are_not_told(void **state)
{
	struct sw_table *tables[2];

	(void)state;
	make_tables(&(struct plan){ .seed = 7, .step = 600, .surge = 200 },
	    SW_BY_SUFFIX, false, tables);
	for (size_t t = 0; t < 2; t++) {
		const struct sw_table *table = tables[t];

		assert_true(table->blocks[0].row_count > 0);
		for (size_t i = 0; i < table->blocks[0].row_count; i++) {
			const struct sw_row *row = &table->blocks[0].rows[i];
			uint64_t count = sw_table_cell(table, row, t == 0 ?
			    "changed" : "once")->count;
			uint64_t seen = sw_table_cell(table, row,
			    "seen")->count;

			assert_int_equal(row->kind, SW_ROW_ENTRY);
			assert_true(count >= SW_MIN_CELL_DEFAULT);
			assert_true(seen == count ||
			    seen - count >= SW_MIN_CELL_DEFAULT);
		}
	}
	free_tables(tables);
}

/* Sets how many names were seen then only, and how many others, if it is. */
static bool
is_told(unsigned surge, uint64_t min_cell, uint64_t *once, uint64_t *others)
{
	struct sw_table *tables[2];
	const struct sw_row *row;
	bool told;

	make_tables(&(struct plan){ .seed = 7, .surge = surge,
	    .min_cell = (int64_t)min_cell }, SW_BY_SUFFIX, false, tables);
	row = tables[1]->blocks[0].rows;
	told = tables[1]->blocks[0].row_count > 0;
	if (told) {
		*once = sw_table_cell(tables[1], row, "once")->count;
		*others = sw_table_cell(tables[1], row, "seen")->count - *once;
	}
	free_tables(tables);
	return told;
}

/* Neither those that stand out nor the others may be few; one more is. */
static void
nor_one_less(void **state)
{
	uint64_t once = 0, others = 0;

	(void)state;
	assert_true(is_told(200, 1, &once, &others));
	assert_true(once < others);
	assert_true(is_told(200, once, &once, &others));
	assert_false(is_told(200, once + 1, &once, &others));
	assert_true(is_told(900, 1, &once, &others));
	assert_true(others < once);
	assert_true(is_told(900, others, &once, &others));
	assert_false(is_told(900, others + 1, &once, &others));
}

/* Of a closed month no day is left that one could speak of. */
static void
closed_months_tell_nothing(void **state)
{
	struct sw_table *tables[2];

	(void)state;
	make_tables(&(struct plan){ .seed = 7, .step = 600, .surge = 200 },
	    SW_BY_TYPE, true, tables);
	assert_int_equal(tables[0]->blocks[0].row_count, 0);
	assert_int_equal(tables[1]->blocks[0].row_count, 0);
	free_tables(tables);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chance_is_not_told),
		cmocka_unit_test(steps_are_told),
		cmocka_unit_test(few_are_not_told),
		cmocka_unit_test(nor_one_less),
		cmocka_unit_test(closed_months_tell_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
