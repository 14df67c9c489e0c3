/* A collector for tests. */
#include "tests/module/collector.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "senderwatch/codec.h"
#include "senderwatch/stream.h"

#define SCRIPT_MAX 16

struct collector {
	int listener;
	pthread_t thread;
	atomic_bool stopping;
	atomic_uint connections;
	pthread_mutex_t lock;		/* of the script */
	enum deed script[SCRIPT_MAX];
	size_t script_count, script_next;
	struct seen_frame *frames;
	size_t frame_count;
};

static bool
is_stopping(void *argument)
{
	return atomic_load(&((struct collector *)argument)->stopping);
}

static enum deed
next_deed(struct collector *collector)
{
	enum deed deed;

	pthread_mutex_lock(&collector->lock);
	deed = collector->script[collector->script_next];
	if (collector->script_next + 1 < collector->script_count)
		collector->script_next++;
	pthread_mutex_unlock(&collector->lock);
	return deed;
}

static void
keep(struct collector *collector, const uint8_t *bytes, size_t length)
{
	struct seen_frame *frame;

	collector->frames = reallocarray(collector->frames,
	    collector->frame_count + 1, sizeof(*frame));
	frame = &collector->frames[collector->frame_count++];
	frame->bytes = malloc(length);
	memcpy(frame->bytes, bytes, length);
	frame->length = length;
	frame->finished = false;
}

static void
say_garbage(int fd)
{
	char garbage[700];

	memset(garbage, 0x5a, sizeof(garbage));
	send(fd, garbage, sizeof(garbage), MSG_NOSIGNAL);
}

/* Until the peer closes, or the test ends. */
static void
wait_for_peer(struct collector *collector, int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char bytes[4096];

	while (!is_stopping(collector)) {
		if (poll(&pollfd, 1, 20) > 0 &&
		    recv(fd, bytes, sizeof(bytes), 0) <= 0)
			return;
	}
}

/* Read a stream to its STOP; how many frames, or -1 where it ended early. */
static int
read_stream(struct collector *collector, struct fstrm_reader *reader)
{
	int count = 0;

	for (;;) {
		const uint8_t *bytes = NULL;
		size_t length = 0;
		fstrm_res result = fstrm_reader_read(reader, &bytes, &length);

		if (result == fstrm_res_stop)
			return count;
		if (result != fstrm_res_success || bytes == NULL)
			return -1;
		keep(collector, bytes, length);
		count++;
	}
}

static void
take_stream(struct collector *collector, int fd, enum deed deed)
{
	const struct sw_stream_options stream_options = {
		.operation_ms = 30000, .cancelled = is_stopping,
		.cancelled_argument = collector
	};
	struct fstrm_reader_options *options = fstrm_reader_options_init();
	struct fstrm_reader *reader;
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;
	int copy = dup(fd), count;

	sw_stream_new(fd, &stream_options, &rdwr, &stream);
	fstrm_reader_options_add_content_type(options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	fstrm_reader_options_set_max_frame_size(options, SW_FRAME_MAX);
	reader = fstrm_reader_init(options, &rdwr);
	count = read_stream(collector, reader);
	if (count >= 0 && deed == DEED_TAKE &&
	    fstrm_reader_close(reader) == fstrm_res_success) {
		while (count-- > 0)
			collector->frames[collector->frame_count - 1 -
			    (size_t)count].finished = true;
	} else if (count >= 0 && deed == DEED_GARBAGE_FINISH) {
		say_garbage(copy);
	} else if (count >= 0 && deed == DEED_HANG_FINISH) {
		wait_for_peer(collector, copy);
	}
	sw_stream_abort(stream);
	fstrm_reader_destroy(&reader);
	fstrm_reader_options_destroy(&options);
	close(copy);
}

static void
serve(struct collector *collector, int fd)
{
	enum deed deed = next_deed(collector);

	switch (deed) {
	case DEED_CLOSE:
		close(fd);
		break;
	case DEED_GARBAGE:
		say_garbage(fd);
		wait_for_peer(collector, fd);
		close(fd);
		break;
	case DEED_HANG:
		wait_for_peer(collector, fd);
		close(fd);
		break;
	default:
		take_stream(collector, fd, deed);
		break;
	}
}

static void *
run(void *argument)
{
	struct collector *collector = argument;
	struct pollfd pollfd = { .fd = collector->listener, .events = POLLIN };

	while (!is_stopping(collector)) {
		int fd = -1;

		if (poll(&pollfd, 1, 20) > 0)
			fd = accept(collector->listener, NULL, NULL);
		if (fd < 0)
			continue;
		atomic_fetch_add(&collector->connections, 1);
		serve(collector, fd);
	}
	return NULL;
}

void
collector_direct(struct collector *collector, const enum deed *script,
    size_t count)
{
	pthread_mutex_lock(&collector->lock);
	memcpy(collector->script, script, count * sizeof(*script));
	collector->script_count = count;
	collector->script_next = 0;
	pthread_mutex_unlock(&collector->lock);
}

struct collector *
collector_start(const char *path, const enum deed *script, size_t count)
{
	struct collector *collector = calloc(1, sizeof(*collector));

	pthread_mutex_init(&collector->lock, NULL);
	collector_direct(collector, script, count);
	if (sw_unix_listen(path, 0600, &collector->listener) != SW_OK ||
	    pthread_create(&collector->thread, NULL, run, collector) != 0) {
		free(collector);
		return NULL;
	}
	return collector;
}

unsigned
collector_connections(struct collector *collector)
{
	return atomic_load(&collector->connections);
}

void
collector_stop(struct collector *collector)
{
	atomic_store(&collector->stopping, true);
	pthread_join(collector->thread, NULL);
	close(collector->listener);
}

size_t
collector_frames(const struct collector *collector,
    const struct seen_frame **frames)
{
	*frames = collector->frames;
	return collector->frame_count;
}

void
collector_free(struct collector **collector)
{
	struct collector *c = *collector;

	*collector = NULL;
	for (size_t i = 0; i < c->frame_count; i++)
		free(c->frames[i].bytes);
	free(c->frames);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
