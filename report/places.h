/*
 * What belongs to each group of a scan, by the group's place in it: an array
 * that grows.
 */
#ifndef SENDERWATCH_REPORT_PLACES_H
#define SENDERWATCH_REPORT_PLACES_H

#include <stddef.h>
#include <stdint.h>

/* All zero is empty. */
struct sw_places {
	void **list;
	size_t count;
};

/* Where the pointer of a place stands, NULL at first; NULL: out of memory. */
void **sw_places_need(struct sw_places *places, uint32_t place);
/* Not what the pointers lead to. */
void sw_places_fini(struct sw_places *places);

#endif
