/* Names as text, and one within another. */
#include "senderwatch/name.h"

#include <string.h>

#include "labels.h"

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* How an octet reads in text (RFC 1035 section 5.1): its length, at most 4. */
static size_t
octet_text(uint8_t c, char text[4])
{
	if (c <= 0x20 || c >= 0x7f) {
		text[0] = '\\';
		text[1] = (char)('0' + c / 100);
		text[2] = (char)('0' + c / 10 % 10);
		text[3] = (char)('0' + c % 10);
		return 4;
	}
	if (strchr(".\\\"();@$", c) != NULL) {
		text[0] = '\\';
		text[1] = (char)c;
		return 2;
	}
	text[0] = (char)c;
	return 1;
}

size_t
sw_name_to_text(const uint8_t *name, size_t length, char *text, size_t size)
{
	struct labels labels;
	size_t used = 0;

	if (!find_labels(name, length, &labels) || size < 2)
		return 0;
	if (labels.count == 0) {
		memcpy(text, ".", 2);
		return 1;
	}
	for (unsigned i = 0; i < labels.count; i++) {
		const uint8_t *label = name + labels.at[i];

		for (size_t k = 1; k <= label[0]; k++) {
			char octet[4];
			size_t count = octet_text(label[k], octet);

			/* With the dot that follows, or NUL. */
			if (size - used <= count)
				return 0;
			memcpy(text + used, octet, count);
			used += count;
		}
		text[used++] = '.';
	}
	text[--used] = '\0';
	return used;
}

/* One character of a label, perhaps escaped; its value or -1. */
static int
next_octet(const char **text)
{
	const char *p = *text;
	int value;

	if (*p != '\\') {
		*text = p + 1;
		return (uint8_t)*p;
	}
	p++;
	if (p[0] < '0' || p[0] > '9') {
		if (*p == '\0')
			return -1;
		*text = p + 1;
		return (uint8_t)*p;
	}
	if (p[1] < '0' || p[1] > '9' || p[2] < '0' || p[2] > '9')
		return -1;
	value = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	*text = p + 3;
	return value <= 255 ? value : -1;
}

size_t
sw_name_from_text(const char *text, uint8_t *name, size_t size)
{
	size_t label = 0, used = 1;

	if (size > SW_NAME_WIRE_MAX)
		size = SW_NAME_WIRE_MAX;
	if (size == 0 || *text == '\0')
		return 0;
	if (strcmp(text, ".") == 0) {
		name[0] = 0;
		return 1;
	}
	while (*text != '\0') {
		if (*text == '.') {
			if (used - label == 1 || used - label > 64)
				return 0;
			name[label] = (uint8_t)(used - label - 1);
			label = used++;
			text++;
		} else {
			int octet = next_octet(&text);

			if (octet < 0 || used >= size)
				return 0;
			name[used++] = (uint8_t)octet;
		}
		if (used > size)
			return 0;
	}
	if (used - label > 64)
		return 0;
	if (used - label > 1) {		/* no final dot */
		name[label] = (uint8_t)(used - label - 1);
		label = used++;
	}
	if (used > size)
		return 0;
	name[label] = 0;
	return used;
}

bool
sw_name_is_within(const uint8_t *name, size_t length, const uint8_t *parent,
    size_t parent_length)
{
	struct labels labels, above;

	if (!find_labels(name, length, &labels) ||
	    !find_labels(parent, parent_length, &above) ||
	    above.count > labels.count)
		return false;
	/* Equal labels from the right make the rest equally long. */
	if (labels.length < above.length)
		return false;
	name += above.count == 0 ? labels.length - 1 :
	    labels.at[labels.count - above.count];
	if (above.count > 0 && labels.length -
	    labels.at[labels.count - above.count] != above.length)
		return false;
	for (size_t k = 0; k < above.length; k++) {
		if (lower(name[k]) != lower(parent[k]))
			return false;
	}
	return true;
}
