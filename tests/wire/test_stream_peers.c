/*
 * Frame Streams with peers that hang, leave, drip or talk nonsense: whatever
 * they do, it is over in time, and is told for what it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/random.h"
#include "tests/wire/streams.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
