/*
 * Large zeroed memory: on huge pages where there are such, and touched from the
 * start. The first touch of a page costs more than all else that an
 * observation does, and may be a resolver thread's.
 */
#ifndef SENDERWATCH_MODULE_PAGES_H
#define SENDERWATCH_MODULE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

struct sw_pages {
	void *memory;	/* begins a huge page */
	void *map;	/* what was mapped, or NULL */
	size_t map_size;
};

/* size: bytes. False if there is no memory; pages is empty then. */
bool sw_pages_map(struct sw_pages *pages, size_t size);

/* Empty ones are fine. */
void sw_pages_unmap(struct sw_pages *pages);

#endif
