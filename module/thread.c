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

enum sw_result
sw_thread_start(struct sw_thread *thread, void *(*run)(void *), void *argument)
{
	atomic_init(&thread->stopping, false);
	if (sem_init(&thread->wake, 0, 0) != 0)
		return SW_ERR_SYSTEM;
	if (create(thread, run, argument) == 0)
		return SW_OK;
	sem_destroy(&thread->wake);
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

	if (atomic_load(&thread->stopping))
		return true;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (sem_clockwait(&thread->wake, CLOCK_MONOTONIC, &until) != 0 &&
	    errno == EINTR)
		continue;
	/* Once is enough for all who woke it. */
	while (sem_trywait(&thread->wake) == 0)
		continue;
	return atomic_load(&thread->stopping);
}

void
sw_thread_wake(struct sw_thread *thread)
{
	sem_post(&thread->wake);
}

void
sw_thread_stop(struct sw_thread *thread)
{
	atomic_store(&thread->stopping, true);
	sem_post(&thread->wake);
	pthread_join(thread->id, NULL);
	sem_destroy(&thread->wake);
}
