/*
 * One connection: read batches up to STOP, have them committed, and only then
 * acknowledge with FINISH. Whatever else ends it, there is no FINISH, and the
 * sender keeps its batches.
 */
#ifndef SW_COLLECTOR_SESSION_H
#define SW_COLLECTOR_SESSION_H

#include <stdatomic.h>

#include <fstrm.h>

#include "committer.h"
#include "connections.h"
#include "ledger.h"
#include "options.h"
#include "roster.h"

/* What all sessions share; it outlives them. */
struct sw_sessions {
	const struct sw_options *options;
	struct sw_committer *committer;
	struct sw_connections *connections;
	struct sw_credentials *credentials;	/* NULL without TLS */
	struct sw_ledger *ledger;
	struct sw_roster *roster;
	const struct fstrm_reader_options *reader_options;
	atomic_uint held_frames;	/* batches in memory */
	/* Set to stop; milliseconds of CLOCK_MONOTONIC until which an
	 * acknowledgement may still be sent. 0: go on. */
	atomic_ullong stop_at_ms;
};

/* Serve the connection, which is ended thereby. */
void sw_session_run(struct sw_sessions *sessions,
    struct sw_connection *connection);

uint64_t sw_session_now_ms(void);

#endif
