#include "committer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"

#define GROUP_MAX 64		/* batches of a transaction, unless one stream's */
#define RETRY_SECONDS 60	/* after months could not be closed */
#define DAY_SECONDS 86400
/*
 * A clock before this was never set. Merging by it would refuse, and thereby
 * lose, what the resolvers send; it is left with them until it is set.
 */
#define CLOCK_FIRST_DAY 19723	/* 2024-01-01 */

struct job {
	const struct sw_store_delivery *deliveries;
	size_t count;
	enum sw_result result;
	bool done;
	struct job *next;
};

struct sw_committer {
	struct sw_store *store;
	unsigned grace_days;
	pthread_t thread;
	pthread_mutex_t lock;		/* of all that follows */
	pthread_cond_t wake;		/* the thread: there is a job, or the end */
	pthread_cond_t finished;	/* sessions: some job is done */
	struct job *first;
	struct job **last;
	bool stopped;
	struct sw_store_merged totals;
	/* The thread's own: */
	uint32_t closed_day;		/* on which months were looked at last */
	time_t close_time;		/* not before this (monotonic) */
	uint64_t failures;		/* merges in a row */
	char failure[256];
};

uint32_t
sw_committer_today(void)
{
	return (uint32_t)(time(NULL) / DAY_SECONDS);
}

static time_t
monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* One line when trouble begins or changes, and one when it is over. */
static void
note_outcome(struct sw_committer *committer, enum sw_result result,
    const char *why)
{
	if (result == SW_OK) {
		if (committer->failures > 0)
			sw_log(SW_LOG_INFO, "merging again failures=%llu",
			    (unsigned long long)committer->failures);
		committer->failures = 0;
		committer->failure[0] = '\0';
		return;
	}
	committer->failures++;
	if (strncmp(committer->failure, why, sizeof(committer->failure) - 1) ==
	    0)
		return;
	strncpy(committer->failure, why, sizeof(committer->failure) - 1);
	sw_log(SW_LOG_ERROR, "cannot merge, senders keep their batches: %s",
	    why);
}

/* Take jobs off the queue until a transaction is full. */
static struct job *
take_group(struct sw_committer *committer, size_t *deliveries)
{
	struct job *group = committer->first, *job = group;

	*deliveries = group->count;
	while (job->next != NULL &&
	    *deliveries + job->next->count <= GROUP_MAX) {
		job = job->next;
		*deliveries += job->count;
	}
	committer->first = job->next;
	if (job->next == NULL)
		committer->last = &committer->first;
	job->next = NULL;
	return group;
}

static enum sw_result
merge_group(struct sw_committer *committer, const struct job *group,
    size_t count, struct sw_store_merged *merged)
{
	struct sw_store_delivery *deliveries;
	uint32_t today = sw_committer_today();
	enum sw_result result;
	size_t n = 0;

	if (today < CLOCK_FIRST_DAY) {
		note_outcome(committer, SW_ERR_SYSTEM, "the clock is not set");
		return SW_ERR_SYSTEM;
	}
	deliveries = calloc(count, sizeof(*deliveries));
	if (deliveries == NULL) {
		note_outcome(committer, SW_ERR_MEMORY, "out of memory");
		return SW_ERR_MEMORY;
	}
	for (; group != NULL; group = group->next) {
		memcpy(&deliveries[n], group->deliveries,
		    group->count * sizeof(*deliveries));
		n += group->count;
	}
	result = sw_store_merge(committer->store, deliveries, n, today, merged);
	note_outcome(committer, result, sw_store_error(committer->store));
	if (merged->refused > 0)
		sw_log_peer(SW_LOG_WARNING, "observations refused count=%llu: "
		    "their days can't be, is a sender's clock wrong?",
		    (unsigned long long)merged->refused);
	free(deliveries);
	return result;
}

/* Called, and returns, with the lock held. */
static void
serve_group(struct sw_committer *committer)
{
	struct sw_store_merged merged = { 0 };
	enum sw_result result;
	struct job *group, *next;
	size_t count;

	group = take_group(committer, &count);
	pthread_mutex_unlock(&committer->lock);
	result = merge_group(committer, group, count, &merged);
	pthread_mutex_lock(&committer->lock);
	committer->totals.batches += merged.batches;
	committer->totals.duplicates += merged.duplicates;
	committer->totals.observations += merged.observations;
	committer->totals.refused += merged.refused;
	for (; group != NULL; group = next) {
		/* Its session frees it as soon as it is done. */
		next = group->next;
		group->result = result;
		group->done = true;
	}
	pthread_cond_broadcast(&committer->finished);
}

/*
 * A step of closing months, once a day until nothing is left. Called, and
 * returns, with the lock held.
 */
static void
close_some(struct sw_committer *committer)
{
	uint32_t today = sw_committer_today();
	enum sw_result result;
	bool more;

	pthread_mutex_unlock(&committer->lock);
	result = sw_store_close_some(committer->store, today,
	    committer->grace_days, &more);
	if (result != SW_OK) {
		sw_log(SW_LOG_ERROR, "cannot close months: %s",
		    sw_store_error(committer->store));
		committer->close_time = monotonic_seconds() + RETRY_SECONDS;
	} else if (!more) {
		committer->closed_day = today;
	}
	pthread_mutex_lock(&committer->lock);
}

static bool
must_close(const struct sw_committer *committer)
{
	uint32_t today = sw_committer_today();

	return today >= CLOCK_FIRST_DAY && committer->closed_day != today &&
	    monotonic_seconds() >= committer->close_time;
}

/* Look at the date now and then. */
static void
wait_for_work(struct sw_committer *committer)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RETRY_SECONDS;
	pthread_cond_timedwait(&committer->wake, &committer->lock, &until);
}

static void *
run(void *argument)
{
	struct sw_committer *committer = argument;

	pthread_mutex_lock(&committer->lock);
	for (;;) {
		bool idle = committer->first == NULL;

		if (!idle)
			serve_group(committer);
		if (committer->stopped) {
			if (committer->first == NULL)
				break;
		} else if (must_close(committer)) {
			/* In turns with merging: neither waits for the other. */
			close_some(committer);
		} else if (idle && committer->first == NULL) {
			wait_for_work(committer);
		}
	}
	pthread_mutex_unlock(&committer->lock);
	return NULL;
}

static void
init_locks(struct sw_committer *committer)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&committer->lock, NULL);
	pthread_cond_init(&committer->wake, &attributes);
	pthread_cond_init(&committer->finished, NULL);
	pthread_condattr_destroy(&attributes);
}

enum sw_result
sw_committer_new(struct sw_committer **committer, struct sw_store **store,
    unsigned grace_days)
{
	struct sw_committer *c = calloc(1, sizeof(*c));

	*committer = NULL;
	if (c == NULL) {
		sw_store_close(store);
		return SW_ERR_MEMORY;
	}
	c->store = *store;
	*store = NULL;
	c->grace_days = grace_days;
	c->last = &c->first;
	init_locks(c);
	if (pthread_create(&c->thread, NULL, run, c) != 0) {
		sw_store_close(&c->store);
		free(c);
		return SW_ERR_SYSTEM;
	}
	*committer = c;
	return SW_OK;
}

void
sw_committer_stop(struct sw_committer *committer)
{
	bool stopped;

	pthread_mutex_lock(&committer->lock);
	stopped = committer->stopped;
	committer->stopped = true;
	pthread_cond_signal(&committer->wake);
	pthread_mutex_unlock(&committer->lock);
	if (stopped)
		return;
	pthread_join(committer->thread, NULL);
	sw_store_close(&committer->store);
}

void
sw_committer_free(struct sw_committer **committer)
{
	struct sw_committer *c = *committer;

	if (c == NULL)
		return;
	sw_committer_stop(c);
	pthread_cond_destroy(&c->finished);
	pthread_cond_destroy(&c->wake);
	pthread_mutex_destroy(&c->lock);
	free(c);
	*committer = NULL;
}

enum sw_result
sw_committer_commit(struct sw_committer *committer,
    const struct sw_store_delivery *deliveries, size_t count)
{
	struct job job = {
		.deliveries = deliveries,
		.count = count,
		.result = SW_ERR_CLOSED,
	};

	if (count == 0)
		return SW_OK;
	pthread_mutex_lock(&committer->lock);
	if (!committer->stopped) {
		/* Off the queue again before this returns. */
		*committer->last = &job;
		/* cppcheck-suppress autoVariables */
		committer->last = &job.next;
		pthread_cond_signal(&committer->wake);
		while (!job.done)
			pthread_cond_wait(&committer->finished,
			    &committer->lock);
	}
	pthread_mutex_unlock(&committer->lock);
	return job.result;
}

struct sw_store_merged
sw_committer_totals(struct sw_committer *committer)
{
	struct sw_store_merged totals;

	pthread_mutex_lock(&committer->lock);
	totals = committer->totals;
	pthread_mutex_unlock(&committer->lock);
	return totals;
}
