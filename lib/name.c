/* From the name and type that were asked to mechanism and subject. */
#include "senderwatch/name.h"

#include <string.h>

#include "labels.h"
#include "span.h"
#include "suffix_index.h"

/*
 * The list's longest ICANN rule has four labels; with a registered label, one
 * more for registries that register deeper, and one of reserve. A name with
 * more labels cannot be registrable, which saves asking the list.
 */
#define SUBJECT_LABELS_MAX 7

/* A name that was asked, in lower case. */
struct query {
	const struct sw_suffixes *suffixes;
	struct labels labels;
	uint8_t name[SW_NAME_WIRE_MAX + SW_SUFFIX_PADDING];
};

/* A registrable domain in it, by the labels that it and its suffix begin at. */
struct domain {
	unsigned subject;
	unsigned suffix;
	const struct sw_suffix *known;	/* what is known of the suffix, or NULL */
};

/*
 * The name in lower case, then zeros. Eight octets at a time: a label's length
 * is below "A", so that octets need not be told apart. Octets above 0x7f may
 * become others of their kind, which no name that is watched has.
 */
static void
lower_name(struct query *query, const uint8_t *name)
{
	const uint64_t ones = 0x0101010101010101u;
	size_t length = query->labels.length;

	memcpy(query->name, name, length);
	memset(query->name + length, 0, SW_SUFFIX_PADDING);
	for (size_t i = 0; i < length; i += 8) {
		uint64_t octets, low, upper;

		memcpy(&octets, query->name + i, sizeof(octets));
		low = octets & (0x7f * ones);
		/* The top bit of each octet: at least "A", and not above "Z". */
		upper = (low + (0x80 - 'A') * ones) ^ (low + (0x7f - 'Z') * ones);
		octets |= (upper & (0x80 * ones)) >> 2;
		memcpy(query->name + i, &octets, sizeof(octets));
	}
}

/* Is label i equal to one in wire format? Compares no further than padding. */
#define LABEL_IS(query, i, wire) (memcmp((query)->name + \
	(query)->labels.at[i], wire, sizeof(wire) - 1) == 0)

/*
 * The mechanism that the labels on the left stand for, and the first label of
 * the rest. The prefixes: RFC 9989 section 4.5, RFC 8461 section 3.1, RFC 8460
 * section 3, BIMI's default selector, RFC 6376 section 3.6.2.1.
 */
static enum sw_mechanism
match_prefix(const struct query *query, unsigned *rest)
{
	bool first = query->name[1] == '_';

	*rest = 1;
	if (first && LABEL_IS(query, 0, "\6_dmarc"))
		return SW_MECHANISM_DMARC;
	if (first && LABEL_IS(query, 0, "\10_mta-sts"))
		return SW_MECHANISM_MTA_STS;
	if (first && query->labels.underscores == 1)
		return SW_MECHANISM_NONE;
	*rest = 2;
	if (first && LABEL_IS(query, 0, "\5_smtp") &&
	    LABEL_IS(query, 1, "\4_tls"))
		return SW_MECHANISM_TLS_RPT;
	if (LABEL_IS(query, 1, "\5_bimi"))
		return LABEL_IS(query, 0, "\7default") ?
		    SW_MECHANISM_BIMI : SW_MECHANISM_NONE;
	/* A selector may have several labels. */
	for (unsigned i = 1; i < query->labels.count; i++) {
		if (LABEL_IS(query, i, "\12_domainkey")) {
			*rest = i + 1;
			return SW_MECHANISM_DKIM;
		}
	}
	*rest = 0;
	return first ? SW_MECHANISM_NONE : SW_MECHANISM_SPF;
}

/*
 * Are the labels from first on letters, digits and hyphens? No registry
 * registers anything else.
 */
static bool
is_ldh(const struct query *query, unsigned first)
{
	const struct labels *labels = &query->labels;

	for (unsigned i = first; i < labels->count; i++) {
		const uint8_t *label = query->name + labels->at[i];

		for (size_t k = 1; k <= label[0]; k++) {
			if (!is_octet(label[k], SW_OCTET_ALPHA |
			    SW_OCTET_DIGIT) && label[k] != '-')
				return false;
		}
	}
	return true;
}

/* The labels from first on as text. */
static void
write_text(const struct query *query, unsigned first, char text[SW_SUFFIX_MAX])
{
	size_t at = query->labels.at[first];
	size_t length = query->labels.length - at - 1;

	/* Without the first length and the root, dots in place of lengths. */
	memcpy(text, query->name + at + 1, length);
	for (unsigned i = first + 1; i < query->labels.count; i++)
		text[query->labels.at[i] - at - 1] = '.';
	text[length - 1] = '\0';
}

const struct sw_registry *
sw_registry_of_tld(const struct sw_suffixes *suffixes, const char *tld)
{
	for (size_t i = 0; i < suffixes->registry_count; i++) {
		if (strcmp(sw_registry_tld(suffixes->registries[i]), tld) == 0)
			return suffixes->registries[i];
	}
	return NULL;
}

static bool
ask_list(const struct query *query, unsigned i)
{
	char text[SW_SUFFIX_MAX];

	/* A name that is none as text would be cut where it is compared. */
	if (!is_ldh(query, i))
		return false;
	write_text(query, i, text);
	return psl_is_public_suffix2(query->suffixes->psl, text,
	    PSL_TYPE_ICANN | (query->suffixes->unlisted_tlds ? 0 :
	    PSL_TYPE_NO_STAR_RULE)) != 0;
}

static inline const struct sw_suffix *
find_suffix(const struct query *query, unsigned i)
{
	size_t at = query->labels.at[i];

	return sw_suffix_index_find(query->suffixes->index, query->name + at,
	    query->labels.length - at);
}

/*
 * The index is asked for a registrable domain and for what is above it: any of
 * their slots may be far away.
 */
static void
expect_subject(const struct query *query, unsigned first)
{
	for (unsigned i = first; i < first + 2 &&
	    query->suffixes->index != NULL; i++) {
		size_t at = query->labels.at[i];

		sw_suffix_index_expect(query->suffixes->index,
		    query->name + at, query->labels.length - at);
	}
}

/* Are the labels from i on a public suffix? *known: what the index has. */
static bool
is_suffix(const struct query *query, unsigned i,
    const struct sw_suffix **known)
{
	const struct sw_suffix *above;

	*known = NULL;
	if (query->suffixes->index == NULL)
		return ask_list(query, i);
	*known = find_suffix(query, i);
	if (*known != NULL)
		return (*known)->is_suffix;
	if (i + 1 == query->labels.count)
		return query->suffixes->unlisted_tlds && ask_list(query, i);
	above = find_suffix(query, i + 1);
	return above != NULL && above->has_wildcard && ask_list(query, i);
}

/*
 * The same for a name directly below one that the index has: most of them are
 * told without a look into its slots, of which any may be far away.
 */
static bool
is_suffix_below(const struct query *query, unsigned i,
    const struct sw_suffix *above)
{
	const struct sw_suffix *itself;
	size_t at = query->labels.at[i];

	if (!above->has_wildcard && !sw_suffix_may_have(above,
	    query->name + at, query->labels.length - at))
		return false;
	return is_suffix(query, i, &itself);
}

/* Is the first label one that its registry registers below a domain? */
static bool
is_deeper(const struct query *query, unsigned first, unsigned suffix)
{
	const uint8_t *label = query->name + query->labels.at[first];
	const struct sw_registry *registry;
	char text[SW_SUFFIX_MAX];

	if (query->suffixes->index != NULL) {
		const struct sw_suffix *known = find_suffix(query, suffix);

		if (known == NULL || !known->has_deeper)
			return false;
	}
	if (!is_ldh(query, suffix))
		return false;
	write_text(query, query->labels.count - 1, text);
	registry = sw_registry_of_tld(query->suffixes, text);
	write_text(query, suffix, text);
	return registry != NULL && sw_registry_is_deeper(registry,
	    (const char *)label + 1, label[0], text);
}

/*
 * Most names that are looked up are none that anybody registered: does the
 * index say so at once? Its other answers want a closer look.
 */
static bool
is_no_subject(const struct query *query, unsigned first)
{
	const struct sw_suffix_index *index = query->suffixes->index;
	const struct labels *labels = &query->labels;
	size_t above;

	if (index == NULL || first + 2 >= labels->count ||
	    find_suffix(query, first + 1) != NULL)
		return false;
	above = labels->at[first + 2];
	return !sw_suffix_may_branch(index, query->name + above,
	    labels->length - above);
}

/* Are the labels from first on a registrable domain, no more and no less? */
static bool
is_subject(const struct query *query, unsigned first, struct domain *domain)
{
	const struct sw_suffix *itself;
	bool found;

	if (is_no_subject(query, first))
		return false;
	domain->subject = first;
	domain->suffix = first + 1;
	found = is_suffix(query, domain->suffix, &domain->known);
	if (!found && first + 2 < query->labels.count) {
		domain->suffix = first + 2;
		found = is_deeper(query, first, domain->suffix) &&
		    is_suffix(query, domain->suffix, &domain->known);
	}
	if (!found)
		return false;
	if (domain->known != NULL) {
		/* For set_group(). */
		__builtin_prefetch(domain->known->text);
		__builtin_prefetch(domain->known->registry);
	}
	return domain->known != NULL && domain->suffix == first + 1 ?
	    !is_suffix_below(query, first, domain->known) :
	    !is_suffix(query, first, &itself);
}

/* The registrable domain in the labels from first on, if there is one. */
static bool
find_subject(const struct query *query, unsigned first, struct domain *domain)
{
	unsigned count = query->labels.count, i = first;

	/* Deeper labels can't be part of a public suffix: see the limit. */
	if (count - first > SUBJECT_LABELS_MAX)
		i = count - SUBJECT_LABELS_MAX;
	while (i < count && !is_suffix(query, i, &domain->known))
		i++;
	if (i == count || i == first)
		return false;
	domain->suffix = i;
	domain->subject = i - 1;
	if (domain->subject > first &&
	    is_deeper(query, domain->subject - 1, domain->suffix))
		domain->subject--;
	return true;
}

/* Public suffix and registry type, where the index has not all of it. */
static void
classify(const struct query *query, const struct domain *domain,
    struct sw_name *out)
{
	char name[SW_SUFFIX_MAX], suffix[SW_SUFFIX_MAX];
	const char *region = suffix;

	write_text(query, query->labels.count - 1, suffix);
	out->registry = sw_registry_of_tld(query->suffixes, suffix);
	write_text(query, domain->subject, name);
	write_text(query, domain->suffix, suffix);
	out->type = out->registry == NULL ? NULL : sw_registry_classify(
	    out->registry, name, suffix, &region);
	memcpy(out->suffix, region, strlen(region) + 1);
}

static void
set_group(const struct query *query, const struct domain *domain,
    struct sw_name *out)
{
	const struct sw_suffix *known = domain->known;

	if (known == NULL || known->has_names) {
		classify(query, domain, out);
		return;
	}
	out->registry = known->registry;
	out->type = known->type;
	if (out->type == NULL && out->registry != NULL)
		out->type = sw_registry_default_type(out->registry,
		    memcmp(query->name + query->labels.at[domain->subject] + 1,
		    "xn--", 4) == 0);
	memcpy(out->suffix, known->text, strlen(known->text) + 1);
}

/* The labels of a name that could be of some mechanism, by their number. */
static inline bool
count_labels(struct query *query, const uint8_t *name, size_t length,
    uint16_t type)
{
	const struct labels *labels = &query->labels;

	if ((type != SW_TYPE_MX && type != SW_TYPE_TXT) ||
	    !find_labels(name, length, &query->labels))
		return false;
	/* A registrable domain has two labels at least. */
	return labels->count >= 2 && (labels->count <= SUBJECT_LABELS_MAX ||
	    (type == SW_TYPE_TXT && labels->underscores > 0));
}

/* Has it labels that stand for a mechanism, or might? */
static inline bool
has_prefix(const struct query *query, uint16_t type)
{
	return type == SW_TYPE_TXT && query->labels.underscores > 0;
}

/*
 * The mechanism that it could be of, by its labels alone, and the first label
 * of what must be a registrable domain or, for DKIM, hold one.
 */
static enum sw_mechanism
match_labels(struct query *query, const uint8_t *name, uint16_t type,
    unsigned *rest)
{
	enum sw_mechanism mechanism = type == SW_TYPE_MX ? SW_MECHANISM_MX :
	    SW_MECHANISM_SPF;

	*rest = 0;
	lower_name(query, name);
	if (has_prefix(query, type))
		mechanism = match_prefix(query, rest);
	return query->labels.count < *rest + 2 ? SW_MECHANISM_NONE : mechanism;
}

static void
set_subject(const struct query *query, unsigned first, unsigned depth,
    enum sw_mechanism mechanism, struct sw_name *out)
{
	size_t at = query->labels.at[first];

	out->subject_length = query->labels.length - at;
	memcpy(out->subject, query->name + at, out->subject_length);
	out->depth = (uint8_t)depth;
	out->mechanism = mechanism;
}

enum sw_mechanism
sw_name_guess(const uint8_t *name, size_t length, uint16_t type,
    struct sw_name *out)
{
	enum sw_mechanism mechanism = SW_MECHANISM_NONE;
	struct query query;
	unsigned rest;

	out->mechanism = SW_MECHANISM_NONE;
	if (count_labels(&query, name, length, type))
		mechanism = match_labels(&query, name, type, &rest);
	if (mechanism != SW_MECHANISM_NONE && mechanism != SW_MECHANISM_DKIM)
		set_subject(&query, rest, 0, mechanism, out);
	return out->mechanism;
}

enum sw_mechanism
sw_name_match(const struct sw_suffixes *suffixes, const uint8_t *name,
    size_t length, uint16_t type, struct sw_name *out)
{
	enum sw_mechanism mechanism;
	struct domain domain;
	struct query query;
	unsigned rest;

	out->mechanism = SW_MECHANISM_NONE;
	query.suffixes = suffixes;
	if (!count_labels(&query, name, length, type))
		return SW_MECHANISM_NONE;
	mechanism = match_labels(&query, name, type, &rest);
	if (mechanism == SW_MECHANISM_NONE)
		return SW_MECHANISM_NONE;
	expect_subject(&query, rest);
	if (!is_ldh(&query, rest))
		return SW_MECHANISM_NONE;
	if (mechanism == SW_MECHANISM_DKIM) {
		/* Only keys are looked for below the registrable domain. */
		if (!find_subject(&query, rest, &domain))
			return SW_MECHANISM_NONE;
	} else if (query.labels.count - rest > SUBJECT_LABELS_MAX ||
	    !is_subject(&query, rest, &domain)) {
		return SW_MECHANISM_NONE;
	}
	set_subject(&query, domain.subject, domain.subject - rest, mechanism,
	    out);
	set_group(&query, &domain, out);
	return mechanism;
}
