/* The labels of names in wire format (RFC 1035 section 3.1). */
#ifndef SENDERWATCH_LIB_LABELS_H
#define SENDERWATCH_LIB_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/name.h"

#define LABELS_MAX 127

/* Where the labels of a name begin; labels excludes the root. */
struct labels {
	uint8_t at[LABELS_MAX];
	unsigned count;
	size_t length;	/* of the name, with the root label */
	unsigned underscores; /* labels that begin with one */
};

/* False if the name is malformed. */
static inline bool
find_labels(const uint8_t *name, size_t length, struct labels *labels)
{
	const uint8_t *p = name, *last;
	uint8_t *at = labels->at;
	unsigned underscores = 0;

	labels->count = 0;
	if (length == 0)
		return false;
	last = name + (length < SW_NAME_WIRE_MAX ? length :
	    SW_NAME_WIRE_MAX) - 1;
	while (p < last && *p != 0) {
		/* Also refuses compression pointers and extended labels. */
		if (*p > 63)
			return false;
		underscores += p[1] == '_';
		/* Not more than LABELS_MAX: each takes two octets. */
		*at++ = (uint8_t)(p - name);
		p += 1 + *p;
	}
	if (p > last || *p != 0)
		return false;
	labels->count = (unsigned)(at - labels->at);
	labels->length = (size_t)(p - name) + 1;
	labels->underscores = underscores;
	return true;
}

#endif
