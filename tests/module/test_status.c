/* The status file tells that the module lives, however seldom it delivers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "module/sender.h"

#define PATIENCE_S 20

static char folder[40], socket_path[80], status_path[80];

static void log_line(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
log_line(enum sw_log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

/* Is the file there within the time that it may take, many times over? */
static bool
is_written(void)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	time_t end = time(NULL) + PATIENCE_S;

	while (access(status_path, R_OK) != 0) {
		if (time(NULL) > end)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static void
is_renewed_between_flushes(void **state)
{
	struct sw_options options = {
		.socket = socket_path, .resolver = folder, .plain_names = true,
		.capacity = 1024, .flush_interval_ms = 3600 * 1000,
		.timeout_ms = 1000, .status_file = status_path,
	};
	struct sw_observer *observer;
	struct sw_sender *sender;
	struct sw_link *link;

	(void)state;
	assert_int_equal(sw_observer_new(&observer, &options, log_line),
	    SW_OK);
	assert_int_equal(sw_link_new(&link, &options, log_line), SW_OK);
	assert_int_equal(sw_sender_start(&sender, observer, link, &options,
	    log_line), SW_OK);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(is_written());
		assert_int_equal(unlink(status_path), 0);
	}
	sw_sender_stop(&sender);
	assert_int_equal(access(status_path, R_OK), 0);
	unlink(status_path);
	sw_link_free(&link);
	sw_observer_free(&observer);
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/sw-test-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(socket_path, sizeof(socket_path), "%s/socket", folder);
	snprintf(status_path, sizeof(status_path), "%s/status", folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_renewed_between_flushes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
