/* senderwatch status: how modules and collectors are doing, from their files. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "message.h"
#include "status.h"
#include "verbs.h"

static const char help[] =
    "Usage: senderwatch status [--json] FILE...\n\n"
    "Prints what modules and collectors say in their status files (the setting\n"
    "status-file of both).\n\n"
    "  --json    an array with an object for each file\n"
    "  --help    this text\n\n"
    "Exit status: 0 if all modules deliver and all collectors merge, 1 if one\n"
    "does not, if its file is older than a minute, or can't be read, 2 if the\n"
    "command line makes no sense.\n";

static void
print(json_t *status)
{
	if (strcmp(sw_status_string(status, "program"), "senderwatchd") == 0)
		sw_status_print_collector(status);
	else
		sw_status_print_module(status);
}

static int
show(int count, char **paths, bool as_json)
{
	json_t *all = json_array();
	int status = SW_EXIT_OK;

	for (int i = 0; i < count; i++) {
		json_t *one = sw_status_load(paths[i]);

		if (one == NULL || !sw_status_judge(one, time(NULL)))
			status = SW_EXIT_FAILURE;
		if (one != NULL && !as_json)
			print(one);
		if (one != NULL)
			json_array_append_new(all, one);
	}
	if (as_json) {
		json_dumpf(all, stdout, JSON_INDENT(1));
		putchar('\n');
	}
	json_decref(all);
	return status;
}

int
sw_verb_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	bool as_json = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return SW_EXIT_OK;
		}
		if (option != 'j')
			return SW_EXIT_USAGE;
		as_json = true;
	}
	if (optind == argc) {
		sw_say("status takes the files to look at");
		return SW_EXIT_USAGE;
	}
	return show(argc - optind, argv + optind, as_json);
}
