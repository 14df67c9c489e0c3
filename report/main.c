/* senderwatch: reports, keys and explanations, one verb each. */
#include "senderwatch-config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "manual.h"
#include "message.h"
#include "verbs.h"

struct verb {
	const char *name;
	const char *program;	/* what its messages begin with */
	int (*run)(int argc, char **argv);
	const char *summary;
};

static const struct verb verbs[] = {
	{ "report", "senderwatch report", sw_verb_report,
	    "tables of who publishes SPF and DMARC" },
	{ "cohort", "senderwatch cohort", sw_verb_cohort,
	    "lists of names to pseudonyms, for reports by their groups" },
	{ "site", "senderwatch site", sw_verb_site,
	    "all tables as pages and data, into a folder" },
	{ "export", "senderwatch export", sw_verb_export,
	    "the same by date, for a timer" },
	{ "explain", "senderwatch explain", sw_verb_explain,
	    "what is made of given records, and why" },
	{ "audit", "senderwatch audit", sw_verb_audit,
	    "everything that leaves a resolver, in words" },
	{ "status", "senderwatch status", sw_verb_status,
	    "how modules and collectors are doing" },
	{ "anonymity", "senderwatch anonymity", sw_verb_anonymity,
	    "whether what is stored could name a domain" },
	{ "key", "senderwatch key", sw_verb_key,
	    "make the key that hides names, and show its id" },
	{ "backup", "senderwatch backup", sw_verb_backup,
	    "a copy of the database, while it is written to" },
	{ "check", "senderwatch check", sw_verb_check,
	    "whether the database is sound" },
	{ "prune", "senderwatch prune", sw_verb_prune,
	    "forget months that are older than they are kept" },
	{ "merge", "senderwatch merge", sw_verb_merge,
	    "one database of several" },
};
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void
print_help(FILE *file)
{
	fputs("Usage: senderwatch VERB [OPTION]...\n"
	    "       senderwatch help [VERB]\n"
	    "       senderwatch --version\n\n"
	    "Verbs:\n", file);
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(file, "  %-10s %s\n", verbs[i].name, verbs[i].summary);
	fprintf(file, "  %-10s %s\n", "help",
	    "this text, or a verb's page of the manual");
	fputs("\n\"senderwatch VERB --help\" prints a verb's options.\n\n"
	    "Exit status: 0 if all went well, 1 if something failed, "
	    "2 if the command line\nmakes no sense.\n", file);
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	sw_say("no such verb: %s; see \"senderwatch help\"", name);
	return NULL;
}

/* The page of the manual for who sits at a terminal, else the options. */
static int
help(int argc, char **argv)
{
	const struct verb *verb;
	char *arguments[] = { NULL, (char *)"--help", NULL };
	char page[32];

	if (argc < 2 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return SW_EXIT_OK;
	}
	verb = find_verb(argv[1]);
	if (verb == NULL)
		return SW_EXIT_USAGE;
	snprintf(page, sizeof(page), "senderwatch-%s", verb->name);
	if (sw_manual_show(page))
		return SW_EXIT_OK;
	arguments[0] = (char *)verb->program;
	return verb->run(2, arguments);
}

static int
run(int argc, char **argv)
{
	const struct verb *verb;
	int status;

	if (argc < 2) {
		print_help(stderr);
		return SW_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts(PACKAGE_STRING);
		return SW_EXIT_OK;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argc - 1, argv + 1);
	verb = find_verb(argv[1]);
	if (verb == NULL)
		return SW_EXIT_USAGE;
	argv[1] = (char *)verb->program;
	status = verb->run(argc - 1, argv + 1);
	if (status == SW_EXIT_USAGE)
		sw_say("see \"%s --help\"", verb->program);
	return status;
}

int
main(int argc, char **argv)
{
	int status = run(argc, argv);

	/* A full disk shows only here. */
	if (status == SW_EXIT_OK && (fflush(stdout) != 0 || ferror(stdout))) {
		sw_say("can't write to standard output: %s", strerror(errno));
		status = SW_EXIT_FAILURE;
	}
	return status;
}
