/* senderwatch cohort: lists of names to pseudonyms, where the key is. */
#include "senderwatch-config.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cohort_import.h"
#include "message.h"
#include "output.h"
#include "senderwatch/key_file.h"
#include "senderwatch/suffix_list.h"
#include "verbs.h"

static const char help[] =
    "Usage: senderwatch cohort import LIST.csv --key KEYFILE [OPTION]...\n\n"
    "Turns a list of names into a cohort file, which holds pseudonyms only, and\n"
    "which \"senderwatch report --cohort FILE\" takes where the database is. The\n"
    "key stays where it is.\n\n"
    "LIST.csv has a head. One of its columns holds the names; each other column\n"
    "is a grouping (a region, a sector), and what stands in it a group. Names may\n"
    "be below the registrable domain, and in any script.\n\n"
    "  --key KEYFILE      the key of the resolvers (senderwatch key)\n"
    "  --output FILE      default: standard output\n"
    "  --name TEXT        what the cohort is called; default: the list's file name\n"
    "  --names COLUMN     the column of the names; default: domain or name, else\n"
    "                     the first\n"
    "  --public           the list is public: reports suppress nothing of it\n"
    "  --suffix-list FILE another public suffix list than the installed one\n"
    "  --registries FOLDER  further registry tables\n"
    "  --help             this text\n\n"
    "Exit status: 0 if all went well, also where some names are no registrable\n"
    "domains and were left out; 1 if something failed; 2 if the command line makes\n"
    "no sense.\n";

struct options {
	const char *list;
	const char *key;
	const char *output;
	const char *suffix_list;
	const char *registries;
	struct sw_cohort_import import;
	bool help;
};

enum {
	OPTION_KEY = 256, OPTION_OUTPUT, OPTION_NAME, OPTION_NAMES,
	OPTION_PUBLIC, OPTION_SUFFIX_LIST, OPTION_REGISTRIES
};

static const struct option long_options[] = {
	{ "key", required_argument, NULL, OPTION_KEY },
	{ "output", required_argument, NULL, OPTION_OUTPUT },
	{ "name", required_argument, NULL, OPTION_NAME },
	{ "names", required_argument, NULL, OPTION_NAMES },
	{ "public", no_argument, NULL, OPTION_PUBLIC },
	{ "suffix-list", required_argument, NULL, OPTION_SUFFIX_LIST },
	{ "registries", required_argument, NULL, OPTION_REGISTRIES },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static bool
take_option(struct options *options, int option)
{
	switch (option) {
	case OPTION_KEY:
		options->key = optarg;
		return true;
	case OPTION_OUTPUT:
		options->output = optarg;
		return true;
	case OPTION_NAME:
		options->import.name = optarg;
		return sw_cohort_is_text(optarg);
	case OPTION_NAMES:
		options->import.names = optarg;
		return true;
	case OPTION_PUBLIC:
		return options->import.open = true;
	case OPTION_SUFFIX_LIST:
		options->suffix_list = optarg;
		return true;
	case OPTION_REGISTRIES:
		options->registries = optarg;
		return true;
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
	if (argc - optind != 2 || strcmp(argv[optind], "import") != 0 ||
	    options->key == NULL) {
		sw_say("cohort takes \"import\", a list, and --key KEYFILE");
		return false;
	}
	options->list = argv[optind + 1];
	if (options->import.name == NULL) {
		const char *slash = strrchr(options->list, '/');

		options->import.name = slash != NULL ? slash + 1 :
		    options->list;
	}
	return sw_cohort_is_text(options->import.name);
}

static bool
write_cohort(const struct options *options, const struct sw_cohort *cohort)
{
	struct sw_output output;
	enum sw_result result = sw_output_open(&output, options->output);

	if (result == SW_OK) {
		sw_cohort_write(cohort, output.file);
		result = sw_output_commit(&output);
	}
	if (result == SW_OK)
		return true;
	sw_say("can't write %s: %s", options->output != NULL ?
	    options->output : "to standard output", strerror(errno));
	sw_output_abandon(&output);
	return false;
}

static void
tell(const struct options *options, const struct sw_cohort *cohort,
    const struct sw_cohort_imported *imported)
{
	if (imported->refused > 0)
		sw_say("%s: %zu of %zu names are no registrable domains and are "
		    "left out, the first in row %zu", options->list,
		    imported->refused, imported->rows,
		    imported->first_refused);
	if (imported->repeated > 0)
		sw_say("%s: %zu names stand for domains that were there before",
		    options->list, imported->repeated);
	sw_say("%zu domains in the cohort", cohort->subject_count);
}

static bool
import_file(const struct options *options, FILE *file)
{
	struct sw_cohort_imported imported;
	struct sw_cohort *cohort;
	char *reason;
	bool good;

	if (sw_cohort_import(&cohort, file, &options->import, &imported,
	    &reason) != SW_OK) {
		sw_say("%s: %s", options->list, reason != NULL ? reason :
		    "can't be read");
		free(reason);
		return false;
	}
	good = write_cohort(options, cohort);
	if (good)
		tell(options, cohort, &imported);
	sw_cohort_free(&cohort);
	return good;
}

static int
import_list(struct options *options, const uint8_t key[SW_KEY_SIZE])
{
	struct sw_suffix_list list = { 0 };
	int status = SW_EXIT_FAILURE;
	FILE *file;

	if (sw_suffix_list_load(&list, options->suffix_list,
	    options->registries, false, sw_say_line, NULL) != SW_OK)
		return SW_EXIT_FAILURE;
	options->import.suffixes = &list.suffixes;
	options->import.key = key;
	file = fopen(options->list, "re");
	if (file == NULL) {
		sw_say("%s: %s", options->list, strerror(errno));
	} else {
		if (import_file(options, file))
			status = SW_EXIT_OK;
		fclose(file);
	}
	options->import.suffixes = NULL;
	sw_suffix_list_fini(&list);
	return status;
}

int
sw_verb_cohort(int argc, char **argv)
{
	struct options options = { 0 };
	uint8_t key[SW_KEY_SIZE];
	const char *reason;
	enum sw_result result;
	int status;

	if (!take_options(&options, argc, argv))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	result = sw_key_read(options.key, key, &reason);
	if (result != SW_OK) {
		sw_say("key file %s: %s", options.key,
		    result == SW_ERR_SYSTEM ? strerror(errno) : reason);
		return SW_EXIT_FAILURE;
	}
	status = import_list(&options, key);
	explicit_bzero(key, sizeof(key));
	return status;
}
