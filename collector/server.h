/*
 * The listening sockets and the sessions that come in over them.
 */
#ifndef SW_COLLECTOR_SERVER_H
#define SW_COLLECTOR_SERVER_H

#include "committer.h"
#include "connections.h"
#include "credentials.h"
#include "ledger.h"
#include "options.h"

/* What the server works with, and others look at: all borrowed. */
struct sw_parts {
	const struct sw_options *options;
	struct sw_committer *committer;
	struct sw_credentials *credentials;	/* NULL without TLS */
	struct sw_connections *connections;
	struct sw_ledger *ledger;
	int64_t started;	/* seconds since 1970-01-01 */
};

struct sw_server;

/* Listens already when it returns. */
enum sw_result sw_server_new(struct sw_server **server,
    const struct sw_parts *parts);

/*
 * Serve until SIGTERM or SIGINT can be read from signal_fd (signalfd(2)); at
 * SIGHUP read the TLS files again.
 */
void sw_server_run(struct sw_server *server, int signal_fd);

/*
 * Accept no more, and end the sessions: those that merge may finish, the
 * others are cut off. Returns false where some are left, or the committer is,
 * after the seconds that the settings say.
 */
bool sw_server_stop(struct sw_server *server);

/* Only after sw_server_stop() returned true, or where none ever ran. */
void sw_server_free(struct sw_server **server);

#endif
