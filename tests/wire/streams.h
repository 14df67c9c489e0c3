/* What the tests of streams share; after cmocka.h. */
#ifndef SENDERWATCH_TESTS_WIRE_STREAMS_H
#define SENDERWATCH_TESTS_WIRE_STREAMS_H

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "senderwatch/codec.h"
#include "senderwatch/stream.h"

#define PATIENCE_MS 20000	/* for what must end long before */

static inline uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static inline void
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

static inline struct fstrm_writer *
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

static inline struct fstrm_reader *
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

static inline void
ignore_signal(int number)
{
	(void)number;
}

/* Interrupt whatever waits, without SA_RESTART, each 300 microseconds. */
static inline void
bombard(bool on)
{
	struct sigaction action = { .sa_handler = ignore_signal };
	struct itimerval timer = { .it_interval.tv_usec = on ? 300 : 0,
	    .it_value.tv_usec = on ? 300 : 0 };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* All bytes that the peer gets until the stream is closed. */
static inline size_t
drain(int fd)
{
	uint8_t bytes[1000];
	size_t total = 0;
	ssize_t got;

	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		total += (size_t)got;
	return total;
}

#endif
