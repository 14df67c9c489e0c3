/* The site from tables made here: names that would break out, two runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../report/site.h"

#define HOSTILE "<script>alert(\"1\")</script>&'"

static char folder[] = "/tmp/senderwatch-site.XXXXXX";

static void
add_column(struct sw_table *table, const char *name, enum sw_unit unit,
    const char *measure, enum sw_aspect aspect, unsigned brief)
{
	struct sw_column column = {
		.name = (char *)name, .title = (char *)name,
		.measure = (char *)measure, .unit = unit, .aspect = aspect,
		.brief = brief
	};

	assert_int_equal(sw_table_add_column(table, &column), SW_OK);
}

static void
add_columns(struct sw_table *table)
{
	add_column(table, "domains", SW_UNIT_DOMAINS, "", SW_ASPECT_OTHER, 1);
	add_column(table, "mx", SW_UNIT_DOMAINS, "", SW_ASPECT_OTHER, 2);
	add_column(table, "dmarc_known", SW_UNIT_DOMAINS, "", SW_ASPECT_OTHER,
	    0);
	add_column(table, "dmarc", SW_UNIT_DOMAINS, "", SW_ASPECT_OTHER, 0);
	add_column(table, "dmarc_rate", SW_UNIT_SHARE, "dmarc", SW_ASPECT_RATE,
	    3);
	add_column(table, "dmarc_rate_low", SW_UNIT_SHARE, "dmarc",
	    SW_ASPECT_RATE_LOW, 0);
	add_column(table, "dmarc_rate_high", SW_UNIT_SHARE, "dmarc",
	    SW_ASPECT_RATE_HIGH, 0);
	add_column(table, "dmarc_adjusted", SW_UNIT_SHARE, "dmarc",
	    SW_ASPECT_ADJUSTED, 0);
}

static void
add_row(const struct sw_table *table, struct sw_block *block, const char *name,
    enum sw_row_kind kind, unsigned size)
{
	struct sw_row *row = sw_table_add_row(table, block, name, kind);

	assert_non_null(row);
	sw_cell_count(&row->cells[0], size);
	sw_cell_count(&row->cells[1], size / 2);
	sw_cell_count(&row->cells[2], size / 2);
	sw_cell_count(&row->cells[3], size / 4);
	sw_cell_number(&row->cells[4], 0.5);
	sw_cell_number(&row->cells[5], 0.45);
	sw_cell_number(&row->cells[6], 0.55);
	row->cells[7].state = SW_CELL_WITHHELD;
	if (size < 20)
		row->cells[3].state = SW_CELL_SUPPRESSED;
}

static struct sw_table *
make_table(const char *name)
{
	static const uint32_t months[] = { 202610, 202611 };
	struct sw_table *table;

	assert_int_equal(sw_table_new(&table, name), SW_OK);
	add_columns(table);
	for (size_t i = 0; i < 2; i++) {
		struct sw_block *block = sw_table_add_block(table, months[i],
		    months[i]);

		assert_non_null(block);
		add_row(table, block, HOSTILE, SW_ROW_GROUP, 4000);
		add_row(table, block, "small", SW_ROW_GROUP, 8);
		add_row(table, block, SW_ROW_TOTAL_NAME, SW_ROW_TOTAL, 4008);
	}
	return table;
}

/* Write a site of the given tables to a folder below the test's. */
static void
write_site(const char *name, const char *gnuplot)
{
	struct sw_table *adoption = make_table("adoption");
	struct sw_table *cohort = make_table("cohort");
	struct sw_table *trend = make_table("trend");
	const struct sw_site_section sections[] = {
		{ SW_SITE_ADOPTION, "adoption", NULL, adoption },
		{ SW_SITE_COHORT, "cohort-1", HOSTILE, cohort },
		{ SW_SITE_TREND, "trend", NULL, trend },
		{ SW_SITE_QUALITY, "quality", NULL, adoption },
	};
	struct sw_site site = { .sections = sections, .count = 4,
	    .publisher = HOSTILE, .gnuplot = gnuplot };
	struct sw_tree *tree;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (sw_tree_begin(&tree, path) != SW_OK)
		fail_msg("%s", sw_tree_error(tree));
	if (sw_site_write(tree, &site) != SW_OK)
		fail_msg("%s", sw_tree_error(tree));
	if (sw_tree_commit(tree) != SW_OK)
		fail_msg("%s", sw_tree_error(tree));
	sw_tree_free(&tree);
	sw_table_free(&adoption);
	sw_table_free(&cohort);
	sw_table_free(&trend);
}

/* A file below the test's folder, with a NUL; the caller frees. */
static char *
read_file(const char *name)
{
	char path[256], *text = NULL;
	size_t length = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("can't read %s", path);
	if (getdelim(&text, &length, '\0', file) < 0)
		fail_msg("%s is empty", path);
	fclose(file);
	return text;
}

/* The command is run in the test's folder. */
static int
run(const char *text)
{
	char command[512];

	snprintf(command, sizeof(command), "cd %s && %s", folder, text);
	return system(command);
}

static void
test_same_bytes(void **state)
{
	(void)state;
	write_site("one", "gnuplot");
	write_site("two", "gnuplot");
	assert_int_equal(run("diff -r one two"), 0);
	/* In place of what stood there. */
	write_site("two", "gnuplot");
	assert_int_equal(run("diff -r one two"), 0);
	assert_int_equal(run("test $(ls | wc -l) = 2"), 0);
}

static void
test_pages(void **state)
{
	static const char *const names[] = { "index.html", "ja/index.html",
		"en/index.html", "en/adoption-2026-10.html",
		"en/adoption-2026-11.html", "ja/cohort-1-2026-11.html",
		"ja/trend.html", "en/quality-2026-10.html", "en/method.html",
		"ja/downloads.html" };
	char name[128];

	(void)state;
	write_site("pages", "gnuplot");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *text;

		snprintf(name, sizeof(name), "pages/%s", names[i]);
		text = read_file(name);
		assert_null(strstr(text, "<script"));
		assert_null(strstr(text, "(null)"));
		assert_non_null(strstr(text, "</html>\n"));
		free(text);
	}
	/* Well-formed, whatever the names are. */
	assert_int_equal(run("for f in pages/*.html pages/*/*.html; do "
	    "python3 -c 'import sys, xml.dom.minidom as x; "
	    "x.parse(sys.argv[1])' $f || exit 1; done"), 0);
}

static void
test_cells(void **state)
{
	char *text;

	(void)state;
	write_site("cells", "gnuplot");
	text = read_file("cells/en/adoption-2026-11.html");
	assert_non_null(strstr(text, "&lt;script&gt;alert(&quot;1&quot;)"));
	assert_non_null(strstr(text, "<td>4,000</td>"));
	assert_non_null(strstr(text, "45.0\xe2\x80\x93" "55.0"));
	assert_non_null(strstr(text, "too few domains to show"));
	assert_non_null(strstr(text, "too few to estimate"));
	assert_non_null(strstr(text, "<svg"));
	free(text);
	text = read_file("cells/en/trend.html");
	assert_non_null(strstr(text, "<svg"));
	free(text);
}

static void
test_without_gnuplot(void **state)
{
	char *text;

	(void)state;
	write_site("bare", "/nonexistent/gnuplot");
	text = read_file("bare/en/adoption-2026-11.html");
	assert_null(strstr(text, "<svg"));
	free(text);
}

static void
test_other_peoples_folders(void **state)
{
	struct sw_tree *tree;
	char path[128];

	(void)state;
	assert_int_equal(run("mkdir theirs && echo mine >theirs/file"), 0);
	snprintf(path, sizeof(path), "%s/theirs", folder);
	assert_int_equal(sw_tree_begin(&tree, path), SW_ERR_INVALID);
	assert_non_null(strstr(sw_tree_error(tree), "not written by"));
	sw_tree_free(&tree);
	assert_int_equal(sw_tree_remove(path), SW_ERR_INVALID);
	assert_int_equal(run("grep -q mine theirs/file"), 0);
	/* Nor a file, nor a link to a folder. */
	assert_int_equal(run("ln -s theirs link"), 0);
	snprintf(path, sizeof(path), "%s/link", folder);
	assert_int_equal(sw_tree_begin(&tree, path), SW_ERR_INVALID);
	sw_tree_free(&tree);
	snprintf(path, sizeof(path), "%s/theirs/file", folder);
	assert_int_equal(sw_tree_begin(&tree, path), SW_ERR_INVALID);
	sw_tree_free(&tree);
	snprintf(path, sizeof(path), "%s/missing/site", folder);
	assert_int_equal(sw_tree_begin(&tree, path), SW_ERR_SYSTEM);
	sw_tree_free(&tree);
}

/* What does not read back is not published. */
static void
test_damaged_on_the_way(void **state)
{
	struct sw_tree *tree;
	char path[128], *text;

	(void)state;
	write_site("kept", "gnuplot");
	snprintf(path, sizeof(path), "%s/kept", folder);
	assert_int_equal(sw_tree_begin(&tree, path), SW_OK);
	assert_int_equal(sw_tree_write(tree, "index.html", "new\n", 4), SW_OK);
	assert_int_equal(run("for f in kept.??????; do echo >>$f/index.html; "
	    "done"), 0);
	assert_int_equal(sw_tree_commit(tree), SW_ERR_SYSTEM);
	assert_non_null(strstr(sw_tree_error(tree), "index.html"));
	sw_tree_free(&tree);
	text = read_file("kept/index.html");
	assert_non_null(strstr(text, "</html>"));
	free(text);
	assert_int_equal(run("! ls -d kept.?????? 2>/dev/null"), 0);
}

static int
make_folder(void **state)
{
	(void)state;
	umask(022);
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
remove_folder(void **state)
{
	(void)state;
	return run("rm -rf \"$PWD\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_without_gnuplot),
		cmocka_unit_test(test_other_peoples_folders),
		cmocka_unit_test(test_damaged_on_the_way),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
