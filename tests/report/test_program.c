/* The real program on databases that the store has filled: whole outputs. */
#include "population.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct kind kinds[] = {
	{ "ad.jp", "jp", "AD", "PPA", 2 },
	{ "ad.jp", "jp", "AD", "N--", 1 },
	{ "co.jp", "jp", "CO", "PPP", 5 },
	{ "co.jp", "jp", "CO", "PAA", 3 },
	{ "co.jp", "jp", "CO", "P--", 2 },
	{ "co.jp", "jp", "CO", "PIP", 1 },
	{ "lg.jp", "jp", "LG", "XXX", 3 },
	{ "tokyo.jp", "jp", "PREFECTURE", "PP-", 1 },
	{ "chuo.tokyo.jp", "jp", "GEOGRAPHIC", "PAP", 2 },
	{ "jp", "jp", "GENERAL", "PPA", 4 },
	{ "jp", "jp", "GENERAL", "I-P", 1 },
	{ "jp", "jp", "GENERAL_IDN", "A--", 1 },
	{ "com", "", "", "PPP", 2 },
};

static char folder[] = "/tmp/senderwatch-report-XXXXXX";

static int
set_up(void **state)
{
	uint32_t day = sw_month_first_day(202611) + 9;

	(void)state;
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return -1;
	fill_database("hidden.db", kinds, LENGTH(kinds), day, false);
	fill_database("plain.db", &kinds[1], 2, day, true);
	fill_database("foreign.db", &kinds[12], 1, day, false);
	return 0;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command) == 0 ? 0 : -1;
}

static char *
slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t length;

	if (file == NULL)
		fail_msg("no file %s", path);
	length = getdelim(&text, &size, '\0', file);
	fclose(file);
	if (length < 0) {
		free(text);
		text = strdup("");
	}
	assert_non_null(text);
	return text;
}

/* Run a shell command with $SW as the program; its outputs go to files. */
static int
shell(const char *command)
{
	const char *builddir = getenv("builddir");
	char *line;
	int status;

	if (builddir == NULL)
		fail_msg("%s", "the variable builddir must name the build folder");
	assert_true(asprintf(&line, "SW='%s/senderwatch'; { %s ; } >out 2>err",
	    builddir, command) > 0);
	status = system(line);
	free(line);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
assert_file(const char *path, const char *expected)
{
	char *text = slurp(path);

	assert_string_equal(text, expected);
	free(text);
}

static void
assert_file_has(const char *path, const char *expected)
{
	char *text = slurp(path);

	if (strstr(text, expected) == NULL)
		fail_msg("%s lacks \"%s\": %s", path, expected, text);
	free(text);
}

#define REPORT "\"$SW\" report --database hidden.db --period 2026-11 "
/* The columns that scripts know by their places. */
#define FIRST " | cut -d, -f1-15"
#define HEADS "group,domains,mx,spf_known,spf,dmarc_known,dmarc,spf_absent," \
	"spf_invalid,dmarc_absent,dmarc_invalid,mx_known,null_mx,mx_absent," \
	"mx_invalid\n"
#define ZEROS ",0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"

static void
test_csv(void **state)
{
	(void)state;
	assert_int_equal(shell(REPORT "--format csv" FIRST), 0);
	assert_file("out", HEADS
	    "AD,3,2,2,2,2,0,0,0,2,0,3,1,0,0\n"
	    "AC" ZEROS
	    "CO,11,11,9,5,9,6,3,1,3,0,11,0,0,0\n"
	    "ED" ZEROS "GO" ZEROS "GR" ZEROS "LG" ZEROS "NE" ZEROS "OR" ZEROS
	    "REGIONAL,3,3,3,1,2,2,2,0,0,0,3,0,0,0\n"
	    "GENERAL,6,4,4,4,4,0,0,0,4,0,6,0,1,1\n"
	    "TOTAL,23,20,18,12,17,8,5,1,9,0,23,1,1,1\n");
	assert_file("err", "senderwatch: Outside .jp: 2 domains.\n");
}

static void
test_csv_by_suffix(void **state)
{
	(void)state;
	assert_int_equal(shell(REPORT "--format csv --by suffix --min-cell 0"
	    FIRST), 0);
	assert_file("out", HEADS
	    "ad.jp,3,2,2,2,2,0,0,0,2,0,3,1,0,0\n"
	    "chuo.tokyo.jp,2,2,2,0,2,2,2,0,0,0,2,0,0,0\n"
	    "co.jp,11,11,9,5,9,6,3,1,3,0,11,0,0,0\n"
	    "com,2,2,2,2,2,2,0,0,0,0,2,0,0,0\n"
	    "jp,6,4,4,4,4,0,0,0,4,0,6,0,1,1\n"
	    "tokyo.jp,1,1,1,1,0,0,0,0,0,0,1,0,0,0\n"
	    "TOTAL,25,22,20,14,19,10,5,1,9,0,25,1,1,1\n");
	assert_file("err", "");
	/* Whoever merges small rows must hide small figures as well. */
	assert_int_equal(shell(REPORT "--format csv --by suffix --min-cell 5 "
	    "--registry jp | cut -d, -f1-5 | sed s/suppressed/-/g"), 0);
	assert_file("out", "group,domains,mx,spf_known,spf\n"
	    "co.jp,11,-,-,-\n"
	    "jp,6,-,-,-\n"
	    "(fewer than 5),6,-,-,-\n"
	    "TOTAL,23,-,-,-\n");
	assert_file("err", "senderwatch: Outside .jp: fewer than 5 domains.\n");
	/* The default hides all but what twenty share. */
	assert_int_equal(shell(REPORT "--format csv --by suffix | "
	    "cut -d, -f1-4"), 0);
	assert_file("out", "group,domains,mx,spf_known\n"
	    "(fewer than 20),23,suppressed,suppressed\n"
	    "TOTAL,23,suppressed,suppressed\n");
	assert_file("err", "senderwatch: Left out: fewer than 20 domains of no "
	    "registry with types.\n");
}

static void
test_table(void **state)
{
	(void)state;
	assert_int_equal(shell(REPORT), 0);
	assert_file("out",
	    "Adoption of SPF and DMARC, .jp, November 2026\n\n"
	    "                            Null                  SPF                   DMARC\n"
	    "Registry type  Domains  MX    MX  SPF   SPF %  cover%  DMARC  DMARC %  cover%\n"
	    "-------------  -------  --  ----  ---  ------  ------  -----  -------  ------\n"
	    "AD                   3   2     1    2  100.0%  100.0%      0     0.0%  100.0%\n"
	    "AC                   0   0     0    0       -       -      0        -       -\n"
	    "CO                  11  11     0    5   55.6%   81.8%      6    66.7%   81.8%\n"
	    "ED                   0   0     0    0       -       -      0        -       -\n"
	    "GO                   0   0     0    0       -       -      0        -       -\n"
	    "GR                   0   0     0    0       -       -      0        -       -\n"
	    "LG                   0   0     0    0       -       -      0        -       -\n"
	    "NE                   0   0     0    0       -       -      0        -       -\n"
	    "OR                   0   0     0    0       -       -      0        -       -\n"
	    "REGIONAL             3   3     0    1   33.3%  100.0%      2   100.0%   66.7%\n"
	    "GENERAL              6   4     0    4  100.0%  100.0%      0     0.0%  100.0%\n"
	    "-------------  -------  --  ----  ---  ------  ------  -----  -------  ------\n"
	    "TOTAL               23  20     1   12   66.7%   90.0%      8    47.1%   85.0%\n"
	    "\n"
	    "Outside .jp: 2 domains.\n"
	    "SPF %, DMARC %: MX domains that publish one, of those whose record is known.\n"
	    "cover%: coverage, the MX domains whose record is known, of all MX domains.\n"
	    "Unknown is never taken for absent. Shares are of domains seen in the period,\n"
	    "not of all that are registered.\n");
	assert_file("err", "");
}

static void
test_merged_rows(void **state)
{
	(void)state;
	assert_int_equal(shell(REPORT "--by suffix --min-cell 5"), 0);
	assert_file_has("out", "\n(fewer than 5)        6   *     *    *");
	assert_file_has("out", "\n*: suppressed, because it would tell of fewer "
	    "than 5 domains");
	assert_file_has("out", "\nRows of fewer than 5 domains are merged");
	assert_int_equal(shell(REPORT "--by suffix --min-cell 5 --lang ja"),
	    0);
	assert_file_has("out", "\n(5未満) ");
	assert_file_has("out", "\n5ドメイン未満の行は一行にまとめ");
	assert_int_equal(shell(REPORT "--by suffix --min-cell 5 "
	    "--format html --output m.html && grep -c '5未満' m.html && "
	    "grep -c 'fewer than 5' m.html && "
	    "! grep -q chuo.tokyo m.html"), 0);
}

/* Wide letters count twice: every line ends in the same column. */
static void
test_table_ja(void **state)
{
	(void)state;
	assert_int_equal(shell(REPORT "--lang ja"), 0);
	assert_file_has("out", "送信ドメイン認証技術(SPF・DMARC)の普及状況, .jp, "
	    "2026年11月\n\n");
	assert_file_has("out", "\n地域型・都道府県型         3         3     0     1"
	    "   33.3%    100.0%      2  100.0%     66.7%\n");
	assert_file_has("out", "\n.jp以外: 2ドメイン。\n");
	assert_int_equal(shell(REPORT "--lang en"), 0);
	assert_file_has("out", "\nGeographic and prefecture        3   3     0    1"
	    "   33.3%  100.0%      2   100.0%   66.7%\n");
}

static void
test_json(void **state)
{
	(void)state;
	assert_int_equal(shell(REPORT "--format json --output a.json && "
	    "python3 -c '\n"
	    "import json\n"
	    "d = json.load(open(\"a.json\"))\n"
	    "blocks = d.pop(\"blocks\"); columns = d.pop(\"columns\")\n"
	    "b = blocks[0]\n"
	    "rows = {r.pop(\"group\"): r for r in b.pop(\"rows\")}\n"
	    "print(sorted(d.items()))\n"
	    "print(len(blocks), sorted(b.items()))\n"
	    "print(list(rows))\n"
	    "co = rows[\"CO\"]\n"
	    "print([co[n] for n in (\"kind\", \"domains\", \"mx\", "
	    "\"spf_known\", \"spf\", \"spf_rate\", \"spf_adjusted\")])\n"
	    "print(co[\"suppressed\"], \"spf_adjusted\" in co[\"withheld\"])\n"
	    "names = [c[\"name\"] for c in columns]\n"
	    "print(set(names) | {\"kind\", \"suppressed\", \"withheld\"} == "
	    "set(co), columns[3])\n"
	    "print(rows[\"TOTAL\"][\"kind\"], rows[\"TOTAL\"][\"null_mx\"])'"),
	    0);
	assert_file("err", "");
	assert_file("out",
	    "[('by', 'type'), ('cohort', None), ('min_cell', 0), "
	    "('registry', 'jp'), ('schema', 'senderwatch-report-2'), "
	    "('table', 'adoption')]\n"
	    "1 [('outside', 2), ('period', '2026-11'), ('resolver_days', 1), "
	    "('withheld', False)]\n"
	    "['AD', 'AC', 'CO', 'ED', 'GO', 'GR', 'LG', 'NE', 'OR', "
	    "'REGIONAL', 'GENERAL', 'TOTAL']\n"
	    "['group', 11, 11, 9, 5, 0.555556, None]\n"
	    "[] True\n"
	    "True {'name': 'spf', 'title': 'MX domains with SPF', "
	    "'unit': 'domains'}\n"
	    "total 1\n");
}

/*
 * Well-formed, both languages, a chart each (five SPF bars, three of DMARC
 * that are not 0 % wide, two in the key), nothing from elsewhere.
 */
static void
test_html(void **state)
{
	(void)state;
	assert_int_equal(shell(REPORT "--format html --output a.html && "
	    REPORT "--format html --output b.html && cmp a.html b.html && "
	    "python3 -c '\n"
	    "import re, xml.etree.ElementTree as E\n"
	    "text = open(\"a.html\").read()\n"
	    "root = E.fromstring(text)\n"
	    "svg = \"{http://www.w3.org/2000/svg}\"\n"
	    "for s in root.iter(\"section\"):\n"
	    "    rows = [[c.text for c in r] for r in s.find(\".//tbody\")]\n"
	    "    foot = [c.text for c in s.find(\".//tfoot/tr\")]\n"
	    "    print(s.get(\"lang\"), len(rows), rows[2], rows[10][0], foot)\n"
	    "    print(len(list(s.iter(svg + \"polygon\"))), "
	    "sorted({len(r) for r in rows}))\n"
	    "ids = [e.get(\"id\") for e in root.iter() if e.get(\"id\")]\n"
	    "print(len(ids) == len(set(ids)))\n"
	    "print(re.findall(\"<script|<link|<img|<title>gnu|src=|url.\\\\(\", "
	    "text))'"), 0);
	assert_file("err", "");
	assert_file("out",
	    "ja 11 ['CO', '11', '11', '100.0%', '0', '9', '81.8%', '5', "
	    "'55.6%', '9', '81.8%', '6', '66.7%'] 汎用 "
	    "['合計', '23', '20', '87.0%', '1', '18', '90.0%', '12', '66.7%', "
	    "'17', '85.0%', '8', '47.1%']\n"
	    "10 [13]\n"
	    "en 11 ['CO', '11', '11', '100.0%', '0', '9', '81.8%', '5', "
	    "'55.6%', '9', '81.8%', '6', '66.7%'] General use "
	    "['Total', '23', '20', '87.0%', '1', '18', '90.0%', '12', '66.7%', "
	    "'17', '85.0%', '8', '47.1%']\n"
	    "10 [13]\n"
	    "True\n"
	    "[]\n");
}

static void
test_html_without_gnuplot(void **state)
{
	(void)state;
	assert_int_equal(shell(REPORT "--format html --gnuplot ./no-gnuplot"),
	    0);
	assert_file_has("err", "warning: ./no-gnuplot drew no chart: "
	    "No such file or directory\n");
	assert_file_has("out", "No chart: gnuplot");
	assert_file_has("out", "グラフなし");
	assert_file_has("out", "<tfoot>");
	assert_int_equal(shell(REPORT "--format html --gnuplot false"), 0);
	assert_file("err",
	    "senderwatch: warning: false drew no chart: it failed\n");
}

/* Nobody had a known record: a page without a rate has no chart to miss. */
static void
test_html_empty(void **state)
{
	(void)state;
	assert_int_equal(shell("\"$SW\" report --database hidden.db "
	    "--period 2026-10 --format html --output empty.html && "
	    "python3 -c 'import xml.etree.ElementTree as E; "
	    "E.parse(\"empty.html\")' && ! grep -q 'No chart' empty.html"), 0);
	assert_file("err", "senderwatch: no domain was seen in that month\n");
	/* Of several months, which one? */
	assert_int_equal(shell("\"$SW\" report --database hidden.db "
	    "--period 2026-10:2026-11 --format csv"), 0);
	assert_file("err", "senderwatch: 2026-10: no domain was seen in that "
	    "month\nsenderwatch: 2026-11: Outside .jp: 2 domains.\n");
}

/* Reports are made while the collector has the database open and writes. */
static void
test_beside_collector(void **state)
{
	static const struct kind more = { "go.jp", "jp", "GO", "PPP", 4 };
	uint32_t day = sw_month_first_day(202611) + 9;
	struct sw_store *store;

	(void)state;
	fill_database("live.db", kinds, 1, day, false);
	assert_int_equal(sw_store_open(&store, "live.db", SW_STORE_WRITE),
	    SW_OK);
	assert_int_equal(shell("\"$SW\" report --database live.db "
	    "--period 2026-11 --format csv"), 0);
	assert_file_has("out", "\nTOTAL,2,2,2,2,2,0,");
	merge_subjects(store, &more, day);
	assert_int_equal(shell("\"$SW\" report --database live.db "
	    "--period 2026-11 --format csv"), 0);
	assert_file_has("out", "\nGO,4,4,4,4,4,4,");
	assert_file_has("out", "\nTOTAL,6,6,6,6,6,4,");
	sw_store_close(&store);
}

static void
test_names(void **state)
{
	(void)state;
	assert_int_equal(shell("\"$SW\" report --database plain.db "
	    "--period 2026-11 --names --format csv"), 0);
	assert_file("out",
	    "name,suffix,type,mx,spf,dmarc,dkim,mta_sts,tls_rpt,bimi,null_mx,"
	    "registry\n"
	    "s1.ad.jp,ad.jp,AD,PRESENT,UNKNOWN,UNKNOWN,UNKNOWN,UNKNOWN,"
	    "UNKNOWN,UNKNOWN,yes,jp\n"
	    "s2.co.jp,co.jp,CO,PRESENT,PRESENT,PRESENT,UNKNOWN,UNKNOWN,"
	    "UNKNOWN,UNKNOWN,no,jp\n"
	    "s3.co.jp,co.jp,CO,PRESENT,PRESENT,PRESENT,UNKNOWN,UNKNOWN,"
	    "UNKNOWN,UNKNOWN,no,jp\n"
	    "s4.co.jp,co.jp,CO,PRESENT,PRESENT,PRESENT,UNKNOWN,UNKNOWN,"
	    "UNKNOWN,UNKNOWN,no,jp\n"
	    "s5.co.jp,co.jp,CO,PRESENT,PRESENT,PRESENT,UNKNOWN,UNKNOWN,"
	    "UNKNOWN,UNKNOWN,no,jp\n"
	    "s6.co.jp,co.jp,CO,PRESENT,PRESENT,PRESENT,UNKNOWN,UNKNOWN,"
	    "UNKNOWN,UNKNOWN,no,jp\n");
	assert_int_equal(shell("\"$SW\" report --database plain.db "
	    "--period 2026-11 --names | head -n 4"), 0);
	assert_file("out",
	    "Name      Suffix  Type  MX              SPF      DMARC\n"
	    "--------  ------  ----  --------------  -------  -------\n"
	    "s1.ad.jp  ad.jp   AD    PRESENT (null)  -        -\n"
	    "s2.co.jp  co.jp   CO    PRESENT         PRESENT  PRESENT\n");
}

static void
test_no_names(void **state)
{
	(void)state;
	assert_int_equal(shell(REPORT "--names"), 1);
	assert_file("out", "");
	assert_file_has("err", "the database holds only pseudonyms");
	assert_int_equal(shell(REPORT "--names --format json"), 2);
}

static void
test_foreign(void **state)
{
	(void)state;
	assert_int_equal(shell("\"$SW\" report --database foreign.db "
	    "--period 2026-11 --format csv" FIRST), 0);
	assert_file("out", HEADS);
	assert_file("err", "senderwatch: no subject belongs to a registry with "
	    "types: one row for each public suffix\n"
	    "senderwatch: All figures are withheld: they describe fewer than 20 "
	    "domains. (--min-cell 0 shows them)\n");
	assert_int_equal(shell("\"$SW\" report --database foreign.db "
	    "--period 2026-11 --format csv --min-cell 0" FIRST), 0);
	assert_file("out", HEADS
	    "com,2,2,2,2,2,2,0,0,0,0,2,0,0,0\n"
	    "TOTAL,2,2,2,2,2,2,0,0,0,0,2,0,0,0\n");
}

static void
test_usage(void **state)
{
	static const char *const wrong[] = {
		"\"$SW\"",
		"\"$SW\" nonsense",
		"\"$SW\" help nonsense",
		"\"$SW\" report",
		"\"$SW\" report --period 2026-13",
		"\"$SW\" report --period 2026-1 --database hidden.db",
		REPORT "--format xml",
		REPORT "nonsense",
		REPORT "--window 0",
		REPORT "--window 25",
		REPORT "--cohort none --by type",
		REPORT "--by cohort",
		REPORT "--column region",
		REPORT "policy --format html",
		"\"$SW\" report --database hidden.db --period 2026-11:2026-10",
		"\"$SW\" report --database hidden.db --period 2026-11:",
		"\"$SW\" report --database hidden.db --period 9999-12",
		"\"$SW\" site --database hidden.db --period 2026-11:9999-12 o2",
		REPORT "--by name",
		REPORT "--lang de",
		REPORT "--min-cell -1",
		REPORT "--min-cell 5x",
		REPORT "--registry ''",
		REPORT "--no-such-option",
		REPORT "stray",
		"\"$SW\" key",
		"\"$SW\" key new",
		"\"$SW\" key old file",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		if (shell(wrong[i]) != 2)
			fail_msg("not refused: %s", wrong[i]);
		assert_file("out", "");
		assert_file_has("err", "senderwatch");
	}
	assert_int_equal(shell("\"$SW\" --version && \"$SW\" help && "
	    "\"$SW\" help report && \"$SW\" report --help && "
	    "\"$SW\" help key"), 0);
	assert_file("err", "");
	assert_file_has("out", "--min-cell N");
}

static void
test_failures(void **state)
{
	(void)state;
	assert_int_equal(shell("\"$SW\" report --database none.db "
	    "--period 2026-11"), 1);
	assert_file_has("err", "none.db");
	assert_int_equal(shell("echo nonsense > bad.db; \"$SW\" report "
	    "--database bad.db --period 2026-11"), 1);
	assert_file_has("err", "bad.db");
	assert_int_equal(shell(REPORT "--registry zz"), 1);
	assert_file_has("err", "no table of registry zz");
	assert_int_equal(shell(REPORT "--format csv > /dev/full"), 1);
	assert_file_has("err", "can't write");
	assert_int_equal(shell(REPORT "--output no-folder/file"), 1);
	assert_file_has("err", "can't write no-folder/file");
}

/* A file is there whole or as it was, and nothing lies beside it. */
static void
test_output(void **state)
{
	(void)state;
	assert_int_equal(shell("mkdir o && echo old > o/a.csv && umask 027 && "
	    REPORT "--format csv --output o/a.csv && ls o && "
	    "stat -c %a o/a.csv && tail -n 1 o/a.csv" FIRST), 0);
	assert_file("out", "a.csv\n640\n"
	    "TOTAL,23,20,18,12,17,8,5,1,9,0,23,1,1,1\n");
	assert_int_equal(shell(REPORT "--format csv --output /dev/null && "
	    "test -c /dev/null && " REPORT "--format csv --output - | wc -l"),
	    0);
	assert_file_has("out", "13\n");
	/* A link stays, and leads to the new file. */
	assert_int_equal(shell("ln -s a.csv o/link && echo old > o/a.csv && "
	    REPORT "--format csv --output o/link && test -L o/link && "
	    "tail -n 1 o/a.csv" FIRST), 0);
	assert_file("out", "TOTAL,23,20,18,12,17,8,5,1,9,0,23,1,1,1\n");
	/* Also one to a file that was removed. */
	assert_int_equal(shell("exec 3>o/gone && rm o/gone && "
	    "ln -sf /proc/self/fd/3 o/link && "
	    REPORT "--format csv --output o/link && test -L o/link && "
	    "test ! -e o/gone && wc -l < /proc/self/fd/3"), 0);
	assert_file("out", "13\n");
}

static void
test_key(void **state)
{
	char *first;

	(void)state;
	assert_int_equal(shell("umask 0; \"$SW\" key new k && stat -c %a k && "
	    "grep -cxE '[0-9a-f]{64}' k && \"$SW\" key new k2 && "
	    "! cmp -s k k2"), 0);
	assert_file("out", "600\n1\n");
	assert_int_equal(shell("\"$SW\" key new k"), 1);
	assert_file_has("err", "can't create key file k: File exists");
	assert_int_equal(shell("\"$SW\" key show-id k | grep -xE "
	    "'[0-9a-f]{16}'"), 0);
	first = slurp("out");
	assert_int_equal(shell("chmod 640 k && \"$SW\" key show-id k"), 0);
	assert_file("out", first);
	free(first);
	assert_int_equal(shell("chmod 644 k && \"$SW\" key show-id k"), 1);
	assert_file_has("err", "others may access it");
	assert_int_equal(shell("\"$SW\" key show-id none"), 1);
	assert_file_has("err", "No such file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_csv_by_suffix),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_merged_rows),
		cmocka_unit_test(test_table_ja),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_html_without_gnuplot),
		cmocka_unit_test(test_html_empty),
		cmocka_unit_test(test_beside_collector),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_names),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
