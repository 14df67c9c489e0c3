/* senderwatch anonymity: could what is stored name a domain? */
#include "senderwatch-config.h"

#include <getopt.h>
#include <string.h>

#include "anonymity.h"
#include "database.h"
#include "message.h"
#include "progress.h"
#include "senderwatch/maintenance.h"
#include "verbs.h"

#define MONTH_FIRST 197001
#define MONTH_LAST 999912

static const char help[] =
    "Usage: senderwatch anonymity [OPTION]...\n\n"
    "Count how many subjects share each tuple of public suffix, mechanism,\n"
    "outcome and features, and what share of the subjects stands in a tuple of\n"
    "fewer than 10: the lower, the less could features name a domain.\n\n"
    "  --database FILE   default: " SW_DATABASE_DEFAULT "\n"
    "  --period YYYY-MM  only what was seen in that month; default: all\n"
    "  --list            every tuple, the rarest first: subjects, suffix,\n"
    "                    mechanism, outcome, features, between tabs\n"
    "  --json            the same as an array of objects\n"
    "  --help            this text\n\n"
    "Exit status: 0 if all went well, 1 if the database can't be read, 2 if the\n"
    "command line makes no sense.\n";

struct options {
	const char *database;
	uint32_t first, last;
	bool list;
	bool json;
	bool help;
};

enum { OPTION_DATABASE = 256, OPTION_PERIOD, OPTION_LIST, OPTION_JSON };

static const struct option long_options[] = {
	{ "database", required_argument, NULL, OPTION_DATABASE },
	{ "period", required_argument, NULL, OPTION_PERIOD },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static bool
take_option(struct options *options, int option)
{
	switch (option) {
	case OPTION_DATABASE:
		options->database = optarg;
		return true;
	case OPTION_PERIOD:
		options->first = options->last = sw_month_parse(optarg);
		if (options->first == 0)
			sw_say("--period takes YYYY-MM, not \"%s\"", optarg);
		return options->first != 0;
	case OPTION_LIST:
		return options->list = true;
	case OPTION_JSON:
		return options->json = true;
	case 'h':
		return options->help = true;
	default:
		return false;
	}
}

static bool
take_options(struct options *options, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options,
	    NULL)) != -1)
		if (!take_option(options, option))
			return false;
	if (optind < argc && !options->help)
		sw_say("what is \"%s\"?", argv[optind]);
	return optind == argc || options->help;
}

static enum sw_result
write_json(const struct options *options, const struct sw_anonymity *anonymity)
{
	json_t *all = options->list ? sw_anonymity_tuples_json(anonymity) :
	    sw_anonymity_json(anonymity);

	if (all == NULL)
		return SW_ERR_MEMORY;
	/* Where it can't be written the file says so in the end. */
	json_dumpf(all, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(all);
	return SW_OK;
}

static int
write_out(const struct options *options, const struct sw_anonymity *anonymity)
{
	enum sw_result result = SW_OK;

	if (options->json)
		result = write_json(options, anonymity);
	else if (options->list)
		result = sw_anonymity_write_tuples(anonymity, stdout);
	else
		sw_anonymity_write(anonymity, stdout);
	if (result != SW_OK)
		sw_say("%s", sw_result_text(result));
	return result == SW_OK ? SW_EXIT_OK : SW_EXIT_FAILURE;
}

static int
measure(const struct options *options)
{
	struct sw_anonymity *anonymity = NULL;
	struct sw_progress progress;
	struct sw_store *store = NULL;
	int status = SW_EXIT_FAILURE;
	enum sw_result result;

	sw_progress_begin(&progress, "senderwatch anonymity");
	result = sw_anonymity_new(&anonymity);
	if (result == SW_OK)
		result = sw_store_open(&store, options->database,
		    SW_STORE_READ);
	if (result == SW_OK) {
		sw_store_watch(store, sw_progress_tell, &progress);
		result = sw_store_scan(store, options->first, options->last,
		    sw_anonymity_visit, anonymity);
	}
	sw_progress_end(&progress);
	if (result == SW_OK)
		status = write_out(options, anonymity);
	else
		sw_say_store(store, options->database, result);
	sw_store_close(&store);
	sw_anonymity_free(&anonymity);
	return status;
}

int
sw_verb_anonymity(int argc, char **argv)
{
	struct options options = { .database = SW_DATABASE_DEFAULT,
		.first = MONTH_FIRST, .last = MONTH_LAST };

	if (!take_options(&options, argc, argv))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	return measure(&options);
}
