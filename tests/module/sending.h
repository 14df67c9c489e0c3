/* A sender, its observer and its collector, for tests of the sender. */
#ifndef SENDERWATCH_TESTS_MODULE_SENDING_H
#define SENDERWATCH_TESTS_MODULE_SENDING_H

#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "module/sender.h"
#include "tests/module/collector.h"

#define PATIENCE_MS 60000	/* for what must end long before */

static char folder[40], socket_path[80], spool_path[80];
static struct sw_options options;
static struct sw_observer *observer;
static struct sw_link *link_to;
static struct sw_sender *sender;
static struct collector *collector;

/* The test's own. */
static void log_line(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static inline void
rest(void)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	nanosleep(&pause, NULL);
}

static inline void
start(void)
{
	assert_int_equal(sw_link_new(&link_to, &options, log_line), SW_OK);
	assert_int_equal(sw_sender_start(&sender, observer, link_to, &options,
	    log_line), SW_OK);
}

static inline void
stop(void)
{
	sw_sender_stop(&sender);
	assert_null(sender);
	sw_link_free(&link_to);
}

static inline struct sw_counters
counters(void)
{
	struct sw_counters now;

	sw_observer_counters(observer, &now);
	return now;
}

static inline void
wait_for_connections(unsigned count)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (collector_connections(collector) < count && now_ms() < end)
		rest();
	assert_in_range(collector_connections(collector), count, 1000000);
}

#endif
