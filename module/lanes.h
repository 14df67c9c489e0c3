/* The memory in which copies of look-ups wait. For intake.c. */
#ifndef SENDERWATCH_MODULE_LANES_H
#define SENDERWATCH_MODULE_LANES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "module/intake.h"
#include "senderwatch/hot.h"

#define LANES 8u
#define ROOM ((size_t)1024 * 1024)	/* of a lane: a power of two */
#define STAGE ((size_t)2048)	/* with the rest of its struct */

/* A copy. Behind it are name, SOA, and each record with its length before it. */
struct note {
	size_t size;	/* with all of that; a multiple of its alignment */
	time_t now;
	uint16_t type;
	uint16_t rcode;
	uint16_t record_count;
	uint8_t usable;
	uint8_t dnssec;
	bool truncated;
	bool cname;
	uint8_t name_length;
	uint8_t soa_length;	/* 0: none */
};

/* In a size: the lane's end, with too little room for the note that came. */
#define SKIPPED ((size_t)1)

/*
 * Of some of Unbound's threads: octets in a circle, and a stage before them, to
 * which a look-up is copied. The stage is small enough to be at hand still when
 * the next one comes; the circle, which would have to be brought from far away
 * for each, is written to when the stage is full. Whoever does either has taken
 * the lane. All that was read is made 0, on the stage with the next pause.
 */
struct lane {
	atomic_bool taken __attribute__((aligned(STAGE)));
	atomic_uint staged;	/* octets */
	atomic_size_t written;	/* ever; to the circle */
	struct sw_intake *intake;
	uint8_t *circle;
	atomic_size_t read __attribute__((aligned(SW_LINE)));	/* ever */
	uint8_t stage[STAGE - 2 * SW_LINE] __attribute__((aligned(SW_LINE)));
};

_Static_assert(sizeof(struct lane) == STAGE, "lanes follow one another");

/* On huge pages mostly. What a thread of Unbound's needs is in its lane. */
struct sw_lanes {
	struct lane lanes[LANES];
	uint8_t circles[LANES][ROOM];
};

static inline struct note *
note_at(const struct lane *lane, size_t at)
{
	return (struct note *)(void *)(lane->circle + at % ROOM);
}

static inline size_t
staged(const struct lane *lane)
{
	return atomic_load_explicit(&lane->staged, memory_order_relaxed);
}

static inline void
set_staged(struct lane *lane, size_t size)
{
	atomic_store_explicit(&lane->staged, (unsigned)size,
	    memory_order_relaxed);
}

#endif
