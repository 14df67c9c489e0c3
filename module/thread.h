/*
 * A thread of the module's own, which sleeps most of the time and is woken to
 * stop. All signals are blocked in it: they are Unbound's.
 */
#ifndef SENDERWATCH_MODULE_THREAD_H
#define SENDERWATCH_MODULE_THREAD_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "senderwatch/result.h"

struct sw_thread {
	pthread_t id;
	sem_t wake;	/* how often it was woken, or told to stop */
	atomic_bool stopping;
};

/* SW_ERR_SYSTEM where no thread can be had; nothing is to be stopped then. */
enum sw_result sw_thread_start(struct sw_thread *thread,
    void *(*run)(void *), void *argument);

/* In the thread itself: what the system calls it, in 15 characters at most. */
void sw_thread_call(const char *name);

/*
 * Sleep, in the thread itself, until it is woken or a stop is asked for. True if
 * that is so, from then on at once.
 */
bool sw_thread_pause(struct sw_thread *thread, unsigned ms);

/* End its pause, or the next one. Any thread's to ask, which never waits. */
void sw_thread_wake(struct sw_thread *thread);

/* Ask it to stop and wait until it has. */
void sw_thread_stop(struct sw_thread *thread);

#endif
