/* Changes from month to month. */
#include "trend.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "produce.h"
#include "text.h"

#define MEASURES_MAX 24

/* What is known of a measure in a month, and of two months together. */
enum state { STATE_UNKNOWN, STATE_LACKING, STATE_PRESENT, STATES };
#define JOINT(before, after) ((before) * STATES + (after))
#define JOINTS (STATES * STATES)

struct line {
	char *name;
	uint64_t *joints;	/* by month, measure, joint state */
	uint64_t *firsts;	/* by month, measure */
	uint64_t *lasts;
};

struct trend {
	struct sw_table *table;
	const struct sw_rows_options *options;
	struct sw_scheme *scheme;
	size_t shares[MEASURES_MAX];	/* of the scheme */
	size_t measures;
	uint32_t first;
	unsigned months;
	uint8_t *states;	/* of one subject, by month, measure */
	void *tree;
	struct line **lines;
	size_t count, room;
	struct line total;
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

/* --- Lines ---------------------------------------------------------------- */

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->name,
	    ((const struct line *)b)->name);
}

static int
compare_slots(const void *a, const void *b)
{
	return compare_lines(*(struct line *const *)a,
	    *(struct line *const *)b);
}

static void
fini_line(struct line *line)
{
	free(line->name);
	free(line->joints);
	free(line->firsts);
	free(line->lasts);
}

static enum sw_result
init_line(const struct trend *trend, struct line *line, const char *name)
{
	size_t cells = (size_t)trend->months * trend->measures;

	line->name = strdup(name);
	line->joints = calloc(cells * JOINTS, sizeof(uint64_t));
	line->firsts = calloc(cells, sizeof(uint64_t));
	line->lasts = calloc(cells, sizeof(uint64_t));
	return line->name != NULL && line->joints != NULL &&
	    line->firsts != NULL && line->lasts != NULL ? SW_OK :
	    SW_ERR_MEMORY;
}

static struct line *
need_line(struct trend *trend, const char *name)
{
	struct line key = { .name = (char *)name }, *line;
	struct line *const *found = tfind(&key, &trend->tree, compare_lines);

	if (found != NULL)
		return *found;
	if (trend->count == trend->room) {
		size_t room = trend->room == 0 ? 32 : 2 * trend->room;
		struct line **lines = reallocarray(trend->lines, room,
		    sizeof(*lines));

		if (lines == NULL)
			return NULL;
		trend->lines = lines;
		trend->room = room;
	}
	line = calloc(1, sizeof(*line));
	if (line == NULL)
		return NULL;
	trend->lines[trend->count++] = line;
	if (init_line(trend, line, name) != SW_OK ||
	    tsearch(line, &trend->tree, compare_lines) == NULL)
		return NULL;
	return line;
}

static void
keep_line(void *line)
{
	(void)line;
}

/* --- Counting ------------------------------------------------------------- */

static void
take_month(struct trend *trend, const struct sw_store_month *month)
{
	struct sw_store_subject subject = { 0 };
	uint8_t *states = &trend->states[(sw_months_between(trend->first,
	    month->month) - 1) * trend->measures];
	int8_t atoms[SW_FAMILIES_MAX];

	memcpy(subject.states, month->states, sizeof(subject.states));
	if (!sw_scheme_classify(trend->scheme, &subject, atoms))
		return;
	for (size_t i = 0; i < trend->measures; i++) {
		const struct sw_share_of *share =
		    &trend->scheme->shares[trend->shares[i]];

		if (sw_form_holds(&share->part, atoms))
			states[i] = STATE_PRESENT;
		else if (sw_form_holds(&share->whole, atoms))
			states[i] = STATE_LACKING;
	}
}

static void
count_measure(const struct trend *trend, struct line *line, size_t measure)
{
	size_t first = trend->months, last = trend->months;

	for (size_t m = 0; m < trend->months; m++) {
		size_t cell = m * trend->measures + measure;
		unsigned state = trend->states[cell];

		if (m > 0)
			line->joints[cell * JOINTS + JOINT(
			    trend->states[cell - trend->measures], state)]++;
		if (state != STATE_PRESENT)
			continue;
		if (first == trend->months)
			first = m;
		last = m;
	}
	if (first == trend->months)
		return;
	line->firsts[first * trend->measures + measure]++;
	line->lasts[last * trend->measures + measure]++;
}

static enum sw_result
visit(void *argument, const struct sw_store_subject *subject)
{
	struct trend *trend = argument;
	const char *name = sw_tabulate_row_name(trend->table, trend->options,
	    subject);
	struct line *line;

	if (name == NULL)
		return SW_OK;
	line = need_line(trend, name);
	if (line == NULL)
		return SW_ERR_MEMORY;
	memset(trend->states, 0, (size_t)trend->months * trend->measures);
	for (size_t i = 0; i < subject->month_count; i++)
		take_month(trend, &subject->months[i]);
	for (size_t i = 0; i < trend->measures; i++) {
		count_measure(trend, line, i);
		count_measure(trend, &trend->total, i);
	}
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
is_told(const struct trend *trend, const struct line *line, size_t cell)
{
	for (size_t i = 0; i < JOINTS; i++) {
		if (i != JOINT(STATE_UNKNOWN, STATE_UNKNOWN) &&
		    is_few(trend, line->joints[cell * JOINTS + i]))
			return false;
	}
	return !is_few(trend, line->firsts[cell]) &&
	    !is_few(trend, line->lasts[cell]);
}

/* A total gives a line back where one is hidden: then it is as well. */
static bool
total_is_told(const struct trend *trend, size_t cell)
{
	if (!is_told(trend, &trend->total, cell))
		return false;
	for (size_t i = 0; i < trend->count; i++) {
		if (!is_told(trend, trend->lines[i], cell))
			return false;
	}
	return true;
}

static void
fill_measure(struct sw_cell *cells, const struct line *line, size_t cell)
{
	const uint64_t *joints = &line->joints[cell * JOINTS];
	uint64_t both = part_value(joints, PART_BOTH);

	for (int i = PART_BOTH; i <= PART_LOST; i++)
		sw_cell_count(&cells[i], part_value(joints, (enum part)i));
	if (both > 0)
		sw_cell_number(&cells[PART_CHANGE],
		    ((double)part_value(joints, PART_GAINED) -
		    (double)part_value(joints, PART_LOST)) / (double)both);
	sw_cell_count(&cells[PART_FIRST], line->firsts[cell]);
	sw_cell_count(&cells[PART_LAST], line->lasts[cell]);
}

static enum sw_result
add_row(const struct trend *trend, struct sw_block *block, size_t month,
    const struct line *line, enum sw_row_kind kind)
{
	struct sw_row *row = sw_table_add_row(trend->table, block, line->name,
	    kind);

	if (row == NULL)
		return SW_ERR_MEMORY;
	for (size_t i = 0; i < trend->measures; i++) {
		struct sw_cell *cells = &row->cells[1 + i * PARTS];
		size_t cell = month * trend->measures + i;

		if (kind == SW_ROW_TOTAL ? total_is_told(trend, cell) :
		    is_told(trend, line, cell)) {
			fill_measure(cells, line, cell);
			continue;
		}
		for (size_t k = 0; k < PARTS; k++)
			cells[k].state = SW_CELL_SUPPRESSED;
	}
	return sw_cell_text(&row->cells[0], block->period);
}

/* Lines of which there is nothing to tell do not even tell their names. */
static bool
has_anything(const struct trend *trend, const struct line *line, size_t month)
{
	if (trend->table->min_cell == 0)
		return true;
	for (size_t i = 0; i < trend->measures; i++) {
		size_t cell = month * trend->measures + i;

		if (is_told(trend, line, cell) &&
		    part_value(&line->joints[cell * JOINTS], PART_BOTH) > 0)
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
		for (size_t i = 0; i < trend->count && result == SW_OK; i++) {
			if (has_anything(trend, trend->lines[i], m))
				result = add_row(trend, block, m,
				    trend->lines[i], SW_ROW_GROUP);
		}
		if (result == SW_OK)
			result = add_row(trend, block, m, &trend->total,
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

		if (share->at_least || trend->measures == MEASURES_MAX)
			continue;
		trend->shares[trend->measures++] = i;
		for (int k = 0; k < PARTS && result == SW_OK; k++)
			result = add_column(trend, share->name, (enum part)k);
	}
	return result;
}

static enum sw_result
count_all(struct trend *trend, struct sw_store *store, uint32_t last)
{
	enum sw_result result = init_line(trend, &trend->total,
	    SW_ROW_TOTAL_NAME);

	trend->states = calloc(trend->months, trend->measures);
	if (trend->states == NULL)
		result = SW_ERR_MEMORY;
	if (result == SW_OK)
		result = sw_store_scan_months(store, trend->first, last, visit,
		    trend);
	for (size_t i = 0; i < trend->count &&
	    trend->table->by != SW_BY_COHORT; i++)
		sw_text_clean(trend->lines[i]->name);
	if (result == SW_OK && trend->count > 1)
		qsort(trend->lines, trend->count, sizeof(*trend->lines),
		    compare_slots);
	return result;
}

enum sw_result
sw_trend_make(struct sw_table *table, struct sw_store *store, uint32_t first,
    uint32_t last, const struct sw_rows_options *options)
{
	struct trend trend = {
		.table = table, .options = options, .first = first,
		.months = sw_months_between(first, last),
		.scheme = sw_scheme_adoption()
	};
	enum sw_result result = SW_ERR_MEMORY;

	if (trend.scheme == NULL)
		return SW_ERR_MEMORY;
	result = trend.months < 2 ? SW_ERR_INVALID : add_columns(&trend);
	if (result == SW_OK)
		result = count_all(&trend, store, last);
	if (result == SW_OK)
		result = add_blocks(&trend);
	tdestroy(trend.tree, keep_line);
	for (size_t i = 0; i < trend.count; i++) {
		fini_line(trend.lines[i]);
		free(trend.lines[i]);
	}
	fini_line(&trend.total);
	free(trend.lines);
	free(trend.states);
	sw_scheme_free(&trend.scheme);
	return result;
}
