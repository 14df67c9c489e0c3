/* senderwatch site: the static site, into a folder. */
#include "senderwatch-config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "database.h"
#include "message.h"
#include "site_make.h"
#include "verbs.h"

static const char help[] =
    "Usage: senderwatch site --period MONTH[:MONTH] [OPTION]... FOLDER\n\n"
    "Writes pages in Japanese and English that need no server and no script: an\n"
    "overview, a page for each table and month, the method, and all data as CSV\n"
    "and JSON with a datapackage.json. FOLDER is replaced as a whole, or left as\n"
    "it was if anything fails; it must be new, empty, or written by this verb.\n"
    "The same database gives the same bytes.\n\n"
    "  --period MONTH[:MONTH]\n"
    "                     YYYY-MM: the month, or from the first to the last; those\n"
    "                     without data are left out at both ends\n"
    "  --database FILE    default: " SW_DATABASE_DEFAULT "\n"
    "  --registry TLD     only domains of this registry, such as jp\n"
    "  --registries FOLDER  further registry tables\n"
    "  --cohort FILE      pages for a list that \"senderwatch cohort\" imported; may\n"
    "                     be given more than once\n"
    "  --series FILE      a page for figures that others published (see \"senderwatch\n"
    "                     help report\"); may be given more than once\n"
    "  --totals FILE      CSV of how many domains are registered in each group\n"
    "  --min-cell N       suppress what describes fewer than N domains\n"
    "  --publisher NAME   stands in the head of each page\n"
    "  --gnuplot PROGRAM  draws the charts; default: " SW_GNUPLOT "\n"
    "  --help             this text\n\n"
    "Exit status: 0 if all went well, also without charts; 1 if something failed;\n"
    "2 if the command line makes no sense.\n";

struct options {
	struct sw_site_order order;
	const char *folder;
	bool help;
};

enum {
	OPTION_DATABASE = 256, OPTION_PERIOD, OPTION_REGISTRY,
	OPTION_REGISTRIES, OPTION_COHORT, OPTION_SERIES, OPTION_TOTALS, OPTION_MIN_CELL,
	OPTION_PUBLISHER, OPTION_GNUPLOT
};

static const struct option long_options[] = {
	{ "database", required_argument, NULL, OPTION_DATABASE },
	{ "period", required_argument, NULL, OPTION_PERIOD },
	{ "registry", required_argument, NULL, OPTION_REGISTRY },
	{ "registries", required_argument, NULL, OPTION_REGISTRIES },
	{ "cohort", required_argument, NULL, OPTION_COHORT },
	{ "series", required_argument, NULL, OPTION_SERIES },
	{ "totals", required_argument, NULL, OPTION_TOTALS },
	{ "min-cell", required_argument, NULL, OPTION_MIN_CELL },
	{ "publisher", required_argument, NULL, OPTION_PUBLISHER },
	{ "gnuplot", required_argument, NULL, OPTION_GNUPLOT },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static bool
take_option(struct options *options, int option, const char *value)
{
	struct sw_site_order *order = &options->order;

	switch (option) {
	case OPTION_DATABASE:
		order->database = value;
		return true;
	case OPTION_PERIOD:
		return sw_argument_period(value, &order->first, &order->last);
	case OPTION_REGISTRY:
		order->registry = value;
		return value[0] != '\0';
	case OPTION_REGISTRIES:
		order->registries = value;
		return true;
	case OPTION_COHORT:
		if (order->cohort_count == SW_SITE_LISTS_MAX)
			return false;
		order->cohorts[order->cohort_count++] = value;
		return true;
	case OPTION_SERIES:
		if (order->series_count == SW_SITE_LISTS_MAX)
			return false;
		order->series[order->series_count++] = value;
		return true;
	case OPTION_TOTALS:
		order->totals = value;
		return true;
	case OPTION_MIN_CELL:
		return sw_argument_min_cell(value, &order->min_cell);
	case OPTION_PUBLISHER:
		order->publisher = value;
		return true;
	case OPTION_GNUPLOT:
		order->gnuplot = value;
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

	*options = (struct options){ .order = {
		.database = SW_DATABASE_DEFAULT, .gnuplot = SW_GNUPLOT,
		.min_cell = -1
	} };
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
	if (optind + 1 != argc) {
		sw_say("site takes one folder");
		return false;
	}
	options->folder = argv[optind];
	if (options->order.first == 0) {
		sw_say("--period MONTH is needed");
		return false;
	}
	return true;
}

int
sw_verb_site(int argc, char **argv)
{
	char reason[SW_REASON_MAX];
	struct options options;
	struct sw_progress progress;
	struct sw_tree *tree = NULL;
	enum sw_result result;

	if (!parse_options(argc, argv, &options))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	options.order.progress = &progress;
	sw_progress_begin(&progress, "senderwatch site");
	result = sw_tree_begin(&tree, options.folder);
	if (result == SW_OK)
		result = sw_site_make(tree, &options.order, reason);
	else
		snprintf(reason, sizeof(reason), "%s", sw_tree_error(tree));
	if (result == SW_OK) {
		result = sw_tree_commit(tree);
		snprintf(reason, sizeof(reason), "%s", sw_tree_error(tree));
	}
	sw_progress_end(&progress);
	if (result != SW_OK)
		sw_say("%s", reason);
	sw_tree_free(&tree);
	return result == SW_OK ? SW_EXIT_OK : SW_EXIT_FAILURE;
}
