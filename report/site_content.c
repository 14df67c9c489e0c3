/* What stands in the pages of the site. */
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "message.h"
#include "site.h"
#include "site_chart.h"
#include "site_view.h"
#include "text.h"

#define ID_MAX 64

/* --- Charts --------------------------------------------------------------- */

/* What became of a chart; a page is as good without one. */
static void
judge_chart(struct sw_site_page *page, enum sw_result result)
{
	if (result == SW_OK || result == SW_ERR_UNSUPPORTED)
		return;
	sw_site_element(page->file, "p", page->words->chart_missing);
	if (!page->site->chart_failed)
		sw_say("warning: %s drew no chart: %s", page->site->gnuplot,
		    sw_filter_trouble(result));
	page->site->chart_failed = true;
}

static void
write_figure(struct sw_site_page *page, const struct sw_site_chart *chart,
    const char *class, enum sw_result result, char *svg)
{
	if (svg != NULL) {
		fprintf(page->file, "<figure class=\"%s\">\n%s<figcaption>",
		    class, svg);
		sw_html_write(page->file, chart->label);
		fputs("</figcaption>\n", page->file);
		sw_site_chart_key(page->file, chart);
		fputs("</figure>\n", page->file);
	}
	judge_chart(page, result);
	free(svg);
}

static struct sw_site_chart
make_chart(const struct sw_site_page *page, const struct sw_table *table,
    const char *id, const char *label, const struct sw_site_line *lines,
    size_t count)
{
	return (struct sw_site_chart){
		.words = page->words, .table = table,
		.gnuplot = page->site->gnuplot, .id = id, .label = label,
		.lines = lines, .count = count
	};
}

void
sw_site_trend_chart(struct sw_site_page *page)
{
	const struct sw_site_section *section =
	    sw_site_find(page->site, SW_SITE_ADOPTION);
	struct sw_site_line lines[SW_SITE_RECORDS];
	struct sw_site_chart chart;
	char *svg = NULL;
	enum sw_result result;

	if (section == NULL || page->site->chart_failed)
		return;
	for (size_t i = 0; i < SW_SITE_RECORDS; i++)
		lines[i] = (struct sw_site_line){ sw_site_records[i].measure,
		    sw_site_record_label(page->words, &sw_site_records[i]) };
	chart = make_chart(page, section->table, "trend",
	    page->words->chart_trend, lines, SW_SITE_RECORDS);
	result = sw_site_chart_trend(&chart, &svg);
	write_figure(page, &chart, "lines", result, svg);
}

static const struct sw_site_line two_lines[] = {
	{ "spf", "SPF" }, { "dmarc", "DMARC" }
};

static void
write_groups_chart(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block)
{
	struct sw_site_chart chart = make_chart(page, table, "groups",
	    page->words->chart_group, two_lines, 2);
	char *svg = NULL;
	enum sw_result result;

	if (page->site->chart_failed)
		return;
	result = sw_site_chart_groups(&chart, block, &svg);
	write_figure(page, &chart, "bars", result, svg);
}

static void
write_multiple(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_row *row, const char *svg)
{
	char label[SW_SITE_LABEL_MAX];
	const char *between = "";

	fputs("<li>\n<h3>", page->file);
	sw_html_write(page->file, sw_site_row_label(page->words, table, row,
	    label));
	fprintf(page->file, "</h3>\n%s<p>", svg);
	for (size_t i = 0; i < 2; i++) {
		const struct sw_cell *cell = sw_site_cell(table, row,
		    two_lines[i].measure, SW_ASPECT_RATE);

		if (cell->state != SW_CELL_VALUE)
			continue;
		fprintf(page->file, "%s%s %.1f%%", between,
		    two_lines[i].label, 100 * cell->number);
		between = ", ";
	}
	fputs("</p>\n</li>\n", page->file);
}

static void
write_multiples(struct sw_site_page *page, const struct sw_table *table)
{
	struct sw_site_chart chart = make_chart(page, table, "region",
	    page->words->chart_regions, two_lines, 2);
	const struct sw_row **rows;
	enum sw_result result;
	char **svgs;
	size_t count;

	if (page->site->chart_failed)
		return;
	result = sw_site_chart_multiples(&chart, &svgs, &rows, &count);
	if (result == SW_OK) {
		sw_site_element(page->file, "h2", chart.label);
		sw_site_chart_key(page->file, &chart);
		fputs("<ul class=\"multiples\">\n", page->file);
		for (size_t i = 0; i < count; i++)
			write_multiple(page, table, rows[i], svgs[i]);
		fputs("</ul>\n", page->file);
	}
	judge_chart(page, result);
	sw_site_chart_free(&svgs, &rows, &count);
}

/* --- Tables --------------------------------------------------------------- */

void
sw_site_table(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block, const char *id, const char *head,
    const char *caption, const struct sw_site_column *columns, size_t count)
{
	struct sw_site_view view = {
		.words = page->words, .table = table, .block = block, .id = id,
		.head = head, .caption = caption, .columns = columns,
		.count = count
	};

	sw_site_view_write(page->file, &view);
}

/* Domains, MX domains, and the best share of each record. */
static void
write_rates(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block)
{
	const struct sw_site_words *w = page->words;
	struct sw_site_column columns[3 + SW_SITE_RECORDS] = {
		{ SW_SITE_COUNT, "domains", w->domains, NULL },
		{ SW_SITE_COUNT, "mx", w->mx_domains, NULL },
		{ SW_SITE_COUNT, "null_mx", w->null_mx, NULL }
	};

	for (size_t i = 0; i < SW_SITE_RECORDS; i++)
		columns[3 + i] = (struct sw_site_column){ SW_SITE_BEST,
		    sw_site_records[i].measure,
		    sw_site_record_label(w, &sw_site_records[i]), w->of_mx };
	sw_site_table(page, table, block, "rates", NULL, w->rates_caption,
	    columns, 3 + SW_SITE_RECORDS);
}

/* All that is known of one record. */
static void
write_record(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block, const struct sw_site_record *record)
{
	static const char *const endings[] = { "_known", "", "_absent",
	    "_invalid", "_unknown" };
	const struct sw_site_words *w = page->words;
	const char *const heads[] = { w->known, w->published, w->absent,
	    w->invalid, w->unknown };
	const char *label = sw_site_record_label(w, record);
	char names[5][48], all[48], id[ID_MAX], caption[2 * SW_SITE_NAME_MAX];
	char month[SW_SITE_NAME_MAX];
	struct sw_site_column columns[16];
	size_t count = 0;

	snprintf(all, sizeof(all), "all_%s", record->measure);
	snprintf(id, sizeof(id), "of-%s", record->measure);
	for (size_t i = 0; i < 5; i++) {
		snprintf(names[i], sizeof(names[i]), "%s%s", record->measure,
		    endings[i]);
		columns[count++] = (struct sw_site_column){ SW_SITE_COUNT,
		    names[i], heads[i], w->mx_domains };
	}
	columns[count++] = (struct sw_site_column){ SW_SITE_OBSERVED,
	    record->measure, w->observed, w->of_mx };
	columns[count++] = (struct sw_site_column){ SW_SITE_ADJUSTED,
	    record->measure, w->adjusted, w->of_mx };
	columns[count++] = (struct sw_site_column){ SW_SITE_COVERAGE,
	    record->measure, w->coverage, w->of_mx };
	columns[count++] = (struct sw_site_column){ SW_SITE_OBSERVED, all,
	    w->observed, w->of_all };
	columns[count++] = (struct sw_site_column){ SW_SITE_ADJUSTED, all,
	    w->adjusted, w->of_all };
	columns[count++] = (struct sw_site_column){ SW_SITE_WEIGHTED, all,
	    w->weighted, w->of_all };
	columns[count++] = (struct sw_site_column){ SW_SITE_BOUNDS, all,
	    w->bounds, w->of_all };
	snprintf(caption, sizeof(caption), "%s, %s", label,
	    sw_site_month(w, block, month));
	sw_site_table(page, table, block, id, label, caption, columns, count);
}

static void
write_outside(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block)
{
	const char *text = page->words->outside;
	char number[SW_NUMBER_MAX];
	const char *const words[] = { table->tld,
	    sw_text_number(number, block->outside) };
	size_t next = 0;

	if (table->tld == NULL || block->outside == 0 ||
	    block->outside < table->min_cell)
		return;
	fputs("<p>", page->file);
	while (*text != '\0') {
		if (text[0] == '%' && text[1] == 's' && next < 2) {
			sw_html_write(page->file, words[next++]);
			text += 2;
		} else {
			putc(*text++, page->file);
		}
	}
	fputs("</p>\n", page->file);
}

static void
write_caution(struct sw_site_page *page)
{
	fputs("<section class=\"note\" aria-labelledby=\"caution\">\n"
	    "<h2 id=\"caution\">", page->file);
	sw_html_write(page->file, page->words->caution);
	fputs("</h2>\n", page->file);
	for (size_t i = 0; page->words->caution_text[i] != NULL; i++)
		sw_site_element(page->file, "p", page->words->caution_text[i]);
	fputs("<p><a href=\"method.html#shares\">", page->file);
	sw_html_write(page->file, page->words->method);
	fputs("</a></p>\n</section>\n", page->file);
}

void
sw_site_adoption(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block)
{
	write_rates(page, table, block);
	write_outside(page, table, block);
	sw_site_legend_write(page->file, page->words);
	fputs("<div class=\"side\">\n", page->file);
	write_groups_chart(page, table, block);
	write_caution(page);
	fputs("</div>\n", page->file);
	for (size_t i = 0; i < SW_SITE_RECORDS; i++)
		write_record(page, table, block, &sw_site_records[i]);
}

void
sw_site_cohort(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block)
{
	write_rates(page, table, block);
	sw_site_legend_write(page->file, page->words);
	if (block == &table->blocks[table->block_count - 1])
		write_multiples(page, table);
	for (size_t i = 0; i < 2; i++)
		write_record(page, table, block, &sw_site_records[i]);
}

/* --- Pages of no table ---------------------------------------------------- */

static void
write_tile(struct sw_site_page *page, const char *name, const char *value,
    const char *note)
{
	fputs("<div><dt>", page->file);
	sw_html_write(page->file, name);
	fprintf(page->file, "</dt><dd><strong>%s</strong>", value);
	if (note[0] != '\0') {
		fputs("<span>", page->file);
		sw_html_write(page->file, note);
		fputs("</span>", page->file);
	}
	fputs("</dd></div>\n", page->file);
}

static void
write_count_tile(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_row *total, const char *column, const char *name)
{
	const struct sw_cell *cell = sw_table_cell(table, total, column);
	char number[SW_NUMBER_MAX];

	if (cell->state == SW_CELL_VALUE)
		write_tile(page, name, sw_text_number(number, cell->count), "");
}

static void
write_share_tile(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_row *total, const struct sw_site_record *record)
{
	const struct sw_cell *observed = sw_site_cell(table, total,
	    record->measure, SW_ASPECT_RATE);
	char value[32], note[128];
	bool adjusted;
	double share = sw_site_best(table, total, record->measure, &adjusted);

	if (share < 0)
		return;
	snprintf(value, sizeof(value), "%.1f%%", 100 * share);
	if (adjusted && observed->state == SW_CELL_VALUE)
		snprintf(note, sizeof(note), "%s (%s %.1f%%)",
		    page->words->adjusted, page->words->observed,
		    100 * observed->number);
	else
		snprintf(note, sizeof(note), "%s", adjusted ?
		    page->words->adjusted :
		    strcmp(record->measure, "dkim") == 0 ?
		    page->words->at_least : page->words->observed);
	write_tile(page, sw_site_record_label(page->words, record), value,
	    note);
}

void
sw_site_overview(struct sw_site_page *page)
{
	const struct sw_site_section *section =
	    sw_site_find(page->site, SW_SITE_ADOPTION);
	const struct sw_table *table = section != NULL ? section->table : NULL;
	const struct sw_block *block = table != NULL && table->block_count > 0 ?
	    &table->blocks[table->block_count - 1] : NULL;
	const struct sw_row *total = block != NULL && !block->withheld ?
	    sw_block_total(block) : NULL;
	char month[SW_SITE_NAME_MAX];

	if (total == NULL) {
		sw_site_element(page->file, "p", block != NULL ?
		    page->words->all_withheld : page->words->no_data);
		return;
	}
	fputs("<h2>", page->file);
	sw_html_write(page->file, page->words->latest);
	fprintf(page->file, ": %s</h2>\n", sw_site_month(page->words, block,
	    month));
	if (block->last == page->site->running)
		sw_site_element(page->file, "p", page->words->running);
	fputs("<dl class=\"tiles\">\n", page->file);
	write_count_tile(page, table, total, "domains", page->words->domains);
	write_count_tile(page, table, total, "mx", page->words->mx_domains);
	for (size_t i = 0; i < SW_SITE_RECORDS; i++)
		write_share_tile(page, table, total, &sw_site_records[i]);
	fputs("</dl>\n", page->file);
	fputs("<p class=\"soft\">", page->file);
	sw_html_write(page->file, page->words->of_mx);
	fputs("</p>\n", page->file);
	fputs("<div class=\"side\">\n", page->file);
	sw_site_trend_chart(page);
	write_caution(page);
	fputs("</div>\n", page->file);
	write_rates(page, table, block);
	sw_site_legend_write(page->file, page->words);
}

void
sw_site_method(struct sw_site_page *page)
{
	const struct sw_site_passage *passage = page->words->passages;

	for (; passage->id != NULL; passage++) {
		fprintf(page->file, "<h2 id=\"%s\">", passage->id);
		sw_html_write(page->file, passage->head);
		fputs("</h2>\n", page->file);
		for (size_t i = 0; passage->paragraphs[i] != NULL; i++)
			sw_site_element(page->file, "p",
			    passage->paragraphs[i]);
	}
}

void
sw_site_downloads(struct sw_site_page *page, const struct sw_tree *tree)
{
	char number[SW_NUMBER_MAX];
	const struct sw_tree_file *file;

	sw_site_element(page->file, "p", page->words->data_note);
	fputs("<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
	    "aria-labelledby=\"files\">\n<table class=\"left\">\n"
	    "<caption><span id=\"files\">", page->file);
	sw_html_write(page->file, page->words->downloads);
	fputs("</span></caption>\n<thead><tr>", page->file);
	fprintf(page->file, "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n",
	    page->words->file, page->words->bytes);
	for (size_t i = 0; (file = sw_tree_file(tree, i)) != NULL; i++) {
		if (strncmp(file->name, "data/", strlen("data/")) != 0)
			continue;
		fputs("<tr><th scope=\"row\"><a href=\"../", page->file);
		sw_html_write(page->file, file->name);
		fputs("\">", page->file);
		sw_html_write(page->file, file->name + strlen("data/"));
		fprintf(page->file, "</a></th><td>%s</td><td><code>",
		    sw_text_number(number, file->length));
		for (size_t k = 0; k < SW_TREE_HASH_SIZE; k++)
			fprintf(page->file, "%02x", file->hash[k]);
		fputs("</code></td></tr>\n", page->file);
	}
	fputs("</tbody>\n</table>\n</div>\n", page->file);
}
