/*
 * What is left for the intake arrives as if the observer had seen it at once;
 * also from several threads, under ThreadSanitizer as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "module/intake.h"
#include "tests/lib/names.h"
#include "tests/random.h"

#define NOON ((time_t)20000 * 86400 + 43200)
#define RECORDS 4
#define THREADS 4
#define LOOKUPS 3000	/* of each thread */

static char resolver[] = "test";
static struct sw_private_zone private_zone = { .name = "\7private\2jp",
	.length = 12 };
static struct sw_options options = { .resolver = resolver,
	.capacity = 1u << 16, .plain_names = true,
	.private_zones = &private_zone, .private_zone_count = 1 };

static void complain(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
complain(enum sw_log_level level, const char *format, ...)
{
	va_list arguments;

	(void)level;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
}

static struct sw_observer *
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

static void
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
static void
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
static bool
leave(struct sw_intake *intake, struct sw_observer *observer,
    const struct example *example, unsigned thread)
{
	if (!sw_observer_may_want(observer, &example->lookup))
		return true;
	if (sw_lanes_leave(sw_intake_lanes(intake), &example->lookup, thread,
	    example->now))
		return true;
	sw_observer_see(observer, &example->lookup, example->now);
	return false;
}

/* The lanes are made by the thread: until then nothing is taken. */
static struct sw_intake *
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

static int
compare(const void *a, const void *b)
{
	const struct sw_observation *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (int)x->mechanism - (int)y->mechanism;
}

/* All that waits in the table, sorted; names are to be freed. */
static size_t
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

static void
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
static size_t
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

/* In several rounds of the thread's, so that lanes are used again. */
static void
arrives_as_it_was(void **state)
{
	const struct timespec round = { .tv_nsec = 120000000 };
	struct sw_observer *direct = new_observer(), *observer = new_observer();
	struct sw_intake *intake = start_intake(observer);
	struct sw_intake *other = start_intake(direct);
	uint64_t seed = 1;

	(void)state;
	sw_intake_stop(&other);
	assert_null(other);
	for (unsigned n = 0; n < LOOKUPS; n++) {
		struct example example;

		make_example(&example, n, &seed);
		sw_observer_see(direct, &example.lookup, example.now);
		leave(intake, observer, &example, 0);
		/* What was borrowed is the caller's again. */
		memset(&example, 0xa5, sizeof(example));
		if (n % (LOOKUPS / 4) == 1)
			nanosleep(&round, NULL);
	}
	sw_intake_stop(&intake);
	sw_intake_stop(&intake);
	assert_in_range(assert_same(direct, observer), LOOKUPS / 3, LOOKUPS);
	sw_observer_free(&observer);
	sw_observer_free(&direct);
}

#define DOMAINS 2500	/* each of two look-ups */
#define APART 100u

/* Of the n-th domain, SPF or DMARC. Of some domains, the former tells nothing. */
static void
make_mail_example(struct example *example, unsigned n, bool dmarc)
{
	static const char *const suffixes[] = { "co.jp", "jp", "com",
		"chiyoda.tokyo.jp", "co.uk" };
	char text[100];

	memset(example, 0, sizeof(*example));
	snprintf(text, sizeof(text), "%smail%u.%s", dmarc ? "_dmarc." : "", n,
	    suffixes[n % 5]);
	example->now = NOON;
	example->lookup = (struct sw_lookup){
		.name = example->name,
		.name_length = to_wire(text, example->name),
		.type = SW_TYPE_TXT,
		.answer = { .records = { 0, example->rdata, example->length },
		    .truncated = !dmarc && n % 3 == 0 },
	};
	snprintf(text, sizeof(text), dmarc ?
	    "v=DMARC1; p=none; rua=mailto:%u@example.jp" :
	    "v=spf1 a:mail%u.example.jp -all", n);
	add_record(example, text);
}

/*
 * The thread finds out once what the look-ups of a domain that come at about one
 * time are of, and makes one pseudonym for them; there are more domains than it
 * keeps.
 */
static void
knows_a_domain_again(void **state)
{
	const struct timespec round = { .tv_nsec = 120000000 };
	struct sw_observer *direct = new_observer(), *observer = new_observer();
	struct sw_intake *intake = start_intake(observer);
	struct sw_intake *none = start_intake(direct);

	(void)state;
	sw_intake_stop(&none);
	for (unsigned n = 0; n < DOMAINS + APART; n++) {
		for (unsigned dmarc = 0; dmarc < 2; dmarc++) {
			struct example example;

			if (n < dmarc * APART || n - dmarc * APART >= DOMAINS)
				continue;
			make_mail_example(&example, n - dmarc * APART, dmarc);
			sw_observer_see(direct, &example.lookup, example.now);
			leave(intake, observer, &example, 0);
		}
		if (n % (DOMAINS / 2) == 1)
			nanosleep(&round, NULL);
	}
	sw_intake_stop(&intake);
	/* And that of the start. */
	assert_int_equal(assert_same(direct, observer),
	    2 * DOMAINS - (DOMAINS + 2) / 3 + 1);
	sw_observer_free(&observer);
	sw_observer_free(&direct);
}

struct leaver {
	struct sw_observer *observer;
	struct sw_intake *intake;
	unsigned first;
};

static void *
leave_many(void *argument)
{
	const struct leaver *leaver = argument;
	uint64_t seed = leaver->first + 1;

	for (unsigned n = 0; n < LOOKUPS; n++) {
		struct example example;

		make_example(&example, leaver->first + n, &seed);
		leave(leaver->intake, leaver->observer, &example,
		    leaver->first / LOOKUPS % 2);
	}
	return NULL;
}

static void
arrives_from_threads(void **state)
{
	struct sw_observer *direct = new_observer(), *observer = new_observer();
	struct sw_intake *intake = start_intake(observer);
	struct sw_intake *none = start_intake(direct);
	struct leaver leavers[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	sw_intake_stop(&none);
	for (unsigned i = 0; i < THREADS; i++) {
		struct leaver alone = { direct, NULL, i * LOOKUPS };

		leavers[i] = (struct leaver){ observer, intake, i * LOOKUPS };
		leave_many(&alone);
		assert_int_equal(pthread_create(&threads[i], NULL, leave_many,
		    &leavers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	sw_intake_stop(&intake);
	assert_in_range(assert_same(direct, observer), THREADS * LOOKUPS / 3,
	    THREADS * LOOKUPS);
	sw_observer_free(&observer);
	sw_observer_free(&direct);
}

/* It fills up sooner or later; what it refuses the caller can do itself. */
static void
refuses_what_is_too_much(void **state)
{
	static uint8_t large[SW_RRSET_MAX][4096];
	static const uint8_t *rdata[SW_RRSET_MAX];
	static size_t length[SW_RRSET_MAX];
	struct sw_observer *observer = new_observer();
	struct sw_intake *intake = start_intake(observer);
	struct sw_counters counters;
	struct example example;
	unsigned taken = 0, refused = 0;
	uint64_t seed = 1;

	(void)state;
	make_example(&example, 0, &seed);
	to_wire("large.jp", example.name);
	example.lookup.name_length = 10;
	example.lookup.type = SW_TYPE_TXT;
	example.lookup.usable = SW_USABLE;
	example.lookup.answer = (struct sw_answer){ .records = { SW_RRSET_MAX,
	    rdata, length } };
	/* Of empty character-strings. */
	for (unsigned i = 0; i < SW_RRSET_MAX; i++) {
		large[i][0] = (sizeof(large[i]) - 2) >> 8;
		large[i][1] = (sizeof(large[i]) - 2) & 0xff;
		rdata[i] = large[i];
		length[i] = sizeof(large[i]);
	}
	assert_false(leave(intake, observer, &example, 0));
	/* None of these can be in an answer of DNS. */
	example.lookup.answer.records.count = SW_RRSET_MAX + 1;
	assert_false(leave(intake, observer, &example, 0));
	example.lookup.answer.records.count = 0;
	example.lookup.answer.soa = example.name;
	example.lookup.answer.soa_length = SW_NAME_WIRE_MAX + 1;
	assert_false(sw_lanes_leave(sw_intake_lanes(intake), &example.lookup, 0,
	    NOON));
	example.lookup.answer.soa = NULL;
	example.lookup.name_length = SW_NAME_WIRE_MAX + 1;
	assert_false(sw_lanes_leave(sw_intake_lanes(intake), &example.lookup, 0,
	    NOON));
	example.lookup.name_length = 10;
	/* Half of its size: a few at a time, then no more for a moment. */
	example.lookup.answer.records.count = 50;
	while (refused == 0)
		*(leave(intake, observer, &example, 0) ? &taken : &refused) += 1;
	assert_in_range(taken, 1, 1000000);
	sw_intake_stop(&intake);
	sw_observer_counters(observer, &counters);
	/* These, the large one, the one with too many records, and the first. */
	assert_int_equal(counters.watched, taken + refused + 3);
	assert_int_equal(counters.unknown_malformed, 1);
	assert_int_equal(counters.observed, counters.watched - 1);
	sw_observer_free(&observer);
}

#define LARGE 131		/* records of the largest */
#define RECORD_MAX 4040
#define LARGEST ((size_t)512 * 1024)	/* of what a lane takes */
#define OVERHEAD ((size_t)1000)	/* of it, at most, besides the records */

/* A look-up with records of any size, and what it points to. */
struct bulk {
	struct sw_lookup lookup;
	uint8_t name[SW_NAME_WIRE_MAX + 64];
	uint8_t bytes[LARGE][RECORD_MAX];
	const uint8_t *rdata[LARGE];
	size_t length[LARGE], size;
};

/* TXT of random octets, that could be a SPF record or not. */
static void
fill_record(uint8_t *at, size_t length, bool spf, uint64_t *seed)
{
	at[0] = (uint8_t)((length - 2) >> 8);
	at[1] = (uint8_t)(length - 2);
	for (size_t i = 2; i < length; i++)
		at[i] = (i - 2) % 256 != 0 ? (uint8_t)random_next(seed) :
		    (uint8_t)(length - i < 256 ? length - i - 1 : 255);
	memcpy(at + 3, spf ? "v=spf1 " : "v=other", 7);
}

/* Some are nearly as large as a lane takes, some a bit larger. */
static void
make_bulk(struct bulk *bulk, unsigned n, uint64_t *seed)
{
	bool large = n % 32 == 0;
	unsigned count = large ? LARGE : 1 + random_below(seed, n % 4 == 0 ?
	    40 : 4);
	unsigned spf = random_below(seed, count);
	char text[30];

	snprintf(text, sizeof(text), "bulk%u.jp", n);
	bulk->lookup = (struct sw_lookup){ .name = bulk->name,
	    .name_length = to_wire(text, bulk->name), .type = SW_TYPE_TXT,
	    .answer = { .records = { count, bulk->rdata, bulk->length } } };
	bulk->size = 0;
	for (unsigned i = 0; i < count; i++) {
		bulk->rdata[i] = bulk->bytes[i];
		bulk->length[i] = large ? 3968 + random_below(seed, 60) :
		    10 + random_below(seed, n % 4 == 0 ? 2000 : 300);
		bulk->size += bulk->length[i];
		fill_record(bulk->bytes[i], bulk->length[i], i == spf, seed);
	}
}

/* What fits is left, if not at once then when the thread has read some. */
static bool
leave_bulk(struct sw_intake *intake, const struct bulk *bulk, unsigned thread)
{
	const struct timespec short_while = { .tv_nsec = 1000000 };

	for (unsigned tries = 0; intake != NULL && tries < 60000; tries++) {
		if (sw_lanes_leave(sw_intake_lanes(intake), &bulk->lookup,
		    thread, NOON))
			return true;
		if (bulk->size + OVERHEAD > LARGEST)
			return false;
		nanosleep(&short_while, NULL);
	}
	return false;
}

#define BULKS 192		/* of each thread: many times what a lane holds */

struct bulk_leaver {
	struct sw_observer *observer;
	struct sw_intake *intake;
	unsigned thread;	/* Unbound's number */
	unsigned first;
	unsigned left;
	size_t size;		/* of what was left */
};

static void *
leave_bulks(void *argument)
{
	struct bulk_leaver *leaver = argument;
	struct bulk *bulk = malloc(sizeof(*bulk));
	uint64_t seed = leaver->first + 7;

	for (unsigned n = 0; n < BULKS && bulk != NULL; n++) {
		make_bulk(bulk, leaver->first + n, &seed);
		if (leave_bulk(leaver->intake, bulk, leaver->thread)) {
			leaver->left++;
			leaver->size += bulk->size;
		} else {
			sw_observer_see(leaver->observer, &bulk->lookup, NOON);
		}
	}
	free(bulk);
	return NULL;
}

/* Lanes that are full and go around, and more threads than there are lanes. */
static void
arrives_whatever_its_size(void **state)
{
	static const unsigned numbers[] = { 1, 9, 17, 8, 255, UINT32_MAX };
	enum { COUNT = sizeof(numbers) / sizeof(numbers[0]) };
	struct sw_observer *direct = new_observer(), *observer = new_observer();
	struct sw_intake *intake = start_intake(observer);
	struct sw_intake *none = start_intake(direct);
	struct bulk_leaver leavers[COUNT];
	pthread_t threads[COUNT];
	size_t in_lane = 0;

	(void)state;
	sw_intake_stop(&none);
	for (unsigned i = 0; i < COUNT; i++) {
		struct bulk_leaver alone = { .observer = direct,
		    .first = i * BULKS };

		leavers[i] = (struct bulk_leaver){ observer, intake, numbers[i],
		    i * BULKS, 0, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, leave_bulks,
		    &leavers[i]), 0);
		leave_bulks(&alone);
	}
	for (unsigned i = 0; i < COUNT; i++)
		pthread_join(threads[i], NULL);
	sw_intake_stop(&intake);
	for (unsigned i = 0; i < COUNT; i++) {
		/* All but some of those that are as large as can be. */
		assert_in_range(leavers[i].left, BULKS - BULKS / 32, BULKS);
		in_lane += numbers[i] % 8 == 1 ? leavers[i].size : 0;
	}
	/* Around, and around again. */
	assert_in_range(in_lane, 4 * LARGEST, SIZE_MAX);
	/* And the one that was left at the start. */
	assert_int_equal(assert_same(direct, observer), COUNT * BULKS + 1);
	sw_observer_free(&observer);
	sw_observer_free(&direct);
}

/*
 * The thread, which would rest for long, is told of many octets: also of those
 * that are skipped at a lane's end.
 */
static void
many_are_read_soon(void **state)
{
	/* 300 KiB twice; then there is less left than 440 KiB, but much. */
	static const unsigned counts[] = { 76, 76, 112 };
	const struct timespec short_while = { .tv_nsec = 1000000 };
	static struct bulk bulk;
	struct sw_observer *observer = new_observer();
	struct sw_counters counters = { .seen = 0 };
	struct sw_intake *intake;
	uint64_t seed = 3;

	(void)state;
	assert_int_equal(sw_intake_start(&intake, observer, 600000, complain),
	    SW_OK);
	make_bulk(&bulk, 0, &seed);
	bulk.size = 0;
	for (unsigned n = 1; n <= sizeof(counts) / sizeof(counts[0]); n++) {
		bulk.lookup.answer.records.count = counts[n - 1];
		assert_true(leave_bulk(intake, &bulk, 0));
		for (unsigned tries = 0; tries < 10000 && counters.seen < n;
		    tries++) {
			nanosleep(&short_while, NULL);
			sw_observer_counters(observer, &counters);
		}
		assert_int_equal(counters.seen, n);
	}
	sw_intake_stop(&intake);
	sw_observer_free(&observer);
}

static void
none_takes_nothing(void **state)
{
	struct sw_observer *observer = new_observer();
	struct example example;
	uint64_t seed = 1;

	(void)state;
	make_example(&example, 0, &seed);
	assert_false(sw_lanes_leave(NULL, &example.lookup, 0, NOON));
	sw_observer_free(&observer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrives_as_it_was),
		cmocka_unit_test(knows_a_domain_again),
		cmocka_unit_test(arrives_from_threads),
		cmocka_unit_test(arrives_whatever_its_size),
		cmocka_unit_test(many_are_read_soon),
		cmocka_unit_test(refuses_what_is_too_much),
		cmocka_unit_test(none_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
