/* SPF records: selection and terms (RFC 7208 sections 4.5, 4.6 and 12). */
#include "judge.h"
#include "spf.h"

/* What may follow a mechanism's name. */
enum argument {
	NOTHING,		/* all */
	DOMAIN_NEEDED,		/* include, exists */
	DOMAIN_ALLOWED,		/* ptr */
	DOMAIN_AND_CIDR,	/* a, mx: both optional */
	IP4_NEEDED,
	IP6_NEEDED
};

static const struct mechanism {
	char name[8];
	enum argument argument;
	bool lookup;		/* counts against the limit of 10 (4.6.4) */
} mechanisms[SW_SPF_MECHANISMS] = {
	[SW_SPF_ALL] = { "all", NOTHING, false },
	[SW_SPF_INCLUDE] = { "include", DOMAIN_NEEDED, true },
	[SW_SPF_A] = { "a", DOMAIN_AND_CIDR, true },
	[SW_SPF_MX] = { "mx", DOMAIN_AND_CIDR, true },
	[SW_SPF_PTR_MECHANISM] = { "ptr", DOMAIN_ALLOWED, true },
	[SW_SPF_IP4] = { "ip4", IP4_NEEDED, false },
	[SW_SPF_IP6] = { "ip6", IP6_NEEDED, false },
	[SW_SPF_EXISTS] = { "exists", DOMAIN_NEEDED, true },
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

static bool
is_name_octet(uint8_t c)
{
	return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* The length of the name that text begins with: ALPHA *name-octet (12). */
static size_t
measure_name(struct span text)
{
	const uint8_t *at = text.at;

	if (at == text.end || !is_alpha(*at))
		return 0;
	while (at < text.end && is_name_octet(*at))
		at++;
	return (size_t)(at - text.at);
}

static enum sw_spf_error
take_modifier(struct sw_spf *spf, struct span name, struct span value)
{
	bool *once = NULL;

	if (span_is(name, "redirect"))
		once = &spf->redirect;
	else if (span_is(name, "exp"))
		once = &spf->exp;
	if (once == NULL) {
		spf->unknown_modifiers++;
		return sw_spf_check_ignored(value, &spf->macros);
	}
	if (*once)
		return SW_SPF_ERROR_DUPLICATE;
	*once = true;
	return sw_spf_check_domain(value, &spf->macros);
}

static enum sw_spf_error
check_domain_and_cidr(struct sw_spf *spf, struct span rest)
{
	enum sw_spf_error error;
	unsigned ip4, ip6;

	error = sw_spf_cut_cidr(&rest, &ip4, &ip6);
	if (error != SW_SPF_ERROR_NONE || rest.at == rest.end)
		return error;
	if (*rest.at != ':')
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

	if (argument == DOMAIN_AND_CIDR)
		return check_domain_and_cidr(spf, rest);
	if (rest.at == rest.end)
		return argument == NOTHING || argument == DOMAIN_ALLOWED ?
		    SW_SPF_ERROR_NONE : SW_SPF_ERROR_EMPTY;
	if (argument == NOTHING || !colon)
		return SW_SPF_ERROR_ARGUMENT;
	if (argument == IP4_NEEDED)
		return sw_spf_check_ip4(value, prefix);
	if (argument == IP6_NEEDED)
		return sw_spf_check_ip6(value, prefix);
	return sw_spf_check_domain(value, &spf->macros);
}

/* Count a mechanism that is evaluated, that is, before any all. */
static void
count_live(struct sw_spf *spf, enum sw_spf_mechanism which, uint8_t qualifier,
    unsigned prefix)
{
	static const uint8_t finals[128] = {
		['-'] = SW_SPF_FINAL_FAIL, ['~'] = SW_SPF_FINAL_SOFTFAIL,
		['?'] = SW_SPF_FINAL_NEUTRAL, ['+'] = SW_SPF_FINAL_PASS,
	};

	if (which == SW_SPF_ALL) {
		spf->final = finals[qualifier];
		return;
	}
	spf->live_terms++;
	spf->lookups += mechanisms[which].lookup;
	spf->others |= which == SW_SPF_INCLUDE;
	if (qualifier != '+')
		return;
	if (which == SW_SPF_IP4)
		spf->ip4_addresses += (uint64_t)1 << (32 - prefix);
	if (which == SW_SPF_IP6 && prefix < spf->ip6_prefix)
		spf->ip6_prefix = (uint8_t)prefix;
}

static enum sw_spf_error
take_mechanism(struct sw_spf *spf, uint8_t qualifier, struct span name,
    struct span rest)
{
	enum sw_spf_error error;
	unsigned which = 0, prefix = 0;

	while (which < SW_SPF_MECHANISMS &&
	    !span_is(name, mechanisms[which].name))
		which++;
	if (which == SW_SPF_MECHANISMS ||
	    (rest.at < rest.end && *rest.at != ':' && *rest.at != '/'))
		return SW_SPF_ERROR_MECHANISM;
	error = check_argument(spf, mechanisms[which].argument, rest, &prefix);
	if (error != SW_SPF_ERROR_NONE)
		return error;
	spf->counts[which]++;
	if (spf->final == 0)
		count_live(spf, which, qualifier, prefix);
	return SW_SPF_ERROR_NONE;
}

/* A term: a modifier is a name and "=" (4.6.1), all else a directive. */
static enum sw_spf_error
take_term(struct sw_spf *spf, struct span term)
{
	struct span name = term, rest = term;
	uint8_t qualifier = '+';

	name.end = name.at + measure_name(term);
	if (name.end > name.at && name.end < term.end && *name.end == '=') {
		rest.at = name.end + 1;
		return take_modifier(spf, name, rest);
	}
	switch (*term.at) {
	case '+': case '-': case '?': case '~':
		qualifier = *term.at;
		name.at++;
		rest.at++;
		name.end = name.at + measure_name(rest);
		break;
	default:
		break;
	}
	rest.at = name.end;
	return take_mechanism(spf, qualifier, name, rest);
}

/* Find the end of the term at *term: a space or the end of the record. */
static enum sw_spf_error
find_end(struct span *term, const uint8_t *end)
{
	const uint8_t *at = term->at;

	while (at < end && (uint8_t)(*at - 0x21) <= 0x7e - 0x21)
		at++;
	term->end = at;
	if (at == end || *at == ' ')
		return SW_SPF_ERROR_NONE;
	return *at > 127 ? SW_SPF_ERROR_NON_ASCII : SW_SPF_ERROR_SEPARATOR;
}

/* redirect= counts only where no all makes it dead (5.1, 6.1). */
static void
finish(struct sw_spf *spf)
{
	if (spf->final != 0)
		return;
	if (!spf->redirect) {
		spf->final = SW_SPF_FINAL_NONE;
		return;
	}
	spf->final = SW_SPF_FINAL_REDIRECT;
	spf->lookups++;
	spf->others = true;
}

void
sw_spf_parse(const uint8_t *text, size_t length, struct sw_spf *spf)
{
	const uint8_t *end = text + length;
	struct span term = { text + VERSION_LENGTH, text + VERSION_LENGTH };

	*spf = (struct sw_spf){ .ip6_prefix = 129 };
	for (;;) {
		while (term.at < end && *term.at == ' ')
			term.at++;
		if (term.at == end)
			break;
		spf->error_at = (size_t)(term.at - text);
		spf->error = find_end(&term, end);
		if (spf->error == SW_SPF_ERROR_NONE)
			spf->error = take_term(spf, term);
		if (spf->error != SW_SPF_ERROR_NONE)
			return;
		term.at = term.end;
	}
	finish(spf);
}

static enum sw_spf_sources
sources(const struct sw_spf *spf)
{
	if (spf->lookups > 10)
		return SW_SPF_SOURCES_TOO_MANY;
	if (spf->others)
		return SW_SPF_SOURCES_OTHERS;
	return spf->live_terms > 0 ? SW_SPF_SOURCES_DIRECT :
	    SW_SPF_SOURCES_NOBODY;
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
	[SW_SPF_ERROR_MACRO] = { "bad macro", "RFC 7208 7.1" },
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

const char *
sw_spf_error_section(enum sw_spf_error error)
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
	    sw_spf_error_text(spf.error), sw_spf_error_section(spf.error));
}
