/*
 * Whole streams, through a socket, as a session of the collector reads them:
 * FINISH, the acknowledgement, leaves only after a STOP that came in order, and
 * never once the stream is aborted.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstrm.h>

#include "fuzz.h"
#include "senderwatch/codec.h"
#include "senderwatch/stream.h"

#define FRAMES_MAX 16
#define INPUT_MAX 65536	/* what a socket holds for sure */

static const uint8_t finish[] = { 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 5 };

static struct fstrm_reader *
make_reader(int fd, struct sw_stream **stream)
{
	const struct sw_stream_options options = { .operation_ms = 1000,
		.total_ms = 2000 };
	struct fstrm_reader_options *reader_options;
	struct fstrm_reader *reader;
	struct fstrm_rdwr *rdwr;

	HOLDS(sw_stream_new(fd, &options, &rdwr, stream) == SW_OK);
	reader_options = fstrm_reader_options_init();
	fstrm_reader_options_add_content_type(reader_options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	fstrm_reader_options_set_max_frame_size(reader_options, SW_FRAME_MAX);
	reader = fstrm_reader_init(reader_options, &rdwr);
	fstrm_reader_options_destroy(&reader_options);
	HOLDS(reader != NULL);
	return reader;
}

/* Up to STOP; false for anything else. */
static bool
read_frames(struct fstrm_reader *reader, const struct sw_stream *stream)
{
	for (unsigned count = 0; count <= FRAMES_MAX; count++) {
		struct sw_decoded_batch *decoded;
		const uint8_t *data = NULL;
		const char *reason;
		size_t length = 0;
		fstrm_res res = fstrm_reader_read(reader, &data, &length);

		if (res == fstrm_res_stop && sw_stream_error(stream) == SW_OK)
			return true;
		if (res != fstrm_res_success || data == NULL)
			return false;
		HOLDS(length <= SW_FRAME_MAX);
		if (sw_frame_decode(data, length, &decoded, &reason) != SW_OK)
			return false;
		sw_decoded_batch_free(&decoded);
	}
	return false;
}

/* Does what was answered end in FINISH? */
static bool
is_finished(int fd)
{
	uint8_t answer[4096];
	size_t length = 0;
	ssize_t got;

	while (length < sizeof(answer) && (got = recv(fd, answer + length,
	    sizeof(answer) - length, MSG_DONTWAIT)) > 0)
		length += (size_t)got;
	return length >= sizeof(finish) && memcmp(answer + length -
	    sizeof(finish), finish, sizeof(finish)) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fstrm_reader *reader;
	struct sw_stream *stream;
	bool good;
	int fds[2];

	if (size > INPUT_MAX)
		return 0;
	HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	HOLDS(send(fds[1], data, size, MSG_NOSIGNAL) == (ssize_t)size);
	shutdown(fds[1], SHUT_WR);
	reader = make_reader(fds[0], &stream);
	good = read_frames(reader, stream);
	HOLDS(!is_finished(fds[1]));
	if (good)
		good = fstrm_reader_close(reader) == fstrm_res_success;
	sw_stream_abort(stream);
	fstrm_reader_destroy(&reader);
	HOLDS(is_finished(fds[1]) == good);
	close(fds[1]);
	return 0;
}
