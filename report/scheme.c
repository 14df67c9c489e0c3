/* Schemes: describing what is counted. */
#include "scheme.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t
sw_form_value(const struct sw_scheme *scheme, const struct sw_form *form,
    const uint64_t *counts)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < form->count; i++) {
		const struct sw_term *term = &form->terms[i];
		const struct sw_family *family =
		    &scheme->families[term->family];

		for (size_t k = 0; k < family->atoms; k++) {
			if (term->atoms & SW_ATOM(k))
				sum += counts[family->offset + k];
		}
	}
	return sum;
}

struct sw_scheme *
sw_scheme_new(void)
{
	static const struct sw_family root = { .kind = SW_FAMILY_DOMAINS,
		.atoms = 1 };
	struct sw_scheme *scheme = calloc(1, sizeof(*scheme));

	if (scheme != NULL)
		sw_scheme_add_family(scheme, &root);
	return scheme;
}

void
sw_scheme_free(struct sw_scheme **scheme)
{
	struct sw_scheme *s = *scheme;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->share_count; i++)
		free(s->shares[i].name);
	for (size_t i = 0; i < s->column_count; i++) {
		free(s->columns[i].name);
		free(s->columns[i].title);
		free(s->columns[i].measure);
	}
	free(s->columns);
	free(s->sources);
	free(s);
	*scheme = NULL;
}

/* The new family divides those above it, where no other stands between. */
static void
note_division(struct sw_scheme *scheme, size_t index)
{
	size_t family = index;

	while (family != 0) {
		family = scheme->families[family].parent;
		if (scheme->families[family].end == index)
			scheme->families[family].end = index + 1;
	}
}

size_t
sw_scheme_add_family(struct sw_scheme *scheme, const struct sw_family *family)
{
	struct sw_family *copy;

	if (scheme->family_count == SW_FAMILIES_MAX) {
		scheme->failed = true;
		return 0;
	}
	copy = &scheme->families[scheme->family_count];
	*copy = *family;
	copy->offset = scheme->atom_count;
	scheme->atom_count += family->atoms;
	copy->end = scheme->family_count + 1;
	note_division(scheme, scheme->family_count);
	return scheme->family_count++;
}

struct sw_form
sw_form_of(size_t family, uint32_t atoms)
{
	return (struct sw_form){ .terms = { { family, atoms } }, .count = 1 };
}

struct sw_form
sw_form_sum(struct sw_form a, struct sw_form b)
{
	a.terms[1] = b.terms[0];
	a.count = 2;
	return a;
}

size_t
sw_scheme_add_share(struct sw_scheme *scheme, const struct sw_share_of *share)
{
	struct sw_share_of *copy;

	if (scheme->share_count == SW_SHARES_MAX) {
		scheme->failed = true;
		return 0;
	}
	copy = &scheme->shares[scheme->share_count];
	*copy = *share;
	copy->name = strdup(share->name);
	if (copy->name == NULL) {
		scheme->failed = true;
		return 0;
	}
	return scheme->share_count++;
}

/* A column to fill in; where memory is out, one that counts for nothing. */
static struct sw_column *
add_column(struct sw_scheme *scheme, const struct sw_source *source,
    char *name, const char *title, const char *measure)
{
	static struct sw_column nowhere;
	size_t n = scheme->column_count;
	struct sw_column *columns = reallocarray(scheme->columns, n + 1,
	    sizeof(*columns));
	struct sw_source *sources;

	if (columns != NULL)
		scheme->columns = columns;
	sources = reallocarray(scheme->sources, n + 1, sizeof(*sources));
	if (sources != NULL)
		scheme->sources = sources;
	if (columns == NULL || sources == NULL || name == NULL) {
		free(name);
		scheme->failed = true;
		return &nowhere;
	}
	sources[n] = *source;
	columns[n] = (struct sw_column){
		.name = name, .title = strdup(title),
		.measure = strdup(measure), .aspect = source->aspect
	};
	if (columns[n].title == NULL || columns[n].measure == NULL)
		scheme->failed = true;
	scheme->column_count++;
	return &columns[n];
}

struct sw_column *
sw_scheme_add_count(struct sw_scheme *scheme, struct sw_form form,
    const char *title, const char *name, ...)
{
	struct sw_source source = { .form = form };
	struct sw_column *column;
	va_list arguments;
	char *text = NULL;

	va_start(arguments, name);
	if (vasprintf(&text, name, arguments) < 0)
		text = NULL;
	va_end(arguments);
	column = add_column(scheme, &source, text, title, "");
	column->unit = SW_UNIT_DOMAINS;
	return column;
}

/* By enum sw_aspect: what the column's name ends in, and what it is. */
static const struct aspect {
	const char *ending;
	const char *title;
} aspects[] = {
	[SW_ASPECT_RATE] = { "rate", "observed share of those known" },
	[SW_ASPECT_RATE_LOW] = { "rate_low", "Wilson 95 % interval of the "
	    "observed share, lower end" },
	[SW_ASPECT_RATE_HIGH] = { "rate_high", "Wilson 95 % interval of the "
	    "observed share, upper end" },
	[SW_ASPECT_COVERAGE] = { "coverage", "share of the domains whose state "
	    "is known" },
	[SW_ASPECT_ADJUSTED] = { "adjusted", "share adjusted for domains that "
	    "were not seen (Chao2 by state)" },
	[SW_ASPECT_ADJUSTED_LOW] = { "adjusted_low", "95 % interval of the "
	    "adjusted share, lower end" },
	[SW_ASPECT_ADJUSTED_HIGH] = { "adjusted_high", "95 % interval of the "
	    "adjusted share, upper end" },
	[SW_ASPECT_ADJUSTED_STATE] = { "adjusted_state", "given, or why the "
	    "adjusted share is withheld" },
	[SW_ASPECT_WEIGHTED] = { "weighted", "share of the resolver-days with "
	    "a known state on which it was present" },
	[SW_ASPECT_BOUND_LOW] = { "bound_low", "share of all registered "
	    "domains that is certain, at least" },
	[SW_ASPECT_BOUND_HIGH] = { "bound_high", "share of all registered "
	    "domains that is certain, at most" },
	[SW_ASPECT_UNKNOWN] = { "unknown_share", "share of the domains whose "
	    "state is not known" },
	[SW_ASPECT_ONCE] = { "once", "domains seen on one resolver-day only" },
	[SW_ASPECT_DAYS] = { "resolver_days", "resolver-days with a known state, "
	    "uncapped" },
	[SW_ASPECT_GOOD_TURING] = { "good_turing", "Good-Turing coverage: chance "
	    "that the next resolver-day shows a domain that is known already" },
};

struct sw_column *
sw_scheme_add_aspect(struct sw_scheme *scheme, size_t share,
    enum sw_aspect aspect)
{
	const struct sw_source source = { .aspect = aspect, .share = share };
	const char *measure = scheme->shares[share].name;
	struct sw_column *column;
	char *name = NULL;

	if (measure == NULL || asprintf(&name, "%s_%s", measure,
	    aspects[aspect].ending) < 0) {
		measure = "";
		name = NULL;
	}
	column = add_column(scheme, &source, name, aspects[aspect].title,
	    measure);
	column->unit = aspect == SW_ASPECT_ADJUSTED_STATE ? SW_UNIT_TEXT :
	    aspect == SW_ASPECT_ONCE ? SW_UNIT_DOMAINS :
	    aspect == SW_ASPECT_DAYS ? SW_UNIT_COUNT : SW_UNIT_SHARE;
	return column;
}

static bool
has_aspect(const struct sw_share_of *share, enum sw_aspect aspect)
{
	switch (aspect) {
	case SW_ASPECT_RATE_LOW:
	case SW_ASPECT_RATE_HIGH:
		return !share->at_least;
	case SW_ASPECT_COVERAGE:
		return !share->at_least && share->pool.count > 0;
	case SW_ASPECT_ADJUSTED:
	case SW_ASPECT_ADJUSTED_LOW:
	case SW_ASPECT_ADJUSTED_HIGH:
	case SW_ASPECT_ADJUSTED_STATE:
		return share->mechanism != 0;
	case SW_ASPECT_WEIGHTED:
		return share->weighted != 0;
	case SW_ASPECT_BOUND_LOW:
	case SW_ASPECT_BOUND_HIGH:
		return share->of_all;
	default:
		return true;
	}
}

void
sw_scheme_add_aspects(struct sw_scheme *scheme, size_t share)
{
	for (int i = SW_ASPECT_RATE; i <= SW_ASPECT_BOUND_HIGH; i++) {
		enum sw_aspect aspect = (enum sw_aspect)i;

		if (has_aspect(&scheme->shares[share], aspect))
			sw_scheme_add_aspect(scheme, share, aspect);
	}
}

void
sw_scheme_add_period(struct sw_scheme *scheme)
{
	static const struct sw_source source = { .is_period = true };

	add_column(scheme, &source, strdup("period"), "month, or first/last "
	    "month of the window", "")->unit = SW_UNIT_TEXT;
}

/* --- Records -------------------------------------------------------------- */

struct sw_record_families
sw_scheme_add_record(struct sw_scheme *scheme, unsigned mechanism,
    size_t parent, uint32_t within)
{
	struct sw_family family = {
		.kind = SW_FAMILY_KNOWN, .mechanism = mechanism,
		.parent = parent, .within = within, .atoms = 2
	};
	struct sw_record_families families;

	families.known = sw_scheme_add_family(scheme, &family);
	family.kind = SW_FAMILY_PRESENT;
	family.parent = families.known;
	family.within = SW_ATOM(SW_YES);
	families.present = sw_scheme_add_family(scheme, &family);
	family.kind = SW_FAMILY_LACKING;
	family.parent = families.present;
	family.within = SW_ATOM(SW_NO);
	families.lacking = sw_scheme_add_family(scheme, &family);
	return families;
}

struct sw_form
sw_record_form(const struct sw_record_families *families,
    enum sw_record_part part)
{
	switch (part) {
	case SW_RECORD_KNOWN:
		return sw_form_of(families->known, SW_ATOM(SW_YES));
	case SW_RECORD_PRESENT:
		return sw_form_of(families->present, SW_ATOM(SW_YES));
	case SW_RECORD_ABSENT:
		return sw_form_of(families->lacking, SW_ATOM(SW_YES));
	case SW_RECORD_INVALID:
		return sw_form_of(families->lacking, SW_ATOM(SW_NO));
	case SW_RECORD_UNKNOWN:
		return sw_form_of(families->known, SW_ATOM(SW_NO));
	default:
		return sw_form_of(families->known, SW_ATOM(SW_YES) |
		    SW_ATOM(SW_NO));
	}
}

static const struct {
	const char *ending;
	const char *title;
} record_parts[SW_RECORD_PARTS] = {
	[SW_RECORD_KNOWN] = { "_known", "whose %s is known" },
	[SW_RECORD_PRESENT] = { "", "with %s" },
	[SW_RECORD_ABSENT] = { "_absent", "known to have no %s" },
	[SW_RECORD_INVALID] = { "_invalid", "whose %s is an error to receivers" },
	[SW_RECORD_UNKNOWN] = { "_unknown", "whose %s is not known" },
	[SW_RECORD_ANY] = { "_any", "with %s known or not" },
};

const char *
sw_record_part_ending(enum sw_record_part part)
{
	return record_parts[part].ending;
}

void
sw_record_part_title(enum sw_record_part part, const char *label, char *title,
    size_t size)
{
	const char *format = record_parts[part].title;
	const char *gap = strstr(format, "%s");

	snprintf(title, size, "%.*s%s%s", (int)(gap - format), format, label,
	    gap + 2);
}

void
sw_scheme_set_brief(struct sw_scheme *scheme, const char *name,
    unsigned place, const char *en_1, const char *en_2, const char *ja_1,
    const char *ja_2)
{
	for (size_t i = 0; i < scheme->column_count; i++) {
		struct sw_column *column = &scheme->columns[i];

		if (strcmp(column->name, name) != 0)
			continue;
		column->brief = place;
		column->heads[0][0] = en_1;
		column->heads[0][1] = en_2;
		column->heads[1][0] = ja_1;
		column->heads[1][1] = ja_2;
	}
}
