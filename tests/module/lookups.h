/* What the tests of the intake share: look-ups, and what observers made of them; after cmocka.h. */
#ifndef SENDERWATCH_TESTS_MODULE_LOOKUPS_H
#define SENDERWATCH_TESTS_MODULE_LOOKUPS_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "module/intake.h"
#include "tests/lib/names.h"
#include "tests/random.h"

#define NOON ((time_t)20000 * 86400 + 43200)
#define RECORDS 4

static char resolver[] = "test";
static struct sw_private_zone private_zone = { .name = "\7private\2jp",
	.length = 12 };
/* Room enough that no bucket of the table is ever full, whatever its hash's key. */
static struct sw_options options = { .resolver = resolver,
	.capacity = 1u << 18, .plain_names = true,
	.private_zones = &private_zone, .private_zone_count = 1 };

static void complain(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void
complain(enum sw_log_level level, const char *format, ...)
{
	va_list arguments;

	(void)level;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
}

static inline struct sw_observer *
new_observer(void)
{
	struct sw_observer *observer;

	assert_int_equal(sw_observer_new(&observer, &options, complain), SW_OK);
	return observer;
}

/* A look-up, and what it points to. */
struct example {
	struct sw_lookup lookup;
	time_t now;
	uint8_t name[SW_NAME_WIRE_MAX + 64];
	uint8_t soa[SW_NAME_WIRE_MAX + 64];
	uint8_t bytes[RECORDS][300];
	const uint8_t *rdata[RECORDS];
	size_t length[RECORDS];
};

static inline void
add_record(struct example *example, const char *text)
{
	struct sw_rrset *records = &example->lookup.answer.records;
	size_t i = records->count++, length = strlen(text);
	uint8_t *at = example->bytes[i];

	at[0] = 0;
	at[1] = (uint8_t)(length + 1);
	at[2] = (uint8_t)length;
	memcpy(at + 3, text, length);
	example->rdata[i] = at;
	example->length[i] = length + 3;
}

/*
 * The n-th of a seed: each of a name of its own, so that what comes of it does
 * not depend on what else was seen before.
 */
static inline void
make_example(struct example *example, unsigned n, uint64_t *seed)
{
	static const char *const around[][2] = {
		{ "d", ".co.jp" }, { "_dmarc.d", ".jp" },
		{ "_mta-sts.d", ".com" }, { "s1._domainkey.mail.d", ".org" },
		{ "d", ".chiyoda.tokyo.jp" }, { "_smtp._tls.d", ".co.uk" },
		{ "deep.down.d", ".jp" }, { "4.3.2.1.0.1.d", ".example.org" },
		{ "h._acme-challenge.d", ".jp" }, { "_DMARC.D", ".JP" },
		{ "s1._domainkey.d", ".private.jp" }
	};
	static const char *const texts[] = {
		"v=spf1 -all", "v=spf1 mx ~all", "v=DMARC1; p=reject",
		"v=DKIM1; p=", "v=STSv1; id=1;", "v=spf1 -al",
		"v=TLSRPTv1; rua=mailto:a@example.jp", "something else"
	};
	char text[100];
	unsigned count = random_below(seed, RECORDS + 1);
	unsigned kind = random_below(seed, 11);

	memset(example, 0, sizeof(*example));
	snprintf(text, sizeof(text), "%s%u%s", around[kind][0], n,
	    around[kind][1]);
	example->now = NOON + random_below(seed, 3) * 86400;
	example->lookup = (struct sw_lookup){
		.name = example->name,
		.name_length = to_wire(text, example->name),
		.type = random_below(seed, 5) == 0 ? SW_TYPE_MX : SW_TYPE_TXT,
		.dnssec = random_below(seed, 3),
		.answer = { .records = { 0, example->rdata, example->length },
		    .cname = random_below(seed, 4) == 0,
		    .truncated = random_below(seed, 50) == 0 },
	};
	for (unsigned i = 0; i < count; i++)
		add_record(example, texts[random_below(seed, 8)]);
	if (count == 0) {
		example->lookup.answer.rcode = random_below(seed, 2) == 0 ?
		    SW_RCODE_NXDOMAIN : SW_RCODE_NOERROR;
		example->lookup.answer.soa = example->soa;
		example->lookup.answer.soa_length = to_wire(
		    strrchr(text, '.') + 1, example->soa);
	}
	if (random_below(seed, 20) == 0)
		example->lookup.usable = SW_UNUSABLE_BOGUS;
}

/* As instance.c does. True if the intake took it. */
static inline bool
leave(struct sw_intake *intake, struct sw_observer *observer,
    const struct example *example, unsigned thread)
{
	if (sw_lanes_leave(sw_intake_lanes(intake), &example->lookup, thread,
	    example->now))
		return true;
	sw_observer_see(observer, &example->lookup, example->now);
	return false;
}

/* The lanes are made by the thread: until then nothing is taken. */
static inline struct sw_intake *
start_intake(struct sw_observer *observer)
{
	const struct timespec short_while = { .tv_nsec = 1000000 };
	struct sw_intake *intake;
	struct example example;

	assert_int_equal(sw_intake_start(&intake, observer, 0, complain), SW_OK);
	memset(&example, 0, sizeof(example));
	example.lookup.name = example.name;
	example.lookup.name_length = to_wire("start.jp", example.name);
	example.lookup.type = SW_TYPE_MX;
	example.lookup.answer.records.rdata = example.rdata;
	example.lookup.answer.records.length = example.length;
	while (!sw_lanes_leave(sw_intake_lanes(intake), &example.lookup, 0,
	    NOON))
		nanosleep(&short_while, NULL);
	return intake;
}

static inline int
compare(const void *a, const void *b)
{
	const struct sw_observation *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (int)x->mechanism - (int)y->mechanism;
}

/* All that waits in the table, sorted; names are to be freed. */
static inline size_t
collect(struct sw_observer *observer, struct sw_observation **observations)
{
	struct sw_table *table = sw_observer_table(observer);
	size_t count = sw_table_pending(table), space = count + 8;
	char **names = calloc(space, sizeof(*names));

	*observations = calloc(space, sizeof(**observations));
	assert_true(names != NULL && *observations != NULL);
	assert_int_equal(sw_table_take(table, 0, *observations, names, space),
	    count);
	qsort(*observations, count, sizeof(**observations), compare);
	free(names);
	return count;
}

static inline void
assert_same_group(struct sw_observer *a, uint32_t number_a,
    struct sw_observer *b, uint32_t number_b)
{
	struct sw_group x = sw_groups_get(sw_observer_groups(a), number_a);
	struct sw_group y = sw_groups_get(sw_observer_groups(b), number_b);

	assert_string_equal(x.suffix, y.suffix);
	assert_string_equal(x.registry, y.registry);
	assert_string_equal(x.type, y.type);
}

/* The same entries, and the same counts. Returns the number of entries. */
static inline size_t
assert_same(struct sw_observer *a, struct sw_observer *b)
{
	struct sw_counters counted_a, counted_b;
	struct sw_observation *x, *y;
	size_t count = collect(a, &x);

	assert_int_equal(collect(b, &y), count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(x[i].name, y[i].name);
		assert_memory_equal(x[i].subject, y[i].subject,
		    SW_PSEUDONYM_SIZE);
		assert_memory_equal(x[i].digest, y[i].digest, SW_DIGEST_SIZE);
		assert_int_equal(x[i].mechanism, y[i].mechanism);
		assert_int_equal(x[i].outcome, y[i].outcome);
		assert_int_equal(x[i].features, y[i].features);
		assert_int_equal(x[i].dnssec, y[i].dnssec);
		assert_int_equal(x[i].day, y[i].day);
		assert_same_group(a, x[i].group, b, y[i].group);
		free((char *)(uintptr_t)x[i].name);
		free((char *)(uintptr_t)y[i].name);
	}
	free(x);
	free(y);
	sw_observer_counters(a, &counted_a);
	sw_observer_counters(b, &counted_b);
	assert_memory_equal(&counted_a, &counted_b, sizeof(counted_a));
	return count;
}

#endif
