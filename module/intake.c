/* Copies of look-ups on their way from Unbound's threads to the table. */
#include "module/intake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "module/pages.h"
#include "module/thread.h"

/*
 * At 300 octets a look-up, a lane holds those of 35,000 cache misses a second
 * while pauses are short: more than a thread of Unbound's gets done. To wake up
 * costs more than ten look-ups do, so that where there are few, pauses are
 * long.
 */
#define LANES 8u
#define HALF ((size_t)512 * 1024)
#define PAUSE_MIN_MS 50u
#define FEW (HALF / 16)		/* octets in a lane: make the pauses longer */
#define MANY (HALF / 4)		/* shorter */

#define AHEAD 8u	/* notes that are expected before they are read */

/* A copy; behind it subject, suffix, SOA, lengths of records, records. */
struct note {
	size_t size;	/* with all of that; a multiple of its alignment */
	time_t now;
	const struct sw_registry *registry;
	const struct sw_registry_type *type;
	uint16_t rcode;
	uint16_t record_count;
	uint8_t mechanism;
	uint8_t dnssec;
	uint8_t depth;
	bool truncated;
	bool cname;
	bool has_soa;
	uint8_t subject_length;
	uint8_t soa_length;
	uint16_t suffix_size;	/* with its NUL */
};

/* Of some of Unbound's threads: one half is filled, the other emptied. */
struct lane {
	pthread_mutex_t lock;
	unsigned filling;	/* which half */
	size_t used;		/* octets of it */
	uint8_t *halves[2];
} __attribute__((aligned(64)));

struct sw_intake {
	struct lane lanes[LANES];
	struct sw_observer *observer;
	sw_log_function log;
	unsigned pause_max_ms;
	struct sw_thread thread;
	struct sw_pages pages;	/* the thread's until ready is set */
	atomic_bool ready;
	/* Of the look-up in hand. */
	const uint8_t *rdata[SW_RRSET_MAX];
	size_t length[SW_RRSET_MAX];
	struct sw_name name;
};

static size_t
note_size(const struct sw_lookup *lookup, const struct sw_name *name,
    size_t suffix_size)
{
	const struct sw_answer *answer = &lookup->answer;
	size_t size = sizeof(struct note) + name->subject_length +
	    suffix_size + answer->records.count * sizeof(uint32_t);

	if (answer->soa != NULL)
		size += answer->soa_length;
	for (size_t i = 0; i < answer->records.count; i++)
		size += answer->records.length[i];
	return (size + _Alignof(struct note) - 1) &
	    ~(_Alignof(struct note) - 1);
}

static uint8_t *
append(uint8_t *at, const void *data, size_t length)
{
	memcpy(at, data, length);
	return at + length;
}

static void
write_note(uint8_t *at, size_t size, const struct sw_lookup *lookup,
    const struct sw_name *name, size_t suffix_size, time_t now)
{
	const struct sw_answer *answer = &lookup->answer;
	const struct note note = {
		.size = size,
		.now = now,
		.registry = name->registry,
		.type = name->type,
		.rcode = answer->rcode,
		.record_count = (uint16_t)answer->records.count,
		.mechanism = (uint8_t)name->mechanism,
		.dnssec = (uint8_t)lookup->dnssec,
		.depth = name->depth,
		.truncated = answer->truncated,
		.cname = answer->cname,
		.has_soa = answer->soa != NULL,
		.subject_length = (uint8_t)name->subject_length,
		.soa_length = answer->soa != NULL ?
		    (uint8_t)answer->soa_length : 0,
		.suffix_size = (uint16_t)suffix_size,
	};

	at = append(at, &note, sizeof(note));
	at = append(at, name->subject, name->subject_length);
	at = append(at, name->suffix, suffix_size);
	if (note.has_soa)
		at = append(at, answer->soa, note.soa_length);
	for (size_t i = 0; i < answer->records.count; i++) {
		uint32_t length = (uint32_t)answer->records.length[i];

		at = append(at, &length, sizeof(length));
	}
	for (size_t i = 0; i < answer->records.count; i++)
		at = append(at, answer->records.rdata[i],
		    answer->records.length[i]);
}

/* Threads share the lanes evenly. */
static struct lane *
own_lane(struct sw_intake *intake)
{
	static atomic_uint threads;
	static _Thread_local unsigned own;	/* number + 1 */

	if (own == 0)
		own = 1 + atomic_fetch_add(&threads, 1) % LANES;
	return &intake->lanes[own - 1];
}

bool
sw_intake_leave(struct sw_intake *intake, const struct sw_lookup *lookup,
    const struct sw_name *name, time_t now)
{
	size_t suffix_size = strlen(name->suffix) + 1, size;
	struct lane *lane;
	bool fits;

	if (intake == NULL ||
	    !atomic_load_explicit(&intake->ready, memory_order_acquire) ||
	    (lookup->answer.soa != NULL &&
	    lookup->answer.soa_length > SW_NAME_WIRE_MAX))
		return false;
	size = note_size(lookup, name, suffix_size);
	lane = own_lane(intake);
	pthread_mutex_lock(&lane->lock);
	fits = size <= HALF - lane->used;
	if (fits) {
		write_note(lane->halves[lane->filling] + lane->used, size,
		    lookup, name, suffix_size, now);
		lane->used += size;
	}
	pthread_mutex_unlock(&lane->lock);
	return fits;
}

/* Give the observer what a note of this tag says. */
static void
read_note(struct sw_intake *intake, const struct note *note, uint64_t tag)
{
	const uint8_t *at = (const uint8_t *)(note + 1), *lengths;
	struct sw_lookup lookup = {
		.usable = SW_USABLE,
		.dnssec = note->dnssec,
		.answer = {
			.rcode = note->rcode,
			.truncated = note->truncated,
			.cname = note->cname,
			.records = { note->record_count, intake->rdata,
			    intake->length },
			.soa_length = note->soa_length,
		},
	};

	intake->name.mechanism = note->mechanism;
	intake->name.subject_length = note->subject_length;
	intake->name.registry = note->registry;
	intake->name.type = note->type;
	intake->name.depth = note->depth;
	memcpy(intake->name.subject, at, note->subject_length);
	at += note->subject_length;
	memcpy(intake->name.suffix, at, note->suffix_size);
	at += note->suffix_size;
	if (note->has_soa)
		lookup.answer.soa = at;
	lengths = at + note->soa_length;
	at = lengths + note->record_count * sizeof(uint32_t);
	for (size_t i = 0; i < note->record_count; i++) {
		uint32_t length;

		memcpy(&length, lengths + i * sizeof(length), sizeof(length));
		intake->rdata[i] = at;
		intake->length[i] = length;
		at += length;
	}
	sw_observer_take(intake->observer, &lookup, &intake->name, tag,
	    note->now);
}

static const struct note *
note_at(const uint8_t *at)
{
	return (const struct note *)(const void *)at;
}

/*
 * The table's memory is far away: the observer is told of each note before
 * those in front of it are read.
 */
static void
read_notes(struct sw_intake *intake, const uint8_t *at, const uint8_t *end)
{
	const uint8_t *ahead = at;
	uint64_t tags[AHEAD];
	size_t expected = 0, read = 0;

	while (at < end) {
		for (; ahead < end && expected < read + AHEAD; expected++) {
			const struct note *note = note_at(ahead);

			tags[expected % AHEAD] = sw_observer_expect(
			    intake->observer, note->mechanism,
			    (const uint8_t *)(note + 1), note->subject_length);
			ahead += note->size;
		}
		read_note(intake, note_at(at), tags[read++ % AHEAD]);
		at += note_at(at)->size;
	}
}

/* Returns how many octets were left there. */
static size_t
empty_lane(struct sw_intake *intake, struct lane *lane)
{
	const uint8_t *at;
	size_t used;

	pthread_mutex_lock(&lane->lock);
	at = lane->halves[lane->filling];
	used = lane->used;
	lane->filling ^= 1;
	lane->used = 0;
	pthread_mutex_unlock(&lane->lock);
	read_notes(intake, at, at + used);
	return used;
}

/* It can take a moment to get the memory, and is no thread of Unbound's. */
static bool
make_lanes(struct sw_intake *intake)
{
	uint8_t *at;

	if (!sw_pages_map(&intake->pages, 2 * LANES * HALF))
		return false;
	at = intake->pages.memory;
	for (unsigned i = 0; i < 2 * LANES; i++)
		intake->lanes[i / 2].halves[i % 2] = at + i * HALF;
	atomic_store_explicit(&intake->ready, true, memory_order_release);
	return true;
}

static unsigned
next_pause(const struct sw_intake *intake, unsigned pause, size_t most)
{
	if (most > MANY)
		pause /= 2;
	else if (most < FEW)
		pause *= 2;
	if (pause > intake->pause_max_ms)
		pause = intake->pause_max_ms;
	return pause < PAUSE_MIN_MS ? PAUSE_MIN_MS : pause;
}

static void *
run(void *argument)
{
	struct sw_intake *intake = argument;
	unsigned pause = PAUSE_MIN_MS;
	bool stopping = false;

	sw_thread_call("senderwatch/in");
	if (!make_lanes(intake)) {
		intake->log(SW_LOG_WARNING, "no memory for look-ups to wait in: "
		    "the resolver's threads judge them");
		return NULL;
	}
	while (!stopping) {
		size_t most = 0;

		/* Once more after the stop was asked for: the last look-ups. */
		stopping = sw_thread_pause(&intake->thread, pause);
		for (unsigned i = 0; i < LANES; i++) {
			size_t used = empty_lane(intake, &intake->lanes[i]);

			if (used > most)
				most = used;
		}
		pause = next_pause(intake, pause, most);
	}
	return NULL;
}

static void
free_intake(struct sw_intake *intake)
{
	for (unsigned i = 0; i < LANES; i++)
		pthread_mutex_destroy(&intake->lanes[i].lock);
	sw_pages_unmap(&intake->pages);
	free(intake);
}

enum sw_result
sw_intake_start(struct sw_intake **intake, struct sw_observer *observer,
    unsigned pause_max_ms, sw_log_function log)
{
	struct sw_intake *made = aligned_alloc(_Alignof(struct sw_intake),
	    sizeof(*made));
	enum sw_result result;

	*intake = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	memset(made, 0, sizeof(*made));
	made->observer = observer;
	made->log = log;
	made->pause_max_ms = pause_max_ms;
	for (unsigned i = 0; i < LANES; i++)
		pthread_mutex_init(&made->lanes[i].lock, NULL);
	result = sw_thread_start(&made->thread, run, made);
	if (result == SW_OK)
		*intake = made;
	else
		free_intake(made);
	return result;
}

void
sw_intake_stop(struct sw_intake **intake)
{
	struct sw_intake *i = *intake;

	*intake = NULL;
	if (i == NULL)
		return;
	sw_thread_stop(&i->thread);
	free_intake(i);
}

size_t
sw_intake_memory(void)
{
	return sizeof(struct sw_intake) + 2 * LANES * HALF;
}
