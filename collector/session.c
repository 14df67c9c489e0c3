#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "senderwatch/codec.h"
#include "senderwatch/stream.h"

#define RESOLVER_SIZE 65

/* A batch as it waits to be committed. */
struct held {
	struct sw_decoded_batch *decoded;
	char resolver[RESOLVER_SIZE];
};

struct session {
	struct sw_sessions *shared;
	struct sw_stream *stream;
	struct fstrm_reader *reader;
	struct held *held;	/* room for max-stream-frames */
	size_t count;
	bool stopped;		/* STOP was read: what follows is FINISH */
	const char *trouble;	/* why the stream failed, static text */
	uid_t uid;		/* of the peer's process */
	pid_t pid;
};

uint64_t
sw_session_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* At a stop, only the acknowledgement of what was merged is worth waiting. */
static bool
is_cancelled(void *argument)
{
	struct session *session = argument;
	uint64_t stop_at = atomic_load(&session->shared->stop_at_ms);

	return stop_at != 0 &&
	    (!session->stopped || sw_session_now_ms() >= stop_at);
}

/*
 * On a unix socket a resolver is called what it calls itself. It goes into
 * logs, tables and pages: keep to what no one has to quote.
 */
static void
take_resolver(char out[RESOLVER_SIZE], const char *claim)
{
	size_t length = 0;

	for (; claim != NULL && *claim != '\0' && length < RESOLVER_SIZE - 1;
	    claim++) {
		bool plain = (*claim >= 'a' && *claim <= 'z') ||
		    (*claim >= 'A' && *claim <= 'Z') ||
		    (*claim >= '0' && *claim <= '9') ||
		    *claim == '.' || *claim == '-' || *claim == '_';

		out[length++] = plain ? *claim : '_';
	}
	out[length] = '\0';
	if (length == 0)
		strcpy(out, "unnamed");
}

/* May another batch be kept in memory? */
static bool
hold_one(struct sw_sessions *shared)
{
	if (atomic_fetch_add(&shared->held_frames, 1) <
	    shared->options->max_held_frames)
		return true;
	atomic_fetch_sub(&shared->held_frames, 1);
	return false;
}

static bool
take_frame(struct session *session, const uint8_t *data, size_t length)
{
	struct held *held = &session->held[session->count];
	const char *reason;

	if (session->count == session->shared->options->max_stream_frames) {
		session->trouble = "more frames than max-stream-frames";
		return false;
	}
	if (!hold_one(session->shared)) {
		session->trouble = "more frames wait than max-held-frames";
		return false;
	}
	if (sw_frame_decode(data, length, &held->decoded, &reason) != SW_OK) {
		atomic_fetch_sub(&session->shared->held_frames, 1);
		session->trouble = reason;
		return false;
	}
	take_resolver(held->resolver,
	    sw_decoded_batch(held->decoded)->resolver);
	session->count++;
	return true;
}

static const char *
explain_stream(const struct session *session)
{
	if (atomic_load(&session->shared->stop_at_ms) != 0)
		return "the collector stops";
	switch (sw_stream_error(session->stream)) {
	case SW_OK:
		return "not Frame Streams with content type " SW_CONTENT_TYPE;
	case SW_ERR_TIMEOUT:
		return "too slow";
	case SW_ERR_CLOSED:
		return "closed before its end";
	default:
		return "socket error";
	}
}

/* Read up to STOP. */
static bool
read_frames(struct session *session)
{
	for (;;) {
		const uint8_t *data = NULL;
		size_t length = 0;
		fstrm_res res;

		res = fstrm_reader_read(session->reader, &data, &length);
		if (res == fstrm_res_stop && sw_stream_error(session->stream) ==
		    SW_OK)
			return true;
		if (res != fstrm_res_success) {
			session->trouble = explain_stream(session);
			return false;
		}
		/* libfstrm calls an oversized frame a success without data. */
		if (data == NULL) {
			session->trouble = "a frame is too long";
			return false;
		}
		if (!take_frame(session, data, length))
			return false;
	}
}

static void
announce(struct session *session, const struct held *held)
{
	const struct sw_batch *batch = sw_decoded_batch(held->decoded);

	if (!sw_roster_enter(session->shared->roster, batch->instance))
		return;
	sw_log_peer(SW_LOG_INFO, "sender resolver=%s uid=%ld pid=%ld "
	    "instance=%02x%02x%02x%02x", held->resolver, (long)session->uid,
	    (long)session->pid, batch->instance[0], batch->instance[1],
	    batch->instance[2], batch->instance[3]);
}

/* Everything of the stream in one transaction, or nothing. */
static bool
commit(struct session *session)
{
	struct sw_store_delivery *deliveries;
	enum sw_result result;

	deliveries = calloc(session->count + 1, sizeof(*deliveries));
	if (deliveries == NULL) {
		session->trouble = "out of memory";
		return false;
	}
	for (size_t i = 0; i < session->count; i++) {
		deliveries[i].batch = sw_decoded_batch(session->held[i].decoded);
		deliveries[i].resolver = session->held[i].resolver;
	}
	result = sw_committer_commit(session->shared->committer, deliveries,
	    session->count);
	free(deliveries);
	if (result != SW_OK) {
		/* The committer has said why, once for all. */
		session->trouble = result == SW_ERR_CLOSED ?
		    "the collector stops" : NULL;
		return false;
	}
	for (size_t i = 0; i < session->count; i++)
		announce(session, &session->held[i]);
	return true;
}

static bool
open_stream(struct session *session, int fd)
{
	const struct sw_options *options = session->shared->options;
	struct sw_stream_options stream_options = {
		.operation_ms = options->operation_timeout * 1000,
		.total_ms = options->stream_timeout * 1000,
		.cancelled = is_cancelled,
		.cancelled_argument = session,
	};
	struct fstrm_rdwr *rdwr;

	if (sw_stream_new(fd, &stream_options, &rdwr, &session->stream) !=
	    SW_OK)
		return false;
	session->reader = fstrm_reader_init(session->shared->reader_options,
	    &rdwr);
	if (session->reader == NULL)
		fstrm_rdwr_destroy(&rdwr);
	return session->reader != NULL;
}

/* Send FINISH. Without it what was merged will come again, which is well. */
static bool
acknowledge(struct session *session)
{
	if (fstrm_reader_close(session->reader) == fstrm_res_success)
		return true;
	session->trouble = "went away before it was acknowledged";
	return false;
}

static void
get_peer(struct session *session, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	session->uid = (uid_t)-1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
		session->uid = peer.uid;
		session->pid = peer.pid;
	}
}

static void
report(const struct session *session, bool good)
{
	struct sw_sessions *shared = session->shared;

	/* Who only looked whether somebody listens did no wrong. */
	if (session->count == 0 && !session->stopped &&
	    sw_stream_error(session->stream) == SW_ERR_CLOSED)
		return;
	atomic_fetch_add(good ? &shared->acknowledged : &shared->failed, 1);
	if (session->trouble == NULL)
		return;
	sw_log_peer(SW_LOG_WARNING, "stream failed uid=%ld pid=%ld batches=%zu: "
	    "%s", (long)session->uid, (long)session->pid, session->count,
	    session->trouble);
}

void
sw_session_run(struct sw_sessions *sessions, int fd)
{
	struct session session = { .shared = sessions };
	bool good = false;

	get_peer(&session, fd);
	session.held = calloc(sessions->options->max_stream_frames,
	    sizeof(*session.held));
	if (session.held == NULL) {
		close(fd);
		sw_log_peer(SW_LOG_ERROR, "stream refused: out of memory");
		return;
	}
	if (!open_stream(&session, fd)) {
		sw_log_peer(SW_LOG_ERROR, "stream refused: no resources");
		goto out;
	}
	session.stopped = read_frames(&session);
	good = session.stopped && commit(&session) && acknowledge(&session);
	report(&session, good);
	/*
	 * Destroying an open reader sends FINISH, the acknowledgement: let
	 * nothing get through any more.
	 */
	sw_stream_abort(session.stream);
	fstrm_reader_destroy(&session.reader);
out:
	for (size_t i = 0; i < session.count; i++) {
		sw_decoded_batch_free(&session.held[i].decoded);
		atomic_fetch_sub(&sessions->held_frames, 1);
	}
	free(session.held);
}
