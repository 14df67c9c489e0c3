/* senderwatch prune: forget months that are older than they are kept. */
#include "senderwatch-config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "database.h"
#include "message.h"
#include "progress.h"
#include "senderwatch/maintenance.h"
#include "senderwatch/settings.h"
#include "verbs.h"

#define DAY_SECONDS 86400
#define MONTHS_MAX 1200

static const char help[] =
    "Usage: senderwatch prune --keep-months N [OPTION]...\n\n"
    "Delete all that was seen before the N months that precede the present one, and\n"
    "subjects, senders, resolvers, suffixes and keys that nothing refers to any\n"
    "more. The collector goes on meanwhile. Room in the file is used again, and not\n"
    "given back.\n\n"
    "  --keep-months N  how many complete months stay, from 1\n"
    "  --database FILE  default: " SW_DATABASE_DEFAULT "\n"
    "  --json           one object with the numbers of rows\n"
    "  --help           this text\n\n"
    "Exit status: 0 if all went well, 1 if something failed, 2 if the command line\n"
    "makes no sense.\n";

struct options {
	const char *database;
	unsigned long keep_months;	/* 0: not said */
	bool json;
	bool help;
};

enum { OPTION_DATABASE = 256, OPTION_KEEP_MONTHS, OPTION_JSON };

static const struct option long_options[] = {
	{ "database", required_argument, NULL, OPTION_DATABASE },
	{ "keep-months", required_argument, NULL, OPTION_KEEP_MONTHS },
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
	case OPTION_KEEP_MONTHS:
		if (sw_setting_unsigned(optarg, 1, MONTHS_MAX,
		    &options->keep_months))
			return true;
		sw_say("--keep-months takes a number from 1 to %d, not \"%s\"",
		    MONTHS_MAX, optarg);
		return false;
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
	    NULL)) != -1) {
		if (!take_option(options, option))
			return false;
	}
	if (options->help)
		return true;
	if (optind < argc)
		sw_say("what is \"%s\"?", argv[optind]);
	else if (options->keep_months == 0)
		sw_say("how many months are to stay? say --keep-months N");
	return optind == argc && options->keep_months > 0;
}

static uint32_t
months_before(uint32_t month, unsigned long count)
{
	unsigned long number = month / 100 * 12 + month % 100 - 1 - count;

	return (uint32_t)(number / 12 * 100 + number % 12 + 1);
}

static void
print(const struct options *options, const struct sw_store_pruned *pruned)
{
	static const char json[] = "{\"sightings\": %" PRIu64 ", \"subjects\": %" PRIu64
	    ", \"senders\": %" PRIu64 ", \"resolvers\": %" PRIu64
	    ", \"suffixes\": %" PRIu64 ", \"keys\": %" PRIu64 "}\n";
	static const char text[] = "deleted: %" PRIu64 " sightings, %" PRIu64 " subjects, %" PRIu64
	    " senders, %" PRIu64 " resolvers, %" PRIu64 " suffixes, %" PRIu64
	    " keys\n";

	printf(options->json ? json : text, pruned->sightings, pruned->subjects, pruned->senders,
	    pruned->resolvers, pruned->suffixes, pruned->keys);
}

/* Opening it to write at once would make what is not there. */
static enum sw_result
open_existing(struct sw_store **store, const char *path)
{
	enum sw_result result = sw_store_open(store, path, SW_STORE_READ);

	if (result != SW_OK)
		return result;
	sw_store_close(store);
	return sw_store_open(store, path, SW_STORE_WRITE);
}

static int
prune(const struct options *options)
{
	uint32_t today = (uint32_t)(time(NULL) / DAY_SECONDS);
	struct sw_store_pruned pruned;
	struct sw_progress progress;
	struct sw_store *store = NULL;
	enum sw_result result;

	sw_progress_begin(&progress, "senderwatch prune");
	result = open_existing(&store, options->database);
	if (result == SW_OK)
		result = sw_store_prune(store, months_before(
		    sw_month_of_day(today), options->keep_months), today,
		    &pruned, sw_progress_tell, &progress);
	sw_progress_end(&progress);
	if (result == SW_OK)
		print(options, &pruned);
	else
		sw_say_store(store, options->database, result);
	sw_store_close(&store);
	return result == SW_OK ? SW_EXIT_OK : SW_EXIT_FAILURE;
}

int
sw_verb_prune(int argc, char **argv)
{
	struct options options = { .database = SW_DATABASE_DEFAULT };

	if (!take_options(&options, argc, argv))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	return prune(&options);
}
