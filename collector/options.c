#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "senderwatch-config.h"
#include "senderwatch/settings.h"

#define DEFAULT_FILE SW_SYSCONFDIR "/senderwatch/senderwatchd.conf"

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "option", required_argument, NULL, 'o' },
	{ "check-config", no_argument, NULL, 't' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static const char help[] =
    "usage: senderwatchd [-c FILE] [-o NAME=VALUE]... [--check-config]\n"
    "\n"
    "Collects what resolvers observed into a database, until SIGTERM.\n"
    "SIGHUP reads certificates, authorities and revocation lists again.\n"
    "\n"
    "  -c, --config FILE        settings (" DEFAULT_FILE ")\n"
    "  -o, --option NAME=VALUE  a setting that overrides the file's\n"
    "      --check-config       only check the settings, and the files that\n"
    "                           they name, as the user that runs this\n"
    "  -h, --help               print this\n"
    "  -V, --version            print the version\n"
    "\n"
    "Settings, with their defaults:\n";

/* A sw_setting_complaint. */
static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	(void)argument;
	if (line != 0)
		fprintf(stderr, "%s:%u: %s\n", path, line, text);
	else
		fprintf(stderr, "%s: %s\n", path, text);
}

static bool
set_from_command_line(struct sw_options *options, char *text)
{
	char *equals = strchr(text, '=');
	const char *complaint = "not of the form NAME=VALUE";

	if (equals != NULL) {
		*equals = '\0';
		complaint = sw_options_set(options, text, equals + 1);
	}
	if (complaint != NULL)
		fprintf(stderr, "senderwatchd: %s: %s\n", text, complaint);
	return complaint == NULL;
}

static bool
read_file(struct sw_options *options, const char *path)
{
	/* The default file may be absent, a named one may not. */
	if (path == NULL && access(DEFAULT_FILE, F_OK) != 0)
		return true;
	return sw_settings_read(path != NULL ? path : DEFAULT_FILE,
	    sw_options_set, complain, options) == SW_OK;
}

static bool
read_settings(struct sw_options *options, const char *path, int argc,
    char **argv)
{
	bool good = read_file(options, path);
	int option;

	sw_options_override(options);
	optind = 1;
	while ((option = getopt_long(argc, argv, "c:o:hV", long_options,
	    NULL)) != -1) {
		if (option == 'o')
			good &= set_from_command_line(options, optarg);
	}
	/* What is missing may only be misspelt, which was said already. */
	return good && sw_options_complete(options);
}

enum sw_options_verdict
sw_options_read(struct sw_options *options, int argc, char **argv)
{
	const char *path = NULL;
	int option;

	sw_options_init(options);
	while ((option = getopt_long(argc, argv, "c:o:hV", long_options,
	    NULL)) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 'o':	/* after the file */
			break;
		case 't':
			options->check_only = true;
			break;
		case 'h':
			fputs(help, stdout);
			sw_options_print_defaults();
			return SW_OPTIONS_DONE;
		case 'V':
			puts("senderwatchd " PACKAGE_VERSION);
			return SW_OPTIONS_DONE;
		default:
			return SW_OPTIONS_WRONG;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "senderwatchd: unexpected argument: %s\n",
		    argv[optind]);
		return SW_OPTIONS_WRONG;
	}
	return read_settings(options, path, argc, argv) ? SW_OPTIONS_RUN :
	    SW_OPTIONS_WRONG;
}
