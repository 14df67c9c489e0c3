/* senderwatch explain: what the library makes of given records. */
#include "senderwatch-config.h"
#include "explain.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "message.h"
#include "verbs.h"
#include "senderwatch/suffix_list.h"

struct options {
	const char *suffix_list;
	const char *registries;
	const char *zone;
	const char *origin;
	const char *soa;
	struct sw_answer answer;
	bool unlisted_tlds;
	bool help;
};

static const char usage[] =
"Usage: senderwatch explain [OPTION]... NAME TYPE [RECORD]...\n"
"       senderwatch explain [OPTION]... --zone FILE [--origin NAME]\n"
"Say what senderwatch makes of the answer to a lookup.\n"
"\n"
"TYPE is TXT or MX. A RECORD is as in a zone file: '10 mx.example.jp.', or\n"
"'\"quoted\" \"strings\"', or one string without quotes. Without a RECORD the\n"
"answer says that there is none of that type.\n"
"\n"
"  --nxdomain           the answer says that the name does not exist\n"
"  --soa NAME           the zone that said so\n"
"  --cname              an alias led to the answer\n"
"  --rcode NUMBER       another response code than 0\n"
"  --truncated          the answer is not whole\n"
"  --zone FILE          explain every watched name of a zone file\n"
"  --origin NAME        the zone's name, where the file does not say it\n"
"  --suffix-list FILE   another public suffix list than the installed one\n"
"  --registries FOLDER  further registry tables\n"
"  --unlisted-tlds      take unknown top-level domains for public suffixes\n"
"  --help               this text\n"
"\n"
"Exit status: 0 if all went well, 1 if a file can't be read, 2 if the command\n"
"line makes no sense.\n";

enum { OPT_NXDOMAIN = 256, OPT_SOA, OPT_CNAME, OPT_RCODE, OPT_TRUNCATED,
	OPT_ZONE, OPT_ORIGIN, OPT_SUFFIX_LIST, OPT_REGISTRIES,
	OPT_UNLISTED_TLDS, OPT_HELP };

static const struct option long_options[] = {
	{ "nxdomain", no_argument, NULL, OPT_NXDOMAIN },
	{ "soa", required_argument, NULL, OPT_SOA },
	{ "cname", no_argument, NULL, OPT_CNAME },
	{ "rcode", required_argument, NULL, OPT_RCODE },
	{ "truncated", no_argument, NULL, OPT_TRUNCATED },
	{ "zone", required_argument, NULL, OPT_ZONE },
	{ "origin", required_argument, NULL, OPT_ORIGIN },
	{ "suffix-list", required_argument, NULL, OPT_SUFFIX_LIST },
	{ "registries", required_argument, NULL, OPT_REGISTRIES },
	{ "unlisted-tlds", no_argument, NULL, OPT_UNLISTED_TLDS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 }
};

static bool
take_rcode(struct sw_answer *answer, const char *text)
{
	unsigned long rcode;
	char *end;

	errno = 0;
	rcode = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || rcode > 4095) {
		sw_say("--rcode takes a number up to 4095, not %s", text);
		return false;
	}
	answer->rcode = (uint16_t)rcode;
	return true;
}

static bool
take_option(struct options *options, int option)
{
	switch (option) {
	case OPT_NXDOMAIN:
		options->answer.rcode = SW_RCODE_NXDOMAIN;
		return true;
	case OPT_SOA: options->soa = optarg; return true;
	case OPT_CNAME: options->answer.cname = true; return true;
	case OPT_RCODE: return take_rcode(&options->answer, optarg);
	case OPT_TRUNCATED: options->answer.truncated = true; return true;
	case OPT_ZONE: options->zone = optarg; return true;
	case OPT_ORIGIN: options->origin = optarg; return true;
	case OPT_SUFFIX_LIST: options->suffix_list = optarg; return true;
	case OPT_REGISTRIES: options->registries = optarg; return true;
	case OPT_UNLISTED_TLDS: options->unlisted_tlds = true; return true;
	case OPT_HELP: options->help = true; return true;
	default: return false;
	}
}

static bool
take_options(struct options *options, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!take_option(options, option))
			return false;
	if (options->help)
		return true;
	if (options->zone != NULL ? argc > optind : argc - optind < 2) {
		sw_say("explain takes NAME and TYPE, or --zone FILE");
		return false;
	}
	return true;
}

static uint16_t
type_of(const char *text)
{
	if (strcasecmp(text, "MX") == 0)
		return SW_TYPE_MX;
	return strcasecmp(text, "TXT") == 0 ? SW_TYPE_TXT : 0;
}

static bool
read_records(struct sw_rdata_list *list, uint16_t type, char **texts)
{
	for (; *texts != NULL; texts++) {
		enum sw_result result;

		result = sw_rdata_list_add_text(list, type, *texts);
		if (result != SW_OK) {
			sw_say("%s: %s", *texts, result == SW_ERR_UNSUPPORTED ?
			    "too many records" : "no record of that type");
			return false;
		}
	}
	return true;
}

/* NAME TYPE [RECORD]... */
static int
explain_lookup(const struct sw_suffixes *suffixes, struct options *options,
    char **arguments)
{
	uint8_t name[SW_NAME_WIRE_MAX], soa[SW_NAME_WIRE_MAX];
	struct sw_answer *answer = &options->answer;
	struct sw_rdata_list list = { .count = 0 };
	struct sw_verdict verdict;
	int status = SW_EXIT_USAGE;
	struct sw_name match;
	size_t length;
	uint16_t type;

	length = sw_name_from_text(arguments[0], name, sizeof(name));
	type = type_of(arguments[1]);
	if (length == 0 || type == 0) {
		sw_say("%s %s: not a name and TXT or MX", arguments[0],
		    arguments[1]);
		goto out;
	}
	if (options->soa != NULL) {
		answer->soa = soa;
		answer->soa_length = sw_name_from_text(options->soa, soa,
		    sizeof(soa));
	}
	if (options->soa != NULL && answer->soa_length == 0) {
		sw_say("--soa %s: not a name", options->soa);
		goto out;
	}
	if (!read_records(&list, type, arguments + 2))
		goto out;
	answer->records = sw_rdata_list_rrset(&list);
	status = SW_EXIT_OK;
	if (sw_name_match(suffixes, name, length, type, &match) ==
	    SW_MECHANISM_NONE) {
		puts("mechanism    none: not a watched name");
		goto out;
	}
	sw_answer_judge(&match, answer, &verdict);
	sw_explain_lookup(stdout, &match, answer, &verdict);
out:
	answer->soa = NULL;
	sw_rdata_list_fini(&list);
	return status;
}

static int
explain_zone(const struct sw_suffixes *suffixes, const struct options *options)
{
	const char *reason = "cannot be read";
	enum sw_result result;
	int line = 0;

	result = sw_explain_zone(stdout, suffixes, options->zone,
	    options->origin, &line, &reason);
	if (result == SW_OK)
		return SW_EXIT_OK;
	if (result == SW_ERR_SYSTEM)
		sw_say("%s: %s", options->zone, strerror(errno));
	else
		sw_say("%s:%d: %s", options->zone, line, reason);
	return SW_EXIT_FAILURE;
}

int
sw_verb_explain(int argc, char **argv)
{
	struct sw_suffix_list list = { 0 };
	struct options options = { 0 };
	int status = SW_EXIT_FAILURE;

	if (!take_options(&options, argc, argv))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(usage, stdout);
		return SW_EXIT_OK;
	}
	if (sw_suffix_list_load(&list, options.suffix_list, options.registries,
	    options.unlisted_tlds, sw_say_line, NULL) != SW_OK)
		goto out;
	if (options.zone != NULL)
		status = explain_zone(&list.suffixes, &options);
	else
		status = explain_lookup(&list.suffixes, &options, argv + optind);
	if (fflush(stdout) != 0 && status == SW_EXIT_OK)
		status = SW_EXIT_FAILURE;
out:
	sw_suffix_list_fini(&list);
	return status;
}
