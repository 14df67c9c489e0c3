/* The adoption table as one self-contained HTML page. */
#include "format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "message.h"
#include "page.h"
#include "text.h"

/*
 * Everything here is well-formed XML too, so that any parser can check it.
 * Nothing depends on the clock or on chance.
 */

struct section {
	FILE *file;
	const struct sw_adoption *adoption;
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

static void
write_number(FILE *file, uint64_t number)
{
	char text[SW_NUMBER_MAX];

	fprintf(file, "<td>%s</td>", sw_text_number(text, number));
}

static void
write_share(FILE *file, uint64_t part, uint64_t whole)
{
	char text[SW_NUMBER_MAX];

	fprintf(file, "<td>%s</td>", sw_text_share(text, part, whole, "–"));
}

static void
write_record(FILE *file, const struct sw_record_counts *counts, uint64_t mx)
{
	write_number(file, counts->known);
	write_share(file, counts->known, mx);
	write_number(file, counts->present);
	write_share(file, counts->present, counts->known);
}

static void
write_row(FILE *file, const char *label, const struct sw_counts *counts)
{
	fputs("<tr><th scope=\"row\">", file);
	sw_html_write(file, label);
	fputs("</th>", file);
	write_number(file, counts->domains);
	write_number(file, counts->mx);
	write_share(file, counts->mx, counts->mx_known);
	write_number(file, counts->null_mx);
	write_record(file, &counts->spf, counts->mx);
	write_record(file, &counts->dmarc, counts->mx);
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
	    section->adoption->by == SW_BY_TYPE ? labels->type :
	    labels->suffix);
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
	const struct sw_adoption *adoption = section->adoption;
	const struct sw_labels *labels = section->labels;
	char text[SW_LABEL_MAX], scope[SW_LABEL_MAX], month[SW_LABEL_MAX];
	FILE *file = section->file;

	fprintf(file, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
	    "aria-labelledby=\"%s-caption\">\n<table>\n<caption>"
	    "<span id=\"%s-caption\">", labels->language, labels->language);
	sw_html_write(file, labels->title);
	fputs(", ", file);
	sw_html_write(file, sw_label_scope(labels, adoption, scope));
	fprintf(file, ", %s</span></caption>\n",
	    sw_label_month(labels, adoption->month, month));
	write_heads(section);
	fputs("<tbody>\n", file);
	for (size_t i = 0; i < adoption->count; i++) {
		const struct sw_row *row = &adoption->rows[i];

		write_row(file, sw_label_row(labels, adoption, row, text),
		    &row->counts);
	}
	fputs("</tbody>\n<tfoot>\n", file);
	write_row(file, labels->total, &adoption->total);
	fputs("</tfoot>\n</table>\n</div>\n", file);
}

static void
write_chart(const struct section *section)
{
	const struct sw_labels *labels = section->labels;
	FILE *file = section->file;

	if (section->svg == NULL) {
		if (section->chart_failed && !section->adoption->withheld)
			element(file, "p", labels->chart_missing);
		return;
	}
	fputs("<figure>\n", file);
	fputs(section->svg, file);
	fputs("<figcaption>", file);
	sw_html_write(file, labels->chart);
	if (sw_chart_left_out(section->adoption) > 0)
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
write_record_tile(FILE *file, const char *name,
    const struct sw_record_counts *counts)
{
	char share[SW_NUMBER_MAX], part[SW_NUMBER_MAX], whole[SW_NUMBER_MAX];
	char note[2 * SW_NUMBER_MAX + 4];

	snprintf(note, sizeof(note), "%s / %s",
	    sw_text_number(part, counts->present),
	    sw_text_number(whole, counts->known));
	write_tile(file, name, sw_text_share(share, counts->present,
	    counts->known, "–"), note);
}

static void
write_tiles(const struct section *section)
{
	const struct sw_counts *total = &section->adoption->total;
	const struct sw_labels *labels = section->labels;
	char number[SW_NUMBER_MAX];
	FILE *file = section->file;

	fputs("<dl class=\"tiles\">\n", file);
	write_tile(file, labels->domains,
	    sw_text_number(number, total->domains), "");
	write_tile(file, labels->mx_domains,
	    sw_text_number(number, total->mx), "");
	write_record_tile(file, labels->spf_rate, &total->spf);
	write_record_tile(file, labels->dmarc_rate, &total->dmarc);
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

static void
write_section(const struct section *section)
{
	const struct sw_adoption *adoption = section->adoption;
	const struct sw_labels *labels = section->labels;
	char month[SW_LABEL_MAX], scope[SW_LABEL_MAX], text[SW_LABEL_MAX];
	FILE *file = section->file;

	fprintf(file, "<section id=\"%s\" lang=\"%s\">\n<h2>",
	    labels->language, labels->language);
	sw_html_write(file, labels->title);
	fputs("</h2>\n<p class=\"scope\">", file);
	sw_html_write(file, sw_label_scope(labels, adoption, scope));
	fprintf(file, " · %s</p>\n",
	    sw_label_month(labels, adoption->month, month));
	if (adoption->withheld) {
		element(file, "p", sw_label_withheld(labels, adoption, text));
	} else {
		write_tiles(section);
		write_table(section);
	}
	write_note(file, sw_label_merging(labels, adoption, text));
	write_note(file, sw_label_outside(labels, adoption, text));
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

	result = sw_chart_draw(section->adoption, section->labels, gnuplot,
	    svg);
	section->svg = *svg;
	if (result == SW_OK || result == SW_ERR_UNSUPPORTED)
		return true;
	section->chart_failed = true;
	sw_say("warning: %s drew no chart: %s", gnuplot,
	    result == SW_ERR_SYSTEM && errno != 0 ? strerror(errno) :
	    result == SW_ERR_SYSTEM ? "it failed" : sw_result_text(result));
	return false;
}

enum sw_result
sw_format_html(FILE *file, const struct sw_adoption *adoption,
    const struct sw_format_options *options)
{
	/* Readers of a registry's table come from its country. */
	bool japanese = adoption->tld != NULL &&
	    strcmp(adoption->tld, "jp") == 0;
	const struct sw_labels *const languages[2] = {
		japanese ? &sw_labels_ja : &sw_labels_en,
		japanese ? &sw_labels_en : &sw_labels_ja
	};
	bool draw = !adoption->withheld;

	sw_page_begin(file, adoption, languages, 2);
	for (size_t i = 0; i < 2; i++) {
		struct section section = {
			.file = file, .adoption = adoption,
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
