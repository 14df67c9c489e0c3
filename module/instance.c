/* One senderwatch.so of Unbound's module chain. */
#include "module/instance.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "module/intake.h"
#include "module/link.h"
#include "module/options.h"
#include "module/sender.h"
#include "module/thread.h"
#include "senderwatch/hot.h"

#define TELL_INTERVAL_S 60
#define PAUSE_MAX_MS 2500u	/* half of SW_OLD_KEY_LINGERS_MS */
#define DAY_MS 86400000u

/* Immutable once it is made, but for its threads. */
struct sw_instance {
	/* What Unbound's threads need for a look-up stands together. */
	_Alignas(SW_LINE) uint8_t room[SW_INSTANCE_ROOM];
	/*
	 * NULL as long as a thread of this process is to be started: see
	 * find_lanes().
	 */
	struct sw_lanes *_Atomic lanes;
	struct sw_observer *observer;
	struct sw_options options;
	sw_log_function log;
	struct sw_link *link;
	struct sw_sender *sender;
	struct sw_intake *_Atomic intake;	/* NULL: judge at once */
	/*
	 * An Unbound without threads forks its workers after init(), and a
	 * thread does not survive a fork: each process starts its own at its
	 * first answer. Counts forks; UINT_MAX: none started yet.
	 */
	atomic_uint started;
	atomic_uint running;	/* the same, when all was started; UINT_MAX */
	atomic_uint owned_in;	/* forks when sender and intake were started */
	atomic_llong failed_at;	/* when starting failed, or 0: once a second */
	unsigned made_in;	/* forks when it was made */
	struct sw_thread keeper;	/* see make_apart() */
	bool has_keeper;
	atomic_llong told_at;	/* when somebody asked what was counted */
	struct sw_instance *next;	/* of all that live; the main thread's */
};

static atomic_uint forks;
static struct sw_instance *instances;

static void
count_fork(void)
{
	atomic_fetch_add(&forks, 1);
	for (struct sw_instance *i = instances; i != NULL; i = i->next)
		atomic_store(&i->lanes, NULL);
}

/*
 * A path as it reads within the chroot that Unbound is in by now: settings may
 * name it as it reads outside, as in Unbound's own configuration.
 */
static void
inside_chroot(char *path, const char *chroot)
{
	size_t length = chroot == NULL ? 0 : strlen(chroot);

	while (length > 0 && chroot[length - 1] == '/')
		length--;
	if (path != NULL && length > 0 &&
	    strncmp(path, chroot, length) == 0 && path[length] == '/')
		memmove(path, path + length, strlen(path + length) + 1);
}

static enum sw_result
read_settings(struct sw_instance *instance, const char *settings,
    const char *chroot)
{
	struct sw_options *options = &instance->options;
	char *path = strdup(settings);
	enum sw_result result = SW_ERR_MEMORY;

	if (path == NULL)
		return SW_ERR_MEMORY;
	inside_chroot(path, chroot);
	result = sw_options_read(options, path, instance->log);
	free(path);
	if (result != SW_OK)
		return result;
	inside_chroot(options->socket, chroot);
	inside_chroot(options->key_file, chroot);
	inside_chroot(options->registries, chroot);
	inside_chroot(options->suffix_list, chroot);
	inside_chroot(options->spool, chroot);
	inside_chroot(options->status_file, chroot);
	inside_chroot(options->tls_authorities, chroot);
	inside_chroot(options->tls_certificate, chroot);
	inside_chroot(options->tls_key, chroot);
	return SW_OK;
}

/* What was left for the table is in it then. */
static void
stop_intake(struct sw_instance *instance)
{
	struct sw_intake *intake = atomic_exchange(&instance->intake, NULL);

	atomic_store(&instance->lanes, NULL);
	sw_intake_stop(&intake);
}

static void
free_parts(struct sw_instance *instance)
{
	stop_intake(instance);
	sw_sender_stop(&instance->sender);
	sw_observer_free(&instance->observer);
	sw_link_free(&instance->link);
	sw_options_fini(&instance->options);
	/* A process that was forked has none. */
	if (instance->has_keeper && instance->made_in == atomic_load(&forks))
		sw_thread_stop(&instance->keeper);
	free(instance);
}

static void finish(struct sw_instance *instance);

/*
 * Unbound ends the workers that it forked by exit(), and calls deinit() in
 * its first process only.
 */
static void
finish_forked(void)
{
	for (struct sw_instance *i = instances; i != NULL; i = i->next) {
		if (i->made_in != atomic_load(&forks))
			finish(i);
	}
}

static void
watch_forks(void)
{
	static int watching;

	if (watching)
		return;
	pthread_atfork(NULL, NULL, count_fork);
	atexit(finish_forked);
	watching = 1;
}

#define NUMBER(counter) (unsigned long long)c.counter

static void
log_counters(struct sw_instance *instance)
{
	struct sw_counters c;

	sw_observer_counters(instance->observer, &c);
	instance->log(SW_LOG_INFO, "seen %llu watched %llu observed %llu repeated %llu "
	    "sent %llu evicted %llu superseded %llu; unknown: servfail %llu "
	    "bogus %llu rewritten %llu subnet %llu private %llu malformed "
	    "%llu nonexistent %llu; unproven %llu; dropped: full %llu memory %llu "
	    "stop %llu",
	    NUMBER(seen), NUMBER(watched), NUMBER(observed), NUMBER(repeated),
	    NUMBER(sent), NUMBER(evicted), NUMBER(superseded),
	    NUMBER(unknown_servfail), NUMBER(unknown_bogus),
	    NUMBER(unknown_rewritten), NUMBER(unknown_subnet),
	    NUMBER(unknown_private), NUMBER(unknown_malformed),
	    NUMBER(unknown_nonexistent), NUMBER(unproven),
	    NUMBER(dropped_full), NUMBER(dropped_memory),
	    NUMBER(dropped_stop));
}

/* What waits when no thread could be started is lost, and counted. */
static void
count_unsent(struct sw_instance *instance)
{
	size_t left = sw_table_pending(sw_observer_table(instance->observer));

	if (left == 0)
		return;
	sw_observer_count_stop(instance->observer, left);
	instance->log(SW_LOG_WARNING, "%zu observations were not delivered before the "
	    "stop", left);
}

/* They are a parent process's, and not in this one. */
static void
disown_threads(struct sw_instance *instance)
{
	instance->sender = NULL;
	atomic_store(&instance->intake, NULL);
	atomic_store(&instance->lanes, NULL);
}

/* Deliver what can be, and say what was counted. */
static void
finish(struct sw_instance *instance)
{
	/* A forked worker that saw nothing has its parent's threads. */
	if (atomic_load(&instance->owned_in) != atomic_load(&forks))
		disown_threads(instance);
	stop_intake(instance);
	if (instance->sender == NULL)
		count_unsent(instance);
	sw_sender_stop(&instance->sender);
	log_counters(instance);
}

static void
forget(const struct sw_instance *instance)
{
	struct sw_instance **at = &instances;

	while (*at != NULL && *at != instance)
		at = &(*at)->next;
	if (*at != NULL)
		*at = instance->next;
}

/* Without it, Unbound's threads do its work. */
static void
start_intake(struct sw_instance *instance)
{
	struct sw_intake *intake;
	/* Not to add much to the time that they wait for delivery. */
	unsigned pause_ms = instance->options.flush_interval_ms / 4;

	if (pause_ms > PAUSE_MAX_MS)
		pause_ms = PAUSE_MAX_MS;
	if (sw_intake_start(&intake, instance->observer, pause_ms,
	    instance->log) == SW_OK)
		atomic_store(&instance->intake, intake);
	else
		instance->log(SW_LOG_WARNING, "can't start the thread that judges "
		    "look-ups: the resolver's threads do it");
}

/*
 * The threads of this process; where one fails, in a second's time again. False
 * as long as one is missing.
 */
static bool
start_threads(struct sw_instance *instance, time_t now)
{
	unsigned generation = atomic_load(&forks);
	unsigned started = atomic_load(&instance->started);
	long long failed_at = atomic_load(&instance->failed_at);

	if (started == generation)
		return atomic_load(&instance->running) == generation;
	if (failed_at == (long long)now ||
	    !atomic_compare_exchange_strong(&instance->started, &started,
	    generation))
		return false;
	if (atomic_load(&instance->owned_in) != generation) {
		disown_threads(instance);
		atomic_store(&instance->owned_in, generation);
		if (generation != instance->made_in)
			sw_keys_lock(sw_observer_keys(instance->observer),
			    instance->log);
		start_intake(instance);
	}
	if (sw_sender_start(&instance->sender, instance->observer,
	    instance->link, &instance->options, instance->log) == SW_OK) {
		atomic_store(&instance->running, generation);
		return true;
	}
	if (failed_at == 0)
		instance->log(SW_LOG_ERROR, "can't start the thread that delivers; it "
		    "is tried again");
	atomic_store(&instance->failed_at, (long long)now);
	atomic_store(&instance->started, UINT_MAX);
	return false;
}

/* Where look-ups are left, or NULL; from when all runs on, it is remembered. */
static __attribute__((noinline)) struct sw_lanes *
find_lanes(struct sw_instance *instance, time_t now)
{
	bool all = start_threads(instance, now);
	struct sw_lanes *lanes = sw_intake_lanes(
	    atomic_load(&instance->intake));

	if (all && lanes != NULL)
		atomic_store(&instance->lanes, lanes);
	return lanes;
}

struct making {
	struct sw_instance *instance;
	const char *settings, *chroot;
	enum sw_result result;
	sem_t done;
};

static void
make(struct making *making)
{
	struct sw_instance *made = making->instance;

	making->result = read_settings(made, making->settings,
	    making->chroot);
	if (making->result == SW_OK)
		making->result = sw_link_new(&made->link, &made->options,
		    made->log);
	if (making->result == SW_OK)
		making->result = sw_observer_new(&made->observer,
		    &made->options, made->log);
}

/*
 * Lists and tables take many small pieces of memory, and free others. To take
 * them in Unbound's own thread costs the resolver time for as long as it
 * runs: what it needs at each query, and allocates next, comes to lie in what
 * was freed, all over these pages. The C library gives a thread of ours memory of
 * its own; it stays that thread's, lest another of Unbound's is given it, as
 * long as the thread lives.
 */
static void *
make_apart(void *argument)
{
	struct making *making = argument;
	struct sw_instance *instance = making->instance;

	sw_thread_call("senderwatch/set");
	make(making);
	sem_post(&making->done);
	while (!sw_thread_pause(&instance->keeper, DAY_MS))
		continue;
	return NULL;
}

static enum sw_result
make_parts(struct sw_instance *instance, const char *settings,
    const char *chroot)
{
	struct making making = { .instance = instance, .settings = settings,
		.chroot = chroot };

	if (sem_init(&making.done, 0, 0) != 0)
		return SW_ERR_SYSTEM;
	instance->has_keeper = sw_thread_start(&instance->keeper, make_apart,
	    &making) == SW_OK;
	if (!instance->has_keeper)
		make(&making);
	while (instance->has_keeper && sem_wait(&making.done) != 0)
		continue;
	sem_destroy(&making.done);
	return making.result;
}

enum sw_result
sw_instance_new(struct sw_instance **instance, const char *settings,
    const char *chroot, sw_log_function log)
{
	struct sw_instance *made;
	enum sw_result result;

	*instance = NULL;
	made = aligned_alloc(SW_LINE, sizeof(*made));
	if (made == NULL) {
		log(SW_LOG_ERROR, "out of memory");
		return SW_ERR_MEMORY;
	}
	memset(made, 0, sizeof(*made));
	made->log = log;
	atomic_init(&made->started, UINT_MAX);
	atomic_init(&made->running, UINT_MAX);
	atomic_init(&made->owned_in, UINT_MAX);
	atomic_init(&made->failed_at, 0);
	atomic_init(&made->told_at, 0);
	made->made_in = atomic_load(&forks);
	result = make_parts(made, settings, chroot);
	if (result != SW_OK) {
		free_parts(made);
		return result;
	}
	watch_forks();
	made->next = instances;
	instances = made;
	log(SW_LOG_INFO, "watching; %zu bytes at most for %zu domains and "
	    "mechanisms", sw_instance_memory(made),
	    made->options.capacity);
	*instance = made;
	return SW_OK;
}

void
sw_instance_free(struct sw_instance **instance)
{
	struct sw_instance *i = *instance;

	*instance = NULL;
	if (i == NULL)
		return;
	forget(i);
	finish(i);
	free_parts(i);
}

SW_HOT void
sw_instance_expect(const struct sw_instance *instance, unsigned thread)
{
	sw_lanes_expect(atomic_load_explicit(&instance->lanes,
	    memory_order_acquire), thread);
}

SW_HOT void
sw_instance_see(struct sw_instance *instance, const struct sw_lookup *lookup,
    unsigned thread, time_t now)
{
	struct sw_lanes *lanes = atomic_load_explicit(&instance->lanes,
	    memory_order_acquire);

	if (lanes == NULL)
		lanes = find_lanes(instance, now);
	if (!sw_lanes_leave(lanes, lookup, thread, now))
		sw_observer_see(instance->observer, lookup, now);
}

size_t
sw_instance_memory(struct sw_instance *instance)
{
	return sizeof(*instance) + sw_intake_memory() +
	    sw_observer_memory(instance->observer);
}

void
sw_instance_tell(struct sw_instance *instance, time_t now)
{
	long long told_at = atomic_load(&instance->told_at);

	if ((long long)now - told_at >= TELL_INTERVAL_S &&
	    atomic_compare_exchange_strong(&instance->told_at, &told_at,
	    (long long)now))
		log_counters(instance);
}
