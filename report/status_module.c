/* A module's status for people. */
#include "status.h"

#include <stdio.h>
#include <string.h>

/* What the counters mean; the name where nothing is said here. */
static const struct {
	const char *name;
	const char *text;
} meanings[] = {
	{ "delivered", "last delivery" },
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

static const char *
meaning(const char *name)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (strcmp(meanings[i].name, name) == 0)
			return meanings[i].text;
	}
	return name;
}

static bool
is_time(const char *name)
{
	return strcmp(name, "written") == 0 || strcmp(name, "delivered") == 0;
}

void
sw_status_print_module(json_t *status)
{
	char text[SW_STATUS_TIME_MAX];
	const char *name;
	json_t *value;

	printf("%s\n", sw_status_string(status, "file"));
	/* In the order of the file. */
	json_object_foreach(status, name, value) {
		if (strcmp(name, "file") == 0 || strcmp(name, "well") == 0 ||
		    strcmp(name, "program") == 0)
			continue;
		if (is_time(name))
			printf("  %-30s %s\n", meaning(name),
			    sw_status_time(json_integer_value(value), text));
		else if (json_is_integer(value))
			printf("  %-30s %lld\n", meaning(name),
			    (long long)json_integer_value(value));
		else
			printf("  %-30s %s\n", meaning(name),
			    json_string_value(value));
	}
}
