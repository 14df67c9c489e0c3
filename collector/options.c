#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "senderwatch-config.h"
#include "senderwatch/settings.h"

#define DEFAULT_FILE SW_SYSCONFDIR "/senderwatch/senderwatchd.conf"

static const struct sw_options defaults = {
	.listen = SW_RUNSTATEDIR "/senderwatch/collector.sock",
	.database = SW_LOCALSTATEDIR "/lib/senderwatch/senderwatch.db",
	.socket_mode = 0660,
	.max_senders = 1024,
	.max_stream_frames = 16,
	.max_held_frames = 512,
	.operation_timeout = 10,
	.stream_timeout = 120,
	.grace_days = 7,
};

static const struct setting {
	const char *name;
	size_t offset;
	unsigned long low;
	unsigned long high;	/* 0: the setting is a path */
	const char *complaint;
} settings[] = {
#define PATH(name, field) { name, offsetof(struct sw_options, field), 0, 0, \
	"must be an absolute path of at most 1023 bytes" }
#define NUMBER(name, field, low, high) { name, \
	offsetof(struct sw_options, field), low, high, \
	"must be a number from " #low " to " #high }
	PATH("listen", listen),
	PATH("database", database),
	NUMBER("max-senders", max_senders, 1, 65536),
	NUMBER("max-stream-frames", max_stream_frames, 1, 1024),
	NUMBER("max-held-frames", max_held_frames, 1, 65536),
	NUMBER("operation-timeout", operation_timeout, 1, 3600),
	NUMBER("stream-timeout", stream_timeout, 1, 86400),
	NUMBER("grace-days", grace_days, 0, 365),
};

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
    "\n"
    "  -c, --config FILE        settings (" DEFAULT_FILE ")\n"
    "  -o, --option NAME=VALUE  a setting that overrides the file's\n"
    "      --check-config       only check the settings\n"
    "  -h, --help               print this\n"
    "  -V, --version            print the version\n"
    "\n"
    "Settings, with their defaults:\n";

static void
print_help(void)
{
	fputs(help, stdout);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const char *field = (const char *)&defaults + settings[i].offset;

		if (settings[i].high == 0)
			printf("  %s = %s\n", settings[i].name, field);
		else
			printf("  %s = %u\n", settings[i].name,
			    *(const unsigned *)(const void *)field);
	}
	printf("  socket-mode = %04o\n", defaults.socket_mode);
}

static const char *
set_mode(struct sw_options *options, const char *value)
{
	char *end;
	unsigned long mode = strtoul(value, &end, 8);

	if (*value < '0' || *value > '7' || *end != '\0' || mode > 0777)
		return "must be an octal number up to 0777";
	options->socket_mode = (unsigned)mode;
	return NULL;
}

static const char *
set(const struct setting *setting, struct sw_options *options,
    const char *value)
{
	char *field = (char *)options + setting->offset;
	unsigned long number;

	if (setting->high == 0) {
		if (value[0] != '/' || strlen(value) >= SW_OPTIONS_PATH_MAX)
			return setting->complaint;
		strcpy(field, value);
		return NULL;
	}
	if (!sw_setting_unsigned(value, setting->low, setting->high, &number))
		return setting->complaint;
	*(unsigned *)(void *)field = (unsigned)number;
	return NULL;
}

/* A sw_setting_handler. */
static const char *
handle(void *argument, const char *name, const char *value)
{
	if (strcmp(name, "socket-mode") == 0)
		return set_mode(argument, value);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(name, settings[i].name) == 0)
			return set(&settings[i], argument, value);
	}
	return "no such setting";
}

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
		complaint = handle(options, text, equals + 1);
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
	return sw_settings_read(path != NULL ? path : DEFAULT_FILE, handle,
	    complain, options) == SW_OK;
}

enum sw_options_verdict
sw_options_read(struct sw_options *options, int argc, char **argv)
{
	const char *path = NULL;
	bool good = true;
	int option;

	*options = defaults;
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
			print_help();
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
	good = read_file(options, path);
	optind = 1;
	while ((option = getopt_long(argc, argv, "c:o:hV", long_options,
	    NULL)) != -1) {
		if (option == 'o')
			good &= set_from_command_line(options, optarg);
	}
	return good ? SW_OPTIONS_RUN : SW_OPTIONS_WRONG;
}
