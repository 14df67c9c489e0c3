/* Copies of look-ups on their way from Unbound's threads to the table. */
#include "module/intake.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "module/aliases.h"
#include "module/pages.h"
#include "module/thread.h"
#include "senderwatch/hot.h"

/*
 * A lane holds 3,500 look-ups of 300 octets. The thread is woken when there are
 * a quarter of that: to wake up, with nothing of its own in the processor's
 * caches, costs as much as dozens of look-ups do.
 */
#define LANES 8u
#define ROOM ((size_t)1024 * 1024)	/* of a lane: a power of two */
#define LARGEST (ROOM / 2)	/* of a look-up */
#define MANY (ROOM / 4)
#define PAUSE_MIN_MS 50u

#define AHEAD 16u	/* notes that are looked at before they are read */
#define LINE 64u	/* of the processor's cache */
#define NEXT (3 * LINE)	/* what a note mostly takes */
#define COMING ((size_t)8192)	/* octets that are asked for before they are read */

/* A copy; behind it name, SOA, lengths of records, records. */
struct note {
	atomic_size_t size;	/* with all of that; a multiple of its alignment */
	time_t now;
	uint16_t type;
	uint16_t rcode;
	uint16_t record_count;
	uint8_t usable;
	uint8_t dnssec;
	bool truncated;
	bool cname;
	bool has_soa;
	uint8_t name_length;
	uint8_t soa_length;
};

/* In a size: the lane's end, with too little room for the note that came. */
#define SKIPPED ((size_t)1)

/*
 * Of some of Unbound's threads: octets in a circle. A thread reserves room and
 * sets the size of its note last; until then that is 0, and the reader does not
 * go past it. All that was read is made 0 again before it is given back.
 */
struct lane {
	atomic_size_t reserved __attribute__((aligned(LINE)));	/* ever */
	atomic_size_t read;	/* ever */
	struct sw_intake *intake;
	uint8_t octets[ROOM] __attribute__((aligned(LINE)));
};

/* What a thread of Unbound's needs is where it writes, on huge pages mostly. */
struct sw_lanes {
	struct lane lanes[LANES];
};

/* Some that follow one another, and of what they are. */
struct notes {
	unsigned count;
	struct note *note[AHEAD];
	uint64_t tag[AHEAD];	/* 0: not wanted */
	struct sw_watched watched[AHEAD];
};

struct sw_intake {
	struct sw_lanes *_Atomic lanes;	/* NULL: there is no memory yet */
	struct sw_observer *observer;
	struct sw_aliases *aliases;
	sw_log_function log;
	unsigned pause_ms;
	struct sw_thread thread;
	struct sw_pages pages;
	struct notes notes;
	/* Of the look-up in hand. */
	const uint8_t *rdata[SW_RRSET_MAX];
	size_t length[SW_RRSET_MAX];
};

static size_t
note_size(const struct sw_lookup *lookup)
{
	const struct sw_answer *answer = &lookup->answer;
	size_t size = sizeof(struct note) + lookup->name_length +
	    answer->records.count * sizeof(uint32_t);

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
write_note(struct note *note, const struct sw_lookup *lookup, time_t now)
{
	const struct sw_answer *answer = &lookup->answer;
	uint8_t *at = (uint8_t *)(note + 1);

	note->now = now;
	note->type = lookup->type;
	note->rcode = answer->rcode;
	note->record_count = (uint16_t)answer->records.count;
	note->usable = (uint8_t)lookup->usable;
	note->dnssec = (uint8_t)lookup->dnssec;
	note->truncated = answer->truncated;
	note->cname = answer->cname;
	note->has_soa = answer->soa != NULL;
	note->name_length = (uint8_t)lookup->name_length;
	note->soa_length = answer->soa != NULL ? (uint8_t)answer->soa_length :
	    0;
	at = append(at, lookup->name, lookup->name_length);
	if (answer->soa != NULL)
		at = append(at, answer->soa, answer->soa_length);
	for (size_t i = 0; i < answer->records.count; i++) {
		uint32_t length = (uint32_t)answer->records.length[i];

		at = append(at, &length, sizeof(length));
	}
	for (size_t i = 0; i < answer->records.count; i++)
		at = append(at, answer->records.rdata[i],
		    answer->records.length[i]);
}

static struct note *
note_at(struct lane *lane, size_t at)
{
	return (struct note *)(void *)(lane->octets + at % ROOM);
}

/*
 * Where a note of this size is to be written, or NULL; what is taken for it, the
 * lane's end that it skips as well, is from *begin to *end.
 */
static struct note *
reserve(struct lane *lane, size_t size, size_t *begin, size_t *end)
{
	size_t skipped;

	*begin = atomic_load_explicit(&lane->reserved, memory_order_relaxed);
	do {
		size_t left = ROOM - *begin % ROOM;

		skipped = left < size ? left : 0;
		*end = *begin + skipped + size;
		if (*end - atomic_load_explicit(&lane->read,
		    memory_order_acquire) > ROOM)
			return NULL;
	} while (!atomic_compare_exchange_weak_explicit(&lane->reserved,
	    begin, *end, memory_order_relaxed, memory_order_relaxed));
	if (skipped > 0)
		atomic_store_explicit(&note_at(lane, *begin)->size,
		    skipped | SKIPPED, memory_order_release);
	return note_at(lane, *begin + skipped);
}

/* What does not fit into a note is rare, or no DNS. */
static bool
is_fit(const struct sw_lookup *lookup)
{
	const struct sw_answer *answer = &lookup->answer;

	return lookup->name_length <= SW_NAME_WIRE_MAX &&
	    answer->records.count <= SW_RRSET_MAX &&
	    (answer->soa == NULL || answer->soa_length <= SW_NAME_WIRE_MAX);
}

SW_HOT void
sw_lanes_expect(struct sw_lanes *lanes, unsigned thread)
{
	struct lane *lane;
	size_t at;

	if (lanes == NULL)
		return;
	lane = &lanes->lanes[thread % LANES];
	at = atomic_load_explicit(&lane->reserved, memory_order_relaxed);
	for (size_t i = 0; i < NEXT; i += LINE)
		__builtin_prefetch(note_at(lane, at + i), 1);
}

SW_HOT bool
sw_lanes_leave(struct sw_lanes *lanes, const struct sw_lookup *lookup,
    unsigned thread, time_t now)
{
	size_t size, begin, end, waiting;
	struct lane *lane;
	struct note *note;

	if (lanes == NULL || !is_fit(lookup))
		return false;
	lane = &lanes->lanes[thread % LANES];
	size = note_size(lookup);
	note = size <= LARGEST ? reserve(lane, size, &begin, &end) : NULL;
	if (note == NULL)
		return false;
	write_note(note, lookup, now);
	atomic_store_explicit(&note->size, size, memory_order_release);
	waiting = end - atomic_load_explicit(&lane->read,
	    memory_order_relaxed);
	if (waiting >= MANY && waiting - (end - begin) < MANY)
		sw_thread_wake(&lane->intake->thread);
	return true;
}

/* All of a look-up but its answer's parts. */
static struct sw_lookup
lookup_of(const struct note *note)
{
	return (struct sw_lookup){
		.name = (const uint8_t *)(note + 1),
		.name_length = note->name_length,
		.type = note->type,
		.usable = note->usable,
		.dnssec = note->dnssec,
		.answer = {
			.rcode = note->rcode,
			.truncated = note->truncated,
			.cname = note->cname,
			.records = { .count = note->record_count },
			.soa_length = note->soa_length,
		},
	};
}

/* Give the observer what the i-th note says, which it wants. */
static void
read_note(struct sw_intake *intake, unsigned i)
{
	const struct notes *notes = &intake->notes;
	const struct note *note = notes->note[i];
	struct sw_lookup lookup = lookup_of(note);
	const uint8_t *at = lookup.name + lookup.name_length, *lengths;

	if (note->has_soa)
		lookup.answer.soa = at;
	lengths = at + note->soa_length;
	at = lengths + note->record_count * sizeof(uint32_t);
	for (size_t k = 0; k < note->record_count; k++) {
		uint32_t length;

		memcpy(&length, lengths + k * sizeof(length), sizeof(length));
		intake->rdata[k] = at;
		intake->length[k] = length;
		at += length;
	}
	lookup.answer.records.rdata = intake->rdata;
	lookup.answer.records.length = intake->length;
	sw_observer_take(intake->observer, &lookup, &notes->watched[i],
	    sw_aliases_of(intake->aliases, notes->watched[i].subject_tag),
	    note->now);
}

/*
 * The note at *at, which moves past it; NULL: there is none yet. Where the next
 * one begins stands in this, so that the processor can't run ahead by itself.
 */
static struct note *
next_note(struct lane *lane, size_t *at)
{
	for (;;) {
		struct note *note = note_at(lane, *at);
		size_t size = atomic_load_explicit(&note->size,
		    memory_order_acquire);

		for (size_t i = 0; i < size; i += LINE)
			__builtin_prefetch(note_at(lane, *at + COMING + i), 1);
		*at += size & ~SKIPPED;
		if ((size & SKIPPED) == 0)
			return size == 0 ? NULL : note;
		atomic_store_explicit(&note->size, 0, memory_order_relaxed);
	}
}

/* Of what could it be? */
static void
guess_note(struct sw_intake *intake, const struct note *note,
    struct sw_watched *watched)
{
	const struct sw_lookup lookup = lookup_of(note);

	sw_observer_guess(intake->observer, &lookup, watched);
	sw_aliases_expect(intake->aliases, watched->subject_tag);
}

/* Is it wanted, and of what? */
static void
match_note(struct sw_intake *intake, unsigned i)
{
	struct notes *notes = &intake->notes;
	const struct sw_lookup lookup = lookup_of(notes->note[i]);
	struct sw_watched *watched = &notes->watched[i];
	struct sw_alias *alias = watched->subject_tag == 0 ? NULL :
	    sw_aliases_of(intake->aliases, watched->subject_tag);

	notes->tag[i] = sw_observer_wants(intake->observer, &lookup, watched,
	    alias) ? watched->tag : 0;
}

/*
 * Some notes from *at, which moves past them, at most to end. The table's memory
 * is far away: the observer is told of all of them before the first is read, so
 * that it waits for all at once.
 */
static void
find_notes(struct sw_intake *intake, struct lane *lane, size_t *at,
    size_t end)
{
	struct notes *notes = &intake->notes;
	struct note *note;

	notes->count = 0;
	while (notes->count < AHEAD && *at < end &&
	    (note = next_note(lane, at)) != NULL) {
		guess_note(intake, note, &notes->watched[notes->count]);
		notes->note[notes->count++] = note;
	}
	for (unsigned i = 0; i < notes->count; i++)
		match_note(intake, i);
	if (notes->count > 0)
		sw_observer_expect(intake->observer, notes->tag, notes->count);
}

/* Read what is there, at most all that a lane holds. True if much waits still. */
static bool
read_lane(struct sw_intake *intake, struct lane *lane)
{
	size_t at = atomic_load_explicit(&lane->read, memory_order_relaxed);
	const size_t end = at + ROOM;
	const struct notes *notes = &intake->notes;

	for (;;) {
		find_notes(intake, lane, &at, end);
		for (unsigned i = 0; i < notes->count; i++) {
			struct note *note = notes->note[i];

			if (notes->tag[i] != 0)
				read_note(intake, i);
			memset((void *)note, 0, atomic_load_explicit(
			    &note->size, memory_order_relaxed));
		}
		atomic_store_explicit(&lane->read, at, memory_order_release);
		if (notes->count == 0)
			break;
	}
	return atomic_load_explicit(&lane->reserved, memory_order_relaxed) -
	    at >= MANY;
}

/* It can take a moment to get the memory, and is no thread of Unbound's. */
static bool
make_lanes(struct sw_intake *intake)
{
	struct sw_lanes *lanes;

	if (sw_aliases_new(&intake->aliases) != SW_OK ||
	    !sw_pages_map(&intake->pages, sizeof(*lanes)))
		return false;
	lanes = intake->pages.memory;
	for (unsigned i = 0; i < LANES; i++)
		lanes->lanes[i].intake = intake;
	atomic_store_explicit(&intake->lanes, lanes, memory_order_release);
	return true;
}

struct sw_lanes *
sw_intake_lanes(struct sw_intake *intake)
{
	return intake == NULL ? NULL : atomic_load_explicit(&intake->lanes,
	    memory_order_acquire);
}

static void *
run(void *argument)
{
	struct sw_intake *intake = argument;
	bool stopping = false, much = false;
	struct lane *lanes;

	sw_thread_call("senderwatch/in");
	if (!make_lanes(intake)) {
		intake->log(SW_LOG_WARNING, "no memory for look-ups to wait in: "
		    "the resolver's threads judge them");
		return NULL;
	}
	lanes = sw_intake_lanes(intake)->lanes;
	while (!stopping) {
		/* Once more after the stop was asked for: the last look-ups. */
		stopping = sw_thread_pause(&intake->thread, much ? 1 :
		    intake->pause_ms);
		much = false;
		for (unsigned i = 0; i < LANES; i++)
			much = read_lane(intake, &lanes[i]) || much;
	}
	return NULL;
}

static void
free_intake(struct sw_intake *intake)
{
	sw_pages_unmap(&intake->pages);
	sw_aliases_free(&intake->aliases);
	free(intake);
}

enum sw_result
sw_intake_start(struct sw_intake **intake, struct sw_observer *observer,
    unsigned pause_ms, sw_log_function log)
{
	struct sw_intake *made = calloc(1, sizeof(*made));
	enum sw_result result;

	*intake = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	made->observer = observer;
	made->log = log;
	made->pause_ms = pause_ms < PAUSE_MIN_MS ? PAUSE_MIN_MS : pause_ms;
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
	return sizeof(struct sw_intake) + sizeof(struct sw_lanes) +
	    sw_aliases_memory();
}
