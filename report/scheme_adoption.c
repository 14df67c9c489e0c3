/*
 * What the adoption table counts. Of each mechanism both rates that surveys
 * publish: of the MX domains (spf_rate), and of all domains (all_spf_rate).
 */
#include <stdio.h>

#include "scheme.h"

#define ROOT 0

static const struct record {
	const char *name;
	const char *label;
	unsigned mechanism;	/* 0: DNSSEC */
} records[] = {
	{ "spf", "SPF", SW_MECHANISM_SPF },
	{ "dmarc", "DMARC", SW_MECHANISM_DMARC },
	{ "dkim", "DKIM", SW_MECHANISM_DKIM },
	{ "mta_sts", "MTA-STS", SW_MECHANISM_MTA_STS },
	{ "tls_rpt", "TLS-RPT", SW_MECHANISM_TLS_RPT },
	{ "bimi", "BIMI", SW_MECHANISM_BIMI },
	{ "dnssec", "a signed zone", 0 },
};
#define RECORD_COUNT (sizeof(records) / sizeof(records[0]))

struct plan {
	struct sw_scheme *scheme;
	size_t mx_hosts, mx_known, mx_kind;
	struct sw_record_families among_mx[RECORD_COUNT];
	struct sw_record_families elsewhere[RECORD_COUNT];
};

static void
add_families(struct plan *plan)
{
	struct sw_scheme *s = plan->scheme;

	plan->mx_hosts = sw_scheme_add_family(s, &(struct sw_family){
		.kind = SW_FAMILY_MX_HOSTS, .parent = ROOT,
		.within = SW_ATOM(0), .atoms = 2
	});
	plan->mx_known = sw_scheme_add_family(s, &(struct sw_family){
		.kind = SW_FAMILY_MX_KNOWN, .parent = plan->mx_hosts,
		.within = SW_ATOM(SW_NO), .atoms = 2
	});
	plan->mx_kind = sw_scheme_add_family(s, &(struct sw_family){
		.kind = SW_FAMILY_MX_KIND, .parent = plan->mx_known,
		.within = SW_ATOM(SW_YES), .atoms = SW_MX_KIND_ATOMS
	});
	for (size_t i = 0; i < RECORD_COUNT; i++) {
		plan->among_mx[i] = sw_scheme_add_record(s,
		    records[i].mechanism, plan->mx_hosts, SW_ATOM(SW_YES));
		plan->elsewhere[i] = sw_scheme_add_record(s,
		    records[i].mechanism, plan->mx_hosts, SW_ATOM(SW_NO));
	}
}

/* A part of a record, of MX domains or all. */
static struct sw_form
part_form(const struct plan *plan, size_t record, enum sw_record_part part,
    bool all)
{
	struct sw_form form = sw_record_form(&plan->among_mx[record], part);

	return all ? sw_form_sum(form,
	    sw_record_form(&plan->elsewhere[record], part)) : form;
}

static void
add_part(struct plan *plan, size_t record, enum sw_record_part part, bool all)
{
	char which[64], title[128];

	sw_record_part_title(part, records[record].label, which, sizeof(which));
	snprintf(title, sizeof(title), "%s %s", all ? "domains" : "MX domains",
	    which);
	sw_scheme_add_count(plan->scheme, part_form(plan, record, part, all),
	    title, "%s%s%s", all ? "all_" : "", records[record].name,
	    sw_record_part_ending(part));
}

static struct sw_form
mx_known_form(const struct plan *plan)
{
	return sw_form_sum(sw_form_of(plan->mx_hosts, SW_ATOM(SW_YES)),
	    sw_form_of(plan->mx_known, SW_ATOM(SW_YES)));
}

static void
add_mx_kind(struct plan *plan, enum sw_mx_kind_atom atom, const char *title,
    const char *name)
{
	sw_scheme_add_count(plan->scheme, sw_form_of(plan->mx_kind,
	    SW_ATOM(atom)), title, "%s", name);
}

/* Scripts rely on the first fourteen and their order. */
static void
add_first_columns(struct plan *plan)
{
	struct sw_scheme *s = plan->scheme;

	sw_scheme_add_count(s, sw_form_of(ROOT, SW_ATOM(0)),
	    "domains seen to exist", "domains");
	sw_scheme_add_count(s, sw_form_of(plan->mx_hosts, SW_ATOM(SW_YES)),
	    "MX domains: with mail servers (a null MX is none)", "mx");
	add_part(plan, 0, SW_RECORD_KNOWN, false);
	add_part(plan, 0, SW_RECORD_PRESENT, false);
	add_part(plan, 1, SW_RECORD_KNOWN, false);
	add_part(plan, 1, SW_RECORD_PRESENT, false);
	add_part(plan, 0, SW_RECORD_ABSENT, false);
	add_part(plan, 0, SW_RECORD_INVALID, false);
	add_part(plan, 1, SW_RECORD_ABSENT, false);
	add_part(plan, 1, SW_RECORD_INVALID, false);
	sw_scheme_add_count(s, mx_known_form(plan), "domains whose MX is known",
	    "mx_known");
	add_mx_kind(plan, SW_MX_KIND_ATOM_NULL, "domains with a null MX",
	    "null_mx");
	add_mx_kind(plan, SW_MX_KIND_ATOM_ABSENT, "domains without MX",
	    "mx_absent");
	add_mx_kind(plan, SW_MX_KIND_ATOM_INVALID, "domains whose MX is an "
	    "error", "mx_invalid");
	sw_scheme_add_period(s);
}

static void
add_mx_columns(struct plan *plan)
{
	struct sw_scheme *s = plan->scheme;

	sw_scheme_add_count(s, sw_form_of(plan->mx_known, SW_ATOM(SW_NO)),
	    "domains whose MX is not known", "mx_unknown");
	sw_scheme_add_aspects(s, sw_scheme_add_share(s, &(struct sw_share_of){
		.name = (char *)"mx",
		.part = sw_form_of(plan->mx_hosts, SW_ATOM(SW_YES)),
		.whole = mx_known_form(plan),
		.pool = sw_form_of(ROOT, SW_ATOM(0)),
		.mechanism = SW_MECHANISM_MX, .of_all = true
	}));
}

/*
 * DKIM is seen or not known: there is no share of the known ones, only how
 * many of the (MX) domains are seen to use it, which is a lower bound.
 */
static void
add_share(struct plan *plan, size_t record, bool all)
{
	unsigned mechanism = records[record].mechanism;
	bool dkim = mechanism == SW_MECHANISM_DKIM;
	char name[32];
	struct sw_share_of share = {
		.name = name,
		.part = part_form(plan, record, SW_RECORD_PRESENT, all),
		.whole = part_form(plan, record,
		    dkim ? SW_RECORD_ANY : SW_RECORD_KNOWN, all),
		.pool = part_form(plan, record, SW_RECORD_ANY, all),
		.mechanism = dkim ? 0 : mechanism != 0 ? mechanism :
		    SW_SEEN_ANY,
		.weighted = all && !dkim ? mechanism : 0,
		.at_least = dkim, .of_all = all && !dkim
	};

	snprintf(name, sizeof(name), "%s%s", all ? "all_" : "",
	    records[record].name);
	sw_scheme_add_aspects(plan->scheme,
	    sw_scheme_add_share(plan->scheme, &share));
}

static void
add_record_columns(struct plan *plan, size_t record, bool all)
{
	unsigned mechanism = records[record].mechanism;
	/* Most parts of these stand among the first columns. */
	bool old = !all && (mechanism == SW_MECHANISM_SPF ||
	    mechanism == SW_MECHANISM_DMARC);

	for (int part = old ? SW_RECORD_UNKNOWN : SW_RECORD_KNOWN;
	    part <= SW_RECORD_UNKNOWN; part++) {
		/* A bogus zone is not known; DKIM has neither of these. */
		if (mechanism == 0 && part == SW_RECORD_INVALID)
			continue;
		if (mechanism == SW_MECHANISM_DKIM &&
		    (part == SW_RECORD_ABSENT || part == SW_RECORD_INVALID))
			continue;
		add_part(plan, record, (enum sw_record_part)part, all);
	}
	add_share(plan, record, all);
}

static void
choose_brief(struct sw_scheme *s)
{
	sw_scheme_set_brief(s, "domains", 1, "", "Domains", "観測",
	    "ドメイン");
	sw_scheme_set_brief(s, "mx", 2, "", "MX", "MX", "ドメイン");
	sw_scheme_set_brief(s, "null_mx", 3, "Null", "MX", "Null", "MX");
	sw_scheme_set_brief(s, "spf", 4, "", "SPF", "SPF", "宣言");
	sw_scheme_set_brief(s, "spf_rate", 5, "", "SPF %", "SPF", "宣言率");
	sw_scheme_set_brief(s, "spf_coverage", 6, "SPF", "cover%", "SPF",
	    "カバー率");
	sw_scheme_set_brief(s, "dmarc", 7, "", "DMARC", "DMARC", "宣言");
	sw_scheme_set_brief(s, "dmarc_rate", 8, "", "DMARC %", "DMARC",
	    "宣言率");
	sw_scheme_set_brief(s, "dmarc_coverage", 9, "DMARC", "cover%", "DMARC",
	    "カバー率");
}

struct sw_scheme *
sw_scheme_adoption(void)
{
	struct plan plan = { .scheme = sw_scheme_new() };

	if (plan.scheme == NULL)
		return NULL;
	add_families(&plan);
	add_first_columns(&plan);
	add_mx_columns(&plan);
	for (size_t i = 0; i < RECORD_COUNT; i++) {
		add_record_columns(&plan, i, false);
		add_record_columns(&plan, i, true);
	}
	choose_brief(plan.scheme);
	if (plan.scheme->failed)
		sw_scheme_free(&plan.scheme);
	return plan.scheme;
}
