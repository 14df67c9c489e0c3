/* The thread that delivers pending entries to the collector. */
#include "senderwatch-config.h"

#include "module/sender.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fstrm.h>
#include <sodium.h>

#include "module/build_id.h"
#include "module/spool.h"
#include "module/status.h"
#include "module/thread.h"
#include "senderwatch/codec.h"
#include "senderwatch/stream.h"

#define BATCH 4096u		/* observations; well below SW_BATCH_MAX */
#define BACKOFF_MIN_MS 100u
#define BACKOFF_MAX_MS 30000u
#define STATUS_INTERVAL_MS 1000u

struct sw_sender {
	struct sw_observer *observer;
	const struct sw_options *options;
	sw_log_function log;
	struct sw_link *link;
	struct sw_thread thread;
	atomic_uint_fast64_t end_ms;	/* when a stop must be over; 0: no stop */
	/* The rest is the thread's own. */
	uint8_t instance[SW_INSTANCE_SIZE];
	uint64_t sequence;
	unsigned backoff_ms;
	bool failing;
	bool spool_waits;		/* for delivery, perhaps */
	bool drain_failed;		/* and was told */
	uint64_t drain_ms;		/* when to try it again */
	time_t delivered;		/* last; 0: never */
	uint64_t status_ms;		/* when the status file is due */
	bool status_failed;
	size_t lost;			/* neither delivered nor spooled */
	/* What was taken from the table: in hand until it is acknowledged. */
	struct sw_observation observations[BATCH];
	uint32_t groups[BATCH];		/* theirs; in a frame they have others */
	char *names[BATCH];
	size_t count;
	size_t done;			/* of them are delivered, or kept */
	unsigned key;			/* whose pseudonyms they are */
	/* A batch of them. */
	uint8_t *frame;
	size_t frame_length;
	size_t framed;			/* from done on */
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Must the thread give up? Asked by the stream between its waits. */
static bool
is_over(void *argument)
{
	struct sw_sender *sender = argument;
	uint64_t end = atomic_load(&sender->end_ms);

	return end != 0 && now_ms() >= end;
}

/*
 * Number the groups of the observations that are framed so that the batch
 * carries only those. Returns how many there are, or 0 if out of memory.
 */
static size_t
gather_groups(struct sw_sender *sender, struct sw_group **list)
{
	struct sw_groups *groups = sw_observer_groups(sender->observer);
	size_t begin = sender->done, end = begin + sender->framed, used = 0;
	uint32_t highest = 0, *numbers;

	for (size_t i = begin; i < end; i++) {
		if (sender->groups[i] > highest)
			highest = sender->groups[i];
	}
	numbers = calloc((size_t)highest + 1, sizeof(*numbers));
	*list = calloc(sender->framed, sizeof(**list));
	for (size_t i = begin; numbers != NULL && *list != NULL && i < end;
	    i++) {
		uint32_t group = sender->groups[i];

		if (numbers[group] == 0) {
			(*list)[used++] = sw_groups_get(groups, group);
			numbers[group] = (uint32_t)used;
		}
		sender->observations[i].group = numbers[group] - 1;
	}
	free(numbers);
	return used;
}

static enum sw_result
encode_groups(struct sw_sender *sender, const struct sw_group *groups,
    size_t group_count)
{
	struct sw_batch batch = {
		.sequence = sender->sequence + 1,
		.resolver = sender->options->resolver,
		.software = PACKAGE_STRING " unbound " SW_UNBOUND_VERSION,
		.sent_day = sw_observer_day(sender->observer, time(NULL)),
		.groups = groups,
		.group_count = group_count,
		.observations = sender->observations + sender->done,
		.observation_count = sender->framed,
	};

	memcpy(batch.instance, sender->instance, SW_INSTANCE_SIZE);
	memcpy(batch.key_id, sw_keys_id(sw_observer_keys(sender->observer),
	    sender->key), SW_KEY_ID_SIZE);
	sw_observer_counters(sender->observer, &batch.counters);
	return sw_frame_encode(&batch, &sender->frame, &sender->frame_length);
}

/* Of as many as are framed. */
static enum sw_result
encode_batch(struct sw_sender *sender)
{
	struct sw_group *groups = NULL;
	size_t group_count = gather_groups(sender, &groups);
	enum sw_result result = SW_ERR_MEMORY;

	if (group_count > 0)
		result = encode_groups(sender, groups, group_count);
	free(groups);
	return result;
}

/* The batch in hand, if there is one, is over; what it holds is in hand still. */
static void
drop_frame(struct sw_sender *sender)
{
	free(sender->frame);
	sender->frame = NULL;
	sender->framed = 0;
}

/* At the end; what is dropped is not settled, and counts as lost. */
static void
drop_hand(struct sw_sender *sender)
{
	drop_frame(sender);
	while (sender->count > sender->done)
		free(sender->names[--sender->count]);
}

/* It is delivered, or kept elsewhere. */
static void
settle_batch(struct sw_sender *sender)
{
	for (size_t i = 0; i < sender->framed; i++)
		free(sender->names[sender->done + i]);
	sw_table_settle(sw_observer_table(sender->observer), sender->key,
	    sender->framed);
	sender->done += sender->framed;
	drop_frame(sender);
}

static void
report_failure(struct sw_sender *sender, enum sw_result result, int error)
{
	if (sender->failing)
		return;
	sender->failing = true;
	sender->log(SW_LOG_WARNING, "can't deliver to %s: %s; "
	    "observations wait and are sent later", sw_link_text(sender->link),
	    result == SW_ERR_SYSTEM && error != 0 ? strerror(error) :
	    sw_result_text(result));
}

/* Take something of a key into the hand, if that is empty. */
static void
fill_hand(struct sw_sender *sender, unsigned key)
{
	if (sender->done < sender->count)
		return;
	sender->key = key;
	sender->done = 0;
	sender->count = sw_table_take(sw_observer_table(sender->observer), key,
	    sender->observations, sender->names, BATCH);
	for (size_t i = 0; i < sender->count; i++)
		sender->groups[i] = sender->observations[i].group;
}

/*
 * Make a batch of what is in hand, else of what waits of a key. False: there is
 * nothing, or no memory now; then it stays in hand.
 */
static bool
make_key_batch(struct sw_sender *sender, unsigned key)
{
	enum sw_result result;

	fill_hand(sender, key);
	if (sender->done == sender->count)
		return false;
	sender->framed = sender->count - sender->done;
	result = encode_batch(sender);
	/* Long names fill a frame before there are many. */
	while (result == SW_ERR_INVALID && sender->framed > 1) {
		sender->framed /= 2;
		result = encode_batch(sender);
	}
	if (result == SW_OK) {
		sender->sequence++;
		return true;
	}
	report_failure(sender, result, 0);
	drop_frame(sender);
	return false;
}

static bool
make_batch(struct sw_sender *sender)
{
	for (unsigned key = 0; key < SW_TABLE_KEYS; key++) {
		if (make_key_batch(sender, key))
			return true;
	}
	return false;
}

/* One attempt to hand over a frame; SW_OK means that it is durable there. */
static enum sw_result
hand_over(struct sw_sender *sender, const uint8_t *frame, size_t length)
{
	const struct sw_stream_options stream_options = {
		.operation_ms = sender->options->timeout_ms,
		.cancelled = is_over,
		.cancelled_argument = sender,
		.reserve = true,
	};
	struct fstrm_rdwr *rdwr = NULL;
	struct sw_stream *stream = NULL;
	enum sw_result result;

	result = sw_link_open(sender->link, &stream_options, &rdwr, &stream);
	if (result == SW_OK)
		result = sw_stream_deliver(&rdwr, stream, frame, length);
	return result;
}

/* Now and then, and at the end; a file that can't be written is said once. */
static void
write_status(struct sw_sender *sender, bool at_once)
{
	const struct sw_status status = {
		.resolver = sender->options->resolver,
		.collector = sw_link_text(sender->link),
		.delivering = !sender->failing,
		.delivered = sender->delivered,
		.now = time(NULL),
	};
	uint64_t now = now_ms();

	if (sender->options->status_file == NULL ||
	    (!at_once && now < sender->status_ms))
		return;
	sender->status_ms = now + STATUS_INTERVAL_MS;
	if (sw_status_write(sender->options->status_file, &status,
	    sender->observer) == SW_OK || sender->status_failed)
		return;
	sender->status_failed = true;
	sender->log(SW_LOG_WARNING, "can't write %s: %s",
	    sender->options->status_file, strerror(errno));
}

/*
 * What is pending of a key that is gone is delivered all the same: the
 * pseudonyms were made when it was seen.
 */
static void
end_old_key(struct sw_sender *sender)
{
	struct sw_observer *observer = sender->observer;

	if (sw_keys_end_old(sw_observer_keys(observer),
	    sw_observer_day(observer, time(NULL)), now_ms(), sender->log))
		sw_table_forget(sw_observer_table(observer), SW_KEY_OLD);
}

/* Deliver the batch in hand; false if the stop's deadline came first. */
static bool
deliver(struct sw_sender *sender)
{
	for (;;) {
		enum sw_result result;
		unsigned wait;

		errno = 0;
		result = hand_over(sender, sender->frame, sender->frame_length);
		if (result == SW_OK)
			break;
		report_failure(sender, result, errno);
		write_status(sender, false);
		end_old_key(sender);
		if (is_over(sender))
			return false;
		/* Jittered, so that resolvers don't come all at once. */
		wait = sender->backoff_ms / 2 +
		    randombytes_uniform(sender->backoff_ms / 2 + 1);
		sender->backoff_ms = sender->backoff_ms * 2 < BACKOFF_MAX_MS ?
		    sender->backoff_ms * 2 : BACKOFF_MAX_MS;
		if (sw_thread_pause(&sender->thread, wait)) {
			/* At a stop, try often until the deadline. */
			struct timespec short_while = {
				.tv_nsec = BACKOFF_MIN_MS * 1000000L
			};

			if (is_over(sender))
				return false;
			nanosleep(&short_while, NULL);
		}
	}
	if (sender->failing)
		sender->log(SW_LOG_INFO, "delivering to %s again",
		    sw_link_text(sender->link));
	sender->failing = false;
	sender->delivered = time(NULL);
	sender->backoff_ms = BACKOFF_MIN_MS;
	sw_observer_count_sent(sender->observer, sender->framed);
	settle_batch(sender);
	return true;
}

static enum sw_result
deliver_spooled(void *argument, const uint8_t *frame, size_t length)
{
	return hand_over(argument, frame, length);
}

/* Deliver what an earlier stop left, if it is time to try. */
static void
drain_spool(struct sw_sender *sender)
{
	enum sw_result result;

	if (!sender->spool_waits || now_ms() < sender->drain_ms)
		return;
	result = sw_spool_drain(sender->options->spool, deliver_spooled,
	    sender, sender->log);
	sender->spool_waits = result != SW_OK;
	sender->drain_ms = now_ms() + BACKOFF_MAX_MS;
	if (result != SW_OK && !sender->drain_failed)
		sender->log(SW_LOG_WARNING, "can't deliver all that waits in "
		    "%s: %s; it is tried again", sender->options->spool,
		    sw_result_text(result));
	sender->drain_failed = result != SW_OK;
}

static bool
deliver_key(struct sw_sender *sender, unsigned key, bool stopping)
{
	struct sw_table *table = sw_observer_table(sender->observer);

	while (make_key_batch(sender, key)) {
		if (!deliver(sender))
			return false;
		if (!stopping && sender->done == sender->count &&
		    sw_table_pending_of(table, key) < BATCH)
			break;
	}
	return true;
}

/*
 * Deliver what is pending, all at a stop, else whole batches but for one of
 * each key: what comes meanwhile waits for the next flush. False if the stop's
 * deadline came first; a batch stays in hand then.
 */
static bool
deliver_all(struct sw_sender *sender, bool stopping)
{
	drain_spool(sender);
	for (unsigned key = 0; key < SW_TABLE_KEYS; key++) {
		if (!deliver_key(sender, key, stopping))
			return false;
	}
	return true;
}

/*
 * Keep what the stop left undelivered, the batch in hand first: it may have
 * arrived, and keeps its number so that it would not be merged twice.
 */
static void
spool_rest(struct sw_sender *sender)
{
	struct sw_spool *spool = NULL;
	size_t spooled = 0;
	enum sw_result result = sw_spool_begin(&spool, sender->options->spool,
	    sender->instance, sender->options->spool_limit);

	while (result == SW_OK && (sender->frame != NULL ||
	    make_batch(sender))) {
		result = sw_spool_add(spool, sender->frame,
		    sender->frame_length);
		if (result == SW_OK) {
			spooled += sender->framed;
			settle_batch(sender);
		}
	}
	if (spooled == 0) {
		sw_spool_discard(&spool);
	} else if (sw_spool_commit(&spool) != SW_OK) {
		result = SW_ERR_SYSTEM;
		sender->lost = spooled;
		spooled = 0;
	}
	if (result != SW_OK)
		sender->log(SW_LOG_WARNING, "can't spool all in %s: %s",
		    sender->options->spool, result == SW_ERR_INVALID ?
		    "the limit is reached" : sw_result_text(result));
	if (spooled > 0)
		sender->log(SW_LOG_INFO, "%zu observations wait in %s for the "
		    "next start", spooled, sender->options->spool);
}

/*
 * Until the next flush; true at a stop. The status file is renewed meanwhile,
 * since it tells that the module lives.
 */
static bool
await_flush(struct sw_sender *sender)
{
	uint64_t now = now_ms(), due = now + sender->options->flush_interval_ms;

	for (; now < due; now = now_ms()) {
		uint64_t left = due - now;

		if (sender->options->status_file != NULL &&
		    left > STATUS_INTERVAL_MS)
			left = STATUS_INTERVAL_MS;
		if (sw_thread_pause(&sender->thread, (unsigned)left))
			return true;
		write_status(sender, false);
	}
	return false;
}

static void *
run(void *argument)
{
	struct sw_sender *sender = argument;
	bool stopping = false;

	sw_thread_call("senderwatch/out");
	while (!stopping) {
		end_old_key(sender);
		/* Once more after the stop was asked for: the last entries. */
		stopping = await_flush(sender);
		if (!deliver_all(sender, stopping))
			break;
		write_status(sender, false);
	}
	if (sender->options->spool != NULL &&
	    (sender->frame != NULL ||
	    sw_table_pending(sw_observer_table(sender->observer)) > 0))
		spool_rest(sender);
	drop_hand(sender);
	write_status(sender, true);
	return NULL;
}

enum sw_result
sw_sender_start(struct sw_sender **sender, struct sw_observer *observer,
    struct sw_link *link, const struct sw_options *options,
    sw_log_function log)
{
	enum sw_result result;
	struct sw_sender *made = calloc(1, sizeof(*made));

	*sender = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	made->observer = observer;
	made->options = options;
	made->log = log;
	made->link = link;
	made->backoff_ms = BACKOFF_MIN_MS;
	made->spool_waits = options->spool != NULL;
	randombytes_buf(made->instance, sizeof(made->instance));
	result = sw_thread_start(&made->thread, run, made);
	if (result != SW_OK) {
		free(made);
		return result;
	}
	*sender = made;
	return SW_OK;
}

void
sw_sender_stop(struct sw_sender **sender)
{
	struct sw_sender *s = *sender;
	size_t left;

	*sender = NULL;
	if (s == NULL)
		return;
	atomic_store(&s->end_ms, now_ms() + s->options->flush_deadline_ms);
	sw_thread_stop(&s->thread);
	left = s->lost + sw_table_pending(sw_observer_table(s->observer));
	if (left > 0) {
		sw_observer_count_stop(s->observer, left);
		s->log(SW_LOG_WARNING, "%zu observations were not delivered "
		    "before the stop", left);
	}
	free(s);
}
