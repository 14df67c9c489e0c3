/* What the library makes of a lookup, in words. */
#include "explain.h"

#include <inttypes.h>

#include "senderwatch/bimi.h"
#include "senderwatch/dkim.h"
#include "senderwatch/dmarc.h"
#include "senderwatch/features.h"
#include "senderwatch/mta_sts.h"
#include "senderwatch/mx.h"
#include "senderwatch/spf.h"
#include "senderwatch/tls_rpt.h"
#include "senderwatch/txt.h"

static void
fact(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%-13s%s\n", name, value);
}

static void
fact_flag(FILE *out, const char *name, bool value)
{
	if (value)
		fact(out, name, "yes");
}

static void
fact_number(FILE *out, const char *name, uint64_t value)
{
	if (value > 0)
		fprintf(out, "%-13s%" PRIu64 "\n", name, value);
}

/* Text of unknown origin: nothing but printable ASCII reaches a terminal. */
static void
fact_octets(FILE *out, const char *name, const uint8_t *text, size_t length)
{
	fprintf(out, "%-13s\"", name);
	for (size_t i = 0; i < length; i++) {
		if (text[i] < 0x20 || text[i] > 0x7e)
			fprintf(out, "\\%03u", text[i]);
		else if (text[i] == '"' || text[i] == '\\')
			fprintf(out, "\\%c", text[i]);
		else
			putc(text[i], out);
	}
	fputs("\"\n", out);
}

void
sw_explain_features(FILE *out, enum sw_mechanism mechanism, uint64_t features)
{
	const char *before = "";

	for (unsigned slot = 0; slot < SW_FEATURE_SLOTS; slot++) {
		uint8_t value = sw_features_get(features, slot);
		const char *name = sw_feature_name(mechanism, slot);
		const char *text = sw_feature_text(mechanism, slot, value);

		if (value == 0)
			continue;
		/* Of a newer version: what is there is not to be hidden. */
		if (name == NULL)
			fprintf(out, "%sslot%u=%u", before, slot, value);
		else if (text != NULL)
			fprintf(out, "%s%s=%s", before, name, text);
		else
			fprintf(out, "%s%s=%u", before, name, value);
		before = " ";
	}
	if (*before == '\0')
		putc('-', out);
}

json_t *
sw_explain_features_json(enum sw_mechanism mechanism, uint64_t features)
{
	json_t *object = json_object();

	for (unsigned slot = 0; slot < SW_FEATURE_SLOTS; slot++) {
		uint8_t value = sw_features_get(features, slot);
		const char *name = sw_feature_name(mechanism, slot);
		const char *text = sw_feature_text(mechanism, slot, value);

		char slot_name[16];

		if (value == 0)
			continue;
		if (name == NULL) {
			snprintf(slot_name, sizeof(slot_name), "slot%u", slot);
			name = slot_name;
		}
		if (json_object_set_new(object, name, text != NULL ?
		    json_string(text) : json_integer(value)) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static void
explain_spf(FILE *out, const struct sw_txt *txt)
{
	static const char *const names[SW_SPF_MECHANISMS] = {
		"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"
	};
	struct sw_spf spf;

	sw_spf_parse(txt->text, txt->length, &spf);
	if (spf.error != SW_SPF_ERROR_NONE) {
		fact_number(out, "  at octet", spf.error_at);
		return;
	}
	for (size_t i = 0; i < SW_SPF_MECHANISMS; i++)
		if (spf.counts[i] > 0)
			fprintf(out, "  %-11s%zu\n", names[i], spf.counts[i]);
	fact_flag(out, "  redirect", spf.redirect);
	fact_flag(out, "  exp", spf.exp);
	fact_number(out, "  unknown=", spf.unknown_modifiers);
	fact_number(out, "  macros", spf.macros);
	fprintf(out, "  lookups    %zu (RFC 7208 4.6.4: 10 at most, with "
	    "those of included records)\n", spf.lookups);
	fact_number(out, "  addresses", spf.ip4_addresses);
	if (spf.ip6_prefix <= 128)
		fprintf(out, "  ip6 widest /%u\n", spf.ip6_prefix);
}

static void
explain_policy(FILE *out, const char *name, enum sw_dmarc_policy policy)
{
	if (policy == SW_DMARC_POLICY_BAD)
		fact(out, name, "invalid");
	else if (policy != SW_DMARC_POLICY_UNSET)
		fact(out, name, sw_dmarc_policy_text(policy));
}

static void
explain_dmarc(FILE *out, const struct sw_txt *txt)
{
	struct sw_dmarc dmarc;

	sw_dmarc_parse(txt->text, txt->length, &dmarc);
	explain_policy(out, "  p", dmarc.p);
	explain_policy(out, "  sp", dmarc.sp);
	explain_policy(out, "  np", dmarc.np);
	fact(out, "  adkim", dmarc.adkim_strict ? "s" : "r");
	fact(out, "  aspf", dmarc.aspf_strict ? "s" : "r");
	fact(out, "  t", dmarc.testing ? "y" : "n");
	fprintf(out, "  %-11s%c\n", "psd", dmarc.psd);
	fact_number(out, "  rua", dmarc.rua);
	fact_number(out, "  ruf", dmarc.ruf);
	fact_number(out, "  bad URIs", dmarc.bad_uris);
	if (dmarc.pct != -1)
		fprintf(out, "  pct        %d (not in RFC 9989)\n", dmarc.pct);
	fact_flag(out, "  rf", dmarc.rf);
	fact_flag(out, "  ri", dmarc.ri);
	fact_number(out, "  repeated", dmarc.repeated);
	fact_number(out, "  unknown", dmarc.unknown);
	fact_number(out, "  bad tags", dmarc.bad);
	fact(out, "  RFC 7489",
	    dmarc.policy_7489 == SW_DMARC_POLICY_UNSET ? "no DMARC" :
	    sw_dmarc_policy_text(dmarc.policy_7489));
}

static void
explain_dkim(FILE *out, const struct sw_txt *txt)
{
	struct sw_dkim dkim;

	sw_dkim_parse(txt->text, txt->length, &dkim);
	fact(out, "  type", dkim.ed25519 ? "ed25519" : "rsa");
	fact_number(out, "  bits", dkim.bits);
	fact_flag(out, "  testing", dkim.testing);
	fact_flag(out, "  strict", dkim.strict);
	fact_flag(out, "  v=DKIM1", dkim.version);
	fact_number(out, "  unknown", dkim.unknown);
}

static void
explain_tls_rpt(FILE *out, const struct sw_txt *txt)
{
	struct sw_tls_rpt tls_rpt;

	sw_tls_rpt_parse(txt->text, txt->length, &tls_rpt);
	fact_number(out, "  mailto", tls_rpt.mailto);
	fact_number(out, "  https", tls_rpt.https);
	fact_number(out, "  bad URIs", tls_rpt.bad_uris);
	fact_number(out, "  extensions", tls_rpt.extensions);
}

static void
explain_record(FILE *out, enum sw_mechanism mechanism,
    const struct sw_txt *txt)
{
	fact_octets(out, "record", txt->text, txt->length);
	fact_number(out, "  octets", txt->length);
	fact_number(out, "  strings", txt->strings);
	if (mechanism == SW_MECHANISM_SPF)
		explain_spf(out, txt);
	else if (mechanism == SW_MECHANISM_DMARC)
		explain_dmarc(out, txt);
	else if (mechanism == SW_MECHANISM_DKIM)
		explain_dkim(out, txt);
	else if (mechanism == SW_MECHANISM_TLS_RPT)
		explain_tls_rpt(out, txt);
}

static void
explain_mx(FILE *out, const struct sw_rrset *records)
{
	struct sw_mx mx;

	if (sw_mx_parse(records, &mx) != SW_OK)
		return;
	fact_number(out, "  hosts", mx.hosts);
	fact_number(out, "  null MX", mx.nulls);
	fprintf(out, "  lowest     %u\n", mx.lowest);
}

static void
explain_records(FILE *out, enum sw_mechanism mechanism,
    const struct sw_rrset *records, const struct sw_verdict *verdict)
{
	static uint8_t buffer[SW_TXT_MAX];
	struct sw_txt txt;

	fprintf(out, "%-13s%zu of %zu\n", "records", verdict->selected,
	    records->count);
	if (mechanism == SW_MECHANISM_MX)
		explain_mx(out, records);
	else if (verdict->selected == 1 &&
	    sw_txt_read(records->rdata[verdict->first],
	    records->length[verdict->first], buffer, sizeof(buffer),
	    &txt) == SW_OK)
		explain_record(out, mechanism, &txt);
}

void
sw_explain_lookup(FILE *out, const struct sw_name *name,
    const struct sw_answer *answer, const struct sw_verdict *verdict)
{
	char subject[SW_NAME_TEXT_MAX];

	if (sw_name_to_text(name->subject, name->subject_length, subject,
	    sizeof(subject)) == 0)
		snprintf(subject, sizeof(subject), "?");
	fact(out, "mechanism", sw_mechanism_text(name->mechanism));
	fact(out, "subject", subject);
	fact(out, "outcome", sw_outcome_text(verdict->outcome));
	fact(out, "suffix", name->suffix);
	fact(out, "type", name->type == NULL ? "-" : name->type->name);
	fprintf(out, "%-13s", "features");
	sw_explain_features(out, name->mechanism, verdict->features);
	putc('\n', out);
	fact(out, "reason", verdict->reason);
	fact(out, "section", verdict->section);
	if (answer->records.count > 0)
		explain_records(out, name->mechanism, &answer->records,
		    verdict);
}
