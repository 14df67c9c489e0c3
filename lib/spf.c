/* SPF records: selection and terms (RFC 7208 sections 4.5, 4.6 and 12). */
#include "judge.h"
#include "spf.h"

/* What may follow a mechanism's name. */
enum argument {
	NOTHING,		/* all */
	DOMAIN_AND_CIDR,	/* a, mx: both optional */
	DOMAIN_ALLOWED,		/* ptr; from here on something is needed */
	DOMAIN_NEEDED,		/* include, exists */
	IP4_NEEDED,
	IP6_NEEDED
};

static const struct {
	enum argument argument;
	bool lookup;		/* counts against the limit of 10 (4.6.4) */
} mechanisms[SW_SPF_MECHANISMS] = {
	[SW_SPF_ALL] = { NOTHING, false },
	[SW_SPF_INCLUDE] = { DOMAIN_NEEDED, true },
	[SW_SPF_A] = { DOMAIN_AND_CIDR, true },
	[SW_SPF_MX] = { DOMAIN_AND_CIDR, true },
	[SW_SPF_PTR_MECHANISM] = { DOMAIN_ALLOWED, true },
	[SW_SPF_IP4] = { IP4_NEEDED, false },
	[SW_SPF_IP6] = { IP6_NEEDED, false },
	[SW_SPF_EXISTS] = { DOMAIN_NEEDED, true },
};

/*
 * A name of at most eight octets as one number, letters in lower case, so
 * that it is read and recognised in one go.
 */
#define WORD_MAX 8
#define OCTET(name, i) ((i) < sizeof(name) - 1 ? (uint64_t)(name)[i] << \
	(8 * (sizeof(name) - 2 - (i)) & 63) : 0)
#define WORD(name) (OCTET(name, 0) | OCTET(name, 1) | OCTET(name, 2) | \
	OCTET(name, 3) | OCTET(name, 4) | OCTET(name, 5) | OCTET(name, 6) | \
	OCTET(name, 7))

/* A term, taken apart as far as all kinds have in common. */
struct term {
	uint8_t qualifier;	/* 0: none */
	uint64_t word;		/* its name, 0 where that is longer */
	size_t name_length;
	struct span rest;	/* what follows the name */
};

static const char version[] = "v=spf1";
#define VERSION_LENGTH (sizeof(version) - 1)

bool
sw_spf_is_record(const uint8_t *text, size_t length)
{
	return length >= VERSION_LENGTH &&
	    span_is((struct span){ text, text + VERSION_LENGTH }, version) &&
	    (length == VERSION_LENGTH || text[VERSION_LENGTH] == ' ');
}

/* rest begins with "=". */
static enum sw_spf_error
take_modifier(struct sw_spf *spf, const struct term *term)
{
	struct span value = { term->rest.at + 1, term->rest.end };
	bool *once;

	if (term->word == WORD("redirect")) {
		once = &spf->redirect;
	} else if (term->word == WORD("exp")) {
		once = &spf->exp;
	} else {
		spf->unknown_modifiers++;
		return sw_spf_check_ignored(value, &spf->macros);
	}
	if (*once)
		return SW_SPF_ERROR_DUPLICATE;
	*once = true;
	return sw_spf_check_domain(value, &spf->macros);
}

/* rest is not empty. */
static enum sw_spf_error
check_domain_and_cidr(struct sw_spf *spf, struct span rest)
{
	if (is_digit(rest.end[-1]) || rest.end[-1] == '/')
		rest.end = sw_spf_cut_cidr(rest);
	if (rest.at == rest.end)
		return SW_SPF_ERROR_NONE;
	if (rest.end == NULL || *rest.at != ':')
		return SW_SPF_ERROR_CIDR;
	rest.at++;
	return sw_spf_check_domain(rest, &spf->macros);
}

/* rest is what follows the name: empty, or beginning with ":" or "/". */
static enum sw_spf_error
check_argument(struct sw_spf *spf, enum argument argument, struct span rest,
    unsigned *prefix)
{
	bool colon = rest.at < rest.end && *rest.at == ':';
	struct span value = { rest.at + colon, rest.end };

	if (rest.at == rest.end)
		return argument <= DOMAIN_ALLOWED ? SW_SPF_ERROR_NONE :
		    SW_SPF_ERROR_EMPTY;
	if (argument == DOMAIN_AND_CIDR)
		return check_domain_and_cidr(spf, rest);
	if (argument == NOTHING || !colon)
		return SW_SPF_ERROR_ARGUMENT;
	if (argument == IP4_NEEDED)
		return sw_spf_check_ip4(value, prefix);
	if (argument == IP6_NEEDED)
		return sw_spf_check_ip6(value, prefix);
	return sw_spf_check_domain(value, &spf->macros);
}

static enum sw_spf_final
final_of(uint8_t qualifier)
{
	switch (qualifier) {
	case '-': return SW_SPF_FINAL_FAIL;
	case '~': return SW_SPF_FINAL_SOFTFAIL;
	case '?': return SW_SPF_FINAL_NEUTRAL;
	default: return SW_SPF_FINAL_PASS;
	}
}

/* Count a mechanism; after the first all none is evaluated (5.1). */
static void
count_mechanism(struct sw_spf *spf, enum sw_spf_mechanism which,
    uint8_t qualifier)
{
	if (which == SW_SPF_ALL && spf->final == 0) {
		spf->final = final_of(qualifier);
		memcpy(spf->live, spf->counts, sizeof(spf->live));
	}
	spf->counts[which]++;
}

/* Note how many addresses ip4: or ip6: lets pass. */
static void
count_addresses(struct sw_spf *spf, enum sw_spf_mechanism which,
    uint8_t qualifier, unsigned prefix)
{
	if (spf->final != 0 || (qualifier != 0 && qualifier != '+'))
		return;
	if (which == SW_SPF_IP4)
		spf->ip4_addresses += (uint64_t)1 << (32 - prefix);
	else if (prefix < spf->ip6_prefix)
		spf->ip6_prefix = (uint8_t)prefix;
}

static enum sw_spf_mechanism
find_mechanism(uint64_t word)
{
	if (word == WORD("a"))
		return SW_SPF_A;
	if (word == WORD("mx"))
		return SW_SPF_MX;
	if (word == WORD("ip4"))
		return SW_SPF_IP4;
	if (word == WORD("ip6"))
		return SW_SPF_IP6;
	if (word == WORD("include"))
		return SW_SPF_INCLUDE;
	if (word == WORD("all"))
		return SW_SPF_ALL;
	if (word == WORD("exists"))
		return SW_SPF_EXISTS;
	return word == WORD("ptr") ? SW_SPF_PTR_MECHANISM : SW_SPF_MECHANISMS;
}

static enum sw_spf_error
take_mechanism(struct sw_spf *spf, const struct term *term)
{
	enum sw_spf_mechanism which = find_mechanism(term->word);
	struct span rest = term->rest;
	enum sw_spf_error error;
	unsigned prefix = 0;

	if (which == SW_SPF_MECHANISMS ||
	    (rest.at < rest.end && *rest.at != ':' && *rest.at != '/'))
		return SW_SPF_ERROR_MECHANISM;
	error = check_argument(spf, mechanisms[which].argument, rest, &prefix);
	if (error != SW_SPF_ERROR_NONE)
		return error;
	count_mechanism(spf, which, term->qualifier);
	if (which == SW_SPF_IP4 || which == SW_SPF_IP6)
		count_addresses(spf, which, term->qualifier, prefix);
	return SW_SPF_ERROR_NONE;
}

/* Take a name off: ALPHA *name-octet (12), or nothing. */
static const uint8_t *
read_name(const uint8_t *at, const uint8_t *end, struct term *term)
{
	const uint8_t *begin = at;
	uint64_t word = 0;

	if (at < end && is_alpha(*at))
		for (; at < end && is_octet(*at, SW_OCTET_NAME); at++)
			word = word << 8 | (*at | 0x20);
	term->name_length = (size_t)(at - begin);
	term->word = term->name_length <= WORD_MAX ? word : 0;
	return at;
}

/* Read the term at *at, which moves to its end: a space or the record's. */
static enum sw_spf_error
read_term(const uint8_t **at, const uint8_t *end, struct term *term)
{
	const uint8_t *p = *at;

	term->qualifier = 0;
	if (*p == '-' || *p == '~' || *p == '?' || *p == '+')
		term->qualifier = *p++;
	p = read_name(p, end, term);
	term->rest.at = p;
	while (p < end && is_octet(*p, SW_OCTET_VISIBLE))
		p++;
	term->rest.end = *at = p;
	if (p == end || *p == ' ')
		return SW_SPF_ERROR_NONE;
	return *p > 127 ? SW_SPF_ERROR_NON_ASCII : SW_SPF_ERROR_SEPARATOR;
}

/* A name and "=" make a modifier (4.6.1); all else is a directive. */
static bool
is_modifier(const struct term *term)
{
	return term->rest.at < term->rest.end && *term->rest.at == '=' &&
	    term->qualifier == 0 && term->name_length > 0;
}

/* redirect= counts only where no all makes it dead (5.1, 6.1). */
static void
finish(struct sw_spf *spf)
{
	bool redirected = spf->final == 0 && spf->redirect;

	if (spf->final == 0) {
		spf->final = spf->redirect ? SW_SPF_FINAL_REDIRECT :
		    SW_SPF_FINAL_NONE;
		memcpy(spf->live, spf->counts, sizeof(spf->live));
	}
	spf->lookups = redirected;
	for (unsigned i = 0; i < SW_SPF_MECHANISMS; i++)
		if (mechanisms[i].lookup)
			spf->lookups += spf->live[i];
}

void
sw_spf_parse(const uint8_t *text, size_t length, struct sw_spf *spf)
{
	const uint8_t *end = text + length, *at = text + VERSION_LENGTH;

	*spf = (struct sw_spf){ .ip6_prefix = 129 };
	for (;;) {
		enum sw_spf_error error;
		const uint8_t *begin;
		struct term term;

		while (at < end && *at == ' ')
			at++;
		if (at == end)
			break;
		begin = at;
		error = read_term(&at, end, &term);
		if (error == SW_SPF_ERROR_NONE)
			error = is_modifier(&term) ?
			    take_modifier(spf, &term) :
			    take_mechanism(spf, &term);
		if (error != SW_SPF_ERROR_NONE) {
			spf->error = error;
			spf->error_at = (size_t)(begin - text);
			return;
		}
	}
	finish(spf);
}

static enum sw_spf_sources
sources(const struct sw_spf *spf)
{
	if (spf->lookups > 10)
		return SW_SPF_SOURCES_TOO_MANY;
	if (spf->live[SW_SPF_INCLUDE] > 0 ||
	    spf->final == SW_SPF_FINAL_REDIRECT)
		return SW_SPF_SOURCES_OTHERS;
	for (unsigned i = 0; i < SW_SPF_MECHANISMS; i++)
		if (spf->live[i] > 0)
			return SW_SPF_SOURCES_DIRECT;
	return SW_SPF_SOURCES_NOBODY;
}

uint64_t
sw_spf_features(const struct sw_spf *spf)
{
	uint64_t features = 0;

	if (spf->error != SW_SPF_ERROR_NONE)
		return sw_features_set(0, SW_SPF_ERROR, (uint8_t)spf->error);
	features = sw_features_set(features, SW_SPF_FINAL,
	    (uint8_t)spf->final);
	features = sw_features_set(features, SW_SPF_SOURCES,
	    (uint8_t)sources(spf));
	return sw_features_set(features, SW_SPF_PTR,
	    spf->counts[SW_SPF_PTR_MECHANISM] > 0 ? 2 : 1);
}

static const struct {
	const char *text;
	const char *section;
} errors[] = {
	[SW_SPF_ERROR_NONE] = { "valid SPF record", "RFC 7208 4.6" },
	[SW_SPF_ERROR_MULTIPLE] = { "more than one SPF record", "RFC 7208 4.5" },
	[SW_SPF_ERROR_MECHANISM] = { "unknown mechanism", "RFC 7208 4.6.1" },
	[SW_SPF_ERROR_DOMAIN] = { "bad domain-spec", "RFC 7208 7.1" },
	[SW_SPF_ERROR_ADDRESS] = { "bad network address", "RFC 7208 5.6" },
	[SW_SPF_ERROR_CIDR] = { "bad prefix length", "RFC 7208 5.6" },
	[SW_SPF_ERROR_MACRO] = { "bad macro", "RFC 7208 7" },
	[SW_SPF_ERROR_DUPLICATE] = { "second redirect or exp modifier",
	    "RFC 7208 6" },
	[SW_SPF_ERROR_EMPTY] = { "missing argument", "RFC 7208 12" },
	[SW_SPF_ERROR_ARGUMENT] = { "argument where none is allowed",
	    "RFC 7208 12" },
	[SW_SPF_ERROR_NON_ASCII] = { "octet outside ASCII", "RFC 7208 3.1" },
	[SW_SPF_ERROR_SEPARATOR] = { "control character", "RFC 7208 4.6.1" },
};
#define ERROR_COUNT (sizeof(errors) / sizeof(errors[0]))

const char *
sw_spf_error_text(enum sw_spf_error error)
{
	return error < ERROR_COUNT ? errors[error].text : "unknown error";
}

static const char *
error_section(enum sw_spf_error error)
{
	return error < ERROR_COUNT ? errors[error].section : "RFC 7208 12";
}

void
sw_spf_judge(const struct sw_txt *txt, struct sw_verdict *verdict)
{
	struct sw_spf spf;

	sw_spf_parse(txt->text, txt->length, &spf);
	verdict->features = sw_spf_features(&spf);
	sw_verdict_set(verdict, spf.error == SW_SPF_ERROR_NONE ?
	    SW_OUTCOME_PRESENT : SW_OUTCOME_INVALID,
	    sw_spf_error_text(spf.error), error_section(spf.error));
}
