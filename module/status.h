/*
 * The status file: what the module counted and how delivery stands, for
 * "senderwatch status" and for people. Written by the sender's thread.
 */
#ifndef SENDERWATCH_MODULE_STATUS_H
#define SENDERWATCH_MODULE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "module/observer.h"
#include "senderwatch/result.h"

struct sw_status {
	const char *resolver;
	const char *collector;
	bool delivering;	/* the last delivery succeeded */
	time_t delivered;	/* when; 0: never */
	time_t now;
};

/* Replace the file at path (mode 0644) as a whole. */
enum sw_result sw_status_write(const char *path,
    const struct sw_status *status, struct sw_observer *observer);

#endif
