/* Charts of the site: see the header. */
#include "site_chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "svg.h"
#include "text.h"

#define GNUPLOT_MS 30000
#define SVG_MAX (16 * 1024 * 1024)
#define WIDTH 480
#define HEIGHT 260
#define SMALL_WIDTH 220
#define SMALL_HEIGHT 130
#define MULTIPLES_MAX 60
#define GROUPS_MAX 24
#define ROW_HEIGHT 48
#define MONTH_LABELS 6		/* at most, below a trend */

/* In print and where style sheets are off. */
static const char *const colours[SW_SITE_LINES_MAX] = {
	"#0b6bb0", "#c2500a", "#3f7d20", "#7b4ba0", "#5c6670", "#9c2b5e",
	"#00746e", "#8a6d00"
};

/* How gnuplot's SVG draws dash types 1 to 5. */
static const char *const dashes[] = { "none", "5,8", "2,4", "8,4,2,4",
	"9,4,1,4,1,4" };
#define DASHES (sizeof(dashes) / sizeof(dashes[0]))

/* --- What is drawn -------------------------------------------------------- */

static const struct sw_row *
find_row(const struct sw_block *block, const struct sw_row *like)
{
	for (size_t i = 0; i < block->row_count; i++) {
		if (block->rows[i].kind == like->kind &&
		    strcmp(block->rows[i].name, like->name) == 0)
			return &block->rows[i];
	}
	return NULL;
}

/* The share of a month in percent, or NaN. */
static double
percent(const struct sw_site_chart *chart, const struct sw_row *row,
    const char *measure, bool best)
{
	const struct sw_cell *cell;
	bool adjusted;
	double share;

	if (row == NULL)
		return NAN;
	if (best) {
		share = sw_site_best(chart->table, row, measure, &adjusted);
		return share < 0 ? NAN : 100 * share;
	}
	cell = sw_site_cell(chart->table, row, measure, SW_ASPECT_RATE);
	return cell->state == SW_CELL_VALUE ? 100 * cell->number : NAN;
}

/* Has the group an observed share of anything that is drawn? */
static bool
any_share(const struct sw_site_chart *chart, const struct sw_row *row)
{
	for (size_t i = 0; i < chart->count; i++) {
		if (!isnan(percent(chart, row, chart->lines[i].measure, false)))
			return true;
	}
	return false;
}

/* A data block of a line; returns how many points it has. */
static size_t
write_line_data(FILE *script, const struct sw_site_chart *chart,
    const char *name, const struct sw_row *like, const char *measure,
    bool best, double *top)
{
	size_t points = 0;

	fprintf(script, "$%s << END\n", name);
	for (size_t i = 0; i < chart->table->block_count; i++) {
		const struct sw_row *row =
		    find_row(&chart->table->blocks[i], like);
		double value = percent(chart, row, measure, best);

		if (isnan(value)) {
			fprintf(script, "%zu NaN\n", i);
			continue;
		}
		fprintf(script, "%zu %.2f\n", i, value);
		*top = value > *top ? value : *top;
		points++;
	}
	fputs("END\n", script);
	return points;
}

/* --- gnuplot -------------------------------------------------------------- */

static void
write_terminal(FILE *script, const char *id, unsigned width, unsigned height)
{
	fprintf(script, "set terminal svg size %u,%u dynamic noenhanced "
	    "font 'sans-serif,12' name '%s'\n", width, height, id);
}

/* Above the highest share, in steps that read well. */
static double
scale_top(double top)
{
	return top > 50 ? 100 : top > 20 ? 50 : top > 10 ? 20 :
	    top > 5 ? 10 : 5;
}

static void
write_months(FILE *script, const struct sw_table *table, size_t labels)
{
	size_t step = (table->block_count + labels - 1) / labels;

	fputs("set xtics scale 0 (", script);
	for (size_t i = 0; i < table->block_count; i += step)
		fprintf(script, "%s'%04" PRIu32 "-%02" PRIu32 "' %zu",
		    i == 0 ? "" : ", ", table->blocks[i].last / 100,
		    table->blocks[i].last % 100, i);
	fputs(")\n", script);
}

static void
write_axes(FILE *script, double top)
{
	fprintf(script, "set border 1 lt 1 lw 0.5\nset yrange [0:%g]\n"
	    "set ytics scale 0 0,%g,%g format '%%g%%%%'\n"
	    "set grid ytics lt 1 lw 0.5\nunset key\n", top, top / 2, top);
}

static void
write_plot(FILE *script, const struct sw_site_chart *chart, const char *prefix,
    double width)
{
	for (size_t i = 0; i < chart->count; i++)
		fprintf(script, "%s$%s%zu using 1:2 with lines lw %g dt %zu "
		    "lc rgb '%s'", i == 0 ? "plot " : ", ", prefix, i, width,
		    i % DASHES + 1, colours[i]);
	putc('\n', script);
}

/* Run a script that was written into memory; takes script in any case. */
static enum sw_result
run(const struct sw_site_chart *chart, FILE *script, char **text,
    const size_t *length, char **drawn)
{
	/* -d: nobody's gnuplotrc changes what a page looks like. */
	char *argv[] = { (char *)"gnuplot", (char *)"-d", NULL };
	const struct sw_filter filter = {
		.program = chart->gnuplot, .argv = argv, .ms = GNUPLOT_MS,
		.output_max = SVG_MAX
	};
	enum sw_result result = SW_ERR_MEMORY;
	size_t drawn_length;

	*drawn = NULL;
	if (fclose(script) == 0)
		result = sw_filter_run(&filter, *text, *length, drawn,
		    &drawn_length);
	free(*text);
	*text = NULL;
	return result;
}

static enum sw_result
run_one(const struct sw_site_chart *chart, FILE *script, char **text,
    size_t *length, char **svg)
{
	char *drawn;
	enum sw_result result = run(chart, script, text, length, &drawn);

	if (result == SW_OK)
		result = sw_svg_inline(drawn, chart->label, svg);
	free(drawn);
	return result;
}

enum sw_result
sw_site_chart_trend(const struct sw_site_chart *chart, char **svg)
{
	static const struct sw_row total = { .name = (char *)SW_ROW_TOTAL_NAME,
		.kind = SW_ROW_TOTAL };
	char *text = NULL, name[32];
	size_t length, most = 0;
	FILE *script = open_memstream(&text, &length);
	double top = 0;

	*svg = NULL;
	if (script == NULL)
		return SW_ERR_MEMORY;
	fputs("set encoding utf8\n", script);
	write_terminal(script, chart->id, WIDTH, HEIGHT);
	for (size_t i = 0; i < chart->count; i++) {
		size_t points;

		snprintf(name, sizeof(name), "t%zu", i);
		points = write_line_data(script, chart, name, &total,
		    chart->lines[i].measure, true, &top);
		most = points > most ? points : most;
	}
	if (most < 2) {
		fclose(script);
		free(text);
		return SW_ERR_UNSUPPORTED;
	}
	write_axes(script, scale_top(top));
	write_months(script, chart->table, MONTH_LABELS);
	fprintf(script, "set xrange [-0.2:%zu.2]\nset lmargin 6\n"
	    "set rmargin 3\n", chart->table->block_count - 1);
	write_plot(script, chart, "t", 2);
	return run_one(chart, script, &text, &length, svg);
}

/* --- Small multiples ------------------------------------------------------ */

void
sw_site_chart_free(char ***svgs, const struct sw_row ***rows, size_t *count)
{
	for (size_t i = 0; *svgs != NULL && i < *count; i++)
		free((*svgs)[i]);
	free(*svgs);
	free(*rows);
	*svgs = NULL;
	*rows = NULL;
	*count = 0;
}

static void
write_small(FILE *script, const struct sw_site_chart *chart, size_t index)
{
	char id[64], prefix[32];

	snprintf(id, sizeof(id), "%s%zu", chart->id, index);
	snprintf(prefix, sizeof(prefix), "m%zu_", index);
	write_terminal(script, id, SMALL_WIDTH, SMALL_HEIGHT);
	if (chart->table->block_count > 1) {
		write_plot(script, chart, prefix, 2);
		return;
	}
	for (size_t i = 0; i < chart->count; i++)
		fprintf(script, "%s$%s%zu using (%zu):2:(0.7) with boxes "
		    "lc rgb '%s'", i == 0 ? "plot " : ", ", prefix, i, i,
		    colours[i]);
	putc('\n', script);
}

/* Cut what gnuplot wrote into documents, and these into elements. */
static enum sw_result
split(const struct sw_site_chart *chart, char *drawn,
    const struct sw_row *const *rows, char **svgs, size_t count)
{
	char *next = drawn, label[SW_SITE_LABEL_MAX];

	for (size_t i = 0; i < count; i++) {
		char *end = strstr(next, "</svg>"), kept;
		enum sw_result result;

		if (end == NULL)
			return SW_ERR_INVALID;
		end += strlen("</svg>");
		kept = *end;
		*end = '\0';
		result = sw_svg_inline(next, sw_site_row_label(chart->words,
		    chart->table, rows[i], label), &svgs[i]);
		*end = kept;
		if (result != SW_OK)
			return result;
		next = end;
	}
	return SW_OK;
}

/* The groups of the last block that have something to draw. */
static size_t
choose_rows(const struct sw_site_chart *chart, const struct sw_row **rows)
{
	const struct sw_block *block =
	    &chart->table->blocks[chart->table->block_count - 1];
	size_t count = 0;

	for (size_t i = 0; i < block->row_count && count < MULTIPLES_MAX;
	    i++) {
		const struct sw_row *row = &block->rows[i];

		if (row->kind != SW_ROW_TOTAL && any_share(chart, row))
			rows[count++] = row;
	}
	return count;
}

static enum sw_result
draw_multiples(const struct sw_site_chart *chart,
    const struct sw_row *const *rows, char **svgs, size_t count)
{
	char *text = NULL, *drawn, name[64];
	size_t length;
	FILE *script = open_memstream(&text, &length);
	enum sw_result result;
	double top = 0;

	if (script == NULL)
		return SW_ERR_MEMORY;
	fputs("set encoding utf8\n", script);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < chart->count; k++) {
			snprintf(name, sizeof(name), "m%zu_%zu", i, k);
			write_line_data(script, chart, name, rows[i],
			    chart->lines[k].measure, false, &top);
		}
	}
	write_axes(script, scale_top(top));
	if (chart->table->block_count > 1) {
		write_months(script, chart->table, 2);
		fprintf(script, "set xrange [-0.3:%zu.3]\n",
		    chart->table->block_count - 1);
	} else {
		fprintf(script, "set style fill solid 1.0 noborder\n"
		    "unset xtics\nset xrange [-0.6:%zu.6]\n",
		    chart->count - 1);
	}
	fputs("set lmargin 6\nset rmargin 3\nset tmargin 0.8\n", script);
	for (size_t i = 0; i < count; i++)
		write_small(script, chart, i);
	result = run(chart, script, &text, &length, &drawn);
	if (result == SW_OK)
		result = split(chart, drawn, rows, svgs, count);
	free(drawn);
	return result;
}

enum sw_result
sw_site_chart_multiples(const struct sw_site_chart *chart, char ***svgs,
    const struct sw_row ***rows, size_t *count)
{
	enum sw_result result;

	*count = 0;
	*svgs = calloc(MULTIPLES_MAX, sizeof(**svgs));
	*rows = calloc(MULTIPLES_MAX, sizeof(**rows));
	if (*svgs == NULL || *rows == NULL) {
		sw_site_chart_free(svgs, rows, count);
		return SW_ERR_MEMORY;
	}
	if (chart->table->block_count > 0)
		*count = choose_rows(chart, *rows);
	result = *count > 0 ? draw_multiples(chart, *rows, *svgs, *count) :
	    SW_ERR_UNSUPPORTED;
	if (result != SW_OK)
		sw_site_chart_free(svgs, rows, count);
	return result;
}

/* --- Bars of groups ------------------------------------------------------- */

/* A label in gnuplot's single quotes. */
static void
write_quoted(FILE *script, const char *text)
{
	putc('\'', script);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			putc('\'', script);
		putc((unsigned char)*text < ' ' ? ' ' : *text, script);
	}
	putc('\'', script);
}

static void
write_bars(FILE *script, const struct sw_site_chart *chart,
    const struct sw_row *const *rows, size_t count)
{
	double height = 0.62 / (double)chart->count;

	for (size_t k = 0; k < chart->count; k++) {
		fprintf(script, "$g%zu << END\n", k);
		for (size_t i = 0; i < count; i++) {
			double value = percent(chart, rows[i],
			    chart->lines[k].measure, false);

			if (isnan(value))
				fprintf(script, "%zu NaN NaN\n", i);
			else
				fprintf(script, "%zu %.2f %.1f%%\n", i, value,
				    value);
		}
		fputs("END\n", script);
	}
	for (size_t k = 0; k < chart->count; k++) {
		double from = -0.2 + height * (double)k;

		fprintf(script, "%s$g%zu using ($2/2):1:(0):2:($1%+.3f):"
		    "($1%+.3f) with boxxyerror lc rgb '%s', $g%zu using "
		    "2:($1%+.3f):3 with labels left offset 0.4,0",
		    k == 0 ? "plot " : ", ", k, from, from + 0.9 * height,
		    colours[k], k, from + 0.45 * height);
	}
	putc('\n', script);
}

enum sw_result
sw_site_chart_groups(const struct sw_site_chart *chart,
    const struct sw_block *block, char **svg)
{
	const struct sw_row *rows[GROUPS_MAX];
	char *text = NULL, label[SW_SITE_LABEL_MAX];
	size_t length, count = 0;
	FILE *script;

	*svg = NULL;
	for (size_t i = 0; i < block->row_count && count < GROUPS_MAX; i++) {
		if (any_share(chart, &block->rows[i]))
			rows[count++] = &block->rows[i];
	}
	if (count == 0)
		return SW_ERR_UNSUPPORTED;
	script = open_memstream(&text, &length);
	if (script == NULL)
		return SW_ERR_MEMORY;
	fputs("set encoding utf8\n", script);
	write_terminal(script, chart->id, WIDTH - 40,
	    (unsigned)count * ROW_HEIGHT + 40);
	fprintf(script, "set border 0\nset style fill solid 1.0 noborder\n"
	    "set xrange [0:114]\nset yrange [%zu.6:-0.5]\nunset key\n"
	    "set xtics scale 0 0,20,100 format '%%g%%%%'\nunset ytics\n"
	    "set grid xtics lt 1 lw 0.5\nset lmargin at screen 0.03\n"
	    "set rmargin at screen 0.99\n", count - 1);
	for (size_t i = 0; i < count; i++) {
		fputs("set label ", script);
		write_quoted(script, sw_site_row_label(chart->words,
		    chart->table, rows[i], label));
		fprintf(script, " at 0,%zu-0.34 left front\n", i);
	}
	write_bars(script, chart, rows, count);
	return run_one(chart, script, &text, &length, svg);
}

void
sw_site_chart_key(FILE *file, const struct sw_site_chart *chart)
{
	/* One month is drawn as bars. */
	size_t kinds = chart->table->block_count > 1 ? DASHES : 1;

	fputs("<ul class=\"key\">", file);
	for (size_t i = 0; i < chart->count; i++) {
		fprintf(file, "<li class=\"k%zu\"><svg viewBox=\"0 0 44 8\" "
		    "aria-hidden=\"true\"><path d=\"M0 4H44\" fill=\"none\" "
		    "stroke=\"%s\" stroke-width=\"3\" stroke-dasharray=\"%s\"/>"
		    "</svg>", i + 1, colours[i], dashes[i % kinds]);
		sw_html_write(file, chart->lines[i].label);
		fputs("</li>", file);
	}
	fputs("</ul>\n", file);
}
