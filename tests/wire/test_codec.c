/* Batches to protobuf and back; what is malformed is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "senderwatch.pb-c.h"
#include "tests/wire/batches.h"

/* Sanitizers keep memory of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

static void
encode(const struct sw_batch *batch, uint8_t **frame, size_t *length)
{
	assert_int_equal(sw_frame_encode(batch, frame, length), SW_OK);
	assert_non_null(*frame);
	assert_in_range(*length, 1, SW_FRAME_MAX);
}

/* From a buffer of just that size, so that sanitizers see reads past it. */
static enum sw_result
decode(const uint8_t *frame, size_t length, struct sw_decoded_batch **decoded,
    const char **reason)
{
	uint8_t *copy = malloc(length + (length == 0));
	enum sw_result result;

	memcpy(copy, frame, length);
	*decoded = (struct sw_decoded_batch *)(uintptr_t)1;
	*reason = NULL;
	result = sw_frame_decode(copy, length, decoded, reason);
	free(copy);
	assert_non_null(*reason);
	if (result != SW_OK)
		assert_null(*decoded);
	return result;
}

/* All at once, as others make frames; an audit takes what differs for hidden. */
static void
assert_packed_alike(const uint8_t *frame, size_t length)
{
	Senderwatch__Frame *message = senderwatch__frame__unpack(NULL, length,
	    frame);
	uint8_t *again;

	assert_non_null(message);
	assert_int_equal(senderwatch__frame__get_packed_size(message), length);
	again = malloc(length);
	assert_int_equal(senderwatch__frame__pack(message, again), length);
	assert_memory_equal(again, frame, length);
	free(again);
	senderwatch__frame__free_unpacked(message, NULL);
}

static void
round_trip(void **state)
{
	uint64_t seed = 8;

	(void)state;
	for (unsigned n = 0; n < 500; n++) {
		struct sw_decoded_batch *decoded;
		struct test_batch made;
		const char *reason;
		uint8_t *frame;
		size_t length;

		make_batch(&seed, &made);
		encode(&made.batch, &frame, &length);
		if (decode(frame, length, &decoded, &reason) != SW_OK)
			fail_msg("%s", reason);
		assert_true(same_batch(&made.batch, sw_decoded_batch(decoded)));
		assert_packed_alike(frame, length);
		free(frame);
		sw_decoded_batch_free(&decoded);
		assert_null(decoded);
		sw_decoded_batch_free(&decoded);
	}
}

/* Plain C strings may be NULL: they are empty. */
static void
nothing_in_it(void **state)
{
	struct sw_batch batch = { .sequence = 1 };
	struct sw_decoded_batch *decoded;
	const char *reason;
	uint8_t *frame;
	size_t length;

	(void)state;
	encode(&batch, &frame, &length);
	assert_int_equal(decode(frame, length, &decoded, &reason), SW_OK);
	assert_string_equal(sw_decoded_batch(decoded)->resolver, "");
	assert_int_equal(sw_decoded_batch(decoded)->observation_count, 0);
	sw_decoded_batch_free(&decoded);
	free(frame);
}

static void
fill_largest(struct sw_batch *batch, struct sw_group *groups,
    struct sw_observation *observations, const char *name)
{
	for (size_t i = 0; i < batch->group_count; i++)
		groups[i] = (struct sw_group){ "co.jp", "jp", "CO" };
	for (size_t i = 0; i < batch->observation_count; i++) {
		memset(&observations[i], 0xff, sizeof(observations[i]));
		observations[i].group = (uint32_t)(i % batch->group_count);
		observations[i].name = name;
	}
	batch->groups = groups;
	batch->observations = observations;
}

/* The largest batches that the limits allow, and one more than that. */
static void
largest(void **state)
{
	struct sw_batch batch = { .sequence = INT64_MAX, .resolver = "",
	    .software = "", .group_count = SW_GROUPS_MAX, .observation_count = SW_BATCH_MAX };
	struct sw_group *groups = calloc(SW_GROUPS_MAX + 1, sizeof(*groups));
	struct sw_observation *observations = calloc(SW_BATCH_MAX + 1,
	    sizeof(*observations));
	struct sw_decoded_batch *decoded;
	char name[SW_NAME_TEXT_MAX];
	const char *reason;
	uint8_t *frame;
	size_t length;

	(void)state;
	fill_largest(&batch, groups, observations, NULL);
	encode(&batch, &frame, &length);
	assert_packed_alike(frame, length);
	if (decode(frame, length, &decoded, &reason) != SW_OK)
		fail_msg("%zu bytes: %s", length, reason);
	assert_true(same_batch(&batch, sw_decoded_batch(decoded)));
	sw_decoded_batch_free(&decoded);
	free(frame);

	batch.observation_count = SW_BATCH_MAX + 1;
	fill_largest(&batch, groups, observations, NULL);
	assert_int_equal(sw_frame_encode(&batch, &frame, &length),
	    SW_ERR_INVALID);
	assert_null(frame);
	batch.observation_count = 1;
	batch.group_count = SW_GROUPS_MAX + 1;
	fill_largest(&batch, groups, observations, NULL);
	assert_int_equal(sw_frame_encode(&batch, &frame, &length),
	    SW_ERR_INVALID);

	/* Long names fill a frame before the count does. */
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	batch.group_count = 1;
	batch.observation_count = 900;
	fill_largest(&batch, groups, observations, name);
	encode(&batch, &frame, &length);
	assert_int_equal(decode(frame, length, &decoded, &reason), SW_OK);
	assert_true(same_batch(&batch, sw_decoded_batch(decoded)));
	sw_decoded_batch_free(&decoded);
	free(frame);
	batch.observation_count = 1100;
	fill_largest(&batch, groups, observations, name);
	assert_int_equal(sw_frame_encode(&batch, &frame, &length),
	    SW_ERR_INVALID);
	free(observations);
	free(groups);
}

static void
cut_short(void **state)
{
	struct sw_decoded_batch *decoded;
	struct test_batch made;
	const char *reason;
	uint64_t seed = 9;
	uint8_t *frame;
	size_t length;

	(void)state;
	make_batch(&seed, &made);
	made.batch.observation_count = 10;
	for (size_t i = 0; i < 10; i++)
		make_observation(&seed, &made.observations[i],
		    made.batch.group_count);
	encode(&made.batch, &frame, &length);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(decode(frame, i, &decoded, &reason),
		    SW_ERR_INVALID);
	free(frame);
}

/* What a decoder lets pass holds together, and is the same once more. */
static void
check_sound(const struct sw_batch *batch)
{
	struct sw_decoded_batch *decoded;
	const char *reason;
	uint8_t *frame;
	size_t length;

	assert_in_range(batch->sequence, 1, INT64_MAX);
	assert_in_range(strlen(batch->resolver), 0, 255);
	assert_in_range(strlen(batch->software), 0, 255);
	for (size_t i = 0; i < batch->group_count; i++) {
		assert_in_range(strlen(batch->groups[i].suffix), 1, 253);
		assert_in_range(strlen(batch->groups[i].registry), 0, 63);
		assert_in_range(strlen(batch->groups[i].type), 0, 32);
	}
	for (size_t i = 0; i < batch->observation_count; i++) {
		const struct sw_observation *o = &batch->observations[i];

		assert_in_range(o->group, 0, batch->group_count - 1);
		assert_int_not_equal(o->mechanism, 0);
		assert_int_not_equal(o->outcome, 0);
		for (const char *p = o->name; p != NULL && *p != '\0'; p++)
			assert_in_range(*p, 0x20, 0x7e);
	}
	encode(batch, &frame, &length);
	assert_int_equal(decode(frame, length, &decoded, &reason), SW_OK);
	assert_true(same_batch(batch, sw_decoded_batch(decoded)));
	sw_decoded_batch_free(&decoded);
	free(frame);
}

static void
flipped_bits(void **state)
{
	uint64_t seed = 10;
	unsigned taken = 0;
	uint8_t *frame = NULL;
	size_t length = 0;

	(void)state;
	for (unsigned n = 0; n < 100000; n++) {
		struct sw_decoded_batch *decoded;
		const char *reason;
		uint8_t *copy;

		if (n % 500 == 0) {
			struct test_batch made;

			make_batch(&seed, &made);
			if (made.batch.observation_count > 6)
				made.batch.observation_count = 6;
			free(frame);
			encode(&made.batch, &frame, &length);
		}
		copy = malloc(length);
		memcpy(copy, frame, length);
		for (unsigned i = 1 + random_below(&seed, 3); i > 0; i--)
			copy[random_below(&seed, (uint32_t)length)] ^=
			    (uint8_t)(1u << random_below(&seed, 8));
		if (sw_frame_decode(copy, length, &decoded, &reason) ==
		    SW_OK) {
			if (taken++ % 16 == 0)
				check_sound(sw_decoded_batch(decoded));
			sw_decoded_batch_free(&decoded);
		}
		free(copy);
	}
	free(frame);
	/* Many bits are those of digests and numbers. */
	assert_in_range(taken, 10000, 90000);
}

static void
random_bytes_are_no_frame(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (unsigned n = 0; n < 50000; n++) {
		uint8_t bytes[200];
		size_t length = random_below(&seed, sizeof(bytes));
		struct sw_decoded_batch *decoded;
		const char *reason;

		random_bytes(&seed, bytes, length);
		/* Mostly the beginning of a batch, so that more is read. */
		if (n % 4 != 0 && length > 2) {
			bytes[0] = 0x0a;
			bytes[1] = (uint8_t)(length - 2);
		}
		assert_int_equal(decode(bytes, length, &decoded, &reason),
		    SW_ERR_INVALID);
	}
}

/* Peak resident memory of this process since it was last asked, in kB. */
static size_t
peak_memory(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[200];
	unsigned long peak = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "VmHWM: %lu kB", &peak);
	if (file != NULL)
		fclose(file);
	file = fopen("/proc/self/clear_refs", "we");
	if (file != NULL) {
		fputs("5\n", file);
		fclose(file);
	}
	return peak;
}

/*
 * A frame of the permitted size can announce half a million of anything: what
 * it makes the decoder allocate stays bounded.
 */
static void
amplification(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} parts[] = {
		{ "\x42\0", 2 },	/* an empty observation */
		{ "\x3a\0", 2 },	/* an empty group */
		{ "\x78\1", 2 },	/* an unknown number */
		{ "\x7a\0", 2 },	/* unknown bytes */
		{ "\x42\2\x52\0", 4 },	/* an observation with an empty name */
		{ "\x42\2\x0a\0", 4 },	/* with an empty subject */
		{ "\x42\4\x78\1\x78\1", 6 }, /* with unknown numbers */
		{ "\x4a\0", 2 },	/* counters, over and over */
		{ "\x22\0", 2 },	/* the resolver's name, over and over */
	};
	uint8_t *frame = malloc(SW_FRAME_MAX + 1);
	struct sw_decoded_batch *decoded;
	const char *reason;

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t used = 5, before, growth;

		memcpy(frame, "\x0a\x80\x80\x80\0", 5);
		while (used + parts[i].length <= SW_FRAME_MAX) {
			memcpy(frame + used, parts[i].bytes, parts[i].length);
			used += parts[i].length;
		}
		/* A length of three times seven bits, and 0 as the fourth. */
		frame[1] = (uint8_t)(0x80 | ((used - 5) & 0x7f));
		frame[2] = (uint8_t)(0x80 | ((used - 5) >> 7 & 0x7f));
		frame[3] = (uint8_t)(0x80 | ((used - 5) >> 14 & 0x7f));
		frame[4] = (uint8_t)((used - 5) >> 21);
		peak_memory();
		before = peak_memory();
		assert_int_equal(decode(frame, used, &decoded, &reason),
		    SW_ERR_INVALID);
		growth = peak_memory() - before;
		if (!SANITIZED && growth > 48 * 1024)
			fail_msg("frame %zu takes %zu kB", i, growth);
	}
	free(frame);
}

static void
too_long(void **state)
{
	struct sw_decoded_batch *decoded;
	const char *reason;
	uint8_t *frame = calloc(1, SW_FRAME_MAX + 1);

	(void)state;
	assert_int_equal(decode(frame, SW_FRAME_MAX + 1, &decoded, &reason),
	    SW_ERR_INVALID);
	assert_string_equal(reason, "the frame is too long");
	free(frame);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(nothing_in_it),
		cmocka_unit_test(largest),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(flipped_bits),
		cmocka_unit_test(random_bytes_are_no_frame),
		cmocka_unit_test(amplification),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
