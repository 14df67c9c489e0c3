/* A thread's pauses: what ends them is never lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "module/thread.h"

#define LONG_MS 3600000u	/* nobody waits for that: see alarm() */
#define PAUSES 1000u

struct sleeper {
	struct sw_thread thread;
	atomic_bool may_pause;
	atomic_uint woken;	/* pauses that ended without a stop */
	atomic_uint stopped;	/* and with one */
};

static void *
sleep_often(void *argument)
{
	struct sleeper *sleeper = argument;

	while (!atomic_load(&sleeper->may_pause))
		continue;
	while (!sw_thread_pause(&sleeper->thread, LONG_MS))
		atomic_fetch_add(&sleeper->woken, 1);
	/* From then on at once. */
	for (unsigned i = 0; i < PAUSES; i++)
		atomic_fetch_add(&sleeper->stopped,
		    sw_thread_pause(&sleeper->thread, LONG_MS));
	return NULL;
}

static void
start(struct sleeper *sleeper, bool may_pause)
{
	atomic_init(&sleeper->may_pause, may_pause);
	atomic_init(&sleeper->woken, 0);
	atomic_init(&sleeper->stopped, 0);
	assert_int_equal(sw_thread_start(&sleeper->thread, sleep_often,
	    sleeper), SW_OK);
}

static void
stop(struct sleeper *sleeper)
{
	sw_thread_stop(&sleeper->thread);
	assert_int_equal(atomic_load(&sleeper->stopped), PAUSES);
}

/* Said before the pause begins; however often, it ends one. */
static void
woken_early(void **state)
{
	struct sleeper sleeper;

	(void)state;
	start(&sleeper, false);
	for (unsigned i = 0; i < 5; i++)
		sw_thread_wake(&sleeper.thread);
	atomic_store(&sleeper.may_pause, true);
	while (atomic_load(&sleeper.woken) == 0)
		continue;
	stop(&sleeper);
	assert_int_equal(atomic_load(&sleeper.woken), 1);
}

/* Said at any moment, between pauses or in them. */
static void
woken_often(void **state)
{
	struct sleeper sleeper;

	(void)state;
	start(&sleeper, true);
	for (unsigned i = 1; i <= PAUSES; i++) {
		sw_thread_wake(&sleeper.thread);
		while (atomic_load(&sleeper.woken) != i)
			continue;
	}
	stop(&sleeper);
}

/* Before it could pause at all. */
static void
stopped_early(void **state)
{
	struct sleeper sleeper;

	(void)state;
	start(&sleeper, true);
	stop(&sleeper);
	assert_int_equal(atomic_load(&sleeper.woken), 0);
}

/* A pause that nobody ends has an end. */
static void *
pause_once(void *argument)
{
	struct sleeper *sleeper = argument;

	if (!sw_thread_pause(&sleeper->thread, 10))
		atomic_fetch_add(&sleeper->woken, 1);
	return NULL;
}

static void
over_by_itself(void **state)
{
	struct sleeper sleeper;

	(void)state;
	atomic_init(&sleeper.woken, 0);
	assert_int_equal(sw_thread_start(&sleeper.thread, pause_once,
	    &sleeper), SW_OK);
	while (atomic_load(&sleeper.woken) == 0)
		continue;
	sw_thread_stop(&sleeper.thread);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(woken_early),
		cmocka_unit_test(woken_often),
		cmocka_unit_test(stopped_early),
		cmocka_unit_test(over_by_itself),
	};

	/* What hangs is ended by this. */
	alarm(120);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
