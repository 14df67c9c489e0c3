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

#define IOV_COUNT 64
#define POLL_SLICE_MS 100	/* how late a cancellation is noticed */

struct sw_stream {
	int fd;
	struct sw_stream_options options;
	uint64_t end_ms;	/* of the stream's life; 0: none */
	enum sw_result error;
	bool aborted;
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

/* A peer that goes with data unread resets the connection. */
static enum sw_result
socket_error(void)
{
	return errno == EPIPE || errno == ECONNRESET ? SW_ERR_CLOSED :
	    SW_ERR_SYSTEM;
}

/* Wait until the socket is ready; deadline is that of the operation. */
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
stream_open(void *object)
{
	struct sw_stream *stream = object;

	return stream->aborted ? fstrm_res_failure : fstrm_res_success;
}

static fstrm_res
stream_close(void *object)
{
	struct sw_stream *stream = object;

	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
	return fstrm_res_success;
}

static fstrm_res
stream_destroy(void *object)
{
	stream_close(object);
	free(object);
	return fstrm_res_success;
}

static fstrm_res
stream_read(void *object, void *data, size_t count)
{
	struct sw_stream *stream = object;
	uint64_t deadline = now_ms() + stream->options.operation_ms;
	uint8_t *to = data;

	if (stream->aborted || stream->fd < 0)
		return fail(stream, SW_ERR_CLOSED);
	while (count > 0) {
		/*
		 * Also a peer that sends without a pause meets the end of the
		 * stream's life: the deadline is looked at before each read.
		 */
		enum sw_result result = wait_ready(stream, POLLIN, deadline);
		ssize_t got;

		if (result != SW_OK)
			return fail(stream, result);
		got = recv(stream->fd, to, count, 0);
		if (got == 0) {
			stream->error = SW_ERR_CLOSED;
			return fstrm_res_stop;
		}
		if (got < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return fail(stream, socket_error());
		}
		to += got;
		count -= (size_t)got;
	}
	return fstrm_res_success;
}

/* Send what iov holds, at most IOV_COUNT parts, and advance past it. */
static fstrm_res
send_parts(struct sw_stream *stream, struct iovec *iov, int count,
    uint64_t deadline)
{
	while (count > 0) {
		struct msghdr message = {
			.msg_iov = iov, .msg_iovlen = (size_t)count
		};
		enum sw_result result;
		ssize_t sent;

		if (iov->iov_len == 0) {
			iov++;
			count--;
			continue;
		}
		result = wait_ready(stream, POLLOUT, deadline);
		if (result != SW_OK)
			return fail(stream, result);
		sent = sendmsg(stream->fd, &message, MSG_NOSIGNAL);
		if (sent < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return fail(stream, socket_error());
		}
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
stream_write(void *object, const struct iovec *iov, int count)
{
	struct sw_stream *stream = object;
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

enum sw_result
sw_stream_new(int fd, const struct sw_stream_options *options,
    struct fstrm_rdwr **rdwr, struct sw_stream **stream)
{
	int flags = fcntl(fd, F_GETFL);

	*rdwr = NULL;
	*stream = NULL;
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		close(fd);
		return SW_ERR_SYSTEM;
	}
	*stream = calloc(1, sizeof(**stream));
	if (*stream == NULL) {
		close(fd);
		return SW_ERR_MEMORY;
	}
	(*stream)->fd = fd;
	(*stream)->options = *options;
	if (options->total_ms != 0)
		(*stream)->end_ms = now_ms() + options->total_ms;
	*rdwr = fstrm_rdwr_init(*stream);
	if (*rdwr == NULL) {
		stream_destroy(*stream);
		*stream = NULL;
		return SW_ERR_MEMORY;
	}
	fstrm_rdwr_set_open(*rdwr, stream_open);
	fstrm_rdwr_set_close(*rdwr, stream_close);
	fstrm_rdwr_set_destroy(*rdwr, stream_destroy);
	fstrm_rdwr_set_read(*rdwr, stream_read);
	fstrm_rdwr_set_write(*rdwr, stream_write);
	return SW_OK;
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
