/*
 * Marks: the smallest three (day of the month, resolver) pairs on which a
 * state was seen. Keeping the smallest ones, rather than the first to arrive,
 * makes the union the same whatever comes twice or in whatever order, and the
 * number of marks is the number of resolver-days, capped at three.
 *
 * In the database they are a blob of five bytes a mark, ascending: the day,
 * then the resolver's tag, most significant byte first.
 */
#ifndef SW_STORE_MARKS_H
#define SW_STORE_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "senderwatch/store.h"

#define SW_MARK_SIZE 5
#define SW_MARKS_SIZE (SW_STORE_SEEN_MAX * SW_MARK_SIZE)

struct sw_marks {
	size_t count;
	uint64_t marks[SW_STORE_SEEN_MAX];	/* day << 32 | tag, ascending */
};

/* What stands for a resolver in marks: equal for equal names. */
uint32_t sw_marks_tag(const char *resolver);

bool sw_marks_have(const struct sw_marks *marks, uint64_t mark);
void sw_marks_add(struct sw_marks *marks, uint64_t mark);
/* Add all of other; is marks different now? */
bool sw_marks_unite(struct sw_marks *marks, const struct sw_marks *other);

/* Anything may stand in the blob: what is no mark is left out. */
void sw_marks_decode(struct sw_marks *marks, const void *blob, size_t length);
/* Returns the length. */
size_t sw_marks_encode(const struct sw_marks *marks,
    uint8_t blob[SW_MARKS_SIZE]);

#endif
