/* senderwatch backup: a copy of the database, while it is written to. */
#include "senderwatch-config.h"

#include <getopt.h>
#include <stdio.h>

#include "database.h"
#include "message.h"
#include "progress.h"
#include "senderwatch/maintenance.h"
#include "verbs.h"

static const char help[] =
    "Usage: senderwatch backup [OPTION]... FILE\n\n"
    "Copy the database as it is at this moment to FILE, while the collector goes\n"
    "on writing. FILE appears when it is complete and on the disk, and is readable\n"
    "for its owner only.\n\n"
    "  --database FILE  default: " SW_DATABASE_DEFAULT "\n"
    "  --replace        replace FILE if it exists\n"
    "  --help           this text\n\n"
    "To restore: stop senderwatchd, remove the files of the database that end in\n"
    "-wal and -shm, copy FILE to the database's place, give it the owner and the\n"
    "permissions that the database had, start senderwatchd. What resolvers had\n"
    "delivered since the copy was made is lost. A copy that is to run beside the\n"
    "original must first become a database of its own: senderwatch merge NEW FILE.\n\n"
    "Exit status: 0 if FILE was made, 1 if not, 2 if the command line makes no\n"
    "sense.\n";

struct options {
	const char *database;
	bool replace;
	bool help;
};

enum { OPTION_DATABASE = 256, OPTION_REPLACE };

static const struct option long_options[] = {
	{ "database", required_argument, NULL, OPTION_DATABASE },
	{ "replace", no_argument, NULL, OPTION_REPLACE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static bool
take_options(struct options *options, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options,
	    NULL)) != -1) {
		switch (option) {
		case OPTION_DATABASE:
			options->database = optarg;
			break;
		case OPTION_REPLACE:
			options->replace = true;
			break;
		case 'h':
			options->help = true;
			return true;
		default:
			return false;
		}
	}
	if (optind + 1 != argc)
		sw_say("backup takes the name of one file to make");
	return optind + 1 == argc;
}

static int
back_up(const struct options *options, const char *path)
{
	struct sw_progress progress;
	struct sw_store *store = NULL;
	enum sw_result result;

	sw_progress_begin(&progress, "senderwatch backup");
	result = sw_store_open(&store, options->database, SW_STORE_READ);
	if (result == SW_OK)
		result = sw_store_backup(store, path, options->replace,
		    sw_progress_tell, &progress);
	sw_progress_end(&progress);
	if (result != SW_OK)
		sw_say_store(store, options->database, result);
	sw_store_close(&store);
	return result == SW_OK ? SW_EXIT_OK : SW_EXIT_FAILURE;
}

int
sw_verb_backup(int argc, char **argv)
{
	struct options options = { .database = SW_DATABASE_DEFAULT };

	if (!take_options(&options, argc, argv))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	return back_up(&options, argv[optind]);
}
