/* Each single thing that makes a frame malformed, and what just isn't. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "senderwatch.pb-c.h"
#include "senderwatch/codec.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A message that is good until a case damages it. */
struct message {
	Senderwatch__Frame frame;
	Senderwatch__Batch batch;
	Senderwatch__Group group;
	Senderwatch__Observation observation;
	Senderwatch__Counters counters;
	Senderwatch__Group *groups[SW_GROUPS_MAX + 1];
	Senderwatch__Observation *observations[SW_BATCH_MAX + 1];
	uint8_t bytes[64];
	char text[2000];
};

static char suffix[] = "co.jp", registry[] = "jp", type[] = "CO";

static ProtobufCBinaryData
binary(struct message *m, size_t length)
{
	ProtobufCBinaryData data = { length, m->bytes };

	return data;
}

static void
make_good(struct message *m)
{
	memset(m, 0, sizeof(*m));
	memset(m->bytes, 0xa5, sizeof(m->bytes));
	senderwatch__frame__init(&m->frame);
	senderwatch__batch__init(&m->batch);
	senderwatch__group__init(&m->group);
	senderwatch__observation__init(&m->observation);
	senderwatch__counters__init(&m->counters);
	for (size_t i = 0; i < COUNT(m->groups); i++)
		m->groups[i] = &m->group;
	for (size_t i = 0; i < COUNT(m->observations); i++)
		m->observations[i] = &m->observation;
	m->group.suffix = suffix;
	m->group.registry = registry;
	m->group.type = type;
	m->observation.subject = binary(m, SW_PSEUDONYM_SIZE);
	m->observation.digest = binary(m, SW_DIGEST_SIZE);
	m->observation.mechanism = SENDERWATCH__MECHANISM__DMARC;
	m->observation.outcome = SENDERWATCH__OUTCOME__PRESENT;
	m->batch.instance = binary(m, SW_INSTANCE_SIZE);
	m->batch.sequence = 1;
	m->batch.key_id = binary(m, SW_KEY_ID_SIZE);
	m->batch.groups = m->groups;
	m->batch.n_groups = 2;
	m->batch.observations = m->observations;
	m->batch.n_observations = 2;
	m->batch.counters = &m->counters;
	m->frame.body_case = SENDERWATCH__FRAME__BODY_BATCH;
	m->frame.batch = &m->batch;
}

/* length times the letter */
static char *
text_of(struct message *m, size_t length, char letter)
{
	memset(m->text, letter, length);
	m->text[length] = '\0';
	return m->text;
}

enum damage {
	NONE,
	NO_BODY, INSTANCE, KEY_ID, SUBJECT, DIGEST,
	SEQUENCE, GROUPS, OBSERVATIONS, GROUP, MECHANISM, OUTCOME, DNSSEC,
	EARLIER, DAY,
	RESOLVER, SOFTWARE, NAME, SUFFIX, REGISTRY, TYPE,
	RESOLVER_OF, NAME_OF, SUFFIX_OF, REGISTRY_OF, TYPE_OF, NO_COUNTERS
};

/* Texts: a word, or for the *_OF that many letters "a". */
static void
do_damage(struct message *m, enum damage damage, uint64_t number,
    const char *word)
{
	Senderwatch__Observation *o = &m->observation;
	char *text = m->text;

	snprintf(m->text, sizeof(m->text), "%s", word == NULL ? "" : word);
	switch (damage) {
	case NONE: break;
	case NO_BODY: senderwatch__frame__init(&m->frame); break;
	case INSTANCE: m->batch.instance = binary(m, number); break;
	case KEY_ID: m->batch.key_id = binary(m, number); break;
	case SUBJECT: o->subject = binary(m, number); break;
	case DIGEST: o->digest = binary(m, number); break;
	case SEQUENCE: m->batch.sequence = number; break;
	case GROUPS: m->batch.n_groups = number; break;
	case OBSERVATIONS: m->batch.n_observations = number; break;
	case GROUP: o->group = (uint32_t)number; break;
	case MECHANISM: o->mechanism = (Senderwatch__Mechanism)number; break;
	case OUTCOME: o->outcome = (Senderwatch__Outcome)number; break;
	case DNSSEC: o->dnssec = (Senderwatch__Dnssec)number; break;
	case EARLIER: o->earlier = (uint32_t)number; break;
	case DAY: o->day = (uint32_t)number; break;
	case RESOLVER: m->batch.resolver = text; break;
	case SOFTWARE: m->batch.software = text; break;
	case NAME: o->name = text; break;
	case SUFFIX: m->group.suffix = text; break;
	case REGISTRY: m->group.registry = text; break;
	case TYPE: m->group.type = text; break;
	case RESOLVER_OF: m->batch.resolver = text_of(m, number, 'a'); break;
	case NAME_OF: o->name = text_of(m, number, 'a'); break;
	case SUFFIX_OF: m->group.suffix = text_of(m, number, 'a'); break;
	case REGISTRY_OF: m->group.registry = text_of(m, number, 'a'); break;
	case TYPE_OF: m->group.type = text_of(m, number, 'A'); break;
	case NO_COUNTERS: m->batch.counters = NULL; break;
	}
}

struct damage_case {
	enum damage damage;
	uint64_t number;
	const char *word;
	const char *reason;	/* a part of it; NULL: the frame is good */
};

static const struct damage_case cases[] = {
	{ NONE, 0, NULL, NULL },
	{ NO_COUNTERS, 0, NULL, NULL },
	{ NO_BODY, 0, NULL, "kind" },
	{ INSTANCE, 0, NULL, "instance" },
	{ INSTANCE, 15, NULL, "instance" },
	{ INSTANCE, 17, NULL, "instance" },
	{ KEY_ID, 0, NULL, NULL },
	{ KEY_ID, 7, NULL, "key id" },
	{ KEY_ID, 9, NULL, "key id" },
	{ SUBJECT, 0, NULL, "subject" },
	{ SUBJECT, 15, NULL, "subject" },
	{ SUBJECT, 17, NULL, "subject" },
	{ DIGEST, 0, NULL, NULL },
	{ DIGEST, 7, NULL, "digest" },
	{ DIGEST, 9, NULL, "digest" },
	{ SEQUENCE, 0, NULL, "sequence" },
	{ SEQUENCE, INT64_MAX, NULL, NULL },
	{ SEQUENCE, (uint64_t)INT64_MAX + 1, NULL, "sequence" },
	{ SEQUENCE, UINT64_MAX, NULL, "sequence" },
	{ GROUPS, 0, NULL, "group index" },
	{ GROUPS, SW_GROUPS_MAX, NULL, NULL },
	{ GROUPS, SW_GROUPS_MAX + 1, NULL, "too many groups" },
	{ OBSERVATIONS, 0, NULL, NULL },
	{ OBSERVATIONS, SW_BATCH_MAX, NULL, NULL },
	{ OBSERVATIONS, SW_BATCH_MAX + 1, NULL, "too many observations" },
	{ GROUP, 1, NULL, NULL },
	{ GROUP, 2, NULL, "group index" },
	{ GROUP, UINT32_MAX, NULL, "group index" },
	/* what a newer sender may say */
	{ MECHANISM, 255, NULL, NULL },
	{ MECHANISM, 8, NULL, NULL },
	{ OUTCOME, 255, NULL, NULL },
	{ DNSSEC, 255, NULL, NULL },
	{ DNSSEC, 0, NULL, NULL },
	{ MECHANISM, 0, NULL, "enumeration" },
	{ MECHANISM, 256, NULL, "enumeration" },
	{ MECHANISM, (uint32_t)-1, NULL, "enumeration" },
	{ MECHANISM, 0x80000001, NULL, "enumeration" },
	{ OUTCOME, 0, NULL, "enumeration" },
	{ OUTCOME, 256, NULL, "enumeration" },
	{ OUTCOME, (uint32_t)-255, NULL, "enumeration" },
	{ DNSSEC, 256, NULL, "enumeration" },
	{ DNSSEC, (uint32_t)-1, NULL, "enumeration" },
	{ EARLIER, 255, NULL, NULL },
	{ EARLIER, 256, NULL, "earlier" },
	{ EARLIER, UINT32_MAX, NULL, "earlier" },
	{ DAY, 0, NULL, NULL },
	{ DAY, UINT32_MAX, NULL, NULL },
	{ RESOLVER, 0, "", NULL },
	{ RESOLVER, 0, "res-1 (tokyo)", NULL },
	{ RESOLVER, 0, "\n", "name of the sender" },
	{ RESOLVER, 0, "\x1f", "name of the sender" },
	{ RESOLVER, 0, "a\x7f", "name of the sender" },
	{ RESOLVER, 0, "\xe4\xba\xac", "name of the sender" },
	{ RESOLVER, 0, "\x1b[2J", "name of the sender" },
	{ RESOLVER_OF, 255, NULL, NULL },
	{ RESOLVER_OF, 256, NULL, "name of the sender" },
	{ SOFTWARE, 0, "a\tb", "name of the sender" },
	{ NAME, 0, "example.co.jp", NULL },
	{ NAME, 0, "a\\032b.jp", NULL },
	{ NAME, 0, "a\x80", "printable" },
	{ NAME_OF, SW_NAME_TEXT_MAX - 1, NULL, NULL },
	{ NAME_OF, SW_NAME_TEXT_MAX, NULL, "printable" },
	{ SUFFIX, 0, "", "suffix" },
	{ SUFFIX, 0, "Co.jp", "suffix" },
	{ SUFFIX, 0, "co_jp", "suffix" },
	{ SUFFIX, 0, "co jp", "suffix" },
	{ SUFFIX, 0, "<b>", "suffix" },
	{ SUFFIX_OF, 253, NULL, NULL },
	{ SUFFIX_OF, 254, NULL, "suffix" },
	{ REGISTRY, 0, "", NULL },
	{ REGISTRY, 0, "co.jp", "registry" },
	{ REGISTRY, 0, "JP", "registry" },
	{ REGISTRY_OF, 63, NULL, NULL },
	{ REGISTRY_OF, 64, NULL, "registry" },
	{ TYPE, 0, "", NULL },
	{ TYPE, 0, "GENERAL_IDN-2", NULL },
	{ TYPE, 0, "general", "type" },
	{ TYPE, 0, "A B", "type" },
	{ TYPE_OF, 32, NULL, NULL },
	{ TYPE_OF, 33, NULL, "type" },
};

static void
each_damage(void **state)
{
	struct message *m = malloc(sizeof(*m));

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct damage_case *c = &cases[i];
		struct sw_decoded_batch *decoded;
		const char *reason;
		enum sw_result result;
		size_t length;
		uint8_t *packed;

		make_good(m);
		do_damage(m, c->damage, c->number, c->word);
		length = senderwatch__frame__get_packed_size(&m->frame);
		packed = malloc(length + 1);
		senderwatch__frame__pack(&m->frame, packed);
		result = sw_frame_decode(packed, length, &decoded, &reason);
		if ((result == SW_OK) != (c->reason == NULL))
			fail_msg("case %zu: result %d: %s", i, result, reason);
		if (c->reason != NULL && (result != SW_ERR_INVALID ||
		    strstr(reason, c->reason) == NULL))
			fail_msg("case %zu: refused as: %s", i, reason);
		sw_decoded_batch_free(&decoded);
		free(packed);
	}
	free(m);
}

static void
newer_values_survive(void **state)
{
	struct message *m = malloc(sizeof(*m));
	struct sw_decoded_batch *decoded;
	const struct sw_observation *o;
	const char *reason;
	uint8_t packed[1000];
	size_t length;

	(void)state;
	make_good(m);
	m->observation.mechanism = (Senderwatch__Mechanism)200;
	m->observation.outcome = (Senderwatch__Outcome)77;
	m->observation.dnssec = (Senderwatch__Dnssec)9;
	m->observation.features = UINT64_MAX - 1;
	length = senderwatch__frame__pack(&m->frame, packed);
	assert_int_equal(sw_frame_decode(packed, length, &decoded, &reason),
	    SW_OK);
	o = sw_decoded_batch(decoded)->observations;
	assert_int_equal(o->mechanism, 200);
	assert_int_equal(o->outcome, 77);
	assert_int_equal(o->dnssec, 9);
	assert_true(o->features == UINT64_MAX - 1);
	sw_decoded_batch_free(&decoded);
	free(m);
}

/* A field of a newer sender, in the frame and in the batch, is passed over. */
static void
newer_fields_are_passed_over(void **state)
{
	struct message *m = malloc(sizeof(*m));
	struct sw_decoded_batch *decoded;
	const char *reason;
	uint8_t packed[1000];
	size_t length;

	(void)state;
	make_good(m);
	length = senderwatch__frame__pack(&m->frame, packed);
	/* The batch takes between 128 and 16383 bytes: two bytes of length. */
	assert_int_equal(packed[0], 0x0a);
	memcpy(packed + length, "\xa2\6\3xyz", 6);	/* field 100, bytes */
	packed[1] = (uint8_t)(packed[1] + 6);
	memcpy(packed + length + 6, "\xf8\6\1", 3);	/* field 111, number */
	assert_int_equal(sw_frame_decode(packed, length + 9, &decoded,
	    &reason), SW_OK);
	assert_int_equal(sw_decoded_batch(decoded)->observation_count, 2);
	sw_decoded_batch_free(&decoded);
	/* A kind of frame that this version does not know. */
	assert_int_equal(sw_frame_decode((const uint8_t *)"\x12\0", 2,
	    &decoded, &reason), SW_ERR_INVALID);
	assert_non_null(strstr(reason, "kind"));
	free(m);
}

/* Text ends where a NUL stands in it, and the rest is nowhere. */
static void
nul_in_text(void **state)
{
	struct message *m = malloc(sizeof(*m));
	struct sw_decoded_batch *decoded;
	const struct sw_batch *batch;
	const char *reason;
	uint8_t packed[1000];
	size_t length;
	char name[] = "one.jp!<script>", suffix_text[] = "jp!X";

	(void)state;
	make_good(m);
	m->observation.name = name;
	m->group.suffix = suffix_text;
	length = senderwatch__frame__pack(&m->frame, packed);
	for (size_t i = 0; i < length; i++) {
		if (packed[i] == '!')
			packed[i] = '\0';
	}
	assert_int_equal(sw_frame_decode(packed, length, &decoded, &reason),
	    SW_OK);
	batch = sw_decoded_batch(decoded);
	assert_string_equal(batch->observations[0].name, "one.jp");
	assert_string_equal(batch->groups[0].suffix, "jp");
	sw_decoded_batch_free(&decoded);
	free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_damage),
		cmocka_unit_test(newer_values_survive),
		cmocka_unit_test(newer_fields_are_passed_over),
		cmocka_unit_test(nul_in_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
