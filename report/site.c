/* The site: which pages there are, and their frames. */
#include "site.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define LINKS_MAX 24

const struct sw_site_record sw_site_records[SW_SITE_RECORDS] = {
	{ "spf", "SPF" }, { "dmarc", "DMARC" }, { "dkim", "DKIM" },
	{ "mta_sts", "MTA-STS" }, { "tls_rpt", "TLS-RPT" },
	{ "bimi", "BIMI" }, { "dnssec", NULL }
};

const char *
sw_site_record_label(const struct sw_site_words *words,
    const struct sw_site_record *record)
{
	return record->label != NULL ? record->label : words->dnssec;
}

void
sw_site_element(FILE *file, const char *name, const char *text)
{
	fprintf(file, "<%s>", name);
	sw_html_write(file, text);
	fprintf(file, "</%s>\n", name);
}

const struct sw_site_section *
sw_site_find(const struct sw_site *site, enum sw_site_kind kind)
{
	for (size_t i = 0; i < site->count; i++) {
		if (site->sections[i].kind == kind)
			return &site->sections[i];
	}
	return NULL;
}

const char *
sw_site_section_title(const struct sw_site_words *words,
    const struct sw_site_section *section)
{
	if (section->title != NULL)
		return section->title;
	switch (section->kind) {
	case SW_SITE_ADOPTION:
		return words->adoption;
	case SW_SITE_POLICY:
		return words->policy;
	case SW_SITE_COHORT:
		return words->cohort;
	case SW_SITE_TREND:
		return words->trend;
	case SW_SITE_SERIES:
		return words->series;
	default:
		return words->quality;
	}
}

static bool
is_monthly(const struct sw_site_section *section)
{
	return section->kind != SW_SITE_TREND &&
	    section->kind != SW_SITE_SERIES;
}

/* One page a section has no month in its name. */
static const char *
page_name(const struct sw_site_section *section,
    const struct sw_block *block, char name[SW_SITE_NAME_MAX])
{
	if (!is_monthly(section) || block == NULL)
		snprintf(name, SW_SITE_NAME_MAX, "%s.html", section->slug);
	else if (block->first == block->last)
		snprintf(name, SW_SITE_NAME_MAX, "%s-%04" PRIu32 "-%02" PRIu32
		    ".html", section->slug, block->first / 100,
		    block->first % 100);
	else
		snprintf(name, SW_SITE_NAME_MAX, "%s-%04" PRIu32 "-%02" PRIu32
		    "-%04" PRIu32 "-%02" PRIu32 ".html", section->slug,
		    block->first / 100, block->first % 100, block->last / 100,
		    block->last % 100);
	return name;
}

static const char *
one_month(const struct sw_site_words *words, uint32_t month, char *text,
    size_t size)
{
	static const char *const names[] = {
		"January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December"
	};
	uint32_t number = month % 100;

	if (words == &sw_site_words_ja)
		snprintf(text, size, "%" PRIu32 "年%" PRIu32 "月", month / 100,
		    number);
	else if (number >= 1 && number <= 12)
		snprintf(text, size, "%s %" PRIu32, names[number - 1],
		    month / 100);
	else
		snprintf(text, size, "%" PRIu32, month);
	return text;
}

const char *
sw_site_month(const struct sw_site_words *words, const struct sw_block *block,
    char text[SW_SITE_NAME_MAX])
{
	char first[40], last[40];

	one_month(words, block->first, first, sizeof(first));
	one_month(words, block->last, last, sizeof(last));
	snprintf(text, SW_SITE_NAME_MAX, block->first == block->last ? "%s" :
	    "%s\xe2\x80\x93%s", first, last);
	return text;
}

/* --- Writing a page ------------------------------------------------------- */

/* The latest block, or NULL. */
static const struct sw_block *
latest(const struct sw_table *table)
{
	return table->block_count > 0 ?
	    &table->blocks[table->block_count - 1] : NULL;
}

static size_t
make_links(const struct sw_site *site, const struct sw_site_words *words,
    struct sw_site_link *links, char (*names)[SW_SITE_NAME_MAX])
{
	size_t count = 0;

	links[count++] = (struct sw_site_link){ "index.html", words->overview,
	    NULL };
	for (size_t i = 0; i < site->count && count < LINKS_MAX - 2; i++) {
		const struct sw_site_section *section = &site->sections[i];

		page_name(section, latest(section->table),
		    names[count]);
		links[count] = (struct sw_site_link){ names[count],
		    sw_site_section_title(words, section), NULL };
		count++;
	}
	links[count++] = (struct sw_site_link){ "method.html", words->method,
	    NULL };
	links[count++] = (struct sw_site_link){ "downloads.html",
	    words->downloads, NULL };
	return count;
}

/* What the site is limited to, for the head. */
static const char *
scope_of(const struct sw_site *site, char text[SW_SITE_NAME_MAX])
{
	const struct sw_site_section *section =
	    sw_site_find(site, SW_SITE_ADOPTION);
	const char *tld = section != NULL ? section->table->tld : NULL;

	snprintf(text, SW_SITE_NAME_MAX, "%s%s%s%s",
	    tld != NULL ? "." : "", tld != NULL ? tld : "",
	    tld != NULL && site->publisher != NULL ? ", " : "",
	    site->publisher != NULL ? site->publisher : "");
	return text;
}

/* A page that one function fills: of a section, or of none. */
struct content {
	const struct sw_site_section *section;
	const struct sw_block *block;
	const char *name;	/* of the file, where there is no section */
	const char *title;
	const struct sw_tree *tree;
	void (*write)(struct sw_site_page *page);
};

static void
write_months(struct sw_site_page *page, const struct content *content)
{
	const struct sw_table *table = content->section->table;
	char name[SW_SITE_NAME_MAX], text[SW_SITE_NAME_MAX];

	if (table->block_count < 2)
		return;
	fputs("<nav aria-label=\"", page->file);
	sw_html_write(page->file, page->words->months);
	fputs("\"><ul class=\"months\">\n", page->file);
	for (size_t i = table->block_count; i > 0; i--) {
		const struct sw_block *block = &table->blocks[i - 1];

		fprintf(page->file, "<li><a href=\"%s\"%s>%s</a></li>\n",
		    page_name(content->section, block, name),
		    block == content->block ? " aria-current=\"page\"" : "",
		    sw_site_month(page->words, block, text));
	}
	fputs("</ul></nav>\n", page->file);
}

static void
write_section(struct sw_site_page *page, const struct content *content)
{
	const struct sw_table *table = content->section->table;
	const struct sw_block *block = content->block;

	if (block != NULL && block->last == page->site->running)
		sw_site_element(page->file, "p", page->words->running);
	if (is_monthly(content->section))
		write_months(page, content);
	if (block != NULL && block->withheld) {
		sw_site_element(page->file, "p", page->words->all_withheld);
		return;
	}
	switch (content->section->kind) {
	case SW_SITE_ADOPTION:
		sw_site_adoption(page, table, block);
		break;
	case SW_SITE_POLICY:
		sw_site_policy(page, table, block);
		break;
	case SW_SITE_COHORT:
		sw_site_cohort(page, table, block);
		break;
	case SW_SITE_TREND:
		sw_site_trend(page, table);
		break;
	case SW_SITE_SERIES:
		sw_site_series(page, table);
		break;
	default:
		sw_site_quality(page, table, block);
	}
}

static void
make_title(const struct sw_site_words *words, const struct content *content,
    char title[2 * SW_SITE_NAME_MAX])
{
	char month[SW_SITE_NAME_MAX];

	if (content->section == NULL)
		snprintf(title, 2 * SW_SITE_NAME_MAX, "%s", content->title);
	else if (content->block == NULL)
		snprintf(title, 2 * SW_SITE_NAME_MAX, "%.120s",
		    sw_site_section_title(words, content->section));
	else
		snprintf(title, 2 * SW_SITE_NAME_MAX, "%.120s, %s",
		    sw_site_section_title(words, content->section),
		    sw_site_month(words, content->block, month));
}

static void
fill_page(struct sw_site_page *page, const struct content *content)
{
	char names[LINKS_MAX][SW_SITE_NAME_MAX], name[SW_SITE_NAME_MAX];
	char title[2 * SW_SITE_NAME_MAX], scope[SW_SITE_NAME_MAX];
	char current[SW_SITE_NAME_MAX];
	struct sw_site_link links[LINKS_MAX];
	struct sw_site_frame frame = {
		.words = page->words, .name = content->name, .title = title,
		.scope = scope_of(page->site, scope), .links = links,
		.current = content->name
	};

	frame.link_count = make_links(page->site, page->words, links, names);
	make_title(page->words, content, title);
	if (content->section != NULL) {
		frame.name = page_name(content->section,
		    content->block, name);
		frame.current = page_name(content->section,
		    latest(content->section->table), current);
	}
	sw_site_frame_begin(page->file, &frame);
	if (content->section != NULL)
		write_section(page, content);
	else if (content->write != NULL)
		content->write(page);
	else
		sw_site_downloads(page, content->tree);
	sw_site_frame_end(page->file, &frame);
}

static enum sw_result
write_page(struct sw_tree *tree, struct sw_site *site,
    const struct sw_site_words *words, const struct content *content)
{
	char name[SW_SITE_NAME_MAX], path[SW_SITE_NAME_MAX + 8], *text = NULL;
	size_t length;
	struct sw_site_page page = { site, words,
	    open_memstream(&text, &length) };
	enum sw_result result = SW_ERR_MEMORY;

	if (page.file == NULL)
		return SW_ERR_MEMORY;
	fill_page(&page, content);
	snprintf(path, sizeof(path), "%s/%s", words->language,
	    content->section == NULL ? content->name :
	    page_name(content->section, content->block, name));
	if (fclose(page.file) == 0)
		result = sw_tree_write(tree, path, text, length);
	free(text);
	return result;
}

/* --- All pages ------------------------------------------------------------ */

static enum sw_result
write_sections(struct sw_tree *tree, struct sw_site *site,
    const struct sw_site_words *words)
{
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < site->count && result == SW_OK; i++) {
		const struct sw_site_section *section = &site->sections[i];
		struct content content = { .section = section };

		if (!is_monthly(section)) {
			result = write_page(tree, site, words, &content);
			continue;
		}
		for (size_t k = 0; k < section->table->block_count &&
		    result == SW_OK; k++) {
			content.block = &section->table->blocks[k];
			result = write_page(tree, site, words, &content);
		}
	}
	return result;
}

static enum sw_result
write_language(struct sw_tree *tree, struct sw_site *site,
    const struct sw_site_words *words)
{
	const struct content others[] = {
		{ .name = "index.html", .title = words->overview,
		    .write = sw_site_overview },
		{ .name = "method.html", .title = words->method,
		    .write = sw_site_method },
		{ .name = "downloads.html", .title = words->downloads,
		    .tree = tree },
	};
	enum sw_result result = write_sections(tree, site, words);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) &&
	    result == SW_OK; i++)
		result = write_page(tree, site, words, &others[i]);
	return result;
}

/* Where readers choose a language. */
static enum sw_result
write_door(struct sw_tree *tree)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	enum sw_result result = SW_ERR_MEMORY;

	if (file == NULL)
		return SW_ERR_MEMORY;
	fprintf(file, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\"/>\n<title>",
	    sw_site_words[0]->language);
	sw_html_write(file, sw_site_words[0]->title);
	fputs("</title>\n<link rel=\"stylesheet\" href=\"style.css\"/>\n"
	    "</head>\n<body>\n<main>\n<h1>", file);
	sw_html_write(file, sw_site_words[0]->title);
	fputs("</h1>\n<ul>\n", file);
	for (size_t i = 0; i < SW_SITE_LANGUAGES; i++) {
		const struct sw_site_words *words = sw_site_words[i];

		fprintf(file, "<li><a href=\"%s/index.html\" hreflang=\"%s\" "
		    "lang=\"%s\">%s: %s</a></li>\n", words->language,
		    words->language, words->language, words->name,
		    words->title);
	}
	fputs("</ul>\n</main>\n</body>\n</html>\n", file);
	if (fclose(file) == 0)
		result = sw_tree_write(tree, "index.html", text, length);
	free(text);
	return result;
}

enum sw_result
sw_site_write(struct sw_tree *tree, struct sw_site *site)
{
	enum sw_result result = sw_tree_write(tree, "style.css", sw_site_style,
	    strlen(sw_site_style));

	site->chart_failed = false;
	if (result == SW_OK)
		result = write_door(tree);
	for (size_t i = 0; i < SW_SITE_LANGUAGES && result == SW_OK; i++)
		result = write_language(tree, site, sw_site_words[i]);
	return result;
}
