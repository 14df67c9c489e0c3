#include "records.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define STRING_MAX 255	/* RFC 1035 section 3.3 */
#define TEXT_SIZE 4096

void
records_write_txt(FILE *zone, struct random *random, const char *owner,
    const char *text)
{
	size_t length = strlen(text), cut = STRING_MAX;
	size_t style = random_below(random, 100);

	if (style < 15 && length > 1)
		cut = 1 + random_below(random, length < STRING_MAX ?
		    length : STRING_MAX);
	fprintf(zone, "%s TXT", owner);
	do {
		if (cut > length)
			cut = length;
		fprintf(zone, " \"%.*s\"", (int)cut, text);
		text += cut;
		length -= cut;
		if (style >= 3)		/* else in pieces of that size */
			cut = STRING_MAX;
	} while (length > 0);
	putc('\n', zone);
}

void
records_write_template(FILE *zone, struct random *random, const char *owner,
    const char *template, const char *domain)
{
	char text[TEXT_SIZE];
	size_t used = 0;

	for (; *template != '\0' && used < sizeof(text) - NAME_SIZE; template++) {
		if (*template == '$')
			used += (size_t)sprintf(text + used, "%s", domain);
		else if (*template == '#')
			used += (size_t)sprintf(text + used, "%zu",
			    random_below(random, 256));
		else
			text[used++] = *template;
	}
	text[used] = '\0';
	records_write_txt(zone, random, owner, text);
}

/* --- MX --- */

static void
write_mx(FILE *zone, struct random *random)
{
	static const char *const styles[] = {
		"@ MX 10 mail\nmail A 192.0.2.25\n",
		"@ MX 10 mail\nmail A 192.0.2.25\nmail AAAA 2001:db8::25\n",
		"@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.26\nmx2 A 192.0.2.27\n",
		"@ MX 0 @\n@ A 192.0.2.80\n",
		"@ MX 10 mx1.example.net.\n",
		"@ MX 10 mx1.example.net.\n@ MX 20 mx2.example.net.\n",
		"@ 300 MX 1 mx1.example.net.\n@ 300 MX 5 mx2.example.net.\n"
		"@ 300 MX 5 mx3.example.net.\n@ 300 MX 10 mx4.example.net.\n"
		"@ 300 MX 10 mx5.example.net.\n",
		"@ MX 10 mail\n* MX 10 mail\nmail A 192.0.2.28\n",
	};

	fputs(styles[random_below(random, COUNT(styles))], zone);
}

/* --- What stands beside --- */

static const char *const unrelated[] = {
	"google-site-verification=q2#w#e#r#t#y#u#i#o#p",
	"MS=ms#####",
	"keybase-site-verification=a#b#c#d#",
	"_globalsign-domain-verification=x#y#z#",
	"ZOOM_verify_#a#b#c",
	"hello, this domain belongs to $",
	"v=verifydomain MS=#",
	"spf is not set up yet",
	"k=rsa; p=not a policy",
};

static void
write_unrelated(FILE *zone, struct random *random, const char *domain)
{
	records_write_template(zone, random, "@",
	    unrelated[random_below(random, COUNT(unrelated))], domain);
}

/* Enough to need TCP: more than fits 1232 octets. */
static void
write_much_unrelated(FILE *zone, struct random *random, const char *domain)
{
	for (unsigned i = 0; i < 8; i++) {
		records_write_template(zone, random, "@", "site-verification="
		    "#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-"
		    "#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-",
		    domain);
	}
}

static void
write_dkim(FILE *zone, struct random *random, struct domain *domain)
{
	char owner[64];

	snprintf(domain->selector, sizeof(domain->selector), "zqsel%08zx",
	    random_below(random, 0xffffffff));
	snprintf(owner, sizeof(owner), "%s._domainkey", domain->selector);
	records_write_txt(zone, random, owner, "v=DKIM1; k=rsa; p="
	    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuKx5pN1u1p6Vj4jvVCoG"
	    "vN7o3x5J0m2Zs8wJmW8e2nX1cU0kQ5t7yR6hF9bL3dS4aP0oIuYtReWqAsDfGhJk"
	    "LzXcVbNmQwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOpAsDfGhJkLzXcVbNmQwEr"
	    "QIDAQAB");
}

static void
write_newer_mechanisms(FILE *zone)
{
	fputs("_mta-sts TXT \"v=STSv1; id=20180703\"\n"
	    "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:tls@example.net\"\n", zone);
}

/* --- Domains --- */

static void
write_mail_domain(FILE *zone, struct random *random, struct domain *domain)
{
	write_mx(zone, random);
	records_write_spf(zone, random, domain);
	records_write_dmarc(zone, random, domain);
	if (random_percent(random, 30))
		write_unrelated(zone, random, domain->name);
	if (random_percent(random, 1))
		write_much_unrelated(zone, random, domain->name);
	if (random_percent(random, 20))
		write_dkim(zone, random, domain);
	if (random_percent(random, 2))
		write_newer_mechanisms(zone);
	if (random_percent(random, 70))
		fputs("www A 192.0.2.80\n", zone);
}

/* Without mail, yet often with the records that say so. */
static void
write_other_domain(FILE *zone, struct random *random, struct domain *domain)
{
	size_t style = random_below(random, 100);

	if (style < 20) {
		fputs("@ MX 0 .\n@ TXT \"v=spf1 -all\"\n"
		    "_dmarc TXT \"v=DMARC1; p=reject; sp=reject\"\n"
		    "*._domainkey TXT \"v=DKIM1; p=\"\n", zone);
	} else if (style < 30) {
		fputs("@ TXT \"v=spf1 -all\"\n"
		    "_dmarc TXT \"v=DMARC1; p=reject\"\n", zone);
	} else if (style < 36) {
		fputs("@ MX 0 .\n", zone);
	} else if (style < 42) {
		fputs("@ TXT \"v=spf1 include:spf.example.net ~all\"\n", zone);
	} else if (style < 46) {
		fputs("* TXT \"v=spf1 -all\"\n@ TXT \"v=spf1 -all\"\n", zone);
	} else if (style < 55) {
		write_unrelated(zone, random, domain->name);
	}
	if (style >= 10 && style < 90)
		fputs("@ A 192.0.2.80\nwww A 192.0.2.80\n", zone);
}

void
records_write(FILE *zone, struct random *random, struct domain *domain)
{
	if (domain->mx)
		write_mail_domain(zone, random, domain);
	else
		write_other_domain(zone, random, domain);
}
