/*
 * SIGKILL at random moments under load: senders send again what was not
 * acknowledged, and in the end the database is as if nothing had been.
 *
 * SENDERWATCH_KILLS sets how many there are.
 */
#include "support.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "senderwatch/maintenance.h"

#define KILLS 50
#define COUNT 400	/* batches for a kill at most; there is load all the time */
#define OBSERVATIONS 12
#define SUBJECTS 80

struct sender {
	const struct daemon *daemon;
	const struct scenario *scenario;
	size_t number;
	size_t sent;		/* batches that were acknowledged */
	unsigned failures;
	pthread_t thread;
};

static atomic_bool enough;
static atomic_uint acknowledged;	/* streams, of all senders */

/* Its batches in their order, one to three a stream, until it is enough. */
static void *
run_sender(void *argument)
{
	struct sender *sender = argument;
	struct random random = { sender->number + 100 };
	size_t total = sender->scenario->count / SCENARIO_SENDERS;

	while (sender->sent < total && !atomic_load(&enough)) {
		struct sw_batch batches[3];
		size_t count = 1 + pick(&random, 3);

		if (count > total - sender->sent)
			count = total - sender->sent;
		for (size_t i = 0; i < count; i++)
			batches[i] = sender->scenario->batches[
			    (sender->sent + i) * SCENARIO_SENDERS +
			    sender->number];
		/* Again and again, whether or not they are wanted any more. */
		while (!deliver(sender->daemon, batches, count)) {
			sender->failures++;
			poll(NULL, 0, 1);
		}
		sender->sent += count;
		atomic_fetch_add(&acknowledged, 1);
	}
	return NULL;
}

static void
fail_with(void *argument, const char *text)
{
	fail_msg("%s: %s", (const char *)argument, text);
}

static void
check_soundness(const char *path)
{
	const struct sw_store_check check = { .complain = fail_with,
		.complain_argument = (void *)path };
	struct sw_store *store = open_store(path, SW_STORE_READ);

	if (sw_store_check(store, &check) != SW_OK)
		fail_msg("%s", sw_store_error(store));
	sw_store_close(&store);
}

static void
compare_with_undisturbed(void **state, const struct daemon *daemon,
    const struct sender *senders)
{
	const char *path = path_in(state, "reference");
	struct sw_store *store = open_store(path, SW_STORE_WRITE);
	const struct scenario *scenario = senders[0].scenario;
	char *expected, *got;

	for (size_t s = 0; s < SCENARIO_SENDERS; s++) {
		for (size_t i = 0; i < senders[s].sent; i++) {
			size_t index = i * SCENARIO_SENDERS + s;

			merge(store, &scenario->batches[index],
			    scenario->resolvers[index],
			    (uint32_t)(time(NULL) / 86400));
		}
	}
	sw_store_close(&store);
	expected = dump(path);
	got = dump(daemon->database);
	if (strcmp(expected, got) != 0)
		fail_msg("the databases differ");
	check_soundness(daemon->database);
	free(expected);
	free(got);
}

/* Until some more streams were acknowledged, however slow the machine is. */
static void
await_progress(unsigned streams)
{
	unsigned goal = atomic_load(&acknowledged) + streams;
	uint64_t end = now_ms() + DEADLINE_MS;

	while (atomic_load(&acknowledged) < goal) {
		assert_true(now_ms() < end);
		poll(NULL, 0, 1);
	}
}

static void
loses_nothing_when_killed(void **state)
{
	struct sender senders[SCENARIO_SENDERS];
	struct random random = { 4711 };
	const char *wanted = getenv("SENDERWATCH_KILLS");
	unsigned total = wanted != NULL ? (unsigned)atoi(wanted) : KILLS;
	struct scenario scenario;
	struct daemon daemon, address;
	size_t sent = 0;
	unsigned failures = 0;

	assert_true(total > 0);
	present_scenario(&scenario, 21, (size_t)COUNT * total, OBSERVATIONS,
	    SUBJECTS);
	start_daemon(&daemon, *state, NULL);
	address = daemon;	/* the senders' own, where all later ones are too */
	for (size_t i = 0; i < SCENARIO_SENDERS; i++) {
		senders[i] = (struct sender){ &address, &scenario, i, 0, 0, 0 };
		assert_int_equal(pthread_create(&senders[i].thread, NULL,
		    run_sender, &senders[i]), 0);
	}
	for (unsigned kills = 0; kills < total; kills++) {
		int status;

		await_progress(pick(&random, 4));
		poll(NULL, 0, (int)pick(&random, 20));
		status = end_daemon(&daemon, SIGKILL);
		assert_true(WIFSIGNALED(status));
		start_daemon(&daemon, *state, NULL);
	}
	atomic_store(&enough, true);
	for (size_t i = 0; i < SCENARIO_SENDERS; i++) {
		assert_int_equal(pthread_join(senders[i].thread, NULL), 0);
		sent += senders[i].sent;
		failures += senders[i].failures;
	}
	stop_daemon(&daemon);
	print_message("%d kills, %zu batches acknowledged, %u deliveries failed\n",
	    total, sent, failures);
	/* They were under way all the time, and met the kills. */
	assert_true(sent >= total && sent < (size_t)COUNT * total);
	assert_true(failures > total / 2);
	compare_with_undisturbed(state, &daemon, senders);
	scenario_fini(&scenario);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(loses_nothing_when_killed,
		    make_folder, remove_folder),
	};

	await_calm();
	return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
