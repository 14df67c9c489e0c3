/*
 * Between Unbound's threads and the table: a thread of Unbound's leaves a copy
 * of a look-up, and a thread of the module's tells whether it is watched, judges
 * it, makes its pseudonym and puts it into the table, moments later and many at a
 * time.
 *
 * What holds for the resolver holds here: leaving a copy waits for no lock, no
 * memory, nor the thread or another of Unbound's; one in hundreds wakes the
 * thread, which takes a system call that waits for nothing. What the copy holds is
 * the name and type that were asked, the records, and the owner of a denial's SOA
 * record, until it was read.
 */
#ifndef SENDERWATCH_MODULE_INTAKE_H
#define SENDERWATCH_MODULE_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "module/log.h"
#include "module/observer.h"
#include "senderwatch/result.h"

struct sw_intake;
struct sw_lanes;

/*
 * Start the thread. The observer must outlive the intake. Look-ups wait for
 * pause_ms at most, or 50 milliseconds where that is less.
 */
enum sw_result sw_intake_start(struct sw_intake **intake,
    struct sw_observer *observer, unsigned pause_ms, sw_log_function log);

/*
 * Where look-ups are left; NULL as long as there is no memory for them, a moment
 * after the start or for good. NULL has none. They last as long as the intake.
 */
struct sw_lanes *sw_intake_lanes(struct sw_intake *intake);

/*
 * A look-up may be left in a moment: the memory where it will be comes nearer.
 * Unbound's next step waits until what the thread has written is where it
 * belongs, which takes longer than all else where nobody was for a while.
 */
void sw_lanes_expect(struct sw_lanes *lanes, unsigned thread);

/*
 * Leave a look-up. False if it can't be taken, because much is waiting or it is
 * too large: the caller gives it to the observer itself. NULL takes nothing.
 * thread: the caller's number, that those who are at work at one time may stay
 * out of each other's way.
 */
bool sw_lanes_leave(struct sw_lanes *lanes, const struct sw_lookup *lookup,
    unsigned thread, time_t now);

/* Give the observer all that was left, end the thread, free the intake. */
void sw_intake_stop(struct sw_intake **intake);

/* Bytes that an intake takes. */
size_t sw_intake_memory(void);

#endif
