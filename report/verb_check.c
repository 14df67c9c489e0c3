/* senderwatch check: does all hold that must hold of a database? */
#include "senderwatch-config.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>

#include "database.h"
#include "message.h"
#include "progress.h"
#include "senderwatch/maintenance.h"
#include "verbs.h"

static const char help[] =
    "Usage: senderwatch check [OPTION]...\n\n"
    "Check the database's file, and what must hold of its contents: a line for\n"
    "each thing that doesn't.\n\n"
    "  --database FILE  default: " SW_DATABASE_DEFAULT "\n"
    "  --quick          leave out the state runs, which take longest\n"
    "  --json           one object: database, ok, violations\n"
    "  --help           this text\n\n"
    "Exit status: 0 if all is well, 1 if not, or if it could not be checked, 2 if\n"
    "the command line makes no sense.\n";

struct options {
	const char *database;
	bool quick;
	bool json;
	bool help;
};

struct findings {
	struct sw_progress progress;
	json_t *violations;	/* NULL: print them */
	size_t count;
	bool failed;		/* to note one */
};

enum { OPTION_DATABASE = 256, OPTION_QUICK, OPTION_JSON };

static const struct option long_options[] = {
	{ "database", required_argument, NULL, OPTION_DATABASE },
	{ "quick", no_argument, NULL, OPTION_QUICK },
	{ "json", no_argument, NULL, OPTION_JSON },
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
		case OPTION_QUICK:
			options->quick = true;
			break;
		case OPTION_JSON:
			options->json = true;
			break;
		case 'h':
			options->help = true;
			return true;
		default:
			return false;
		}
	}
	if (optind < argc)
		sw_say("what is \"%s\"?", argv[optind]);
	return optind == argc;
}

static void
complain(void *argument, const char *text)
{
	struct findings *findings = argument;

	findings->count++;
	sw_progress_end(&findings->progress);
	if (findings->violations == NULL)
		puts(text);
	else if (json_array_append_new(findings->violations,
	    json_string(text)) != 0)
		findings->failed = true;
}

static bool
tell(void *argument, uint64_t done, uint64_t total)
{
	struct findings *findings = argument;

	return sw_progress_tell(&findings->progress, done, total);
}

static enum sw_result
check_database(const struct options *options, struct findings *findings)
{
	struct sw_store_check check = {
		.quick = options->quick,
		.complain = complain,
		.complain_argument = findings,
		.progress = tell,
		.progress_argument = findings,
	};
	struct sw_store *store = NULL;
	enum sw_result result;

	sw_progress_begin(&findings->progress, "senderwatch check");
	result = sw_store_open(&store, options->database, SW_STORE_READ);
	if (result == SW_OK)
		result = sw_store_check(store, &check);
	sw_progress_end(&findings->progress);
	if (result != SW_OK)
		sw_say_store(store, options->database, result);
	sw_store_close(&store);
	return result;
}

static int
write_json(const struct options *options, struct findings *findings)
{
	json_t *all = json_pack("{s:s, s:b, s:O}", "database",
	    options->database, "ok", findings->count == 0, "violations",
	    findings->violations);
	int status = SW_EXIT_FAILURE;

	if (all != NULL && !findings->failed &&
	    json_dumpf(all, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF)
		status = findings->count == 0 ? SW_EXIT_OK : SW_EXIT_FAILURE;
	json_decref(all);
	return status;
}

static int
run(const struct options *options)
{
	struct findings findings = { .violations = NULL };
	int status = SW_EXIT_FAILURE;

	if (options->json) {
		findings.violations = json_array();
		if (findings.violations == NULL) {
			sw_say("out of memory");
			return SW_EXIT_FAILURE;
		}
	}
	if (check_database(options, &findings) != SW_OK)
		goto out;
	if (options->json) {
		status = write_json(options, &findings);
	} else if (findings.count == 0) {
		printf("%s: all is well\n", options->database);
		status = SW_EXIT_OK;
	}
out:
	json_decref(findings.violations);
	return status;
}

int
sw_verb_check(int argc, char **argv)
{
	struct options options = { .database = SW_DATABASE_DEFAULT };

	if (!take_options(&options, argc, argv))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	return run(&options);
}
