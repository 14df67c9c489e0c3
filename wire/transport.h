/*
 * What a stream's bytes travel over: a plain socket or TLS. Internal to wire/.
 *
 * Operations never wait. They return the number of bytes, 0 at the end of the
 * peer's data, or -1: then *events is what to wait for (POLLIN, POLLOUT), or 0
 * after an error, which *error tells.
 */
#ifndef SENDERWATCH_WIRE_TRANSPORT_H
#define SENDERWATCH_WIRE_TRANSPORT_H

#include <sys/types.h>
#include <sys/uio.h>

#include "senderwatch/result.h"
#include "senderwatch/stream.h"

struct sw_transport {
	/* Returns 1 when done; NULL where there is none. */
	ssize_t (*handshake)(void *state, short *events, enum sw_result *error);
	ssize_t (*receive)(void *state, void *data, size_t size, short *events,
	    enum sw_result *error);
	ssize_t (*send)(void *state, const struct iovec *iov, int count,
	    short *events, enum sw_result *error);
	/* Say good-bye, if need be; the socket is closed afterwards. */
	void (*end)(void *state);
	void (*free)(void *state);
};

/* As sw_stream_new(); state is freed with the stream, also on failure. */
enum sw_result sw_stream_over(int fd, const struct sw_transport *transport,
    void *state, const struct sw_stream_options *options,
    struct fstrm_rdwr **rdwr, struct sw_stream **stream);

/* The transport's own state, for those that know which transport it is. */
void *sw_stream_state(const struct sw_stream *stream,
    const struct sw_transport *transport);

#endif
