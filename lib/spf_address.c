/* Addresses and prefix lengths of SPF records (RFC 7208 sections 5.3, 5.6). */
#include <limits.h>

#include "spf.h"

/* One to three digits without a leading zero, at most limit. */
static bool
read_number(struct span text, unsigned limit, unsigned *out)
{
	size_t length = (size_t)(text.end - text.at);
	unsigned value = 0;

	if (length == 0 || length > 3 || (length > 1 && *text.at == '0'))
		return false;
	for (; text.at < text.end; text.at++) {
		if (!is_digit(*text.at))
			return false;
		value = value * 10 + (unsigned)(*text.at - '0');
	}
	*out = value;
	return value <= limit;
}

/*
 * Cut a slash, or two, and a length off the end of text, where they are.
 * Returns the number of slashes, 0 where there is no such thing. *value is
 * the length, or more than any may be where it is malformed.
 */
static inline unsigned
cut_length(struct span *text, unsigned *value)
{
	const uint8_t *at = text->end;
	unsigned scale = 1, slashes;

	for (*value = 0; at > text->at && is_digit(at[-1]); scale *= 10)
		*value += (unsigned)(*--at - '0') * scale;
	if (at == text->at || at[-1] != '/')
		return 0;
	if (scale == 1 || (scale > 10 && *at == '0') || text->end - at > 3)
		*value = UINT_MAX;
	slashes = at - 1 > text->at && at[-2] == '/' ? 2 : 1;
	text->end = at - slashes;
	return slashes;
}

const uint8_t *
sw_spf_cut_cidr(struct span text)
{
	unsigned slashes, value;

	slashes = cut_length(&text, &value);
	if (slashes == 2 && value <= 128)
		slashes = cut_length(&text, &value);
	return slashes == 0 || (slashes == 1 && value <= 32) ? text.end : NULL;
}

/* dotted quad of numbers up to 255 without leading zeros */
static bool
is_ip4(struct span text)
{
	for (unsigned i = 0; i < 4; i++) {
		struct span part = { text.at, text.at };
		unsigned value;

		while (part.end < text.end && is_digit(*part.end))
			part.end++;
		if (!read_number(part, 255, &value))
			return false;
		text.at = part.end;
		if (i < 3 && (text.at == text.end || *text.at++ != '.'))
			return false;
	}
	return text.at == text.end;
}

/* The length of a group of one to four hexadecimal digits, or 0. */
static size_t
measure_group(struct span text)
{
	size_t length = 0;

	while (text.at + length < text.end &&
	    is_octet(text.at[length], SW_OCTET_HEX))
		length++;
	return length <= 4 ? length : 0;
}

/*
 * RFC 4291 section 2.2: eight groups; one "::" stands for one or more groups
 * of zeros; the last two may be written as an IPv4 address.
 */
static bool
is_ip6(struct span text)
{
	unsigned groups = 0;
	bool gap = false;

	if (text.end - text.at >= 2 && text.at[0] == ':' && text.at[1] == ':') {
		gap = true;
		text.at += 2;
	}
	while (text.at < text.end) {
		size_t length = measure_group(text);

		if (groups <= 6 && text.at + length < text.end &&
		    text.at[length] == '.')
			return is_ip4(text) &&
			    (gap ? groups <= 5 : groups == 6);
		if (length == 0 || ++groups > 8)
			return false;
		text.at += length;
		if (text.at == text.end)
			break;
		if (*text.at++ != ':' || text.at == text.end)
			return false;
		if (*text.at == ':') {
			if (gap)
				return false;
			gap = true;
			text.at++;
		}
	}
	return gap ? groups <= 7 : groups == 8;
}

/* Cut "/" and a prefix length off the end. */
static enum sw_spf_error
cut_prefix(struct span *text, unsigned limit, unsigned *prefix)
{
	const uint8_t *at = text->at, *end;

	*prefix = limit;
	while (at < text->end && *at != '/')
		at++;
	if (at == text->end)
		return SW_SPF_ERROR_NONE;
	end = text->end;
	text->end = at;
	return read_number((struct span){ at + 1, end }, limit, prefix) ?
	    SW_SPF_ERROR_NONE : SW_SPF_ERROR_CIDR;
}

static enum sw_spf_error
check_network(struct span text, unsigned limit, bool (*is_network)(struct span),
    unsigned *prefix)
{
	enum sw_spf_error error;

	if (text.at == text.end)
		return SW_SPF_ERROR_EMPTY;
	error = cut_prefix(&text, limit, prefix);
	if (!is_network(text))
		return SW_SPF_ERROR_ADDRESS;
	return error;
}

enum sw_spf_error
sw_spf_check_ip4(struct span text, unsigned *prefix)
{
	return check_network(text, 32, is_ip4, prefix);
}

enum sw_spf_error
sw_spf_check_ip6(struct span text, unsigned *prefix)
{
	return check_network(text, 128, is_ip6, prefix);
}
