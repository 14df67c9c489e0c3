/* SPF and DMARC records: what is published, and what only looks like it. */
#include <string.h>

#include "records.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PICK(random, array) (array)[random_below(random, COUNT(array))]

/* --- SPF, RFC 7208 --- */

static const char *const spf_valid[] = {
	"v=spf1 mx -all",
	"v=spf1 mx ~all",
	"v=spf1 a mx ~all",
	"v=spf1 include:spf.example.net ~all",
	"v=spf1 include:spf.example.net -all",
	"v=spf1 include:spf.example.net include:_spf.example.com ~all",
	"v=spf1 a mx ip4:203.0.113.# ip4:203.0.113.# ~all",
	"v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:#::/48 -all",
	"v=spf1 +ip4:192.0.2.# +mx +a:mail.$ ?all",
	"v=spf1 redirect=_spf.example.net",
	"v=spf1 mx redirect=_spf.example.com",
	"v=spf1 mx/28 a:$/24//64 -all",
	"v=spf1 exists:%{i}._spf.%{d2} -all",
	"v=spf1 include:%{ir}.%{v}.%{d}._h.example.net mx ~all",
	"v=spf1 mx -all exp=explain._spf.%{d}",
	"v=spf1 ptr:$ ~all",
	"v=spf1 a mx",
	"v=spf1 +all",
	"v=spf1 -all",
	"v=spf1",
	"v=spf1 ",
	"V=SPF1 MX ~ALL",
	"v=spf1  a   mx  ~all ",
	"v=spf1 mx ~all x-note=moved.%{d}",
	/* Long: cut into several character-strings. */
	"v=spf1 ip4:203.0.113.#/32 ip4:203.0.113.#/32 ip4:203.0.113.#/32 "
	"ip4:203.0.113.#/32 ip4:203.0.113.#/32 ip4:203.0.113.#/32 "
	"ip4:198.51.100.#/32 ip4:198.51.100.#/32 ip4:198.51.100.#/32 "
	"ip4:198.51.100.#/32 ip4:198.51.100.#/32 ip4:198.51.100.#/32 "
	"ip6:2001:db8:1::#/128 ip6:2001:db8:2::#/128 ip6:2001:db8:3::#/128 "
	"include:spf.example.net include:_spf.example.net a:mail.$ mx ~all",
};

static const char *const spf_broken[] = {
	"v=spf1 mx ip4:203.0.113.300 ~all",
	"v=spf1 ipv4:203.0.113.# ~all",
	"v=spf1 include: -all",
	"v=spf1 a:192.0.2.# -all",
	"v=spf1 mx -al",
	"v=spf1 mx ~all redirect=a.example.net redirect=b.example.net",
	"v=spf1 ip4:203.0.113.0/33 -all",
	"v=spf1 exists:%{y}.example.net -all",
	"v=spf1 mx, a -all",
};

static const char *const spf_lookalike[] = {
	"v=spf10 mx -all",
	" v=spf1 mx -all",
	"v=spf1;mx;-all",
	"v=spf1-all",
	"spf2.0/pra mx -all",
	"\\\"v=spf1 mx -all\\\"",
	"spf1 mx -all",
	"v=spf2 mx -all",
};

static void
write_spf_unpublished(FILE *zone, struct random *random, const char *domain)
{
	size_t style = random_below(random, 100);

	if (style < 4) {
		records_write_template(zone, random, "@", "v=spf1 mx ~all", domain);
		records_write_template(zone, random, "@",
		    "v=spf1 include:spf.example.net ~all", domain);
	} else if (style < 8) {
		records_write_template(zone, random, "@",
		    PICK(random, spf_broken), domain);
	} else if (style < 12) {
		/* Whole: what is cut may not be cut within an escape. */
		fprintf(zone, "@ TXT \"%s\"\n", PICK(random, spf_lookalike));
	} else if (style < 14) {
		/* Joined without a space: v=spf1-all. */
		fputs("@ TXT \"v=spf1\" \"-all\"\n", zone);
	}
}

void
records_write_spf(FILE *zone, struct random *random,
    const struct domain *domain)
{
	if (domain->spf)
		records_write_template(zone, random, "@",
		    PICK(random, spf_valid), domain->name);
	else
		write_spf_unpublished(zone, random, domain->name);
}

/* --- DMARC, RFC 9989 --- */

static const char *const dmarc_valid[] = {
	"v=DMARC1; p=none",
	"v=DMARC1; p=none;",
	"v=DMARC1; p=none; rua=mailto:dmarc@$",
	"v=DMARC1;p=quarantine;pct=50;rua=mailto:a@$,mailto:b@rep.example.net",
	"v=DMARC1; p=quarantine; sp=none; ri=3600; rf=afrf",
	"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s",
	"v=DMARC1; p=REJECT; fo=1:d:s; ruf=mailto:f@$",
	"v=DMARC1; p=none; np=reject; psd=n; t=y",
	"v = DMARC1 ; p = none ; t = y",
	"v=DMARC1; rua=mailto:x@$; p=quarantine",
	"v=DMARC1; p=none; adkim=maybe; made-up=tag",
	/* Without p, a place for reports makes it p=none (section 4.10.1). */
	"v=DMARC1; rua=mailto:dmarc@$",
	"v=DMARC1; p=nome; rua=mailto:dmarc@$",
	"v=DMARC1; p=none; rua=mailto:long-1-#-#-#-#@$,mailto:long-2-#-#-#-#@$,"
	"mailto:long-3-#-#-#-#@$,mailto:long-4-#-#-#-#@$,mailto:long-5-#-#-#-#@$,"
	"mailto:long-6-#-#-#-#@$,mailto:long-7-#-#-#-#@$; ruf=mailto:long-8-#@$",
};

/* Neither cut (some have escapes) nor expanded. */
static const char *const dmarc_unpublished[] = {
	"_dmarc TXT \"v=DMARC1\"\n",
	"_dmarc TXT \"v=DMARC1; p=\"\n",
	"_dmarc TXT \"v=DMARC1; p=quarentine\"\n",
	"_dmarc TXT \"v=DMARC1; p=none\"\n_dmarc TXT \"v=DMARC1; p=reject\"\n",
	"_dmarc TXT \"v=dmarc1; p=none\"\n",
	"_dmarc TXT \" v=DMARC1; p=none\"\n",
	"_dmarc TXT \"v=DMARC2; p=none\"\n",
	"_dmarc TXT \"v=DMARC1 p=none\"\n",
	"_dmarc TXT \"p=none; v=DMARC1\"\n",
	"_dmarc TXT \"v=spf1 -all\"\n",
	"_dmarc A 192.0.2.6\n",
	"reports._dmarc TXT \"v=DMARC1; p=none\"\n",
	"_dmarc CNAME paused._d.example.net.\n",
	"_dmarc CNAME ended._d.example.net.\n",
};

static void
write_dmarc_published(FILE *zone, struct random *random, const char *domain)
{
	static const char *const targets[] = { "none", "quarantine", "reject",
		"chain" };
	size_t style = random_below(random, 100);

	if (style < 20) {
		fprintf(zone, "_dmarc CNAME %s._d.example.net.\n",
		    PICK(random, targets));
		return;
	}
	records_write_template(zone, random, "_dmarc",
	    PICK(random, dmarc_valid), domain);
	if (style < 25)
		fputs("_dmarc TXT \"v=spf1 -all\"\n", zone);
	else if (style < 30)
		fputs("_dmarc TXT \"set up by the hoster\"\n", zone);
}

void
records_write_dmarc(FILE *zone, struct random *random,
    const struct domain *domain)
{
	if (domain->dmarc)
		write_dmarc_published(zone, random, domain->name);
	else if (random_percent(random, 12))
		fputs(PICK(random, dmarc_unpublished), zone);
	/* A wildcard answers _dmarc too, where that does not exist. */
	if (random_percent(random, 5))
		fputs("* TXT \"v=spf1 -all\"\n", zone);
}
