/* DMARC policy records (RFC 9989 sections 4.7, 4.8 and 4.10.1). */
#include "judge.h"
#include "senderwatch/dmarc.h"
#include "tags.h"

enum known {
	TAG_ADKIM, TAG_ASPF, TAG_FO, TAG_NP, TAG_P, TAG_PCT, TAG_PSD, TAG_RF,
	TAG_RI, TAG_RUA, TAG_RUF, TAG_SP, TAG_T, TAG_V, TAGS
};

static const char names[TAGS][6] = {
	"adkim", "aspf", "fo", "np", "p", "pct", "psd", "rf", "ri", "rua",
	"ruf", "sp", "t", "v"
};

static const char *const policies[] = { "", "none", "quarantine", "reject" };

bool
sw_dmarc_is_record(const uint8_t *text, size_t length)
{
	return sw_tag_begins((struct span){ text, text + length }, "v",
	    "DMARC1");
}

static enum sw_dmarc_policy
read_policy(struct span value)
{
	for (unsigned i = SW_DMARC_POLICY_NONE; i <= SW_DMARC_POLICY_REJECT; i++)
		if (span_is(value, policies[i]))
			return i;
	return SW_DMARC_POLICY_BAD;
}

/* One letter of a few; -1 where it is none of them. */
static int
read_letter(struct span value, const char *letters)
{
	const char *found;

	if (span_length(value) != 1 || *value.at == 0)
		return -1;
	found = strchr(letters, is_alpha(*value.at) ? *value.at | 0x20 :
	    *value.at);
	return found == NULL ? -1 : *found;
}

/* "0" or "1", and "d" and "s", each once, between colons. */
static unsigned
read_fo(struct span value)
{
	unsigned options = 0;

	for (;;) {
		const uint8_t *colon;
		unsigned option;
		struct span part;

		colon = memchr(value.at, ':', span_length(value));
		part = (struct span){ value.at,
		    colon == NULL ? value.end : colon };
		switch (read_letter(part, "01ds")) {
		case '0': option = SW_DMARC_FO_0; break;
		case '1': option = SW_DMARC_FO_1; break;
		case 'd': option = SW_DMARC_FO_D; break;
		case 's': option = SW_DMARC_FO_S; break;
		default: return 0;
		}
		if ((options & option) != 0)
			return 0;
		options |= option;
		if (colon == NULL)
			break;
		value.at = colon + 1;
	}
	if ((options & SW_DMARC_FO_0) != 0 && (options & SW_DMARC_FO_1) != 0)
		return 0;
	return options;
}

/* RFC 7489 section 6.4: one to three digits, at most 100. */
static int
read_pct(struct span value)
{
	int pct = 0;

	if (span_length(value) < 1 || span_length(value) > 3)
		return -1;
	for (; value.at < value.end; value.at++) {
		if (!is_digit(*value.at))
			return -1;
		pct = pct * 10 + (*value.at - '0');
	}
	return pct <= 100 ? pct : -1;
}

static bool
take_policy(enum sw_dmarc_policy *policy, struct span value)
{
	*policy = read_policy(value);
	return *policy != SW_DMARC_POLICY_BAD;
}

static bool
take_uris(struct sw_dmarc *dmarc, size_t *valid, struct span value)
{
	struct uris uris;

	sw_uris_parse(value, true, &uris);
	*valid = uris.valid;
	dmarc->bad_uris += uris.invalid;
	return uris.valid > 0;
}

static bool
take_flag(bool *flag, struct span value, const char *letters)
{
	int letter = read_letter(value, letters);

	*flag = letter == letters[0];
	return letter != -1;
}

static bool
take_psd(struct sw_dmarc *dmarc, struct span value)
{
	int letter = read_letter(value, "ynu");

	if (letter != -1)
		dmarc->psd = (char)letter;
	return letter != -1;
}

/* A known tag's value; false where it is bad and the default stays. */
static bool
take_value(struct sw_dmarc *dmarc, enum known tag, struct span value)
{
	switch (tag) {
	case TAG_ADKIM: return take_flag(&dmarc->adkim_strict, value, "sr");
	case TAG_ASPF: return take_flag(&dmarc->aspf_strict, value, "sr");
	case TAG_FO: return (dmarc->fo = read_fo(value)) != 0;
	case TAG_NP: return take_policy(&dmarc->np, value);
	case TAG_P: return take_policy(&dmarc->p, value);
	case TAG_PCT: return (dmarc->pct = read_pct(value)) != -1;
	case TAG_PSD: return take_psd(dmarc, value);
	case TAG_RF: return dmarc->rf = true;
	case TAG_RI: return dmarc->ri = true;
	case TAG_RUA: return take_uris(dmarc, &dmarc->rua, value);
	case TAG_RUF: return take_uris(dmarc, &dmarc->ruf, value);
	case TAG_SP: return take_policy(&dmarc->sp, value);
	case TAG_T: return take_flag(&dmarc->testing, value, "yn");
	default: return false;
	}
}

static bool
is_name(struct span name)
{
	if (name.at == name.end)
		return false;
	for (; name.at < name.end; name.at++)
		if (!is_alpha(*name.at))
			return false;
	return true;
}

/* Names are in alphabetical order: the first letter leaves four at most. */
static enum known
find_known(struct span name)
{
	uint8_t first = *name.at | 0x20;

	for (unsigned i = 0; i < TAGS && (uint8_t)names[i][0] <= first; i++)
		if ((uint8_t)names[i][0] == first && span_is(name, names[i]))
			return i;
	return TAGS;
}

/*
 * A tag that is there twice breaks RFC 6376 section 3.2; the error is
 * discarded (4.8), so that the first one holds.
 */
static void
take_tag(struct sw_dmarc *dmarc, const struct tag *tag, unsigned *seen)
{
	enum known known;

	dmarc->tags++;
	if (!tag->equals || !is_name(tag->name)) {
		dmarc->bad++;
		return;
	}
	known = find_known(tag->name);
	if (known == TAGS) {
		dmarc->unknown++;
	} else if ((*seen & 1u << known) != 0) {
		dmarc->repeated++;
	} else {
		*seen |= 1u << known;
		if (known == TAG_P)
			dmarc->p_second = dmarc->tags == 1;
		if (!take_value(dmarc, known, tag->value))
			dmarc->bad++;
	}
}

static enum sw_dmarc_class
classify(const struct sw_dmarc *dmarc)
{
	bool policy = dmarc->p != SW_DMARC_POLICY_UNSET &&
	    dmarc->p != SW_DMARC_POLICY_BAD;
	bool subdomain = dmarc->sp != SW_DMARC_POLICY_BAD &&
	    dmarc->np != SW_DMARC_POLICY_BAD;

	if (policy && subdomain)
		return SW_DMARC_CLASS_VALID;
	if (dmarc->rua > 0)
		return policy ? SW_DMARC_CLASS_SUBDOMAIN_RUA :
		    SW_DMARC_CLASS_POLICY_RUA;
	if (dmarc->tags == 0)
		return SW_DMARC_CLASS_BARE;
	return policy ? SW_DMARC_CLASS_SUBDOMAIN : SW_DMARC_CLASS_POLICY;
}

/* RFC 7489 section 6.6.3; p must follow v there (section 6.4). */
static enum sw_dmarc_policy
policy_7489(const struct sw_dmarc *dmarc)
{
	if (dmarc->p != SW_DMARC_POLICY_UNSET && dmarc->p_second &&
	    dmarc->p != SW_DMARC_POLICY_BAD &&
	    dmarc->sp != SW_DMARC_POLICY_BAD)
		return dmarc->p;
	return dmarc->rua > 0 ? SW_DMARC_POLICY_NONE : SW_DMARC_POLICY_UNSET;
}

static void
finish(struct sw_dmarc *dmarc)
{
	dmarc->class = classify(dmarc);
	dmarc->policy_7489 = policy_7489(dmarc);
	if (dmarc->class == SW_DMARC_CLASS_VALID) {
		dmarc->policy = dmarc->p;
		dmarc->subdomains = dmarc->sp != SW_DMARC_POLICY_UNSET ?
		    dmarc->sp : dmarc->p;
		dmarc->nonexistent = dmarc->np != SW_DMARC_POLICY_UNSET ?
		    dmarc->np : dmarc->subdomains;
	} else if (dmarc->class <= SW_DMARC_CLASS_SUBDOMAIN_RUA) {
		dmarc->policy = dmarc->subdomains = dmarc->nonexistent =
		    SW_DMARC_POLICY_NONE;
	}
}

void
sw_dmarc_parse(const uint8_t *text, size_t length, struct sw_dmarc *dmarc)
{
	struct span record = { text, text + length };
	unsigned seen = 1u << TAG_V;
	struct tag tag;

	*dmarc = (struct sw_dmarc){ .psd = 'u', .pct = -1 };
	sw_tag_next(&record, &tag);
	while (sw_tag_next(&record, &tag))
		take_tag(dmarc, &tag, &seen);
	finish(dmarc);
}

static uint8_t
standard(const struct sw_dmarc *dmarc)
{
	if (dmarc->policy != dmarc->policy_7489)
		return SW_DMARC_STANDARD_DIFFERS;
	if (dmarc->np != SW_DMARC_POLICY_UNSET || dmarc->testing ||
	    dmarc->psd != 'u')
		return SW_DMARC_STANDARD_9989;
	return SW_DMARC_STANDARD_BOTH;
}

static uint8_t
reports(const struct sw_dmarc *dmarc)
{
	if (dmarc->rua > 0)
		return dmarc->ruf > 0 ? 3 : 2;
	return dmarc->ruf > 0 ? 4 : 1;
}

static uint8_t
testing(const struct sw_dmarc *dmarc)
{
	if (dmarc->testing)
		return 2;
	return dmarc->pct != -1 && dmarc->pct < 100 ? 3 : 1;
}

uint64_t
sw_dmarc_features(const struct sw_dmarc *dmarc)
{
	uint64_t features;

	features = sw_features_set(0, SW_DMARC_CLASS, (uint8_t)dmarc->class);
	if (dmarc->policy == SW_DMARC_POLICY_UNSET)
		return features;
	features = sw_features_set(features, SW_DMARC_POLICY,
	    (uint8_t)dmarc->policy);
	features = sw_features_set(features, SW_DMARC_SUBDOMAINS,
	    (uint8_t)dmarc->subdomains);
	features = sw_features_set(features, SW_DMARC_REPORTS, reports(dmarc));
	features = sw_features_set(features, SW_DMARC_TESTING, testing(dmarc));
	features = sw_features_set(features, SW_DMARC_ALIGNMENT,
	    dmarc->adkim_strict || dmarc->aspf_strict ? 2 : 1);
	return sw_features_set(features, SW_DMARC_STANDARD, standard(dmarc));
}

static const struct {
	const char *text;
	const char *section;
} classes[] = {
	[SW_DMARC_CLASS_VALID] = { "valid DMARC record", "RFC 9989 4.7" },
	[SW_DMARC_CLASS_POLICY_RUA] = { "no valid p, but rua: as p=none",
	    "RFC 9989 4.10.1" },
	[SW_DMARC_CLASS_SUBDOMAIN_RUA] = {
	    "invalid sp or np, but rua: as p=none", "RFC 9989 4.10.1" },
	[SW_DMARC_CLASS_POLICY] = { "no valid p and no rua",
	    "RFC 9989 4.10.1" },
	[SW_DMARC_CLASS_SUBDOMAIN] = { "invalid sp or np and no rua",
	    "RFC 9989 4.10.1" },
	[SW_DMARC_CLASS_BARE] = { "v=DMARC1 alone", "RFC 9989 4.10.1" },
	[SW_DMARC_CLASS_MULTIPLE] = { "more than one DMARC record",
	    "RFC 9989 4.10" },
};
#define CLASS_COUNT (sizeof(classes) / sizeof(classes[0]))

static const char *
class_text(enum sw_dmarc_class class)
{
	return class > 0 && class < CLASS_COUNT ? classes[class].text :
	    "unknown class";
}

static const char *
class_section(enum sw_dmarc_class class)
{
	return class > 0 && class < CLASS_COUNT ? classes[class].section :
	    "RFC 9989 4.7";
}

const char *
sw_dmarc_policy_text(enum sw_dmarc_policy policy)
{
	return policy < SW_DMARC_POLICY_BAD ? policies[policy] : "";
}

void
sw_dmarc_judge(const struct sw_txt *txt, struct sw_verdict *verdict)
{
	struct sw_dmarc dmarc;

	sw_dmarc_parse(txt->text, txt->length, &dmarc);
	verdict->features = sw_dmarc_features(&dmarc);
	sw_verdict_set(verdict, dmarc.policy != SW_DMARC_POLICY_UNSET ?
	    SW_OUTCOME_PRESENT : SW_OUTCOME_INVALID,
	    class_text(dmarc.class),
	    class_section(dmarc.class));
}
