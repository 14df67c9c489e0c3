/* Pages of the policies, of change, of quality, and of other surveys. */
#include <string.h>

#include "site.h"
#include "site_view.h"

#define ID_MAX 64
#define NAME_MAX_LENGTH 64

/* --- Policies ------------------------------------------------------------- */

static const struct policy {
	const char *prefix;	/* of the columns' names */
	const char *en;
	const char *ja;
} policies[] = {
	{ "dmarc_policy_", "DMARC: policy (p)", "DMARC: ポリシー(p)" },
	{ "dmarc_subdomains_", "DMARC: existing subdomains (sp)",
	    "DMARC: 既存サブドメイン(sp)" },
	{ "dmarc_testing_", "DMARC: testing (t, pct)",
	    "DMARC: 試験運用(t、pct)" },
	{ "dmarc_reports_", "DMARC: reports asked for",
	    "DMARC: レポートの宛先" },
	{ "dmarc_alignment_", "DMARC: alignment", "DMARC: アラインメント" },
	{ "dmarc_standard_", "DMARC: what RFC 7489 made of it",
	    "DMARC: RFC 7489での扱い" },
	{ "dmarc_error_", "DMARC: errors", "DMARC: エラー" },
	{ "spf_final_", "SPF: all other senders", "SPF: その他の送信元の扱い" },
	{ "spf_sources_", "SPF: how senders are named", "SPF: 送信元の指定" },
	{ "spf_ptr_", "SPF: ptr", "SPF: ptr" },
	{ "spf_error_", "SPF: errors", "SPF: エラー" },
};

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* A column for each count whose name begins so, and one for its share. */
static size_t
policy_columns(const struct sw_site_page *page, const struct sw_table *table,
    const char *prefix, struct sw_site_column columns[SW_SITE_COLUMNS_MAX])
{
	const struct sw_site_words *w = page->words;
	size_t count = 0, counts;

	for (size_t i = 0; i < table->column_count &&
	    count < SW_SITE_COLUMNS_MAX; i++) {
		const struct sw_column *column = &table->columns[i];
		const char *value = column->name + strlen(prefix);

		if (column->aspect != SW_ASPECT_OTHER ||
		    !begins(column->name, prefix))
			continue;
		columns[count++] = (struct sw_site_column){ SW_SITE_COUNT,
		    column->name, strcmp(value, "unstated") == 0 ?
		    w->unstated : value, w->counts };
	}
	counts = count;
	for (size_t i = 0; i < counts && count < SW_SITE_COLUMNS_MAX; i++) {
		columns[count] = columns[i];
		columns[count].kind = SW_SITE_BEST;
		columns[count++].group = w->of_records;
	}
	return count;
}

void
sw_site_policy(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block)
{
	struct sw_site_column columns[SW_SITE_COLUMNS_MAX];
	bool japanese = page->words == &sw_site_words_ja;

	sw_site_legend_write(page->file, page->words);
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		const char *title = japanese ? policies[i].ja :
		    policies[i].en;
		char caption[2 * SW_SITE_NAME_MAX], month[SW_SITE_NAME_MAX];
		size_t count = policy_columns(page, table, policies[i].prefix,
		    columns);

		snprintf(caption, sizeof(caption), "%s, %s", title,
		    sw_site_month(page->words, block, month));
		sw_site_table(page, table, block, policies[i].prefix, title,
		    caption, columns, count);
	}
}

/* --- Change, quality, others ---------------------------------------------- */

/* Columns of a record, by the endings of their names. */
struct part {
	const char *ending;
	const char *head;
};

/* A group of columns for each record; returns how many there are. */
static size_t
record_columns(const struct sw_site_words *words, const struct part *parts,
    size_t part_count, struct sw_site_column *columns,
    char (*names)[NAME_MAX_LENGTH], const struct sw_site_record *records,
    size_t record_count)
{
	size_t count = 0;

	for (size_t i = 0; i < record_count; i++) {
		const char *label = sw_site_record_label(words, &records[i]);

		for (size_t k = 0; k < part_count; k++) {
			snprintf(names[count], NAME_MAX_LENGTH, "%s%s",
			    records[i].measure, parts[k].ending);
			columns[count] = (struct sw_site_column){
				SW_SITE_COUNT, names[count], parts[k].head,
				label
			};
			count++;
		}
	}
	return count;
}

/* Has the table anything of the record? DKIM, say, has no trend. */
static bool
has_record(const struct sw_table *table, const struct sw_site_record *record,
    const struct part *parts, size_t part_count)
{
	char name[NAME_MAX_LENGTH];

	for (size_t i = 0; i < part_count; i++) {
		snprintf(name, sizeof(name), "%s%s", record->measure,
		    parts[i].ending);
		if (sw_table_find_column(table, name) != SW_COLUMN_NONE)
			return true;
	}
	return false;
}

static void
write_some(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block, const struct part *parts, size_t part_count,
    const struct sw_site_record *records, size_t record_count, size_t number)
{
	struct sw_site_column columns[SW_SITE_COLUMNS_MAX];
	char names[SW_SITE_COLUMNS_MAX][NAME_MAX_LENGTH], id[ID_MAX];
	char caption[2 * SW_SITE_NAME_MAX], month[SW_SITE_NAME_MAX];
	size_t count = record_columns(page->words, parts, part_count, columns,
	    names, records, record_count);

	snprintf(id, sizeof(id), "part-%zu-%zu",
	    (size_t)(block - table->blocks) + 1, number);
	snprintf(caption, sizeof(caption), "%s%s%s, %s",
	    sw_site_record_label(page->words, &records[0]),
	    record_count > 1 ? ", " : "", record_count > 1 ?
	    sw_site_record_label(page->words, &records[1]) : "",
	    sw_site_month(page->words, block, month));
	sw_site_table(page, table, block, id, NULL, caption, columns, count);
}

/* A table of these parts for two records at a time: wider is too wide. */
static void
write_parts(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block, const struct part *parts, size_t part_count,
    const struct sw_site_record *records, size_t record_count)
{
	struct sw_site_record two[2];
	size_t some = 0, number = 0;

	for (size_t i = 0; i < record_count; i++) {
		if (has_record(table, &records[i], parts, part_count))
			two[some++] = records[i];
		if (some == 2 || (some > 0 && i + 1 == record_count)) {
			write_some(page, table, block, parts, part_count, two,
			    some, ++number);
			some = 0;
		}
	}
}

void
sw_site_trend(struct sw_site_page *page, const struct sw_table *table)
{
	const struct part parts[] = {
		{ "_both", page->words->both },
		{ "_gained", page->words->gained },
		{ "_lost", page->words->lost },
		{ "_change", page->words->change },
	};

	sw_site_trend_chart(page);
	for (size_t i = table->block_count; i > 0; i--)
		write_parts(page, table, &table->blocks[i - 1], parts, 4,
		    sw_site_records, SW_SITE_RECORDS);
	sw_site_legend_write(page->file, page->words);
}

void
sw_site_quality(struct sw_site_page *page, const struct sw_table *table,
    const struct sw_block *block)
{
	static const struct sw_site_record mechanisms[] = {
		{ "mx", "MX" }, { "spf", "SPF" }, { "dmarc", "DMARC" },
		{ "dkim", "DKIM" }, { "mta_sts", "MTA-STS" },
		{ "tls_rpt", "TLS-RPT" }, { "bimi", "BIMI" }
	};
	const struct part parts[] = {
		{ "_known", page->words->known },
		{ "_coverage", page->words->coverage },
		{ "_once", page->words->one_day },
		{ "_resolver_days", page->words->resolver_days },
		{ "_good_turing", page->words->good_turing },
	};

	write_parts(page, table, block, parts, 5, mechanisms,
	    sizeof(mechanisms) / sizeof(mechanisms[0]));
	sw_site_legend_write(page->file, page->words);
}

void
sw_site_series(struct sw_site_page *page, const struct sw_table *table)
{
	const struct sw_site_words *w = page->words;
	const struct sw_site_column columns[] = {
		{ SW_SITE_COUNT, "period", w->period, NULL },
		{ SW_SITE_COUNT, "measure", w->measure, NULL },
		{ SW_SITE_COUNT, "value", w->theirs, NULL },
		{ SW_SITE_COUNT, "ours", w->ours, NULL },
		{ SW_SITE_COUNT, "series", w->series, NULL },
		{ SW_SITE_COUNT, "source", w->source, NULL },
	};

	for (size_t i = 0; i < table->block_count; i++)
		sw_site_table(page, table, &table->blocks[i], "series", NULL,
		    w->series, columns, sizeof(columns) / sizeof(columns[0]));
	sw_site_legend_write(page->file, page->words);
}
