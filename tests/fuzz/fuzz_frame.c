/*
 * Frames: what is taken holds together, and is the same once more when it is
 * encoded and decoded again.
 */
#include <string.h>

#include "fuzz.h"
#include "tests/wire/batches.h"

static void
check_group(const struct sw_group *group)
{
	HOLDS(group->suffix[0] != '\0' && strlen(group->suffix) <= 253);
	HOLDS(strlen(group->registry) <= 63);
	HOLDS(strlen(group->type) <= 32);
}

static void
check_observation(const struct sw_observation *o, size_t group_count)
{
	HOLDS(o->group < group_count);
	HOLDS(o->mechanism != 0 && o->outcome != 0);
	HOLDS(o->name == NULL || strlen(o->name) < SW_NAME_TEXT_MAX);
	for (const char *p = o->name; p != NULL && *p != '\0'; p++)
		HOLDS(*p >= 0x20 && *p <= 0x7e);
}

static void
check_again(const struct sw_batch *batch)
{
	struct sw_decoded_batch *decoded;
	const char *reason;
	uint8_t *frame;
	size_t length;

	HOLDS(sw_frame_encode(batch, &frame, &length) == SW_OK);
	HOLDS(sw_frame_decode(frame, length, &decoded, &reason) == SW_OK);
	HOLDS(same_batch(batch, sw_decoded_batch(decoded)));
	sw_decoded_batch_free(&decoded);
	free(frame);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_decoded_batch *decoded;
	const struct sw_batch *batch;
	const char *reason;

	if (sw_frame_decode(data, size, &decoded, &reason) != SW_OK) {
		HOLDS(decoded == NULL && reason != NULL && reason[0] != '\0');
		return 0;
	}
	batch = sw_decoded_batch(decoded);
	HOLDS(batch->sequence > 0 && batch->sequence <= INT64_MAX);
	HOLDS(strlen(batch->resolver) <= 255 && strlen(batch->software) <= 255);
	for (size_t i = 0; i < batch->group_count; i++)
		check_group(&batch->groups[i]);
	for (size_t i = 0; i < batch->observation_count; i++)
		check_observation(&batch->observations[i], batch->group_count);
	check_again(batch);
	sw_decoded_batch_free(&decoded);
	return 0;
}
