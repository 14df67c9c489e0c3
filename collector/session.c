#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "senderwatch/codec.h"
#include "senderwatch/stream.h"

#define CLAIM_SIZE 65

/* A batch as it waits to be committed. */
struct held {
	struct sw_decoded_batch *decoded;
	char claim[CLAIM_SIZE];	/* what it calls its resolver */
	struct sw_store_merged merged;
};

struct session {
	struct sw_sessions *shared;
	struct sw_connection *connection;
	struct sw_stream *stream;
	struct fstrm_reader *reader;
	struct held *held;	/* room for max-stream-frames */
	size_t count;
	bool stopped;		/* STOP was read: what follows is FINISH */
	enum sw_trouble trouble;
	const char *detail;	/* about it, static text; or NULL */
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

	if (atomic_load(&session->connection->revoked))
		return true;
	return stop_at != 0 &&
	    (!session->stopped || sw_session_now_ms() >= stop_at);
}

static void
enter_state(struct session *session, enum sw_connection_state state)
{
	atomic_store(&session->connection->state, state);
}

static bool
fail(struct session *session, enum sw_trouble trouble)
{
	/* What went wrong first is the reason for the rest. */
	if (session->trouble == SW_TROUBLE_NONE)
		session->trouble = trouble;
	return false;
}

/*
 * Without TLS a resolver is called what it calls itself. It goes into logs,
 * tables and pages: keep to what no one has to quote.
 */
static void
take_claim(char out[CLAIM_SIZE], const char *claim)
{
	size_t length = 0;

	for (; claim != NULL && *claim != '\0' && length < CLAIM_SIZE - 1;
	    claim++) {
		bool plain = (*claim >= 'a' && *claim <= 'z') ||
		    (*claim >= 'A' && *claim <= 'Z') ||
		    (*claim >= '0' && *claim <= '9') ||
		    *claim == '.' || *claim == '-' || *claim == '_';

		out[length++] = (char)(plain ? *claim : '_');
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

	if (session->count == session->shared->options->max_stream_frames)
		return fail(session, SW_TROUBLE_STREAM_FRAMES);
	if (!hold_one(session->shared))
		return fail(session, SW_TROUBLE_HELD_FRAMES);
	if (sw_frame_decode(data, length, &held->decoded, &reason) != SW_OK) {
		atomic_fetch_sub(&session->shared->held_frames, 1);
		session->detail = reason;
		return fail(session, SW_TROUBLE_BATCH);
	}
	take_claim(held->claim, sw_decoded_batch(held->decoded)->resolver);
	session->count++;
	return true;
}

static enum sw_trouble
explain_stream(const struct session *session)
{
	enum sw_tls_trouble tls;

	if (atomic_load(&session->connection->revoked))
		return SW_TROUBLE_REVOKED;
	if (atomic_load(&session->shared->stop_at_ms) != 0)
		return SW_TROUBLE_STOPPING;
	tls = sw_stream_tls_trouble(session->stream);
	if (tls != SW_TLS_FINE)
		return sw_trouble_of_tls(tls);
	switch (sw_stream_error(session->stream)) {
	case SW_OK:
		return SW_TROUBLE_PROTOCOL;
	case SW_ERR_TIMEOUT:
		return SW_TROUBLE_SLOW;
	case SW_ERR_CLOSED:
		return SW_TROUBLE_CLOSED;
	default:
		return SW_TROUBLE_SOCKET;
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
		if (res != fstrm_res_success)
			return fail(session, explain_stream(session));
		/* libfstrm calls an oversized frame a success without data. */
		if (data == NULL)
			return fail(session, SW_TROUBLE_FRAME_LENGTH);
		if (!take_frame(session, data, length))
			return false;
	}
}

/* --- Merging and acknowledging -------------------------------------------- */

static void
note(struct session *session, const struct sw_store_delivery *delivery)
{
	const struct sw_connection *connection = session->connection;
	const uint8_t *instance = delivery->batch->instance;

	sw_ledger_enter(session->shared->ledger, delivery,
	    sw_committer_today(), (int64_t)time(NULL), connection->expiry);
	if (!sw_roster_enter(session->shared->roster, instance))
		return;
	sw_log_peer(SW_LOG_INFO, SW_TOPIC_SENDER, "sender resolver=%s %s "
	    "instance=%02x%02x%02x%02x", delivery->resolver, connection->text,
	    instance[0], instance[1], instance[2], instance[3]);
}

/* Everything of the stream in one transaction, or nothing. */
static bool
commit(struct session *session)
{
	const char *name = session->connection->resolver;
	struct sw_store_delivery *deliveries;
	enum sw_result result;

	deliveries = calloc(session->count + 1, sizeof(*deliveries));
	if (deliveries == NULL)
		return fail(session, SW_TROUBLE_RESOURCES);
	for (size_t i = 0; i < session->count; i++) {
		struct held *held = &session->held[i];

		deliveries[i].batch = sw_decoded_batch(held->decoded);
		/* What it proved goes before what it says. */
		deliveries[i].resolver = name[0] != '\0' ? name : held->claim;
		deliveries[i].merged = &held->merged;
	}
	enter_state(session, SW_CONNECTION_MERGING);
	result = sw_committer_commit(session->shared->committer, deliveries,
	    session->count);
	for (size_t i = 0; i < session->count && result == SW_OK; i++)
		note(session, &deliveries[i]);
	free(deliveries);
	if (result == SW_ERR_CLOSED)
		return fail(session, SW_TROUBLE_STOPPING);
	return result == SW_OK || fail(session, SW_TROUBLE_STORE);
}

/* What is merged needs no memory any more, or is not to be merged. */
static void
drop_batches(struct session *session)
{
	for (size_t i = 0; i < session->count; i++) {
		if (session->held[i].decoded == NULL)
			continue;
		sw_decoded_batch_free(&session->held[i].decoded);
		atomic_fetch_sub(&session->shared->held_frames, 1);
	}
}

/* Send FINISH. Without it what was merged will come again, which is well. */
static bool
acknowledge(struct session *session)
{
	enter_state(session, SW_CONNECTION_ACKNOWLEDGING);
	if (fstrm_reader_close(session->reader) == fstrm_res_success)
		return true;
	return fail(session, atomic_load(&session->connection->revoked) ?
	    SW_TROUBLE_REVOKED : SW_TROUBLE_GONE);
}

/* --- The connection ------------------------------------------------------- */

/* The handshake is over: who is it, and may it come in? */
static bool
let_in(void *argument)
{
	struct session *session = argument;
	struct sw_connection *connection = session->connection;
	enum sw_trouble trouble = SW_TROUBLE_RESOURCES;
	struct sw_tls_peer *peer;

	if (connection->listener->kind == SW_LISTENER_TLS) {
		if (sw_stream_tls_peer(session->stream, &peer) == SW_OK)
			trouble = sw_connections_identify(
			    session->shared->connections, connection, &peer);
		if (trouble != SW_TROUBLE_NONE)
			return fail(session, trouble);
	}
	enter_state(session, SW_CONNECTION_READING);
	return true;
}

static bool
open_stream(struct session *session)
{
	const struct sw_options *options = session->shared->options;
	struct sw_connection *connection = session->connection;
	struct sw_stream_options stream_options = {
		.operation_ms = options->operation_timeout * 1000,
		.handshake_ms = options->handshake_timeout * 1000,
		.total_ms = options->stream_timeout * 1000,
		.cancelled = is_cancelled,
		.cancelled_argument = session,
		.opened = let_in,
		.opened_argument = session,
	};
	struct fstrm_rdwr *rdwr;
	enum sw_result result;

	if (connection->listener->kind == SW_LISTENER_TLS)
		result = sw_credentials_stream(session->shared->credentials,
		    connection->fd, &stream_options, &rdwr, &session->stream,
		    &connection->generation);
	else
		result = sw_stream_new(connection->fd, &stream_options, &rdwr,
		    &session->stream);
	connection->fd = -1;	/* the stream's, or closed */
	if (result != SW_OK)
		return fail(session, SW_TROUBLE_RESOURCES);
	session->reader = fstrm_reader_init(session->shared->reader_options,
	    &rdwr);
	if (session->reader == NULL) {
		session->stream = NULL;
		fstrm_rdwr_destroy(&rdwr);
		return fail(session, SW_TROUBLE_RESOURCES);
	}
	return true;
}

static bool
serve(struct session *session)
{
	struct sw_connection *connection = session->connection;
	enum sw_trouble trouble;

	if (connection->listener->kind == SW_LISTENER_UNIX) {
		trouble = sw_connections_check_user(
		    session->shared->connections, connection);
		if (trouble != SW_TROUBLE_NONE)
			return fail(session, trouble);
	}
	session->held = calloc(session->shared->options->max_stream_frames,
	    sizeof(*session->held));
	if (session->held == NULL)
		return fail(session, SW_TROUBLE_RESOURCES);
	if (!open_stream(session))
		return false;
	session->stopped = read_frames(session);
	if (!session->stopped || !commit(session))
		return false;
	drop_batches(session);
	return acknowledge(session);
}

/* Did it only look whether somebody listens? That is no wrong. */
static bool
only_looked(const struct session *session)
{
	return session->count == 0 && !session->stopped &&
	    session->trouble == SW_TROUBLE_CLOSED;
}

static void
report(const struct session *session)
{
	const struct sw_connection *connection = session->connection;
	struct sw_connections *connections = session->shared->connections;
	enum sw_listener_kind kind = connection->listener->kind;
	const char *text = session->detail != NULL ? session->detail :
	    sw_trouble_text(session->trouble);
	bool named = connection->resolver[0] != '\0';

	if (only_looked(session))
		return;
	if (atomic_load(&connection->state) == SW_CONNECTION_HANDSHAKE) {
		sw_connections_refused(connections, kind, session->trouble);
		sw_log_peer(SW_LOG_WARNING, session->trouble,
		    "connection refused %s: %s", connection->text, text);
		return;
	}
	sw_connections_streamed(connections, kind, session->trouble);
	/* Why nothing can be stored the committer says, once for all. */
	if (session->trouble == SW_TROUBLE_NONE ||
	    session->trouble == SW_TROUBLE_STORE)
		return;
	sw_log_peer(SW_LOG_WARNING, session->trouble,
	    "stream failed %s%s%s%s batches=%zu: %s",
	    named ? "resolver=" : "", connection->resolver, named ? " " : "",
	    connection->text, session->count, text);
}

void
sw_session_run(struct sw_sessions *sessions, struct sw_connection *connection)
{
	struct session session = {
		.shared = sessions,
		.connection = connection,
	};

	serve(&session);
	report(&session);
	/*
	 * Destroying an open reader sends FINISH, the acknowledgement: let
	 * nothing get through any more.
	 */
	if (session.stream != NULL)
		sw_stream_abort(session.stream);
	fstrm_reader_destroy(&session.reader);
	drop_batches(&session);
	free(session.held);
	sw_connections_end(sessions->connections, &connection);
}
