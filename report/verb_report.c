/* senderwatch report: tables from the database. */
#include "senderwatch-config.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "message.h"
#include "names.h"
#include "output.h"
#include "senderwatch/store.h"
#include "verbs.h"

#define DATABASE_DEFAULT SW_LOCALSTATEDIR "/lib/senderwatch/senderwatch.db"

static const char help[] =
    "Usage: senderwatch report --period YYYY-MM [OPTION]...\n\n"
    "Counts the domains that were seen in a month: how many have mail servers,\n"
    "and how many of these publish SPF and DMARC.\n\n"
    "  --period YYYY-MM   the month\n"
    "  --database FILE    default: " DATABASE_DEFAULT "\n"
    "  --by type|suffix   a row for each registry type (default) or public suffix\n"
    "  --registry TLD     only domains of this registry, such as jp. Default: by\n"
    "                     type, the one that the database holds domains of; by\n"
    "                     suffix, all\n"
    "  --format FORMAT    table (default), csv, json, or html: one page in Japanese\n"
    "                     and English with a chart\n"
    "  --output FILE      written whole or not at all; default: standard output\n"
    "  --min-cell N       merge rows of fewer than N domains into one, so that\n"
    "                     neither they nor the total tell of single ones; 0: show\n"
    "                     all. Default: 20 by suffix, 0 by type\n"
    "  --names            list the domains with their states instead (table or\n"
    "                     csv), where the resolvers send names in plain\n"
    "  --lang en|ja       language of a table: heads, and names of types instead\n"
    "                     of their codes\n"
    "  --registries FOLDER  further registry tables\n"
    "  --gnuplot PROGRAM  draws the chart; default: " SW_GNUPLOT "\n\n"
    "All figures are numbers of domains, each counted by its latest state in the\n"
    "period. CSV columns, lines ended by LF:\n"
    "  group              type, suffix, \"(fewer than N)\", or TOTAL\n"
    "  domains            seen to exist\n"
    "  mx                 with mail servers (a null MX is none): the MX domains\n"
    "  spf_known, spf     MX domains whose SPF is known; that publish it\n"
    "  dmarc_known, dmarc the same for DMARC\n"
    "  spf_absent, spf_invalid, dmarc_absent, dmarc_invalid\n"
    "                     known MX domains that publish none, or one that is an\n"
    "                     error to receivers: known = present + absent + invalid\n"
    "  mx_known, null_mx, mx_absent, mx_invalid\n"
    "                     of all domains: known = mx + null + absent + invalid\n"
    "What is not known is in no column: it is never counted as absent. JSON has\n"
    "the same names.\n\n"
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
	{ "html", sw_format_html, true, NULL },
};

struct options {
	const char *database;
	const char *output;
	const char *registries;	/* folder, or NULL */
	const struct format *format;
	struct sw_adoption_options adoption;
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
	else
		return false;
	return true;
}

static bool
parse_min_cell(const char *value, int64_t *min_cell)
{
	char *end;
	intmax_t number;

	errno = 0;
	number = strtoimax(value, &end, 10);
	if (end == value || *end != '\0' || errno != 0 || number < 0)
		return false;
	*min_cell = (int64_t)number;
	return true;
}

enum {
	OPTION_DATABASE = 256, OPTION_PERIOD, OPTION_FORMAT, OPTION_OUTPUT,
	OPTION_BY, OPTION_REGISTRY, OPTION_NAMES, OPTION_MIN_CELL, OPTION_LANG,
	OPTION_GNUPLOT, OPTION_REGISTRIES
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
		options->adoption.month = sw_month_parse(value);
		return options->adoption.month != 0;
	case OPTION_FORMAT:
		return parse_format(value, options);
	case OPTION_OUTPUT:
		options->output = value;
		return true;
	case OPTION_BY:
		return parse_by(value, &options->adoption.by);
	case OPTION_REGISTRY:
		options->adoption.registry = value;
		return value[0] != '\0';
	case OPTION_NAMES:
		return options->names = true;
	case OPTION_MIN_CELL:
		return parse_min_cell(value, &options->adoption.min_cell);
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

/* False: usage, and a message was written. */
static bool
parse_options(int argc, char **argv, struct options *options)
{
	int option, index = 0;

	*options = (struct options){
		.database = DATABASE_DEFAULT, .format = &formats[0],
		.adoption = { .by = SW_BY_TYPE, .min_cell = -1 },
		.writing = { .gnuplot = SW_GNUPLOT }
	};
	while ((option = getopt_long(argc, argv, "h", long_options,
	    &index)) != -1) {
		if (option == '?') {
			sw_say("see \"senderwatch help report\"");
			return false;
		}
		if (!take_option(options, option, optarg)) {
			sw_say("--%s can't be \"%s\"; see \"senderwatch help "
			    "report\"", long_options[index].name, optarg);
			return false;
		}
	}
	if (options->help)
		return true;
	if (optind < argc) {
		sw_say("what is \"%s\"? See \"senderwatch help report\"",
		    argv[optind]);
		return false;
	}
	if (options->adoption.month == 0) {
		sw_say("--period YYYY-MM is needed");
		return false;
	}
	if (options->names && options->format->write_names == NULL) {
		sw_say("--names can be written as table or csv, not as %s",
		    options->format->name);
		return false;
	}
	return true;
}

/* Read the period; a message was written unless it went well. */
static bool
scan(const struct options *options, sw_store_visit visit, void *argument)
{
	uint32_t month = options->adoption.month;
	struct sw_store *store = NULL;
	enum sw_result result;

	result = sw_store_open(&store, options->database, SW_STORE_READ);
	if (result == SW_OK)
		result = sw_store_scan(store, month, month, visit, argument);
	if (result != SW_OK) {
		const char *error = sw_store_error(store);

		sw_say("%s", error[0] != '\0' ? error : sw_result_text(result));
	}
	sw_store_close(&store);
	return result == SW_OK;
}

/* What to write: one of these is NULL. */
struct content {
	const struct sw_adoption *adoption;
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
		result = options->format->write(output.file,
		    content->adoption, &options->writing);
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

static int
list_names(const struct options *options)
{
	struct sw_names *names = NULL;
	int status = SW_EXIT_FAILURE;

	if (sw_names_new(&names, options->adoption.registry) != SW_OK) {
		sw_say("out of memory");
		return SW_EXIT_FAILURE;
	}
	if (!scan(options, sw_names_visit, names))
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
remark(const struct options *options, const struct sw_adoption *adoption)
{
	char text[SW_LABEL_MAX];

	if (adoption->by != options->adoption.by)
		sw_say("no subject belongs to a registry with types: one row for "
		    "each public suffix");
	if (adoption->withheld)
		sw_say("%s (--min-cell 0 shows them)",
		    sw_label_withheld(&sw_labels_en, adoption, text));
	else if (adoption->total.domains == 0 && adoption->outside == 0)
		sw_say("no domain was seen in that month");
	if (adoption->outside > 0 && !options->format->tells_outside)
		sw_say("%s", sw_label_outside(&sw_labels_en, adoption, text));
}

static int
make_adoption(const struct options *options, const struct sw_tally *tally,
    const struct sw_registries *registries)
{
	struct sw_adoption_options wanted = options->adoption;
	struct sw_adoption *adoption = NULL;
	enum sw_result result;
	char reason[256];
	int status;

	wanted.registries = registries;
	result = sw_adoption_new(&adoption, tally, &wanted, reason,
	    sizeof(reason));
	if (result != SW_OK) {
		sw_say("%s", reason);
		return result == SW_ERR_INVALID && wanted.registry == NULL ?
		    SW_EXIT_USAGE : SW_EXIT_FAILURE;
	}
	remark(options, adoption);
	status = write_content(options,
	    &(struct content){ .adoption = adoption });
	sw_adoption_free(&adoption);
	return status;
}

static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	(void)argument;
	if (line > 0)
		sw_say("%s, line %u: %s", path, line, text);
	else
		sw_say("%s: %s", path, text);
}

static int
report_adoption(const struct options *options)
{
	struct sw_registries registries = { 0 };
	struct sw_tally *tally = NULL;
	int status = SW_EXIT_FAILURE;

	if (sw_registries_load(&registries, options->registries, complain,
	    NULL) != SW_OK) {
		sw_say("can't load the registry tables");
		goto out;
	}
	if (sw_tally_new(&tally) != SW_OK) {
		sw_say("out of memory");
		goto out;
	}
	if (!scan(options, sw_tally_visit, tally))
		goto out;
	sw_tally_sort(tally);
	status = make_adoption(options, tally, &registries);
out:
	sw_tally_free(&tally);
	sw_registries_fini(&registries);
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
	return options.names ? list_names(&options) : report_adoption(&options);
}
