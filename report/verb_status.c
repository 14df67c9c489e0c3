/* senderwatch status: how a resolver's module is doing, from its status file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "message.h"
#include "senderwatch/observation.h"
#include "senderwatch/settings.h"
#include "verbs.h"

#define STALE_SECONDS 60

static const char help[] =
    "Usage: senderwatch status FILE...\n\n"
    "Prints what modules say in their status files (the setting status-file).\n\n"
    "Exit status: 0 if all deliver, 1 if one does not, if its file is older\n"
    "than a minute, or can't be read, 2 if the command line makes no sense.\n";

struct report {
	long long written, delivered;
	char delivering[8];
	bool complete;
};

/* What the counters mean, for people; the name where nothing is said here. */
static const struct {
	const char *name;
	const char *text;
} meanings[] = {
	{ "key", "key id" },
	{ "old_key", "old key id" },
	{ "old_key_until", "old key used until" },
	{ "pending", "waiting for delivery" },
	{ "pending_old_key", "of these, under the old key" },
	{ "memory", "bytes of memory at most" },
	{ "seen", "finished MX and TXT look-ups" },
	{ "watched", "for a name that is watched" },
	{ "observed", "whose answer told an outcome" },
	{ "repeated", "known already on that day" },
	{ "sent", "observations acknowledged" },
	{ "evicted", "table entries given up" },
	{ "superseded", "overwritten before delivery" },
	{ "unknown_servfail", "unknown: no usable answer" },
	{ "unknown_bogus", "unknown: DNSSEC bogus" },
	{ "unknown_rewritten", "unknown: rewritten here" },
	{ "unknown_subnet", "unknown: for a client subnet" },
	{ "unknown_private", "unknown: private zones" },
	{ "unknown_malformed", "unknown: malformed" },
	{ "unknown_nonexistent", "unknown: made-up domains" },
	{ "unproven", "answers that prove nothing" },
	{ "dropped_full", "dropped: no room" },
	{ "dropped_memory", "dropped: out of memory" },
	{ "dropped_stop", "dropped: at a stop" },
};

static void
print_time(const char *label, long long seconds)
{
	time_t when = (time_t)seconds;
	struct tm parts;
	char text[64] = "never";

	if (seconds > 0 && gmtime_r(&when, &parts) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &parts);
	printf("  %-30s %s\n", label, text);
}

static const char *
take(void *argument, const char *name, const char *value)
{
	struct report *report = argument;

	report->complete = true;
	if (strcmp(name, "written") == 0) {
		report->written = atoll(value);
		print_time("written", report->written);
		return NULL;
	}
	if (strcmp(name, "delivered") == 0) {
		print_time("last delivery", atoll(value));
		return NULL;
	}
	if (strcmp(name, "delivering") == 0)
		snprintf(report->delivering, sizeof(report->delivering), "%s",
		    value);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (strcmp(meanings[i].name, name) == 0)
			name = meanings[i].text;
	}
	printf("  %-30s %s\n", name, value);
	return NULL;
}

static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	(void)argument;
	if (line == 0)
		sw_say("%s: %s", path, text);
	else
		sw_say("%s:%u: %s", path, line, text);
}

static bool
print_file(const char *path)
{
	struct report report = { .written = 0 };
	bool well;

	printf("%s\n", path);
	well = sw_settings_read(path, take, complain, &report) == SW_OK;
	if (well && !report.complete) {
		sw_say("%s: the file is empty", path);
		well = false;
	}
	if (well && time(NULL) - report.written > STALE_SECONDS) {
		sw_say("%s: written more than a minute ago: is the resolver "
		    "running?", path);
		well = false;
	}
	return well && strcmp(report.delivering, "yes") == 0;
}

int
sw_verb_status(int argc, char **argv)
{
	int status = SW_EXIT_OK;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	if (argc < 2 || argv[1][0] == '-') {
		fputs(help, stderr);
		return SW_EXIT_USAGE;
	}
	for (int i = 1; i < argc; i++) {
		if (!print_file(argv[i]))
			status = SW_EXIT_FAILURE;
	}
	return status;
}
