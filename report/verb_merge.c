/* senderwatch merge: one database of several. */
#include "senderwatch-config.h"

#include <getopt.h>
#include <stdio.h>

#include "database.h"
#include "message.h"
#include "progress.h"
#include "senderwatch/maintenance.h"
#include "verbs.h"

static const char help[] =
    "Usage: senderwatch merge NEW DATABASE...\n\n"
    "Make a new database of others, which are only read, and may be in use: what\n"
    "one collector would have, had it received everything. What several of them\n"
    "have is taken once, so that backups may be among them.\n\n"
    "  --help  this text\n\n"
    "They must have been made with the same key, or with keys that followed each\n"
    "other: databases that share no key are refused. NEW must not exist.\n\n"
    "Merge before the months are closed (the collector's setting grace-days): of a\n"
    "closed month it is no longer known which resolver saw what on which day, and\n"
    "the larger count is taken. A batch that two collectors received, because the\n"
    "first could not acknowledge it any more, counts twice in the volumes.\n\n"
    "Exit status: 0 if NEW was made, 1 if not, 2 if the command line makes no\n"
    "sense.\n";

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static int
unite(const char *path, char **inputs, size_t count)
{
	struct sw_progress progress;
	struct sw_store *store = NULL;
	enum sw_result result;

	sw_progress_begin(&progress, "senderwatch merge");
	result = sw_store_unite(&store, path, (const char *const *)inputs,
	    count, sw_progress_tell, &progress);
	sw_progress_end(&progress);
	if (result != SW_OK)
		sw_say_store(store, path, result);
	sw_store_close(&store);
	return result == SW_OK ? SW_EXIT_OK : SW_EXIT_FAILURE;
}

int
sw_verb_merge(int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options,
	    NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return SW_EXIT_OK;
		}
		return SW_EXIT_USAGE;
	}
	if (argc - optind < 2) {
		sw_say("merge takes a name for the new database, and those of "
		    "others");
		return SW_EXIT_USAGE;
	}
	return unite(argv[optind], argv + optind + 1,
	    (size_t)(argc - optind - 1));
}
