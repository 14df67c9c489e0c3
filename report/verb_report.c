/* senderwatch report: tables from the database. */
#include "senderwatch-config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "database.h"
#include "format.h"
#include "message.h"
#include "names.h"
#include "output.h"
#include "produce.h"
#include "progress.h"
#include "senderwatch/maintenance.h"
#include "senderwatch/settings.h"
#include "verbs.h"

static const char help[] =
    "Usage: senderwatch report [TABLE] --period MONTH[:MONTH] [OPTION]...\n\n"
    "Makes a table of the domains that were seen. TABLE is one of:\n"
    "  adoption           who has mail servers, and who publishes SPF, DMARC, DKIM,\n"
    "                     MTA-STS, TLS-RPT, BIMI and DNSSEC (default)\n"
    "  policy             what SPF and DMARC records ask for\n"
    "  trend              changes from month to month, within the domains seen in\n"
    "                     both\n"
    "  steps              days on which more changed than chance allows, of months\n"
    "                     that are not closed yet\n"
    "  series             figures that others published, beside ours (--series)\n"
    "  quality            how much was seen: coverage, and what a longer look adds\n"
    "  resolvers          who reported, and what they say they dropped\n"
    "  anomalies          days of names that look generated, of months that are not\n"
    "                     closed yet\n\n"
    "  --period MONTH[:MONTH]\n"
    "                     YYYY-MM: the month, or each month from the first to the\n"
    "                     last\n"
    "  --window N         each period is the N months that end with its month:\n"
    "                     domains count by their latest state in these\n"
    "  --database FILE    default: " SW_DATABASE_DEFAULT "\n"
    "  --by WHAT          type: a row for each registry type (default); suffix: for\n"
    "                     each public suffix; cohort: for each group of a cohort\n"
    "  --registry TLD     only domains of this registry, such as jp. Default: by\n"
    "                     type, the one that the database holds domains of; by\n"
    "                     suffix, all\n"
    "  --cohort FILE      the cohort (see \"senderwatch cohort\"); means\n"
    "                     --by cohort\n"
    "  --column NAME      the cohort's grouping; default: its first\n"
    "  --totals FILE      CSV with the columns group and total: how many domains are\n"
    "                     registered in each group, for bounds that are certain\n"
    "  --of TABLE         trend: of adoption (default), or of policy\n"
    "  --series FILE      CSV with the columns series, source, period, group, measure\n"
    "                     (a column of adoption), value\n"
    "  --format FORMAT    table (default), csv, json, prometheus, or html: one page\n"
    "                     of adoption in Japanese and English with a chart\n"
    "  --output FILE      written whole or not at all; default: standard output\n"
    "  --min-cell N       show nothing that tells of fewer than N domains, or helps\n"
    "                     to work it out; 0: show all. Default: 0 by type and for\n"
    "                     public cohorts, else 20\n"
    "  --names            list the domains with their states instead (table or\n"
    "                     csv), where the resolvers send names in plain\n"
    "  --lang en|ja       language of a table: heads, and names of types instead\n"
    "                     of their codes\n"
    "  --registries FOLDER  further registry tables\n"
    "  --gnuplot PROGRAM  draws the chart; default: " SW_GNUPLOT "\n"
    "  --help             this text\n\n"
    "Each domain counts once in a period, by its latest state in it. In CSV, lines\n"
    "end with LF, and the first columns of adoption are:\n"
    "  group              type, suffix, group, \"(fewer than N)\", or TOTAL\n"
    "  domains            seen to exist\n"
    "  mx                 with mail servers (a null MX is none): the MX domains\n"
    "  spf_known, spf     MX domains whose SPF is known; that publish it\n"
    "  dmarc_known, dmarc the same for DMARC\n"
    "  spf_absent, spf_invalid, dmarc_absent, dmarc_invalid\n"
    "                     known MX domains that publish none, or one that is an\n"
    "                     error to receivers: known = present + absent + invalid\n"
    "  mx_known, null_mx, mx_absent, mx_invalid\n"
    "                     of all domains: known = mx + null + absent + invalid\n"
    "What is not known is never counted as absent. All columns of all tables, and\n"
    "JSON, which has the same names: senderwatch-report(5).\n\n"
    "Exit status: 0 if all went well, also without a chart; 1 if something failed,\n"
    "the database has no such registry, or --names finds only pseudonyms; 2 if the\n"
    "command line makes no sense, or leaves open which registry is meant.\n";

static const struct format {
	const char *name;
	sw_format_write write;
	bool tells_outside;	/* how many domains are left out */
	enum sw_result (*write_names)(const struct sw_names *names,
	    FILE *file);	/* NULL: --names has no such format */
} formats[] = {
	{ "table", sw_format_table, true, sw_names_write_table },
	{ "csv", sw_format_csv, false, sw_names_write_csv },
	{ "json", sw_format_json, true, NULL },
	{ "prometheus", sw_format_prometheus, false, NULL },
	{ "html", sw_format_html, true, NULL },
};

struct options {
	const char *database;
	const char *output;
	const char *registries;	/* folder, or NULL */
	const struct format *format;
	const char *cohort;	/* files, or NULL */
	const char *column;
	const char *totals;
	struct sw_wish wish;
	struct sw_format_options writing;
	bool names;
	bool help;
};

static bool
parse_format(const char *value, struct options *options)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, value) == 0) {
			options->format = &formats[i];
			return true;
		}
	}
	return false;
}

static bool
parse_by(const char *value, enum sw_by *by)
{
	if (strcmp(value, "type") == 0)
		*by = SW_BY_TYPE;
	else if (strcmp(value, "suffix") == 0)
		*by = SW_BY_SUFFIX;
	else if (strcmp(value, "cohort") == 0)
		*by = SW_BY_COHORT;
	else
		return false;
	return true;
}

static bool
parse_window(const char *value, unsigned *window)
{
	unsigned long number;

	if (!sw_setting_unsigned(value, 1, SW_WINDOW_MAX, &number))
		return false;
	*window = (unsigned)number;
	return true;
}

enum {
	OPTION_DATABASE = 256, OPTION_PERIOD, OPTION_FORMAT, OPTION_OUTPUT,
	OPTION_BY, OPTION_REGISTRY, OPTION_NAMES, OPTION_MIN_CELL, OPTION_LANG,
	OPTION_GNUPLOT, OPTION_REGISTRIES, OPTION_WINDOW, OPTION_COHORT,
	OPTION_COLUMN, OPTION_TOTALS, OPTION_SERIES, OPTION_OF
};

static const struct option long_options[] = {
	{ "database", required_argument, NULL, OPTION_DATABASE },
	{ "period", required_argument, NULL, OPTION_PERIOD },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "output", required_argument, NULL, OPTION_OUTPUT },
	{ "by", required_argument, NULL, OPTION_BY },
	{ "registry", required_argument, NULL, OPTION_REGISTRY },
	{ "names", no_argument, NULL, OPTION_NAMES },
	{ "min-cell", required_argument, NULL, OPTION_MIN_CELL },
	{ "lang", required_argument, NULL, OPTION_LANG },
	{ "gnuplot", required_argument, NULL, OPTION_GNUPLOT },
	{ "registries", required_argument, NULL, OPTION_REGISTRIES },
	{ "window", required_argument, NULL, OPTION_WINDOW },
	{ "cohort", required_argument, NULL, OPTION_COHORT },
	{ "column", required_argument, NULL, OPTION_COLUMN },
	{ "series", required_argument, NULL, OPTION_SERIES },
	{ "of", required_argument, NULL, OPTION_OF },
	{ "totals", required_argument, NULL, OPTION_TOTALS },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

/* Take one option; false where its value makes no sense. */
static bool
take_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_DATABASE:
		options->database = value;
		return true;
	case OPTION_PERIOD:
		return sw_argument_period(value, &options->wish.first,
		    &options->wish.last);
	case OPTION_WINDOW:
		return parse_window(value, &options->wish.window);
	case OPTION_COHORT:
		options->cohort = value;
		options->wish.rows.by = SW_BY_COHORT;
		return true;
	case OPTION_COLUMN:
		options->column = value;
		return true;
	case OPTION_SERIES:
		options->wish.series = value;
		return true;
	case OPTION_OF:
		options->wish.of_policy = strcmp(value, "policy") == 0;
		return options->wish.of_policy ||
		    strcmp(value, "adoption") == 0;
	case OPTION_TOTALS:
		options->totals = value;
		return true;
	case OPTION_FORMAT:
		return parse_format(value, options);
	case OPTION_OUTPUT:
		options->output = value;
		return true;
	case OPTION_BY:
		return parse_by(value, &options->wish.rows.by);
	case OPTION_REGISTRY:
		options->wish.rows.registry = value;
		return value[0] != '\0';
	case OPTION_NAMES:
		return options->names = true;
	case OPTION_MIN_CELL:
		return sw_argument_min_cell(value,
		    &options->wish.rows.min_cell);
	case OPTION_LANG:
		options->writing.labels = sw_labels_find(value);
		return options->writing.labels != NULL;
	case OPTION_GNUPLOT:
		options->writing.gnuplot = value;
		return true;
	case OPTION_REGISTRIES:
		options->registries = value;
		return true;
	default:
		return options->help = true;
	}
}

static bool
is_table(const char *name)
{
	for (size_t i = 0; sw_produce_tables[i] != NULL; i++) {
		if (strcmp(sw_produce_tables[i], name) == 0)
			return true;
	}
	return false;
}

/* Do the options go together? */
static bool
check_options(const struct options *options)
{
	const struct sw_wish *wish = &options->wish;

	if (wish->first == 0)
		sw_say("--period YYYY-MM is needed");
	else if (options->names && options->format->write_names == NULL)
		sw_say("--names can be written as table or csv, not as %s",
		    options->format->name);
	else if (options->names && wish->first != wish->last)
		sw_say("--names takes one month");
	else if (wish->rows.by == SW_BY_COHORT && options->cohort == NULL)
		sw_say("--by cohort needs --cohort FILE");
	else if (wish->rows.by != SW_BY_COHORT && options->cohort != NULL)
		sw_say("--cohort means --by cohort");
	else if (options->column != NULL && options->cohort == NULL)
		sw_say("--column names a grouping of --cohort FILE");
	else if (options->format->write == sw_format_html &&
	    (wish->first != wish->last || strcmp(wish->table, "adoption") != 0))
		sw_say("--format html is for adoption in one period");
	else
		return true;
	return false;
}

/* False: usage, and a message was written. */
static bool
parse_options(int argc, char **argv, struct options *options)
{
	int option, index = 0;

	*options = (struct options){
		.database = SW_DATABASE_DEFAULT, .format = &formats[0],
		.wish = { .table = "adoption", .rows = { .by = SW_BY_TYPE,
		    .min_cell = -1 } },
		.writing = { .gnuplot = SW_GNUPLOT }
	};
	while ((option = getopt_long(argc, argv, "h", long_options,
	    &index)) != -1) {
		if (option == '?')
			return false;
		if (!take_option(options, option, optarg)) {
			sw_say("--%s can't be \"%s\"",
			    long_options[index].name, optarg);
			return false;
		}
	}
	if (options->help)
		return true;
	if (optind < argc && is_table(argv[optind]))
		options->wish.table = argv[optind++];
	if (optind < argc) {
		sw_say("what is \"%s\"?", argv[optind]);
		return false;
	}
	return check_options(options);
}

/* What to write: one of these is NULL. */
struct content {
	const struct sw_table *table;
	const struct sw_names *names;
};

static int
write_content(const struct options *options, const struct content *content)
{
	struct sw_output output;
	enum sw_result result;

	result = sw_output_open(&output, options->output);
	if (result == SW_OK && content->names != NULL)
		result = options->format->write_names(content->names,
		    output.file);
	else if (result == SW_OK)
		result = options->format->write(output.file, content->table,
		    &options->writing);
	if (result == SW_OK)
		result = sw_output_commit(&output);
	if (result == SW_OK)
		return SW_EXIT_OK;
	sw_say("can't write %s: %s", options->output != NULL ?
	    options->output : "to standard output", result == SW_ERR_SYSTEM ?
	    strerror(errno) : sw_result_text(result));
	sw_output_abandon(&output);
	return SW_EXIT_FAILURE;
}

/* Progress is told from here on; a message was written unless all is well. */
static bool
open_store(const struct options *options, struct sw_store **store,
    struct sw_progress *progress)
{
	enum sw_result result;

	result = sw_store_open(store, options->database, SW_STORE_READ);
	if (result == SW_OK) {
		sw_progress_begin(progress, "senderwatch report");
		sw_store_watch(*store, sw_progress_tell, progress);
		return true;
	}
	sw_say_store(*store, options->database, result);
	sw_store_close(store);
	return false;
}

/* Read the names; a message was written unless it went well. */
static bool
scan_names(const struct options *options, struct sw_names *names)
{
	uint32_t month = options->wish.first;
	struct sw_progress progress;
	struct sw_store *store;
	enum sw_result result;

	if (!open_store(options, &store, &progress))
		return false;
	result = sw_store_scan(store, month, month, sw_names_visit, names);
	sw_progress_end(&progress);
	if (result != SW_OK)
		sw_say_store(store, options->database, result);
	sw_store_close(&store);
	return result == SW_OK;
}

static int
list_names(const struct options *options)
{
	struct sw_names *names = NULL;
	int status = SW_EXIT_FAILURE;

	if (sw_names_new(&names, options->wish.rows.registry) != SW_OK) {
		sw_say("out of memory");
		return SW_EXIT_FAILURE;
	}
	if (!scan_names(options, names))
		goto out;
	sw_names_sort(names);
	if (sw_names_count(names) == 0 && sw_names_nameless(names) > 0) {
		sw_say("there are no names to list: the database holds only "
		    "pseudonyms (a resolver sends names where its settings say "
		    "\"names = plain\")");
		goto out;
	}
	if (sw_names_nameless(names) > 0)
		sw_say("%zu subjects have only a pseudonym and are not listed",
		    sw_names_nameless(names));
	status = write_content(options, &(struct content){ .names = names });
out:
	sw_names_free(&names);
	return status;
}

/* What a reader of the machine-readable formats would not see there. */
static void
remark_block(const struct options *options, const struct sw_table *table,
    const struct sw_block *block)
{
	const struct sw_row *total = sw_block_total(block);
	bool several = table->block_count > 1;
	const char *of = several ? block->period : "", *colon = several ?
	    ": " : "";
	char text[SW_LABEL_MAX];

	if (block->withheld)
		sw_say("%s%s%s (--min-cell 0 shows them)", of, colon,
		    sw_label_withheld(&sw_labels_en, table, text));
	else if (total != NULL && block->outside == 0 &&
	    sw_table_find_column(table, "domains") != SW_COLUMN_NONE &&
	    sw_table_cell(table, total, "domains")->count == 0)
		sw_say("%s%sno domain was seen in that month", of, colon);
	if (block->outside > 0 && !options->format->tells_outside)
		sw_say("%s%s%s", of, colon, sw_label_outside(&sw_labels_en,
		    table, block, text));
}

static void
remark(const struct options *options, const struct sw_table *table)
{
	if (options->wish.rows.by == SW_BY_TYPE && table->by == SW_BY_SUFFIX)
		sw_say("no subject belongs to a registry with types: one row for "
		    "each public suffix");
	for (size_t i = 0; i < table->block_count; i++)
		remark_block(options, table, &table->blocks[i]);
}

static int
make_table(const struct options *options, const struct sw_wish *wish)
{
	struct sw_table *table = NULL;
	struct sw_progress progress;
	struct sw_store *store;
	char reason[SW_REASON_MAX];
	enum sw_result result;
	int status;

	if (!open_store(options, &store, &progress))
		return SW_EXIT_FAILURE;
	result = sw_produce(&table, store, wish, reason);
	sw_progress_end(&progress);
	sw_store_close(&store);
	if (result != SW_OK) {
		sw_say("%s", reason);
		/* Which registry is meant? A cohort's key is another matter. */
		return result == SW_ERR_INVALID &&
		    wish->rows.registry == NULL &&
		    wish->rows.by != SW_BY_COHORT ? SW_EXIT_USAGE :
		    SW_EXIT_FAILURE;
	}
	remark(options, table);
	status = write_content(options, &(struct content){ .table = table });
	sw_table_free(&table);
	return status;
}

/* Files that people hand in; a message was written unless all are well. */
struct inputs {
	struct sw_registries registries;
	struct sw_cohort *cohort;
	struct sw_totals totals;
};

static bool
read_inputs(const struct options *options, struct inputs *inputs)
{
	char *reason = NULL;
	bool good = true;

	if (sw_registries_load(&inputs->registries, options->registries,
	    sw_say_line, NULL) != SW_OK) {
		sw_say("can't load the registry tables");
		return false;
	}
	if (options->cohort != NULL)
		good = sw_cohort_read(&inputs->cohort, options->cohort,
		    &reason) == SW_OK;
	if (good && options->totals != NULL)
		good = sw_totals_read(&inputs->totals, options->totals,
		    &reason) == SW_OK;
	if (!good)
		sw_say("%s", reason != NULL ? reason : "out of memory");
	free(reason);
	if (good && options->column != NULL &&
	    !sw_cohort_choose(inputs->cohort, options->column)) {
		sw_say("the cohort has no grouping \"%s\"", options->column);
		return false;
	}
	return good;
}

static int
report_table(const struct options *options)
{
	struct inputs inputs = { 0 };
	struct sw_wish wish = options->wish;
	int status = SW_EXIT_FAILURE;

	if (read_inputs(options, &inputs)) {
		wish.rows.registries = &inputs.registries;
		wish.rows.cohort = inputs.cohort;
		wish.rows.totals = options->totals != NULL ? &inputs.totals :
		    NULL;
		status = make_table(options, &wish);
	}
	sw_totals_fini(&inputs.totals);
	sw_cohort_free(&inputs.cohort);
	sw_registries_fini(&inputs.registries);
	return status;
}

int
sw_verb_report(int argc, char **argv)
{
	struct options options;

	if (!parse_options(argc, argv, &options))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	return options.names ? list_names(&options) : report_table(&options);
}
