#include "metrics.h"

#include <inttypes.h>

#include "senderwatch-config.h"

static void
put_family(FILE *file, const char *name, const char *type, const char *help)
{
	fprintf(file, "# HELP senderwatch_%s %s\n# TYPE senderwatch_%s %s\n",
	    name, help, name, type);
}

static void
put_one(FILE *file, const char *name, const char *type, const char *help,
    uint64_t value)
{
	put_family(file, name, type, help);
	fprintf(file, "senderwatch_%s %" PRIu64 "\n", name, value);
}

/* --- The collector as a whole --------------------------------------------- */

static void
put_commits(FILE *file, const struct sw_committer_state *state)
{
	uint64_t sum = 0;

	put_family(file, "commit_duration_seconds", "histogram",
	    "Duration of the transactions that merged batches.");
	for (size_t i = 0; i < SW_COMMIT_BUCKETS; i++) {
		sum += state->took[i];
		fprintf(file, "senderwatch_commit_duration_seconds_bucket"
		    "{le=\"%g\"} %" PRIu64 "\n", sw_commit_buckets[i], sum);
	}
	fprintf(file, "senderwatch_commit_duration_seconds_bucket"
	    "{le=\"+Inf\"} %" PRIu64 "\n"
	    "senderwatch_commit_duration_seconds_sum %.6f\n"
	    "senderwatch_commit_duration_seconds_count %" PRIu64 "\n",
	    state->commits, state->seconds, state->commits);
	put_one(file, "commit_failures_total", "counter",
	    "Transactions that failed: their senders keep the batches.",
	    state->failures);
	put_one(file, "merging", "gauge",
	    "1 if the last transaction succeeded, 0 if the database refuses.",
	    state->trouble[0] == '\0');
	put_one(file, "queue_batches", "gauge",
	    "Batches that wait to be merged, or are being merged.",
	    state->waiting);
}

static void
put_process(FILE *file, const struct sw_snapshot *snapshot)
{
	put_family(file, "build_info", "gauge",
	    "The version of senderwatchd; always 1.");
	fprintf(file, "senderwatch_build_info{version=\"" PACKAGE_VERSION
	    "\"} 1\n");
	put_one(file, "start_time_seconds", "gauge",
	    "When the collector was started, in Unix time.",
	    (uint64_t)snapshot->started);
	put_one(file, "database_bytes", "gauge", "Size of the database file.",
	    snapshot->database_bytes);
	put_one(file, "database_wal_bytes", "gauge",
	    "Size of the database's write-ahead log.", snapshot->wal_bytes);
	put_one(file, "database_free_bytes", "gauge",
	    "What the file system of the database has left.",
	    snapshot->free_bytes);
}

static void
put_tls(FILE *file, const struct sw_snapshot *snapshot)
{
	if (!snapshot->tls)
		return;
	put_one(file, "certificate_expiry_timestamp_seconds", "gauge",
	    "When the collector's own certificate ends, in Unix time.",
	    (uint64_t)snapshot->ends.certificate);
	put_one(file, "authority_expiry_timestamp_seconds", "gauge",
	    "When the last of the authorities ends, in Unix time.",
	    (uint64_t)snapshot->ends.authorities);
	if (snapshot->ends.revocation_lists != 0)
		put_one(file, "revocation_list_expiry_timestamp_seconds",
		    "gauge", "When the first of the revocation lists is out of "
		    "date, in Unix time.",
		    (uint64_t)snapshot->ends.revocation_lists);
	put_family(file, "certificate_reloads_total", "counter",
	    "SIGHUPs, by whether the TLS files were taken.");
	fprintf(file, "senderwatch_certificate_reloads_total"
	    "{result=\"taken\"} %" PRIu64 "\n"
	    "senderwatch_certificate_reloads_total"
	    "{result=\"refused\"} %" PRIu64 "\n",
	    snapshot->reloads_good, snapshot->reloads_bad);
}

static void
put_connections(FILE *file, const struct sw_connection_counts *counts)
{
	put_family(file, "connections", "gauge",
	    "Connections there are, by kind of listener and state.");
	for (size_t i = 0; i < SW_LISTENER_KINDS; i++) {
		for (size_t j = 0; j < SW_CONNECTION_STATES; j++)
			fprintf(file, "senderwatch_connections{listener=\"%s\","
			    "state=\"%s\"} %" PRIu64 "\n",
			    sw_listener_kind_text(i),
			    sw_connection_state_text(j), counts->now[i][j]);
	}
	put_family(file, "connections_accepted_total", "counter",
	    "Connections that came, by kind of listener.");
	for (size_t i = 0; i < SW_LISTENER_KINDS; i++)
		fprintf(file, "senderwatch_connections_accepted_total"
		    "{listener=\"%s\"} %" PRIu64 "\n",
		    sw_listener_kind_text(i), counts->accepted[i]);
}

/* By reason: only those that occurred, for there are many. */
static void
put_reasons(FILE *file, const char *name,
    const uint64_t counts[SW_LISTENER_KINDS][SW_TROUBLE_COUNT])
{
	for (size_t i = 0; i < SW_LISTENER_KINDS; i++) {
		for (size_t j = SW_TROUBLE_NONE + 1; j < SW_TROUBLE_COUNT; j++) {
			if (counts[i][j] != 0)
				fprintf(file, "senderwatch_%s{listener=\"%s\","
				    "reason=\"%s\"} %" PRIu64 "\n", name,
				    sw_listener_kind_text(i),
				    sw_trouble_label(j), counts[i][j]);
		}
	}
}

static void
put_streams(FILE *file, const struct sw_connection_counts *counts)
{
	put_family(file, "connections_refused_total", "counter",
	    "Connections that were not let in, by reason.");
	put_reasons(file, "connections_refused_total", counts->refused);
	put_family(file, "streams_acknowledged_total", "counter",
	    "Streams whose batches are stored and acknowledged.");
	for (size_t i = 0; i < SW_LISTENER_KINDS; i++)
		fprintf(file, "senderwatch_streams_acknowledged_total"
		    "{listener=\"%s\"} %" PRIu64 "\n",
		    sw_listener_kind_text(i),
		    counts->streams[i][SW_TROUBLE_NONE]);
	put_family(file, "streams_failed_total", "counter",
	    "Streams that were not acknowledged, by reason.");
	put_reasons(file, "streams_failed_total", counts->streams);
}

/* --- Resolvers ------------------------------------------------------------ */

static void
put_label(FILE *file, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			fputs("\\n", file);
		else if (*value == '"' || *value == '\\')
			fprintf(file, "\\%c", *value);
		else
			fputc(*value, file);
	}
}

/* labels are further ones, with a comma before them, or "". */
static void
put_resolver(FILE *file, const char *name,
    const struct sw_ledger_entry *entry, const char *labels, int64_t value)
{
	fprintf(file, "senderwatch_resolver_%s{resolver=\"", name);
	put_label(file, entry->resolver);
	fprintf(file, "\"%s} %" PRId64 "\n", labels, value);
}

#define EACH(name, type, help, value) do { \
	put_family(file, "resolver_" name, type, help); \
	for (size_t i = 0; i < snapshot->resolver_count; i++) { \
		const struct sw_ledger_entry *entry = \
		    &snapshot->resolvers[i]; \
		put_resolver(file, name, entry, "", (int64_t)(value)); \
	} \
} while (0)

static void
put_resolvers(FILE *file, const struct sw_snapshot *snapshot)
{
	EACH("last_seen_timestamp_seconds", "gauge",
	    "When a batch of the resolver was last stored, in Unix time; only "
	    "the day if that was before the collector's start.",
	    entry->last_seen);
	EACH("batches_total", "counter", "Batches that were stored.",
	    entry->batches);
	EACH("duplicate_batches_total", "counter",
	    "Batches that had been stored before, since the collector's start.",
	    entry->duplicates);
	EACH("observations_total", "counter", "Observations that were merged.",
	    entry->observations);
	EACH("refused_observations_total", "counter",
	    "Observations that were left out, since their day can't be.",
	    entry->refused);
	EACH("clock_skew_seconds", "gauge",
	    "By how much the resolver's clock was ahead of the collector's "
	    "when it last sent, in whole days of 86400 seconds.",
	    (int64_t)entry->skew * 86400);
	put_family(file, "resolver_certificate_expiry_timestamp_seconds",
	    "gauge", "When the resolver's certificate ends, in Unix time.");
	for (size_t i = 0; i < snapshot->resolver_count; i++) {
		if (snapshot->resolvers[i].expiry != 0)
			put_resolver(file,
			    "certificate_expiry_timestamp_seconds",
			    &snapshot->resolvers[i], "",
			    snapshot->resolvers[i].expiry);
	}
}

/* What they say of themselves. */
static void
put_reported(FILE *file, const struct sw_snapshot *snapshot)
{
	put_family(file, "resolver_dropped_total", "counter",
	    "Observations that the resolver says it dropped, by reason.");
	for (size_t i = 0; i < snapshot->resolver_count; i++) {
		const struct sw_ledger_entry *entry = &snapshot->resolvers[i];

#define DROPPED(reason) put_resolver(file, "dropped_total", entry, \
	",reason=\"" #reason "\"", (int64_t)entry->counters.dropped_##reason)
		DROPPED(full);
		DROPPED(memory);
		DROPPED(stop);
	}
	put_family(file, "resolver_reported_total", "counter",
	    "What else the resolver counted, by counter of its module.");
	for (size_t i = 0; i < snapshot->resolver_count; i++) {
		const struct sw_ledger_entry *entry = &snapshot->resolvers[i];

#define REPORTED(name) put_resolver(file, "reported_total", entry, \
	",counter=\"" #name "\"", (int64_t)entry->counters.name);
		REPORTED(seen) REPORTED(watched) REPORTED(observed)
		REPORTED(repeated) REPORTED(sent) REPORTED(evicted)
		REPORTED(superseded) REPORTED(unknown_servfail)
		REPORTED(unknown_bogus) REPORTED(unknown_rewritten)
		REPORTED(unknown_subnet) REPORTED(unknown_private)
		REPORTED(unknown_malformed) REPORTED(unknown_nonexistent)
		REPORTED(unproven)
	}
}

void
sw_metrics_write(FILE *file, const struct sw_snapshot *snapshot)
{
	put_process(file, snapshot);
	put_tls(file, snapshot);
	put_commits(file, &snapshot->committer);
	put_connections(file, &snapshot->connections);
	put_streams(file, &snapshot->connections);
	put_resolvers(file, snapshot);
	put_reported(file, snapshot);
}
