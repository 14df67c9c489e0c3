#include "committer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "trouble.h"

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
	bool joined;			/* the maker's own */
	pthread_mutex_t lock;		/* of all that follows */
	pthread_cond_t wake;		/* the thread: there is a job, or the end */
	pthread_cond_t finished;	/* some job is done, or the thread */
	struct job *first;
	struct job **last;
	bool stopped;
	bool ended;			/* the thread has, or all but */
	struct sw_committer_state state;
	uint64_t busy_ms;		/* since then a step is under way; 0: none */
	/* The thread's own: */
	uint32_t closed_day;		/* on which months were looked at last */
	time_t close_time;		/* not before this (monotonic) */
	uint64_t failures;		/* merges in a row */
	char failure[SW_COMMITTER_TROUBLE_MAX];
};

const double sw_commit_buckets[SW_COMMIT_BUCKETS] = {
	0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
};

uint32_t
sw_committer_today(void)
{
	return (uint32_t)(time(NULL) / DAY_SECONDS);
}

static uint64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static time_t
monotonic_seconds(void)
{
	return (time_t)(monotonic_ms() / 1000);
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
		sw_log_peer(SW_LOG_WARNING, SW_TOPIC_OBSERVATIONS,
		    "observations refused count=%llu: their days can't be, "
		    "is a sender's clock wrong?",
		    (unsigned long long)merged->refused);
	free(deliveries);
	return result;
}

/* With the lock held. */
static void
count_commit(struct sw_committer_state *state, enum sw_result result,
    const struct sw_store_merged *merged, double seconds)
{
	size_t bucket = 0;

	if (result != SW_OK) {
		state->failures++;
		return;
	}
	while (bucket < SW_COMMIT_BUCKETS &&
	    seconds > sw_commit_buckets[bucket])
		bucket++;
	state->took[bucket]++;
	state->commits++;
	state->seconds += seconds;
	state->totals.batches += merged->batches;
	state->totals.duplicates += merged->duplicates;
	state->totals.observations += merged->observations;
	state->totals.refused += merged->refused;
}

/* Called, and returns, with the lock held. */
static void
serve_group(struct sw_committer *committer)
{
	struct sw_store_merged merged = { 0 };
	struct timespec begin, end;
	enum sw_result result;
	struct job *group, *next;
	size_t count;

	group = take_group(committer, &count);
	pthread_mutex_unlock(&committer->lock);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	result = merge_group(committer, group, count, &merged);
	clock_gettime(CLOCK_MONOTONIC, &end);
	pthread_mutex_lock(&committer->lock);
	count_commit(&committer->state, result, &merged,
	    (double)(end.tv_sec - begin.tv_sec) +
	    (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	strcpy(committer->state.trouble, committer->failure);
	committer->state.waiting -= count;
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
	committer->busy_ms = 0;
	pthread_cond_timedwait(&committer->wake, &committer->lock, &until);
}

static void *
run(void *argument)
{
	struct sw_committer *committer = argument;

	pthread_mutex_lock(&committer->lock);
	for (;;) {
		bool idle = committer->first == NULL;

		committer->busy_ms = monotonic_ms();
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
	committer->ended = true;
	pthread_cond_broadcast(&committer->finished);
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
	pthread_cond_init(&committer->finished, &attributes);
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

bool
sw_committer_stop(struct sw_committer *committer, unsigned seconds)
{
	struct timespec until;
	bool ended;

	if (committer->joined)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&committer->lock);
	committer->stopped = true;
	pthread_cond_signal(&committer->wake);
	while (!committer->ended && pthread_cond_timedwait(&committer->finished,
	    &committer->lock, &until) != ETIMEDOUT)
		;
	ended = committer->ended;
	pthread_mutex_unlock(&committer->lock);
	if (!ended)
		return false;
	pthread_join(committer->thread, NULL);
	committer->joined = true;
	sw_store_close(&committer->store);
	return true;
}

void
sw_committer_free(struct sw_committer **committer)
{
	struct sw_committer *c = *committer;

	if (c == NULL)
		return;
	if (!sw_committer_stop(c, RETRY_SECONDS))
		return;		/* still in use, and better lost */
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
		committer->state.waiting += count;
		if (committer->busy_ms == 0)
			committer->busy_ms = monotonic_ms();
		pthread_cond_signal(&committer->wake);
		while (!job.done)
			pthread_cond_wait(&committer->finished,
			    &committer->lock);
	}
	pthread_mutex_unlock(&committer->lock);
	return job.result;
}

void
sw_committer_look(struct sw_committer *committer,
    struct sw_committer_state *state)
{
	pthread_mutex_lock(&committer->lock);
	*state = committer->state;
	if (committer->busy_ms != 0)
		state->stuck_ms = (unsigned)(monotonic_ms() -
		    committer->busy_ms);
	pthread_mutex_unlock(&committer->lock);
}
