/* Changes from month to month. */
#include "trend.h"

#include <stdlib.h>
#include <string.h>

#include "classes.h"
#include "lines.h"
#include "produce.h"

#define MEASURES_MAX 64		/* a bit each */
#define NO_MEASURE MEASURES_MAX

/* What is known of a measure in a month, and of two months together. */
enum state { STATE_UNKNOWN, STATE_LACKING, STATE_PRESENT, STATES };
#define JOINT(before, after) ((before) * STATES + (after))
#define JOINTS (STATES * STATES)

/* A month in which a subject was seen. */
struct seen {
	size_t month;		/* counted from the first */
	uint64_t present;	/* a bit for each measure */
};

struct trend {
	struct sw_table *table;
	const struct sw_rows_options *options;
	struct sw_scheme *scheme;
	struct sw_classes *classes;
	size_t measure_of[SW_SHARES_MAX];	/* or NO_MEASURE */
	size_t measures;
	uint32_t first;
	unsigned months;
	uint8_t *states;	/* of one subject, by month, measure */
	struct seen *seen;	/* its months */
	struct sw_lines lines;	/* by month, measure, enum below */
	struct sw_line *total;	/* of all of them */
};

/* What is counted of a measure in a month. */
enum {
	CELL_JOINTS,			/* with the month before, by JOINT() */
	CELL_FIRSTS = CELL_JOINTS + JOINTS,
	CELL_LASTS,
	CELLS
};

enum part {
	PART_BOTH, PART_BEFORE, PART_AFTER, PART_GAINED, PART_LOST,
	PART_CHANGE, PART_FIRST, PART_LAST, PARTS
};

static const struct {
	const char *ending;
	const char *title;
} parts[PARTS] = {
	[PART_BOTH] = { "both", "domains known in both months" },
	[PART_BEFORE] = { "before", "of these, had it in the earlier month" },
	[PART_AFTER] = { "after", "of these, had it in the later month" },
	[PART_GAINED] = { "gained", "of these, had it in the later month only" },
	[PART_LOST] = { "lost", "of these, had it in the earlier month only" },
	[PART_CHANGE] = { "change", "change of the share within these" },
	[PART_FIRST] = { "first", "domains first seen to have it in the later "
	    "month, of the months of the range" },
	[PART_LAST] = { "last", "domains last seen to have it in the later "
	    "month, of the months of the range" },
};

/* --- Counting ------------------------------------------------------------- */

/* Note the states of a month; a bit for each measure that is present. */
static uint64_t
take_month(const struct trend *trend, const struct sw_store_month *month,
    uint8_t *states)
{
	const struct sw_class *class;
	uint64_t present = 0;

	if (sw_classes_are_full(trend->classes))
		sw_classes_clear(trend->classes);
	class = sw_classes_get(trend->classes, sw_classes_find(trend->classes,
	    month->states));
	for (size_t i = 0; i < class->share_count; i++) {
		size_t measure = trend->measure_of[class->shares[i].share];

		if (measure == NO_MEASURE)
			continue;
		states[measure] = class->shares[i].part ? STATE_PRESENT :
		    STATE_LACKING;
		if (class->shares[i].part)
			present |= UINT64_C(1) << measure;
	}
	return present;
}

/* The counters of a measure in a month. */
static uint64_t *
cell_of(const struct trend *trend, struct sw_line *line, size_t month,
    size_t measure)
{
	return &line->cells[(month * trend->measures + measure) * CELLS];
}

/* Of a month in which, or before which, the subject was seen. */
static void
count_month(const struct trend *trend, struct sw_line *line, size_t month)
{
	const uint8_t *after = &trend->states[month * trend->measures];
	const uint8_t *before = after - trend->measures;

	for (size_t i = 0; i < trend->measures; i++) {
		size_t joint = JOINT(before[i], after[i]);

		/* Of most, nothing is known: these are told nowhere. */
		if (joint != JOINT(STATE_UNKNOWN, STATE_UNKNOWN))
			cell_of(trend, line, month, i)[CELL_JOINTS + joint]++;
	}
}

/* Those of the measures that are not among the others count there. */
static uint64_t
count_new(const struct trend *trend, struct sw_line *line,
    const struct seen *seen, uint64_t others, size_t counter)
{
	uint64_t new = seen->present & ~others;

	for (size_t i = 0; new != 0; i++, new >>= 1) {
		if (new & 1)
			cell_of(trend, line, seen->month, i)[counter]++;
	}
	return others | seen->present;
}

/* Only months in which it was seen say anything, and those after them. */
static void
count_subject(const struct trend *trend, struct sw_line *line, size_t count)
{
	const struct seen *seen = trend->seen;
	uint64_t before = 0, after = 0;
	size_t done = 0;

	for (size_t i = 0; i < count; i++) {
		size_t month = seen[i].month;

		if (month > 0 && month > done)
			count_month(trend, line, month);
		if (month + 1 < trend->months)
			count_month(trend, line, month + 1);
		done = month + 1;
		before = count_new(trend, line, &seen[i], before, CELL_FIRSTS);
	}
	for (size_t i = count; i > 0; i--)
		after = count_new(trend, line, &seen[i - 1], after,
		    CELL_LASTS);
}

static enum sw_result
visit(void *argument, const struct sw_store_subject *subject)
{
	struct trend *trend = argument;
	struct sw_line *line;
	enum sw_result result = sw_lines_find(&trend->lines, trend->table,
	    trend->options, subject, &line);

	if (line == NULL)
		return result;
	for (size_t i = 0; i < subject->month_count; i++) {
		size_t month = sw_months_between(trend->first,
		    subject->months[i].month) - 1;

		trend->seen[i].month = month;
		trend->seen[i].present = take_month(trend,
		    &subject->months[i],
		    &trend->states[month * trend->measures]);
	}
	count_subject(trend, line, subject->month_count);
	for (size_t i = 0; i < subject->month_count; i++)
		memset(&trend->states[trend->seen[i].month * trend->measures],
		    STATE_UNKNOWN, trend->measures);
	return SW_OK;
}

/* --- Cells ---------------------------------------------------------------- */

static uint64_t
part_value(const uint64_t *joints, enum part part)
{
	uint64_t kept = joints[JOINT(STATE_PRESENT, STATE_PRESENT)];
	uint64_t gained = joints[JOINT(STATE_LACKING, STATE_PRESENT)];
	uint64_t lost = joints[JOINT(STATE_PRESENT, STATE_LACKING)];

	switch (part) {
	case PART_BOTH:
		return kept + gained + lost +
		    joints[JOINT(STATE_LACKING, STATE_LACKING)];
	case PART_BEFORE:
		return kept + lost;
	case PART_AFTER:
		return kept + gained;
	case PART_GAINED:
		return gained;
	default:
		return lost;
	}
}

static bool
is_few(const struct trend *trend, uint64_t count)
{
	return count > 0 && count < trend->table->min_cell;
}

/*
 * Levels of single months are published too, so that who was seen in one of
 * them only is known by subtraction: all joint states count, whether shown or
 * not.
 */
static bool
is_told(const struct trend *trend, struct sw_line *line, size_t month,
    size_t measure)
{
	const uint64_t *cell = cell_of(trend, line, month, measure);

	for (size_t i = 0; i < CELLS; i++) {
		if (i != CELL_JOINTS + JOINT(STATE_UNKNOWN, STATE_UNKNOWN) &&
		    is_few(trend, cell[i]))
			return false;
	}
	return true;
}

/* A total gives a line back where one is hidden: then it is as well. */
static bool
total_is_told(const struct trend *trend, size_t month, size_t measure)
{
	if (!is_told(trend, trend->total, month, measure))
		return false;
	for (size_t i = 0; i < trend->lines.count; i++) {
		if (!is_told(trend, trend->lines.list[i], month, measure))
			return false;
	}
	return true;
}

static void
fill_measure(struct sw_cell *cells, const uint64_t *cell)
{
	const uint64_t *joints = &cell[CELL_JOINTS];
	uint64_t both = part_value(joints, PART_BOTH);

	for (int i = PART_BOTH; i <= PART_LOST; i++)
		sw_cell_count(&cells[i], part_value(joints, (enum part)i));
	if (both > 0)
		sw_cell_number(&cells[PART_CHANGE],
		    ((double)part_value(joints, PART_GAINED) -
		    (double)part_value(joints, PART_LOST)) / (double)both);
	sw_cell_count(&cells[PART_FIRST], cell[CELL_FIRSTS]);
	sw_cell_count(&cells[PART_LAST], cell[CELL_LASTS]);
}

static enum sw_result
add_row(const struct trend *trend, struct sw_block *block, size_t month,
    struct sw_line *line, enum sw_row_kind kind)
{
	struct sw_row *row = sw_table_add_row(trend->table, block, line->name,
	    kind);

	if (row == NULL)
		return SW_ERR_MEMORY;
	for (size_t i = 0; i < trend->measures; i++) {
		struct sw_cell *cells = &row->cells[1 + i * PARTS];

		if (kind == SW_ROW_TOTAL ? total_is_told(trend, month, i) :
		    is_told(trend, line, month, i)) {
			fill_measure(cells, cell_of(trend, line, month, i));
			continue;
		}
		for (size_t k = 0; k < PARTS; k++)
			cells[k].state = SW_CELL_SUPPRESSED;
	}
	return sw_cell_text(&row->cells[0], block->period);
}

/* Lines of which there is nothing to tell do not even tell their names. */
static bool
has_anything(const struct trend *trend, struct sw_line *line, size_t month)
{
	if (trend->table->min_cell == 0)
		return true;
	for (size_t i = 0; i < trend->measures; i++) {
		if (is_told(trend, line, month, i) && part_value(
		    cell_of(trend, line, month, i), PART_BOTH) > 0)
			return true;
	}
	return false;
}

static enum sw_result
add_blocks(struct trend *trend)
{
	enum sw_result result = SW_OK;
	uint32_t before = trend->first;

	for (size_t m = 1; m < trend->months && result == SW_OK; m++) {
		uint32_t month = sw_month_next(before);
		struct sw_block *block = sw_table_add_block(trend->table,
		    before, month);

		if (block == NULL)
			return SW_ERR_MEMORY;
		for (size_t i = 0; i < trend->lines.count && result == SW_OK;
		    i++) {
			if (has_anything(trend, trend->lines.list[i], m))
				result = add_row(trend, block, m,
				    trend->lines.list[i], SW_ROW_GROUP);
		}
		if (result == SW_OK)
			result = add_row(trend, block, m, trend->total,
			    SW_ROW_TOTAL);
		before = month;
	}
	return result;
}

/* --- All ------------------------------------------------------------------ */

static unsigned
brief_place(const char *measure, enum part part)
{
	unsigned start = strcmp(measure, "spf") == 0 ? 1 :
	    strcmp(measure, "dmarc") == 0 ? 5 : 0;

	if (start == 0)
		return 0;
	switch (part) {
	case PART_BOTH:
		return start;
	case PART_GAINED:
		return start + 1;
	case PART_LOST:
		return start + 2;
	case PART_CHANGE:
		return start + 3;
	default:
		return 0;
	}
}

static enum sw_result
add_column(struct trend *trend, const char *measure, enum part part)
{
	enum sw_result result;
	char *name = NULL, *title = NULL;

	if (asprintf(&name, "%s_%s", measure, parts[part].ending) < 0)
		name = NULL;
	if (asprintf(&title, "%s: %s", measure, parts[part].title) < 0)
		title = NULL;
	result = name == NULL || title == NULL ? SW_ERR_MEMORY :
	    sw_table_add_column(trend->table, &(struct sw_column){
		.name = name, .title = title, .measure = (char *)measure,
		.unit = part == PART_CHANGE ? SW_UNIT_SHARE : SW_UNIT_DOMAINS,
		.brief = brief_place(measure, part)
	});
	free(name);
	free(title);
	return result;
}

/* DKIM, of which absence is never known, has no changes. */
static enum sw_result
add_columns(struct trend *trend)
{
	enum sw_result result;

	result = sw_table_add_column(trend->table, &(struct sw_column){
		.name = (char *)"period", .title = (char *)"the two months",
		.unit = SW_UNIT_TEXT
	});
	for (size_t i = 0; i < trend->scheme->share_count; i++) {
		const struct sw_share_of *share = &trend->scheme->shares[i];

		trend->measure_of[i] = NO_MEASURE;
		if (share->at_least || trend->measures == MEASURES_MAX)
			continue;
		trend->measure_of[i] = trend->measures++;
		for (int k = 0; k < PARTS && result == SW_OK; k++)
			result = add_column(trend, share->name, (enum part)k);
	}
	return result;
}

static enum sw_result
add_total(struct trend *trend)
{
	trend->total = calloc(1, sizeof(*trend->total) +
	    trend->lines.cells * sizeof(uint64_t));
	if (trend->total == NULL)
		return SW_ERR_MEMORY;
	trend->total->name = (char *)SW_ROW_TOTAL_NAME;
	for (size_t i = 0; i < trend->lines.count; i++) {
		for (size_t k = 0; k < trend->lines.cells; k++)
			trend->total->cells[k] +=
			    trend->lines.list[i]->cells[k];
	}
	return SW_OK;
}

static enum sw_result
count_all(struct trend *trend, struct sw_store *store, uint32_t last)
{
	enum sw_result result;

	trend->lines.cells = (size_t)trend->months * trend->measures * CELLS;
	trend->states = calloc(trend->months, trend->measures);
	trend->seen = calloc(trend->months, sizeof(*trend->seen));
	trend->classes = sw_classes_new(trend->scheme);
	if (trend->states == NULL || trend->seen == NULL ||
	    trend->classes == NULL)
		return SW_ERR_MEMORY;
	result = sw_store_scan_months(store, trend->first, last, visit, trend);
	if (result != SW_OK)
		return result;
	sw_lines_sort(&trend->lines, trend->table, trend->options);
	return add_total(trend);
}

enum sw_result
sw_trend_make(struct sw_table *table, struct sw_store *store, uint32_t first,
    uint32_t last, const struct sw_rows_options *options,
    struct sw_scheme *scheme)
{
	struct trend trend = {
		.table = table, .options = options, .first = first,
		.months = sw_months_between(first, last), .scheme = scheme
	};
	enum sw_result result;

	result = trend.months < 2 ? SW_ERR_INVALID : add_columns(&trend);
	if (result == SW_OK)
		result = count_all(&trend, store, last);
	if (result == SW_OK)
		result = add_blocks(&trend);
	sw_lines_fini(&trend.lines);
	free(trend.total);
	free(trend.states);
	free(trend.seen);
	sw_classes_free(&trend.classes);
	return result;
}
