/* Copies of look-ups on their way from Unbound's threads to the table. */
#include "module/intake.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "module/aliases.h"
#include "module/lanes.h"
#include "module/pages.h"
#include "module/thread.h"
#include "senderwatch/hot.h"

/*
 * A lane holds 3,500 look-ups of 300 octets. The thread is woken for each quarter
 * of that: to wake up, with nothing of its own in the processor's
 * caches, costs as much as dozens of look-ups do.
 */
#define LARGEST (ROOM / 2)	/* of a look-up */
#define MANY (ROOM / 4)
#define PAUSE_MIN_MS 50u

#define AHEAD 16u	/* notes that are looked at before they are read */
#define NEXT (3 * SW_LINE)	/* what a note mostly takes */
#define COMING ((size_t)8192)	/* octets that are asked for before they are read */

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

static inline size_t
soa_length(const struct sw_answer *answer)
{
	return answer->soa == NULL ? 0 : answer->soa_length;
}

static inline size_t
note_size(const struct sw_lookup *lookup)
{
	const struct sw_rrset *records = &lookup->answer.records;
	size_t size = sizeof(struct note) + lookup->name_length +
	    soa_length(&lookup->answer);

	for (size_t i = 0; i < records->count; i++)
		size += sizeof(uint32_t) + records->length[i];
	return (size + _Alignof(struct note) - 1) &
	    ~(_Alignof(struct note) - 1);
}

/*
 * memcpy() is another library's, and found by way of a table: to look at two
 * more pages takes longer than it would save for as few octets as these.
 */
static SW_HOT __attribute__((noinline)) uint8_t *
append(uint8_t *at, const uint8_t *from, size_t length)
{
	uint64_t octets;

	for (; length >= sizeof(octets); length -= sizeof(octets)) {
		memcpy(&octets, from, sizeof(octets));
		memcpy(at, &octets, sizeof(octets));
		at += sizeof(octets);
		from += sizeof(octets);
	}
	while (length-- > 0)
		*at++ = *from++;
	return at;
}

static SW_HOT __attribute__((noinline)) void
write_note(struct note *note, const struct sw_lookup *lookup, size_t size,
    time_t now)
{
	const struct sw_answer *answer = &lookup->answer;
	const struct sw_rrset *records = &answer->records;
	uint8_t *at = (uint8_t *)(note + 1);

	note->size = size;
	note->now = now;
	note->type = lookup->type;
	note->rcode = answer->rcode;
	note->record_count = (uint16_t)records->count;
	note->usable = (uint8_t)lookup->usable;
	note->dnssec = (uint8_t)lookup->dnssec;
	note->truncated = answer->truncated;
	note->cname = answer->cname;
	note->name_length = (uint8_t)lookup->name_length;
	note->soa_length = (uint8_t)soa_length(answer);
	at = append(at, lookup->name, lookup->name_length);
	at = append(at, answer->soa, note->soa_length);
	for (size_t i = 0; i < records->count; i++) {
		uint32_t length = (uint32_t)records->length[i];

		memcpy(at, &length, sizeof(length));
		at = append(at + sizeof(length), records->rdata[i], length);
	}
}

/* A lane that nobody else has; its own mostly, for each thread. NULL: none. */
static inline struct lane *
take_lane(struct sw_lanes *lanes, unsigned thread)
{
	for (unsigned i = 0; i < LANES; i++) {
		struct lane *lane = &lanes->lanes[(thread + i) % LANES];

		if (!atomic_exchange_explicit(&lane->taken, true,
		    memory_order_acquire))
			return lane;
	}
	return NULL;
}

static inline void
leave_lane(struct lane *lane)
{
	atomic_store_explicit(&lane->taken, false, memory_order_release);
}

/*
 * Where size octets are to be written in the circle, from *at on, or NULL. Too
 * little room at its end is skipped.
 */
static struct note *
find_room(struct lane *lane, size_t size, size_t *at)
{
	size_t left, skipped;

	*at = atomic_load_explicit(&lane->written, memory_order_relaxed);
	left = ROOM - *at % ROOM;
	skipped = left < size ? left : 0;
	if (*at + skipped + size - atomic_load_explicit(&lane->read,
	    memory_order_acquire) > ROOM)
		return NULL;
	if (skipped > 0)
		note_at(lane, *at)->size = skipped | SKIPPED;
	*at += skipped;
	return note_at(lane, *at);
}

/* The thread is told whenever so many octets came. */
static void
set_written(struct lane *lane, size_t end)
{
	size_t before = atomic_load_explicit(&lane->written,
	    memory_order_relaxed);

	atomic_store_explicit(&lane->written, end, memory_order_release);
	if (end / MANY != before / MANY)
		sw_thread_wake(&lane->intake->thread);
}

/* Of a lane that was taken. False if there is too little room. */
static __attribute__((noinline)) bool
clear_stage(struct lane *lane)
{
	size_t size = staged(lane), at;
	void *to = find_room(lane, size, &at);

	if (to == NULL)
		return false;
	memcpy(to, lane->stage, size);
	set_written(lane, at + size);
	set_staged(lane, 0);
	return true;
}

/* What does not fit into a note is rare, or no DNS. */
static bool
is_fit(const struct sw_lookup *lookup)
{
	const struct sw_answer *answer = &lookup->answer;

	return lookup->name_length <= SW_NAME_WIRE_MAX &&
	    answer->records.count <= SW_RRSET_MAX &&
	    soa_length(answer) <= SW_NAME_WIRE_MAX;
}

SW_HOT void
sw_lanes_expect(struct sw_lanes *lanes, unsigned thread)
{
	const struct lane *lane;
	size_t at;

	if (lanes == NULL)
		return;
	lane = &lanes->lanes[thread % LANES];
	__builtin_prefetch(lane, 1);
	at = staged(lane);
	if (at + NEXT > sizeof(lane->stage))
		at = 0;
	for (size_t i = 0; i < NEXT; i += SW_LINE)
		__builtin_prefetch(lane->stage + at + i, 1);
}

/* One that is too large for the stage, of a lane that was taken. */
static __attribute__((noinline)) bool
leave_large(struct lane *lane, const struct sw_lookup *lookup, size_t size,
    time_t now)
{
	struct note *note;
	size_t at;

	if (size > LARGEST || !clear_stage(lane))
		return false;
	memset(lane->stage, 0, sizeof(lane->stage));
	note = find_room(lane, size, &at);
	if (note == NULL)
		return false;
	write_note(note, lookup, size, now);
	set_written(lane, at + size);
	return true;
}

/* To the stage of a lane that was taken. */
static inline bool
leave_small(struct lane *lane, const struct sw_lookup *lookup, size_t size,
    time_t now)
{
	size_t at = staged(lane);

	if (at + size > sizeof(lane->stage)) {
		if (!clear_stage(lane))
			return false;
		at = 0;
	}
	write_note((struct note *)(void *)(lane->stage + at), lookup, size, now);
	set_staged(lane, at + size);
	return true;
}

SW_HOT bool
sw_lanes_leave(struct sw_lanes *lanes, const struct sw_lookup *lookup,
    unsigned thread, time_t now)
{
	struct lane *lane;
	size_t size;
	bool left;

	if (lanes == NULL || !is_fit(lookup))
		return false;
	lane = take_lane(lanes, thread);
	if (lane == NULL)
		return false;
	size = note_size(lookup);
	left = size <= sizeof(lane->stage) ?
	    leave_small(lane, lookup, size, now) :
	    leave_large(lane, lookup, size, now);
	leave_lane(lane);
	return left;
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
	const uint8_t *at = lookup.name + lookup.name_length;

	if (note->soa_length > 0)
		lookup.answer.soa = at;
	at += note->soa_length;
	for (size_t k = 0; k < note->record_count; k++) {
		uint32_t length;

		memcpy(&length, at, sizeof(length));
		at += sizeof(length);
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
 * The note at *at, which moves past it; NULL: there is none before end. Where the
 * next one begins stands in this, so that the processor can't run ahead by
 * itself.
 */
static struct note *
next_note(struct lane *lane, size_t *at, size_t end)
{
	while (*at != end) {
		struct note *note = note_at(lane, *at);
		size_t size = note->size;

		for (size_t i = 0; i < size; i += SW_LINE)
			__builtin_prefetch(note_at(lane, *at + COMING + i), 1);
		*at += size & ~SKIPPED;
		if ((size & SKIPPED) == 0)
			return note;
		note->size = 0;
	}
	return NULL;
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
 * Some notes from *at to end; *at moves past them. The table's memory
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
	while (notes->count < AHEAD &&
	    (note = next_note(lane, at, end)) != NULL) {
		guess_note(intake, note, &notes->watched[notes->count]);
		notes->note[notes->count++] = note;
	}
	for (unsigned i = 0; i < notes->count; i++)
		match_note(intake, i);
	if (notes->count > 0)
		sw_observer_expect(intake->observer, notes->tag, notes->count);
}

/*
 * What stands on the stage comes to the circle. False if somebody has the lane,
 * or left much meanwhile.
 */
static bool
fetch_stage(struct lane *lane)
{
	bool done;

	if (atomic_exchange_explicit(&lane->taken, true, memory_order_acquire))
		return false;
	done = staged(lane) == 0;
	if (!done && clear_stage(lane)) {
		memset(lane->stage, 0, sizeof(lane->stage));
		done = true;
	}
	leave_lane(lane);
	return done;
}

static void
read_circle(struct sw_intake *intake, struct lane *lane)
{
	const size_t end = atomic_load_explicit(&lane->written,
	    memory_order_acquire);
	size_t at = atomic_load_explicit(&lane->read, memory_order_relaxed);
	const struct notes *notes = &intake->notes;

	while (at != end) {
		find_notes(intake, lane, &at, end);
		for (unsigned i = 0; i < notes->count; i++) {
			struct note *note = notes->note[i];

			if (notes->tag[i] != 0)
				read_note(intake, i);
			memset(note, 0, note->size);
		}
		atomic_store_explicit(&lane->read, at, memory_order_release);
	}
}

/* Read what is there. True if there is more already, or may be. */
static bool
read_lane(struct sw_intake *intake, struct lane *lane)
{
	bool fetched;

	/* Then the circle has room for all of the stage. */
	read_circle(intake, lane);
	fetched = fetch_stage(lane);
	read_circle(intake, lane);
	return !fetched || atomic_load_explicit(&lane->written,
	    memory_order_relaxed) - atomic_load_explicit(&lane->read,
	    memory_order_relaxed) >= MANY;
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
	/* What customers look up has no place in a core dump. */
	madvise(lanes, sizeof(*lanes), MADV_DONTDUMP);
	for (unsigned i = 0; i < LANES; i++) {
		lanes->lanes[i].intake = intake;
		lanes->lanes[i].circle = lanes->circles[i];
	}
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
		/* Names were guessed of all look-ups. */
		memset(&intake->notes, 0, sizeof(intake->notes));
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
