/*
 * The connections there are: who they are, how many a listener and an address
 * may have, and what became of those before. The server lets them in, each is
 * then used by the thread of its session, and others look at all of them.
 */
#ifndef SW_COLLECTOR_CONNECTIONS_H
#define SW_COLLECTOR_CONNECTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "credentials.h"
#include "trouble.h"

enum sw_listener_kind { SW_LISTENER_UNIX, SW_LISTENER_TCP, SW_LISTENER_TLS };
#define SW_LISTENER_KINDS 3

struct sw_listener {
	enum sw_listener_kind kind;
	const char *text;	/* path or address, the options' */
	int fd;
	unsigned running;	/* connections, under the connections' lock */
};

enum sw_connection_state {
	SW_CONNECTION_HANDSHAKE,	/* who is it? */
	SW_CONNECTION_READING,
	SW_CONNECTION_MERGING,		/* or waiting for it */
	SW_CONNECTION_ACKNOWLEDGING,
	SW_CONNECTION_STATES
};

#define SW_PEER_TEXT_MAX 64

struct sw_connection {
	struct sw_listener *listener;
	int fd;			/* until the session takes it over */
	char text[SW_PEER_TEXT_MAX];	/* who it is, for logs: "uid=5 pid=7" */
	unsigned char address[16];	/* of a TCP or TLS peer */
	uid_t uid;		/* of a unix socket's peer */
	gid_t gid;
	/* The resolver as its certificate names it, "" if it has none;
	 * unchanged once it is set. */
	char resolver[SW_RESOLVER_NAME_MAX];
	int64_t expiry;		/* of its certificate; 0: none */
	uint64_t generation;	/* of the TLS files it was let in by */
	atomic_int state;	/* enum sw_connection_state */
	atomic_bool revoked;	/* end it */
	/* Of the connections: */
	struct sw_tls_peer *peer;
	struct sw_connection *next;
	struct sw_connection **previous;
};

struct sw_connections;

enum sw_result sw_connections_new(struct sw_connections **connections,
    const struct sw_options *options, struct sw_credentials *credentials);
/* When none is left. */
void sw_connections_free(struct sw_connections **connections);

/*
 * Let a connection in, or close it. *connection is what sw_connections_end()
 * ends; NULL if it was not let in, why is counted and returned.
 */
enum sw_trouble sw_connections_begin(struct sw_connections *connections,
    struct sw_listener *listener, int fd, struct sw_connection **connection);
void sw_connections_end(struct sw_connections *connections,
    struct sw_connection **connection);

/*
 * The handshake is over; takes the peer over. What is wrong with it, or
 * SW_TROUBLE_NONE.
 */
enum sw_trouble sw_connections_identify(struct sw_connections *connections,
    struct sw_connection *connection, struct sw_tls_peer **peer);
/* The same for a unix socket's peer. */
enum sw_trouble sw_connections_check_user(struct sw_connections *connections,
    const struct sw_connection *connection);

/* Count a connection that was not let in, or a stream. */
void sw_connections_refused(struct sw_connections *connections,
    enum sw_listener_kind kind, enum sw_trouble trouble);
void sw_connections_streamed(struct sw_connections *connections,
    enum sw_listener_kind kind, enum sw_trouble trouble);

/* End those whose peers would not be let in any more; returns how many. */
unsigned sw_connections_revoke(struct sw_connections *connections);

/* Wait until there is none, at most these milliseconds; true if so. */
bool sw_connections_await_none(struct sw_connections *connections,
    unsigned ms);

struct sw_connection_counts {
	uint64_t now[SW_LISTENER_KINDS][SW_CONNECTION_STATES];
	uint64_t accepted[SW_LISTENER_KINDS];
	/* By enum sw_trouble; streams without any were acknowledged. */
	uint64_t refused[SW_LISTENER_KINDS][SW_TROUBLE_COUNT];
	uint64_t streams[SW_LISTENER_KINDS][SW_TROUBLE_COUNT];
};
void sw_connections_count(struct sw_connections *connections,
    struct sw_connection_counts *counts);

/* Texts for people and metrics. */
const char *sw_listener_kind_text(enum sw_listener_kind kind);
const char *sw_connection_state_text(enum sw_connection_state state);

#endif
