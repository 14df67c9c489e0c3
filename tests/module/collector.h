/*
 * A collector for tests: a thread with a real fstrm_reader that does with each
 * connection what its script says, and keeps the frames that it saw.
 */
#ifndef SENDERWATCH_TESTS_MODULE_COLLECTOR_H
#define SENDERWATCH_TESTS_MODULE_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum deed {
	DEED_TAKE,		/* all as it should be, FINISH included */
	DEED_CLOSE,		/* close at once */
	DEED_GARBAGE,		/* say something else */
	DEED_HANG,		/* say nothing until the peer goes */
	DEED_NO_FINISH,		/* take all, and close instead of FINISH */
	DEED_HANG_FINISH,	/* take all, and say nothing more */
	DEED_GARBAGE_FINISH	/* take all, and say something else */
};

/* A frame that came whole. */
struct seen_frame {
	uint8_t *bytes;
	size_t length;
	bool finished;		/* acknowledged with FINISH */
};

struct collector;

/* The last deed of the script is repeated for ever. */
struct collector *collector_start(const char *path, const enum deed *script,
    size_t count);
/* Go on with another script. */
void collector_direct(struct collector *collector, const enum deed *script,
    size_t count);
unsigned collector_connections(struct collector *collector);
/* Stop listening; the frames stay. */
void collector_stop(struct collector *collector);
/* After the stop. */
size_t collector_frames(const struct collector *collector,
    const struct seen_frame **frames);
void collector_free(struct collector **collector);

#endif
