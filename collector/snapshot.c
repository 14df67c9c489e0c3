#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

static uint64_t
size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* What is reserved for root is not counted. */
static uint64_t
free_beside(const char *path)
{
	struct statvfs status;

	return statvfs(path, &status) == 0 ?
	    (uint64_t)status.f_bavail * status.f_frsize : 0;
}

enum sw_result
sw_snapshot_init(struct sw_snapshot *snapshot, const struct sw_parts *parts)
{
	char wal[SW_OPTIONS_PATH_MAX + 8];

	*snapshot = (struct sw_snapshot){
		.now = (int64_t)time(NULL),
		.started = parts->started,
		.tls = parts->credentials != NULL,
		.database = parts->options->database,
		.database_bytes = size_of(parts->options->database),
		.free_bytes = free_beside(parts->options->database),
	};
	snprintf(wal, sizeof(wal), "%s-wal", parts->options->database);
	snapshot->wal_bytes = size_of(wal);
	sw_committer_look(parts->committer, &snapshot->committer);
	sw_connections_count(parts->connections, &snapshot->connections);
	if (snapshot->tls) {
		sw_credentials_ends(parts->credentials, &snapshot->ends);
		sw_credentials_reloads(parts->credentials,
		    &snapshot->reloads_good, &snapshot->reloads_bad);
	}
	return sw_ledger_copy(parts->ledger, &snapshot->resolvers,
	    &snapshot->resolver_count);
}

void
sw_snapshot_fini(struct sw_snapshot *snapshot)
{
	free(snapshot->resolvers);
	snapshot->resolvers = NULL;
}
