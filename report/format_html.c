/* The adoption table as one self-contained HTML page. */
#include "format.h"

#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "filter.h"
#include "message.h"
#include "page.h"
#include "text.h"

/*
 * Everything here is well-formed XML too, so that any parser can check it.
 * Nothing depends on the clock or on chance.
 */

struct section {
	FILE *file;
	const struct sw_table *table;
	const struct sw_block *block;
	const struct sw_labels *labels;
	const char *svg;	/* NULL: no chart */
	bool chart_failed;
};

static void
element(FILE *file, const char *name, const char *text)
{
	fprintf(file, "<%s>", name);
	sw_html_write(file, text);
	fprintf(file, "</%s>\n", name);
}

static void
write_note(FILE *file, const char *text)
{
	if (text[0] != '\0')
		element(file, "p", text);
}

/* What a cell reads; marks and dashes where there is no value. */
static const char *
cell_text(const struct section *section, const struct sw_row *row,
    const char *column, char text[SW_NUMBER_MAX])
{
	const struct sw_cell *cell = sw_table_cell(section->table, row, column);
	size_t index = sw_table_find_column(section->table, column);

	if (cell->state == SW_CELL_SUPPRESSED)
		return SW_MARK_SUPPRESSED;
	if (cell->state != SW_CELL_VALUE)
		return "–";
	return section->table->columns[index].unit == SW_UNIT_SHARE ?
	    sw_text_share(text, cell->number) :
	    sw_text_number(text, cell->count);
}

static void
write_row(const struct section *section, const struct sw_row *row)
{
	static const char *const columns[] = {
		"domains", "mx", "mx_rate", "null_mx",
		"spf_known", "spf_coverage", "spf", "spf_rate",
		"dmarc_known", "dmarc_coverage", "dmarc", "dmarc_rate"
	};
	char text[SW_LABEL_MAX], number[SW_NUMBER_MAX];
	FILE *file = section->file;

	fputs("<tr><th scope=\"row\">", file);
	sw_html_write(file, sw_label_row(section->labels, section->table, row,
	    text));
	fputs("</th>", file);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		fprintf(file, "<td>%s</td>", cell_text(section, row, columns[i],
		    number));
	fputs("</tr>\n", file);
}

static void
write_head_cell(FILE *file, const char *attributes, const char *text)
{
	fprintf(file, "<th %s>", attributes);
	sw_html_write(file, text);
	fputs("</th>", file);
}

static void
write_heads(const struct section *section)
{
	const struct sw_labels *labels = section->labels;
	FILE *file = section->file;

	fputs("<colgroup></colgroup><colgroup></colgroup>"
	    "<colgroup span=\"3\"></colgroup><colgroup span=\"4\"></colgroup>"
	    "<colgroup span=\"4\"></colgroup>\n<thead>\n<tr>", file);
	write_head_cell(file, "rowspan=\"2\" scope=\"col\"",
	    sw_label_rows(labels, section->table));
	write_head_cell(file, "rowspan=\"2\" scope=\"col\"", labels->domains);
	write_head_cell(file, "colspan=\"3\" scope=\"colgroup\"", labels->mx);
	write_head_cell(file, "colspan=\"4\" scope=\"colgroup\"", labels->spf);
	write_head_cell(file, "colspan=\"4\" scope=\"colgroup\"", labels->dmarc);
	fputs("</tr>\n<tr>", file);
	write_head_cell(file, "scope=\"col\"", labels->mx_domains);
	write_head_cell(file, "scope=\"col\"", labels->mx_rate);
	write_head_cell(file, "scope=\"col\"", labels->null_mx);
	for (int i = 0; i < 2; i++) {
		write_head_cell(file, "scope=\"col\"", labels->known);
		write_head_cell(file, "scope=\"col\"", labels->coverage);
		write_head_cell(file, "scope=\"col\"", labels->present);
		write_head_cell(file, "scope=\"col\"", labels->rate);
	}
	fputs("</tr>\n</thead>\n", file);
}

static void
write_table(const struct section *section)
{
	const struct sw_labels *labels = section->labels;
	const struct sw_row *total = sw_block_total(section->block);
	char scope[SW_LABEL_MAX], period[SW_LABEL_MAX];
	FILE *file = section->file;

	fprintf(file, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
	    "aria-labelledby=\"%s-caption\">\n<table>\n<caption>"
	    "<span id=\"%s-caption\">", labels->language, labels->language);
	sw_html_write(file, sw_label_title(labels, section->table));
	fputs(", ", file);
	sw_html_write(file, sw_label_scope(labels, section->table, scope));
	fprintf(file, ", %s</span></caption>\n",
	    sw_label_period(labels, section->block, period));
	write_heads(section);
	fputs("<tbody>\n", file);
	for (size_t i = 0; i < section->block->row_count; i++) {
		if (&section->block->rows[i] != total)
			write_row(section, &section->block->rows[i]);
	}
	fputs("</tbody>\n<tfoot>\n", file);
	write_row(section, total);
	fputs("</tfoot>\n</table>\n</div>\n", file);
}

static void
write_chart(const struct section *section)
{
	const struct sw_labels *labels = section->labels;
	FILE *file = section->file;

	if (section->svg == NULL) {
		if (section->chart_failed && !section->block->withheld)
			element(file, "p", labels->chart_missing);
		return;
	}
	fputs("<figure>\n", file);
	fputs(section->svg, file);
	fputs("<figcaption>", file);
	sw_html_write(file, labels->chart);
	if (sw_chart_left_out(section->block) > 0)
		fprintf(file, " (%s)", labels->chart_largest);
	fputs("</figcaption>\n</figure>\n", file);
}

static void
write_tile(FILE *file, const char *name, const char *value, const char *note)
{
	fputs("<div><dt>", file);
	sw_html_write(file, name);
	fprintf(file, "</dt><dd><strong>%s</strong>", value);
	if (note[0] != '\0')
		fprintf(file, " <span>%s</span>", note);
	fputs("</dd></div>\n", file);
}

static void
write_record_tile(const struct section *section, const char *name,
    const char *rate, const char *count, const char *known)
{
	const struct sw_row *total = sw_block_total(section->block);
	char share[SW_NUMBER_MAX], part[SW_NUMBER_MAX], whole[SW_NUMBER_MAX];
	char note[2 * SW_NUMBER_MAX + 4];

	snprintf(note, sizeof(note), "%s / %s",
	    cell_text(section, total, count, part),
	    cell_text(section, total, known, whole));
	write_tile(section->file, name, cell_text(section, total, rate, share),
	    note);
}

static void
write_tiles(const struct section *section)
{
	const struct sw_row *total = sw_block_total(section->block);
	const struct sw_labels *labels = section->labels;
	char number[SW_NUMBER_MAX];
	FILE *file = section->file;

	fputs("<dl class=\"tiles\">\n", file);
	write_tile(file, labels->domains,
	    cell_text(section, total, "domains", number), "");
	write_tile(file, labels->mx_domains,
	    cell_text(section, total, "mx", number), "");
	write_record_tile(section, labels->spf_rate, "spf_rate", "spf",
	    "spf_known");
	write_record_tile(section, labels->dmarc_rate, "dmarc_rate", "dmarc",
	    "dmarc_known");
	fputs("</dl>\n", file);
}

static void
write_notes(const struct section *section)
{
	const struct sw_labels *labels = section->labels;
	FILE *file = section->file;

	fputs("<div>\n", file);
	element(file, "h3", labels->method);
	fputs("<ul>\n", file);
	for (size_t i = 0; labels->page_notes[i] != NULL; i++)
		element(file, "li", labels->page_notes[i]);
	fputs("</ul>\n</div>\n", file);
}

static bool
has_suppressed(const struct sw_table *table, const struct sw_block *block)
{
	for (size_t i = 0; i < block->row_count; i++) {
		for (size_t k = 0; k < table->column_count; k++) {
			if (block->rows[i].cells[k].state ==
			    SW_CELL_SUPPRESSED)
				return true;
		}
	}
	return false;
}

static void
write_section(const struct section *section)
{
	const struct sw_table *table = section->table;
	const struct sw_block *block = section->block;
	const struct sw_labels *labels = section->labels;
	char period[SW_LABEL_MAX], scope[SW_LABEL_MAX], text[SW_LABEL_MAX];
	FILE *file = section->file;

	fprintf(file, "<section id=\"%s\" lang=\"%s\">\n<h2>",
	    labels->language, labels->language);
	sw_html_write(file, sw_label_title(labels, table));
	fputs("</h2>\n<p class=\"scope\">", file);
	sw_html_write(file, sw_label_scope(labels, table, scope));
	fprintf(file, " · %s</p>\n", sw_label_period(labels, block, period));
	if (block->withheld) {
		element(file, "p", sw_label_withheld(labels, table, text));
	} else {
		write_tiles(section);
		write_table(section);
	}
	write_note(file, sw_label_merging(labels, table, block, text));
	if (has_suppressed(table, block))
		write_note(file, sw_label_hidden(labels, table, text));
	write_note(file, sw_label_outside(labels, table, block, text));
	fputs("<div class=\"side\">\n", file);
	write_chart(section);
	write_notes(section);
	fputs("</div>\n</section>\n", file);
}

/*
 * Draw the section's chart. Without one the page is as good as its table, so
 * this warns and goes on; false tells not to try again.
 */
static bool
draw_chart(struct section *section, const char *gnuplot, char **svg)
{
	enum sw_result result;

	result = sw_chart_draw(section->table, section->block, section->labels,
	    gnuplot, svg);
	section->svg = *svg;
	if (result == SW_OK || result == SW_ERR_UNSUPPORTED)
		return true;
	section->chart_failed = true;
	sw_say("warning: %s drew no chart: %s", gnuplot,
	    sw_filter_trouble(result));
	return false;
}

enum sw_result
sw_format_html(FILE *file, const struct sw_table *table,
    const struct sw_format_options *options)
{
	/* Readers of a registry's table come from its country. */
	bool japanese = table->tld != NULL && strcmp(table->tld, "jp") == 0;
	const struct sw_labels *const languages[2] = {
		japanese ? &sw_labels_ja : &sw_labels_en,
		japanese ? &sw_labels_en : &sw_labels_ja
	};
	const struct sw_block *block = table->blocks;
	bool draw;

	if (table->block_count != 1 || strcmp(table->name, "adoption") != 0)
		return SW_ERR_UNSUPPORTED;
	draw = !block->withheld;
	sw_page_begin(file, table, block, languages, 2);
	for (size_t i = 0; i < 2; i++) {
		struct section section = {
			.file = file, .table = table, .block = block,
			.labels = languages[i], .chart_failed = !draw
		};
		char *svg = NULL;

		if (draw)
			draw = draw_chart(&section, options->gnuplot, &svg);
		write_section(&section);
		free(svg);
	}
	sw_page_end(file);
	return SW_OK;
}
