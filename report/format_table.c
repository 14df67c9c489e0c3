/* The adoption table for a terminal. */
#include "format.h"

#include <inttypes.h>

#include "grid.h"
#include "text.h"

#define COLUMNS 10
#define DASH "-"

/* Two lines of heads keep the table within 80 columns for a while. */
struct heads {
	const char *lines[2][COLUMNS];
};

static const struct heads heads_en = { {
	{ "", "", "", "Null", "", "", "SPF", "", "", "DMARC" },
	{ "", "Domains", "MX", "MX", "SPF", "SPF %", "cover%", "DMARC",
	    "DMARC %", "cover%" }
} };
static const struct heads heads_ja = { {
	{ "", "観測", "MX", "Null", "SPF", "SPF", "SPF", "DMARC", "DMARC",
	    "DMARC" },
	{ "", "ドメイン", "ドメイン", "MX", "宣言", "宣言率", "カバー率", "宣言",
	    "宣言率", "カバー率" }
} };

static void
add_heads(struct sw_grid *grid, const struct sw_labels *labels,
    const struct sw_adoption *adoption)
{
	const struct heads *heads = labels == &sw_labels_ja ? &heads_ja :
	    &heads_en;

	for (size_t line = 0; line < 2; line++) {
		for (size_t i = 0; i < COLUMNS; i++) {
			const char *text = heads->lines[line][i];

			if (line == 1 && i == 0)
				text = adoption->by == SW_BY_TYPE ?
				    labels->type : labels->suffix;
			sw_grid_cell(grid, text);
		}
	}
	sw_grid_rule(grid);
}

static void
add_number(struct sw_grid *grid, uint64_t number)
{
	char text[SW_NUMBER_MAX];

	sw_grid_cell(grid, sw_text_number(text, number));
}

static void
add_share(struct sw_grid *grid, uint64_t part, uint64_t whole)
{
	char text[SW_NUMBER_MAX];

	sw_grid_cell(grid, sw_text_share(text, part, whole, DASH));
}

static void
add_row(struct sw_grid *grid, const char *name, const struct sw_counts *counts)
{
	sw_grid_cell(grid, name);
	add_number(grid, counts->domains);
	add_number(grid, counts->mx);
	add_number(grid, counts->null_mx);
	add_number(grid, counts->spf.present);
	add_share(grid, counts->spf.present, counts->spf.known);
	add_share(grid, counts->spf.known, counts->mx);
	add_number(grid, counts->dmarc.present);
	add_share(grid, counts->dmarc.present, counts->dmarc.known);
	add_share(grid, counts->dmarc.known, counts->mx);
}

static void
add_rows(struct sw_grid *grid, const struct sw_adoption *adoption,
    const struct sw_labels *labels, bool by_name)
{
	char text[SW_LABEL_MAX];

	for (size_t i = 0; i < adoption->count; i++) {
		const struct sw_row *row = &adoption->rows[i];

		add_row(grid, by_name ? row->name :
		    sw_label_row(labels, adoption, row, text), &row->counts);
	}
	if (adoption->withheld)
		return;
	sw_grid_rule(grid);
	add_row(grid, by_name ? SW_ROW_TOTAL : labels->total,
	    &adoption->total);
}

static void
write_note(FILE *file, const char *note)
{
	if (note[0] != '\0')
		fprintf(file, "%s\n", note);
}

static void
write_notes(FILE *file, const struct sw_adoption *adoption,
    const struct sw_labels *labels)
{
	char text[SW_LABEL_MAX];

	putc('\n', file);
	if (adoption->withheld)
		write_note(file, sw_label_withheld(labels, adoption, text));
	write_note(file, sw_label_outside(labels, adoption, text));
	write_note(file, sw_label_merging(labels, adoption, text));
	for (size_t i = 0; labels->terminal_notes[i] != NULL; i++)
		write_note(file, labels->terminal_notes[i]);
}

enum sw_result
sw_format_table(FILE *file, const struct sw_adoption *adoption,
    const struct sw_format_options *options)
{
	const struct sw_labels *labels = options->labels != NULL ?
	    options->labels : &sw_labels_en;
	char scope[SW_LABEL_MAX], month[SW_LABEL_MAX];
	enum sw_result result;
	struct sw_grid *grid;

	result = sw_grid_new(&grid, COLUMNS, true);
	if (result != SW_OK)
		return result;
	add_heads(grid, labels, adoption);
	add_rows(grid, adoption, labels, options->labels == NULL);
	fprintf(file, "%s, %s, %s\n\n", labels->title,
	    sw_label_scope(labels, adoption, scope),
	    sw_label_month(labels, adoption->month, month));
	result = sw_grid_print(grid, file);
	if (result == SW_OK)
		write_notes(file, adoption, labels);
	sw_grid_free(&grid);
	return result;
}
