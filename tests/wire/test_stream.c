/*
 * Frame Streams over sockets that do their worst: bytes one at a time, small
 * buffers, signals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/random.h"
#include "tests/wire/streams.h"

/* Frames of a seed: sizes and bytes. */
static size_t
frame_bytes(uint64_t *seed, uint8_t *bytes, size_t maximum)
{
	size_t length = 1 + random_below(seed, (uint32_t)maximum);

	random_bytes(seed, bytes, length);
	return length;
}

/* A thread that reads all frames and compares them with those of the seed. */
struct reading {
	int fd;
	uint64_t seed;
	size_t maximum;
	unsigned frames;	/* that came, unharmed */
	bool closed;		/* to the end, with FINISH */
};

static void *
read_frames(void *argument)
{
	const struct sw_stream_options options = { .operation_ms =
	    PATIENCE_MS };
	struct reading *reading = argument;
	struct sw_stream *stream;
	struct fstrm_reader *reader = make_reader(reading->fd, &options,
	    &stream);
	uint8_t *expected = malloc(reading->maximum);
	fstrm_res result = fstrm_res_failure;

	while (reader != NULL) {
		const uint8_t *data = NULL;
		size_t length = 0;

		result = fstrm_reader_read(reader, &data, &length);
		if (result != fstrm_res_success || data == NULL ||
		    frame_bytes(&reading->seed, expected, reading->maximum) !=
		    length || memcmp(data, expected, length) != 0)
			break;
		reading->frames++;
	}
	reading->closed = result == fstrm_res_stop &&
	    fstrm_reader_close(reader) == fstrm_res_success;
	fstrm_reader_destroy(&reader);
	free(expected);
	return NULL;
}

/* Carry bytes between two sockets in small pieces until one side ends. */
struct relay {
	int fds[2];
	size_t piece;
};

static void *
carry(void *argument)
{
	struct relay *relay = argument;
	struct pollfd pollfds[2] = {
		{ .fd = relay->fds[0], .events = POLLIN },
		{ .fd = relay->fds[1], .events = POLLIN }
	};
	bool open = true;

	while (open) {
		if (poll(pollfds, 2, PATIENCE_MS) <= 0 && errno != EINTR)
			break;
		for (unsigned i = 0; i < 2; i++) {
			uint8_t bytes[1000];
			ssize_t got = recv(relay->fds[i], bytes, relay->piece,
			    MSG_DONTWAIT);

			if (got == 0)
				open = false;
			for (ssize_t sent = 0, n; sent < got; sent += n) {
				n = send(relay->fds[!i], bytes + sent,
				    (size_t)(got - sent), MSG_NOSIGNAL);
				if (n < 0 && errno != EINTR) {
					open = false;
					break;
				}
				n = n < 0 ? 0 : n;
			}
		}
	}
	close(relay->fds[0]);
	close(relay->fds[1]);
	return NULL;
}

/* Send frames of a seed through a relay of small pieces, to the end. */
static void
send_all(unsigned frames, size_t maximum, size_t piece, int buffer,
    unsigned at_once)
{
	const struct sw_stream_options options = { .operation_ms =
	    PATIENCE_MS };
	int left[2], right[2];
	struct reading reading = { .seed = 12, .maximum = maximum };
	struct relay relay = { .piece = piece };
	uint64_t seed = 12;
	pthread_t reader, carrier;
	struct sw_stream *stream;
	struct fstrm_writer *writer;
	struct iovec *iov = calloc(at_once, sizeof(*iov));

	make_pair(left, buffer);
	make_pair(right, buffer);
	relay.fds[0] = left[1];
	relay.fds[1] = right[0];
	reading.fd = right[1];
	pthread_create(&reader, NULL, read_frames, &reading);
	pthread_create(&carrier, NULL, carry, &relay);
	writer = make_writer(left[0], &options, &stream);
	assert_non_null(writer);
	assert_int_equal(fstrm_writer_open(writer), fstrm_res_success);
	for (unsigned n = 0; n < frames; n += at_once) {
		for (unsigned i = 0; i < at_once; i++) {
			iov[i].iov_base = malloc(maximum);
			iov[i].iov_len = frame_bytes(&seed, iov[i].iov_base,
			    maximum);
		}
		assert_int_equal(fstrm_writer_writev(writer, iov,
		    (int)at_once), fstrm_res_success);
		for (unsigned i = 0; i < at_once; i++)
			free(iov[i].iov_base);
	}
	assert_int_equal(fstrm_writer_close(writer), fstrm_res_success);
	assert_int_equal(sw_stream_error(stream), SW_OK);
	fstrm_writer_destroy(&writer);
	pthread_join(reader, NULL);
	pthread_join(carrier, NULL);
	assert_int_equal(reading.frames, frames);
	assert_true(reading.closed);
	free(iov);
}

static void
byte_by_byte(void **state)
{
	(void)state;
	send_all(20, 300, 1, 2048, 1);
}

static void
large_frames(void **state)
{
	(void)state;
	send_all(4, SW_FRAME_MAX, 1000, 4096, 1);
	send_all(4, SW_FRAME_MAX, 1000, 0, 2);
}

/* More parts than one system call takes here, of which some are tiny. */
static void
many_parts(void **state)
{
	(void)state;
	send_all(3 * 128, 500, 64, 2048, 128);
	send_all(4 * 100, 3, 7, 2048, 100);
}

static void
signals(void **state)
{
	(void)state;
	bombard(true);
	send_all(40, 5000, 3, 2048, 8);
	bombard(false);
}

static unsigned
open_files(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static void
sockets_are_closed(void **state)
{
	const struct sw_stream_options options = { .operation_ms = 10 };
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;
	unsigned before = open_files();
	int fds[2];

	(void)state;
	make_pair(fds, 0);
	assert_int_equal(sw_stream_new(fds[0], &options, &rdwr, &stream),
	    SW_OK);
	fstrm_rdwr_destroy(&rdwr);
	assert_int_equal(drain(fds[1]), 0);
	close(fds[1]);
	assert_int_equal(sw_stream_new(-1, &options, &rdwr, &stream),
	    SW_ERR_SYSTEM);
	assert_null(rdwr);
	assert_null(stream);
	assert_int_equal(open_files(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(byte_by_byte),
		cmocka_unit_test(large_frames),
		cmocka_unit_test(many_parts),
		cmocka_unit_test(signals),
		cmocka_unit_test(sockets_are_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
