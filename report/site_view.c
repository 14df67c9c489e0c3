/* Tables as pages show them: see the header. */
#include "site_view.h"

#include <string.h>

#include "text.h"

#define SIGN_EMPTY "\xe2\x80\x93"	/* en dash */
#define SIGN_SUPPRESSED "\xc3\x97"	/* multiplication sign */
#define SIGN_WITHHELD "?"
#define DASH "\xe2\x80\x93"

/* --- Cells ---------------------------------------------------------------- */

static size_t
find_aspect(const struct sw_table *table, const char *measure,
    enum sw_aspect aspect)
{
	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i].aspect == aspect &&
		    strcmp(table->columns[i].measure, measure) == 0)
			return i;
	}
	return SW_COLUMN_NONE;
}

const struct sw_cell *
sw_site_cell(const struct sw_table *table, const struct sw_row *row,
    const char *measure, enum sw_aspect aspect)
{
	static const struct sw_cell empty = { .state = SW_CELL_EMPTY };
	size_t column = find_aspect(table, measure, aspect);

	return column != SW_COLUMN_NONE ? &row->cells[column] : &empty;
}

double
sw_site_best(const struct sw_table *table, const struct sw_row *row,
    const char *measure, bool *adjusted)
{
	const struct sw_cell *cell = sw_site_cell(table, row, measure,
	    SW_ASPECT_ADJUSTED);

	*adjusted = cell->state == SW_CELL_VALUE;
	if (!*adjusted)
		cell = sw_site_cell(table, row, measure, SW_ASPECT_RATE);
	return cell->state == SW_CELL_VALUE ? cell->number : -1;
}

static const char *
sign_of(enum sw_cell_state state)
{
	return state == SW_CELL_SUPPRESSED ? SIGN_SUPPRESSED :
	    state == SW_CELL_WITHHELD ? SIGN_WITHHELD : SIGN_EMPTY;
}

static void
write_sign(FILE *file, const struct sw_site_words *words,
    enum sw_cell_state state)
{
	const char *text = state == SW_CELL_SUPPRESSED ? words->suppressed :
	    state == SW_CELL_WITHHELD ? words->withheld : words->empty;

	/* Read aloud as words, seen as a sign. */
	fprintf(file, "<span aria-hidden=\"true\">%s</span>"
	    "<span class=\"hidden\">", sign_of(state));
	sw_html_write(file, text);
	fputs("</span>", file);
}

static void
write_percent(FILE *file, double share)
{
	fprintf(file, "%.1f%%", 100 * share);
}

static void
write_interval(FILE *file, const struct sw_cell *low,
    const struct sw_cell *high)
{
	if (low->state != SW_CELL_VALUE || high->state != SW_CELL_VALUE)
		return;
	fprintf(file, "<small>%.1f" DASH "%.1f</small>", 100 * low->number,
	    100 * high->number);
}

static void
write_share(FILE *file, const struct sw_site_view *view,
    const struct sw_row *row, const char *measure, enum sw_aspect aspect)
{
	const struct sw_cell *cell = sw_site_cell(view->table, row, measure,
	    aspect);

	if (cell->state != SW_CELL_VALUE) {
		write_sign(file, view->words, cell->state);
		return;
	}
	write_percent(file, cell->number);
	if (aspect == SW_ASPECT_RATE)
		write_interval(file, sw_site_cell(view->table, row, measure,
		    SW_ASPECT_RATE_LOW), sw_site_cell(view->table, row,
		    measure, SW_ASPECT_RATE_HIGH));
	else if (aspect == SW_ASPECT_ADJUSTED)
		write_interval(file, sw_site_cell(view->table, row, measure,
		    SW_ASPECT_ADJUSTED_LOW), sw_site_cell(view->table, row,
		    measure, SW_ASPECT_ADJUSTED_HIGH));
}

static void
write_bounds(FILE *file, const struct sw_site_view *view,
    const struct sw_row *row, const char *measure)
{
	const struct sw_cell *low = sw_site_cell(view->table, row, measure,
	    SW_ASPECT_BOUND_LOW);
	const struct sw_cell *high = sw_site_cell(view->table, row, measure,
	    SW_ASPECT_BOUND_HIGH);

	if (low->state != SW_CELL_VALUE || high->state != SW_CELL_VALUE) {
		write_sign(file, view->words, low->state != SW_CELL_VALUE ?
		    low->state : high->state);
		return;
	}
	fprintf(file, "%.1f" DASH "%.1f%%", 100 * low->number,
	    100 * high->number);
}

static void
write_best(FILE *file, const struct sw_site_view *view,
    const struct sw_row *row, const char *measure)
{
	bool adjusted;
	double share = sw_site_best(view->table, row, measure, &adjusted);

	if (share < 0) {
		write_sign(file, view->words, sw_site_cell(view->table, row,
		    measure, SW_ASPECT_RATE)->state);
		return;
	}
	fputs(adjusted ? "<b>" : "<i>", file);
	write_percent(file, share);
	fputs(adjusted ? "</b>" : "</i>", file);
}

/* Sentences are broken into lines; months and words are not. */
static void
write_text(FILE *file, const char *text)
{
	bool sentence = strchr(text, ' ') != NULL;

	if (sentence)
		fputs("<span class=\"text\">", file);
	sw_html_write(file, text);
	if (sentence)
		fputs("</span>", file);
}

/* A cell of any column, as it is. */
static void
write_plain(FILE *file, const struct sw_site_view *view,
    const struct sw_row *row, const char *name)
{
	size_t column = sw_table_find_column(view->table, name);
	const struct sw_cell *cell = sw_table_cell(view->table, row, name);
	char number[SW_NUMBER_MAX];

	if (cell->state != SW_CELL_VALUE) {
		write_sign(file, view->words, cell->state);
		return;
	}
	switch (view->table->columns[column].unit) {
	case SW_UNIT_SHARE:
		write_percent(file, cell->number);
		break;
	case SW_UNIT_NUMBER:
		/* Counts of others come as numbers too. */
		if (cell->number >= 0 && cell->number < 1e15 &&
		    cell->number == (double)(uint64_t)cell->number)
			fputs(sw_text_number(number, (uint64_t)cell->number),
			    file);
		else
			fprintf(file, "%.4f", cell->number);
		break;
	case SW_UNIT_TEXT:
		write_text(file, cell->text);
		break;
	default:
		fputs(sw_text_number(number, cell->count), file);
	}
}

static void
write_cell(FILE *file, const struct sw_site_view *view,
    const struct sw_row *row, const struct sw_site_column *column)
{
	fputs("<td>", file);
	switch (column->kind) {
	case SW_SITE_OBSERVED:
		write_share(file, view, row, column->name, SW_ASPECT_RATE);
		break;
	case SW_SITE_ADJUSTED:
		write_share(file, view, row, column->name, SW_ASPECT_ADJUSTED);
		break;
	case SW_SITE_WEIGHTED:
		write_share(file, view, row, column->name, SW_ASPECT_WEIGHTED);
		break;
	case SW_SITE_COVERAGE:
		write_share(file, view, row, column->name, SW_ASPECT_COVERAGE);
		break;
	case SW_SITE_BOUNDS:
		write_bounds(file, view, row, column->name);
		break;
	case SW_SITE_BEST:
		write_best(file, view, row, column->name);
		break;
	default:
		write_plain(file, view, row, column->name);
	}
	fputs("</td>", file);
}

/* --- Columns -------------------------------------------------------------- */

static enum sw_aspect
aspect_of(enum sw_site_cell_kind kind)
{
	switch (kind) {
	case SW_SITE_ADJUSTED:
		return SW_ASPECT_ADJUSTED;
	case SW_SITE_WEIGHTED:
		return SW_ASPECT_WEIGHTED;
	case SW_SITE_COVERAGE:
		return SW_ASPECT_COVERAGE;
	case SW_SITE_BOUNDS:
		return SW_ASPECT_BOUND_LOW;
	default:
		return SW_ASPECT_RATE;
	}
}

/* Has the column anything to tell? */
static bool
tells(const struct sw_site_view *view, const struct sw_site_column *column)
{
	size_t place = column->kind == SW_SITE_COUNT ?
	    sw_table_find_column(view->table, column->name) :
	    find_aspect(view->table, column->name, aspect_of(column->kind));

	if (place == SW_COLUMN_NONE)
		return false;
	for (size_t i = 0; i < view->block->row_count; i++) {
		if (view->block->rows[i].cells[place].state != SW_CELL_EMPTY)
			return true;
	}
	return false;
}

static size_t
choose_columns(const struct sw_site_view *view,
    const struct sw_site_column *chosen[SW_SITE_COLUMNS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < view->count && count < SW_SITE_COLUMNS_MAX;
	    i++) {
		if (tells(view, &view->columns[i]))
			chosen[count++] = &view->columns[i];
	}
	return count;
}

/* How many columns from here on stand under the same head. */
static size_t
span_of(const struct sw_site_column *const *chosen, size_t count, size_t first)
{
	size_t span = 1;

	while (first + span < count && chosen[first]->group != NULL &&
	    chosen[first + span]->group == chosen[first]->group)
		span++;
	return span;
}

static void
write_head(FILE *file, const char *attributes, const char *text)
{
	fprintf(file, "<th %s>", attributes);
	sw_html_write(file, text);
	fputs("</th>", file);
}

static void
write_heads(FILE *file, const struct sw_site_view *view,
    const struct sw_site_column *const *chosen, size_t count)
{
	char attributes[64];
	int rows = 1;

	for (size_t i = 0; i < count; i++)
		rows = chosen[i]->group != NULL ? 2 : rows;
	fputs("<colgroup></colgroup>", file);
	for (size_t i = 0; i < count; i += span_of(chosen, count, i))
		fprintf(file, "<colgroup span=\"%zu\"></colgroup>",
		    span_of(chosen, count, i));
	fputs("\n<thead>\n<tr>", file);
	snprintf(attributes, sizeof(attributes), "scope=\"col\" rowspan=\"%d\"",
	    rows);
	write_head(file, attributes, view->words->group);
	for (size_t i = 0; i < count; i += span_of(chosen, count, i)) {
		size_t span = span_of(chosen, count, i);

		if (chosen[i]->group == NULL)
			snprintf(attributes, sizeof(attributes),
			    "scope=\"col\" rowspan=\"%d\"", rows);
		else
			snprintf(attributes, sizeof(attributes),
			    "scope=\"colgroup\" colspan=\"%zu\"", span);
		write_head(file, attributes, chosen[i]->group == NULL ?
		    chosen[i]->head : chosen[i]->group);
	}
	if (rows == 2)
		fputs("</tr>\n<tr>", file);
	for (size_t i = 0; i < count; i++) {
		if (chosen[i]->group != NULL)
			write_head(file, "scope=\"col\"", chosen[i]->head);
	}
	fputs("</tr>\n</thead>\n", file);
}

/* --- The table ------------------------------------------------------------ */

const char *
sw_site_row_label(const struct sw_site_words *words,
    const struct sw_table *table, const struct sw_row *row,
    char text[SW_SITE_LABEL_MAX])
{
	char digits[SW_NUMBER_MAX];

	if (row->kind == SW_ROW_TOTAL)
		return words->total;
	if (row->kind == SW_ROW_MERGED) {
		sw_text_number(digits, table->min_cell);
		snprintf(text, SW_SITE_LABEL_MAX, "%.*s%s%s",
		    (int)strcspn(words->merged, "%"), words->merged, digits,
		    words->merged + strcspn(words->merged, "%") + 2);
		return text;
	}
	if (table->by == SW_BY_TYPE && table->registry != NULL)
		return sw_registry_label(table->registry, row->name,
		    words->language);
	return row->name;
}

static void
write_row(FILE *file, const struct sw_site_view *view,
    const struct sw_row *row, const struct sw_site_column *const *chosen,
    size_t count)
{
	char text[SW_SITE_LABEL_MAX];

	fprintf(file, row->kind == SW_ROW_TOTAL ? "<tr class=\"total\">" :
	    "<tr>");
	write_head(file, "scope=\"row\"", sw_site_row_label(view->words,
	    view->table, row, text));
	for (size_t i = 0; i < count; i++)
		write_cell(file, view, row, chosen[i]);
	fputs("</tr>\n", file);
}

void
sw_site_view_write(FILE *file, const struct sw_site_view *view)
{
	const struct sw_site_column *chosen[SW_SITE_COLUMNS_MAX];
	size_t count = choose_columns(view, chosen);

	if (count == 0)
		return;
	if (view->head != NULL) {
		fputs("<h2>", file);
		sw_html_write(file, view->head);
		fputs("</h2>\n", file);
	}
	fprintf(file, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
	    "aria-labelledby=\"%s\">\n<table>\n<caption><span id=\"%s\">",
	    view->id, view->id);
	sw_html_write(file, view->caption);
	fputs("</span></caption>\n", file);
	write_heads(file, view, chosen, count);
	fputs("<tbody>\n", file);
	for (size_t i = 0; i < view->block->row_count; i++)
		write_row(file, view, &view->block->rows[i], chosen, count);
	fputs("</tbody>\n</table>\n</div>\n", file);
}

void
sw_site_legend_write(FILE *file, const struct sw_site_words *words)
{
	const char *const texts[] = { words->empty, words->suppressed,
	    words->withheld };
	const char *text = words->legend;
	size_t next = 0;

	fputs("<p class=\"legend\">", file);
	while (*text != '\0') {
		if (text[0] == '%' && text[1] == 's' && next < 3) {
			sw_html_write(file, texts[next++]);
			text += 2;
		} else {
			putc(*text++, file);
		}
	}
	fputs("</p>\n", file);
}
