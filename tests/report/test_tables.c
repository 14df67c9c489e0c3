/* The real program: every table but adoption, on databases of the store. */
#include "population.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../report/cohort.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "/tmp/senderwatch-tables-XXXXXX";

/* Subjects are numbered by their places: the same in both months. */
static const struct kind october[] = {
	{ "co.jp", "jp", "CO", "PPA", 30 },
	{ "co.jp", "jp", "CO", "PAA", 10 },
	{ "go.jp", "jp", "GO", "PPP", 5 },
};
static const struct kind november[] = {
	{ "co.jp", "jp", "CO", "PPP", 25 },
	{ "co.jp", "jp", "CO", "PAA", 5 },
	{ "co.jp", "jp", "CO", "PP-", 9 },
	{ "co.jp", "jp", "CO", "P--", 1 },
	{ "go.jp", "jp", "GO", "PPA", 5 },
};

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return -1;
	fill_database("two.db", october, LENGTH(october),
	    sw_month_first_day(202610) + 3, false);
	fill_database_again("two.db", november, LENGTH(november),
	    sw_month_first_day(202611) + 9, 100);
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

/* Run a shell command with $SW as the program; what it prints, to be freed. */
static char *
shell(const char *command, int status)
{
	const char *builddir = getenv("builddir");
	char *line, *text = NULL;
	size_t size = 0;
	FILE *file;
	int got;

	if (builddir == NULL)
		fail_msg("%s", "the variable builddir must name the build folder");
	assert_true(asprintf(&line, "SW='%s/senderwatch'; { %s ; } >out 2>err",
	    builddir, command) > 0);
	got = system(line);
	free(line);
	file = fopen("out", "r");
	assert_non_null(file);
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(file);
	if (!WIFEXITED(got) || WEXITSTATUS(got) != status)
		fail_msg("%s: %d; %s", command, got, text);
	return text;
}

/* The columns of those names, one line a row of a CSV file. */
#define PICK " | python3 -c 'import csv,sys\n" \
	"for r in csv.DictReader(sys.stdin):" \
	" print(*[r[c] for c in sys.argv[1:]], sep=\",\")' "

static void
check(const char *command, const char *expected)
{
	char *text = shell(command, 0);

	assert_string_equal(text, expected);
	free(text);
}

#define REPORT "\"$SW\" report --database two.db "

static void
test_trend(void **state)
{
	(void)state;
	check(REPORT "trend --period 2026-10:2026-11 --format csv" PICK
	    "group period spf_both spf_before spf_after spf_gained spf_lost "
	    "spf_change dmarc_both dmarc_gained dmarc_lost dmarc_first "
	    "dmarc_last",
	    "CO,2026-10/2026-11,39,30,34,9,5,0.102564,30,25,0,25,25\n"
	    "GO,2026-10/2026-11,5,5,5,0,0,0.000000,5,0,5,0,0\n"
	    "TOTAL,2026-10/2026-11,44,35,39,9,5,0.090909,35,25,5,25,25\n");
	/* Few moved, and a total would tell of them. */
	check(REPORT "trend --period 2026-10:2026-11 --format csv "
	    "--min-cell 20" PICK "group spf_both spf_gained",
	    "CO,suppressed,suppressed\nTOTAL,suppressed,suppressed\n");
	free(shell(REPORT "trend --period 2026-11", 2));
}

static void
test_range_and_window(void **state)
{
	(void)state;
	check(REPORT "--period 2026-10:2026-11 --format csv" PICK
	    "group period domains spf dmarc | grep -v ,0,0,0",
	    "CO,2026-10,40,30,0\nGO,2026-10,5,5,5\nTOTAL,2026-10,45,35,5\n"
	    "CO,2026-11,40,34,25\nGO,2026-11,5,5,0\nTOTAL,2026-11,45,39,25\n");
	/* The latest state within the window: the one unknown is known. */
	check(REPORT "--period 2026-11 --window 2 --format csv" PICK
	    "group period spf_known spf | grep -v ,0,0",
	    "CO,2026-10/2026-11,40,34\nGO,2026-10/2026-11,5,5\n"
	    "TOTAL,2026-10/2026-11,45,39\n");
}

static void
test_quality(void **state)
{
	(void)state;
	check(REPORT "quality --period 2026-11 --format csv" PICK
	    "group domains spf_known spf_coverage spf_unknown_share spf_once "
	    "spf_resolver_days spf_good_turing | grep -E \"^(CO|TOTAL)\"",
	    "CO,40,39,0.975000,0.025000,39,39,0.000000\n"
	    "TOTAL,45,44,0.977778,0.022222,44,44,0.000000\n");
	check(REPORT "resolvers --period 2026-11 --format csv" PICK
	    "group period days_reported days_missed first_day dropped_full",
	    "r1,2026-11,1,0,2026-11-10,0\n");
}

static void
test_policy(void **state)
{
	(void)state;
	check(REPORT "policy --period 2026-10 --format csv" PICK
	    "group domains parked spf spf_final_unstated dmarc_policy_unstated "
	    "| grep -v ,0,0,0", "CO,40,0,30,30,0\nGO,5,0,5,5,5\n"
	    "TOTAL,45,0,35,35,5\n");
}

static void
test_totals(void **state)
{
	(void)state;
	check("printf 'group,total\\nCO,100\\nTOTAL,200\\n' >t.csv; " REPORT
	    "--period 2026-10 --totals t.csv --format csv" PICK
	    "group all_spf_bound_low all_spf_bound_high | "
	    "grep -E \"^(CO|GO|TOTAL)\"", "CO,0.300000,0.900000\nGO,,\n"
	    "TOTAL,0.175000,0.950000\n");
	free(shell("echo nonsense >t.csv; " REPORT
	    "--period 2026-10 --totals t.csv", 1));
}

/* Published figures stand beside ours, and only of the same period. */
static void
test_series(void **state)
{
	(void)state;
	check("printf 'series,source,period,group,measure,value\\n"
	    "a,\"who, where\",2026-11,CO,spf,31\\n"
	    "a,x,2026-11,TOTAL,dmarc_rate,0.5\\n"
	    "b,x,2018-07,CO,spf,259207\\nb,x,2026-11,CO,no_such,1\\n' >s.csv; "
	    REPORT "series --series s.csv --period 2026-10:2026-11 "
	    "--format csv" PICK "group period series measure value ours source",
	    "CO,2026-11,a,spf,31.000000,34.000000,who, where\n"
	    "TOTAL,2026-11,a,dmarc_rate,0.500000,0.714286,x\n"
	    "CO,2018-07,b,spf,259207.000000,,x\n"
	    "CO,2026-11,b,no_such,1.000000,,x\n");
	check(REPORT "series --series \"$srcdir/contrib/series/jp-2018.csv\" "
	    "--period 2026-11 --format csv" PICK "value group measure period | "
	    "grep TOTAL,spf,", "700897.000000,TOTAL,spf,2018-07\n");
	free(shell(REPORT "series --period 2026-11", 2));
	free(shell("echo series,source >s.csv; " REPORT
	    "series --series s.csv --period 2026-11", 2));
}

static void
test_prometheus(void **state)
{
	(void)state;
	check(REPORT "--period 2026-11 --format prometheus | "
	    "grep -A1 -B1 \"TYPE senderwatch_adoption_spf gauge\"",
	    "# HELP senderwatch_adoption_spf MX domains with SPF\n"
	    "# TYPE senderwatch_adoption_spf gauge\n"
	    "senderwatch_adoption_spf{period=\"2026-11\",by=\"type\","
	    "kind=\"group\",group=\"AD\"} 0\n");
}

/*
 * The municipalities' table of 4 July 2018, as the Anti-Spam mail Promotion
 * Council's working group published it, comes out of a list of as many names.
 */
static const struct region {
	const char *name;
	unsigned spf, spf_known, dmarc, dmarc_known;
} regions[] = {
	{ "Hokkaido", 128, 180, 0, 180 }, { "Tohoku", 182, 233, 1, 233 },
	{ "Kanto", 279, 323, 1, 322 }, { "Chubu", 245, 325, 0, 325 },
	{ "Kinki", 200, 234, 0, 234 }, { "Chugoku", 88, 112, 0, 112 },
	{ "Shikoku", 81, 99, 1, 99 }, { "Kyushu-Okinawa", 232, 282, 0, 283 },
};

static void
write_list(void)
{
	FILE *file = fopen("list.csv", "w");
	unsigned number = 0;

	assert_non_null(file);
	fputs("domain,region\n", file);
	for (size_t i = 0; i < LENGTH(regions); i++) {
		unsigned size = regions[i].spf_known > regions[i].dmarc_known ?
		    regions[i].spf_known : regions[i].dmarc_known;

		for (unsigned k = 0; k < size; k++)
			fprintf(file, "town%u.co.jp,%s\n", ++number,
			    regions[i].name);
	}
	assert_int_equal(fclose(file), 0);
}

static size_t
observe(struct sw_observation *out, const uint8_t *pseudonym,
    uint8_t mechanism, bool present)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->subject, pseudonym, SW_PSEUDONYM_SIZE);
	out->mechanism = mechanism;
	out->outcome = present ? SW_OUTCOME_PRESENT : SW_OUTCOME_ABSENT;
	out->day = sw_month_first_day(201807) + 3;
	return 1;
}

static void
fill_municipalities(const struct sw_cohort *cohort)
{
	static const struct sw_group group = { "co.jp", "jp", "CO" };
	struct sw_observation *all = calloc(3 * cohort->subject_count,
	    sizeof(*all));
	struct sw_batch batch = { .instance = { 3 }, .sequence = 1,
	    .resolver = "r", .software = "s", .groups = &group,
	    .group_count = 1, .observations = all };
	struct sw_store_delivery delivery = { .batch = &batch,
	    .resolver = "r" };
	unsigned seen[LENGTH(regions)] = { 0 };
	struct sw_store *store;

	assert_non_null(all);
	memcpy(batch.key_id, cohort->key_id, SW_KEY_ID_SIZE);
	for (size_t i = 0; i < cohort->subject_count; i++) {
		int group_number = sw_cohort_group(cohort,
		    cohort->subjects[i]);
		const struct region *region = &regions[group_number];
		unsigned n = seen[group_number]++;
		struct sw_observation *next = &all[batch.observation_count];

		next += observe(next, cohort->subjects[i], SW_MECHANISM_MX,
		    true);
		if (n < region->spf_known)
			next += observe(next, cohort->subjects[i],
			    SW_MECHANISM_SPF, n < region->spf);
		if (n < region->dmarc_known)
			next += observe(next, cohort->subjects[i],
			    SW_MECHANISM_DMARC, n < region->dmarc);
		batch.observation_count = (size_t)(next - all);
	}
	if (sw_store_open(&store, "towns.db", SW_STORE_WRITE) != SW_OK ||
	    sw_store_merge(store, &delivery, 1, sw_month_first_day(201807) + 3,
	    NULL) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	sw_store_close(&store);
	free(all);
}

#define TOWNS "\"$SW\" report --database towns.db --period 2018-07 " \
	"--cohort towns.cohort --format csv"

static void
test_cohort(void **state)
{
	struct sw_cohort *cohort;
	char *reason, expected[1024] = "";
	unsigned spf = 0, known = 0, dmarc = 0, dmarc_known = 0;

	(void)state;
	write_list();
	free(shell("\"$SW\" key new key && \"$SW\" cohort import list.csv "
	    "--key key --name municipalities --public --output towns.cohort && "
	    "! grep -q town towns.cohort", 0));
	assert_int_equal(sw_cohort_read(&cohort, "towns.cohort", &reason),
	    SW_OK);
	assert_int_equal(cohort->subject_count, 1789);
	fill_municipalities(cohort);
	sw_cohort_free(&cohort);
	for (size_t i = 0; i < LENGTH(regions); i++) {
		const struct region *r = &regions[i];

		sprintf(expected + strlen(expected), "%s,%u,%u,%u,%u\n",
		    r->name, r->spf, r->spf_known, r->dmarc, r->dmarc_known);
		spf += r->spf;
		known += r->spf_known;
		dmarc += r->dmarc;
		dmarc_known += r->dmarc_known;
	}
	assert_int_equal(spf, 1435);
	assert_int_equal(known, 1788);
	sprintf(expected + strlen(expected), "TOTAL,%u,%u,%u,%u\n", spf, known,
	    dmarc, dmarc_known);
	check(TOWNS PICK "group spf spf_known dmarc dmarc_known", expected);
	/* Pseudonyms of another key are no pseudonyms of this database. */
	free(shell("\"$SW\" key new key2 && \"$SW\" cohort import list.csv "
	    "--key key2 --output towns.cohort", 0));
	free(shell(TOWNS, 1));
	free(shell("head -c 300 towns.cohort >cut.cohort; "
	    "\"$SW\" report --database towns.db --period 2018-07 "
	    "--cohort cut.cohort", 1));
	free(shell(TOWNS " --column sector", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trend),
		cmocka_unit_test(test_range_and_window),
		cmocka_unit_test(test_quality),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_totals),
		cmocka_unit_test(test_series),
		cmocka_unit_test(test_prometheus),
		cmocka_unit_test(test_cohort),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
