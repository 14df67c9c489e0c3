/*
 * What the quality table counts: of each mechanism, how many of the MX domains
 * are known, how often they were seen, and what that says of the others.
 */
#include "scheme.h"

#define ROOT 0

static const struct mechanism {
	const char *name;
	const char *label;
	unsigned mechanism;
} mechanisms[] = {
	{ "mx", "MX", SW_MECHANISM_MX },
	{ "spf", "SPF", SW_MECHANISM_SPF },
	{ "dmarc", "DMARC", SW_MECHANISM_DMARC },
	{ "dkim", "DKIM", SW_MECHANISM_DKIM },
	{ "mta_sts", "MTA-STS", SW_MECHANISM_MTA_STS },
	{ "tls_rpt", "TLS-RPT", SW_MECHANISM_TLS_RPT },
	{ "bimi", "BIMI", SW_MECHANISM_BIMI },
};

static void
add_mechanism(struct sw_scheme *scheme, const struct mechanism *mechanism)
{
	struct sw_record_families families = sw_scheme_add_record(scheme,
	    mechanism->mechanism, ROOT, SW_ATOM(0));
	size_t share = sw_scheme_add_share(scheme, &(struct sw_share_of){
		.name = (char *)mechanism->name,
		.part = sw_record_form(&families, SW_RECORD_PRESENT),
		.whole = sw_record_form(&families, SW_RECORD_KNOWN),
		.pool = sw_record_form(&families, SW_RECORD_ANY),
		.mechanism = mechanism->mechanism
	});
	char title[64];

	sw_record_part_title(SW_RECORD_KNOWN, mechanism->label, title,
	    sizeof(title));
	sw_scheme_add_count(scheme, sw_record_form(&families,
	    SW_RECORD_KNOWN), title, "%s_known", mechanism->name);
	sw_scheme_add_aspect(scheme, share, SW_ASPECT_COVERAGE);
	sw_scheme_add_aspect(scheme, share, SW_ASPECT_UNKNOWN);
	sw_scheme_add_aspect(scheme, share, SW_ASPECT_ONCE);
	sw_scheme_add_aspect(scheme, share, SW_ASPECT_DAYS);
	sw_scheme_add_aspect(scheme, share, SW_ASPECT_GOOD_TURING);
}

struct sw_scheme *
sw_scheme_quality(void)
{
	struct sw_scheme *s = sw_scheme_new();

	if (s == NULL)
		return NULL;
	sw_scheme_add_period(s);
	sw_scheme_add_count(s, sw_form_of(ROOT, SW_ATOM(0)),
	    "domains seen to exist", "domains");
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++)
		add_mechanism(s, &mechanisms[i]);
	sw_scheme_set_brief(s, "domains", 1, "", "Domains", "観測",
	    "ドメイン");
	sw_scheme_set_brief(s, "mx_coverage", 2, "MX", "cover%", "MX",
	    "カバー率");
	sw_scheme_set_brief(s, "mx_good_turing", 3, "MX", "G-T %", "MX",
	    "G-T率");
	sw_scheme_set_brief(s, "spf_coverage", 4, "SPF", "cover%", "SPF",
	    "カバー率");
	sw_scheme_set_brief(s, "spf_good_turing", 5, "SPF", "G-T %", "SPF",
	    "G-T率");
	sw_scheme_set_brief(s, "dmarc_coverage", 6, "DMARC", "cover%", "DMARC",
	    "カバー率");
	sw_scheme_set_brief(s, "dmarc_good_turing", 7, "DMARC", "G-T %",
	    "DMARC", "G-T率");
	if (s->failed)
		sw_scheme_free(&s);
	return s;
}
