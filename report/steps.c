/* Days that stand out: see the header. */
#include "steps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "produce.h"

#define DAYS 31
#define DAYS_ALL ((UINT32_C(1) << DAYS) - 1)
#define CHANCE_MAX 0.01		/* of any day of a month told by mistake */
#define RATIO_STEPS 2.0
#define RATIO_NAMES 3.0
#define FEW 5			/* never worth telling, whatever the chance */

static const struct {
	const char *name;
	unsigned mechanism;
} mechanisms[] = {
	{ "mx", SW_MECHANISM_MX }, { "spf", SW_MECHANISM_SPF },
	{ "dmarc", SW_MECHANISM_DMARC }, { "mta_sts", SW_MECHANISM_MTA_STS },
	{ "tls_rpt", SW_MECHANISM_TLS_RPT }, { "bimi", SW_MECHANISM_BIMI },
};
#define MECHANISM_COUNT (sizeof(mechanisms) / sizeof(mechanisms[0]))

enum change { BEGAN, CEASED, CHANGES };
#define KIND(mechanism, change) ((mechanism) * CHANGES + (change))

/* Of a kind and day. */
enum { CELL_COUNT, CELL_SEEN, CELL_CHANCE, CELLS };

struct work {
	struct sw_table *table;
	const struct sw_rows_options *options;
	uint32_t first;
	unsigned months;
	size_t kinds;		/* changes of mechanisms; of names, one */
	double ratio;
	struct sw_lines lines;	/* by month, kind, day, CELL_... */
};

static uint64_t *
cell_of(const struct work *work, struct sw_line *line, size_t month,
    size_t kind, size_t day)
{
	return &line->cells[((month * work->kinds + kind) * DAYS + day) *
	    CELLS];
}

static size_t
month_index(const struct work *work, const struct sw_store_month *month)
{
	return sw_months_between(work->first, month->month) - 1;
}

static enum sw_result
find_line(struct work *work, const struct sw_store_subject *subject,
    struct sw_line **line)
{
	return sw_lines_find(&work->lines, work->table, work->options, subject,
	    line);
}

/* --- Changes -------------------------------------------------------------- */

/* What was last known of a mechanism. */
struct known {
	uint32_t day;		/* since 1970; 0: nothing is */
	bool present;
};

/*
 * Seen on a day. With both states on one day, the state is the other one from
 * then on: a change is seen as it happens, when two resolvers look.
 */
static void
take_day(const struct work *work, struct sw_line *line, size_t month,
    size_t mechanism, uint32_t number, uint32_t day, bool present, bool lacking,
    struct known *known)
{
	bool changes = known->day != 0 && (known->present ? lacking : present);
	uint64_t *cell;

	if (known->day != 0) {
		cell = cell_of(work, line, month, KIND(mechanism,
		    known->present ? CEASED : BEGAN), number);
		cell[CELL_SEEN]++;
		cell[CELL_CHANCE] += day - known->day;
		cell[CELL_COUNT] += changes;
		known->present ^= changes;
	} else if (present && lacking) {
		return;
	} else {
		known->present = present;
	}
	known->day = day;
}

static void
take_month(const struct work *work, struct sw_line *line,
    const struct sw_store_month *month, size_t mechanism, struct known *known)
{
	unsigned number = mechanisms[mechanism].mechanism;
	uint32_t present = month->present_days[number];
	uint32_t lacking = month->lacking_days[number];
	uint32_t begin;

	/* In closed months there are none. */
	if ((present | lacking) == 0)
		return;
	begin = sw_month_first_day(month->month);
	for (uint32_t left = (present | lacking) & DAYS_ALL; left != 0;
	    left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctz(left);
		uint32_t bit = UINT32_C(1) << i;

		take_day(work, line, month_index(work, month), mechanism, i,
		    begin + i, present & bit, lacking & bit, known);
	}
}

static enum sw_result
visit_changes(void *argument, const struct sw_store_subject *subject)
{
	struct work *work = argument;
	struct sw_line *line;
	enum sw_result result = find_line(work, subject, &line);

	for (size_t i = 0; line != NULL && i < MECHANISM_COUNT; i++) {
		struct known known = { 0 };

		for (size_t m = 0; m < subject->month_count; m++)
			take_month(work, line, &subject->months[m], i, &known);
	}
	return result;
}

/* --- Names ---------------------------------------------------------------- */

static enum sw_result
visit_names(void *argument, const struct sw_store_subject *subject)
{
	struct work *work = argument;
	struct sw_line *line;
	enum sw_result result = find_line(work, subject, &line);

	for (size_t m = 0; line != NULL && m < subject->month_count; m++) {
		const struct sw_store_month *month = &subject->months[m];
		uint32_t days = 0;

		for (size_t i = 1; i < SW_MECHANISM_COUNT; i++)
			days |= month->present_days[i] | month->lacking_days[i];
		days &= DAYS_ALL;
		for (uint32_t left = days; left != 0; left &= left - 1) {
			uint64_t *cell = cell_of(work, line,
			    month_index(work, month), 0,
			    (size_t)__builtin_ctz(left));

			cell[CELL_SEEN]++;
			cell[CELL_CHANCE]++;
			cell[CELL_COUNT] += (days & (days - 1)) == 0;
		}
	}
	return result;
}

/* --- What chance allows --------------------------------------------------- */

/*
 * The logarithm (base 10) of the chance that of trials so many or more fall
 * where each falls with the chance share. 0 where that is no surprise.
 */
static double
log_tail(uint64_t count, uint64_t trials, double share)
{
	double n = (double)trials, k = (double)count, term = 1, sum = 1;
	double first;

	if (share >= 1 || k <= n * share)
		return 0;
	first = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) +
	    k * log(share) + (n - k) * log1p(-share);
	/* Above the mean each further term is smaller than the one before. */
	for (; count < trials && term > sum * 1e-12; count++) {
		k = (double)count;
		term *= (n - k) / (k + 1) * share / (1 - share);
		sum += term;
	}
	first += log(sum);
	return first < 0 ? first / log(10) : 0;
}

struct sums {
	uint64_t count;
	double chance;
};

static struct sums
sum_days(const struct work *work, struct sw_line *line, size_t month,
    size_t kind)
{
	struct sums sums = { 0 };

	for (size_t day = 0; day < DAYS; day++) {
		const uint64_t *cell = cell_of(work, line, month, kind, day);

		sums.count += cell[CELL_COUNT];
		sums.chance += (double)cell[CELL_CHANCE];
	}
	return sums;
}

/* How many days of all groups and kinds can stand out in a month. */
static double
count_tests(const struct work *work, size_t month)
{
	double tests = 0;

	for (size_t i = 0; i < work->lines.count; i++) {
		for (size_t day = 0; day < work->kinds * DAYS; day++)
			tests += cell_of(work, work->lines.list[i], month, 0,
			    day)[CELL_CHANCE] > 0;
	}
	return tests;
}

/* Nobody may tell few domains from it, nor few that did not. */
static bool
is_told(const struct work *work, const uint64_t *cell)
{
	uint64_t least = work->table->min_cell, rest = cell[CELL_SEEN] -
	    cell[CELL_COUNT];

	return cell[CELL_COUNT] >= (least > FEW ? least : FEW) &&
	    (rest == 0 || rest >= least);
}

/* --- Rows ----------------------------------------------------------------- */

enum column {
	COLUMN_PERIOD, COLUMN_DAY, COLUMN_CHANGED, COLUMN_SEEN, COLUMN_EXPECTED,
	COLUMN_CHANCE, COLUMN_MEASURE, COLUMN_CHANGE
};

static const struct sw_column columns[] = {
	[COLUMN_PERIOD] = { .name = (char *)"period",
	    .title = (char *)"month", .unit = SW_UNIT_TEXT },
	[COLUMN_DAY] = { .name = (char *)"day",
	    .title = (char *)"day that stands out", .unit = SW_UNIT_TEXT,
	    .brief = 1, .heads = { { "", "Day" }, { "", "日" } } },
	[COLUMN_CHANGED] = { .name = (char *)"changed",
	    .title = (char *)"domains that changed, seen on that day",
	    .unit = SW_UNIT_DOMAINS, .brief = 4,
	    .heads = { { "", "Changed" }, { "変化した", "ドメイン" } } },
	[COLUMN_SEEN] = { .name = (char *)"seen",
	    .title = (char *)"domains seen that could have changed",
	    .unit = SW_UNIT_DOMAINS, .brief = 6,
	    .heads = { { "Seen", "again" }, { "再観測", "ドメイン" } } },
	[COLUMN_EXPECTED] = { .name = (char *)"expected",
	    .title = (char *)"domains that would have changed if all days were "
	    "alike", .unit = SW_UNIT_NUMBER, .brief = 5,
	    .heads = { { "", "Expected" }, { "", "期待値" } } },
	[COLUMN_CHANCE] = { .name = (char *)"chance_log10",
	    .title = (char *)"chance of so many or more if all days were alike: "
	    "its decimal logarithm", .unit = SW_UNIT_NUMBER },
	[COLUMN_MEASURE] = { .name = (char *)"measure",
	    .title = (char *)"what changed", .unit = SW_UNIT_TEXT, .brief = 2,
	    .heads = { { "", "Record" }, { "", "レコード" } } },
	[COLUMN_CHANGE] = { .name = (char *)"change",
	    .title = (char *)"began or ceased: to publish it",
	    .unit = SW_UNIT_TEXT, .brief = 3,
	    .heads = { { "", "Change" }, { "", "変化" } } },
};

static const struct sw_column names_columns[] = {
	[COLUMN_CHANGED] = { .name = (char *)"once",
	    .title = (char *)"domains seen on that day of the month only",
	    .unit = SW_UNIT_DOMAINS, .brief = 2,
	    .heads = { { "Seen", "only then" }, { "その日のみ", "観測" } } },
	[COLUMN_SEEN] = { .name = (char *)"seen",
	    .title = (char *)"domains seen on that day",
	    .unit = SW_UNIT_DOMAINS, .brief = 4,
	    .heads = { { "Seen", "then" }, { "その日の", "観測" } } },
	[COLUMN_EXPECTED] = { .name = (char *)"expected",
	    .title = (char *)"domains that would have been seen then only, if all "
	    "days were alike", .unit = SW_UNIT_NUMBER, .brief = 3,
	    .heads = { { "", "Expected" }, { "", "期待値" } } },
};

static enum sw_result
add_columns(struct sw_table *table, bool names)
{
	size_t count = names ? COLUMN_MEASURE : COLUMN_CHANGE + 1;
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < count && result == SW_OK; i++)
		result = sw_table_add_column(table, names &&
		    i < sizeof(names_columns) / sizeof(names_columns[0]) &&
		    names_columns[i].name != NULL ? &names_columns[i] :
		    &columns[i]);
	return result;
}

static enum sw_result
add_row(const struct work *work, struct sw_block *block, const char *name,
    size_t kind, size_t day, const uint64_t *cell, double expected,
    double chance)
{
	struct sw_row *row = sw_table_add_row(work->table, block, name,
	    SW_ROW_ENTRY);
	enum sw_result result;
	char text[32];

	if (row == NULL)
		return SW_ERR_MEMORY;
	snprintf(text, sizeof(text), "%s-%02zu", block->period, day + 1);
	result = sw_cell_text(&row->cells[COLUMN_PERIOD], block->period);
	if (result == SW_OK)
		result = sw_cell_text(&row->cells[COLUMN_DAY], text);
	sw_cell_count(&row->cells[COLUMN_CHANGED], cell[CELL_COUNT]);
	sw_cell_count(&row->cells[COLUMN_SEEN], cell[CELL_SEEN]);
	sw_cell_number(&row->cells[COLUMN_EXPECTED], expected);
	sw_cell_number(&row->cells[COLUMN_CHANCE], chance);
	if (work->kinds == 1 || result != SW_OK)
		return result;
	result = sw_cell_text(&row->cells[COLUMN_MEASURE],
	    mechanisms[kind / CHANGES].name);
	return result != SW_OK ? result : sw_cell_text(
	    &row->cells[COLUMN_CHANGE], kind % CHANGES == BEGAN ? "began" :
	    "ceased");
}

static enum sw_result
add_days(const struct work *work, struct sw_block *block, size_t month,
    struct sw_line *line, size_t kind, double tests)
{
	struct sums sums = sum_days(work, line, month, kind);
	enum sw_result result = SW_OK;

	for (size_t day = 0; day < DAYS && result == SW_OK; day++) {
		const uint64_t *cell = cell_of(work, line, month, kind, day);
		double share = (double)cell[CELL_CHANCE] / sums.chance;
		double expected = (double)sums.count * share, chance;

		if (!is_told(work, cell) ||
		    (double)cell[CELL_COUNT] < work->ratio * expected)
			continue;
		chance = log_tail(cell[CELL_COUNT], sums.count, share);
		if (chance + log10(tests) < log10(CHANCE_MAX))
			result = add_row(work, block, line->name, kind, day,
			    cell, expected, chance);
	}
	return result;
}

static enum sw_result
add_block(const struct work *work, uint32_t month, size_t index)
{
	struct sw_block *block = sw_table_add_block(work->table, month, month);
	double tests = count_tests(work, index);
	enum sw_result result = block != NULL ? SW_OK : SW_ERR_MEMORY;

	for (size_t i = 0; i < work->lines.count && result == SW_OK; i++) {
		for (size_t k = 0; k < work->kinds && result == SW_OK; k++)
			result = add_days(work, block, index,
			    work->lines.list[i], k, tests);
	}
	return result;
}

static enum sw_result
make(struct work *work, struct sw_store *store, uint32_t last,
    sw_store_visit visit)
{
	enum sw_result result = add_columns(work->table, work->kinds == 1);
	uint32_t month = work->first;

	work->months = sw_months_between(work->first, last);
	work->lines.cells = work->months * work->kinds * DAYS * CELLS;
	if (result == SW_OK)
		result = sw_store_scan_months(store, work->first, last, visit,
		    work);
	if (result == SW_OK)
		sw_lines_sort(&work->lines, work->table, work->options);
	for (size_t i = 0; i < work->months && result == SW_OK; i++,
	    month = sw_month_next(month))
		result = add_block(work, month, i);
	sw_lines_fini(&work->lines);
	return result;
}

enum sw_result
sw_steps_make(struct sw_table *table, struct sw_store *store, uint32_t first,
    uint32_t last, const struct sw_rows_options *options)
{
	struct work work = { .table = table, .options = options,
	    .first = first, .kinds = MECHANISM_COUNT * CHANGES,
	    .ratio = RATIO_STEPS };

	return make(&work, store, last, visit_changes);
}

enum sw_result
sw_anomalies_make(struct sw_table *table, struct sw_store *store,
    uint32_t first, uint32_t last, const struct sw_rows_options *options)
{
	struct work work = { .table = table, .options = options,
	    .first = first, .kinds = 1, .ratio = RATIO_NAMES };

	return make(&work, store, last, visit_names);
}
