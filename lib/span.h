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

/* One look at a table tells all that an octet can be. */
#define SW_OCTET_ALPHA 1
#define SW_OCTET_DIGIT 2
#define SW_OCTET_HEX 4
#define SW_OCTET_NAME 8		/* letters, digits, "-", "." and "_" */
#define SW_OCTET_URI 16		/* RFC 3986: pchar, "/" and "?"; no "%" */
#define SW_OCTET_VISIBLE 32	/* 0x21 to 0x7e */
#define SW_OCTET_DELIMITER 64	/* RFC 7208 section 7.1 */
#define SW_OCTET_WSP 128
extern const uint8_t sw_octets[256] __attribute__((visibility("hidden")));

static inline bool
is_octet(uint8_t c, uint8_t kinds)
{
	return (sw_octets[c] & kinds) != 0;
}

static inline bool
is_digit(uint8_t c)
{
	return (uint8_t)(c - '0') < 10;
}

static inline bool
is_alpha(uint8_t c)
{
	return is_octet(c, SW_OCTET_ALPHA);
}

static inline bool
is_alnum(uint8_t c)
{
	return is_octet(c, SW_OCTET_ALPHA | SW_OCTET_DIGIT);
}

static inline bool
is_wsp(uint8_t c)
{
	return is_octet(c, SW_OCTET_WSP);
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

		if (is_alpha(c))
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
