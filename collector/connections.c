#include "connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define GROUPS_MAX 65536	/* of a process, as the kernel says */

struct sw_connections {
	const struct sw_options *options;
	struct sw_credentials *credentials;	/* NULL without TLS */
	pthread_mutex_t lock;		/* of all that follows */
	pthread_cond_t none;		/* the last one has ended */
	struct sw_connection *first;
	struct sw_connection_counts counts;	/* but those of now */
};

const char *
sw_listener_kind_text(enum sw_listener_kind kind)
{
	static const char *const texts[] = { "unix", "tcp", "tls" };

	return texts[kind];
}

const char *
sw_connection_state_text(enum sw_connection_state state)
{
	static const char *const texts[] = { "handshake", "reading", "merging",
		"acknowledging" };

	return texts[state];
}

enum sw_result
sw_connections_new(struct sw_connections **connections,
    const struct sw_options *options, struct sw_credentials *credentials)
{
	struct sw_connections *made = calloc(1, sizeof(*made));
	pthread_condattr_t attributes;

	*connections = made;
	if (made == NULL)
		return SW_ERR_MEMORY;
	made->options = options;
	made->credentials = credentials;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&made->lock, NULL);
	pthread_cond_init(&made->none, &attributes);
	pthread_condattr_destroy(&attributes);
	return SW_OK;
}

void
sw_connections_free(struct sw_connections **connections)
{
	if (*connections == NULL)
		return;
	pthread_cond_destroy(&(*connections)->none);
	pthread_mutex_destroy(&(*connections)->lock);
	free(*connections);
	*connections = NULL;
}

/* --- Who is it? ----------------------------------------------------------- */

static void
describe_local(struct sw_connection *connection)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	connection->uid = (uid_t)-1;
	connection->gid = (gid_t)-1;
	if (getsockopt(connection->fd, SOL_SOCKET, SO_PEERCRED, &peer,
	    &size) != 0) {
		snprintf(connection->text, SW_PEER_TEXT_MAX, "uid=unknown");
		return;
	}
	connection->uid = peer.uid;
	connection->gid = peer.gid;
	snprintf(connection->text, SW_PEER_TEXT_MAX, "uid=%ld pid=%ld",
	    (long)peer.uid, (long)peer.pid);
}

static void
describe_remote(struct sw_connection *connection)
{
	struct sockaddr_storage storage = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(storage);
	char text[INET6_ADDRSTRLEN] = "unknown";
	const void *address = NULL;
	size_t length = 0;

	if (getpeername(connection->fd, (struct sockaddr *)&storage, &size) !=
	    0)
		storage.ss_family = AF_UNSPEC;
	if (storage.ss_family == AF_INET) {
		address = &((struct sockaddr_in *)&storage)->sin_addr;
		length = 4;
	} else if (storage.ss_family == AF_INET6) {
		address = &((struct sockaddr_in6 *)&storage)->sin6_addr;
		length = 16;
	}
	if (address != NULL) {
		/* Who has one IPv6 address mostly has all of its network's. */
		memcpy(connection->address, address, length / 2 < 4 ? 4 :
		    length / 2);
		inet_ntop(storage.ss_family, address, text, sizeof(text));
	}
	snprintf(connection->text, SW_PEER_TEXT_MAX, "address=%s", text);
}

static bool
has_id(const struct sw_ids *ids, unsigned id)
{
	for (size_t i = 0; i < ids->count; i++) {
		if (ids->items[i] == id)
			return true;
	}
	return false;
}

/* Also the groups beside its first one. */
static bool
in_allowed_group(const struct sw_ids *allowed,
    const struct sw_connection *connection, int fd)
{
	gid_t *groups;
	socklen_t size = GROUPS_MAX * sizeof(*groups);
	bool found = has_id(allowed, connection->gid);

	if (found || allowed->count == 0)
		return found;
	groups = malloc(size);
	if (groups != NULL && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups,
	    &size) == 0) {
		for (size_t i = 0; i < size / sizeof(*groups) && !found; i++)
			found = has_id(allowed, groups[i]);
	}
	free(groups);
	return found;
}

enum sw_trouble
sw_connections_check_user(struct sw_connections *connections,
    const struct sw_connection *connection)
{
	const struct sw_options *options = connections->options;

	if (options->allow_user.count + options->allow_group.count == 0 ||
	    has_id(&options->allow_user, connection->uid) ||
	    in_allowed_group(&options->allow_group, connection,
	    connection->fd))
		return SW_TROUBLE_NONE;
	return SW_TROUBLE_USER;
}

enum sw_trouble
sw_connections_identify(struct sw_connections *connections,
    struct sw_connection *connection, struct sw_tls_peer **peer)
{
	enum sw_tls_trouble trouble;

	if (!sw_credentials_name(connections->credentials, *peer,
	    connection->resolver)) {
		connection->resolver[0] = '\0';
		sw_tls_peer_free(peer);
		return SW_TROUBLE_NAME;
	}
	connection->expiry = sw_tls_peer_expiry(*peer);
	pthread_mutex_lock(&connections->lock);
	connection->peer = *peer;
	*peer = NULL;
	pthread_mutex_unlock(&connections->lock);
	/*
	 * The handshake may have been begun with files that were replaced
	 * since. From here on a reload finds this peer by itself.
	 */
	trouble = sw_credentials_verify(connections->credentials,
	    connection->peer, connection->generation);
	return sw_trouble_of_tls(trouble);
}

/* --- Coming and going ----------------------------------------------------- */

/* Called with the lock held. */
static bool
has_handshakes(const struct sw_connections *connections,
    const struct sw_connection *connection)
{
	unsigned count = 0;

	for (const struct sw_connection *other = connections->first;
	    other != NULL; other = other->next)
		count += other->listener->kind == SW_LISTENER_TLS &&
		    atomic_load(&other->state) == SW_CONNECTION_HANDSHAKE &&
		    memcmp(other->address, connection->address,
		    sizeof(other->address)) == 0;
	return count >= connections->options->max_handshakes;
}

/* Called with the lock held. */
static enum sw_trouble
enter(struct sw_connections *connections, struct sw_connection *connection)
{
	struct sw_listener *listener = connection->listener;

	connections->counts.accepted[listener->kind]++;
	if (listener->running >= connections->options->max_senders)
		return SW_TROUBLE_SENDERS;
	if (listener->kind == SW_LISTENER_TLS &&
	    has_handshakes(connections, connection))
		return SW_TROUBLE_HANDSHAKES;
	listener->running++;
	connection->next = connections->first;
	connection->previous = &connections->first;
	if (connection->next != NULL)
		connection->next->previous = &connection->next;
	connections->first = connection;
	return SW_TROUBLE_NONE;
}

enum sw_trouble
sw_connections_begin(struct sw_connections *connections,
    struct sw_listener *listener, int fd, struct sw_connection **connection)
{
	struct sw_connection *made = calloc(1, sizeof(*made));
	enum sw_trouble trouble = SW_TROUBLE_RESOURCES;

	*connection = NULL;
	if (made != NULL) {
		made->listener = listener;
		made->fd = fd;
		if (listener->kind == SW_LISTENER_UNIX)
			describe_local(made);
		else
			describe_remote(made);
		pthread_mutex_lock(&connections->lock);
		trouble = enter(connections, made);
		pthread_mutex_unlock(&connections->lock);
	}
	if (trouble == SW_TROUBLE_NONE) {
		*connection = made;
		return trouble;
	}
	sw_connections_refused(connections, listener->kind, trouble);
	free(made);
	close(fd);
	return trouble;
}

void
sw_connections_end(struct sw_connections *connections,
    struct sw_connection **connection)
{
	struct sw_connection *ended = *connection;

	*connection = NULL;
	if (ended->fd >= 0)
		close(ended->fd);
	pthread_mutex_lock(&connections->lock);
	ended->listener->running--;
	*ended->previous = ended->next;
	if (ended->next != NULL)
		ended->next->previous = ended->previous;
	/* Before anybody can take it that none is left. */
	sw_tls_peer_free(&ended->peer);
	free(ended);
	if (connections->first == NULL)
		pthread_cond_broadcast(&connections->none);
	pthread_mutex_unlock(&connections->lock);
}

unsigned
sw_connections_revoke(struct sw_connections *connections)
{
	struct sw_connection *connection;
	unsigned count = 0;

	pthread_mutex_lock(&connections->lock);
	for (connection = connections->first; connection != NULL;
	    connection = connection->next) {
		if (connection->peer == NULL ||
		    sw_credentials_verify(connections->credentials,
		    connection->peer, 0) == SW_TLS_FINE)
			continue;
		atomic_store(&connection->revoked, true);
		count++;
	}
	pthread_mutex_unlock(&connections->lock);
	return count;
}

bool
sw_connections_await_none(struct sw_connections *connections, unsigned ms)
{
	struct timespec until;
	bool none;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	pthread_mutex_lock(&connections->lock);
	while (connections->first != NULL &&
	    pthread_cond_timedwait(&connections->none, &connections->lock,
	    &until) != ETIMEDOUT)
		;
	none = connections->first == NULL;
	pthread_mutex_unlock(&connections->lock);
	return none;
}

/* --- Counting ------------------------------------------------------------- */

void
sw_connections_refused(struct sw_connections *connections,
    enum sw_listener_kind kind, enum sw_trouble trouble)
{
	pthread_mutex_lock(&connections->lock);
	connections->counts.refused[kind][trouble]++;
	pthread_mutex_unlock(&connections->lock);
}

void
sw_connections_streamed(struct sw_connections *connections,
    enum sw_listener_kind kind, enum sw_trouble trouble)
{
	pthread_mutex_lock(&connections->lock);
	connections->counts.streams[kind][trouble]++;
	pthread_mutex_unlock(&connections->lock);
}

void
sw_connections_count(struct sw_connections *connections,
    struct sw_connection_counts *counts)
{
	const struct sw_connection *connection;

	pthread_mutex_lock(&connections->lock);
	*counts = connections->counts;
	for (connection = connections->first; connection != NULL;
	    connection = connection->next)
		counts->now[connection->listener->kind]
		    [atomic_load(&connection->state)]++;
	pthread_mutex_unlock(&connections->lock);
}
