/*
 * What the policy table counts: what SPF and DMARC records ask for, by the
 * features that leave the resolver. Parked domains, which take or send no
 * mail, publish the strictest policies in bulk: they stand apart (parked_*).
 */
#include <stdio.h>
#include <string.h>

#include "scheme.h"
#include "senderwatch/dmarc.h"
#include "senderwatch/features.h"
#include "senderwatch/spf.h"

#define ROOT 0
#define VALUES_MAX 31

/* Which domains, and how their columns begin. */
struct segment {
	const char *prefix;
	const char *title;
	uint32_t parked;	/* atoms of the family of parked domains */
};

static const struct segment segments[] = {
	{ "", "domains in use", SW_ATOM(SW_YES) },
	{ "parked_", "parked domains", SW_ATOM(SW_NO) },
};

struct record {
	const char *name;
	const char *label;
	unsigned mechanism;
};

static const struct record records[] = {
	{ "spf", "SPF", SW_MECHANISM_SPF },
	{ "dmarc", "DMARC", SW_MECHANISM_DMARC },
};

struct slot {
	unsigned mechanism;
	unsigned slot;
	bool error;		/* of INVALID records, not PRESENT ones */
	const char *title;
	bool shares;		/* a rate for each value */
};

/*
 * "dmarc_class" tells valid and invalid records apart by class; the policy in
 * force for nonexistent subdomains is no feature: "standard" counts np.
 */
static const struct slot slots[] = {
	{ SW_MECHANISM_SPF, SW_SPF_FINAL, false,
	    "valid SPF, what becomes of all other clients", true },
	{ SW_MECHANISM_SPF, SW_SPF_SOURCES, false,
	    "valid SPF, how senders are named", false },
	{ SW_MECHANISM_SPF, SW_SPF_PTR, false,
	    "valid SPF, uses ptr", false },
	{ SW_MECHANISM_SPF, SW_SPF_ERROR, true,
	    "SPF that is an error, by class", false },
	{ SW_MECHANISM_DMARC, SW_DMARC_POLICY, false,
	    "DMARC, policy in force for the domain", true },
	{ SW_MECHANISM_DMARC, SW_DMARC_SUBDOMAINS, false,
	    "DMARC, policy in force for existing subdomains", true },
	{ SW_MECHANISM_DMARC, SW_DMARC_TESTING, false,
	    "DMARC, testing: t=y, or pct below 100 (RFC 7489)", false },
	{ SW_MECHANISM_DMARC, SW_DMARC_REPORTS, false,
	    "DMARC, reports asked for", false },
	{ SW_MECHANISM_DMARC, SW_DMARC_ALIGNMENT, false,
	    "DMARC, alignment", false },
	{ SW_MECHANISM_DMARC, SW_DMARC_STANDARD, false,
	    "DMARC, what RFC 7489 made of it", false },
	{ SW_MECHANISM_DMARC, SW_DMARC_CLASS, false,
	    "DMARC in force, by class", false },
	{ SW_MECHANISM_DMARC, SW_DMARC_CLASS, true,
	    "DMARC that is an error, by class", false },
};

/* How a slot's value is called in a column's name. */
static void
value_name(const struct slot *slot, unsigned value, char *name, size_t size)
{
	const char *text = value == 0 ? "unstated" :
	    sw_feature_text(slot->mechanism, slot->slot, (uint8_t)value);

	snprintf(name, size, "%s", text);
	for (; *name != '\0'; name++) {
		if (*name == '-')
			*name = '_';
	}
}

static unsigned
count_values(const struct slot *slot)
{
	unsigned value = 1;

	while (value < VALUES_MAX && sw_feature_text(slot->mechanism,
	    slot->slot, (uint8_t)value) != NULL)
		value++;
	return value;
}

/*
 * Of the classes of DMARC, those that a record of this outcome can have: the
 * first three are PRESENT's.
 */
static bool
can_be(const struct slot *slot, unsigned value)
{
	if (slot->mechanism != SW_MECHANISM_DMARC ||
	    slot->slot != SW_DMARC_CLASS || value == 0)
		return true;
	return (value <= SW_DMARC_CLASS_SUBDOMAIN_RUA) ==
	    !slot->error;
}

static void
add_value(struct sw_scheme *scheme, const struct segment *segment,
    const struct slot *slot, size_t family, unsigned value)
{
	char word[32], title[160], name[96];
	struct sw_form form = sw_form_of(family, SW_ATOM(value));
	uint32_t stated = (SW_ATOM(scheme->families[family].atoms) - 1) & ~1u;

	if (!can_be(slot, value))
		return;
	value_name(slot, value, word, sizeof(word));
	snprintf(title, sizeof(title), "%s with %s: %s", segment->title,
	    slot->title, word);
	/* Valid records have classes of their own. */
	snprintf(name, sizeof(name), "%s%s_%s%s_%s", segment->prefix,
	    slot->mechanism == SW_MECHANISM_SPF ? "spf" : "dmarc",
	    sw_feature_name(slot->mechanism, slot->slot),
	    slot->error && slot->mechanism == SW_MECHANISM_DMARC ? "_error" :
	    "",
	    word);
	sw_scheme_add_count(scheme, form, title, "%s", name);
	if (slot->shares && value != 0)
		sw_scheme_add_aspects(scheme, sw_scheme_add_share(scheme,
		    &(struct sw_share_of){
			.name = name, .part = form,
			.whole = sw_form_of(family, stated),
			.mechanism = slot->mechanism
		}));
}

static void
add_slots(struct sw_scheme *scheme, const struct segment *segment,
    const struct record *record, const struct sw_record_families *families)
{
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		unsigned count;
		size_t family;

		if (slots[i].mechanism != record->mechanism)
			continue;
		count = count_values(&slots[i]);
		family = sw_scheme_add_family(scheme, &(struct sw_family){
			.kind = SW_FAMILY_SLOT, .mechanism = record->mechanism,
			.slot = slots[i].slot,
			.parent = slots[i].error ? families->lacking :
			    families->present,
			.within = SW_ATOM(slots[i].error ? SW_NO : SW_YES),
			.atoms = count
		});
		for (unsigned value = 1; value < count; value++)
			add_value(scheme, segment, &slots[i], family, value);
		add_value(scheme, segment, &slots[i], family, 0);
	}
}

static void
add_record(struct sw_scheme *scheme, const struct segment *segment,
    const struct record *record, size_t parked)
{
	struct sw_record_families families = sw_scheme_add_record(scheme,
	    record->mechanism, parked, segment->parked);
	char name[32], which[64], title[128];

	for (int i = 0; i <= SW_RECORD_UNKNOWN; i++) {
		enum sw_record_part part = (enum sw_record_part)i;

		sw_record_part_title(part, record->label, which, sizeof(which));
		snprintf(title, sizeof(title), "%s %s", segment->title, which);
		sw_scheme_add_count(scheme, sw_record_form(&families, part),
		    title, "%s%s%s", segment->prefix, record->name,
		    sw_record_part_ending(part));
	}
	snprintf(name, sizeof(name), "%s%s", segment->prefix, record->name);
	sw_scheme_add_aspects(scheme, sw_scheme_add_share(scheme,
	    &(struct sw_share_of){
		.name = name,
		.part = sw_record_form(&families, SW_RECORD_PRESENT),
		.whole = sw_record_form(&families, SW_RECORD_KNOWN),
		.pool = sw_record_form(&families, SW_RECORD_ANY),
		.mechanism = record->mechanism
	}));
	add_slots(scheme, segment, record, &families);
}

static void
choose_brief(struct sw_scheme *s)
{
	sw_scheme_set_brief(s, "domains", 1, "", "Domains", "観測",
	    "ドメイン");
	sw_scheme_set_brief(s, "parked", 2, "", "Parked", "", "パーク");
	sw_scheme_set_brief(s, "spf", 3, "", "SPF", "", "SPF");
	sw_scheme_set_brief(s, "spf_final_fail_rate", 4, "", "-all %", "",
	    "-all率");
	sw_scheme_set_brief(s, "spf_final_softfail_rate", 5, "", "~all %",
	    "", "~all率");
	sw_scheme_set_brief(s, "dmarc", 6, "", "DMARC", "", "DMARC");
	sw_scheme_set_brief(s, "dmarc_policy_none_rate", 7, "p=", "none %",
	    "p=", "none率");
	sw_scheme_set_brief(s, "dmarc_policy_quarantine_rate", 8, "p=quar-",
	    "antine %", "p=quar-", "antine率");
	sw_scheme_set_brief(s, "dmarc_policy_reject_rate", 9, "p=",
	    "reject %", "p=", "reject率");
}

struct sw_scheme *
sw_scheme_policy(void)
{
	struct sw_scheme *s = sw_scheme_new();
	size_t parked, by;

	if (s == NULL)
		return NULL;
	parked = sw_scheme_add_family(s, &(struct sw_family){
		.kind = SW_FAMILY_PARKED, .parent = ROOT, .within = SW_ATOM(0),
		.atoms = 2
	});
	by = sw_scheme_add_family(s, &(struct sw_family){
		.kind = SW_FAMILY_PARKED_BY, .parent = parked,
		.within = SW_ATOM(SW_NO), .atoms = 2
	});
	sw_scheme_add_period(s);
	sw_scheme_add_count(s, sw_form_of(ROOT, SW_ATOM(0)),
	    "domains seen to exist", "domains");
	sw_scheme_add_count(s, sw_form_of(parked, SW_ATOM(SW_NO)),
	    "parked domains: a null MX, or exactly v=spf1 -all", "parked");
	sw_scheme_add_count(s, sw_form_of(by, SW_ATOM(SW_YES)),
	    "parked domains with a null MX", "parked_null_mx");
	sw_scheme_add_count(s, sw_form_of(by, SW_ATOM(SW_NO)),
	    "parked domains by exactly v=spf1 -all, without a null MX",
	    "parked_nobody");
	for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
		for (size_t k = 0; k < sizeof(records) / sizeof(records[0]);
		    k++)
			add_record(s, &segments[i], &records[k], parked);
	}
	choose_brief(s);
	if (s->failed)
		sw_scheme_free(&s);
	return s;
}
