/* A collector's status for people. */
#include "status.h"

#include <stdio.h>
#include <string.h>

#define LABEL "  %-30s "

static void
print_time(const char *label, json_int_t seconds)
{
	char text[SW_STATUS_TIME_MAX];

	printf(LABEL "%s\n", label, sw_status_time(seconds, text));
}

/* Nothing where there is no such file. */
static void
print_end(const char *label, const json_t *status, const char *key)
{
	if (sw_status_number(status, key) != 0)
		print_time(label, sw_status_number(status, key));
}

/* "name 3, name 4"; nothing for none. */
static void
print_counts(const char *label, json_t *counts)
{
	const char *name, *comma = "";
	json_t *value;

	if (json_object_size(counts) == 0)
		return;
	printf(LABEL, label);
	json_object_foreach(counts, name, value) {
		printf("%s%s %lld", comma, name,
		    (long long)json_integer_value(value));
		comma = ", ";
	}
	putchar('\n');
}

/* The bucket that this share of the transactions is within, in seconds. */
static double
within(const json_t *commits, double share)
{
	json_t *buckets = json_object_get(commits, "took"), *bucket;
	json_int_t count = sw_status_number(commits, "count"), sum = 0;
	size_t i;

	json_array_foreach(buckets, i, bucket) {
		sum += sw_status_number(bucket, "count");
		if ((double)sum >= share * (double)count)
			return json_number_value(json_object_get(bucket,
			    "at_most"));
	}
	return 0;
}

static void
print_within(const char *share, double seconds)
{
	if (seconds > 0)
		printf(", %s within %g ms", share, seconds * 1000);
	else
		printf(", %s longer", share);
}

static void
print_commits(const json_t *commits)
{
	json_int_t count = sw_status_number(commits, "count");

	printf(LABEL "%lld, %lld failed\n", "transactions", (long long)count,
	    (long long)sw_status_number(commits, "failures"));
	if (count == 0)
		return;
	printf(LABEL "%.1f ms", "mean duration", json_number_value(
	    json_object_get(commits, "seconds")) * 1000 / (double)count);
	print_within("half", within(commits, 0.5));
	print_within("99 %", within(commits, 0.99));
	putchar('\n');
}

static double
megabytes(const json_t *status, const char *key)
{
	return (double)sw_status_number(status, key) / 1e6;
}

static void
print_collector(const json_t *status)
{
	const json_t *connections = json_object_get(status, "connections");

	printf("%s\n" LABEL "senderwatchd %s\n",
	    sw_status_string(status, "file"), "software",
	    sw_status_string(status, "version"));
	print_time("started", sw_status_number(status, "started"));
	print_time("written", sw_status_number(status, "written"));
	printf(LABEL "%s%s\n", "merging",
	    json_is_true(json_object_get(status, "merging")) ? "yes" : "no: ",
	    sw_status_string(status, "trouble"));
	printf(LABEL "%s\n", "database", sw_status_string(status, "database"));
	printf(LABEL "%.1f MB, and %.1f MB of log; %.1f MB free\n", "size",
	    megabytes(status, "database_bytes"),
	    megabytes(status, "wal_bytes"), megabytes(status, "free_bytes"));
	print_commits(json_object_get(status, "commits"));
	printf(LABEL "%lld batches\n", "queue",
	    (long long)sw_status_number(status, "queue"));
	print_counts("connections", json_object_get(connections, "now"));
	print_counts("connections refused",
	    json_object_get(connections, "refused"));
	print_counts("streams failed",
	    json_object_get(connections, "streams_failed"));
	print_end("certificate ends", status, "certificate_expiry");
	print_end("authorities end", status, "authority_expiry");
	print_end("revocation lists end", status, "revocation_list_expiry");
}

/* --- Resolvers ------------------------------------------------------------ */

static json_int_t
dropped(const json_t *resolver)
{
	const json_t *reported = json_object_get(resolver, "reported");

	return sw_status_number(reported, "dropped_full") +
	    sw_status_number(reported, "dropped_memory") +
	    sw_status_number(reported, "dropped_stop");
}

static int
name_width(const json_t *resolvers)
{
	size_t width = strlen("resolver"), length, i;
	json_t *resolver;

	json_array_foreach(resolvers, i, resolver) {
		length = strlen(sw_status_string(resolver, "name"));
		if (length > width)
			width = length;
	}
	return width < 80 ? (int)width : 80;
}

static void
print_resolvers(const json_t *resolvers)
{
	char text[SW_STATUS_TIME_MAX];
	int width = name_width(resolvers);
	json_t *resolver;
	size_t i;

	if (json_array_size(resolvers) == 0)
		return;
	printf("\n  %-*s  %-23s %10s %12s %10s %9s %9s %5s\n", width,
	    "resolver", "last seen", "batches", "observations", "duplicates",
	    "refused", "dropped", "skew");
	json_array_foreach(resolvers, i, resolver)
		printf("  %-*s  %-23s %10lld %12lld %10lld %9lld %9lld %5lld\n",
		    width, sw_status_string(resolver, "name"),
		    sw_status_time(sw_status_number(resolver, "last_seen"),
		    text),
		    (long long)sw_status_number(resolver, "batches"),
		    (long long)sw_status_number(resolver, "observations"),
		    (long long)sw_status_number(resolver, "duplicates"),
		    (long long)sw_status_number(resolver, "refused"),
		    (long long)dropped(resolver),
		    (long long)sw_status_number(resolver, "clock_skew_days"));
}

void
sw_status_print_collector(const json_t *status)
{
	print_collector(status);
	print_resolvers(json_object_get(status, "resolvers"));
}
