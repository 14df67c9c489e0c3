/*
 * How far long work has come, on standard error if that is a terminal; and
 * SIGINT, SIGTERM and SIGHUP, which end it in good order.
 */
#ifndef SENDERWATCH_REPORT_PROGRESS_H
#define SENDERWATCH_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct sw_progress {
	const char *doing;	/* "senderwatch backup" */
	bool terminal;
	bool drawn;		/* there is a line to be cleared */
	uint64_t next_ms;
};

void sw_progress_begin(struct sw_progress *progress, const char *doing);
/* A sw_store_progress, called with a struct sw_progress. */
bool sw_progress_tell(void *argument, uint64_t done, uint64_t total);
/* Clear the line, before something else is said. */
void sw_progress_end(struct sw_progress *progress);

#endif
