/*
 * How the collector is doing, at one moment: what the metrics and the status
 * file are made of.
 */
#ifndef SW_COLLECTOR_SNAPSHOT_H
#define SW_COLLECTOR_SNAPSHOT_H

#include "server.h"

struct sw_snapshot {
	int64_t now;		/* seconds since 1970-01-01, as all times */
	int64_t started;
	struct sw_committer_state committer;
	struct sw_connection_counts connections;
	bool tls;		/* are there credentials? */
	struct sw_tls_ends ends;	/* of the own files */
	uint64_t reloads_good;
	uint64_t reloads_bad;
	uint64_t database_bytes;
	uint64_t wal_bytes;
	uint64_t free_bytes;	/* that the file system has left for it */
	const char *database;
	struct sw_ledger_entry *resolvers;	/* by name */
	size_t resolver_count;
};

enum sw_result sw_snapshot_init(struct sw_snapshot *snapshot,
    const struct sw_parts *parts);
void sw_snapshot_fini(struct sw_snapshot *snapshot);

#endif
