/* SPF macro-strings and domain-specs (RFC 7208 section 7.1). */
#include "spf.h"

/*
 * Where a macro stands. In a domain-spec, "c", "r" and "t" must not stand,
 * since they are for the text of an explanation (7.2), nor may a number be
 * zero (7.3). The value of an unknown modifier is never expanded, so that
 * nothing but the grammar (12) binds it.
 */
enum place {
	IN_DOMAIN,
	IN_IGNORED
};

static bool
is_letter(uint8_t c, enum place place)
{
	switch (c | 0x20) {
	case 's': case 'l': case 'o': case 'd': case 'i': case 'p': case 'v':
	case 'h':
		return true;
	case 'c': case 'r': case 't':
		return place == IN_IGNORED;
	default:
		return false;
	}
}

/* The length of "{" letter *DIGIT ["r"] *delimiter "}", or 0. */
static size_t
measure_braces(struct span text, enum place place)
{
	const uint8_t *at = text.at + 1;
	bool digits = false, nonzero = false;

	if (at == text.end || !is_letter(*at, place))
		return 0;
	at++;
	for (; at < text.end && is_digit(*at); at++) {
		digits = true;
		nonzero |= *at != '0';
	}
	if (digits && !nonzero && place != IN_IGNORED)
		return 0;
	if (at < text.end && (*at | 0x20) == 'r')
		at++;
	while (at < text.end && is_octet(*at, SW_OCTET_DELIMITER))
		at++;
	if (at == text.end || *at != '}')
		return 0;
	return (size_t)(at + 1 - text.at);
}

/* The length of the macro-expand that begins after a "%", or 0. */
static size_t
measure_expand(struct span text, enum place place, size_t *macros)
{
	if (text.at == text.end)
		return 0;
	if (*text.at == '%' || *text.at == '_' || *text.at == '-')
		return 1;
	if (*text.at != '{')
		return 0;
	(*macros)++;
	return measure_braces(text, place);
}

/* Walk over all macros; *after is where the last one ends, or NULL. */
static bool
walk(struct span text, enum place place, size_t *macros,
    const uint8_t **after)
{
	*after = NULL;
	while (text.at < text.end) {
		size_t length;

		if (*text.at++ != '%')
			continue;
		length = measure_expand(text, place, macros);
		if (length == 0)
			return false;
		text.at += length;
		*after = text.at;
	}
	return true;
}

enum sw_spf_error
sw_spf_check_ignored(struct span text, size_t *macros)
{
	const uint8_t *after;

	return walk(text, IN_IGNORED, macros, &after) ? SW_SPF_ERROR_NONE :
	    SW_SPF_ERROR_MACRO;
}

/*
 * Does text end in "." toplabel ["."]? A toplabel is letters, digits and
 * hyphens, begins and ends in no hyphen, and is not of digits only. Nothing
 * in a macro can be taken for it, since "%", "{" and "}" are none of these.
 */
static bool
ends_in_toplabel(struct span text)
{
	const uint8_t *end = text.end, *at;
	bool only_digits = true;

	if (end > text.at && end[-1] == '.')
		end--;
	for (at = end; at > text.at && at[-1] != '.'; at--) {
		if (!is_alnum(at[-1]) && at[-1] != '-')
			return false;
		only_digits &= is_digit(at[-1]);
	}
	return at > text.at && at < end && !only_digits &&
	    *at != '-' && end[-1] != '-';
}

enum sw_spf_error
sw_spf_check_domain(struct span text, size_t *macros)
{
	const uint8_t *after;

	if (text.at == text.end)
		return SW_SPF_ERROR_EMPTY;
	if (!walk(text, IN_DOMAIN, macros, &after))
		return SW_SPF_ERROR_MACRO;
	if (after != text.end && !ends_in_toplabel(text))
		return SW_SPF_ERROR_DOMAIN;
	return SW_SPF_ERROR_NONE;
}
