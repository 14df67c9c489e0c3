/* Bars by gnuplot. */
#include "chart.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "svg.h"
#include "text.h"

#define GNUPLOT_MS 10000
#define SVG_MAX (1024 * 1024)
/*
 * Each row is a line for its label and two bars below it: so labels of any
 * length fit, and a phone shows the whole without making the text too small.
 */
#define WIDTH 420
#define ROW_HEIGHT 52
#define MARGIN 64		/* key above, axis below */
#define LABEL_WIDTH_MAX 48	/* terminal columns */
/* In print and where style sheets are off; told apart by the colour-blind. */
#define SPF_COLOUR "#0b6bb0"
#define DMARC_COLOUR "#c2500a"

struct bars {
	const struct sw_row *bar[SW_CHART_ROWS_MAX + 1];
	size_t count;
};

size_t
sw_chart_left_out(const struct sw_block *block)
{
	/* The total is always there. */
	return block->row_count > SW_CHART_ROWS_MAX + 1 ?
	    block->row_count - SW_CHART_ROWS_MAX - 1 : 0;
}

/* Take the smallest bar out; of equal ones the last. */
static void
drop_smallest(const struct sw_table *table, struct bars *bars)
{
	size_t smallest = 0;

	for (size_t i = 1; i < bars->count; i++) {
		if (sw_table_cell(table, bars->bar[i], "domains")->count <=
		    sw_table_cell(table, bars->bar[smallest], "domains")->count)
			smallest = i;
	}
	bars->count--;
	memmove(&bars->bar[smallest], &bars->bar[smallest + 1],
	    (bars->count - smallest) * sizeof(bars->bar[0]));
}

/* The largest rows, in the table's order, so that the eye finds them there. */
static void
choose_bars(const struct sw_table *table, const struct sw_block *block,
    struct bars *bars)
{
	bars->count = 0;
	for (size_t i = 0; i < block->row_count; i++) {
		if (block->rows[i].kind == SW_ROW_TOTAL)
			continue;
		bars->bar[bars->count++] = &block->rows[i];
		if (bars->count > SW_CHART_ROWS_MAX)
			drop_smallest(table, bars);
	}
	if (sw_block_total(block) != NULL)
		bars->bar[bars->count++] = sw_block_total(block);
}

/* A label in gnuplot's single quotes, cut where it is too long. */
static void
write_label(FILE *script, const char *text)
{
	size_t width = 0;

	putc('\'', script);
	while (*text != '\0' && width < LABEL_WIDTH_MAX) {
		size_t length = 1;
		char one[8] = { 0 };

		while (((unsigned char)text[length] & 0xc0) == 0x80)
			length++;
		if (length >= sizeof(one))
			break;
		memcpy(one, text, length);
		width += sw_text_width(one);
		fputs(*one == '\'' ? "''" : one, script);
		text += length;
	}
	fputs(*text != '\0' ? "…'" : "'", script);
}

static void
write_settings(FILE *script, const struct sw_table *table,
    const struct sw_labels *labels, const struct bars *bars)
{
	char text[SW_LABEL_MAX];

	fprintf(script, "set encoding utf8\n"
	    "set terminal svg size %d,%zu dynamic noenhanced "
	    "font 'sans-serif,12' name '%s'\n"
	    "set border 0\nset style fill solid 1.0 noborder\n"
	    "set xrange [0:118]\nset yrange [%zu.5:-0.5]\n"
	    "set xtics scale 0 0,20,100 format '%%g%%%%'\nunset ytics\n"
	    "set grid xtics lt 1 lw 0.5\nset key outside top center horizontal\n"
	    "set lmargin at screen 0.03\nset rmargin at screen 0.99\n",
	    WIDTH, bars->count * ROW_HEIGHT + MARGIN, labels->language,
	    bars->count - 1);
	for (size_t i = 0; i < bars->count; i++) {
		fputs("set label ", script);
		write_label(script, sw_label_row(labels, table, bars->bar[i],
		    text));
		fprintf(script, " at 0,%zu-0.31 left front\n", i);
	}
}

/*
 * A data block: position, rate, and the rate as text, "NaN" where there is
 * none. Returns how many there are.
 */
static size_t
write_data(FILE *script, const struct sw_table *table, const struct bars *bars,
    const char *name, const char *column)
{
	char text[SW_NUMBER_MAX];
	size_t rates = 0;

	fprintf(script, "$%s << END\n", name);
	for (size_t i = 0; i < bars->count; i++) {
		const struct sw_cell *cell = sw_table_cell(table,
		    bars->bar[i], column);

		if (cell->state != SW_CELL_VALUE) {
			fprintf(script, "%zu NaN NaN\n", i);
			continue;
		}
		sw_text_share(text, cell->number);
		fprintf(script, "%zu %.*s %s\n", i, (int)strlen(text) - 1,
		    text, text);
		rates++;
	}
	fputs("END\n", script);
	return rates;
}

/*
 * One series: its bars, and the rates as text at their ends. That makes
 * plots 1 and 3 of the bars, whose groups the style sheet colours by id.
 */
static void
write_series(FILE *script, const char *name, const char *title,
    double top, double bottom, const char *colour)
{
	fprintf(script, "$%s using ($2/2):1:(0):2:($1%+.2f):($1%+.2f) "
	    "with boxxyerror lc rgb '%s' title '%s', "
	    "$%s using 2:($1%+.2f):3 with labels left offset 0.4,0 notitle",
	    name, top, bottom, colour, title, name, (top + bottom) / 2);
}

static enum sw_result
write_script(const struct sw_table *table, const struct sw_block *block,
    const struct sw_labels *labels, char **text, size_t *length)
{
	FILE *script = open_memstream(text, length);
	struct bars bars;
	size_t spf, dmarc;

	if (script == NULL)
		return SW_ERR_MEMORY;
	choose_bars(table, block, &bars);
	write_settings(script, table, labels, &bars);
	spf = write_data(script, table, &bars, "spf", "spf_rate");
	dmarc = write_data(script, table, &bars, "dmarc", "dmarc_rate");
	fputs("plot ", script);
	write_series(script, "spf", labels->spf_rate, -0.16, 0.06, SPF_COLOUR);
	fputs(", ", script);
	write_series(script, "dmarc", labels->dmarc_rate, 0.08, 0.30,
	    DMARC_COLOUR);
	putc('\n', script);
	if (fclose(script) != 0)
		return SW_ERR_MEMORY;
	return spf + dmarc > 0 ? SW_OK : SW_ERR_UNSUPPORTED;
}

enum sw_result
sw_chart_draw(const struct sw_table *table, const struct sw_block *block,
    const struct sw_labels *labels, const char *gnuplot, char **svg)
{
	/* -d: nobody's gnuplotrc changes what a report looks like. */
	char *argv[] = { (char *)"gnuplot", (char *)"-d", NULL };
	const struct sw_filter filter = {
		.program = gnuplot, .argv = argv, .ms = GNUPLOT_MS,
		.output_max = SVG_MAX
	};
	char *script = NULL, *drawn = NULL;
	size_t length, drawn_length;
	enum sw_result result;

	*svg = NULL;
	result = write_script(table, block, labels, &script, &length);
	if (result == SW_OK)
		result = sw_filter_run(&filter, script, length, &drawn,
		    &drawn_length);
	if (result == SW_OK)
		result = sw_svg_inline(drawn, labels->chart, svg);
	free(script);
	free(drawn);
	return result;
}
