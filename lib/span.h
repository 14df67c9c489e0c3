/* Parts of records, and the character classes of their grammars. */
#ifndef SENDERWATCH_LIB_SPAN_H
#define SENDERWATCH_LIB_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The octets from at up to end. */
struct span {
	const uint8_t *at;
	const uint8_t *end;
};

static inline size_t
span_length(struct span span)
{
	return (size_t)(span.end - span.at);
}

static inline bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_alpha(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}

static inline bool
is_alnum(uint8_t c)
{
	return is_digit(c) || is_alpha(c);
}

static inline bool
is_hex(uint8_t c)
{
	return is_digit(c) || (uint8_t)((c | 0x20) - 'a') < 6;
}

static inline bool
is_wsp(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static inline struct span
span_trim(struct span span)
{
	while (span.at < span.end && is_wsp(*span.at))
		span.at++;
	while (span.at < span.end && is_wsp(span.end[-1]))
		span.end--;
	return span;
}

/* Is span this word? ASCII case-insensitive; word is in lower case. */
static inline bool
span_is(struct span span, const char *word)
{
	for (; span.at < span.end; span.at++, word++) {
		uint8_t c = *span.at;

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (*word == '\0' || c != (uint8_t)*word)
			return false;
	}
	return *word == '\0';
}

/* The same with regard to case. */
static inline bool
span_is_exactly(struct span span, const char *word)
{
	size_t length = strlen(word);

	return span_length(span) == length &&
	    memcmp(span.at, word, length) == 0;
}

#endif
