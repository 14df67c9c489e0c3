/* senderwatch anonymity: could what is stored name a domain? */
#include "senderwatch-config.h"

#include <getopt.h>
#include <string.h>

#include "anonymity.h"
#include "message.h"
#include "verbs.h"

#define DATABASE_DEFAULT SW_LOCALSTATEDIR "/lib/senderwatch/senderwatch.db"
#define MONTH_FIRST 197001
#define MONTH_LAST 999912

static const char help[] =
    "Usage: senderwatch anonymity [OPTION]...\n\n"
    "Count how many subjects share each tuple of public suffix, mechanism,\n"
    "outcome and features, and what share of the subjects stands in a tuple of\n"
    "fewer than 10: the lower, the less could features name a domain.\n\n"
    "  --database FILE   default: " DATABASE_DEFAULT "\n"
    "  --period YYYY-MM  only what was seen in that month; default: all\n"
    "  --list            every tuple, the rarest first: subjects, suffix,\n"
    "                    mechanism, outcome, features, between tabs\n"
    "  --help            this text\n\n"
    "Exit status: 0 if all went well, 1 if the database can't be read, 2 if the\n"
    "command line makes no sense.\n";

struct options {
	const char *database;
	uint32_t first, last;
	bool list;
	bool help;
};

enum { OPTION_DATABASE = 256, OPTION_PERIOD, OPTION_LIST };

static const struct option long_options[] = {
	{ "database", required_argument, NULL, OPTION_DATABASE },
	{ "period", required_argument, NULL, OPTION_PERIOD },
	{ "list", no_argument, NULL, OPTION_LIST },
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

	optind = 0;
	while ((option = getopt_long(argc, argv, "h", long_options,
	    NULL)) != -1)
		if (!take_option(options, option))
			return false;
	if (optind < argc && !options->help)
		sw_say("what is \"%s\"?", argv[optind]);
	return optind == argc || options->help;
}

static int
write_out(const struct options *options, const struct sw_anonymity *anonymity)
{
	if (!options->list)
		sw_anonymity_write(anonymity, stdout);
	else if (sw_anonymity_write_tuples(anonymity, stdout) != SW_OK)
		return SW_EXIT_FAILURE;
	return fflush(stdout) == 0 && !ferror(stdout) ? SW_EXIT_OK :
	    SW_EXIT_FAILURE;
}

static int
measure(const struct options *options)
{
	struct sw_anonymity *anonymity = NULL;
	struct sw_store *store = NULL;
	int status = SW_EXIT_FAILURE;
	enum sw_result result;

	result = sw_anonymity_new(&anonymity);
	if (result == SW_OK)
		result = sw_store_open(&store, options->database,
		    SW_STORE_READ);
	if (result == SW_OK)
		result = sw_store_scan(store, options->first, options->last,
		    sw_anonymity_visit, anonymity);
	if (result == SW_OK) {
		status = write_out(options, anonymity);
	} else {
		const char *error = store == NULL ? "" :
		    sw_store_error(store);

		sw_say("%s: %s", options->database, error[0] != '\0' ? error :
		    sw_result_text(result));
	}
	sw_store_close(&store);
	sw_anonymity_free(&anonymity);
	return status;
}

int
sw_verb_anonymity(int argc, char **argv)
{
	struct options options = { .database = DATABASE_DEFAULT,
		.first = MONTH_FIRST, .last = MONTH_LAST };

	if (!take_options(&options, argc, argv)) {
		sw_say("see \"senderwatch anonymity --help\"");
		return SW_EXIT_USAGE;
	}
	if (options.help)
		return fputs(help, stdout) < 0 || fflush(stdout) != 0 ?
		    SW_EXIT_FAILURE : SW_EXIT_OK;
	return measure(&options);
}
