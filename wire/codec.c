/* Batches to and from protobuf. */
#include "senderwatch/codec.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "senderwatch.pb-c.h"

#define TEXT_MAX 255		/* resolver and software names */
#define DOMAIN_TEXT_MAX 253

typedef Senderwatch__Batch BatchMessage;
typedef Senderwatch__Group GroupMessage;
typedef Senderwatch__Observation ObservationMessage;
typedef Senderwatch__Counters CountersMessage;

/* Messages only borrow bytes; protobuf-c wants them without const. */
static ProtobufCBinaryData
borrow(const uint8_t *data, size_t length)
{
	ProtobufCBinaryData binary = { length, (uint8_t *)(uintptr_t)data };

	return binary;
}

static char *
borrow_text(const char *text)
{
	return text == NULL ? (char *)(uintptr_t)"" : (char *)(uintptr_t)text;
}

static bool
is_zero(const uint8_t *bytes, size_t length)
{
	while (length > 0 && bytes[length - 1] == 0)
		length--;
	return length == 0;
}

static void
fill_observation(ObservationMessage *message,
    const struct sw_observation *observation)
{
	senderwatch__observation__init(message);
	message->subject = borrow(observation->subject, SW_PSEUDONYM_SIZE);
	message->group = observation->group;
	message->mechanism = (Senderwatch__Mechanism)observation->mechanism;
	message->outcome = (Senderwatch__Outcome)observation->outcome;
	if (!is_zero(observation->digest, SW_DIGEST_SIZE))
		message->digest = borrow(observation->digest, SW_DIGEST_SIZE);
	message->features = observation->features;
	message->dnssec = (Senderwatch__Dnssec)observation->dnssec;
	message->day = observation->day;
	message->earlier = observation->earlier;
	message->name = borrow_text(observation->name);
}

static void
fill_counters(CountersMessage *message, const struct sw_counters *counters)
{
	senderwatch__counters__init(message);
#define COPY(name) message->name = counters->name;
	SW_FOR_EACH_COUNTER(COPY)
#undef COPY
}

static void
fill_group(GroupMessage *message, const struct sw_group *group)
{
	senderwatch__group__init(message);
	message->suffix = borrow_text(group->suffix);
	message->registry = borrow_text(group->registry);
	message->type = borrow_text(group->type);
}

/* All but the lists. */
static void
fill_batch(BatchMessage *message, const struct sw_batch *batch)
{
	senderwatch__batch__init(message);
	message->instance = borrow(batch->instance, SW_INSTANCE_SIZE);
	message->sequence = batch->sequence;
	if (!is_zero(batch->key_id, SW_KEY_ID_SIZE))
		message->key_id = borrow(batch->key_id, SW_KEY_ID_SIZE);
	message->resolver = borrow_text(batch->resolver);
	message->software = borrow_text(batch->software);
	message->sent_day = batch->sent_day;
}

/* Of any field: its tag, and the length of what it holds. */
#define FIELD_HEAD_MAX 10u

/* An observation's name is text of any length: it is not counted in. */
static size_t
largest_observation(void)
{
	struct sw_observation observation;
	ObservationMessage message;

	memset(&observation, 0xff, sizeof(observation));
	observation.name = NULL;
	fill_observation(&message, &observation);
	return FIELD_HEAD_MAX +
	    senderwatch__observation__get_packed_size(&message);
}

/*
 * Octets that a frame takes at most. To ask for the size of each observation
 * takes half as long as to pack them: here they count as the largest.
 */
static size_t
bound_size(const BatchMessage *first, const BatchMessage *last,
    const struct sw_batch *batch)
{
	size_t size = FIELD_HEAD_MAX +
	    senderwatch__batch__get_packed_size(first) +
	    batch->observation_count * largest_observation() +
	    senderwatch__batch__get_packed_size(last);

	for (size_t i = 0; i < batch->observation_count; i++) {
		const char *name = batch->observations[i].name;

		if (name != NULL)
			size += FIELD_HEAD_MAX + strlen(name);
	}
	return size;
}

/*
 * Messages in a row are one that has all of their fields (protobuf, "Encoding",
 * last one wins); in the order of the fields, the octets are those of the whole
 * packed at once. But a batch's observations as messages take more memory than
 * all else of it: some at a time stay in the processor's caches.
 */
#define TOGETHER 64u

static size_t
pack_observations(const struct sw_batch *batch, uint8_t *at)
{
	BatchMessage part = SENDERWATCH__BATCH__INIT;
	ObservationMessage messages[TOGETHER], *list[TOGETHER];
	size_t size = 0;

	part.observations = list;
	for (size_t i = 0; i < batch->observation_count;
	    i += part.n_observations) {
		size_t left = batch->observation_count - i;

		part.n_observations = left < TOGETHER ? left : TOGETHER;
		for (size_t k = 0; k < part.n_observations; k++) {
			list[k] = &messages[k];
			fill_observation(list[k], &batch->observations[i + k]);
		}
		size += senderwatch__batch__pack(&part, at + size);
	}
	return size;
}

/* A frame's body: tag and length of the batch that follows. */
static size_t
put_head(uint8_t head[FIELD_HEAD_MAX], size_t length)
{
	size_t at = 0;

	head[at++] = SENDERWATCH__FRAME__BODY_BATCH << 3 | 2;
	for (; length > 0x7f; length >>= 7)
		head[at++] = (uint8_t)(length & 0x7f) | 0x80;
	head[at++] = (uint8_t)length;
	return at;
}

/* first and last: the fields before the observations, and those after. */
static enum sw_result
pack(const BatchMessage *first, const struct sw_batch *batch,
    const BatchMessage *last, uint8_t **frame, size_t *length)
{
	uint8_t head[FIELD_HEAD_MAX], *body;
	size_t size, head_size;

	*frame = malloc(bound_size(first, last, batch));
	if (*frame == NULL)
		return SW_ERR_MEMORY;
	body = *frame + FIELD_HEAD_MAX;
	size = senderwatch__batch__pack(first, body);
	size += pack_observations(batch, body + size);
	size += senderwatch__batch__pack(last, body + size);
	head_size = put_head(head, size);
	memcpy(*frame, head, head_size);
	memmove(*frame + head_size, body, size);
	*length = head_size + size;
	if (*length <= SW_FRAME_MAX)
		return SW_OK;
	free(*frame);
	*frame = NULL;
	return SW_ERR_INVALID;
}

enum sw_result
sw_frame_encode(const struct sw_batch *batch, uint8_t **frame, size_t *length)
{
	enum sw_result result = SW_ERR_MEMORY;
	BatchMessage first, last = SENDERWATCH__BATCH__INIT;
	CountersMessage counters;
	GroupMessage *groups = calloc(batch->group_count + 1, sizeof(*groups));
	GroupMessage **group_list = calloc(batch->group_count + 1,
	    sizeof(*group_list));

	*frame = NULL;
	*length = 0;
	if (batch->group_count > SW_GROUPS_MAX ||
	    batch->observation_count > SW_BATCH_MAX) {
		result = SW_ERR_INVALID;
		goto out;
	}
	if (groups == NULL || group_list == NULL)
		goto out;
	for (size_t i = 0; i < batch->group_count; i++) {
		fill_group(&groups[i], &batch->groups[i]);
		group_list[i] = &groups[i];
	}
	fill_counters(&counters, &batch->counters);
	fill_batch(&first, batch);
	first.groups = group_list;
	first.n_groups = batch->group_count;
	last.counters = &counters;
	result = pack(&first, batch, &last, frame, length);
out:
	free(group_list);
	free(groups);
	return result;
}

/*
 * protobuf-c allocates for whatever a frame announces: two bytes can stand for
 * an empty observation. What a full batch of the permitted size needs fits
 * well into this many bytes; more is refused.
 */
#define DECODED_MAX (16u * 1024 * 1024)

static void *
budget_alloc(void *data, size_t size)
{
	size_t *left = data;

	if (size > *left)
		return NULL;
	*left -= size;
	return malloc(size);
}

static void
budget_free(void *data, void *pointer)
{
	(void)data;
	free(pointer);
}

struct sw_decoded_batch {
	Senderwatch__Frame *message;	/* owns all text and bytes */
	struct sw_batch batch;
	struct sw_group *groups;
	struct sw_observation *observations;
};

/*
 * Printable ASCII: it goes into logs, tables and pages. protobuf-c guarantees
 * neither the absence of an inner NUL nor UTF-8.
 */
static bool
is_text(const char *text, size_t maximum)
{
	size_t length = 0;

	for (; *text != '\0'; text++) {
		if (*text < 0x20 || *text > 0x7e || ++length > maximum)
			return false;
	}
	return true;
}

/* The words of a registry table and the labels of a public suffix. */
static bool
is_word(const char *text, const char *allowed, size_t maximum)
{
	size_t length = strlen(text);

	return length <= maximum && strspn(text, allowed) == length;
}

static const char *
check_group(const GroupMessage *group)
{
#define LDH "abcdefghijklmnopqrstuvwxyz0123456789-"
	if (group->suffix[0] == '\0' ||
	    !is_word(group->suffix, LDH ".", DOMAIN_TEXT_MAX))
		return "a group's suffix is no domain name";
	if (!is_word(group->registry, LDH, 63))
		return "a group's registry is no label";
	if (!is_word(group->type, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", 32))
		return "a group's type is no word";
	return NULL;
#undef LDH
}

static const char *
check_observation(const ObservationMessage *message, size_t group_count)
{
	if (message->subject.len != SW_PSEUDONYM_SIZE)
		return "a subject has not 16 bytes";
	if (message->digest.len != 0 && message->digest.len != SW_DIGEST_SIZE)
		return "a digest has not 8 bytes";
	if (message->group >= group_count)
		return "a group index is out of range";
	if ((unsigned)message->mechanism - 1 >= UINT8_MAX ||
	    (unsigned)message->outcome - 1 >= UINT8_MAX ||
	    (unsigned)message->dnssec > UINT8_MAX)
		return "an enumeration is out of range";
	if (message->earlier > UINT8_MAX)
		return "more than eight earlier days";
	if (!is_text(message->name, SW_NAME_TEXT_MAX - 1))
		return "a name is no printable text";
	return NULL;
}

static void
take_observation(struct sw_observation *observation,
    const ObservationMessage *message)
{
	memcpy(observation->subject, message->subject.data, SW_PSEUDONYM_SIZE);
	if (message->digest.len == SW_DIGEST_SIZE)
		memcpy(observation->digest, message->digest.data,
		    SW_DIGEST_SIZE);
	observation->features = message->features;
	observation->day = message->day;
	observation->earlier = (uint8_t)message->earlier;
	observation->mechanism = (uint8_t)message->mechanism;
	observation->outcome = (uint8_t)message->outcome;
	observation->dnssec = (uint8_t)message->dnssec;
	observation->group = message->group;
	observation->name = message->name[0] != '\0' ? message->name : NULL;
}

static const char *
check_batch(const BatchMessage *body)
{
	if (body->instance.len != SW_INSTANCE_SIZE)
		return "the instance has not 16 bytes";
	if (body->sequence == 0)
		return "the sequence number is 0";
	/* SQLite's integers are signed. */
	if (body->sequence > INT64_MAX)
		return "the sequence number is out of range";
	if (body->key_id.len != 0 && body->key_id.len != SW_KEY_ID_SIZE)
		return "the key id has not 8 bytes";
	if (body->n_observations > SW_BATCH_MAX)
		return "too many observations";
	if (body->n_groups > SW_GROUPS_MAX)
		return "too many groups";
	if (!is_text(body->resolver, TEXT_MAX) ||
	    !is_text(body->software, TEXT_MAX))
		return "a name of the sender is no printable text";
	return NULL;
}

static const char *
take_batch(struct sw_decoded_batch *decoded, const BatchMessage *body)
{
	struct sw_batch *batch = &decoded->batch;
	const char *reason = NULL;

	memcpy(batch->instance, body->instance.data, SW_INSTANCE_SIZE);
	batch->sequence = body->sequence;
	if (body->key_id.len == SW_KEY_ID_SIZE)
		memcpy(batch->key_id, body->key_id.data, SW_KEY_ID_SIZE);
	batch->resolver = body->resolver;
	batch->software = body->software;
	batch->sent_day = body->sent_day;
	for (size_t i = 0; i < body->n_groups && reason == NULL; i++) {
		const GroupMessage *group = body->groups[i];

		reason = check_group(group);
		decoded->groups[i].suffix = group->suffix;
		decoded->groups[i].registry = group->registry;
		decoded->groups[i].type = group->type;
	}
	for (size_t i = 0; i < body->n_observations && reason == NULL; i++) {
		reason = check_observation(body->observations[i],
		    body->n_groups);
		if (reason == NULL)
			take_observation(&decoded->observations[i],
			    body->observations[i]);
	}
	batch->groups = decoded->groups;
	batch->group_count = body->n_groups;
	batch->observations = decoded->observations;
	batch->observation_count = body->n_observations;
	if (body->counters != NULL) {
#define COPY(name) batch->counters.name = body->counters->name;
		SW_FOR_EACH_COUNTER(COPY)
#undef COPY
	}
	return reason;
}

enum sw_result
sw_frame_decode(const uint8_t *frame, size_t length,
    struct sw_decoded_batch **decoded, const char **reason)
{
	enum sw_result result = SW_ERR_INVALID;
	struct sw_decoded_batch *made = calloc(1, sizeof(*made));
	const BatchMessage *body;
	size_t left = DECODED_MAX;
	ProtobufCAllocator allocator = { budget_alloc, budget_free, &left };

	*decoded = NULL;
	*reason = "out of memory";
	if (made == NULL) {
		result = SW_ERR_MEMORY;
		goto out;
	}
	*reason = "the frame is too long";
	if (length > SW_FRAME_MAX)
		goto out;
	*reason = "no protobuf message senderwatch.Frame";
	made->message = senderwatch__frame__unpack(&allocator, length, frame);
	if (made->message == NULL)
		goto out;
	*reason = "a frame of a kind that this version does not know";
	if (made->message->body_case != SENDERWATCH__FRAME__BODY_BATCH ||
	    made->message->batch == NULL)
		goto out;
	body = made->message->batch;
	*reason = check_batch(body);
	if (*reason != NULL)
		goto out;
	made->groups = calloc(body->n_groups + 1, sizeof(*made->groups));
	made->observations = calloc(body->n_observations + 1,
	    sizeof(*made->observations));
	if (made->groups == NULL || made->observations == NULL) {
		*reason = "out of memory";
		result = SW_ERR_MEMORY;
		goto out;
	}
	*reason = take_batch(made, body);
	if (*reason != NULL)
		goto out;
	*reason = "";
	*decoded = made;
	made = NULL;
	result = SW_OK;
out:
	sw_decoded_batch_free(&made);
	return result;
}

const struct sw_batch *
sw_decoded_batch(const struct sw_decoded_batch *decoded)
{
	return &decoded->batch;
}

void
sw_decoded_batch_free(struct sw_decoded_batch **decoded)
{
	struct sw_decoded_batch *d = *decoded;

	*decoded = NULL;
	if (d == NULL)
		return;
	if (d->message != NULL)
		senderwatch__frame__free_unpacked(d->message, NULL);
	free(d->groups);
	free(d->observations);
	free(d);
}

static size_t
count_unknown(const ProtobufCMessage *message)
{
	return message->n_unknown_fields;
}

size_t
sw_decoded_batch_unknown_fields(const struct sw_decoded_batch *decoded)
{
	const BatchMessage *body = decoded->message->batch;
	size_t count = count_unknown(&decoded->message->base) +
	    count_unknown(&body->base);

	for (size_t i = 0; i < body->n_groups; i++)
		count += count_unknown(&body->groups[i]->base);
	for (size_t i = 0; i < body->n_observations; i++)
		count += count_unknown(&body->observations[i]->base);
	if (body->counters != NULL)
		count += count_unknown(&body->counters->base);
	return count;
}
