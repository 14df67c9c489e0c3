/* A thread of the module's own. */
#include "module/thread.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static int
create(struct sw_thread *thread, void *(*run)(void *), void *argument)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread->id, NULL, run, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void
destroy(struct sw_thread *thread)
{
	pthread_cond_destroy(&thread->wake);
	pthread_mutex_destroy(&thread->lock);
}

enum sw_result
sw_thread_start(struct sw_thread *thread, void *(*run)(void *), void *argument)
{
	pthread_condattr_t attributes;

	thread->stopping = false;
	atomic_init(&thread->woken, false);
	pthread_mutex_init(&thread->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (create(thread, run, argument) == 0)
		return SW_OK;
	destroy(thread);
	return SW_ERR_SYSTEM;
}

/* Of another thread it would be a file's to tell, which Unbound may not open. */
void
sw_thread_call(const char *name)
{
	pthread_setname_np(pthread_self(), name);
}

bool
sw_thread_pause(struct sw_thread *thread, unsigned ms)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&thread->lock);
	while (!thread->stopping && !atomic_exchange(&thread->woken, false) &&
	    pthread_cond_timedwait(&thread->wake, &thread->lock, &until) !=
	    ETIMEDOUT)
		continue;
	stopping = thread->stopping;
	pthread_mutex_unlock(&thread->lock);
	return stopping;
}

void
sw_thread_wake(struct sw_thread *thread)
{
	atomic_store(&thread->woken, true);
	pthread_cond_signal(&thread->wake);
}

void
sw_thread_stop(struct sw_thread *thread)
{
	pthread_mutex_lock(&thread->lock);
	thread->stopping = true;
	pthread_cond_signal(&thread->wake);
	pthread_mutex_unlock(&thread->lock);
	pthread_join(thread->id, NULL);
	destroy(thread);
}
