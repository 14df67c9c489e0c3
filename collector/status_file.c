#include "status_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "log.h"
#include "senderwatch-config.h"
#include "snapshot.h"

#define INTERVAL_SECONDS 10

struct sw_status_file {
	struct sw_parts parts;
	char temporary[SW_OPTIONS_PATH_MAX + 8];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping;		/* under the lock */
	bool failed;		/* the thread's own: and was told */
};

/* --- JSON ----------------------------------------------------------------- */

/* JSON has no larger numbers, and nothing counts so far. */
static json_t *
number(uint64_t value)
{
	return json_integer(value <= INT64_MAX ? (json_int_t)value :
	    INT64_MAX);
}

/* A path may be any bytes. */
static json_t *
text(const char *value)
{
	json_t *string = json_string(value);

	return string != NULL ? string : json_string("(not UTF-8)");
}

static json_t *
make_counters(const struct sw_counters *counters)
{
	json_t *object = json_object();

#define PUT(name) json_object_set_new(object, #name, number(counters->name));
	SW_FOR_EACH_COUNTER(PUT)
#undef PUT
	return object;
}

static json_t *
make_resolvers(const struct sw_snapshot *snapshot)
{
	json_t *array = json_array();

	for (size_t i = 0; i < snapshot->resolver_count; i++) {
		const struct sw_ledger_entry *entry = &snapshot->resolvers[i];

		json_array_append_new(array, json_pack(
		    "{s:o, s:I, s:o, s:o, s:o, s:o, s:i, s:I, s:o}",
		    "name", text(entry->resolver),
		    "last_seen", (json_int_t)entry->last_seen,
		    "batches", number(entry->batches),
		    "duplicates", number(entry->duplicates),
		    "observations", number(entry->observations),
		    "refused", number(entry->refused),
		    "clock_skew_days", (int)entry->skew,
		    "certificate_expiry", (json_int_t)entry->expiry,
		    "reported", make_counters(&entry->counters)));
	}
	return array;
}

static json_t *
make_commits(const struct sw_committer_state *state)
{
	json_t *buckets = json_array();

	for (size_t i = 0; i < SW_COMMIT_BUCKETS; i++)
		json_array_append_new(buckets, json_pack("{s:f, s:o}",
		    "at_most", sw_commit_buckets[i],
		    "count", number(state->took[i])));
	return json_pack("{s:o, s:o, s:f, s:o}",
	    "count", number(state->commits),
	    "failures", number(state->failures),
	    "seconds", state->seconds, "took", buckets);
}

static json_t *
make_reasons(const uint64_t counts[SW_LISTENER_KINDS][SW_TROUBLE_COUNT])
{
	json_t *object = json_object();

	for (size_t j = SW_TROUBLE_NONE + 1; j < SW_TROUBLE_COUNT; j++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < SW_LISTENER_KINDS; i++)
			sum += counts[i][j];
		if (sum != 0)
			json_object_set_new(object, sw_trouble_label(j),
			    number(sum));
	}
	return object;
}

static json_t *
make_connections(const struct sw_connection_counts *counts)
{
	json_t *now = json_object();

	for (size_t j = 0; j < SW_CONNECTION_STATES; j++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < SW_LISTENER_KINDS; i++)
			sum += counts->now[i][j];
		json_object_set_new(now, sw_connection_state_text(j),
		    number(sum));
	}
	return json_pack("{s:o, s:o, s:o}", "now", now,
	    "refused", make_reasons(counts->refused),
	    "streams_failed", make_reasons(counts->streams));
}

static json_t *
make_status(const struct sw_snapshot *snapshot)
{
	const struct sw_committer_state *state = &snapshot->committer;

	return json_pack("{s:s, s:s, s:I, s:I, s:b, s:o, s:o, s:o, s:o, s:o, "
	    "s:o, s:o, s:o, s:I, s:I, s:I, s:o}",
	    "program", "senderwatchd", "version", PACKAGE_VERSION,
	    "written", (json_int_t)snapshot->now,
	    "started", (json_int_t)snapshot->started,
	    "merging", state->trouble[0] == '\0', "trouble",
	    text(state->trouble),
	    "queue", number(state->waiting),
	    "database", text(snapshot->database),
	    "database_bytes", number(snapshot->database_bytes),
	    "wal_bytes", number(snapshot->wal_bytes),
	    "free_bytes", number(snapshot->free_bytes),
	    "commits", make_commits(state),
	    "connections", make_connections(&snapshot->connections),
	    "certificate_expiry", (json_int_t)snapshot->ends.certificate,
	    "authority_expiry", (json_int_t)snapshot->ends.authorities,
	    "revocation_list_expiry",
	    (json_int_t)snapshot->ends.revocation_lists,
	    "resolvers", make_resolvers(snapshot));
}

/* --- The file ------------------------------------------------------------- */

static bool
write_json(struct sw_status_file *status, const json_t *json)
{
	const char *path = status->parts.options->status_file;
	int fd = open(status->temporary, O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC | O_NOFOLLOW, 0644);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool good;

	if (file == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	good = json_dumpf(json, file, JSON_INDENT(1)) == 0;
	good = fputc('\n', file) != EOF && good;
	good = fclose(file) == 0 && good;
	good = good && rename(status->temporary, path) == 0;
	if (!good)
		unlink(status->temporary);
	return good;
}

static void
write_status(struct sw_status_file *status)
{
	struct sw_snapshot snapshot;
	json_t *json = NULL;
	bool good;

	errno = ENOMEM;
	if (sw_snapshot_init(&snapshot, &status->parts) == SW_OK)
		json = make_status(&snapshot);
	good = json != NULL && write_json(status, json);
	if (!good && !status->failed)
		sw_log(SW_LOG_ERROR, "cannot write %s: %s",
		    status->parts.options->status_file, strerror(errno));
	status->failed = !good;
	json_decref(json);
	sw_snapshot_fini(&snapshot);
}

static void *
run(void *argument)
{
	struct sw_status_file *status = argument;
	bool stopping = false;

	while (!stopping) {
		struct timespec until;

		write_status(status);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += INTERVAL_SECONDS;
		pthread_mutex_lock(&status->lock);
		while (!status->stopping &&
		    pthread_cond_timedwait(&status->wake, &status->lock,
		    &until) != ETIMEDOUT)
			;
		stopping = status->stopping;
		pthread_mutex_unlock(&status->lock);
	}
	write_status(status);
	return NULL;
}

enum sw_result
sw_status_file_new(struct sw_status_file **file, const struct sw_parts *parts)
{
	struct sw_status_file *made = calloc(1, sizeof(*made));
	pthread_condattr_t attributes;

	*file = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	made->parts = *parts;
	snprintf(made->temporary, sizeof(made->temporary), "%s.new",
	    parts->options->status_file);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&made->lock, NULL);
	pthread_cond_init(&made->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&made->thread, NULL, run, made) != 0) {
		free(made);
		return SW_ERR_SYSTEM;
	}
	*file = made;
	return SW_OK;
}

void
sw_status_file_free(struct sw_status_file **file)
{
	struct sw_status_file *status = *file;

	if (status == NULL)
		return;
	pthread_mutex_lock(&status->lock);
	status->stopping = true;
	pthread_cond_signal(&status->wake);
	pthread_mutex_unlock(&status->lock);
	pthread_join(status->thread, NULL);
	pthread_cond_destroy(&status->wake);
	pthread_mutex_destroy(&status->lock);
	free(status);
	*file = NULL;
}
