/*
 * Frame Streams over sockets that do their worst: bytes one at a time, small
 * buffers, signals, peers that hang, leave or drip.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "senderwatch/codec.h"
#include "senderwatch/stream.h"
#include "tests/random.h"

#define PATIENCE_MS 20000	/* for what must end long before */

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
make_pair(int fds[2], int buffer)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	for (unsigned i = 0; buffer != 0 && i < 2; i++) {
		setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &buffer,
		    sizeof(buffer));
		setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &buffer,
		    sizeof(buffer));
	}
}

static struct fstrm_writer *
make_writer(int fd, const struct sw_stream_options *options,
    struct sw_stream **stream)
{
	struct fstrm_writer_options *writer_options;
	struct fstrm_writer *writer;
	struct fstrm_rdwr *rdwr;

	if (sw_stream_new(fd, options, &rdwr, stream) != SW_OK)
		return NULL;
	writer_options = fstrm_writer_options_init();
	fstrm_writer_options_add_content_type(writer_options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	writer = fstrm_writer_init(writer_options, &rdwr);
	fstrm_writer_options_destroy(&writer_options);
	return writer;
}

static struct fstrm_reader *
make_reader(int fd, const struct sw_stream_options *options,
    struct sw_stream **stream)
{
	struct fstrm_reader_options *reader_options;
	struct fstrm_reader *reader;
	struct fstrm_rdwr *rdwr;

	if (sw_stream_new(fd, options, &rdwr, stream) != SW_OK)
		return NULL;
	reader_options = fstrm_reader_options_init();
	fstrm_reader_options_add_content_type(reader_options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	fstrm_reader_options_set_max_frame_size(reader_options, SW_FRAME_MAX);
	reader = fstrm_reader_init(reader_options, &rdwr);
	fstrm_reader_options_destroy(&reader_options);
	return reader;
}

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

static void
ignore_signal(int number)
{
	(void)number;
}

/* Interrupt whatever waits, without SA_RESTART, each 300 microseconds. */
static void
bombard(bool on)
{
	struct sigaction action = { .sa_handler = ignore_signal };
	struct itimerval timer = { .it_interval.tv_usec = on ? 300 : 0,
	    .it_value.tv_usec = on ? 300 : 0 };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
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

/* A read that must fail, and why; the stream ends. */
static void
expect_open_fails(int fd, const struct sw_stream_options *options,
    enum sw_result expected)
{
	struct sw_stream *stream;
	struct fstrm_writer *writer = make_writer(fd, options, &stream);
	uint64_t begin = now_ms();

	assert_non_null(writer);
	assert_int_not_equal(fstrm_writer_open(writer), fstrm_res_success);
	assert_int_equal(sw_stream_error(stream), expected);
	assert_in_range(now_ms() - begin, 0, PATIENCE_MS / 2);
	fstrm_writer_destroy(&writer);
}

static void
peer_that_never_writes(void **state)
{
	struct sw_stream_options options = { .operation_ms = 100 };
	uint64_t begin = now_ms();
	int fds[2];

	(void)state;
	make_pair(fds, 0);
	expect_open_fails(fds[0], &options, SW_ERR_TIMEOUT);
	assert_in_range(now_ms() - begin, 99, PATIENCE_MS);
	close(fds[1]);
	/* The same under signals, which must not extend the wait. */
	bombard(true);
	make_pair(fds, 0);
	expect_open_fails(fds[0], &options, SW_ERR_TIMEOUT);
	close(fds[1]);
	bombard(false);
}

/* ACCEPT with the content type, as a peer may write it blindly. */
static const char accept_frame[] =
    "\0\0\0\0\0\0\0\x26\0\0\0\1\0\0\0\1\0\0\0\x1a" SW_CONTENT_TYPE;
#define ACCEPT_SIZE (20 + 26)

static void
send_accept(int fd)
{
	assert_int_equal(strlen(SW_CONTENT_TYPE), 26);
	assert_int_equal(send(fd, accept_frame, ACCEPT_SIZE, 0), ACCEPT_SIZE);
}

static void
peer_that_never_reads(void **state)
{
	const struct sw_stream_options options = { .operation_ms = 100 };
	struct sw_stream *stream;
	struct fstrm_writer *writer;
	uint8_t *frame = calloc(1, SW_FRAME_MAX);
	uint64_t begin;
	int fds[2];

	(void)state;
	make_pair(fds, 2048);
	send_accept(fds[1]);
	writer = make_writer(fds[0], &options, &stream);
	assert_int_equal(fstrm_writer_open(writer), fstrm_res_success);
	begin = now_ms();
	assert_int_equal(fstrm_writer_write(writer, frame, SW_FRAME_MAX),
	    fstrm_res_failure);
	assert_int_equal(sw_stream_error(stream), SW_ERR_TIMEOUT);
	assert_in_range(now_ms() - begin, 99, PATIENCE_MS / 2);
	/* After an abort nothing waits any more. */
	sw_stream_abort(stream);
	begin = now_ms();
	assert_int_not_equal(fstrm_writer_close(writer), fstrm_res_success);
	fstrm_writer_destroy(&writer);
	assert_in_range(now_ms() - begin, 0, PATIENCE_MS / 2);
	close(fds[1]);
	free(frame);
}

/* A thread that sends one byte of an endless control frame each 5 ms. */
static void *
drip(void *argument)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	int fd = *(int *)argument;

	for (size_t i = 0; i < PATIENCE_MS / 5; i++) {
		char byte = i == 6 ? 1 : '\0';	/* a length of 256 */

		if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
			break;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return NULL;
}

static void
peer_that_drips(void **state)
{
	struct sw_stream_options options = { .operation_ms = PATIENCE_MS,
	    .total_ms = 200 };
	pthread_t dripper;
	int fds[2];

	(void)state;
	make_pair(fds, 0);
	pthread_create(&dripper, NULL, drip, &fds[1]);
	expect_open_fails(fds[0], &options, SW_ERR_TIMEOUT);
	pthread_join(dripper, NULL);
	/* One operation has its own limit, however many bytes come. */
	options = (struct sw_stream_options){ .operation_ms = 200 };
	make_pair(fds, 0);
	pthread_create(&dripper, NULL, drip, &fds[1]);
	expect_open_fails(fds[0], &options, SW_ERR_TIMEOUT);
	pthread_join(dripper, NULL);
}

static void
peer_that_leaves(void **state)
{
	const struct sw_stream_options options = { .operation_ms =
	    PATIENCE_MS };
	int fds[2];

	(void)state;
	/* at once */
	make_pair(fds, 0);
	close(fds[1]);
	expect_open_fails(fds[0], &options, SW_ERR_CLOSED);
	/* in the middle of ACCEPT, one byte later each time */
	for (size_t i = 0; i < ACCEPT_SIZE; i++) {
		make_pair(fds, 0);
		send(fds[1], accept_frame, i, 0);
		shutdown(fds[1], SHUT_WR);
		expect_open_fails(fds[0], &options, SW_ERR_CLOSED);
		close(fds[1]);
	}
}

/* The peer takes part of a frame and goes, with and without reading all. */
static void
peer_that_leaves_later(void **state)
{
	const struct sw_stream_options options = { .operation_ms =
	    PATIENCE_MS };
	uint8_t bytes[1000] = { 0 };

	(void)state;
	for (unsigned unread = 0; unread < 2; unread++) {
		struct sw_stream *stream;
		struct fstrm_writer *writer;
		int fds[2];

		make_pair(fds, 0);
		send_accept(fds[1]);
		writer = make_writer(fds[0], &options, &stream);
		assert_int_equal(fstrm_writer_open(writer), fstrm_res_success);
		assert_int_equal(fstrm_writer_write(writer, bytes,
		    sizeof(bytes)), fstrm_res_success);
		while (unread == 0 && recv(fds[1], bytes, sizeof(bytes),
		    MSG_DONTWAIT) > 0)
			continue;
		close(fds[1]);
		assert_int_not_equal(fstrm_writer_close(writer),
		    fstrm_res_success);
		assert_int_equal(sw_stream_error(stream), SW_ERR_CLOSED);
		fstrm_writer_destroy(&writer);
	}
}

/* A thread that goes once it was sent STOP, and has read nothing of it all. */
static void *
reset(void *argument)
{
	const int expected = 2 * ACCEPT_SIZE + 4 + 1000 + 12;
	const struct timespec pause = { .tv_nsec = 1000000 };
	int fd = *(int *)argument, waiting = 0;

	while (ioctl(fd, FIONREAD, &waiting) == 0 && waiting < expected)
		nanosleep(&pause, NULL);
	close(fd);
	return NULL;
}

static void
peer_that_resets(void **state)
{
	const struct sw_stream_options options = { .operation_ms =
	    PATIENCE_MS };
	uint8_t bytes[1000] = { 0 };
	struct sw_stream *stream;
	struct fstrm_writer *writer;
	pthread_t resetter;
	int fds[2];

	(void)state;
	make_pair(fds, 0);
	send_accept(fds[1]);
	writer = make_writer(fds[0], &options, &stream);
	assert_int_equal(fstrm_writer_open(writer), fstrm_res_success);
	assert_int_equal(fstrm_writer_write(writer, bytes, sizeof(bytes)),
	    fstrm_res_success);
	pthread_create(&resetter, NULL, reset, &fds[1]);
	assert_int_not_equal(fstrm_writer_close(writer), fstrm_res_success);
	assert_int_equal(sw_stream_error(stream), SW_ERR_CLOSED);
	fstrm_writer_destroy(&writer);
	pthread_join(resetter, NULL);
}

/* Garbage in place of ACCEPT or FINISH is a failure, not an error of I/O. */
static void
peer_that_talks_otherwise(void **state)
{
	const struct sw_stream_options options = { .operation_ms =
	    PATIENCE_MS };
	uint64_t seed = 13;
	int fds[2];

	(void)state;
	for (unsigned n = 0; n < 200; n++) {
		uint8_t bytes[600];
		struct sw_stream *stream;
		struct fstrm_writer *writer;

		make_pair(fds, 0);
		random_bytes(&seed, bytes, sizeof(bytes));
		memset(bytes, 0, n % 3 * 4);	/* some that begin well */
		if (n % 2 == 1)
			send_accept(fds[1]);
		send(fds[1], bytes, sizeof(bytes), 0);
		shutdown(fds[1], SHUT_WR);
		writer = make_writer(fds[0], &options, &stream);
		if (fstrm_writer_open(writer) == fstrm_res_success)
			assert_int_equal(n % 2, 1);
		assert_int_not_equal(fstrm_writer_close(writer),
		    fstrm_res_success);
		sw_stream_abort(stream);
		fstrm_writer_destroy(&writer);
		close(fds[1]);
	}
}

static bool
is_cancelled(void *argument)
{
	unsigned *asked = argument;

	return ++*asked > 2;
}

static void
cancelling(void **state)
{
	unsigned asked = 0;
	const struct sw_stream_options options = {
		.operation_ms = 100 * PATIENCE_MS,
		.cancelled = is_cancelled, .cancelled_argument = &asked
	};
	int fds[2];

	(void)state;
	make_pair(fds, 0);
	expect_open_fails(fds[0], &options, SW_ERR_TIMEOUT);
	assert_in_range(asked, 3, 4);
	close(fds[1]);
}

/* All bytes that the peer gets until the stream is closed. */
static size_t
drain(int fd)
{
	uint8_t bytes[1000];
	size_t total = 0;
	ssize_t got;

	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		total += (size_t)got;
	return total;
}

/* READY, START, and what else a writer may say. */
static void
speak_as_writer(int fd, const char *rest, size_t length)
{
	static const char start[] = "\0\0\0\0\0\0\0\x26\0\0\0\2\0\0\0\1\0\0\0\x1a"
	    SW_CONTENT_TYPE;
	char ready[ACCEPT_SIZE];

	memcpy(ready, start, sizeof(ready));
	ready[11] = 4;
	assert_int_equal(send(fd, ready, ACCEPT_SIZE, 0), ACCEPT_SIZE);
	assert_int_equal(send(fd, start, ACCEPT_SIZE, 0), ACCEPT_SIZE);
	assert_int_equal(send(fd, rest, length, 0), length);
}

static void
no_finish_after_an_abort(void **state)
{
	const struct sw_stream_options options = { .operation_ms =
	    PATIENCE_MS };

	(void)state;
	/* Closed as it should be; destroyed after an abort; closed after it. */
	for (unsigned n = 0; n < 3; n++) {
		struct sw_stream *stream;
		struct fstrm_reader *reader;
		const uint8_t *data = NULL;
		size_t length = 0;
		int fds[2];

		make_pair(fds, 0);
		/* One frame, and STOP. */
		speak_as_writer(fds[1],
		    "\0\0\0\3abc\0\0\0\0\0\0\0\4\0\0\0\3", 19);
		reader = make_reader(fds[0], &options, &stream);
		assert_int_equal(fstrm_reader_read(reader, &data, &length),
		    fstrm_res_success);
		assert_int_equal(length, 3);
		assert_memory_equal(data, "abc", 3);
		assert_int_equal(fstrm_reader_read(reader, &data, &length),
		    fstrm_res_stop);
		if (n > 0)
			sw_stream_abort(stream);
		if (n != 1)
			assert_int_equal(fstrm_reader_close(reader), n == 0 ?
			    fstrm_res_success : fstrm_res_failure);
		fstrm_reader_destroy(&reader);
		/* ACCEPT, and FINISH (12 bytes) only the first time. */
		assert_int_equal(drain(fds[1]),
		    ACCEPT_SIZE + (n == 0 ? 12 : 0));
		close(fds[1]);
	}
}

/*
 * A trap of libfstrm's that readers must know: a frame over the limit is a
 * success without data.
 */
static void
frame_over_the_limit(void **state)
{
	const struct sw_stream_options options = { .operation_ms =
	    PATIENCE_MS };
	const uint8_t *data = NULL;
	size_t length = 0;
	struct sw_stream *stream;
	struct fstrm_reader *reader;
	int fds[2];

	(void)state;
	make_pair(fds, 0);
	speak_as_writer(fds[1], "\0\x10\0\1abc", 7);
	reader = make_reader(fds[0], &options, &stream);
	fstrm_reader_read(reader, &data, &length);
	assert_null(data);
	assert_int_equal(length, 0);
	assert_int_not_equal(fstrm_reader_read(reader, &data, &length),
	    fstrm_res_success);
	sw_stream_abort(stream);
	fstrm_reader_destroy(&reader);
	close(fds[1]);
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
		cmocka_unit_test(peer_that_never_writes),
		cmocka_unit_test(peer_that_never_reads),
		cmocka_unit_test(peer_that_drips),
		cmocka_unit_test(peer_that_leaves),
		cmocka_unit_test(peer_that_leaves_later),
		cmocka_unit_test(peer_that_resets),
		cmocka_unit_test(peer_that_talks_otherwise),
		cmocka_unit_test(cancelling),
		cmocka_unit_test(no_finish_after_an_abort),
		cmocka_unit_test(frame_over_the_limit),
		cmocka_unit_test(sockets_are_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
