#include "server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "senderwatch/codec.h"
#include "senderwatch/stream.h"
#include "session.h"

#define STACK_SIZE (256 * 1024)
#define FD_RESERVE 64		/* beside the senders' */
#define PAUSE_MS 100		/* after a connection could not be accepted */
#define FINISH_MS 3000		/* for acknowledgements at a stop */
#define SESSIONS_MS 4000	/* for sessions to end at a stop */

struct sw_server {
	struct sw_options options;
	struct sw_sessions sessions;
	struct sw_roster *roster;
	struct fstrm_reader_options *reader_options;
	int fd;
	pthread_mutex_t lock;
	pthread_cond_t ended;	/* the last session has ended */
	unsigned running;	/* sessions, under the lock */
};

struct arrival {
	struct sw_server *server;
	int fd;
};

static void
begin_session(struct sw_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->running++;
	pthread_mutex_unlock(&server->lock);
}

static void
end_session(struct sw_server *server)
{
	pthread_mutex_lock(&server->lock);
	if (--server->running == 0)
		pthread_cond_signal(&server->ended);
	pthread_mutex_unlock(&server->lock);
}

static void *
run_session(void *argument)
{
	struct arrival arrival = *(struct arrival *)argument;

	free(argument);
	sw_session_run(&arrival.server->sessions, arrival.fd);
	end_session(arrival.server);
	return NULL;
}

static bool
start_thread(struct arrival *arrival)
{
	pthread_attr_t attributes;
	pthread_t thread;
	bool started;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	started = pthread_attr_setdetachstate(&attributes,
	    PTHREAD_CREATE_DETACHED) == 0 &&
	    pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0 &&
	    pthread_create(&thread, &attributes, run_session, arrival) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

/* Takes over fd. */
static void
admit(struct sw_server *server, int fd)
{
	struct arrival *arrival = NULL;
	bool full;

	pthread_mutex_lock(&server->lock);
	full = server->running >= server->options.max_senders;
	pthread_mutex_unlock(&server->lock);
	if (full) {
		sw_log_peer(SW_LOG_WARNING, "connection refused: max-senders "
		    "is reached");
		close(fd);
		return;
	}
	begin_session(server);
	arrival = malloc(sizeof(*arrival));
	if (arrival != NULL) {
		arrival->server = server;
		arrival->fd = fd;
		if (start_thread(arrival))
			return;
	}
	sw_log_peer(SW_LOG_ERROR, "connection refused: no thread");
	free(arrival);
	close(fd);
	end_session(server);
}

static void
accept_one(struct sw_server *server)
{
	int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0) {
		admit(server, fd);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	/* Most likely out of descriptors: the connection stays in line. */
	sw_log_peer(SW_LOG_ERROR, "cannot accept: %s", strerror(errno));
	poll(NULL, 0, PAUSE_MS);
}

void
sw_server_run(struct sw_server *server, int signal_fd)
{
	struct pollfd fds[] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = server->fd, .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents != 0)
			return;
		if (fds[1].revents != 0)
			accept_one(server);
	}
}

/* As many descriptors as senders may come. */
static void
raise_limit(unsigned senders)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)senders + FD_RESERVE;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		sw_log(SW_LOG_WARNING, "few descriptors for max-senders "
		    "limit=%llu", (unsigned long long)limit.rlim_cur);
}

static enum sw_result
start_listening(struct sw_server *server)
{
	const struct sw_options *options = &server->options;
	enum sw_result result;

	result = sw_unix_listen(options->listen, options->socket_mode,
	    &server->fd);
	if (result == SW_ERR_INVALID)
		sw_log(SW_LOG_ERROR, "cannot listen on %s: the path is too "
		    "long for a socket", options->listen);
	else if (result != SW_OK && errno == EADDRINUSE)
		sw_log(SW_LOG_ERROR, "cannot listen on %s: another process "
		    "does", options->listen);
	else if (result != SW_OK)
		sw_log(SW_LOG_ERROR, "cannot listen on %s: %s",
		    options->listen, strerror(errno));
	return result;
}

static void
init_locks(struct sw_server *server)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->ended, &attributes);
	pthread_condattr_destroy(&attributes);
}

static enum sw_result
init_sessions(struct sw_server *server, struct sw_committer *committer)
{
	/* libfstrm ends the process where it finds no memory. */
	server->reader_options = fstrm_reader_options_init();
	if (fstrm_reader_options_add_content_type(server->reader_options,
	    SW_CONTENT_TYPE, sizeof(SW_CONTENT_TYPE) - 1) !=
	    fstrm_res_success ||
	    fstrm_reader_options_set_max_frame_size(server->reader_options,
	    SW_FRAME_MAX) != fstrm_res_success)
		return SW_ERR_INVALID;
	server->sessions.options = &server->options;
	server->sessions.committer = committer;
	server->sessions.reader_options = server->reader_options;
	return sw_roster_new(&server->roster);
}

enum sw_result
sw_server_new(struct sw_server **server, const struct sw_options *options,
    struct sw_committer *committer)
{
	struct sw_server *s = calloc(1, sizeof(*s));
	enum sw_result result;

	*server = NULL;
	if (s == NULL)
		return SW_ERR_MEMORY;
	s->fd = -1;
	s->options = *options;
	init_locks(s);
	raise_limit(options->max_senders);
	result = init_sessions(s, committer);
	s->sessions.roster = s->roster;
	if (result == SW_OK)
		result = start_listening(s);
	if (result != SW_OK)
		sw_server_free(&s);
	*server = s;
	return result;
}

/* Wait until no session runs, but not for ever. */
static bool
await_sessions(struct sw_server *server)
{
	struct timespec until;
	bool none;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SESSIONS_MS / 1000;
	pthread_mutex_lock(&server->lock);
	while (server->running > 0 && pthread_cond_timedwait(&server->ended,
	    &server->lock, &until) != ETIMEDOUT)
		;
	none = server->running == 0;
	pthread_mutex_unlock(&server->lock);
	return none;
}

static void
stop_listening(struct sw_server *server)
{
	/* The name first: whoever comes after us may take it from then on. */
	if (server->fd < 0)
		return;
	unlink(server->options.listen);
	close(server->fd);
	server->fd = -1;
}

bool
sw_server_stop(struct sw_server *server)
{
	struct sw_store_merged totals;
	bool ended;

	stop_listening(server);
	atomic_store(&server->sessions.stop_at_ms,
	    sw_session_now_ms() + FINISH_MS);
	ended = await_sessions(server);
	/* A long merge is finished; what it kept waiting ends after it. */
	sw_committer_stop(server->sessions.committer);
	if (!ended)
		ended = await_sessions(server);
	totals = sw_committer_totals(server->sessions.committer);
	sw_log(SW_LOG_INFO, "stopped streams=%llu failed=%llu batches=%llu "
	    "duplicates=%llu observations=%llu refused=%llu",
	    atomic_load(&server->sessions.acknowledged),
	    atomic_load(&server->sessions.failed),
	    (unsigned long long)totals.batches,
	    (unsigned long long)totals.duplicates,
	    (unsigned long long)totals.observations,
	    (unsigned long long)totals.refused);
	return ended;
}

void
sw_server_free(struct sw_server **server)
{
	struct sw_server *s = *server;

	if (s == NULL)
		return;
	stop_listening(s);
	sw_roster_free(&s->roster);
	fstrm_reader_options_destroy(&s->reader_options);
	pthread_cond_destroy(&s->ended);
	pthread_mutex_destroy(&s->lock);
	free(s);
	*server = NULL;
}
