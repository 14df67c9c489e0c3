/*
 * Frame Streams over a socket with a deadline on every operation.
 *
 * libfstrm's own unix writer resends from the start after a short write and
 * has no time-out; these are fstrm_rdwr operations that loop over partial
 * reads and writes, survive EINTR, and give up at a deadline.
 */
#ifndef SENDERWATCH_STREAM_H
#define SENDERWATCH_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fstrm.h>

#include "senderwatch/result.h"

struct sw_stream;

struct sw_stream_options {
	unsigned operation_ms;	/* limit of one read or write of a frame part */
	unsigned handshake_ms;	/* limit of a TLS handshake; 0: operation_ms */
	unsigned total_ms;	/* limit of the stream's whole life; 0: none */
	/*
	 * libfstrm asserts that it gets memory: see to it that there is some
	 * whenever it goes on, or fail with SW_ERR_MEMORY.
	 */
	bool reserve;
	/* Ask between waits whether to give up, at least every 100 ms; or NULL. */
	bool (*cancelled)(void *argument);
	void *cancelled_argument;
	/* Called when the stream is open, before anything is read or written:
	 * may it go on? NULL: yes. */
	bool (*opened)(void *argument);
	void *opened_argument;
};

/*
 * Take over a connected socket (set to non-blocking here) and make an
 * fstrm_rdwr of it for fstrm_writer_init() or fstrm_reader_init(), which own
 * it from then on and close the socket. *stream stays valid until the
 * fstrm_rdwr is destroyed. On failure the socket is closed.
 */
enum sw_result sw_stream_new(int fd, const struct sw_stream_options *options,
    struct fstrm_rdwr **rdwr, struct sw_stream **stream);

/*
 * Is there memory for what libfstrm allocates in its next call? To be asked
 * just before it is called, where it must not end the program. The sizes are
 * ample for a writer, and for a reader of frames of up to SW_FRAME_MAX.
 */
#define SW_WRITER_MEMORY ((size_t)16 * 1024)
#define SW_READER_MEMORY ((size_t)4 * 1024 * 1024)
bool sw_stream_has_memory(size_t size);

/*
 * Let every further operation fail. To be called before an fstrm_reader is
 * destroyed whose data could not be kept: destroying it would otherwise send
 * FINISH, which is the acknowledgement.
 */
void sw_stream_abort(struct sw_stream *stream);

/* Why the last operation failed; SW_OK if none did. */
enum sw_result sw_stream_error(const struct sw_stream *stream);

/*
 * Send a frame (of SW_CONTENT_TYPE) as a stream of its own; SW_OK once the
 * peer has acknowledged it with FINISH. Takes over rdwr and closes the stream
 * in any case.
 */
enum sw_result sw_stream_deliver(struct fstrm_rdwr **rdwr,
    struct sw_stream *stream, const uint8_t *frame, size_t length);

/*
 * A reader of a file of such frames, not opened yet; NULL without memory. It
 * asks for as much as any reader: see sw_stream_has_memory().
 */
struct fstrm_reader *sw_stream_file_reader(const char *path);

/* Connect to a unix socket, waiting at most ms. *fd is the result. */
enum sw_result sw_unix_connect(const char *path, unsigned ms, int *fd);

/*
 * Listen on a unix socket with the given mode. A socket that nobody answers
 * on is replaced; one that is in use, or a file of another kind, is not.
 */
enum sw_result sw_unix_listen(const char *path, unsigned mode, int *fd);

#endif
