/* fstrm_rdwr operations over a non-blocking socket, with deadlines. */
#include "senderwatch/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "senderwatch/codec.h"
#include "transport.h"

#define IOV_COUNT 64
#define POLL_SLICE_MS 100	/* how late a cancellation is noticed */

struct sw_stream {
	int fd;
	const struct sw_transport *transport;
	void *state;		/* the transport's */
	struct sw_stream_options options;
	uint64_t end_ms;	/* of the stream's life; 0: none */
	enum sw_result error;
	bool aborted;
	void *reserve;
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static fstrm_res
fail(struct sw_stream *stream, enum sw_result error)
{
	stream->error = error;
	return fstrm_res_failure;
}

/*
 * The reserve is held while a peer is waited for, and given back just before
 * libfstrm goes on, which then has it for what it allocates between two
 * operations. In a thread's own arena nobody else takes it meanwhile.
 */
static bool
hold_reserve(struct sw_stream *stream)
{
	if (!stream->options.reserve)
		return true;
	stream->reserve = malloc(SW_WRITER_MEMORY);
	if (stream->reserve == NULL)
		fail(stream, SW_ERR_MEMORY);
	return stream->reserve != NULL;
}

static void
release_reserve(struct sw_stream *stream)
{
	free(stream->reserve);
	stream->reserve = NULL;
}

bool
sw_stream_has_memory(size_t size)
{
	void *volatile memory = malloc(size);
	bool had = memory != NULL;

	free(memory);
	return had;
}

/*
 * Wait until the socket is ready. Without events, only look at the time: a
 * peer that never pauses meets its limits, too.
 */
static enum sw_result
wait_ready(struct sw_stream *stream, short events, uint64_t deadline)
{
	if (stream->end_ms != 0 && stream->end_ms < deadline)
		deadline = stream->end_ms;
	for (;;) {
		struct pollfd pollfd = { .fd = stream->fd, .events = events };
		uint64_t now = now_ms();
		int slice, ready;

		if (stream->aborted)
			return SW_ERR_CLOSED;
		if (stream->options.cancelled != NULL &&
		    stream->options.cancelled(stream->options.cancelled_argument))
			return SW_ERR_TIMEOUT;
		if (now >= deadline)
			return SW_ERR_TIMEOUT;
		if (events == 0)
			return SW_OK;
		slice = deadline - now < POLL_SLICE_MS ? (int)(deadline - now) :
		    POLL_SLICE_MS;
		if (stream->options.cancelled == NULL)
			slice = deadline - now < INT_MAX ?
			    (int)(deadline - now) : INT_MAX;
		ready = poll(&pollfd, 1, slice);
		if (ready > 0)
			return SW_OK;
		if (ready < 0 && errno != EINTR)
			return SW_ERR_SYSTEM;
	}
}

static fstrm_res
open_transport(struct sw_stream *stream)
{
	const struct sw_stream_options *options = &stream->options;
	uint64_t deadline = now_ms() + (options->handshake_ms != 0 ?
	    options->handshake_ms : options->operation_ms);
	enum sw_result result = SW_OK;
	short events = 0;

	if (stream->aborted)
		return fail(stream, SW_ERR_CLOSED);
	while (stream->transport->handshake != NULL &&
	    stream->transport->handshake(stream->state, &events, &result) < 1) {
		if (events != 0)
			result = wait_ready(stream, events, deadline);
		if (result != SW_OK)
			return fail(stream, result);
	}
	if (options->opened != NULL &&
	    !options->opened(options->opened_argument))
		return fail(stream, SW_ERR_INVALID);
	return fstrm_res_success;
}

static fstrm_res
stream_open(void *object)
{
	fstrm_res result = fstrm_res_failure;

	if (hold_reserve(object))
		result = open_transport(object);
	release_reserve(object);
	return result;
}

static fstrm_res
stream_close(void *object)
{
	struct sw_stream *stream = object;

	if (stream->fd >= 0) {
		if (!stream->aborted && stream->transport->end != NULL)
			stream->transport->end(stream->state);
		close(stream->fd);
	}
	stream->fd = -1;
	return fstrm_res_success;
}

static fstrm_res
stream_destroy(void *object)
{
	struct sw_stream *stream = object;

	stream_close(object);
	if (stream->transport->free != NULL)
		stream->transport->free(stream->state);
	free(object);
	return fstrm_res_success;
}

static fstrm_res
receive_all(struct sw_stream *stream, void *data, size_t count)
{
	uint64_t deadline = now_ms() + stream->options.operation_ms;
	uint8_t *to = data;
	short events = 0;

	if (stream->aborted || stream->fd < 0)
		return fail(stream, SW_ERR_CLOSED);
	while (count > 0) {
		enum sw_result result = wait_ready(stream, events, deadline);
		ssize_t got;

		if (result != SW_OK)
			return fail(stream, result);
		got = stream->transport->receive(stream->state, to, count,
		    &events, &result);
		if (got == 0) {
			stream->error = SW_ERR_CLOSED;
			return fstrm_res_stop;
		}
		if (got < 0 && events == 0)
			return fail(stream, result);
		if (got > 0) {
			to += got;
			count -= (size_t)got;
			events = 0;
		}
	}
	return fstrm_res_success;
}

static fstrm_res
stream_read(void *object, void *data, size_t count)
{
	fstrm_res result = fstrm_res_failure;

	if (hold_reserve(object))
		result = receive_all(object, data, count);
	release_reserve(object);
	return result;
}

/* Send what iov holds, at most IOV_COUNT parts, and advance past it. */
static fstrm_res
send_parts(struct sw_stream *stream, struct iovec *iov, int count,
    uint64_t deadline)
{
	short events = 0;

	while (count > 0) {
		enum sw_result result;
		ssize_t sent;

		if (iov->iov_len == 0) {
			iov++;
			count--;
			continue;
		}
		result = wait_ready(stream, events, deadline);
		if (result != SW_OK)
			return fail(stream, result);
		sent = stream->transport->send(stream->state, iov, count,
		    &events, &result);
		if (sent < 0) {
			if (events == 0)
				return fail(stream, result);
			continue;
		}
		events = 0;
		while (count > 0 && (size_t)sent >= iov->iov_len) {
			sent -= (ssize_t)iov->iov_len;
			iov++;
			count--;
		}
		if (count > 0) {
			iov->iov_base = (char *)iov->iov_base + sent;
			iov->iov_len -= (size_t)sent;
		}
	}
	return fstrm_res_success;
}

static fstrm_res
send_all(struct sw_stream *stream, const struct iovec *iov, int count)
{
	uint64_t deadline = now_ms() + stream->options.operation_ms;

	if (stream->aborted || stream->fd < 0)
		return fail(stream, SW_ERR_CLOSED);
	while (count > 0) {
		struct iovec part[IOV_COUNT];
		int parts = count < IOV_COUNT ? count : IOV_COUNT;
		fstrm_res result;

		memcpy(part, iov, (size_t)parts * sizeof(*part));
		result = send_parts(stream, part, parts, deadline);
		if (result != fstrm_res_success)
			return result;
		iov += parts;
		count -= parts;
	}
	return fstrm_res_success;
}

static fstrm_res
stream_write(void *object, const struct iovec *iov, int count)
{
	fstrm_res result = fstrm_res_failure;

	if (hold_reserve(object))
		result = send_all(object, iov, count);
	release_reserve(object);
	return result;
}

enum sw_result
sw_stream_over(int fd, const struct sw_transport *transport, void *state,
    const struct sw_stream_options *options, struct fstrm_rdwr **rdwr,
    struct sw_stream **stream)
{
	enum sw_result result = SW_ERR_SYSTEM;
	struct sw_stream *made = NULL;
	int flags = fcntl(fd, F_GETFL);

	*rdwr = NULL;
	*stream = NULL;
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		goto out;
	result = SW_ERR_MEMORY;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		goto out;
	made->fd = fd;
	made->transport = transport;
	made->state = state;
	made->options = *options;
	if (options->total_ms != 0)
		made->end_ms = now_ms() + options->total_ms;
	/* What the caller has libfstrm make next is in this, too. */
	if (!hold_reserve(made))
		goto out;
	release_reserve(made);
	*rdwr = fstrm_rdwr_init(made);
	if (*rdwr == NULL)
		goto out;
	fstrm_rdwr_set_open(*rdwr, stream_open);
	fstrm_rdwr_set_close(*rdwr, stream_close);
	fstrm_rdwr_set_destroy(*rdwr, stream_destroy);
	fstrm_rdwr_set_read(*rdwr, stream_read);
	fstrm_rdwr_set_write(*rdwr, stream_write);
	*stream = made;
	return SW_OK;
out:
	free(made);
	if (transport->free != NULL)
		transport->free(state);
	close(fd);
	return result;
}

void *
sw_stream_state(const struct sw_stream *stream,
    const struct sw_transport *transport)
{
	return stream->transport == transport ? stream->state : NULL;
}

/* --- A plain socket; its state is the descriptor itself ------------------ */

static int
descriptor(void *state)
{
	return (int)(intptr_t)state;
}

/* What errno asks for. A peer that goes with data unread resets. */
static ssize_t
socket_result(short wanted, short *events, enum sw_result *error)
{
	*events = errno == EAGAIN || errno == EINTR ? wanted : 0;
	*error = errno == EPIPE || errno == ECONNRESET ? SW_ERR_CLOSED :
	    SW_ERR_SYSTEM;
	return -1;
}

static ssize_t
plain_receive(void *state, void *data, size_t size, short *events,
    enum sw_result *error)
{
	ssize_t got = recv(descriptor(state), data, size, 0);

	return got >= 0 ? got : socket_result(POLLIN, events, error);
}

static ssize_t
plain_send(void *state, const struct iovec *iov, int count, short *events,
    enum sw_result *error)
{
	struct msghdr message = {
		.msg_iov = (struct iovec *)(uintptr_t)iov,
		.msg_iovlen = (size_t)count
	};
	ssize_t sent = sendmsg(descriptor(state), &message, MSG_NOSIGNAL);

	return sent >= 0 ? sent : socket_result(POLLOUT, events, error);
}

enum sw_result
sw_stream_new(int fd, const struct sw_stream_options *options,
    struct fstrm_rdwr **rdwr, struct sw_stream **stream)
{
	static const struct sw_transport plain = {
		.receive = plain_receive, .send = plain_send
	};

	return sw_stream_over(fd, &plain, (void *)(intptr_t)fd, options, rdwr,
	    stream);
}

void
sw_stream_abort(struct sw_stream *stream)
{
	stream->aborted = true;
}

enum sw_result
sw_stream_error(const struct sw_stream *stream)
{
	return stream->error;
}

struct fstrm_reader *
sw_stream_file_reader(const char *path)
{
	struct fstrm_file_options *file = fstrm_file_options_init();
	struct fstrm_reader_options *options = fstrm_reader_options_init();
	struct fstrm_reader *reader;

	fstrm_file_options_set_file_path(file, path);
	fstrm_reader_options_add_content_type(options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	fstrm_reader_options_set_max_frame_size(options, SW_FRAME_MAX);
	reader = fstrm_file_reader_init(file, options);
	fstrm_reader_options_destroy(&options);
	fstrm_file_options_destroy(&file);
	return reader;
}
