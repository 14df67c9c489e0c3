/*
 * What is left for the intake arrives as if the observer had seen it at once;
 * also from several threads, under ThreadSanitizer as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "tests/module/lookups.h"

#define THREADS 4
#define LOOKUPS 3000	/* of each thread */

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrives_as_it_was),
		cmocka_unit_test(knows_a_domain_again),
		cmocka_unit_test(arrives_from_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
