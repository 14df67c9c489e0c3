#include "marks.h"

/*
 * FNV-1a. A clash of two resolvers' tags would count their days as one; among
 * 500 resolvers the chance of any is 3e-5. Nothing secret rests on it.
 */
uint32_t
sw_marks_tag(const char *resolver)
{
	uint32_t hash = 2166136261u;

	for (; *resolver != '\0'; resolver++) {
		hash ^= (uint8_t)*resolver;
		hash *= 16777619u;
	}
	return hash;
}

bool
sw_marks_have(const struct sw_marks *marks, uint64_t mark)
{
	for (size_t i = 0; i < marks->count; i++) {
		if (marks->marks[i] == mark)
			return true;
	}
	return false;
}

void
sw_marks_add(struct sw_marks *marks, uint64_t mark)
{
	size_t at = 0, end;

	while (at < marks->count && marks->marks[at] < mark)
		at++;
	if (at == SW_STORE_SEEN_MAX ||
	    (at < marks->count && marks->marks[at] == mark))
		return;
	end = marks->count < SW_STORE_SEEN_MAX ? marks->count++ :
	    SW_STORE_SEEN_MAX - 1;
	for (; end > at; end--)
		marks->marks[end] = marks->marks[end - 1];
	marks->marks[at] = mark;
}

bool
sw_marks_unite(struct sw_marks *marks, const struct sw_marks *other)
{
	struct sw_marks before = *marks;

	for (size_t i = 0; i < other->count; i++)
		sw_marks_add(marks, other->marks[i]);
	if (marks->count != before.count)
		return true;
	for (size_t i = 0; i < marks->count; i++) {
		if (marks->marks[i] != before.marks[i])
			return true;
	}
	return false;
}

void
sw_marks_decode(struct sw_marks *marks, const void *blob, size_t length)
{
	const uint8_t *bytes = blob;

	marks->count = 0;
	for (; length >= SW_MARK_SIZE; length -= SW_MARK_SIZE) {
		uint64_t mark = 0;

		for (size_t i = 0; i < SW_MARK_SIZE; i++)
			mark = mark << 8 | *bytes++;
		sw_marks_add(marks, mark);
	}
}

size_t
sw_marks_encode(const struct sw_marks *marks, uint8_t blob[SW_MARKS_SIZE])
{
	uint8_t *out = blob;

	for (size_t i = 0; i < marks->count; i++) {
		for (int shift = 8 * (SW_MARK_SIZE - 1); shift >= 0; shift -= 8)
			*out++ = (uint8_t)(marks->marks[i] >> shift);
	}
	return (size_t)(out - blob);
}
