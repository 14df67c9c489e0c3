/*
 * Peers that mean no good: each costs its own connection, is never
 * acknowledged, and hinders nobody.
 */
#include "support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "senderwatch/codec.h"

static const char *const hasty[] = { "operation-timeout=1",
	"stream-timeout=2", NULL };

struct fixture {
	struct daemon daemon;
	struct scenario scenario;
	size_t delivered;
	bool hasty;
};

static void
begin_with(struct fixture *fixture, void **state, const char *const *options)
{
	start_daemon(&fixture->daemon, *state, options);
	present_scenario(&fixture->scenario, 8, 64, 10, 10);
	fixture->delivered = 0;
	fixture->hasty = options == hasty;
}

static void
begin(struct fixture *fixture, void **state)
{
	begin_with(fixture, state, NULL);
}

/*
 * Others are served as if nothing was, and nothing else was stored. Where the
 * daemon is hasty and the disk slow, they come again, as senders do.
 */
static void
serves_others(struct fixture *fixture)
{
	const struct sw_batch *batch =
	    &fixture->scenario.batches[fixture->delivered++];
	uint64_t give_up = now_ms() + DEADLINE_MS;

	while (!deliver(&fixture->daemon, batch, 1))
		assert_true(fixture->hasty && now_ms() < give_up);
	assert_int_equal(query_number(fixture->daemon.database,
	    "SELECT sum(batches) FROM sender"), fixture->delivered);
}

static void
end(struct fixture *fixture, const char *const *complaints)
{
	char *log;

	serves_others(fixture);
	stop_daemon(&fixture->daemon);
	log = read_log(&fixture->daemon);
	for (; *complaints != NULL; complaints++) {
		if (strstr(log, *complaints) == NULL)
			fail_msg("not in the log: %s", *complaints);
	}
	free(log);
	scenario_fini(&fixture->scenario);
}

/* Send these bytes; the collector is to close, without FINISH. */
static void
expect_rejection(struct fixture *fixture, const struct bytes *bytes)
{
	int fd = connect_to(&fixture->daemon);

	send_bytes(fd, bytes->data, bytes->length);
	serves_others(fixture);
	assert_int_equal(await_end(fd, FINISH), 0);
}

static void
survives_garbage(void **state)
{
	static const char *const complaints[] = { "not Frame Streams", NULL };
	struct fixture fixture;
	struct random random = { 99 };

	begin(&fixture, state);
	for (unsigned round = 0; round < 20; round++) {
		struct bytes bytes = { .length = 0 };

		/* Some of it behind a good opening. */
		if (round % 2)
			put_opening(&bytes);
		while (bytes.length < 1000)
			bytes.data[bytes.length++] =
			    (uint8_t)pick(&random, 256);
		expect_rejection(&fixture, &bytes);
	}
	end(&fixture, complaints);
}

static void
rejects_other_content(void **state)
{
	static const char *const complaints[] = { "not Frame Streams", NULL };
	struct bytes ready = { .length = 0 }, start = { .length = 0 };
	struct fixture fixture;

	begin(&fixture, state);
	put_control(&ready, READY, "protobuf:dnstap.Dnstap");
	put_control(&ready, START, "protobuf:dnstap.Dnstap");
	put_control(&ready, STOP, NULL);
	expect_rejection(&fixture, &ready);
	put_control(&start, READY, SW_CONTENT_TYPE);
	put_control(&start, START, "protobuf:dnstap.Dnstap");
	put_control(&start, STOP, NULL);
	expect_rejection(&fixture, &start);
	end(&fixture, complaints);
}

static void
rejects_oversized_lengths(void **state)
{
	static const uint32_t lengths[] = { SW_FRAME_MAX + 1, 0x7fffffff,
		0xffffffff };
	static const char *const complaints[] = { "a frame is too long", NULL };
	struct bytes control = { .length = 0 };
	struct fixture fixture;

	begin(&fixture, state);
	for (size_t i = 0; i < 3; i++) {
		struct bytes bytes = { .length = 0 };

		put_opening(&bytes);
		put_u32(&bytes, lengths[i]);
		put_u32(&bytes, 0);
		put_control(&bytes, STOP, NULL);
		expect_rejection(&fixture, &bytes);
	}
	put_opening(&control);
	put_u32(&control, 0);
	put_u32(&control, 0x10000);
	put_u32(&control, STOP);
	expect_rejection(&fixture, &control);
	end(&fixture, complaints);
}

/* A frame in the middle of good ones that is no batch. */
static void
rejects_frames_that_are_no_batch(void **state)
{
	static const char *const complaints[] = {
		"no protobuf message senderwatch.Frame",
		"a frame of a kind that this version does not know", NULL };
	static const struct {
		const char *data;
		uint32_t length;
	} frames[] = { { "\x0a\x10\x0a", 3 }, { "\xff\xff\xff\xff\xff\xff", 6 },
		{ "\x12\x00", 2 } };
	struct fixture fixture;

	begin(&fixture, state);
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct bytes bytes = { .length = 0 };
		uint8_t *frame;
		size_t length;

		assert_int_equal(sw_frame_encode(&fixture.scenario.batches[60],
		    &frame, &length), SW_OK);
		put_opening(&bytes);
		put_u32(&bytes, (uint32_t)length);
		assert_true(length < 3000);
		memcpy(bytes.data + bytes.length, frame, length);
		bytes.length += length;
		free(frame);
		put_u32(&bytes, frames[i].length);
		memcpy(bytes.data + bytes.length, frames[i].data,
		    frames[i].length);
		bytes.length += frames[i].length;
		put_control(&bytes, STOP, NULL);
		expect_rejection(&fixture, &bytes);
	}
	end(&fixture, complaints);
}

/* A good frame, cut short everywhere and sent with the length that is left. */
static void
rejects_truncated_frames(void **state)
{
	static const char *const complaints[] = {
		"no protobuf message senderwatch.Frame", NULL };
	struct fixture fixture;
	uint8_t *frame;
	size_t length;

	begin(&fixture, state);
	assert_int_equal(sw_frame_encode(&fixture.scenario.batches[60], &frame,
	    &length), SW_OK);
	for (size_t cut = 1; cut < length; cut += 1 + length / 200) {
		struct bytes bytes = { .length = 0 };
		int fd = connect_to(&fixture.daemon);

		put_opening(&bytes);
		put_u32(&bytes, (uint32_t)cut);
		assert_true(bytes.length + cut < 4000);
		memcpy(bytes.data + bytes.length, frame, cut);
		bytes.length += cut;
		put_control(&bytes, STOP, NULL);
		send_bytes(fd, bytes.data, bytes.length);
		assert_int_equal(await_end(fd, FINISH), 0);
	}
	free(frame);
	end(&fixture, complaints);
}

/* Of a newer sender: kept as they are, for a newer report to read. */
static void
keeps_values_of_the_future(void **state)
{
	static const char *const complaints[] = { NULL };
	struct sw_observation observation = { .subject = { 1 }, .mechanism = 99,
		.outcome = 77, .dnssec = 5, .features = 0xfedcba9876543210,
		.digest = { 9 }, .day = (uint32_t)(time(NULL) / 86400) };
	const struct sw_group group = { "example", "zz", "NEW" };
	const struct sw_batch batch = { .instance = { 200 }, .sequence = 1,
		.resolver = "new", .software = "senderwatch 9.0",
		.groups = &group, .group_count = 1,
		.observations = &observation, .observation_count = 1 };
	struct fixture fixture;

	begin(&fixture, state);
	assert_true(deliver(&fixture.daemon, &batch, 1));
	assert_int_equal(query_number(fixture.daemon.database, "SELECT count(*) "
	    "FROM sighting WHERE mechanism = 99 AND outcome = 77 "
	    "AND dnssec = 1 << 5 AND printf('%x', features) = "
	    "'fedcba9876543210'"), 1);
	/* It is one of the batches that end() counts. */
	fixture.delivered = 1;
	end(&fixture, complaints);
}

/* Of a resolver whose key is another: kept apart under the key's id. */
static void
keeps_other_keys_apart(void **state)
{
	static const char *const complaints[] = {
		"the key id has not 8 bytes", NULL };
	/* Batch { instance: 16 bytes, sequence: 1, key_id: 3 bytes } */
	static const uint8_t bad[] = { 0x0a, 25, 0x0a, 16, 1, 2, 3, 4, 5, 6, 7,
		8, 9, 10, 11, 12, 13, 14, 15, 16, 0x10, 1, 0x1a, 3, 1, 2, 3 };
	struct fixture fixture;
	struct bytes bytes = { .length = 0 };

	begin(&fixture, state);
	put_opening(&bytes);
	put_u32(&bytes, sizeof(bad));
	memcpy(bytes.data + bytes.length, bad, sizeof(bad));
	bytes.length += sizeof(bad);
	put_control(&bytes, STOP, NULL);
	expect_rejection(&fixture, &bytes);
	memset(fixture.scenario.batches[1].key_id, 0xee, SW_KEY_ID_SIZE);
	serves_others(&fixture);
	assert_int_equal(query_number(fixture.daemon.database,
	    "SELECT count(DISTINCT key_id) FROM sender"), 2);
	end(&fixture, complaints);
}

static void
keeps_nothing_without_stop(void **state)
{
	static const char *const complaints[] = { "closed before its end",
		NULL };
	struct fixture fixture;
	struct bytes bytes = { .length = 0 };
	uint8_t *frame;
	size_t length;
	int fd;

	begin(&fixture, state);
	assert_int_equal(sw_frame_encode(&fixture.scenario.batches[60], &frame,
	    &length), SW_OK);
	put_opening(&bytes);
	put_u32(&bytes, (uint32_t)length);
	fd = connect_to(&fixture.daemon);
	send_bytes(fd, bytes.data, bytes.length);
	send_bytes(fd, frame, length);
	shutdown(fd, SHUT_WR);
	assert_int_equal(await_end(fd, FINISH), 0);
	free(frame);
	end(&fixture, complaints);
}

/*
 * Send a piece again and again until the collector closes; how long it took
 * since begun, before it connected: the collector counts from later on.
 */
static uint64_t
send_until_closed(int fd, const struct bytes *piece, int pause_ms,
    uint64_t begun)
{
	while (send(fd, piece->data, piece->length, MSG_NOSIGNAL) >= 0) {
		assert_true(now_ms() < begun + DEADLINE_MS);
		poll(NULL, 0, pause_ms);
	}
	return now_ms() - begun;
}

static void
tires_of_slow_peers(void **state)
{
	static const char *const complaints[] = { "too slow", NULL };
	struct bytes opening = { .length = 0 }, piece = { .length = 1 };
	struct bytes control = { .length = 0 };
	struct fixture fixture;
	int fds[3];
	uint64_t begun = now_ms();

	begin_with(&fixture, state, hasty);
	/* One says nothing, one stops after the opening or in a frame. */
	put_opening(&opening);
	for (size_t i = 0; i < 3; i++)
		fds[i] = connect_to(&fixture.daemon);
	send_bytes(fds[1], opening.data, opening.length);
	put_u32(&opening, 100);
	send_bytes(fds[2], opening.data, opening.length);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(await_end(fds[i], FINISH), 0);
	assert_true(now_ms() - begun >= 1000);
	serves_others(&fixture);
	/* One sends a byte now and then, in a frame that takes hours. */
	begun = now_ms();
	fds[0] = connect_to(&fixture.daemon);
	send_bytes(fds[0], opening.data, opening.length);
	assert_in_range(send_until_closed(fds[0], &piece, 50, begun), 900,
	    20000);
	assert_int_equal(await_end(fds[0], FINISH), 0);
	serves_others(&fixture);
	/* One sends control frames without an end. */
	opening.length -= 4;
	begun = now_ms();
	fds[0] = connect_to(&fixture.daemon);
	send_bytes(fds[0], opening.data, opening.length);
	put_control(&control, READY, NULL);
	assert_in_range(send_until_closed(fds[0], &control, 1, begun), 1900,
	    20000);
	assert_int_equal(await_end(fds[0], FINISH), 0);
	end(&fixture, complaints);
}

static void
refuses_too_many_at_once(void **state)
{
	static const char *const few[] = { "max-senders=4", NULL };
	struct daemon daemon;
	int fds[4];
	char *log;
	uint64_t give_up = now_ms() + DEADLINE_MS;

	start_daemon(&daemon, *state, few);
	/* The connection that looked whether it answers may still count. */
	while (!deliver(&daemon, NULL, 0))
		assert_true(now_ms() < give_up);
	for (size_t i = 0; i < 4; i++) {
		struct bytes opening = { .length = 0 };
		uint8_t answer;

		do {
			fds[i] = connect_to(&daemon);
			opening.length = 0;
			put_opening(&opening);
			send_bytes(fds[i], opening.data, opening.length);
			assert_true(now_ms() < give_up);
		} while (recv(fds[i], &answer, 1, 0) != 1);
	}
	assert_false(deliver(&daemon, NULL, 0));
	close(fds[0]);
	while (!deliver(&daemon, NULL, 0))
		assert_true(now_ms() < give_up);
	for (size_t i = 1; i < 4; i++)
		close(fds[i]);
	stop_daemon(&daemon);
	log = read_log(&daemon);
	assert_non_null(strstr(log, "max-senders is reached"));
	free(log);
}

#define HOLDERS_MAX 1000

/* A stream that has sent a batch, and leaves it at that. */
static int
hold_a_batch(const struct daemon *daemon, const struct sw_batch *batch)
{
	struct bytes bytes = { .length = 0 };
	int fd = connect_to(daemon);
	uint8_t *frame;
	size_t length;

	assert_int_equal(sw_frame_encode(batch, &frame, &length), SW_OK);
	put_opening(&bytes);
	put_u32(&bytes, (uint32_t)length);
	send_bytes(fd, bytes.data, bytes.length);
	send_bytes(fd, frame, length);
	free(frame);
	return fd;
}

static void
bounds_what_waits_in_memory(void **state)
{
	/* Those that hold are not to be cut off, however slow the disk is. */
	static const char *const little[] = { "max-held-frames=2",
		"operation-timeout=100", NULL };
	struct scenario scenario;
	struct daemon daemon;
	uint64_t give_up = now_ms() + DEADLINE_MS;
	int fds[HOLDERS_MAX];
	size_t count = 0;
	char *log;

	present_scenario(&scenario, 8, 8, 10, 10);
	start_daemon(&daemon, *state, little);
	/*
	 * As soon as two are held, another is refused. Until then it may have
	 * taken the room of one that was to be held: hence one more each time.
	 */
	do {
		assert_true(now_ms() < give_up && count < HOLDERS_MAX);
		fds[count++] = hold_a_batch(&daemon, &scenario.batches[0]);
	} while (deliver(&daemon, &scenario.batches[2], 1));
	while (count > 0)
		close(fds[--count]);
	/* And taken when they are gone. */
	while (!deliver(&daemon, &scenario.batches[3], 1))
		assert_true(now_ms() < give_up);
	stop_daemon(&daemon);
	log = read_log(&daemon);
	assert_non_null(strstr(log, "more frames wait than max-held-frames"));
	free(log);
	scenario_fini(&scenario);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(survives_garbage),
		TEST(rejects_other_content),
		TEST(rejects_oversized_lengths),
		TEST(rejects_frames_that_are_no_batch),
		TEST(rejects_truncated_frames),
		TEST(keeps_values_of_the_future),
		TEST(keeps_other_keys_apart),
		TEST(keeps_nothing_without_stop),
		TEST(tires_of_slow_peers),
		TEST(refuses_too_many_at_once),
		TEST(bounds_what_waits_in_memory),
	};

	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
