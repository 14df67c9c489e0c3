/* From the name and type that were asked to mechanism and subject. */
#include "senderwatch/name.h"

#include <string.h>

#define LABELS_MAX 127
/*
 * The list's longest ICANN rule has four labels; with a registered label, one
 * more for registries that register deeper, and one of reserve. A name with
 * more labels cannot be registrable, which saves asking the list.
 */
#define SUBJECT_LABELS_MAX 7

/* Where the labels of a name begin; labels excludes the root. */
struct labels {
	uint8_t at[LABELS_MAX];
	unsigned count;
	size_t length;	/* of the name, with the root label */
};

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool
find_labels(const uint8_t *name, size_t length, struct labels *labels)
{
	size_t at = 0;

	labels->count = 0;
	if (length > SW_NAME_WIRE_MAX)
		length = SW_NAME_WIRE_MAX;
	while (at < length && name[at] != 0) {
		/* Also refuses compression pointers and extended labels. */
		if (name[at] > 63 || labels->count == LABELS_MAX)
			return false;
		labels->at[labels->count++] = (uint8_t)at;
		at += 1u + name[at];
	}
	labels->length = at + 1;
	return at < length;
}

/* Is label i equal to text (lower case), whatever the name's case? */
static bool
label_is(const uint8_t *name, const struct labels *labels, unsigned i,
    const char *text)
{
	const uint8_t *label = name + labels->at[i];
	size_t length = *label++;

	for (size_t k = 0; k < length; k++) {
		if (text[k] == '\0' || lower(label[k]) != (uint8_t)text[k])
			return false;
	}
	return text[length] == '\0';
}

/*
 * The mechanism that the labels on the left stand for, and the first label of
 * the rest. The prefixes: RFC 9989 section 4.5, RFC 8461 section 3.1, RFC 8460
 * section 3, BIMI's default selector, RFC 6376 section 3.6.2.1.
 */
static enum sw_mechanism
match_prefix(const uint8_t *name, const struct labels *labels, unsigned *rest)
{
	bool underscore = name[0] > 0 && name[1] == '_';

	*rest = 1;
	if (underscore && label_is(name, labels, 0, "_dmarc"))
		return SW_MECHANISM_DMARC;
	if (underscore && label_is(name, labels, 0, "_mta-sts"))
		return SW_MECHANISM_MTA_STS;
	*rest = 2;
	if (labels->count < 2)
		return SW_MECHANISM_SPF;
	if (underscore && label_is(name, labels, 0, "_smtp") &&
	    label_is(name, labels, 1, "_tls"))
		return SW_MECHANISM_TLS_RPT;
	if (label_is(name, labels, 1, "_bimi"))
		return label_is(name, labels, 0, "default") ?
		    SW_MECHANISM_BIMI : SW_MECHANISM_NONE;
	/* A selector may have several labels. */
	for (unsigned i = 1; i < labels->count; i++) {
		if (name[labels->at[i] + 1] == '_' &&
		    label_is(name, labels, i, "_domainkey")) {
			*rest = i + 1;
			return SW_MECHANISM_DKIM;
		}
	}
	*rest = 0;
	return underscore ? SW_MECHANISM_NONE : SW_MECHANISM_SPF;
}

/*
 * Lower-case text of the labels from first on, and where each begins in it.
 * False unless all are letters, digits and hyphens: no registry registers
 * anything else.
 */
static bool
ldh_text(const uint8_t *name, const struct labels *labels, unsigned first,
    char text[SW_SUFFIX_MAX], unsigned starts[LABELS_MAX])
{
	size_t used = 0;

	for (unsigned i = first; i < labels->count; i++) {
		const uint8_t *label = name + labels->at[i];

		if (i > first)
			text[used++] = '.';
		starts[i] = (unsigned)used;
		for (size_t k = 1; k <= label[0]; k++) {
			uint8_t c = lower(label[k]);

			if (!((c >= 'a' && c <= 'z') ||
			    (c >= '0' && c <= '9') || c == '-'))
				return false;
			text[used++] = (char)c;
		}
	}
	text[used] = '\0';
	return used > 0;
}

static bool
is_suffix(const struct sw_suffixes *suffixes, const char *text)
{
	return psl_is_public_suffix2(suffixes->psl, text, PSL_TYPE_ICANN |
	    (suffixes->unlisted_tlds ? 0 : PSL_TYPE_NO_STAR_RULE)) != 0;
}

static const struct sw_registry *
find_registry(const struct sw_suffixes *suffixes, const char *tld)
{
	for (size_t i = 0; i < suffixes->registry_count; i++) {
		if (strcmp(sw_registry_tld(suffixes->registries[i]), tld) == 0)
			return suffixes->registries[i];
	}
	return NULL;
}

/*
 * The first label of the registrable domain in the labels from first on, and
 * of its public suffix. A name without one, being a public suffix itself or
 * under none, yields false.
 */
static bool
find_subject(const struct sw_suffixes *suffixes, const char *text,
    const unsigned starts[LABELS_MAX], const struct labels *labels,
    unsigned first, const struct sw_registry *registry, unsigned *subject,
    unsigned *suffix)
{
	unsigned i = first;

	/* Deeper labels can't be part of a public suffix: see the limit. */
	if (labels->count - first > SUBJECT_LABELS_MAX)
		i = labels->count - SUBJECT_LABELS_MAX;
	while (i < labels->count && !is_suffix(suffixes, text + starts[i]))
		i++;
	if (i == labels->count || i == first)
		return false;
	*suffix = i;
	*subject = i - 1;
	if (registry != NULL && *subject > first) {
		unsigned deeper = *subject - 1;

		if (sw_registry_is_deeper(registry, text + starts[deeper],
		    starts[*subject] - starts[deeper] - 1,
		    text + starts[*suffix]))
			*subject = deeper;
	}
	return true;
}

enum sw_mechanism
sw_name_match(const struct sw_suffixes *suffixes, const uint8_t *name,
    size_t length, uint16_t type, struct sw_name *out)
{
	enum sw_mechanism mechanism;
	struct labels labels;
	unsigned rest = 0, subject, suffix, starts[LABELS_MAX];
	char text[SW_SUFFIX_MAX];
	size_t at;

	out->mechanism = SW_MECHANISM_NONE;
	if (type != SW_TYPE_MX && type != SW_TYPE_TXT)
		return SW_MECHANISM_NONE;
	if (!find_labels(name, length, &labels) || labels.count < 2)
		return SW_MECHANISM_NONE;
	mechanism = type == SW_TYPE_MX ? SW_MECHANISM_MX :
	    match_prefix(name, &labels, &rest);
	/* A registrable domain has two labels at least. */
	if (mechanism == SW_MECHANISM_NONE || labels.count < rest + 2)
		return SW_MECHANISM_NONE;
	if (mechanism != SW_MECHANISM_DKIM &&
	    labels.count - rest > SUBJECT_LABELS_MAX)
		return SW_MECHANISM_NONE;
	if (!ldh_text(name, &labels, rest, text, starts))
		return SW_MECHANISM_NONE;
	out->registry = find_registry(suffixes, text + starts[labels.count - 1]);
	if (!find_subject(suffixes, text, starts, &labels, rest, out->registry,
	    &subject, &suffix))
		return SW_MECHANISM_NONE;
	/* Only DKIM keys are looked for below the registrable domain. */
	if (subject != rest && mechanism != SW_MECHANISM_DKIM)
		return SW_MECHANISM_NONE;

	at = labels.at[subject];
	out->subject_length = labels.length - at;
	for (size_t k = 0; k < out->subject_length; k++)
		out->subject[k] = lower(name[at + k]);
	memcpy(out->suffix, text + starts[suffix],
	    strlen(text + starts[suffix]) + 1);
	out->type = out->registry == NULL ? NULL :
	    sw_registry_classify(out->registry, text + starts[subject],
	    out->suffix);
	out->depth = (uint8_t)(subject - rest);
	return out->mechanism = mechanism;
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
