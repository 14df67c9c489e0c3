/*
 * The sender against collectors that refuse, hang, close, talk nonsense or
 * come late: nothing is lost, and what is sent again keeps its number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "senderwatch/codec.h"
#include "tests/module/sending.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static atomic_uint warnings, notes;

static void
log_line(enum sw_log_level level, const char *format, ...)
{
	(void)format;
	atomic_fetch_add(level == SW_LOG_INFO ? &notes : &warnings, 1);
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/sw-test-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(socket_path, sizeof(socket_path), "%s/socket", folder);
	snprintf(spool_path, sizeof(spool_path), "%s/spool", folder);
	options = (struct sw_options){
		.socket = socket_path, .resolver = folder, .plain_names = true,
		.capacity = 1024 * 1024, .flush_interval_ms = 10,
		.flush_deadline_ms = PATIENCE_MS, .timeout_ms = PATIENCE_MS,
		.spool_limit = 64 * 1024 * 1024,
	};
	atomic_store(&warnings, 0);
	atomic_store(&notes, 0);
	return sw_observer_new(&observer, &options, log_line) != SW_OK;
}

static int
tear_down(void **state)
{
	(void)state;
	sw_observer_free(&observer);
	unlink(socket_path);
	return rmdir(folder);
}

/* An answer with an SPF record, of a domain of its own for each number. */
static void
see(unsigned number)
{
	static const uint8_t rdata[] = "\0\14\13v=spf1 -all";
	static const uint8_t *const rdatas[] = { rdata };
	static const size_t lengths[] = { sizeof(rdata) - 1 };
	uint8_t name[20];
	struct sw_lookup lookup = {
		.name = name, .name_length = 13, .type = SW_TYPE_TXT,
		.answer.records = { 1, rdatas, lengths },
	};

	snprintf((char *)name, sizeof(name), "%cd%07u%cjp", 8, number, 2);
	sw_observer_see(observer, &lookup, 20000 * 86400);
}

static void
wait_until_sent(uint64_t count)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (counters().sent < count && now_ms() < end)
		rest();
	assert_int_equal(counters().sent, count);
}

/* What came, over all acknowledged frames, by domain number. */
struct tally {
	unsigned came[20000];
	unsigned others;
	size_t frames, finished;
	uint64_t highest;	/* sequence number */
};

/* A frame that came before, or has a new number that follows the last. */
static void
check_sequence(const struct seen_frame *frames, size_t index,
    const struct sw_batch *batch, struct tally *tally)
{
	struct sw_decoded_batch *other;
	const char *reason;

	if (batch->sequence == tally->highest + 1) {
		tally->highest++;
		return;
	}
	assert_in_range(index, 1, SIZE_MAX);
	assert_int_equal(sw_frame_decode(frames[index - 1].bytes,
	    frames[index - 1].length, &other, &reason), SW_OK);
	assert_int_equal(batch->sequence, tally->highest);
	assert_memory_equal(batch->instance,
	    sw_decoded_batch(other)->instance, SW_INSTANCE_SIZE);
	sw_decoded_batch_free(&other);
	/* Sent again only while it is not acknowledged, and byte by byte. */
	assert_false(frames[index - 1].finished);
	assert_int_equal(frames[index].length, frames[index - 1].length);
	assert_memory_equal(frames[index].bytes, frames[index - 1].bytes,
	    frames[index].length);
}

static void
tally_frame(const struct sw_batch *batch, struct tally *tally)
{
	for (size_t i = 0; i < batch->observation_count; i++) {
		const struct sw_observation *o = &batch->observations[i];
		unsigned number;

		if (o->name == NULL ||
		    sscanf(o->name, "d%7u.jp", &number) != 1 ||
		    number >= COUNT(tally->came)) {
			tally->others++;
			continue;
		}
		tally->came[number]++;
		assert_int_equal(o->day, 20000);
		assert_int_equal(o->mechanism, SW_MECHANISM_SPF);
		assert_string_equal(batch->groups[o->group].suffix, "jp");
	}
}

/* The frames of one sender, in their order. */
static struct tally *
count_frames(void)
{
	struct tally *tally = calloc(1, sizeof(*tally));
	const struct seen_frame *frames;

	tally->frames = collector_frames(collector, &frames);
	for (size_t i = 0; i < tally->frames; i++) {
		struct sw_decoded_batch *decoded;
		const struct sw_batch *batch;
		const char *reason;

		if (sw_frame_decode(frames[i].bytes, frames[i].length,
		    &decoded, &reason) != SW_OK)
			fail_msg("%s", reason);
		batch = sw_decoded_batch(decoded);
		check_sequence(frames, i, batch, tally);
		if (frames[i].finished) {
			tally->finished++;
			tally_frame(batch, tally);
		}
		sw_decoded_batch_free(&decoded);
	}
	return tally;
}

/* Domains 0 to count - 1 came once each. */
static void
expect_all(unsigned count)
{
	struct tally *tally;

	collector_stop(collector);
	tally = count_frames();
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(tally->came[i], 1);
	assert_int_equal(tally->came[count], 0);
	assert_int_equal(tally->others, 0);
	free(tally);
	collector_free(&collector);
	assert_int_equal(sw_table_pending(sw_observer_table(observer)), 0);
}

static void
delivers_all(void **state)
{
	static const enum deed script[] = { DEED_TAKE };

	(void)state;
	collector = collector_start(socket_path, script, 1);
	start();
	for (unsigned i = 0; i < 15000; i++)
		see(i);
	wait_until_sent(15000);
	stop();
	assert_int_equal(counters().seen, 15000);
	assert_int_equal(counters().observed, 15000);
	assert_int_equal(counters().dropped_stop, 0);
	assert_int_equal(atomic_load(&warnings), 0);
	expect_all(15000);
}

/* Each evil once and in a row; each new batch meets some. */
static void
survives_each_evil(void **state)
{
	static const enum deed script[] = {
		DEED_CLOSE, DEED_GARBAGE, DEED_NO_FINISH, DEED_GARBAGE_FINISH,
		DEED_TAKE, DEED_NO_FINISH, DEED_NO_FINISH, DEED_TAKE,
		DEED_CLOSE, DEED_GARBAGE_FINISH, DEED_TAKE
	};

	(void)state;
	collector = collector_start(socket_path, script, COUNT(script));
	start();
	for (unsigned i = 0; i < 900; i++) {
		see(i);
		if (i % 300 == 299)
			wait_until_sent(i + 1);
	}
	stop();
	assert_in_range(collector_connections(collector), COUNT(script),
	    COUNT(script) + 20);
	/* One warning and one all-clear for each time that it failed. */
	assert_int_equal(atomic_load(&warnings), 3);
	assert_int_equal(atomic_load(&notes), 3);
	expect_all(900);
}

static void
collector_that_hangs(void **state)
{
	static const enum deed script[] = { DEED_HANG, DEED_HANG_FINISH,
	    DEED_TAKE };

	(void)state;
	options.timeout_ms = 100;
	collector = collector_start(socket_path, script, COUNT(script));
	start();
	for (unsigned i = 0; i < 100; i++)
		see(i);
	wait_until_sent(100);
	stop();
	expect_all(100);
}

static void
collector_that_comes_late(void **state)
{
	static const enum deed script[] = { DEED_TAKE };

	(void)state;
	start();
	for (unsigned i = 0; i < 500; i++)
		see(i);
	while (atomic_load(&warnings) == 0)
		rest();
	assert_int_equal(counters().sent, 0);
	collector = collector_start(socket_path, script, 1);
	for (unsigned i = 500; i < 1000; i++)
		see(i);
	wait_until_sent(1000);
	stop();
	assert_int_equal(atomic_load(&warnings), 1);
	assert_int_equal(atomic_load(&notes), 1);
	expect_all(1000);
}

/* What comes before the stop is delivered at the stop. */
static void
stop_delivers(void **state)
{
	static const enum deed script[] = { DEED_TAKE };

	(void)state;
	options.flush_interval_ms = PATIENCE_MS;
	collector = collector_start(socket_path, script, 1);
	start();
	for (unsigned i = 0; i < 10000; i++)
		see(i);
	assert_int_equal(counters().sent, 0);
	stop();
	assert_int_equal(counters().sent, 10000);
	expect_all(10000);
}

/* The stop's deadline holds whatever the collector does. */
static void
stop_in_time(void **state)
{
	static const enum deed deeds[] = { DEED_HANG, DEED_HANG_FINISH,
	    DEED_CLOSE, DEED_GARBAGE, DEED_NO_FINISH };

	(void)state;
	options.flush_deadline_ms = 200;
	for (unsigned n = 0; n < COUNT(deeds); n++) {
		uint64_t begin, before = counters().dropped_stop;

		collector = collector_start(socket_path, &deeds[n], 1);
		start();
		see(n);
		wait_for_connections(1);
		begin = now_ms();
		stop();
		assert_in_range(now_ms() - begin, 190, PATIENCE_MS / 4);
		assert_int_equal(counters().sent, 0);
		/* They wait in the table, and are lost with it. */
		assert_int_equal(counters().dropped_stop - before, n + 1);
		collector_stop(collector);
		collector_free(&collector);
	}
	/* No deadline: not one more try. */
	options.flush_deadline_ms = 0;
	start();
	stop();
}

/* A TCP connection that is never made: nobody accepts, the queue is full. */
static void
stop_while_connecting(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fillers[4], fd = socket(AF_INET, SOCK_STREAM, 0);
	char tcp[40];
	uint64_t begin;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size),
	    0);
	for (unsigned i = 0; i < COUNT(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fillers[i], (struct sockaddr *)&address, size);
	}
	snprintf(tcp, sizeof(tcp), "127.0.0.1@%u", ntohs(address.sin_port));
	options.socket = NULL;
	options.tcp = tcp;
	options.flush_deadline_ms = 200;
	start();
	see(0);
	rest();
	begin = now_ms();
	stop();
	assert_in_range(now_ms() - begin, 0, PATIENCE_MS / 4);
	assert_int_equal(counters().dropped_stop, 1);
	for (unsigned i = 0; i < COUNT(fillers); i++)
		close(fillers[i]);
	close(fd);
}

/* Names so long that a batch does not fit into a frame. */
static void
large_batches_are_cut(void **state)
{
	static const enum deed script[] = { DEED_TAKE };
	static char name[SW_NAME_TEXT_MAX];
	const struct seen_frame *frames;
	size_t frame_count, all = 0;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	for (unsigned i = 0; i < 4000; i++) {
		struct sw_sight sight = { UINT64_MAX / 4001 * (i + 1), 1,
		    20000, 0 };
		struct sw_observation o = { .mechanism = SW_MECHANISM_MX,
		    .outcome = SW_OUTCOME_PRESENT, .name = name };

		assert_int_equal(sw_table_put(sw_observer_table(observer),
		    &sight, &o, false), SW_TABLE_PENDING);
	}
	see(0);	/* so that there is a group */
	collector = collector_start(socket_path, script, 1);
	start();
	wait_until_sent(4001);
	stop();
	collector_stop(collector);
	frame_count = collector_frames(collector, &frames);
	assert_in_range(frame_count, 4, 64);
	for (size_t i = 0; i < frame_count; i++) {
		struct sw_decoded_batch *decoded;
		const char *reason;

		assert_int_equal(sw_frame_decode(frames[i].bytes,
		    frames[i].length, &decoded, &reason), SW_OK);
		all += sw_decoded_batch(decoded)->observation_count;
		sw_decoded_batch_free(&decoded);
	}
	assert_int_equal(all, 4001);
	collector_free(&collector);
}

/* While entries keep coming, batches wait for the flush interval. */
static void
flushes_at_intervals(void **state)
{
	static const enum deed script[] = { DEED_TAKE };
	unsigned flushes, number = 0;
	uint64_t begin;

	(void)state;
	options.flush_interval_ms = 200;
	collector = collector_start(socket_path, script, 1);
	start();
	begin = now_ms();
	while (now_ms() < begin + 1000) {
		see(number++);
		usleep(200);
	}
	stop();
	flushes = (unsigned)((now_ms() - begin) / 200);
	assert_in_range(collector_connections(collector), 1, flushes + 2);
	expect_all(number);
}

struct feeding {
	unsigned first, count;
};

static void *
feed(void *argument)
{
	const struct feeding *feeding = argument;

	for (unsigned i = 0; i < feeding->count; i++) {
		see(feeding->first + i);
		see(feeding->first + i / 2);	/* a repeat */
	}
	return NULL;
}

static void
threads_feed_it(void **state)
{
	static const enum deed script[] = { DEED_TAKE, DEED_NO_FINISH,
	    DEED_CLOSE, DEED_TAKE };
	struct feeding feedings[4];
	pthread_t threads[4];

	(void)state;
	collector = collector_start(socket_path, script, COUNT(script));
	start();
	for (unsigned i = 0; i < 4; i++) {
		feedings[i] = (struct feeding){ i * 2000, 2000 };
		pthread_create(&threads[i], NULL, feed, &feedings[i]);
	}
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	wait_until_sent(8000);
	stop();
	assert_int_equal(counters().observed, 16000);
	assert_int_equal(counters().repeated, 8000);
	expect_all(8000);
}

/* What a stop leaves is spooled; the next start delivers it, by its number. */
static void
spool_between_two_lives(void **state)
{
	static const enum deed evil[] = { DEED_NO_FINISH }, good[] = {
	    DEED_TAKE };
	struct tally *tally;

	(void)state;
	assert_int_equal(mkdir(spool_path, 0700), 0);
	options.spool = spool_path;
	options.flush_deadline_ms = 100;
	collector = collector_start(socket_path, evil, 1);
	start();
	for (unsigned i = 0; i < 9000; i++)
		see(i);
	/* With the second, the first has brought a frame, and not heard of it. */
	wait_for_connections(2);
	stop();
	assert_int_equal(counters().dropped_stop, 0);
	assert_int_equal(counters().sent, 0);
	assert_int_equal(sw_table_pending(sw_observer_table(observer)), 0);
	collector_direct(collector, good, 1);
	start();
	/* The old frames, and what was seen since by the new instance. */
	for (uint64_t end = now_ms() + PATIENCE_MS; now_ms() < end &&
	    rmdir(spool_path) != 0;)
		rest();
	stop();
	collector_stop(collector);
	tally = count_frames();
	for (unsigned i = 0; i < 9000; i++)
		assert_int_equal(tally->came[i], 1);
	assert_in_range(tally->finished, 3, tally->frames - 1);
	free(tally);
	collector_free(&collector);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(delivers_all, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(survives_each_evil, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(collector_that_hangs, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(collector_that_comes_late,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(stop_delivers, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(stop_in_time, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(stop_while_connecting, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(large_batches_are_cut, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(flushes_at_intervals, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(threads_feed_it, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(spool_between_two_lives,
		    set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
