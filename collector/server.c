#include "server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen.h"
#include "log.h"
#include "notify.h"
#include "senderwatch/codec.h"
#include "session.h"

#define STACK_SIZE (256 * 1024)
#define FD_RESERVE 64		/* beside the senders' */
#define PAUSE_MS 100		/* after a connection could not be accepted */
#define FINISH_MS 3000		/* for acknowledgements at a stop */
#define SESSIONS_MS 4000	/* for sessions to end at a stop */

struct sw_server {
	struct sw_parts parts;
	struct sw_listeners listeners;
	struct sw_sessions sessions;
	struct sw_roster *roster;
	struct fstrm_reader_options *reader_options;
};

struct arrival {
	struct sw_server *server;
	struct sw_connection *connection;
};

/* --- Letting in ----------------------------------------------------------- */

static void *
run_session(void *argument)
{
	struct arrival arrival = *(struct arrival *)argument;

	free(argument);
	sw_session_run(&arrival.server->sessions, arrival.connection);
	return NULL;
}

static bool
start_thread(struct sw_server *server, struct sw_connection *connection)
{
	struct arrival *arrival = malloc(sizeof(*arrival));
	pthread_attr_t attributes;
	pthread_t thread;
	bool started;

	if (arrival == NULL || pthread_attr_init(&attributes) != 0) {
		free(arrival);
		return false;
	}
	*arrival = (struct arrival){ server, connection };
	started = pthread_attr_setdetachstate(&attributes,
	    PTHREAD_CREATE_DETACHED) == 0 &&
	    pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0 &&
	    pthread_create(&thread, &attributes, run_session, arrival) == 0;
	pthread_attr_destroy(&attributes);
	if (!started)
		free(arrival);
	return started;
}

/* Takes over fd. */
static void
admit(struct sw_server *server, struct sw_listener *listener, int fd)
{
	struct sw_connections *connections = server->parts.connections;
	struct sw_connection *connection;
	enum sw_trouble trouble;

	trouble = sw_connections_begin(connections, listener, fd, &connection);
	if (connection != NULL) {
		if (start_thread(server, connection))
			return;
		trouble = SW_TROUBLE_RESOURCES;
		sw_connections_refused(connections, listener->kind, trouble);
		sw_connections_end(connections, &connection);
	}
	sw_log_peer(SW_LOG_WARNING, trouble, "connection refused listen=%s: %s",
	    listener->text, sw_trouble_text(trouble));
}

static void
accept_one(struct sw_server *server, struct sw_listener *listener)
{
	int fd = accept4(listener->fd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0) {
		admit(server, listener, fd);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	/* Most likely out of descriptors: the connection stays in line. */
	sw_log_peer(SW_LOG_ERROR, SW_TOPIC_ACCEPT, "cannot accept: %s",
	    strerror(errno));
	poll(NULL, 0, PAUSE_MS);
}

/* --- Running -------------------------------------------------------------- */

static void
reload(struct sw_server *server)
{
	char reason[SW_TLS_REASON_MAX];

	sw_notify_reloading();
	if (server->parts.credentials == NULL) {
		sw_log(SW_LOG_INFO, "SIGHUP: there are no TLS files to read");
	} else if (sw_credentials_reload(server->parts.credentials, reason) !=
	    SW_OK) {
		sw_log(SW_LOG_ERROR, "TLS files not taken, those before stay "
		    "in use: %s", reason);
	} else {
		sw_log(SW_LOG_INFO, "TLS files read connections-ended=%u",
		    sw_connections_revoke(server->parts.connections));
	}
	sw_notify("READY=1");
}

/* Returns false at the end. */
static bool
take_signal(struct sw_server *server, int signal_fd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo != SIGHUP)
		return false;
	reload(server);
	return true;
}

/* A committer that hangs is worse than one that starts anew. */
static void
feed_watchdog(struct sw_server *server, const struct sw_watchdog *watchdog)
{
	struct sw_committer_state state;

	sw_committer_look(server->parts.committer, &state);
	if (state.stuck_ms < watchdog->limit_ms)
		sw_notify("WATCHDOG=1");
}

void
sw_server_run(struct sw_server *server, int signal_fd)
{
	struct pollfd fds[1 + SW_LISTENERS_ALL] = {
		{ .fd = signal_fd, .events = POLLIN },
	};
	struct sw_watchdog watchdog;
	size_t count = server->listeners.count;
	uint64_t due = 0;

	sw_watchdog_init(&watchdog);
	for (size_t i = 0; i < count; i++)
		fds[i + 1] = (struct pollfd){
			.fd = server->listeners.items[i].fd, .events = POLLIN };
	for (;;) {
		uint64_t now = sw_session_now_ms();

		if (watchdog.limit_ms != 0 && now >= due) {
			feed_watchdog(server, &watchdog);
			due = now + watchdog.interval_ms;
		}
		if (poll(fds, (nfds_t)count + 1, watchdog.limit_ms != 0 ?
		    (int)(due - now) : -1) < 0) {
			if (errno != EINTR)
				return;
			continue;
		}
		if (fds[0].revents != 0 && !take_signal(server, signal_fd))
			return;
		for (size_t i = 0; i < count; i++) {
			if (fds[i + 1].revents != 0)
				accept_one(server,
				    &server->listeners.items[i]);
		}
	}
}

/* --- Beginning and end ---------------------------------------------------- */

/* As many descriptors as senders may come. */
static void
raise_limit(rlim_t senders)
{
	struct rlimit limit;
	rlim_t wanted = senders + FD_RESERVE;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		sw_log(SW_LOG_WARNING, "few descriptors for max-senders "
		    "limit=%llu", (unsigned long long)limit.rlim_cur);
}

static enum sw_result
init_sessions(struct sw_server *server)
{
	/* libfstrm ends the process where it finds no memory. */
	server->reader_options = fstrm_reader_options_init();
	if (fstrm_reader_options_add_content_type(server->reader_options,
	    SW_CONTENT_TYPE, sizeof(SW_CONTENT_TYPE) - 1) !=
	    fstrm_res_success ||
	    fstrm_reader_options_set_max_frame_size(server->reader_options,
	    SW_FRAME_MAX) != fstrm_res_success)
		return SW_ERR_INVALID;
	server->sessions.options = server->parts.options;
	server->sessions.committer = server->parts.committer;
	server->sessions.connections = server->parts.connections;
	server->sessions.credentials = server->parts.credentials;
	server->sessions.ledger = server->parts.ledger;
	server->sessions.reader_options = server->reader_options;
	return sw_roster_new(&server->roster);
}

enum sw_result
sw_server_new(struct sw_server **server, const struct sw_parts *parts)
{
	struct sw_server *s = calloc(1, sizeof(*s));
	enum sw_result result;

	*server = NULL;
	if (s == NULL)
		return SW_ERR_MEMORY;
	s->parts = *parts;
	result = init_sessions(s);
	s->sessions.roster = s->roster;
	if (result == SW_OK)
		result = sw_listeners_open(&s->listeners, parts->options);
	if (result == SW_OK)
		raise_limit((rlim_t)parts->options->max_senders *
		    s->listeners.count);
	if (result != SW_OK)
		sw_server_free(&s);
	*server = s;
	return result;
}

static void
say_totals(const struct sw_server *server)
{
	struct sw_connection_counts counts;
	struct sw_committer_state state;
	unsigned long long good = 0, failed = 0;

	sw_connections_count(server->parts.connections, &counts);
	sw_committer_look(server->parts.committer, &state);
	for (size_t i = 0; i < SW_LISTENER_KINDS; i++) {
		good += counts.streams[i][SW_TROUBLE_NONE];
		for (size_t j = SW_TROUBLE_NONE + 1; j < SW_TROUBLE_COUNT; j++)
			failed += counts.streams[i][j] + counts.refused[i][j];
	}
	sw_log(SW_LOG_INFO, "stopped streams=%llu failed=%llu batches=%llu "
	    "duplicates=%llu observations=%llu refused=%llu", good, failed,
	    (unsigned long long)state.totals.batches,
	    (unsigned long long)state.totals.duplicates,
	    (unsigned long long)state.totals.observations,
	    (unsigned long long)state.totals.refused);
}

bool
sw_server_stop(struct sw_server *server)
{
	struct sw_connections *connections = server->parts.connections;
	bool ended;

	sw_listeners_close(&server->listeners);
	atomic_store(&server->sessions.stop_at_ms,
	    sw_session_now_ms() + FINISH_MS);
	ended = sw_connections_await_none(connections, SESSIONS_MS);
	/* A long merge is finished; what it kept waiting ends after it. */
	if (!sw_committer_stop(server->parts.committer,
	    server->parts.options->stop_timeout)) {
		sw_log(SW_LOG_ERROR, "a merge did not end within stop-timeout: "
		    "its senders keep their batches");
		return false;
	}
	if (!ended)
		ended = sw_connections_await_none(connections, SESSIONS_MS);
	say_totals(server);
	return ended;
}

void
sw_server_free(struct sw_server **server)
{
	struct sw_server *s = *server;

	if (s == NULL)
		return;
	sw_listeners_close(&s->listeners);
	sw_roster_free(&s->roster);
	fstrm_reader_options_destroy(&s->reader_options);
	free(s);
	*server = NULL;
}
