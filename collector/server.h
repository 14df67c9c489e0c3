/*
 * The listening socket and the sessions that come in over it.
 */
#ifndef SW_COLLECTOR_SERVER_H
#define SW_COLLECTOR_SERVER_H

#include "committer.h"
#include "options.h"
#include "senderwatch/result.h"

struct sw_server;

/* Both are borrowed. Listens already when it returns. */
enum sw_result sw_server_new(struct sw_server **server,
    const struct sw_options *options, struct sw_committer *committer);

/* Serve until signal_fd (signalfd(2)) becomes readable. */
void sw_server_run(struct sw_server *server, int signal_fd);

/*
 * Accept no more, and end the sessions: those that merge may finish, the
 * others are cut off. Returns false where some are left after a few seconds.
 */
bool sw_server_stop(struct sw_server *server);

/* Only after sw_server_stop() returned true. */
void sw_server_free(struct sw_server **server);

#endif
